//! Control flow made explicit: `pc` and `stack` set where control goes.
//!
//! Enters: an algorithm in labelled steps, names separated. Leaves: for each body its steps as a flat
//! list of assignments, conditions, `if`, `either` and `with` only; what is wrong with calls.
//! Holds: every step begins with a test of `pc` and sets it on every path, unless the translation does
//! without `pc`. What is replaced inside of a step is replaced in the algorithm too: the checksum of an
//! algorithm is one of its tree after this stage.

use super::expr::{Expr, Tok, TokKind};
use super::tree::{Algorithm, Block, Body, Kind, Labelled, Place, Single, Stmt, Variable};
use crate::code;
use crate::diagnostic::Diagnostic;
use crate::resolve::closest;
use std::rc::Rc;

/// The steps of an algorithm's bodies, flat.
#[derive(Debug, Default)]
pub(super) struct Exploded {
    /// Of each procedure.
    pub procedures: Vec<Vec<Labelled>>,
    /// Of each process, or of the only body.
    pub bodies: Vec<Vec<Labelled>>,
}

/// A procedure as callers see it.
struct Callee {
    name: Rc<str>,
    parameters: Vec<Variable>,
    variables: Vec<Variable>,
    entry: Rc<str>,
    at: Place,
}

/// Explodes all bodies.
pub(super) fn explode(algorithm: &mut Algorithm, omit_pc: bool) -> (Exploded, Vec<Diagnostic>) {
    let callees = algorithm
        .procedures
        .iter()
        .map(|p| Callee {
            name: p.name.clone(),
            parameters: p.parameters.clone(),
            variables: p.variables.clone(),
            entry: p.steps.labelled.first().map_or_else(|| "".into(), |s| s.label.clone()),
            at: Place { span: p.name_span, ..p.at },
        })
        .collect();
    let mut exploder = Exploder { callees, omit_pc, procedure: None, diagnostics: Vec::new() };
    let mut exploded = Exploded::default();
    for procedure in &mut algorithm.procedures {
        sort(&mut procedure.steps.labelled);
        exploder.procedure = Some(procedure.name.clone());
        exploded.procedures.push(exploder.steps(&mut procedure.steps.labelled, "Error"));
        exploder.procedure = None;
    }
    let mut body = |steps: &mut Vec<Labelled>| {
        sort(steps);
        exploder.steps(steps, "Done")
    };
    exploded.bodies = match &mut algorithm.body {
        Body::Single(steps) => vec![body(&mut steps.labelled)],
        Body::Processes(processes) => processes.iter_mut().map(|p| body(&mut p.steps.labelled)).collect(),
    };
    (exploded, exploder.diagnostics)
}

/// Puts assignments to one variable together, except in what is never reached.
fn sort(steps: &mut [Labelled]) {
    for step in steps {
        let reached = match step.stmts.first() {
            Some(Stmt { kind: Kind::While { test, .. }, .. }) if is_true(test) => 1,
            _ => step.stmts.len(),
        };
        sort_in(&mut step.stmts[..reached]);
    }
}

fn sort_in(statements: &mut [Stmt]) {
    let block = |b: &mut Block| {
        sort_in(&mut b.stmts);
        sort(&mut b.steps);
    };
    for statement in statements {
        match &mut statement.kind {
            Kind::Assign(singles) => singles.sort_by(|a, b| a.variable.cmp(&b.variable)),
            Kind::While { body, .. } => block(body),
            Kind::If { then, otherwise, .. } => {
                block(then);
                block(otherwise);
            }
            Kind::Either { clauses, .. } => clauses.iter_mut().for_each(block),
            Kind::With { body, .. } => sort_in(body),
            _ => {}
        }
    }
}

/// `TRUE` or `(TRUE)`.
fn is_true(test: &Expr) -> bool {
    test.is_line_of(&["TRUE"]) || test.is_line_of(&["(", "TRUE", ")"])
}

