//! The state graph as it is found, for temporal properties.
//!
//! Enters: the states that workers keep and the steps between them, each with the atoms that are true of it,
//! judged while both states are at hand. Leaves: a [`Graph`]. Holds: states are numbered level by level, in the
//! order of their keys, so that the graph does not depend on who found what when; a step is judged once,
//! however many actions take it. Steps that leave the constraints are counted, and are not in the graph.

use super::exact::Exact;
use super::run::lock;
use super::seen::Link;
use crate::canary::{Rule, without};
use crate::failure::Failure;
use crate::liveness::Graph;
use crate::space::{SpaceWorker, State};
use crate::temporal::{Atom, Source, Temporal};
use rustc_hash::FxHashMap;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard};

/// The graph of a search.
pub(super) struct Behaviours {
    pages: Mutex<Pages>,
}

/// What there is of it.
#[derive(Default)]
pub(super) struct Pages {
    pub graph: Graph,
    /// By number: the key.
    pub keys: Vec<u64>,
    numbers: FxHashMap<u64, u32>,
    /// Which bits of a set of atoms are about states.
    state_bits: Vec<u64>,
    found: Found,
    /// How many steps were left out because a constraint is false.
    pub cut: u64,
    /// How many states there were when the graph was last checked.
    pub checked: usize,
}

/// States and steps by key.
#[derive(Default)]
struct Found {
    states: Vec<u64>,
    /// Side by side: what is true of the states and of stuttering there.
    state_sets: Vec<u64>,
    /// A state that was expanded, and where its steps begin.
    parents: Vec<(u64, usize)>,
    /// What is enabled there, as far as the search found that out.
    parent_sets: Vec<u64>,
    /// Keys (before they were told from others) and identities.
    steps: Vec<(u64, u64)>,
    step_sets: Vec<u64>,
}

/// What a worker has found and not yet handed over.
pub(super) struct Ledger {
    atoms: Vec<Atom>,
    width: usize,
    /// By action instance, side by side: what its steps to other states satisfy, and what they enable.
    taken: Vec<u64>,
    enabled: Vec<u64>,
    /// Which atoms are evaluated when a state is expanded: others need them there.
    late: Vec<bool>,
    /// What was found of those, of the last states that were expanded.
    recent: VecDeque<(u64, Box<[u64]>)>,
    found: Found,
    /// Whether a key says what the step is: not where states share one.
    keys_tell: bool,
    cut: u64,
}

/// Steps of one state among which a known one is looked for.
const FEW: usize = 256;

impl Ledger {
    /// For one worker.
    pub fn new(temporal: &Temporal, instances: usize, keys_tell: bool) -> Self {
        let (atoms, width) = (temporal.atoms.clone(), width(temporal));
        let (mut taken, mut enabled) = (vec![0; width * instances], vec![0; width * instances]);
        for (number, atom) in atoms.iter().enumerate() {
            let (sets, instances) = match &atom.source {
                Source::Evaluated => continue,
                Source::Taken(instances) => (&mut taken, instances),
                Source::Enabled(instances) => (&mut enabled, instances),
            };
            for &instance in instances {
                sets[instance as usize * width + number / 64] |= 1 << (number % 64);
            }
        }
        let mut late = vec![false; atoms.len()];
        atoms.iter().filter_map(|atom| atom.needs).for_each(|needed| late[needed as usize] = true);
        let recent = VecDeque::new();
        Ledger { atoms, width, taken, enabled, late, recent, found: Found::default(), keys_tell, cut: 0 }
    }

    /// Adds a state that is kept.
    ///
    /// # Errors
    /// The number of an atom, and why it cannot be evaluated.
    pub fn state(
        &mut self,
        worker: &mut impl SpaceWorker,
        key: u64,
        state: &State,
    ) -> Result<(), (u32, Failure)> {
        let start = self.found.state_sets.len();
        self.found.state_sets.resize(start + self.width, 0);
        for (number, atom) in self.atoms.iter().enumerate() {
            let truth = match (&atom.source, atom.step, atom.stuttering) {
                _ if self.late[number] => continue,
                (_, false, _) => worker.atom(number, state, None),
                (_, true, Some(truth)) => Ok(truth),
                (_, true, None) => worker.atom(number, state, Some(state)),
            };
            if truth.map_err(|failure| (number as u32, failure))? {
                self.found.state_sets[start + number / 64] |= 1 << (number % 64);
            }
        }
        self.found.states.push(key);
        Ok(())
    }

