//! Where labels must be and must not be, and the steps that they make.
//!
//! Enters: statements with the labels that the user wrote, macros expanded. Leaves: labelled steps; the
//! labels that are missing; what is wrong. Holds: afterwards every step starts with a label, a `while`
//! only ever starts one, and no step assigns to a variable twice on one path (*A PlusCal User's Manual*,
//! section 3.7). The rules are those of the translator, so that both tools add the same labels.

use super::parse::Seen;
use super::tree::{Algorithm, Block, Body, Kind, Label, Labelled, Place, Procedure, Stmt};
use crate::code;
use crate::diagnostic::Diagnostic;
use rustc_hash::FxHashSet;
use std::rc::Rc;

/// A label that is not there.
#[derive(Clone, Debug)]
pub(super) struct Missing {
    /// The name it gets where labels are added.
    pub name: Rc<str>,
    pub at: Place,
    why: String,
}

impl Missing {
    /// As an error, where labels are not added.
    pub fn diagnostic(&self) -> Diagnostic {
        Diagnostic::error(code::PLUSCAL_LABEL_MISSING, "a label is missing here")
            .at(self.at.span, &*self.why)
            .help("write a label before it, or let `--label` add what is missing")
    }
}

/// Labels all bodies: those of the processes or, after the procedures, the only one.
pub(super) fn label(algorithm: &mut Algorithm, seen: &Seen, root: &str) -> (Vec<Missing>, Vec<Diagnostic>) {
    let Algorithm { procedures, body, .. } = algorithm;
    // A return sets the variables of procedures, whichever returns.
    let names = |p: &Procedure| p.parameters.iter().chain(&p.variables).map(|v| v.name.clone()).collect();
    let variables: Vec<Vec<Rc<str>>> = procedures.iter().map(names).collect();
    let mut labeller = Labeller {
        taken: &seen.labels,
        root,
        next: 1,
        variables: variables.concat(),
        procedure: None,
        missing: Vec::new(),
        diagnostics: Vec::new(),
    };
    if let Body::Processes(processes) = body {
        for process in processes {
            process.steps.labelled = labeller.body(&mut process.steps.parsed);
        }
    }
    for procedure in procedures {
        labeller.procedure = Some(procedure.name.clone());
        procedure.steps.labelled = labeller.body(&mut procedure.steps.parsed);
    }
    labeller.procedure = None;
    if let Body::Single(steps) = body {
        steps.labelled = labeller.body(&mut steps.parsed);
    }
    (labeller.missing, labeller.diagnostics)
}

/// Names of variables that have been assigned to in the step so far.
type Assigned = Vec<Rc<str>>;

struct Labeller<'s> {
    taken: &'s FxHashSet<Rc<str>>,
    root: &'s str,
    next: usize,
    variables: Vec<Rc<str>>,
    procedure: Option<Rc<str>>,
    missing: Vec<Missing>,
    diagnostics: Vec<Diagnostic>,
}

