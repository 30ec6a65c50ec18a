//! One thread's side of a [`SpecSpace`].
//!
//! Enters: packed states. Leaves: successors, packed, and the truth of predicates. Holds: what tries
//! know is not evaluated; where they do not know enough the evaluator is asked, and they learn; where
//! that fails, or a predicate is false, the evaluator decides alone, without what was learned, so that
//! a failure is the first one in the order of evaluation.

mod judge;
mod layouts;
mod step;

use super::footprints::Footprints;
use super::guards::{Guards, Live};
use super::identity::Identities;
use super::orbits::{Known as KnownOrbits, Orbits};
use super::projection::{Projection, VIEW};
use super::{Roles, SpecSpace};
use crate::canary::{Rule, without};
use crate::eval::{Evaluator, Instance, Thawed};
use crate::explanation::Explanation;
use crate::failure::Failure;
use crate::ir::OpId;
use crate::observer::Cancel;
use crate::space::{Emit, EmitDerived, Known, Progress, SpaceWorker, State, Successor, identity_of};
use crate::state::{Misfit, PartId, Store, Trie, Walk, apply};
use crate::value::fingerprint::{Sum, variable_terms};
use crate::value::{Datum, Limits, Numbers, Value, ValueError};
use judge::{Group, Judged};
use layouts::guess;
use std::collections::BTreeMap;
use std::sync::Arc;
use step::{Left, unusable};

/// The most places that the tries of all instances may have together: some hundred megabytes.
const MOST_NODES: usize = 1 << 22;

/// Evaluates for one thread of a search.
pub struct Worker<'s> {
    space: &'s SpecSpace<'s>,
    roles: &'s Roles,
    evaluator: Evaluator<'s>,
    instances: Vec<Thawed>,
    /// What was learned of each instance.
    tries: Vec<Trie>,
    guards: Guards,
    live: Vec<Live>,
    predicates: [Vec<Judged>; 6],
    footprints: Arc<[Vec<Footprints>; 2]>,
    /// The VIEW, if it only names variables.
    projection: Option<Projection>,
    /// The state that is being expanded, the terms of its words, and the sum of all its terms.
    now: Vec<u32>,
    terms: Vec<u64>,
    sum: u64,
    arrived: bool,
    /// Whether it is the one behind the door.
    loaded: bool,
    /// The successor being packed.
    packed: Vec<u32>,
    /// The states of a step, side by side.
    pair: Vec<u32>,
    walk: Walk,
    /// Stores of earlier layouts, for states that wait in them.
    earlier: BTreeMap<u32, Store>,
    identities: Box<Identities>,
    /// The keys of orbits, if states are told apart up to a symmetry.
    orbits: Option<Box<Orbits<'s>>>,
    known_orbits: Box<KnownOrbits>,
}

impl<'s> Worker<'s> {
    pub(super) fn new<'m: 's>(space: &'s SpecSpace<'m>) -> Self {
        let mut evaluator = Evaluator::with_layout(&space.setting, space.newest());
        let roles = space.roles;
        let instances: Vec<Thawed> = roles.instances.iter().map(|i| evaluator.thaw(i)).collect();
        let width = evaluator.door.store.layout.width;
        let mut worker = Worker {
            space,
            roles,
            evaluator,
            instances,
            tries: Vec::new(),
            guards: Guards::default(),
            live: Vec::new(),
            predicates: Default::default(),
            footprints: space.footprints(0),
            projection: None,
            now: vec![0; width],
            terms: Vec::new(),
            sum: 0,
            arrived: false,
            loaded: false,
            packed: vec![0; width],
            pair: Vec::new(),
            walk: Walk::default(),
            earlier: BTreeMap::new(),
            identities: Box::default(),
            orbits: space
                .symmetry
                .map(|(symmetry, few)| Box::new(Orbits::new(symmetry, &space.setting.ir.variables, few))),
            known_orbits: Box::default(),
        };
        worker.forget();
        worker
    }

    fn store(&self) -> &Store {
        &self.evaluator.door.store
    }

