//! No path leads outside, and what is no text is said, not shown.

use super::{call, explorer, git, refused, told, write};
use serde_json::json;
use specgen::codebase::{Codebase, Refusal};

/// The secret that lies outside.
const SECRET: &str = "the-secret-outside";

#[cfg(unix)]
#[test]
fn no_path_leads_outside_by_any_tool() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("component");
    write(folder.path(), "outside.rs", &format!("fn f() {{ /* {SECRET} */ }}\n"));
    write(folder.path(), "other/in.rs", &format!("// {SECRET}\n"));
    write(&root, "src/in.rs", "fn inside() {}\n");
    symlink("../outside.rs", root.join("link.rs")).unwrap();
    symlink("../other", root.join("folder")).unwrap();
    symlink("/etc", root.join("etc")).unwrap();
    symlink("loop", root.join("loop")).unwrap();
    symlink("src/in.rs", root.join("fine.rs")).unwrap();
    git(folder.path(), &["init", "-q"]);
    git(folder.path(), &["add", "-A"]);
    git(folder.path(), &["commit", "-qm", "all"]);
    let explorer = explorer(&root);

    let outside = folder.path().join("outside.rs").display().to_string();
    for path in [
        "../outside.rs",
        "src/../../outside.rs",
        &outside,
        "/etc/passwd",
        "link.rs",
        "folder/in.rs",
        "etc/passwd",
        "..",
        "/",
    ] {
        for (tool, input) in [
            ("read", json!({ "path": path })),
            ("outline", json!({ "path": path })),
            ("list", json!({ "path": path })),
            ("grep", json!({ "path": path, "pattern": "." })),
        ] {
            let text = refused(&explorer, tool, input);
            assert!(text.contains("outside"), "{tool} {path}: {text}");
            assert!(!text.contains(SECRET), "{tool} {path}: {text}");
        }
        for (tool, input) in [
            ("git_blame", json!({ "path": path, "first": 1, "last": 1 })),
            ("git_log", json!({ "path": path })),
            ("git_show", json!({ "commit": "HEAD", "path": path, "whole_file": true })),
            ("git_search", json!({ "path": path, "text": SECRET })),
        ] {
            // In the history, a link is a text that names a path, and nothing is behind it.
            let (text, is_error) = call(&explorer, tool, input);
            assert!(!text.contains(SECRET), "{tool} {path}: {text}");
            if path.starts_with('/') || path.contains("..") {
                assert!(is_error, "{tool} {path}: {text}");
            }
        }
    }
    let text = refused(&explorer, "read", json!({ "path": "link.rs" }));
    assert!(text.contains("leads through a link"), "{text}");
    for text in [
        told(&explorer, "grep", json!({ "pattern": SECRET })),
        told(&explorer, "glob", json!({ "pattern": "**/*" })),
        told(&explorer, "list", json!({})),
        told(&explorer, "git_show", json!({ "commit": "HEAD" })),
        told(&explorer, "git_search", json!({ "text": SECRET })),
        told(&explorer, "coverage", json!({})),
    ] {
        let first = text.lines().next().unwrap();
        assert!(!text[first.len()..].contains(SECRET) && !text.contains("\noutside.rs"), "{text}");
    }
    assert_eq!(
        told(&explorer, "grep", json!({ "pattern": SECRET })).lines().next(),
        Some("the-secret-outside: 0 hits")
    );
    // A link that stays inside is the file that it leads to.
    assert!(told(&explorer, "read", json!({ "path": "fine.rs" })).starts_with("src/in.rs:1-1 of 1 lines"));
    assert!(refused(&explorer, "read", json!({ "path": "loop" })).contains("cannot be read"));
}

#[test]
fn the_repository_itself_is_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.rs", "fn a() {}\n");
    git(folder.path(), &["init", "-q"]);
    let explorer = explorer(folder.path());
    for path in [".git/config", ".git", ".GIT/config", "x/../.git/HEAD"] {
        let text = refused(&explorer, "read", json!({ "path": path }));
        assert!(text.contains("belongs to the repository itself"), "{text}");
    }
    let all = told(&explorer, "glob", json!({ "pattern": "**/*", "hidden": true, "ignored": true }));
    assert_eq!(all.lines().count(), 2, "{all}");
}

#[test]
fn what_is_binary_huge_or_no_file_is_said() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.bin", "ab\0cd");
    write(folder.path(), "big.txt", &"x".repeat(3 << 20));
    write(folder.path(), "latin.txt", "x");
    std::fs::write(folder.path().join("latin.txt"), b"caf\xe9\n").unwrap();
    write(folder.path(), "deep/down/here.rs", "fn x() {}\n");
    let codebase = Codebase::open(folder.path()).unwrap();
    assert_eq!(codebase.read("a.bin").unwrap_err(), Refusal::Binary { path: "a.bin".into(), bytes: 5 });
    assert_eq!(
        codebase.read("big.txt").unwrap_err(),
        Refusal::Huge { path: "big.txt".into(), bytes: 3 << 20, most: 2 << 20 }
    );
    assert_eq!(codebase.read("latin.txt").unwrap().line(1), Some("caf\u{fffd}"));
    assert_eq!(codebase.read("deep").unwrap_err(), Refusal::NoFile { path: "deep".into() });
    assert!(codebase.read("here.rs").unwrap_err().to_string().contains("did you mean deep/down/here.rs?"));
    assert!(codebase.read("nowhere.rs").unwrap_err().to_string().contains("list and glob show"));
    assert!(codebase.read("a\0b").unwrap_err().to_string().contains("NUL"));
    let explorer = explorer(folder.path());
    let listed = told(&explorer, "list", json!({}));
    assert!(listed.contains("a.bin (5 bytes, not shown: binary or huge)"), "{listed}");
    assert!(Codebase::open(&folder.path().join("none")).is_err());
    assert!(matches!(Codebase::open(&folder.path().join("a.bin")).unwrap_err(), Refusal::NoDirectory { .. }));
}

#[cfg(unix)]
#[test]
fn a_pipe_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let made = std::process::Command::new("mkfifo").arg(folder.path().join("pipe")).status().unwrap();
    assert!(made.success());
    write(folder.path(), "a.rs", "fn a() {}\n");
    let explorer = explorer(folder.path());
    assert!(refused(&explorer, "read", json!({ "path": "pipe" })).contains("is no file"));
    assert!(told(&explorer, "grep", json!({ "pattern": "fn" })).contains("1 hits"));
}
