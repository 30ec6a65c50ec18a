//! Last pass over the IR: what each node reads, which slots must not be cached, and which
//! expressions are constant and evaluated once.
//!
//! Holds: all three are least fixpoints over the call graph, so recursion needs no special case.

use super::{alike, random, recalled};
use crate::ir::*;
use crate::value::Datum;
use rustc_hash::FxHashMap;

pub(super) fn finish(ir: &mut Ir) {
    let rules_shifted = shifted_slots(ir);
    reads(ir);
    random::drawn_once(ir);
    recalled::mark(ir);
    constants(ir);
    passing(ir, &rules_shifted);
}

/// LET definitions that mean something else at each use.
fn passing(ir: &mut Ir, rules_shifted: &[Vec<bool>]) {
    let mut passing = vec![Passing::Need; ir.nodes.len()];
    let bodies = (ir.ops.iter().map(|o| (o.body, &o.shifted)))
        .chain(ir.rules.iter().map(|r| r.body).zip(rules_shifted));
    for (body, shifted) in bodies {
        walk(ir, body, &mut |id| {
            if let Node::Let(defs, _) = ir.node(id) {
                for (slot, e) in defs {
                    let one = Passing::of(ir.reads(*e), shifted[*slot as usize]);
                    passing[e.index()] = passing[e.index()].max(one);
                }
            }
        });
    }
    ir.passing = passing;
}

/// Whether an expression is about a state or a step, whatever is inside it.
pub(super) fn is_about_states(node: &Node) -> bool {
    matches!(
        node,
        Node::Var(_)
            | Node::NextVar(_)
            | Node::Prime(_)
            | Node::Unchanged(_)
            | Node::Keep(..)
            | Node::Subscripted(..)
            | Node::Enabled(_)
            | Node::Compose(..)
    )
}

pub(super) fn walk(ir: &Ir, root: NodeId, f: &mut dyn FnMut(NodeId)) {
    let mut pending = vec![root];
    while let Some(id) = pending.pop() {
        f(id);
        ir.children(id, &mut |c| pending.push(c));
    }
}

/// A slot whose expression is evaluated in a shifted place passes that on to the slots which that
/// expression mentions: through arguments, captured cells and LET. Leaves the flags of the rules'
/// slots; those of operators stay in them.
fn shifted_slots(ir: &mut Ir) -> Vec<Vec<bool>> {
    let mut rules: Vec<Vec<bool>> = ir.rules.iter().map(|r| vec![false; r.frame as usize]).collect();
    loop {
        // Whether some operator that is passed as an argument shifts a parameter of its own.
        let unknown = ir.nodes.iter().any(|n| match n {
            Node::Operator(op, _) => {
                let o = ir.op(*op);
                o.shifted[o.captured as usize..][..o.params as usize].contains(&true)
            }
            _ => false,
        });
        let mut changed = false;
        for o in 0..ir.ops.len() {
            let mut mine = ir.ops[o].shifted.clone();
            changed |= spread(ir, ir.ops[o].body, &mut mine, unknown);
            ir.ops[o].shifted = mine;
        }
        for (r, shifted) in rules.iter_mut().enumerate() {
            changed |= spread(ir, ir.rules[r].body, shifted, unknown);
        }
        if !changed {
            return rules;
        }
    }
}

