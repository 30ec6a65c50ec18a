//! Packets that wait in memory as long as there is room, and then in a file.
//!
//! Enters: packets. Leaves: the same packets, each with a mask of the states that are still wanted.
//! Holds: packets come out in the order in which they came in; what was found to be old
//! ([`Waiting::settle`]) never comes out. A packet that was changed on disk is an error.

use super::packet::{FRAME, Packet};
use crate::explore::disk::{BLOCK, Disk, Scratch};
use std::collections::VecDeque;
use std::io;

/// Which states of a packet are wanted: a bit for each.
pub(super) type Mask = u128;

/// Packets that wait.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    memory: VecDeque<(Packet, Mask)>,
    /// How many bytes the packets in memory take.
    bytes: usize,
    file: Option<Scratch>,
    /// The masks of the packets in the file that are still to come.
    masks: VecDeque<Mask>,
    /// Where in the file the next one to come begins, and where the part begins that is still in `tail`.
    head: u64,
    flushed: u64,
    /// The last packets of the file, not yet written.
    tail: Vec<u8>,
    /// What was read ahead, and where it begins.
    ahead: Vec<u8>,
    ahead_at: u64,
    /// How many packets were settled, of those in memory and of those in the file, and where in the file
    /// the next one begins.
    settled: (usize, usize),
    settled_at: u64,
}

impl Waiting {
    /// Adds a packet; to the file when those in memory take more than `most` bytes.
    pub fn push(&mut self, packet: Packet, most: usize, disk: &Disk) -> io::Result<()> {
        let mask = Mask::MAX >> (Mask::BITS - packet.len().max(1) as u32);
        if self.masks.is_empty() && self.bytes + packet.bytes() <= most {
            self.bytes += packet.bytes();
            self.memory.push_back((packet, mask));
            return Ok(());
        }
        if self.file.is_none() {
            self.file = Some(disk.scratch_file()?);
        }
        packet.store(&mut self.tail);
        self.masks.push_back(mask);
        if self.tail.len() >= BLOCK { self.flush(disk) } else { Ok(()) }
    }

    fn flush(&mut self, disk: &Disk) -> io::Result<()> {
        if let Some(file) = &self.file {
            file.write_at(disk, &self.tail, self.flushed)?;
        }
        self.flushed += self.tail.len() as u64;
        self.tail.clear();
        Ok(())
    }

    /// The next packet with states that are wanted, and which.
    pub fn pop(&mut self) -> io::Result<Option<(Packet, Mask)>> {
        while let Some((packet, mask)) = self.memory.pop_front() {
            self.bytes -= packet.bytes();
            self.settled.0 = self.settled.0.saturating_sub(1);
            if mask != 0 {
                return Ok(Some((packet, mask)));
            }
        }
        while let Some(mask) = self.masks.pop_front() {
            let (packet, next) = self.read(self.head)?;
            self.head = next;
            if self.settled.1 > 0 {
                self.settled.1 -= 1;
            } else {
                self.settled_at = next;
            }
            if mask != 0 {
                return Ok(Some((packet, mask)));
            }
        }
        self.restart()?;
        Ok(None)
    }

    /// Nothing waits: the file starts anew.
    fn restart(&mut self) -> io::Result<()> {
        if let (Some(file), true) = (&self.file, self.flushed > 0) {
            file.clear()?;
        }
        let (file, mut tail) = (self.file.take(), std::mem::take(&mut self.tail));
        tail.clear();
        *self = Waiting { file, tail, ..Waiting::default() };
        Ok(())
    }

    /// The packet at this place of the file, and where the next one begins.
    fn read(&mut self, at: u64) -> io::Result<(Packet, u64)> {
        let mut frame = [0; FRAME];
        self.copy(at, &mut frame)?;
        let len = Packet::stored_len(frame);
        let mut bytes = vec![0; len];
        self.copy(at, &mut bytes)?;
        let packet = Packet::restore(&bytes).ok_or_else(|| {
            let message = "what was written to a file is not what is read from it";
            io::Error::new(io::ErrorKind::InvalidData, message)
        })?;
        Ok((packet, at + len as u64))
    }

