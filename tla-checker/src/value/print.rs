//! Printing values as TLA+ that can be pasted back, in TLC's format.
//!
//! On one line with `Display`; within a width with [`Pretty`], which breaks lines where TLC's printer
//! does. A lazy set is printed by its elements when it is small, as TLC does: an interval never, a
//! `SUBSET S` when `S` has fewer than 7 elements, others when they have fewer than 2000.
//! What differs from TLC: the fields of a record stand in the order of their names (TLC: of first
//! appearance), and the empty function is always `<<>>`.

use std::fmt::{self, Write};

use super::lazy::{Axes, Index, LazySet, Size};
use super::view::{Shape, View};
use super::{Datum, Limits, Value};

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_value(self, f)
    }
}

impl fmt::Display for Datum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_value(self, f)
    }
}

impl fmt::Debug for Datum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_value(self, f)
    }
}

fn write_value<T: Shape>(value: &T, out: &mut dyn Write) -> fmt::Result {
    match value.view() {
        View::Bool(b) => out.write_str(if b { "TRUE" } else { "FALSE" }),
        View::Int(i) => write!(out, "{i}"),
        View::Big(big) => write!(out, "{big}"),
        View::Str(s) => write_string(s, out),
        View::Model(m) => out.write_str(m),
        View::Set(elements) => write_list("{", elements, "}", out),
        View::Tuple(elements) => write_list("<<", elements, ">>", out),
        View::Record(len) if has_plain_names(value, len) => {
            out.write_char('[')?;
            for at in 0..len {
                let (name, field) = value.field(at);
                write!(out, "{}{name} |-> ", if at > 0 { ", " } else { "" })?;
                write_value(field, out)?;
            }
            out.write_char(']')
        }
        View::Record(len) => {
            out.write_char('(')?;
            for at in 0..len {
                let (name, field) = value.field(at);
                out.write_str(if at > 0 { " @@ " } else { "" })?;
                write_string(name, out)?;
                out.write_str(" :> ")?;
                write_value(field, out)?;
            }
            out.write_char(')')
        }
        View::Function(len) => {
            out.write_char('(')?;
            for at in 0..len {
                let (key, inner) = value.pair(at);
                out.write_str(if at > 0 { " @@ " } else { "" })?;
                write_value(key, out)?;
                out.write_str(" :> ")?;
                write_value(inner, out)?;
            }
            out.write_char(')')
        }
        View::Unforced(value) => write_unforced(value, out),
    }
}

fn write_list<T: Shape>(open: &str, elements: &[T], close: &str, out: &mut dyn Write) -> fmt::Result {
    out.write_str(open)?;
    for (at, element) in elements.iter().enumerate() {
        out.write_str(if at > 0 { ", " } else { "" })?;
        write_value(element, out)?;
    }
    out.write_str(close)
}

fn write_unforced(value: &Value, out: &mut dyn Write) -> fmt::Result {
    let set = match value {
        Value::Lazy(node) => node.set(),
        Value::Closure(c) => {
            out.write_str("[x \\in ")?;
            write_value(&c.domain, out)?;
            return out.write_str(" |-> …]");
        }
        _ => return Ok(()),
    };
    if let Some(elements) = small(value, set) {
        return write_list("{", elements.elements(), "}", out);
    }
    match set {
        LazySet::Interval(low, high) => write!(out, "{low}..{high}"),
        LazySet::Subset(base) => {
            out.write_str("SUBSET ")?;
            write_operand(base, out)
        }
        LazySet::Functions(Index::Domain(domain), Axes::Same(range)) => {
            out.write_char('[')?;
            write_value(domain, out)?;
            out.write_str(" -> ")?;
            write_value(range, out)?;
            out.write_char(']')
        }
        LazySet::Functions(Index::Fields(shape), axes) => {
            out.write_char('[')?;
            for (at, name) in shape.names().iter().enumerate() {
                write!(out, "{}{}: ", if at > 0 { ", " } else { "" }, name.text())?;
                write_value(axes.at(at), out)?;
            }
            out.write_char(']')
        }
        LazySet::Functions(index, axes) => {
            let count = match index {
                Index::Product(n) => *n,
                _ => 0,
            };
            out.write_char('(')?;
            for at in 0..count {
                out.write_str(if at > 0 { " \\X " } else { "" })?;
                write_operand(axes.at(at), out)?;
            }
            out.write_char(')')
        }
        LazySet::Seq(base) => {
            out.write_str("Seq(")?;
            write_value(base, out)?;
            out.write_char(')')
        }
        LazySet::Nat => out.write_str("Nat"),
        LazySet::Int => out.write_str("Int"),
        LazySet::Real => out.write_str("Real"),
        LazySet::Strings => out.write_str("STRING"),
        LazySet::Any => out.write_str("ANY"),
        LazySet::Cup(a, b) => write_infix(a, " \\cup ", b, out),
        LazySet::Cap(a, b) => write_infix(a, " \\cap ", b, out),
        LazySet::Diff(a, b) => write_infix(a, " \\ ", b, out),
    }
}

