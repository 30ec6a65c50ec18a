//! Expressions that say the same, in whatever copy: what is kept of one is kept of all.
//!
//! Enters: an expression and the slots it mentions without binding them. Leaves: its text, the same for those
//! that differ in nothing but the slots, and what is kept or evaluated once in them; none for a very long one.

use crate::ir::*;
use rustc_hash::FxHashMap;
use std::fmt::Write;

/// The longest text.
const LONGEST: usize = 1 << 14;

/// The text of an expression, in which these slots are told apart by their order.
pub(super) fn text(ir: &Ir, id: NodeId, free: &[Slot]) -> Option<String> {
    let mut writer = Writer { ir, slots: FxHashMap::default(), text: String::new() };
    free.iter().for_each(|slot| writer.bound(*slot));
    writer.text.push(':');
    writer.expression(id)?;
    Some(writer.text)
}

struct Writer<'i> {
    ir: &'i Ir,
    /// The slots that are bound, numbered in the order in which they are met.
    slots: FxHashMap<Slot, usize>,
    text: String,
}

impl Writer<'_> {
    fn expression(&mut self, id: NodeId) -> Option<()> {
        stacker::maybe_grow(64 * 1024, 2 * 1024 * 1024, || self.node(id))
    }

    fn node(&mut self, id: NodeId) -> Option<()> {
        if self.text.len() > LONGEST {
            return None;
        }
        let ir = self.ir;
        let node = ir.node(id);
        if let Node::Kept(_, e) | Node::Cached(_, e) = node {
            return self.expression(*e);
        }
        // A variant's name is where its text begins.
        let shown = match node {
            Node::Bool(_)
            | Node::Int(_)
            | Node::Big(_)
            | Node::Str(_)
            | Node::Datum(_)
            | Node::Var(_)
            | Node::NextVar(_)
            | Node::Unbounded(_)
            | Node::Nothing(_) => format!("{node:?}"),
            _ => name(node),
        };
        self.text.push_str(&shown);
        self.text.push('(');
        match node {
            Node::Local(slot) | Node::CallLocal(slot, _) => self.used(&[*slot])?,
            Node::Call(op, captured, _) | Node::Operator(op, captured) => {
                self.part(op);
                self.used(captured)?;
            }
            Node::Closure(rule, _, captured) => {
                self.part(rule);
                self.used(captured)?;
            }
            Node::Native(native, _) => self.part(native),
            Node::Keep(variables, _) => self.part(variables),
            Node::Inlined(op, _) => self.part(op),
            Node::Subscripted(square, ..) => self.part(square),
            Node::Case(arms, other) => self.part(&(arms.len(), other.is_some())),
            Node::Let(defs, _) => defs.iter().for_each(|(slot, _)| self.bound(*slot)),
            Node::Quantifier(forall, bounds, _) => {
                self.part(forall);
                self.patterns(bounds);
            }
            Node::SetMap(_, bounds) | Node::Function(bounds, _) => self.patterns(bounds),
            Node::Choose(bound, _) | Node::SetFilter(bound, _) => self.patterns(std::slice::from_ref(bound)),
            Node::Record(shape, fields) => {
                self.part(shape);
                fields.iter().for_each(|(place, _)| self.part(place));
            }
            Node::RecordSet(fields) => fields.iter().for_each(|(field, _)| self.part(field)),
            Node::Field(_, field) => self.part(field),
            Node::Except(_, updates) => {
                for update in updates {
                    self.text.push('!');
                    for step in &update.path {
                        match step {
                            Step::Field(field) => self.part(field),
                            Step::Index(_) => self.text.push('i'),
                        }
                    }
                    if let Some(slot) = update.at {
                        self.bound(slot);
                    }
                }
            }
            _ => {}
        }
        let mut children = Vec::new();
        ir.children(id, &mut |c| children.push(c));
        for c in children {
            self.text.push(',');
            self.expression(c)?;
        }
        self.text.push(')');
        Some(())
    }

    fn part(&mut self, part: &dyn std::fmt::Debug) {
        let _ = write!(self.text, "{part:?};");
    }

    fn used(&mut self, slots: &[Slot]) -> Option<()> {
        for slot in slots {
            let number = *self.slots.get(slot)?;
            self.part(&number);
        }
        Some(())
    }

    fn bound(&mut self, slot: Slot) {
        let number = self.slots.len();
        self.slots.insert(slot, number);
        self.part(&number);
    }

    fn patterns(&mut self, bounds: &[Bound]) {
        for bound in bounds {
            match &bound.pattern {
                Pattern::One(slot) => self.bound(*slot),
                Pattern::Tuple(slots) => {
                    self.text.push('<');
                    slots.iter().for_each(|slot| self.bound(*slot));
                    self.text.push('>');
                }
            }
        }
    }
}

/// The name of a node's variant.
fn name(node: &Node) -> String {
    /// Takes what is written until it is no name any more.
    struct Name(String);
    impl Write for Name {
        fn write_str(&mut self, text: &str) -> std::fmt::Result {
            let end = text.find(|c: char| !c.is_alphanumeric());
            self.0.push_str(&text[..end.unwrap_or(text.len())]);
            if end.is_some() { Err(std::fmt::Error) } else { Ok(()) }
        }
    }
    let mut name = Name(String::new());
    let _ = write!(name, "{node:?}");
    name.0
}
