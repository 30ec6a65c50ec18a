//! Calls that are recalled by the values of the arguments they needed.
//!
//! Enters: a call of an operator of which lowering has shown that it is recursive and that its value
//! depends on its arguments alone ([`Op::recalled`]). Leaves: its value, evaluated once for each choice of
//! the arguments that it needs. Holds: arguments are still evaluated by need, in the order in which the
//! body needs them: what is learned of a call is first which argument it asks for, then, by that one's
//! value, which one it asks for next. An argument is asked for as a whole, whether the call is recalled or
//! not, so that an evaluation reads the same either way; where only a part of it can be evaluated, the call
//! is evaluated again without any of this. Failures are not kept, and a call that would nest too deep
//! without being recalled is not recalled. A cache in front of the evaluator: `--reference` runs without it.

use super::call::{Cell, Within};
use super::{Evaluator, Result};
use crate::canary::{Rule, without};
use crate::ir::*;
use crate::value::Value;
use rustc_hash::FxHashMap;

/// What is known of a call once some of its arguments have been asked for.
enum Step {
    /// Nothing.
    Unknown,
    /// It asks for this slot of its frame.
    Ask(u32),
    /// Its value, and how deep it nests calls.
    Known(Value, u32),
}

/// How often an operator's calls were recalled, and how often not.
#[derive(Clone, Copy, Default)]
struct Gain {
    hits: u64,
    misses: u64,
    /// It does not pay.
    off: bool,
}

/// What is recalled.
#[derive(Default)]
pub(super) struct Recalled {
    first: FxHashMap<OpId, u32>,
    steps: Vec<Step>,
    next: FxHashMap<(u32, Value), u32>,
    gains: FxHashMap<OpId, Gain>,
    /// How many values were kept, their parts counted.
    weight: u64,
    /// The cells that calls under way have asked for, in order.
    asked: Vec<u32>,
    /// How many calls are under way.
    under_way: u32,
    /// The deepest that calls were nested since the innermost call under way began.
    pub(super) deepest: u32,
    /// A call that failed is being evaluated again.
    plainly: bool,
}

/// The most that is kept, in parts of values.
const MOST_PARTS: u64 = 4 << 20;
/// How many calls it takes to say that recalling does not pay, and how many misses a hit is worth.
const TRIED: u64 = 1 << 12;
const WORTH: u64 = 8;

impl Recalled {
    /// Forgets what calls are under way, after a failure.
    pub(super) fn reset(&mut self) {
        self.asked.clear();
        (self.under_way, self.plainly) = (0, false);
    }

    fn clear(&mut self) {
        self.first.clear();
        self.steps.clear();
        self.next.clear();
        self.weight = 0;
    }

    fn push(&mut self) -> u32 {
        self.steps.push(Step::Unknown);
        self.steps.len() as u32 - 1
    }

    fn first(&mut self, op: OpId) -> u32 {
        if let Some(&first) = self.first.get(&op) {
            return first;
        }
        let first = self.push();
        self.first.insert(op, first);
        first
    }
}

impl<'m> Evaluator<'m> {
    /// The value of a call, which has been counted.
    pub(super) fn recall(
        &mut self,
        op: OpId,
        captured: &[Slot],
        args: &[NodeId],
        base: usize,
    ) -> Result<Value> {
        let body = self.ir.op(op).body;
        let given = self.push_frame(op, captured, args, base, Within::Value);
        let count = captured.len() + args.len();
        if self.recalled.plainly || !(given..given + count).all(|at| self.can_be_asked(at)) {
            let result = self.eval_lazy(body, given);
            self.stack.truncate(given);
            return result;
        }
        let outermost = self.recalled.under_way == 0;
        if outermost && self.recalled.weight > MOST_PARTS {
            self.recalled.clear();
        }
        self.stack.truncate(given + count);
        let new = self.stack.len();
        self.stack.extend((given..new).map(|at| Cell::Asked(at as u32)));
        self.stack.resize_with(new + self.ir.op(op).frame as usize, || Cell::Empty);
        let (before, depth) = (self.recalled.asked.len(), self.depth);
        self.recalled.under_way += 1;
        let deepest = std::mem::replace(&mut self.recalled.deepest, depth);
        let mut result = self.recall_in(op, new, before);
        self.recalled.deepest = self.recalled.deepest.max(deepest);
        self.recalled.under_way -= 1;
        // What it asked for is of no interest to the calls around it; what it asked them for is.
        self.stack.truncate(new);
        self.forget_asked(before, new as u32);
        if outermost && result.is_err() && !self.cancel.is_cancelled() {
            self.stack.truncate(given + count);
            self.stack.resize_with(given + self.ir.op(op).frame as usize, || Cell::Empty);
            self.depth = depth;
            self.recalled.plainly = true;
            result = self.eval_lazy(body, given);
            self.recalled.plainly = false;
        }
        self.stack.truncate(given);
        result
    }

