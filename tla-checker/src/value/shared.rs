//! Tuples and records that are made again and again, shared.
//!
//! Enters: components. Leaves: the tuple or record of them. Holds: one that was made lately of the very
//! same components is handed out again, with its hash, instead of another equal one. It is an optimisation
//! and not a condition: equal values need not be the same.

use std::rc::Rc;

use super::{RecordShape, Value};

/// How many are remembered, and how large one may be: what is remembered stays in memory.
const PLACES: usize = 1 << 12;
const MOST_PARTS: u32 = 64;

/// What was made lately.
pub struct Shared {
    /// A place for each, by what it is made of; empty ones hold something else.
    places: Vec<Value>,
}

impl Default for Shared {
    fn default() -> Self {
        Shared { places: vec![Value::FALSE; PLACES] }
    }
}

impl Shared {
    /// The tuple of the values from `from` on, which are taken from `parts`.
    pub fn tuple(&mut self, parts: &mut Vec<Value>, from: usize) -> Value {
        let place = &mut self.places[place(parts.len() as u64, &parts[from..])];
        if let Value::Tuple(known) = place
            && all_same(known.elements(), &parts[from..])
        {
            parts.truncate(from);
            return place.clone();
        }
        let tuple = Value::tuple(parts.split_off(from));
        keep(place, &tuple);
        tuple
    }

    /// The record of this shape with the values from `from` on, which are taken from `parts`.
    pub fn record(&mut self, shape: &Rc<RecordShape>, parts: &mut Vec<Value>, from: usize) -> Value {
        let place = &mut self.places[place(Rc::as_ptr(shape) as u64, &parts[from..])];
        if let Value::Record(known) = place
            && Rc::ptr_eq(known.shape(), shape)
            && all_same(known.values(), &parts[from..])
        {
            parts.truncate(from);
            return place.clone();
        }
        let record = Value::record_with(shape.clone(), parts.split_off(from));
        keep(place, &record);
        record
    }
}

fn keep(place: &mut Value, value: &Value) {
    if value.extent().parts <= MOST_PARTS {
        *place = value.clone();
    }
}

fn all_same(a: &[Value], b: &[Value]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same(b))
}

fn place(seed: u64, parts: &[Value]) -> usize {
    let mix =
        |hash: u64, part: &Value| (hash.rotate_left(5) ^ part.identity()).wrapping_mul(0x517c_c1b7_2722_0a95);
    (parts.iter().fold(seed, mix) >> 40) as usize % PLACES
}

impl Value {
    /// A number that is the same for the same values ([`Value::same`]), while they live.
    #[inline]
    pub(crate) fn identity(&self) -> u64 {
        match self {
            Value::Bool(b) => *b as u64,
            Value::Int(i) => *i as u64,
            Value::Big(b) => Rc::as_ptr(b) as u64,
            Value::Str(s) => s.address(),
            Value::Model(m) => m.address(),
            Value::Set(s) => Rc::as_ptr(s) as u64,
            Value::Tuple(t) => Rc::as_ptr(t) as u64,
            Value::Record(r) => Rc::as_ptr(r) as u64,
            Value::Func(f) => Rc::as_ptr(f) as u64,
            Value::Lazy(l) => Rc::as_ptr(l) as u64,
            Value::Closure(c) => Rc::as_ptr(c) as u64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_of_the_same_is_the_same_and_nothing_else_is() {
        let mut shared = Shared::default();
        let mut made = |parts: &[i64]| {
            let mut stack = vec![Value::FALSE];
            stack.extend(parts.iter().map(|i| Value::Int(*i)));
            let tuple = shared.tuple(&mut stack, 1);
            assert_eq!(stack.len(), 1, "only the components are taken");
            tuple
        };
        for a in 0..200 {
            for b in 0..50 {
                let tuple = made(&[a, b]);
                assert_eq!(tuple, Value::tuple(vec![Value::Int(a), Value::Int(b)]));
                assert!(tuple.same(&made(&[a, b])));
            }
        }
        assert_eq!(made(&[]), Value::tuple(Vec::new()));
    }

    #[test]
    fn records_of_different_shapes_are_told_apart() {
        let mut shared = Shared::default();
        let shapes = ["a", "b"].map(|name| RecordShape::new(vec![super::super::Symbol::new(name)]));
        let made = shapes.each_ref().map(|shape| shared.record(shape, &mut vec![Value::Int(1)], 0));
        assert_ne!(made[0], made[1]);
        assert!(made[0].same(&shared.record(&shapes[0], &mut vec![Value::Int(1)], 0)));
    }
}