fn spread(ir: &Ir, body: NodeId, mine: &mut [bool], unknown: bool) -> bool {
    let before: usize = mine.iter().filter(|s| **s).count();
    let mut shift_all: Vec<NodeId> = Vec::new();
    walk(ir, body, &mut |id| match ir.node(id) {
        Node::Call(op, captured, args) => {
            let flags = &ir.op(*op).shifted;
            for (slot, flag) in captured.iter().zip(flags) {
                mine[*slot as usize] |= flag;
            }
            for (arg, flag) in args.iter().zip(&flags[captured.len()..]) {
                if *flag {
                    shift_all.push(*arg);
                }
            }
        }
        Node::Operator(op, captured) => {
            for (slot, flag) in captured.iter().zip(&ir.op(*op).shifted) {
                mine[*slot as usize] |= flag;
            }
        }
        Node::CallLocal(_, args) if unknown => shift_all.extend(args.iter().copied()),
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

fn reads(ir: &mut Ir) {
    ir.levels = vec![Reads::Constant; ir.nodes.len()];
    for op in &mut ir.ops {
        op.slot_reads = vec![Reads::Constant; op.frame as usize];
    }
    let mut rule_slots: Vec<Vec<Reads>> =
        ir.rules.iter().map(|r| vec![Reads::Constant; r.frame as usize]).collect();
    loop {
        // Parameters of operators that are passed as arguments may be given what any operator
        // parameter is applied to.
        let unknown = (ir.nodes.iter())
            .filter_map(|n| match n {
                Node::CallLocal(_, args) => args.iter().map(|a| ir.reads(*a)).max(),
                _ => None,
            })
            .max()
            .unwrap_or_default();
        let mut changed = false;
        for id in 0..ir.nodes.len() {
            if let Node::Operator(op, _) = &ir.nodes[id] {
                let o = &mut ir.ops[op.index()];
                for slot in &mut o.slot_reads[o.captured as usize..][..o.params as usize] {
                    changed |= raise_to(slot, unknown);
                }
            }
        }
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
            // Not constant, so never kept for good, but one value at each place, as in TLC.
            Node::Native(native, _) if !native.is_pure() => Reads::State,
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
    let roots: Vec<NodeId> = ir.ops.iter().map(|o| o.body).chain(ir.rules.iter().map(|r| r.body)).collect();
    let mut of_op: FxHashMap<OpId, CacheId> = FxHashMap::default();
    for root in roots {
        // A body may be tried as an action.
        fold_with(ir, root, true, None, &mut of_op);
    }
}

/// The same for one formula that was made later; what reads a single variable is kept too.
/// `action`: it is tried as an action, not merely evaluated.
pub(super) fn fold(ir: &mut Ir, root: NodeId, action: bool) {
    let mut reach = Reach::default();
    fold_with(ir, root, action, Some(&mut reach), &mut FxHashMap::default());
    ir.passing.resize(ir.nodes.len(), Passing::Need);
}

fn fold_with(
    ir: &mut Ir,
    root: NodeId,
    action: bool,
    reach: Option<&mut Reach>,
    of_op: &mut FxHashMap<OpId, CacheId>,
) {
    let mut free: FxHashMap<NodeId, Vec<Slot>> = FxHashMap::default();
    free_slots(ir, root, &mut free);
    wrap(ir, root, action, &mut Fold { free, action, reach, within: Variables::None, of_op });
}

struct Fold<'f> {
    free: FxHashMap<NodeId, Vec<Slot>>,
    /// The whole is tried as an action.
    action: bool,
    reach: Option<&'f mut Reach>,
    /// What the expression around reads that is kept.
    within: Variables,
    /// One value for all the places where an operator without parameters is named.
    of_op: &'f mut FxHashMap<OpId, CacheId>,
}

/// Which variables an expression can read, through calls.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Variables {
    None,
    One(u32),
    Many,
}

impl Variables {
    fn and(self, other: Variables) -> Variables {
        match (self, other) {
            (Variables::None, v) | (v, Variables::None) => v,
            (Variables::One(a), Variables::One(b)) if a == b => self,
            _ => Variables::Many,
        }
    }
}

#[derive(Default)]
struct Reach {
    nodes: FxHashMap<NodeId, Variables>,
    ops: FxHashMap<OpId, Variables>,
}

impl Reach {
    fn of(&mut self, ir: &Ir, id: NodeId) -> Variables {
        if let Some(&known) = self.nodes.get(&id) {
            return known;
        }
        let mut variables = match ir.node(id) {
            Node::Var(v) => Variables::One(*v),
            Node::NextVar(_) | Node::CallLocal(..) | Node::Enabled(_) | Node::Closure(..) => Variables::Many,
            Node::Call(op, ..) | Node::Operator(op, _) => self.of_op(ir, *op),
            _ => Variables::None,
        };
        let mut children = Vec::new();
        ir.children(id, &mut |c| children.push(c));
        for c in children {
            variables = variables.and(stacker::maybe_grow(64 * 1024, 2 * 1024 * 1024, || self.of(ir, c)));
        }
        self.nodes.insert(id, variables);
        variables
    }

    fn of_op(&mut self, ir: &Ir, op: OpId) -> Variables {
        if let Some(&known) = self.ops.get(&op) {
            return known;
        }
        // What is recursive is not looked into.
        self.ops.insert(op, Variables::Many);
        let variables = self.of(ir, ir.op(op).body);
        self.ops.insert(op, variables);
        variables
    }
}

/// Whether nothing that an expression reaches is impure.
pub(crate) fn is_pure(ir: &Ir, root: NodeId) -> bool {
    !reaches(ir, root, |node| match node {
        Node::Native(native, _) => !native.is_pure(),
        // `\\cdot` counts states on the way.
        Node::Compose(..) => true,
        _ => false,
    })
}

/// The parts of a formula that are themselves tried as actions: there disjunctions multiply, so
/// they must not be replaced by their truth.
fn formula_parts(ir: &Ir, id: NodeId) -> Option<Vec<NodeId>> {
    Some(match ir.node(id) {
        Node::And(items) | Node::Or(items) => items.to_vec(),
        Node::Quantifier(_, _, body) | Node::Let(_, body) => vec![*body],
        Node::If(_, a, b) => vec![*a, *b],
        Node::Case(arms, other) => arms.iter().map(|(_, e)| *e).chain(*other).collect(),
        Node::Implies(_, b) => vec![*b],
        Node::Inlined(_, e) | Node::Cached(_, e) => vec![*e],
        Node::Subscripted(_, a, _) => vec![*a],
        Node::Compose(a, b) => vec![*a, *b],
        Node::Call(..) | Node::CallLocal(..) | Node::Local(_) | Node::Apply(..) => Vec::new(),
        _ => return None,
    })
}

/// Integers become entries of the table of values, where they can be looked at without being made.
pub(crate) fn literals(ir: &mut Ir) {
    let mut places: FxHashMap<i64, u32> = FxHashMap::default();
    for node in &mut ir.nodes {
        if let Node::Int(i) = *node {
            let place = *places.entry(i).or_insert_with(|| {
                ir.data.push(Datum::Int(i));
                ir.data.len() as u32 - 1
            });
            *node = Node::Datum(place);
        }
    }
}

/// UNCHANGED of variables alone, through tuples and definitions.
pub(crate) fn keeps(ir: &mut Ir) {
    for id in 0..ir.nodes.len() {
        if let Node::Unchanged(e) = ir.nodes[id] {
            let mut variables = Vec::new();
            if named_variables(ir, e, &mut variables) {
                ir.nodes[id] = Node::Keep(variables.into(), e);
            }
        }
    }
}

pub(crate) fn named_variables(ir: &Ir, id: NodeId, variables: &mut Vec<u32>) -> bool {
    match ir.node(id) {
        Node::Var(v) => {
            variables.push(*v);
            true
        }
        Node::Tuple(items) => items.iter().all(|&item| named_variables(ir, item, variables)),
        Node::Inlined(_, e) => named_variables(ir, *e, variables),
        Node::Call(op, captured, args) if captured.is_empty() && args.is_empty() => {
            named_variables(ir, ir.op(*op).body, variables)
        }
        _ => false,
    }
}

/// The slots that an expression mentions and does not bind itself.
fn free_slots<'a>(ir: &Ir, id: NodeId, known: &'a mut FxHashMap<NodeId, Vec<Slot>>) -> &'a [Slot] {
    if !known.contains_key(&id) {
        let mut free = Vec::new();
        let mut children = Vec::new();
        ir.children(id, &mut |c| children.push(c));
        for c in children {
            let of_child =
                stacker::maybe_grow(64 * 1024, 2 * 1024 * 1024, || free_slots(ir, c, known).to_vec());
            free.extend(of_child);
        }
        let mut bound: Vec<Slot> = Vec::new();
        let mut pattern = |p: &Pattern| match p {
            Pattern::One(slot) => bound.push(*slot),
            Pattern::Tuple(slots) => bound.extend(slots.iter()),
        };
        match ir.node(id) {
            Node::Local(slot) | Node::CallLocal(slot, _) => free.push(*slot),
            Node::Call(_, captured, _) | Node::Operator(_, captured) | Node::Closure(_, _, captured) => {
                free.extend(captured.iter());
            }
            Node::Quantifier(_, bounds, _) | Node::SetMap(_, bounds) | Node::Function(bounds, _) => {
                bounds.iter().for_each(|b| pattern(&b.pattern));
            }
            Node::Choose(b, _) | Node::SetFilter(b, _) => pattern(&b.pattern),
            Node::Let(defs, _) => bound.extend(defs.iter().map(|(slot, _)| *slot)),
            Node::Except(_, updates) => bound.extend(updates.iter().filter_map(|u| u.at)),
            _ => {}
        }
        free.retain(|s| !bound.contains(s));
        free.sort_unstable();
        free.dedup();
        known.insert(id, free);
    }
    &known[&id]
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
            | Node::Kept(..)
            | Node::Local(_)
    )
}

