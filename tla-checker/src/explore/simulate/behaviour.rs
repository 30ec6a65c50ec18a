//! One random behaviour.
//!
//! Enters: the number of a behaviour. Leaves: a [`Report`]. Holds: what is drawn depends on the seed, the
//! number, and which successors there are; not on the worker, its layout or what it has learned, for
//! successors are put in the order of their fingerprints first.

use super::ledger::{Found, Lasso, Report};
use super::{DEPTH, Run, file, finding};
use crate::explore::finding::{Findings, Subject, Tail};
use crate::explore::judge::{self, Generated};
use crate::explore::lassos::{Lassos, Unknown};
use crate::explore::packed::{Packed, fit_all, fit_both};
use crate::explore::seen::Link;
use crate::explore::successors::Successors;
use crate::explore::trace::{self, Behaviour};
use crate::failure::{Failure, FailureKind};
use crate::outcome::{Bound, Phase};
use crate::space::{Known, Progress, SpaceWorker, StateSpace};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rustc_hash::{FxHashMap, FxHashSet};
use std::ops::ControlFlow;
use std::sync::atomic::Ordering;

/// The random choices of one behaviour.
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    /// Those of the behaviour with this number.
    pub fn new(seed: i64, number: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        let mut stream = ChaCha8Rng::from_seed(key);
        stream.set_stream(number);
        Dice(stream)
    }

    /// A number below `n`, all about equally likely.
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.0.next_u64()) * n as u128) >> 64) as usize
    }
}

/// A worker of a simulation, confined to its thread.
pub(super) struct Walker<'r, S: StateSpace> {
    pub run: &'r Run<'r, S>,
    pub worker: S::Worker<'r>,
    /// The instances, in order but while one is drawn.
    deck: Vec<u32>,
    drawn: Vec<usize>,
    /// The successors of the current state that are known, and the instances that must be evaluated.
    known: Vec<Known>,
    rest: Vec<usize>,
    successors: Successors,
}

/// What became of a step.
enum Step {
    /// It was taken, by this instance.
    To(u32, Packed),
    /// There is none.
    End,
    /// Something is wrong.
    Found(Findings),
    /// The run is to end.
    Stopped,
}

impl<'r, S: StateSpace> Walker<'r, S> {
    /// A worker for the calling thread.
    pub fn new(run: &'r Run<'r, S>, index: usize) -> Self {
        let mut worker = run.space.worker(index);
        worker.watch(&run.halt);
        Walker {
            run,
            worker,
            deck: (0..run.space.instances().len() as u32).collect(),
            drawn: Vec::new(),
            known: Vec::new(),
            rest: Vec::new(),
            successors: Successors::default(),
        }
    }

    /// Generates behaviours until there are to be no more.
    pub fn walk(&mut self) {
        while let Some(place) = self.run.next() {
            let Some(report) = self.follow(place) else { return };
            self.run.post(place, report);
            if self.run.in_order && self.worker.exit_requested() {
                self.run.stop(Bound::Spec);
            }
        }
    }

    /// Generates the behaviour at a place; none if the run ended meanwhile.
    fn follow(&mut self, place: u64) -> Option<Report> {
        let (run, options) = (self.run, self.run.options);
        let number = options.first.wrapping_add(place);
        let mut dice = Dice::new(run.search.seed, number);
        self.worker.reseed(dice.0.next_u64());
        let initial = run.initial.get()?;
        let mut now = initial[dice.below(initial.len())].clone();
        let mut judged_in = now.layout;
        let mut report = Report::default();
        let mut behaviour = Behaviour::default();
        behaviour.push(None, now.clone());
        let mut level = 1;
        let mut found = None;
        while level <= run.search.max_depth.unwrap_or(DEPTH) {
            if run.is_over(place) {
                return None;
            }
            match self.step(level, &mut now, judged_in, &mut dice, &mut report) {
                Step::To(instance, next) => {
                    behaviour.push(Some(instance as usize), next.clone());
                    (judged_in, now) = (next.layout, next);
                    level += 1;
                }
                Step::End => break,
                Step::Found(findings) => {
                    found = Found::new(findings, behaviour.clone());
                    break;
                }
                Step::Stopped => return None,
            }
        }
        if run.options.check && found.is_none() {
            match self.lasso(&behaviour) {
                Ok(lasso) => report.lasso = lasso,
                Err((_, (_, failure))) if failure.kind == FailureKind::Cancelled => return None,
                Err((length, (atom, failure))) => {
                    let (subject, states) = (Subject::Failure(Phase::Temporal, atom), length as u32);
                    let fault = finding(states, subject, Some(failure), 0, Tail::Nowhere);
                    let (mut findings, last) = (Findings::default(), &behaviour.states[length - 1]);
                    findings.offer(fault, last.layout, &last.words);
                    let behaviour = Behaviour {
                        states: behaviour.states[..length].to_vec(),
                        instances: behaviour.instances[..length].to_vec(),
                    };
                    found = Found::new(findings, behaviour);
                }
            }
            if run.halt.is_cancelled() {
                return None;
            }
        }
        report.length = level;
        if let Some(instance) = found.as_ref().and_then(Found::last_step) {
            report.length += 1;
            report.fired.push((instance, 0, 1));
        }
        if options.files.is_some() {
            let shown = trace::display(run.space, &mut self.worker, behaviour, &mut Vec::new());
            report.text = Some(file::module(options, number, &shown));
        }
        report.found = found;
        Some(report)
    }

