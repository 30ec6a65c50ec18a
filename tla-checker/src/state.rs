//! How states are packed, and what is learned about packed states.
//!
//! Enters: values of variables. Leaves: states as vectors of `u32` words in a numbered [`Layout`], the
//! words' values again, the fingerprint terms of each, and `Trie`s: what evaluations that read words
//! came to. Holds: a layout says where everything lies and nothing about its meaning; fingerprints are
//! of values, so a state has one under every layout; a trie is a cache, keyed by every word that the
//! evaluation it stands for has read.
//!
//! What does not happen here: expressions. [`crate::eval`] reads words through its door, which keeps
//! the `Log` that tries learn from; [`crate::spec`] decides when a layout is no longer good enough.

mod dictionary;
mod effect;
mod layout;
mod log;
#[cfg(test)]
pub(crate) mod random;
mod saved;
mod shape;
mod store;
mod trie;

pub(crate) use effect::{Op, apply, settle, weigh};
pub(crate) use layout::{Dictionaries, Form, KeyList, Layout, PartId};
pub(crate) use log::{Branch, Fork, Log};
pub(crate) use shape::{Shape, infer, same_keys};
pub(crate) use store::{Misfit, Store};
pub(crate) use trie::{Footprint, Key, NOTHING, Read, Trie, Walk, changed};
