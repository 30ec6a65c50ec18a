//! What is to be checked of a spec, as a Rust program would say it.
//!
//! Enters: a `.cfg` file ([`crate::config`]) or calls of the builder's methods. Leaves: [`Model`],
//! which the lowering reads together with a resolved module.
//! Holds: data only. Nothing here knows the spec: whether a name is defined, what it takes and what
//! level it has is found out when the model is made ready. What came from a file keeps its place
//! there, so that those diagnostics can point at it. *Specifying Systems*, section 14.7.1.
//!
//! ```
//! use tla_checker::model::Model;
//! use tla_checker::value::Datum;
//!
//! let model = Model::new()
//!     .specification("Spec")
//!     .constant("N", 3)
//!     .constant("RM", ["r1", "r2"].map(Datum::model_value))
//!     .replace("Seq", "BoundedSeq")
//!     .invariant("TypeOK")
//!     .invariant("x < N")
//!     .check_deadlock(false);
//! assert_eq!(model.invariants.len(), 2);
//! ```

mod build;
mod convert;
mod print;

use crate::value::Datum;
use tla_parser::source::Span;

/// A formula that the model names or states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Formula {
    /// A definition of the spec, e.g. `TypeOK` or `I!Inv`.
    Name(String),
    /// An expression in the context of the spec, e.g. `x < 3`.
    Expression(String),
}

impl Formula {
    /// The text, to call it by.
    pub fn text(&self) -> &str {
        match self {
            Formula::Name(text) | Formula::Expression(text) => text,
        }
    }
}

impl std::fmt::Display for Formula {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.text())
    }
}

/// A formula and where the model states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// The formula.
    pub formula: Formula,
    /// Its place in the `.cfg`, if it came from one.
    pub span: Option<Span>,
}

impl Clause {
    /// The formula's text.
    pub fn text(&self) -> &str {
        self.formula.text()
    }
}

/// Where the behaviours come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Behaviour {
    /// There are none: only the assumptions are evaluated.
    #[default]
    None,
    /// `SPECIFICATION`: a temporal formula, to be split into initial predicate, next-state relation
    /// and fairness.
    Specification(Clause),
    /// `INIT` and `NEXT`.
    InitNext {
        /// The initial predicate.
        init: Clause,
        /// The next-state relation.
        next: Clause,
    },
}

/// What a name stands for in this model.
#[derive(Clone, Debug, PartialEq)]
pub enum Replacement {
    /// `name = value`
    Value(Datum),
    /// `name <- operator`: a definition of the spec (or of the named module's context).
    Operator(String),
}

/// A constant that gets its value, or a definition that is replaced.
///
/// Which of the two it is depends on the spec. Where one name is assigned twice, the last wins (as in
/// TLC).
#[derive(Clone, Debug, PartialEq)]
pub struct Assignment {
    /// The constant, definition or operator symbol: `N`, `Nat`, `I!Op`, `\prec`.
    pub name: String,
    /// `Op(1, 2) = 3` gives the value of an operator constant at one point; empty otherwise.
    pub arguments: Vec<Datum>,
    /// `<-[Module]`, `=[Module]`: the replacement holds only inside that module.
    pub module: Option<String>,
    /// What it stands for.
    pub replacement: Replacement,
    /// The place of the name in the `.cfg`.
    pub span: Option<Span>,
    /// The place of the module's name in the `.cfg`.
    pub module_span: Option<Span>,
    /// The place of the replacement in the `.cfg`.
    pub replacement_span: Option<Span>,
}

/// What is to be checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Model {
    /// Where the behaviours come from.
    pub behaviour: Behaviour,
    /// Constants and overridden definitions, in the order given.
    pub assignments: Vec<Assignment>,
    /// Predicates that every state must satisfy.
    pub invariants: Vec<Clause>,
    /// Temporal formulas that every behaviour must satisfy.
    pub properties: Vec<Clause>,
    /// Predicates a state must satisfy to be explored further.
    pub constraints: Vec<Clause>,
    /// Predicates a step must satisfy to be taken.
    pub action_constraints: Vec<Clause>,
    /// Sets of permutations of model values.
    pub symmetry: Option<Clause>,
    /// The expression by which states are told apart.
    pub view: Option<Clause>,
    /// The record that traces show in place of the variables.
    pub alias: Option<Clause>,
    /// A predicate evaluated after the search.
    pub postcondition: Option<Clause>,
    /// Whether a state without successors is an error; `None` leaves it to the caller, who checks
    /// unless told otherwise.
    pub check_deadlock: Option<bool>,
}