/// The slots that a closed expression binds: the frame in which it can stand alone.
fn frame_of(ir: &Ir, root: NodeId) -> u32 {
    let mut frame = 0;
    walk(ir, root, &mut |id| {
        let mut slot = |slot: &Slot| frame = frame.max(slot + 1);
        let mut pattern = |p: &Pattern| match p {
            Pattern::One(s) => slot(s),
            Pattern::Tuple(slots) => slots.iter().for_each(&mut slot),
        };
        match ir.node(id) {
            Node::Quantifier(_, bounds, _) | Node::SetMap(_, bounds) | Node::Function(bounds, _) => {
                bounds.iter().for_each(|b| pattern(&b.pattern));
            }
            Node::Choose(b, _) | Node::SetFilter(b, _) => pattern(&b.pattern),
            Node::Let(defs, _) => defs.iter().for_each(|(s, _)| slot(s)),
            Node::Except(_, updates) => updates.iter().filter_map(|u| u.at.as_ref()).for_each(slot),
            _ => {}
        }
    });
    frame
}

fn wrap(ir: &mut Ir, id: NodeId, action: bool, fold: &mut Fold<'_>) {
    stacker::maybe_grow(64 * 1024, 2 * 1024 * 1024, || {
        if matches!(ir.node(id), Node::Cached(..) | Node::Kept(..) | Node::Keep(..)) {
            return;
        }
        if let Node::Unchanged(e) = *ir.node(id) {
            wrap_unchanged(ir, e, fold);
            return;
        }
        let parts = if action { formula_parts(ir, id) } else { None };
        if let Some(parts) = parts {
            let mut children = Vec::new();
            ir.children(id, &mut |c| children.push(c));
            for c in children {
                wrap(ir, c, parts.contains(&c), fold);
            }
            return;
        }
        let closed = fold.free.get(&id).is_some_and(Vec::is_empty) && !is_trivial(ir.node(id));
        if closed && ir.reads(id) == Reads::Constant {
            let frame = frame_of(ir, id);
            let fresh = |ir: &mut Ir| {
                ir.caches.push(frame);
                CacheId(ir.caches.len() as u32 - 1)
            };
            let cache = match ir.node(id) {
                Node::Call(op, _, args) if args.is_empty() => {
                    *fold.of_op.entry(*op).or_insert_with(|| fresh(ir))
                }
                _ => fresh(ir),
            };
            replace(ir, id, |inner| Node::Cached(cache, inner));
            return;
        }
        if fold.reach.is_some() && is_worth_arguments(ir, id) {
            let slots = fold.free.get(&id).cloned().unwrap_or_default();
            if !slots.is_empty() && slots.len() <= MOST_ARGUMENTS {
                let cache = kept_as(ir, id, &slots);
                replace(ir, id, |inner| Node::Kept(cache, inner));
            }
        }
        let within = fold.within;
        if let Some(reach) = fold.reach.as_deref_mut()
            && closed
            && !matches!(ir.node(id), Node::Kept(..))
            && ir.reads(id) == Reads::State
            && !is_path(ir, id)
            // A rule is taken apart where it is applied as a guard: it must stay one.
            && !(fold.action && is_rule(ir, id))
        {
            let variables = reach.of(ir, id);
            let narrower = variables != within;
            if (narrower || is_large(ir.node(id))) && weight(ir, id) >= WORTH_KEEPING && is_pure(ir, id) {
                let cache = kept_as(ir, id, &[]);
                replace(ir, id, |inner| Node::Kept(cache, inner));
                fold.within = variables;
            }
        }
        let mut whole = id;
        // What an inlined call comes to is kept with the call.
        while let Node::Kept(_, inner) | Node::Inlined(_, inner) = ir.node(whole)
            && (whole != id || matches!(ir.node(id), Node::Kept(..)))
        {
            whole = *inner;
        }
        let mut children = Vec::new();
        ir.children(whole, &mut |c| children.push(c));
        for c in children {
            wrap(ir, c, false, fold);
        }
        fold.within = within;
    });
}

