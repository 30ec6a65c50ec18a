//! The names that EXTENDS and INSTANCE bring into a module.
//!
//! Holds: of two definitions of one name the first stays, with a warning, unless they come from one
//! text. What an embedded module of the community only hands on (its own EXTENDS may differ from
//! version to version) gives way to whatever else has the name. *Specifying Systems*, section 17.8.

use super::Resolver;
use crate::ast::Symbol;
use crate::code;
use crate::diagnostic::Diagnostic;
use crate::hir::*;
use crate::source::Span;

/// Embedded modules whose EXTENDS are fixed by the language's definition and by TLC.
const STANDARD: [&str; 11] = [
    "Bags",
    "FiniteSets",
    "Integers",
    "Json",
    "Naturals",
    "Randomization",
    "RealTime",
    "Reals",
    "Sequences",
    "TLC",
    "TLCExt",
];

impl Resolver<'_> {
    /// EXTENDS: the names of another module come into scope.
    pub(super) fn extend(&mut self, extended: ModuleId, span: Span) {
        let m = &self.spec.modules[extended.index()];
        let mut names: Vec<(Symbol, Entity)> =
            m.names.iter().filter(|(n, _)| !m.local.contains(*n)).map(|(n, e)| (n.clone(), *e)).collect();
        names.sort_by(|a, b| a.0.cmp(&b.0));
        let (decls, assumptions, modules) = (m.decls.clone(), m.assumptions.clone(), m.modules.clone());
        for (name, entity) in names {
            self.import(extended, name, entity, span);
        }
        let current = self.current();
        for (name, id) in modules {
            current.modules.entry(name).or_insert(id);
        }
        for d in decls {
            if !current.decls.contains(&d) {
                current.decls.push(d);
            }
        }
        for a in assumptions {
            if !current.assumptions.contains(&a) {
                current.assumptions.push(a);
            }
        }
    }

    /// A name that EXTENDS or INSTANCE brings; two definitions of one name are only worth a
    /// warning when they are of one sort (as in SANY), and the first stays.
    pub(super) fn import(&mut self, from: ModuleId, name: Symbol, entity: Entity, span: Span) {
        let indirect = self.is_indirect(from, &name, entity);
        let current = self.current();
        let Some(&old) = current.names.get(&name) else {
            current.names.insert(name.clone(), entity);
            if indirect {
                current.indirect.insert(name);
            }
            return;
        };
        if indirect {
            return;
        }
        if current.indirect.remove(&name) {
            current.names.insert(name, entity);
            return;
        }
        if self.same_text(old, entity) {
            return;
        }
        let (a, b) = (self.entity_span(old), self.entity_span(entity));
        let same_sort = matches!((old, entity), (Entity::Def(_), Entity::Def(_)));
        let message = format!("`{name}` comes from two modules with two definitions");
        let d = if same_sort {
            Diagnostic::warning(code::CONFLICTING_IMPORT, message)
        } else {
            Diagnostic::error(code::MULTIPLY_DEFINED, message)
        };
        let mut d = d.at(span, format!("brings a second `{name}`; the first stays"));
        for at in [a, b].into_iter().flatten() {
            d = d.also(at, "defined here");
        }
        self.report(d);
    }

    /// Whether a module has a name only because an embedded one hands it on.
    fn is_indirect(&self, from: ModuleId, name: &str, entity: Entity) -> bool {
        let m = self.spec.module(from);
        if !m.embedded {
            return self.indirect.get(&from).is_some_and(|names| names.contains(name));
        }
        let home = match entity {
            Entity::Def(d) => self.spec.def(d).module,
            _ => return false,
        };
        home != from && !STANDARD.contains(&&*m.name)
    }

    /// Makes room for a definition where a name was only handed on.
    pub(super) fn hide_indirect(&mut self, name: &str) {
        let current = self.current();
        if current.indirect.remove(name) {
            current.names.remove(name);
        }
    }

    /// Whether a name is only handed on, so that a bound identifier may have it.
    pub(super) fn is_handed_on(&mut self, name: &str) -> bool {
        let current = self.current();
        current.indirect.contains(name) && current.scope.iter().all(|(n, _)| &**n != name)
    }

    /// Whether two entities are one text, with the same in place of its constants and variables.
    fn same_text(&self, a: Entity, b: Entity) -> bool {
        let (Entity::Def(mut a), Entity::Def(mut b)) = (a, b) else { return a == b };
        while a != b {
            let (DefBody::Instance(i, x), DefBody::Instance(j, y)) =
                (self.spec.def(a).body, self.spec.def(b).body)
            else {
                return false;
            };
            let (i, j) = (self.spec.instance(i), self.spec.instance(j));
            let same = i.with.len() == j.with.len()
                && i.with
                    .iter()
                    .all(|(d, arg)| j.with.get(d).is_some_and(|other| self.same_argument(*arg, *other)));
            if !same || i.module != j.module {
                return false;
            }
            (a, b) = (x, y);
        }
        true
    }

    fn same_argument(&self, a: Arg, b: Arg) -> bool {
        match (a, b) {
            (Arg::Expr(a), Arg::Expr(b)) => match (self.spec.expr(a), self.spec.expr(b)) {
                (Expr::Decl(a, x), Expr::Decl(b, y)) => a == b && x.is_empty() && y.is_empty(),
                (Expr::Def(a, x), Expr::Def(b, y)) => a == b && x.is_empty() && y.is_empty(),
                _ => false,
            },
            (a, b) => a == b,
        }
    }
}
