//! The specification generator: from a feature name and a directory to a checked TLA+ specification.
//!
//! What its stages stand on; the stages themselves come later.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`codebase`] | a directory and its history, as a model may see them; what of it was read |
//! | [`journal`] | what a run has done, on disk: killed at any moment, it goes on |
//! | [`model`] | models: clients, budgets, retries, transcripts |
//! | [`servers`] | tool servers of others, over MCP |
//! | [`settings`] | `specgen.toml` |

pub mod codebase;
pub mod journal;
pub mod model;
pub mod servers;
pub mod settings;
