//! The git history of a codebase: commits, changes, who wrote a line, where a text came and went.
//!
//! Enters: a directory in a repository, questions with revisions and paths. Leaves: what `git` says, as data.
//! Holds: the arguments are fixed here; what a model gives is a path inside of the directory, a revision that git
//! has resolved to a commit first, a number, or a text in an argument that can only be one. Changes are shown of
//! the directory alone, messages whole. Nothing that the repository configures is executed, and nothing is fetched
//! (`git.rs`). Blame is of a commit, not of the files on disk, whose filters are programs.

mod git;

use super::Refusal;
use git::Git;
use serde::Serialize;
use std::path::Path;

/// The most commits of a page.
pub const MOST_COMMITS: usize = 100;

/// A repository, seen from a directory in it.
#[derive(Clone, Debug)]
pub struct History {
    git: Git,
}

/// A commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Commit {
    /// Its name: a hash of all that it holds.
    pub id: String,
    /// Who wrote it.
    pub author: String,
    /// When: the author's date, as `2024-05-31T12:00:00+02:00`.
    pub date: String,
    /// Its message.
    pub message: String,
}

impl Commit {
    /// The first line of its message.
    pub fn subject(&self) -> &str {
        self.message.lines().next().unwrap_or_default()
    }

    /// The start of its name.
    pub fn short(&self) -> &str {
        &self.id[..self.id.len().min(12)]
    }
}

/// Which commits.
#[derive(Clone, Debug, Default)]
pub struct Which {
    /// Only those that touch this path, relative to the directory.
    pub path: Option<String>,
    /// Only those whose message holds this text, in any case.
    pub message: Option<String>,
    /// Only those that change how often this text is there.
    pub changes: Option<String>,
    /// From here backwards; the current commit if it is not given.
    pub from: Option<String>,
}

/// A change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The commit.
    pub commit: Commit,
    /// Its difference to the one before, in the directory alone; empty if it changes nothing there.
    pub patch: String,
    /// The patch was longer than is read.
    pub cut: bool,
}

/// Who wrote a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Blamed {
    /// The line's number in the commit that was asked about.
    pub line: usize,
    /// The commit that wrote it.
    pub commit: String,
    /// The first line of that one's message.
    pub subject: String,
    /// The line.
    pub text: String,
}

/// A commit as `git log` prints it: fields end with NUL, commits with a byte that no text holds.
const FORMAT: &str = "--format=%H%x00%an%x00%aI%x00%B%x00%x1e";

impl History {
    pub(super) fn open(root: &Path) -> Result<Self, Refusal> {
        Ok(History { git: Git::open(root)? })
    }

    /// Commits that touch the directory, the latest first; with whether there are more.
    ///
    /// # Errors
    /// The revision is none, or git fails.
    pub fn log(&self, which: &Which, skip: usize, take: usize) -> Result<(Vec<Commit>, bool), Refusal> {
        let take = take.clamp(1, MOST_COMMITS);
        let from = self.commit(which.from.as_deref().unwrap_or("HEAD"))?;
        let mut args = vec!["log".to_owned(), FORMAT.to_owned(), format!("--skip={skip}")];
        args.push(format!("--max-count={}", take + 1));
        args.extend(git::PLAIN.iter().map(|a| (*a).to_owned()));
        if let Some(text) = which.message.as_deref().filter(|t| !t.is_empty()) {
            args.extend(["--fixed-strings".into(), "--regexp-ignore-case".into(), format!("--grep={text}")]);
        }
        if let Some(text) = which.changes.as_deref().filter(|t| !t.is_empty()) {
            args.push(format!("-S{text}"));
        }
        args.extend([from, "--".into(), which.path.clone().unwrap_or_else(|| ".".into())]);
        let said = self.git.run("the log", &args)?;
        let mut commits: Vec<Commit> = said.text().split('\u{1e}').filter_map(commit).collect();
        let more = commits.len() > take;
        commits.truncate(take);
        Ok((commits, more))
    }

