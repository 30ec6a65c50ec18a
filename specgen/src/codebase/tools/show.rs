//! Results as text for a model.
//!
//! Enters: what was found. Leaves: a text, and the places that it shows.
//! Holds: the first line says what it is and how much; long lines are cut and say so; a page says how the next one
//! is had; nothing is longer than [`MOST_TEXT`].

use super::super::history::{Blamed, Change, Commit};
use super::super::outline::Outline;
use super::super::search::{Found, Hit, Page};
use super::super::text::{SHORT, Text};
use super::{MOST_TEXT, Shown, Told};
use std::fmt::Write as _;

/// The most letters of a line.
const MOST_LETTERS: usize = 400;
/// Room for the last line, which says how to go on.
const ROOM: usize = 200;

pub(super) fn files(asked: &str, what: &str, page: &Page<Found>) -> Told {
    let mut text = format!("{asked}: {}{} {what}\n", at_least(page), page.total);
    let mut shown = Vec::new();
    for found in &page.items {
        match &found.text {
            _ if found.folder => {
                let _ = writeln!(text, "{}/", found.path);
            }
            Some((hash, lines)) => {
                let _ = writeln!(text, "{} ({lines} lines, hash {})", found.path, &hash[..SHORT]);
                shown.push(Shown { source: found.path.clone(), hash: hash.clone(), first: None, last: None });
            }
            None => {
                let _ = writeln!(text, "{} ({} bytes, not shown: binary or huge)", found.path, found.bytes);
            }
        }
    }
    more(&mut text, page);
    Told { text: capped(text), shown }
}

pub(super) fn hits(pattern: &str, page: &Page<Hit>) -> Told {
    let mut text = format!("{pattern}: {}{} hits\n", at_least(page), page.total);
    let mut shown: Vec<Shown> = Vec::new();
    let mut file = "";
    let mut count = 0;
    for hit in &page.items {
        if text.len() > MOST_TEXT - ROOM - MOST_LETTERS * (hit.around.len() + 1) {
            break;
        }
        if hit.path != file {
            let _ = writeln!(text, "\n{} (hash {})", hit.path, &hit.hash[..SHORT]);
            file = &hit.path;
        }
        let mut rows: Vec<(usize, &str, char)> =
            hit.around.iter().map(|(n, l)| (*n, l.as_str(), '-')).collect();
        rows.push((hit.line, &hit.text, ':'));
        rows.sort_unstable();
        for (number, line, mark) in &rows {
            let _ = writeln!(text, "{number:>6}{mark} {}", cut(line));
        }
        if !hit.around.is_empty() {
            text.push('\n');
        }
        let (first, last) = (rows.first().map(|r| r.0), rows.last().map(|r| r.0));
        shown.push(Shown { source: hit.path.clone(), hash: hit.hash.clone(), first, last });
        count += 1;
    }
    let rest = page.skipped + count;
    if rest < page.total {
        let _ = writeln!(text, "\nmore: call it again with skip: {rest}");
    }
    Told { text, shown }
}

/// Lines of a file, and the last one that is shown.
pub(super) fn lines(text: &Text, first: usize, last: usize) -> (Told, usize) {
    if text.lines() == 0 {
        let told = format!("{} is empty (hash {})\n", text.path, text.short_hash());
        return (Told { text: told, shown: vec![place(text, None, None)] }, 0);
    }
    let mut body = String::new();
    let mut to = first;
    for (number, line) in text.range(first, last) {
        if body.len() > MOST_TEXT - 2 * ROOM - 4 * MOST_LETTERS {
            break;
        }
        let _ = writeln!(body, "{number:>6}  {}", cut(line));
        to = number;
    }
    let head = format!("{}:{first}-{to} of {} lines (hash {})\n", text.path, text.lines(), text.short_hash());
    if to < text.lines() {
        let _ = writeln!(body, "more: call it again with first: {}", to + 1);
    }
    (Told { text: head + &body, shown: vec![place(text, Some(first), Some(to))] }, to)
}

pub(super) fn outline(text: &Text, outline: &Outline) -> Told {
    let mut out = format!(
        "{}: {} symbols, {}, {} lines (hash {})\n",
        text.path,
        outline.symbols.len(),
        outline.language,
        text.lines(),
        text.short_hash()
    );
    if outline.guessed {
        out.push_str(
            "This language is not parsed: the outline is a guess by lines, and may lack something.\n",
        );
    }
    if outline.broken {
        out.push_str("The file does not parse throughout: the outline may lack something.\n");
    }
    for symbol in &outline.symbols {
        let _ =
            writeln!(out, "{:>6}-{:<6} {} {}", symbol.first, symbol.last, symbol.kind.name(), symbol.name);
    }
    Told { text: capped(out), shown: vec![place(text, None, None)] }
}

