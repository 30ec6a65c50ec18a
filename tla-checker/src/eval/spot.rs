//! Where values lie: what can be looked at without being built, down to a component of a packed state.
//!
//! Enters: expressions. Leaves: the place of their values, where it is known without evaluating them;
//! and what can be answered from the place alone: a domain, a membership, a quantifier over a set kept
//! as bits. Holds: each answer is the one that the values would give. What is an error is left to the
//! evaluation of the values, which says what and where. An element of which a predicate is false
//! whatever the state need not be looked for: that keeps what an evaluation reads small.

use super::call::Cell;
use super::door::Spot;
use super::{Evaluator, Result};
use crate::ir::*;
use crate::state::PartId;
use crate::value::{Axes, Index, Keys, LazySet, Value};

/// Whether there is stack to look through another cell. Arguments may stand for one another as deep as
/// calls are nested; without it, they are evaluated, on a stack that grows.
fn has_stack() -> bool {
    stacker::remaining_stack().is_some_and(|left| left >= super::RED_ZONE)
}

/// A set kept as bits: the state and the part.
pub(super) type Bits = (usize, PartId);

impl<'m> Evaluator<'m> {
    /// Where the value of an expression lies.
    pub(super) fn spot(&self, id: NodeId, base: usize) -> Option<Spot<'_>> {
        let spot = match self.ir.node(id) {
            Node::Var(v) => self.door.spot(*v, false),
            Node::NextVar(v) => self.door.spot(*v, true),
            Node::Local(slot) => self.spot_cell(base + *slot as usize),
            Node::Cached(cache, _) => self.caches[cache.index()].as_ref().map(Spot::Value),
            Node::Kept(cache, _) => self.remembered(*cache).map(Spot::Value),
            Node::Datum(d) => Some(Spot::Value(&self.data[*d as usize])),
            Node::Str(t) => Some(Spot::Value(&self.strings[t.index()])),
            // What fails here is evaluated again, to fail with its place.
            Node::Field(r, name) => match self.constructor(*r, base) {
                Some((Node::Record(shape, fields), base)) => {
                    let names = &self.ir.shapes[shape.index()];
                    let place = names.iter().position(|n| n == name)? as u32;
                    let (_, field) = fields.iter().find(|(at, _)| *at == place)?;
                    self.spot(*field, base)
                }
                Some(_) => None,
                None => self.door.field(self.spot(*r, base)?, &self.symbols[name.index()]),
            },
            Node::Apply(f, index) => {
                let argument = self.peek(*index, base)?;
                match self.constructor(*f, base) {
                    Some((Node::Tuple(items), base)) => {
                        let Value::Int(at) = argument else { return None };
                        let at = usize::try_from(at.checked_sub(1)?).ok()?;
                        self.spot(*items.get(at)?, base)
                    }
                    Some(_) => None,
                    None => self.door.component(self.spot(*f, base)?, argument),
                }
            }
            Node::Inlined(_, e) => self.spot(*e, base),
            _ => None,
        };
        spot.filter(|spot| !matches!(spot, Spot::Value(Value::Closure(_))))
    }

    /// The tuple or record of variables that an expression makes, and the frame it is made in: a component
    /// of it can be had without the others, since none of them can fail.
    fn constructor(&self, id: NodeId, base: usize) -> Option<(&'m Node, usize)> {
        match self.ir.node(id) {
            node @ Node::Tuple(items) => items.iter().all(|&e| self.is_safe(e)).then_some((node, base)),
            node @ Node::Record(_, fields) => {
                fields.iter().all(|&(_, e)| self.is_safe(e)).then_some((node, base))
            }
            Node::Inlined(_, e) | Node::Kept(_, e) => self.constructor(*e, base),
            Node::Local(slot) if has_stack() => {
                let (e, base) = self.by_name(base + *slot as usize)?;
                self.constructor(e, base)
            }
            _ => None,
        }
    }

    fn is_safe(&self, id: NodeId) -> bool {
        match self.ir.node(id) {
            Node::Var(v) => self.door.has_value(*v, false),
            Node::NextVar(v) => self.door.has_value(*v, true),
            Node::Datum(_) | Node::Str(_) | Node::Int(_) | Node::Bool(_) => true,
            _ => false,
        }
    }

    /// Where the value of a cell lies.
    pub(super) fn spot_cell(&self, index: usize) -> Option<Spot<'_>> {
        if !has_stack() {
            return None;
        }
        match &self.stack[index] {
            Cell::Value(value) => Some(Spot::Value(value)),
            Cell::Part(part) => Some(Spot::Part(0, *part)),
            Cell::Ref(other) => self.spot_cell(*other as usize),
            Cell::Need(e, base) | Cell::Name(e, base) => match self.ir.node(*e) {
                Node::Var(_)
                | Node::NextVar(_)
                | Node::Field(..)
                | Node::Apply(..)
                | Node::Local(_)
                | Node::Inlined(..) => self.spot(*e, *base as usize),
                _ => None,
            },
            _ => None,
        }
    }

    /// A value that lies somewhere already, so that it need not be cloned to be looked at.
    #[inline]
    pub(super) fn peek(&self, id: NodeId, base: usize) -> Option<&Value> {
        self.door.look(self.spot(id, base)?).filter(|v| !matches!(v, Value::Closure(_)))
    }

    /// The value of `f[i]` or `r.a` without those of the functions and records around it, where it can be
    /// had so: whether something on the way was evaluated before makes no difference to what is read.
    pub(super) fn located(&mut self, id: NodeId, base: usize) -> Result<Option<Value>> {
        if let Some(spot) = self.spot(id, base) {
            return Ok(Some(self.door.take(spot)));
        }
        if self.settle(id, base)?
            && let Some(spot) = self.spot(id, base)
        {
            return Ok(Some(self.door.take(spot)));
        }
        let place = self.place(id, base);
        Ok(place.map(|(state, part)| self.door.take(Spot::Part(state, part))))
    }

    /// Evaluates the arguments on the way to a component that have not been, where it does not matter
    /// that they are evaluated once more; whether there was one.
    pub(super) fn settle(&mut self, id: NodeId, base: usize) -> Result<bool> {
        let ir = self.ir;
        match ir.node(id) {
            Node::Field(r, _) => self.settle(*r, base),
            Node::Apply(f, index) => {
                let settled = self.is_cheap(*index) && self.peek(*index, base).is_none();
                if settled {
                    self.eval(*index, base)?;
                }
                Ok(self.settle(*f, base)? || settled)
            }
            Node::Inlined(_, e) => self.settle(*e, base),
            Node::Local(slot) if has_stack() => match self.by_name(base + *slot as usize) {
                Some((e, frame)) => self.settle(e, frame),
                None => Ok(false),
            },
            _ => Ok(false),
        }
    }

    /// The component of a packed state that an expression names, if it names one. What it reads is what
    /// the expressions read that say which component, whether something of it is kept or not: else an
    /// evaluation would depend on what was evaluated before.
    pub(super) fn place(&mut self, id: NodeId, base: usize) -> Option<Bits> {
        let ir = self.ir;
        match ir.node(id) {
            Node::Var(v) => self.packed(*v, false),
            Node::NextVar(v) => self.packed(*v, true),
            Node::Local(slot) => self.place_of_cell(base + *slot as usize),
            Node::Inlined(_, e) | Node::Kept(_, e) => self.place(*e, base),
            Node::Field(r, name) => match self.constructor(*r, base) {
                Some((Node::Record(shape, fields), base)) => {
                    let at = ir.shapes[shape.index()].iter().position(|n| n == name)? as u32;
                    let (_, field) = fields.iter().find(|(place, _)| *place == at)?;
                    self.place(*field, base)
                }
                Some(_) => None,
                None => {
                    let (state, part) = self.place(*r, base)?;
                    Some((state, self.door.store.field(part, &self.symbols[name.index()])?))
                }
            },
            Node::Apply(f, index) => match self.constructor(*f, base) {
                Some((Node::Tuple(items), frame)) => {
                    let Value::Int(at) = self.foreseen_value(*index, base)? else { return None };
                    let at = usize::try_from(at.checked_sub(1)?).ok()?;
                    self.place(*items.get(at)?, frame)
                }
                Some(_) => None,
                None => {
                    let (state, part) = self.place(*f, base)?;
                    self.door.store.function(part)?;
                    let argument = self.foreseen_value(*index, base)?;
                    Some((state, self.door.store.component(part, &argument)?))
                }
            },
            _ => None,
        }
    }

    fn packed(&self, variable: u32, next: bool) -> Option<Bits> {
        match self.door.spot(variable, next)? {
            Spot::Part(state, part) => Some((state, part)),
            _ => None,
        }
    }

    fn place_of_cell(&mut self, index: usize) -> Option<Bits> {
        if !has_stack() {
            return None;
        }
        match &self.stack[index] {
            Cell::Part(part) => Some((0, *part)),
            Cell::Ref(other) => {
                let other = *other as usize;
                self.place_of_cell(other)
            }
            Cell::Need(e, base) | Cell::Name(e, base) => {
                let (e, base) = (*e, *base as usize);
                self.place(e, base)
            }
            _ => None,
        }
    }

    /// Whether evaluating an expression once more costs little: nothing is called in it.
    fn is_cheap(&mut self, id: NodeId) -> bool {
        if let Some(known) = self.cheap.get(&id) {
            return *known;
        }
        let mut cheap = match self.ir.node(id) {
            Node::Native(native, args) => native.is_pure() && args.len() <= 2,
            // Kept once they are evaluated.
            Node::Cached(..) | Node::Local(_) => {
                self.cheap.insert(id, true);
                return true;
            }
            Node::Bool(_)
            | Node::Int(_)
            | Node::Str(_)
            | Node::Datum(_)
            | Node::Var(_)
            | Node::NextVar(_)
            | Node::Apply(..)
            | Node::Field(..)
            | Node::Tuple(_)
            | Node::Record(..)
            | Node::If(..)
            | Node::Equal(..)
            | Node::NotEqual(..)
            | Node::Not(_)
            | Node::Inlined(..)
            | Node::Kept(..) => true,
            _ => false,
        };
        let mut children = Vec::new();
        self.ir.children(id, &mut |c| children.push(c));
        cheap = cheap && children.into_iter().all(|c| self.is_cheap(c));
        self.cheap.insert(id, cheap);
        cheap
    }

    /// The value of a cheap expression that will be evaluated anyway; none when that fails, as it then
    /// will.
    fn foreseen_value(&mut self, id: NodeId, base: usize) -> Option<Value> {
        if !self.is_cheap(id) {
            return None;
        }
        let (height, depth) = (self.stack.len(), self.depth);
        let value = self.eval(id, base);
        if value.is_err() {
            self.stack.truncate(height);
            self.depth = depth;
        }
        value.ok()
    }

    /// The domain of a function that a state holds in parts: the state need not be read.
    pub(super) fn domain_of(&mut self, f: NodeId, base: usize) -> Option<Value> {
        let (_, part) = self.place(f, base)?;
        let (keys, _) = self.door.store.function(part)?;
        Some(match keys {
            Keys::Sequence(n) => Value::interval(1, *n as i64),
            Keys::Fields(shape) => shape.domain().clone(),
            Keys::Other(set) => Value::Set(set.clone()),
        })
    }

    /// The set kept as bits that an expression is, while it matters which of them are read.
    pub(super) fn bits(&mut self, set: NodeId, base: usize) -> Option<Bits> {
        if !self.door.is_logging() {
            return None;
        }
        self.any_bits(set, base)
    }

    fn any_bits(&mut self, set: NodeId, base: usize) -> Option<Bits> {
        self.place(set, base).filter(|&(_, part)| self.door.store.is_set(part))
    }

    /// The elements that a set kept as bits may have, in canonical order.
    pub(super) fn universe(&self, part: PartId) -> Vec<u32> {
        let order = &self.door.store.known(part).order;
        order.iter().copied().filter(|&e| self.door.store.holds(part, e)).collect()
    }

    fn element(&self, part: PartId, element: u32) -> Value {
        self.door.store.known(part).values[element as usize].clone()
    }

    pub(super) fn member(&mut self, a: NodeId, b: NodeId, id: NodeId, base: usize) -> Result<bool> {
        if let Some(at) = self.any_bits(b, base) {
            let element = self.eval(a, base)?;
            let answer = self.door.contains(at, &element);
            if let Some(answer) = self.checked(answer, id)? {
                return Ok(answer);
            }
            let set = self.door.take(Spot::Part(at.0, at.1));
            return self.checked(set.contains(&element), id);
        }
        if let Some((part, set)) = self.part_and_set(a, b, base)? {
            return self.part_in(part, &set, id, false);
        }
        // The element first, whether it lies somewhere or not: reads are logged in order.
        if let Some(element) = self.peek(a, base)
            && let Some(set) = self.peek(b, base)
        {
            let answer = set.contains(element);
            return self.checked(answer, id);
        }
        let element = self.eval(a, base)?;
        if let Some(set) = self.peek(b, base) {
            let answer = set.contains(&element);
            return self.checked(answer, id);
        }
        self.is_member(&element, b, id, base)
    }

    /// The part in several pieces that `a` is, and the set `b` to which it may belong.
    pub(super) fn part_and_set(
        &mut self,
        a: NodeId,
        b: NodeId,
        base: usize,
    ) -> Result<Option<(Bits, Value)>> {
        if !self.door.is_logging() {
            return Ok(None);
        }
        let composite = |this: &Self, part| this.door.store.is_composite(part);
        let Some(at) = self.place(a, base).filter(|&(_, part)| composite(self, part)) else {
            return Ok(None);
        };
        Ok(match self.eval(b, base) {
            Ok(set) => Some((at, set)),
            // It is followed up where the element is a value.
            Err(_) => None,
        })
    }

    /// `part \in set`, a component at a time. With `holding`, each is a branch of the log: all of them
    /// have to hold.
    pub(super) fn part_in(&mut self, at: Bits, set: &Value, id: NodeId, holding: bool) -> Result<bool> {
        let (state, part) = at;
        match set.as_lazy() {
            Some(LazySet::Functions(index, axes)) => {
                if let Some(parts) = self.same_domain(part, index) {
                    return self.parts_in(state, &parts, axes, id, holding);
                }
            }
            Some(LazySet::Subset(base)) if self.door.store.is_set(part) => {
                let base = base.clone();
                return self.bits_in(at, &base, id);
            }
            _ => {}
        }
        let answer = self.door.look(Spot::Part(state, part)).map(|value| set.contains(value));
        match answer {
            Some(answer) => self.checked(answer, id),
            None => Err(self.internal(id, "a part has no value")),
        }
    }

    fn parts_in(
        &mut self,
        state: usize,
        parts: &[PartId],
        axes: &Axes,
        id: NodeId,
        holding: bool,
    ) -> Result<bool> {
        if holding {
            return self
                .all_hold(parts.len(), |this, k| this.part_in((state, parts[k]), axes.at(k), id, true));
        }
        for (k, &inner) in parts.iter().enumerate() {
            if !self.part_in((state, inner), axes.at(k), id, false)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The parts of a function, when its domain is that of a set of functions.
    fn same_domain(&self, part: PartId, index: &Index) -> Option<Vec<PartId>> {
        let (keys, parts) = self.door.store.function(part)?;
        let same = match (keys, index) {
            (Keys::Sequence(n), Index::Product(m)) => n == m,
            (Keys::Fields(a), Index::Fields(b)) => a.names() == b.names(),
            (keys, Index::Domain(domain)) => {
                let own = match keys {
                    Keys::Sequence(n) => Value::interval(1, *n as i64),
                    Keys::Fields(shape) => shape.domain().clone(),
                    Keys::Other(set) => Value::Set(set.clone()),
                };
                domain.try_eq(&own).unwrap_or(false)
            }
            _ => false,
        };
        same.then(|| parts.to_vec())
    }

    /// For `a \subseteq b`: the set kept as bits that `a` is, and the value of `b`.
    pub(super) fn bits_and_set(
        &mut self,
        a: NodeId,
        b: NodeId,
        base: usize,
    ) -> Result<Option<(Bits, Value)>> {
        let Some(at) = self.bits(a, base) else { return Ok(None) };
        let set = self.eval(b, base)?;
        Ok(set.is_set().then_some((at, set)))
    }

    /// `a \subseteq b` where `b` is a set kept as bits, and the elements of `a` are at hand.
    pub(super) fn subset_of_bits(
        &mut self,
        a: NodeId,
        b: NodeId,
        id: NodeId,
        base: usize,
    ) -> Result<Option<bool>> {
        let Some(at) = self.bits(b, base) else { return Ok(None) };
        let set = self.eval(a, base)?;
        let Some(elements) = set.set_elements() else { return Ok(None) };
        for element in elements {
            let inside = self.door.contains(at, element);
            match self.checked(inside, id)? {
                Some(true) => {}
                other => return Ok(other),
            }
        }
        Ok(Some(true))
    }

    /// Whether every element of a set kept as bits is in a set.
    pub(super) fn bits_in(&mut self, (state, part): Bits, set: &Value, id: NodeId) -> Result<bool> {
        self.door.enumerated(part);
        for e in self.universe(part) {
            let inside = set.contains(&self.door.store.known(part).values[e as usize]);
            if matches!(inside, Ok(true)) || !self.door.has(state, part, e) {
                continue;
            }
            return self.checked(inside, id);
        }
        Ok(true)
    }

    /// `\A` or `\E` over a set kept as bits.
    pub(super) fn quantified_bits(
        &mut self,
        forall: bool,
        (state, part): Bits,
        bound: &Bound,
        body: NodeId,
        id: NodeId,
        base: usize,
    ) -> Result<bool> {
        self.door.enumerated(part);
        for e in self.universe(part) {
            self.tick(id)?;
            let settled = self.foreseen(part, e, bound, body, forall, base)?;
            if settled == Some(forall) || !self.door.has(state, part, e) {
                continue;
            }
            let element = self.element(part, e);
            self.bind(&bound.pattern, element, id, base)?;
            if self.truth(body, base)? != forall {
                return Ok(!forall);
            }
        }
        Ok(forall)
    }

    /// `{x \in S : p}` over a set kept as bits.
    pub(super) fn filtered_bits(
        &mut self,
        (state, part): Bits,
        bound: &Bound,
        body: NodeId,
        id: NodeId,
        base: usize,
    ) -> Result<Value> {
        self.door.enumerated(part);
        let mut kept = Vec::new();
        for e in self.universe(part) {
            self.tick(id)?;
            if self.foreseen(part, e, bound, body, false, base)? == Some(false)
                || !self.door.has(state, part, e)
            {
                continue;
            }
            let element = self.element(part, e);
            self.bind(&bound.pattern, element.clone(), id, base)?;
            if self.truth(body, base)? {
                kept.push(element);
            }
        }
        Ok(Value::set_from_sorted(kept))
    }

    /// The truth of a predicate of an element, if it shows without a look at the state: then the element
    /// need not be looked for either. Of a predicate that may look at the state, only what comes before
    /// that, and only whether it settles the whole.
    fn foreseen(
        &mut self,
        part: PartId,
        e: u32,
        bound: &Bound,
        body: NodeId,
        forall: bool,
        base: usize,
    ) -> Result<Option<bool>> {
        let ir = self.ir;
        let mut body = body;
        while let Node::Inlined(_, inner) | Node::Kept(_, inner) = ir.node(body) {
            body = *inner;
        }
        // What settles the matter when it is `settling`.
        let (parts, settling): (&[NodeId], bool) = match ir.node(body) {
            Node::And(items) => (items, false),
            Node::Implies(a, _) if forall => (std::slice::from_ref(a), false),
            Node::Or(items) => (items, true),
            _ => (std::slice::from_ref(&body), forall),
        };
        let whole = matches!(parts, [one] if *one == body);
        let (height, depth) = (self.stack.len(), self.depth);
        let mut bound_yet = false;
        for &item in parts {
            if !self.is_blind(item) {
                return Ok(None);
            }
            if !bound_yet {
                let element = self.element(part, e);
                if self.bind(&bound.pattern, element, body, base).is_err() {
                    return Ok(None);
                }
                bound_yet = true;
            }
            match self.truth(item, base) {
                Ok(truth) if whole => return Ok(Some(truth)),
                Ok(truth) if truth == settling => {
                    // An implication whose left side is false holds.
                    let implied = matches!(ir.node(body), Node::Implies(..));
                    return Ok(Some(if implied { true } else { settling }));
                }
                Ok(_) => {}
                Err(failure) if failure.kind == crate::failure::FailureKind::Cancelled => {
                    return Err(failure);
                }
                // It fails of the element only if that is there.
                Err(_) => {
                    self.stack.truncate(height);
                    self.depth = depth;
                    return Ok(None);
                }
            }
        }
        Ok(None)
    }

    /// Whether an expression has no variables in it, apart from what cells may stand for.
    fn is_blind(&mut self, id: NodeId) -> bool {
        if let Some(known) = self.blind.get(&id) {
            return *known;
        }
        let mut blind = match self.ir.node(id) {
            Node::Var(_)
            | Node::NextVar(_)
            | Node::Prime(_)
            | Node::Call(..)
            | Node::CallLocal(..)
            | Node::Operator(..)
            | Node::Closure(..)
            | Node::Enabled(_)
            | Node::Compose(..)
            | Node::Keep(..)
            | Node::Unchanged(_)
            | Node::Subscripted(..) => false,
            Node::Native(native, _) => native.is_pure(),
            // Constant, whatever is inside.
            Node::Cached(..) => {
                self.blind.insert(id, true);
                return true;
            }
            _ => true,
        };
        let mut children = Vec::new();
        self.ir.children(id, &mut |c| children.push(c));
        blind = blind && children.into_iter().all(|c| self.is_blind(c));
        self.blind.insert(id, blind);
        blind
    }
}
