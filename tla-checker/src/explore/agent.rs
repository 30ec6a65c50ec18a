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

use super::finding::{Finding, Findings, Subject, Tail};
use super::frontier::{CHUNK, Chunk, Packet};
use super::gate::Task;
use super::packed::Packed;
use super::run::{ActionCount, Run, Tally};
use super::seen::{Access, Link};
use super::successors::{Successor, Successors};
use crate::failure::{Failure, FailureKind};
use crate::outcome::{Bound, Phase};
use crate::space::{Progress, SpaceWorker, State, StateSpace};
use std::ops::ControlFlow;

/// A worker of the search, confined to its thread.
pub(super) struct Agent<'r, S: StateSpace> {
    run: &'r Run<'r, S>,
    /// The evaluator.
    pub worker: S::Worker<'r>,
    /// The way into the set of seen states.
    seen: Access<'r>,
    has_constraints: bool,
    /// A state's key follows from its fingerprint.
    foresees: bool,
    invariants: u32,
    action_properties: u32,
    initial_properties: u32,
    /// The states being expanded.
    chunk: Chunk,
    /// The one of them that is.
    parent: Packed,
    /// Its successors.
    successors: Successors,
    /// The instances that have to be evaluated for the state being expanded.
    rest: Vec<usize>,
    /// New states that wait to be handed over.
    out: Chunk,
    tally: Tally,
    /// The published counts at the last look; exact with one worker.
    base: Progress,
    actions: Vec<ActionCount>,
    findings: Findings,
}

