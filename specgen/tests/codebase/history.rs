//! History: what git says, that it only reads, and that a repository cannot make it do anything.

use super::{explorer, git, refused, told, write};
use serde_json::json;
use specgen::codebase::{Codebase, Refusal};
use std::path::Path;

/// A repository with a component in it; the commits' names, the first one first.
fn repository(folder: &Path) -> Vec<String> {
    git(folder, &["init", "-q"]);
    let mut ids = Vec::new();
    let mut commit = |message: &str| {
        git(folder, &["add", "-A"]);
        git(folder, &["commit", "-qm", message]);
        ids.push(git(folder, &["rev-parse", "HEAD"]));
    };
    write(folder, "component/store.rs", "fn add() {}\nfn delete() {}\n");
    write(folder, "elsewhere/secret.rs", "let password = 1;\n");
    commit("Rows and chunks");
    write(folder, "component/lock.rs", "fn lock_rows() {}\n");
    write(folder, "component/store.rs", "fn add() {}\nfn delete() {\n    lock_rows();\n}\n");
    commit("Take the lock before rows are deleted\n\nTwo writers met on different rows: é漢.");
    write(folder, "elsewhere/secret.rs", "let password = 2;\n");
    commit("Elsewhere");
    git(folder, &["mv", "component/lock.rs", "component/guard.rs"]);
    commit("Rename");
    std::fs::remove_file(folder.join("component/guard.rs")).unwrap();
    commit("Remove the guard");
    ids
}

#[test]
fn commits_are_found_shown_and_blamed() {
    let folder = tempfile::tempdir().unwrap();
    let ids = repository(folder.path());
    let explorer = explorer(&folder.path().join("component"));
    assert_eq!(explorer.definitions().len(), 11);
    let log = told(&explorer, "git_log", json!({}));
    assert!(log.starts_with("4 commits\n"), "{log}");
    assert!(!log.contains("Elsewhere"), "{log}");
    let second = format!(
        "commit {}\n2024-05-31T12:00:00+02:00 Ada\n    Take the lock before rows are deleted\n    \n    Two writers met on different rows: é漢.\n",
        ids[1]
    );
    assert!(log.contains(&second), "{log}");
    let page = told(&explorer, "git_log", json!({ "count": 1, "skip": 1 }));
    assert!(page.contains("Rename") && page.ends_with("more: call it again with skip: 2\n"), "{page}");
    let found = told(&explorer, "git_log", json!({ "message": "TWO WRITERS" }));
    assert!(found.starts_with("1 commits") && found.contains(&ids[1]), "{found}");
    let found = told(&explorer, "git_log", json!({ "path": "guard.rs" }));
    assert!(found.starts_with("2 commits"), "a file that is gone has a history: {found}");
    let found = told(&explorer, "git_log", json!({ "from": "HEAD~3" }));
    assert!(found.starts_with("2 commits"), "{found}");

    let found = told(&explorer, "git_search", json!({ "text": "lock_rows();" }));
    assert!(found.starts_with("1 commits") && found.contains(&ids[1]), "{found}");
    let found = told(&explorer, "git_search", json!({ "text": "--output=/tmp/x" }));
    assert!(found.starts_with("0 commits"), "{found}");
    let found = told(&explorer, "git_search", json!({ "text": "password" }));
    assert!(found.starts_with("0 commits"), "only of the directory: {found}");

    let shown = told(&explorer, "git_show", json!({ "commit": ids[1] }));
    assert!(shown.contains("+    lock_rows();") && shown.contains("different rows"), "{shown}");
    assert!(shown.contains("+++ b/store.rs"), "paths are as the other tools have them: {shown}");
    let first = told(&explorer, "git_show", json!({ "commit": ids[0] }));
    assert!(first.contains("+fn add() {}") && !first.contains("password"), "the directory alone: {first}");
    let other = told(&explorer, "git_show", json!({ "commit": ids[2] }));
    assert!(other.contains("It changes nothing in this directory."), "{other}");
    let old = told(&explorer, "git_show", json!({ "commit": ids[1], "path": "lock.rs", "whole_file": true }));
    assert!(old.starts_with("lock.rs as of commit") && old.contains("     1  fn lock_rows() {}"), "{old}");

    let blamed = told(&explorer, "git_blame", json!({ "path": "store.rs", "first": 1, "last": 3 }));
    let lines: Vec<&str> = blamed.lines().skip(1).collect();
    assert_eq!(lines.len(), 3, "{blamed}");
    assert!(lines[0].contains(&ids[0][..12]) && lines[2].contains(&ids[1][..12]), "{blamed}");
    assert!(lines[2].ends_with("lock_rows();"), "{blamed}");
}

