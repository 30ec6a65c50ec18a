//! One thread's side of a [`SpecSpace`].

use super::dictionary::{Known, finalise};
use super::guards::Guards;
use super::{Roles, SpecSpace};
use crate::eval::{Evaluator, Instance, Thawed};
use crate::failure::Failure;
use crate::ir::{NodeId, OpId};
use crate::observer::Cancel;
use crate::space::{Emit, Progress, SpaceWorker, State, Successor};
use crate::value::fingerprint::variable_terms;
use crate::value::{Datum, Limits, Value, ValueError};
use std::ops::ControlFlow;
use tla_parser::source::Span;

/// Evaluates for one thread of a search.
pub struct Worker<'s> {
    space: &'s SpecSpace<'s>,
    roles: &'s Roles,
    evaluator: Evaluator<'s>,
    instances: Vec<Thawed>,
    known: Vec<Known>,
    limits: Limits,
    /// What the door holds as the current state, and the sum of its terms.
    now: Vec<u32>,
    terms: Vec<u64>,
    loaded: bool,
    /// What is known to disable each instance.
    guards: Vec<Guards>,
    /// The successor being packed.
    packed: Vec<u32>,
}

impl<'s> Worker<'s> {
    pub(super) fn new<'m: 's>(space: &'s SpecSpace<'m>) -> Self {
        let mut evaluator = Evaluator::new(&space.setting);
        let instances = space.roles.instances.iter().map(|i| evaluator.thaw(i)).collect();
        let width = space.setting.ir.variables.len();
        Worker {
            space,
            roles: space.roles,
            evaluator,
            instances,
            guards: space
                .roles
                .instances
                .iter()
                .map(|i| Guards::new(space.setting.keep_values && i.pure))
                .collect(),
            known: (0..width).map(|_| Known::default()).collect(),
            limits: Limits { max_set: space.setting.bounds.max_set },
            now: vec![0; width],
            terms: vec![0; width],
            loaded: false,
            packed: vec![0; width],
        }
    }

    /// Puts a state behind the door.
    #[inline]
    fn load(&mut self, state: &State) {
        if self.loaded && self.now == state {
            return;
        }
        for (v, &index) in state.iter().enumerate() {
            if self.loaded && self.now[v] == index {
                continue;
            }
            let dictionary = &self.space.dictionaries[v];
            let (value, terms) = self.known[v].value(dictionary, index, &mut self.evaluator.interner);
            self.evaluator.door.load(v as u32, value, index);
            self.now[v] = index;
            self.terms[v] = terms;
        }
        self.loaded = true;
    }

    fn load_next(&mut self, state: &State) {
        for (v, &index) in state.iter().enumerate() {
            let dictionary = &self.space.dictionaries[v];
            let (value, _) = self.known[v].value(dictionary, index, &mut self.evaluator.interner);
            self.evaluator.door.set(v as u32, true, Some(value));
        }
    }

    fn step<T>(&mut self, from: &State, to: &State, f: impl FnOnce(&mut Self) -> T) -> T {
        self.load(from);
        self.load_next(to);
        let result = f(self);
        self.evaluator.door.clear_next();
        result
    }

    fn truth(&mut self, op: OpId) -> Result<bool, Failure> {
        self.evaluator.truth_of(op).map_err(|failure| {
            // A failure may leave the door with another state than the one it was given.
            self.evaluator.door.clear();
            self.loaded = false;
            *failure
        })
    }

    /// Runs `f` where `TLCGet("level")` is that of the state being checked, one past the state
    /// being expanded.
    fn checking<T>(&mut self, f: impl FnOnce(&mut Self) -> T) -> T {
        self.evaluator.progress.level += 1;
        let result = f(self);
        self.evaluator.progress.level -= 1;
        result
    }