/// How an expression is to be kept that mentions these slots: with all that say the same.
fn kept_as(ir: &mut Ir, id: NodeId, slots: &[Slot]) -> CacheId {
    let text = alike::text(ir, id, slots);
    let known = text.as_ref().and_then(|text| ir.kept_by_text.get(text).copied());
    let place = known.unwrap_or(ir.kept_places);
    if known.is_none() {
        ir.kept_places += 1;
        ir.kept_by_text.extend(text.map(|text| (text, place)));
    }
    ir.kept.push(Kept { slots: slots.into(), place });
    CacheId(ir.kept.len() as u32 - 1)
}

/// What UNCHANGED names must stay recognisable; what else it speaks of is kept.
fn wrap_unchanged(ir: &mut Ir, id: NodeId, fold: &mut Fold<'_>) {
    match ir.node(id) {
        Node::Tuple(items) => {
            for item in items.clone() {
                wrap_unchanged(ir, item, fold);
            }
        }
        Node::Inlined(_, e) if matches!(ir.node(*e), Node::Tuple(_) | Node::Inlined(..)) => {
            wrap_unchanged(ir, *e, fold);
        }
        _ => wrap(ir, id, false, fold),
    }
}

/// What an expression must weigh to be worth keeping: what it looks up in the state and computes from numbers
/// costs less than keeping does.
const WORTH_KEEPING: u32 = 32;
/// What a part weighs that is neither that nor ranges over something.
const WEIGHT: u32 = 4;

