//! A codebase as a model sees it: what is shown, what is not, and that nothing leads outside.

#[path = "codebase/citations.rs"]
mod citations;
#[path = "codebase/confined.rs"]
mod confined;
#[path = "codebase/history.rs"]
mod history;
#[path = "codebase/outlines.rs"]
mod outlines;
#[path = "codebase/tools.rs"]
mod tools;

use serde_json::Value;
use specgen::codebase::Codebase;
use specgen::codebase::tools::Explorer;
use specgen::model::conversation::ToolCall;
use std::path::Path;
use std::process::Command;

fn write(root: &Path, path: &str, text: &str) {
    let place = root.join(path);
    std::fs::create_dir_all(place.parent().unwrap()).unwrap();
    std::fs::write(place, text).unwrap();
}

/// Git as its user runs it, to make repositories.
fn git(folder: &Path, args: &[&str]) -> String {
    let out = Command::new("git")
        .args([
            "-c",
            "init.defaultBranch=main",
            "-c",
            "commit.gpgSign=false",
            "-c",
            "protocol.file.allow=always",
        ])
        .args(args)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_AUTHOR_NAME", "Ada")
        .env("GIT_AUTHOR_EMAIL", "ada@example.com")
        .env("GIT_COMMITTER_NAME", "Ada")
        .env("GIT_COMMITTER_EMAIL", "ada@example.com")
        .env("GIT_AUTHOR_DATE", "2024-05-31T12:00:00+0200")
        .env("GIT_COMMITTER_DATE", "2024-05-31T12:00:00+0200")
        .output()
        .expect("git");
    assert!(out.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout).trim().to_owned()
}

/// Calls a tool; the text that the model gets, and whether it is an error.
fn call(explorer: &Explorer, name: &str, input: Value) -> (String, bool) {
    let call = ToolCall { id: "1".into(), name: name.into(), input };
    let (result, _) = explorer.call(&call);
    assert!(
        result.content.len() <= specgen::codebase::tools::MOST_TEXT,
        "{name}: {} bytes",
        result.content.len()
    );
    (result.content, result.is_error)
}

fn told(explorer: &Explorer, name: &str, input: Value) -> String {
    let (text, is_error) = call(explorer, name, input);
    assert!(!is_error, "{text}");
    text
}

fn refused(explorer: &Explorer, name: &str, input: Value) -> String {
    let (text, is_error) = call(explorer, name, input);
    assert!(is_error, "{text}");
    text
}

fn explorer(root: &Path) -> Explorer {
    Explorer::new(Codebase::open(root).unwrap())
}
