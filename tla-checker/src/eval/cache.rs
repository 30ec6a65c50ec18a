//! Expressions that are kept by what they read.
//!
//! Enters: an expression of which lowering has shown that it is closed and pure and worth keeping
//! ([`Node::Kept`]). Leaves: its value, evaluated once for each way its reads turn out. Holds:
//! failures are not kept, nor functions that are still rules (what they read is not read yet); a hit
//! repeats the reads it stands for, so that whatever is being logged around it depends on them. A cache
//! in front of the evaluator: `--reference` runs without it.

use super::{Evaluator, Result};
use crate::ir::*;
use crate::state::Trie;
use crate::value::Value;

/// What is kept of one expression.
pub(super) struct Memo {
    trie: Trie,
    values: Vec<Value>,
}

/// The most values that one expression keeps.
const MOST_VALUES: usize = 1 << 16;

impl Memo {
    pub(super) fn new(on: bool) -> Memo {
        Memo { trie: Trie::new(on), values: Vec::new() }
    }
}

impl<'m> Evaluator<'m> {
    /// What is kept of an expression for the current state.
    #[inline]
    pub(super) fn remembered(&self, cache: CacheId) -> Option<&Value> {
        let memo = &self.memos[cache.index()];
        if !memo.trie.is_on() {
            return None;
        }
        let (state, words) = self.door.whole()?;
        let payload = memo.trie.payload(&self.door.store, words)?;
        if self.door.is_logging() {
            memo.trie.follow(&self.door.store, words, |read, value| self.door.note(state, read, value));
        }
        memo.values.get(payload as usize)
    }

    #[inline]
    pub(super) fn kept(&mut self, cache: CacheId, inner: NodeId, base: usize) -> Result<Value> {
        if !self.memos[cache.index()].trie.is_on() {
            return self.eval_lazy(inner, base);
        }
        let Some((state, _)) = self.door.whole() else { return self.eval_lazy(inner, base) };
        let known = self.remembered(cache).cloned();
        self.memos[cache.index()].trie.count(known.is_none());
        match known {
            Some(value) => Ok(value),
            None if !self.memos[cache.index()].trie.learns() => self.eval_lazy(inner, base),
            None => self.memorise(cache, state, inner, base),
        }
    }

    fn memorise(&mut self, cache: CacheId, state: usize, inner: NodeId, base: usize) -> Result<Value> {
        let trie = std::mem::replace(&mut self.memos[cache.index()].trie, Trie::new(false));
        let (words, first) = (self.door.log_words(), self.door.first_word(state));
        self.door.logging(|log| log.begin_value(trie, words, first));
        let result = self.eval(inner, base);
        let memo = &mut self.memos[cache.index()];
        let keep = match &result {
            Ok(Value::Closure(_)) | Err(_) => false,
            Ok(_) => memo.values.len() < MOST_VALUES,
        };
        let payload = memo.values.len() as u32;
        let trie = self.door.logging(|log| log.end(keep, Some(payload)));
        memo.trie = trie;
        if let (true, Ok(value)) = (keep, &result) {
            memo.values.push(value.clone());
        }
        result
    }

    /// Takes another layout, and forgets what was kept by where things lie.
    pub(crate) fn change_layout(&mut self, layout: std::sync::Arc<crate::state::Layout>) {
        self.door.clear();
        self.door.store.change(layout, &mut self.interner);
        let keep = self.setting.keep_values;
        self.memos.iter_mut().for_each(|memo| *memo = Memo::new(keep));
    }
}