    /// Adds what has to be known of a state that is expanded.
    ///
    /// # Errors
    /// The number of an atom, and why it cannot be evaluated.
    pub fn expand(
        &mut self,
        worker: &mut impl SpaceWorker,
        key: u64,
        state: &State,
    ) -> Result<(), (u32, Failure)> {
        let mut set: Box<[u64]> = vec![0; self.width].into();
        for (number, atom) in self.atoms.iter().enumerate() {
            if self.late[number] && atom.source == Source::Evaluated {
                let truth = worker.atom(number, state, None);
                if truth.map_err(|failure| (number as u32, failure))? {
                    set[number / 64] |= 1 << (number % 64);
                }
            }
        }
        self.found.parents.push((key, self.found.steps.len()));
        self.found.parent_sets.extend_from_slice(&set);
        // One state waits to be judged while the next is expanded.
        if self.recent.len() > 1 {
            self.recent.pop_front();
        }
        self.recent.push_back((key, set));
        Ok(())
    }

    /// Notes a step by an instance to another state.
    fn take(&mut self, link: Link) -> usize {
        let (found, width) = (&mut self.found, self.width);
        if found.parents.last().is_none_or(|last| last.0 != link.parent) {
            found.parents.push((link.parent, found.steps.len()));
            found.parent_sets.resize(found.parents.len() * width, 0);
        }
        let start = found.parent_sets.len() - width;
        let enabled = &self.enabled[link.instance as usize * width..][..width];
        found.parent_sets[start..].iter_mut().zip(enabled).for_each(|(all, own)| *all |= own);
        found.parents.last().map_or(0, |last| last.1)
    }

    /// Adds a step to a state that is inside the constraints.
    ///
    /// # Errors
    /// The number of an atom, and why it cannot be evaluated.
    pub fn step(
        &mut self,
        worker: &mut impl SpaceWorker,
        link: Link,
        (from, state): (Option<&State>, &State),
        to: (u64, u64),
    ) -> Result<(), (u32, Failure)> {
        let Some(from) = from else { return Ok(()) };
        // Layouts are the same here; equal words are equal states.
        if self.keys_tell && from == state {
            return Ok(());
        }
        let (first, width) = (self.take(link), self.width);
        let taken = &self.taken[link.instance as usize * width..][..width];
        let found = &mut self.found;
        let known = &found.steps[first..];
        if self.keys_tell
            && known.len() <= FEW
            && let Some(at) = known.iter().position(|step| *step == to)
        {
            let set = &mut found.step_sets[(first + at) * width..][..width];
            set.iter_mut().zip(taken).for_each(|(all, own)| *all |= own);
            return Ok(());
        }
        let start = found.step_sets.len();
        found.step_sets.extend_from_slice(taken);
        let parent = self.recent.iter().find(|(key, _)| *key == link.parent).map(|(_, set)| set);
        for (number, atom) in self.atoms.iter().enumerate() {
            if atom.step && atom.source == Source::Evaluated {
                if let (Some(set), Some(needed)) = (parent, atom.needs)
                    && self.atoms[needed as usize].source == Source::Evaluated
                    && set[needed as usize / 64] >> (needed % 64) & 1 == 0
                {
                    continue;
                }
                let truth = worker.atom(number, from, Some(state));
                if truth.map_err(|failure| (number as u32, failure))? {
                    self.found.step_sets[start + number / 64] |= 1 << (number % 64);
                }
            }
        }
        self.found.steps.push(to);
        Ok(())
    }

    /// Counts a step out of the constraints: it is enabled all the same.
    pub fn cut(&mut self, link: Link, from: Option<&State>, state: &State) {
        self.cut += 1;
        if from.is_some_and(|from| from != state) && !without(Rule::Enabled) {
            self.take(link);
        }
    }
}

fn width(temporal: &Temporal) -> usize {
    temporal.atoms.len().div_ceil(64).max(1)
}

