//! One worker's part of the search: expand states, judge what comes out.
//!
//! Enters: a [`Task`] of the gate, chunks of the frontier. Leaves: chunks of the next level, findings,
//! counts. Holds: nothing here depends on which worker does it or when, except which of a state's
//! discoverers comes first, and everything recorded about a state is the same for each of them. A
//! violation never ends the level: what decides is chosen when the level is complete. A [`State`] that
//! is passed around here is in the layout that the worker has at that time; what is kept for longer
//! (chunks, [`Packed`]) says which layout it is in.
//!
//! The order in which a successor is judged is TLC's: state constraints, action constraints, the set of
//! seen states, invariants (of new states and of those outside the constraints), step properties.

use super::behaviours::Ledger;
use super::candidates::{Candidate, Shard};
use super::exact::{Claims, Exact};
use super::finding::{Finding, Findings, Subject, Tail};
use super::frontier::{CHUNK, Chunk};
use super::gate::Task;
use super::graph::Sketch;
use super::packed::Packed;
use super::run::{ActionCount, Run, Tally};
use super::seen::{Access, Link};
use super::successors::{Expanded, Successor};
use crate::canary::{Rule, without};
use crate::failure::{Failure, FailureKind};
use crate::outcome::{Bound, Phase};
use crate::space::{Progress, SpaceWorker, State, StateSpace};
use std::ops::ControlFlow;

/// How many fingerprints of states outside the constraints a worker remembers.
const OUTSIDE: usize = 1 << 16;

/// A worker of the search, confined to its thread.
pub(super) struct Agent<'r, S: StateSpace> {
    run: &'r Run<'r, S>,
    /// The evaluator.
    pub worker: S::Worker<'r>,
    /// The way into the set of seen states.
    seen: Access<'r>,
    /// The way to the keys that whole states have claimed, with `--exact`.
    claims: Option<Claims<'r>>,
    has_constraints: bool,
    /// A state's key follows from its fingerprint.
    foresees: bool,
    /// A successor that was seen before need not be built: nothing but its key is asked for.
    lazy: bool,
    invariants: u32,
    action_properties: u32,
    initial_properties: u32,
    /// The states being expanded.
    chunk: Chunk,
    /// The one of them that was expanded last, and one to be used again.
    waiting: Option<Box<Expanded>>,
    spare: Option<Box<Expanded>>,
    /// A successor being built.
    built: Vec<u32>,
    /// Fingerprints of states outside the constraints of which nothing is to be said, a place for each.
    outside: Vec<u64>,
    /// The instances that have to be evaluated for the state being expanded.
    rest: Vec<usize>,
    /// New states that wait to be handed over.
    out: Chunk,
    tally: Tally,
    /// The published counts at the last look; exact with one worker.
    base: Progress,
    actions: Vec<ActionCount>,
    findings: Findings,
    /// What it found of the graph, if that is to be dumped.
    sketch: Option<Sketch>,
    /// What it found of the graph, if there are temporal properties.
    ledger: Option<Ledger>,
}

/// A state that was generated, and how.
#[derive(Clone, Copy)]
struct Generated<'a> {
    /// The level whose expansion it comes from; 0 for initial states.
    level: u32,
    from: Option<&'a State>,
    /// The state before it, where that was judged in the same layout.
    judged: Option<&'a State>,
    link: Link,
    state: &'a State,
    fingerprint: u64,
}

impl Generated<'_> {
    /// How a trace to it ends, if it is not kept.
    fn tail(&self) -> Tail {
        if self.from.is_none() { Tail::Initial } else { Tail::Step(self.link) }
    }
}

impl<'r, S: StateSpace> Agent<'r, S> {
    /// A worker for the calling thread.
    pub fn new(run: &'r Run<'r, S>, index: usize) -> Self {
        let mut worker = run.space.worker(index);
        worker.watch(&run.halt);
        worker.reseed(run.options.seed as u64);
        let properties = run.space.properties();
        let instances = run.space.instances().len();
        Agent {
            run,
            worker,
            seen: run.seen.access(),
            claims: run.exact.as_ref().map(Exact::access),
            has_constraints: run.space.has_constraints(),
            foresees: !run.space.shares_keys(),
            lazy: run.plain
                && !run.space.shares_keys()
                && (!run.space.has_constraints() || run.space.judges_states_alone())
                && properties.actions.is_empty(),
            invariants: properties.invariants.len() as u32,
            action_properties: properties.actions.len() as u32,
            initial_properties: properties.initial.len() as u32,
            chunk: Chunk::default(),
            waiting: None,
            spare: None,
            built: Vec::new(),
            outside: if run.space.has_constraints() { vec![0; OUTSIDE] } else { Vec::new() },
            rest: Vec::new(),
            out: Chunk::default(),
            tally: Tally::default(),
            base: Progress::default(),
            actions: vec![ActionCount::default(); instances],
            findings: Findings::default(),
            sketch: run.graph.as_ref().map(|_| Sketch::default()),
            ledger: run
                .behaviours
                .as_ref()
                .map(|_| Ledger::new(&properties.temporal, instances, !run.space.shares_keys())),
        }
    }

