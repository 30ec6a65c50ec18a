//! Macro calls replaced by the bodies of their macros.
//!
//! Enters: an algorithm as parsed. Leaves: the same without macro calls, or what is wrong with them.
//! Holds: a macro may call those defined before it, so expansion ends; what it makes is bounded.
//! Arguments are put in place of the parameters' names, in parentheses where that may matter; where
//! the name is assigned to, the argument must be a variable, perhaps with a subscript.

use super::expr::{Expr, MOST_TOKENS, TokKind};
use super::tree::{Algorithm, Block, Body, Kind, Macro, Place, Single, Stmt};
use crate::code;
use crate::diagnostic::Diagnostic;
use crate::resolve::closest;
use std::rc::Rc;

/// Expands every macro call of the algorithm.
pub(super) fn expand(algorithm: &mut Algorithm) -> Vec<Diagnostic> {
    let mut expander = Expander { diagnostics: Vec::new(), budget: MOST_TOKENS };
    let mut macros: Vec<Macro> = Vec::new();
    for mut definition in std::mem::take(&mut algorithm.macros) {
        if let Some(first) = macros.iter().find(|m| m.name == definition.name) {
            let message = format!("the macro `{}` is defined twice", definition.name);
            let d = Diagnostic::error(code::PLUSCAL_MACRO, message)
                .at(definition.at.span, "defined again here")
                .also(first.at.span, "first defined here")
                .help("rename one of them");
            expander.diagnostics.push(d);
        }
        expander.sequence(&mut definition.body, &macros);
        macros.push(definition);
    }
    match &mut algorithm.body {
        Body::Single(steps) => expander.sequence(&mut steps.parsed, &macros),
        Body::Processes(processes) => {
            processes.iter_mut().for_each(|p| expander.sequence(&mut p.steps.parsed, &macros));
        }
    }
    for procedure in &mut algorithm.procedures {
        expander.sequence(&mut procedure.steps.parsed, &macros);
    }
    expander.diagnostics
}

type With = [(Rc<str>, Expr)];

struct Expander {
    diagnostics: Vec<Diagnostic>,
    /// How many tokens and statements may still be made.
    budget: usize,
}

impl Expander {
    fn sequence(&mut self, statements: &mut Vec<Stmt>, macros: &[Macro]) {
        let mut out = Vec::with_capacity(statements.len());
        for mut statement in std::mem::take(statements) {
            match &mut statement.kind {
                Kind::MacroCall { name, arguments } => {
                    let (name, arguments) = (name.clone(), std::mem::take(arguments));
                    out.append(&mut self.call(&statement, &name, arguments, macros));
                    continue;
                }
                Kind::While { body, .. } => self.sequence(&mut body.stmts, macros),
                Kind::If { then, otherwise, .. } => {
                    self.sequence(&mut then.stmts, macros);
                    self.sequence(&mut otherwise.stmts, macros);
                }
                Kind::Either { clauses, .. } => {
                    clauses.iter_mut().for_each(|c| self.sequence(&mut c.stmts, macros));
                }
                Kind::With { body, .. } => self.sequence(body, macros),
                _ => {}
            }
            out.push(statement);
        }
        *statements = out;
    }

    fn call(&mut self, call: &Stmt, name: &Rc<str>, arguments: Vec<Expr>, macros: &[Macro]) -> Vec<Stmt> {
        let Some(definition) = macros.iter().rev().find(|m| m.name == *name) else {
            let close = closest(name, macros.iter().map(|m| &*m.name));
            let help = match close {
                Some(close) => format!("did you mean `{close}`?"),
                None => "define it before its first use, or write `call` if it is a procedure".to_owned(),
            };
            let message = format!("there is no macro `{name}` here");
            let d =
                Diagnostic::error(code::PLUSCAL_MACRO, message).at(call.at.span, "called here").help(help);
            self.diagnostics.push(d);
            return Vec::new();
        };
        if definition.parameters.len() != arguments.len() {
            let d = Diagnostic::error(
                code::PLUSCAL_MACRO,
                format!(
                    "the macro `{name}` takes {}, not {}",
                    counted(definition.parameters.len()),
                    arguments.len()
                ),
            )
            .at(call.at.span, "called here")
            .also(definition.at.span, "defined here");
            self.diagnostics.push(d);
            return Vec::new();
        }
        let with: Vec<(Rc<str>, Expr)> = definition.parameters.iter().cloned().zip(arguments).collect();
        let mut body = definition.body.clone();
        for statement in &mut body {
            if self.statement(statement, &with, &call.at).is_none() {
                self.diagnostics.push(self.too_large(&call.at));
                return Vec::new();
            }
        }
        if let Some(first) = body.first_mut() {
            first.label.clone_from(&call.label);
        }
        body
    }

