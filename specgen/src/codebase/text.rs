//! A file as numbered lines.
//!
//! Enters: a file inside of the root. Leaves: its lines and its hash, or why it is not shown.
//! Holds: the hash is of the bytes on disk; bytes that are no UTF-8 are shown as `�`, which changes no line number.

use super::Refusal;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The largest file that is shown.
pub const MOST_BYTES: u64 = 2 << 20;
/// Where a NUL makes a file binary.
const LOOKED_AT: usize = 8 << 10;
/// How much of a hash is shown: enough to tell files apart, short enough to be copied without a mistake.
pub const SHORT: usize = 16;

/// A file's text.
#[derive(Clone, Debug)]
pub struct Text {
    /// Which file: relative, with slashes.
    pub path: String,
    /// The hash of its bytes.
    pub hash: String,
    content: String,
    /// Where lines begin.
    starts: Vec<usize>,
}

impl Text {
    /// How many lines it has.
    pub fn lines(&self) -> usize {
        self.starts.len()
    }

    /// A line, counted from 1, without its end.
    pub fn line(&self, number: usize) -> Option<&str> {
        let start = *self.starts.get(number.checked_sub(1)?)?;
        let end = self.starts.get(number).copied().unwrap_or(self.content.len());
        Some(self.content[start..end].trim_end_matches(['\n', '\r']))
    }

    /// Lines from `first` to `last`, with their numbers.
    pub fn range(&self, first: usize, last: usize) -> impl Iterator<Item = (usize, &str)> {
        (first..=last).map_while(|n| Some((n, self.line(n)?)))
    }

    /// All of it.
    pub fn content(&self) -> &str {
        &self.content
    }

    /// The start of its hash, as it is shown.
    pub fn short_hash(&self) -> &str {
        &self.hash[..SHORT.min(self.hash.len())]
    }

    /// Which line a byte is in.
    pub fn line_of(&self, byte: usize) -> usize {
        self.starts.partition_point(|s| *s <= byte).max(1)
    }
}

/// Reads a file.
pub(super) fn load(full: &Path, relative: &str) -> Result<Text, Refusal> {
    let unreadable = |e: &std::io::Error| Refusal::unreadable(relative, e);
    let data = std::fs::metadata(full).map_err(|e| unreadable(&e))?;
    // Pipes and devices are no files: opening one might never end.
    if !data.is_file() {
        return Err(Refusal::NoFile { path: relative.to_owned() });
    }
    let mut bytes = Vec::new();
    let file = File::open(full).map_err(|e| unreadable(&e))?;
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|e| unreadable(&e))?;
    if bytes[..bytes.len().min(LOOKED_AT)].contains(&0) {
        return Err(Refusal::Binary { path: relative.to_owned(), bytes: data.len() });
    }
    if bytes.len() as u64 > MOST_BYTES {
        return Err(Refusal::Huge { path: relative.to_owned(), bytes: data.len(), most: MOST_BYTES });
    }
    Ok(of_bytes(relative, &bytes))
}

/// The text that bytes are.
pub(super) fn of_bytes(path: &str, bytes: &[u8]) -> Text {
    let hash = blake3::hash(bytes).to_hex().to_string();
    let content = String::from_utf8_lossy(bytes).into_owned();
    let mut starts = Vec::new();
    let mut at = 0;
    for line in content.split_inclusive('\n') {
        starts.push(at);
        at += line.len();
    }
    Text { path: path.to_owned(), hash, content, starts }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_as_editors_count_them() {
        for (text, lines) in [("", 0), ("a", 1), ("a\n", 1), ("a\nb", 2), ("a\r\n\nb\n", 3)] {
            assert_eq!(of_bytes("x", text.as_bytes()).lines(), lines, "{text:?}");
        }
        let text = of_bytes("x", b"one\r\n\nthr\xffe\n");
        assert_eq!((text.line(1), text.line(2), text.line(3)), (Some("one"), Some(""), Some("thr\u{fffd}e")));
        assert_eq!((text.line(0), text.line(4)), (None, None));
        assert_eq!((text.line_of(0), text.line_of(4), text.line_of(5), text.line_of(6)), (1, 1, 2, 3));
        assert_eq!(text.range(2, 9).count(), 2);
    }
}
