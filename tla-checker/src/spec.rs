//! A lowered model as a [`StateSpace`]: the plain layout, one slot a variable.
//!
//! Enters: the [`Ir`] of a model and which operators are its initial predicate, actions and
//! properties. Leaves: states as vectors of dictionary indices, and the answers of the seam.
//! Holds: a slot's dictionary maps each distinct value to one index for all workers, with its
//! fingerprint terms; a successor's fingerprint is the sum of its slots' terms, so that what an
//! action leaves alone is never looked at again.

mod dictionary;
mod guards;
mod worker;

use crate::eval::{Bounds, Instance, Registers, Setting};
use crate::ir::{Ir, OpId};
use crate::observer::{Cancel, Observer};
use crate::space::{ActionInstance, Properties, StateSpace};
use dictionary::Dictionary;
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
    order: Option<String>,
    dictionaries: Vec<Dictionary>,
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
        registers: &'m Registers,
        observer: &'m dyn Observer,
        cancel: &'m Cancel,
    ) -> Self {
        let names = roles
            .instances
            .iter()
            .map(|i| ActionInstance { name: i.name.clone(), arguments: i.arguments.clone(), span: i.span })
            .collect();
        SpecSpace {
            setting: Setting { ir, bounds, keep_values, observer, cancel, registers },
            roles,
            names,
            properties,
            order,
            dictionaries: ir.variables.iter().map(|name| Dictionary::new(name)).collect(),
        }
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

    fn has_constraints(&self) -> bool {
        !self.roles.constraints.is_empty() || !self.roles.action_constraints.is_empty()
    }

    fn order_dependent(&self) -> Option<String> {
        self.order.clone()
    }
}
