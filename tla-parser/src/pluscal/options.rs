//! What a translation can be told: by the caller, and by `PlusCal options (…)` in the file.
//!
//! Enters: words. Leaves: [`Options`]. Holds: what the file says about fairness replaces what the caller
//! says; everything else adds up. The words are those of `pcal.trans`, with or without their dash.

use crate::code;
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span};

/// What `Spec` says about fairness of processes that say nothing themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FairnessOption {
    /// `wf`: each process is weakly fair.
    Weak,
    /// `sf`: each process is strongly fair.
    Strong,
    /// `wfNext`: the whole next-state relation is weakly fair.
    WeakNext,
    /// `nof`: nothing is fair, whatever the algorithm says.
    None,
}

/// Options of a translation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Fairness that is added.
    pub fairness: Option<FairnessOption>,
    /// The configuration gets `PROPERTY Termination`, and processes are fair unless something else is said.
    pub termination: bool,
    /// Labels that are missing are added. That is always done where there is one process and no label.
    pub label: bool,
    /// What added labels begin with.
    pub label_root: String,
    /// Where lines break, where they can.
    pub line_width: usize,
    /// The action `Terminating` is left out: an algorithm that has finished is a deadlock.
    pub no_done_disjunct: bool,
    /// The file asks that no configuration is written.
    pub no_cfg: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            fairness: None,
            termination: false,
            label: false,
            label_root: "Lbl_".to_owned(),
            line_width: 78,
            no_done_disjunct: false,
            no_cfg: false,
        }
    }
}

/// The least line width.
pub const LEAST_LINE_WIDTH: usize = 60;

/// Whether labels may begin with it.
pub fn is_label_root(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

impl Options {
    /// `termination` means weak fairness where none is asked for.
    pub(super) fn settle(&mut self) {
        if self.termination && self.fairness.is_none() {
            self.fairness = Some(FairnessOption::Weak);
        }
    }

    /// Adds what the file says.
    pub(super) fn read(&mut self, file: FileId, text: &str) -> Vec<Diagnostic> {
        let (words, mut diagnostics) = words(file, text);
        let mut fairness: Option<Span> = None;
        let mut words = words.into_iter();
        while let Some((word, span)) = words.next() {
            let bare = word.strip_prefix('-').unwrap_or(word);
            let fair = match bare {
                "wf" => Some(FairnessOption::Weak),
                "sf" => Some(FairnessOption::Strong),
                "wfNext" => Some(FairnessOption::WeakNext),
                "nof" => Some(FairnessOption::None),
                _ => None,
            };
            if let Some(fair) = fair {
                if let Some(first) = fairness.replace(span) {
                    let d = Diagnostic::error(code::PLUSCAL_OPTION, "two options about fairness")
                        .at(span, "")
                        .also(first, "the first one")
                        .help("keep one of wf, sf, wfNext and nof");
                    diagnostics.push(d);
                }
                self.fairness = Some(fair);
                continue;
            }
            let mut value = |what: &str| {
                words.next().ok_or_else(|| bad(span, format!("`{word}` needs a value"), what.to_owned()))
            };
            let done = match bare {
                "termination" => flag(&mut self.termination),
                "noDoneDisjunct" => flag(&mut self.no_done_disjunct),
                "label" => flag(&mut self.label),
                "nocfg" => flag(&mut self.no_cfg),
                "noold" => Ok(()),
                "labelRoot" => value("a name such as `L`").and_then(|(root, span)| {
                    let why = || bad(span, format!("labels cannot begin with `{root}`"), IDENTIFIER.into());
                    is_label_root(root).then(|| self.label_root = root.to_owned()).ok_or_else(why)
                }),
                "lineWidth" => value("a number").and_then(|(width, span)| {
                    let width = width.parse().ok().filter(|w| *w >= LEAST_LINE_WIDTH);
                    let help = format!("a number, at least {LEAST_LINE_WIDTH}");
                    let why = || bad(span, "this is no line width".to_owned(), help);
                    width.map(|w| self.line_width = w).ok_or_else(why)
                }),
                "version" => value("a version such as `1.11`").and_then(|(v, span)| version(v, span)),
                "spec" | "myspec" => {
                    let _ = words.next();
                    let message = format!("the option `{word}` of pcal.trans is not implemented");
                    let d = Diagnostic::error(code::NOT_IMPLEMENTED, message).at(span, "");
                    Err(Box::new(d.note("it has TLC do the translation, and gives the same one")))
                }
                _ => Err(bad(span, format!("there is no option `{word}`"), KNOWN.to_owned())),
            };
            diagnostics.extend(done.err().map(|d| *d));
        }
        self.settle();
        diagnostics
    }
}

const IDENTIFIER: &str = "a letter first, then letters, digits and `_`";
const KNOWN: &str = "options are wf, sf, wfNext, nof, termination, noDoneDisjunct, label, labelRoot, lineWidth, version, nocfg";

fn bad(span: Span, message: String, help: String) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(code::PLUSCAL_OPTION, message).at(span, "").help(help))
}

