//! Errors of a spec or a model in TLC's words: those of the spec as SANY writes them, for that is what editors
//! read places from.

use super::ToolOptions;
use super::message::Code;
use tla_parser::code;
use tla_parser::diagnostic::Diagnostic;

/// What stands between the start and the end of parsing: the errors of each module, then the warnings, then
/// what has no place.
pub(super) fn parser(diagnostics: &[Diagnostic], options: &ToolOptions<'_>) -> String {
    let mut text = String::new();
    let (errors, mut warnings): (Vec<_>, Vec<_>) = diagnostics.iter().partition(|d| d.is_error());
    if !options.warnings {
        warnings.clear();
    }
    for (head, found) in [("*** Errors:", errors), ("*** Warnings:", warnings)] {
        let (placed, others): (Vec<_>, Vec<_>) = found.into_iter().partition(|d| d.primary.is_some());
        let mut modules: Vec<String> = Vec::new();
        for diagnostic in &placed {
            let module = module(diagnostic, options);
            if !modules.contains(&module) {
                modules.push(module);
            }
        }
        for name in modules {
            let own: Vec<_> = placed.iter().filter(|d| module(d, options) == name).collect();
            text += &format!("Semantic processing of module {name}\n{head} {}\n\n", own.len());
            for diagnostic in own {
                if let Some(label) = &diagnostic.primary {
                    let place = options.places.full(label.span, options.sources);
                    text += &format!("{place}\n\n{}\n\n\n", said(diagnostic));
                }
            }
        }
        if !others.is_empty() {
            text += &format!("*** Abort messages: {}\n\n", others.len());
            for diagnostic in others {
                text += &format!("Unknown location\n\n{}\n\n\n", said(diagnostic));
            }
        }
    }
    text
}

fn module(diagnostic: &Diagnostic, options: &ToolOptions<'_>) -> String {
    diagnostic
        .primary
        .as_ref()
        .map_or(String::new(), |label| options.places.module(label.span, options.sources))
}

/// Headline, notes and help, a line each.
fn said(diagnostic: &Diagnostic) -> String {
    let mut text = format!("{} [{}]", diagnostic.message, diagnostic.code);
    for note in diagnostic.notes.iter().chain(&diagnostic.help) {
        text += "\n";
        text += note;
    }
    text
}

/// The same with its place.
pub(super) fn text(diagnostic: &Diagnostic, options: &ToolOptions<'_>) -> String {
    let place = diagnostic.primary.as_ref().map(|label| options.sources.describe(label.span));
    match place {
        Some(place) => format!("{}\n{place}", said(diagnostic)),
        None => said(diagnostic),
    }
}

/// TLC's code for an error of the model.
pub(super) fn code(diagnostic: &Diagnostic) -> Code {
    match diagnostic.code {
        code::CONSTANT_UNASSIGNED => Code::CONFIG_NO_VALUE,
        code::CONFIG_UNDEFINED => Code::CONFIG_NOT_DEFINED,
        code::CONFIG_CONFLICT => Code::CONFIG_NOT_BOTH_SPEC_AND_INIT,
        code::CONFIG_INCOMPLETE if diagnostic.message.starts_with("`INIT`") => Code::CONFIG_MISSING_NEXT,
        code::CONFIG_INCOMPLETE | code::NO_BEHAVIOUR => Code::CONFIG_MISSING_INIT,
        _ => Code::GENERAL,
    }
}
