//! Fingerprints of states, defined on values and never on how they are laid out.
//!
//! The fingerprint of a state is the wrapping sum of *terms*, one for each atom: a function
//! contributes a term of its kind and those of its values, each on a path longer by the argument; a
//! set contributes a term of its kind and one for each element, encoded whole; anything else is one
//! term. A term is the hash of a single buffer: the path, a mark, the content. So a layout that keeps
//! a value in pieces adds the very same terms as one that keeps it whole, an update adds and
//! subtracts what changed, and a state has one fingerprint on every machine.
//!
//! The sum is kept as it is; [`Sum::finalise`] mixes it once, for the table.
//!
//! The hash covers the path itself: with a seed in its place sums collide (that was measured).

use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use super::codec::{self, FIRST_FREE};
use super::view::{Shape, View};
use super::{Fault, Limits, Result, Value};

const ATOM: u8 = FIRST_FREE;
const SET: u8 = FIRST_FREE + 1;
const ELEMENT: u8 = FIRST_FREE + 2;
const FUNCTION: u8 = FIRST_FREE + 3;

/// A sum of terms: 64 bits, or 128 where that is too few.
pub trait Sum: Copy + Eq + Default + std::fmt::Debug {
    /// The term of a buffer.
    fn of(buffer: &[u8]) -> Self;
    /// This sum with a term more.
    #[must_use]
    fn plus(self, term: Self) -> Self;
    /// This sum with a term less.
    #[must_use]
    fn minus(self, term: Self) -> Self;
    /// The sum mixed, so that every bit of it depends on every bit.
    #[must_use]
    fn finalise(self) -> Self;
}

impl Sum for u64 {
    #[inline]
    fn of(buffer: &[u8]) -> u64 {
        xxh3_64(buffer)
    }

    #[inline]
    fn plus(self, term: u64) -> u64 {
        self.wrapping_add(term)
    }

    #[inline]
    fn minus(self, term: u64) -> u64 {
        self.wrapping_sub(term)
    }

    /// MurmurHash3's finaliser: a bijection.
    #[inline]
    fn finalise(self) -> u64 {
        let mut h = self;
        h ^= h >> 33;
        h = h.wrapping_mul(0xff51_afd7_ed55_8ccd);
        h ^= h >> 33;
        h = h.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
        h ^ (h >> 33)
    }
}

impl Sum for u128 {
    #[inline]
    fn of(buffer: &[u8]) -> u128 {
        xxh3_128(buffer)
    }

    #[inline]
    fn plus(self, term: u128) -> u128 {
        self.wrapping_add(term)
    }

    #[inline]
    fn minus(self, term: u128) -> u128 {
        self.wrapping_sub(term)
    }

    /// A bijection: the halves are mixed and stirred into one another.
    #[inline]
    fn finalise(self) -> u128 {
        let low = (self as u64).finalise();
        let high = ((self >> 64) as u64).wrapping_add(low).finalise();
        let low = low.wrapping_add(high).finalise();
        (u128::from(high) << 64) | u128::from(low)
    }
}

/// Where in a state a value stands: the variable and the arguments of the functions around it.
#[derive(Clone, Debug)]
pub struct Path {
    bytes: Vec<u8>,
}

impl Path {
    /// The path of a variable.
    pub fn variable(name: &str) -> Path {
        let mut bytes = Vec::with_capacity(64);
        codec::encode_string(name, &mut bytes);
        Path { bytes }
    }

    /// The path itself; different paths have different bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Goes on to the value at an argument; [`Path::leave`] with the result comes back.
    pub fn enter<T: Shape>(&mut self, argument: &T) -> Result<usize> {
        let before = self.bytes.len();
        if let Err(error) = codec::encode(argument, &mut self.bytes) {
            self.bytes.truncate(before);
            return Err(error);
        }
        Ok(before)
    }

