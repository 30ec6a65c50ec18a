//! Which files there are, and which lines match.
//!
//! Enters: a folder, a glob, a pattern. Leaves: files and lines in the order of paths, a page at a time.
//! Holds: links are not followed; hidden and ignored files are left out unless they are asked for; `.git` always is.
//! A pattern is a regular expression of bounded size, which takes time in the order of the text.

use super::place::{Place, relative};
use super::text::{self, Text};
use super::{Codebase, Refusal};
use globset::{GlobBuilder, GlobMatcher};
use ignore::WalkBuilder;
use regex::RegexBuilder;
use std::path::Path;

/// The most files that are looked into for one question.
const MOST_FILES: usize = 50_000;
/// The largest compiled pattern.
const MOST_PATTERN: usize = 4 << 20;

/// What is usually left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hidden {
    /// Show files whose name begins with a dot.
    pub hidden: bool,
    /// Show files that `.gitignore` names.
    pub ignored: bool,
}

/// Part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// How many are before it.
    pub skipped: usize,
    /// How many there are in all, as far as it was counted.
    pub total: usize,
    /// It was counted to the end.
    pub counted: bool,
}

impl<T> Page<T> {
    /// Where the next page begins; `None` after the last.
    pub fn next(&self) -> Option<usize> {
        let seen = self.skipped + self.items.len();
        (seen < self.total && !self.items.is_empty()).then_some(seen)
    }
}

/// A file that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Relative, with slashes.
    pub path: String,
    /// How large it is.
    pub bytes: u64,
    /// It is a folder.
    pub folder: bool,
    /// The hash and the number of lines, if it is a text that is shown.
    pub text: Option<(String, usize)>,
}

/// A line that matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Which file.
    pub path: String,
    /// Its hash.
    pub hash: String,
    /// The line's number.
    pub line: usize,
    /// The line.
    pub text: String,
    /// The lines around it that were asked for: number and text.
    pub around: Vec<(usize, String)>,
}

/// What to search for.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// A regular expression.
    pub pattern: String,
    /// Upper and lower case are the same.
    pub ignore_case: bool,
    /// Only in files that this glob matches.
    pub glob: Option<String>,
    /// Only in this folder or file.
    pub path: Option<String>,
    /// Lines around each hit.
    pub context: usize,
    /// What is usually left out.
    pub hidden: Hidden,
}

/// All files below a folder, in the order of paths.
pub(super) fn walk(codebase: &Codebase, from: &Path, hidden: Hidden) -> impl Iterator<Item = Place> + use<> {
    let root = codebase.root().to_owned();
    let mut builder = WalkBuilder::new(from);
    builder
        .hidden(!hidden.hidden)
        .ignore(!hidden.ignored)
        .git_ignore(!hidden.ignored)
        .git_exclude(false)
        // Which files there are must not depend on who asks.
        .git_global(false)
        .parents(!hidden.ignored)
        .require_git(false)
        .follow_links(false)
        .filter_entry(|e| !e.file_name().eq_ignore_ascii_case(".git"))
        .sort_by_file_path(|a, b| a.cmp(b));
    builder.build().filter_map(Result::ok).filter(|e| e.file_type().is_some_and(|t| t.is_file())).filter_map(
        move |e| {
            let inside = relative(e.path().strip_prefix(&root).ok()?);
            Some(Place { full: e.into_path(), relative: inside })
        },
    )
}

impl Codebase {
    /// What is directly in a folder: folders first, then files.
    ///
    /// # Errors
    /// It is not there, is no folder, or is outside.
    pub fn list(&self, path: &str, hidden: Hidden, skip: usize, take: usize) -> Result<Page<Found>, Refusal> {
        let place = self.place(path)?;
        if !place.full.is_dir() {
            return Err(Refusal::NoDirectory { path: path.to_owned() });
        }
        // By the walk, so that what is ignored is decided in one way: folders are those that hold files.
        let mut names: Vec<(bool, String)> = Vec::new();
        let mut seen = 0;
        for file in walk(self, &place.full, hidden).take(MOST_FILES) {
            seen += 1;
            let inner = file.full.strip_prefix(&place.full).ok().map(relative).unwrap_or_default();
            let (name, file) = match inner.split_once('/') {
                Some((folder, _)) => (folder.to_owned(), false),
                None => (inner, true),
            };
            if names.last() != Some(&(file, name.clone())) {
                names.push((file, name));
            }
        }
        names.sort();
        names.dedup();
        let total = names.len();
        let items = names.into_iter().skip(skip).take(take).map(|(file, name)| {
            let path = if place.relative == "." { name } else { format!("{}/{name}", place.relative) };
            self.found(&path, !file)
        });
        Ok(Page { items: items.collect(), skipped: skip, total, counted: seen < MOST_FILES })
    }