    fn too_large(&self, at: &Place) -> Diagnostic {
        Diagnostic::error(code::PLUSCAL_MACRO, "what the macros stand for is too large")
            .at(at.span, "expanding this call")
            .note(format!("more than {MOST_TOKENS} tokens"))
            .help("define an operator where a macro repeats its argument, or use a procedure")
    }

    /// Puts arguments into a statement of a macro. None when it becomes too large.
    fn statement(&mut self, statement: &mut Stmt, with: &With, call: &Place) -> Option<()> {
        self.budget = self.budget.checked_sub(1)?;
        if !matches!(statement.kind, Kind::Skip) || statement.at.call.is_none() {
            statement.at.call = Some((call.line, call.column));
        }
        match &mut statement.kind {
            Kind::Assign(singles) => {
                for single in singles {
                    self.single(single, with, call)?;
                }
            }
            Kind::When(e) | Kind::Print(e) | Kind::Assert(e) => self.expr(e, with)?,
            Kind::Call { arguments, .. }
            | Kind::CallReturn { arguments, .. }
            | Kind::CallGoto { arguments, .. } => {
                for argument in arguments {
                    self.expr(argument, with)?;
                }
            }
            Kind::While { test, body } => {
                self.expr(test, with)?;
                self.block(body, with, call)?;
            }
            Kind::If { test, then, otherwise, .. } => {
                self.expr(test, with)?;
                self.block(then, with, call)?;
                self.block(otherwise, with, call)?;
            }
            Kind::Either { clauses, .. } => {
                for clause in clauses {
                    self.block(clause, with, call)?;
                }
            }
            Kind::With { variable, value, body, .. } => {
                if with.iter().any(|(name, e)| name == variable && !e.is_line_of(&[&**name])) {
                    let message = format!("`with` binds `{variable}`, which is a parameter of the macro");
                    let d = Diagnostic::error(code::PLUSCAL_MACRO, message)
                        .at(statement.at.span, "bound here")
                        .note("the argument would be put in place of the name inside, but not here")
                        .help("give the bound name another spelling");
                    self.diagnostics.push(d);
                }
                self.expr(value, with)?;
                for statement in body {
                    self.statement(statement, with, call)?;
                }
            }
            Kind::Skip | Kind::Return { .. } | Kind::Goto(_) | Kind::MacroCall { .. } => {}
        }
        Some(())
    }

    fn block(&mut self, block: &mut Block, with: &With, call: &Place) -> Option<()> {
        block.stmts.iter_mut().try_for_each(|statement| self.statement(statement, with, call))
    }

    fn expr(&mut self, expr: &mut Expr, with: &With) -> Option<()> {
        *expr = expr.normalized();
        expr.substitute(with, true).ok()?;
        self.budget = self.budget.checked_sub(expr.size())?;
        Some(())
    }

    fn single(&mut self, single: &mut Single, with: &With, call: &Place) -> Option<()> {
        single.at.call = Some((call.line, call.column));
        self.expr(&mut single.value, with)?;
        if !single.subscript.is_empty() {
            self.expr(&mut single.subscript, with)?;
        }
        let Some((_, argument)) = with.iter().find(|(name, _)| *name == single.variable) else {
            return Some(());
        };
        let first = argument.tokens().next()?;
        if first.kind != TokKind::Name {
            let message = format!("the macro assigns to its parameter `{}`", single.variable);
            let d = Diagnostic::error(code::PLUSCAL_MACRO, message)
                .at(argument.span.unwrap_or(call.span), "this is no variable")
                .also(single.at.span, "assigned here")
                .help("give a variable, or a variable with a subscript, as the argument");
            self.diagnostics.push(d);
            return Some(());
        }
        single.variable = first.text.clone();
        let rest = argument.without_first();
        if single.subscript.is_empty() {
            single.subscript = rest;
        } else {
            single.subscript.prepend(&rest, 0);
        }
        Some(())
    }
}

fn counted(count: usize) -> String {
    match count {
        0 => "no argument".to_owned(),
        1 => "one argument".to_owned(),
        n => format!("{n} arguments"),
    }
}
