//! The syntax tree and the tokens as indented text: for `tlacheck debug` and for snapshots.
//!
//! Enters: [`Module`]s, [`Expr`]s, [`Token`]s. Leaves: text, a node a line.
//! Holds: every node of the tree has its line, with its number of columns of indentation equal
//! to twice its depth; spans are left out, so that moving text does not change the dump.

mod proof;

use crate::ast::{
    Bound, Declaration, Expr, ExprKind, Ident, Instance, Module, Pattern, StepKind, Unit, UnitKind,
    UpdateStep,
};
use crate::source::{FileId, SourceMap};
use crate::token::Token;
use std::fmt::Write as _;

/// A module as an indented tree.
pub fn dump_module(module: &Module) -> String {
    let mut dump = Dump::default();
    dump.module(module);
    dump.out
}

/// An expression as an indented tree.
pub fn dump_expr(expr: &Expr) -> String {
    let mut dump = Dump::default();
    dump.expr(expr);
    dump.out
}

/// Tokens, one a line: line, column, kind, text.
pub fn dump_tokens(sources: &SourceMap, file: FileId, tokens: &[Token]) -> String {
    let text = &sources.file(file).text;
    let mut out = String::new();
    for token in tokens {
        let shown = text.get(token.start as usize..token.end as usize).unwrap_or("");
        let _ = writeln!(out, "{}:{} {:?} {shown:?}", token.line, token.column, token.kind);
    }
    out
}

#[derive(Default)]
struct Dump {
    out: String,
    depth: usize,
}

fn joined(names: &[Ident]) -> String {
    names.iter().map(|n| n.name.as_ref()).collect::<Vec<_>>().join(", ")
}

fn declared(declarations: &[Declaration]) -> String {
    let shown = |d: &Declaration| match d.arity {
        0 => d.name.name.to_string(),
        n => format!("{}/{n}", d.name.name),
    };
    declarations.iter().map(shown).collect::<Vec<_>>().join(", ")
}

fn pattern(pattern: &Pattern) -> String {
    match pattern {
        Pattern::Names(names) => joined(names),
        Pattern::Tuple(names) => format!("<<{}>>", joined(names)),
    }
}

impl Dump {
    fn line(&mut self, text: impl AsRef<str>) {
        for _ in 0..self.depth {
            self.out.push_str("  ");
        }
        self.out.push_str(text.as_ref());
        self.out.push('\n');
    }

    fn under(&mut self, text: impl AsRef<str>, children: impl FnOnce(&mut Self)) {
        self.line(text);
        self.depth += 1;
        children(self);
        self.depth -= 1;
    }

    fn module(&mut self, module: &Module) {
        let extends = match module.extends.is_empty() {
            true => String::new(),
            false => format!(" extends {}", joined(&module.extends)),
        };
        self.under(format!("module {}{extends}", module.name.name), |d| {
            for unit in &module.units {
                d.unit(unit);
            }
        });
    }

    fn unit(&mut self, unit: &Unit) {
        let local = if unit.local { "local " } else { "" };
        match &unit.kind {
            UnitKind::Variables(names) => self.line(format!("variables {}", joined(names))),
            UnitKind::Constants(d) => self.line(format!("constants {}", declared(d))),
            UnitKind::Recursive(d) => self.line(format!("recursive {}", declared(d))),
            UnitKind::Operator(definition) => {
                let head =
                    format!("{local}operator {}({})", definition.name.name, declared(&definition.params));
                self.under(head, |d| d.expr(&definition.body));
            }
            UnitKind::Function(definition) => {
                self.under(format!("{local}function {}", definition.name.name), |d| {
                    d.bounds(&definition.bounds);
                    d.expr(&definition.body);
                });
            }
            UnitKind::Instance(instance) => self.instance(&format!("{local}instance"), instance),
            UnitKind::NamedInstance { name, params, instance } => {
                let head = format!("{local}instance {}({}) ==", name.name, declared(params));
                self.instance(&head, instance);
            }
            UnitKind::Assume { name, body, axiom } => {
                let word = if *axiom { "axiom" } else { "assume" };
                let name = name.as_ref().map_or(String::new(), |n| format!(" {} ==", n.name));
                self.under(format!("{word}{name}"), |d| d.expr(body));
            }
            UnitKind::Theorem { name, body, proof } => {
                let name = name.as_ref().map_or(String::new(), |n| format!(" {} ==", n.name));
                self.under(format!("theorem{name}"), |d| {
                    d.statement(body);
                    if let Some(proof) = proof {
                        d.proof(proof);
                    }
                });
            }
            UnitKind::Use(used) => self.used("use", used),
            UnitKind::Module(module) => self.module(module),
        }
    }

    fn instance(&mut self, head: &str, instance: &Instance) {
        self.under(format!("{head} {}", instance.module.name), |d| {
            for (name, value) in &instance.with {
                d.under(format!("{} <-", name.name), |d| d.expr(value));
            }
        });
    }

    fn bounds(&mut self, bounds: &[Bound]) {
        for bound in bounds {
            self.under(format!("{} \\in", pattern(&bound.pattern)), |d| d.expr(&bound.set));
        }
    }

