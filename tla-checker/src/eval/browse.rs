//! States given by their values, and the states that are found from them: what looking around needs.
//!
//! Enters: values, in the order of the variables. Leaves: values, each way of making them a call of `out`. Holds:
//! states are behind the door in one piece, and nothing is kept of what was evaluated. What looks around is
//! `check/browse.rs`.

use super::door::Assigned;
use super::{Evaluator, Instance, Result};
use crate::ir::*;
use crate::value::Datum;
use std::ops::ControlFlow;

/// What receives states; `Break` ends the search.
type Out<'o> = dyn FnMut(Vec<Datum>) -> ControlFlow<()> + 'o;

impl<'m> Evaluator<'m> {
    /// Puts states given by their values behind the door.
    pub(super) fn put(&mut self, state: &[Datum], next: Option<&[Datum]>) {
        self.door.clear();
        for (half, values) in [(false, Some(state)), (true, next)] {
            for (variable, value) in (0..).zip(values.into_iter().flatten()) {
                let value = value.to_value(&mut self.interner);
                self.door.set(variable, half, Assigned::Value(value));
            }
        }
    }

    /// Whether an operator without parameters is true of a state, or of a step.
    pub(crate) fn truth_in(&mut self, state: &[Datum], next: Option<&[Datum]>, op: OpId) -> Result<bool> {
        self.put(state, next);
        self.truth_of(op)
    }

    /// The initial states.
    pub(crate) fn starts(&mut self, init: OpId, out: &mut Out<'_>) -> Result<()> {
        self.door.clear();
        let body = self.ir.op(init).body;
        let _ended = self.solve(init, true, &mut |e| {
            e.check_complete(body)?;
            Ok(out(e.gathered(false, body)?))
        })?;
        self.door.clear();
        Ok(())
    }

    /// The steps of an instance from a state.
    pub(crate) fn steps(&mut self, state: &[Datum], instance: &Instance, out: &mut Out<'_>) -> Result<()> {
        self.put(state, None);
        let action = instance.action;
        let thawed = self.thaw(instance);
        let _ended = self.solve_instance(&thawed, &mut |e| {
            e.check_complete(action)?;
            Ok(out(e.gathered(true, action)?))
        })?;
        self.door.clear();
        Ok(())
    }

    /// The values of a half, complete.
    fn gathered(&self, next: bool, at: NodeId) -> Result<Vec<Datum>> {
        let variables = 0..self.ir.variables.len() as u32;
        let values = variables.filter_map(|variable| self.door.value(variable, next).cloned());
        values.map(|value| self.checked(value.to_datum(&self.limits), at)).collect()
    }
}
