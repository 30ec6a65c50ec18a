//! The tools: what a model is told, and what the ledger knows after it.

use super::{explorer, refused, told, write};
use serde_json::json;
use specgen::codebase::ledger::Touch;

fn fixture() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        "src/store.rs",
        "struct Store;\nimpl Store {\n    fn add(&self) {\n        check();\n    }\n\n    fn delete(&self) {\n        check();\n    }\n}\n",
    );
    write(folder.path(), "src/net/rpc.rs", "fn call() {\n    check();\n}\n");
    write(folder.path(), "docs/notes.md", "# Notes\ncheck the lock\n");
    write(folder.path(), ".hidden", "check\n");
    write(folder.path(), "build/out.rs", "fn generated() {}\n");
    write(folder.path(), ".gitignore", "build/\n");
    folder
}

#[test]
fn lists_globs_and_greps_are_in_order_with_lines_and_hashes() {
    let folder = fixture();
    let explorer = explorer(folder.path());
    let hash = |path: &str| explorer.codebase().read(path).unwrap().short_hash().to_owned();
    let (store, rpc, notes) = (hash("src/store.rs"), hash("src/net/rpc.rs"), hash("docs/notes.md"));
    assert_eq!(told(&explorer, "list", json!({})), ".: 2 entries\ndocs/\nsrc/\n");
    assert_eq!(
        told(&explorer, "list", json!({ "path": "src/" })),
        format!("src/: 2 entries\nsrc/net/\nsrc/store.rs (10 lines, hash {store})\n")
    );
    assert!(told(&explorer, "list", json!({ "hidden": true, "ignored": true })).contains("\nbuild/\n"));
    assert_eq!(
        told(&explorer, "glob", json!({ "pattern": "*.rs" })),
        format!(
            "*.rs: 2 files\nsrc/net/rpc.rs (3 lines, hash {rpc})\nsrc/store.rs (10 lines, hash {store})\n"
        )
    );
    assert!(told(&explorer, "glob", json!({ "pattern": "src/*.rs" })).starts_with("src/*.rs: 1 files\n"));
    assert_eq!(
        told(&explorer, "grep", json!({ "pattern": "CHECK", "ignore_case": true, "glob": "**/*.{md,rs}" })),
        format!(
            "CHECK: 4 hits\n\ndocs/notes.md (hash {notes})\n     2: check the lock\n\n\
             src/net/rpc.rs (hash {rpc})\n     2:     check();\n\n\
             src/store.rs (hash {store})\n     4:         check();\n     8:         check();\n"
        )
    );
    let around = told(&explorer, "grep", json!({ "pattern": "check", "path": "src/net", "context": 1 }));
    assert!(around.contains("     1- fn call() {\n     2:     check();\n     3- }\n"), "{around}");
}

#[test]
fn pages_go_on_where_they_say() {
    let folder = tempfile::tempdir().unwrap();
    for i in 0..450 {
        write(folder.path(), &format!("f{i:03}.txt"), "word\n");
    }
    write(folder.path(), "long.txt", &"a line of text\n".repeat(1500));
    write(folder.path(), "wide.txt", &"é".repeat(30_000));
    let explorer = explorer(folder.path());
    for (tool, key) in [("glob", json!("f*.txt")), ("grep", json!("^word$"))] {
        let (mut skip, mut seen) = (0, Vec::new());
        loop {
            let text = told(&explorer, tool, json!({ "pattern": key, "skip": skip }));
            seen.extend(text.lines().skip(1).filter(|l| l.starts_with('f')).map(|l| l[..8].to_owned()));
            match text.lines().last().and_then(|l| l.strip_prefix("more: call it again with skip: ")) {
                Some(next) => skip = next.parse().unwrap(),
                None => break,
            }
        }
        let expected: Vec<String> = (0..450).map(|i| format!("f{i:03}.txt")).collect();
        assert_eq!(seen, expected, "{tool}");
    }
    let (mut first, mut lines) = (1, 0);
    loop {
        let text = told(&explorer, "read", json!({ "path": "long.txt", "first": first }));
        lines += text.lines().filter(|l| l.ends_with("  a line of text")).count();
        match text.lines().last().and_then(|l| l.strip_prefix("more: call it again with first: ")) {
            Some(next) => first = next.parse().unwrap(),
            None => break,
        }
    }
    assert_eq!(lines, 1500);
    assert_eq!(explorer.ledger().files()["long.txt"].touch(), Touch::Read);
    let wide = told(&explorer, "read", json!({ "path": "wide.txt" }));
    assert!(wide.ends_with("… (29600 letters more)\n"), "{}", wide.len());
}

