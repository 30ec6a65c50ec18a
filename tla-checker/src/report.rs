//! What a run found, for people and for programs.
//!
//! Enters: an [`Outcome`](crate::outcome::Outcome) or diagnostics, and the sources they point into.
//! Leaves: text ([`text`]), one JSON object ([`json`]), JSON lines while a run is under way
//! ([`events`]); coverage ([`coverage`]), also as a page ([`annotated`]). Holds: nothing here decides
//! anything; verdict and exit status are the outcome's.
//! Writing goes to what the caller gives, and what that answers is handed back: nothing is printed.

pub mod annotated;
pub mod coverage;
pub mod error_trace;
pub mod events;
pub mod exploration;
pub mod json;
mod rejection;
mod state;
pub mod text;
pub mod tool;
mod trace;
mod words;

pub use rejection::reasons;
pub use words::{headline, phase};