fn write_infix(a: &Value, op: &str, b: &Value, out: &mut dyn Write) -> fmt::Result {
    out.write_char('(')?;
    write_operand(a, out)?;
    out.write_str(op)?;
    write_operand(b, out)?;
    out.write_char(')')
}

/// A set as an operand: `SUBSET S` binds as loosely as the operators it may stand under.
fn write_operand(set: &Value, out: &mut dyn Write) -> fmt::Result {
    match set.as_lazy() {
        Some(lazy @ LazySet::Subset(_)) if small(set, lazy).is_none() => {
            out.write_char('(')?;
            write_value(set, out)?;
            out.write_char(')')
        }
        _ => write_value(set, out),
    }
}

/// The elements of a lazy set that is printed by its elements.
fn small(value: &Value, set: &LazySet) -> Option<std::rc::Rc<super::SetNode>> {
    let by_elements = match (set, value.size()) {
        (LazySet::Interval(..), _) => false,
        (LazySet::Subset(_), Size::Exact(n)) => n < 128,
        (_, Size::Exact(n)) => n < 2000,
        _ => false,
    };
    if !by_elements {
        return None;
    }
    value.explicit("printing", &Limits::DEFAULT).ok()
}

fn has_plain_names<T: Shape>(record: &T, len: usize) -> bool {
    (0..len).all(|at| is_plain_name(record.field(at).0))
}

/// The words that cannot be the name of a field.
const RESERVED: &[&str] = &[
    "ACTION",
    "ASSUME",
    "ASSUMPTION",
    "AXIOM",
    "BY",
    "CASE",
    "CHOOSE",
    "CONSTANT",
    "CONSTANTS",
    "COROLLARY",
    "DEF",
    "DEFINE",
    "DEFS",
    "DOMAIN",
    "ELSE",
    "ENABLED",
    "EXCEPT",
    "EXTENDS",
    "HAVE",
    "HIDE",
    "IF",
    "IN",
    "INSTANCE",
    "LAMBDA",
    "LEMMA",
    "LET",
    "LOCAL",
    "MODULE",
    "NEW",
    "OBVIOUS",
    "OMITTED",
    "ONLY",
    "OTHER",
    "PICK",
    "PROOF",
    "PROPOSITION",
    "PROVE",
    "QED",
    "RECURSIVE",
    "SF_",
    "STATE",
    "SUBSET",
    "SUFFICES",
    "TAKE",
    "TEMPORAL",
    "THEN",
    "THEOREM",
    "UNCHANGED",
    "UNION",
    "USE",
    "VARIABLE",
    "VARIABLES",
    "WF_",
    "WITH",
    "WITNESS",
];

fn is_plain_name(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && name.chars().any(|c| c.is_ascii_alphabetic())
        && !name.starts_with("WF_")
        && !name.starts_with("SF_")
        && RESERVED.binary_search(&name).is_err()
}

fn write_string(text: &str, out: &mut dyn Write) -> fmt::Result {
    out.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' => out.write_str("\\\"")?,
            '\\' => out.write_str("\\\\")?,
            '\n' => out.write_str("\\n")?,
            '\t' => out.write_str("\\t")?,
            '\r' => out.write_str("\\r")?,
            '\u{c}' => out.write_str("\\f")?,
            c => out.write_char(c)?,
        }
    }
    out.write_char('"')
}

/// A value printed over several lines where one is too short, as TLC prints traces.
pub struct Pretty<'a, T> {
    value: &'a T,
    width: usize,
    indent: usize,
}