    /// A commit and what it changes in the directory, or in one path of it.
    ///
    /// # Errors
    /// The revision is none, or git fails.
    pub fn show(&self, revision: &str, path: Option<&str>) -> Result<Change, Refusal> {
        let id = self.commit(revision)?;
        let head =
            self.git.run(revision, &strings(&["log", FORMAT, "--max-count=1", "--no-mailmap", &id]))?;
        let commit = head.text().split('\u{1e}').find_map(commit);
        let commit = commit.ok_or_else(|| unclear(revision))?;
        // Of a merge, what it brought to the line that it was made on.
        let mut args = strings(&[
            "show",
            "--format=",
            "--patch",
            "--find-renames",
            "--relative",
            "--diff-merges=first-parent",
        ]);
        args.extend(git::PLAIN.iter().map(|a| (*a).to_owned()));
        args.extend([id, "--".into(), path.unwrap_or(".").to_owned()]);
        let said = self.git.run(revision, &args)?;
        Ok(Change { commit, patch: said.text(), cut: said.cut })
    }

    /// A file as it was in a commit.
    ///
    /// # Errors
    /// The revision is none, or has no such file.
    pub fn file(&self, revision: &str, path: &str) -> Result<super::text::Text, Refusal> {
        let id = self.commit(revision)?;
        let said = self.git.run(path, &strings(&["cat-file", "blob", &format!("{id}:./{path}")]))?;
        let bytes = said.bytes.len() as u64;
        if said.cut {
            return Err(Refusal::Huge { path: path.to_owned(), bytes, most: git::MOST_BYTES });
        }
        if said.bytes.contains(&0) {
            return Err(Refusal::Binary { path: path.to_owned(), bytes });
        }
        Ok(super::text::of_bytes(path, &said.bytes))
    }

    /// Who wrote lines of a file, as of a commit.
    ///
    /// # Errors
    /// The revision is none, the file is not in it, or it has no such lines.
    pub fn blame(
        &self,
        path: &str,
        revision: Option<&str>,
        first: usize,
        last: usize,
    ) -> Result<Vec<Blamed>, Refusal> {
        let id = self.commit(revision.unwrap_or("HEAD"))?;
        let lines = format!("-L{first},{last}");
        let args = strings(&["blame", "--line-porcelain", "--no-textconv", &lines, &id, "--", path]);
        let said = self.git.run(&format!("who wrote {path}"), &args)?;
        let mut blamed = Vec::new();
        let (mut commit, mut line, mut subject) = (String::new(), 0, String::new());
        for row in said.text().lines() {
            if let Some(text) = row.strip_prefix('\t') {
                let (commit, subject) = (commit.clone(), subject.clone());
                blamed.push(Blamed { line, commit, subject, text: text.to_owned() });
            } else if let Some(words) = row.strip_prefix("summary ") {
                words.clone_into(&mut subject);
            } else if let [id, _, now, ..] = row.split(' ').collect::<Vec<_>>()[..]
                && id.len() >= 40
                && id.bytes().all(|b| b.is_ascii_hexdigit())
            {
                id.clone_into(&mut commit);
                line = now.parse().unwrap_or(0);
            }
        }
        Ok(blamed)
    }

    /// The commit that a revision names.
    ///
    /// # Errors
    /// It names none: see the help.
    pub fn commit(&self, revision: &str) -> Result<String, Refusal> {
        let fine = |c: char| c.is_ascii_alphanumeric() || "._/~^-".contains(c);
        let bad = revision.is_empty()
            || revision.starts_with('-')
            || revision.contains("..")
            || revision.len() > 200
            || !revision.chars().all(fine);
        if bad {
            return Err(unclear(revision));
        }
        let args = strings(&[
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &format!("{revision}^{{commit}}"),
        ]);
        let said = self.git.run(revision, &args).map_err(|_| unclear(revision))?;
        let id = said.text().trim().to_owned();
        let whole = id.len() >= 40 && id.bytes().all(|b| b.is_ascii_hexdigit());
        if whole { Ok(id) } else { Err(unclear(revision)) }
    }
}

fn unclear(revision: &str) -> Refusal {
    Refusal::Git {
        what: format!("{revision:?}"),
        why: "it names no commit; give a commit's hash as the log shows it, a tag, a branch, or HEAD~3"
            .into(),
    }
}

fn commit(record: &str) -> Option<Commit> {
    let mut fields = record.trim_start_matches('\n').splitn(4, '\0');
    let (id, author, date) = (fields.next()?, fields.next()?, fields.next()?);
    let message = fields.next()?.trim_end_matches('\0').trim_end();
    let text = |t: &str| t.to_owned();
    Some(Commit { id: text(id), author: text(author), date: text(date), message: text(message) })
}

fn strings(args: &[&str]) -> Vec<String> {
    args.iter().map(|a| (*a).to_owned()).collect()
}
