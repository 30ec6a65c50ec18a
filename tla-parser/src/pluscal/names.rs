//! Names that the translation puts side by side, made to differ.
//!
//! Enters: an algorithm in labelled steps. Leaves: the same with every clash renamed, the comments that
//! say so, and what is declared twice. Holds: a translation has one name space, an algorithm one for
//! each process and procedure: `x` of process `P` becomes `x_`, `x_P`, … where another `x` is. The order
//! of the table decides who keeps a name, so it is that of the translator; global variables always do.

use super::expr::{Expr, TokKind};
use super::tree::{Algorithm, Block, Body, Kind, Labelled, Place, Procedure, Process, Stmt, Variable};
use crate::code;
use crate::diagnostic::Diagnostic;
use crate::resolve::closest;
use crate::source::Span;
use std::rc::Rc;

/// What a name stands for, in the order in which names are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Sort {
    Global,
    Label,
    Procedure,
    Process,
    ProcessVariable,
    ProcedureVariable,
    Parameter,
}

impl Sort {
    const ALL: [Sort; 7] = [
        Sort::Global,
        Sort::Label,
        Sort::Procedure,
        Sort::Process,
        Sort::ProcessVariable,
        Sort::ProcedureVariable,
        Sort::Parameter,
    ];

    fn title(self) -> &'static str {
        match self {
            Sort::Global => "Global variable",
            Sort::Label => "Label",
            Sort::Procedure => "Procedure",
            Sort::Process => "Process",
            Sort::ProcessVariable => "Process variable",
            Sort::ProcedureVariable => "Procedure variable",
            Sort::Parameter => "Parameter",
        }
    }

    fn is_variable(self) -> bool {
        !matches!(self, Sort::Label | Sort::Procedure | Sort::Process)
    }
}

struct Symbol {
    sort: Sort,
    name: Rc<str>,
    /// The process or procedure it is of; empty for those of the algorithm.
    context: Rc<str>,
    /// What the context is.
    of: &'static str,
    line: u32,
    column: u32,
    span: Option<Span>,
    renamed: String,
}

/// Renames what clashes. The comments that say so, each a line of the translation.
pub(super) fn separate(algorithm: &mut Algorithm) -> (Vec<String>, Vec<Diagnostic>) {
    let mut table = Table { symbols: Vec::new(), diagnostics: Vec::new() };
    table.collect(algorithm);
    table.reserved(algorithm);
    if !table.diagnostics.is_empty() {
        return (Vec::new(), table.diagnostics);
    }
    let report = table.disambiguate();
    table.fix(algorithm);
    (report, table.diagnostics)
}

struct Table {
    symbols: Vec<Symbol>,
    diagnostics: Vec<Diagnostic>,
}

impl Table {
    // ------------------------------------------------------------------ what there is

    fn collect(&mut self, algorithm: &Algorithm) {
        let none: Rc<str> = "".into();
        let mut own = vec!["pc"];
        if !algorithm.procedures.is_empty() {
            own.push("stack");
        }
        for name in own {
            self.symbols.push(Symbol {
                sort: Sort::Global,
                name: name.into(),
                context: none.clone(),
                of: "",
                line: 0,
                column: 0,
                span: None,
                renamed: name.to_owned(),
            });
        }
        for v in &algorithm.variables {
            self.insert(Sort::Global, &v.name, &none, "process", &v.at, v.at.span);
        }
        for p in &algorithm.procedures {
            self.insert(Sort::Procedure, &p.name, &none, "procedure", &p.at, p.name_span);
            for v in &p.variables {
                self.insert(Sort::ProcedureVariable, &v.name, &p.name, "procedure", &v.at, v.at.span);
            }
            for v in &p.parameters {
                self.insert(Sort::Parameter, &v.name, &p.name, "procedure", &v.at, v.at.span);
            }
            self.labels(&p.steps.labelled, &p.name, "procedure");
        }
        match &algorithm.body {
            Body::Single(steps) => self.labels(&steps.labelled, &none, ""),
            Body::Processes(processes) => {
                for p in processes {
                    self.insert(Sort::Process, &p.name, &none, "process", &p.at, p.name_span);
                    for v in &p.variables {
                        self.insert(Sort::ProcessVariable, &v.name, &p.name, "process", &v.at, v.at.span);
                    }
                    self.labels(&p.steps.labelled, &p.name, "process");
                }
            }
        }
    }

