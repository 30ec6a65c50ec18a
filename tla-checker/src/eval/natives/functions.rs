//! Functions, FiniteSetsExt, and sets of sequences: what is enumerated rather than filtered.
//!
//! Holds: enumerations come out in canonical order, so nothing is sorted.

use super::super::{Evaluator, Native, Result};
use crate::ir::*;
use crate::value::{Expected, Keys, Value};
use std::rc::Rc;

impl<'m> Evaluator<'m> {
    pub(super) fn function_native(
        &mut self,
        native: Native,
        args: &[NodeId],
        id: NodeId,
        base: usize,
    ) -> Result<Value> {
        let first = self.eval(args[0], base)?;
        match native {
            Native::Range | Native::ToSet => {
                let values = self.values(&first, native.name(), id)?;
                self.checked(Value::set(values), id)
            }
            Native::AntiFunction => {
                let pairs = self.checked(first.finite_pairs(native.name()), id)?;
                // Of several arguments with one value the first stays.
                let turned = pairs.into_iter().map(|(key, value)| (value, key)).collect();
                self.checked(Value::function_from_pairs(turned), id)
            }
            Native::IsInjective => {
                let values = self.values(&first, native.name(), id)?;
                let count = values.len();
                if let Ok(set) = Value::set(values.clone()) {
                    return Ok(Value::Bool(set.set_elements().map(<[Value]>::len) == Some(count)));
                }
                for (at, value) in values.iter().enumerate() {
                    for other in &values[at + 1..] {
                        if self.checked(value.try_eq(other), id)? {
                            return Ok(Value::FALSE);
                        }
                    }
                }
                Ok(Value::TRUE)
            }
            Native::Injection | Native::Surjection | Native::Bijection => {
                let range = self.eval(args[1], base)?;
                self.mappings(native, &first, &range, id)
            }
            Native::SetAsFun => {
                let node = self.built_set(&first, native.name(), id)?;
                let mut pairs = Vec::with_capacity(node.elements().len());
                for pair in node.elements() {
                    let key = self.at(pair, Value::Int(1), id)?;
                    pairs.push((key, self.at(pair, Value::Int(2), id)?));
                }
                self.checked(Value::function_from_pairs(pairs), id)
            }
            Native::KSubset => {
                let set = self.eval(args[1], base)?;
                self.k_subsets(&first, &set, id)
            }
            Native::Max | Native::Min => self.extreme(native, &first, id),
            Native::SetToSeq => {
                let node = self.built_set(&first, native.name(), id)?;
                Ok(Value::tuple(node.elements().to_vec()))
            }
            Native::SetToSortSeq => {
                let node = self.built_set(&first, native.name(), id)?;
                let before = self.callee(args[1], base)?;
                self.sorted(node.elements().to_vec(), &before, args[1], id)
            }
            Native::SetToSeqs | Native::SetToAllKPermutations => {
                let node = self.built_set(&first, native.name(), id)?;
                let elements = node.elements();
                let sizes = match native {
                    Native::SetToSeqs => elements.len()..=elements.len(),
                    _ => 0..=elements.len(),
                };
                let mut orders = Vec::new();
                for size in sizes {
                    let mut chosen = Vec::with_capacity(size);
                    self.orders(elements, size, &mut chosen, &mut orders, id)?;
                }
                Ok(Value::set_from_sorted(orders))
            }
            other => Err(self.misplaced(other, id)),
        }
    }

    /// All ways to put `size` of the elements in a row, shorter rows before longer ones.
    fn orders(
        &mut self,
        elements: &[Value],
        size: usize,
        chosen: &mut Vec<usize>,
        out: &mut Vec<Value>,
        id: NodeId,
    ) -> Result<()> {
        if chosen.len() == size {
            self.check_size(out.len(), id)?;
            out.push(Value::tuple(chosen.iter().map(|&i| elements[i].clone()).collect()));
            return Ok(());
        }
        for i in 0..elements.len() {
            if !chosen.contains(&i) {
                chosen.push(i);
                self.orders(elements, size, chosen, out, id)?;
                chosen.pop();
            }
        }
        Ok(())
    }

