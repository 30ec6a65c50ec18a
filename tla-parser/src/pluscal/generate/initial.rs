//! Declarations, the text of `define`, the set of processes, and Init.

use super::{Context, Generator, blank, step, width};
use crate::code;
use crate::diagnostic::Diagnostic;
use crate::pluscal::expr::{Expr, Tok, TokKind};
use crate::pluscal::tree::{Process, Variable};
use crate::precedence::operator;
use std::rc::Rc;

/// Whether an expression after `=` would end before its end: outside of parentheses, and not behind what
/// reaches as far as it can, it has an operator that binds no tighter.
fn ends_too_soon(value: &Expr) -> bool {
    let equals = operator("=").and_then(|id| id.row().infix);
    let mut depth = 0usize;
    for token in value.tokens().filter(|t| t.kind != TokKind::String) {
        match &*token.text {
            "(" | "[" | "{" | "<<" => depth += 1,
            ")" | "]" | "}" | ">>" => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            "IF" | "LET" | "CASE" | "CHOOSE" | "LAMBDA" | "\\A" | "\\E" => return false,
            text => {
                let infix = operator(text).and_then(|id| id.row().infix);
                if infix.zip(equals).is_some_and(|(infix, equals)| !infix.above(equals)) {
                    return true;
                }
            }
        }
    }
    false
}

