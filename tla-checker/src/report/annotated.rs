//! Coverage as a page: the text of the spec, with what was evaluated how often.
//!
//! Enters: a [`Coverage`]. Leaves: one HTML file that needs nothing else: no scripts, no network. Holds: it is
//! well-formed XML too; all text is escaped; an expression's element holds those of the expressions inside it,
//! as they stand in the text, and says its figures when pointed at. What was never evaluated, and what never
//! happened, is marked.

use super::coverage::{is_own, message, own};
use super::json::Place;
use super::words::grouped;
use crate::coverage::{Coverage, Part, States};
use quick_xml::escape::escape;
use std::collections::BTreeMap;
use std::io::{self, Write};
use tla_parser::source::{FileId, SourceMap, Span};

const STYLE: &str = "body{font:15px system-ui,sans-serif;margin:2em;color:#222;background:#fff}\
table{border-collapse:collapse;margin-bottom:1.5em}td,th{padding:.15em .8em;text-align:left;\
border-bottom:1px solid #ddd}td.n{text-align:right;font-variant-numeric:tabular-nums}\
pre{background:#fafafa;border:1px solid #ddd;padding:1em;line-height:1.35;overflow:auto}\
i{font-style:normal;color:#aaa;user-select:none}span.e:hover{background:#fff3bf}span.z{background:#ffd8d8}\
span.f{text-decoration:underline wavy #d9480f}tr.z td{background:#ffd8d8}";

/// What is known of a place, over all parts.
#[derive(Default)]
struct Mark {
    evaluated: u64,
    cost: u64,
    yes: u64,
    no: u64,
    counted: bool,
    findings: Vec<String>,
}

impl Mark {
    fn title(&self) -> String {
        let mut title = Vec::new();
        if self.counted {
            title.push(format!("evaluated {}", grouped(self.evaluated)));
            if self.cost > self.evaluated {
                title.push(format!("cost {}", grouped(self.cost)));
            }
            if self.yes + self.no > 0 {
                title.push(format!("true {}, false {}", grouped(self.yes), grouped(self.no)));
            }
        }
        title.extend(self.findings.iter().cloned());
        title.join("; ")
    }

    fn class(&self) -> &'static str {
        match (self.findings.is_empty(), self.counted && self.evaluated == 0) {
            (true, false) => "e",
            (true, true) => "e z",
            (false, false) => "e f",
            (false, true) => "e z f",
        }
    }
}

/// Writes the page.
///
/// # Errors
/// What the writer answers.
pub fn write_html(
    out: &mut dyn Write,
    coverage: &Coverage,
    title: &str,
    sources: &SourceMap,
) -> io::Result<()> {
    let title = clean(title);
    writeln!(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"/>")?;
    writeln!(out, "<title>Coverage of {title}</title><style>{STYLE}</style></head>\n<body>")?;
    writeln!(out, "<h1>Coverage of {title}</h1>")?;
    write_parts(out, coverage, sources)?;
    let own: Vec<_> = coverage.findings.iter().filter(|f| is_own(f.span, sources)).collect();
    writeln!(out, "<h2>What never happened</h2>\n<ul>")?;
    if own.is_empty() {
        writeln!(out, "<li>Nothing: every action was taken, every condition true and false.</li>")?;
    }
    for finding in own {
        let at = Place::of(finding.span, sources);
        let place = clean(&sources.describe(finding.span));
        let anchor = format!("f{}l{}", finding.span.file.0, at.line);
        writeln!(out, "<li><a href=\"#{anchor}\">{place}</a>: {}</li>", clean(&message(finding, sources)))?;
    }
    writeln!(out, "</ul>")?;
    for (file, marks) in marks(coverage, sources) {
        write_source(out, file, &marks, sources)?;
    }
    writeln!(out, "</body>\n</html>")
}

/// Escaped, without what XML cannot hold.
fn clean(text: &str) -> String {
    let holds = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
    let text: String = text.chars().map(|c| if holds(c) { c } else { '\u{fffd}' }).collect();
    escape(text).into_owned()
}

