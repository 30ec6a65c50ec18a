//! Changes of a variable in part: `f' = [f EXCEPT ![i] = e]`, `s' = s \cup {m}`.
//!
//! Enters: the right-hand side of an assignment. Leaves: what changes of the variable's components, or
//! its whole value. Holds: applied to the current state the changes give the value of the expression;
//! what stays as it is was not read. Where that cannot be had, or something fails, the expression is
//! evaluated as any other.

use super::call::{Cell, Within};
use super::door::{Assigned, Change, Edit, Spot};
use super::{Evaluator, Result};
use crate::ir::*;
use crate::state::PartId;
use crate::value::Keys;

/// Whether an expression may be one that changes a part; for others, [`Evaluator::changes`] has no case.
fn may_change(node: &Node) -> bool {
    matches!(
        node,
        Node::Inlined(..)
            | Node::Kept(..)
            | Node::If(..)
            | Node::Let(..)
            | Node::Local(_)
            | Node::Except(..)
            | Node::Union(..)
            | Node::Difference(..)
            | Node::Function(..)
            | Node::Record(..)
            | Node::Tuple(_)
    )
}

impl<'m> Evaluator<'m> {
    /// What `variable' = e` makes of the variable.
    pub(super) fn assignment(
        &mut self,
        variable: u32,
        next: bool,
        e: NodeId,
        base: usize,
    ) -> Result<Assigned> {
        if self.door.is_hidden(variable) {
            let value = self.eval(e, base)?;
            return Ok(Assigned::Value(self.finite(value, e)?));
        }
        let root = self.door.root(variable);
        if next && self.door.is_packed(variable) && self.door.store.is_composite(root) {
            let mut edits = Vec::new();
            self.edits(e, root, base, &mut edits)?;
            return Ok(self.door.edited(variable, edits));
        }
        let value = self.eval(e, base)?;
        Ok(Assigned::Value(self.finite(value, e)?))
    }

    /// Adds the changes that make an expression's value of what `part` is now.
    fn edits(&mut self, e: NodeId, part: PartId, base: usize, edits: &mut Vec<Edit>) -> Result<()> {
        if self.place(e, base) == Some((0, part)) {
            return Ok(());
        }
        if may_change(self.ir.node(e)) {
            let before = edits.len();
            match self.attempt(|this| this.changes(e, part, base, edits)) {
                Ok(true) => return Ok(()),
                Ok(false) => {}
                Err(failure) if failure.kind == crate::failure::FailureKind::Cancelled => {
                    return Err(failure);
                }
                // It fails again as it should.
                Err(_) => {}
            }
            edits.truncate(before);
        }
        let value = self.eval(e, base)?;
        let value = self.finite(value, e)?;
        edits.push(Edit { part, change: Change::Write(value) });
        Ok(())
    }

