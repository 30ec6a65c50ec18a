//! How deep and how large a value is, kept in its nodes, so that no walk over a value can run out of
//! stack or of time.
//!
//! A value of many parts need not take much memory: with `LET y == F(n - 1) IN <<y, y>>` it doubles at
//! every step for the price of one node, and only what walks over it (a comparison, a fingerprint, a
//! printer) would never end. So every part counts as often as it occurs. Holds: the extent of a node is
//! exact, save that counts stop at the largest number.

use super::lazy::{Axes, Index};
use super::{Fault, LazySet, Limits, Result, Value, ValueError};

/// How many collections may be nested in one another. Walks over values recurse, on threads whose
/// stack is as small as two megabytes.
pub const MAX_DEPTH: u32 = 1_000;

/// The depth of a value and the number of its parts: both 0 for what is no collection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// Collections inside one another.
    pub depth: u32,
    /// Elements, and the elements' elements, each as often as it occurs.
    pub parts: u32,
}

impl Extent {
    /// The extent of a collection of these.
    pub(super) fn of(values: &[Value]) -> Extent {
        let mut extent = Extent { depth: 1, parts: 0 };
        for value in values {
            extent.add(value.extent());
        }
        extent
    }

    /// This collection with one part more.
    #[inline]
    pub(super) fn add(&mut self, part: Extent) {
        self.depth = self.depth.max(part.depth + 1);
        self.parts = self.parts.saturating_add(part.parts).saturating_add(1);
    }

    /// This collection without a part; the depth is exact only when the part did not decide it.
    /// Answers whether the whole must be counted anew.
    #[inline]
    pub(super) fn remove(&mut self, part: Extent) -> bool {
        if self.parts == u32::MAX || part.depth + 1 == self.depth && self.depth > 1 {
            return true;
        }
        self.parts = self.parts.saturating_sub(part.parts).saturating_sub(1);
        false
    }

    /// This collection with one part in place of another; answers as [`Extent::remove`].
    #[inline]
    pub(super) fn replace(&mut self, old: Extent, new: Extent) -> bool {
        if old == new {
            return false;
        }
        let anew = self.remove(old);
        self.add(new);
        anew
    }

    /// Two collections taken together, as the domain and the values of a function.
    pub(super) fn with(self, other: Extent) -> Extent {
        Extent { depth: self.depth.max(other.depth), parts: self.parts.saturating_add(other.parts) }
    }
}

impl Limits {
    /// The most parts that a value may have.
    pub fn max_parts(&self) -> u64 {
        self.max_set as u64 * 32
    }
}

impl LazySet {
    pub(super) fn extent(&self) -> Extent {
        let mut extent = Extent { depth: 1, parts: 0 };
        let mut add = |set: &Value| extent.add(set.extent());
        match self {
            LazySet::Subset(base) | LazySet::Seq(base) => add(base),
            LazySet::Cup(a, b) | LazySet::Cap(a, b) | LazySet::Diff(a, b) => {
                add(a);
                add(b);
            }
            LazySet::Functions(index, axes) => {
                if let Index::Domain(domain) = index {
                    add(domain);
                }
                match axes {
                    Axes::Same(range) => add(range),
                    Axes::Each(axes) => axes.iter().for_each(add),
                }
            }
            _ => {}
        }
        extent
    }
}

impl Value {
    /// How deep and how large this value is; of a lazy set, what it is made of.
    #[inline]
    pub fn extent(&self) -> Extent {
        match self {
            Value::Set(node) => node.extent,
            Value::Tuple(node) => node.extent,
            Value::Record(node) => node.extent,
            Value::Func(node) => node.extent,
            Value::Lazy(node) => node.extent(),
            Value::Closure(node) => node.extent,
            _ => Extent::default(),
        }
    }

    /// An error when this value is too deep or too large to be walked over.
    #[inline]
    pub fn check_extent(&self, limits: &Limits) -> Result<()> {
        let extent = self.extent();
        if extent.depth > MAX_DEPTH || u64::from(extent.parts) > limits.max_parts() {
            return Err(too_large(extent, limits));
        }
        Ok(())
    }
}

#[cold]
fn too_large(extent: Extent, limits: &Limits) -> ValueError {
    if extent.depth > MAX_DEPTH {
        return Fault::TooDeep { limit: MAX_DEPTH }.into();
    }
    Fault::TooManyParts { limit: limits.max_parts() }.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walked(value: &Value) -> Extent {
        match value {
            Value::Tuple(t) => t.elements().iter().fold(Extent { depth: 1, parts: 0 }, |mut all, part| {
                all.add(walked(part));
                all
            }),
            _ => Extent::default(),
        }
    }

    #[test]
    fn extents_stay_exact_when_values_change_in_place() {
        let deep = |n: u32| (0..n).fold(Value::Int(0), |inner, _| Value::tuple(vec![inner]));
        let mut value = Value::tuple(vec![]);
        for step in 0..200u32 {
            value = match step % 5 {
                4 => value.tail().unwrap(),
                3 => {
                    let (key, new) = (Value::Int(1), deep(step % 7));
                    value.except::<ValueError>(&[key], &mut |_| Ok(new.clone())).unwrap()
                }
                _ => value.append(deep(step % 11)).unwrap(),
            };
            assert_eq!(value.extent(), walked(&value), "step {step}: {value}");
        }
        let mut set = Value::empty_set();
        for n in [3, 1, 2] {
            // Of different lengths, so that they can be compared.
            let element = Value::tuple(vec![deep(n); n as usize]);
            set = set.with_element(element, &Limits::DEFAULT).unwrap();
        }
        assert_eq!(set.extent().depth, 5);
        let most = Value::tuple(vec![deep(3); 3]);
        assert_eq!(set.without_element(&most, &Limits::DEFAULT).unwrap().extent().depth, 4);
    }

    #[test]
    fn what_doubles_is_counted_and_refused() {
        let dag = (0..100).fold(Value::Int(0), |y, _| Value::tuple(vec![y.clone(), y]));
        assert_eq!(dag.extent(), Extent { depth: 100, parts: u32::MAX });
        assert!(dag.check_extent(&Limits::DEFAULT).is_err());
    }
}
