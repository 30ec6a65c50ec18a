//! Expressions that read one variable, kept for each of that variable's values.
//!
//! Enters: an expression of which lowering has shown that it is pure and reads a single variable of
//! the current state ([`Node::PerValue`]). Leaves: its value, evaluated once for each value of that
//! variable. Holds: failures are not kept; a table that does not pay, or would grow too large, is
//! dropped. A cache in front of the evaluator: `--reference` runs without it.

use super::{Evaluator, Result};
use crate::ir::*;
use crate::value::Value;

/// Values of a variable past this many are not kept.
const MOST: u32 = 1 << 15;
/// After so many lookups the table must have answered more than half.
const TRIAL: u32 = 1 << 12;

/// The values of one expression, by the index of the variable's value.
#[derive(Default)]
pub(super) struct ValueCache {
    values: Vec<Option<Value>>,
    lookups: u32,
    hits: u32,
    dropped: bool,
}

impl ValueCache {
    #[inline]
    pub(super) fn get(&self, index: u32) -> Option<&Value> {
        self.values.get(index as usize)?.as_ref()
    }

    fn keep(&mut self, index: u32, value: Value) {
        if index >= MOST {
            return;
        }
        if self.values.len() <= index as usize {
            self.values.resize(index as usize + 1, None);
        }
        self.values[index as usize] = Some(value);
    }

    /// Counts a lookup; a table that mostly misses is dropped.
    fn count(&mut self, hit: bool) {
        self.lookups += 1;
        self.hits += u32::from(hit);
        if self.lookups == TRIAL {
            self.dropped = self.hits < TRIAL / 2;
            if self.dropped {
                self.values = Vec::new();
            }
            (self.lookups, self.hits) = (0, 0);
        }
    }
}

impl<'m> Evaluator<'m> {
    #[inline]
    pub(super) fn per_value(
        &mut self,
        cache: CacheId,
        variable: u32,
        inner: NodeId,
        base: usize,
    ) -> Result<Value> {
        let table = &mut self.value_caches[cache.index()];
        if table.dropped || !self.setting.keep_values {
            return self.eval_lazy(inner, base);
        }
        let Some(index) = self.door.index(variable) else { return self.eval_lazy(inner, base) };
        if let Some(value) = table.get(index) {
            let value = value.clone();
            table.count(true);
            return Ok(value);
        }
        table.count(false);
        let value = self.eval(inner, base)?;
        self.value_caches[cache.index()].keep(index, value.clone());
        Ok(value)
    }
}
