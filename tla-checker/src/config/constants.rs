//! `CONSTANT` statements: values, replacements, and what TLC forbids among them.
//!
//! Enters: a `constants` node. Leaves: assignments in the model. Holds: as in TLC, no name that is
//! replaced may itself replace another in the same context, and the last of two assignments wins.

use super::build::{Builder, joined};
use super::grammar::Rule;
use crate::model::{Assignment, Replacement};
use pest::iterators::Pair;
use tla_parser::code;
use tla_parser::diagnostic::Diagnostic;
use tla_parser::source::Span;

impl Builder<'_> {
    /// A `CONSTANT` statement.
    pub(super) fn constants(&mut self, statement: Pair<'_, Rule>) {
        for part in statement.into_inner() {
            match part.as_rule() {
                Rule::assignment => self.assignment(part),
                Rule::comma => self.comma(&part),
                Rule::stray => self.stray(part, "a constant's name"),
                _ => {}
            }
        }
    }

    fn assignment(&mut self, pair: Pair<'_, Rule>) {
        let mut inner = pair.into_inner();
        let Some(name_pair) = inner.next() else { return };
        let span = self.span(&name_pair);
        let name = joined(&name_pair);
        let mut assignment = Assignment {
            name,
            arguments: Vec::new(),
            module: None,
            replacement: Replacement::Operator(String::new()),
            span: Some(span),
            module_span: None,
            replacement_span: None,
        };
        for part in inner {
            let read = match part.as_rule() {
                Rule::arguments => self.arguments(part, &mut assignment),
                Rule::missing_binding => self.unbound(&assignment.name, span, &part),
                _ => self.binding(part, &mut assignment),
            };
            if read.is_none() {
                return;
            }
        }
        self.quiet = false;
        self.model.assignments.push(assignment);
    }

    /// The values in `Op(1, 2) = 3`.
    fn arguments(&mut self, pair: Pair<'_, Rule>, assignment: &mut Assignment) -> Option<()> {
        for part in pair.into_inner() {
            if part.as_rule() == Rule::missing_paren {
                let at = self.span(&part);
                self.expected(at, "`,` or `)`", None);
                return None;
            }
            let value = self.value(part)?;
            assignment.arguments.push(value);
        }
        Some(())
    }

    /// A name with neither `=` nor `<-`: a misspelt keyword, perhaps.
    fn unbound(&mut self, name: &str, span: Span, missing: &Pair<'_, Rule>) -> Option<()> {
        if self.unknown_keyword(name, span) || self.quiet {
            return None;
        }
        if !name.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_') {
            self.expected(span, "a constant's name", None);
        } else {
            let at = self.span(missing);
            self.expected(at, &format!("`=` or `<-` after `{name}`"), Some((span, "after this")));
        }
        None
    }

    /// What follows the name: `= value`, `<- name`, with or without a module.
    fn binding(&mut self, pair: Pair<'_, Rule>, assignment: &mut Assignment) -> Option<()> {
        let symbol = if pair.as_rule() == Rule::replaced { "<-" } else { "=" };
        let whole = self.span(&pair);
        for part in pair.into_inner() {
            let span = self.span(&part);
            match part.as_rule() {
                Rule::module => self.module(part, assignment)?,
                Rule::missing => {
                    let what = if symbol == "=" { "a value" } else { "the name of a definition" };
                    let after = Span { end: whole.start + symbol.len() as u32, ..whole };
                    let name = assignment.name.clone();
                    self.expected(span, &format!("{what} for `{name}`"), Some((after, "after this")));
                    return None;
                }
                Rule::name | Rule::operator => {
                    assignment.replacement = Replacement::Operator(joined(&part));
                    assignment.replacement_span = Some(span);
                }
                _ => {
                    assignment.replacement = Replacement::Value(self.value(part)?);
                    assignment.replacement_span = Some(span);
                }
            }
        }
        Some(())
    }

    fn module(&mut self, pair: Pair<'_, Rule>, assignment: &mut Assignment) -> Option<()> {
        for part in pair.into_inner() {
            let span = self.span(&part);
            match part.as_rule() {
                Rule::identifier => {
                    assignment.module = Some(part.as_str().into());
                    assignment.module_span = Some(span);
                }
                Rule::missing => {
                    self.expected(span, "the name of a module after `[`", None);
                    return None;
                }
                _ => {
                    let name = assignment.module_span.map(|span| (span, "after this"));
                    self.expected(span, "`]`", name);
                    return None;
                }
            }
        }
        Some(())
    }

    /// What can only be seen when all assignments are there.
    pub(super) fn check_assignments(&mut self) {
        let all = std::mem::take(&mut self.model.assignments);
        for (i, a) in all.iter().enumerate() {
            let Some(span) = a.span else { continue };
            let same = |b: &&Assignment| b.name == a.name && b.module == a.module;
            if let Some(b) = all[i + 1..].iter().find(|b| same(b) && b.arguments == a.arguments) {
                let message = format!("`{}` is assigned twice; the last one counts", a.name);
                let mut warning =
                    Diagnostic::warning(code::CONFIG_REASSIGNED, message).at(span, "has no effect");
                if let Some(later) = b.span {
                    warning = warning.also(later, "assigned again here");
                }
                self.warn(warning);
            }
            let Replacement::Operator(target) = &a.replacement else { continue };
            let replaced = |b: &&Assignment| {
                &b.name == target && b.module == a.module && matches!(b.replacement, Replacement::Operator(_))
            };
            if let Some(b) = all.iter().find(replaced) {
                let mut error = Diagnostic::error(
                    code::CONFIG_CHAIN,
                    format!("`{target}` replaces `{}` but is itself replaced", a.name),
                )
                .at(a.replacement_span.unwrap_or(span), "")
                .help("replace by a definition that no other line replaces");
                if let (Some(other), true) = (b.span, b.span != a.span) {
                    error = error.also(other, "replaced here");
                }
                self.error(error);
            }
        }
        self.model.assignments = all;
    }
}
