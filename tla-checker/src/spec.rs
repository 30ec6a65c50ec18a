//! A lowered model as a [`StateSpace`].
//!
//! Enters: the [`Ir`] of a model and which operators are its initial predicate, actions and
//! properties. Leaves: packed states, and the answers of the seam. Holds: the first layout keeps each
//! variable in one piece; once there are enough values to guess from, the variables are taken apart, and
//! a value that does not fit the guess leads to another layout. A successor's fingerprint is that of the
//! state it comes from with the terms of what changed exchanged, so that what an action leaves alone is
//! never looked at.

mod footprints;
mod guards;
mod identity;
mod orbits;
mod projection;
mod worker;

use crate::eval::{Bounds, Instance, Registers, Setting};
use crate::ir::{Ir, OpId};
use crate::lower::is_pure;
use crate::observer::{Cancel, Observer};
use crate::space::{ActionInstance, Properties, StateSpace};
use crate::state::{Dictionaries, Layout, Shape};
use crate::symmetry::Symmetry;
use footprints::Footprints;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
pub use worker::Worker;

/// Which operators of the IR mean what.
#[derive(Debug, Default)]
pub struct Roles {
    /// The initial predicate.
    pub init: Option<OpId>,
    /// Next, split.
    pub instances: Vec<Instance>,
    /// In the order of [`Properties::invariants`].
    pub invariants: Vec<OpId>,
    /// In the order of [`Properties::actions`].
    pub actions: Vec<OpId>,
    /// In the order of [`Properties::initial`].
    pub initial: Vec<OpId>,
    /// In the order of [`Temporal::atoms`](crate::temporal::Temporal::atoms).
    pub atoms: Vec<OpId>,
    /// State constraints.
    pub constraints: Vec<OpId>,
    /// Action constraints.
    pub action_constraints: Vec<OpId>,
    /// VIEW.
    pub view: Option<OpId>,
    /// ALIAS.
    pub alias: Option<OpId>,
}

/// A model's states.
pub struct SpecSpace<'m> {
    setting: Setting<'m>,
    roles: &'m Roles,
    names: Vec<ActionInstance>,
    properties: &'m Properties,
    /// As what a VIEW is a part of states of its own.
    view_name: String,
    /// What the model is symmetric under, and up to how many permutations all are tried.
    symmetry: Option<(&'m Symmetry, usize)>,
    order: Option<String>,
    layouts: RwLock<Vec<Arc<Layout>>>,
    dictionaries: Mutex<Dictionaries>,
    /// By layout: what is known of each invariant and each constraint.
    footprints: Mutex<BTreeMap<u32, Arc<[Vec<Footprints>; 2]>>>,
    /// How many states have been expanded, until it is time to guess shapes.
    expanded: AtomicU64,
    shape_after: u64,
}

impl<'m> SpecSpace<'m> {
    /// The space of a model for one run.
    #[allow(clippy::too_many_arguments)] // each is another part of the model, named at the one call
    pub fn new(
        ir: &'m Ir,
        roles: &'m Roles,
        properties: &'m Properties,
        order: Option<String>,
        bounds: Bounds,
        keep_values: bool,
        shape_after: u64,
        registers: &'m Registers,
        observer: &'m dyn Observer,
        cancel: &'m Cancel,
    ) -> Self {
        let names = roles
            .instances
            .iter()
            .map(|i| ActionInstance { name: i.name.clone(), arguments: i.arguments.clone(), span: i.span })
            .collect();
        let mut dictionaries = Dictionaries::default();
        let first = Layout::first(&ir.variables, &mut dictionaries);
        SpecSpace {
            setting: Setting { ir, bounds, keep_values, observer, cancel, registers },
            roles,
            names,
            properties,
            view_name: projection::VIEW.to_owned(),
            symmetry: None,
            order,
            layouts: RwLock::new(vec![first]),
            dictionaries: Mutex::new(dictionaries),
            footprints: Mutex::default(),
            expanded: AtomicU64::new(0),
            shape_after,
        }
    }

    /// The same space, its states told apart up to a symmetry; all permutations are tried up to so many.
    pub fn with_symmetry(mut self, symmetry: &'m Symmetry, few: Option<usize>) -> Self {
        self.symmetry = Some((symmetry, few.unwrap_or(orbits::FEW)));
        self
    }

