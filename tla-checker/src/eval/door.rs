//! The door through which an evaluation sees states: every read of a variable passes here.
//!
//! Enters: values of the variables, now and next. Leaves: those values, and, when asked for, the
//! ordered log of first reads. Holds: nothing else knows a variable's value, so the log is exactly
//! what an evaluation depended on. The next-state half is partial while an action is tried.

use crate::value::Value;
use std::cell::RefCell;

/// A read of a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Read {
    /// In the current state.
    Now(u32),
    /// In the next state.
    Next(u32),
}

/// The two states of a step.
pub struct Door {
    now: Vec<Option<Value>>,
    next: Vec<Option<Value>>,
    /// Whether the halves are exchanged: inside a prime, the next state is the current one.
    shifted: bool,
    /// Whether another state stands in place of the current one (`\cdot`).
    replaced: u32,
    /// The current values' indices in their dictionaries, where they are known.
    indices: Vec<u32>,
    logging: bool,
    log: RefCell<Vec<Read>>,
}

/// No index is known.
const UNKNOWN: u32 = u32::MAX;

impl Door {
    pub(super) fn new(width: usize) -> Self {
        Door {
            now: vec![None; width],
            next: vec![None; width],
            shifted: false,
            replaced: 0,
            indices: vec![UNKNOWN; width],
            logging: false,
            log: RefCell::default(),
        }
    }

    /// Starts a log of reads; [`Door::end_log`] ends it.
    pub fn start_log(&mut self) {
        self.logging = true;
        self.log.get_mut().clear();
    }

    /// The reads since [`Door::start_log`], each variable once a half, in the order of first reads.
    pub fn end_log(&mut self) -> &[Read] {
        self.logging = false;
        self.log.get_mut()
    }

    #[inline]
    fn note(&self, variable: u32, next: bool) {
        if self.logging {
            let read = if next != self.shifted { Read::Next(variable) } else { Read::Now(variable) };
            let mut log = self.log.borrow_mut();
            if !log.contains(&read) {
                log.push(read);
            }
        }
    }

    /// Reads a variable in the current state; none while it is unassigned.
    #[inline]
    pub fn now(&self, variable: u32) -> Option<&Value> {
        self.note(variable, false);
        self.now[variable as usize].as_ref()
    }

    /// Reads a variable in the next state; none while it is unassigned.
    #[inline]
    pub fn next(&self, variable: u32) -> Option<&Value> {
        self.note(variable, true);
        self.next[variable as usize].as_ref()
    }

    /// Whether a variable has a next value; not a read.
    #[inline]
    pub(super) fn has(&self, variable: u32, next: bool) -> bool {
        self.half(next)[variable as usize].is_some()
    }

    fn half(&self, next: bool) -> &Vec<Option<Value>> {
        if next { &self.next } else { &self.now }
    }

    /// Gives a variable a value.
    #[inline]
    pub fn set(&mut self, variable: u32, next: bool, value: Option<Value>) {
        let half = if next { &mut self.next } else { &mut self.now };
        half[variable as usize] = value;
    }

    /// Gives a variable its current value, and that value's index in its dictionary.
    #[inline]
    pub fn load(&mut self, variable: u32, value: Value, index: u32) {
        self.now[variable as usize] = Some(value);
        self.indices[variable as usize] = index;
    }

    /// Reads a variable by the index of its current value, where that is known.
    #[inline]
    pub(super) fn index(&self, variable: u32) -> Option<u32> {
        if self.shifted || self.replaced > 0 {
            return None;
        }
        let index = self.indices[variable as usize];
        if index == UNKNOWN {
            return None;
        }
        self.note(variable, false);
        Some(index)
    }

    /// Forgets the next state.
    pub fn clear_next(&mut self) {
        self.next.fill(None);
    }

    /// Forgets both states.
    pub fn clear(&mut self) {
        self.now.fill(None);
        self.next.fill(None);
        self.shifted = false;
        self.replaced = 0;
        self.indices.fill(UNKNOWN);
    }

    /// The values written so far, for the caller that packs a successor; not reads.
    pub fn written(&self, next: bool) -> &[Option<Value>] {
        self.half(next)
    }

    /// Exchanges the halves, to evaluate under a prime, and back.
    pub(super) fn shift(&mut self) {
        std::mem::swap(&mut self.now, &mut self.next);
        self.shifted = !self.shifted;
    }

    /// Puts another next state in place and returns the one there was.
    pub(super) fn replace_next(&mut self, next: Vec<Option<Value>>) -> Vec<Option<Value>> {
        std::mem::replace(&mut self.next, next)
    }

    /// Puts another current state in place and returns the one there was; [`Door::put_back`] undoes it.
    pub(super) fn replace_now(&mut self, now: Vec<Option<Value>>) -> Vec<Option<Value>> {
        self.replaced += 1;
        std::mem::replace(&mut self.now, now)
    }

    /// Puts the current state back that [`Door::replace_now`] took away, and returns the other.
    pub(super) fn put_back(&mut self, now: Vec<Option<Value>>) -> Vec<Option<Value>> {
        self.replaced -= 1;
        std::mem::replace(&mut self.now, now)
    }

    /// How many variables there are.
    pub fn width(&self) -> usize {
        self.now.len()
    }
}