    /// Adds the changes, if the expression is one that changes a part; otherwise what was added is to
    /// be taken back.
    fn changes(&mut self, e: NodeId, part: PartId, base: usize, edits: &mut Vec<Edit>) -> Result<bool> {
        let ir = self.ir;
        match ir.node(e) {
            // Kept values are of whole variables; changes are cheaper.
            Node::Inlined(_, inner) | Node::Kept(_, inner) => {
                self.edits(*inner, part, base, edits)?;
                Ok(true)
            }
            Node::If(c, a, b) => {
                let branch = if self.truth(*c, base)? { *a } else { *b };
                self.edits(branch, part, base, edits)?;
                Ok(true)
            }
            Node::Let(defs, body) => {
                for (slot, e) in defs {
                    self.stack[base + *slot as usize] = self.definition(*e, base, *body, Within::Value);
                }
                self.edits(*body, part, base, edits)?;
                Ok(true)
            }
            Node::Local(slot) => match self.by_name(base + *slot as usize) {
                Some((inner, frame)) => {
                    self.edits(inner, part, frame, edits)?;
                    Ok(true)
                }
                None => Ok(false),
            },
            Node::Except(f, updates) => self.except_edits(*f, updates, part, base, edits),
            Node::Union(a, b) if self.door.store.is_set(part) => {
                if self.set_edits(*a, *b, true, part, base, edits)? {
                    return Ok(true);
                }
                self.set_edits(*b, *a, true, part, base, edits)
            }
            Node::Difference(a, b) if self.door.store.is_set(part) => {
                self.set_edits(*a, *b, false, part, base, edits)
            }
            Node::Function(bounds, body) => {
                let [bound] = &bounds[..] else { return Ok(false) };
                let Some((keys, parts)) = self.door.store.function(part) else { return Ok(false) };
                let (keys, parts) = (keys.clone(), parts.to_vec());
                let set = self.eval(bound.set, base)?;
                let own = Keys::of(&set);
                let own = self.checked(own, bound.set)?;
                if !crate::state::same_keys(&keys, &own) {
                    return Ok(false);
                }
                for (at, &inner) in parts.iter().enumerate() {
                    self.tick(e)?;
                    self.bind(&bound.pattern, keys.key(at), e, base)?;
                    self.edits(*body, inner, base, edits)?;
                }
                Ok(true)
            }
            Node::Record(shape, fields) => {
                let Some((Keys::Fields(own), parts)) = self.door.store.function(part) else {
                    return Ok(false);
                };
                let names = own.names();
                let texts = &ir.shapes[shape.index()];
                let same = names.len() == texts.len()
                    && names.iter().zip(texts).all(|(a, b)| a.text() == ir.text(*b));
                if !same || fields.len() != names.len() {
                    return Ok(false);
                }
                let parts = parts.to_vec();
                for &(place, e) in fields {
                    self.edits(e, parts[place as usize], base, edits)?;
                }
                Ok(true)
            }
            Node::Tuple(items) => {
                let Some((Keys::Sequence(n), parts)) = self.door.store.function(part) else {
                    return Ok(false);
                };
                if *n != items.len() {
                    return Ok(false);
                }
                let parts = parts.to_vec();
                for (&inner, &e) in parts.iter().zip(items) {
                    self.edits(e, inner, base, edits)?;
                }
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// `a \cup b` and `a \ b` where `a` is what the part is now, changed or not.
    fn set_edits(
        &mut self,
        a: NodeId,
        b: NodeId,
        add: bool,
        part: PartId,
        base: usize,
        edits: &mut Vec<Edit>,
    ) -> Result<bool> {
        let before = edits.len();
        let same = self.place(a, base) == Some((0, part));
        if !same {
            let mut inner = a;
            while let Node::Inlined(_, e) | Node::Kept(_, e) = self.ir.node(inner) {
                inner = *e;
            }
            let fits = match self.ir.node(inner) {
                Node::Union(c, d) => {
                    self.set_edits(*c, *d, true, part, base, edits)?
                        || self.set_edits(*d, *c, true, part, base, edits)?
                }
                Node::Difference(c, d) => self.set_edits(*c, *d, false, part, base, edits)?,
                _ => false,
            };
            if !fits {
                edits.truncate(before);
                return Ok(false);
            }
        }
        let set = self.eval(b, base)?;
        let forced = set.forced(&self.limits);
        let set = self.checked(forced, b)?;
        let Some(elements) = set.set_elements() else { return Ok(false) };
        // What cannot be compared with the elements, or finds no room among them, is left to values.
        for element in elements {
            let index = self.door.store.element(part, element, &mut self.interner);
            let index = self.checked(index, b)?;
            if index.is_none() && !(add && self.door.store.known(part).comparable(element)) {
                return Ok(false);
            }
        }
        let change = if add { Change::Add(set) } else { Change::Remove(set) };
        edits.push(Edit { part, change });
        Ok(true)
    }

    fn except_edits(
        &mut self,
        f: NodeId,
        updates: &[Update],
        part: PartId,
        base: usize,
        edits: &mut Vec<Edit>,
    ) -> Result<bool> {
        if self.place(f, base) != Some((0, part)) {
            return Ok(false);
        }
        let mut changed: Vec<PartId> = Vec::with_capacity(updates.len());
        for update in updates {
            let mut inner = part;
            let mut rest = update.path.len();
            for step in &update.path {
                let component = match step {
                    Step::Field(name) => self.door.store.field(inner, &self.symbols[name.index()]),
                    Step::Index(i) => {
                        if self.door.store.function(inner).is_none() {
                            break;
                        }
                        let key = self.eval(*i, base)?;
                        self.door.store.component(inner, &key)
                    }
                };
                if self.door.store.function(inner).is_none() {
                    break;
                }
                // Outside the domain: what that means is said elsewhere.
                let Some(component) = component else { return Ok(false) };
                inner = component;
                rest -= 1;
            }
            if changed.iter().any(|&other| self.door.covers(other, inner) || self.door.covers(inner, other)) {
                return Ok(false);
            }
            changed.push(inner);
            if rest == 0 {
                if let Some(slot) = update.at {
                    self.stack[base + slot as usize] = Cell::Part(inner);
                }
                self.edits(update.value, inner, base, edits)?;
                if let Some(slot) = update.at {
                    self.stack[base + slot as usize] = Cell::Empty;
                }
            } else {
                // The way goes on inside a value.
                let value = self.door.take(Spot::Part(0, inner));
                let path = &update.path[update.path.len() - rest..];
                let value = self.update(value, path, update, f, base)?;
                edits.push(Edit { part: inner, change: Change::Write(value) });
            }
        }
        Ok(true)
    }
}
