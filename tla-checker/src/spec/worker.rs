//! One thread's side of a [`SpecSpace`].
//!
//! Enters: packed states. Leaves: successors, packed, and the truth of predicates. Holds: what tries
//! know is not evaluated; where they do not know enough the evaluator is asked, and they learn; where
//! that fails, or a predicate is false, the evaluator decides alone, without what was learned, so that
//! a failure is the first one in the order of evaluation.

use super::footprints::Footprints;
use super::guards::{Guards, Live};
use super::identity::Identities;
use super::projection::{Projection, VIEW};
use super::{Roles, SpecSpace};
use crate::canary::{Rule, without};
use crate::eval::{Evaluator, Instance, Thawed};
use crate::failure::Failure;
use crate::ir::{NodeId, OpId};
use crate::observer::Cancel;
use crate::space::{Emit, Known, Progress, SpaceWorker, State, Successor, identity_of};
use crate::state::{
    FAILS, Layout, Misfit, NOTHING, Op, PartId, Shape, Store, Trie, Walk, apply, changed, infer, weigh,
};
use crate::value::fingerprint::{Sum, variable_terms};
use crate::value::{Datum, Limits, Numbers, Value, ValueError};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use tla_parser::source::Span;

/// A predicate, and what was learned of it.
struct Judged {
    op: OpId,
    trie: Trie,
    /// Up to where the trie knows what words are read.
    version: u64,
}

/// Which predicates.
#[derive(Clone, Copy)]
enum Group {
    Invariants,
    Initial,
    Constraints,
    Actions,
    ActionConstraints,
}

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
    predicates: [Vec<Judged>; 5],
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
}

/// Why an evaluation of an instance was left.
enum Left {
    Failed(Box<Failure>),
    /// A successor does not fit the layout.
    Misfit(PartId, Shape),
}

