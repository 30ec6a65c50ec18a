//! The value of a constant: a pair of the grammar to a [`Datum`].
//!
//! Enters: a `value` or `literal` node. Leaves: the value, or a diagnostic. Holds: a set's elements may
//! be of any kinds here; comparing unlike ones is the evaluator's error.

use super::build::Builder;
use super::grammar::Rule;
use crate::value::Datum;
use num_bigint::BigInt;
use pest::iterators::Pair;
use tla_parser::code;
use tla_parser::diagnostic::Diagnostic;
use tla_parser::source::Span;

/// The most elements an interval may have here; larger ones belong in the spec, as a definition.
const MAX_INTERVAL: i64 = 1_000_000;

impl Builder<'_> {
    /// The value of a `value`, `literal` or any of their parts. `None` after an error.
    pub(super) fn value(&mut self, pair: Pair<'_, Rule>) -> Option<Datum> {
        let span = self.span(&pair);
        match pair.as_rule() {
            Rule::value | Rule::literal => {
                let inner = pair.into_inner().next()?;
                self.value(inner)
            }
            Rule::number => number(&pair).map(Datum::from),
            Rule::boolean => Some(Datum::from(pair.as_str() == "TRUE")),
            Rule::string => Some(Datum::from(unescape(pair.as_str()))),
            Rule::model_value => Some(Datum::model_value(pair.into_inner().next()?.as_str())),
            Rule::set => self.set(pair),
            Rule::interval => self.interval(pair),
            Rule::bad_string => {
                self.error(
                    Diagnostic::error(code::CONFIG_VALUE, "a string does not end on its line")
                        .at(span, "starts here")
                        .help("close it with `\"`"),
                );
                None
            }
            _ => None,
        }
    }

    fn set(&mut self, pair: Pair<'_, Rule>) -> Option<Datum> {
        let span = self.span(&pair);
        let mut elements = Some(Vec::new());
        for inner in pair.into_inner() {
            let at = self.span(&inner);
            match inner.as_rule() {
                Rule::missing => {
                    self.expected(at, "a value after `,`", None);
                    return None;
                }
                Rule::missing_brace => {
                    if elements.is_some() {
                        let open = Span { end: span.start + 1, ..span };
                        self.expected(at, "`,` or `}`", Some((open, "the set starts here")));
                    }
                    return None;
                }
                _ => match (self.value(inner), &mut elements) {
                    (Some(value), Some(list)) => list.push(value),
                    _ => elements = None,
                },
            }
        }
        elements.map(Datum::set)
    }

    fn interval(&mut self, pair: Pair<'_, Rule>) -> Option<Datum> {
        let span = self.span(&pair);
        let mut bounds = Vec::new();
        for inner in pair.into_inner() {
            if inner.as_rule() == Rule::missing {
                let at = self.span(&inner);
                self.expected(at, "a number after `..`", None);
                return None;
            }
            bounds.push(number(&inner)?);
        }
        let [low, high] = bounds.as_slice() else { return None };
        match (i64::try_from(low), i64::try_from(high)) {
            (Ok(low), Ok(high)) if high.saturating_sub(low) < MAX_INTERVAL => {
                Some(Datum::from((low..=high).collect::<Vec<i64>>()))
            }
            _ => {
                self.error(
                    Diagnostic::error(
                        code::CONFIG_VALUE,
                        format!("an interval of more than {MAX_INTERVAL} numbers"),
                    )
                    .at(span, "")
                    .help("define it in the spec and write `name <- Definition`"),
                );
                None
            }
        }
    }
}

fn number(pair: &Pair<'_, Rule>) -> Option<BigInt> {
    pair.as_str().parse().ok()
}

/// The characters of a string literal, quotes included in `text`.
fn unescape(text: &str) -> String {
    let inner = text.get(1..text.len() - 1).unwrap_or("");
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('f') => out.push('\u{c}'),
            Some(c @ ('"' | '\\')) => out.push(c),
            Some(c) => out.extend(['\\', c]),
            None => out.push('\\'),
        }
    }
    out
}
