//! Expressions that are kept by what they read.
//!
//! Enters: an expression of which lowering has shown that it is pure and worth keeping ([`Node::Kept`]).
//! Leaves: its value, evaluated once for each way its reads turn out, and for each of the values of the
//! slots it mentions. Holds: failures are not kept, nor functions that are still rules (what they read is
//! not read yet); a slot that is not evaluated yet stays so; a hit repeats the reads it stands for, so that
//! whatever is being logged around it depends on them. When there are too many, all are forgotten: the
//! states of a search come in waves. A cache in front of the evaluator: `--reference` runs without it.

use super::call::Cell;
use super::{Evaluator, Result};
use crate::canary::{Rule, without};
use crate::ir::*;
use crate::state::Trie;
use crate::value::Value;
use rustc_hash::FxHashMap;

/// What is kept of one expression, for one choice of the values it mentions.
struct Memo {
    trie: Trie,
    values: Vec<Value>,
}

/// What is kept.
pub(super) struct Memos {
    memos: Vec<Memo>,
    /// Those of expressions that mention slots.
    by_arguments: FxHashMap<(u32, Box<[Value]>), usize>,
    /// How many places there are that are given by no values.
    places: usize,
    /// How many of them are being evaluated.
    under_way: usize,
    on: bool,
}

/// The most values that one expression keeps.
const MOST_VALUES: usize = 1 << 16;
/// The most choices of values of slots that are told apart, for all expressions together.
const MOST_ARGUMENTS: usize = 1 << 14;

impl Memo {
    fn new(on: bool) -> Memo {
        Memo { trie: Trie::new(on), values: Vec::new() }
    }
}

impl Memos {
    pub(super) fn new(ir: &Ir, on: bool) -> Memos {
        let places = ir.kept_places as usize;
        let memos = (0..places).map(|_| Memo::new(on)).collect();
        Memos { memos, by_arguments: FxHashMap::default(), places, under_way: 0, on }
    }

    /// Forgets everything.
    fn clear(&mut self) {
        self.by_arguments.clear();
        self.memos.truncate(self.places);
        self.memos.iter_mut().for_each(|memo| *memo = Memo::new(self.on));
    }

    /// The place for a choice of values; none while there is no room.
    fn for_arguments(&mut self, place: u32, arguments: Box<[Value]>) -> Option<usize> {
        let choice = (place, if without(Rule::Arguments) { Box::default() } else { arguments });
        if let Some(&memo) = self.by_arguments.get(&choice) {
            return Some(memo);
        }
        if self.by_arguments.len() == MOST_ARGUMENTS {
            // What is under way knows its place by number.
            if self.under_way > 0 {
                return None;
            }
            self.by_arguments.clear();
            self.memos.truncate(self.places);
        }
        self.memos.push(Memo::new(self.on));
        self.by_arguments.insert(choice, self.memos.len() - 1);
        Some(self.memos.len() - 1)
    }
}

impl<'m> Evaluator<'m> {
    /// What is kept of a closed expression for the current state.
    #[inline]
    pub(super) fn remembered(&self, cache: CacheId) -> Option<&Value> {
        let Kept { slots, place } = &self.ir.kept[cache.index()];
        if slots.is_empty() { self.known(*place as usize) } else { None }
    }

    fn known(&self, memo: usize) -> Option<&Value> {
        let memo = &self.memos.memos[memo];
        if !memo.trie.is_on() {
            return None;
        }
        let (state, words) = self.door.whole()?;
        let payload = memo.trie.payload(&self.door.store, words)?;
        if self.door.is_logging() && !without(Rule::Follow) {
            memo.trie.follow(&self.door.store, words, |read, value| self.door.note(state, read, value));
        }
        memo.values.get(payload as usize)
    }

    /// Where the value of an expression is kept; none where a slot that it mentions has no value yet.
    fn memo_of(&mut self, cache: CacheId, base: usize) -> Option<usize> {
        let Kept { slots, place } = &self.ir.kept[cache.index()];
        if slots.is_empty() {
            return Some(*place as usize);
        }
        if !self.memos.on {
            return None;
        }
        let value = |slot: &Slot| self.cell_value(base + *slot as usize);
        let arguments = slots.iter().map(value).collect::<Option<Box<[Value]>>>()?;
        self.memos.for_arguments(*place, arguments)
    }

    fn cell_value(&self, at: usize) -> Option<Value> {
        match &self.stack[at] {
            Cell::Value(Value::Closure(_)) => None,
            Cell::Value(value) => Some(value.clone()),
            Cell::Ref(other) => self.cell_value(*other as usize),
            _ => None,
        }
    }

    #[inline]
    pub(super) fn kept(&mut self, cache: CacheId, inner: NodeId, base: usize) -> Result<Value> {
        let Some((state, _)) = self.door.whole() else { return self.eval_lazy(inner, base) };
        let Some(memo) = self.memo_of(cache, base) else { return self.eval_lazy(inner, base) };
        if !self.memos.memos[memo].trie.is_on() {
            return self.eval_lazy(inner, base);
        }
        let known = self.known(memo).cloned();
        self.memos.memos[memo].trie.count(known.is_none());
        match known {
            Some(value) => Ok(value),
            None if !self.memos.memos[memo].trie.learns() => self.eval_lazy(inner, base),
            None => self.memorise(memo, state, inner, base),
        }
    }

    fn memorise(&mut self, at: usize, state: usize, inner: NodeId, base: usize) -> Result<Value> {
        let memo = &mut self.memos.memos[at];
        if memo.values.len() == MOST_VALUES || memo.trie.is_full() {
            *memo = Memo::new(true);
        }
        let trie = std::mem::replace(&mut memo.trie, Trie::new(false));
        let (words, first) = (self.door.log_words(), self.door.first_word(state));
        self.door.logging(|log| log.begin_value(trie, words, first));
        self.memos.under_way += 1;
        let result = self.eval(inner, base);
        self.memos.under_way -= 1;
        let keep = !matches!(&result, Ok(Value::Closure(_)) | Err(_));
        let memo = &mut self.memos.memos[at];
        let payload = memo.values.len() as u32;
        memo.trie = self.door.logging(|log| log.end(keep, Some(payload)));
        if let (true, Ok(value)) = (keep, &result) {
            memo.values.push(value.clone());
        }
        result
    }

    /// Takes another layout, and forgets what was kept by where things lie.
    pub(crate) fn change_layout(&mut self, layout: std::sync::Arc<crate::state::Layout>) {
        self.door.clear();
        self.replace_layout(layout);
    }

    /// The same while initial states are made, when there is no packed state to read.
    pub(crate) fn replace_layout(&mut self, layout: std::sync::Arc<crate::state::Layout>) {
        self.door.store.change(layout, &mut self.interner);
        self.memos.clear();
        self.shortcuts.change_layout();
    }
}
