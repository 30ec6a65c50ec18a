//! What the tools take, as a model gives it. The comments on fields are what the model reads about them.

use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct List {
    /// The directory; the codebase's own if it is not given.
    pub path: Option<String>,
    /// Also files whose name begins with a dot.
    #[serde(default)]
    pub hidden: bool,
    /// Also files that .gitignore names.
    #[serde(default)]
    pub ignored: bool,
    /// How many entries to skip.
    #[serde(default)]
    pub skip: usize,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Glob {
    /// The glob.
    pub pattern: String,
    /// Also files whose name begins with a dot.
    #[serde(default)]
    pub hidden: bool,
    /// Also files that .gitignore names.
    #[serde(default)]
    pub ignored: bool,
    /// How many files to skip.
    #[serde(default)]
    pub skip: usize,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Grep {
    /// The regular expression.
    pub pattern: String,
    /// Only in files that this glob matches.
    pub glob: Option<String>,
    /// Only in this directory or file.
    pub path: Option<String>,
    /// Upper and lower case are the same.
    #[serde(default)]
    pub ignore_case: bool,
    /// How many lines to show around each hit, at most 10.
    #[serde(default)]
    pub context: usize,
    /// Also in files whose name begins with a dot.
    #[serde(default)]
    pub hidden: bool,
    /// Also in files that .gitignore names.
    #[serde(default)]
    pub ignored: bool,
    /// How many hits to skip.
    #[serde(default)]
    pub skip: usize,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Read {
    /// The file.
    pub path: String,
    /// The first line, from 1.
    pub first: Option<usize>,
    /// The last line; as many as are shown at once if it is not given.
    pub last: Option<usize>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Outline {
    /// The file.
    pub path: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleOut {
    /// A file, a directory, or a glob.
    pub path: String,
    /// One function of that file.
    pub function: Option<String>,
    /// Why it does not matter to the feature.
    pub reason: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Coverage {
    /// How many files to show, those that are open first.
    #[serde(default = "rows")]
    pub rows: usize,
}

fn rows() -> usize {
    100
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Log {
    /// Only commits that touch this file or directory.
    pub path: Option<String>,
    /// Only commits whose message holds this text, in any case.
    pub message: Option<String>,
    /// From this commit backwards.
    pub from: Option<String>,
    /// How many commits, at most 100.
    pub count: Option<usize>,
    /// How many commits to skip.
    #[serde(default)]
    pub skip: usize,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Show {
    /// The commit: its hash, a tag, a branch, or as HEAD~3.
    pub commit: String,
    /// Only this file or directory.
    pub path: Option<String>,
    /// The file as it was in that commit, instead of its changes.
    #[serde(default)]
    pub whole_file: bool,
    /// How many lines to skip.
    #[serde(default)]
    pub skip: usize,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Blame {
    /// The file.
    pub path: String,
    /// The first line, from 1.
    pub first: usize,
    /// The last line.
    pub last: usize,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Search {
    /// The text, exactly.
    pub text: String,
    /// Only in this file or directory.
    pub path: Option<String>,
    /// How many commits, at most 100.
    pub count: Option<usize>,
    /// How many commits to skip.
    #[serde(default)]
    pub skip: usize,
}