/// The most slots that an expression is kept by.
const MOST_ARGUMENTS: usize = 4;

/// Whether a part that is not closed is worth keeping: the use of an operator that calls others which were
/// not inlined, since they are recursive or large, or that defines a function by a rule.
fn is_worth_arguments(ir: &Ir, id: NodeId) -> bool {
    let calls = |id: NodeId| {
        let mut found = false;
        walk(ir, id, &mut |id| {
            found |= match ir.node(id) {
                Node::Call(_, _, args) => !args.is_empty(),
                Node::Closure(_, _, captured) => !captured.is_empty(),
                _ => false,
            };
        });
        found
    };
    matches!(ir.node(id), Node::Call(..) | Node::Inlined(..))
        && ir.reads(id) == Reads::State
        && is_pure(ir, id)
        && calls(id)
}

/// Roughly how much there is to evaluate.
fn weight(ir: &Ir, id: NodeId) -> u32 {
    let mut pending = vec![id];
    let mut sum = 0;
    while let Some(id) = pending.pop() {
        sum += match ir.node(id) {
            Node::Quantifier(..)
            | Node::Choose(..)
            | Node::SetFilter(..)
            | Node::SetMap(..)
            | Node::Function(..)
            | Node::Closure(..)
            | Node::Call(..)
            | Node::CallLocal(..)
            | Node::Enabled(_) => WORTH_KEEPING,
            Node::Cached(..) => continue,
            node if is_simple(node) => 1,
            _ => WEIGHT,
        };
        if sum >= WORTH_KEEPING {
            return sum;
        }
        ir.children(id, &mut |c| pending.push(c));
    }
    sum
}

