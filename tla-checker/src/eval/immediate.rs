//! Expressions over numbers, truths, strings and model values, evaluated without making values.
//!
//! Enters: an expression that is made of literals, variables and their components, what is bound around it,
//! arithmetic, comparisons and connectives. Leaves: its value, where everything in it lies somewhere as such a
//! value already; else nothing, and it is evaluated as any other. Holds: what is read is read through the door, in
//! the order in which evaluation reads it; nothing is decided here that could be an error, nor where numbers
//! leave 64 bits: those are left to evaluation. A shortcut in front of the evaluator: `--reference` runs without.

use super::call::Cell;
use super::door::Spot;
use super::native::Native;
use super::{Evaluator, Setting};
use crate::ir::*;
use crate::state::PartId;
use crate::value::Value;
use std::cell::Cell as Mutable;

/// A value that is no collection.
#[derive(Clone, Copy)]
pub(super) enum Immediate<'v> {
    Int(i64),
    Bool(bool),
    /// A string or a model value.
    Atom(&'v Value),
}

impl<'v> Immediate<'v> {
    #[inline]
    fn of(value: &'v Value) -> Option<Immediate<'v>> {
        match value {
            Value::Int(i) => Some(Immediate::Int(*i)),
            Value::Bool(b) => Some(Immediate::Bool(*b)),
            Value::Str(_) | Value::Model(_) => Some(Immediate::Atom(value)),
            _ => None,
        }
    }

    #[inline]
    pub(super) fn to_value(self) -> Value {
        match self {
            Immediate::Int(i) => Value::Int(i),
            Immediate::Bool(b) => Value::Bool(b),
            Immediate::Atom(value) => value.clone(),
        }
    }

    #[inline]
    fn truth(self) -> Option<bool> {
        match self {
            Immediate::Bool(b) => Some(b),
            _ => None,
        }
    }

    #[inline]
    fn number(self) -> Option<i64> {
        match self {
            Immediate::Int(i) => Some(i),
            _ => None,
        }
    }

    /// Whether two are equal; none where that may be an error.
    #[inline]
    fn equals(self, other: Immediate<'_>) -> Option<bool> {
        match (self, other) {
            (Immediate::Int(a), Immediate::Int(b)) => Some(a == b),
            (Immediate::Bool(a), Immediate::Bool(b)) => Some(a == b),
            (Immediate::Atom(a), Immediate::Atom(b)) => a.try_eq(b).ok(),
            _ => None,
        }
    }

    /// Calls `f` with the value.
    #[inline]
    fn with<T>(self, f: impl FnOnce(&Value) -> T) -> T {
        match self {
            Immediate::Int(i) => f(&Value::Int(i)),
            Immediate::Bool(b) => f(&Value::Bool(b)),
            Immediate::Atom(value) => f(value),
        }
    }
}

/// For which expressions it is worth trying, and what was found out on the way.
pub(super) struct Shortcuts {
    /// By what came of it so far.
    scores: Vec<Mutable<i8>>,
    /// Of an expression that names a field: of which part it named which, in the layout in use.
    fields: Vec<Mutable<(PartId, PartId)>>,
}

/// Nobody knows yet.
const UNKNOWN: i8 = 0;
/// It is not tried.
const NEVER: i8 = -1;
/// What an expression begins with, and the most it can have.
const BEGIN: i8 = 16;
const MOST: i8 = 64;
/// What it loses when it has to be evaluated all the same.
const LOSS: i8 = 8;
/// The most expressions that one is made of.
const MOST_PARTS: u32 = 64;
/// No part.
const NOWHERE: (PartId, PartId) = (PartId::MAX, 0);

impl Shortcuts {
    pub(super) fn new(setting: &Setting<'_>) -> Shortcuts {
        let begin = if setting.keep_values { UNKNOWN } else { NEVER };
        let nodes = setting.ir.nodes.len();
        Shortcuts { scores: vec![Mutable::new(begin); nodes], fields: vec![Mutable::new(NOWHERE); nodes] }
    }