fn write_parts(out: &mut dyn Write, coverage: &Coverage, sources: &SourceMap) -> io::Result<()> {
    writeln!(out, "<table>\n<tr><th>part</th><th>what</th><th>new states</th><th>generated</th></tr>")?;
    for Part { kind, name, span, disjunct, states, .. } in &coverage.parts {
        if !is_own(*span, sources) {
            continue;
        }
        let span = disjunct.unwrap_or(*span);
        let line = Place::of(span, sources).line;
        let number = |n: Option<u64>| n.map_or(String::new(), grouped);
        let dead = states.is_some_and(|states| states.generated == 0);
        let States { distinct, generated } = states.unwrap_or_default();
        writeln!(
            out,
            "<tr{}><td><a href=\"#f{}l{line}\">{}</a></td><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
            if dead { " class=\"z\"" } else { "" },
            span.file.0,
            clean(name),
            kind.words(),
            number(distinct),
            number(states.map(|_| generated)),
        )?;
    }
    writeln!(out, "</table>")
}

/// What is to be shown of each file, by place.
fn marks(coverage: &Coverage, sources: &SourceMap) -> BTreeMap<FileId, BTreeMap<(u32, i64), Mark>> {
    let mut files: BTreeMap<FileId, BTreeMap<(u32, i64), Mark>> = BTreeMap::new();
    // Of places that begin together the longer comes first.
    let key = |span: Span| (span.start, -i64::from(span.end));
    for part in &coverage.parts {
        for e in own(part, sources) {
            let mark = files.entry(e.span.file).or_default().entry(key(e.span)).or_default();
            mark.evaluated += e.evaluated;
            mark.cost += e.cost;
            mark.yes += e.yes;
            mark.no += e.no;
            mark.counted = true;
        }
    }
    for finding in coverage.findings.iter().filter(|f| is_own(f.span, sources)) {
        let mark = files.entry(finding.span.file).or_default().entry(key(finding.span)).or_default();
        mark.findings.push(message(finding, sources));
    }
    files
}

fn write_source(
    out: &mut dyn Write,
    file: FileId,
    marks: &BTreeMap<(u32, i64), Mark>,
    sources: &SourceMap,
) -> io::Result<()> {
    let source = sources.file(file);
    writeln!(out, "<h2>{}</h2>", clean(&source.name))?;
    write!(out, "<pre>")?;
    let mut page = Page { out, text: &source.text, at: 0, line: 0, file };
    page.begin_line()?;
    let mut open: Vec<u32> = Vec::new();
    for (&(start, end), mark) in marks {
        let end = (-end) as u32;
        while let Some(&last) = open.last().filter(|&&last| last <= start) {
            page.write_to(last)?;
            write!(page.out, "</span>")?;
            open.pop();
        }
        // What lies across another place cannot be an element inside it; no two expressions do.
        if open.last().is_some_and(|&last| last < end) {
            continue;
        }
        page.write_to(start)?;
        write!(page.out, "<span class=\"{}\" title=\"{}\">", mark.class(), clean(&mark.title()))?;
        open.push(end);
    }
    while let Some(last) = open.pop() {
        page.write_to(last)?;
        write!(page.out, "</span>")?;
    }
    page.write_to(source.text.len() as u32)?;
    writeln!(out, "</pre>")
}

/// A text that is being written, with numbers before its lines.
struct Page<'o, 't> {
    out: &'o mut dyn Write,
    text: &'t str,
    at: u32,
    line: u32,
    file: FileId,
}

impl Page<'_, '_> {
    fn begin_line(&mut self) -> io::Result<()> {
        self.line += 1;
        write!(self.out, "<i id=\"f{}l{}\">{:>5}  </i>", self.file.0, self.line, self.line)
    }

    fn write_to(&mut self, end: u32) -> io::Result<()> {
        let piece = &self.text[self.at as usize..end as usize];
        for (at, line) in piece.split('\n').enumerate() {
            if at > 0 {
                writeln!(self.out)?;
                self.begin_line()?;
            }
            self.out.write_all(clean(line.trim_end_matches('\r')).as_bytes())?;
        }
        self.at = end;
        Ok(())
    }
}
