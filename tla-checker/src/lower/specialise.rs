//! Specialisation: an action instance, an invariant, a constraint, with its calls inlined and its
//! constant parameters put in place.
//!
//! Enters: finished IR, and a formula with the frames it stands in. Leaves: a formula that means the
//! same in one frame of its own, with what has become constant marked to be evaluated once.
//! Holds: arguments keep their evaluation order and their evaluation by need or by name (they become
//! LETs unless they are trivial); every copy of a binder gets slots of its own; a failure still names
//! the inlined calls ([`Node::Inlined`]). What is recursive, or would grow too large, stays a call.

use super::finish;
use crate::eval::{Frozen, Instance};
use crate::ir::*;
use crate::value::Datum;
use rustc_hash::FxHashMap;

/// The most nodes one formula may grow to; beyond, it stays as it was.
const MOST_NODES: usize = 20_000;
/// How deep calls are inlined.
const DEEPEST: usize = 40;

/// What a slot of the original frame is in the new one.
#[derive(Clone, Copy, PartialEq)]
enum Sub {
    /// Not bound yet.
    Unbound,
    /// A slot.
    Slot(Slot),
    /// A trivial expression, which may be repeated.
    Node(NodeId),
    /// What a cell of the given frames becomes; looked into when it is met.
    Cell(usize),
}

/// Specialises the instances of Next.
pub(crate) fn instances(ir: &mut Ir, instances: &mut [Instance], elements: &Elements<'_>) {
    for instance in instances {
        let mut s = Specialiser::new(ir, elements);
        s.cells = instance.frames.clone();
        s.known = vec![None; instance.frames.len()];
        let root = s.in_frames(instance.action, instance.base as usize);
        if let Some((root, frame)) = root.and_then(|root| s.finish(root, true)) {
            instance.frames = vec![Frozen::Empty; frame as usize];
            (instance.action, instance.base) = (root, 0);
            // Only now is all that it evaluates to be seen in one place.
            instance.pure = finish::is_pure(ir, instance.action);
        }
    }
}

/// Specialises an operator without parameters.
pub(crate) fn operator(ir: &mut Ir, op: OpId, elements: &Elements<'_>) {
    let (body, frame) = (ir.op(op).body, ir.op(op).frame as usize);
    let mut s = Specialiser::new(ir, elements);
    let root = s.node(body, &mut vec![Sub::Unbound; frame], 0);
    if let Some((body, frame)) = root.and_then(|root| s.finish(root, false)) {
        let o = &mut ir.ops[op.index()];
        (o.body, o.frame) = (body, frame);
        o.shifted = vec![false; frame as usize];
        o.slot_reads = vec![Reads::Constant; frame as usize];
    }
}

/// Specialises the operators whose calls are recalled. Nothing of a state can be got at in them, and no
/// state is shifted: whatever is given to them is a value, evaluated by need.
pub(crate) fn recalled(ir: &mut Ir, elements: &Elements<'_>) {
    let first = ir.nodes.len() as u32;
    let mut inner = FxHashMap::default();
    for op in 0.. {
        // Some are added on the way.
        let Some(o) = ir.ops.get(op) else { break };
        if !o.recalled {
            continue;
        }
        let (body, given, frame) = (o.body, (o.captured + o.params) as usize, o.frame as usize);
        let mut s = Specialiser::new(ir, elements);
        let mut subs = vec![Sub::Unbound; frame];
        for sub in &mut subs[..given] {
            *sub = Sub::Slot(s.slot(Reads::Constant));
        }
        s.by_value = Some(&mut inner);
        s.inside.push(OpId(op as u32));
        let root = s.node(body, &mut subs, 0);
        if let Some((body, frame)) = root.and_then(|root| s.finish(root, false)) {
            let o = &mut ir.ops[op];
            (o.body, o.frame) = (body, frame);
            o.shifted = vec![false; frame as usize];
        }
    }
    ir.by_value = first..ir.nodes.len() as u32;
}

/// The elements of a constant set, in canonical order, when there are few: an expression that stands
/// alone in a frame of the given size.
pub(crate) type Elements<'e> = dyn Fn(&Ir, NodeId, u32) -> Option<Vec<Datum>> + 'e;

/// The most copies a quantifier over constant sets is taken apart into.
const MOST_COPIES: usize = 16;

