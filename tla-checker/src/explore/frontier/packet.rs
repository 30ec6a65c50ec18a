//! A chunk's states while they wait: column by column, in as many bits as the column's largest word
//! needs.
//!
//! Enters: a [`Chunk`]. Leaves: the same chunk. Holds: a column that is 0 everywhere costs nothing; keys
//! are kept whole, since there is nothing to gain from numbers that are spread evenly.

use super::Chunk;
use xxhash_rust::xxh3::xxh3_64;

/// How many bytes say how long a stored packet is, and what its hash is.
pub(in crate::explore) const FRAME: usize = 12;

/// A packed chunk.
#[derive(Debug)]
pub(in crate::explore) struct Packet {
    /// The layout of the states.
    layout: u32,
    len: u32,
    /// The bits of each column.
    bits: Box<[u8]>,
    /// The keys, then the columns.
    data: Box<[u64]>,
}

impl Packet {
    /// Packs a chunk.
    pub fn new(chunk: &Chunk) -> Self {
        let (len, width) = (chunk.len(), chunk.width);
        let mut ones = vec![0u32; width];
        for state in chunk.states.chunks_exact(width.max(1)) {
            ones.iter_mut().zip(state).for_each(|(ones, word)| *ones |= word);
        }
        let bits: Box<[u8]> = ones.iter().map(|ones| (u32::BITS - ones.leading_zeros()) as u8).collect();
        let total: usize = bits.iter().map(|&bits| usize::from(bits) * len).sum();
        let mut data = Vec::with_capacity(len + total.div_ceil(64));
        data.extend_from_slice(&chunk.keys);
        let (mut word, mut filled) = (0u64, 0);
        for (column, &bits) in bits.iter().enumerate().filter(|(_, bits)| **bits > 0) {
            for &value in chunk.states[column..].iter().step_by(width) {
                word |= u64::from(value) << filled;
                filled += u32::from(bits);
                if filled >= 64 {
                    data.push(word);
                    filled -= 64;
                    // What did not fit; all of it did if nothing is filled.
                    word = u64::from(value).checked_shr(u32::from(bits) - filled).unwrap_or(0);
                }
            }
        }
        if filled > 0 {
            data.push(word);
        }
        Packet { layout: chunk.layout, len: len as u32, bits, data: data.into() }
    }

    /// How many states.
    pub fn len(&self) -> usize {
        self.len as usize
    }

    /// Unpacks it in place of whatever the chunk held.
    pub fn unpack(&self, chunk: &mut Chunk) {
        let (keys, columns) = self.data.split_at(self.len());
        let width = self.bits.len();
        (chunk.layout, chunk.width) = (self.layout, width);
        chunk.keys.clear();
        chunk.keys.extend_from_slice(keys);
        chunk.states.clear();
        chunk.states.resize(self.len() * width, 0);
        let mut at = 0;
        for (column, &bits) in self.bits.iter().enumerate().filter(|(_, bits)| **bits > 0) {
            let mask = (1u64 << bits) - 1;
            for value in chunk.states[column..].iter_mut().step_by(width) {
                let (word, shift) = (at / 64, at % 64);
                let mut read = columns[word] >> shift;
                if shift + usize::from(bits) > 64 {
                    read |= columns[word + 1] << (64 - shift);
                }
                *value = (read & mask) as u32;
                at += usize::from(bits);
            }
        }
    }

    /// Appends it to bytes that are to be stored: its length, a hash, and what it holds.
    pub fn store(&self, bytes: &mut Vec<u8>) {
        let start = bytes.len();
        bytes.resize(start + FRAME, 0);
        for number in [self.layout, self.len, self.bits.len() as u32] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes.extend_from_slice(&self.bits);
        self.data.iter().for_each(|word| bytes.extend_from_slice(&word.to_le_bytes()));
        let (frame, body) = bytes[start..].split_at_mut(FRAME);
        frame[..4].copy_from_slice(&(body.len() as u32).to_le_bytes());
        frame[4..].copy_from_slice(&xxh3_64(body).to_le_bytes());
    }

