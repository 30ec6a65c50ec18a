//! Sets that a state keeps as bits: membership, inclusion, quantifiers, with no more bits read than it
//! takes; and membership of what a state keeps in parts, a part at a time.
//!
//! Enters: expressions, and the places of sets. Leaves: the answers that the values would give. Holds:
//! an element of which a predicate is false whatever the state need not be looked for, which keeps small
//! what an evaluation reads; who enumerates the elements that a set may have depends on how many there
//! are. Elements come in their canonical order, never in that of their numbers.

use super::door::Spot;
use super::spot::Bits;
use super::{Evaluator, Result};
use crate::canary::{Rule, without};
use crate::ir::*;
use crate::state::PartId;
use crate::value::{Axes, Index, Keys, LazySet, Value};

impl<'m> Evaluator<'m> {
    /// The elements that a set kept as bits may have, in canonical order.
    pub(super) fn universe(&self, part: PartId) -> Vec<u32> {
        let order = &self.door.store.known(part).order;
        if without(Rule::Order) {
            return (0..order.len() as u32).filter(|&e| self.door.store.holds(part, e)).collect();
        }
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
        Ok(match self.attempt(|this| this.eval(b, base)) {
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
            if settled.is_some() {
                return Ok(!forall);
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
            let settled = self.foreseen(part, e, bound, body, false, base)?;
            if settled == Some(false) || !self.door.has(state, part, e) {
                continue;
            }
            let element = self.element(part, e);
            if settled.is_none() {
                self.bind(&bound.pattern, element.clone(), id, base)?;
                if !self.truth(body, base)? {
                    continue;
                }
            }
            kept.push(element);
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
        // That only pays for what is learned: there it is a read less.
        if !self.door.is_logging() {
            return Ok(None);
        }
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
            match self.attempt(|this| this.truth(item, base)) {
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
                Err(_) => return Ok(None),
            }
        }
        Ok(None)
    }

    /// Whether an expression has no variables in it, nor anything that stands for them.
    fn is_blind(&mut self, id: NodeId) -> bool {
        if let Some(known) = self.blind.get(id) {
            return known;
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
            Node::Local(_) => self.ir.reads(id) == Reads::Constant,
            Node::Native(native, _) => native.is_pure(),
            // Constant, whatever is inside.
            Node::Cached(..) => {
                self.blind.set(id, true);
                return true;
            }
            _ => true,
        };
        let mut children = Vec::new();
        self.ir.children(id, &mut |c| children.push(c));
        blind = blind && children.into_iter().all(|c| self.is_blind(c));
        self.blind.set(id, blind);
        blind
    }
}
