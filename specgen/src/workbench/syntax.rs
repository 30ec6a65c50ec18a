//! `parse`: is a text TLA+, and do its names mean something?
//!
//! Enters: a spec. Leaves: the modules it is made of, or what is wrong with it. Holds: wrong text is a result here,
//! not a failure. PlusCal is looked at too: a translation that is missing or stale is a warning.

use super::data::{Message, Severity, drawn};
use super::failure::Failure;
use super::page::Page;
use super::source::{Loaded, SpecInput, resolve};
use super::{Told, Workbench};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tla_parser::diagnostic::Diagnostic;
use tla_parser::resolve::{Rejected, Resolved};
use tla_parser::source::SourceMap;

/// What to parse.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ParseInput {
    /// The spec.
    #[serde(flatten)]
    pub spec: SpecInput,
    /// Which diagnostics.
    #[serde(flatten)]
    pub page: Page,
}

/// Whether a text is TLA+.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ParseOutput {
    /// Whether the spec can be used: there may still be warnings.
    pub ok: bool,
    /// The root module's name, where the spec can be used.
    pub module: Option<String>,
    /// The modules it is made of, those needed first.
    pub modules: Vec<String>,
    /// How many errors there are.
    pub errors: u64,
    /// How many warnings there are.
    pub warnings: u64,
    /// What is wrong, errors and warnings in the order of the text.
    pub diagnostics: Vec<Message>,
    /// Where the next call goes on.
    pub next_cursor: Option<String>,
}

impl Workbench {
    /// Parses and resolves a spec.
    ///
    /// # Errors
    /// It is not said which spec is meant, or its file cannot be read.
    pub fn parse(&self, input: &ParseInput) -> Result<ParseOutput, Failure> {
        let text = self.text(&input.spec)?;
        let (mut module, mut modules) = (None, Vec::new());
        let mut messages = match resolve(&text) {
            Ok(Resolved { spec, warnings }) => {
                module = Some(spec.root_module().name.to_string());
                modules = spec.modules.iter().map(|module| module.name.to_string()).collect();
                let warnings = Message::all(&warnings, &spec.sources);
                self.parsed
                    .keep(&input.spec, Loaded { spec, warnings: warnings.clone(), text: text.clone() });
                warnings
            }
            Err(rejected) => {
                let Rejected { sources, diagnostics } = *rejected;
                Message::all(&diagnostics, &sources)
            }
        };
        messages.extend(of_algorithm(&text.name, &text.text));
        let count = |severity| messages.iter().filter(|m| m.severity == severity).count() as u64;
        let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
        let part = input.page.of(messages)?;
        Ok(ParseOutput {
            ok: module.is_some(),
            module,
            modules,
            errors,
            warnings,
            diagnostics: part.items,
            next_cursor: part.next,
        })
    }
}

/// What is to be said of an algorithm and its translation.
fn of_algorithm(name: &str, text: &str) -> Vec<Message> {
    let mut sources = SourceMap::new();
    let file = sources.add(name, text);
    let found: Vec<Diagnostic> = tla_parser::pluscal::check(file, text).into_iter().collect();
    Message::all(&found, &sources)
}

impl Told for ParseOutput {
    fn text(&self) -> String {
        let mut text = match &self.module {
            Some(module) => format!("module {module} can be used ({} warnings)\n", self.warnings),
            None => format!("the spec is wrong: {} errors, {} warnings\n", self.errors, self.warnings),
        };
        if !self.diagnostics.is_empty() {
            text += &format!("\n{}\n", drawn(&self.diagnostics));
        }
        if let Some(next) = &self.next_cursor {
            text += &format!("… cursor {next} goes on\n");
        }
        text
    }
}
