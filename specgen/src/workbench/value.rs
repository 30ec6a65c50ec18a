//! TLA+ text to a value: what the checker prints can be given back to it.
//!
//! Enters: the text of a value, as traces show it. Leaves: a [`Datum`]. Holds: printing and reading are inverse; a
//! name that is no literal is a model value. What would have to be evaluated is refused: this is no evaluator.

use super::failure::Failure;
use tla_checker::value::Datum;
use tla_parser::ast::{Expr, ExprKind, Fixity, Ident};
use tla_parser::parse::parse_expression;
use tla_parser::source::{SourceMap, Span};

/// The value that a text shows.
///
/// # Errors
/// It is no TLA+, or no value.
pub fn read(argument: &str, text: &str) -> Result<Datum, Failure> {
    let mut sources = SourceMap::new();
    let file = sources.add(argument, text);
    let (expression, diagnostics) = parse_expression(&sources, file);
    if diagnostics.iter().any(|d| d.is_error()) {
        return Err(Failure::rejected(&format!("argument `{argument}`"), &diagnostics, &sources));
    }
    datum(&expression).map_err(|at| {
        let part = sources.text(at);
        Failure::argument(argument, format!("`{part}` is no value: give values as traces show them"))
    })
}

/// The value that an expression is, or the part of it that is none.
fn datum(e: &Expr) -> Result<Datum, Span> {
    match &e.kind {
        // Digits are digits: reading them as JSON keeps integers of any size.
        ExprKind::Number(digits, 10) => number(digits).ok_or(e.span),
        ExprKind::String(text) => Ok(Datum::Str(text.to_string())),
        ExprKind::Name(name, arguments) if arguments.is_empty() => match &*name.name {
            "TRUE" => Ok(Datum::Bool(true)),
            "FALSE" => Ok(Datum::Bool(false)),
            name if name.chars().all(|c| c.is_alphanumeric() || c == '_') => {
                Ok(Datum::ModelValue(name.to_owned()))
            }
            _ => Err(e.span),
        },
        ExprKind::Operator(name, Fixity::Prefix, arguments) if matches!(&*name.name, "-." | "-") => {
            match &arguments[0].kind {
                ExprKind::Number(digits, 10) => number(&format!("-{digits}")).ok_or(e.span),
                _ => Err(e.span),
            }
        }
        ExprKind::Operator(name, Fixity::Infix, arguments) => match (&*name.name, arguments.as_slice()) {
            (":>", [key, value]) => Ok(Datum::function(vec![(datum(key)?, datum(value)?)])),
            ("@@", [left, right]) => {
                let mut all = pairs(datum(left)?).ok_or(left.span)?;
                all.extend(pairs(datum(right)?).ok_or(right.span)?);
                Ok(Datum::function(all))
            }
            _ => Err(e.span),
        },
        ExprKind::SetEnum(items) => items.iter().map(datum).collect::<Result<_, _>>().map(Datum::set),
        ExprKind::Tuple(items) => items.iter().map(datum).collect::<Result<_, _>>().map(Datum::Tuple),
        ExprKind::Record(fields) => {
            let field = |(name, value): &(Ident, Expr)| Ok((name.name.to_string(), datum(value)?));
            fields.iter().map(field).collect::<Result<_, _>>().map(Datum::record)
        }
        _ => Err(e.span),
    }
}

fn number(digits: &str) -> Option<Datum> {
    serde_json::from_value(serde_json::json!({ "#int": digits })).ok()
}

/// The pairs of a function, whatever its form.
pub(super) fn pairs(function: Datum) -> Option<Vec<(Datum, Datum)>> {
    match function {
        Datum::Tuple(values) => Some((1..).map(Datum::Int).zip(values).collect()),
        Datum::Record(fields) => {
            Some(fields.into_iter().map(|(name, value)| (Datum::Str(name), value)).collect())
        }
        Datum::Function(pairs) => Some(pairs),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_can_be_read() {
        for text in [
            "TRUE",
            "-3",
            "123456789012345678901234567890",
            "\"a b\"",
            "r1",
            "{}",
            "{1, 2, 3}",
            "{r1, r2}",
            "<<>>",
            "<<1, \"x\">>",
            "[a |-> 1, b |-> {<<1>>}]",
            "(r1 :> 0 @@ r2 :> [x |-> TRUE])",
            "(0 :> 1 @@ 1 :> {})",
        ] {
            let value = read("state", text).unwrap_or_else(|failure| panic!("{text}: {failure}"));
            let again =
                read("state", &value.to_string()).unwrap_or_else(|failure| panic!("{value}: {failure}"));
            assert_eq!(value, again);
            assert_eq!(value.to_string().replace(' ', ""), text.replace(' ', ""));
        }
        for text in ["1 + 1", "x'", "", "{1", "[x \\in {1} |-> 2]", "f[1]", "a!b"] {
            assert!(read("state", text).is_err(), "{text}");
        }
    }
}