    /// A behaviour made of the steps of this one that violates a temporal property.
    ///
    /// # Errors
    /// After how many states an atom cannot be evaluated, and why.
    fn lasso(&mut self, behaviour: &Behaviour) -> Result<Option<Lasso>, (usize, Unknown)> {
        let run = self.run;
        let Some(mut lassos) = Lassos::new(run.space, run.search) else { return Ok(None) };
        let mut path = behaviour.states.clone();
        fit_all(&mut self.worker, &mut path);
        let (mut numbers, mut taken) = (FxHashMap::default(), FxHashSet::default());
        let (mut states, mut before): (Vec<Packed>, Option<(u32, &Packed)>) = (Vec::new(), None);
        for (at, state) in path.iter().enumerate() {
            let failed = |unknown| (at + 1, unknown);
            self.worker.at(Progress { level: at as u32, ..Progress::default() });
            let number = match numbers.get(&state.words) {
                Some(&number) => number,
                None => {
                    let added = lassos.state(&mut self.worker, &state.words, at == 0);
                    let number = added.map_err(failed)?;
                    numbers.insert(&state.words, number);
                    states.push(state.clone());
                    number
                }
            };
            if let Some((from, last)) = before
                && taken.insert((from, number))
            {
                let (from, to) = ((from, &last.words[..]), (number, &state.words[..]));
                lassos.step(&mut self.worker, from, to).map_err(failed)?;
            }
            before = Some((number, state));
        }
        Ok(lassos.check(1, &run.halt).map(|met| Lasso { met, states }))
    }

    /// Draws an instance that has a successor inside the constraints, and one of those.
    fn step(
        &mut self,
        level: u32,
        now: &mut Packed,
        judged_in: u32,
        dice: &mut Dice,
        report: &mut Report,
    ) -> Step {
        let run = self.run;
        let generated = run.generated.load(Ordering::Relaxed) + report.generated;
        self.worker.at(Progress { level, generated, ..Progress::default() });
        self.know(now);
        let (mut any, mut step, mut stale) = (false, Step::End, false);
        self.drawn.clear();
        while self.drawn.len() < self.deck.len() {
            let instance = self.draw(dice);
            if let Err(failure) = self.expand(now, instance, &mut stale) {
                step = match failure.kind {
                    FailureKind::Cancelled => Step::Stopped,
                    _ => {
                        let mut findings = Findings::default();
                        let subject = Subject::Failure(Phase::Next, 0);
                        let fault = finding(level, subject, Some(failure), 0, Tail::Nowhere);
                        findings.offer(fault, now.layout, &now.words);
                        Step::Found(findings)
                    }
                };
                break;
            }
            if run.halt.is_cancelled() {
                // The successors may be incomplete.
                step = Step::Stopped;
                break;
            }
            let count = self.successors.len() as u64;
            any |= count > 0;
            report.generated += count + self.worker.take_intermediate();
            report.fired.push((instance, count, 0));
            step = self.choose(level, now, judged_in, instance, dice);
            if !matches!(step, Step::End) {
                break;
            }
        }
        while let Some(with) = self.drawn.pop() {
            self.deck.swap(self.drawn.len(), with);
        }
        match step {
            Step::To(instance, _) => report.fired.push((instance, 0, 1)),
            Step::End if !any && run.options.check && run.search.check_deadlock => {
                let mut findings = Findings::default();
                let deadlock = finding(level, Subject::Deadlock, None, 0, Tail::Nowhere);
                findings.offer(deadlock, now.layout, &now.words);
                return Step::Found(findings);
            }
            _ => {}
        }
        step
    }

