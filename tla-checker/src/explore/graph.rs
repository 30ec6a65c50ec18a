//! The state graph as it is found, for a dump of it.
//!
//! Enters: the states that workers keep and the steps between them. Leaves: both, level by level, to a
//! [`Sink`]. Holds: a level's states are written when the level is expanded, each with its steps, sorted,
//! so that the file does not depend on who found what when; more than two levels are never held. A step
//! to a state whose key is settled at the end of the level is looked up then. Steps that differ in
//! nothing but the choice are one. States wait as canonical bytes.

use super::exact::Exact;
use super::run::lock;
use super::seen::Link;
use crate::dump::{Dump, Names, Sink, State, Step};
use crate::space::StateSpace;
use crate::value::Datum;
use std::io;
use std::sync::Mutex;

/// A graph that is being written.
pub(super) struct Graph {
    pages: Mutex<Pages>,
}

struct Pages {
    /// `None` once it is closed.
    sink: Option<Sink>,
    /// The states of the level that is being expanded.
    level: Vec<Kept>,
    /// Those of the next.
    next: Vec<Kept>,
    /// The steps between them.
    steps: Vec<Taken>,
    /// The last level that was written.
    levels: u32,
}

struct Kept {
    key: u64,
    values: Box<[u8]>,
}

struct Taken {
    from: u64,
    to: (u64, u64),
    instance: u32,
}

impl Taken {
    fn order(&self) -> (u64, u64, u32) {
        (self.from, self.to.0, self.instance)
    }
}

/// What a worker has found and not yet handed over.
#[derive(Default)]
pub(super) struct Sketch {
    states: Vec<Kept>,
    steps: Vec<Taken>,
}

impl Sketch {
    /// Adds a state that is kept.
    pub fn state(&mut self, key: u64, values: &[Datum]) {
        let mut bytes = Vec::new();
        values.iter().for_each(|value| value.encode(&mut bytes));
        self.states.push(Kept { key, values: bytes.into() });
    }

    /// Adds a step to the state with this key (before it was told from others) and identity.
    pub fn step(&mut self, link: Link, to: (u64, u64)) {
        if link != Link::INITIAL {
            self.steps.push(Taken { from: link.parent, to, instance: link.instance });
        }
    }
}

impl Graph {
    /// The graph of a space, if it is wanted and nobody has written it.
    pub fn begin<S: StateSpace>(dump: &Dump, space: &S) -> Option<Self> {
        let mut sink = dump.take()?;
        sink.begin(&names(space));
        let pages =
            Pages { sink: Some(sink), level: Vec::new(), next: Vec::new(), steps: Vec::new(), levels: 0 };
        Some(Graph { pages: Mutex::new(pages) })
    }

    /// Takes over what a worker found.
    pub fn add(&self, sketch: &mut Sketch) {
        let mut pages = lock(&self.pages);
        pages.next.append(&mut sketch.states);
        pages.steps.append(&mut sketch.steps);
    }

    /// Writes the states of a level that has been expanded, with their steps; only between levels.
    pub fn end_level<S: StateSpace>(&self, space: &S, exact: Option<&Exact>, level: u32) {
        lock(&self.pages).turn(&names(space), exact, level);
    }

    /// Writes the states that were not expanded, and closes the file.
    pub fn end<S: StateSpace>(&self, space: &S) -> io::Result<()> {
        let mut pages = lock(&self.pages);
        let level = pages.levels + 1;
        pages.turn(&names(space), None, level);
        pages.sink.take().map_or(Ok(()), |sink| sink.end(&names(space)))
    }
}

fn names<S: StateSpace>(space: &S) -> Names<'_> {
    Names { variables: space.variables(), instances: space.instances() }
}

impl Pages {
    /// Writes a level, and goes on to the next.
    fn turn(&mut self, names: &Names<'_>, exact: Option<&Exact>, level: u32) {
        let Some(sink) = &mut self.sink else { return };
        if let Some(exact) = exact {
            // A state for which there was no memory has no key, and none is 0.
            let key = |(key, identity)| exact.find(key, identity).unwrap_or(0);
            self.steps.iter_mut().for_each(|step| step.to.0 = key(step.to));
            self.steps.retain(|step| step.to.0 != 0);
        }
        self.steps.sort_unstable_by_key(Taken::order);
        self.steps.dedup_by_key(|step| step.order());
        self.level.sort_unstable_by_key(|kept| kept.key);
        let (mut rest, mut own) = (self.steps.as_slice(), Vec::new());
        for kept in &self.level {
            rest = &rest[rest.partition_point(|step| step.from < kept.key)..];
            let (mine, others) = rest.split_at(rest.partition_point(|step| step.from == kept.key));
            rest = others;
            own.clear();
            own.extend(mine.iter().map(|step| Step { to: step.to.0, instance: step.instance }));
            let values = values(&kept.values);
            sink.state(names, &State { id: kept.key, level, values: &values }, &own);
        }
        self.steps.clear();
        sink.end_level();
        self.level = std::mem::take(&mut self.next);
        self.levels = level;
    }
}

fn values(mut bytes: &[u8]) -> Vec<Datum> {
    let mut values = Vec::new();
    while !bytes.is_empty() {
        values.push(Datum::decode(&mut bytes).expect("encoded by `Sketch::state`"));
    }
    values
}
