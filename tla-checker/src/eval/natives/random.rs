//! Randomization, and random members of sets.
//!
//! Holds: pseudo-random and the same in every run. A set too large to be built is drawn from
//! without being built.

use super::super::{Evaluator, Native, Result};
use crate::ir::*;
use crate::value::{LazySet, Size, Value};
use std::collections::BTreeSet;
use tla_parser::code;

impl<'m> Evaluator<'m> {
    pub(super) fn randomization(
        &mut self,
        native: Native,
        args: &[NodeId],
        id: NodeId,
        base: usize,
    ) -> Result<Value> {
        let op = native.name();
        let k = self.eval(args[0], base)?;
        let k = self.natural(&k, op, id)?;
        if native == Native::RandomSubset {
            let set = self.eval(args[1], base)?;
            return self.random_subset(k, &set, id);
        }
        let n = self.eval(args[1], base)?;
        let n = self.natural(&n, op, id)?;
        let set = self.eval(args[2], base)?;
        let node = self.built_set(&set, op, id)?;
        let size = node.elements().len();
        if n > size {
            let message = format!("`{op}` is asked for subsets of {n} elements, but the set has {size}");
            return Err(self.evaluation(id, code::NO_CHOICE, message));
        }
        self.check_count(k, id)?;
        let mut subsets = Vec::with_capacity(k);
        for _ in 0..k {
            let mut subset = Vec::new();
            for element in node.elements() {
                if self.below(size as u64) < n as u64 {
                    subset.push(element.clone());
                }
            }
            subsets.push(Value::set_from_sorted(subset));
        }
        self.checked(Value::set(subsets), id)
    }

    fn random_subset(&mut self, k: usize, set: &Value, id: NodeId) -> Result<Value> {
        const OP: &str = "RandomSubset";
        self.check_count(k, id)?;
        if matches!(set.size(), Size::Exact(n) if n <= self.limits.max_set as u64) {
            let node = self.built_set(set, OP, id)?;
            let n = node.elements().len();
            if k > n {
                let message = format!("`{OP}` is asked for {k} elements, but the set has {n}");
                return Err(self.evaluation(id, code::NO_CHOICE, message));
            }
            // Floyd: each subset of k places is as likely as any other.
            let mut places = BTreeSet::new();
            for last in n - k..n {
                let place = self.below(last as u64 + 1) as usize;
                if !places.insert(place) {
                    places.insert(last);
                }
            }
            let elements = places.into_iter().map(|at| node.elements()[at].clone());
            return Ok(Value::set_from_sorted(elements.collect()));
        }
        // More elements than a set may have, so equal draws are few.
        let mut drawn: Vec<Value> = Vec::with_capacity(k);
        while drawn.len() < k {
            self.tick(id)?;
            let missing = k - drawn.len();
            for _ in 0..missing {
                drawn.push(self.random_member(set, OP, id)?);
            }
            drawn.sort_unstable();
            drawn.dedup();
        }
        Ok(Value::set_from_sorted(drawn))
    }

    /// A member of a set that is not empty.
    pub(super) fn random_member(&mut self, set: &Value, op: &'static str, id: NodeId) -> Result<Value> {
        match set.as_lazy() {
            Some(LazySet::Interval(low, high)) => {
                let width = high.wrapping_sub(*low) as u64;
                let step = if width == u64::MAX { self.random() } else { self.below(width + 1) };
                Ok(Value::Int(low.wrapping_add(step as i64)))
            }
            Some(LazySet::Subset(of)) => {
                let node = self.built_set(of, op, id)?;
                let mut subset = Vec::new();
                for element in node.elements() {
                    if self.below(2) == 1 {
                        subset.push(element.clone());
                    }
                }
                Ok(Value::set_from_sorted(subset))
            }
            Some(LazySet::Functions(index, axes)) => {
                let keys = self.checked(index.keys(), id)?;
                let mut values = Vec::with_capacity(keys.len());
                for place in 0..keys.len() {
                    values.push(self.random_member(axes.at(place), op, id)?);
                }
                Ok(Value::function_on(&keys, values))
            }
            _ => {
                let node = self.built_set(set, op, id)?;
                let place = self.below(node.elements().len() as u64) as usize;
                Ok(node.elements()[place].clone())
            }
        }
    }

    /// A number from 0 to `n - 1`, all about equally likely.
    fn below(&mut self, n: u64) -> u64 {
        ((self.random() as u128 * n as u128) >> 64) as u64
    }
}
