//! Where values lie: what can be looked at without being built, down to a component of a packed state.
//!
//! Enters: expressions. Leaves: the place of their values, where it is known without evaluating them.
//! Holds: each answer is the one that the values would give, and reads the same whatever was evaluated
//! or kept before. What is an error is left to the evaluation of the values, which says what and where.

use super::call::Cell;
use super::door::Spot;
use super::{Evaluator, Result};
use crate::ir::*;
use crate::state::PartId;
use crate::value::{Keys, Value};

/// A set kept as bits: the state and the part.
pub(super) type Bits = (usize, PartId);

/// The expression of a component of a tuple that is made.
fn made_item(items: &[NodeId], argument: &Value) -> Option<NodeId> {
    let Value::Int(at) = argument else { return None };
    items.get(usize::try_from(at.checked_sub(1)?).ok()?).copied()
}

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
            // What is only looked at would not be counted.
            Node::Field(..) | Node::Apply(..) | Node::Inlined(..) if self.is_counting() => None,
            // What fails here is evaluated again, to fail with its place.
            Node::Field(r, name) => match self.constructor(*r, base) {
                Some((Node::Record(shape, fields), base)) => {
                    self.spot(self.made_field(*shape, fields, *name)?, base)
                }
                Some(_) => None,
                None => self.door.field(self.spot(*r, base)?, &self.symbols[name.index()]),
            },
            Node::Apply(f, index) => {
                let argument = self.peek(*index, base)?;
                match self.constructor(*f, base) {
                    Some((Node::Tuple(items), base)) => self.spot(made_item(items, argument)?, base),
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
            // Arguments may stand for one another as deep as calls are nested: without stack to look through
            // them, they are evaluated, on a stack that grows.
            Node::Local(slot) if self.has_stack() => {
                let (e, base) = self.by_name(base + *slot as usize)?;
                self.constructor(e, base)
            }
            _ => None,
        }
    }

    /// The expression of a field of a record that is made.
    fn made_field(&self, shape: ShapeId, fields: &[(u32, NodeId)], name: TextId) -> Option<NodeId> {
        let at = self.ir.shapes[shape.index()].iter().position(|&n| n == name)? as u32;
        fields.iter().find(|(place, _)| *place == at).map(|&(_, e)| e)
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
        if !self.has_stack() {
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
        if self.ir.is_by_value(id) || self.is_counting() {
            return Ok(None);
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
            // Arguments may stand for one another as deep as calls are nested: without stack to look through
            // them, they are evaluated, on a stack that grows.
            Node::Local(slot) if self.has_stack() => match self.by_name(base + *slot as usize) {
                Some((e, frame)) => self.settle(e, frame),
                None => Ok(false),
            },
            _ => Ok(false),
        }
    }

    /// The component of a packed state that an expression names, if it names one. What it reads is what
    /// the expressions read that say which component, whether something of it is kept or not: else an
    /// evaluation would depend on what was evaluated before.
    #[inline]
    pub(super) fn place(&mut self, id: NodeId, base: usize) -> Option<Bits> {
        if self.ir.is_by_value(id) { None } else { self.place_of(id, base) }
    }

    fn place_of(&mut self, id: NodeId, base: usize) -> Option<Bits> {
        let ir = self.ir;
        match ir.node(id) {
            Node::Var(v) => self.packed(*v, false),
            Node::NextVar(v) => self.packed(*v, true),
            Node::Local(slot) => self.place_of_cell(base + *slot as usize),
            Node::Inlined(_, e) | Node::Kept(_, e) => self.place(*e, base),
            Node::Field(r, name) => match self.constructor(*r, base) {
                Some((Node::Record(shape, fields), base)) => {
                    self.place(self.made_field(*shape, fields, *name)?, base)
                }
                Some(_) => None,
                None => {
                    let (state, part) = self.place(*r, base)?;
                    Some((state, self.door.store.field(part, &self.symbols[name.index()])?))
                }
            },
            Node::Apply(f, index) => match self.constructor(*f, base) {
                Some((Node::Tuple(items), frame)) => {
                    let argument = self.foreseen_value(*index, base)?;
                    self.place(made_item(items, &argument)?, frame)
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
        if !self.has_stack() {
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
        if let Some(known) = self.cheap.get(id) {
            return known;
        }
        let mut cheap = match self.ir.node(id) {
            Node::Native(native, args) => native.is_pure() && args.len() <= 2,
            // Kept once they are evaluated.
            Node::Cached(..) | Node::Local(_) => {
                self.cheap.set(id, true);
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
        self.cheap.set(id, cheap);
        cheap
    }

    /// The value of a cheap expression that will be evaluated anyway; none when that fails, as it then
    /// will.
    fn foreseen_value(&mut self, id: NodeId, base: usize) -> Option<Value> {
        if !self.is_cheap(id) {
            return None;
        }
        self.attempt(|this| this.eval(id, base)).ok()
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

    pub(super) fn any_bits(&mut self, set: NodeId, base: usize) -> Option<Bits> {
        self.place(set, base).filter(|&(_, part)| self.door.store.is_set(part))
    }
}
