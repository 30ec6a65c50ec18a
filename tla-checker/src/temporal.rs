//! Temporal formulas over atoms, and what it takes to find a behaviour that violates one.
//!
//! Enters: formulas whose atoms are numbered predicates of states and of steps (`check` makes them of a
//! spec). Leaves: [`Formula`], which says what was asked for and can be evaluated on a lasso; [`Normal`], its
//! negation normal form; [`Duty`], one way to violate it, as conditions on cycles and an [`Automaton`].
//! Holds: nothing here knows states, values or graphs. A letter of a word is a step: the atoms of its first
//! state and its own, so that an atom that speaks of steps is as good as any other.
//! *Specifying Systems*, chapters 8 and 16.

mod automaton;
mod duty;
mod formula;
mod normal;

pub use automaton::{Automaton, Move};
pub use duty::{Clause, Duty, duties};
pub use formula::{Formula, Word};
pub use normal::Normal;

/// What a search needs to know of temporal properties.
#[derive(Clone, Debug, Default)]
pub struct Temporal {
    /// What is to be judged of each state, or of each step.
    pub atoms: Vec<Atom>,
    /// What the specification assumes of behaviours: its fairness.
    pub fairness: Vec<Formula>,
    /// The properties, or those parts of them that are no matter of single states and steps.
    pub properties: Vec<(crate::space::Property, Formula)>,
    /// The ways to violate them, each with the property's place in `properties`.
    pub duties: Vec<(usize, Duty)>,
}

/// A predicate that formulas are made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Atom {
    /// Whether it is a predicate of steps, not of states.
    pub step: bool,
    /// What it is of a step that changes nothing, where that is known without an evaluation.
    pub stuttering: Option<bool>,
    /// Where it stands.
    pub span: tla_parser::source::Span,
    /// How it is found out.
    pub source: Source,
    /// The atom without which it cannot be true: `ENABLED <<A>>_v`, for `<<A>>_v`.
    pub needs: Option<u32>,
}

/// How an atom is found out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// It is evaluated.
    #[default]
    Evaluated,
    /// A step to another state satisfies it when it comes from one of these action instances: they are all
    /// steps of `A` in `<<A>>_v`, and `v` is the whole state.
    Taken(Vec<u32>),
    /// A state satisfies it when one of these action instances leads from it to another state.
    Enabled(Vec<u32>),
}
