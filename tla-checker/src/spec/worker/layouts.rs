//! How a worker comes to another layout, and states with it.
//!
//! Enters: a part that does not hold a value, or enough values to guess from. Leaves: the worker in the next
//! layout of the space, with nothing learned; states of earlier layouts in the words of the current one.

use super::Worker;
use crate::eval::Evaluator;
use crate::space::State;
use crate::spec::SpecSpace;
use crate::state::{Layout, Misfit, PartId, Shape, Store, apply, infer};
use std::sync::Arc;

impl Worker<'_> {
    /// Takes another layout.
    pub(super) fn change(&mut self, layout: Arc<Layout>) {
        self.evaluator.change_layout(layout);
        self.adapt();
    }

    /// Forgets what belongs to another layout than the one there is now.
    pub(super) fn adapt(&mut self) {
        let width = self.store().layout.width;
        self.packed = vec![0; width];
        self.arrived = false;
        self.loaded = false;
        self.forget();
    }

    /// Takes a layout in which a part has another shape.
    pub(super) fn reshape(&mut self, part: PartId, shape: &Shape) {
        let layout = self.store().layout.clone();
        self.change(self.space.layout_after(layout.number, || layout.reshaped(part, shape)));
    }

    /// Takes a layout that takes variables apart, as far as their values so far allow.
    pub(super) fn guess_shapes(&mut self) {
        let layout = guess(self.space, &mut self.evaluator);
        self.change(layout);
    }

    /// The words of a state of an earlier layout in the current one; none when a value does not fit, and
    /// then the layout has been changed.
    pub(super) fn repack(&mut self, from: u32, state: &State, into: &mut Vec<u32>) -> Option<()> {
        let old = match self.earlier.remove(&from) {
            Some(old) => old,
            None => Store::new(self.space.layout(from), self.limits(), &mut self.evaluator.interner),
        };
        let old = self.earlier.entry(from).or_insert(old);
        let Evaluator { door, interner, .. } = &mut self.evaluator;
        old.admit(state, interner);
        let new = &mut door.store;
        into.clear();
        into.resize(new.layout.width, 0);
        let mut ops = Vec::new();
        for variable in 0..new.layout.roots.len() {
            let (a, b) = (old.layout.roots[variable], new.layout.roots[variable]);
            let (p, q) = (&old.layout.parts[a as usize], &new.layout.parts[b as usize]);
            if old.layout.shapes[variable] == new.layout.shapes[variable] {
                let words = &state[p.first as usize..(p.first + p.words) as usize];
                into[q.first as usize..(q.first + q.words) as usize].copy_from_slice(words);
                continue;
            }
            ops.clear();
            match new.pack(b, &old.value(state, a), &mut ops, interner) {
                Ok(()) => apply(&ops, into),
                Err(Misfit::Reshape(part, shape)) => {
                    self.reshape(part, &shape);
                    return None;
                }
                Err(Misfit::Value(fault)) => unreachable!("a value of a state is none any more: {fault}"),
            }
        }
        Some(())
    }
}

/// A layout that takes variables apart, as far as their values so far allow.
pub(super) fn guess(space: &SpecSpace<'_>, evaluator: &mut Evaluator<'_>) -> Arc<Layout> {
    let Evaluator { door, interner, .. } = evaluator;
    door.store.sync_all(interner);
    let store = &door.store;
    space.layout_after(store.layout.number, || {
        let of = |&root: &PartId| infer(&store.known(root).values.iter().collect::<Vec<_>>());
        store.layout.roots.iter().map(of).collect()
    })
}