    /// Goes on to the value at the index of a tuple, counted from one.
    pub fn enter_index(&mut self, index: i64) -> usize {
        let before = self.bytes.len();
        codec::encode_int(index, &mut self.bytes);
        before
    }

    /// Goes on to the field of a record.
    pub fn enter_field(&mut self, name: &str) -> usize {
        let before = self.bytes.len();
        codec::encode_string(name, &mut self.bytes);
        before
    }

    /// Comes back to where `enter` was called.
    pub fn leave(&mut self, before: usize) {
        self.bytes.truncate(before);
    }

    /// The term that a set contributes at this path beside those of its elements.
    pub fn set_term<S: Sum>(&mut self) -> S {
        self.marked(SET)
    }

    /// The term that a function (tuple, record) contributes at this path beside those of its values.
    pub fn function_term<S: Sum>(&mut self) -> S {
        self.marked(FUNCTION)
    }

    /// The term of an element of the set at this path.
    pub fn element_term<S: Sum, T: Shape>(&mut self, element: &T) -> Result<S> {
        self.content(ELEMENT, element)
    }

    /// The sum of the terms of a value at this path.
    pub fn terms<S: Sum, T: Shape>(&mut self, value: &T) -> Result<S> {
        let mut sum = S::default();
        self.add_terms(value, &mut sum)?;
        Ok(sum)
    }

    fn add_terms<S: Sum, T: Shape>(&mut self, value: &T, sum: &mut S) -> Result<()> {
        match value.view() {
            View::Set(elements) => self.add_elements(elements, sum),
            View::Tuple(elements) => {
                *sum = sum.plus(self.function_term());
                for (at, element) in elements.iter().enumerate() {
                    let before = self.enter_index(at as i64 + 1);
                    let added = self.add_terms(element, sum);
                    self.leave(before);
                    added?;
                }
                Ok(())
            }
            View::Record(len) => {
                *sum = sum.plus(self.function_term());
                for at in 0..len {
                    let (name, field) = value.field(at);
                    let before = self.enter_field(name);
                    let added = self.add_terms(field, sum);
                    self.leave(before);
                    added?;
                }
                Ok(())
            }
            View::Function(len) => {
                *sum = sum.plus(self.function_term());
                for at in 0..len {
                    let (key, inner) = value.pair(at);
                    let before = self.enter(key)?;
                    let added = self.add_terms(inner, sum);
                    self.leave(before);
                    added?;
                }
                Ok(())
            }
            View::Unforced(Value::Closure(c)) => {
                let domain = c.domain.clone();
                Err(Fault::InfiniteFunction { op: "a state", domain }.into())
            }
            View::Unforced(set) => {
                let built = set.explicit("a state", &Limits::DEFAULT)?;
                self.add_elements(built.elements(), sum)
            }
            _ => {
                *sum = sum.plus(self.content(ATOM, value)?);
                Ok(())
            }
        }
    }

    fn add_elements<S: Sum, T: Shape>(&mut self, elements: &[T], sum: &mut S) -> Result<()> {
        *sum = sum.plus(self.set_term());
        for element in elements {
            *sum = sum.plus(self.element_term(element)?);
        }
        Ok(())
    }

    fn marked<S: Sum>(&mut self, mark: u8) -> S {
        self.bytes.push(mark);
        let term = S::of(&self.bytes);
        self.bytes.pop();
        term
    }

    fn content<S: Sum, T: Shape>(&mut self, mark: u8, value: &T) -> Result<S> {
        let before = self.bytes.len();
        self.bytes.push(mark);
        let encoded = codec::encode(value, &mut self.bytes);
        let term = S::of(&self.bytes);
        self.bytes.truncate(before);
        encoded.map(|()| term)
    }
}

/// The sum of the terms of a variable's value: what it contributes to the fingerprint of a state.
pub fn variable_terms<S: Sum, T: Shape>(name: &str, value: &T) -> Result<S> {
    Path::variable(name).terms(value)
}