    fn labels(&mut self, steps: &[Labelled], context: &Rc<str>, of: &'static str) {
        for step in steps {
            self.insert(Sort::Label, &step.label, context, of, &step.at, step.at.span);
            self.inner_labels(&step.stmts, context, of);
        }
    }

    fn inner_labels(&mut self, statements: &[Stmt], context: &Rc<str>, of: &'static str) {
        let mut block = |b: &Block| {
            self.inner_labels(&b.stmts, context, of);
            self.labels(&b.steps, context, of);
        };
        for statement in statements {
            match &statement.kind {
                Kind::While { body, .. } => block(body),
                Kind::If { then, otherwise, .. } => {
                    block(then);
                    block(otherwise);
                }
                Kind::Either { clauses, .. } => clauses.iter().for_each(&mut block),
                _ => {}
            }
        }
    }

    fn find(&self, sort: Sort, name: &str, context: &str) -> Option<&Symbol> {
        self.symbols.iter().find(|s| s.sort == sort && *s.name == *name && *s.context == *context)
    }

    /// The first of that name there, whatever it is.
    fn find_any(&self, name: &str, context: &str) -> Option<&Symbol> {
        self.symbols.iter().find(|s| *s.name == *name && *s.context == *context)
    }

    fn insert(
        &mut self,
        sort: Sort,
        name: &Rc<str>,
        context: &Rc<str>,
        of: &'static str,
        at: &Place,
        span: Span,
    ) {
        let clash = if sort > Sort::Process {
            self.find(Sort::Global, name, "").or_else(|| self.find_any(name, context))
        } else {
            self.find(sort, name, context)
        };
        if let Some(first) = clash {
            let what = sort.title().to_lowercase();
            let message = format!("the {what} `{name}` is declared twice");
            let mut d = Diagnostic::error(code::PLUSCAL_TWICE, message).at(span, "declared again here");
            match first.span {
                Some(first) => d = d.also(first, "first declared here"),
                None => d = d.note(format!("the translation declares the variable `{name}` itself")),
            }
            self.diagnostics.push(d.help("rename one of them"));
            return;
        }
        self.symbols.push(Symbol {
            sort,
            name: name.clone(),
            context: context.clone(),
            of,
            line: at.line,
            column: at.column,
            span: Some(span),
            renamed: name.to_string(),
        });
    }

    /// `defaultInitValue` is a constant of the translation where some variable has no value.
    fn reserved(&mut self, algorithm: &Algorithm) {
        if !algorithm.default_value {
            return;
        }
        for symbol in self.symbols.iter().filter(|s| &*s.name == "defaultInitValue") {
            let d = Diagnostic::error(code::PLUSCAL_TWICE, "`defaultInitValue` cannot be declared here")
                .note("the translation declares it as the value of variables without one")
                .help("rename it, or give every variable an initial value");
            self.diagnostics.push(match symbol.span {
                Some(span) => d.at(span, ""),
                None => d,
            });
        }
    }

    // ------------------------------------------------------------------ new names

    fn ambiguous(&self, name: &str) -> bool {
        self.symbols.iter().filter(|s| s.renamed == name).count() > 1
    }

    fn disambiguate(&mut self) -> Vec<String> {
        let mut report = Vec::new();
        for sort in Sort::ALL {
            for i in 0..self.symbols.len() {
                if self.symbols[i].sort != sort {
                    continue;
                }
                let mut of_context = self.symbols[i].context.chars().collect::<Vec<_>>().into_iter();
                let mut first = true;
                while sort != Sort::Global && self.ambiguous(&self.symbols[i].renamed) {
                    let more = match (std::mem::take(&mut first), of_context.as_slice()) {
                        (true, _) => "_".to_owned(),
                        (false, []) => (sort as usize).to_string(),
                        (false, _) => of_context.next().map(String::from).unwrap_or_default(),
                    };
                    self.symbols[i].renamed.push_str(&more);
                }
                let s = &self.symbols[i];
                if *s.name == *s.renamed {
                    continue;
                }
                let of =
                    if s.context.is_empty() { String::new() } else { format!(" of {} {}", s.of, s.context) };
                let Symbol { name, line, column, renamed, .. } = s;
                let title = sort.title();
                report
                    .push(format!("\\* {title} {name}{of} at line {line} col {column} changed to {renamed}"));
            }
        }
        report
    }

