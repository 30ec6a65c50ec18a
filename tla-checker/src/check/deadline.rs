//! A time limit for what the search does not watch over: assumptions, the postcondition, making ready.
//!
//! Enters: a limit and work that looks at a flag. Leaves: the work's answer. Holds: the flag is set when
//! the caller's is, or when the time is over; the thread that looks at the clock ends with the work.

use crate::observer::Cancel;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// Does `work` with a flag that is set when `cancel` is, and when the time is over.
pub fn within<T>(limit: Option<Duration>, cancel: &Cancel, work: impl FnOnce(&Cancel) -> T) -> T {
    let Some(limit) = limit else { return work(cancel) };
    let flag = cancel.child();
    std::thread::scope(|scope| {
        // Dropped at the end of the work, also when that panics.
        let (_done, waiting) = channel::<()>();
        let clock = flag.clone();
        scope.spawn(move || {
            if waiting.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
                clock.cancel();
            }
        });
        work(&flag)
    })
}
