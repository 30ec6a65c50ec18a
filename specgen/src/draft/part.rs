//! One definition, read and checked on its own.
//!
//! Enters: a name and the text of a part. Leaves: its syntax tree. Holds: the text is exactly one definition of that
//! name: nothing before, nothing behind, no other unit, so that a module made of parts is what its parts say. Whether
//! names in it mean anything is found out when the module is resolved.

use crate::refusal::{Reason, Refused};
use tla_parser::ast::{Expr, Module, UnitKind};
use tla_parser::parse::parse_file;
use tla_parser::render::render;
use tla_parser::source::SourceMap;

/// A definition as it is written.
pub struct Parsed {
    /// Its parameters, by name and arity.
    pub params: Vec<(String, usize)>,
    /// Its right-hand side.
    pub body: Expr,
}

/// The longest part.
const MOST_BYTES: usize = 20_000;

/// Reads a part.
///
/// # Errors
/// It is not one definition of that name.
pub fn definition(name: &str, text: &str) -> Result<Parsed, Refused> {
    identifier(name)?;
    if text.len() > MOST_BYTES {
        let message = format!("{name} has {} bytes, more than {MOST_BYTES}", text.len());
        return Err(Refused::new(Reason::NotOneDefinition, message, "split it into several definitions"));
    }
    let mut units = module(name, &format!("{}\n", text.trim_end()))?.units;
    let only = |found: &str| {
        Refused::new(
            Reason::NotOneDefinition,
            format!("the text of {name} must be one definition, `{name} == …`; {found}"),
            "give each definition as a part of its own; declarations and the module's frame are written for you",
        )
    };
    if units.len() != 1 {
        return Err(only(&format!("it has {} units", units.len())));
    }
    let unit = units.pop().expect("one");
    if unit.local {
        return Err(only("it is LOCAL"));
    }
    match unit.kind {
        UnitKind::Operator(op) if *op.name.name == *name => Ok(Parsed {
            params: op.params.iter().map(|p| (p.name.name.to_string(), p.arity)).collect(),
            body: op.body,
        }),
        UnitKind::Operator(op) => Err(only(&format!("it defines {}", op.name.name))),
        _ => Err(only("it is no operator definition")),
    }
}

/// Reads an expression, such as a disjunct of `Next`.
///
/// # Errors
/// It is none.
pub fn expression(what: &str, text: &str) -> Result<Expr, Refused> {
    // As the body of a definition, so that nothing can follow it.
    Ok(definition("Expression", &format!("Expression == {text}"))
        .map_err(|refused| Refused { message: format!("{what}: {}", refused.message), ..refused })?
        .body)
}

/// Whether a text is a name.
///
/// # Errors
/// It is none.
pub fn identifier(name: &str) -> Result<(), Refused> {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && name.chars().any(|c| c.is_ascii_alphabetic())
        && name.len() <= 60
        && !name.starts_with("WF_")
        && !name.starts_with("SF_");
    match plain {
        true => Ok(()),
        false => Err(Refused::new(
            Reason::NotOneDefinition,
            format!("{name:?} is no name for a part"),
            "use letters, digits and _, at most 60",
        )),
    }
}

/// The syntax tree of a module that holds this text.
fn module(name: &str, text: &str) -> Result<Module, Refused> {
    let mut sources = SourceMap::new();
    let framed = format!("---- MODULE Part ----\n{text}====\n");
    let file = sources.add(name, framed);
    let parsed = parse_file(&sources, file);
    let errors: Vec<String> =
        parsed.diagnostics.iter().filter(|d| d.is_error()).map(|d| render(d, &sources, false)).collect();
    if !errors.is_empty() {
        return Err(Refused::new(Reason::NotTla, format!("{name} is not TLA+\n{}", errors.join("\n")), ""));
    }
    let mut modules = parsed.modules;
    match modules.pop() {
        // Nothing in the text has closed it.
        Some(module) if modules.is_empty() && rest(&sources, &module).is_empty() => Ok(module),
        _ => Err(Refused::new(
            Reason::NotOneDefinition,
            format!("the text of {name} ends the module or begins another one"),
            "leave out `====` and `---- MODULE`: the module's frame is written for you",
        )),
    }
}

/// What stands behind a module in its file.
fn rest<'s>(sources: &'s SourceMap, module: &Module) -> &'s str {
    sources.file(module.span.file).text[module.span.end as usize..].trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_one_definition_and_nothing_else() {
        assert_eq!(definition("A", "A(p, q) == /\\ p\n            /\\ q").unwrap().params.len(), 2);
        assert!(definition("A", "\\* why\nA == TRUE \\* so").is_ok());
        for (text, reason, says) in [
            ("B == TRUE", Reason::NotOneDefinition, "defines B"),
            ("A == TRUE\nB == TRUE", Reason::NotOneDefinition, "2 units"),
            ("", Reason::NotOneDefinition, "0 units"),
            ("VARIABLE x", Reason::NotOneDefinition, "no operator"),
            ("LOCAL A == TRUE", Reason::NotOneDefinition, "LOCAL"),
            ("A == TRUE\n====\n---- MODULE M ----", Reason::NotOneDefinition, "ends the module"),
            ("A == TRUE\n====", Reason::NotOneDefinition, "ends the module"),
            ("A == (TRUE", Reason::NotTla, "error"),
            ("A == TRUE (* open", Reason::NotTla, "comment"),
        ] {
            let refused = definition("A", text).err().unwrap_or_else(|| panic!("{text}"));
            assert_eq!(refused.reason, reason, "{text}");
            assert!(refused.message.contains(says), "{text}: {}", refused.message);
        }
        assert_eq!(definition("A B", "A B == 1").err().unwrap().reason, Reason::NotOneDefinition);
        assert!(expression("the step", "\\E p \\in P : A(p)").is_ok());
        assert!(expression("the step", "TRUE\nB == TRUE").is_err());
    }
}