/// What exploding the last statement of a sequence leaves besides the sequence.
struct Tail {
    /// Steps that were inside of it.
    steps: Vec<Labelled>,
    /// Control still has to be sent on.
    falls_through: bool,
    /// The statement itself, with what was replaced inside of it.
    original: Option<Stmt>,
}

struct Exploder {
    callees: Vec<Callee>,
    omit_pc: bool,
    procedure: Option<Rc<str>>,
    diagnostics: Vec<Diagnostic>,
}

impl Exploder {
    fn steps(&mut self, steps: &mut [Labelled], next: &str) -> Vec<Labelled> {
        let mut out = Vec::new();
        for i in 0..steps.len() {
            let after = steps.get(i + 1).map_or_else(|| next.into(), |s| s.label.clone());
            out.append(&mut self.step(&mut steps[i], &after));
        }
        out
    }

    fn step(&mut self, step: &mut Labelled, next: &str) -> Vec<Labelled> {
        if matches!(step.stmts.first(), Some(Stmt { kind: Kind::While { .. }, .. })) {
            return self.loop_step(step, next);
        }
        let (mut stmts, mut steps) = self.copy_and_explode(&mut step.stmts, next);
        let mut out = Vec::new();
        if !self.omit_pc {
            stmts.insert(0, check_pc(&step.label, step.at));
            out.push(Labelled { label: step.label.clone(), at: step.at, stmts });
        }
        out.append(&mut steps);
        out
    }

    /// A copy, exploded and with its last goto; the steps that were inside.
    fn copy_and_explode(&mut self, stmts: &mut [Stmt], next: &str) -> (Vec<Stmt>, Vec<Labelled>) {
        let mut copy = stmts.to_vec();
        let tail = self.tail(&mut copy, next);
        if let (Some(last), Some(original)) = (stmts.last_mut(), tail.original) {
            *last = original;
        }
        if tail.falls_through {
            copy.push(set_pc(next, stmts.last().map(|s| s.at)));
        }
        (copy, tail.steps)
    }

    fn loop_step(&mut self, step: &mut Labelled, next: &str) -> Vec<Labelled> {
        let (first, rest) = step.stmts.split_first_mut().expect("a step has statements");
        let at = first.at;
        let Kind::While { test, body } = &mut first.kind else { return Vec::new() };
        let inside = body.steps.first().map_or_else(|| step.label.clone(), |s| s.label.clone());
        let (then, mut then_steps) = self.copy_and_explode(&mut body.stmts, &inside);
        let (otherwise, mut rest_steps) = self.copy_and_explode(rest, next);
        let mut stmts = Vec::new();
        if !self.omit_pc {
            stmts.push(check_pc(&step.label, step.at));
        }
        let endless = is_true(test);
        if endless {
            stmts.extend(then);
        } else {
            let kind = Kind::If {
                test: test.clone(),
                then: Block { stmts: then, steps: Vec::new() },
                otherwise: Block { stmts: otherwise, steps: Vec::new() },
                labelled: false,
            };
            stmts.push(Stmt { at, label: None, kind });
        }
        let mut out = vec![Labelled { label: step.label.clone(), at: step.at, stmts }];
        out.append(&mut self.steps(&mut body.steps, &step.label));
        out.append(&mut then_steps);
        if !endless {
            out.append(&mut rest_steps);
        }
        out
    }

