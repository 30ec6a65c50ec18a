//! Where in a file an algorithm and its translation stand.
//!
//! Enters: a file's text. Leaves: byte ranges. Holds: what is found is what `pcal.trans` finds: the first
//! `--algorithm` or `--fair` outside of the translation, and the first lines with `BEGIN TRANSLATION` and
//! `END TRANSLATION`; strings and comments outside of the algorithm are not looked at.

use std::ops::Range;

/// An algorithm and what surrounds it.
#[derive(Clone, Debug)]
pub(super) struct Site {
    /// `--algorithm` or `--fair`.
    pub start: Range<usize>,
    /// It is `--fair`.
    pub fair: bool,
    /// From there to the end of the comment, or of the file.
    pub inside: Range<usize>,
    /// Where the comment that it is in ends, if it does.
    pub comment_end: Option<usize>,
    pub markers: Markers,
}

/// The lines around a translation.
#[derive(Clone, Debug)]
pub(super) enum Markers {
    /// There are none.
    Missing,
    /// There is a first one only.
    NoEnd(Range<usize>),
    /// The first line and the second, without their line breaks.
    Found(Range<usize>, Range<usize>),
}

/// The lines of a text, without their line breaks.
pub(super) fn lines(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    text.split_inclusive('\n').map(move |line| {
        let begin = start;
        start += line.len();
        begin..begin + line.trim_end_matches('\n').trim_end_matches('\r').len()
    })
}

/// Finds the algorithm of a file.
pub(super) fn find(text: &str) -> Option<Site> {
    if !text.contains("--algorithm") && !text.contains("--fair") {
        return None;
    }
    let mut markers = Markers::Missing;
    for line in lines(text) {
        markers = match markers {
            Markers::Missing if has_pair(&text[line.clone()], "BEGIN") => Markers::NoEnd(line),
            Markers::NoEnd(begin) if has_pair(&text[line.clone()], "END") => {
                markers = Markers::Found(begin, line);
                break;
            }
            other => other,
        };
    }
    let (start, fair) = lines(text).find_map(|line| {
        if let Markers::Found(begin, end) = &markers
            && line.start > begin.start
            && line.start < end.start
        {
            return None;
        }
        let found = |word: &str| text[line.clone()].find(word).map(|i| line.start + i);
        let plain = found("--algorithm").map(|s| (s..s + "--algorithm".len(), false));
        plain.or_else(|| found("--fair").map(|s| (s..s + "--fair".len(), true)))
    })?;
    let inside = start.end..end_of_algorithm(text, start.end);
    let comment_end = end_of_comment(text, start.end);
    Some(Site { start, fair, inside, comment_end, markers })
}

/// Whether the line has `BEGIN TRANSLATION` or `END TRANSLATION`.
fn has_pair(line: &str, first: &str) -> bool {
    const SECOND: &str = "TRANSLATION";
    let Some(at) = line.find(first) else { return false };
    let rest = line[at + first.len()..].trim_start_matches([' ', '\t']);
    rest.starts_with(SECOND) && line.find(SECOND) == Some(line.len() - rest.len())
}

/// The first `*)` that closes nothing, strings and comments inside left out.
fn end_of_algorithm(text: &str, from: usize) -> usize {
    let bytes = text.as_bytes();
    let (mut depth, mut in_string, mut i) = (0usize, false, from);
    while i < bytes.len() {
        match (bytes[i], bytes.get(i + 1)) {
            (b'\n', _) => in_string = false,
            (b'(', Some(b'*')) if !in_string => {
                depth += 1;
                i += 1;
            }
            (b'*', Some(b')')) if !in_string => {
                if depth == 0 {
                    return i;
                }
                depth -= 1;
                i += 1;
            }
            (b'\\', Some(b'*')) if !in_string && depth == 0 => {
                i = text[i..].find('\n').map_or(text.len(), |n| i + n);
                continue;
            }
            (b'\\', Some(_)) if in_string => i += 1,
            (b'"', _) if depth == 0 => in_string = !in_string,
            _ => {}
        }
        i += 1;
    }
    text.len()
}

/// Where the comment ends that `from` is in, as the lexer sees it.
fn end_of_comment(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut depth, mut i) = (1usize, from);
    while i + 1 < bytes.len() {
        match &bytes[i..i + 2] {
            b"(*" => {
                depth += 1;
                i += 2;
            }
            b"*)" => {
                depth -= 1;
                i += 2;
                if depth == 0 {
                    return Some(i);
                }
            }
            _ => i += 1,
        }
    }
    None
}

/// The checksums that a first line may have, as ranges of the line; one may be left open on purpose
/// (`chksum(tla) \in STRING`).
#[derive(Clone, Debug, Default)]
pub(super) struct Checksums {
    pub algorithm: Option<Range<usize>>,
    pub translation: Option<Range<usize>>,
}

/// `(chksum(pcal) = "…" /\ chksum(tla) = "…")` after `\* BEGIN TRANSLATION`.
pub(super) fn checksums(line: &str) -> Option<Checksums> {
    const START: &str = "\\* BEGIN TRANSLATION";
    let at = line.find(START)? + START.len();
    let mut scan = Scan { line, at };
    if !scan.spaces() || !scan.takes("(") {
        return None;
    }
    let algorithm = scan.checksum(&["pcal", "pluscal"])?;
    if !scan.takes("/\\") {
        return None;
    }
    let translation = scan.checksum(&["tla", "tla+"])?;
    scan.takes(")").then_some(Checksums { algorithm, translation })
}

struct Scan<'l> {
    line: &'l str,
    at: usize,
}

impl Scan<'_> {
    fn spaces(&mut self) -> bool {
        let rest = &self.line[self.at..];
        let count = rest.len() - rest.trim_start().len();
        self.at += count;
        count > 0
    }

    fn takes(&mut self, text: &str) -> bool {
        self.spaces();
        let found = self.line[self.at..].get(..text.len()).is_some_and(|t| t.eq_ignore_ascii_case(text));
        self.at += if found { text.len() } else { 0 };
        found
    }

    fn checksum(&mut self, of: &[&str]) -> Option<Option<Range<usize>>> {
        let named = |scan: &mut Self| {
            let names = of.iter().flat_map(|of| [format!("chksum({of})"), format!("checksum({of})")]);
            names.into_iter().any(|name| scan.takes(&name))
        };
        if !named(self) {
            return None;
        }
        if self.takes("\\in") {
            return self.takes("STRING").then_some(None);
        }
        if !self.takes("=") || !self.takes("\"") {
            return None;
        }
        let start = self.at;
        self.at += self.line[start..].chars().take_while(char::is_ascii_hexdigit).count();
        let range = start..self.at;
        self.takes("\"").then_some(Some(range))
    }
}
