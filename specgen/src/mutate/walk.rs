//! What an action is made of, and what can be changed in it.
//!
//! Holds: an edit keeps the columns of what stands below it, on which lists of conjuncts depend; what is replaced is a
//! whole expression or one operator, so that the text still parses.

use super::Kind;
use std::collections::BTreeSet;
use tla_parser::hir::{Arg, Builtin, DefBody, DefId, Expr, ExprId, Level, OperatorRef, Spec};
use tla_parser::source::Span;

/// A change, before it has a name.
pub(super) struct Change {
    pub kind: Kind,
    pub definition: String,
    pub description: String,
    pub span: Span,
    pub replacement: String,
}

/// The comparisons that are turned into others: how each is spelt, and what it becomes.
const FLIPS: &[(&[&str], &str)] = &[
    (&["="], "#"),
    (&["#", "/="], "="),
    (&["<"], "<="),
    (&["<=", "=<", "\\leq"], "<"),
    (&[">"], ">="),
    (&[">=", "\\geq"], ">"),
    (&["\\in"], "\\notin"),
    (&["\\notin"], "\\in"),
];

/// Walks through what a next-state relation reaches.
pub(super) struct Walk<'s> {
    spec: &'s Spec,
    /// Definitions that judge, and all that they reach.
    judges: BTreeSet<DefId>,
    seen: BTreeSet<DefId>,
    pub shared: BTreeSet<String>,
    pub found: Vec<Change>,
    /// The definition that is walked through.
    inside: String,
}

impl<'s> Walk<'s> {
    pub fn new(spec: &'s Spec, properties: &[DefId]) -> Self {
        let mut judges = BTreeSet::new();
        properties.iter().for_each(|def| reach(spec, *def, &mut judges));
        Walk {
            spec,
            judges,
            seen: BTreeSet::new(),
            shared: BTreeSet::new(),
            found: Vec::new(),
            inside: String::new(),
        }
    }

    /// A definition that is a next-state relation, or a formula that holds one: `Init /\ [][Next]_vars`.
    pub fn behaviour(&mut self, def: DefId) {
        match self.spec.def(def).level.base {
            Level::Temporal => {
                let Some(body) = self.body(def) else { return };
                self.temporal(body);
            }
            _ => self.enter(def, Self::action),
        }
    }

    fn temporal(&mut self, e: ExprId) {
        match self.spec.expr(e) {
            Expr::Subscripted(true, action, _) => self.action(*action),
            Expr::Fairness(..) => {}
            Expr::Def(def, _) if self.spec.def(*def).level.base == Level::Temporal => self.behaviour(*def),
            _ => {
                let mut inside = Vec::new();
                self.spec.children(e, &mut |child| inside.push(child));
                inside.into_iter().for_each(|child| self.temporal(child));
            }
        }
    }

    fn body(&self, def: DefId) -> Option<ExprId> {
        match self.spec.def(def).body {
            DefBody::Expr(e) => Some(e),
            DefBody::Instance(_, inner) => self.body(inner),
            DefBody::Missing => None,
        }
    }

    /// Goes into a definition, unless it was seen, judges, or is built in.
    fn enter(&mut self, def: DefId, walk: fn(&mut Self, ExprId)) {
        let d = self.spec.def(def);
        if let DefBody::Instance(_, inner) = d.body {
            return self.enter(inner, walk);
        }
        if self.spec.module(d.module).embedded || !self.seen.insert(def) {
            return;
        }
        if self.judges.contains(&def) {
            self.shared.insert(d.name.to_string());
            return;
        }
        let Some(body) = self.body(def) else { return };
        let before = std::mem::replace(&mut self.inside, d.name.to_string());
        walk(self, body);
        self.inside = before;
    }

    /// Whether an expression says something of the next state.
    fn primes(&self, e: ExprId) -> bool {
        match self.spec.expr(e) {
            Expr::Builtin(Builtin::Prime | Builtin::Unchanged, _) => return true,
            Expr::Def(def, _) if self.spec.def(*def).level.base >= Level::Action => return true,
            _ => {}
        }
        let mut found = false;
        self.spec.children(e, &mut |child| found |= self.primes(child));
        found
    }