    /// Generates the initial states and puts them up for admission, as level 0 of the frontier.
    pub fn generate(&mut self) {
        let run = self.run;
        self.base = run.progress();
        self.worker.at(self.progress(0));
        let mut chunk = Chunk::default();
        let result = self.worker.initial(&mut |successor| {
            if run.halt.is_cancelled() {
                return ControlFlow::Break(());
            }
            if chunk.len() == CHUNK || chunk.layout != successor.layout {
                run.on_disk(run.frontier.push(0, &chunk));
                chunk.restart(successor.layout);
            }
            chunk.push(successor.fingerprint, successor.state);
            ControlFlow::Continue(())
        });
        run.on_disk(run.frontier.push(0, &chunk));
        self.tally.generated += self.worker.take_intermediate();
        if let Err(failure) = result {
            if failure.kind == FailureKind::Cancelled {
                run.stop(Bound::Cancelled);
            } else {
                run.offer(Finding::stateless(Phase::Initial, failure));
            }
        }
    }

    /// Does its share of a task, until the task is used up or the search is to stop.
    pub fn work(&mut self, task: Task) {
        self.base = self.run.progress();
        let mut chunk = std::mem::take(&mut self.chunk);
        let next = match task {
            Task::Expand(level) => {
                while !self.run.is_pausing() && self.take(level, &mut chunk) {
                    self.seen.hold();
                    let end = self.process(level, &chunk);
                    self.release();
                    if end.is_break() {
                        break;
                    }
                    self.publish();
                }
                level + 1
            }
            Task::Settle(level) => {
                self.settle(level);
                level + 1
            }
        };
        self.release();
        self.seen.rest();
        self.chunk = chunk;
        self.run.on_disk(self.run.frontier.push(next, &self.out));
        self.out.restart(self.worker.layout());
        self.publish();
        self.run.count_actions(&mut self.actions);
        self.run.merge(&mut self.findings);
    }

    /// The next states of a level; `false` when there are none.
    fn take(&self, level: u32, chunk: &mut Chunk) -> bool {
        self.run.on_disk(self.run.frontier.take(level, chunk)).unwrap_or(false)
    }

    /// Expands (or, at level 0, admits) a chunk's states. What is not expanded when the workers are to
    /// stop, or to come back, waits on.
    fn process(&mut self, level: u32, chunk: &Chunk) -> ControlFlow<()> {
        self.spare = self.waiting.take().or(self.spare.take());
        for at in 0..chunk.len() {
            if self.run.halt.is_cancelled() {
                // Nothing was counted yet of the state that waits to be judged.
                return self.put_back(level, chunk, at - usize::from(self.waiting.is_some()));
            }
            if self.run.is_pausing() {
                self.settle_waiting(level);
                return self.put_back(level, chunk, at);
            }
            let mut next = self.spare.take().unwrap_or_default();
            next.restart(chunk.key(at), chunk.layout, chunk.state(at));
            if level > 0 {
                if self.expand(level, next).is_break() {
                    return self.put_back(level, chunk, at);
                }
            } else {
                self.worker.at(self.progress(0));
                let (link, fingerprint) = (Link::INITIAL, next.key);
                let state = next.parent.fit(&mut self.worker);
                self.judge(Generated { level, from: None, judged: None, link, state, fingerprint });
                self.spare = Some(next);
            }
            if self.run.options.max_states.is_some() {
                self.settle_waiting(level);
                self.publish();
            }
        }
        self.settle_waiting(level);
        ControlFlow::Continue(())
    }

    #[cold]
    fn put_back(&self, level: u32, chunk: &Chunk, first: usize) -> ControlFlow<()> {
        self.run.on_disk(self.run.frontier.push(level, &chunk.rest(first)));
        ControlFlow::Break(())
    }

