//! The checksums that say whether algorithm and translation have changed.
//!
//! Enters: an algorithm's tree after `explode.rs`, or the lines of a translation. Leaves: eight hex
//! digits, as `pcal.trans` 1.11 computes them, so that both tools agree on what is stale.
//! Holds: a checksum of an algorithm is the CRC-32 of its tree as a TLA+ record. The layout of that text
//! is part of the checksum; it says nothing of comments, nor of where in the file the algorithm stands.

use super::expr::{Expr, TokKind};
use super::tree::{Algorithm, Block, Body, Fairness, Kind, Labelled, Modifiers, Single, Stmt, Variable};

/// Of a text.
fn checksum(text: &str) -> String {
    format!("{:x}", crc32fast::hash(text.as_bytes()))
}

/// Of a translation's lines.
pub(super) fn of_translation<'l>(lines: impl IntoIterator<Item = &'l str>) -> String {
    checksum(&lines.into_iter().collect::<String>())
}

/// Of an algorithm. That of a `--fair algorithm` is always the same: the translator does not look at the
/// tree then, and what it writes must be what is compared with.
pub(super) fn of_algorithm(algorithm: &Algorithm) -> String {
    if algorithm.fair {
        return checksum("fair");
    }
    let mut printer = Printer { out: String::new(), indents: vec![0] };
    printer.algorithm(algorithm);
    checksum(&printer.out)
}

struct Printer {
    out: String,
    /// How far a new line is indented, for each record and sequence that is open.
    indents: Vec<usize>,
}