    fn all<'a>(&mut self, head: impl AsRef<str>, children: impl IntoIterator<Item = &'a Expr>) {
        self.under(head, |d| {
            for child in children {
                d.expr(child);
            }
        });
    }

    fn expr(&mut self, expr: &Expr) {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.kind(expr));
    }

    fn kind(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Number(digits, 10) => self.line(format!("number {digits}")),
            ExprKind::Number(digits, radix) => self.line(format!("number {digits} in base {radix}")),
            ExprKind::Decimal(text) => self.line(format!("decimal {text}")),
            ExprKind::String(value) => self.line(format!("string {value:?}")),
            ExprKind::Name(name, args) => self.all(format!("name {}", name.name), args),
            ExprKind::Path(steps) => self.under("path", |d| {
                for step in steps {
                    let shown = match &step.kind {
                        StepKind::Name(name) => name.to_string(),
                        StepKind::Number(n) => n.to_string(),
                        StepKind::Left => "<<".into(),
                        StepKind::Right => ">>".into(),
                        StepKind::Colon => ":".into(),
                        StepKind::At => "@".into(),
                        StepKind::Arguments => "()".into(),
                    };
                    d.all(format!("!{shown}"), &step.args);
                }
            }),
            ExprKind::Operator(name, fixity, operands) => {
                let fixity = format!("{fixity:?}").to_lowercase();
                self.all(format!("{fixity} {}", name.name), operands);
            }
            ExprKind::Junction(true, items) => self.all("list /\\", items),
            ExprKind::Junction(false, items) => self.all("list \\/", items),
            ExprKind::Product(factors) => self.all("product", factors),
            ExprKind::Tuple(items) => self.all("tuple", items),
            ExprKind::SetEnum(items) => self.all("set", items),
            ExprKind::SetFilter(bound, condition) => self.under("filter", |d| {
                d.bounds(std::slice::from_ref(bound));
                d.expr(condition);
            }),
            ExprKind::SetMap(element, bounds) => self.under("map", |d| {
                d.expr(element);
                d.bounds(bounds);
            }),
            ExprKind::Quantifier(forall, bounds, body) => {
                self.under(if *forall { "\\A" } else { "\\E" }, |d| {
                    d.bounds(bounds);
                    d.expr(body);
                });
            }
            ExprKind::UnboundedQuantifier(kind, names, body) => {
                self.all(format!("{kind:?} {}", joined(names)), [body.as_ref()]);
            }
            ExprKind::Choose(bound, set, condition) => {
                self.under(format!("choose {}", pattern(bound)), |d| {
                    if let Some(set) = set {
                        d.all("\\in", [set.as_ref()]);
                    }
                    d.expr(condition);
                });
            }
            ExprKind::Function(bounds, body) => self.under("function", |d| {
                d.bounds(bounds);
                d.expr(body);
            }),
            ExprKind::FunctionSet(domain, range) => self.all("functions", [domain.as_ref(), range.as_ref()]),
            ExprKind::Record(fields) => self.fields("record", fields),
            ExprKind::RecordSet(fields) => self.fields("records", fields),
            ExprKind::Except(function, updates) => self.under("except", |d| {
                d.expr(function);
                for update in updates {
                    d.under("update", |d| {
                        for step in &update.path {
                            match step {
                                UpdateStep::Field(name) => d.line(format!(".{}", name.name)),
                                UpdateStep::Index(items) => d.all("index", items),
                            }
                        }
                        d.all("=", [&update.value]);
                    });
                }
            }),
            ExprKind::At => self.line("@"),
            ExprKind::Apply(function, arguments) => self.under("apply", |d| {
                d.expr(function);
                d.all("to", arguments);
            }),
            ExprKind::Field(record, field) => self.all(format!("field {}", field.name), [record.as_ref()]),
            ExprKind::If(condition, then, other) => {
                self.all("if", [condition.as_ref(), then.as_ref(), other.as_ref()]);
            }
            ExprKind::Case(arms, other) => self.under("case", |d| {
                for (condition, value) in arms {
                    d.all("arm", [condition, value]);
                }
                if let Some(other) = other {
                    d.all("other", [other.as_ref()]);
                }
            }),
            ExprKind::Let(units, body) => self.under("let", |d| {
                for unit in units {
                    d.unit(unit);
                }
                d.all("in", [body.as_ref()]);
            }),
            ExprKind::Lambda(params, body) => {
                self.all(format!("lambda {}", declared(params)), [body.as_ref()])
            }
            ExprKind::BoxAction(action, v) => self.all("[action]_", [action.as_ref(), v.as_ref()]),
            ExprKind::AngleAction(action, v) => self.all("<<action>>_", [action.as_ref(), v.as_ref()]),
            ExprKind::Fairness(strong, v, action) => {
                self.all(if *strong { "SF" } else { "WF" }, [v.as_ref(), action.as_ref()]);
            }
            ExprKind::Label(name, params, body) => {
                self.all(format!("label {}({})", name.name, joined(params)), [body.as_ref()]);
            }
            ExprKind::Error => self.line("error"),
        }
    }

    fn fields(&mut self, head: &str, fields: &[(Ident, Expr)]) {
        self.under(head, |d| {
            for (name, value) in fields {
                d.all(name.name.as_ref(), [value]);
            }
        });
    }
}
