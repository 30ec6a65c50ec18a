//! Last pass over the IR: what each node reads, which slots must not be cached, and which
//! expressions are constant and evaluated once.
//!
//! Holds: all three are least fixpoints over the call graph, so recursion needs no special case.

use crate::ir::*;
use rustc_hash::FxHashMap;

pub(super) fn finish(ir: &mut Ir) {
    shifted_slots(ir);
    reads(ir);
    constants(ir);
}

fn walk(ir: &Ir, root: NodeId, f: &mut dyn FnMut(NodeId)) {
    let mut pending = vec![root];
    while let Some(id) = pending.pop() {
        f(id);
        ir.children(id, &mut |c| pending.push(c));
    }
}

/// A slot whose expression is evaluated in a shifted place passes that on to the slots which that
/// expression mentions: through arguments, captured cells and LET.
fn shifted_slots(ir: &mut Ir) {
    let mut rules: Vec<Vec<bool>> = ir.rules.iter().map(|r| vec![false; r.frame as usize]).collect();
    loop {
        let mut changed = false;
        for o in 0..ir.ops.len() {
            let mut mine = std::mem::take(&mut ir.ops[o].shifted);
            changed |= spread(ir, ir.ops[o].body, &mut mine, &ir.ops[o].name, o);
            ir.ops[o].shifted = mine;
        }
        for (r, shifted) in rules.iter_mut().enumerate() {
            changed |= spread(ir, ir.rules[r].body, shifted, "", usize::MAX);
        }
        if !changed {
            break;
        }
    }
}

fn spread(ir: &Ir, body: NodeId, mine: &mut [bool], _name: &str, own: usize) -> bool {
    let before: usize = mine.iter().filter(|s| **s).count();
    let mut shift_all: Vec<NodeId> = Vec::new();
    walk(ir, body, &mut |id| match ir.node(id) {
        Node::Call(op, captured, args) => {
            // The operator under way has lent its flags out; its own recursion adds nothing new
            // until the next round.
            let flags: &[bool] = if op.index() == own { &[] } else { &ir.op(*op).shifted };
            for (i, slot) in captured.iter().enumerate() {
                if flags.get(i).copied().unwrap_or(false) {
                    mine[*slot as usize] = true;
                }
            }
            for (i, arg) in args.iter().enumerate() {
                let slot = captured.len() + i;
                let flag = if op.index() == own { mine[slot] } else { flags.get(slot).copied().unwrap_or(false) };
                if flag {
                    shift_all.push(*arg);
                }
            }
        }
        Node::Operator(op, captured) if op.index() != own => {
            for (i, slot) in captured.iter().enumerate() {
                if ir.op(*op).shifted.get(i).copied().unwrap_or(false) {
                    mine[*slot as usize] = true;
                }
            }
        }
        // What an unknown operator does with its arguments is not known here.
        Node::CallLocal(_, args) => shift_all.extend(args.iter().filter(|a| !trivial(ir, **a))),
        Node::Let(defs, _) => {
            for (slot, e) in defs {
                if mine[*slot as usize] {
                    shift_all.push(*e);
                }
            }
        }
        _ => {}
    });
    for root in shift_all {
        walk(ir, root, &mut |id| match ir.node(id) {
            Node::Local(slot) | Node::CallLocal(slot, _) => mine[*slot as usize] = true,
            Node::Call(_, captured, _) | Node::Operator(_, captured) | Node::Closure(_, _, captured) => {
                captured.iter().for_each(|s| mine[*s as usize] = true);
            }
            _ => {}
        });
    }
    mine.iter().filter(|s| **s).count() != before
}

/// A bare identifier is handed on as it is, whatever its cell holds.
fn trivial(ir: &Ir, id: NodeId) -> bool {
    matches!(ir.node(id), Node::Local(_))
}