    /// Files that a glob matches, as `src/**/*.rs`.
    ///
    /// # Errors
    /// It is no glob.
    pub fn glob(
        &self,
        pattern: &str,
        hidden: Hidden,
        skip: usize,
        take: usize,
    ) -> Result<Page<Found>, Refusal> {
        let matcher = glob(pattern)?;
        let (mut seen, mut total) = (0, 0);
        let mut items = Vec::new();
        for file in walk(self, self.root(), hidden).take(MOST_FILES) {
            seen += 1;
            if !matches(&matcher, pattern, &file.relative) {
                continue;
            }
            if total >= skip && items.len() < take {
                items.push(self.found(&file.relative, false));
            }
            total += 1;
        }
        Ok(Page { items, skipped: skip, total, counted: seen < MOST_FILES })
    }

    fn found(&self, path: &str, folder: bool) -> Found {
        let full = self.root().join(path);
        let bytes = if folder { 0 } else { std::fs::metadata(&full).map_or(0, |m| m.len()) };
        let text = if folder { None } else { text::load(&full, path).ok() };
        Found { path: path.to_owned(), bytes, folder, text: text.map(|t| (t.hash.clone(), t.lines())) }
    }

    /// Lines that match. Counts a little beyond the page and then stops.
    ///
    /// # Errors
    /// The pattern or the glob is none, or the path is not there.
    pub fn grep(&self, query: &Query, skip: usize, take: usize) -> Result<Page<Hit>, Refusal> {
        let wrong = |why: String| Refusal::Pattern { pattern: query.pattern.clone(), why };
        let regex = RegexBuilder::new(&query.pattern)
            .case_insensitive(query.ignore_case)
            .size_limit(MOST_PATTERN)
            .dfa_size_limit(MOST_PATTERN)
            .build()
            .map_err(|e| wrong(e.to_string().lines().last().unwrap_or_default().trim().to_owned()))?;
        if query.pattern.is_empty() {
            return Err(wrong("it is empty".into()));
        }
        let only = query.glob.as_deref().map(|g| Ok((glob(g)?, g))).transpose()?;
        let place = self.place(query.path.as_deref().unwrap_or("."))?;
        let files: Box<dyn Iterator<Item = Place>> = if place.full.is_dir() {
            Box::new(walk(self, &place.full, query.hidden).take(MOST_FILES))
        } else {
            Box::new(std::iter::once(place))
        };
        let enough = skip.saturating_add(take).saturating_mul(4).max(1000);
        let mut page = Page { items: Vec::new(), skipped: skip, total: 0, counted: true };
        let mut seen = 0;
        for file in files {
            seen += 1;
            if only.as_ref().is_some_and(|(m, g)| !matches(m, g, &file.relative)) {
                continue;
            }
            let Ok(text) = text::load(&file.full, &file.relative) else { continue };
            for number in 1..=text.lines() {
                let line = text.line(number).unwrap_or_default();
                if !regex.is_match(line) {
                    continue;
                }
                if page.total >= skip && page.items.len() < take {
                    page.items.push(hit(&text, number, query.context));
                }
                page.total += 1;
            }
            if page.total >= enough {
                page.counted = false;
                break;
            }
        }
        page.counted &= seen < MOST_FILES;
        Ok(page)
    }
}

fn hit(text: &Text, line: usize, context: usize) -> Hit {
    let around = text.range(line.saturating_sub(context).max(1), line + context);
    Hit {
        path: text.path.clone(),
        hash: text.hash.clone(),
        line,
        text: text.line(line).unwrap_or_default().to_owned(),
        around: around.filter(|(n, _)| *n != line).map(|(n, l)| (n, l.to_owned())).collect(),
    }
}

/// A glob: `*` stays in a folder, `**` does not.
pub(super) fn glob(pattern: &str) -> Result<GlobMatcher, Refusal> {
    let built = GlobBuilder::new(pattern).literal_separator(true).build();
    let wrong = |why: String| Refusal::Pattern { pattern: pattern.to_owned(), why };
    if pattern.is_empty() {
        return Err(wrong("it is empty".into()));
    }
    built.map(|g| g.compile_matcher()).map_err(|e| wrong(e.kind().to_string()))
}

/// A glob without a slash is of names in any folder.
pub(super) fn matches(matcher: &GlobMatcher, pattern: &str, path: &str) -> bool {
    if pattern.contains('/') {
        return matcher.is_match(path);
    }
    matcher.is_match(Path::new(path).file_name().map(Path::new).unwrap_or(Path::new(path)))
}
