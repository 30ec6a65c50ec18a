//! In how many ways a guard holds.
//!
//! Enters: a formula that assigns nothing, met where an action is tried. Leaves: how often what follows it is
//! to be done: disjunctions and `\E` multiply, as they do in TLC. Holds: the number is that of the branches
//! which trying the formula as an action has ([`act`](super::act)); it is only asked for where nothing has
//! effects, so that what follows can be worked out once and handed out as often. Where `\E` ranges over a part
//! of the state, each element is a branch of the log instead: what is learned of one is not learned of all.
//! `--reference` tries each branch.

use super::call::{Cell, Within};
use super::closure::Found;
use super::{Evaluator, Result};
use crate::ir::*;
use crate::value::Value;
use std::ops::ControlFlow;

impl<'m> Evaluator<'m> {
    /// The ways in which a guard holds, where they can be counted without trying each of them; none where
    /// they cannot, or where that fails: then what comes first in the order of evaluation decides.
    pub(super) fn counted(&mut self, id: NodeId, base: usize) -> Option<u64> {
        let ir = self.ir;
        let is_guard = matches!(
            ir.node(id),
            Node::Or(_)
                | Node::And(_)
                | Node::Quantifier(..)
                | Node::Inlined(..)
                | Node::Let(..)
                | Node::Apply(..)
                | Node::If(..)
                | Node::Kept(..)
                | Node::Call(..)
        );
        if !is_guard
            || self.copies.is_none()
            || ir.reads(id) == Reads::Action
            || self.init
            || ir.impure.is_some()
            || !self.setting.keep_values
            // Each way is of interest then.
            || self.through.is_some()
            || self.explaining.is_some()
            || self.all_assigned()
            || !self.is_countable(id)
        {
            return None;
        }
        self.attempt(|this| this.ways(id, base)).ok()
    }

    /// Whether no `\E` that multiplies ranges over a part of the state.
    fn is_countable(&mut self, id: NodeId) -> bool {
        if let Some(known) = self.countable.get(id) {
            return known;
        }
        // What calls itself is as countable as the rest of it.
        self.countable.set(id, true);
        let ir = self.ir;
        let children: Vec<NodeId> = match ir.node(id) {
            Node::And(items) | Node::Or(items) => items.to_vec(),
            Node::Quantifier(forall, bounds, body) => {
                let fixed = *forall || bounds.iter().all(|b| ir.reads(b.set) == Reads::Constant);
                if fixed { vec![*body] } else { vec![id] }
            }
            Node::If(_, a, b) => vec![*a, *b],
            Node::Case(arms, other) => arms.iter().map(|(_, e)| *e).chain(*other).collect(),
            Node::Let(defs, body) => defs.iter().map(|(_, e)| *e).chain([*body]).collect(),
            Node::Implies(_, e) | Node::Inlined(_, e) | Node::Cached(_, e) | Node::Kept(_, e) => vec![*e],
            Node::Call(op, _, args) => args.iter().copied().chain([ir.op(*op).body]).collect(),
            Node::CallLocal(..) => vec![id],
            // Whatever rule it is.
            Node::Apply(..) => ir.rules.iter().map(|rule| rule.body).collect(),
            _ => Vec::new(),
        };
        let countable = children
            .into_iter()
            .all(|c| c != id && stacker::maybe_grow(64 * 1024, 2 * 1024 * 1024, || self.is_countable(c)));
        self.countable.set(id, countable);
        countable
    }

    fn ways(&mut self, id: NodeId, base: usize) -> Result<u64> {
        if !self.has_stack() {
            return self.grow(id, |this| this.ways_of(id, base));
        }
        self.ways_of(id, base)
    }

    fn ways_of(&mut self, id: NodeId, base: usize) -> Result<u64> {
        let ir = self.ir;
        match ir.node(id) {
            Node::And(items) => {
                let mut ways = 1u64;
                for &item in items {
                    ways = ways.saturating_mul(self.ways(item, base)?);
                    if ways == 0 {
                        break;
                    }
                }
                Ok(ways)
            }
            Node::Or(items) => {
                let mut ways = 0u64;
                for &item in items {
                    ways = ways.saturating_add(self.ways(item, base)?);
                }
                Ok(ways)
            }
            Node::Quantifier(forall, bounds, body) => {
                let (forall, body) = (*forall, *body);
                let mut ways = u64::from(forall);
                let _ = self.for_each(bounds, id, base, &mut |this| {
                    let more = this.ways(body, base)?;
                    ways = if forall { ways.saturating_mul(more) } else { ways.saturating_add(more) };
                    let decided = forall && ways == 0;
                    Ok(if decided { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
                })?;
                Ok(ways)
            }
            Node::If(c, a, b) => {
                let branch = if self.truth(*c, base)? { *a } else { *b };
                self.ways(branch, base)
            }
            Node::Case(arms, other) => match self.choose_arm(arms, *other, base)? {
                Some(arm) => self.ways(arm, base),
                None => Err(self.no_case(id)),
            },
            Node::Let(defs, body) => {
                for (slot, e) in defs {
                    self.stack[base + *slot as usize] = self.definition(*e, base, *body, Within::Value);
                }
                self.ways(*body, base)
            }
            Node::Implies(a, b) => {
                if self.truth(*a, base)? {
                    self.ways(*b, base)
                } else {
                    Ok(1)
                }
            }
            Node::Call(op, captured, args) => {
                self.enter(id)?;
                let new = self.push_frame(*op, captured, args, base, Within::Value);
                let ways = self.ways(ir.op(*op).body, new);
                self.stack.truncate(new);
                self.leave();
                ways
            }
            Node::CallLocal(slot, args) => {
                let callee = self.callee_of(*slot, id, base)?;
                let (op, new) = self.push_callee(&callee, args, id, base, Within::Value)?;
                let ways = self.ways(ir.op(op).body, new);
                self.stack.truncate(new);
                self.leave();
                ways
            }
            Node::Local(slot) => match self.by_name(base + *slot as usize) {
                Some((e, frame)) => self.ways(e, frame),
                None => self.way(id, base),
            },
            Node::Apply(f, index) if !matches!(ir.node(*f), Node::Var(_) | Node::NextVar(_)) => {
                let function = self.eval_lazy(*f, base)?;
                let Value::Closure(c) = &function else { return self.way(id, base) };
                let argument = self.eval(*index, base)?;
                let Found::Rule(c) = &self.found(c, &argument, id)? else { return self.way(id, base) };
                if let Some(ways) = self.ways_known(c, &argument) {
                    return Ok(ways);
                }
                let (body, new) = self.enter_rule(c, argument.clone(), id)?;
                let ways = self.ways(body, new);
                self.stack.truncate(new);
                self.leave();
                let ways = ways?;
                self.know_ways(c, argument, ways);
                Ok(ways)
            }
            Node::Inlined(_, e) => self.ways(*e, base),
            Node::Kept(_, e) if self.multiplies(*e) => self.ways(*e, base),
            Node::Cached(cache, e) if self.multiplies(*e) => {
                if !self.truth(id, base)? {
                    return Ok(0);
                }
                let own = self.stack.len();
                self.stack.resize_with(own + ir.caches[cache.index()] as usize, || Cell::Empty);
                let ways = self.ways(*e, own);
                self.stack.truncate(own);
                ways
            }
            _ => self.way(id, base),
        }
    }

    /// A formula that is not taken apart.
    fn way(&mut self, id: NodeId, base: usize) -> Result<u64> {
        Ok(u64::from(self.truth(id, base)?))
    }
}