impl Printer {
    fn add(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// A text, what it opens starting right of it.
    fn open(&mut self, text: &str) {
        let deeper = self.indents.last().copied().unwrap_or(0) + text.chars().count();
        self.indents.push(deeper);
        self.add(text);
    }

    fn close(&mut self) {
        self.indents.pop();
    }

    fn newline(&mut self) {
        self.out.push('\n');
        let indent = self.indents.last().copied().unwrap_or(0);
        self.out.extend(std::iter::repeat_n(' ', indent));
    }

    fn line(&mut self, text: &str) {
        self.add(text);
        self.newline();
    }

    fn sequence<T>(&mut self, items: &[T], mut item: impl FnMut(&mut Self, &T)) {
        self.open("<<");
        for (i, one) in items.iter().enumerate() {
            if i > 0 {
                self.line(", ");
            }
            item(self, one);
        }
        self.add(">>");
        self.close();
    }

    /// A field whose value may take several lines, and what follows it.
    fn field(&mut self, name: &str, end: &str, value: impl FnOnce(&mut Self)) {
        self.open(name);
        value(self);
        self.add(end);
        self.close();
    }

    fn algorithm(&mut self, a: &Algorithm) {
        self.open("");
        let single = matches!(a.body, Body::Single(_));
        self.line(if single { "[type     |-> \"uniprocess\", " } else { "[type    |-> \"multiprocess\", " });
        self.line(&format!(" name  |-> \"{}\", ", a.name));
        let names = if single {
            [" decls  |-> ", " defs   |-> ", " prcds  |-> "]
        } else {
            [" decls |-> ", " defs  |-> ", " prcds |-> "]
        };
        self.field(names[0], ",", |p| p.sequence(&a.variables, Self::variable));
        self.newline();
        self.field(names[1], ",", |p| p.expr(&a.definitions));
        self.newline();
        self.field(names[2], ",", |p| p.sequence(&a.procedures, Self::procedure));
        self.newline();
        match &a.body {
            Body::Single(steps) => self.field(" body  |-> ", "]", |p| p.steps(&steps.labelled)),
            Body::Processes(all) => self.field(" procs |-> ", "]", |p| p.sequence(all, Self::process)),
        }
        self.close();
    }

    fn modifiers(&mut self, m: &Modifiers) {
        let quoted = |names: &[std::rc::Rc<str>]| {
            let names: Vec<String> = names.iter().map(|n| format!("\"{n}\"")).collect();
            format!("<<{}>>", names.join(", "))
        };
        self.add(&format!(
            "minusLabels |-> {}, plusLabels |->{}, proceduresCalled |->{},",
            quoted(&m.minus),
            quoted(&m.plus),
            quoted(&m.calls)
        ));
        self.newline();
    }

    fn procedure(&mut self, procedure: &super::tree::Procedure) {
        self.open("");
        self.line(&format!("[name   |-> \"{}\", ", procedure.name));
        self.modifiers(&procedure.modifiers);
        self.field(" params |-> ", ",", |p| p.sequence(&procedure.parameters, Self::variable));
        self.newline();
        self.field(" decls  |-> ", ",", |p| p.sequence(&procedure.variables, Self::variable));
        self.newline();
        self.field(" body   |-> ", "]", |p| p.steps(&procedure.steps.labelled));
        self.close();
    }

    fn process(&mut self, process: &super::tree::Process) {
        self.open("");
        self.line(&format!("[name   |-> \"{}\",", process.name));
        let fairness = match process.fairness {
            Fairness::Unfair => "unfair",
            Fairness::Weak => "wf",
            Fairness::Strong => "sf",
        };
        self.add(&format!(" fairness |-> \"{fairness}\", "));
        self.modifiers(&process.modifiers);
        self.line(&format!(" eqOrIn |-> {},", equals_or_in(process.equals)));
        self.add(" id     |-> ");
        self.expr(&process.id);
        self.line(",");
        self.field(" decls  |-> ", ",", |p| p.sequence(&process.variables, Self::variable));
        self.newline();
        self.field(" body   |-> ", "]", |p| p.steps(&process.steps.labelled));
        self.close();
    }

    fn variable(&mut self, v: &Variable) {
        self.add(&format!("[var |-> \"{}\", eqOrIn |-> {}, val |-> ", v.name, equals_or_in(v.equals)));
        self.expr(&v.value);
        self.add("]");
    }

    fn expr(&mut self, e: &Expr) {
        self.add("<< ");
        let mut first = true;
        for (i, row) in e.rows().enumerate() {
            if i > 0 {
                self.add("\n");
            }
            for token in row {
                if !std::mem::take(&mut first) {
                    self.add(", ");
                }
                let (text, column) = (&*token.text, token.column);
                match text {
                    _ if token.kind == TokKind::String => {
                        self.add(&format!("\"\\\"\", \"{text}\", \"\\\"\""));
                    }
                    "\\/" => self.add(&format!("\"(col{column}) \\\\/\"")),
                    "/\\" => self.add(&format!("\"(col{column}) /\\\\\"")),
                    _ if text.starts_with('\\') => self.add(&format!("\"\\{text}\"")),
                    _ => self.add(&format!("\"{text}\"")),
                }
            }
        }
        self.add(" >>");
    }

    fn steps(&mut self, steps: &[Labelled]) {
        self.sequence(steps, |p, step| {
            p.open("");
            p.line(&format!("[label |-> \"{}\",", step.label));
            p.field(" stmts |-> ", "]", |p| p.stmts(&step.stmts));
            p.close();
        });
    }

    fn stmts(&mut self, stmts: &[Stmt]) {
        self.sequence(stmts, Self::stmt);
    }

    fn stmt(&mut self, stmt: &Stmt) {
        self.open("");
        match &stmt.kind {
            Kind::While { test, body } => {
                self.line("[type    |-> \"while\", ");
                self.test(" test    |-> ", test);
                self.field(" labDo   |-> ", ",", |p| p.steps(&body.steps));
                self.newline();
                self.field(" unlabDo |-> ", "]", |p| p.stmts(&body.stmts));
            }
            Kind::Assign(singles) => {
                self.line("[type |-> \"assignment\",");
                self.field(" ass  |-> ", "]", |p| p.sequence(singles, Self::single));
            }
            Kind::If { test, then, otherwise, labelled } => {
                self.conditional(test, then, otherwise, *labelled)
            }
            Kind::Either { clauses, labelled } => self.either(clauses, *labelled),
            Kind::With { variable, equals, value, body } => {
                self.line("[type   |-> \"with\", ");
                self.line(&format!(" var    |-> \"{variable}\","));
                self.line(&format!(" eqOrIn |-> {},", equals_or_in(*equals)));
                self.test(" exp    |-> ", value);
                self.field(" do     |-> ", "]", |p| p.stmts(body));
            }
            Kind::When(e) => self.simple("when", e),
            Kind::Print(e) => self.simple("print", e),
            Kind::Assert(e) => self.simple("assert", e),
            Kind::Skip => self.add("[type |-> \"skip\"]"),
            Kind::Call { to, arguments } => {
                self.line("[type     |-> \"call\",");
                self.line(" returnTo |-> \"\",");
                self.line(&format!(" to       |-> \"{to}\","));
                self.field(" args     |-> ", "]", |p| p.sequence(arguments, Self::expr));
            }
            Kind::Return { from } => {
                let from = from.as_deref().unwrap_or("null");
                self.add(&format!("[type |-> \"return\", from |-> \"{from}\"]"));
            }
            Kind::CallReturn { from, to, arguments } => {
                self.line("[type     |-> \"callReturn\",");
                self.line(&format!(" from     |-> \"{}\",", from.as_deref().unwrap_or("null")));
                self.called(to, arguments);
            }
            Kind::CallGoto { after, to, arguments } => {
                self.line("[type     |-> \"callGoto\",");
                self.line(&format!(" after    |-> \"{after}\","));
                self.called(to, arguments);
            }
            Kind::Goto(to) => self.add(&format!("[type |-> \"goto\",  to |-> \"{to}\"]")),
            // None is left when the algorithm has been translated.
            Kind::MacroCall { .. } => {}
        }
        self.close();
    }

    fn test(&mut self, name: &str, test: &Expr) {
        self.add(name);
        self.expr(test);
        self.line(",");
    }

    fn simple(&mut self, what: &str, e: &Expr) {
        self.line(&format!("[type |-> \"{what}\", "));
        self.add(" exp |-> ");
        self.expr(e);
        self.add("]");
    }

    fn single(&mut self, single: &Single) {
        self.open("");
        self.add(&format!("[lhs |-> [var |-> \"{}\", sub |-> ", single.variable));
        self.expr(&single.subscript);
        self.line("],");
        self.add(" rhs |-> ");
        self.expr(&single.value);
        self.add("]");
        self.close();
    }

    fn conditional(&mut self, test: &Expr, then: &Block, otherwise: &Block, labelled: bool) {
        if !labelled {
            self.line("[type    |-> \"if\", ");
            self.test(" test    |-> ", test);
            self.field(" then |-> ", ",", |p| p.stmts(&then.stmts));
            self.newline();
            self.field(" else |-> ", "]", |p| p.stmts(&otherwise.stmts));
            return;
        }
        self.line("[type      |-> \"labelIf\",");
        self.test(" test      |-> ", test);
        self.field(" unlabThen |-> ", ",", |p| p.stmts(&then.stmts));
        self.newline();
        self.field(" labThen   |-> ", ",", |p| p.steps(&then.steps));
        self.newline();
        self.field(" unlabElse |-> ", ",", |p| p.stmts(&otherwise.stmts));
        self.newline();
        self.field(" labElse   |-> ", "]", |p| p.steps(&otherwise.steps));
        self.newline();
    }

    fn either(&mut self, clauses: &[Block], labelled: bool) {
        if !labelled {
            self.line("[type |-> \"either\", ");
            self.open(" ors  |-> ");
            self.open("<< ");
            for (i, clause) in clauses.iter().enumerate() {
                if i > 0 {
                    self.line(", ");
                }
                self.stmts(&clause.stmts);
            }
            self.add(" >>");
            self.close();
            self.add("]");
            self.close();
            return;
        }
        self.line("[type    |-> \"labelEither\",");
        self.field(" clauses |-> ", "]", |p| {
            p.sequence(clauses, |p, clause| {
                p.open("");
                p.field("[unlabOr |-> ", ",", |p| p.stmts(&clause.stmts));
                p.newline();
                p.field(" labOr   |-> ", "]", |p| p.steps(&clause.steps));
                p.newline();
                p.close();
            });
        });
        self.newline();
    }

    fn called(&mut self, to: &str, arguments: &[Expr]) {
        self.line(&format!(" to       |-> \"{to}\","));
        self.open("args     |-> ");
        self.sequence(arguments, Self::expr);
        self.add("]");
        self.newline();
        self.close();
    }
}

fn equals_or_in(equals: bool) -> &'static str {
    if equals { "\"=\"" } else { "\"\\\\in\"" }
}
