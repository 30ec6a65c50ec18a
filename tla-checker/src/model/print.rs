//! A [`Model`] as the text of a `.cfg`.
//!
//! Enters: a model. Leaves: text that [`crate::config::parse`] reads back as the same model, places
//! aside. Holds: what a `.cfg` cannot say (an expression in place of a name, a value that is neither
//! simple nor a set of simple ones) is written as it stands; reading it back gives a diagnostic, not
//! another model.

use super::{Assignment, Behaviour, Clause, Model, Replacement};
use std::fmt;

impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.behaviour {
            Behaviour::None => {}
            Behaviour::Specification(formula) => writeln!(f, "SPECIFICATION {}", formula.text())?,
            Behaviour::InitNext { init, next } => {
                writeln!(f, "INIT {}\nNEXT {}", init.text(), next.text())?;
            }
        }
        for assignment in &self.assignments {
            writeln!(f, "CONSTANT {assignment}")?;
        }
        for (keyword, clauses) in [
            ("INVARIANT", &self.invariants),
            ("PROPERTY", &self.properties),
            ("CONSTRAINT", &self.constraints),
            ("ACTION_CONSTRAINT", &self.action_constraints),
        ] {
            for clause in clauses {
                writeln!(f, "{keyword} {}", clause.text())?;
            }
        }
        for (keyword, clause) in [
            ("SYMMETRY", &self.symmetry),
            ("VIEW", &self.view),
            ("ALIAS", &self.alias),
            ("POSTCONDITION", &self.postcondition),
        ] {
            if let Some(text) = clause.as_ref().map(Clause::text) {
                writeln!(f, "{keyword} {text}")?;
            }
        }
        match self.check_deadlock {
            Some(check) => writeln!(f, "CHECK_DEADLOCK {}", if check { "TRUE" } else { "FALSE" }),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Assignment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if !self.arguments.is_empty() {
            let arguments: Vec<String> = self.arguments.iter().map(ToString::to_string).collect();
            write!(f, "({})", arguments.join(", "))?;
        }
        f.write_str(match self.replacement {
            Replacement::Value(_) => " =",
            Replacement::Operator(_) => " <-",
        })?;
        if let Some(module) = &self.module {
            write!(f, " [{module}]")?;
        }
        match &self.replacement {
            Replacement::Value(value) => write!(f, " {value}"),
            Replacement::Operator(name) => write!(f, " {name}"),
        }
    }
}