impl<'a, T: Shape> Pretty<'a, T> {
    /// Prints within so many columns (TLC: 80); the first line begins at column `indent`, and so do
    /// the lines after it.
    pub fn new(value: &'a T, width: usize, indent: usize) -> Pretty<'a, T> {
        Pretty { value, width, indent }
    }
}

impl<T: Shape> fmt::Display for Pretty<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_pretty(self.value, self.width, self.indent, 0, f)
    }
}

/// Breaks a collection that does not fit between `indent` and the width; `tail` columns after it
/// belong to what follows.
fn write_pretty<T: Shape>(
    value: &T,
    width: usize,
    indent: usize,
    tail: usize,
    out: &mut dyn Write,
) -> fmt::Result {
    if let Some(line) = one_line(value, width.saturating_sub(indent + tail)) {
        return out.write_str(&line);
    }
    match value.view() {
        View::Set(elements) => {
            write_broken("{ ", elements.len(), ",", " }", indent, out, &mut |at, more, out| {
                write_pretty(&elements[at], width, indent + 2, more, out)
            })
        }
        View::Tuple(elements) => {
            write_broken("<< ", elements.len(), ",", " >>", indent, out, &mut |at, more, out| {
                write_pretty(&elements[at], width, indent + 3, more, out)
            })
        }
        View::Record(len) if has_plain_names(value, len) => {
            write_broken("[ ", len, ",", " ]", indent, out, &mut |at, more, out| {
                let (name, field) = value.field(at);
                write!(out, "{name} |->")?;
                write_after(field, name.len() + 4, width, indent + 2, more, out)
            })
        }
        View::Record(len) => write_broken("( ", len, " @@", " )", indent, out, &mut |at, more, out| {
            let (name, field) = value.field(at);
            let mut key = String::new();
            write_string(name, &mut key)?;
            write!(out, "{key} :>")?;
            write_after(field, key.chars().count() + 3, width, indent + 2, more, out)
        }),
        View::Function(len) => write_broken("( ", len, " @@", " )", indent, out, &mut |at, more, out| {
            let (key, inner) = value.pair(at);
            let mut text = String::new();
            write_value(key, &mut text)?;
            write!(out, "{text} :>")?;
            write_after(inner, text.chars().count() + 3, width, indent + 2, more, out)
        }),
        View::Unforced(lazy) => match lazy.as_lazy().and_then(|set| small(lazy, set)) {
            Some(built) => write_pretty(&Value::Set(built), width, indent, tail, out),
            None => write_value(value, out),
        },
        _ => write_value(value, out),
    }
}

/// Opens, writes each part on a line of its own, and closes.
fn write_broken(
    open: &str,
    len: usize,
    separator: &str,
    close: &str,
    indent: usize,
    out: &mut dyn Write,
    part: &mut dyn FnMut(usize, usize, &mut dyn Write) -> fmt::Result,
) -> fmt::Result {
    out.write_str(open)?;
    for at in 0..len {
        let last = at + 1 == len;
        part(at, if last { close.len() } else { separator.len() }, out)?;
        if !last {
            write!(out, "{separator}\n{:1$}", "", indent + open.len())?;
        }
    }
    out.write_str(close)
}

/// The value of a field or argument: beside it if it fits there, else on the next line.
fn write_after<T: Shape>(
    value: &T,
    used: usize,
    width: usize,
    indent: usize,
    tail: usize,
    out: &mut dyn Write,
) -> fmt::Result {
    if let Some(line) = one_line(value, width.saturating_sub(indent + used + 1 + tail)) {
        return write!(out, " {line}");
    }
    write!(out, "\n{:1$}", "", indent + 4)?;
    write_pretty(value, width, indent + 4, tail, out)
}

/// The value on one line, if it takes at most so many columns.
fn one_line<T: Shape>(value: &T, room: usize) -> Option<String> {
    struct Room {
        line: String,
        left: usize,
    }
    impl Write for Room {
        fn write_str(&mut self, s: &str) -> fmt::Result {
            self.left = self.left.checked_sub(s.chars().count()).ok_or(fmt::Error)?;
            self.line.push_str(s);
            Ok(())
        }
    }
    let mut line = Room { line: String::new(), left: room };
    write_value(value, &mut line).ok()?;
    Some(line.line)
}
