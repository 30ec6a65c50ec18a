//! Memory for the lines of a [`Table`](super::table::Table).
//!
//! Enters: how many lines are wanted. Leaves: a slice of them, all of them free. Holds: address space is
//! reserved far beyond what is wanted, and costs nothing until it is touched; so a table grows where it
//! stands, and at no time are there two of them. Where a system does not give address space away like
//! that, only what is wanted is taken.

use super::table::Line;
use std::io;

/// From this size on, in lines, it pays to ask for huge pages.
#[cfg(all(target_os = "linux", not(all(test, loom))))]
const HUGE: usize = (4 << 20) / size_of::<Line>();

#[cfg(not(all(test, loom)))]
pub(super) use mapped::Region;

#[cfg(not(all(test, loom)))]
#[allow(unsafe_code)]
mod mapped {
    use super::*;
    use memmap2::{MmapOptions, MmapRaw};

    /// Free lines.
    #[derive(Default)]
    pub struct Region {
        /// `None` while there are no lines.
        map: Option<MmapRaw>,
        capacity: usize,
    }

    impl Region {
        /// Room for so many lines, and for `reserved` ones if the system gives addresses away.
        ///
        /// # Errors
        /// There is no room.
        pub fn new(lines: usize, reserved: usize) -> io::Result<Self> {
            let reserve = |lines: usize| {
                let bytes = lines.checked_mul(size_of::<Line>()).ok_or(io::ErrorKind::OutOfMemory)?;
                let map = MmapOptions::new().len(bytes).no_reserve_swap().map_anon()?;
                Ok(Region { map: Some(map.into()), capacity: lines })
            };
            reserve(lines.max(reserved)).or_else(|_| reserve(lines))
        }

        /// How many lines there is room for.
        pub fn capacity(&self) -> usize {
            self.capacity
        }

        /// The lines.
        #[inline]
        pub fn lines(&self) -> &[Line] {
            let Some(map) = &self.map else { return &[] };
            // SAFETY: the mapping is private, anonymous, readable and writable, `capacity` lines long,
            // aligned to a page, and lives as long as `self`. Nothing else refers to it, so all access
            // goes through the atomics of these lines. A line may hold any bits, and zeros at first.
            unsafe { std::slice::from_raw_parts(map.as_ptr().cast::<Line>(), self.capacity) }
        }

        /// Says that the first `lines` lines will be used.
        pub fn expect(&self, lines: usize) {
            #[cfg(target_os = "linux")]
            if let Some(map) = self.map.as_ref().filter(|_| lines >= HUGE) {
                // It is advice: where it is not taken, the pages are small ones.
                let bytes = lines * size_of::<Line>();
                let _ = map.advise_range(memmap2::Advice::HugePage, 0, bytes);
            }
            let _ = lines;
        }
    }
}

/// Loom's atomics are no plain words.
#[cfg(all(test, loom))]
#[derive(Default)]
pub(super) struct Region(Vec<Line>);

#[cfg(all(test, loom))]
impl Region {
    pub fn new(lines: usize, _: usize) -> io::Result<Self> {
        Ok(Region((0..lines).map(|_| Line::default()).collect()))
    }

    pub fn capacity(&self) -> usize {
        self.0.len()
    }

    pub fn lines(&self) -> &[Line] {
        &self.0
    }

    pub fn expect(&self, _: usize) {}
}