fn reads(ir: &mut Ir) {
    ir.levels = vec![Reads::Constant; ir.nodes.len()];
    for op in &mut ir.ops {
        op.slot_reads = vec![Reads::Constant; op.frame as usize];
    }
    let mut rule_slots: Vec<Vec<Reads>> =
        ir.rules.iter().map(|r| vec![Reads::Constant; r.frame as usize]).collect();
    loop {
        let mut changed = false;
        for o in 0..ir.ops.len() {
            let mut slots = std::mem::take(&mut ir.ops[o].slot_reads);
            let body = ir.ops[o].body;
            level(ir, body, &mut slots, o, &mut rule_slots, &mut changed);
            ir.ops[o].slot_reads = slots;
        }
        for r in 0..ir.rules.len() {
            let mut slots = std::mem::take(&mut rule_slots[r]);
            let body = ir.rules[r].body;
            level(ir, body, &mut slots, usize::MAX, &mut rule_slots, &mut changed);
            rule_slots[r] = slots;
        }
        if !changed {
            break;
        }
    }
}

/// Raises the levels of a node and all below it; `slots` is what the frame's cells may read.
fn level(
    ir: &mut Ir,
    id: NodeId,
    slots: &mut Vec<Reads>,
    own: usize,
    rules: &mut Vec<Vec<Reads>>,
    changed: &mut bool,
) -> Reads {
    stacker::maybe_grow(64 * 1024, 2 * 1024 * 1024, || {
        let mut children = Vec::new();
        ir.children(id, &mut |c| children.push(c));
        let mut reads = Reads::Constant;
        for c in children {
            reads = reads.max(level(ir, c, slots, own, rules, changed));
        }
        reads = reads.max(match ir.node(id) {
            Node::Var(_) | Node::Enabled(_) => Reads::State,
            Node::NextVar(_)
            | Node::Prime(_)
            | Node::Unchanged(_)
            | Node::Compose(..)
            | Node::Subscripted(..) => Reads::Action,
            Node::Local(slot) => slots[*slot as usize],
            // The operator is unknown; those that reach it through the cell are noted there.
            Node::CallLocal(slot, _) => slots[*slot as usize],
            Node::Native(native, _) if !native.is_pure() => Reads::Action,
            _ => Reads::Constant,
        });
        match ir.node(id).clone() {
            Node::Enabled(_) => reads = Reads::State,
            Node::Call(op, captured, args) => {
                let raise: Vec<(usize, Reads)> = captured
                    .iter()
                    .map(|s| slots[*s as usize])
                    .chain(args.iter().map(|a| ir.levels[a.index()]))
                    .enumerate()
                    .collect();
                if op.index() == own {
                    for (i, r) in raise {
                        *changed |= raise_to(&mut slots[i], r);
                    }
                } else {
                    for (i, r) in raise {
                        *changed |= raise_to(&mut ir.ops[op.index()].slot_reads[i], r);
                    }
                }
                reads = reads.max(ir.levels[ir.ops[op.index()].body.index()]);
            }
            Node::Operator(op, captured) => {
                for (i, s) in captured.iter().enumerate() {
                    let r = slots[*s as usize];
                    if op.index() != own {
                        *changed |= raise_to(&mut ir.ops[op.index()].slot_reads[i], r);
                    }
                }
                // Its parameters may be given anything by whoever applies it.
                if op.index() != own {
                    let o = &mut ir.ops[op.index()];
                    let first = o.captured as usize;
                    for i in first..first + o.params as usize {
                        *changed |= raise_to(&mut o.slot_reads[i], Reads::State);
                    }
                }
                reads = reads.max(ir.levels[ir.ops[op.index()].body.index()]);
            }
            Node::Let(defs, _) => {
                for (slot, e) in &defs {
                    let r = ir.levels[e.index()];
                    *changed |= raise_to(&mut slots[*slot as usize], r);
                }
            }
            Node::Closure(rule, _, captured) => {
                for (i, s) in captured.iter().enumerate() {
                    let r = slots[*s as usize];
                    *changed |= raise_to(&mut rules[rule.index()][i], r);
                    reads = reads.max(r);
                }
                let r = &ir.rules[rule.index()];
                reads = reads.max(ir.levels[r.body.index()]);
                if let Some(itself) = r.itself {
                    *changed |= raise_to(&mut rules[rule.index()][itself as usize], reads);
                }
            }
            _ => {}
        }
        *changed |= raise_to(&mut ir.levels[id.index()], reads);
        reads
    })
}