    fn action(&mut self, e: ExprId) {
        let spec = self.spec;
        match spec.expr(e) {
            Expr::Junction(true, items) | Expr::Builtin(Builtin::And, items) => {
                for &item in items {
                    match self.primes(item) {
                        true => self.action(item),
                        false if is_and(spec, item) => self.action(item),
                        false => self.guard(item),
                    }
                }
            }
            Expr::Junction(false, items) | Expr::Builtin(Builtin::Or, items) => {
                for &item in items {
                    // What is itself a disjunction is taken apart.
                    if !matches!(spec.expr(item), Expr::Builtin(Builtin::Or, _)) {
                        let what = format!("the disjunct `{}` is removed", self.quoted(spec.span(item)));
                        self.add(Kind::RemoveAction, what, spec.span(item), "FALSE".into());
                    }
                    self.action(item);
                }
            }
            Expr::Quantifier(_, _, body) | Expr::Label(_, _, body) | Expr::Let(_, body) => self.action(*body),
            Expr::If(condition, a, b) => {
                self.condition(*condition);
                self.action(*a);
                self.action(*b);
            }
            Expr::Case(arms, other) => {
                for (condition, value) in arms {
                    self.condition(*condition);
                    self.action(*value);
                }
                other.iter().for_each(|e| self.action(*e));
            }
            Expr::Builtin(Builtin::Equal, sides) => {
                let [left, right] = sides.as_slice() else { return };
                if let Some(variable) = self.primed(*left) {
                    let right_side = spec.span(*right);
                    if self.text(right_side) != variable {
                        let what = format!(
                            "`{variable}` is left as it is: `{}` is not done",
                            self.quoted(spec.span(e))
                        );
                        self.add(Kind::SkipUpdate, what, right_side, variable);
                    }
                }
                self.inside(*right);
            }
            Expr::Def(def, arguments) => {
                let walk = match spec.def(*def).level.base >= Level::Action {
                    true => Self::action,
                    false => Self::inside,
                };
                self.enter(*def, walk);
                self.arguments(arguments);
            }
            _ => self.inside(e),
        }
    }

    fn arguments(&mut self, arguments: &[Arg]) {
        for argument in arguments {
            match argument {
                Arg::Expr(e) => self.inside(*e),
                Arg::Operator(OperatorRef::Def(def)) => self.enter(*def, Self::inside),
                Arg::Operator(_) => {}
            }
        }
    }

    /// A conjunct that says nothing of the next state.
    fn guard(&mut self, e: ExprId) {
        let span = self.spec.span(e);
        if self.text(span) != "TRUE" {
            let what = format!("the guard `{}` is dropped", self.quoted(span));
            self.add(Kind::DropGuard, what, span, "TRUE".into());
        }
        self.condition(e);
    }

    /// What decides what happens.
    fn condition(&mut self, e: ExprId) {
        let span = self.spec.span(e);
        // A comparison that is turned into its opposite is negated already.
        let flipped = self.flip(e).is_some_and(|(_, to, _)| !matches!(to, "<" | "<=" | ">" | ">="));
        if !flipped && !matches!(self.text(span), "TRUE" | "FALSE" | "OTHER") {
            let what = format!("the condition `{}` is negated", self.quoted(span));
            self.add(Kind::NegateCondition, what, span, self.negated(span));
        }
        self.inside(e);
    }

    /// Comparisons and conditions inside an expression.
    fn inside(&mut self, e: ExprId) {
        let spec = self.spec;
        if let Some((at, to, from)) = self.flip(e)
            && !self.primes(e)
        {
            let what = format!("`{}` becomes `{to}` in `{}`", from, self.quoted(spec.span(e)));
            self.add(Kind::FlipComparison, what, at, to.to_owned());
        }
        match spec.expr(e) {
            Expr::If(condition, a, b) => {
                self.condition(*condition);
                self.inside(*a);
                self.inside(*b);
            }
            Expr::Case(arms, other) => {
                for (condition, value) in arms {
                    self.condition(*condition);
                    self.inside(*value);
                }
                other.iter().for_each(|e| self.inside(*e));
            }
            other => {
                if let Expr::Def(def, _) = other {
                    self.enter(*def, Self::inside);
                }
                let mut children = Vec::new();
                spec.children(e, &mut |child| children.push(child));
                children.into_iter().for_each(|child| self.inside(child));
            }
        }
    }