impl Behaviours {
    /// No states yet.
    pub fn new(temporal: &Temporal) -> Self {
        let mut state_bits = vec![0; width(temporal)];
        for (number, _) in temporal.atoms.iter().enumerate().filter(|(_, atom)| !atom.step) {
            state_bits[number / 64] |= 1 << (number % 64);
        }
        let graph = Graph::new(temporal.atoms.len());
        Behaviours { pages: Mutex::new(Pages { graph, state_bits, ..Pages::default() }) }
    }

    /// Takes over what a worker found.
    pub fn add(&self, ledger: &mut Ledger) {
        let mut pages = lock(&self.pages);
        pages.cut += std::mem::take(&mut ledger.cut);
        let (into, from) = (&mut pages.found, &mut ledger.found);
        let before = into.steps.len();
        into.parents.extend(from.parents.drain(..).map(|(key, start)| (key, before + start)));
        into.parent_sets.append(&mut from.parent_sets);
        into.states.append(&mut from.states);
        into.state_sets.append(&mut from.state_sets);
        into.steps.append(&mut from.steps);
        into.step_sets.append(&mut from.step_sets);
    }

    /// Adds to the graph what was found while a level was expanded (level 0: the initial states); only
    /// between levels.
    pub fn end_level(&self, exact: Option<&Exact>, level: u32) {
        lock(&self.pages).turn(exact, level);
    }

    /// The graph.
    pub fn pages(&self) -> MutexGuard<'_, Pages> {
        lock(&self.pages)
    }
}

impl Pages {
    fn turn(&mut self, exact: Option<&Exact>, level: u32) {
        let Found { states, state_sets, parents, parent_sets, steps, step_sets } =
            std::mem::take(&mut self.found);
        let width = self.state_bits.len();
        let expanded = self.graph.len();
        let mut order: Vec<(u64, usize)> = states.iter().copied().zip(0..).collect();
        order.sort_unstable();
        for (key, at) in order {
            if self.numbers.contains_key(&key) {
                continue;
            }
            let label = self.graph.labels.number(&state_sets[at * width..][..width]);
            let number = self.graph.add(label);
            self.numbers.insert(key, number);
            self.keys.push(key);
            if level == 0 {
                self.graph.initial.push(number);
            }
        }
        // By number: where the steps of a state begin and end. Some states were expanded in several goes.
        let mut ranges: Vec<(u32, usize, usize, usize)> = Vec::with_capacity(parents.len());
        for (at, &(key, start)) in parents.iter().enumerate() {
            let end = parents.get(at + 1).map_or(steps.len(), |next| next.1);
            if let Some(&number) = self.numbers.get(&key) {
                ranges.push((number, at, start, end));
            }
        }
        ranges.sort_unstable();
        let mut rest = ranges.as_slice();
        let (mut set, mut own) = (vec![0; width], Vec::new());
        for state in self.graph.expanded() as u32..expanded as u32 {
            own.clear();
            let (mine, others) = rest.split_at(rest.iter().take_while(|range| range.0 == state).count());
            rest = others;
            set.copy_from_slice(self.graph.labels.set(self.graph.stuttering(state)));
            for &(_, at, ..) in mine {
                let enabled = &parent_sets[at * width..][..width];
                set.iter_mut().zip(enabled).for_each(|(all, own)| *all |= own);
            }
            let stuttering = self.graph.labels.number(&set);
            self.graph.relabel(state, stuttering);
            for &(_, _, start, end) in mine {
                for at in start..end {
                    let (key, identity) = steps[at];
                    // A state for which there was no memory has no key.
                    let key = exact.map_or(Some(key), |exact| exact.find(key, identity));
                    let Some(&to) = key.and_then(|key| self.numbers.get(&key)) else { continue };
                    let of_step = &step_sets[at * width..][..width];
                    let of_state = self.graph.labels.set(stuttering).iter().zip(&self.state_bits);
                    set.iter_mut().zip(of_step).zip(of_state).for_each(|((all, step), (state, bits))| {
                        *all = step | (state & bits);
                    });
                    own.push((to, self.graph.labels.number(&set)));
                }
            }
            self.graph.expand(&mut own);
        }
    }
}
