//! Whether a place that somebody names really is what they say.
//!
//! Enters: `file:line` or `file:first-last`, with a hash of the file or a quotation. Leaves: the place with the
//! file's full hash, or a [`CitationError`] that names what is wrong with it.
//! Holds: a citation that passes names lines that exist now; with a hash, in just that file; with a quotation, that
//! hold just that text, but for white space around lines.

use super::{Codebase, Refusal};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The shortest start of a hash that counts.
const SHORTEST: usize = 8;

/// A place that somebody names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Citation {
    /// The file.
    pub path: String,
    /// The first line.
    pub first: usize,
    /// The last line.
    pub last: usize,
    /// The hash of the file, or its start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    /// What stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<String>,
}

impl Citation {
    /// Reads `path:12`, `path:12-20`, each with `@hash` or without.
    ///
    /// # Errors
    /// It is neither.
    pub fn parse(text: &str) -> Result<Self, CitationError> {
        let wrong = || CitationError::Form { text: text.to_owned() };
        let trimmed = text.trim();
        let (place, hash) = match trimmed.rsplit_once('@') {
            Some((place, hash)) if hash.len() >= SHORTEST && hash.chars().all(|c| c.is_ascii_hexdigit()) => {
                (place, Some(hash.to_ascii_lowercase()))
            }
            _ => (trimmed, None),
        };
        let (path, lines) = place.rsplit_once(':').ok_or_else(wrong)?;
        let (first, last) = lines.split_once('-').unwrap_or((lines, lines));
        let number = |t: &str| t.trim().trim_start_matches('L').parse::<usize>().map_err(|_| wrong());
        let (first, last) = (number(first)?, number(last)?);
        if path.is_empty() || first == 0 || last < first {
            return Err(wrong());
        }
        Ok(Citation { path: path.to_owned(), first, last, hash, quote: None })
    }

    /// The same with what stands there.
    #[must_use]
    pub fn quoting(mut self, quote: &str) -> Self {
        self.quote = Some(quote.to_owned());
        self
    }
}

impl fmt::Display for Citation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.path, self.first)?;
        if self.last != self.first {
            write!(f, "-{}", self.last)?;
        }
        if let Some(hash) = &self.hash {
            write!(f, "@{hash}")?;
        }
        Ok(())
    }
}

/// What is wrong with a citation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CitationError {
    /// It is not written as one.
    Form {
        /// As it is written.
        text: String,
    },
    /// The file is not shown.
    File(Refusal),
    /// There are no such lines.
    Lines {
        /// Which citation.
        citation: Citation,
        /// How many lines the file has.
        lines: usize,
    },
    /// The file is another one now, or never was that one.
    Hash {
        /// Which citation.
        citation: Citation,
        /// The file's hash.
        now: String,
    },
    /// Something else stands there.
    Quote {
        /// Which citation.
        citation: Citation,
        /// What stands there: the first line that differs.
        found: String,
        /// Where the quotation does stand in that file.
        elsewhere: Option<usize>,
    },
}

impl fmt::Display for CitationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CitationError::Form { text } => {
                write!(f, "{text:?} names no place\nhelp: write FILE:LINE or FILE:FIRST-LAST")
            }
            CitationError::File(refusal) => write!(f, "{refusal}"),
            CitationError::Lines { citation, lines } => {
                write!(f, "{citation} is no place: {} has {lines} lines", citation.path)
            }
            CitationError::Hash { citation, now } => write!(
                f,
                "{citation} is of another state of the file: its hash is {now} now\nhelp: read it again"
            ),
            CitationError::Quote { citation, found, elsewhere: Some(line) } => {
                write!(
                    f,
                    "{citation} does not hold what is quoted, but {found:?}\nhelp: it stands in line {line}"
                )
            }
            CitationError::Quote { citation, found, elsewhere: None } => write!(
                f,
                "{citation} does not hold what is quoted, but {found:?}\nhelp: that file holds it nowhere; read it again"
            ),
        }
    }
}

impl std::error::Error for CitationError {}

/// A place that is what was said of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Checked {
    /// The file.
    pub path: String,
    /// The first line.
    pub first: usize,
    /// The last line.
    pub last: usize,
    /// The file's whole hash.
    pub hash: String,
}

/// Checks a citation.
///
/// # Errors
/// It is wrong: see [`CitationError`].
pub fn check(codebase: &Codebase, citation: &Citation) -> Result<Checked, CitationError> {
    let text = codebase.read(&citation.path).map_err(CitationError::File)?;
    if citation.first == 0 || citation.last < citation.first {
        return Err(CitationError::Form { text: citation.to_string() });
    }
    if citation.last > text.lines() {
        return Err(CitationError::Lines { citation: citation.clone(), lines: text.lines() });
    }
    if let Some(hash) = &citation.hash
        && (hash.len() < SHORTEST || !text.hash.starts_with(&hash.to_ascii_lowercase()))
    {
        return Err(CitationError::Hash { citation: citation.clone(), now: text.short_hash().to_owned() });
    }
    if let Some(quote) = &citation.quote {
        let wanted = lines_of(quote);
        let there: Vec<&str> = text.range(1, text.lines()).map(|(_, l)| l.trim()).collect();
        // A single line may be quoted in part, several only as whole lines.
        let at = |start: usize| match wanted.as_slice() {
            [one] => there.get(start).is_some_and(|l| l.contains(one)),
            _ => there.get(start..start + wanted.len()).is_some_and(|l| l == wanted.as_slice()),
        };
        let fits = !wanted.is_empty()
            && (citation.first - 1..citation.last).any(|s| s + wanted.len() <= citation.last && at(s));
        if !fits {
            let elsewhere = (!wanted.is_empty()).then(|| (0..there.len()).find(|s| at(*s))).flatten();
            return Err(CitationError::Quote {
                citation: citation.clone(),
                found: there[citation.first - 1].to_owned(),
                elsewhere: elsewhere.map(|s| s + 1),
            });
        }
    }
    Ok(Checked { path: text.path.clone(), first: citation.first, last: citation.last, hash: text.hash })
}

/// A quotation's lines without white space around them and without empty ones around all.
fn lines_of(quote: &str) -> Vec<&str> {
    let lines: Vec<&str> = quote.lines().map(str::trim).collect();
    let first = lines.iter().position(|l| !l.is_empty()).unwrap_or(lines.len());
    let last = lines.iter().rposition(|l| !l.is_empty()).map_or(first, |i| i + 1);
    lines[first..last].to_vec()
}