    /// Explodes the last statement in place.
    fn tail(&mut self, stmts: &mut Vec<Stmt>, next: &str) -> Tail {
        let on = !self.omit_pc;
        let Some(mut last) = stmts.pop() else {
            return Tail { steps: Vec::new(), falls_through: on, original: None };
        };
        let at = last.at;
        let (mut steps, mut falls_through) = (Vec::new(), false);
        match &mut last.kind {
            Kind::If { test, then, otherwise, labelled: true } => {
                let (then_stmts, mut then_steps) = self.branch(then, next);
                let (else_stmts, mut else_steps) = self.branch(otherwise, next);
                let kind = Kind::If {
                    test: test.clone(),
                    then: Block { stmts: then_stmts, steps: Vec::new() },
                    otherwise: Block { stmts: else_stmts, steps: Vec::new() },
                    labelled: false,
                };
                stmts.push(Stmt { at, label: None, kind });
                steps.append(&mut self.steps(&mut then.steps, next));
                steps.append(&mut self.steps(&mut otherwise.steps, next));
                steps.append(&mut then_steps);
                steps.append(&mut else_steps);
            }
            Kind::Either { clauses, labelled: true } => {
                let mut ors = Vec::new();
                for clause in clauses {
                    let (or, mut inner) = self.branch(clause, next);
                    ors.push(Block { stmts: or, steps: Vec::new() });
                    steps.append(&mut inner);
                    steps.append(&mut self.steps(&mut clause.steps, next));
                }
                stmts.push(Stmt { at, label: None, kind: Kind::Either { clauses: ors, labelled: false } });
            }
            Kind::Goto(to) => stmts.push(set_pc(to, Some(at))),
            Kind::Call { to, arguments } => stmts.extend(self.call(to, arguments, next, at)),
            Kind::CallGoto { after, to, arguments } => stmts.extend(self.call(to, arguments, after, at)),
            Kind::Return { from } => {
                if from.is_none() {
                    from.clone_from(&self.procedure);
                }
                stmts.extend(self.give_back(from.as_ref(), at));
            }
            Kind::CallReturn { from, to, arguments } => {
                if from.is_none() {
                    from.clone_from(&self.procedure);
                }
                stmts.extend(self.tail_call(from.as_ref(), to, arguments, at));
            }
            Kind::If { then, otherwise, .. } => {
                falls_through =
                    self.alternatives(vec![&mut then.stmts, &mut otherwise.stmts], next, &mut steps);
                stmts.push(last.clone());
            }
            Kind::Either { clauses, .. } => {
                let ors = clauses.iter_mut().map(|c| &mut c.stmts).collect();
                falls_through = self.alternatives(ors, next, &mut steps);
                stmts.push(last.clone());
            }
            Kind::With { body, .. } => {
                let mut tail = self.tail(body, next);
                steps.append(&mut tail.steps);
                falls_through = tail.falls_through;
                stmts.push(last.clone());
            }
            _ => {
                falls_through = true;
                stmts.push(last.clone());
            }
        }
        Tail { steps, falls_through: falls_through && on, original: Some(last) }
    }

    /// Branches without labels: control is sent on after them if it can be after all of them.
    fn alternatives(&mut self, branches: Vec<&mut Vec<Stmt>>, next: &str, steps: &mut Vec<Labelled>) -> bool {
        let mut open = Vec::new();
        let mut all = true;
        for branch in branches {
            let mut tail = self.tail(branch, next);
            steps.append(&mut tail.steps);
            all &= tail.falls_through;
            if tail.falls_through {
                open.push(branch);
            }
        }
        if !all {
            open.into_iter().for_each(|branch| branch.push(set_pc(next, None)));
        }
        all
    }

    /// A branch that may have labels: its statements with the goto, and the steps inside of them.
    fn branch(&mut self, block: &mut Block, next: &str) -> (Vec<Stmt>, Vec<Labelled>) {
        let next = block.steps.first().map_or_else(|| next.into(), |s| s.label.clone());
        let mut stmts = block.stmts.clone();
        let tail = self.tail(&mut stmts, &next);
        if tail.falls_through {
            stmts.push(set_pc(&next, None));
        }
        if !block.stmts.is_empty() {
            block.stmts.clone_from(&stmts);
        }
        (stmts, tail.steps)
    }

    // ------------------------------------------------------------------ procedures

