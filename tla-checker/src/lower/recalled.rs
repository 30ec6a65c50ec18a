//! Which operators' calls are recalled by their arguments.
//!
//! Enters: the operators and what they call. Leaves: [`Op::recalled`] and [`Op::closed`]. Holds: what is recalled
//! depends on its arguments alone, through whatever it calls.

use super::finish::{is_about_states, walk};
use crate::ir::*;
use rustc_hash::FxHashSet;

/// Operators whose calls are worth recalling by their arguments, and can be: nothing else is read, no
/// operator is among what they are given, and somewhere in them a call leads back to itself.
pub(super) fn mark(ir: &mut Ir) {
    /// What a body mentions.
    #[derive(Default)]
    struct Body {
        ops: Vec<OpId>,
        rules: Vec<RuleId>,
        /// It reads a state, or applies what it is given.
        open: bool,
        /// It ranges over something.
        binds: bool,
    }
    let body = |root: NodeId| {
        let mut found = Body::default();
        walk(ir, root, &mut |id| match ir.node(id) {
            node if is_about_states(node) => found.open = true,
            Node::CallLocal(..) => found.open = true,
            Node::Native(native, _) => found.open |= !native.is_pure(),
            Node::Call(op, ..) | Node::Operator(op, _) => found.ops.push(*op),
            Node::Closure(rule, ..) => found.rules.push(*rule),
            Node::Quantifier(..)
            | Node::Choose(..)
            | Node::SetFilter(..)
            | Node::SetMap(..)
            | Node::Function(..) => found.binds = true,
            _ => {}
        });
        found
    };
    let ops: Vec<Body> = ir.ops.iter().map(|o| body(o.body)).collect();
    let rules: Vec<Body> = ir.rules.iter().map(|r| body(r.body)).collect();
    for o in 0..ops.len() {
        if ir.ops[o].params == 0 {
            continue;
        }
        // What it reaches, and whether that is closed and leads in a circle.
        let (mut open, mut circle, mut binds) = (false, false, false);
        let (mut seen, mut seen_rules) = (FxHashSet::default(), FxHashSet::default());
        let mut pending = vec![&ops[o]];
        while let Some(body) = pending.pop() {
            open |= body.open;
            binds |= body.binds;
            for op in &body.ops {
                circle |= op.index() == o;
                if seen.insert(*op) {
                    pending.push(&ops[op.index()]);
                }
            }
            let fresh = body.rules.iter().filter(|r| seen_rules.insert(**r));
            pending.extend(fresh.map(|r| &rules[r.index()]));
        }
        ir.ops[o].recalled = circle && !open;
        ir.ops[o].closed = binds && !open;
    }
    // What calls them and depends on its arguments alone too.
    loop {
        let mut changed = false;
        for o in 0..ops.len() {
            let calls = |op: &OpId| ir.ops[op.index()].recalled;
            if ir.ops[o].recalled || ir.ops[o].params == 0 || !ops[o].ops.iter().any(calls) {
                continue;
            }
            let (mut seen, mut pending, mut open) = (FxHashSet::default(), vec![&ops[o]], false);
            while let Some(body) = pending.pop() {
                open |= body.open || !body.rules.is_empty();
                pending.extend(body.ops.iter().filter(|op| seen.insert(**op)).map(|op| &ops[op.index()]));
            }
            ir.ops[o].recalled = !open;
            changed |= !open;
        }
        if !changed {
            return;
        }
    }
}
