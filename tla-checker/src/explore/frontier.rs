//! The states to expand, level by level, in chunks that workers share.
//!
//! Enters: the [`Chunk`]s that workers fill with new states. Leaves: the same chunks, when their level
//! is expanded. While they wait they are packed ([`Packet`]), on disk where memory is bounded
//! ([`Waiting`]). Holds: two queues alternate, so a level's chunks never mix with the next one's; a queue
//! gives chunks in the order they came (one worker visits states in the order of discovery); the states
//! of a chunk are all of one layout, those of a level need not be.

mod packet;
mod waiting;

pub(super) use packet::{FRAME, Packet};

use super::disk::Disk;
use crossbeam::deque::{Injector, Steal};
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use waiting::{Mask, Waiting};

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

    /// Keeps the states whose bits are set.
    fn retain(&mut self, mask: Mask) {
        let wanted = (0..self.len()).filter(|at| mask >> at & 1 == 1);
        let mut kept = 0;
        for at in wanted {
            self.keys[kept] = self.keys[at];
            self.states.copy_within(at * self.width..(at + 1) * self.width, kept * self.width);
            kept += 1;
        }
        self.keys.truncate(kept);
        self.states.truncate(kept * self.width);
    }

    /// The states from `first` on.
    pub fn rest(&self, first: usize) -> Chunk {
        let (keys, states) = (self.keys[first..].to_vec(), self.states[first * self.width..].to_vec());
        Chunk { layout: self.layout, width: self.width, keys, states }
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
    levels: [Level; 2],
    /// Where states wait that there is no room for in memory.
    beyond: Option<Beyond>,
}

/// A level's states.
#[derive(Default)]
struct Level {
    queue: Injector<Packet>,
    /// In place of the queue where room is bounded.
    waiting: Mutex<Waiting>,
    size: AtomicUsize,
}

/// Room for states that wait.
struct Beyond {
    disk: Arc<Disk>,
    /// How many bytes a level may have in memory.
    most: usize,
}

impl Frontier {
    /// Both empty.
    pub fn new() -> Self {
        Frontier { levels: Default::default(), beyond: None }
    }

    /// Both empty; what takes more than so many bytes a level waits on disk.
    pub fn bounded(disk: Arc<Disk>, most: usize) -> Self {
        Frontier { levels: Default::default(), beyond: Some(Beyond { disk, most }) }
    }

    fn level(&self, level: u32) -> &Level {
        &self.levels[level as usize & 1]
    }

    /// Adds a chunk to a level.
    ///
    /// # Errors
    /// It cannot be written to the disk.
    pub fn push(&self, level: u32, chunk: &Chunk) -> io::Result<()> {
        if chunk.is_empty() { Ok(()) } else { self.push_packet(level, Packet::new(chunk)) }
    }

    /// Adds a packed chunk to a level.
    ///
    /// # Errors
    /// It cannot be written to the disk.
    pub fn push_packet(&self, level: u32, packet: Packet) -> io::Result<()> {
        let level = self.level(level);
        // Relaxed: the sizes are read between levels, after the workers met at a lock.
        level.size.fetch_add(packet.len(), Ordering::Relaxed);
        match &self.beyond {
            None => level.queue.push(packet),
            Some(beyond) => level.waiting().push(packet, beyond.most, &beyond.disk)?,
        }
        Ok(())
    }

    /// Takes a chunk of a level that nobody adds to any more; `false` when it is used up.
    ///
    /// # Errors
    /// It cannot be read from the disk.
    pub fn take(&self, level: u32, chunk: &mut Chunk) -> io::Result<bool> {
        let level = self.level(level);
        if self.beyond.is_none() {
            let Some(packet) = level.take_packet() else { return Ok(false) };
            packet.unpack(chunk);
            return Ok(true);
        }
        let taken = level.waiting().pop()?;
        let Some((packet, mask)) = taken else { return Ok(false) };
        packet.unpack(chunk);
        chunk.retain(mask);
        level.size.fetch_sub(chunk.len(), Ordering::Relaxed);
        Ok(true)
    }

    /// How many states of a level wait; exact between levels.
    pub fn len(&self, level: u32) -> usize {
        self.level(level).size.load(Ordering::Relaxed)
    }

    /// Cuts the chunks of a small level so that every worker gets some; only between levels.
    ///
    /// # Errors
    /// They cannot be read from the disk, or written to it.
    pub fn share(&self, level: u32, workers: usize) -> io::Result<()> {
        let size = (self.len(level) / (workers * 8)).max(1);
        if size >= CHUNK {
            return Ok(());
        }
        let (mut pieces, mut chunk) = (Vec::new(), Chunk::default());
        while self.take(level, &mut chunk)? {
            pieces.extend(chunk.split(size).map(|piece| Packet::new(&piece)));
        }
        pieces.into_iter().try_for_each(|piece| self.push_packet(level, piece))
    }

