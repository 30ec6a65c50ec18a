//! The parser generated from `cfg.pest`.
//!
//! Enters: text. Leaves: pairs of rules and places. Holds: the grammar accepts every text.

// The derive makes a public enum of rules whose variants are documented in the grammar only.
#![allow(missing_docs)]

#[derive(pest_derive::Parser)]
#[grammar = "cfg.pest"]
pub(super) struct Grammar;
