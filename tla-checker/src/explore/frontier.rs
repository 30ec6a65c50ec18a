//! The states to expand, level by level, in chunks that workers share.
//!
//! Enters: the [`Chunk`]s that workers fill with new states. Leaves: the same chunks, when their level
//! is expanded. Holds: two queues alternate, so a level's chunks never mix with the next one's; a queue
//! gives chunks in the order they came (one worker visits states in the order of discovery); the states
//! of a chunk are all of one layout, those of a level need not be.

use crossbeam::deque::{Injector, Steal};
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many states a full chunk holds.
pub(super) const CHUNK: usize = 128;

/// States of one layout side by side, with their keys (initial states: their fingerprints).
#[derive(Debug, Default)]
pub(super) struct Chunk {
    /// The layout of the states.
    pub layout: u32,
    width: usize,
    keys: Vec<u64>,
    states: Vec<u32>,
    /// The position of the first among all initial states; 0 elsewhere.
    pub first: u32,
}

impl Chunk {
    /// Room for a full chunk of states of this layout and width.
    pub fn full_size(layout: u32, width: usize) -> Self {
        let (keys, states) = (Vec::with_capacity(CHUNK), Vec::with_capacity(CHUNK * width));
        Chunk { layout, width, keys, states, first: 0 }
    }

    /// Adds a state, of the same layout as the others.
    #[inline]
    pub fn push(&mut self, key: u64, state: &[u32]) {
        debug_assert!(self.is_empty() || self.width == state.len(), "one layout, one width");
        self.width = state.len();
        self.keys.push(key);
        self.states.extend_from_slice(state);
    }

    /// How many states.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The key of state `at`.
    #[inline]
    pub fn key(&self, at: usize) -> u64 {
        self.keys[at]
    }

    /// State `at`.
    #[inline]
    pub fn state(&self, at: usize) -> &[u32] {
        &self.states[at * self.width..(at + 1) * self.width]
    }

    /// Pieces of at most `size` states, in order.
    fn split(self, size: usize) -> impl Iterator<Item = Chunk> {
        let (layout, width) = (self.layout, self.width);
        (0..self.len()).step_by(size).map(move |start| {
            let end = self.len().min(start + size);
            Chunk {
                layout,
                width,
                keys: self.keys[start..end].to_vec(),
                states: self.states[start * width..end * width].to_vec(),
                first: self.first + start as u32,
            }
        })
    }
}

/// The queues of the level being expanded and of the next.
pub(super) struct Frontier {
    levels: [Injector<Chunk>; 2],
    sizes: [AtomicUsize; 2],
}

impl Frontier {
    /// Both empty.
    pub fn new() -> Self {
        Frontier {
            levels: [Injector::new(), Injector::new()],
            sizes: [AtomicUsize::new(0), AtomicUsize::new(0)],
        }
    }

    /// Adds a chunk to a level.
    pub fn push(&self, level: u32, chunk: Chunk) {
        if !chunk.is_empty() {
            // Relaxed: the sizes are read between levels, after the workers met at a lock.
            self.sizes[level as usize & 1].fetch_add(chunk.len(), Ordering::Relaxed);
            self.levels[level as usize & 1].push(chunk);
        }
    }

    /// Takes a chunk of a level that nobody adds to any more; `None` when it is used up.
    pub fn take(&self, level: u32) -> Option<Chunk> {
        loop {
            match self.levels[level as usize & 1].steal() {
                Steal::Success(chunk) => {
                    self.sizes[level as usize & 1].fetch_sub(chunk.len(), Ordering::Relaxed);
                    return Some(chunk);
                }
                Steal::Empty => return None,
                Steal::Retry => std::hint::spin_loop(),
            }
        }
    }

    /// How many states of a level wait; exact between levels.
    pub fn len(&self, level: u32) -> usize {
        self.sizes[level as usize & 1].load(Ordering::Relaxed)
    }

    /// Cuts the chunks of a small level so that every worker gets some; only between levels.
    pub fn share(&self, level: u32, workers: usize) {
        let size = (self.len(level) / (workers * 8)).max(1);
        if size >= CHUNK {
            return;
        }
        let chunks: Vec<Chunk> = std::iter::from_fn(|| self.take(level)).collect();
        for chunk in chunks {
            for piece in chunk.split(size) {
                self.push(level, piece);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sharing_keeps_the_states_and_their_order() {
        for width in [0, 1, 3] {
            let frontier = Frontier::new();
            for base in [0u32, 100] {
                let mut chunk = Chunk::full_size(base, width);
                chunk.first = base;
                (0..100).for_each(|n| chunk.push(u64::from(base + n), &vec![base + n; width]));
                frontier.push(2, chunk);
            }
            frontier.share(2, 4);
            assert_eq!((frontier.len(2), frontier.len(3)), (200, 0));
            let mut next = 0;
            while let Some(chunk) = frontier.take(2) {
                assert!(chunk.len() <= 6 && chunk.first == next && chunk.layout == next / 100 * 100);
                for at in 0..chunk.len() {
                    assert_eq!(chunk.key(at), u64::from(next));
                    assert_eq!(chunk.state(at), &vec![next; width][..]);
                    next += 1;
                }
            }
            assert_eq!((next, frontier.len(2)), (200, 0));
        }
    }
}
