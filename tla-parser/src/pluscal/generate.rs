//! The translation as lines of TLA+.
//!
//! Enters: an algorithm and its exploded steps. Leaves: lines, and what cannot be translated.
//! Holds: the text is that of `pcal.trans` 1.11, down to where lines break, so that a translation can be
//! compared with one that is committed. `generate/step.rs` has actions, `generate/initial.rs`
//! declarations and Init, `generate/spec.rs` Next, Spec and fairness.

mod initial;
mod spec;
mod step;

use super::explode::Exploded;
use super::expr::{Expr, TokKind, TooLarge, spaces};
use super::tree::{Algorithm, Body, Procedure, Process};
use super::{FairnessOption, Options};
use crate::code;
use crate::diagnostic::Diagnostic;
use rustc_hash::FxHashSet;
use std::rc::Rc;

/// What the translation may leave out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Omitted {
    /// `pc`, where no step needs to know which comes next.
    pub pc: bool,
    /// The action that lets a finished algorithm stutter, where it cannot finish.
    pub terminating: bool,
}

/// The lines of the translation.
pub(super) fn generate(
    algorithm: &Algorithm,
    exploded: &Exploded,
    omitted: Omitted,
    options: &Options,
    renamed: Vec<String>,
) -> (Vec<String>, Vec<Diagnostic>) {
    let processes: &[Process] = match &algorithm.body {
        Body::Single(_) => &[],
        Body::Processes(processes) => processes,
    };
    let mut generator = Generator {
        algorithm,
        processes,
        many: matches!(algorithm.body, Body::Processes(_)),
        omitted,
        options,
        lines: renamed,
        line: String::new(),
        variables: Vec::new(),
        in_procedures: FxHashSet::default(),
        in_process_sets: FxHashSet::default(),
        itself: None,
        itself_is_self: false,
        action: "Next".into(),
        diagnostics: Vec::new(),
    };
    generator.declarations();
    if !generator.diagnostics.is_empty() {
        return (Vec::new(), generator.diagnostics);
    }
    generator.process_set();
    generator.initial();
    for (procedure, steps) in algorithm.procedures.iter().zip(&exploded.procedures) {
        generator.procedure(procedure, steps);
    }
    match &algorithm.body {
        Body::Single(_) => {
            exploded.bodies.iter().flatten().for_each(|step| generator.step(step, Context::Body))
        }
        Body::Processes(processes) => {
            for (process, steps) in processes.iter().zip(&exploded.bodies) {
                generator.process(process, steps);
            }
        }
    }
    let labels: Vec<String> = match &algorithm.body {
        Body::Single(_) => exploded.bodies.iter().flatten().map(|s| s.label.to_string()).collect(),
        Body::Processes(_) => Vec::new(),
    };
    generator.next(&labels);
    generator.spec();
    generator.termination();
    (generator.lines, generator.diagnostics)
}

/// What a step is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Context {
    Body,
    Procedure,
    Process,
}

struct Generator<'a> {
    algorithm: &'a Algorithm,
    processes: &'a [Process],
    /// There are processes.
    many: bool,
    omitted: Omitted,
    options: &'a Options,
    lines: Vec<String>,
    /// The line that is being written.
    line: String,
    /// All variables of the translation, in order.
    variables: Vec<Rc<str>>,
    /// Those of procedures.
    in_procedures: FxHashSet<Rc<str>>,
    /// Those of sets of processes.
    in_process_sets: FxHashSet<Rc<str>>,
    /// What identifies the process whose steps are being written.
    itself: Option<Expr>,
    /// It is one of a set, `self`.
    itself_is_self: bool,
    /// What a step is called where there is no `pc`.
    action: Rc<str>,
    diagnostics: Vec<Diagnostic>,
}

/// How many characters a text has.
fn width(text: &str) -> usize {
    text.chars().count()
}

fn blank(count: usize) -> String {
    let mut text = String::new();
    spaces(&mut text, count as i64);
    text
}