struct Specialiser<'i> {
    ir: &'i mut Ir,
    /// How many slots the new frame has, and what each may read.
    slots: Vec<Reads>,
    /// Slots that hold trivial expressions for those who capture: filled before all else.
    prelude: Vec<(Slot, NodeId)>,
    /// Operators being inlined around the current place.
    inside: Vec<OpId>,
    first: usize,
    /// The frames given, and what is known of what their cells become.
    cells: Vec<Frozen>,
    known: Vec<Option<Sub>>,
    /// Where nothing of a state can be got at: the operators that are recalled there alone, as they are
    /// then.
    by_value: Option<&'i mut FxHashMap<OpId, OpId>>,
    elements: &'i Elements<'i>,
}

impl<'i> Specialiser<'i> {
    fn new(ir: &'i mut Ir, elements: &'i Elements<'i>) -> Self {
        let first = ir.nodes.len();
        Specialiser {
            ir,
            slots: Vec::new(),
            prelude: Vec::new(),
            inside: Vec::new(),
            first,
            cells: Vec::new(),
            known: Vec::new(),
            by_value: None,
            elements,
        }
    }

    /// The root with what precedes it, and the size of its frame.
    fn finish(self, root: NodeId, action: bool) -> Option<(NodeId, u32)> {
        let Specialiser { ir, slots, prelude, first, .. } = self;
        let span = ir.span(root);
        let root = if prelude.is_empty() {
            root
        } else {
            let level = ir.reads(root);
            push(ir, Node::Let(prelude.into(), root), span, level)
        };
        if ir.nodes.len() - first > MOST_NODES {
            return None;
        }
        finish::fold(ir, root, action);
        Some((root, slots.len() as u32))
    }

    fn slot(&mut self, reads: Reads) -> Slot {
        self.slots.push(reads);
        self.slots.len() as u32 - 1
    }

    /// A formula in the given frames.
    fn in_frames(&mut self, id: NodeId, base: usize) -> Option<NodeId> {
        let mut frame = (base..self.cells.len()).map(Sub::Cell).collect();
        self.node(id, &mut frame, 0)
    }

    /// What a slot is in the new frame.
    fn settled(&mut self, slot: Slot, subs: &mut [Sub]) -> Option<Sub> {
        if let Sub::Cell(index) = subs[slot as usize] {
            subs[slot as usize] = self.cell(index)?;
        }
        Some(subs[slot as usize])
    }

    fn cell(&mut self, index: usize) -> Option<Sub> {
        if let Some(sub) = self.known[index] {
            return Some(sub);
        }
        let cell = self.cells[index].clone();
        let sub = match &cell {
            Frozen::Empty => Sub::Unbound,
            Frozen::Value(datum) => self.datum(datum),
            Frozen::Ref(other) => self.cell(*other as usize)?,
            Frozen::Operator(node, base) => {
                let node = self.in_frames(*node, *base as usize)?;
                Sub::Node(node)
            }
            Frozen::Need(e, base) | Frozen::Name(e, base) => {
                let e = self.in_frames(*e, *base as usize)?;
                if self.is_trivial(e) {
                    Sub::Node(e)
                } else {
                    let slot = self.slot(self.ir.reads(e));
                    self.ir.passing[e.index()] = match cell {
                        Frozen::Name(..) => Passing::Name,
                        _ => Passing::Need,
                    };
                    self.prelude.push((slot, e));
                    Sub::Slot(slot)
                }
            }
        };
        self.known[index] = Some(sub);
        Some(sub)
    }

    /// Whether an expression may be repeated: it costs nothing and binds nothing.
    fn is_trivial(&self, id: NodeId) -> bool {
        matches!(
            self.ir.node(id),
            Node::Bool(_)
                | Node::Int(_)
                | Node::Big(_)
                | Node::Str(_)
                | Node::Datum(_)
                | Node::Var(_)
                | Node::NextVar(_)
                | Node::Cached(..)
                | Node::Operator(..)
                | Node::Boolean
                | Node::StringSet
        )
    }

    fn add(&mut self, node: Node, like: NodeId) -> NodeId {
        let span = self.ir.span(like);
        let reads = self.level(&node, like);
        push(self.ir, node, span, reads)
    }