    /// Everything that waits in a level, in order; it stays. Only while the workers wait.
    ///
    /// # Errors
    /// What waits cannot be read, or what `each` answers.
    pub fn for_each(&self, level: u32, mut each: impl FnMut(&Packet) -> io::Result<()>) -> io::Result<()> {
        let level = self.level(level);
        if self.beyond.is_none() {
            let packets: Vec<Packet> = std::iter::from_fn(|| level.take_packet()).collect();
            let result = packets.iter().try_for_each(&mut each);
            for packet in packets {
                level.size.fetch_add(packet.len(), Ordering::Relaxed);
                level.queue.push(packet);
            }
            return result;
        }
        let mut chunk = Chunk::default();
        level.waiting().for_each(|packet, mask| {
            if mask.count_ones() as usize == packet.len() {
                return each(packet);
            }
            packet.unpack(&mut chunk);
            chunk.retain(mask);
            if chunk.is_empty() { Ok(()) } else { each(&Packet::new(&chunk)) }
        })
    }

    /// Has the states that came into a level since the last time judged (see [`Waiting::settle`]), and
    /// forgets those that are old. Only while the workers wait.
    ///
    /// # Errors
    /// What waits cannot be read, or what `judge` answers.
    pub fn settle(
        &self,
        level: u32,
        most: usize,
        judge: impl FnMut(&mut Vec<(u64, u64)>, &mut Vec<u64>) -> io::Result<()>,
    ) -> io::Result<()> {
        let level = self.level(level);
        let old = level.waiting().settle(most, judge)?;
        level.size.fetch_sub(old as usize, Ordering::Relaxed);
        Ok(())
    }

    /// Says that all states of a level are new.
    pub fn all_new(&self, level: u32) {
        self.level(level).waiting().all_new();
    }
}

impl Level {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        // A thread that panicked ends the run.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_packet(&self) -> Option<Packet> {
        loop {
            match self.queue.steal() {
                Steal::Success(packet) => {
                    self.size.fetch_sub(packet.len(), Ordering::Relaxed);
                    return Some(packet);
                }
                Steal::Empty => return None,
                Steal::Retry => std::hint::spin_loop(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sharing_keeps_the_states_and_their_order() {
        let disk = Arc::new(Disk::scratch(None, None));
        for (width, bounded) in [(0, false), (1, true), (3, false), (3, true)] {
            let frontier = if bounded { Frontier::bounded(disk.clone(), 1500) } else { Frontier::new() };
            for base in [0u32, 100] {
                let mut chunk = Chunk::new(base, width);
                (0..100).for_each(|n| chunk.push(u64::from(base + n), &vec![base + n; width]));
                frontier.push(2, &chunk).unwrap();
            }
            frontier.share(2, 4).unwrap();
            assert_eq!((frontier.len(2), frontier.len(3)), (200, 0));
            let mut listed = Vec::new();
            let list = |packet: &Packet| {
                listed.extend_from_slice(packet.keys());
                Ok(())
            };
            frontier.for_each(2, list).unwrap();
            assert_eq!((listed, frontier.len(2)), ((0..200).collect(), 200));
            let (mut next, mut chunk) = (0, Chunk::default());
            while frontier.take(2, &mut chunk).unwrap() {
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

    #[test]
    fn old_states_never_come_out() {
        let frontier = Frontier::bounded(Arc::new(Disk::scratch(None, None)), 2000);
        for base in (0u32..1000).step_by(100) {
            let mut chunk = Chunk::new(0, 2);
            (base..base + 100).for_each(|n| chunk.push(u64::from(n), &[n, n + 1]));
            frontier.push(1, &chunk).unwrap();
        }
        let is_old = |key: u64| key % 7 < 3 || (300..400).contains(&key);
        let judge = |keys: &mut Vec<(u64, u64)>, old: &mut Vec<u64>| {
            old.extend(keys.iter().filter(|entry| is_old(entry.0)).map(|entry| entry.1));
            Ok(())
        };
        frontier.settle(1, 150, judge).unwrap();
        let expected: Vec<u64> = (0..1000).filter(|&key| !is_old(key)).collect();
        assert_eq!(frontier.len(1), expected.len());
        let mut listed = Vec::new();
        let list = |packet: &Packet| {
            listed.extend_from_slice(packet.keys());
            Ok(())
        };
        frontier.for_each(1, list).unwrap();
        assert_eq!(listed, expected);
        let (mut taken, mut chunk) = (Vec::new(), Chunk::default());
        while frontier.take(1, &mut chunk).unwrap() {
            for at in 0..chunk.len() {
                let key = chunk.key(at);
                assert_eq!(chunk.state(at), [key as u32, key as u32 + 1]);
                taken.push(key);
            }
        }
        assert_eq!((taken, frontier.len(1)), (expected, 0));
    }
}