impl Generator<'_> {
    /// The variables, the definitions between the algorithm's and its processes', and `vars`.
    pub fn declarations(&mut self) {
        let algorithm = self.algorithm;
        let mut global: Vec<Rc<str>> = algorithm.variables.iter().map(|v| v.name.clone()).collect();
        if !self.omitted.pc {
            global.push("pc".into());
        }
        if !algorithm.procedures.is_empty() {
            global.push("stack".into());
        }
        let mut local: Vec<Rc<str>> = Vec::new();
        for procedure in &algorithm.procedures {
            let own = procedure.parameters.iter().chain(&procedure.variables).map(|v| v.name.clone());
            local.extend(own.clone());
            self.in_procedures.extend(own);
        }
        for process in self.processes {
            let own = process.variables.iter().map(|v| v.name.clone());
            local.extend(own.clone());
            if !process.equals {
                self.in_process_sets.extend(own);
            }
        }
        if algorithm.default_value {
            self.add_line("CONSTANT defaultInitValue");
        }
        self.variables = [&global[..], &local[..]].concat();
        if self.variables.is_empty() {
            let d = Diagnostic::error(code::PLUSCAL_SYNTAX, "the algorithm has no variables")
                .at(algorithm.span, "")
                .note("without variables there is no state, and nothing to check")
                .help("declare one with `variables`");
            self.diagnostics.push(d);
            return;
        }
        if algorithm.definitions.is_empty() {
            self.declare(&self.variables.clone());
        } else {
            self.declare(&global);
            self.add_line("");
            self.add_line("(* define statement *)");
            self.add_expr(&algorithm.definitions);
            self.end_line();
            self.add_line("");
            self.declare(&local);
        }
        self.add_line("");
        self.add("vars == << ");
        let indent = width(&self.line);
        for (i, name) in self.variables.clone().iter().enumerate() {
            if i > 0 {
                self.add(", ");
            }
            if width(&self.line) + width(name) + 1 > self.wrap() {
                self.end_line();
                self.line = blank(indent);
            }
            self.add(name);
        }
        if width(&self.line) + " >>".len() + 1 > self.wrap() {
            self.end_line();
            self.line = blank("vars ==".len());
        }
        self.add(" >>");
        self.end_line();
        self.add_line("");
    }

    fn declare(&mut self, names: &[Rc<str>]) {
        let word = match names.len() {
            0 => return,
            1 => "VARIABLE ",
            _ => "VARIABLES ",
        };
        self.add(word);
        for (i, name) in names.iter().enumerate() {
            if i > 0 {
                self.add(", ");
            }
            if width(&self.line) + width(name) + 1 > self.wrap() {
                self.end_line();
                self.line = blank(word.len());
            }
            self.add(name);
        }
        self.end_line();
    }

    /// `ProcSet == …`
    pub fn process_set(&mut self) {
        if self.processes.is_empty() {
            return;
        }
        self.add("ProcSet == ");
        for (i, process) in self.processes.iter().enumerate() {
            if i > 0 {
                self.add(" \\cup ");
            }
            self.add(if process.equals { "{" } else { "(" });
            self.add_expr(&process.id);
            self.add(if process.equals { "}" } else { ")" });
        }
        self.end_line();
        self.add_line("");
    }

    /// `Init == …`
    pub fn initial(&mut self) {
        let algorithm = self.algorithm;
        let indent = blank("Init == ".len());
        let mut start = "Init == ".to_owned();
        if !algorithm.variables.is_empty() {
            self.add_line(&format!("{start}(* Global variables *)"));
            start.clone_from(&indent);
            for variable in &algorithm.variables {
                self.initial_value(variable, &start, false);
            }
        }
        for procedure in &algorithm.procedures {
            if procedure.parameters.is_empty() && procedure.variables.is_empty() {
                continue;
            }
            self.add_line(&format!("{start}(* Procedure {} *)", procedure.name));
            start.clone_from(&indent);
            for variable in procedure.parameters.iter().chain(&procedure.variables) {
                if self.many {
                    self.procedure_value(variable, &start);
                } else {
                    self.initial_value(variable, &start, false);
                }
            }
        }
        for process in self.processes {
            if process.variables.is_empty() {
                continue;
            }
            self.add_line(&format!("{start}(* Process {} *)", process.name));
            start.clone_from(&indent);
            for variable in &process.variables {
                self.process_value(process, variable, &start);
            }
        }
        if !algorithm.procedures.is_empty() {
            let value = if self.many { "[self \\in ProcSet |-> << >>]" } else { "<< >>" };
            self.add_line(&format!("{start}/\\ stack = {value}"));
            start.clone_from(&indent);
        }
        if !self.omitted.pc {
            self.initial_pc(&start);
        }
        self.end_line();
        self.add_line("");
    }

    fn initial_value(&mut self, variable: &Variable, start: &str, parentheses: bool) {
        let relation = if variable.equals { "=" } else { "\\in" };
        let parentheses = parentheses || step::needs_parentheses(&variable.value.text());
        self.add(&format!("{start}/\\ {} {relation} ", variable.name));
        if parentheses {
            self.add("(");
        }
        self.add_expr(&variable.value);
        if parentheses {
            self.add(")");
        }
        self.end_line();
    }

    fn procedure_value(&mut self, variable: &Variable, start: &str) {
        self.add(&format!("{start}/\\ {} = [ self \\in ProcSet |-> ", variable.name));
        let value = self.of_self(&variable.value);
        self.add_expr(&value);
        self.add("]");
        self.end_line();
    }

    fn of_self(&mut self, value: &Expr) -> Expr {
        let subscript = self.subscript(Context::Procedure).map(|s| s.in_brackets());
        self.translated(value, subscript.as_ref(), None)
    }

    fn process_value(&mut self, process: &Process, variable: &Variable, start: &str) {
        if process.equals && variable.equals && ends_too_soon(&variable.value) {
            // pcal.trans leaves the parentheses out here, and `x = a \/ b` does not say what is meant.
            self.initial_value(variable, start, true);
            return;
        }
        self.add(&format!("{start}/\\ {}", variable.name));
        if process.equals {
            self.add(if variable.equals { " = " } else { " \\in " });
            self.add_expr(&variable.value);
        } else if variable.equals {
            self.add(" = [self \\in ");
            self.add_expr(&process.id);
            self.add(" |-> ");
            let value = self.of_self(&variable.value);
            self.add_expr(&value);
            self.add("]");
        } else {
            // Whichever process: the set is the same for all of them.
            let row = [("[", 0), ("CHOOSE", 1), ("self", 8), ("\\in ", 13)]
                .map(|(text, column)| Tok::new(text, TokKind::BuiltIn, column));
            let mut chosen = process.id.normalized();
            chosen.prepend(&Expr::new(vec![row.to_vec()], None), 1);
            let row = [(":", 0), ("TRUE", 2), ("]", 6)]
                .map(|(text, column)| Tok::new(text, TokKind::BuiltIn, column));
            let mut subscript = Expr::new(vec![row.to_vec()], None);
            subscript.prepend(&chosen, 1);
            self.add(" \\in [");
            self.add_expr(&process.id);
            self.add(" -> ");
            let value = self.translated(&variable.value, Some(&subscript), None);
            self.add_expr(&value);
            self.add("]");
        }
        self.end_line();
    }

    fn initial_pc(&mut self, start: &str) {
        if !self.many {
            let entry = match &self.algorithm.body {
                crate::pluscal::tree::Body::Single(steps) => steps.labelled.first(),
                crate::pluscal::tree::Body::Processes(_) => None,
            };
            let entry = entry.map_or("", |s| &*s.label);
            self.add_line(&format!("{start}/\\ pc = \"{entry}\""));
            return;
        }
        let cases = self.processes.len() != 1;
        let first = format!("{start}/\\ pc = [self \\in ProcSet |-> {}", if cases { "CASE " } else { "" });
        let indent = blank(width(&first) - 3);
        self.add(&first);
        for (i, process) in self.processes.iter().enumerate() {
            if i > 0 {
                self.add(&format!("{indent}[] "));
            }
            if cases {
                self.add(if process.equals { "self = " } else { "self \\in " });
                self.add_expr(&process.id);
                self.add(" -> ");
            }
            let entry = process.steps.labelled.first().map_or("", |s| &*s.label);
            let end = if i + 1 == self.processes.len() { "]" } else { "" };
            self.add(&format!("\"{entry}\"{end}"));
            self.end_line();
        }
    }
}