impl Labeller<'_> {
    fn body(&mut self, statements: &mut Vec<Stmt>) -> Vec<Labelled> {
        self.add(statements, Some("a body starts with a label"), false, &Assigned::new());
        let mut steps = self.steps(std::mem::take(statements));
        for step in &mut steps {
            self.classify(&mut step.stmts);
        }
        steps
    }

    /// Finds the labels that are missing. Whether what follows needs one, and why; and what has been
    /// assigned to in the step that the last statement is in.
    fn add(
        &mut self,
        statements: &mut [Stmt],
        first: Option<&'static str>,
        inside_with: bool,
        before: &Assigned,
    ) -> (Option<&'static str>, Assigned) {
        let mut assigned = before.clone();
        let mut needs = first;
        let mut has_label = false;
        for statement in statements {
            if let Some(label) = &statement.label {
                has_label = true;
                assigned.clear();
                if inside_with {
                    let d = Diagnostic::error(code::PLUSCAL_LABEL, "a label inside of `with`")
                        .at(label.span, "")
                        .note("the name that `with` binds lives in one step only")
                        .help("move the label before the `with`, or keep the value in a variable");
                    self.diagnostics.push(d);
                }
            }
            if let Some(why) = needs.take() {
                if inside_with {
                    self.forbidden(&statement.at, &format!("{why}, and inside of `with` there can be none"));
                } else {
                    self.require(statement, why.to_owned());
                }
                has_label = true;
                assigned.clear();
            }
            let (after, labelled) = self.add_one(statement, inside_with, before, &mut assigned);
            needs = after;
            has_label |= labelled;
        }
        const INSIDE: &str = "what goes before contains a label, so a new step starts here";
        (needs.or(has_label.then_some(INSIDE)), assigned)
    }

    /// One statement: whether the next needs a label, and whether this one has got one.
    fn add_one(
        &mut self,
        statement: &mut Stmt,
        inside_with: bool,
        before: &Assigned,
        assigned: &mut Assigned,
    ) -> (Option<&'static str>, bool) {
        match &mut statement.kind {
            Kind::If { then, otherwise, .. } => {
                let (one, mut changed) = self.add(&mut then.stmts, None, inside_with, assigned);
                let (two, also) = self.add(&mut otherwise.stmts, None, inside_with, assigned);
                union(&mut changed, &also);
                *assigned = changed;
                (two.or(one), false)
            }
            Kind::Either { clauses, .. } => {
                let (mut needs, mut changed) = (None, Assigned::new());
                for clause in clauses {
                    let (one, also) = self.add(&mut clause.stmts, None, inside_with, assigned);
                    needs = one.or(needs);
                    union(&mut changed, &also);
                }
                *assigned = changed;
                (needs, false)
            }
            Kind::While { .. } => {
                if inside_with {
                    let why = "`while` inside of `with`: a loop takes many steps, and the name lives in one";
                    self.forbidden(&statement.at, why);
                } else {
                    self.require(statement, "`while` starts a step of its own".to_owned());
                }
                assigned.clear();
                if let Kind::While { body, .. } = &mut statement.kind {
                    self.add(&mut body.stmts, None, false, assigned);
                }
                (None, true)
            }
            Kind::With { body, .. } => {
                let outer = if inside_with { before.clone() } else { Assigned::new() };
                let (needs, changed) = self.add(body, None, true, &outer);
                *assigned = changed;
                let twice = before.iter().find(|v| assigned.contains(v)).cloned();
                if let Some(variable) = twice.filter(|_| !inside_with) {
                    let why = format!("`{variable}` is assigned inside, and has been in this step already");
                    self.require(statement, why);
                    assigned.clear();
                    return (needs, true);
                }
                (needs, false)
            }
            Kind::Assign(singles) => {
                let mut own = Assigned::new();
                singles.iter().for_each(|s| union(&mut own, std::slice::from_ref(&s.variable)));
                (None, self.assign(statement, own, inside_with, assigned))
            }
            kind => {
                let again = self.procedure.clone();
                let (needs, sets_variables) = match kind {
                    Kind::Call { to, .. } | Kind::CallGoto { to, .. } => {
                        (Some("a statement after `call` needs a label"), again.as_ref() == Some(to))
                    }
                    Kind::Return { .. } | Kind::CallReturn { .. } => {
                        (Some("a statement after `return` needs a label"), true)
                    }
                    Kind::Goto(_) => (Some("a statement after `goto` needs a label"), false),
                    _ => (None, false),
                };
                let mut own = Assigned::new();
                if needs.is_some() && !matches!(kind, Kind::Goto(_)) {
                    own.push("stack".into());
                    if sets_variables {
                        own.extend(self.variables.iter().cloned());
                    }
                }
                (needs, self.assign(statement, own, inside_with, assigned))
            }
        }
    }

    /// Notes what a statement assigns to; it gets a label if some of it has been assigned to before.
    fn assign(&mut self, at: &mut Stmt, own: Assigned, inside_with: bool, assigned: &mut Assigned) -> bool {
        let Some(variable) = own.iter().find(|v| assigned.contains(v)).cloned() else {
            union(assigned, &own);
            return false;
        };
        let why = format!("`{variable}` has been assigned in this step already");
        if inside_with {
            self.forbidden(&at.at, &format!("{why}, and inside of `with` there can be no label"));
        } else {
            self.require(at, why);
        }
        *assigned = own;
        true
    }

    fn forbidden(&mut self, at: &Place, why: &str) {
        let d = Diagnostic::error(code::PLUSCAL_LABEL, "a label would be needed inside of `with`")
            .at(at.span, why)
            .help("move it out of the `with`");
        self.diagnostics.push(d);
    }

    /// Gives a statement a label, unless it has one.
    fn require(&mut self, statement: &mut Stmt, why: String) {
        if statement.label.is_some() {
            return;
        }
        let name = loop {
            let name: Rc<str> = format!("{}{}", self.root, self.next).into();
            self.next += 1;
            if !self.taken.contains(&name) {
                break name;
            }
        };
        self.missing.push(Missing { name: name.clone(), at: statement.at, why });
        statement.label = Some(Label { name, span: statement.at.span });
    }

    /// Statements to steps: one for each that has a label, with those that follow it without.
    fn steps(&mut self, statements: Vec<Stmt>) -> Vec<Labelled> {
        let mut steps: Vec<Labelled> = Vec::new();
        for mut statement in statements {
            match statement.label.take() {
                Some(label) => {
                    let at = statement.at;
                    steps.push(Labelled { label: label.name, at, stmts: Vec::new() });
                }
                // Without a label only where an error has been found.
                None if steps.is_empty() => continue,
                None => {}
            }
            self.inside(&mut statement);
            steps.last_mut().expect("a step").stmts.push(statement);
        }
        steps
    }

    fn inside(&mut self, statement: &mut Stmt) {
        match &mut statement.kind {
            Kind::While { body, .. } => self.split(body),
            Kind::If { then, otherwise, .. } => {
                self.split(then);
                self.split(otherwise);
            }
            Kind::Either { clauses, .. } => clauses.iter_mut().for_each(|clause| self.split(clause)),
            _ => {}
        }
    }

    /// Takes the steps of a block out of its statements.
    fn split(&mut self, block: &mut Block) {
        let unlabelled = block.stmts.iter().take_while(|s| s.label.is_none()).count();
        let labelled = block.stmts.split_off(unlabelled);
        block.stmts.iter_mut().for_each(|s| self.inside(s));
        block.steps = self.steps(labelled);
    }

    /// Notes which branches have labels inside, and looks for `return` outside of procedures.
    fn classify(&mut self, statements: &mut [Stmt]) -> bool {
        let mut any = false;
        for statement in statements {
            let labels = match &mut statement.kind {
                Kind::If { then, otherwise, labelled, .. } => {
                    let one = self.classify_block(then);
                    let two = self.classify_block(otherwise);
                    *labelled = one || two;
                    *labelled
                }
                Kind::Either { clauses, labelled } => {
                    for clause in clauses {
                        *labelled |= self.classify_block(clause);
                    }
                    *labelled
                }
                Kind::With { body, .. } => self.classify(body),
                Kind::While { body, .. } => {
                    self.classify_block(body);
                    false
                }
                Kind::Return { .. } | Kind::CallReturn { .. } if self.procedure.is_none() => {
                    let d = Diagnostic::error(code::PLUSCAL_PROCEDURE, "`return` outside of a procedure")
                        .at(statement.at.span, "")
                        .help("`goto Done` ends a process");
                    self.diagnostics.push(d);
                    false
                }
                _ => false,
            };
            any |= labels;
        }
        any
    }

    fn classify_block(&mut self, block: &mut Block) -> bool {
        let inside = self.classify(&mut block.stmts);
        for step in &mut block.steps {
            self.classify(&mut step.stmts);
        }
        inside || !block.steps.is_empty()
    }
}

/// Adds those that are not there.
fn union(set: &mut Assigned, more: &[Rc<str>]) {
    for name in more {
        if !set.contains(name) {
            set.push(name.clone());
        }
    }
}
