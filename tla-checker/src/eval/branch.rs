//! Branches of the log: alternatives of an action, and conjuncts of a predicate, told apart.
//!
//! Enters: how many branches there are and how each is evaluated. Leaves: the same results as from
//! evaluating them in order; in the log, each with its own reads. Holds: nothing that one branch has
//! worked out (a definition's value, an application of a rule) is used by another, which would then not
//! have read what it depends on. Predicates are taken apart where each part has to hold.

use super::call::Within;
use super::spot::Bits;
use super::{Evaluator, Result};
use crate::canary::{Rule, without};
use crate::ir::*;
use crate::state::{Branch, Fork, Log};
use crate::value::Value;
use std::ops::ControlFlow;

type Flow = Result<ControlFlow<()>>;
const GO_ON: Flow = Ok(ControlFlow::Continue(()));

/// The most alternatives of a predicate that are told apart.
const MOST_CHOICES: usize = 256;

/// What a quantifier ranges over.
pub(super) enum Domain {
    /// The elements, in order.
    Values(Vec<Value>),
    /// A set kept as bits, and what else its elements have to satisfy.
    Bits(Bits, Vec<Sieve>),
}

impl Domain {
    fn values(&self) -> Option<&[Value]> {
        match self {
            Domain::Values(elements) => Some(elements),
            Domain::Bits(..) => None,
        }
    }
}

/// A condition on elements.
pub(super) enum Sieve {
    /// Membership in a set, or the opposite.
    In(Value, bool),
    /// The predicate of `{x \in S : p}`, in its frame.
    Where(Pattern, NodeId, usize),
}