impl From<Box<Failure>> for Left {
    fn from(failure: Box<Failure>) -> Self {
        Left::Failed(failure)
    }
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
        ];
    }

    /// Takes another layout.
    fn change(&mut self, layout: Arc<Layout>) {
        self.evaluator.change_layout(layout);
        self.adapt();
    }

    /// Forgets what belongs to another layout than the one there is now.
    fn adapt(&mut self) {
        let width = self.store().layout.width;
        self.packed = vec![0; width];
        self.arrived = false;
        self.loaded = false;
        self.forget();
    }

    /// Takes a layout in which a part has another shape.
    fn reshape(&mut self, part: PartId, shape: &Shape) {
        let layout = self.store().layout.clone();
        self.change(self.space.layout_after(layout.number, || layout.reshaped(part, shape)));
    }

    /// Takes a layout that takes variables apart, as far as their values so far allow.
    fn guess_shapes(&mut self) {
        let layout = guess(self.space, &mut self.evaluator);
        self.change(layout);
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

    /// The truth of a predicate of a state, or of a step; `from` as in [`SpaceWorker::invariant`].
    fn judge(
        &mut self,
        group: Group,
        at: usize,
        from: Option<&State>,
        state: &State,
        next: Option<&State>,
    ) -> Result<bool, Failure> {
        let judged = &mut self.predicates[group as usize][at];
        let op = judged.op;
        if judged.trie.is_on() {
            if let Some(next) = next {
                self.pair.clear();
                self.pair.extend_from_slice(state);
                self.pair.extend_from_slice(next);
            }
            let known = match from {
                Some(from) => self.still_true(group, at, from, state),
                None => self.known_truth(group, at, state, next),
            };
            if known == Some(true) {
                self.predicates[group as usize][at].trie.count(false);
                return Ok(true);
            }
            self.predicates[group as usize][at].trie.count(known.is_none());
            let known = match known {
                None if self.predicates[group as usize][at].trie.learns() => {
                    self.load_other(state, next);
                    let learned = self.learn_truth(group, at);
                    learned.then(|| self.known_truth(group, at, state, next)).flatten()
                }
                known => known,
            };
            // What is violated is judged once more, part by part in order: a part before it may fail.
            if let Some(known) = known
                && (known || matches!(group, Group::Constraints | Group::ActionConstraints))
            {
                return Ok(known);
            }
        }
        self.load_other(state, next);
        let truth = self.evaluator.truth_of(op).map_err(|failure| {
            self.evaluator.door.clear();
            *failure
        });
        if truth.as_ref().is_ok_and(|&truth| truth)
            && let Some(footprints) = self.footprints_of(group)
        {
            footprints[at].spoil();
        }
        truth
    }

    /// The footprints of predicates that hold of every state that is expanded.
    fn footprints_of(&self, group: Group) -> Option<&[Footprints]> {
        match group {
            Group::Invariants => Some(&self.footprints[0]),
            Group::Constraints => Some(&self.footprints[1]),
            Group::Initial | Group::Actions | Group::ActionConstraints => None,
        }
    }

    /// The truth of a predicate, if it is known, of a successor of a state of which it holds.
    #[inline]
    fn still_true(&mut self, group: Group, at: usize, from: &State, state: &State) -> Option<bool> {
        let known = match group {
            Group::Invariants => &self.footprints[0][at],
            Group::Constraints => &self.footprints[1][at],
            Group::Initial | Group::Actions | Group::ActionConstraints => return None,
        };
        let Judged { trie, version, .. } = &mut self.predicates[group as usize][at];
        if !known.update(version, trie) {
            return self.known_truth(group, at, state, None);
        }
        let changed = changed(from, state);
        if trie.ignores(changed) {
            return Some(true);
        }
        trie.walk_changed(&self.evaluator.door.store, from, state, changed, &mut self.walk);
        self.walk.missing.is_empty().then(|| !self.walk.payloads.contains(&FAILS))
    }

    /// The truth of a predicate, if it is known.
    #[inline]
    fn known_truth(&mut self, group: Group, at: usize, state: &State, next: Option<&State>) -> Option<bool> {
        let words = if next.is_some() { self.pair.as_slice() } else { state };
        let trie = &self.predicates[group as usize][at].trie;
        trie.walk(&self.evaluator.door.store, words, &mut self.walk);
        self.walk.missing.is_empty().then(|| !self.walk.payloads.contains(&FAILS))
    }

    /// Evaluates what the last walk found missing, as far as it matters; whether that could be done.
    fn learn_truth(&mut self, group: Group, at: usize) -> bool {
        let missing = std::mem::take(&mut self.walk.missing);
        let words = self.evaluator.door.log_words();
        let judged = &mut self.predicates[group as usize][at];
        let trie = std::mem::replace(&mut judged.trie, Trie::new(false));
        self.evaluator.door.logging(|log| log.begin_truth(trie, words, &missing));
        let truth = self.evaluator.each_holds_of(judged.op).ok();
        judged.trie = self.evaluator.door.logging(|log| log.end_truth(truth));
        // It has new branches, of which others may know what they read.
        judged.version = 0;
        let read = self.evaluator.door.logging(|log| log.footprints().to_vec());
        if let Some(footprints) = self.footprints_of(group) {
            footprints[at].widen(&read);
        }
        self.walk.missing = missing;
        truth.is_some()
    }

    fn all(
        &mut self,
        group: Group,
        from: Option<&State>,
        state: &State,
        next: Option<&State>,
    ) -> Result<bool, Failure> {
        for at in 0..self.predicates[group as usize].len() {
            if !self.judge(group, at, from, state, next)? {
                return Ok(false);
            }
        }
        Ok(true)
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

    fn value_failure(&self, op: OpId, e: &ValueError) -> Failure {
        *self.evaluator.value_fault(self.space.setting.ir.op(op).body, e)
    }

    /// Tries an instance in the current state; `out` gets the operations of each successor.
    fn solve(&mut self, number: usize, out: &mut dyn FnMut(&mut Evaluator<'s>, &[Op])) -> Result<(), Left> {
        self.load();
        let (origin, instance) = (&self.roles.instances[number], &self.instances[number]);
        let (mut ops, mut misfit) = (Vec::new(), None);
        let flow = self.evaluator.solve_instance(instance, &mut |e| {
            e.check_complete(instance.action).map_err(|f| in_action(f, origin))?;
            let Evaluator { door, interner, .. } = &mut *e;
            match door.operations(true, &mut ops, interner) {
                Ok(()) => {}
                Err((_, Misfit::Reshape(part, shape))) => {
                    misfit = Some((part, shape));
                    return Ok(ControlFlow::Break(()));
                }
                Err((variable, Misfit::Value(fault))) => {
                    return Err(unusable(e, instance.action, variable, origin.span, &fault));
                }
            }
            out(e, &ops);
            Ok(ControlFlow::Continue(()))
        });
        if !matches!(flow, Ok(ControlFlow::Continue(()))) {
            // Assignments were left behind.
            self.loaded = false;
        }
        match (misfit, flow) {
            (Some((part, shape)), _) => Err(Left::Misfit(part, shape)),
            (None, Err(failure)) => Err(Left::Failed(failure)),
            (None, Ok(_)) => Ok(()),
        }
    }

    /// Evaluates the branches of an instance that the last walk found missing.
    fn learn(&mut self, number: usize) -> Result<(), Left> {
        let missing = std::mem::take(&mut self.walk.missing);
        let words = self.evaluator.door.log_words();
        let trie = std::mem::replace(&mut self.tries[number], Trie::new(false));
        self.evaluator.door.logging(|log| log.begin_action(trie, words, &missing));
        let result = self.solve(number, &mut |e, ops| e.door.logging(|log| log.emit(ops)));
        self.tries[number] = self.evaluator.door.logging(|log| log.end(result.is_ok(), None));
        self.walk.missing = missing;
        result
    }

    /// The successors by an instance, if what was learned is enough to know them; from a place of its
    /// trie on.
    #[inline]
    fn find_known(&mut self, (number, at): Live, found: &mut Vec<Known>) -> bool {
        let (trie, store) = (&mut self.tries[number as usize], &self.evaluator.door.store);
        let one;
        let payloads = match trie.payload_from(at, store, &self.now) {
            Some(NOTHING) => return true,
            Some(payload) => {
                one = [payload];
                &one[..]
            }
            None => {
                trie.walk(store, &self.now, &mut self.walk);
                if !self.walk.missing.is_empty() {
                    return false;
                }
                &self.walk.payloads
            }
        };
        for &payload in payloads {
            let mut effect = payload - 1;
            loop {
                let (ops, more) = trie.effects.get(effect);
                let sum = weigh(ops, &self.now, &self.terms, self.sum);
                found.push(Known { fingerprint: sum.finalise(), instance: number, effect });
                if !more {
                    break;
                }
                effect += 1;
            }
        }
        true
    }

    /// Emits the successors by an instance, if what was learned is enough to know them.
    fn emit_known(&mut self, number: usize, emit: &mut Emit<'_>) -> bool {
        let mut found = Vec::new();
        let known = self.find_known((number as u32, self.tries[number].root()), &mut found);
        for successor in found {
            let mut state = self.now.clone();
            apply(self.tries[number].effects.get(successor.effect).0, &mut state);
            let fingerprint = successor.fingerprint;
            if emit(Successor { state: &state, fingerprint, layout: self.layout() }).is_break() {
                break;
            }
        }
        known
    }

    /// Emits the successors by an instance as the evaluator finds them.
    fn emit_evaluated(&mut self, number: usize, emit: &mut Emit<'_>) -> Result<(), Left> {
        let (mut all, mut ends) = (Vec::new(), Vec::new());
        let result = self.solve(number, &mut |_, ops| {
            all.extend_from_slice(ops);
            ends.push(all.len());
        });
        if let Err(Left::Misfit(..)) = result {
            return result;
        }
        // What was found before a failure stands.
        let mut start = 0;
        for end in ends {
            let ops = &all[start..end];
            self.packed.copy_from_slice(&self.now);
            apply(ops, &mut self.packed);
            let sum = weigh(ops, &self.now, &self.terms, self.sum);
            start = end;
            let (fingerprint, layout) = (sum.finalise(), self.layout());
            if emit(Successor { state: &self.packed, fingerprint, layout }).is_break() {
                break;
            }
        }
        result
    }

    fn try_successors(&mut self, number: usize, emit: &mut Emit<'_>) -> Result<(), Left> {
        if self.tries[number].is_on() {
            if self.emit_known(number, emit) {
                return Ok(());
            }
            self.guards.note(number, &self.tries);
            if self.tries[number].learns() {
                let learned = self.learn(number);
                self.guards.note(number, &self.tries);
                match learned {
                    Ok(()) if self.emit_known(number, emit) => return Ok(()),
                    Err(Left::Misfit(part, shape)) => return Err(Left::Misfit(part, shape)),
                    Ok(()) | Err(Left::Failed(_)) => {}
                }
            }
        }
        self.emit_evaluated(number, emit)
    }

    /// The words of a state of an earlier layout in the current one; none when a value does not fit, and
    /// then the layout has been changed.
    fn repack(&mut self, from: u32, state: &State, into: &mut Vec<u32>) -> Option<()> {
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

    fn limits(&self) -> Limits {
        Limits { max_set: self.space.setting.bounds.max_set }
    }
}

/// A layout that takes variables apart, as far as their values so far allow.
fn guess(space: &SpecSpace<'_>, evaluator: &mut Evaluator<'_>) -> Arc<Layout> {
    let Evaluator { door, interner, .. } = evaluator;
    door.store.sync_all(interner);
    let store = &door.store;
    space.layout_after(store.layout.number, || {
        let of = |&root: &PartId| infer(&store.known(root).values.iter().collect::<Vec<_>>());
        store.layout.roots.iter().map(of).collect()
    })
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
        loop {
            match self.try_successors(instance, emit) {
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

    fn identity(&mut self, state: &State, numbers: &Numbers) -> Result<u64, Failure> {
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

    fn exit_requested(&mut self) -> bool {
        self.space.setting.registers.exit_asked()
    }
}
