//! The search as plainly as it can be written: one thread, a hash map of whole values, no fingerprints.
//!
//! Enters: a [`StateSpace`]. Leaves: the same [`Outcome`] as [`explore`](super::explore) gives: verdict,
//! counts, depth and the length of each trace are equal, which is the explorer's standing differential
//! test (`--reference`). Of several shortest traces another one may be shown.
//!
//! What does not happen here: threads, links, replays, packed comparisons. States are told apart by
//! `Vec<Datum>`, or by the value of the VIEW. Where several states of a level share a VIEW, the one with
//! the smallest fingerprint stands for them, as in the explorer; the values settle ties, so a
//! fingerprint never decides whether two states are one.

mod liveness;

use super::finding::{Finding, Findings, Record, Subject, Tail};
use super::packed::Packed;
use super::run::ActionCount;
use super::seen::Link;
use super::trace::{self, Behaviour};
use super::{Options, order_warning, refused};
use crate::failure::{Failure, FailureKind};
use crate::observer::{Cancel, Observer};
use crate::outcome::{Bound, Method, Outcome, Phase, Verdict, Violation};
use crate::space::{Progress, SpaceWorker, State, StateSpace};
use crate::value::Datum;
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

/// A kept state.
struct Node {
    state: Packed,
    /// The node it was reached from and by which instance; `None` for initial states.
    from: Option<(usize, usize)>,
    level: u32,
}

/// Searches a space and checks everything it has to check, slowly and obviously.
/// `options.workers`, `options.fingerprint_bits` and `options.exact` have no meaning here.
pub fn explore<S: StateSpace>(
    space: &S,
    options: &Options,
    observer: &dyn Observer,
    cancel: &Cancel,
) -> Outcome {
    if let Some(failure) = options.has_files("--reference") {
        return refused(failure);
    }
    if space.has_view() && !space.properties().temporal.duties.is_empty() {
        return refused(super::not_built("--reference", "VIEW and temporal properties"));
    }
    let started = Instant::now();
    let halt = cancel.child();
    let mut worker = space.worker(0);
    worker.watch(&halt);
    worker.reseed(options.seed as u64);
    let mut search = Search {
        space,
        options,
        observer,
        worker,
        halt,
        started,
        reported: started,
        nodes: Vec::new(),
        index: HashMap::new(),
        actions: vec![ActionCount::default(); space.instances().len()],
        generated: 0,
        expanded: 0,
        level: 0,
        findings: Findings::default(),
        bound: None,
    };
    let mut record = Record::default();
    search.run(&mut record);
    search.outcome(&record)
}

struct Search<'r, S: StateSpace + 'r> {
    space: &'r S,
    options: &'r Options,
    observer: &'r dyn Observer,
    worker: S::Worker<'r>,
    halt: Cancel,
    started: Instant,
    reported: Instant,
    /// The kept states, in order of discovery.
    nodes: Vec<Node>,
    /// What tells states apart, to the position in `nodes`.
    index: HashMap<Vec<Datum>, usize>,
    actions: Vec<ActionCount>,
    generated: u64,
    expanded: usize,
    /// The level being expanded; 0 while initial states are generated.
    level: u32,
    findings: Findings,
    bound: Option<Bound>,
}

