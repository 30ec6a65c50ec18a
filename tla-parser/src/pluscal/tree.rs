//! The syntax tree of an algorithm.
//!
//! Enters: nothing (data only). Leaves: [`Algorithm`] and its parts.
//! Holds: a block has its unlabelled statements first; its labelled ones are filled in by
//! `labels.rs`, and after `macros.rs` no macro call is left. Names are spelt as written until
//! `names.rs` makes them differ from one another.

use super::expr::Expr;
use crate::source::Span;
use std::rc::Rc;

/// Where something of the algorithm stands: as a span, and as the translation says it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub span: Span,
    /// From 1.
    pub line: u32,
    /// From 1, with tab stops at every eighth column.
    pub column: u32,
    /// The line and column of the macro call that put it there.
    pub call: Option<(u32, u32)>,
}

impl Place {
    /// As an assertion that fails says it.
    pub fn describe(&self) -> String {
        let own = format!("line {}, column {}", self.line, self.column);
        match self.call {
            Some((line, column)) => format!("{own} of macro called at line {line}, column {column}"),
            None => own,
        }
    }
}

/// What fairness a process has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fairness {
    Unfair,
    Weak,
    Strong,
}

#[derive(Clone, Debug)]
pub(super) struct Algorithm {
    pub name: Rc<str>,
    /// `--fair algorithm`
    pub fair: bool,
    pub variables: Vec<Variable>,
    /// The text of `define`.
    pub definitions: Expr,
    pub macros: Vec<Macro>,
    pub procedures: Vec<Procedure>,
    pub body: Body,
    /// Where `--algorithm` stands.
    pub span: Span,
    /// Some variable has no initial value.
    pub default_value: bool,
}

/// Processes, or one body.
#[derive(Clone, Debug)]
pub(super) enum Body {
    Single(Steps),
    Processes(Vec<Process>),
}

#[derive(Clone, Debug)]
pub(super) struct Variable {
    pub name: Rc<str>,
    pub at: Place,
    /// `=` rather than `\in`
    pub equals: bool,
    pub value: Expr,
}

#[derive(Clone, Debug)]
pub(super) struct Macro {
    pub name: Rc<str>,
    pub at: Place,
    pub parameters: Vec<Rc<str>>,
    pub body: Vec<Stmt>,
}

#[derive(Clone, Debug)]
pub(super) struct Procedure {
    pub name: Rc<str>,
    pub at: Place,
    pub name_span: Span,
    pub parameters: Vec<Variable>,
    pub variables: Vec<Variable>,
    pub modifiers: Modifiers,
    pub steps: Steps,
}

#[derive(Clone, Debug)]
pub(super) struct Process {
    pub name: Rc<str>,
    pub at: Place,
    pub name_span: Span,
    pub fairness: Fairness,
    /// `process P = id` rather than `process P \in id`
    pub equals: bool,
    pub id: Expr,
    pub variables: Vec<Variable>,
    pub modifiers: Modifiers,
    pub steps: Steps,
}

/// What fairness needs to know of a process or procedure.
#[derive(Clone, Debug, Default)]
pub(super) struct Modifiers {
    /// Labels with `+`.
    pub plus: Vec<Rc<str>>,
    /// Labels with `-`.
    pub minus: Vec<Rc<str>>,
    /// The procedures it calls, each once.
    pub calls: Vec<Rc<str>>,
}

/// A body: first as parsed, then as labelled steps.
#[derive(Clone, Debug, Default)]
pub(super) struct Steps {
    pub parsed: Vec<Stmt>,
    pub labelled: Vec<Labelled>,
}

/// A step: a label and the statements up to the next one.
#[derive(Clone, Debug)]
pub(super) struct Labelled {
    pub label: Rc<str>,
    pub at: Place,
    pub stmts: Vec<Stmt>,
}

/// Statements of a branch: those before its first label, and its steps.
#[derive(Clone, Debug, Default)]
pub(super) struct Block {
    pub stmts: Vec<Stmt>,
    pub steps: Vec<Labelled>,
}

/// A label that a statement has.
#[derive(Clone, Debug)]
pub(super) struct Label {
    pub name: Rc<str>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub(super) struct Stmt {
    pub at: Place,
    pub label: Option<Label>,
    pub kind: Kind,
}

#[derive(Clone, Debug)]
pub(super) struct Single {
    pub variable: Rc<str>,
    pub at: Place,
    pub subscript: Expr,
    pub value: Expr,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    While {
        test: Expr,
        body: Block,
    },
    /// One or several assignments at once.
    Assign(Vec<Single>),
    If {
        test: Expr,
        then: Block,
        otherwise: Block,
        /// There is a label inside.
        labelled: bool,
    },
    Either {
        clauses: Vec<Block>,
        /// There is a label inside.
        labelled: bool,
    },
    With {
        variable: Rc<str>,
        equals: bool,
        value: Expr,
        body: Vec<Stmt>,
    },
    When(Expr),
    Print(Expr),
    Assert(Expr),
    Skip,
    Call {
        to: Rc<str>,
        arguments: Vec<Expr>,
    },
    Return {
        from: Option<Rc<str>>,
    },
    CallReturn {
        from: Option<Rc<str>>,
        to: Rc<str>,
        arguments: Vec<Expr>,
    },
    CallGoto {
        after: Rc<str>,
        to: Rc<str>,
        arguments: Vec<Expr>,
    },
    Goto(Rc<str>),
    MacroCall {
        name: Rc<str>,
        arguments: Vec<Expr>,
    },
}
