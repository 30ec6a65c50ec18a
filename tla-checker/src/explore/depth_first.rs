//! The search in depth: one behaviour to its end, then the next alternative.
//!
//! Enters: a [`StateSpace`]. Leaves: the same verdicts and counts as the explorer's where the search comes
//! to its end, except that a trace need not be a shortest one, that of several violations another one may
//! decide, and that the depth is that of the deepest path. With a bound on the depth, a state that is met
//! again nearer to the beginning is expanded again: so all states within the bound are reached. Iterative
//! deepening ([`deepening`]) does that with bound 1, 2, 3 …, until nothing lies beyond the bound: its
//! traces are shortest (Korf: *Depth-first iterative-deepening*, Artificial Intelligence 27, 1985).
//!
//! One thread; only the states of the current path and their alternatives are held, and a key of every
//! other.

use super::finding::{Finding, Findings, Subject, Tail};
use super::followed::Followed;
use super::judge::{self, Fault, Generated};
use super::monitor::Pulse;
use super::packed::{Packed, fit_both};
use super::run::ActionCount;
use super::seen::Link;
use super::successors::Successors;
use super::trace::Behaviour;
use super::{Options, collision_probability, order_warning, refused};
use crate::failure::{Failure, FailureKind};
use crate::observer::{Cancel, Observer};
use crate::outcome::{Bound, Method, Outcome, Phase, Verdict};
use crate::space::{Progress, SpaceWorker, StateSpace};
use crate::value::Numbers;
use rustc_hash::FxHashMap;
use std::ops::ControlFlow;
use std::time::Instant;

/// Searches a space in depth and checks everything it has to check.
pub fn depth_first<S: StateSpace>(
    space: &S,
    options: &Options,
    observer: &dyn Observer,
    cancel: &Cancel,
) -> Outcome {
    run(space, options, Method::DepthFirst, observer, cancel)
}

/// Searches a space in depth, each time a level deeper, at most to `options.max_depth`.
pub fn deepening<S: StateSpace>(
    space: &S,
    options: &Options,
    observer: &dyn Observer,
    cancel: &Cancel,
) -> Outcome {
    run(space, options, Method::Deepening, observer, cancel)
}

fn run<S: StateSpace>(
    space: &S,
    options: &Options,
    method: Method,
    observer: &dyn Observer,
    cancel: &Cancel,
) -> Outcome {
    let search = "depth-first search";
    if let Some(failure) = options.has_files(search).or_else(|| options.has_temporal(space, search)) {
        return refused(failure);
    }
    let started = Instant::now();
    let pulse = Pulse::new(observer, cancel, options.time_limit);
    let mut search = Search {
        space,
        options,
        pulse: &pulse,
        worker: None,
        numbers: options.exact.then(Numbers::default),
        seen: FxHashMap::default(),
        path: Vec::new(),
        limit: options.max_depth,
        cut: 0,
        waiting: 0,
        generated: 0,
        depth: 1,
        actions: vec![ActionCount::default(); space.instances().len()],
        followed: Followed::default(),
        held: None,
        deepening: method == Method::Deepening,
    };
    pulse.over(|| {
        let mut worker = space.worker(0);
        worker.watch(&pulse.halt);
        worker.reseed(options.seed as u64);
        search.worker = Some(worker);
        match method {
            Method::Deepening => search.deepen(),
            _ => search.pass(),
        }
    });
    search.outcome(method, started)
}

/// A state of the current path.
struct Node {
    state: Packed,
    /// The instance it was reached by; none of an initial state.
    instance: Option<usize>,
    /// What is still to be followed from here, the next one last.
    rest: Vec<Entry>,
}

/// A state that is to be followed.
struct Entry {
    state: Packed,
    instance: Option<usize>,
    key: u64,
}

