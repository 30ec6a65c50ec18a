//! Definitions of a LET as text.
//!
//! Enters: a [`Unit`] of a LET. Leaves: its text on the printer's line.
//! Holds: units that cannot stand in a LET print nothing.

use super::Printer;
use crate::ast::{Declaration, Unit, UnitKind};
use crate::precedence::operator;
use std::fmt::Write as _;

impl Printer {
    pub(super) fn definition(&mut self, unit: &Unit) {
        if unit.local {
            self.text("LOCAL ");
        }
        match &unit.kind {
            UnitKind::Recursive(declarations) => {
                self.text("RECURSIVE ");
                self.declarations(declarations);
            }
            UnitKind::Operator(definition) => {
                self.head(&definition.name.name, &definition.params);
                self.text(" == ");
                self.closed(&definition.body);
            }
            UnitKind::Function(definition) => {
                self.text(&definition.name.name);
                self.text("[");
                self.bounds(&definition.bounds);
                self.text("] == ");
                self.closed(&definition.body);
            }
            UnitKind::NamedInstance { name, params, instance } => {
                self.head(&name.name, params);
                let _ = write!(self.out, " == INSTANCE {}", instance.module.name);
                for (i, (name, value)) in instance.with.iter().enumerate() {
                    let _ = write!(self.out, "{}{} <- ", if i > 0 { ", " } else { " WITH " }, name.name);
                    self.closed(value);
                }
            }
            _ => {}
        }
    }

    /// The left-hand side of a definition.
    fn head(&mut self, name: &str, params: &[Declaration]) {
        let row = operator(name).map(|id| id.row());
        match (row, params) {
            (Some(row), [a]) if row.prefix.is_some() => {
                let _ = write!(self.out, "{name} {}", a.name.name);
            }
            (Some(row), [a]) if row.postfix.is_some() => {
                let _ = write!(self.out, "{} {name}", a.name.name);
            }
            (Some(_), [a, b]) => {
                let _ = write!(self.out, "{} {name} {}", a.name.name, b.name.name);
            }
            (_, []) => self.text(name),
            _ => {
                self.text(name);
                self.text("(");
                self.declarations(params);
                self.text(")");
            }
        }
    }

    pub(super) fn declarations(&mut self, declarations: &[Declaration]) {
        for (i, d) in declarations.iter().enumerate() {
            if i > 0 {
                self.text(", ");
            }
            self.declaration(d);
        }
    }

    fn declaration(&mut self, declaration: &Declaration) {
        let name = declaration.name.name.as_ref();
        let row = operator(name).map(|id| id.row());
        let _ = match (row, declaration.arity) {
            (Some(row), _) if row.infix.is_some() => write!(self.out, "_ {name} _"),
            (Some(row), _) if row.prefix.is_some() => write!(self.out, "{name} _"),
            (Some(_), _) => write!(self.out, "_ {name}"),
            (None, 0) => write!(self.out, "{name}"),
            (None, arity) => write!(self.out, "{name}({})", vec!["_"; arity].join(", ")),
        };
    }
}
