//! Constants that are drawn at random.
//!
//! Enters: IR of which it is known what each node reads. Leaves: such definitions marked to be evaluated once.
//! Holds: whoever prepares a run does not take them for constant, since nothing is drawn before it; in the run
//! every worker draws the same.

use super::finish::{is_about_states, replace, walk};
use crate::ir::*;
use rustc_hash::FxHashSet;

/// Definitions without parameters that are constant but for random choices are evaluated once in a run, as TLC
/// does: `R = R`.
pub(super) fn drawn_once(ir: &mut Ir) {
    let own = |root: NodeId| {
        let (mut inner, mut drawn, mut open) = (Vec::new(), false, false);
        walk(ir, root, &mut |id| match ir.node(id) {
            Node::Native(native, _) => {
                drawn |= native.is_random();
                open |= !native.is_pure() && !native.is_random();
            }
            Node::Call(op, ..) | Node::Operator(op, _) => inner.push(ir.op(*op).body),
            Node::Closure(rule, ..) => inner.push(ir.rules[rule.index()].body),
            node => open |= is_about_states(node),
        });
        (inner, drawn, open)
    };
    if !ir.nodes.iter().any(|node| matches!(node, Node::Native(native, _) if native.is_random())) {
        return;
    }
    let mut once = Vec::new();
    for op in ir.ops.iter().filter(|op| op.params == 0 && op.captured == 0) {
        let (mut drawn, mut open) = (false, false);
        let (mut seen, mut pending) = (FxHashSet::default(), vec![op.body]);
        while let Some(body) = pending.pop() {
            if seen.insert(body) {
                let (inner, draws, opens) = own(body);
                (drawn, open) = (drawn | draws, open | opens);
                pending.extend(inner);
            }
        }
        if drawn && !open {
            once.push((op.body, op.frame));
        }
    }
    for (body, frame) in once {
        if !matches!(ir.node(body), Node::Cached(..)) {
            ir.caches.push(frame);
            let cache = CacheId(ir.caches.len() as u32 - 1);
            replace(ir, body, |inner| Node::Cached(cache, inner));
        }
    }
}