    /// What a new node may read.
    fn level(&self, node: &Node, like: NodeId) -> Reads {
        match node {
            _ if self.by_value.is_some() => Reads::Constant,
            Node::Var(_) => Reads::State,
            Node::NextVar(_) => Reads::Action,
            Node::Local(slot) => self.slots[*slot as usize],
            // What is called is unknown, or not looked into.
            Node::CallLocal(..) | Node::Call(..) | Node::Operator(..) | Node::Closure(..) => {
                self.ir.reads(like)
            }
            Node::Enabled(_) => Reads::State,
            Node::Prime(_) | Node::Unchanged(_) | Node::Compose(..) | Node::Subscripted(..) => Reads::Action,
            Node::Native(native, _) if !native.is_pure() => self.ir.reads(like).max(Reads::State),
            _ => {
                let mut highest = Reads::Constant;
                node.children(&mut |c| highest = highest.max(self.ir.reads(c)));
                highest
            }
        }
    }

    fn nodes(&mut self, items: &[NodeId], subs: &mut Vec<Sub>, depth: usize) -> Option<Box<[NodeId]>> {
        items.iter().map(|&i| self.node(i, subs, depth)).collect()
    }

    /// A slot for something captured.
    fn captured(&mut self, slots: &[Slot], subs: &mut [Sub]) -> Option<Box<[Slot]>> {
        let mut captured = Vec::with_capacity(slots.len());
        for &slot in slots {
            captured.push(match self.settled(slot, subs)? {
                Sub::Slot(slot) => slot,
                Sub::Node(node) => match self.prelude.iter().find(|(_, e)| *e == node) {
                    Some((slot, _)) => *slot,
                    None => {
                        let reads = self.ir.reads(node);
                        let slot = self.slot(reads);
                        // A variable means another value where the state is shifted.
                        let fixed =
                            reads == Reads::Constant || matches!(self.ir.node(node), Node::Operator(..));
                        if !fixed {
                            self.ir.passing[node.index()] = Passing::Name;
                        }
                        self.prelude.push((slot, node));
                        slot
                    }
                },
                Sub::Unbound | Sub::Cell(_) => return None,
            });
        }
        Some(captured.into())
    }

    fn bind(&mut self, pattern: &Pattern, subs: &mut [Sub]) -> Pattern {
        let mut fresh = |slot: Slot| {
            let new = self.slot(Reads::Constant);
            subs[slot as usize] = Sub::Slot(new);
            new
        };
        match pattern {
            Pattern::One(slot) => Pattern::One(fresh(*slot)),
            Pattern::Tuple(slots) => Pattern::Tuple(slots.iter().map(|s| fresh(*s)).collect()),
        }
    }

    fn bounds(&mut self, bounds: &[Bound], subs: &mut Vec<Sub>, depth: usize) -> Option<Box<[Bound]>> {
        let mut sets = Vec::with_capacity(bounds.len());
        for b in bounds {
            sets.push(self.node(b.set, subs, depth)?);
        }
        Some(
            bounds
                .iter()
                .zip(sets)
                .map(|(b, set)| Bound { pattern: self.bind(&b.pattern, subs), set })
                .collect(),
        )
    }

    /// The copy of an expression; none when it has grown too large.
    fn node(&mut self, id: NodeId, subs: &mut Vec<Sub>, depth: usize) -> Option<NodeId> {
        if self.ir.nodes.len() - self.first > MOST_NODES {
            return None;
        }
        stacker::maybe_grow(64 * 1024, 2 * 1024 * 1024, || self.copy(id, subs, depth))
    }

