//! Next, split into action instances over `\/` and constant-bounded `\E`.
//!
//! Enters: the operator that is Next. Leaves: [`Instance`]s: each a formula with the frames in
//! which it stands, so that trying one does not walk the others. Holds: trying all instances in
//! order gives the same successors, the same number of times, as trying Next.

use super::call::{Cell, Within};
use super::{Evaluator, Result};
use crate::ir::*;
use crate::space::{Definition, Parameter};
use crate::value::{Datum, Value};
use tla_parser::source::Span;

/// The most instances Next is split into; beyond, a quantifier is left as it is.
const MOST: usize = 4096;
/// How many calls deep a disjunction is looked for.
const DEEPEST: usize = 64;

/// A frame's cell, owned: it can be handed to another thread.
#[derive(Clone, Debug, PartialEq)]
pub enum Frozen {
    /// Nothing yet.
    Empty,
    /// A value.
    Value(Datum),
    /// An expression to be evaluated when needed, and its frame.
    Need(NodeId, u32),
    /// An expression to be evaluated at each use, and its frame.
    Name(NodeId, u32),
    /// Another cell.
    Ref(u32),
    /// An operator and the frame it stands in.
    Operator(NodeId, u32),
}

/// A part of Next.
#[derive(Clone, Debug)]
pub struct Instance {
    /// The innermost definition's name.
    pub name: String,
    /// That definition's arguments, as TLA+ text, where they are constant.
    pub arguments: Vec<String>,
    /// Where the definition or the disjunct stands.
    pub span: Span,
    /// The frames.
    pub frames: Vec<Frozen>,
    /// The formula.
    pub action: NodeId,
    /// Where its own frame begins.
    pub base: u32,
    /// Nothing in it prints, reads or writes anything but states.
    pub pure: bool,
    /// The definitions it lies in, the innermost last: Next comes first.
    pub definitions: Vec<Definition>,
    /// The innermost of them.
    pub op: OpId,
    /// Where the formula stands.
    pub formula: Span,
}

/// What to call the instances found below.
#[derive(Clone)]
struct Label {
    name: String,
    arguments: Vec<String>,
    span: Option<Span>,
    definitions: Vec<Definition>,
    op: OpId,
}

impl Instance {
    /// What it says, if that can be told from its own frame alone: two instances with the same key have the
    /// same steps.
    pub(crate) fn key(&self) -> Option<(NodeId, Vec<Option<Datum>>)> {
        let cell = |cell: &Frozen| {
            let mut cell = cell;
            loop {
                match cell {
                    Frozen::Empty => return Some(None),
                    Frozen::Value(value) => return Some(Some(value.clone())),
                    Frozen::Ref(other) => cell = self.frames.get(*other as usize)?,
                    Frozen::Need(..) | Frozen::Name(..) | Frozen::Operator(..) => return None,
                }
            }
        };
        let own = self.frames.get(self.base as usize..)?;
        Some((self.action, own.iter().map(cell).collect::<Option<Vec<_>>>()?))
    }
}

impl<'m> Evaluator<'m> {
    /// Splits an operator without parameters.
    pub fn split(&mut self, op: OpId) -> Vec<Instance> {
        self.reset();
        self.void.clear();
        let base = self.enter_empty(op);
        let o = self.ir.op(op);
        let next = Definition { name: o.name.clone(), parameters: Vec::new() };
        let label =
            Label { name: o.name.clone(), arguments: Vec::new(), span: None, definitions: vec![next], op };
        let mut found = Vec::new();
        if self.split_at(o.body, base, &label, 0, &mut found).is_none() {
            found.clear();
            self.void.clear();
            self.reset();
            let base = self.enter_empty(op);
            self.leaf(o.body, base, &label, &mut found);
        }
        self.reset();
        found
    }

    /// The actions that Next names and that have no instance, since what they are chosen from is empty: the
    /// definition, and where the formula stands. For the operator that was split last.
    pub fn without_instances(&self) -> &[(OpId, Span)] {
        &self.void
    }

    /// Adds the actions of a formula of which there are no instances.
    fn add_void(&mut self, id: NodeId, op: OpId, depth: usize) {
        let ir = self.ir;
        match ir.node(id) {
            Node::Or(items) if depth < DEEPEST => {
                items.iter().for_each(|&item| self.add_void(item, op, depth + 1));
            }
            Node::Quantifier(false, _, body) if depth < DEEPEST => self.add_void(*body, op, depth + 1),
            Node::Call(op, ..) => self.void.push((*op, ir.span(ir.op(*op).body))),
            _ => self.void.push((op, ir.span(id))),
        }
    }

    /// Adds the instances of a formula; none when it cannot be split, and then some may have been
    /// added.
    fn split_at(
        &mut self,
        id: NodeId,
        base: usize,
        label: &Label,
        depth: usize,
        found: &mut Vec<Instance>,
    ) -> Option<()> {
        let ir = self.ir;
        let (before, void) = (found.len(), self.void.len());
        let parts = match ir.node(id) {
            Node::Or(items) => {
                items.iter().try_for_each(|&item| self.split_at(item, base, label, depth, found))
            }
            Node::Quantifier(false, bounds, body) => {
                self.split_exists(bounds, *body, base, label, depth, found)
            }
            Node::Call(op, captured, args) if depth < DEEPEST => {
                let new = self.push_frame(*op, captured, args, base, Within::Step);
                let label = self.label(*op, captured.len(), new, label);
                let parts = self.split_at(ir.op(*op).body, new, &label, depth + 1, found);
                self.stack.truncate(new);
                parts
            }
            _ => return self.leaf(id, base, label, found),
        };
        if parts.is_none() {
            found.truncate(before);
            self.void.truncate(void);
            return self.leaf(id, base, label, found);
        }
        parts
    }

