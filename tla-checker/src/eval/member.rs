//! Membership in a set that is only given by a predicate: `x \in {y \in Seq(S) : p}`.
//!
//! Enters: an element and the expression of a set. Leaves: whether it is a member.
//! Holds: a set is built when it can be; only where that fails because it is infinite, its
//! definition is followed and the predicate is asked, as TLC does.

use super::call::{Cell, Within};
use super::{Evaluator, Result};
use crate::failure::Failure;
use crate::ir::*;
use crate::value::Value;
use tla_parser::code;

impl<'m> Evaluator<'m> {
    /// `element \in set`; `id` is the whole expression.
    pub(super) fn is_member(
        &mut self,
        element: &Value,
        set: NodeId,
        id: NodeId,
        base: usize,
    ) -> Result<bool> {
        match self.eval(set, base) {
            Ok(value) => self.checked(value.contains(element), id),
            Err(failure) if failure.code == code::INFINITE => {
                self.is_member_by_rule(element, set, id, base, failure)
            }
            Err(failure) => Err(failure),
        }
    }

    #[cold]
    fn is_member_by_rule(
        &mut self,
        element: &Value,
        set: NodeId,
        id: NodeId,
        base: usize,
        failure: Box<Failure>,
    ) -> Result<bool> {
        self.tick(id)?;
        let ir = self.ir;
        match ir.node(set) {
            Node::Cached(cache, inner) => {
                let own = self.stack.len();
                self.stack.resize_with(own + ir.caches[cache.index()] as usize, || Cell::Empty);
                let answer = self.is_member_by_rule(element, *inner, id, own, failure);
                self.stack.truncate(own);
                answer
            }
            Node::Kept(_, inner) | Node::Inlined(_, inner) => {
                self.is_member_by_rule(element, *inner, id, base, failure)
            }
            Node::Local(slot) => {
                let mut at = base + *slot as usize;
                while let Cell::Ref(other) = &self.stack[at] {
                    at = *other as usize;
                }
                match &self.stack[at] {
                    Cell::Need(e, base) | Cell::Name(e, base) => {
                        let (e, base) = (*e, *base as usize);
                        self.is_member_by_rule(element, e, id, base, failure)
                    }
                    _ => Err(failure),
                }
            }
            Node::Call(op, captured, args) => {
                self.enter(set)?;
                let new = self.push_frame(*op, captured, args, base, Within::Value);
                let answer = self.is_member_by_rule(element, ir.op(*op).body, id, new, failure);
                self.stack.truncate(new);
                self.leave();
                answer
            }
            Node::Let(defs, body) => {
                for (slot, e) in defs {
                    self.stack[base + *slot as usize] = self.definition(*e, base, *body, Within::Value);
                }
                self.is_member_by_rule(element, *body, id, base, failure)
            }
            Node::SetFilter(bound, body) => {
                if !self.is_member(element, bound.set, id, base)? {
                    return Ok(false);
                }
                self.bind(&bound.pattern, element.clone(), id, base)?;
                self.truth(*body, base)
            }
            Node::Union(a, b) => {
                Ok(self.is_member(element, *a, id, base)? || self.is_member(element, *b, id, base)?)
            }
            Node::Intersect(a, b) => {
                Ok(self.is_member(element, *a, id, base)? && self.is_member(element, *b, id, base)?)
            }
            Node::Difference(a, b) => {
                Ok(self.is_member(element, *a, id, base)? && !self.is_member(element, *b, id, base)?)
            }
            _ => Err(failure),
        }
    }
}
