//! What a server writes on standard error: read all the time, so it never waits for us, and the end of it kept.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt};

/// How much is kept.
const KEPT: usize = 1000;

/// The end of what was written so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Complaints(Arc<Mutex<VecDeque<u8>>>);

impl Complaints {
    /// Reads until the server ends.
    pub(super) fn listen(&self, mut from: impl AsyncRead + Unpin + Send + 'static) {
        let own = self.clone();
        tokio::spawn(async move {
            let mut piece = [0; 1024];
            while let Ok(read @ 1..) = from.read(&mut piece).await {
                let mut kept = own.lock();
                kept.extend(&piece[..read]);
                let over = kept.len().saturating_sub(KEPT);
                kept.drain(..over);
            }
        });
    }

    /// A moment for what a server writes while it dies.
    pub(super) async fn settle(&self) {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }

    /// In one line.
    pub(super) fn tail(&self) -> String {
        let bytes: Vec<u8> = self.lock().iter().copied().collect();
        String::from_utf8_lossy(&bytes).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
