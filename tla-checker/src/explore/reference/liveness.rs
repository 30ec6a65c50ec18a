//! Temporal properties in the reference search: the graph is made again, of whole states, after the search.
//!
//! Enters: the kept states. Leaves: a violation. Holds: atoms are evaluated on every state and every step, none
//! is read off the search; states are found by their values. The check of the graph is the explorer's: that
//! is compared elsewhere, with the meaning of formulas.

use super::Search;
use crate::explore::Liveness;
use crate::explore::liveness::{Replayed, judge, violation};
use crate::explore::trace::Behaviour;
use crate::failure::Failure;
use crate::liveness::{Answer, Graph, Lasso, check};
use crate::outcome::{Verdict, Violation};
use crate::space::{SpaceWorker, State, StateSpace};
use crate::temporal::Temporal;
use rustc_hash::FxHashMap;
use std::ops::ControlFlow;
use tla_parser::diagnostic::Diagnostic;

impl<'r, S: StateSpace + 'r> Search<'r, S> {
    /// The violation of a temporal property, if there is one; with `--continue` of each.
    ///
    /// # Errors
    /// An atom cannot be evaluated, or what was found is no violation.
    pub(super) fn temporal(&mut self, warnings: &mut Vec<Diagnostic>) -> Result<Vec<Violation>, Failure> {
        let temporal = &self.space.properties().temporal;
        if temporal.duties.is_empty() || self.options.liveness == Liveness::Off {
            return Ok(Vec::new());
        }
        let mut steps = FxHashMap::default();
        let graph = self.graph(temporal, &mut steps)?;
        let mut violations = Vec::new();
        let mut left: Vec<usize> = (0..temporal.duties.len()).collect();
        while !left.is_empty() {
            let duties = |at: usize| &temporal.duties[left[at]].1;
            let Answer::Met(at, lasso) = check(&graph, &duties, left.len(), 1, &self.halt) else { break };
            let property = temporal.duties[left[at]].0;
            violations.push(self.shown(temporal, property, &lasso, &steps, warnings)?);
            let all = self.options.continue_after_violation;
            left.retain(|&duty| all && temporal.duties[duty].0 != property);
        }
        Ok(violations)
    }

    /// A lasso as the violation of a property.
    fn shown(
        &mut self,
        temporal: &Temporal,
        property: usize,
        lasso: &Lasso,
        steps: &FxHashMap<(u32, u32), usize>,
        warnings: &mut Vec<Diagnostic>,
    ) -> Result<Violation, Failure> {
        let mut behaviour = Behaviour::default();
        let by = |from: u32, to: u32| steps.get(&(from, to)).copied();
        for (place, &node) in lasso.states.iter().enumerate() {
            let before = place.checked_sub(1).and_then(|before| by(lasso.states[before], node));
            behaviour.push(before, self.nodes[node as usize].state.clone());
        }
        let (end, back) = (lasso.states[lasso.states.len() - 1], lasso.back);
        let last = if end == lasso.states[back] { None } else { by(end, lasso.states[back]) };
        let mut replayed = Replayed { behaviour, back, last };
        judge(self.space, &mut self.worker, property, &mut replayed)?;
        let property = &temporal.properties[property].0;
        let verdict = Verdict::Liveness { name: property.name.clone(), span: property.span };
        Ok(violation(self.space, &mut self.worker, verdict, replayed, false, warnings))
    }

    /// The graph of the kept states; `steps` gets an instance for each of its steps.
    fn graph(
        &mut self,
        temporal: &Temporal,
        steps: &mut FxHashMap<(u32, u32), usize>,
    ) -> Result<Graph, Failure> {
        let mut graph = Graph::new(temporal.atoms.len());
        for node in 0..self.nodes.len() {
            let state = self.state(node);
            let label = self.label(temporal, &mut graph, &state, None)?;
            let number = graph.add(label);
            if self.nodes[node].from.is_none() {
                graph.initial.push(number);
            }
        }
        for node in 0..self.nodes.len() {
            let mut own = Vec::new();
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
                    let label = self.label(temporal, &mut graph, &state, Some(&successor))?;
                    own.push((to as u32, label));
                    steps.entry((node as u32, to as u32)).or_insert(instance);
                }
            }
            graph.expand(&mut own);
        }
        Ok(graph)
    }

    /// What is true of a state and a step; of the step that changes nothing, where there is no next state.
    fn label(
        &mut self,
        temporal: &Temporal,
        graph: &mut Graph,
        state: &State,
        next: Option<&State>,
    ) -> Result<u32, Failure> {
        let mut set = vec![0; graph.labels.width()];
        for (number, atom) in temporal.atoms.iter().enumerate() {
            let truth = match (atom.step, next, atom.stuttering) {
                (false, ..) => self.worker.atom(number, state, None)?,
                (true, None, Some(known)) => known,
                (true, next, _) => self.worker.atom(number, state, Some(next.unwrap_or(state)))?,
            };
            if truth {
                set[number / 64] |= 1 << (number % 64);
            }
        }
        Ok(graph.labels.number(&set))
    }
}
