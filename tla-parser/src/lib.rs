//! TLA+2 source text to a resolved module, with diagnostics.
//!
//! # The flow
//! ```text
//! text --lexer--> tokens --layout--> tokens with junction lists --grammar--> ast   parse::parse_file
//! ast + Library --resolve--> hir::Spec: every name looked up, every level checked  resolve::load_*
//! Diagnostic --render--> text | JSON
//! ```
//!
//! # The doors
//! | door | what it does |
//! | --- | --- |
//! | [`resolve::load_text`], [`resolve::load_file`] | a spec and every module it needs, resolved |
//! | [`parse::parse_file`], [`parse::parse_expression`] | syntax only: always a tree, plus diagnostics |
//! | [`library::Library`] | where modules are sought: memory, folders, the embedded ones |
//! | [`render::render`], [`render::report`] | a diagnostic drawn, or as data to serialise |
//! | [`pluscal::translate`], [`pluscal::check`] | an algorithm's translation, and whether it is stale |
//! | [`print::print_expr`] | an expression as TLA+ again |
//!
//! No input makes a door panic, overflow the stack or take more than about linear time.
//!
//! # An example
//! ```
//! use tla_parser::library::Library;
//! use tla_parser::render::render;
//! use tla_parser::resolve::load_text;
//!
//! let text = "---- MODULE Clock ----\nEXTENDS Naturals\nVARIABLE hour\n\
//!             Init == hour = 1\nTick == hour' = (hour % 12) + 1\n====";
//! let resolved = load_text("Clock.tla", text, &Library::new()).expect("resolves");
//! let module = resolved.spec.root_module();
//! assert_eq!(&*module.name, "Clock");
//! assert_eq!(module.decls.len(), 1);
//!
//! let wrong = text.replace("% 12", "% Hours");
//! let Err(rejected) = load_text("Clock.tla", &wrong, &Library::new()) else { panic!("resolves") };
//! assert_eq!(rejected.diagnostics[0].code.0, "E0201");
//! let drawn = render(&rejected.diagnostics[0], &rejected.sources, false);
//! assert!(drawn.contains("`Hours` is not defined") && drawn.contains("Clock.tla:5:"));
//! ```
//!
//! # The modules, in the order of the flow
//! | module | what it holds |
//! | --- | --- |
//! | [`source`], [`token`], [`lexer`] | texts and places in them; tokens |
//! | [`precedence`], [`ast`], [`parse`] | operators as data; syntax trees and how they come about |
//! | [`pluscal`] | algorithms in comments, and their translations |
//! | [`library`], [`resolve`], [`hir`] | modules, names, levels; the resolved form |
//! | [`code`], [`diagnostic`], [`render`] | what can be wrong, as data and drawn |
//! | [`mod@print`], [`dump`] | trees as TLA+, and as text for people who work on the parser |

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
pub mod pluscal;
pub mod precedence;
pub mod print;
pub mod render;
pub mod resolve;
pub mod source;
pub mod token;