struct Search<'r, S: StateSpace> {
    space: &'r S,
    options: &'r Options,
    pulse: &'r Pulse<'r>,
    worker: Option<S::Worker<'r>>,
    /// What whole states are numbered by, with `--exact`.
    numbers: Option<Numbers>,
    /// The key of each kept state, with the least level at which it was met.
    seen: FxHashMap<u64, u32>,
    path: Vec<Node>,
    limit: Option<u32>,
    /// How many states were not expanded because of the limit.
    cut: u64,
    /// How many states are still to be followed.
    waiting: u64,
    generated: u64,
    depth: u32,
    actions: Vec<ActionCount>,
    followed: Followed,
    /// While deepening, what may yet be outdone by something with a shorter trace.
    held: Option<(Vec<Finding>, Behaviour)>,
    deepening: bool,
}

impl<S: StateSpace> Search<'_, S> {
    /// Passes with a limit that grows until nothing lies beyond it.
    fn deepen(&mut self) {
        let most = self.options.max_depth.unwrap_or(u32::MAX);
        for limit in 1..=most {
            self.limit = Some(limit);
            self.pass();
            if let Some((findings, behaviour)) = self.held.take()
                && !self.follow(findings, &behaviour)
            {
                return;
            }
            if self.cut == 0 || self.pulse.halt.is_cancelled() {
                return;
            }
        }
    }

    /// One search, from the beginning.
    fn pass(&mut self) {
        self.seen.clear();
        self.path.clear();
        (self.cut, self.waiting, self.generated, self.depth) = (0, 0, 0, 1);
        self.actions.fill(ActionCount::default());
        let Some(mut rest) = self.initial() else { return };
        while let Some(Entry { state, instance, key }) = self.next(&mut rest) {
            self.waiting -= 1;
            let level = self.path.len() as u32 + 1;
            if self.seen.get(&key).is_some_and(|&held| held < level) {
                // It was met again nearer to the beginning, and followed there.
                continue;
            }
            if self.limit.is_some_and(|limit| level >= limit) {
                continue;
            }
            self.path.push(Node { state, instance, rest: Vec::new() });
            if !self.expand(level) || self.pulse.halt.is_cancelled() {
                return;
            }
        }
        if let Some(limit) = self.limit {
            self.cut = self.seen.values().filter(|&&level| level >= limit).count() as u64;
            // Within a limit the levels are known: a path may have been longer.
            self.depth = self.seen.values().copied().max().unwrap_or(1);
        }
    }

    /// What is to be followed next; paths whose alternatives are used up are left.
    fn next(&mut self, roots: &mut Vec<Entry>) -> Option<Entry> {
        loop {
            let rest = self.path.last_mut().map_or(&mut *roots, |node| &mut node.rest);
            if let Some(entry) = rest.pop() {
                return Some(entry);
            }
            self.path.pop()?;
        }
    }

    /// The initial states that are kept, the first one last; none when the search is to end.
    fn initial(&mut self) -> Option<Vec<Entry>> {
        self.tell(0);
        let halt = self.pulse.halt.clone();
        let mut successors = Successors::default();
        let worker = self.worker.as_mut()?;
        let result = worker.initial(&mut |successor| {
            successors.push(0, successor);
            if halt.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        self.generated += worker.take_intermediate();
        let mut findings = Findings::default();
        if let Err(failure) = result {
            if failure.kind == FailureKind::Cancelled {
                return None;
            }
            findings.add(Finding::stateless(Phase::Initial, failure));
        }
        let mut kept = Vec::new();
        for at in 0..successors.len() {
            let mut state = successors.packed(at);
            state.fit(self.worker.as_mut()?);
            let fingerprint = successors.get(at).fingerprint;
            let key = self.judge(0, None, &mut state, fingerprint, Tail::Initial, &mut findings)?;
            kept.extend(key.map(|key| Entry { state, instance: None, key }));
        }
        let on = self.record(findings);
        kept.reverse();
        on.then_some(kept)
    }

    /// Generates the successors of the last state of the path. Answers whether the search goes on.
    fn expand(&mut self, level: u32) -> bool {
        let mut findings = Findings::default();
        let Some(mut node) = self.path.pop() else { return false };
        let on = self.successors(level, &mut node, &mut findings);
        node.rest.reverse();
        self.path.push(node);
        on.is_some() && self.record(findings)
    }

    fn successors(&mut self, level: u32, node: &mut Node, findings: &mut Findings) -> Option<()> {
        self.tell(level);
        let (mut stuck, mut failed) = (true, false);
        let halt = self.pulse.halt.clone();
        for instance in 0..self.space.instances().len() {
            let worker = self.worker.as_mut()?;
            let state = node.state.fit(worker);
            let mut successors = Successors::default();
            let result = worker.successors(state, instance, &mut |successor| {
                successors.push(instance as u32, successor);
                if halt.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            if halt.is_cancelled() {
                // The successors may be incomplete.
                return None;
            }
            stuck &= successors.len() == 0;
            self.generated += worker.take_intermediate();
            let tail = Tail::Step(Link { parent: 0, instance: instance as u32 });
            for at in 0..successors.len() {
                self.actions[instance].generated += 1;
                let mut new = successors.packed(at);
                let fingerprint = successors.get(at).fingerprint;
                let seen = self.seen.len();
                let key = self.judge(level, Some(&mut node.state), &mut new, fingerprint, tail, findings)?;
                self.actions[instance].distinct += i64::from(self.seen.len() > seen);
                node.rest.extend(key.map(|key| Entry { state: new, instance: Some(instance), key }));
            }
            if let Err(failure) = result {
                failed = true;
                let fault = (Subject::Failure(Phase::Next, 0), Some(failure));
                offer(findings, level, fault, 0, Tail::Nowhere, &node.state);
            }
        }
        if stuck && !failed && self.options.check_deadlock {
            offer(findings, level, (Subject::Deadlock, None), 0, Tail::Nowhere, &node.state);
        }
        if self.space.order_dependent().is_some() && self.worker.as_mut()?.exit_requested() {
            self.pulse.stop(Bound::Spec);
        }
        Some(())
    }

    /// Counts and checks a state generated from one of this level. Answers the key of one that is to be
    /// followed; nothing at all when the search was ended meanwhile.
    fn judge(
        &mut self,
        level: u32,
        mut from: Option<&mut Packed>,
        new: &mut Packed,
        fingerprint: u64,
        tail: Tail,
        findings: &mut Findings,
    ) -> Option<Option<u64>> {
        self.generated += 1;
        let worker = self.worker.as_mut()?;
        match &mut from {
            Some(from) => fit_both(worker, new, from),
            None => drop(new.fit(worker)),
        }
        let from = from.as_ref().map(|from| from.words.as_slice());
        // What a state before it says is not used: this search is to be plain.
        let generated = Generated { from, judged: None, state: &new.words };
        let mut faults = Vec::new();
        let mut follow = None;
        match judge::is_inside(self.space, worker, generated) {
            Err(fault) => faults.push(fault),
            Ok(false) => {
                judge::state_faults(self.space, worker, generated, &mut faults);
                judge::step_faults(self.space, worker, generated, &mut faults);
            }
            Ok(true) => {
                let key = match &self.numbers {
                    Some(numbers) => worker.identity(&new.words, numbers),
                    None => worker.key(&new.words, fingerprint),
                };
                match key {
                    Err(failure) => faults.push((Subject::Failure(Phase::View, 0), Some(failure))),
                    Ok(key) => {
                        let level = level + 1;
                        let held = self.seen.get(&key).copied();
                        if held.is_none() {
                            judge::state_faults(self.space, worker, generated, &mut faults);
                        }
                        judge::step_faults(self.space, worker, generated, &mut faults);
                        // Without a limit nothing is gained by a shorter way.
                        if held.is_none_or(|held| self.limit.is_some() && held > level) {
                            follow = Some(key);
                            self.seen.insert(key, level);
                            self.depth = self.depth.max(level);
                            self.waiting += 1;
                        }
                    }
                }
            }
        }
        if judge::was_cancelled(&faults) {
            return None;
        }
        for fault in faults {
            offer(findings, level + 1, fault, fingerprint, tail, new);
        }
        if self.options.max_states.is_some_and(|most| self.seen.len() as u64 >= most) {
            self.pulse.stop(Bound::States);
        }
        Some(follow)
    }

    /// Takes over what was found at the end of the path. Answers whether the search goes on.
    fn record(&mut self, mut findings: Findings) -> bool {
        if findings.is_empty() {
            return true;
        }
        let mut behaviour = Behaviour::default();
        for node in &self.path {
            behaviour.push(node.instance, node.state.clone());
        }
        let findings = findings.take();
        // A state without successors is found in the pass after that of its level, which may show longer
        // traces first.
        let may_be_outdone = self.deepening && self.limit.is_some_and(|limit| findings[0].length >= limit);
        if may_be_outdone && !self.options.continue_after_violation {
            self.held.get_or_insert((findings, behaviour));
            return true;
        }
        self.held = None;
        self.follow(findings, &behaviour)
    }

    /// Records what was found at the end of a behaviour. Answers whether the search goes on.
    fn follow(&mut self, findings: Vec<Finding>, behaviour: &Behaviour) -> bool {
        let on = self.followed.add(findings, behaviour, self.options.continue_after_violation);
        if !on {
            self.pulse.halt.cancel();
        }
        on
    }

    fn progress(&self, level: u32) -> Progress {
        let queue = if self.cut > 0 { self.cut } else { self.waiting };
        Progress { generated: self.generated, distinct: self.seen.len() as u64, queue, level }
    }

    fn tell(&mut self, level: u32) {
        let progress = self.progress(level);
        self.pulse.beat(progress);
        if let Some(worker) = &mut self.worker {
            worker.at(progress);
        }
    }

    fn outcome(mut self, method: Method, started: Instant) -> Outcome {
        let mut warnings = order_warning(self.space, self.options);
        if let Some(bug) = self.pulse.bug() {
            self.worker = None;
            let finding = Finding::stateless(Phase::Next, bug);
            self.followed = Followed::default();
            self.followed.add(vec![finding], &Behaviour::default(), false);
        }
        let violations = self.followed.violations(self.space, self.worker.take(), &mut warnings);
        let bound = self.pulse.bound().or((self.cut > 0).then_some(Bound::Depth));
        let end = self.progress(self.depth);
        let names = self.space.instances().iter().map(ToString::to_string);
        let counts = self.actions.iter().map(|c| (c.generated, c.distinct.max(0) as u64));
        Outcome {
            verdict: match (violations.first(), bound) {
                (Some(violation), _) => violation.verdict.clone(),
                (None, Some(bound)) => Verdict::Bounded(bound),
                (None, None) => Verdict::Success,
            },
            violations,
            states_generated: end.generated,
            distinct_states: end.distinct,
            depth: self.depth,
            queue: end.queue,
            seconds: started.elapsed().as_secs_f64(),
            collision_probability: match self.options.exact {
                true => 0.0,
                false => collision_probability(end.generated, end.distinct, 64),
            },
            exact: self.options.exact,
            actions: names.zip(counts).map(|(name, (g, d))| (name, g, d)).collect(),
            method,
            replayed: None,
            warnings,
        }
    }
}

fn offer(
    findings: &mut Findings,
    length: u32,
    (subject, failure): Fault,
    fingerprint: u64,
    tail: Tail,
    last: &Packed,
) {
    let failure = failure.map(Box::<Failure>::new);
    let finding = Finding { length, subject, failure, fingerprint, tail, last: Packed::default() };
    findings.offer(finding, last.layout, &last.words);
}
