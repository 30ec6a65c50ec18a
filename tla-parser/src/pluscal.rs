//! PlusCal: algorithms in comments, and their translations to TLA+.
//!
//! Enters: a file's text. Leaves: the text with the translation put in, or diagnostics that point into
//! the algorithm ([`translate`]); or what is to be said of a translation that is there ([`check`]).
//! Holds: outside of the lines between `BEGIN TRANSLATION` and `END TRANSLATION` nothing changes but the
//! checksums. The translation is that of `pcal.trans` 1.11 (*A PlusCal User's Manual*), token by token.
//!
//! ```text
//! text --site--> algorithm --parse, statement--> tree --macros--> --labels--> steps
//!      --names--> one name space --explode--> flat steps --generate--> lines of TLA+
//! ```
//!
//! ```
//! use tla_parser::pluscal::{Options, translate};
//! use tla_parser::source::SourceMap;
//! let text = "---- MODULE M ----\n(* --algorithm M { variable x = 0; { x := 1 } } *)\n====\n";
//! let mut sources = SourceMap::new();
//! let file = sources.add("M.tla", text);
//! let translated = translate(file, text, &Options::default()).expect("is right");
//! assert!(translated.text.contains("Lbl_1 == /\\ pc = \"Lbl_1\"\n         /\\ x' = 1"));
//! ```

mod checksum;
mod explode;
mod expr;
mod generate;
mod labels;
mod macros;
mod names;
mod options;
mod parse;
mod site;
mod statement;
mod tree;

pub use options::{FairnessOption, LEAST_LINE_WIDTH, Options, is_label_root};

use crate::code;
use crate::diagnostic::Diagnostic;
use crate::lexer::{Content, lex, lex_part};
use crate::source::{FileId, LineColumn, Span};
use crate::token::Kind;
use parse::{Parser, Seen};
use site::{Markers, Site};
use tree::{Algorithm, Body, Fairness, Labelled};

/// A file with its translation.
#[derive(Clone, Debug)]
pub struct Translated {
    /// The whole text.
    pub text: String,
    /// The lines of the translation alone.
    pub lines: Vec<String>,
    /// Some variable has no initial value: the model must say what `defaultInitValue` is.
    pub default_value: bool,
    /// The options, with those that the file gives.
    pub options: Options,
    /// Labels that were added, each with the place of its statement.
    pub added_labels: Vec<(String, LineColumn)>,
    /// What deserves attention.
    pub warnings: Vec<Diagnostic>,
}

/// Translates the algorithm of a file, and puts the translation in the place of the one that is there, or
/// behind the comment that the algorithm is in.
///
/// # Errors
/// There is no algorithm, or it is wrong.
pub fn translate(file: FileId, text: &str, options: &Options) -> Result<Translated, Vec<Diagnostic>> {
    let Some(site) = site::find(text) else {
        let d = Diagnostic::error(code::PLUSCAL_MISSING, "there is no algorithm in this file")
            .at(Span::new(file, 0, 0), "")
            .note("neither `--algorithm` nor `--fair algorithm` stands in it")
            .help("write the algorithm in a comment: `(* --algorithm Name { … } *)`");
        return Err(vec![d]);
    };
    let mut options = options.clone();
    options.settle();
    let mut diagnostics = options.read(file, text);
    let place = place(file, text, &site).map_err(|d| diagnostics.push(*d));
    if !diagnostics.is_empty() {
        return Err(diagnostics);
    }
    let Ok(place) = place else { return Err(diagnostics) };
    let made = make(file, text, &site, &mut options)?;
    let line_break = if text[..place.begin].ends_with("\r\n") { "\r\n" } else { "\n" };
    let algorithm = checksum::of_algorithm(&made.algorithm);
    let translation = checksum::of_translation(made.lines.iter().map(String::as_str));
    let mut out = String::with_capacity(text.len() + 4096);
    match place.marker {
        Some(line) => {
            out.push_str(&text[..line.start]);
            out.push_str(&with_checksums(&text[line.clone()], &algorithm, &translation));
            out.push_str(&text[line.end..place.begin]);
        }
        None => {
            out.push_str(&text[..place.begin]);
            if !out.ends_with('\n') {
                out.push_str(line_break);
            }
            out.push_str(&format!(
                "\\* BEGIN TRANSLATION (chksum(pcal) = \"{algorithm}\" /\\ chksum(tla) = \"{translation}\")"
            ));
            out.push_str(line_break);
        }
    }
    for line in &made.lines {
        out.extend([line, line_break]);
    }
    if place.marker_missing {
        out.extend(["\\* END TRANSLATION ", line_break]);
    }
    out.push_str(&text[place.end..]);
    Ok(Translated {
        text: out,
        lines: made.lines,
        default_value: made.algorithm.default_value,
        options,
        added_labels: made.added_labels,
        warnings: made.warnings,
    })
}