impl Generator<'_> {
    fn wrap(&self) -> usize {
        self.options.line_width
    }

    fn add(&mut self, text: &str) {
        self.line.push_str(text);
    }

    fn end_line(&mut self) {
        if !self.line.is_empty() {
            self.lines.push(std::mem::take(&mut self.line));
        }
    }

    fn add_line(&mut self, text: &str) {
        self.end_line();
        self.lines.push(text.to_owned());
    }

    /// An expression, its later lines indented as far as its first one.
    fn add_expr(&mut self, expr: &Expr) {
        let indent = blank(width(&self.line));
        let mut rows = expr.text().into_iter();
        if let Some(first) = rows.next() {
            self.line.push_str(&first);
        }
        for row in rows {
            // Lines of comments alone are empty here, and stay.
            self.lines.push(std::mem::replace(&mut self.line, format!("{indent}{row}")));
        }
    }

    fn self_expr() -> Expr {
        Expr::token("self", TokKind::Name)
    }

    /// What subscripts variables of processes there.
    fn subscript(&self, context: Context) -> Option<Expr> {
        match context {
            _ if !self.many => None,
            Context::Procedure => Some(Self::self_expr()),
            _ => self.itself.clone(),
        }
    }

    fn is_subscripted(&self, name: &str) -> bool {
        self.in_procedures.contains(name) || self.in_process_sets.contains(name)
    }

    /// The expression in the translation: variables of processes subscripted, those that have been
    /// assigned in the step primed.
    fn translated(&mut self, expr: &Expr, subscript: Option<&Expr>, changed: Option<&step::Changed>) -> Expr {
        let mut with: Vec<(Rc<str>, Expr)> = Vec::new();
        for token in expr.tokens() {
            let name = token.kind == TokKind::Name;
            let prime = name && changed.is_some_and(|c| c.has(&self.variables, &token.text));
            let subscripted =
                token.kind == TokKind::Added || self.many && name && self.is_subscripted(&token.text);
            let subscript = subscript.filter(|_| subscripted);
            if !(prime || subscript.is_some()) || with.iter().any(|(n, _)| *n == token.text) {
                continue;
            }
            let mut new = Expr::token(token.text.clone(), token.kind);
            if prime {
                new.append("'", TokKind::BuiltIn, 0);
            }
            if let Some(subscript) = subscript {
                let mut subscript = subscript.normalized();
                subscript.prepend(&new, 0);
                new = subscript;
            }
            with.push((token.text.clone(), new));
        }
        let mut translated = expr.normalized();
        if !with.is_empty()
            && let Err(TooLarge) = translated.substitute(&with, false)
        {
            let d = Diagnostic::error(code::PLUSCAL_SYNTAX, "the translation of an expression is too large");
            self.diagnostics.push(match expr.span {
                Some(span) => d.at(span, ""),
                None => d,
            });
        }
        translated
    }

    // ------------------------------------------------------------------ procedures, processes

    /// `name == step \/ step …`
    fn disjunction(&mut self, name: &str, argument: &str, steps: &[super::tree::Labelled]) {
        let start = format!("{name}{argument} == ");
        let indent = blank(width(&start) + 2);
        self.add(&start);
        for (i, step) in steps.iter().enumerate() {
            let disjunct = format!("{}{argument}", step.label);
            if i > 0 && width(&self.line) + 7 + width(&disjunct) > self.wrap() {
                self.end_line();
            }
            if i > 0 {
                let before = if self.line.is_empty() { &*indent } else { "" };
                let text = format!("{before} \\/ ");
                self.add(&text);
            }
            self.add(&disjunct);
        }
        self.end_line();
        self.add_line("");
    }

    fn procedure(&mut self, procedure: &Procedure, steps: &[super::tree::Labelled]) {
        if self.many {
            self.itself = Some(Self::self_expr());
            self.itself_is_self = true;
        }
        steps.iter().for_each(|step| self.step(step, Context::Procedure));
        let argument = if self.many { "(self)" } else { "" };
        self.disjunction(&procedure.name, argument, steps);
    }

    fn process(&mut self, process: &Process, steps: &[super::tree::Labelled]) {
        self.action = process.name.clone();
        self.itself = Some(if process.equals { process.id.clone() } else { Self::self_expr() });
        self.itself_is_self = !process.equals;
        steps.iter().for_each(|step| self.step(step, Context::Process));
        if !self.omitted.pc {
            let argument = if process.equals { "" } else { "(self)" };
            self.disjunction(&process.name, argument, steps);
        }
    }
}