    /// The functions from one set to another that are one-to-one, onto, or both.
    fn mappings(&mut self, native: Native, from: &Value, to: &Value, id: NodeId) -> Result<Value> {
        let domain = self.built_set(from, native.name(), id)?;
        let range = self.built_set(to, native.name(), id)?;
        let (n, m) = (domain.elements().len(), range.elements().len());
        let one_to_one = native != Native::Surjection;
        let onto = native != Native::Injection;
        if (one_to_one && n > m) || (onto && m > n) || (n > 0 && m == 0) {
            return Ok(Value::empty_set());
        }
        let mut search = Mappings {
            keys: Keys::from_set(&domain),
            range: range.elements(),
            one_to_one,
            onto,
            uses: vec![0; m],
            used: 0,
            row: Vec::with_capacity(n),
            found: Vec::new(),
        };
        self.map_next(&mut search, id)?;
        Ok(Value::set_from_sorted(search.found))
    }

    fn map_next(&mut self, search: &mut Mappings<'_>, id: NodeId) -> Result<()> {
        let (n, m) = (search.keys.len(), search.range.len());
        let left = n - search.row.len();
        if search.onto && m - search.used > left {
            return Ok(());
        }
        if left == 0 {
            self.check_size(search.found.len(), id)?;
            search.found.push(Value::function_on(&search.keys, search.row.clone()));
            return Ok(());
        }
        for place in 0..m {
            let uses = search.uses[place];
            if search.one_to_one && uses > 0 {
                continue;
            }
            search.uses[place] += 1;
            search.used += usize::from(uses == 0);
            search.row.push(search.range[place].clone());
            self.map_next(search, id)?;
            search.row.pop();
            search.used -= usize::from(uses == 0);
            search.uses[place] -= 1;
        }
        Ok(())
    }

    fn k_subsets(&mut self, k: &Value, set: &Value, id: NodeId) -> Result<Value> {
        let node = self.built_set(set, "kSubset", id)?;
        let elements = node.elements();
        let n = elements.len();
        let k = match k {
            Value::Int(k) if *k >= 0 && *k as u64 <= n as u64 => *k as usize,
            Value::Int(_) | Value::Big(_) => return Ok(Value::empty_set()),
            other => return Err(self.wrong("kSubset", Expected::Integer, other, id)),
        };
        let mut count: usize = 1;
        for i in 0..k.min(n - k) {
            count = count.saturating_mul(n - i) / (i + 1);
            self.check_count(count, id)?;
        }
        let mut subsets = Vec::with_capacity(count);
        let mut chosen: Vec<usize> = (0..k).collect();
        loop {
            subsets.push(Value::set_from_sorted(chosen.iter().map(|&at| elements[at].clone()).collect()));
            // The last place that can still move right moves, and those after it follow it closely.
            let Some(place) = (0..k).rev().find(|&p| chosen[p] < n - (k - p)) else { break };
            let from = chosen[place] + 1;
            for (step, later) in chosen[place..].iter_mut().enumerate() {
                *later = from + step;
            }
        }
        Ok(Value::set_from_sorted(subsets))
    }

    fn extreme(&mut self, native: Native, set: &Value, id: NodeId) -> Result<Value> {
        let max = native == Native::Max;
        if let Some((low, high)) = set.as_interval() {
            return Ok(Value::Int(if max { high } else { low }));
        }
        let node: Rc<_> = self.built_set(set, native.name(), id)?;
        let elements = node.elements();
        let (Some(first), Some(last)) = (elements.first(), elements.last()) else {
            return Err(self.no_choice(id, set));
        };
        // Sorted, so integers stand together: if both ends are, all are.
        for end in [first, last] {
            if !matches!(end, Value::Int(_) | Value::Big(_)) {
                return Err(self.wrong(native.name(), Expected::Integer, end, id));
            }
        }
        Ok(if max { last.clone() } else { first.clone() })
    }
}

/// A search for functions, an argument after the other.
struct Mappings<'a> {
    keys: Keys,
    range: &'a [Value],
    one_to_one: bool,
    onto: bool,
    /// How often each value of the range is taken, and how many are.
    uses: Vec<u32>,
    used: usize,
    row: Vec<Value>,
    found: Vec<Value>,
}