/// Where a translation goes.
struct Where {
    /// The line with `BEGIN TRANSLATION`.
    marker: Option<std::ops::Range<usize>>,
    marker_missing: bool,
    /// The start of what is replaced.
    begin: usize,
    end: usize,
}

fn place(file: FileId, text: &str, site: &Site) -> Result<Where, Box<Diagnostic>> {
    let missing = |message: &str, at: std::ops::Range<usize>| {
        Diagnostic::error(code::PLUSCAL_MISSING, message.to_owned()).at(Span::new(file, at.start, at.end), "")
    };
    match &site.markers {
        Markers::Found(begin, end) => {
            let after = text[begin.end..].find('\n').map_or(text.len(), |n| begin.end + n + 1);
            Ok(Where { marker: Some(begin.clone()), marker_missing: false, begin: after, end: end.start })
        }
        Markers::NoEnd(begin) => {
            let d = missing("there is no line `END TRANSLATION` after this one", begin.clone())
                .help("add `\\* END TRANSLATION`, or remove this line");
            Err(Box::new(d))
        }
        Markers::Missing => {
            let Some(end) = site.comment_end else {
                let d = missing("the algorithm is not in a comment that ends", site.start.clone())
                    .note("the translation goes behind the comment that the algorithm is in")
                    .help("put `(*` before the algorithm and `*)` after it");
                return Err(Box::new(d));
            };
            let line_end = text[end..].find('\n').map_or(text.len(), |n| end + n + 1);
            let rest = text[end..line_end].trim();
            if !rest.is_empty() && !rest.starts_with("\\*") {
                let d = missing("there is text after the algorithm's comment", end..end + rest.len())
                    .note("the translation goes on the line below")
                    .help("start a new line after `*)`");
                return Err(Box::new(d));
            }
            Ok(Where { marker: None, marker_missing: true, begin: line_end, end: line_end })
        }
    }
}

fn with_checksums(line: &str, algorithm: &str, translation: &str) -> String {
    let mut line = line.to_owned();
    let Some(found) = site::checksums(&line) else { return line };
    // From right to left, so that ranges stay what they are.
    if let Some(range) = found.translation {
        line.replace_range(range, translation);
    }
    if let Some(range) = found.algorithm {
        line.replace_range(range, algorithm);
    }
    line
}

struct Made {
    algorithm: Algorithm,
    lines: Vec<String>,
    added_labels: Vec<(String, LineColumn)>,
    warnings: Vec<Diagnostic>,
}