    fn copy(&mut self, id: NodeId, subs: &mut Vec<Sub>, depth: usize) -> Option<NodeId> {
        let d = depth;
        let node = match self.ir.node(id).clone() {
            Node::Bool(_)
            | Node::Int(_)
            | Node::Big(_)
            | Node::Str(_)
            | Node::Datum(_)
            | Node::Var(_)
            | Node::NextVar(_)
            | Node::Cached(..)
            | Node::Kept(..)
            | Node::Boolean
            | Node::StringSet
            | Node::Unbounded(_)
            | Node::Keep(..)
            | Node::Nothing(_) => return Some(id),
            Node::Local(slot) => match self.settled(slot, subs)? {
                Sub::Slot(slot) => Node::Local(slot),
                Sub::Node(node) => return Some(node),
                Sub::Unbound | Sub::Cell(_) => return None,
            },
            Node::Prime(a) => match self.node(a, subs, d)? {
                inner if matches!(self.ir.node(inner), Node::Datum(_) | Node::Int(_) | Node::Str(_)) => {
                    return Some(inner);
                }
                inner => match self.ir.node(inner) {
                    Node::Var(v) => Node::NextVar(*v),
                    _ => Node::Prime(inner),
                },
            },
            Node::Call(op, captured, args) => return self.call(id, op, &captured, &args, subs, depth),
            Node::CallLocal(slot, args) => {
                let args = self.nodes(&args, subs, d)?;
                match self.settled(slot, subs)? {
                    Sub::Slot(slot) => Node::CallLocal(slot, args),
                    Sub::Node(node) => match self.ir.node(node).clone() {
                        Node::Operator(op, captured) => {
                            let captured = captured.iter().map(|s| Sub::Slot(*s)).collect();
                            return self.inline(id, op, captured, &args, depth);
                        }
                        _ => return None,
                    },
                    Sub::Unbound | Sub::Cell(_) => return None,
                }
            }
            Node::Operator(op, captured) => Node::Operator(op, self.captured(&captured, subs)?),
            Node::Closure(rule, domains, captured) => {
                let domains = self.nodes(&domains, subs, d)?;
                Node::Closure(rule, domains, self.captured(&captured, subs)?)
            }
            Node::Inlined(op, inner) => Node::Inlined(op, self.node(inner, subs, d)?),
            Node::Native(native, args) => Node::Native(native, self.nodes(&args, subs, d)?),
            Node::And(items) => Node::And(self.nodes(&items, subs, d)?),
            Node::Or(items) => Node::Or(self.nodes(&items, subs, d)?),
            Node::SetEnum(items) => Node::SetEnum(self.nodes(&items, subs, d)?),
            Node::Tuple(items) => Node::Tuple(self.nodes(&items, subs, d)?),
            Node::Product(items) => Node::Product(self.nodes(&items, subs, d)?),
            Node::Not(a) => Node::Not(self.node(a, subs, d)?),
            Node::Domain(a) => Node::Domain(self.node(a, subs, d)?),
            Node::Powerset(a) => Node::Powerset(self.node(a, subs, d)?),
            Node::BigUnion(a) => Node::BigUnion(self.node(a, subs, d)?),
            Node::Unchanged(a) => Node::Unchanged(self.node(a, subs, d)?),
            Node::Enabled(a) => Node::Enabled(self.node(a, subs, d)?),
            Node::Field(a, name) => Node::Field(self.node(a, subs, d)?, name),
            Node::Implies(a, b) => Node::Implies(self.node(a, subs, d)?, self.node(b, subs, d)?),
            Node::Equivalent(a, b) => Node::Equivalent(self.node(a, subs, d)?, self.node(b, subs, d)?),
            Node::Equal(a, b) => Node::Equal(self.node(a, subs, d)?, self.node(b, subs, d)?),
            Node::NotEqual(a, b) => Node::NotEqual(self.node(a, subs, d)?, self.node(b, subs, d)?),
            Node::In(a, b) => Node::In(self.node(a, subs, d)?, self.node(b, subs, d)?),
            Node::NotIn(a, b) => Node::NotIn(self.node(a, subs, d)?, self.node(b, subs, d)?),
            Node::SubsetEq(a, b) => Node::SubsetEq(self.node(a, subs, d)?, self.node(b, subs, d)?),
            Node::Union(a, b) => Node::Union(self.node(a, subs, d)?, self.node(b, subs, d)?),
            Node::Intersect(a, b) => Node::Intersect(self.node(a, subs, d)?, self.node(b, subs, d)?),
            Node::Difference(a, b) => Node::Difference(self.node(a, subs, d)?, self.node(b, subs, d)?),
            Node::Compose(a, b) => Node::Compose(self.node(a, subs, d)?, self.node(b, subs, d)?),
            Node::Subscripted(square, a, b) => {
                Node::Subscripted(square, self.node(a, subs, d)?, self.node(b, subs, d)?)
            }
            Node::FunctionSet(a, b) => Node::FunctionSet(self.node(a, subs, d)?, self.node(b, subs, d)?),
            Node::Apply(a, b) => Node::Apply(self.node(a, subs, d)?, self.node(b, subs, d)?),
            Node::If(a, b, c) => {
                Node::If(self.node(a, subs, d)?, self.node(b, subs, d)?, self.node(c, subs, d)?)
            }
            Node::Case(arms, other) => {
                let mut copied = Vec::with_capacity(arms.len());
                for (c, e) in arms {
                    copied.push((self.node(c, subs, d)?, self.node(e, subs, d)?));
                }
                let other = match other {
                    Some(e) => Some(self.node(e, subs, d)?),
                    None => None,
                };
                Node::Case(copied.into(), other)
            }
            Node::Let(defs, body) => return self.let_in(id, &defs, body, subs, d),
            Node::Quantifier(forall, bounds, body) => {
                if let Some(copies) = self.unroll(&bounds, body, subs, d)? {
                    let node = if forall { Node::And(copies) } else { Node::Or(copies) };
                    return Some(self.add(node, id));
                }
                let bounds = self.bounds(&bounds, subs, d)?;
                Node::Quantifier(forall, bounds, self.node(body, subs, d)?)
            }
            Node::SetMap(body, bounds) => {
                let bounds = self.bounds(&bounds, subs, d)?;
                Node::SetMap(self.node(body, subs, d)?, bounds)
            }
            Node::Function(bounds, body) => {
                let bounds = self.bounds(&bounds, subs, d)?;
                Node::Function(bounds, self.node(body, subs, d)?)
            }
            Node::Choose(bound, body) => {
                let bound = self.bounds(std::slice::from_ref(&bound), subs, d)?[0].clone();
                Node::Choose(Box::new(bound), self.node(body, subs, d)?)
            }
            Node::SetFilter(bound, body) => {
                let bound = self.bounds(std::slice::from_ref(&bound), subs, d)?[0].clone();
                Node::SetFilter(Box::new(bound), self.node(body, subs, d)?)
            }
            Node::Record(shape, fields) => {
                let mut copied = Vec::with_capacity(fields.len());
                for (place, e) in fields {
                    copied.push((place, self.node(e, subs, d)?));
                }
                Node::Record(shape, copied.into())
            }
            Node::RecordSet(fields) => {
                let mut copied = Vec::with_capacity(fields.len());
                for (name, e) in fields {
                    copied.push((name, self.node(e, subs, d)?));
                }
                Node::RecordSet(copied.into())
            }
            Node::Except(base, updates) => {
                let base = self.node(base, subs, d)?;
                let mut copied = Vec::with_capacity(updates.len());
                for update in updates {
                    let mut path = Vec::with_capacity(update.path.len());
                    for step in &update.path {
                        path.push(match step {
                            Step::Field(name) => Step::Field(*name),
                            Step::Index(i) => Step::Index(self.node(*i, subs, d)?),
                        });
                    }
                    let at = update.at.map(|slot| {
                        // `@` is a value, but it comes from the state.
                        let new = self.slot(Reads::Constant);
                        subs[slot as usize] = Sub::Slot(new);
                        new
                    });
                    let value = self.node(update.value, subs, d)?;
                    copied.push(Update { path: path.into(), value, at });
                }
                Node::Except(base, copied.into())
            }
        };
        Some(self.add(node, id))
    }

