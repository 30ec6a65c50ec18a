//! An explicit-state model checker for TLA+, as a library; the binary `tlacheck` is a thin layer on it.
//!
//! # The flow
//! ```text
//! text --tla_parser--> Spec                     tla_parser::resolve::{load_file, load_text}
//! .cfg text --config--> Model <--calls-- Rust   config::parse, model::Model
//! Spec + Model --check::prepare--> Prepared     lower: the IR; check: what is to be searched
//! Prepared --check::run--> Outcome              eval, spec, explore; events go to an Observer
//! Outcome --report--> text | JSON
//! ```
//!
//! # The doors
//! | door | what it does |
//! | --- | --- |
//! | [`check::prepare`] | makes a model of a spec ready; what is wrong with it comes as diagnostics |
//! | [`check::run`] | checks it: as often as wanted, from any thread, many at once |
//! | [`check::explain`] | why each action has no step in a state: the conjuncts that are false |
//! | [`check::evaluate`] | the value of a constant expression |
//! | [`session::Session`] | expressions and definitions, one after the other |
//! | [`config::parse`] | reads a `.cfg`; [`model::Model`] is the same by calls |
//! | [`report::text`], [`report::json`] | an [`outcome::Outcome`] for people and for programs |
//!
//! Nothing here prints, ends the process or keeps global state. A run is watched by an
//! [`observer::Observer`], which can stop it, and ended from outside by a [`observer::Cancel`]; both work
//! inside one long evaluation too. A failed evaluation is part of the outcome, with the expression, the
//! values, the calls under way and the trace. Limits ([`eval::Bounds`]) turn runaways into such failures.
//!
//! # An example
//! ```
//! use tla_checker::check::{self, Options};
//! use tla_checker::eval::Bounds;
//! use tla_checker::model::Model;
//! use tla_checker::observer::{Cancel, Silent};
//! use tla_checker::outcome::Verdict;
//! use tla_checker::value::Datum;
//! use tla_parser::library::Library;
//! use tla_parser::resolve::load_text;
//!
//! let text = r#"
//! ---- MODULE Lights ----
//! EXTENDS Naturals
//! CONSTANT Colours
//! VARIABLES north, east
//! Init == north = "red" /\ east = "red"
//! Next == \/ north' \in Colours /\ UNCHANGED east
//!         \/ east' \in Colours /\ UNCHANGED north
//! Safe == "red" \in {north, east}
//! ====
//! "#;
//! let library = Library::new();
//! let mut spec = load_text("Lights.tla", text, &library).expect("resolves").spec;
//! let model = Model::new()
//!     .init_next("Init", "Next")
//!     .constant("Colours", Datum::set(vec!["red".into(), "green".into()]))
//!     .invariant("Safe");
//! let prepared = check::prepare(&mut spec, &model, &library, Bounds::default()).expect("is ready");
//! let outcome = check::run(&prepared, &Options::default(), &Silent, &Cancel::new());
//!
//! assert!(matches!(&outcome.verdict, Verdict::Invariant { name, .. } if name == "Safe"));
//! assert_eq!(outcome.trace().len(), 3);
//! assert_eq!(outcome.trace()[2].state[1], ("east".to_string(), "green".into()));
//! ```
//! `examples/embed.rs` has more: sources in memory, observers, cancelling, several checks at once.
//!
//! # The modules, in the order of the flow
//! | module | what it holds |
//! | --- | --- |
//! | [`model`], [`config`] | what is to be checked, and the `.cfg` files that say so |
//! | [`check`] | the doors; which formula of the model means what |
//! | [`lower`], [`ir`] | a resolved spec becomes slots and nodes |
//! | [`value`] | values: canonical forms, order, hashes, fingerprints, lazy sets, printing |
//! | [`eval`] | the one semantics: expressions and actions |
//! | [`space`], [`spec`] | the seam between meaning and search, and the model's side of it |
//! | `state` | how states are packed, and what is learned about packed states |
//! | [`explore`] | the search, and the reference it is compared with |
//! | [`temporal`], [`liveness`] | temporal formulas, and whether a state graph has a behaviour that violates one |
//! | [`explanation`] | why an action has no step in a state |
//! | [`log`] | logs of real systems, to be compared with behaviours |
//! | [`dump`] | the state graph in a file: text, DOT, JSON, GraphML |
//! | [`observer`], [`outcome`], [`failure`] | what is said while a run is under way and at its end |
//! | [`report`] | outcomes and diagnostics as text, JSON and events |

mod canary;
pub mod check;
pub mod config;
pub mod dump;
pub mod eval;
pub mod explanation;
pub mod explore;
pub mod failure;
pub mod ir;
pub mod liveness;
pub mod log;
pub mod lower;
pub mod model;
pub mod observer;
pub mod outcome;
pub mod report;
pub mod session;
pub mod space;
pub mod spec;
mod state;
pub mod symmetry;
pub mod temporal;
pub mod value;