    fn new_name(&self, sort: Sort, name: &Rc<str>, context: &str) -> Rc<str> {
        self.find(sort, name, context).map_or_else(|| name.clone(), |s| s.renamed.as_str().into())
    }

    fn new_variable(&self, name: &Rc<str>, context: &str) -> Rc<str> {
        match self.find_any(name, context) {
            Some(s) if s.sort.is_variable() => s.renamed.as_str().into(),
            _ => name.clone(),
        }
    }

    // ------------------------------------------------------------------ in their places

    fn fix(&mut self, algorithm: &mut Algorithm) {
        for v in &mut algorithm.variables {
            self.variable(v, "");
        }
        for p in &mut algorithm.procedures {
            self.procedure(p);
        }
        match &mut algorithm.body {
            Body::Single(steps) => self.steps(&mut steps.labelled, ""),
            Body::Processes(processes) => processes.iter_mut().for_each(|p| self.process(p)),
        }
    }

    fn procedure(&mut self, p: &mut Procedure) {
        let context = p.name.clone();
        p.variables.iter_mut().for_each(|v| self.variable(v, &context));
        p.parameters.iter_mut().for_each(|v| self.variable(v, &context));
        self.steps(&mut p.steps.labelled, &context);
        self.modified(&mut p.modifiers.plus, &context);
        self.modified(&mut p.modifiers.minus, &context);
        p.name = self.new_name(Sort::Procedure, &p.name, "");
        p.modifiers.calls.iter_mut().for_each(|c| *c = self.new_name(Sort::Procedure, c, ""));
    }

    fn process(&mut self, p: &mut Process) {
        let context = p.name.clone();
        p.variables.iter_mut().for_each(|v| self.variable(v, &context));
        self.steps(&mut p.steps.labelled, &context);
        self.modified(&mut p.modifiers.plus, &context);
        self.modified(&mut p.modifiers.minus, &context);
        p.name = self.new_name(Sort::Process, &p.name, "");
        p.modifiers.calls.iter_mut().for_each(|c| *c = self.new_name(Sort::Procedure, c, ""));
    }

    fn modified(&self, labels: &mut [Rc<str>], context: &str) {
        labels.iter_mut().for_each(|l| *l = self.new_name(Sort::Label, l, context));
    }

    fn variable(&mut self, v: &mut Variable, context: &str) {
        v.name = self.new_variable(&v.name, context);
        self.expr(&mut v.value, context);
    }

    fn expr(&mut self, expr: &mut Expr, context: &str) {
        let mut with: Vec<(Rc<str>, Expr)> = Vec::new();
        for token in expr.tokens().filter(|t| t.kind == TokKind::Name) {
            let new = self.new_variable(&token.text, context);
            if new != token.text && with.iter().all(|(name, _)| *name != token.text) {
                with.push((token.text.clone(), Expr::token(new, TokKind::Name)));
            }
        }
        if !with.is_empty() {
            // One name for another: it cannot become too large.
            let _ = expr.substitute(&with, false);
        }
    }

    fn steps(&mut self, steps: &mut [Labelled], context: &str) {
        for step in steps {
            step.label = self.new_name(Sort::Label, &step.label, context);
            self.statements(&mut step.stmts, context);
        }
    }

    fn block(&mut self, block: &mut Block, context: &str) {
        self.statements(&mut block.stmts, context);
        self.steps(&mut block.steps, context);
    }