    /// The operator of a comparison that can be turned into another: its place, what it becomes, what it was.
    fn flip(&self, e: ExprId) -> Option<(Span, &'static str, &'static str)> {
        let (left, right) = match self.spec.expr(e) {
            Expr::Builtin(_, sides) => match sides.as_slice() {
                [left, right] => (*left, *right),
                _ => return None,
            },
            Expr::Def(_, arguments) => match arguments.as_slice() {
                [Arg::Expr(left), Arg::Expr(right)] => (*left, *right),
                _ => return None,
            },
            _ => return None,
        };
        let (left, right) = (self.spec.span(left), self.spec.span(right));
        if left.file != right.file || left.end > right.start {
            return None;
        }
        let between = Span { start: left.end, end: right.start, ..left };
        let gap = self.text(between);
        let start = gap.len() - gap.trim_start_matches(|c: char| c.is_whitespace() || c == ')').len();
        let operator = gap[start..].trim_end_matches(|c: char| c.is_whitespace() || c == '(');
        let (spellings, to) = FLIPS.iter().find(|(spellings, _)| spellings.contains(&operator))?;
        let from = spellings.iter().find(|spelling| **spelling == operator)?;
        let at = between.start + start as u32;
        Some((Span { start: at, end: at + operator.len() as u32, ..between }, to, from))
    }

    /// The variable whose next value an expression is.
    fn primed(&self, e: ExprId) -> Option<String> {
        let Expr::Builtin(Builtin::Prime, operand) = self.spec.expr(e) else { return None };
        match self.spec.expr(*operand.first()?) {
            Expr::Decl(decl, _) => Some(self.spec.decl(*decl).name.to_string()),
            _ => None,
        }
    }

    /// A text negated. What goes on below must keep its columns: lists of conjuncts depend on them.
    fn negated(&self, span: Span) -> String {
        let text = self.text(span);
        if !text.contains('\n') {
            return format!("~({text})");
        }
        let column = self.spec.sources.start(span).column as usize;
        format!("~(\n{}{text})", " ".repeat(column - 1))
    }

    fn text(&self, span: Span) -> &'s str {
        self.spec.sources.text(span)
    }

    fn quoted(&self, span: Span) -> String {
        let text = self.text(span).split_whitespace().collect::<Vec<_>>().join(" ");
        crate::workbench::page::cut_at(text, 80)
    }

    fn add(&mut self, kind: Kind, what: String, span: Span, replacement: String) {
        let definition = self.inside.clone();
        let line = self.spec.sources.start(span).line;
        let description = format!("{definition}, line {line}: {what}");
        self.found.push(Change { kind, definition, description, span, replacement });
    }
}

fn is_and(spec: &Spec, e: ExprId) -> bool {
    matches!(spec.expr(e), Expr::Junction(true, _) | Expr::Builtin(Builtin::And, _))
}

/// A definition and all that it reaches, built-in ones apart.
fn reach(spec: &Spec, def: DefId, reached: &mut BTreeSet<DefId>) {
    let d = spec.def(def);
    if spec.module(d.module).embedded || !reached.insert(def) {
        return;
    }
    match d.body {
        DefBody::Expr(e) => reach_in(spec, e, reached),
        DefBody::Instance(_, inner) => reach(spec, inner, reached),
        DefBody::Missing => {}
    }
}

fn reach_in(spec: &Spec, e: ExprId, reached: &mut BTreeSet<DefId>) {
    let arguments = match spec.expr(e) {
        Expr::Def(def, arguments) => {
            reach(spec, *def, reached);
            arguments
        }
        Expr::Decl(_, arguments) | Expr::Local(_, arguments) => arguments,
        _ => &Vec::new(),
    };
    for argument in arguments {
        if let Arg::Operator(OperatorRef::Def(def)) = argument {
            reach(spec, *def, reached);
        }
    }
    let mut children = Vec::new();
    spec.children(e, &mut |child| children.push(child));
    children.into_iter().for_each(|child| reach_in(spec, child, reached));
}