    fn callee(&mut self, name: &Rc<str>, arguments: Option<&[Expr]>, at: Place) -> Option<usize> {
        let Some(found) = self.callees.iter().position(|c| c.name == *name) else {
            let close = closest(name, self.callees.iter().map(|c| &*c.name));
            let mut d = Diagnostic::error(code::PLUSCAL_PROCEDURE, format!("there is no procedure `{name}`"))
                .at(at.span, "called here");
            d.help = close.map(|close| format!("did you mean `{close}`?"));
            self.diagnostics.push(d);
            return None;
        };
        let callee = &self.callees[found];
        let wanted = callee.parameters.len();
        if let Some(arguments) = arguments.filter(|a| a.len() != wanted) {
            let message = format!(
                "the procedure `{name}` has {wanted} parameters, and is called with {}",
                arguments.len()
            );
            let d = Diagnostic::error(code::PLUSCAL_PROCEDURE, message)
                .at(at.span, "called here")
                .also(callee.at.span, "declared here");
            self.diagnostics.push(d);
            return None;
        }
        Some(found)
    }

    fn call(&mut self, to: &Rc<str>, arguments: &[Expr], next: &str, at: Place) -> Vec<Stmt> {
        let Some(callee) = self.callee(to, Some(arguments), at) else { return Vec::new() };
        let callee = &self.callees[callee];
        let next = Tok::new(next, TokKind::String, 0);
        let mut record = frame(callee, vec![next]);
        record.push(vec![builtin("\\o"), added("stack")]);
        let mut singles = vec![single("stack", frame_expr(record), at)];
        singles.extend(callee.arguments(arguments, at));
        let mut out = vec![assign(singles, at)];
        out.extend(callee.initial(at));
        out.push(set_pc(&callee.entry, Some(at)));
        out
    }

    fn give_back(&mut self, from: Option<&Rc<str>>, at: Place) -> Vec<Stmt> {
        // Outside of procedures, it has been reported with the labels.
        let Some(from) = from.and_then(|from| self.callee(from, None, at)) else { return Vec::new() };
        let from = &self.callees[from];
        let restored = from.variables.iter().chain(&from.parameters).map(|v| &*v.name);
        let mut out: Vec<Stmt> = std::iter::once("pc")
            .chain(restored)
            .map(|name| assign(vec![single(name, head(name), at)], at))
            .collect();
        out.push(assign(vec![single("stack", Expr::new(vec![of_stack("Tail")], None), at)], at));
        out
    }

    fn tail_call(
        &mut self,
        from: Option<&Rc<str>>,
        to: &Rc<str>,
        arguments: &[Expr],
        at: Place,
    ) -> Vec<Stmt> {
        let Some(from) = from.and_then(|from| self.callee(from, None, at)) else { return Vec::new() };
        let Some(to) = self.callee(to, Some(arguments), at) else { return Vec::new() };
        let (from, to) = (&self.callees[from], &self.callees[to]);
        let mut singles = Vec::new();
        if from.name != to.name {
            singles.extend(from.variables.iter().map(|v| single(&v.name, head(&v.name), at)));
            let mut next = of_stack("Head");
            next.extend([builtin("."), name("pc")]);
            let mut record = frame(to, next);
            let mut last = vec![builtin("\\o")];
            last.extend(of_stack("Tail"));
            record.push(last);
            singles.push(single("stack", frame_expr(record), at));
        }
        singles.extend(to.arguments(arguments, at));
        // A recursive call without parameters assigns nothing.
        let mut out = if singles.is_empty() { Vec::new() } else { vec![assign(singles, at)] };
        out.extend(to.initial(at));
        out.push(set_pc(&to.entry, Some(at)));
        out
    }
}

impl Callee {
    fn arguments(&self, arguments: &[Expr], at: Place) -> impl Iterator<Item = Single> {
        self.parameters.iter().zip(arguments.to_vec()).map(move |(p, value)| single(&p.name, value, at))
    }