fn flag(option: &mut bool) -> Result<(), Box<Diagnostic>> {
    *option = true;
    Ok(())
}

/// Algorithms of versions before 1.6 mean something else.
fn version(text: &str, span: Span) -> Result<(), Box<Diagnostic>> {
    let number =
        text.split_once('.').and_then(|(a, b)| Some((a.parse::<u32>().ok()?, b.parse::<u32>().ok()?)));
    match number {
        None => Err(bad(span, format!("`{text}` is no version"), "versions are spelt like `1.8`".to_owned())),
        Some((1, ..=5) | (0, _)) => {
            let message = format!("algorithms of version {text} of PlusCal cannot be translated");
            let d = Diagnostic::error(code::NOT_IMPLEMENTED, message).at(span, "");
            Err(Box::new(d.note("fairness and `pc` were translated in another way before version 1.6")))
        }
        Some((1, 6..=11)) => Ok(()),
        Some(_) => {
            Err(bad(span, format!("there is no version {text} of PlusCal"), "the latest is 1.11".into()))
        }
    }
}

type Words<'t> = Vec<(&'t str, Span)>;

/// The words of `PlusCal options ( … )` or `PlusCal-1.8 options ( … )`, which may stand anywhere in the file.
fn words(file: FileId, text: &str) -> (Words<'_>, Vec<Diagnostic>) {
    let mut from = 0;
    let start = loop {
        let Some(found) = text[from..].find("PlusCal").map(|i| from + i) else { return Default::default() };
        from = found + "PlusCal".len();
        let starts_word = text[..found].chars().next_back().is_none_or(char::is_whitespace);
        // A version or a mark may stand right behind the word: `PlusCal-1.8 options`.
        let behind = text[from..].trim_start_matches(|c: char| !c.is_whitespace());
        let ends_word = !text[from..].starts_with(|c: char| c.is_alphanumeric() || c == '_');
        let options = behind.trim_start().strip_prefix("options").filter(|_| starts_word && ends_word);
        match options {
            Some(rest) if !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_') => {
                break text.len() - rest.len();
            }
            _ => {}
        }
    };
    let span = |start: usize, end: usize| Span::new(file, start, end);
    let here = span(start - "options".len(), start);
    let open = text[start..].trim_start();
    let Some(inside) = open.strip_prefix('(') else {
        let d = Diagnostic::error(code::PLUSCAL_OPTION, "`PlusCal options` without `(`")
            .at(here, "")
            .help("write `PlusCal options (wf, label)`");
        return (Vec::new(), vec![d]);
    };
    let begin = text.len() - inside.len();
    let Some(length) = inside.find(')') else {
        let d = Diagnostic::error(code::PLUSCAL_OPTION, "`PlusCal options (` without `)`").at(here, "");
        return (Vec::new(), vec![d]);
    };
    let mut found = Vec::new();
    let mut at = begin;
    for word in inside[..length].split(|c: char| c.is_whitespace() || c == ',') {
        if !word.is_empty() {
            found.push((word, span(at, at + word.len())));
        }
        at += word.len() + text[at + word.len()..].chars().next().map_or(0, char::len_utf8);
    }
    (found, Vec::new())
}