    /// The copies of a quantifier's body, one for each combination of elements, when its sets are
    /// constant and small; nothing otherwise.
    #[allow(clippy::option_option)] // outside: the formula has grown too large
    fn unroll(
        &mut self,
        bounds: &[Bound],
        body: NodeId,
        subs: &mut Vec<Sub>,
        depth: usize,
    ) -> Option<Option<Box<[NodeId]>>> {
        let mut combinations: Vec<Vec<Datum>> = vec![Vec::new()];
        for b in bounds {
            let set = self.node(b.set, subs, depth)?;
            let Some(frame) = finish::stands_alone(self.ir, set) else { return Some(None) };
            let Some(elements) = (self.elements)(self.ir, set, frame) else { return Some(None) };
            if combinations.len() * elements.len() > MOST_COPIES {
                return Some(None);
            }
            combinations = (combinations.into_iter())
                .flat_map(|c| elements.iter().map(move |e| c.iter().chain([e]).cloned().collect()))
                .collect();
        }
        let mut copies = Vec::with_capacity(combinations.len());
        for combination in combinations {
            for (b, element) in bounds.iter().zip(combination) {
                match (&b.pattern, element) {
                    (Pattern::One(slot), element) => subs[*slot as usize] = self.datum(&element),
                    (Pattern::Tuple(slots), Datum::Tuple(parts)) if parts.len() == slots.len() => {
                        for (slot, part) in slots.iter().zip(&parts) {
                            subs[*slot as usize] = self.datum(part);
                        }
                    }
                    _ => return Some(None),
                }
            }
            copies.push(self.node(body, subs, depth)?);
        }
        Some(Some(copies.into()))
    }

    fn datum(&mut self, datum: &Datum) -> Sub {
        let at = match self.ir.data.iter().position(|d| d == datum) {
            Some(at) => at,
            None => {
                self.ir.data.push(datum.clone());
                self.ir.data.len() - 1
            }
        };
        let span = self.ir.spans[0];
        Sub::Node(push(self.ir, Node::Datum(at as u32), span, Reads::Constant))
    }