    fn forget_asked(&mut self, from: usize, first: u32) {
        let asked = &mut self.recalled.asked;
        let mut kept = from;
        for at in from..asked.len() {
            if asked[at] < first {
                asked[kept] = asked[at];
                kept += 1;
            }
        }
        asked.truncate(kept);
    }

    /// Whether a cell has a value, sooner or later, which is the same at each use.
    fn can_be_asked(&self, at: usize) -> bool {
        match &self.stack[at] {
            Cell::Value(_) | Cell::Need(..) | Cell::Part(_) | Cell::Asked(_) => true,
            Cell::Ref(other) => self.can_be_asked(*other as usize),
            _ => false,
        }
    }

    fn recall_in(&mut self, op: OpId, new: usize, before: usize) -> Result<Value> {
        let body = self.ir.op(op).body;
        if self.recalled.gains.get(&op).is_some_and(|gain| gain.off) {
            return self.eval_lazy(body, new);
        }
        if let Some(value) = self.recollect(op, new, body)? {
            return Ok(value);
        }
        let depth = self.depth;
        let value = self.eval_lazy(body, new)?;
        if !matches!(value, Value::Closure(_)) {
            let nested = self.recalled.deepest - depth;
            self.learn_call(op, new, before, &value, nested);
        }
        Ok(value)
    }

    /// What is known of a call; asks for what it would ask for.
    fn recollect(&mut self, op: OpId, new: usize, body: NodeId) -> Result<Option<Value>> {
        let mut at = self.recalled.first(op);
        let found = loop {
            match &self.recalled.steps[at as usize] {
                Step::Unknown => break None,
                Step::Known(value, nested) => {
                    let deepest = self.depth + nested;
                    if deepest > self.setting.bounds.max_recursion {
                        break None;
                    }
                    self.recalled.deepest = self.recalled.deepest.max(deepest);
                    break Some(value.clone());
                }
                Step::Ask(slot) => {
                    let cell = new + *slot as usize;
                    let value = self.local(cell, body)?;
                    if matches!(value, Value::Closure(_)) {
                        break None;
                    }
                    match self.recalled.next.get(&(at, value)) {
                        Some(next) => at = *next,
                        None => break None,
                    }
                }
            }
        };
        let gain = self.recalled.gains.entry(op).or_default();
        if found.is_some() {
            gain.hits += 1;
        } else {
            gain.misses += 1;
            gain.off = gain.misses > TRIED && gain.hits * WORTH < gain.misses;
        }
        Ok(found)
    }

    fn learn_call(&mut self, op: OpId, new: usize, before: usize, value: &Value, nested: u32) {
        // Nothing is forgotten while a call is under way, which knows its place by number.
        if self.recalled.weight > 2 * MOST_PARTS {
            return;
        }
        let mut at = self.recalled.first(op);
        let end = new + self.ir.op(op).frame as usize;
        let mut seen: u64 = 0;
        for k in before..self.recalled.asked.len() {
            let cell = self.recalled.asked[k] as usize;
            if !(new..end).contains(&cell) {
                continue;
            }
            let slot = cell - new;
            if slot >= 64 {
                return;
            }
            // What a branch has asked for is asked for again after it.
            if seen & (1 << slot) != 0 || without(Rule::Recalled) {
                continue;
            }
            seen |= 1 << slot;
            let Cell::Value(argument) = &self.stack[cell] else { return };
            if matches!(argument, Value::Closure(_)) {
                return;
            }
            let argument = argument.clone();
            match self.recalled.steps[at as usize] {
                Step::Unknown => self.recalled.steps[at as usize] = Step::Ask(slot as u32),
                Step::Ask(asks) if asks == slot as u32 => {}
                _ => {
                    debug_assert!(false, "a call asks for what it asked for before");
                    return;
                }
            }
            self.recalled.weight += 1 + u64::from(argument.extent().parts);
            at = match self.recalled.next.get(&(at, argument.clone())) {
                Some(next) => *next,
                None => {
                    let next = self.recalled.push();
                    self.recalled.next.insert((at, argument), next);
                    next
                }
            };
        }
        self.recalled.weight += 1 + u64::from(value.extent().parts);
        self.recalled.steps[at as usize] = Step::Known(value.clone(), nested);
    }

    /// Notes that a cell was asked for.
    pub(super) fn note_asked(&mut self, cell: usize) {
        self.recalled.asked.push(cell as u32);
    }
}