    /// How many bytes a stored packet has, frame included, of which these are the first [`FRAME`].
    pub fn stored_len(frame: [u8; FRAME]) -> usize {
        let [a, b, c, d, ..] = frame;
        FRAME + u32::from_le_bytes([a, b, c, d]) as usize
    }

    /// The packet that these bytes, all of them, were stored for; none if they are not what was stored.
    pub fn restore(bytes: &[u8]) -> Option<Self> {
        let (frame, body) = bytes.split_first_chunk::<FRAME>()?;
        if Self::stored_len(*frame) != bytes.len() || frame[4..] != xxh3_64(body).to_le_bytes() {
            return None;
        }
        let (layout, rest) = body.split_first_chunk::<4>()?;
        let (len, rest) = rest.split_first_chunk::<4>()?;
        let (width, rest) = rest.split_first_chunk::<4>()?;
        let [layout, len, width] = [layout, len, width].map(|&number| u32::from_le_bytes(number));
        let (bits, words) = rest.split_at_checked(width as usize)?;
        let total: usize = bits.iter().map(|&bits| usize::from(bits) * len as usize).sum();
        let (words, over) = words.as_chunks::<8>();
        if !over.is_empty() || words.len() != len as usize + total.div_ceil(64) {
            return None;
        }
        let data = words.iter().map(|&word| u64::from_le_bytes(word)).collect();
        Some(Packet { layout, len, bits: bits.into(), data })
    }

    /// The keys.
    pub fn keys(&self) -> &[u64] {
        &self.data[..self.len()]
    }

    /// How many bytes it takes.
    pub fn bytes(&self) -> usize {
        size_of::<Packet>() + self.bits.len() + self.data.len() * 8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_holds_what_was_packed_in_few_bytes() {
        let mut random = 1u64;
        let mut next = || {
            random = random.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            (random >> 32) as u32
        };
        for width in [0, 1, 2, 3, 7, 40] {
            for len in [0, 1, 2, 63, 64, 128] {
                // Columns of 0 to 32 bits; the last round is all ones.
                for round in 0..30 {
                    let mut chunk = Chunk::new(round, width);
                    let masks: Vec<u32> =
                        (0..width).map(|_| u32::MAX.checked_shr(next() % 33).unwrap_or(0)).collect();
                    for n in 0..len {
                        let word = |mask: &u32| if round == 29 { u32::MAX } else { next() & mask };
                        let state: Vec<u32> = masks.iter().map(word).collect();
                        chunk.push(u64::MAX - n, &state);
                    }
                    let packet = Packet::new(&chunk);
                    let mut unpacked = Chunk::new(99, 3);
                    unpacked.push(1, &[1, 2, 3]);
                    packet.unpack(&mut unpacked);
                    assert_eq!((unpacked.layout, &unpacked.keys), (round, &chunk.keys));
                    assert_eq!(unpacked.states, chunk.states);
                    let mut bytes = vec![1, 2, 3];
                    packet.store(&mut bytes);
                    let stored = &mut bytes[3..];
                    assert_eq!(
                        stored.len(),
                        Packet::stored_len(stored[..FRAME].try_into().expect("a frame"))
                    );
                    Packet::restore(stored).expect("whole").unpack(&mut unpacked);
                    assert_eq!((unpacked.states.clone(), unpacked.layout), (chunk.states.clone(), round));
                    assert_eq!(packet.keys(), chunk.keys);
                    assert!(Packet::restore(&stored[..stored.len() - 1]).is_none());
                    let at = next() as usize % stored.len();
                    stored[at] ^= 1 << (next() % 8);
                    assert!(Packet::restore(stored).is_none(), "byte {at}");
                    if round < 29 {
                        let bits: u32 = masks.iter().map(|mask| mask.count_ones()).sum();
                        let most = 64 + width + 8 * (len as usize + 1) + (bits as usize * len as usize) / 8;
                        assert!(packet.bytes() <= most, "{} > {most}", packet.bytes());
                    }
                }
            }
        }
    }
}
