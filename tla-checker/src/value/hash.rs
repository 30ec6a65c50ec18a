//! Hashes of values, equal for equal values whatever their representation, and cached in their nodes.
//!
//! This hash serves tables inside one run (interning, memoisation). What identifies a state across
//! runs and machines is the [`super::fingerprint`].

use std::cell::Cell;
use std::hash::{Hash, Hasher};

use xxhash_rust::xxh3::xxh3_64;

use super::lazy::LazySet;
use super::{Kind, Value};

/// Sets up to this size are hashed whole; of larger ones the size and the first elements. A lazy set
/// (`SUBSET S` of a large `S`) must hash like the explicit one without being enumerated.
const WHOLE: usize = 4096;
const PREFIX: usize = 256;

impl Hash for Value {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash_code());
    }
}

impl Value {
    /// The hash of this value.
    pub fn hash_code(&self) -> u64 {
        match self {
            Value::Bool(b) => mix(1, *b as u64),
            Value::Int(i) => mix(2, *i as u64),
            Value::Big(b) => xxh3_64(&b.to_signed_bytes_le()),
            Value::Str(s) => s.hash_code(),
            Value::Model(m) => mix(3, m.hash_code()),
            Value::Set(s) => cached(&s.hash, || {
                hash_elements(s.elements().len() as u64, s.elements().iter().map(Value::hash_code))
            }),
            Value::Lazy(node) => cached(&node.hash, || hash_lazy(self, node.set())),
            Value::Tuple(t) => cached(&t.hash, || hash_all(4, t.elements().iter().map(Value::hash_code))),
            Value::Record(r) => cached(&r.hash, || {
                let names = hash_all(5, r.shape.names().iter().map(|name| name.hash_code()));
                hash_all(names, r.values().iter().map(Value::hash_code))
            }),
            Value::Func(f) => cached(&f.hash, || {
                let domain = cached(&f.domain.hash, || {
                    let elements = f.domain.elements();
                    hash_elements(elements.len() as u64, elements.iter().map(Value::hash_code))
                });
                hash_all(mix(6, domain), f.values().iter().map(Value::hash_code))
            }),
            Value::Closure(c) => mix(7, c.domain.hash_code()),
        }
    }

    /// The hash if it has been computed, else zero. A hash is never zero.
    pub(super) fn cached_hash(&self) -> u64 {
        match self {
            Value::Set(s) => s.hash.get(),
            Value::Tuple(t) => t.hash.get(),
            Value::Record(r) => r.hash.get(),
            Value::Func(f) => f.hash.get(),
            Value::Lazy(l) => l.hash.get(),
            _ => 0,
        }
    }
}

#[inline]
fn cached(cell: &Cell<u64>, compute: impl FnOnce() -> u64) -> u64 {
    let known = cell.get();
    if known != 0 {
        return known;
    }
    let hash = compute().max(1);
    cell.set(hash);
    hash
}

#[inline]
fn mix(a: u64, b: u64) -> u64 {
    let product = u128::from(a ^ 0x9e37_79b9_7f4a_7c15) * u128::from(b ^ 0xd1b5_4a32_d192_ed03);
    (product as u64) ^ ((product >> 64) as u64).rotate_left(23) ^ a.rotate_left(17)
}

fn hash_all(seed: u64, hashes: impl Iterator<Item = u64>) -> u64 {
    hashes.fold(mix(seed, 0), mix)
}

fn hash_elements(size: u64, hashes: impl Iterator<Item = u64>) -> u64 {
    let taken = if size <= WHOLE as u64 { WHOLE } else { PREFIX };
    hash_all(mix(8, size), hashes.take(taken))
}

fn hash_lazy(value: &Value, set: &LazySet) -> u64 {
    // Sizes past 64 bits all count as the largest number, as no explicit set has one.
    let size = match value.size() {
        super::Size::Exact(size) => size,
        _ => u64::MAX,
    };
    if value.is_enumerable()
        && let Ok(elements) = value.elements("hash")
    {
        return hash_elements(size, elements.map(|element| element.hash_code()));
    }
    // Not enumerable: the kind of set and no more, for equal ones may be made of differing parts.
    let kind = match set {
        LazySet::Nat => 1,
        LazySet::Int => 2,
        LazySet::Real => 3,
        LazySet::Strings => 4,
        LazySet::Any => 5,
        LazySet::Subset(_) => 6,
        LazySet::Seq(_) => 7,
        LazySet::Cup(..) => 8,
        LazySet::Cap(..) => 9,
        LazySet::Diff(..) => 10,
        LazySet::Interval(..) | LazySet::Functions(..) => 11,
    };
    mix(Kind::Set as u64 + 16, kind)
}