    /// Forgets what was found out about a layout.
    pub(super) fn change_layout(&mut self) {
        self.fields.fill(Mutable::new(NOWHERE));
    }
}

impl<'m> Evaluator<'m> {
    /// The value of an expression, where it can be had at once.
    #[inline]
    pub(super) fn at_once(&self, id: NodeId, base: usize) -> Option<Immediate<'_>> {
        let score = self.shortcuts.scores[id.index()].get();
        if score == NEVER || !self.is_unwatched() {
            return None;
        }
        self.scored(id, score, base)
    }

    fn scored(&self, id: NodeId, score: i8, base: usize) -> Option<Immediate<'_>> {
        let scores = &self.shortcuts.scores[id.index()];
        let score = match score {
            UNKNOWN if self.is_worth(id) && self.is_immediate(id, &mut 0) => BEGIN,
            UNKNOWN => {
                scores.set(NEVER);
                return None;
            }
            _ => score,
        };
        let found = self.immediate(id, base);
        scores.set(match found {
            Some(_) => (score + 1).min(MOST),
            None if score <= LOSS => NEVER,
            None => score - LOSS,
        });
        found
    }

    /// Whether there is something to be gained.
    fn is_worth(&self, id: NodeId) -> bool {
        match self.ir.node(id) {
            Node::And(_)
            | Node::Or(_)
            | Node::Not(_)
            | Node::Implies(..)
            | Node::Equivalent(..)
            | Node::Equal(..)
            | Node::NotEqual(..)
            | Node::In(..)
            | Node::NotIn(..)
            | Node::If(..)
            | Node::Native(..)
            | Node::Field(..)
            | Node::Apply(..) => true,
            Node::Inlined(_, e) => self.is_worth(*e),
            _ => false,
        }
    }

    /// Whether an expression is made of nothing but what is known here.
    fn is_immediate(&self, id: NodeId, parts: &mut u32) -> bool {
        *parts += 1;
        if *parts > MOST_PARTS {
            return false;
        }
        let mut simple = |id: &NodeId| self.is_immediate(*id, parts);
        match self.ir.node(id) {
            Node::Bool(_) | Node::Int(_) | Node::Str(_) | Node::Datum(_) | Node::Cached(..) => true,
            Node::Var(_) | Node::NextVar(_) | Node::Local(_) => true,
            Node::And(items) | Node::Or(items) => items.iter().all(simple),
            Node::Not(a) | Node::Field(a, _) | Node::Inlined(_, a) => simple(a),
            Node::Implies(a, b)
            | Node::Equivalent(a, b)
            | Node::Equal(a, b)
            | Node::NotEqual(a, b)
            | Node::Apply(a, b) => simple(a) && simple(b),
            Node::In(a, b) | Node::NotIn(a, b) => match self.ir.node(*b) {
                Node::Native(Native::Interval, bounds) => simple(a) && bounds.iter().all(simple),
                Node::Cached(..) | Node::Datum(_) | Node::Local(_) => simple(a),
                _ => false,
            },
            Node::If(c, a, b) => simple(c) && simple(a) && simple(b),
            Node::Native(native, args) => is_known(*native) && args.iter().all(simple),
            _ => false,
        }
    }

    fn immediate(&self, id: NodeId, base: usize) -> Option<Immediate<'_>> {
        match self.ir.node(id) {
            Node::Bool(b) => Some(Immediate::Bool(*b)),
            Node::Int(i) => Some(Immediate::Int(*i)),
            Node::And(items) => {
                for &item in items {
                    if !self.immediate(item, base)?.truth()? {
                        return Some(Immediate::Bool(false));
                    }
                }
                Some(Immediate::Bool(true))
            }
            Node::Or(items) => {
                for &item in items {
                    if self.immediate(item, base)?.truth()? {
                        return Some(Immediate::Bool(true));
                    }
                }
                Some(Immediate::Bool(false))
            }
            Node::Not(a) => Some(Immediate::Bool(!self.immediate(*a, base)?.truth()?)),
            Node::Implies(a, b) => Some(Immediate::Bool(
                !self.immediate(*a, base)?.truth()? || self.immediate(*b, base)?.truth()?,
            )),
            Node::Equivalent(a, b) => {
                let a = self.immediate(*a, base)?.truth()?;
                Some(Immediate::Bool(a == self.immediate(*b, base)?.truth()?))
            }
            Node::Equal(a, b) => {
                let a = self.immediate(*a, base)?;
                Some(Immediate::Bool(a.equals(self.immediate(*b, base)?)?))
            }
            Node::NotEqual(a, b) => {
                let a = self.immediate(*a, base)?;
                Some(Immediate::Bool(!a.equals(self.immediate(*b, base)?)?))
            }
            Node::In(a, b) => Some(Immediate::Bool(self.is_in(*a, *b, base)?)),
            Node::NotIn(a, b) => Some(Immediate::Bool(!self.is_in(*a, *b, base)?)),
            Node::If(c, a, b) => {
                let branch = if self.immediate(*c, base)?.truth()? { *a } else { *b };
                self.immediate(branch, base)
            }
            Node::Inlined(_, e) => self.immediate(*e, base),
            Node::Native(native, args) => {
                let a = self.immediate(args[0], base)?.number()?;
                if *native == Native::Negate {
                    return Some(Immediate::Int(a.checked_neg()?));
                }
                computed(*native, a, self.immediate(args[1], base)?.number()?)
            }
            _ => Immediate::of(self.at_hand(id, base)?),
        }
    }

    fn is_in(&self, a: NodeId, b: NodeId, base: usize) -> Option<bool> {
        let element = self.immediate(a, base)?;
        if let Node::Native(Native::Interval, bounds) = self.ir.node(b) {
            let low = self.immediate(bounds[0], base)?.number()?;
            let high = self.immediate(bounds[1], base)?.number()?;
            let element = element.number()?;
            return Some(low <= element && element <= high);
        }
        let set = self.at_hand(b, base)?;
        element.with(|element| set.contains(element)).ok()
    }

    /// A value that lies somewhere; a component of a state only where it is kept in one piece.
    #[inline]
    fn at_hand(&self, id: NodeId, base: usize) -> Option<&Value> {
        match self.way_to(id, base)? {
            Spot::Value(value) => Some(value),
            Spot::Part(state, part) => self.door.leaf(state, part),
            Spot::Edited(..) => None,
        }
    }

    /// Where a value lies, if nothing has to be evaluated to get there but immediate indices.
    fn way_to(&self, id: NodeId, base: usize) -> Option<Spot<'_>> {
        match self.ir.node(id) {
            Node::Var(v) => self.door.spot(*v, false),
            Node::NextVar(v) => self.door.spot(*v, true),
            Node::Local(slot) => self.bound(base + *slot as usize),
            Node::Cached(cache, _) => self.caches[cache.index()].as_ref().map(Spot::Value),
            Node::Datum(d) => Some(Spot::Value(&self.data[*d as usize])),
            Node::Str(t) => Some(Spot::Value(&self.strings[t.index()])),
            Node::Inlined(_, e) => self.way_to(*e, base),
            Node::Field(r, name) => match self.way_to(*r, base)? {
                Spot::Part(state, part) => {
                    let known = &self.shortcuts.fields[id.index()];
                    let (from, mut to) = known.get();
                    if from != part {
                        to = self.door.store.field(part, &self.symbols[name.index()])?;
                        known.set((part, to));
                    }
                    Some(Spot::Part(state, to))
                }
                Spot::Value(value) => value.select(&self.symbols[name.index()]).ok().map(Spot::Value),
                Spot::Edited(..) => None,
            },
            Node::Apply(f, index) => {
                let index = self.immediate(*index, base)?;
                match self.way_to(*f, base)? {
                    Spot::Part(state, part) => {
                        let inner = index.with(|index| self.door.store.component(part, index))?;
                        Some(Spot::Part(state, inner))
                    }
                    Spot::Value(value @ (Value::Tuple(_) | Value::Record(_) | Value::Func(_))) => {
                        index.with(|index| value.apply(index).ok()).map(Spot::Value)
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Where the value of a slot lies.
    #[inline]
    fn bound(&self, mut index: usize) -> Option<Spot<'_>> {
        loop {
            match &self.stack[index] {
                Cell::Value(value) => return Some(Spot::Value(value)),
                Cell::Part(part) => return Some(Spot::Part(0, *part)),
                Cell::Ref(other) => index = *other as usize,
                _ => return None,
            }
        }
    }
}

/// Whether a native is one of [`computed`], or the negation.
fn is_known(native: Native) -> bool {
    use Native::*;
    matches!(native, Negate | Add | Subtract | Multiply | Less | Greater | AtMost | AtLeast | Divide | Modulo)
}

/// Arithmetic where it stays within 64 bits and is no error.
#[inline]
fn computed(native: Native, a: i64, b: i64) -> Option<Immediate<'static>> {
    Some(match native {
        Native::Add => Immediate::Int(a.checked_add(b)?),
        Native::Subtract => Immediate::Int(a.checked_sub(b)?),
        Native::Multiply => Immediate::Int(a.checked_mul(b)?),
        Native::Less => Immediate::Bool(a < b),
        Native::Greater => Immediate::Bool(a > b),
        Native::AtMost => Immediate::Bool(a <= b),
        Native::AtLeast => Immediate::Bool(a >= b),
        // By a positive number, both are as in Euclid.
        Native::Divide if b > 0 => Immediate::Int(a.div_euclid(b)),
        Native::Modulo if b > 0 => Immediate::Int(a.rem_euclid(b)),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is computed here is what values come to; what is left is an error there, or no immediate integer, or
    /// division by what is not positive.
    #[test]
    fn arithmetic_is_that_of_values() {
        let near = |center: i64| (-2..=2).map(move |d| center.wrapping_add(d));
        let numbers: Vec<i64> =
            [0, 7, -7, 1 << 31, -(1 << 31), 1 << 32, i64::MAX, i64::MIN].into_iter().flat_map(near).collect();
        let (mut computed_here, mut left) = (0, 0);
        for (&a, &b) in numbers.iter().flat_map(|a| numbers.iter().map(move |b| (a, b))) {
            let (x, y) = (Value::Int(a), Value::Int(b));
            for &native in Native::ALL.iter().filter(|&&native| is_known(native) && native != Native::Negate)
            {
                let expected = match native {
                    Native::Add => x.add(&y),
                    Native::Subtract => x.subtract(&y),
                    Native::Multiply => x.multiply(&y),
                    Native::Divide => x.divide(&y),
                    Native::Modulo => x.modulo(&y),
                    Native::Less => x.less(&y).map(Value::Bool),
                    Native::Greater => x.greater(&y).map(Value::Bool),
                    Native::AtMost => x.at_most(&y).map(Value::Bool),
                    _ => x.at_least(&y).map(Value::Bool),
                };
                match computed(native, a, b) {
                    Some(found) => {
                        computed_here += 1;
                        assert_eq!(found.to_value(), expected.expect("no error"), "{a} {native:?} {b}");
                    }
                    None => {
                        left += 1;
                        let small = matches!(expected, Ok(Value::Int(_) | Value::Bool(_)));
                        assert!(!small || b <= 0, "{a} {native:?} {b} is not computed");
                    }
                }
            }
        }
        assert!(computed_here > 10_000 && left > 1_000, "{computed_here}, {left}");
    }
}