    fn label(&mut self, op: OpId, captured: usize, base: usize, around: &Label) -> Label {
        let o = self.ir.op(op);
        let (mut arguments, mut parameters) = (Vec::new(), Vec::new());
        for i in 0..o.params as usize {
            let index = base + captured + i;
            let constant = match &self.stack[index] {
                Cell::Value(_) => true,
                Cell::Need(e, _) => self.ir.reads(*e) == Reads::Constant,
                Cell::Ref(_) => self.spot_cell(index).is_some(),
                _ => false,
            };
            match self.local(index, o.body) {
                Ok(value) if constant => {
                    arguments.push(super::fail::brief(&value));
                    let value = value.to_datum(&self.limits).ok();
                    parameters.push(Parameter { name: o.param_names[i].clone(), value });
                }
                _ => {
                    arguments.push(o.param_names[i].clone());
                    parameters.push(Parameter { name: o.param_names[i].clone(), value: None });
                }
            }
        }
        let mut definitions = around.definitions.clone();
        definitions.push(Definition { name: o.name.clone(), parameters });
        Label { name: o.name.clone(), arguments, span: Some(o.span), definitions, op }
    }

    fn split_exists(
        &mut self,
        bounds: &'m [Bound],
        body: NodeId,
        base: usize,
        label: &Label,
        depth: usize,
        found: &mut Vec<Instance>,
    ) -> Option<()> {
        if bounds.iter().any(|b| self.ir.reads(b.set) != Reads::Constant) {
            return None;
        }
        let mut combinations: Vec<Vec<Value>> = vec![Vec::new()];
        for bound in bounds {
            let set = self.eval(bound.set, base).ok()?;
            let elements: Vec<Value> = match set.size() {
                crate::value::Size::Exact(n) if n as usize <= MOST => set.elements("\\E").ok()?.collect(),
                _ => return None,
            };
            if combinations.len() * elements.len() + found.len() > MOST {
                return None;
            }
            combinations = combinations
                .into_iter()
                .flat_map(|c| elements.iter().map(move |e| c.iter().cloned().chain([e.clone()]).collect()))
                .collect();
        }
        if combinations.is_empty() {
            self.add_void(body, label.op, depth);
        }
        for combination in combinations {
            for (bound, element) in bounds.iter().zip(combination) {
                self.bind(&bound.pattern, element, body, base).ok()?;
            }
            self.split_at(body, base, label, depth, found)?;
        }
        Some(())
    }

    fn leaf(&mut self, id: NodeId, base: usize, label: &Label, found: &mut Vec<Instance>) -> Option<()> {
        let frames = self.stack.iter().map(|cell| self.freeze(cell)).collect::<Option<Vec<_>>>()?;
        if found.len() >= MOST {
            return None;
        }
        found.push(Instance {
            name: label.name.clone(),
            arguments: label.arguments.clone(),
            span: label.span.unwrap_or(self.ir.span(id)),
            frames,
            action: id,
            base: base as u32,
            pure: false,
            definitions: label.definitions.clone(),
            op: label.op,
            formula: self.ir.span(id),
        });
        Some(())
    }

    fn freeze(&self, cell: &Cell) -> Option<Frozen> {
        Some(match cell {
            Cell::Empty => Frozen::Empty,
            Cell::Value(v) => Frozen::Value(v.to_datum(&self.limits).ok()?),
            Cell::Need(e, b) => Frozen::Need(*e, *b),
            Cell::Name(e, b) => Frozen::Name(*e, *b),
            Cell::Ref(i) => Frozen::Ref(*i),
            Cell::Operator(n, b) => Frozen::Operator(*n, *b),
            Cell::Owned(_) | Cell::Failed(_) | Cell::Part(_) | Cell::Asked(_) => return None,
        })
    }

    /// The cells of an instance's frames, to be given to [`Evaluator::solve_instance`].
    pub(crate) fn thaw(&mut self, instance: &Instance) -> Thawed {
        let cells = instance
            .frames
            .iter()
            .map(|f| match f {
                Frozen::Empty => Cell::Empty,
                Frozen::Value(d) => Cell::Value(d.to_value(&mut self.interner)),
                Frozen::Need(e, b) => Cell::Need(*e, *b),
                Frozen::Name(e, b) => Cell::Name(*e, *b),
                Frozen::Ref(i) => Cell::Ref(*i),
                Frozen::Operator(n, b) => Cell::Operator(*n, *b),
            })
            .collect();
        Thawed { cells, action: instance.action, base: instance.base as usize }
    }

    /// Tries an instance in the current state: each complete next state goes to `out`.
    pub(crate) fn solve_instance(
        &mut self,
        instance: &Thawed,
        out: &mut super::act::Out<'_, 'm>,
    ) -> Result<std::ops::ControlFlow<()>> {
        self.reset();
        self.stack.extend_from_slice(&instance.cells);
        self.solve_in(instance.action, instance.base, false, out)
    }
}

/// An instance as one evaluator holds it.
pub(crate) struct Thawed {
    cells: Vec<Cell>,
    pub(crate) action: NodeId,
    base: usize,
}