    /// Whether anything may be learned about an operator: it is pure, and evaluations may be left out.
    fn learns(&self, op: OpId) -> bool {
        self.setting.keep_values
            && self.order.is_none()
            && is_pure(self.setting.ir, self.setting.ir.op(op).body)
    }

    /// Counts a state that is expanded in the first layout; whether it is time for another.
    fn is_time_for_shapes(&self) -> bool {
        // Relaxed: a count that only has to be about right.
        self.setting.keep_values && self.expanded.fetch_add(1, Ordering::Relaxed) >= self.shape_after
    }

    /// What is known of the words that invariants and constraints read in a layout.
    fn footprints(&self, layout: u32) -> Arc<[Vec<Footprints>; 2]> {
        let none = |ops: &[OpId]| ops.iter().map(|_| Footprints::default()).collect();
        let mut all = self.footprints.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = all.entry(layout);
        entry
            .or_insert_with(|| Arc::new([none(&self.roles.invariants), none(&self.roles.constraints)]))
            .clone()
    }

    fn layout(&self, number: u32) -> Arc<Layout> {
        self.layouts.read().unwrap_or_else(PoisonError::into_inner)[number as usize].clone()
    }

    /// The layout that is in use.
    fn newest(&self) -> Arc<Layout> {
        let layouts = self.layouts.read().unwrap_or_else(PoisonError::into_inner);
        layouts.last().expect("there is a first one").clone()
    }

    /// The layout after this one: another worker's, or one of these shapes.
    fn layout_after(&self, number: u32, shapes: impl FnOnce() -> Vec<Shape>) -> Arc<Layout> {
        let mut layouts = self.layouts.write().unwrap_or_else(PoisonError::into_inner);
        if layouts.len() as u32 == number + 1 {
            let mut dictionaries = self.dictionaries.lock().unwrap_or_else(PoisonError::into_inner);
            let names = &self.setting.ir.variables;
            layouts.push(Arc::new(Layout::new(number + 1, names, shapes(), &mut dictionaries)));
        }
        layouts.last().expect("there is a first one").clone()
    }
}

impl StateSpace for SpecSpace<'_> {
    type Worker<'s>
        = Worker<'s>
    where
        Self: 's;

    fn worker(&self, _: usize) -> Worker<'_> {
        Worker::new(self)
    }

    fn variables(&self) -> &[String] {
        &self.setting.ir.variables
    }

    fn instances(&self) -> &[ActionInstance] {
        &self.names
    }

    fn properties(&self) -> &Properties {
        self.properties
    }

    fn has_view(&self) -> bool {
        self.roles.view.is_some()
    }

    fn has_symmetry(&self) -> bool {
        self.symmetry.is_some()
    }

    fn judges_states_alone(&self) -> bool {
        let mut judges = self.roles.constraints.iter().chain(&self.roles.invariants);
        self.roles.action_constraints.is_empty() && judges.all(|&op| self.learns(op))
    }

    fn has_constraints(&self) -> bool {
        !self.roles.constraints.is_empty() || !self.roles.action_constraints.is_empty()
    }

    fn order_dependent(&self) -> Option<String> {
        self.order.clone()
    }

    fn save(&self) -> Vec<u8> {
        let layouts = self.layouts.read().unwrap_or_else(PoisonError::into_inner);
        self.dictionaries.lock().unwrap_or_else(PoisonError::into_inner).save(&layouts)
    }

    fn restore(&self, saved: &[u8]) -> Result<(), String> {
        let mut layouts = self.layouts.write().unwrap_or_else(PoisonError::into_inner);
        let mut dictionaries = self.dictionaries.lock().unwrap_or_else(PoisonError::into_inner);
        let names = &self.setting.ir.variables;
        *layouts = dictionaries.restore(names, saved)?;
        // What was found out about the states in them is not known here: they are judged in another one.
        if let Some(last) = layouts.last().filter(|last| last.number > 0) {
            let next = Layout::new(last.number + 1, names, last.shapes.clone(), &mut dictionaries);
            layouts.push(Arc::new(next));
        }
        Ok(())
    }
}