#[test]
fn the_ledger_knows_what_was_shown_and_why_the_rest_was_not() {
    let folder = fixture();
    let explorer = explorer(folder.path());
    assert_eq!(explorer.ledger().open(), ["docs/notes.md", "src/net/rpc.rs", "src/store.rs"]);
    told(&explorer, "grep", json!({ "pattern": "check" }));
    told(&explorer, "outline", json!({ "path": "src/store.rs" }));
    assert_eq!(explorer.ledger().open().len(), 3, "what was found was not read");

    told(&explorer, "read", json!({ "path": "src/store.rs", "first": 1, "last": 5 }));
    let ledger = explorer.ledger();
    assert_eq!(ledger.files()["src/store.rs"].touch(), Touch::Partly);
    assert_eq!(ledger.open(), ["docs/notes.md", "src/net/rpc.rs", "src/store.rs: Store.delete"]);
    told(&explorer, "read", json!({ "path": "src/store.rs", "first": 6 }));
    assert_eq!(explorer.ledger().files()["src/store.rs"].read, [(1, 10)]);

    for (input, said) in [
        (json!({ "path": "docs", "reason": "no" }), "is no reason"),
        (json!({ "path": "docs/none.md", "reason": "it is only documentation" }), "there is no docs/none.md"),
        (
            json!({ "path": "src/net/rpc.rs", "function": "gone", "reason": "it is never called" }),
            "has no function gone",
        ),
        (json!({ "path": "docs" }), "missing field `reason`"),
    ] {
        let text = refused(&explorer, "rule_out", input);
        assert!(text.contains(said), "{text}");
    }
    told(&explorer, "rule_out", json!({ "path": "docs/", "reason": "only documentation | no code" }));
    told(&explorer, "read", json!({ "path": "src/net/rpc.rs", "first": 1, "last": 1 }));
    told(
        &explorer,
        "rule_out",
        json!({ "path": "src/net/rpc.rs", "function": "call", "reason": "transport, not state" }),
    );
    let ledger = explorer.ledger();
    assert!(ledger.open().is_empty(), "{:?}", ledger.open());
    assert_eq!(
        told(&explorer, "coverage", json!({})),
        "3 files: 1 read, 1 partly, 1 ruled out, 0 not touched\n\n\
         | file | state | lines read | functions read | why not |\n\
         | --- | --- | --- | --- | --- |\n\
         | src/net/rpc.rs | partly read | 1/3 | 0/1 | call: transport, not state |\n\
         | src/store.rs | read | 10/10 | 2/2 |  |\n\
         | docs/notes.md | ruled out | 0/2 | 0/? | only documentation \\| no code |\n\
         \n0 open: neither read nor ruled out\n"
    );
    let data = serde_json::to_value(&ledger).unwrap();
    assert_eq!(data["files"]["src/store.rs"]["functions"][1]["name"], "Store.delete");

    let mut all = explorer.ledger();
    assert!(all.files()["docs/notes.md"].functions.is_none());
    all.know_all(explorer.codebase());
    assert_eq!(all.files()["docs/notes.md"].functions, Some(Vec::new()));

    // A file that changes is not read any more.
    write(folder.path(), "src/store.rs", "fn new() {}\nfn more() {}\n");
    told(&explorer, "read", json!({ "path": "src/store.rs", "first": 1, "last": 1 }));
    assert_eq!(explorer.ledger().open(), ["src/store.rs: more"]);
}

#[test]
fn wrong_calls_are_answered_with_what_to_do() {
    let folder = fixture();
    let explorer = explorer(folder.path());
    for (tool, input, said) in [
        ("sing", json!({}), "there is no tool sing; there are list, glob"),
        ("read", json!({}), "missing field `path`"),
        (
            "read",
            json!({ "path": "src/store.rs", "line": 3 }),
            "unknown field `line`, expected one of `path`, `first`, `last`",
        ),
        ("read", json!({ "path": "src/store.rs", "first": -1 }), "invalid value"),
        ("read", json!({ "path": "src/store.rs", "first": 99 }), "has 10 lines, so there is no line 99"),
        ("read", json!({ "path": "src/store.rs", "first": 9, "last": 2 }), "is before the first"),
        ("read", json!("path: x"), "not valid JSON"),
        ("grep", json!({ "pattern": "(" }), "is no pattern: error: unclosed group"),
        ("grep", json!({ "pattern": "" }), "it is empty"),
        ("grep", json!({ "pattern": "(a{1000}){1000}" }), "is no pattern"),
        ("glob", json!({ "pattern": "a[" }), "is no pattern"),
        ("git_log", json!({}), "there is no history to look at"),
    ] {
        let text = refused(&explorer, tool, input);
        assert!(text.contains(said), "{tool}: {text}");
    }
}

#[test]
fn definitions_have_schemas_that_say_what_the_tools_take() {
    let folder = fixture();
    let explorer = explorer(folder.path());
    let definitions = explorer.definitions();
    let names: Vec<&str> = definitions.iter().map(|d| d.name.as_str()).collect();
    assert_eq!(
        names,
        ["list", "glob", "grep", "read", "outline", "rule_out", "coverage"],
        "no history, no tools for it"
    );
    for definition in &definitions {
        assert_eq!(definition.input_schema["type"], "object");
        let validator = jsonschema::validator_for(&definition.input_schema).unwrap();
        assert!(!validator.is_valid(&json!({ "surprise": 1 })), "{}", definition.name);
        assert!(explorer.has(&definition.name));
    }
    let read = &definitions[3].input_schema;
    assert_eq!(read["properties"]["path"]["description"], "The file.");
    assert_eq!(read["required"], json!(["path"]));
}