#[test]
fn what_names_no_commit_is_refused_and_is_no_option() {
    let folder = tempfile::tempdir().unwrap();
    repository(folder.path());
    let explorer = explorer(&folder.path().join("component"));
    let out = folder.path().join("written");
    let option = format!("--output={}", out.display());
    for commit in [
        option.as_str(),
        "-p",
        "HEAD..HEAD~1",
        "HEAD:elsewhere/secret.rs",
        "nowhere",
        "",
        "HEAD~99",
        "@{-1}",
        "HEAD^{tree}",
    ] {
        let text = refused(&explorer, "git_show", json!({ "commit": commit }));
        assert!(text.contains("names no commit"), "{commit}: {text}");
        let text = refused(&explorer, "git_log", json!({ "from": commit }));
        assert!(text.contains("names no commit"), "{commit}: {text}");
    }
    for (tool, input) in [
        ("git_show", json!({ "commit": "HEAD", "path": "../elsewhere/secret.rs", "whole_file": true })),
        ("git_show", json!({ "commit": "HEAD", "path": ":(top)elsewhere/secret.rs", "whole_file": true })),
        ("git_show", json!({ "commit": "HEAD", "path": "nothing.rs", "whole_file": true })),
        ("git_blame", json!({ "path": "../elsewhere/secret.rs", "first": 1, "last": 1 })),
        ("git_blame", json!({ "path": "store.rs", "first": 50, "last": 60 })),
        ("git_blame", json!({ "path": "store.rs", "first": 3, "last": 2 })),
    ] {
        let text = refused(&explorer, tool, input);
        assert!(!text.contains("password"), "{text}");
    }
    for path in [":(top)elsewhere", ":/elsewhere", "*", ":!component"] {
        let text = told(&explorer, "git_log", json!({ "path": path }));
        assert!(text.starts_with("0 commits"), "a path is a path: {path}: {text}");
    }
    assert!(!out.exists());
}

#[test]
fn nothing_that_a_repository_configures_is_executed() {
    let folder = tempfile::tempdir().unwrap();
    let ids = repository(folder.path());
    let root = folder.path();
    let proof = root.join("executed");
    let program = root.join("program.sh");
    std::fs::write(&program, format!("#!/bin/sh\necho \"$0 $@\" >> '{}'\ncat\n", proof.display())).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let program = program.display().to_string();
    for name in [
        "core.fsmonitor",
        "core.pager",
        "core.editor",
        "core.sshCommand",
        "core.askPass",
        "core.gitProxy",
        "pager.log",
        "pager.show",
        "pager.blame",
        "diff.external",
        "diff.evil.command",
        "diff.evil.textconv",
        "filter.evil.clean",
        "filter.evil.smudge",
        "filter.evil.process",
        "gpg.program",
        "gpg.ssh.program",
        "credential.helper",
        "sequence.editor",
        "core.alternateRefsCommand",
        "uploadpack.packObjectsHook",
        "interactive.diffFilter",
    ] {
        git(root, &["config", name, &program]);
    }
    for (name, value) in [
        ("alias.log", format!("!{program}")),
        ("log.showSignature", "true".into()),
        ("diff.evil.cachetextconv", "false".into()),
        ("filter.evil.required", "true".into()),
        ("log.follow", "true".into()),
        ("remote.origin.url", format!("ext::{program}")),
        ("remote.origin.promisor", "true".into()),
        ("extensions.partialClone", "origin".into()),
    ] {
        git(root, &["config", name, &value]);
    }
    std::fs::create_dir_all(root.join(".git/info")).unwrap();
    std::fs::write(root.join(".git/info/attributes"), "* diff=evil filter=evil\n").unwrap();
    for hook in ["post-checkout", "post-index-change", "reference-transaction", "fsmonitor-watchman"] {
        let place = root.join(".git/hooks").join(hook);
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::copy(root.join("program.sh"), place).unwrap();
    }
    // A file that has changed on disk would go through the filters.
    write(root, "component/store.rs", "fn changed() {}\n");
    let _ = std::fs::remove_file(&proof);

    let explorer = explorer(&root.join("component"));
    told(&explorer, "git_log", json!({}));
    told(&explorer, "git_log", json!({ "path": "store.rs", "message": "lock" }));
    told(&explorer, "git_search", json!({ "text": "lock_rows" }));
    told(&explorer, "git_show", json!({ "commit": ids[1] }));
    told(&explorer, "git_show", json!({ "commit": ids[1], "path": "store.rs", "whole_file": true }));
    told(&explorer, "git_blame", json!({ "path": "store.rs", "first": 1, "last": 3 }));
    // An object that is not there is not fetched.
    let id = git(root, &["rev-parse", &format!("{}:component/lock.rs", ids[1])]);
    let _ = std::fs::remove_file(&proof);
    std::fs::remove_file(root.join(".git/objects").join(&id[..2]).join(&id[2..])).unwrap();
    refused(&explorer, "git_show", json!({ "commit": ids[1], "path": "lock.rs", "whole_file": true }));
    let executed = std::fs::read_to_string(&proof).unwrap_or_default();
    assert!(executed.is_empty(), "{executed}");

    // The trap is one: git by itself falls into it.
    let _ = std::process::Command::new("git").args(["diff"]).current_dir(root).output().unwrap();
    assert!(proof.exists(), "this repository would not have executed anything anyway");
}

