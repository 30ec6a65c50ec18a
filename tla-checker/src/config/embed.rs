//! The configuration inside a `.tla` file.
//!
//! Enters: the text of a `.tla`. Leaves: the bytes between the line `---- CONFIG name ----` and the
//! line `====` (or the end). Holds: as TLC's `MonolithSpecExtractor`, the first such block counts, and
//! both lines must begin at the left margin or after blanks.

use std::ops::Range;

/// Where the configuration is inside a `.tla`, if there is one.
///
/// ```
/// let tla = "---- MODULE M ----\n====\n---- CONFIG M ----\nINIT Init\n====\n";
/// let range = tla_checker::config::embedded(tla).unwrap();
/// assert_eq!(&tla[range], "INIT Init\n");
/// ```
pub fn embedded(tla: &str) -> Option<Range<usize>> {
    let mut start = None;
    let mut at = 0;
    for line in tla.split_inclusive('\n') {
        let next = at + line.len();
        match start {
            None if is_heading(line) => start = Some(next),
            Some(begin) if line.trim_start().starts_with("====") => return Some(begin..at),
            _ => {}
        }
        at = next;
    }
    start.map(|begin| begin..tla.len())
}

/// `---- CONFIG name ----`, with four dashes or more on each side.
fn is_heading(line: &str) -> bool {
    let line = line.trim();
    let inner = line.trim_matches('-');
    let left = line.len() - line.trim_start_matches('-').len();
    let right = line.len() - line.trim_end_matches('-').len();
    let mut words = inner.split_whitespace();
    left >= 4
        && right >= 4
        && words.next() == Some("CONFIG")
        && words.next().is_some()
        && words.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found() {
        for (text, found) in [
            ("---- CONFIG M ----\nA\n====\nB", Some("A\n")),
            ("text\r\n-----CONFIG M-----\r\nA\r\n=======\r\n", Some("A\r\n")),
            ("---- CONFIG M ----\nA", Some("A")),
            ("---- CONFIG ----\nA\n====", None),
            ("--- CONFIG M ---\nA\n====", None),
            ("---- MODULE CONFIG ----\n====", None),
            ("", None),
        ] {
            assert_eq!(embedded(text).map(|r| &text[r]), found, "{text:?}");
        }
    }
}
