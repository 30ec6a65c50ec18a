//! TLA+2 source text to a resolved module, with diagnostics.

pub mod ast;
pub mod code;
pub mod diagnostic;
pub mod dump;
pub(crate) mod grammar;
pub mod hir;
pub(crate) mod layout;
pub mod lexer;
pub mod library;
pub mod parse;
pub mod precedence;
pub mod print;
pub mod render;
pub mod resolve;
pub mod source;
pub mod token;