    /// Forgets what was learned: the layout has changed.
    fn forget(&mut self) {
        let (space, roles) = (self.space, self.roles);
        // While each variable is in one piece there is little to learn from.
        let apart = self.store().layout.number > 0;
        let pure = |i: &Instance| i.pure && space.order.is_none() || without(Rule::Pure);
        let learns = |i: &Instance| apart && pure(i) && space.setting.keep_values;
        let most = MOST_NODES / roles.instances.len().max(1);
        let trie = |i: &Instance| Trie::new(learns(i)).with_room_for(most.max(1 << 12));
        self.tries = roles.instances.iter().map(trie).collect();
        self.guards.arrange(&self.tries);
        self.footprints = space.footprints(self.store().layout.number);
        let ir = space.setting.ir;
        let keeps = |_: &OpId| space.setting.keep_values;
        let project = |view: OpId| Projection::new(ir, ir.op(view).body, &self.store().layout);
        self.projection = roles.view.filter(keeps).and_then(project);
        let judged = |ops: &[OpId]| {
            let trie = |&op: &OpId| Judged { op, trie: Trie::new(apart && space.learns(op)), version: 0 };
            ops.iter().map(trie).collect::<Vec<_>>()
        };
        self.predicates = [
            judged(&roles.invariants),
            judged(&roles.initial),
            judged(&roles.constraints),
            judged(&roles.actions),
            judged(&roles.action_constraints),
            judged(&roles.atoms),
        ];
    }

    /// Makes a state the one that is expanded.
    #[inline]
    fn come(&mut self, state: &State) {
        if self.arrived && self.now == state {
            return;
        }
        self.now.clear();
        self.now.extend_from_slice(state);
        let Evaluator { door, interner, .. } = &mut self.evaluator;
        door.store.admit(state, interner);
        self.sum = door.store.terms(state, &mut self.terms);
        self.arrived = true;
        self.loaded = false;
    }

    /// Puts the state that is expanded behind the door.
    fn load(&mut self) {
        if !self.loaded {
            self.evaluator.door.load(&self.now);
            self.loaded = true;
        }
    }

    /// Puts another state behind the door, and the one after it.
    fn load_other(&mut self, state: &State, next: Option<&State>) {
        let Evaluator { door, interner, .. } = &mut self.evaluator;
        door.store.admit(state, interner);
        door.load(state);
        if let Some(next) = next {
            door.store.admit(next, interner);
            door.load_next(next);
        }
        self.loaded = false;
    }

    /// Runs `f` where `TLCGet("level")` is that of the state being checked, one past the state
    /// being expanded.
    fn checking<T>(&mut self, f: impl FnOnce(&mut Self) -> T) -> T {
        self.evaluator.progress.level += 1;
        let result = f(self);
        self.evaluator.progress.level -= 1;
        result
    }

    fn view(&mut self, state: &State) -> Result<Option<Value>, Failure> {
        let Some(view) = self.roles.view else { return Ok(None) };
        self.load_other(state, None);
        self.checking(|w| {
            w.evaluator.value_of(view).map(Some).map_err(|failure| {
                w.evaluator.door.clear();
                *failure
            })
        })
    }

    /// Tries something in the current state, again in another layout where this one does not hold what comes
    /// out.
    fn in_some_layout(
        &mut self,
        mut attempt: impl FnMut(&mut Self) -> Result<(), Left>,
    ) -> Result<(), Failure> {
        loop {
            match attempt(self) {
                Ok(()) => return Ok(()),
                Err(Left::Failed(failure)) => {
                    self.evaluator.door.clear();
                    self.loaded = false;
                    return Err(*failure);
                }
                Err(Left::Misfit(part, shape)) => {
                    let (from, state) = (self.layout(), std::mem::take(&mut self.now));
                    self.evaluator.door.clear();
                    self.reshape(part, &shape);
                    let mut words = Vec::new();
                    self.convert(from, &state, &mut words);
                    self.come(&words);
                }
            }
        }
    }

    /// The key of the orbit of a state, or of its VIEW.
    fn orbit_key(&mut self, state: &State, fingerprint: u64) -> Result<u64, Failure> {
        let Evaluator { door, interner, .. } = &mut self.evaluator;
        if let (None, Some(orbits)) = (self.roles.view, &mut self.orbits) {
            door.store.admit(state, interner);
            return Ok(orbits.key(state, &door.store));
        }
        if let Some(key) = self.known_orbits.key(fingerprint) {
            return Ok(key);
        }
        let mut terms = 0u64;
        for value in self.representative(state)? {
            terms = terms.plus(variable_terms(VIEW, &value).expect("data are built"));
        }
        Ok(self.known_orbits.learn_key(fingerprint, terms.finalise()))
    }

    /// What tells the orbit of a state, or of its VIEW, from others.
    fn orbit_identity(&mut self, state: &State, numbers: &Numbers) -> Result<u64, Failure> {
        let Evaluator { door, interner, .. } = &mut self.evaluator;
        door.store.admit(state, interner);
        let own = self.identities.of(state, &door.store, numbers)?;
        if let Some(identity) = self.known_orbits.identity(own) {
            return Ok(identity);
        }
        let identity = identity_of(&self.representative(state)?, numbers)?;
        Ok(self.known_orbits.learn_identity(own, identity))
    }

