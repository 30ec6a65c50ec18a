//! The MCP server: the tools of the [workbench](crate::workbench) for any agent, over stdio or HTTP.
//!
//! Enters: the folders that may be read, and a transport. Leaves: a server that answers until its client leaves or it
//! is told to end. Holds: a tool runs on a thread of its own, so that the server answers meanwhile; a call that is
//! cancelled, or whose client has left, ends its work; a violation is a result and only a failure of the tool sets
//! `isError`. HTTP is served on loopback only, to clients of this machine. Nothing is printed here.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `catalogue.rs` | the tools with their schemas |
//! | `aliases.rs` | the same under the names of other TLA+ servers |
//! | `server.rs` | requests to tools, resources and prompts; progress and cancelling |
//! | `http.rs` | streamable HTTP on loopback |
//! | `knowledge.rs`, `knowledge/` | what one must know of TLA+ to use this checker |

mod aliases;
mod catalogue;
mod http;
mod knowledge;
mod options;
mod schema;
mod server;

pub use catalogue::{Answer, Catalogue, Entry};
pub use http::{Refused, loopback, serve_http};
pub use knowledge::{GUIDES, Guide};
pub use server::{Server, serve_stdio};