/// Whether a node makes no collection of what its parts are.
fn is_simple(node: &Node) -> bool {
    match node {
        Node::Bool(_) | Node::Int(_) | Node::Str(_) | Node::Datum(_) => true,
        Node::Local(_) | Node::Var(_) | Node::NextVar(_) | Node::Field(..) | Node::Apply(..) => true,
        Node::And(_) | Node::Or(_) | Node::Not(_) | Node::Implies(..) | Node::Equivalent(..) => true,
        Node::Equal(..) | Node::NotEqual(..) | Node::If(..) | Node::Inlined(..) => true,
        Node::Native(native, _) => native.is_arithmetic(),
        _ => false,
    }
}

/// Whether an expression is worth keeping inside another one that reads as many variables.
fn is_large(node: &Node) -> bool {
    matches!(
        node,
        Node::Inlined(..)
            | Node::Call(..)
            | Node::Quantifier(..)
            | Node::Choose(..)
            | Node::SetFilter(..)
            | Node::SetMap(..)
            | Node::Function(..)
            | Node::Closure(..)
    )
}

/// Whether an expression is a function given by its rule.
fn is_rule(ir: &Ir, id: NodeId) -> bool {
    match ir.node(id) {
        Node::Closure(..) => true,
        Node::Inlined(_, e) | Node::Let(_, e) => is_rule(ir, *e),
        _ => false,
    }
}

/// Whether an expression only names a component of a variable.
fn is_path(ir: &Ir, id: NodeId) -> bool {
    match ir.node(id) {
        Node::Var(_) => true,
        Node::Field(r, _) => is_path(ir, *r),
        Node::Apply(f, _) => is_path(ir, *f),
        _ => false,
    }
}

/// The size of the frame in which an expression can stand alone; none when it is not constant, pure and
/// closed.
pub(super) fn stands_alone(ir: &Ir, id: NodeId) -> Option<u32> {
    if let Node::Cached(cache, _) = ir.node(id)
        && ir.reads(id) == Reads::Constant
    {
        return Some(ir.caches[cache.index()]);
    }
    let mut free = FxHashMap::default();
    let closed = ir.reads(id) == Reads::Constant && free_slots(ir, id, &mut free).is_empty();
    (closed && is_pure(ir, id)).then(|| frame_of(ir, id))
}

/// Moves an expression to a new place and puts another in the old.
pub(super) fn replace(ir: &mut Ir, id: NodeId, by: impl FnOnce(NodeId) -> Node) {
    let inner = NodeId(ir.nodes.len() as u32);
    let node = std::mem::replace(&mut ir.nodes[id.index()], by(inner));
    ir.nodes.push(node);
    ir.spans.push(ir.spans[id.index()]);
    ir.levels.push(ir.levels[id.index()]);
}