    fn let_in(
        &mut self,
        id: NodeId,
        defs: &[(Slot, NodeId)],
        body: NodeId,
        subs: &mut Vec<Sub>,
        depth: usize,
    ) -> Option<NodeId> {
        let mut copied = Vec::with_capacity(defs.len());
        // All slots first: what is captured may be defined later.
        for &(slot, e) in defs {
            let new = self.slot(self.ir.reads(e));
            subs[slot as usize] = Sub::Slot(new);
        }
        for &(slot, e) in defs {
            let Sub::Slot(new) = subs[slot as usize] else { return None };
            // Where everything is given by value, nothing means something else at another use.
            let passing = match self.by_value {
                Some(_) => Passing::Need,
                None => self.ir.passing[e.index()],
            };
            let e = self.node(e, subs, depth)?;
            // A trivial expression is shared with other places, so it is only given a flag when it
            // must have one.
            let given = &mut self.ir.passing[e.index()];
            *given = passing.max(*given);
            self.slots[new as usize] = self.ir.reads(e);
            copied.push((new, e));
        }
        let body = self.node(body, subs, depth)?;
        Some(self.add(Node::Let(copied.into(), body), id))
    }

    fn call(
        &mut self,
        id: NodeId,
        op: OpId,
        captured: &[Slot],
        args: &[NodeId],
        subs: &mut Vec<Sub>,
        depth: usize,
    ) -> Option<NodeId> {
        let args = self.nodes(args, subs, depth)?;
        let op = self.recalled_here(op);
        if depth < DEEPEST && !self.inside.contains(&op) && !self.ir.op(op).recalled {
            let captured = captured.iter().map(|s| self.settled(*s, subs)).collect::<Option<Vec<_>>>()?;
            return self.inline(id, op, captured, &args, depth);
        }
        let captured = self.captured(captured, subs)?;
        Some(self.add(Node::Call(op, captured, args), id))
    }

    /// The operator to be called in place of another one: where nothing of a state can be got at, one whose
    /// calls are recalled.
    fn recalled_here(&mut self, op: OpId) -> OpId {
        let ops = &mut self.ir.ops;
        let o = &ops[op.index()];
        let Some(inner) = self.by_value.as_mut().filter(|_| o.closed && !o.recalled) else { return op };
        *inner.entry(op).or_insert_with(|| {
            ops.push(Op { recalled: true, ..ops[op.index()].clone() });
            OpId(ops.len() as u32 - 1)
        })
    }

    /// An operator's body in place of a call; the arguments are copied already.
    fn inline(
        &mut self,
        id: NodeId,
        op: OpId,
        captured: Vec<Sub>,
        args: &[NodeId],
        depth: usize,
    ) -> Option<NodeId> {
        if depth >= DEEPEST || self.inside.contains(&op) || self.ir.op(op).recalled {
            let slots: Vec<Slot> = (0..captured.len() as u32).collect();
            let captured = self.captured(&slots, &mut captured.clone())?;
            return Some(self.add(Node::Call(op, captured, args.into()), id));
        }
        let o = self.ir.op(op);
        let (body, first) = (o.body, captured.len());
        let shifted = o.shifted.clone();
        let mut subs = captured;
        subs.resize(o.frame as usize, Sub::Unbound);
        let mut defs = Vec::new();
        for (i, &arg) in args.iter().enumerate() {
            let reads = self.ir.reads(arg);
            subs[first + i] = if self.is_trivial(arg) {
                Sub::Node(arg)
            } else if let Node::Local(slot) = self.ir.node(arg) {
                Sub::Slot(*slot)
            } else {
                self.ir.passing[arg.index()] = Passing::of(reads, shifted[first + i]);
                let slot = self.slot(reads);
                defs.push((slot, arg));
                Sub::Slot(slot)
            };
        }
        self.inside.push(op);
        let body = self.node(body, &mut subs, depth + 1);
        self.inside.pop();
        let body = body?;
        let body = if defs.is_empty() { body } else { self.add(Node::Let(defs.into(), body), id) };
        if self.is_trivial(body) {
            return Some(body);
        }
        Some(self.add(Node::Inlined(op, body), id))
    }
}

fn push(ir: &mut Ir, node: Node, span: tla_parser::source::Span, reads: Reads) -> NodeId {
    let id = NodeId(ir.nodes.len() as u32);
    ir.nodes.push(node);
    ir.spans.push(span);
    ir.levels.push(reads);
    ir.passing.push(Passing::Need);
    id
}
