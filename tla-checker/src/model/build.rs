//! A [`Model`] put together by calls, for programs that have no `.cfg`.
//!
//! Enters: names, expressions and values. Leaves: the model, with no places in any text.
//! Holds: each method takes the model and gives it back, so calls chain; lists grow, single fields
//! are replaced by the last call.

use super::{Assignment, Behaviour, Clause, Formula, Model, Replacement};
use crate::value::Datum;

impl Model {
    /// A model without behaviour: only the assumptions are evaluated.
    pub fn new() -> Self {
        Model::default()
    }

    /// Behaviours are those of a temporal formula, e.g. `Spec`.
    pub fn specification(mut self, formula: impl Into<Formula>) -> Self {
        self.behaviour = Behaviour::Specification(clause(formula));
        self
    }

    /// Behaviours start in `init` and step by `next`.
    pub fn init_next(mut self, init: impl Into<Formula>, next: impl Into<Formula>) -> Self {
        self.behaviour = Behaviour::InitNext { init: clause(init), next: clause(next) };
        self
    }

    /// Gives a constant its value (or replaces a definition that takes no arguments by one).
    pub fn constant(self, name: impl Into<String>, value: impl Into<Datum>) -> Self {
        self.assign(name, None, Replacement::Value(value.into()))
    }

    /// `name <- operator`: replaces a constant or a definition by a definition of the spec.
    pub fn replace(self, name: impl Into<String>, operator: impl Into<String>) -> Self {
        self.assign(name, None, Replacement::Operator(operator.into()))
    }

    /// `name = [module] value`: a value that holds only inside `module`.
    pub fn constant_in(
        self,
        module: impl Into<String>,
        name: impl Into<String>,
        value: impl Into<Datum>,
    ) -> Self {
        self.assign(name, Some(module.into()), Replacement::Value(value.into()))
    }

    /// `name <- [module] operator`: a replacement that holds only inside `module`.
    pub fn replace_in(
        self,
        module: impl Into<String>,
        name: impl Into<String>,
        operator: impl Into<String>,
    ) -> Self {
        self.assign(name, Some(module.into()), Replacement::Operator(operator.into()))
    }

    /// Adds a predicate that every state must satisfy.
    pub fn invariant(mut self, formula: impl Into<Formula>) -> Self {
        self.invariants.push(clause(formula));
        self
    }

    /// Adds a temporal formula that every behaviour must satisfy.
    pub fn property(mut self, formula: impl Into<Formula>) -> Self {
        self.properties.push(clause(formula));
        self
    }

    /// Adds a predicate a state must satisfy to be explored further.
    pub fn constraint(mut self, formula: impl Into<Formula>) -> Self {
        self.constraints.push(clause(formula));
        self
    }

    /// Adds a predicate a step must satisfy to be taken.
    pub fn action_constraint(mut self, formula: impl Into<Formula>) -> Self {
        self.action_constraints.push(clause(formula));
        self
    }

    /// States that are permutations of each other under this set count as one.
    pub fn symmetry(mut self, formula: impl Into<Formula>) -> Self {
        self.symmetry = Some(clause(formula));
        self
    }

    /// States are told apart by this expression.
    pub fn view(mut self, formula: impl Into<Formula>) -> Self {
        self.view = Some(clause(formula));
        self
    }

    /// Traces show the fields of this record.
    pub fn alias(mut self, formula: impl Into<Formula>) -> Self {
        self.alias = Some(clause(formula));
        self
    }

    /// A predicate evaluated after the search.
    pub fn postcondition(mut self, formula: impl Into<Formula>) -> Self {
        self.postcondition = Some(clause(formula));
        self
    }

    /// Whether a state without successors is an error (it is unless this says otherwise).
    pub fn check_deadlock(mut self, check: bool) -> Self {
        self.check_deadlock = Some(check);
        self
    }

    fn assign(mut self, name: impl Into<String>, module: Option<String>, replacement: Replacement) -> Self {
        self.assignments.push(Assignment {
            name: name.into(),
            arguments: Vec::new(),
            module,
            replacement,
            span: None,
            module_span: None,
            replacement_span: None,
        });
        self
    }
}

fn clause(formula: impl Into<Formula>) -> Clause {
    Clause { formula: formula.into(), span: None }
}

/// A text that is a name (`Inv`, `I!Inv`) is one; any other text is an expression.
impl From<&str> for Formula {
    fn from(text: &str) -> Self {
        let text = text.trim();
        if text.split('!').all(is_identifier) {
            Formula::Name(text.into())
        } else {
            Formula::Expression(text.into())
        }
    }
}

impl From<String> for Formula {
    fn from(text: String) -> Self {
        Formula::from(text.as_str())
    }
}

fn is_identifier(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && text.bytes().any(|b| b.is_ascii_alphabetic())
        && !matches!(text, "TRUE" | "FALSE" | "BOOLEAN" | "STRING")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_expressions_are_told_apart() {
        for name in ["Inv", "I!Inv", "A!B!Inv", " TypeOK ", "1a", "_x"] {
            assert!(matches!(Formula::from(name), Formula::Name(_)), "{name}");
        }
        for expression in ["x < 3", "TRUE", "3", "Inv(1)", "", "I!", "x'"] {
            assert!(matches!(Formula::from(expression), Formula::Expression(_)), "{expression}");
        }
    }
}
