//! Whether a graph of states has a behaviour that violates a temporal property under fairness.
//!
//! Enters: a [`Graph`], states by number and steps with what is true of them, and [`Duty`]s. Leaves: a
//! [`Lasso`], the first duty's that can be met, as short as is practical. Holds: a behaviour is met by a
//! duty when its automaton accepts it and its cycle satisfies every clause; that is so exactly when the
//! product of graph and automaton has a reachable strongly connected part of which the same can be said
//! (E. A. Emerson and C.-L. Lei, *Modalities for Model Checking*, 1987; the recursion on Streett pairs is
//! theirs). What is found depends on the graph alone, not on the number of threads.
//!
//! What does not happen here: evaluation, and the judgement whether a lasso is a behaviour: the search
//! replays it, and [`Formula`](crate::temporal::Formula) judges it.

mod components;
mod graph;
mod lasso;
mod product;

pub use graph::{Edges, Graph, Labels};
pub use lasso::Lasso;

use crate::observer::Cancel;
use crate::temporal::Duty;
use components::Components;
use product::Product;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// No behaviour meets any of the duties.
    None,
    /// A behaviour meets the duty in this place, and none of those before it.
    Met(usize, Lasso),
    /// The check was cancelled.
    Cancelled,
}

/// Looks for a behaviour that meets a duty, on so many threads.
pub fn check<'d>(
    graph: &Graph,
    duties: &(impl Fn(usize) -> &'d Duty + Sync),
    count: usize,
    threads: usize,
    cancel: &Cancel,
) -> Answer {
    let (next, least) = (AtomicUsize::new(0), AtomicUsize::new(usize::MAX));
    let found: Mutex<Option<(usize, Lasso)>> = Mutex::default();
    let work = || {
        loop {
            // Relaxed: they only hand out numbers; what is found goes through the lock.
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= count || at > least.load(Ordering::Relaxed) || cancel.is_cancelled() {
                return;
            }
            if let Some(lasso) = meet(graph, duties(at), cancel) {
                least.fetch_min(at, Ordering::Relaxed);
                let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                if found.as_ref().is_none_or(|(held, _)| at < *held) {
                    *found = Some((at, lasso));
                }
            }
        }
    };
    std::thread::scope(|scope| {
        let helpers = threads.min(count).saturating_sub(1);
        let start = |_| std::thread::Builder::new().spawn_scoped(scope, work).is_ok();
        let _ = (0..helpers).take_while(|&i| start(i)).count();
        work();
    });
    if cancel.is_cancelled() {
        return Answer::Cancelled;
    }
    let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.map_or(Answer::None, |(at, lasso)| Answer::Met(at, lasso))
}

/// A lasso that meets a duty, if there is one.
fn meet(graph: &Graph, duty: &Duty, cancel: &Cancel) -> Option<Lasso> {
    let product = Product::new(graph, duty);
    let mut components = Components::new(&product, cancel);
    components.search();
    if components.accepting.is_empty() || cancel.is_cancelled() {
        return None;
    }
    lasso::shortest(&product, &components)
}