/// A state that was generated, and how.
#[derive(Clone, Copy)]
struct Generated<'a> {
    /// The level whose expansion it comes from; 0 for initial states.
    level: u32,
    from: Option<&'a State>,
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
        let properties = run.space.properties();
        let instances = run.space.instances().len();
        Agent {
            run,
            worker,
            seen: run.seen.access(),
            has_constraints: run.space.has_constraints(),
            foresees: !run.space.has_view(),
            invariants: properties.invariants.len() as u32,
            action_properties: properties.actions.len() as u32,
            initial_properties: properties.initial.len() as u32,
            chunk: Chunk::default(),
            parent: Packed::default(),
            successors: Successors::default(),
            rest: Vec::new(),
            out: Chunk::default(),
            tally: Tally::default(),
            base: Progress::default(),
            actions: vec![ActionCount::default(); instances],
            findings: Findings::default(),
        }
    }

    /// Generates the initial states and puts them up for admission, as level 0 of the frontier.
    pub fn generate(&mut self) {
        let run = self.run;
        self.base = run.progress();
        self.worker.at(self.progress(0));
        let (mut packets, mut chunk) = (Vec::new(), Chunk::default());
        let result = self.worker.initial(&mut |successor| {
            if run.halt.is_cancelled() {
                return ControlFlow::Break(());
            }
            if chunk.len() == CHUNK {
                packets.push(Packet::new(&chunk));
                chunk.restart(0);
            }
            chunk.push(successor.fingerprint, successor.state);
            ControlFlow::Continue(())
        });
        // The worker may have changed its layout before it emitted the first.
        let layout = self.worker.layout();
        if !chunk.is_empty() {
            packets.push(Packet::new(&chunk));
        }
        let push = |packet: Packet| run.frontier.push_packet(0, packet.of_layout(layout));
        run.on_disk(packets.into_iter().try_for_each(push));
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
                    self.seen.release();
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
        let mut state = std::mem::take(&mut self.parent);
        for at in 0..chunk.len() {
            if self.run.halt.is_cancelled() || self.run.is_pausing() {
                return self.put_back(level, chunk, at);
            }
            let key = chunk.key(at);
            state.layout = chunk.layout;
            state.words.clear();
            state.words.extend_from_slice(chunk.state(at));
            if level > 0 {
                if self.expand(level, key, &mut state).is_break() {
                    return self.put_back(level, chunk, at);
                }
            } else {
                self.worker.at(self.progress(0));
                let state = state.fit(&mut self.worker);
                self.judge(Generated { level, from: None, link: Link::INITIAL, state, fingerprint: key });
            }
            if self.run.options.max_states.is_some() {
                self.publish();
            }
        }
        self.parent = state;
        ControlFlow::Continue(())
    }

    #[cold]
    fn put_back(&self, level: u32, chunk: &Chunk, first: usize) -> ControlFlow<()> {
        self.run.on_disk(self.run.frontier.push(level, &chunk.rest(first)));
        ControlFlow::Break(())
    }

    /// Generates and judges all successors of a kept state. Breaks when told to stop meanwhile; the
    /// state then counts as not expanded.
    fn expand(&mut self, level: u32, key: u64, parent: &mut Packed) -> ControlFlow<()> {
        let run = self.run;
        let mut successors = std::mem::take(&mut self.successors);
        successors.clear();
        let (mut judged, mut failed) = (0, false);
        self.worker.at(self.progress(level));
        let mut rest = std::mem::take(&mut self.rest);
        rest.clear();
        let state = parent.fit(&mut self.worker);
        let (layout, foresee, seen) = (self.worker.layout(), self.foresees, &self.seen);
        let actions = &mut self.actions;
        self.worker.known_successors(state, &mut rest, &mut |instance, successor| {
            if foresee {
                seen.prefetch(run.cut(successor.fingerprint));
            }
            actions[instance].generated += 1;
            successors.push(instance as u32, layout, successor.fingerprint, successor.state);
        });
        for &instance in &rest {
            let before = successors.len();
            let state = parent.fit(&mut self.worker);
            let (layout, seen) = (self.worker.layout(), &self.seen);
            let result = self.worker.successors(state, instance, &mut |successor| {
                if foresee {
                    seen.prefetch(run.cut(successor.fingerprint));
                }
                successors.push(instance as u32, layout, successor.fingerprint, successor.state);
                if run.halt.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            if run.halt.is_cancelled() {
                // The successors may be incomplete: no deadlock, no counts.
                for at in 0..before {
                    self.actions[successors.get(at).instance as usize].generated -= 1;
                }
                return ControlFlow::Break(());
            }
            if self.worker.layout() != layout {
                successors.relabel(before, self.worker.layout());
            }
            self.actions[instance].generated += (successors.len() - before) as u64;
            if let Err(failure) = result {
                failed = true;
                let (subject, tail) = (Subject::Failure(Phase::Next, 0), Tail::Kept(key));
                let state = parent.fit(&mut self.worker);
                self.found(level, subject, Some(failure), key, tail, state);
            }
            // All are judged together, so that the set of seen states has been fetched from memory by
            // then; unless it matters what is evaluated first.
            if run.in_order {
                self.judge_all(level, key, parent, &successors, judged);
                judged = successors.len();
            }
        }
        self.rest = rest;
        self.judge_all(level, key, parent, &successors, judged);
        self.tally.generated += self.worker.take_intermediate();
        self.tally.expanded += 1;
        if successors.len() == 0 && !failed && run.options.check_deadlock {
            let state = parent.fit(&mut self.worker);
            self.found(level, Subject::Deadlock, None, key, Tail::Kept(key), state);
        }
        self.successors = successors;
        if run.in_order && self.worker.exit_requested() {
            run.stop(Bound::Spec);
        }
        ControlFlow::Continue(())
    }

    /// Judges the successors of a state from `first` on.
    fn judge_all(&mut self, level: u32, key: u64, parent: &mut Packed, all: &Successors, first: usize) {
        let from = Some(parent.fit(&mut self.worker));
        for at in first..all.len() {
            let Successor { fingerprint, instance, layout, .. } = all.get(at);
            let link = Link { parent: key, instance };
            if layout == self.worker.layout() {
                self.judge(Generated { level, from, link, state: all.state(at), fingerprint });
            } else {
                let mut converted = all.packed(at);
                let state = converted.fit(&mut self.worker);
                self.judge(Generated { level, from, link, state, fingerprint });
            }
        }
    }

    /// Counts, keeps and checks a generated state.
    fn judge(&mut self, new: Generated<'_>) {
        self.tally.generated += 1;
        match self.is_inside(&new) {
            Err(failure) => return self.failed(Phase::Constraint, failure, &new),
            Ok(false) => self.check(new.level, new.state, new.fingerprint, new.tail()),
            Ok(true) => {
                let key = match self.worker.key(new.state, new.fingerprint) {
                    Ok(key) => self.run.cut(key),
                    Err(failure) => return self.failed(Phase::View, failure, &new),
                };
                if let Some(candidates) = &self.run.candidates {
                    // Only levels before this one are in the set while candidates compete.
                    if !self.seen.contains(key) {
                        let layout = self.worker.layout();
                        candidates.offer(key, new.fingerprint, new.link, layout, new.state);
                    }
                } else {
                    if self.insert(key, new.link, new.level) {
                        self.keep(new.level, key, new.state);
                        self.check(new.level, new.state, new.fingerprint, Tail::Kept(key));
                    }
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

    #[inline]
    fn is_inside(&mut self, new: &Generated<'_>) -> Result<bool, Failure> {
        if !self.has_constraints {
            return Ok(true);
        }
        Ok(self.worker.constraint(new.state)?
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

    fn credit(&mut self, instance: u32, by: i64) {
        // Initial states are no instance's.
        if let Some(count) = self.actions.get_mut(instance as usize) {
            count.distinct += by;
        }
    }

    /// Checks the invariants of a state generated while `level` is expanded, and the properties of
    /// initial states if it is one.
    fn check(&mut self, level: u32, state: &State, fingerprint: u64, tail: Tail) {
        for index in 0..self.invariants {
            match self.worker.invariant(index as usize, state) {
                Ok(true) => {}
                Ok(false) => self.found(level + 1, Subject::Invariant(index), None, fingerprint, tail, state),
                Err(failure) => {
                    let subject = Subject::Failure(Phase::Invariant, index);
                    self.found(level + 1, subject, Some(failure), fingerprint, tail, state);
                }
            }
        }
        for index in 0..if level == 0 { self.initial_properties } else { 0 } {
            match self.worker.initial_property(index as usize, state) {
                Ok(true) => {}
                Ok(false) => self.found(1, Subject::InitialProperty(index), None, fingerprint, tail, state),
                Err(failure) => {
                    let subject = Subject::Failure(Phase::InitialProperty, index);
                    self.found(1, subject, Some(failure), fingerprint, tail, state);
                }
            }
        }
    }

    /// Keeps and checks the candidates that won, a share at a time.
    fn settle(&mut self, level: u32) {
        let Some(candidates) = &self.run.candidates else { return };
        self.worker.at(self.progress(level));
        while let Some(winners) = candidates.take() {
            for (key, mut winner) in winners {
                if self.run.halt.is_cancelled() {
                    return;
                }
                // New, unless there is no memory for it: candidates were not seen before.
                if self.insert(key, winner.link, level) {
                    let state = winner.state.fit(&mut self.worker);
                    self.keep(level, key, state);
                    self.check(level, state, winner.fingerprint, Tail::Kept(key));
                }
            }
            self.seen.release();
            self.publish();
        }
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

    fn publish(&mut self) {
        self.run.publish(&mut self.tally);
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