#[test]
fn a_repository_that_is_not_its_own_is_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("other");
    std::fs::create_dir(&other).unwrap();
    repository(&other);
    let codebase = folder.path().join("codebase");
    write(&codebase, "a.rs", "fn a() {}\n");
    std::fs::write(codebase.join(".git"), format!("gitdir: {}\n", other.join(".git").display())).unwrap();
    let opened = Codebase::open(&codebase).unwrap();
    let refusal = opened.history().unwrap_err();
    assert!(refusal.to_string().contains("does not belong to it"), "{refusal}");
    #[cfg(unix)]
    {
        std::fs::remove_file(codebase.join(".git")).unwrap();
        std::os::unix::fs::symlink(other.join(".git"), codebase.join(".git")).unwrap();
        assert!(Codebase::open(&codebase).unwrap().history().is_err());
    }

    // Nor by any other way to lead there.
    let fresh = |change: &dyn Fn(&Path)| {
        let _ = std::fs::remove_file(codebase.join(".git"));
        let _ = std::fs::remove_dir_all(codebase.join(".git"));
        git(&codebase, &["init", "-q"]);
        git(&codebase, &["add", "-A"]);
        git(&codebase, &["commit", "-qm", "own"]);
        assert!(Codebase::open(&codebase).unwrap().history().is_ok());
        change(&codebase.join(".git"));
        Codebase::open(&codebase).unwrap().history().is_ok()
    };
    let shared = other.join(".git");
    let commondir = |own: &Path| std::fs::write(own.join("commondir"), shared.display().to_string()).unwrap();
    assert!(!fresh(&commondir));
    #[cfg(unix)]
    for part in ["objects", "refs", "refs/heads", "objects/pack", "HEAD"] {
        let link = |own: &Path| {
            let _ = std::fs::remove_file(own.join(part));
            let _ = std::fs::remove_dir_all(own.join(part));
            std::os::unix::fs::symlink(shared.join(part), own.join(part)).unwrap();
        };
        assert!(!fresh(&link), "{part}");
    }
    // A tree that says itself whose it is.
    std::fs::remove_dir_all(codebase.join(".git")).unwrap();
    write(&codebase, "fake/worktrees/x/HEAD", "ref: refs/heads/main\n");
    write(&codebase, "fake/worktrees/x/commondir", &shared.display().to_string());
    write(&codebase, "fake/worktrees/x/gitdir", &codebase.join(".git").display().to_string());
    write(&codebase, ".git", "gitdir: fake/worktrees/x\n");
    assert!(Codebase::open(&codebase).unwrap().history().is_err());
    // A codebase that is a bare repository itself.
    git(folder.path(), &["clone", "-q", "--bare", "other", "bare"]);
    assert!(Codebase::open(&folder.path().join("bare")).unwrap().history().is_err());

    // A submodule is its own; another one's is not.
    let around = folder.path().join("around");
    std::fs::create_dir(&around).unwrap();
    git(&around, &["init", "-q"]);
    git(&around, &["submodule", "--quiet", "add", "../other", "part"]);
    git(&around, &["submodule", "--quiet", "add", "../other", "second"]);
    let part = around.join("part/component");
    assert_eq!(
        Codebase::open(&part).unwrap().history().unwrap().log(&Default::default(), 0, 10).unwrap().0.len(),
        4
    );
    std::fs::write(around.join("part/.git"), "gitdir: ../.git/modules/second\n").unwrap();
    assert!(Codebase::open(&part).unwrap().history().is_err());

    // A work tree of a repository is its own.
    git(&other, &["worktree", "add", "-q", "../tree"]);
    let tree = Codebase::open(&folder.path().join("tree").join("component")).unwrap();
    assert_eq!(tree.history().unwrap().log(&Default::default(), 0, 10).unwrap().0.len(), 4);
    assert!(matches!(tree.without_history().history(), Err(Refusal::NoHistory { .. })));
}

#[test]
fn a_long_patch_is_shown_in_pages() {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "-q"]);
    let lines: String = (0..5000).map(|i| format!("line number {i} of a long file\n")).collect();
    write(folder.path(), "long.txt", &lines);
    git(folder.path(), &["add", "-A"]);
    git(folder.path(), &["commit", "-qm", "long"]);
    let explorer = explorer(folder.path());
    for whole in [false, true] {
        let (mut skip, mut seen) = (0, 0);
        loop {
            let path = json!({ "commit": "HEAD", "path": "long.txt", "whole_file": whole, "skip": skip });
            let text = told(&explorer, "git_show", path);
            seen += text.lines().filter(|l| l.contains("line number")).count();
            let last = text.lines().last().unwrap();
            match last.split_once("call it again with skip: ") {
                Some((_, next)) => skip = next.parse().unwrap(),
                None => break,
            }
        }
        assert_eq!(seen, 5000);
    }
}