fn raise_to(place: &mut Reads, to: Reads) -> bool {
    let raised = to > *place;
    if raised {
        *place = to;
    }
    raised
}

/// Wraps the largest constant, closed and pure expressions in [`Node::Cached`].
fn constants(ir: &mut Ir) {
    let count = ir.nodes.len();
    let mut closed: Vec<Option<bool>> = vec![None; count];
    let roots: Vec<NodeId> =
        ir.ops.iter().map(|o| o.body).chain(ir.rules.iter().map(|r| r.body)).collect();
    let mut of_op: FxHashMap<OpId, CacheId> = FxHashMap::default();
    for root in roots {
        // The body of an operator without parameters is kept where it is called.
        mark(ir, root, &mut closed);
        wrap(ir, root, &closed, &mut of_op);
    }
}

fn is_trivial(node: &Node) -> bool {
    matches!(
        node,
        Node::Bool(_)
            | Node::Int(_)
            | Node::Str(_)
            | Node::Datum(_)
            | Node::Big(_)
            | Node::Boolean
            | Node::StringSet
            | Node::Operator(..)
            | Node::Unbounded(_)
            | Node::Nothing(_)
            | Node::Cached(..)
            | Node::Local(_)
    )
}

/// Whether an expression mentions nothing of its frame and of the state: worked out below it too.
fn mark(ir: &Ir, id: NodeId, closed: &mut Vec<Option<bool>>) -> bool {
    stacker::maybe_grow(64 * 1024, 2 * 1024 * 1024, || {
        if let Some(known) = closed[id.index()] {
            return known;
        }
        let mut all = ir.reads(id) == Reads::Constant;
        ir.children(id, &mut |c| all &= mark(ir, c, closed));
        all &= match ir.node(id) {
            Node::Local(_) | Node::CallLocal(..) | Node::Var(_) | Node::NextVar(_) => false,
            Node::Call(_, captured, _) | Node::Operator(_, captured) | Node::Closure(_, _, captured) => {
                captured.is_empty()
            }
            // What binds has its own slots inside, and is not taken apart: see `wrap`.
            _ => true,
        };
        closed[id.index()] = Some(all);
        all
    })
}

fn wrap(ir: &mut Ir, id: NodeId, closed: &[Option<bool>], of_op: &mut FxHashMap<OpId, CacheId>) {
    stacker::maybe_grow(64 * 1024, 2 * 1024 * 1024, || {
        if id.index() >= closed.len() || matches!(ir.node(id), Node::Cached(..)) {
            return;
        }
        if closed[id.index()] == Some(true) && !is_trivial(ir.node(id)) {
            let cache = match ir.node(id) {
                Node::Call(op, _, args) if args.is_empty() => *of_op.entry(*op).or_insert_with(|| {
                    ir.caches += 1;
                    CacheId(ir.caches - 1)
                }),
                _ => {
                    ir.caches += 1;
                    CacheId(ir.caches - 1)
                }
            };
            let inner = NodeId(ir.nodes.len() as u32);
            let node = std::mem::replace(&mut ir.nodes[id.index()], Node::Cached(cache, inner));
            ir.nodes.push(node);
            ir.spans.push(ir.spans[id.index()]);
            ir.levels.push(ir.levels[id.index()]);
            return;
        }
        let mut children = Vec::new();
        ir.children(id, &mut |c| children.push(c));
        for c in children {
            wrap(ir, c, closed, of_op);
        }
    });
}