    fn all(&mut self, ops: &[OpId]) -> Result<bool, Failure> {
        for &op in ops {
            if !self.truth(op)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn view(&mut self, state: &State) -> Result<Option<Value>, Failure> {
        let Some(view) = self.roles.view else { return Ok(None) };
        self.load(state);
        self.checking(|w| w.evaluator.value_of(view).map(Some).map_err(|f| *f))
    }

    fn value_failure(&self, op: OpId, e: &ValueError) -> Failure {
        *self.evaluator.value_fault(self.space.setting.ir.op(op).body, e)
    }
}

/// Says of which action the successor was incomplete.
fn in_action(mut failure: Box<Failure>, instance: &Instance) -> Box<Failure> {
    failure.notes.push(format!("the action is `{}`", instance.name));
    failure.span = Some(instance.span);
    failure
}

/// A variable's value that cannot be part of a state.
#[cold]
fn unusable(
    e: &Evaluator<'_>,
    at: NodeId,
    variable: usize,
    action: Span,
    fault: &ValueError,
) -> Box<Failure> {
    let mut failure = e.value_fault(at, fault);
    let name = &e.ir().variables[variable];
    failure.message = format!("the value of `{name}` cannot be part of a state: {}", failure.message);
    failure.span = Some(action);
    failure
}

impl SpaceWorker for Worker<'_> {
    fn width(&self) -> usize {
        self.now.len()
    }

    fn initial(&mut self, emit: &mut Emit<'_>) -> Result<(), Failure> {
        let Some(init) = self.roles.init else { return Ok(()) };
        self.evaluator.door.clear();
        self.loaded = false;
        let (space, known, packed, limits) = (self.space, &mut self.known, &mut self.packed, self.limits);
        let body = space.setting.ir.op(init).body;
        let flow = self.evaluator.solve(init, true, &mut |e| {
            e.check_complete(body)?;
            let mut sum: u64 = 0;
            for (v, value) in e.door.written(false).iter().enumerate() {
                let Some(value) = value else { continue };
                let (index, terms) = known[v]
                    .index(&space.dictionaries[v], value, &limits)
                    .map_err(|fault| unusable(e, body, v, e.ir().op(init).span, &fault))?;
                packed[v] = index;
                sum = sum.wrapping_add(terms);
            }
            Ok(emit(Successor { state: packed, fingerprint: finalise(sum) }))
        });
        self.evaluator.door.clear();
        flow.map(|_| ()).map_err(|f| *f)
    }

    fn successors(&mut self, state: &State, instance: usize, emit: &mut Emit<'_>) -> Result<(), Failure> {
        let guards = &mut self.guards[instance];
        if guards.disabled(state) {
            return Ok(());
        }
        let learning = guards.learning;
        let number = instance;
        self.load(state);
        if learning {
            self.evaluator.door.start_log();
        }
        let mut emitted = false;
        let (space, known, packed, limits) = (self.space, &mut self.known, &mut self.packed, self.limits);
        let (now, now_terms) = (&self.now, &self.terms);
        let (origin, instance) = (&self.roles.instances[instance], &self.instances[instance]);
        let flow = self.evaluator.solve_instance(instance, &mut |e| {
            e.check_complete(instance.action).map_err(|f| in_action(f, origin))?;
            let mut sum: u64 = 0;
            let (before, after) = (e.door.written(false), e.door.written(true));
            for v in 0..packed.len() {
                let Some(value) = &after[v] else { continue };
                let terms = if before[v].as_ref().is_some_and(|old| old.same(value)) {
                    packed[v] = now[v];
                    now_terms[v]
                } else {
                    let (index, terms) = known[v]
                        .index(&space.dictionaries[v], value, &limits)
                        .map_err(|fault| unusable(e, instance.action, v, origin.span, &fault))?;
                    packed[v] = index;
                    terms
                };
                sum = sum.wrapping_add(terms);
            }
            emitted = true;
            Ok(emit(Successor { state: packed, fingerprint: finalise(sum) }))
        });
        if learning {
            let log = self.evaluator.door.end_log();
            if flow.is_ok() {
                self.guards[number].learn(state, log, emitted);
            }
        }
        if let Err(failure) = flow {
            // An error leaves assignments behind.
            self.evaluator.door.clear();
            self.loaded = false;
            return Err(*failure);
        }
        if let Ok(ControlFlow::Break(())) = flow {
            self.evaluator.door.clear_next();
        }
        Ok(())
    }

    fn take_intermediate(&mut self) -> u64 {
        self.evaluator.take_intermediate()
    }

    fn key(&mut self, state: &State, fingerprint: u64) -> Result<u64, Failure> {
        let Some(view) = self.roles.view else { return Ok(fingerprint) };
        let Some(value) = self.view(state)? else { return Ok(fingerprint) };
        let terms = variable_terms::<u64, Value>("VIEW", &value);
        terms.map(finalise).map_err(|e| self.value_failure(view, &e))
    }

    fn view_value(&mut self, state: &State) -> Result<Option<Datum>, Failure> {
        let Some(view) = self.roles.view else { return Ok(None) };
        let value = self.view(state)?;
        let limits = self.limits;
        value.map(|v| v.to_datum(&limits)).transpose().map_err(|e| self.value_failure(view, &e))
    }

    fn constraint(&mut self, state: &State) -> Result<bool, Failure> {
        if self.roles.constraints.is_empty() {
            return Ok(true);
        }
        self.load(state);
        self.checking(|w| w.all(&w.roles.constraints))
    }

    fn action_constraint(&mut self, from: &State, to: &State) -> Result<bool, Failure> {
        if self.roles.action_constraints.is_empty() {
            return Ok(true);
        }
        let roles = self.roles;
        self.step(from, to, |w| w.all(&roles.action_constraints))
    }

    fn invariant(&mut self, index: usize, state: &State) -> Result<bool, Failure> {
        self.load(state);
        self.checking(|w| w.truth(w.roles.invariants[index]))
    }

    fn action_property(&mut self, index: usize, from: &State, to: &State) -> Result<bool, Failure> {
        let op = self.roles.actions[index];
        self.step(from, to, |w| w.truth(op))
    }

    fn initial_property(&mut self, index: usize, state: &State) -> Result<bool, Failure> {
        self.load(state);
        self.checking(|w| w.truth(w.roles.initial[index]))
    }

    fn fingerprint(&mut self, state: &State) -> u64 {
        self.load(state);
        finalise(self.terms.iter().fold(0, |sum: u64, t| sum.wrapping_add(*t)))
    }

    fn values(&mut self, state: &State) -> Vec<Datum> {
        (state.iter().zip(&self.space.dictionaries)).map(|(&i, d)| d.get(i).0).collect()
    }

    fn display(&mut self, trace: &[Vec<u32>], position: usize) -> Result<Vec<(String, Datum)>, Failure> {
        let plain = |w: &mut Self, state: &State| {
            w.space.setting.ir.variables.iter().cloned().zip(w.values(state)).collect::<Vec<_>>()
        };
        let state = &trace[position];
        let Some(alias) = self.roles.alias else { return Ok(plain(self, state)) };
        let states: Vec<Value> = trace
            .iter()
            .take(position + 1)
            .map(|s| {
                let fields = plain(self, s);
                Datum::record(fields).to_value(&mut self.evaluator.interner)
            })
            .collect();
        self.evaluator.trace = Some(Value::tuple(states));
        self.evaluator.progress.level = position as u32 + 1;
        let next = trace.get(position + 1).unwrap_or(state);
        let value = self.step(state, next, |w| w.evaluator.value_of(alias).map_err(|f| *f));
        self.evaluator.trace = None;
        let limits = self.limits;
        let datum = value?.to_datum(&limits).map_err(|e| self.value_failure(alias, &e))?;
        Ok(match datum {
            Datum::Record(fields) => fields,
            other => vec![(self.space.setting.ir.op(alias).name.clone(), other)],
        })
    }

    fn at(&mut self, progress: Progress) {
        self.evaluator.progress = progress;
    }

    fn watch(&mut self, halt: &Cancel) {
        self.evaluator.cancel = halt.clone();
    }

    fn replaying(&mut self, on: bool) {
        self.evaluator.quiet = on;
    }

    fn exit_requested(&mut self) -> bool {
        self.space.setting.registers.exit_asked()
    }
}
