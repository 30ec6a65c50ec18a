//! From a feature's name and a directory to a checked TLA+ specification; and the TLA+ tools, for any agent.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`workbench`] | every TLA+ tool as a plain function with typed input and output |
//! | [`mutate`] | small errors put into a spec, to see which properties notice them |
//! | [`mcp`] | the tools as a server of the Model Context Protocol, with a knowledge base |
//! | [`codebase`] | a directory and its history, as a model may see them; what of it was read |
//! | [`journal`] | what a run has done, on disk: killed at any moment, it goes on |
//! | [`model`] | models: clients, budgets, retries, transcripts |
//! | [`servers`] | tool servers of others, over MCP |
//! | [`settings`] | `specgen.toml` |
//! | [`draft`] | the spec that a run writes, as data |
//! | [`refusal`] | why something that a model wanted is not done |
//! | [`run`] | `specgen run` as a call |
//! | [`stages`] | what a run does, one stage after the other |

pub mod codebase;
pub mod draft;
pub mod journal;
pub mod mcp;
pub mod model;
pub mod mutate;
pub mod refusal;
pub mod run;
pub mod servers;
pub mod settings;
pub mod stages;
pub mod workbench;