/// All stages. Each reports what it can before the next one is begun.
fn make(file: FileId, text: &str, site: &Site, options: &mut Options) -> Result<Made, Vec<Diagnostic>> {
    let stop = |diagnostics: Vec<Diagnostic>| if diagnostics.is_empty() { Ok(()) } else { Err(diagnostics) };
    let (mut algorithm, seen) = read(file, text, site, options)?;
    let mut warnings = Vec::new();
    if site.fair && matches!(algorithm.body, Body::Single(_)) {
        if let Some(FairnessOption::Strong | FairnessOption::None) = options.fairness {
            let d = Diagnostic::warning(code::PLUSCAL_FAIRNESS, "an option about fairness has no effect")
                .at(algorithm.span, "this algorithm is fair itself")
                .help("remove `--fair`, or the option");
            warnings.push(d);
        }
        options.fairness = Some(FairnessOption::Weak);
    }
    stop(macros::expand(&mut algorithm))?;
    let (missing, mut diagnostics) = labels::label(&mut algorithm, &seen, &options.label_root);
    let single = matches!(algorithm.body, Body::Single(_));
    let labels_added = options.label || single && seen.labels.is_empty();
    if !labels_added {
        diagnostics.extend(missing.iter().map(labels::Missing::diagnostic));
    }
    stop(diagnostics)?;
    let omitted = omitted(&algorithm, &seen);
    let (renamed, diagnostics) = names::separate(&mut algorithm);
    stop(diagnostics)?;
    names::close_calls(&mut algorithm);
    let (exploded, diagnostics) = explode::explode(&mut algorithm, omitted.pc);
    stop(diagnostics)?;
    let (lines, diagnostics) = generate::generate(&algorithm, &exploded, omitted, options, renamed);
    stop(diagnostics)?;
    let place = |m: &labels::Missing| LineColumn { line: m.at.line, column: m.at.column };
    let added_labels = missing.iter().map(|m| (m.name.to_string(), place(m))).collect();
    Ok(Made { algorithm, lines, added_labels, warnings })
}

fn read(
    file: FileId,
    text: &str,
    site: &Site,
    options: &Options,
) -> Result<(Algorithm, Seen), Vec<Diagnostic>> {
    let (tokens, mut lexical) = lex_part(file, text, site.inside.clone(), Content::Algorithm);
    let mut parser = Parser::new(file, text, tokens);
    let unfair = match options.fairness {
        Some(FairnessOption::Weak) => Fairness::Weak,
        Some(FairnessOption::Strong) => Fairness::Strong,
        _ => Fairness::Unfair,
    };
    let span = Span::new(file, site.start.start, site.start.end);
    let parsed = parser.algorithm(site.fair, span, unfair);
    // What stands after the algorithm is no concern of ours.
    let end = match &parsed {
        Ok(_) => parser.last_span().end,
        Err(d) => d.primary.as_ref().map_or(0, |l| l.span.end),
    };
    lexical.retain(|d| d.primary.as_ref().is_some_and(|l| l.span.start < end));
    match parsed {
        Ok(algorithm) if lexical.is_empty() => Ok((algorithm, parser.seen)),
        Ok(_) => Err(lexical),
        Err(d) => {
            // What starts no token is expected nowhere: one fault, not two.
            let same = lexical
                .iter()
                .any(|l| l.primary.as_ref().map(|p| p.span) == d.primary.as_ref().map(|p| p.span));
            lexical.extend((!same).then_some(*d));
            Err(lexical)
        }
    }
}

/// `pc` is not needed where every body is one endless step, nor is a way to stutter in the end where some
/// body has no end.
fn omitted(algorithm: &Algorithm, seen: &Seen) -> generate::Omitted {
    let mut pc = algorithm.procedures.is_empty() && !seen.modified_label && !seen.goto;
    let bodies: Vec<&[Labelled]> = match &algorithm.body {
        Body::Single(steps) => vec![&steps.labelled],
        Body::Processes(processes) => processes.iter().map(|p| &p.steps.labelled[..]).collect(),
    };
    let mut terminating = false;
    for body in bodies {
        let (endless, one_step) = endless(body);
        terminating |= endless;
        pc &= one_step;
    }
    generate::Omitted { pc: pc && !seen.goto_done, terminating: terminating && !seen.goto_done }
}

/// Whether a body is nothing but `while TRUE`, and whether there is no label inside.
fn endless(body: &[Labelled]) -> (bool, bool) {
    let [step] = body else { return (false, false) };
    let [only] = &step.stmts[..] else { return (false, false) };
    let tree::Kind::While { test, body } = &only.kind else { return (false, false) };
    if !test.is_line_of(&["TRUE"]) {
        return (false, false);
    }
    let labelled = |s: &tree::Stmt| {
        matches!(s.kind, tree::Kind::If { labelled: true, .. } | tree::Kind::Either { labelled: true, .. })
    };
    (true, body.steps.is_empty() && !body.stmts.iter().any(labelled))
}