pub(super) fn commits(commits: &[Commit], more: bool, skip: usize) -> Told {
    let mut text = format!("{} commits\n", commits.len());
    let mut shown = Vec::new();
    for commit in commits {
        let mut record = format!("\ncommit {}\n{} {}\n", commit.id, commit.date, commit.author);
        for line in commit.message.lines() {
            let _ = writeln!(record, "    {}", cut(line));
        }
        if text.len() + record.len() > MOST_TEXT - ROOM && !shown.is_empty() {
            break;
        }
        text.push_str(&record);
        shown.push(of_commit(&commit.id));
    }
    let mut text = capped(text);
    if more || shown.len() < commits.len() {
        let _ = writeln!(text, "\nmore: call it again with skip: {}", skip + shown.len());
    }
    Told { text, shown }
}

pub(super) fn change(change: &Change, skip: usize) -> Told {
    let commit = &change.commit;
    let mut text = format!("commit {}\n{} {}\n", commit.id, commit.date, commit.author);
    for line in commit.message.lines() {
        let _ = writeln!(text, "    {}", cut(line));
    }
    if change.patch.trim().is_empty() {
        text.push_str("\nIt changes nothing in this directory.\n");
    } else {
        text.push('\n');
        text = capped(text);
        paged(&mut text, &change.patch, skip);
    }
    if change.cut {
        text.push_str("The patch is too long to be read to its end: ask for one path of it.\n");
    }
    Told { text, shown: vec![of_commit(&commit.id)] }
}

/// A file as it was.
pub(super) fn old(file: &Text, commit: &str, skip: usize) -> Told {
    let mut text = format!("{} as of commit {commit} (hash {})\n", file.path, file.short_hash());
    let mut body = String::new();
    for (number, line) in file.range(1, file.lines()) {
        let _ = writeln!(body, "{number:>6}  {line}");
    }
    paged(&mut text, &body, skip);
    Told { text, shown: vec![of_commit(commit)] }
}

pub(super) fn blamed(path: &str, head: &str, lines: &[Blamed]) -> Told {
    let mut text = format!("{path} as of commit {head}: {} lines\n", lines.len());
    let mut shown = vec![of_commit(head)];
    for line in lines {
        let id = &line.commit[..line.commit.len().min(12)];
        let subject: String = line.subject.chars().take(60).collect();
        let _ = writeln!(text, "{:>6}  {id} {subject:<60}  {}", line.line, cut(&line.text));
        shown.push(of_commit(&line.commit));
    }
    shown.sort();
    shown.dedup();
    Told { text: capped(text), shown }
}

/// Adds lines from `skip` on, as many as fit.
fn paged(text: &mut String, body: &str, skip: usize) {
    let mut next = skip;
    let total = body.lines().count();
    for line in body.lines().skip(skip) {
        if text.len() + line.len().min(4 * MOST_LETTERS) > MOST_TEXT - ROOM {
            break;
        }
        let _ = writeln!(text, "{}", cut(line));
        next += 1;
    }
    if next < total {
        let _ = writeln!(
            text,
            "more: {} of {total} lines were shown; call it again with skip: {next}",
            next - skip
        );
    }
}

fn at_least<T>(page: &Page<T>) -> &'static str {
    if page.counted { "" } else { "at least " }
}

fn more<T>(text: &mut String, page: &Page<T>) {
    if let Some(next) = page.next() {
        let _ = writeln!(text, "more: call it again with skip: {next}");
    }
}

fn place(text: &Text, first: Option<usize>, last: Option<usize>) -> Shown {
    Shown { source: text.path.clone(), hash: text.hash.clone(), first, last }
}

fn of_commit(id: &str) -> Shown {
    Shown { source: format!("commit {id}"), hash: id.to_owned(), first: None, last: None }
}

fn cut(line: &str) -> String {
    let letters = line.chars().count();
    if letters <= MOST_LETTERS {
        return line.to_owned();
    }
    let start: String = line.chars().take(MOST_LETTERS).collect();
    format!("{start}… ({} letters more)", letters - MOST_LETTERS)
}

/// A text that is not too long.
pub(super) fn capped(mut text: String) -> String {
    if text.len() > MOST_TEXT {
        let end = (0..=MOST_TEXT - ROOM).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
        text.truncate(end);
        text.push_str("\n… it is too long to be shown to its end\n");
    }
    text
}
