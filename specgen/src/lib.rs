//! The specification generator: from a feature name and a directory to a checked TLA+ specification.
//!
//! What its stages stand on; the stages themselves come later.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`journal`] | what a run has done, on disk: killed at any moment, it goes on |
//! | [`model`] | models: clients, budgets, retries, transcripts |
//! | [`settings`] | `specgen.toml` |

pub mod journal;
pub mod model;
pub mod settings;