    fn statements(&mut self, statements: &mut [Stmt], context: &str) {
        for statement in statements {
            let span = statement.at.span;
            match &mut statement.kind {
                Kind::While { test, body } => {
                    self.block(body, context);
                    self.expr(test, context);
                }
                Kind::Assign(singles) => {
                    for single in singles {
                        single.variable = self.new_variable(&single.variable, context);
                        self.expr(&mut single.subscript, context);
                        self.expr(&mut single.value, context);
                    }
                }
                Kind::If { test, then, otherwise, .. } => {
                    self.block(then, context);
                    self.block(otherwise, context);
                    self.expr(test, context);
                }
                Kind::Either { clauses, .. } => clauses.iter_mut().for_each(|c| self.block(c, context)),
                Kind::With { value, body, .. } => {
                    self.expr(value, context);
                    self.statements(body, context);
                }
                Kind::When(e) | Kind::Print(e) | Kind::Assert(e) => self.expr(e, context),
                Kind::Skip | Kind::MacroCall { .. } => {}
                Kind::Call { to, arguments } => {
                    *to = self.new_name(Sort::Procedure, to, "");
                    arguments.iter_mut().for_each(|a| self.expr(a, context));
                }
                Kind::Return { from } => self.from(from),
                Kind::CallReturn { from, to, arguments } => {
                    self.from(from);
                    *to = self.new_name(Sort::Procedure, to, "");
                    arguments.iter_mut().for_each(|a| self.expr(a, context));
                }
                Kind::CallGoto { after, to, arguments } => {
                    self.target(after, span, context);
                    *to = self.new_name(Sort::Procedure, to, "");
                    arguments.iter_mut().for_each(|a| self.expr(a, context));
                }
                Kind::Goto(to) => self.target(to, span, context),
            }
        }
    }

    fn from(&self, from: &mut Option<Rc<str>>) {
        if let Some(from) = from {
            *from = self.new_name(Sort::Procedure, from, "");
        }
    }

    fn target(&mut self, to: &mut Rc<str>, span: Span, context: &str) {
        if self.find(Sort::Label, to, context).is_none() && &**to != "Done" {
            let place = match (context, self.symbols.iter().find(|s| &*s.context == context)) {
                ("", _) | (_, None) => "the algorithm".to_owned(),
                (_, Some(s)) => format!("the {} `{context}`", s.of),
            };
            let labels = self.symbols.iter().filter(|s| s.sort == Sort::Label && &*s.context == context);
            let close = closest(to, labels.map(|s| &*s.name));
            let mut d = Diagnostic::error(code::PLUSCAL_GOTO, format!("there is no label `{to}` in {place}"))
                .at(span, "")
                .note("`goto` stays in its process or procedure");
            d.help = close.map(|close| format!("did you mean `{close}`?"));
            self.diagnostics.push(d);
        }
        *to = self.new_name(Sort::Label, to, context);
    }
}

/// Completes, in an algorithm of processes, what each calls with what is called from there.
pub(super) fn close_calls(algorithm: &mut Algorithm) {
    let Body::Processes(processes) = &mut algorithm.body else { return };
    let names: Vec<Rc<str>> = algorithm.procedures.iter().map(|p| p.name.clone()).collect();
    let reached: Vec<Vec<Rc<str>>> = algorithm
        .procedures
        .iter()
        .map(|p| {
            let mut reached: Vec<bool> = names.iter().map(|n| p.modifiers.calls.contains(n)).collect();
            while let Some(next) = (0..names.len()).find(|&n| {
                !reached[n]
                    && (0..names.len())
                        .any(|m| reached[m] && algorithm.procedures[m].modifiers.calls.contains(&names[n]))
            }) {
                reached[next] = true;
            }
            names.iter().zip(reached).filter(|(_, r)| *r).map(|(n, _)| n.clone()).collect()
        })
        .collect();
    for (procedure, reached) in algorithm.procedures.iter_mut().zip(&reached) {
        procedure.modifiers.calls.clone_from(reached);
    }
    for process in processes {
        let calls = &mut process.modifiers.calls;
        let mut i = 0;
        while i < calls.len() {
            if let Some(p) = names.iter().position(|n| *n == calls[i]) {
                for callee in &reached[p] {
                    if !calls.contains(callee) {
                        calls.push(callee.clone());
                    }
                }
            }
            i += 1;
        }
    }
}