impl<'m> Evaluator<'m> {
    /// Evaluates alternatives in order, until one breaks.
    pub(super) fn alternatives(
        &mut self,
        count: usize,
        mut each: impl FnMut(&mut Self, usize) -> Flow,
    ) -> Flow {
        let fork = match count {
            2.. if self.door.is_logging() => self.door.logging(|log| log.fork(count, false)),
            _ => None,
        };
        for k in 0..count {
            if self.in_branch(fork, k as u32, |this| each(this, k))?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        self.join(fork);
        GO_ON
    }

    /// Whether all of these hold, the first ones first.
    pub(super) fn all_hold(
        &mut self,
        count: usize,
        mut each: impl FnMut(&mut Self, usize) -> Result<bool>,
    ) -> Result<bool> {
        let fork = match count {
            2.. if self.door.is_logging() => self.door.logging(|log| log.fork(count, true)),
            _ => None,
        };
        for k in 0..count {
            if self.in_branch(fork, k as u32, |this| until_false(each(this, k)))?.is_break() {
                return Ok(false);
            }
        }
        self.join(fork);
        Ok(true)
    }

    /// Whether one of these holds, the first ones first.
    fn any_holds(
        &mut self,
        count: usize,
        mut each: impl FnMut(&mut Self, usize) -> Result<bool>,
    ) -> Result<bool> {
        let fork = match count {
            2..=MOST_CHOICES if self.door.is_logging() => self.door.logging(|log| log.choice(count)),
            _ => None,
        };
        let Some(fork) = fork else {
            for k in 0..count {
                if each(self, k)? {
                    return Ok(true);
                }
            }
            return Ok(false);
        };
        let mut holds = false;
        for k in 0..count {
            let Some(taken) = self.door.logging(|log| log.enter(fork, k as u32)) else { continue };
            self.branched += 1;
            self.branches.push(self.branched);
            let trail = self.trail.len();
            holds = each(self, k)?;
            self.branches.pop();
            self.retrace(trail);
            self.door.logging(|log| log.decide(fork, &taken, holds));
            if holds {
                break;
            }
        }
        self.door.logging(|log| log.chosen(fork));
        // Where only some were to be tried, what comes of them all is looked up.
        Ok(holds)
    }

    fn in_branch(&mut self, fork: Option<Fork>, branch: u32, f: impl FnOnce(&mut Self) -> Flow) -> Flow {
        let Some(fork) = fork else { return f(self) };
        let Some(taken) = self.door.logging(|log| log.enter(fork, branch)) else { return GO_ON };
        self.branched += 1;
        self.branches.push(self.branched);
        let trail = self.trail.len();
        let flow = f(self)?;
        self.branches.pop();
        self.retrace(trail);
        if flow.is_continue() {
            self.leave_branch(fork, branch, &taken);
        } else {
            self.door.logging(Log::fail);
        }
        Ok(flow)
    }

    fn leave_branch(&mut self, fork: Fork, branch: u32, taken: &Branch) {
        self.door.logging(|log| log.leave(fork, branch, taken));
    }

    fn join(&mut self, fork: Option<Fork>) {
        if let Some(fork) = fork {
            self.door.logging(|log| log.join(fork));
        }
    }

    /// Cells that a branch has filled are to be filled anew.
    fn retrace(&mut self, to: usize) {
        while self.trail.len() > to {
            if let Some((index, cell)) = self.trail.pop()
                && index < self.stack.len()
                && !without(Rule::Retrace)
            {
                self.stack[index] = cell;
            }
        }
    }

    /// What a quantifier's set is; evaluated.
    pub(super) fn domain_for(&mut self, bound: &Bound, base: usize, what: &'static str) -> Result<Domain> {
        let mut sieves = Vec::new();
        if self.door.is_logging()
            && let Some(bits) = self.sieved(bound.set, base, &mut sieves)?
        {
            sieves.reverse();
            return Ok(Domain::Bits(bits, sieves));
        }
        let set = self.eval(bound.set, base)?;
        let elements = self.checked(set.elements(what), bound.set)?;
        if let crate::value::Size::Exact(n) = set.size() {
            self.check_size(usize::try_from(n).unwrap_or(usize::MAX), bound.set)?;
        }
        Ok(Domain::Values(elements.collect()))
    }

    /// The set kept as bits from which an expression takes elements, with the conditions on them, the
    /// last one first.
    fn sieved(&mut self, set: NodeId, base: usize, sieves: &mut Vec<Sieve>) -> Result<Option<Bits>> {
        if let Some(bits) = self.bits(set, base) {
            return Ok(Some(bits));
        }
        let ir = self.ir;
        Ok(match ir.node(set) {
            Node::Inlined(_, e) | Node::Kept(_, e) => self.sieved(*e, base, sieves)?,
            Node::SetFilter(bound, body) => {
                sieves.push(Sieve::Where(bound.pattern.clone(), *body, base));
                self.sieved(bound.set, base, sieves)?
            }
            Node::Difference(a, b) | Node::Intersect(a, b) if self.may_be_sieved(*a, base) => {
                let other = self.eval(*b, base)?;
                if !other.is_set() {
                    return Ok(None);
                }
                sieves.push(Sieve::In(other, matches!(ir.node(set), Node::Intersect(..))));
                self.sieved(*a, base, sieves)?
            }
            _ => None,
        })
    }

    fn may_be_sieved(&mut self, set: NodeId, base: usize) -> bool {
        let ir = self.ir;
        self.bits(set, base).is_some()
            || match ir.node(set) {
                Node::Inlined(_, e) | Node::Kept(_, e) => self.may_be_sieved(*e, base),
                Node::SetFilter(bound, _) => self.may_be_sieved(bound.set, base),
                Node::Difference(a, _) | Node::Intersect(a, _) => self.may_be_sieved(*a, base),
                _ => false,
            }
    }

    /// Whether an element passes all conditions.
    fn passes(&mut self, element: &Value, sieves: &[Sieve], id: NodeId) -> Result<bool> {
        for sieve in sieves {
            let passes = match sieve {
                Sieve::In(set, wanted) => {
                    let inside = set.contains(element);
                    self.checked(inside, id)? == *wanted
                }
                Sieve::Where(pattern, body, base) => {
                    self.bind(pattern, element.clone(), id, *base)?;
                    self.truth(*body, *base)?
                }
            };
            if !passes {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Evaluates a body for each combination of elements, each in a branch of its own. With
    /// `predicate`, a break means that it does not hold, and nothing is learned.
    pub(super) fn for_each_branch(
        &mut self,
        bounds: &'m [Bound],
        domains: &[Domain],
        predicate: bool,
        id: NodeId,
        base: usize,
        each: &mut dyn FnMut(&mut Self) -> Flow,
    ) -> Flow {
        let Some((bound, rest)) = bounds.split_first() else { return each(self) };
        match &domains[0] {
            Domain::Values(elements) => {
                let fork = match elements.len() {
                    2.. => self.door.logging(|log| log.fork(elements.len(), predicate)),
                    _ => None,
                };
                for (k, element) in elements.iter().enumerate() {
                    self.tick(id)?;
                    let flow = self.in_branch(fork, k as u32, |this| {
                        this.bind(&bound.pattern, element.clone(), id, base)?;
                        this.for_each_branch(rest, &domains[1..], predicate, id, base, each)
                    })?;
                    if flow.is_break() {
                        return Ok(flow);
                    }
                }
                self.join(fork);
            }
            Domain::Bits((state, part), sieves) => {
                let (state, part) = (*state, *part);
                let p = &self.door.store.layout.parts[part as usize];
                let (first, words) = (p.first, p.words);
                let offset = (state * self.door.store.layout.width) as u32;
                let fork = self.door.logging(|log| log.each(first + offset, words, predicate));
                if fork.is_none() {
                    self.door.enumerated(part);
                }
                for e in self.universe(part) {
                    self.tick(id)?;
                    let there = match fork {
                        // The branch is taken only where the bit is set.
                        Some(_) => self.door.is_set(state, part, e),
                        None => self.door.has(state, part, e),
                    };
                    if !there {
                        continue;
                    }
                    let flow = self.in_branch(fork, e, |this| {
                        let element = this.door.store.known(part).values[e as usize].clone();
                        if !this.passes(&element, sieves, id)? {
                            return GO_ON;
                        }
                        this.bind(&bound.pattern, element, id, base)?;
                        this.for_each_branch(rest, &domains[1..], predicate, id, base, each)
                    })?;
                    if flow.is_break() {
                        return Ok(flow);
                    }
                }
                self.join(fork);
            }
        }
        GO_ON
    }

    /// The truth of an operator without parameters, each part that has to hold in a branch of its own.
    ///
    /// # Errors
    /// The evaluation failed, or a part is not Boolean.
    pub(crate) fn each_holds_of(&mut self, op: OpId) -> Result<bool> {
        self.reset();
        let base = self.enter_empty(op);
        self.each_holds(self.ir.op(op).body, base)
    }

    /// The truth of a predicate, each part that has to hold in a branch of its own.
    fn each_holds(&mut self, id: NodeId, base: usize) -> Result<bool> {
        if !self.door.is_logging() {
            return self.truth(id, base);
        }
        if !self.has_stack() {
            return self.grow(id, |this| this.each_holds_node(id, base));
        }
        self.each_holds_node(id, base)
    }

    fn each_holds_node(&mut self, id: NodeId, base: usize) -> Result<bool> {
        let ir = self.ir;
        match ir.node(id) {
            Node::And(items) => self.all_hold(items.len(), |this, k| this.each_holds(items[k], base)),
            Node::Quantifier(true, bounds, body) => {
                let domains = self.domains_for(bounds, base, "\\A")?;
                let flow = self.for_each_branch(bounds, &domains, true, id, base, &mut |this| {
                    until_false(this.each_holds(*body, base))
                })?;
                Ok(flow.is_continue())
            }
            Node::Let(defs, body) => {
                for (slot, e) in defs {
                    self.stack[base + *slot as usize] = self.definition(*e, base, *body, Within::Value);
                }
                self.each_holds(*body, base)
            }
            Node::Inlined(op, e) => self.each_holds(*e, base).map_err(|f| self.within(f, *op, id)),
            Node::Kept(_, inner) => self.each_holds(*inner, base),
            Node::Call(op, captured, args) => {
                self.enter(id)?;
                let new = self.push_frame(*op, captured, args, base, Within::Value);
                let answer = self.each_holds(ir.op(*op).body, new);
                self.stack.truncate(new);
                self.leave();
                answer.map_err(|e| self.within(e, *op, id))
            }
            Node::Or(items) if self.chooses() => {
                self.any_holds(items.len(), |this, k| this.each_holds(items[k], base))
            }
            Node::Quantifier(false, bounds, body) if self.chooses() => {
                let domains = self.domains_for(bounds, base, "\\E")?;
                let sets: Option<Vec<&[Value]>> = domains.iter().map(Domain::values).collect();
                match sets {
                    Some(sets) => self.any_element(bounds, &sets, *body, id, base),
                    None => self.truth(id, base),
                }
            }
            Node::Subscripted(true, action, sub) if self.chooses() => self.any_holds(2, |this, k| match k {
                0 => this.each_holds(*action, base),
                _ => this.each_same(*sub, id, base),
            }),
            Node::Subscripted(false, action, sub) if self.chooses() => self.all_hold(2, |this, k| match k {
                0 => this.each_holds(*action, base),
                _ => Ok(!this.unchanged(*sub, id, base)?),
            }),
            Node::Unchanged(e) | Node::Keep(_, e) if self.chooses() => self.each_same(*e, id, base),
            Node::Implies(a, b) => Ok(!self.truth(*a, base)? || self.each_holds(*b, base)?),
            Node::If(c, a, b) => {
                let branch = if self.truth(*c, base)? { *a } else { *b };
                self.each_holds(branch, base)
            }
            Node::In(a, b) => match self.part_and_set(*a, *b, base)? {
                Some((at, set)) => self.part_in(at, &set, id, true),
                None => self.truth(id, base),
            },
            _ => self.truth(id, base),
        }
    }

    /// Whether alternatives of which one is enough are told apart.
    fn chooses(&mut self) -> bool {
        self.door.logging(|log| log.is_of_steps())
    }

    /// Whether the body holds for a combination of elements, each in a branch of its own.
    fn any_element(
        &mut self,
        bounds: &'m [Bound],
        sets: &[&[Value]],
        body: NodeId,
        id: NodeId,
        base: usize,
    ) -> Result<bool> {
        let (Some((bound, rest)), Some((elements, others))) = (bounds.split_first(), sets.split_first())
        else {
            return self.each_holds(body, base);
        };
        self.any_holds(elements.len(), |this, k| {
            this.tick(id)?;
            this.bind(&bound.pattern, elements[k].clone(), id, base)?;
            this.any_element(rest, others, body, id, base)
        })
    }

    /// Whether an expression has the same value in both states; of a tuple, each component in a branch of
    /// its own.
    fn each_same(&mut self, e: NodeId, id: NodeId, base: usize) -> Result<bool> {
        let ir = self.ir;
        match ir.node(e) {
            Node::Tuple(items) => self.all_hold(items.len(), |this, k| this.each_same(items[k], id, base)),
            Node::Inlined(op, inner) if matches!(ir.node(*inner), Node::Tuple(_) | Node::Inlined(..)) => {
                self.each_same(*inner, id, base).map_err(|f| self.within(f, *op, id))
            }
            _ => {
                // Where what it reads is the same, it is; whether it has a value has to be found out.
                if let Some(variables) = self.read_by(e)
                    && variables.iter().all(|&v| self.door.is_same(v) == Some(true))
                {
                    let value = self.eval(e, base)?;
                    return self.checked(value.try_eq(&value), id);
                }
                self.unchanged(e, id, base)
            }
        }
    }

    /// The variables that an expression reads, if it is kept whatever is bound around it.
    fn read_by(&mut self, e: NodeId) -> Option<std::rc::Rc<[u32]>> {
        if let Some(known) = self.read_by.get(&e) {
            return known.clone();
        }
        let (ir, mut at) = (self.ir, e);
        let is_kept = loop {
            match ir.node(at) {
                Node::Inlined(_, inner) => at = *inner,
                Node::Call(op, captured, args) if captured.is_empty() && args.is_empty() => {
                    at = ir.op(*op).body;
                }
                Node::Kept(cache, _) => break ir.kept[cache.index()].slots.is_empty(),
                _ => break false,
            }
        };
        let variables = is_kept.then(|| variables_in(ir, e).into());
        self.read_by.insert(e, variables.clone());
        variables
    }

    pub(super) fn domains_for(
        &mut self,
        bounds: &[Bound],
        base: usize,
        what: &'static str,
    ) -> Result<Vec<Domain>> {
        bounds.iter().map(|bound| self.domain_for(bound, base, what)).collect()
    }

    /// Whether what was worked out in this branch may be used here.
    pub(super) fn is_current(&self, branch: u64) -> bool {
        branch == 0 || self.branches.contains(&branch) || without(Rule::Branch)
    }

    /// The branch under way; 0 for none.
    pub(super) fn current_branch(&self) -> u64 {
        self.branches.last().copied().unwrap_or(0)
    }
}

fn until_false(holds: Result<bool>) -> Flow {
    holds.map(|holds| if holds { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
}