impl<'r, S: StateSpace + 'r> Search<'r, S> {
    fn run(&mut self, record: &mut Record) {
        self.initial();
        loop {
            // Everything before `end` belongs to a level that is complete.
            let end = self.nodes.len();
            if self.settles() && self.bound.is_none() {
                self.check_new_states();
            }
            let complete = self.expanded == end && self.bound.is_none();
            self.report();
            let found = self.findings.take();
            if self.level == 0 && found.is_empty() {
                self.observer.initial(self.progress());
            }
            let on = record.add(found, self.options.continue_after_violation);
            if complete {
                self.bound = None;
            }
            if !on || complete || self.bound.is_some() {
                return;
            }
            if self.options.max_depth.is_some_and(|most| self.level + 1 >= most) {
                self.bound = Some(Bound::Depth);
                return;
            }
            self.level += 1;
            for node in self.expanded..end {
                self.expand(node);
                if self.bound.is_some() {
                    break;
                }
            }
        }
    }

    /// Whether states that share a VIEW are settled at the end of a level.
    fn settles(&self) -> bool {
        self.space.has_view() && self.space.order_dependent().is_none()
    }

    /// A kept state in the worker's layout.
    fn state(&mut self, node: usize) -> Vec<u32> {
        self.nodes[node].state.fit(&mut self.worker).to_vec()
    }

    fn initial(&mut self) {
        self.tell();
        let (mut states, halt) = (Vec::<Vec<u32>>::new(), &self.halt);
        let result = self.worker.initial(&mut |successor| {
            states.push(successor.state.to_vec());
            if halt.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        self.generated += self.worker.take_intermediate();
        for state in states {
            self.tell();
            self.judge(None, &state);
            self.watch_bounds();
            if self.bound.is_some() {
                return;
            }
        }
        if let Err(failure) = result {
            self.found(0, Subject::Failure(Phase::Initial, 0), Some(failure), Tail::Nowhere, &[]);
        }
        self.watch_bounds();
    }

    fn expand(&mut self, node: usize) {
        let (mut stuck, mut failed) = (true, false);
        self.tell();
        for instance in 0..self.space.instances().len() {
            let state = self.state(node);
            let (mut successors, halt) = (Vec::<Vec<u32>>::new(), &self.halt);
            let result = self.worker.successors(&state, instance, &mut |successor| {
                successors.push(successor.state.to_vec());
                if halt.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            self.watch_bounds();
            if self.bound.is_some() {
                return;
            }
            stuck &= successors.is_empty();
            for successor in successors {
                self.actions[instance].generated += 1;
                self.judge(Some((node, instance)), &successor);
            }
            if let Err(failure) = result {
                failed = true;
                let state = self.state(node);
                let subject = Subject::Failure(Phase::Next, 0);
                self.found(self.level, subject, Some(failure), Tail::Kept(node as u64), &state);
            }
        }
        self.generated += self.worker.take_intermediate();
        self.expanded += 1;
        if stuck && !failed && self.options.check_deadlock {
            let state = self.state(node);
            self.found(self.level, Subject::Deadlock, None, Tail::Kept(node as u64), &state);
        }
        if self.space.order_dependent().is_some() && self.worker.exit_requested() {
            self.bound.get_or_insert(Bound::Spec);
        }
        self.watch_bounds();
    }

    /// Counts, keeps and checks a generated state.
    fn judge(&mut self, from: Option<(usize, usize)>, state: &State) {
        self.generated += 1;
        let parent = from.map(|(node, _)| self.state(node));
        let tail = match from {
            None => Tail::Initial,
            Some((node, instance)) => Tail::Step(Link { parent: node as u64, instance: instance as u32 }),
        };
        let inside = match self.worker.constraint(None, state) {
            Ok(true) => match &parent {
                Some(parent) => self.worker.action_constraint(parent, state),
                None => Ok(true),
            },
            other => other,
        };
        match inside {
            Err(failure) => {
                let subject = Subject::Failure(Phase::Constraint, 0);
                return self.found(self.level + 1, subject, Some(failure), tail, state);
            }
            Ok(false) => self.check(state, tail),
            Ok(true) => match self.identity(state) {
                Err(failure) => {
                    let subject = Subject::Failure(Phase::View, 0);
                    return self.found(self.level + 1, subject, Some(failure), tail, state);
                }
                Ok(identity) => self.keep(identity, from, state),
            },
        }
        let Some(parent) = parent else { return };
        for index in 0..self.space.properties().actions.len() {
            let holds = self.worker.action_property(index, &parent, state);
            let (violated, failed) = (
                Subject::ActionProperty(index as u32),
                Subject::Failure(Phase::ActionProperty, index as u32),
            );
            self.verdict(holds, violated, failed, tail, state);
        }
    }

    /// What tells a state apart from others.
    fn identity(&mut self, state: &State) -> Result<Vec<Datum>, Failure> {
        if !self.space.has_view() {
            return Ok(self.worker.values(state));
        }
        let view = self.worker.view_value(state)?;
        Ok(vec![view.ok_or_else(|| Failure::internal("the space has a VIEW and does not tell its value"))?])
    }

    fn keep(&mut self, identity: Vec<Datum>, from: Option<(usize, usize)>, state: &State) {
        let level = self.level + 1;
        let known = self.index.get(&identity).copied();
        match known {
            None => {
                let node = self.nodes.len();
                self.index.insert(identity, node);
                self.nodes.push(Node { state: Packed::new(&self.worker, state), from, level });
                self.credit(from, 1);
                if !self.settles() {
                    self.check(state, Tail::Kept(node as u64));
                }
            }
            Some(node) if self.settles() && self.nodes[node].level == level => {
                let held = self.state(node);
                if self.rank(state) < self.rank(&held) {
                    self.credit(self.nodes[node].from, -1);
                    self.credit(from, 1);
                    self.nodes[node] = Node { state: Packed::new(&self.worker, state), from, level };
                }
            }
            Some(_) => {}
        }
    }

    fn rank(&mut self, state: &State) -> (u64, Vec<Datum>) {
        (self.worker.fingerprint(state), self.worker.values(state))
    }

    fn credit(&mut self, from: Option<(usize, usize)>, by: i64) {
        if let Some((_, instance)) = from {
            self.actions[instance].distinct += by;
        }
    }

    /// Checks the states that stand for their VIEWs now that their level is complete.
    fn check_new_states(&mut self) {
        for node in self.expanded..self.nodes.len() {
            if self.nodes[node].level == self.level + 1 {
                let state = self.state(node);
                self.check(&state, Tail::Kept(node as u64));
            }
        }
    }

    /// Checks the invariants of a state, and the properties of initial states if it is one.
    fn check(&mut self, state: &State, tail: Tail) {
        for index in 0..self.space.properties().invariants.len() {
            let holds = self.worker.invariant(index, None, state);
            let (violated, failed) =
                (Subject::Invariant(index as u32), Subject::Failure(Phase::Invariant, index as u32));
            self.verdict(holds, violated, failed, tail, state);
        }
        if self.level > 0 {
            return;
        }
        for index in 0..self.space.properties().initial.len() {
            let holds = self.worker.initial_property(index, state);
            let (violated, failed) = (
                Subject::InitialProperty(index as u32),
                Subject::Failure(Phase::InitialProperty, index as u32),
            );
            self.verdict(holds, violated, failed, tail, state);
        }
    }

    fn verdict(
        &mut self,
        holds: Result<bool, Failure>,
        violated: Subject,
        failed: Subject,
        tail: Tail,
        state: &State,
    ) {
        match holds {
            Ok(true) => {}
            Ok(false) => self.found(self.level + 1, violated, None, tail, state),
            Err(failure) => self.found(self.level + 1, failed, Some(failure), tail, state),
        }
    }

    fn found(&mut self, length: u32, subject: Subject, failure: Option<Failure>, tail: Tail, last: &State) {
        if failure.as_ref().is_some_and(|f| f.kind == FailureKind::Cancelled) {
            self.bound.get_or_insert(Bound::Cancelled);
            return;
        }
        let failure = failure.map(Box::new);
        let finding = Finding { length, subject, failure, fingerprint: 0, tail, last: Packed::default() };
        self.findings.offer(finding, self.worker.layout(), last);
    }

    /// Looks whether the search is to end early.
    fn watch_bounds(&mut self) {
        if self.halt.is_cancelled() {
            self.bound.get_or_insert(Bound::Cancelled);
        }
        if self.options.max_states.is_some_and(|most| self.nodes.len() as u64 >= most) {
            self.bound.get_or_insert(Bound::States);
        }
        if self.options.time_limit.is_some_and(|limit| self.started.elapsed() >= limit) {
            self.bound.get_or_insert(Bound::Time);
        }
        if self.reported.elapsed() >= Duration::from_millis(200) {
            self.report();
        }
    }

    fn progress(&self) -> Progress {
        Progress {
            generated: self.generated,
            distinct: self.nodes.len() as u64,
            queue: (self.nodes.len() - self.expanded) as u64,
            level: self.level,
        }
    }

    fn tell(&mut self) {
        let progress = self.progress();
        self.worker.at(progress);
    }

    fn report(&mut self) {
        self.reported = Instant::now();
        if self.observer.progress(self.progress()).is_break() {
            self.bound.get_or_insert(Bound::Observer);
        }
    }

    fn outcome(mut self, record: &Record) -> Outcome {
        let mut warnings = order_warning(self.space, &Options { workers: 1, ..self.options.clone() });
        let mut violations = Vec::new();
        for finding in record.findings() {
            let behaviour = self.behaviour(finding);
            violations.push(trace::violation(
                self.space,
                &mut self.worker,
                finding,
                behaviour,
                &mut warnings,
            ));
        }
        let failed = violations.iter().any(|v| matches!(v.verdict, Verdict::Failure(..)));
        let on = violations.is_empty() || self.options.continue_after_violation && !failed;
        if on && self.bound.is_none() && !self.halt.is_cancelled() {
            match self.temporal(&mut warnings) {
                Ok(more) => violations.extend(more),
                Err(failure) => {
                    violations.push(Violation::bare(Verdict::Failure(Phase::Temporal, Box::new(failure))));
                }
            }
        }
        let first = violations.first().map(|v: &Violation| v.verdict.clone());
        let names = self.space.instances().iter().map(ToString::to_string);
        let counts = self.actions.iter().map(|c| (c.generated, c.distinct.max(0) as u64));
        Outcome {
            verdict: first.unwrap_or(self.bound.map_or(Verdict::Success, Verdict::Bounded)),
            violations,
            states_generated: self.generated,
            distinct_states: self.nodes.len() as u64,
            depth: self.nodes.iter().map(|n| n.level).max().unwrap_or(1),
            queue: (self.nodes.len() - self.expanded) as u64,
            seconds: self.started.elapsed().as_secs_f64(),
            collision_probability: 0.0,
            exact: true,
            actions: names.zip(counts).map(|(name, (g, d))| (name, g, d)).collect(),
            method: Method::BreadthFirst,
            replayed: None,
            warnings,
        }
    }

    /// From an initial state to the finding's last.
    fn behaviour(&self, finding: &Finding) -> Behaviour {
        let mut behaviour = Behaviour::default();
        let mut at = match finding.tail {
            Tail::Nowhere => return behaviour,
            Tail::Kept(node) => Some(node as usize),
            Tail::Initial => {
                behaviour.push(None, finding.last.clone());
                None
            }
            Tail::Step(link) => {
                behaviour.push(Some(link.instance as usize), finding.last.clone());
                Some(link.parent as usize)
            }
        };
        while let Some(node) = at {
            let node = &self.nodes[node];
            behaviour.push(node.from.map(|(_, instance)| instance), node.state.clone());
            at = node.from.map(|(parent, _)| parent);
        }
        behaviour.reverse();
        behaviour
    }
}