    /// An instance that was not drawn before in this step.
    fn draw(&mut self, dice: &mut Dice) -> u32 {
        let at = self.drawn.len();
        let with = at + dice.below(self.deck.len() - at);
        self.deck.swap(at, with);
        self.drawn.push(with);
        self.deck[at]
    }

    /// Finds out which successors are known.
    fn know(&mut self, now: &mut Packed) {
        self.known.clear();
        self.rest.clear();
        let state = now.fit(&mut self.worker);
        self.worker.known_successors(state, &mut self.rest, &mut self.known);
    }

    /// Collects the successors by an instance. What is known is so until something is evaluated.
    fn expand(&mut self, now: &mut Packed, instance: u32, stale: &mut bool) -> Result<(), Failure> {
        self.successors.clear();
        if *stale || self.rest.contains(&(instance as usize)) {
            *stale = true;
            let (successors, halt) = (&mut self.successors, &self.run.halt);
            let state = now.fit(&mut self.worker);
            return self.worker.successors(state, instance as usize, &mut |successor| {
                successors.push(instance, successor);
                if halt.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
        }
        let layout = self.worker.layout();
        for &known in self.known.iter().filter(|known| known.instance == instance) {
            let into = self.successors.add(instance, layout, known.fingerprint, now.words.len());
            self.worker.build(&now.words, known, into);
        }
        Ok(())
    }

    /// Checks the different successors by an instance and draws one of those inside the constraints.
    fn choose(
        &mut self,
        level: u32,
        now: &mut Packed,
        judged_in: u32,
        instance: u32,
        dice: &mut Dice,
    ) -> Step {
        let run = self.run;
        let (mut inside, mut findings) = (Vec::new(), Findings::default());
        for at in self.successors.distinct() {
            let mut new = self.successors.packed(at);
            fit_both(&mut self.worker, &mut new, now);
            let judged = (judged_in == now.layout).then_some(now.words.as_slice());
            let generated = Generated { from: Some(&now.words), judged, state: &new.words };
            let mut faults = Vec::new();
            let is_inside = judge::is_inside(run.space, &mut self.worker, generated);
            if run.options.check && is_inside.is_ok() {
                judge::state_faults(run.space, &mut self.worker, generated, &mut faults);
                judge::step_faults(run.space, &mut self.worker, generated, &mut faults);
            }
            match is_inside {
                Ok(true) => inside.push(at),
                Ok(false) => {}
                Err(fault) => faults.push(fault),
            }
            if judge::was_cancelled(&faults) {
                return Step::Stopped;
            }
            let fingerprint = self.successors.get(at).fingerprint;
            for (subject, failure) in faults {
                let tail = Tail::Step(Link { parent: 0, instance });
                findings.offer(
                    finding(level + 1, subject, failure, fingerprint, tail),
                    new.layout,
                    &new.words,
                );
            }
        }
        if !findings.is_empty() {
            return Step::Found(findings);
        }
        if inside.is_empty() {
            return Step::End;
        }
        let mut next = self.successors.packed(inside[dice.below(inside.len())]);
        next.fit(&mut self.worker);
        Step::To(instance, next)
    }
}

#[cfg(test)]
mod tests {
    use super::Dice;

    /// The choices of a seed are part of what users rely on: recorded seeds must stay good.
    #[test]
    fn the_stream_of_a_behaviour_stays_as_it_is() {
        let draw = |seed, number| {
            let mut dice = Dice::new(seed, number);
            [1000, 1000, 6, 2, 1].map(|n| dice.below(n))
        };
        assert_eq!(draw(0, 0), draw(0, 0));
        assert_ne!(draw(0, 0), draw(0, 1));
        assert_ne!(draw(0, 0), draw(-1, 0));
        assert_eq!(draw(42, 7), RECORDED);
    }

    const RECORDED: [usize; 5] = [185, 580, 5, 1, 0];

    #[test]
    fn all_numbers_below_are_drawn_about_as_often() {
        let mut dice = Dice::new(1, 1);
        let mut counts = [0; 5];
        (0..50_000).for_each(|_| counts[dice.below(5)] += 1);
        assert!(counts.iter().all(|count| (9_600..10_400).contains(count)), "{counts:?}");
    }
}
