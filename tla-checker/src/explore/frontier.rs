//! The states to expand, level by level, in chunks that workers share.
//!
//! Enters: the [`Chunk`]s that workers fill with new states. Leaves: the same chunks, when their level
//! is expanded. While they wait they are packed ([`Packet`]). Holds: two queues alternate, so a level's chunks never mix with the next one's; a queue
//! gives chunks in the order they came (one worker visits states in the order of discovery); the states
//! of a chunk are all of one layout, those of a level need not be.

mod packet;

pub(super) use packet::Packet;

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
}

impl Chunk {
    /// No states of this layout and width yet.
    #[cfg(test)]
    pub fn new(layout: u32, width: usize) -> Self {
        Chunk { layout, width, ..Chunk::default() }
    }

    /// Forgets the states, keeps the memory; the next ones are of this layout.
    pub fn restart(&mut self, layout: u32) {
        self.layout = layout;
        self.keys.clear();
        self.states.clear();
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
    fn split(&self, size: usize) -> impl Iterator<Item = Chunk> + '_ {
        let (layout, width) = (self.layout, self.width);
        (0..self.len()).step_by(size).map(move |start| {
            let end = self.len().min(start + size);
            let (keys, states) = (&self.keys[start..end], &self.states[start * width..end * width]);
            Chunk { layout, width, keys: keys.to_vec(), states: states.to_vec() }
        })
    }
}

/// The queues of the level being expanded and of the next.
pub(super) struct Frontier {
    levels: [Injector<Packet>; 2],
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
    pub fn push(&self, level: u32, chunk: &Chunk) {
        if !chunk.is_empty() {
            self.push_packet(level, Packet::new(chunk));
        }
    }

    /// Adds a packed chunk to a level.
    pub fn push_packet(&self, level: u32, packet: Packet) {
        // Relaxed: the sizes are read between levels, after the workers met at a lock.
        self.sizes[level as usize & 1].fetch_add(packet.len(), Ordering::Relaxed);
        self.levels[level as usize & 1].push(packet);
    }

    /// Takes a chunk of a level that nobody adds to any more; `false` when it is used up.
    pub fn take(&self, level: u32, chunk: &mut Chunk) -> bool {
        let packet = self.take_packet(level);
        packet.inspect(|packet| packet.unpack(chunk)).is_some()
    }

    fn take_packet(&self, level: u32) -> Option<Packet> {
        loop {
            match self.levels[level as usize & 1].steal() {
                Steal::Success(packet) => {
                    self.sizes[level as usize & 1].fetch_sub(packet.len(), Ordering::Relaxed);
                    return Some(packet);
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
        let packets: Vec<Packet> = std::iter::from_fn(|| self.take_packet(level)).collect();
        let mut chunk = Chunk::default();
        for packet in packets {
            packet.unpack(&mut chunk);
            chunk.split(size).for_each(|piece| self.push(level, &piece));
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
                let mut chunk = Chunk::new(base, width);
                (0..100).for_each(|n| chunk.push(u64::from(base + n), &vec![base + n; width]));
                frontier.push(2, &chunk);
            }
            frontier.share(2, 4);
            assert_eq!((frontier.len(2), frontier.len(3)), (200, 0));
            let (mut next, mut chunk) = (0, Chunk::default());
            while frontier.take(2, &mut chunk) {
                assert!(chunk.len() <= 6 && chunk.layout == next / 100 * 100);
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
