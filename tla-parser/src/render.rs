//! Diagnostics as text for people and as data for programs.
//!
//! Enters: a [`Diagnostic`] and the [`SourceMap`] its spans point into. Leaves: the drawn
//! message, or a [`Report`] to serialise.
//! Holds: nothing is printed here; spans that do not fit the text are cut to it, never a panic.

use crate::code::Code;
use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::source::{FileId, SourceMap, Span};
use annotate_snippets::{Annotation, AnnotationKind, Level, Renderer, Snippet};
use serde::Serialize;
use std::ops::Range;

/// Draws a diagnostic, with the lines it is about; with ANSI colours if `colour`.
pub fn render(diagnostic: &Diagnostic, sources: &SourceMap, colour: bool) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = level
        .primary_title(&diagnostic.message)
        .id(diagnostic.code.0)
        .elements(Vec::<Snippet<'_, Annotation<'_>>>::new());
    for file in files_of(diagnostic) {
        let source = sources.file(file);
        let mut snippet = Snippet::source(source.text.as_ref()).path(source.name.as_str()).fold(true);
        for (label, kind) in labels(diagnostic) {
            if label.span.file == file {
                let annotation = kind.span(range(label.span, &source.text));
                let text = (!label.text.is_empty()).then_some(label.text.as_str());
                snippet = snippet.annotation(annotation.label(text));
            }
        }
        group = group.element(snippet);
    }
    for note in &diagnostic.notes {
        group = group.element(Level::NOTE.message(note.as_str()));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    let bare = files_of(diagnostic).is_empty();
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let drawn = renderer.render(&[group]);
    if !bare {
        return drawn;
    }
    // Without a snippet the empty gutter below the headline leads nowhere.
    let lines = drawn.lines().enumerate().filter(|(at, line)| *at != 1 || !is_gutter(line));
    lines.map(|(_, line)| line).collect::<Vec<_>>().join("\n")
}

/// Whether a line is a bar and nothing else but colours.
fn is_gutter(line: &str) -> bool {
    let mut escape = false;
    let mut text = line.chars().filter(|&c| {
        let shown = !escape && c != '\u{1b}';
        escape = (escape || c == '\u{1b}') && c != 'm';
        shown && c != ' '
    });
    text.next() == Some('|') && text.next().is_none()
}

fn labels(diagnostic: &Diagnostic) -> impl Iterator<Item = (&Label, AnnotationKind)> {
    let primary = diagnostic.primary.iter().map(|l| (l, AnnotationKind::Primary));
    primary.chain(diagnostic.secondary.iter().map(|l| (l, AnnotationKind::Context)))
}

/// The files a diagnostic points into, that of the primary place first.
fn files_of(diagnostic: &Diagnostic) -> Vec<FileId> {
    let mut files = Vec::new();
    for (label, _) in labels(diagnostic) {
        if !files.contains(&label.span.file) {
            files.push(label.span.file);
        }
    }
    files
}

/// A span as a range of its text, cut to it and to whole characters.
fn range(span: Span, text: &str) -> Range<usize> {
    let floor = |mut i: usize| {
        i = i.min(text.len());
        while !text.is_char_boundary(i) {
            i -= 1;
        }
        i
    };
    let start = floor(span.start as usize);
    start..floor(span.end as usize).max(start)
}

/// A diagnostic as programs want it: places in lines and columns, both from 1, columns in
/// characters; an end is past the last character.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The stable code.
    pub code: Code,
    /// Error or warning.
    pub severity: Severity,
    /// The headline.
    pub message: String,
    /// Where it is, if it has a place.
    #[serde(flatten)]
    pub place: Option<Place>,
    /// Other places that matter.
    pub related: Vec<Place>,
    /// Facts that explain.
    pub notes: Vec<String>,
    /// What to do about it.
    pub help: Option<String>,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The file's name.
    pub file: String,
    /// The first line.
    pub line: u32,
    /// The first column.
    pub column: u32,
    /// The line of the end.
    pub end_line: u32,
    /// The column past the end.
    pub end_column: u32,
    /// What is there, if said.
    pub label: Option<String>,
}

/// A diagnostic as data to serialise.
pub fn report(diagnostic: &Diagnostic, sources: &SourceMap) -> Report {
    Report {
        code: diagnostic.code,
        severity: diagnostic.severity,
        message: diagnostic.message.clone(),
        place: diagnostic.primary.as_ref().map(|l| place(l, sources)),
        related: diagnostic.secondary.iter().map(|l| place(l, sources)).collect(),
        notes: diagnostic.notes.clone(),
        help: diagnostic.help.clone(),
    }
}

fn place(label: &Label, sources: &SourceMap) -> Place {
    let source = sources.file(label.span.file);
    let (start, end) = (source.line_column(label.span.start), source.line_column(label.span.end));
    Place {
        file: source.name.clone(),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
        label: (!label.text.is_empty()).then(|| label.text.clone()),
    }
}