// ---------------------------------------------------------------------- stale translations

/// What is to be said of a file's algorithm and its translation: that it is missing, or that one of them
/// has changed since, by the checksums. Without checksums nothing is known, and nothing is said.
pub fn check(file: FileId, text: &str) -> Vec<Diagnostic> {
    let Some(site) = site::find(text) else { return Vec::new() };
    let algorithm = Span::new(file, site.start.start, site.start.end);
    let Markers::Found(begin, end) = &site.markers else {
        return if is_algorithm(file, text, &site) { vec![not_translated(algorithm)] } else { Vec::new() };
    };
    let Some(sums) = site::checksums(&text[begin.clone()]) else { return Vec::new() };
    let marker = Span::new(file, begin.start, begin.end);
    let own = |range: std::ops::Range<usize>| &text[begin.start + range.start..begin.start + range.end];
    let lines: Vec<&str> = site::lines(text)
        .filter(|l| l.start > begin.start && l.start < end.start)
        .map(|l| &text[l])
        .collect();
    let mut found = Vec::new();
    let mut options = Options { label: true, ..Options::default() };
    let readable = options.read(file, text).is_empty();
    options.label = true;
    let made = if readable { make(file, text, &site, &mut options).ok() } else { None };
    if let Some(range) = sums.algorithm {
        let same = made.as_ref().is_some_and(|m| checksum::of_algorithm(&m.algorithm) == own(range));
        // The checksum of a fair algorithm says nothing of it.
        let other = site.fair && made.as_ref().is_some_and(|m| differs(file, &m.lines, &lines));
        if !same || other {
            let d =
                Diagnostic::warning(code::PLUSCAL_STALE, "the algorithm has changed since it was translated")
                    .at(algorithm, "the algorithm")
                    .also(marker, "its translation, which is what is checked")
                    .help("`tlacheck translate FILE` translates it anew; `--translate` does so in memory");
            found.push(d);
        }
    }
    if let Some(range) = sums.translation {
        let now = checksum::of_translation(lines.iter().copied());
        if now != own(range) {
            let d = Diagnostic::warning(code::PLUSCAL_STALE, "the translation has been changed by hand")
                .at(marker, "the checksum is of another text")
                .note("translating again would lose the change")
                .help("change the algorithm instead, or keep formulas of your own below the translation");
            found.push(d);
        }
    }
    found
}

fn not_translated(at: Span) -> Diagnostic {
    Diagnostic::warning(code::PLUSCAL_UNTRANSLATED, "the algorithm has not been translated")
        .at(at, "")
        .note("only TLA+ is checked: without a translation the algorithm is a comment")
        .help("`tlacheck translate FILE` adds the translation; `--translate` does so in memory")
}

/// Whether what follows `--algorithm` begins like one: the word may stand in any comment.
fn is_algorithm(file: FileId, text: &str, site: &Site) -> bool {
    let (tokens, _) = lex_part(file, text, site.inside.clone(), Content::Algorithm);
    let mut words = tokens.iter().map(|t| &text[t.start as usize..t.end as usize]);
    if site.fair && words.next() != Some("algorithm") {
        return false;
    }
    let named = words.next().is_some_and(|w| w.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'));
    let starts = ["{", "variable", "variables", "define", "macro", "procedure", "process", "fair", "begin"];
    named && words.next().is_some_and(|w| starts.contains(&w))
}

/// Whether two translations differ in their tokens before `Spec`, which options may change.
fn differs(file: FileId, one: &[String], other: &[&str]) -> bool {
    let tokens = |lines: &[&str]| -> Vec<String> {
        let lines: Vec<&str> = lines.iter().take_while(|l| !l.starts_with("Spec ==")).copied().collect();
        let text = lines.join("\n");
        let (tokens, _) = lex(file, &text, Content::Expression);
        tokens
            .iter()
            .filter(|t| t.kind != Kind::End)
            .map(|t| text[t.start as usize..t.end as usize].to_owned())
            .collect()
    };
    let one: Vec<&str> = one.iter().map(String::as_str).collect();
    tokens(&one) != tokens(other)
}