    /// Generates all successors of a kept state, which are then waiting to be judged: one state later, so
    /// that the set of seen states has been fetched from memory by then. Breaks when told to stop
    /// meanwhile; the state then counts as not expanded.
    fn expand(&mut self, level: u32, mut new: Box<Expanded>) -> ControlFlow<()> {
        let run = self.run;
        if new.parent.layout != self.worker.layout() {
            self.settle_waiting(level);
        }
        self.worker.at(self.progress(level));
        let mut rest = std::mem::take(&mut self.rest);
        rest.clear();
        let state = new.parent.fit(&mut self.worker);
        if let Some(ledger) = &mut self.ledger
            && let Err((atom, failure)) = ledger.expand(&mut self.worker, new.key, state)
        {
            let (subject, key) = (Subject::Failure(Phase::Temporal, atom), new.key);
            let state = state.to_vec();
            self.found(level, subject, Some(failure), key, Tail::Kept(key), &state);
        }
        let state = new.parent.fit(&mut self.worker);
        self.worker.known_successors(state, &mut rest, &mut new.known);
        for successor in &new.known {
            if self.foresees {
                self.seen.prefetch(run.cut(successor.fingerprint));
            }
        }
        if !self.lazy || !rest.is_empty() {
            // What is known is so in this layout only.
            let layout = self.worker.layout();
            for successor in new.known.drain(..) {
                let (instance, fingerprint) = (successor.instance, successor.fingerprint);
                if let (Some(claims), true) = (&self.claims, self.foresees) {
                    claims.prefetch(run.cut(fingerprint));
                }
                let into = new.successors.add(instance, layout, fingerprint, state.len());
                self.worker.build(state, successor, into);
            }
        }
        self.settle_waiting(level);
        let mut failed = false;
        for &instance in &rest {
            let state = new.parent.fit(&mut self.worker);
            let (foresee, seen) = (self.foresees, &self.seen);
            let successors = &mut new.successors;
            let result = self.worker.successors(state, instance, &mut |successor| {
                if foresee {
                    seen.prefetch(run.cut(successor.fingerprint));
                }
                successors.push(instance as u32, successor);
                if run.halt.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            if run.halt.is_cancelled() {
                // The successors may be incomplete: no deadlock, no counts.
                self.spare = Some(new);
                return ControlFlow::Break(());
            }
            if let Err(failure) = result {
                failed = true;
                let (subject, tail) = (Subject::Failure(Phase::Next, 0), Tail::Kept(new.key));
                let state = new.parent.fit(&mut self.worker);
                self.found(level, subject, Some(failure), new.key, tail, state);
            }
            // It matters what is evaluated first.
            if run.in_order {
                self.judge_all(level, &mut new);
            }
        }
        self.rest = rest;
        new.intermediate = self.worker.take_intermediate();
        if new.is_deadlock() && !failed && run.options.check_deadlock {
            let (key, state) = (new.key, new.parent.fit(&mut self.worker));
            self.found(level, Subject::Deadlock, None, key, Tail::Kept(key), state);
        }
        self.waiting = Some(new);
        if run.in_order {
            self.settle_waiting(level);
            if self.worker.exit_requested() {
                run.stop(Bound::Spec);
            }
        }
        ControlFlow::Continue(())
    }

    /// Judges the successors that wait for it, if any do.
    #[inline]
    fn settle_waiting(&mut self, level: u32) {
        if let Some(mut waiting) = self.waiting.take() {
            self.admit_all(level, &waiting);
            self.judge_all(level, &mut waiting);
            self.tally.generated += waiting.intermediate;
            self.tally.expanded += 1;
            self.spare = Some(waiting);
        }
    }

    /// Counts successors that are known, and builds, keeps and checks those that are new.
    fn admit_all(&mut self, level: u32, expanded: &Expanded) {
        let Expanded { key, parent, judged_in, known, .. } = expanded;
        let judged =
            (*judged_in == parent.layout || without(Rule::JudgedIn)).then_some(parent.words.as_slice());
        self.tally.generated += known.len() as u64;
        let mut state = std::mem::take(&mut self.built);
        state.resize(parent.words.len(), 0);
        let note = self.seen.note(*key, level + 1);
        for &successor in known {
            self.actions[successor.instance as usize].generated += 1;
            let own = self.run.cut(successor.fingerprint);
            if self.seen.is_settled(own, note - u64::from(successor.instance)) {
                continue;
            }
            let link = Link { parent: *key, instance: successor.instance };
            // What is kept satisfies the constraints, which are of states alone here.
            if self.has_constraints && !self.seen.contains(own) {
                let fingerprint = successor.fingerprint;
                if self.outside[fingerprint as usize % OUTSIDE] != fingerprint {
                    self.worker.build(&parent.words, successor, &mut state);
                    let from = Some(parent.words.as_slice());
                    self.admit_bounded(
                        own,
                        &Generated { level, from, judged, link, state: &state, fingerprint },
                    );
                }
            } else if self.insert(own, link, level) {
                self.worker.build(&parent.words, successor, &mut state);
                self.keep(level, own, &state);
                self.check(level, judged, &state, successor.fingerprint, Tail::Kept(own));
            }
        }
        self.built = state;
    }

    /// Keeps and checks a state that is not kept yet, if it is inside the constraints, or else checks it.
    #[inline(never)]
    fn admit_bounded(&mut self, key: u64, new: &Generated<'_>) {
        match self.is_inside(new) {
            Err(failure) => self.failed(Phase::Constraint, failure, new),
            Ok(true) => {
                if self.insert(key, new.link, new.level) {
                    self.keep(new.level, key, new.state);
                    self.check(new.level, new.judged, new.state, new.fingerprint, Tail::Kept(key));
                }
            }
            Ok(false) => {
                if self.check(new.level, new.judged, new.state, new.fingerprint, new.tail()) {
                    self.outside[new.fingerprint as usize % OUTSIDE] = new.fingerprint;
                }
            }
        }
    }

    /// Judges the successors that were built and not yet judged.
    fn judge_all(&mut self, level: u32, expanded: &mut Expanded) {
        let Expanded { key, parent, judged_in, successors: all, judged: done, .. } = expanded;
        for at in *done..all.len() {
            let Successor { fingerprint, instance, layout, .. } = all.get(at);
            self.actions[instance as usize].generated += 1;
            let link = Link { parent: *key, instance };
            let mut converted;
            let state = if layout == self.worker.layout() {
                all.state(at)
            } else {
                // That may make the worker's layout newer still.
                converted = all.packed(at);
                converted.fit(&mut self.worker)
            };
            let from = Some(parent.fit(&mut self.worker));
            let judged = from.filter(|_| *judged_in == self.worker.layout() || without(Rule::JudgedIn));
            self.judge(Generated { level, from, judged, link, state, fingerprint });
        }
        *done = all.len();
    }

    /// Counts, keeps and checks a generated state.
    fn judge(&mut self, new: Generated<'_>) {
        self.tally.generated += 1;
        match self.is_inside(&new) {
            Err(failure) => return self.failed(Phase::Constraint, failure, &new),
            Ok(false) => {
                if let Some(ledger) = &mut self.ledger {
                    ledger.cut(new.link, new.from, new.state);
                }
                self.check(new.level, new.judged, new.state, new.fingerprint, new.tail());
            }
            Ok(true) => {
                let key = match self.worker.key(new.state, new.fingerprint) {
                    Ok(key) => self.run.cut(key),
                    Err(failure) => return self.failed(Phase::View, failure, &new),
                };
                if self.run.plain {
                    if self.insert(key, new.link, new.level) {
                        self.keep(new.level, key, new.state);
                        self.check(new.level, new.judged, new.state, new.fingerprint, Tail::Kept(key));
                    }
                } else if let Err(failure) = self.admit(key, &new) {
                    return self.failed(Phase::View, failure, &new);
                }
            }
        }
        let Some(from) = new.from else { return };
        for index in 0..self.action_properties {
            match self.worker.action_property(index as usize, from, new.state) {
                Ok(true) => {}
                verdict => {
                    let subject = match verdict {
                        Ok(_) => Subject::ActionProperty(index),
                        Err(_) => Subject::Failure(Phase::ActionProperty, index),
                    };
                    let tail = new.tail();
                    self.found(new.level + 1, subject, verdict.err(), new.fingerprint, tail, new.state);
                }
            }
        }
    }

    /// Keeps and checks a state inside the constraints that is new, where more than its key decides.
    #[inline(never)]
    fn admit(&mut self, key: u64, new: &Generated<'_>) -> Result<(), Failure> {
        let run = self.run;
        let identity = match &run.exact {
            Some(exact) => exact.identity(&mut self.worker, new.state)?,
            None => 0,
        };
        if let Some(sketch) = &mut self.sketch {
            sketch.step(new.link, (key, identity));
        }
        if let Some(ledger) = &mut self.ledger {
            let step = ledger.step(&mut self.worker, new.link, (new.from, new.state), (key, identity));
            if let Err((atom, failure)) = step {
                let (subject, tail) = (Subject::Failure(Phase::Temporal, atom), new.tail());
                self.found(new.level + 1, subject, Some(failure), new.fingerprint, tail, new.state);
            }
        }
        if let Some(candidates) = &run.candidates {
            // Only levels before this one are in the set while candidates compete.
            let known = match &mut self.claims {
                Some(claims) => claims.find(key, identity).is_some(),
                None => self.seen.contains(key),
            };
            if !known {
                let layout = self.worker.layout();
                candidates.offer((key, identity), new.fingerprint, new.link, layout, new.state);
            }
            return Ok(());
        }
        let Some(key) = self.own_key(key, identity) else { return Ok(()) };
        if self.insert(key, new.link, new.level) {
            self.keep(new.level, key, new.state);
            self.draw(new.level, key, new.state, new.fingerprint);
            self.check(new.level, new.judged, new.state, new.fingerprint, Tail::Kept(key));
        }
        Ok(())
    }

    #[inline]
    fn is_inside(&mut self, new: &Generated<'_>) -> Result<bool, Failure> {
        if !self.has_constraints {
            return Ok(true);
        }
        Ok(self.worker.constraint(new.judged, new.state)?
            && match new.from {
                Some(from) => self.worker.action_constraint(from, new.state)?,
                None => true,
            })
    }

    /// Adds a key that was reached from `level` to the set of seen states. Answers whether it is new.
    #[inline]
    fn insert(&mut self, key: u64, link: Link, level: u32) -> bool {
        let Ok(insertion) = self.seen.insert(key, link, level + 1) else {
            self.run.out_of_memory();
            return false;
        };
        // The state counts for the instance of its smallest link.
        if insertion.gained {
            self.credit(link.instance, 1);
        }
        if let Some(instance) = insertion.lost {
            self.credit(instance, -1);
        }
        insertion.new
    }

    /// Keeps a new state for the next level.
    fn keep(&mut self, level: u32, key: u64, state: &State) {
        self.tally.distinct += 1;
        let layout = self.worker.layout();
        if self.out.len() == CHUNK || self.out.layout != layout {
            self.run.on_disk(self.run.frontier.push(level + 1, &self.out));
            self.out.restart(layout);
        }
        self.out.push(key, state);
    }

    /// The key under which a state is stored, which with `--exact` is no other state's; none where there
    /// is no memory for it.
    fn own_key(&mut self, key: u64, identity: u64) -> Option<u64> {
        let Some(claims) = &mut self.claims else { return Some(key) };
        let claimed = claims.claim(&mut self.seen, key, identity);
        if claimed.is_err() {
            self.run.out_of_memory();
        }
        claimed.ok()
    }

    /// Adds a state that is kept, and was reached from `level`, to the graph.
    fn draw(&mut self, level: u32, key: u64, state: &State, fingerprint: u64) {
        if let Some(sketch) = &mut self.sketch {
            sketch.state(key, &self.worker.values(state));
        }
        if let Some(ledger) = &mut self.ledger
            && let Err((atom, failure)) = ledger.state(&mut self.worker, key, state)
        {
            let subject = Subject::Failure(Phase::Temporal, atom);
            self.found(level + 1, subject, Some(failure), fingerprint, Tail::Kept(key), state);
        }
    }

    fn credit(&mut self, instance: u32, by: i64) {
        // Initial states are no instance's.
        if let Some(count) = self.actions.get_mut(instance as usize) {
            count.distinct += by;
        }
    }

    /// Checks the invariants of a state generated while `level` is expanded, and the properties of
    /// initial states if it is one. `judged` is a state before it that was judged in the same layout.
    /// Answers whether all hold.
    fn check(
        &mut self,
        level: u32,
        judged: Option<&State>,
        state: &State,
        fingerprint: u64,
        tail: Tail,
    ) -> bool {
        let mut all = true;
        for index in 0..self.invariants {
            match self.worker.invariant(index as usize, judged, state) {
                Ok(true) => continue,
                Ok(false) => self.found(level + 1, Subject::Invariant(index), None, fingerprint, tail, state),
                Err(failure) => {
                    let subject = Subject::Failure(Phase::Invariant, index);
                    self.found(level + 1, subject, Some(failure), fingerprint, tail, state);
                }
            }
            all = false;
        }
        for index in 0..if level == 0 { self.initial_properties } else { 0 } {
            match self.worker.initial_property(index as usize, state) {
                Ok(true) => continue,
                Ok(false) => self.found(1, Subject::InitialProperty(index), None, fingerprint, tail, state),
                Err(failure) => {
                    let subject = Subject::Failure(Phase::InitialProperty, index);
                    self.found(1, subject, Some(failure), fingerprint, tail, state);
                }
            }
            all = false;
        }
        all
    }

    /// Keeps and checks the candidates that won, a share at a time.
    fn settle(&mut self, level: u32) {
        let Some(candidates) = &self.run.candidates else { return };
        self.worker.at(self.progress(level));
        while let Some(winners) = candidates.take() {
            for ((key, identity), mut winner) in self.ordered(winners) {
                if self.run.halt.is_cancelled() {
                    return;
                }
                let Some(key) = self.own_key(key, identity) else { return };
                // New, unless there is no memory for it: candidates were not seen before.
                if self.insert(key, winner.link, level) {
                    let state = winner.state.fit(&mut self.worker);
                    self.keep(level, key, state);
                    self.draw(level, key, state, winner.fingerprint);
                    self.check(level, None, state, winner.fingerprint, Tail::Kept(key));
                }
            }
            self.release();
            self.publish();
        }
    }

    /// Candidates that won, in an order that does not depend on who found them: those that share a key
    /// claim another in turn.
    fn ordered(&mut self, winners: Shard) -> Vec<((u64, u64), Candidate)> {
        let mut winners: Vec<_> = winners.into_iter().collect();
        if self.run.exact.is_some() {
            let rank = |winner: &((u64, u64), Candidate)| (winner.0.0, winner.1.fingerprint);
            winners.sort_unstable_by_key(rank);
            for equal in winners.chunk_by_mut(|a, b| rank(a) == rank(b)) {
                if equal.len() > 1 {
                    let worker = &mut self.worker;
                    equal.sort_by_cached_key(|(_, winner)| {
                        let mut state = winner.state.clone();
                        let state = state.fit(worker);
                        worker.values(state)
                    });
                }
            }
        }
        winners
    }

    fn failed(&mut self, phase: Phase, failure: Failure, new: &Generated<'_>) {
        let (subject, tail) = (Subject::Failure(phase, 0), new.tail());
        self.found(new.level + 1, subject, Some(failure), new.fingerprint, tail, new.state);
    }

    #[cold]
    fn found(
        &mut self,
        length: u32,
        subject: Subject,
        failure: Option<Failure>,
        fingerprint: u64,
        tail: Tail,
        last: &State,
    ) {
        if failure.as_ref().is_some_and(|f| f.kind == FailureKind::Cancelled) {
            // What was being judged is not known.
            self.run.tear();
            return self.run.stop(Bound::Cancelled);
        }
        if let Tail::Kept(key) = tail
            && self.run.on_disk(self.run.seen.is_before(key, length)) != Some(false)
        {
            // A candidate that is old: it was checked in its own level.
            return;
        }
        let failure = failure.map(Box::new);
        let finding = Finding { length, subject, failure, fingerprint, tail, last: Packed::default() };
        self.findings.offer(finding, self.worker.layout(), last);
    }

    /// Lets go of what is shared, so that it can grow.
    fn release(&mut self) {
        self.seen.release();
        if let Some(claims) = &mut self.claims {
            claims.release();
        }
    }

    fn publish(&mut self) {
        self.run.publish(&mut self.tally);
        if let (Some(graph), Some(sketch)) = (&self.run.graph, &mut self.sketch) {
            graph.add(sketch);
        }
        if let (Some(behaviours), Some(ledger)) = (&self.run.behaviours, &mut self.ledger) {
            behaviours.add(ledger);
        }
        self.base = self.run.progress();
    }

    #[inline]
    fn progress(&self, level: u32) -> Progress {
        let distinct = self.base.distinct + self.tally.distinct;
        Progress {
            generated: self.base.generated + self.tally.generated,
            distinct,
            queue: (self.base.queue + self.tally.distinct).saturating_sub(self.tally.expanded),
            level,
        }
    }
}
