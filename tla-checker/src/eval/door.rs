//! The door through which an evaluation sees states: every read of a variable passes here.
//!
//! Enters: packed states, and the values that an action assigns. Leaves: the values of variables and
//! of their components, and the log of the words that were read. Holds: nothing else knows a state, so
//! the log is exactly what an evaluation depended on; what an action has assigned is no read, but what
//! it has kept of the current state is, when it is looked at. The next-state half is partial while an
//! action is tried.

use crate::canary::{Rule, without};
use crate::state::{Log, Misfit, Op, PartId, Read, Store, settle};
use crate::value::{Interner, Limits, Symbol, Value, ValueError};
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

/// What a half knows of a variable.
#[derive(Clone)]
pub(crate) enum Assigned {
    /// Nothing.
    No,
    /// It is as in the first or the second packed state.
    Words(usize),
    /// It has been given a value.
    Value(Value),
    /// It is as in the first packed state, but for some components.
    Edited(Rc<Edited>),
}

/// A change of a component.
#[derive(Clone)]
pub(crate) struct Edit {
    /// The component.
    pub part: PartId,
    /// What becomes of it.
    pub change: Change,
}

/// What becomes of a component.
#[derive(Clone)]
pub(crate) enum Change {
    /// It is given a value.
    Write(Value),
    /// A set: these elements are added.
    Add(Value),
    /// A set: these elements are removed.
    Remove(Value),
}

/// The components of a variable that are changed: written ones are disjoint from all others.
pub(crate) struct Edited {
    edits: Vec<Edit>,
    root: PartId,
    whole: OnceCell<Value>,
}

