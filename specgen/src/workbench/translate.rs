//! `translate`: a PlusCal algorithm to TLA+.
//!
//! Enters: a text with an algorithm in a comment. Leaves: the text with its translation, or diagnostics. Holds: the
//! translation is that of `pcal.trans`; nothing else of the text changes but the checksums. A file is written only
//! where that is asked for, as a whole or not at all, and only under the roots.

use super::data::{Message, drawn};
use super::failure::{Failure, Kind};
use super::source::SpecInput;
use super::{Told, Workbench};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::path::Path;
use tla_parser::pluscal::{FairnessOption, Options, translate};
use tla_parser::source::SourceMap;

/// What to translate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct TranslateInput {
    /// The text or the file with the algorithm.
    #[serde(flatten)]
    pub spec: SpecInput,
    /// Whether the translation is put into the file, which must be given by its path.
    pub write: bool,
    /// What fairness the translation has, where the algorithm does not say.
    pub fairness: Option<Fairness>,
    /// Whether `Termination` is to be a property: it is defined in any case.
    pub termination: bool,
}

/// What fairness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fairness {
    /// `WF_vars(Next)`.
    WeakNext,
    /// Weak fairness of each process.
    Weak,
    /// Strong fairness of each process.
    Strong,
    /// None.
    None,
}

/// A translation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TranslateOutput {
    /// The whole text, with the translation in it.
    pub text: String,
    /// How many lines the translation has.
    pub lines: u64,
    /// Labels that were added, and the lines they stand in.
    pub added_labels: Vec<AddedLabel>,
    /// Whether a model must say what `defaultInitValue` is (`defaultInitValue = defaultInitValue`).
    pub needs_default_value: bool,
    /// Whether the text is as it was.
    pub unchanged: bool,
    /// Whether the file was written.
    pub written: bool,
    /// What deserves attention.
    pub warnings: Vec<Message>,
}

/// A label that was added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AddedLabel {
    /// The label.
    pub label: String,
    /// The line of its statement.
    pub line: u32,
    /// The column of its statement.
    pub column: u32,
}

impl Workbench {
    /// Translates an algorithm.
    ///
    /// # Errors
    /// There is no algorithm, it is wrong, or the file cannot be written.
    pub fn translate(&self, input: &TranslateInput) -> Result<TranslateOutput, Failure> {
        let source = self.text(&input.spec)?;
        if input.write && source.path.is_none() {
            return Err(Failure::argument("write", "there is no file to write: give `path`"));
        }
        let mut sources = SourceMap::new();
        let file = sources.add(source.name.as_str(), source.text.as_str());
        let options = Options {
            fairness: input.fairness.map(|fairness| match fairness {
                Fairness::WeakNext => FairnessOption::WeakNext,
                Fairness::Weak => FairnessOption::Weak,
                Fairness::Strong => FairnessOption::Strong,
                Fairness::None => FairnessOption::None,
            }),
            termination: input.termination,
            ..Options::default()
        };
        let translated = translate(file, &source.text, &options)
            .map_err(|errors| Failure::rejected("the algorithm cannot be translated", &errors, &sources))?;
        let unchanged = translated.text == source.text;
        let mut written = false;
        if let (true, false, Some(path)) = (input.write, unchanged, &source.path) {
            replace(path, &translated.text).map_err(|error| {
                let what =
                    format!("cannot write {}: {error}; nothing has been changed in it", path.display());
                Failure::new(Kind::Argument, what)
            })?;
            written = true;
        }
        Ok(TranslateOutput {
            lines: translated.lines.len() as u64,
            added_labels: translated
                .added_labels
                .iter()
                .map(|(label, at)| AddedLabel { label: label.clone(), line: at.line, column: at.column })
                .collect(),
            needs_default_value: translated.default_value,
            unchanged,
            written,
            warnings: Message::all(&translated.warnings, &sources),
            text: translated.text,
        })
    }
}

/// Puts a text in the place of a file, with its permissions.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(path.parent().unwrap_or(Path::new(".")))?;
    file.write_all(text.as_bytes())?;
    file.as_file().set_permissions(std::fs::metadata(path)?.permissions())?;
    file.as_file().sync_all()?;
    file.persist(path).map(|_| ()).map_err(|error| error.error)
}

impl Told for TranslateOutput {
    fn text(&self) -> String {
        let mut text = format!(
            "translated to {} lines{}\n",
            self.lines,
            match (self.unchanged, self.written) {
                (true, _) => "; the text is as it was",
                (false, true) => "; the file is written",
                (false, false) => "",
            }
        );
        for added in &self.added_labels {
            text += &format!("label {} added at line {}, column {}\n", added.label, added.line, added.column);
        }
        if !self.warnings.is_empty() {
            text += &format!("{}\n", drawn(&self.warnings));
        }
        text + "\n" + &self.text
    }
}