    fn value_failure(&self, op: OpId, e: &ValueError) -> Failure {
        *self.evaluator.value_fault(self.space.setting.ir.op(op).body, e)
    }

    fn limits(&self) -> Limits {
        Limits { max_set: self.space.setting.bounds.max_set }
    }
}

impl SpaceWorker for Worker<'_> {
    fn layout(&self) -> u32 {
        self.store().layout.number
    }

    fn width(&self) -> usize {
        self.store().layout.width
    }

    fn convert(&mut self, from: u32, state: &State, into: &mut Vec<u32>) {
        if from > self.layout() {
            self.change(self.space.layout(from));
        }
        if from == self.layout() {
            into.clear();
            into.extend_from_slice(state);
            return;
        }
        while self.repack(from, state, into).is_none() {}
    }

    fn initial(&mut self, emit: &mut Emit<'_>) -> Result<(), Failure> {
        let Some(init) = self.roles.init else { return Ok(()) };
        self.evaluator.door.clear();
        self.loaded = false;
        let (space, before, mut packed, mut count) = (self.space, self.layout(), Vec::new(), 0);
        let body = self.space.setting.ir.op(init).body;
        let (mut ops, mut terms) = (Vec::new(), Vec::new());
        let flow = self.evaluator.solve(init, true, &mut |e| {
            e.check_complete(body)?;
            count += 1;
            // Where there are many, most need not be kept in one piece first.
            if count > space.shape_after && e.door.store.layout.number == 0 && space.setting.keep_values {
                let layout = guess(space, e);
                e.replace_layout(layout);
            }
            loop {
                let Evaluator { door, interner, .. } = &mut *e;
                match door.operations(false, &mut ops, interner) {
                    Ok(()) => break,
                    Err((_, Misfit::Reshape(part, shape))) => {
                        let layout = door.store.layout.clone();
                        let shapes = || layout.reshaped(part, &shape);
                        e.replace_layout(space.layout_after(layout.number, shapes));
                    }
                    Err((variable, Misfit::Value(fault))) => {
                        return Err(unusable(e, body, variable, e.ir().op(init).span, &fault));
                    }
                }
            }
            let store = &e.door.store;
            packed.resize(store.layout.width, 0);
            apply(&ops, &mut packed);
            let fingerprint = store.terms(&packed, &mut terms).finalise();
            Ok(emit(Successor { state: &packed, fingerprint, layout: store.layout.number }))
        });
        self.evaluator.door.clear();
        if self.layout() != before {
            self.adapt();
        }
        flow.map(|_| ()).map_err(|f| *f)
    }

    fn successors(&mut self, state: &State, instance: usize, emit: &mut Emit<'_>) -> Result<(), Failure> {
        if self.layout() == 0 && instance == 0 && self.space.is_time_for_shapes() {
            self.guess_shapes();
            let mut words = Vec::new();
            self.convert(0, state, &mut words);
            self.come(&words);
        } else {
            self.come(state);
        }
        self.in_some_layout(|worker| worker.try_successors(instance, emit))
    }

    fn derived(&mut self, state: &State, instance: usize, emit: &mut EmitDerived<'_>) -> Result<(), Failure> {
        self.come(state);
        self.in_some_layout(|worker| worker.emit_derived(instance, emit))
    }

    fn known_successors(&mut self, state: &State, rest: &mut Vec<usize>, found: &mut Vec<Known>) {
        if self.layout() == 0 {
            rest.extend(0..self.tries.len());
            return;
        }
        self.come(state);
        let mut live = std::mem::take(&mut self.live);
        self.guards.instances(&self.tries, &self.now, &mut live);
        for &instance in &live {
            let number = instance.0 as usize;
            let known = self.tries[number].is_on() && self.find_known(instance, found);
            self.tries[number].count(!known);
            if !known {
                rest.push(number);
            }
        }
        self.live = live;
    }

    fn build(&mut self, state: &State, known: Known, into: &mut State) {
        into.copy_from_slice(state);
        apply(self.tries[known.instance as usize].effects.get(known.effect).0, into);
    }

    fn take_intermediate(&mut self) -> u64 {
        self.evaluator.take_intermediate()
    }

    fn key(&mut self, state: &State, fingerprint: u64) -> Result<u64, Failure> {
        if self.space.symmetry.is_some() {
            return self.orbit_key(state, fingerprint);
        }
        let Some(view) = self.roles.view else { return Ok(fingerprint) };
        if let Some(projection) = &mut self.projection {
            let Evaluator { door, interner, .. } = &mut self.evaluator;
            door.store.admit(state, interner);
            if let Ok(sum) = projection.sum(&door.store, state) {
                return Ok(sum.finalise());
            }
        }
        let Some(value) = self.view(state)? else { return Ok(fingerprint) };
        let terms = variable_terms::<u64, Value>(VIEW, &value);
        terms.map(Sum::finalise).map_err(|e| self.value_failure(view, &e))
    }

    fn view_value(&mut self, state: &State) -> Result<Option<Datum>, Failure> {
        let Some(view) = self.roles.view else { return Ok(None) };
        let value = self.view(state)?;
        let limits = self.limits();
        value.map(|v| v.to_datum(&limits)).transpose().map_err(|e| self.value_failure(view, &e))
    }

    fn representative(&mut self, state: &State) -> Result<Vec<Datum>, Failure> {
        let (shown, names) = match self.view_value(state)? {
            Some(view) => (vec![view], std::slice::from_ref(&self.space.view_name)),
            None => (self.values(state), self.space.setting.ir.variables.as_slice()),
        };
        Ok(match self.space.symmetry {
            Some((symmetry, _)) => symmetry.least(names, &shown),
            None => shown,
        })
    }

    fn identity(&mut self, state: &State, numbers: &Numbers) -> Result<u64, Failure> {
        if self.space.symmetry.is_some() {
            return self.orbit_identity(state, numbers);
        }
        if let Some(view) = self.view_value(state)? {
            return Ok(numbers.value(&view)?.into());
        }
        let Evaluator { door, interner, .. } = &mut self.evaluator;
        door.store.admit(state, interner);
        let identity = self.identities.of(state, &door.store, numbers)?;
        debug_assert_eq!(
            Ok(identity),
            identity_of(&self.values(state), numbers),
            "of the values, not the words"
        );
        Ok(identity)
    }

    fn constraint(&mut self, from: Option<&State>, state: &State) -> Result<bool, Failure> {
        self.checking(|w| w.all(Group::Constraints, from, state, None))
    }

    fn action_constraint(&mut self, from: &State, to: &State) -> Result<bool, Failure> {
        self.all(Group::ActionConstraints, None, from, Some(to))
    }

    fn invariant(&mut self, index: usize, from: Option<&State>, state: &State) -> Result<bool, Failure> {
        self.checking(|w| w.judge(Group::Invariants, index, from, state, None))
    }

    fn action_property(&mut self, index: usize, from: &State, to: &State) -> Result<bool, Failure> {
        self.judge(Group::Actions, index, None, from, Some(to))
    }

    fn initial_property(&mut self, index: usize, state: &State) -> Result<bool, Failure> {
        self.checking(|w| w.judge(Group::Initial, index, None, state, None))
    }

    fn atom(&mut self, index: usize, state: &State, next: Option<&State>) -> Result<bool, Failure> {
        match next {
            None => self.checking(|w| w.judge(Group::Atoms, index, None, state, None)),
            Some(_) => self.judge(Group::Atoms, index, None, state, next),
        }
    }

    fn fingerprint(&mut self, state: &State) -> u64 {
        self.come(state);
        self.sum.finalise()
    }

    fn values(&mut self, state: &State) -> Vec<Datum> {
        let limits = self.limits();
        let Evaluator { door, interner, .. } = &mut self.evaluator;
        door.store.admit(state, interner);
        let store = &door.store;
        let value = |&root: &PartId| store.value(state, root).to_datum(&limits);
        store.layout.roots.iter().map(|root| value(root).expect("values of states are built")).collect()
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
        self.load_other(state, Some(next));
        let value = self.evaluator.value_of(alias).map_err(|f| *f);
        self.evaluator.trace = None;
        if value.is_err() {
            self.evaluator.door.clear();
        }
        let limits = self.limits();
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

    fn explain(&mut self, state: &State, instance: usize) -> Explanation {
        self.come(state);
        self.load();
        let explanation = self.evaluator.explain_instance(&self.instances[instance]);
        self.evaluator.door.clear();
        self.loaded = false;
        explanation
    }

    fn reseed(&mut self, seed: u64) {
        self.evaluator.reseed(seed);
    }

    fn exit_requested(&mut self) -> bool {
        self.space.setting.registers.exit_asked()
    }
}
