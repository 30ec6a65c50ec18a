//! How often expressions are evaluated, while somebody asks.
//!
//! Enters: the places of expressions and the parts of the model ([`Chart`]). Leaves: for each part and place how
//! often an action was tried there, an expression evaluated, a condition true and false; added to the chart
//! when the evaluator is dropped. Holds: nothing is evaluated otherwise than without it. Counting stands where
//! the stack is looked after: an evaluator that counts takes that way for every expression, one that does not
//! is none the slower.

use super::{Evaluator, Result};
use crate::coverage::chart::{Chart, Count};
use crate::ir::{Node, NodeId};
use crate::value::Value;

/// What an evaluator has counted.
pub(super) struct Counting<'m> {
    chart: &'m Chart,
    /// By part, then by place; made when first needed.
    counts: Vec<Option<Box<[Count]>>>,
    part: usize,
    /// Evaluations that are no part of the search are not counted.
    on: bool,
    /// All evaluations so far.
    total: u64,
    /// By place: how many evaluations are under way.
    open: Box<[u32]>,
    initial: u64,
}

impl Drop for Counting<'_> {
    fn drop(&mut self) {
        self.chart.add(std::mem::take(&mut self.counts), self.initial);
    }
}

impl<'m> Counting<'m> {
    pub(super) fn new(chart: &'m Chart) -> Box<Self> {
        Box::new(Counting {
            chart,
            counts: (0..chart.parts()).map(|_| None).collect(),
            part: 0,
            on: false,
            total: 0,
            open: vec![0; chart.places()].into(),
            initial: 0,
        })
    }

    /// The count of a place, for the part that is being evaluated.
    fn at(&mut self, place: usize) -> &mut Count {
        let places = self.chart.places();
        let counts = self.counts[self.part].get_or_insert_with(|| vec![Count::default(); places].into());
        &mut counts[place]
    }

    fn begin(&mut self, id: NodeId) -> Option<(usize, u64)> {
        let place = self.chart.counted(id).filter(|_| self.on)?;
        self.total += 1;
        self.open[place] += 1;
        self.at(place).evaluated += 1;
        Some((place, self.total))
    }

    fn end(&mut self, place: usize, began: u64) {
        self.open[place] -= 1;
        // What an expression costs includes what it evaluates by itself again.
        if self.open[place] == 0 {
            let cost = self.total - began + 1;
            self.at(place).cost += cost;
        }
    }
}

impl<'m> Evaluator<'m> {
    /// Counts evaluations from now on.
    pub(crate) fn count_in(&mut self, chart: &'m Chart) {
        self.counting = Some(Counting::new(chart));
        self.stand_on(self.floor);
    }

    /// Whether evaluations are counted.
    #[inline]
    pub(super) fn is_counting(&self) -> bool {
        self.counting.is_some()
    }

    /// What is evaluated from now on belongs to a part of the model.
    #[inline]
    pub(crate) fn count_for(&mut self, part: impl FnOnce(&Chart) -> usize) {
        if let Some(counting) = &mut self.counting {
            counting.part = part(counting.chart);
            counting.on = !self.quiet;
        }
    }

    /// What is evaluated from now on belongs to no part of the model.
    pub(crate) fn count_nothing(&mut self) {
        if let Some(counting) = &mut self.counting {
            counting.on = false;
        }
    }

    /// An initial state was found.
    pub(crate) fn count_initial(&mut self) {
        if let Some(counting) = self.counting.as_mut().filter(|counting| counting.on) {
            counting.initial += 1;
        }
    }

    /// Evaluates where the stack is nearly used up, or where evaluations are counted.
    #[cold]
    pub(super) fn eval_watched(&mut self, id: NodeId, base: usize) -> Result<Value> {
        let begun = self.counting.as_mut().and_then(|counting| counting.begin(id));
        let value = match self.has_stack() {
            true => self.eval_node(id, base),
            false => self.grow(id, |this| this.eval_node(id, base)),
        };
        if let (Some(counting), Some((place, began))) = (&mut self.counting, begun) {
            counting.end(place, began);
        }
        value
    }

    /// Counts a formula that is tried as an action.
    #[cold]
    pub(super) fn count_try(&mut self, id: NodeId) {
        if let Some(place) = self.tried_place(id)
            && let Some(counting) = &mut self.counting
        {
            counting.at(place).tried += 1;
        }
    }

    /// What was tried as an action is about to be evaluated as a condition, which is counted there.
    #[inline]
    pub(super) fn count_test(&mut self, id: NodeId) {
        if self.is_counting()
            && let Some(place) = self.tried_place(id)
            && let Some(counting) = &mut self.counting
        {
            let count = counting.at(place);
            count.tried = count.tried.saturating_sub(1);
        }
    }

    fn tried_place(&self, id: NodeId) -> Option<usize> {
        let counting = self.counting.as_ref().filter(|counting| counting.on)?;
        // What they stand for is counted.
        if matches!(self.ir.node(id), Node::Kept(..) | Node::Cached(..)) {
            return None;
        }
        counting.chart.counted(id)
    }

    /// Counts the truth of a condition.
    #[inline]
    pub(super) fn count_truth(&mut self, id: NodeId, truth: bool) {
        if self.is_counting() {
            self.take_truth(id, truth);
        }
    }

    #[cold]
    fn take_truth(&mut self, id: NodeId, truth: bool) {
        let simple = self.is_simple(id);
        let Some(counting) = self.counting.as_mut().filter(|counting| counting.on) else { return };
        let Some(place) = counting.chart.place(id) else { return };
        counting.total += u64::from(simple);
        let count = counting.at(place);
        // These are not met on the way of other expressions.
        count.evaluated += u64::from(simple);
        count.cost += u64::from(simple);
        *if truth { &mut count.yes } else { &mut count.no } += 1;
    }

    fn is_simple(&self, id: NodeId) -> bool {
        self.ir.node(id).is_simple()
    }
}
