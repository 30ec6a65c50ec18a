//! The primitives that the lock-free parts and the gate are made of: the standard ones, or loom's where
//! loom models them (`RUSTFLAGS="--cfg loom" cargo test --release -p tla-checker --lib loom`).

#[cfg(all(test, loom))]
pub(super) use loom::sync::{Condvar, Mutex, MutexGuard, RwLock, RwLockReadGuard, atomic};
#[cfg(not(all(test, loom)))]
pub(super) use std::sync::{Condvar, Mutex, MutexGuard, RwLock, RwLockReadGuard, atomic};