/// Where a value lies.
#[derive(Clone, Copy)]
pub(crate) enum Spot<'d> {
    /// Here.
    Value(&'d Value),
    /// In a packed state.
    Part(usize, PartId),
    /// In the first packed state, with changes.
    Edited(&'d Edited, PartId),
}

/// A packed state that can be read.
#[derive(Default)]
struct Packed {
    words: Vec<u32>,
    /// Values of parts that are not leaves, once they were needed.
    built: Vec<OnceCell<Value>>,
    touched: RefCell<Vec<PartId>>,
}

impl Packed {
    fn load(&mut self, words: &[u32], parts: usize) {
        self.words.clear();
        self.words.extend_from_slice(words);
        for part in self.touched.get_mut().drain(..) {
            self.built[part as usize] = OnceCell::new();
        }
        if self.built.len() != parts {
            self.built = vec![OnceCell::new(); parts];
        }
    }
}

/// The two states of a step.
pub struct Door {
    /// Words to values.
    pub(crate) store: Store,
    packed: [Packed; 2],
    now: Vec<Assigned>,
    next: Vec<Assigned>,
    /// How many variables next states inside ENABLED have, beyond those of the spec.
    hidden: usize,
    /// Whether the halves are exchanged: inside a prime, the next state is the current one.
    shifted: bool,
    /// Which packed states the halves are, where they are whole.
    sources: [Option<usize>; 2],
    /// Whether another state stands in place of the current one (`\cdot`).
    replaced: u32,
    logging: bool,
    log: RefCell<Log>,
}

impl Door {
    pub(super) fn new(store: Store, width: usize, hidden: usize) -> Self {
        Door {
            store,
            packed: [Packed::default(), Packed::default()],
            now: vec![Assigned::No; width],
            next: vec![Assigned::No; width],
            hidden,
            shifted: false,
            sources: [None, None],
            replaced: 0,
            logging: false,
            log: RefCell::default(),
        }
    }

    /// The log, to begin and to end what is logged.
    pub(crate) fn logging<T>(&mut self, f: impl FnOnce(&mut Log) -> T) -> T {
        let log = self.log.get_mut();
        let result = f(log);
        self.logging = log.is_on();
        result
    }

    /// Whether reads are being logged.
    #[inline]
    pub(crate) fn is_logging(&self) -> bool {
        self.logging
    }

    /// The words of the two states together: what tries are keyed by.
    pub(crate) fn log_words(&self) -> usize {
        2 * self.store.layout.width
    }

    /// Takes note of a read of a packed state.
    #[inline]
    pub(super) fn note(&self, state: usize, read: Read, value: u32) {
        if self.logging {
            let offset = (state * self.store.layout.width) as u32;
            let read = match read {
                Read::Word(word) => Read::Word(word + offset),
                Read::Bit(word, bit) => Read::Bit(word + offset, bit),
                Read::Size(_) | Read::Same(..) => read,
            };
            self.log.borrow_mut().read(read, value);
        }
    }

    fn note_part(&self, state: usize, part: PartId) {
        if self.logging {
            let p = &self.store.layout.parts[part as usize];
            for word in p.first..p.first + p.words {
                self.note(state, Read::Word(word), self.packed[state].words[word as usize]);
            }
        }
    }

    /// The value of a part of a packed state.
    #[inline]
    fn part(&self, state: usize, part: PartId) -> &Value {
        self.note_part(state, part);
        let packed = &self.packed[state];
        let p = &self.store.layout.parts[part as usize];
        if p.form == crate::state::Form::Leaf {
            return self.store.leaf(p.first, packed.words[p.first as usize]);
        }
        packed.built[part as usize].get_or_init(|| {
            packed.touched.borrow_mut().push(part);
            self.store.value(&packed.words, part)
        })
    }

    /// The value of a part that is kept in one piece.
    #[inline]
    pub(super) fn leaf(&self, state: usize, part: PartId) -> Option<&Value> {
        let p = &self.store.layout.parts[part as usize];
        if p.form != crate::state::Form::Leaf {
            return None;
        }
        let value = self.packed[state].words[p.first as usize];
        self.note(state, Read::Word(p.first), value);
        Some(self.store.leaf(p.first, value))
    }

    fn half(&self, next: bool) -> &Vec<Assigned> {
        if next { &self.next } else { &self.now }
    }

    /// Where a variable's value lies; none while it is unassigned.
    #[inline]
    pub(crate) fn spot(&self, variable: u32, next: bool) -> Option<Spot<'_>> {
        match &self.half(next)[variable as usize] {
            Assigned::No => None,
            Assigned::Words(state) => Some(Spot::Part(*state, self.root(variable))),
            Assigned::Value(value) => Some(Spot::Value(value)),
            Assigned::Edited(edited) => Some(Spot::Edited(edited, edited.root)),
        }
    }

    /// The part that a variable is.
    #[inline]
    pub(crate) fn root(&self, variable: u32) -> PartId {
        self.store.layout.roots[variable as usize]
    }

    /// Where the value lies that a function has for an argument; none where that is an error, or has to
    /// be found out otherwise.
    pub(crate) fn component<'d>(&'d self, spot: Spot<'d>, key: &Value) -> Option<Spot<'d>> {
        match spot {
            Spot::Value(value) => value.apply(key).ok().map(Spot::Value),
            Spot::Part(state, part) => match self.store.component(part, key) {
                Some(inner) => Some(Spot::Part(state, inner)),
                None => self.part(state, part).apply(key).ok().map(Spot::Value),
            },
            Spot::Edited(edited, part) => Some(self.inside(edited, self.store.component(part, key)?)),
        }
    }

    /// The same for the field of a record.
    pub(crate) fn field<'d>(&'d self, spot: Spot<'d>, name: &Symbol) -> Option<Spot<'d>> {
        match spot {
            Spot::Value(value) => value.select(name).ok().map(Spot::Value),
            Spot::Part(state, part) => match self.store.field(part, name) {
                Some(inner) => Some(Spot::Part(state, inner)),
                None => self.part(state, part).select(name).ok().map(Spot::Value),
            },
            Spot::Edited(edited, part) => Some(self.inside(edited, self.store.field(part, name)?)),
        }
    }

    fn inside<'d>(&'d self, edited: &'d Edited, part: PartId) -> Spot<'d> {
        for edit in &edited.edits {
            if edit.part == part
                && let Change::Write(value) = &edit.change
            {
                return Spot::Value(value);
            }
        }
        if edited.edits.iter().any(|edit| self.covers(part, edit.part)) {
            Spot::Edited(edited, part)
        } else {
            Spot::Part(0, part)
        }
    }

    /// Whether a part is another one or around it.
    pub(crate) fn covers(&self, outer: PartId, inner: PartId) -> bool {
        let parts = &self.store.layout.parts;
        let (o, i) = (&parts[outer as usize], &parts[inner as usize]);
        outer <= inner && o.first <= i.first && i.first + i.words <= o.first + o.words
    }

    /// The value that lies there, where it need not be put together first.
    pub(crate) fn look<'d>(&'d self, spot: Spot<'d>) -> Option<&'d Value> {
        match spot {
            Spot::Value(value) => Some(value),
            Spot::Part(state, part) => Some(self.part(state, part)),
            Spot::Edited(edited, part) if part == edited.root => {
                self.note_edited(edited);
                Some(edited.whole.get_or_init(|| self.put_together(edited, part)))
            }
            Spot::Edited(..) => None,
        }
    }

    /// The value that lies there.
    pub(crate) fn take(&self, spot: Spot<'_>) -> Value {
        match (self.look(spot), spot) {
            (Some(value), _) => value.clone(),
            (None, Spot::Edited(edited, part)) => self.put_together(edited, part),
            (None, _) => unreachable!("only what is edited has to be put together"),
        }
    }

    fn note_edited(&self, edited: &Edited) {
        if self.logging && !without(Rule::ReadBack) {
            // What is written over is no longer read; all else is.
            let p = &self.store.layout.parts[edited.root as usize];
            for word in p.first..p.first + p.words {
                let written = edited.edits.iter().any(|edit| {
                    let part = &self.store.layout.parts[edit.part as usize];
                    matches!(edit.change, Change::Write(_))
                        && (part.first..part.first + part.words).contains(&word)
                });
                if !written {
                    self.note(0, Read::Word(word), self.packed[0].words[word as usize]);
                }
            }
        }
    }

    fn put_together(&self, edited: &Edited, part: PartId) -> Value {
        match self.inside(edited, part) {
            Spot::Value(value) => value.clone(),
            Spot::Part(state, part) => self.part(state, part).clone(),
            Spot::Edited(..) => match self.store.function(part) {
                Some((keys, parts)) => {
                    let values = parts.iter().map(|&inner| self.put_together(edited, inner)).collect();
                    Value::function_on(keys, values)
                }
                None => self.changed_set(edited, part),
            },
        }
    }

    fn changed_set(&self, edited: &Edited, part: PartId) -> Value {
        let mut set = self.part(0, part).clone();
        for edit in edited.edits.iter().filter(|edit| edit.part == part) {
            let changed = match &edit.change {
                Change::Write(value) => Ok(value.clone()),
                Change::Add(more) => set.union(more, &Limits::DEFAULT),
                Change::Remove(less) => set.difference(less, &Limits::DEFAULT),
            };
            // What is added was compared with the universe before.
            set = changed.unwrap_or(set);
        }
        set
    }

    /// The value of a variable; none while it is unassigned.
    #[inline]
    pub(crate) fn value(&self, variable: u32, next: bool) -> Option<&Value> {
        self.look(self.spot(variable, next)?)
    }

    /// Whether a variable is the same in both halves, where both are packed: equal words are equal
    /// values, whatever they are. Other words are other values, and may be such as cannot be compared.
    pub(crate) fn is_same(&self, variable: u32) -> Option<bool> {
        let (Assigned::Words(a), Assigned::Words(b)) =
            (&self.now[variable as usize], &self.next[variable as usize])
        else {
            return None;
        };
        if a == b {
            return Some(true);
        }
        let root = self.root(variable);
        let p = &self.store.layout.parts[root as usize];
        if self.logging && self.log.borrow().is_of_steps() {
            for word in p.first..p.first + p.words {
                let same = self.packed[0].words[word as usize] == self.packed[1].words[word as usize];
                self.note(0, Read::Same(word, 0), same.into());
                if !same {
                    return None;
                }
            }
            return Some(true);
        }
        self.note_part(*a, root);
        self.note_part(*b, root);
        let words = p.first as usize..(p.first + p.words) as usize;
        (self.packed[*a].words[words.clone()] == self.packed[*b].words[words]).then_some(true)
    }

    /// Whether a set kept as bits has an element; none where that has to be found out otherwise.
    pub(crate) fn contains(
        &self,
        (state, part): (usize, PartId),
        element: &Value,
    ) -> Result<Option<bool>, ValueError> {
        match self.store.find_element(part, element)? {
            Some(index) => Ok(Some(self.has(state, part, index))),
            // No set has an element that nobody knows, as long as nobody does.
            None if self.store.known(part).comparable(element) => {
                self.enumerated(part);
                Ok(Some(false))
            }
            None => Ok(None),
        }
    }

    /// Whether a set kept as bits has the element with this index.
    pub(crate) fn has(&self, state: usize, part: PartId, element: u32) -> bool {
        let (word, bit) = self.store.bit(part, element);
        let value = self.packed[state].words[word as usize] >> bit & 1;
        self.note(state, Read::Bit(word, bit), value);
        value == 1
    }

    /// The same, where it is no read: the log has it that the evaluation is about the element.
    pub(crate) fn is_set(&self, state: usize, part: PartId, element: u32) -> bool {
        let (word, bit) = self.store.bit(part, element);
        self.packed[state].words[word as usize] >> bit & 1 == 1
    }

    /// Notes that the elements a set may have were enumerated.
    pub(crate) fn enumerated(&self, part: PartId) {
        if without(Rule::Size) {
            return;
        }
        let dictionary = self.store.layout.parts[part as usize].dictionary.as_ref();
        let id = dictionary.expect("a set").id;
        self.note(0, Read::Size(id), self.store.size(id));
    }

    /// Whether a variable has a next value; not a read.
    #[inline]
    pub(super) fn has_value(&self, variable: u32, next: bool) -> bool {
        !matches!(self.half(next)[variable as usize], Assigned::No)
    }

    /// Whether what a variable is now can be named without being read, so that it can be kept or
    /// changed in part.
    pub(super) fn is_packed(&self, variable: u32) -> bool {
        !self.shifted && self.replaced == 0 && matches!(self.now[variable as usize], Assigned::Words(0))
    }

    /// What a half knows of a variable.
    pub(super) fn assigned(&self, variable: u32, next: bool) -> &Assigned {
        &self.half(next)[variable as usize]
    }

    /// Gives a variable a value, or takes it away.
    #[inline]
    pub(super) fn set(&mut self, variable: u32, next: bool, value: Assigned) {
        let half = if next { &mut self.next } else { &mut self.now };
        half[variable as usize] = value;
    }

    /// A variable with some components changed.
    pub(super) fn edited(&self, variable: u32, mut edits: Vec<Edit>) -> Assigned {
        let root = self.root(variable);
        match edits.as_mut_slice() {
            [] => Assigned::Words(0),
            [Edit { part, change: Change::Write(value) }] if *part == root => Assigned::Value(value.clone()),
            _ => Assigned::Edited(Rc::new(Edited { edits, root, whole: OnceCell::new() })),
        }
    }

    /// Puts a packed state behind the door as the current one; there is no next one.
    pub(crate) fn load(&mut self, words: &[u32]) {
        self.packed[0].load(words, self.store.layout.parts.len());
        self.now.fill(Assigned::Words(0));
        self.next.fill(Assigned::No);
        self.sources = [Some(0), None];
        self.shifted = false;
        self.replaced = 0;
    }

    /// Puts a packed state behind the door as the next one.
    pub(crate) fn load_next(&mut self, words: &[u32]) {
        self.packed[1].load(words, self.store.layout.parts.len());
        self.next.fill(Assigned::Words(1));
        self.sources[1] = Some(1);
    }

    /// Forgets both states, and what was being logged.
    pub(crate) fn clear(&mut self) {
        self.now.fill(Assigned::No);
        self.next.fill(Assigned::No);
        self.sources = [None, None];
        self.shifted = false;
        self.replaced = 0;
        self.logging(Log::clear);
    }

    /// Whether the halves are exchanged.
    pub(super) fn is_shifted(&self) -> bool {
        self.shifted
    }

    /// The variables without a value.
    pub(super) fn missing(&self, next: bool) -> impl Iterator<Item = usize> {
        let half = self.half(next).iter().enumerate();
        half.filter(|(_, value)| matches!(value, Assigned::No)).map(|(variable, _)| variable)
    }

    /// The operations that make the state of a half out of the current packed state; not reads. An error
    /// names the variable whose value does not fit.
    pub(crate) fn operations(
        &mut self,
        next: bool,
        ops: &mut Vec<Op>,
        interner: &mut Interner,
    ) -> Result<(), (usize, Misfit)> {
        ops.clear();
        let half = if next { &self.next } else { &self.now };
        for (variable, assigned) in half.iter().enumerate() {
            let root = self.store.layout.roots[variable];
            let packed = match assigned {
                Assigned::No | Assigned::Words(_) => Ok(()),
                Assigned::Value(value) => self.store.pack(root, value, ops, interner),
                Assigned::Edited(edited) => {
                    let start = ops.len();
                    let mut edits = edited.edits.iter();
                    let packed = edits.try_for_each(|edit| change(&mut self.store, edit, ops, interner));
                    settle(ops, start);
                    packed
                }
            };
            packed.map_err(|misfit| (variable, misfit))?;
        }
        Ok(())
    }

    /// Exchanges the halves, to evaluate under a prime, and back.
    pub(super) fn shift(&mut self) {
        std::mem::swap(&mut self.now, &mut self.next);
        self.sources.swap(0, 1);
        self.shifted = !self.shifted;
    }

    /// Puts another next state in place and returns the one there was.
    pub(super) fn replace_next(&mut self, next: Vec<Assigned>) -> Vec<Assigned> {
        let whole = next.iter().all(|value| matches!(value, Assigned::Words(1)));
        self.sources[1] = (whole && !next.is_empty()).then_some(1);
        std::mem::replace(&mut self.next, next)
    }

    /// Puts another current state in place and returns the one there was; [`Door::put_back`] undoes it.
    pub(super) fn replace_now(&mut self, now: Vec<Assigned>) -> Vec<Assigned> {
        self.replaced += 1;
        std::mem::replace(&mut self.now, now)
    }

    /// Puts the current state back that [`Door::replace_now`] took away, and returns the other.
    pub(super) fn put_back(&mut self, now: Vec<Assigned>) -> Vec<Assigned> {
        self.replaced -= 1;
        std::mem::replace(&mut self.now, now)
    }

    /// A state in which nothing has a value.
    pub(super) fn blank(&self) -> Vec<Assigned> {
        vec![Assigned::No; self.now.len()]
    }

    /// The same, for ENABLED.
    pub(super) fn blank_inside_enabled(&self) -> Vec<Assigned> {
        vec![Assigned::No; self.store.layout.roots.len() + self.hidden]
    }

    /// Whether only next states inside ENABLED have a variable.
    pub(super) fn is_hidden(&self, variable: u32) -> bool {
        variable as usize >= self.store.layout.roots.len()
    }

    /// The packed state that is the current one, whole and as it is, and its words.
    #[inline]
    pub(super) fn whole(&self) -> Option<(usize, &[u32])> {
        let state = self.sources[0]?;
        (self.replaced == 0).then(|| (state, self.packed[state].words.as_slice()))
    }

    /// The number that logs give to the first word of a packed state.
    pub(super) fn first_word(&self, state: usize) -> u32 {
        (state * self.store.layout.width) as u32
    }
}

fn change(store: &mut Store, edit: &Edit, ops: &mut Vec<Op>, interner: &mut Interner) -> Result<(), Misfit> {
    let (set, adds) = match &edit.change {
        Change::Write(value) => return store.pack(edit.part, value, ops, interner),
        Change::Add(set) => (set, true),
        Change::Remove(set) => (set, false),
    };
    for element in set.set_elements().unwrap_or_default() {
        let (word, bit) = if adds {
            let index = store.member(edit.part, element, interner)?;
            store.bit(edit.part, index)
        } else {
            // What is in no state's set need not be removed.
            match store.known(edit.part).find(element) {
                Some(index) if store.holds(edit.part, index) => store.bit(edit.part, index),
                _ => continue,
            }
        };
        let (bit, term) = (1 << bit, store.bit_terms(word, 1 << bit));
        ops.push(if adds { Op::add(word, bit, term) } else { Op::remove(word, bit, term) });
    }
    Ok(())
}