    fn initial(&self, at: Place) -> impl Iterator<Item = Stmt> {
        self.variables.iter().map(move |v| assign(vec![single(&v.name, v.value.clone(), at)], at))
    }
}

// ---------------------------------------------------------------------- what is put in

fn builtin(text: &str) -> Tok {
    Tok::new(text, TokKind::BuiltIn, 0)
}

fn name(text: &str) -> Tok {
    Tok::new(text, TokKind::Name, 0)
}

fn added(text: &str) -> Tok {
    Tok::new(text, TokKind::Added, 0)
}

fn single(variable: &str, value: Expr, at: Place) -> Single {
    Single { variable: variable.into(), at, subscript: Expr::default(), value }
}

fn assign(singles: Vec<Single>, at: Place) -> Stmt {
    Stmt { at, label: None, kind: Kind::Assign(singles) }
}

/// Nobody wrote it: it is no place of the text.
fn nowhere() -> Place {
    let span = crate::source::Span::new(crate::source::FileId(0), 0, 0);
    Place { span, line: 0, column: 0, call: None }
}

fn set_pc(to: &str, at: Option<Place>) -> Stmt {
    let at = at.unwrap_or_else(nowhere);
    assign(vec![single("pc", Expr::token(to, TokKind::String), at)], at)
}

fn check_pc(label: &str, at: Place) -> Stmt {
    let tokens = [("pc", TokKind::Added, 0), ("=", TokKind::BuiltIn, 3), (label, TokKind::String, 5)];
    let row = tokens.into_iter().map(|(text, kind, column)| Tok::new(text, kind, column)).collect();
    Stmt { at, label: None, kind: Kind::When(Expr::new(vec![row], None)) }
}

/// `Head(stack)`, `Tail(stack)`
fn of_stack(operator: &str) -> Vec<Tok> {
    vec![name(operator), builtin("("), added("stack"), builtin(")")]
}

/// `Head(stack).field`
fn head(field: &str) -> Expr {
    let mut row = of_stack("Head");
    row.extend([builtin("."), name(field)]);
    Expr::new(vec![row], None)
}

/// `<< [ procedure |-> "P", pc |-> next, x |-> x, … ] >>`
fn frame(callee: &Callee, next: Vec<Tok>) -> Vec<Vec<Tok>> {
    let mut rows = vec![vec![
        builtin("<<"),
        builtin("["),
        name("procedure"),
        builtin("|->"),
        Tok::new(callee.name.clone(), TokKind::String, 0),
    ]];
    let mut pc = vec![name("pc"), builtin("|->")];
    pc.extend(next);
    rows.push(pc);
    for v in callee.variables.iter().chain(&callee.parameters) {
        rows.push(vec![name(&v.name), builtin("|->"), name(&v.name)]);
    }
    let last = rows.len() - 1;
    rows[..last].iter_mut().for_each(|row| row.push(builtin(",")));
    rows[last].extend([builtin("]"), builtin(">>")]);
    rows
}

/// Gives the tokens of a frame their columns: the fields in one, what they map to in another.
fn frame_expr(mut rows: Vec<Vec<Tok>>) -> Expr {
    let last = rows.len() - 1;
    for (i, row) in rows.iter_mut().enumerate() {
        let mut next = if i == 0 || i == last { 1 } else { 6 };
        for token in row {
            token.column = next;
            let quotes = if token.kind == TokKind::String { 2 } else { 0 };
            next += token.text.chars().count() as i64 + quotes;
            if token.kind != TokKind::BuiltIn {
                continue;
            }
            match &*token.text {
                "|->" => {
                    token.column = (token.column + 1).max(16);
                    next = token.column + 5;
                }
                "[" | "<<" => next += 1,
                "]" | ">>" => {
                    token.column += 1;
                    next += 1;
                }
                "\\o" => {
                    token.column += 1;
                    next += 2;
                }
                _ => {}
            }
        }
    }
    Expr::new(rows, None)
}