    /// Fills the buffer with what is at this place of the file, or would be once it is written.
    fn copy(&mut self, at: u64, into: &mut [u8]) -> io::Result<()> {
        let (tail, end) = (self.flushed, at + into.len() as u64);
        if at >= tail {
            let start = (at - tail) as usize;
            let part = self.tail.get(start..start + into.len());
            into.copy_from_slice(part.ok_or(io::ErrorKind::UnexpectedEof)?);
            return Ok(());
        }
        if at < self.ahead_at || end > self.ahead_at + self.ahead.len() as u64 {
            let len = (tail - at).min(BLOCK.max(into.len()) as u64) as usize;
            self.ahead.resize(len, 0);
            self.ahead_at = at;
            let file = self.file.as_ref().ok_or(io::ErrorKind::NotFound)?;
            file.read_at(&mut self.ahead, at)?;
        }
        let start = (at - self.ahead_at) as usize;
        let part = self.ahead.get(start..start + into.len());
        into.copy_from_slice(part.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    /// Everything that waits, in order; it stays.
    pub fn for_each(&mut self, mut each: impl FnMut(&Packet, Mask) -> io::Result<()>) -> io::Result<()> {
        for (packet, mask) in &self.memory {
            each(packet, *mask)?;
        }
        let mut at = self.head;
        for n in 0..self.masks.len() {
            let (packet, next) = self.read(at)?;
            at = next;
            each(&packet, self.masks[n])?;
        }
        Ok(())
    }

    /// Has what came in since the last time judged, at most `most` keys at a time (and a packet's more):
    /// `judge` gets keys, each with a number, and adds the numbers of those that are old. Answers how many
    /// were.
    pub fn settle(
        &mut self,
        most: usize,
        mut judge: impl FnMut(&mut Vec<(u64, u64)>, &mut Vec<u64>) -> io::Result<()>,
    ) -> io::Result<u64> {
        // No more than that: a vector that grows takes three times as much meanwhile.
        let waits = (self.memory.len() + self.masks.len()).saturating_mul(Mask::BITS as usize);
        let most_keys = most.saturating_add(Mask::BITS as usize).min(waits);
        let (mut keys, mut old, mut total) = (Vec::with_capacity(most_keys), Vec::new(), 0);
        loop {
            keys.clear();
            old.clear();
            let (in_memory, in_file) = self.settled;
            let number = |packet: usize, at: usize| packet as u64 * u64::from(Mask::BITS) + at as u64;
            // Packets in memory come first in the numbers, then those of the file.
            while self.settled.0 < self.memory.len() && keys.len() < most {
                let packet = self.settled.0;
                let found = self.memory[packet].0.keys().iter().enumerate();
                keys.extend(found.map(|(at, &key)| (key, number(packet, at))));
                self.settled.0 += 1;
            }
            while self.settled.1 < self.masks.len() && keys.len() < most {
                let (packet, next) = self.read(self.settled_at.max(self.head))?;
                let place = self.memory.len() + self.settled.1;
                let found = packet.keys().iter().enumerate();
                keys.extend(found.map(|(at, &key)| (key, number(place, at))));
                self.settled.1 += 1;
                self.settled_at = next;
            }
            if self.settled == (in_memory, in_file) {
                return Ok(total);
            }
            judge(&mut keys, &mut old)?;
            total += old.len() as u64;
            for &number in &old {
                let (packet, at) = (number / u64::from(Mask::BITS), number % u64::from(Mask::BITS));
                let packet = packet as usize;
                let mask = match packet.checked_sub(self.memory.len()) {
                    Some(stored) => &mut self.masks[stored],
                    None => &mut self.memory[packet].1,
                };
                *mask &= !(1 << at);
            }
        }
    }

    /// Says that nothing that waits is old.
    pub fn all_new(&mut self) {
        self.settled = (self.memory.len(), self.masks.len());
        self.settled_at = self.flushed + self.tail.len() as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::frontier::Chunk;

    fn packet(first: u64, len: u64) -> Packet {
        let mut chunk = Chunk::new(first as u32, 2);
        (first..first + len).for_each(|n| chunk.push(n, &[n as u32, 7]));
        Packet::new(&chunk)
    }

    /// Everything that comes out.
    fn drain(waiting: &mut Waiting) -> Vec<u64> {
        let mut keys = Vec::new();
        while let Some((packet, mask)) = waiting.pop().expect("readable") {
            let wanted = packet.keys().iter().enumerate().filter(|(at, _)| mask >> at & 1 == 1);
            keys.extend(wanted.map(|(_, &key)| key));
        }
        keys
    }

    #[test]
    fn what_is_not_old_comes_out_in_order_from_memory_and_file() {
        let disk = Disk::scratch(None, None);
        for most in [0, 3000, usize::MAX] {
            let mut waiting = Waiting::default();
            for batch in [1, 200, usize::MAX] {
                let mut first = 0;
                let mut old_ones = 0;
                for round in 0..40u64 {
                    for len in [1, 128, 1 + round] {
                        waiting.push(packet(first, len), most, &disk).expect("room");
                        first += len;
                    }
                    // In three parts of the level: each key is judged once.
                    if round % 15 == 14 {
                        let mut judged = Vec::new();
                        old_ones += waiting
                            .settle(batch, |keys, old| {
                                judged.extend(keys.iter().map(|entry| entry.0));
                                old.extend(keys.iter().filter(|entry| entry.0 % 3 == 0).map(|entry| entry.1));
                                Ok(())
                            })
                            .expect("readable");
                        assert!(judged.is_sorted() && judged.last() == Some(&(first - 1)));
                    }
                }
                waiting
                    .settle(batch, |keys, old| {
                        old.extend(keys.iter().filter(|entry| entry.0 % 3 == 0).map(|entry| entry.1));
                        Ok(())
                    })
                    .map(|n| old_ones += n)
                    .expect("readable");
                assert_eq!(waiting.settle(batch, |_, _| unreachable!()).expect("readable"), 0);
                assert_eq!(old_ones, first.div_ceil(3));
                let mut listed = Vec::new();
                let list = |packet: &Packet, mask: Mask| {
                    let wanted = packet.keys().iter().enumerate().filter(|(at, _)| mask >> at & 1 == 1);
                    listed.extend(wanted.map(|(_, &key)| key));
                    Ok(())
                };
                waiting.for_each(list).expect("readable");
                let expected: Vec<u64> = (0..first).filter(|key| key % 3 != 0).collect();
                assert_eq!(listed, expected);
                assert_eq!(drain(&mut waiting), expected);
            }
        }
    }

    #[test]
    fn packets_come_and_go_at_the_same_time() {
        let disk = Disk::scratch(None, None);
        for most in [0, 5000] {
            let mut waiting = Waiting::default();
            let (mut first, mut expected) = (0, 0);
            for round in 0..3000u64 {
                waiting.push(packet(first, 100), most, &disk).expect("room");
                first += 100;
                waiting.all_new();
                if round % 3 != 0 {
                    let (packet, _) = waiting.pop().expect("readable").expect("some wait");
                    assert_eq!(packet.keys()[0], expected);
                    expected += 100;
                }
            }
            assert_eq!(drain(&mut waiting), (expected..first).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_full_disk_is_an_error() {
        let disk = Disk::scratch(None, Some(1_000_000));
        let mut waiting = Waiting::default();
        let full =
            (0..).find_map(|n| waiting.push(packet(n * 128, 128), 0, &disk).err()).expect("it is full");
        assert_eq!(full.kind(), io::ErrorKind::StorageFull);
    }
}
