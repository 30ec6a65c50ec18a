//! Actions: every way of giving the variables values, found left to right.
//!
//! Enters: a formula, a partial state behind the door, and what remains to be done when it holds
//! (a [`Then`], on the Rust stack). Leaves: a call of `out` for each complete assignment.
//! Holds: an assignment is undone when the continuation returns, and every binder puts back what
//! its slots held, so that alternatives see the frame as it was.
//! The rules are TLC's: DESIGN, "Semantics to match TLC"; *Specifying Systems*, section 14.2.6.

use super::call::{Cell, Within};
use super::closure::Found;
use super::door::Assigned;
use super::{Evaluator, Result};
use crate::explanation::Reason;
use crate::ir::*;
use crate::state::Log;
use crate::value::Value;
use std::ops::ControlFlow;

/// What receives each complete assignment; `Break` ends the search.
pub(crate) type Out<'o, 'm> = dyn FnMut(&mut Evaluator<'m>) -> Result<ControlFlow<()>> + 'o;

/// What remains to be done.
pub(crate) enum Then<'k> {
    /// Nothing: the assignment is handed out.
    Done,
    /// These conjuncts, and then more.
    And(&'k [NodeId], usize, &'k Then<'k>),
    /// A body for each of these combinations of elements, and then more.
    All(&'k [Vec<Value>], &'k [Bound], NodeId, usize, &'k Then<'k>),
    /// The second action of `A \cdot B` from where the first has led, and then more.
    Second(NodeId, usize, &'k Then<'k>),
    /// The end of `A \cdot B`: back to the state before, and then more.
    Back(Vec<Assigned>, &'k Then<'k>),
    /// `v' # v`, for `<<A>>_v`, and then more.
    Changed(NodeId, NodeId, usize, &'k Then<'k>),
}

type Flow = Result<ControlFlow<()>>;
const GO_ON: Flow = Ok(ControlFlow::Continue(()));

impl<'m> Evaluator<'m> {
    /// Finds every assignment that makes an operator without parameters true.
    pub(crate) fn solve(&mut self, op: OpId, init: bool, out: &mut Out<'_, 'm>) -> Flow {
        self.reset();
        let base = self.enter_empty(op);
        self.solve_in(self.ir.op(op).body, base, init, out)
    }

    pub(super) fn solve_in(
        &mut self,
        action: NodeId,
        base: usize,
        init: bool,
        out: &mut Out<'_, 'm>,
    ) -> Flow {
        let before = std::mem::replace(&mut self.init, init);
        let flow = self.act(action, base, &Then::Done, out);
        self.init = before;
        flow
    }

    fn act(&mut self, id: NodeId, base: usize, then: &Then<'_>, out: &mut Out<'_, 'm>) -> Flow {
        if self.is_unwatched() {
            return self.act_node(id, base, then, out);
        }
        self.count_try(id);
        if !self.has_stack() {
            return self.grow(id, |this| this.act_node(id, base, then, out));
        }
        self.act_node(id, base, then, out)
    }

    fn proceed(&mut self, then: &Then<'_>, at: NodeId, out: &mut Out<'_, 'm>) -> Flow {
        match then {
            Then::Done => self.complete(at, out),
            Then::And(items, base, then) => match items.split_first() {
                None => self.proceed(then, at, out),
                // What follows the last assignment is a test, and multiplies nothing.
                Some(_) if self.all_assigned() => {
                    for &item in *items {
                        if !self.truth(item, *base)? {
                            self.blame(item, *base, Reason::False);
                            return GO_ON;
                        }
                    }
                    self.proceed(then, at, out)
                }
                Some((&first, [])) => self.act(first, *base, then, out),
                Some((&first, rest)) => self.act(first, *base, &Then::And(rest, *base, then), out),
            },
            Then::All(combinations, bounds, body, base, then) => {
                let Some((first, rest)) = combinations.split_first() else {
                    return self.proceed(then, at, out);
                };
                let saved = self.save(bounds, *base);
                for (bound, element) in bounds.iter().zip(first) {
                    self.bind(&bound.pattern, element.clone(), at, *base)?;
                }
                let more = Then::All(rest, bounds, *body, *base, then);
                let flow = if self.all_assigned() {
                    match self.truth(*body, *base)? {
                        true => self.proceed(&more, at, out),
                        false => {
                            self.blame(*body, *base, Reason::False);
                            GO_ON
                        }
                    }
                } else {
                    self.act(*body, *base, &more, out)
                };
                self.restore(saved, *base);
                flow
            }
            Then::Second(action, base, then) => {
                self.check_complete(at)?;
                self.intermediate += self.copies.unwrap_or(1);
                let blank = self.door.blank();
                let middle = self.door.replace_next(blank);
                let before = self.door.replace_now(middle);
                let back = Then::Back(before.clone(), then);
                let flow = self.act(*action, *base, &back, out);
                let middle = self.door.put_back(before);
                self.door.replace_next(middle);
                flow
            }
            Then::Back(before, then) => {
                let middle = self.door.put_back(before.clone());
                let flow = self.proceed(then, at, out);
                self.door.replace_now(middle);
                flow
            }
            Then::Changed(sub, id, base, then) => {
                if self.unchanged(*sub, *id, *base)? {
                    self.blame(*id, *base, Reason::Unchanged);
                    return GO_ON;
                }
                self.proceed(then, at, out)
            }
        }
    }

    fn complete(&mut self, _at: NodeId, out: &mut Out<'_, 'm>) -> Flow {
        for _ in 0..self.copies.unwrap_or(1) {
            if out(self)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        GO_ON
    }

    /// Whether every variable of the state being built has a value.
    pub(super) fn all_assigned(&self) -> bool {
        self.door.missing(!self.init).next().is_none()
    }

    /// An error when a variable of the state being built has no value.
    pub(crate) fn check_complete(&self, at: NodeId) -> Result<()> {
        let next = !self.init;
        let own = self.ir.variables.len();
        let missing = self.door.missing(next).filter(|&v| v < own);
        let missing: Vec<&str> = missing.map(|v| self.ir.variables[v].as_str()).collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(self.incomplete(at, &missing, next))
    }

    fn save(&mut self, bounds: &[Bound], base: usize) -> Vec<(Slot, Cell)> {
        let mut saved = Vec::with_capacity(bounds.len());
        let mut keep = |slot: &Slot| {
            let cell = std::mem::replace(&mut self.stack[base + *slot as usize], Cell::Empty);
            saved.push((*slot, cell));
        };
        for bound in bounds {
            match &bound.pattern {
                Pattern::One(slot) => keep(slot),
                Pattern::Tuple(slots) => slots.iter().for_each(&mut keep),
            }
        }
        saved
    }

    fn restore(&mut self, saved: Vec<(Slot, Cell)>, base: usize) {
        for (slot, cell) in saved {
            self.stack[base + slot as usize] = cell;
        }
    }

    fn act_node(&mut self, id: NodeId, base: usize, then: &Then<'_>, out: &mut Out<'_, 'm>) -> Flow {
        let ir = self.ir;
        if let Some(ways) = self.counted(id, base) {
            if ways == 0 {
                return GO_ON;
            }
            let before = self.copies;
            self.copies = before.map(|copies| copies.saturating_mul(ways));
            let flow = self.proceed(then, id, out);
            self.copies = before;
            return flow;
        }
        match ir.node(id) {
            Node::And(items) => self.proceed(&Then::And(items, base, then), id, out),
            Node::Or(items) => self.alternatives(items.len(), |this, k| this.act(items[k], base, then, out)),
            Node::Quantifier(false, bounds, body) => {
                let saved = self.save(bounds, base);
                let flow = if self.door.is_logging() {
                    let domains = self.domains_for(bounds, base, "\\E")?;
                    self.for_each_branch(bounds, &domains, false, id, base, &mut |this| {
                        this.act(*body, base, then, out)
                    })
                } else {
                    self.for_each(bounds, id, base, &mut |this| this.act(*body, base, then, out))
                };
                self.blame_if_empty(bounds, id, base);
                self.restore(saved, base);
                flow
            }
            Node::Quantifier(true, bounds, body) => {
                let combinations = self.combinations(bounds, id, base)?;
                self.proceed(&Then::All(&combinations, bounds, *body, base, then), id, out)
            }
            Node::If(c, a, b) => {
                let branch = if self.truth(*c, base)? { *a } else { *b };
                self.act(branch, base, then, out)
            }
            Node::Case(arms, other) => match self.choose_arm(arms, *other, base)? {
                Some(arm) => self.act(arm, base, then, out),
                None => Err(self.no_case(id)),
            },
            Node::Let(defs, body) => {
                let mut saved = Vec::with_capacity(defs.len());
                for (slot, e) in defs {
                    let cell = self.definition(*e, base, *body, Within::Step);
                    saved.push((*slot, std::mem::replace(&mut self.stack[base + *slot as usize], cell)));
                }
                let flow = self.act(*body, base, then, out);
                self.restore(saved, base);
                flow
            }
            Node::Implies(a, b) => {
                if self.truth(*a, base)? {
                    self.act(*b, base, then, out)
                } else {
                    self.proceed(then, id, out)
                }
            }
            Node::Call(op, captured, args) => {
                self.enter(id)?;
                let new = self.push_frame(*op, captured, args, base, Within::Step);
                let flow = self.act_through(*op, ir.op(*op).body, new, then, out);
                self.stack.truncate(new);
                self.leave();
                flow.map_err(|e| self.within(e, *op, id))
            }
            Node::CallLocal(slot, args) => {
                let callee = self.callee_of(*slot, id, base)?;
                let (op, new) = self.push_callee(&callee, args, id, base, Within::Step)?;
                let flow = self.act_through(op, ir.op(op).body, new, then, out);
                self.stack.truncate(new);
                self.leave();
                flow.map_err(|e| self.within(e, op, id))
            }
            Node::Local(slot) => match self.by_name(base + *slot as usize) {
                Some((e, frame)) => self.act(e, frame, then, out),
                None => self.test(id, base, then, out),
            },
            // A function given by its rule is taken apart too, so that disjunctions in it multiply.
            Node::Apply(f, index) if !matches!(ir.node(*f), Node::Var(_) | Node::NextVar(_)) => {
                let function = self.eval_lazy(*f, base)?;
                let Value::Closure(c) = &function else { return self.test(id, base, then, out) };
                let argument = self.eval(*index, base)?;
                let Found::Rule(c) = self.found(c, &argument, id)? else {
                    return self.test(id, base, then, out);
                };
                let (body, new) = self.enter_rule(&c, argument, id)?;
                let flow = self.act(body, new, then, out);
                self.stack.truncate(new);
                self.leave();
                flow
            }
            Node::Equal(left, right) => match self.target(*left, base) {
                Some((variable, next)) => {
                    let value = self.assignment(variable, next, *right, base)?;
                    self.assign(variable, next, value, then, id, out)
                }
                None => self.test(id, base, then, out),
            },
            Node::In(left, right) => match self.target(*left, base) {
                Some((variable, next)) => {
                    let set = self.eval(*right, base)?;
                    if set.is_empty_set() {
                        self.blame(id, base, Reason::Empty);
                    }
                    self.assign_each(variable, next, &set, then, id, out)
                }
                None => self.test(id, base, then, out),
            },
            Node::SubsetEq(left, right) => match self.target(*left, base) {
                Some((variable, next)) => {
                    let set = self.eval(*right, base)?;
                    let subsets = self.checked(Value::subsets(&set), id)?;
                    self.assign_each(variable, next, &subsets, then, id, out)
                }
                None => self.test(id, base, then, out),
            },
            Node::Keep(variables, _) if !self.init => self.keep_variables(variables, id, base, then, out),
            Node::Unchanged(e) => self.keep(*e, id, base, then, out),
            Node::Inlined(op, e) => {
                self.act_through(*op, *e, base, then, out).map_err(|f| self.within(f, *op, id))
            }
            // A constant guard multiplies as any other does; only a constant *definition* is a value.
            Node::Cached(cache, e) if self.multiplies(*e) => {
                if !self.truth(id, base)? {
                    self.blame(id, base, Reason::False);
                    return GO_ON;
                }
                let own = self.stack.len();
                let frame = ir.caches[cache.index()] as usize;
                self.stack.resize_with(own + frame, || Cell::Empty);
                let flow = self.act(*e, own, then, out);
                self.stack.truncate(own);
                flow
            }
            // What is kept is a truth, which may be reached in several ways.
            Node::Kept(_, e) if self.multiplies(*e) => self.act(*e, base, then, out),
            Node::Subscripted(true, action, sub) => self.alternatives(2, |this, k| match k {
                0 => this.act(*action, base, then, out),
                _ => this.keep(*sub, id, base, then, out),
            }),
            Node::Subscripted(false, action, sub) => {
                self.act(*action, base, &Then::Changed(*sub, id, base, then), out)
            }
            Node::Compose(a, b) if !self.init => {
                // What is assigned already belongs to the last state: it is put back for B to meet.
                let blank = self.door.blank();
                let so_far = self.door.replace_next(blank);
                let flow = self.act(*a, base, &Then::Second(*b, base, then), out);
                self.door.replace_next(so_far);
                flow
            }
            _ => self.test(id, base, then, out),
        }
    }

    /// Tries the body of an operator. What remains to be done is done inside: so a complete assignment knows
    /// all operators that it was found through.
    #[inline]
    fn act_through(
        &mut self,
        op: OpId,
        body: NodeId,
        base: usize,
        then: &Then<'_>,
        out: &mut Out<'_, 'm>,
    ) -> Flow {
        if let Some(through) = &mut self.through {
            through.push(op);
        }
        let flow = self.act(body, base, then, out);
        if let Some(through) = &mut self.through {
            through.pop();
        }
        flow
    }

    /// Whether trying a formula that assigns nothing may succeed more than once.
    pub(super) fn multiplies(&self, id: NodeId) -> bool {
        match self.ir.node(id) {
            Node::Or(_) | Node::Quantifier(false, ..) => true,
            Node::And(items) => items.iter().any(|&item| self.multiplies(item)),
            Node::Quantifier(true, _, e)
            | Node::Implies(_, e)
            | Node::Let(_, e)
            | Node::Inlined(_, e)
            | Node::Cached(_, e)
            | Node::Kept(_, e) => self.multiplies(*e),
            Node::If(_, a, b) => self.multiplies(*a) || self.multiplies(*b),
            Node::Case(arms, other) => {
                arms.iter().any(|(_, e)| self.multiplies(*e)) || other.is_some_and(|e| self.multiplies(e))
            }
            Node::Call(_, _, args) => !args.is_empty(),
            // What these stand for may do so where it reads the state; a constant definition is a value.
            Node::Local(_) | Node::CallLocal(..) | Node::Apply(..) => self.ir.reads(id) != Reads::Constant,
            _ => false,
        }
    }

    /// A formula that assigns nothing.
    fn test(&mut self, id: NodeId, base: usize, then: &Then<'_>, out: &mut Out<'_, 'm>) -> Flow {
        self.count_test(id);
        if self.truth(id, base)? {
            return self.proceed(then, id, out);
        }
        self.blame(id, base, Reason::False);
        GO_ON
    }

    pub(super) fn callee_of(&self, slot: Slot, id: NodeId, base: usize) -> Result<super::call::Callee> {
        match &self.stack[base + slot as usize] {
            Cell::Operator(node, frame) => Ok(super::call::Callee::Node(*node, *frame)),
            Cell::Owned(owned) => Ok(super::call::Callee::Owned(owned.clone())),
            Cell::Ref(other) => self.callee_of(0, id, *other as usize),
            _ => Err(self.internal(id, "a slot holds no operator")),
        }
    }

    /// The expression that a cell stands for at each use, and its frame.
    pub(super) fn by_name(&self, index: usize) -> Option<(NodeId, usize)> {
        match &self.stack[index] {
            Cell::Name(e, frame) | Cell::Need(e, frame) => Some((*e, *frame as usize)),
            Cell::Ref(other) => self.by_name(*other as usize),
            _ => None,
        }
    }

    /// The unassigned variable that an expression on the left of `=`, `\in` or `\subseteq` is.
    fn target(&self, id: NodeId, base: usize) -> Option<(u32, bool)> {
        match self.ir.node(id) {
            Node::Var(v) if self.init && !self.door.has_value(*v, false) => Some((*v, false)),
            Node::NextVar(v) if !self.init && !self.door.has_value(*v, true) => Some((*v, true)),
            Node::Prime(e) if !self.init => {
                let v = self.variable(*e, base)?;
                (!self.door.has_value(v, true)).then_some((v, true))
            }
            Node::Local(slot) => {
                let (e, frame) = self.by_name(base + *slot as usize)?;
                self.target(e, frame)
            }
            Node::Inlined(_, e) => self.target(*e, base),
            Node::Call(op, captured, args) if captured.is_empty() && args.is_empty() => {
                self.target(self.ir.op(*op).body, base)
            }
            _ => None,
        }
    }

    /// The variable that an expression names.
    fn variable(&self, id: NodeId, base: usize) -> Option<u32> {
        match self.ir.node(id) {
            Node::Var(v) => Some(*v),
            Node::Local(slot) => {
                let (e, frame) = self.by_name(base + *slot as usize)?;
                self.variable(e, frame)
            }
            Node::Inlined(_, e) => self.variable(*e, base),
            Node::Call(op, captured, args) if captured.is_empty() && args.is_empty() => {
                self.variable(self.ir.op(*op).body, base)
            }
            _ => None,
        }
    }

    fn assign(
        &mut self,
        variable: u32,
        next: bool,
        value: Assigned,
        then: &Then<'_>,
        id: NodeId,
        out: &mut Out<'_, 'm>,
    ) -> Flow {
        self.door.set(variable, next, value);
        let flow = self.proceed(then, id, out);
        self.door.set(variable, next, Assigned::No);
        flow
    }

    fn assign_each(
        &mut self,
        variable: u32,
        next: bool,
        set: &Value,
        then: &Then<'_>,
        id: NodeId,
        out: &mut Out<'_, 'm>,
    ) -> Flow {
        let elements = self.checked(set.elements("\\in"), id)?;
        if self.door.is_logging() {
            let elements: Vec<Value> = elements.collect();
            return self.alternatives(elements.len(), |this, k| {
                let element = Assigned::Value(elements[k].clone());
                this.assign(variable, next, element, then, id, out)
            });
        }
        for element in elements {
            self.tick(id)?;
            if self.assign(variable, next, Assigned::Value(element), then, id, out)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        GO_ON
    }

    /// `UNCHANGED e`: variables without a next value keep theirs, and the rest is compared.
    fn keep(&mut self, e: NodeId, id: NodeId, base: usize, then: &Then<'_>, out: &mut Out<'_, 'm>) -> Flow {
        if self.init {
            return self.test(id, base, then, out);
        }
        let mut variables = Vec::new();
        if !self.kept_variables(e, base, &mut variables) {
            if self.unchanged(e, id, base)? {
                return self.proceed(then, id, out);
            }
            self.blame(id, base, Reason::False);
            return GO_ON;
        }
        self.keep_variables(&variables, id, base, then, out)
    }

    fn keep_variables(
        &mut self,
        variables: &[u32],
        id: NodeId,
        base: usize,
        then: &Then<'_>,
        out: &mut Out<'_, 'm>,
    ) -> Flow {
        // A bit a variable that is assigned here; those past 64 are kept one by one.
        let (variables, rest) = variables.split_at(variables.len().min(64));
        let mut assigned: u64 = 0;
        let mut result = Ok(true);
        for (i, &v) in variables.iter().enumerate() {
            if !self.door.has_value(v, false) {
                result = Err(self.unassigned(id, v, false));
                break;
            }
            if !self.door.has_value(v, true) {
                let now = self.door.assigned(v, false).clone();
                self.door.set(v, true, now);
                assigned |= 1 << i;
            } else if let (Some(now), Some(next)) = (self.door.value(v, false), self.door.value(v, true)) {
                let answer = now.try_eq(next);
                result = self.checked(answer, id);
                if !matches!(result, Ok(true)) {
                    break;
                }
            }
        }
        let flow = match result {
            Ok(true) if rest.is_empty() => self.proceed(then, id, out),
            Ok(true) => self.keep_variables(rest, id, base, then, out),
            Ok(false) => {
                self.blame(id, base, Reason::False);
                GO_ON
            }
            Err(failure) => Err(failure),
        };
        for (i, &v) in variables.iter().enumerate() {
            if assigned & (1 << i) != 0 {
                self.door.set(v, true, Assigned::No);
            }
        }
        flow
    }

    /// The variables an UNCHANGED names, through tuples and definitions; false when it is about
    /// something else too.
    fn kept_variables(&self, id: NodeId, base: usize, variables: &mut Vec<u32>) -> bool {
        match self.ir.node(id) {
            Node::Var(v) => {
                variables.push(*v);
                true
            }
            Node::Tuple(items) => items.iter().all(|&item| self.kept_variables(item, base, variables)),
            Node::Inlined(_, e) => self.kept_variables(*e, base, variables),
            Node::Call(op, captured, args) if captured.is_empty() && args.is_empty() => {
                self.kept_variables(self.ir.op(*op).body, base, variables)
            }
            Node::Local(slot) => match self.by_name(base + *slot as usize) {
                Some((e, frame)) => self.kept_variables(e, frame, variables),
                None => false,
            },
            _ => false,
        }
    }

    pub(super) fn combinations(
        &mut self,
        bounds: &'m [Bound],
        id: NodeId,
        base: usize,
    ) -> Result<Vec<Vec<Value>>> {
        let sets = self.sets(bounds, base)?;
        let mut all: Vec<Vec<Value>> = vec![Vec::new()];
        for (set, bound) in sets.iter().zip(bounds) {
            let elements: Vec<Value> = self.checked(set.elements("\\A"), bound.set)?.collect();
            self.check_size(all.len().saturating_mul(elements.len()), id)?;
            all = all
                .into_iter()
                .flat_map(|c| elements.iter().map(move |e| c.iter().cloned().chain([e.clone()]).collect()))
                .collect();
        }
        Ok(all)
    }

    pub(super) fn enabled(&mut self, action: NodeId, base: usize) -> Result<bool> {
        let blank = self.door.blank_inside_enabled();
        let next = self.door.replace_next(blank);
        let init = std::mem::replace(&mut self.init, false);
        let intermediate = self.intermediate;
        let copies = self.copies.take();
        let mut found = false;
        // What is false inside says nothing about the action around.
        let explaining = self.explaining.take();
        self.door.logging(Log::no_forks);
        let flow = self.act(action, base, &Then::Done, &mut |_| {
            found = true;
            Ok(ControlFlow::Break(()))
        });
        self.door.logging(Log::forks_again);
        self.explaining = explaining;
        (self.intermediate, self.copies) = (intermediate, copies);
        self.init = init;
        self.door.replace_next(next);
        flow.map(|_| found)
    }

    /// `A \cdot B` between two known states: some state lies between.
    pub(super) fn composed(&mut self, a: NodeId, b: NodeId, base: usize) -> Result<bool> {
        let blank = self.door.blank();
        let last = self.door.replace_next(blank);
        let init = std::mem::replace(&mut self.init, false);
        let intermediate = self.intermediate;
        let copies = self.copies.take();
        let mut found = false;
        let explaining = self.explaining.take();
        let flow = self.act(a, base, &Then::Done, &mut |this| {
            let middle = this.door.replace_next(last.clone());
            let before = this.door.replace_now(middle);
            let answer = this.truth(b, base);
            let middle = this.door.put_back(before);
            this.door.replace_next(middle);
            found = answer?;
            Ok(if found { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        });
        self.explaining = explaining;
        (self.intermediate, self.copies) = (intermediate, copies);
        self.init = init;
        self.door.replace_next(last);
        flow.map(|_| found)
    }
}
