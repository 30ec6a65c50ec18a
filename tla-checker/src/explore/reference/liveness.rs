//! Temporal properties in the reference search: the graph is made again, of whole states, after the search.
//!
//! Enters: the kept states. Leaves: a violation. Holds: atoms are evaluated on every state and every step, none
//! is read off the search; states are found by their values. The check of the graph is the explorer's: that
//! is compared elsewhere, with the meaning of formulas.

use super::Search;
use crate::explore::lassos::{Lassos, Unknown};
use crate::failure::Failure;
use crate::outcome::Violation;
use crate::space::{SpaceWorker, StateSpace};
use std::ops::ControlFlow;
use tla_parser::diagnostic::Diagnostic;

impl<'r, S: StateSpace + 'r> Search<'r, S> {
    /// The violation of a temporal property, if there is one.
    ///
    /// # Errors
    /// An atom cannot be evaluated.
    pub(super) fn temporal(&mut self, warnings: &mut Vec<Diagnostic>) -> Result<Option<Violation>, Failure> {
        let Some(mut lassos) = Lassos::new(self.space, self.options) else { return Ok(None) };
        let unknown = |(_, failure): Unknown| failure;
        for node in 0..self.nodes.len() {
            let state = self.state(node);
            let is_initial = self.nodes[node].from.is_none();
            lassos.state(&mut self.worker, &state, is_initial).map_err(unknown)?;
        }
        for node in 0..self.nodes.len() {
            for instance in 0..self.space.instances().len() {
                let state = self.state(node);
                let mut successors = Vec::<Vec<u32>>::new();
                self.worker.successors(&state, instance, &mut |successor| {
                    successors.push(successor.state.to_vec());
                    ControlFlow::Continue(())
                })?;
                for successor in successors {
                    let inside = self.worker.constraint(None, &successor)?
                        && self.worker.action_constraint(&state, &successor)?;
                    let identity = self.identity(&successor)?;
                    let Some(&to) = self.index.get(&identity).filter(|_| inside) else { continue };
                    let (from, to) = ((node as u32, &state[..]), (to as u32, &successor[..]));
                    lassos.step(&mut self.worker, from, to).map_err(unknown)?;
                }
            }
        }
        let Some(met) = lassos.check(1, &self.halt) else { return Ok(None) };
        let nodes = &self.nodes;
        let state = |number: u32| nodes[number as usize].state.clone();
        Ok(Some(met.violation(self.space, &mut self.worker, state, warnings)))
    }
}
