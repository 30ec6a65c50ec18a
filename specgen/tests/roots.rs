//! Files are read under the roots, and nowhere else.

use specgen::workbench::check::{CheckInput, Verdict};
use specgen::workbench::failure::{Failure, Kind};
use specgen::workbench::source::SpecInput;
use specgen::workbench::syntax::ParseInput;
use specgen::workbench::trace::{TraceGetInput, TraceInput};
use specgen::workbench::translate::TranslateInput;
use specgen::workbench::{Watch, Workbench};
use std::fs;
use std::path::Path;

const CLOCK: &str =
    "---- MODULE Clock ----\nEXTENDS Hours\nVARIABLE h\nInit == h = 1\nNext == h' = (h % Most) + 1\n====\n";
const HOURS: &str = "---- MODULE Hours ----\nEXTENDS Naturals\nMost == 12\n====\n";

fn write(folder: &Path, name: &str, text: &str) {
    fs::create_dir_all(folder).expect("made");
    fs::write(folder.join(name), text).expect("written");
}

fn parse(bench: &Workbench, path: &str) -> Result<bool, Failure> {
    let input = ParseInput { spec: SpecInput::of_path(path), ..ParseInput::default() };
    bench.parse(&input).map(|output| output.ok)
}

#[test]
fn files_are_found_with_what_lies_beside_them() {
    let top = tempfile::tempdir().expect("made");
    let root = top.path().join("root");
    write(&root.join("specs"), "Clock.tla", CLOCK);
    write(&root.join("specs"), "Hours.tla", HOURS);
    write(&root.join("specs"), "Clock.cfg", "INIT Init NEXT Next INVARIANT h < 7\nINVARIANT Late");
    write(&root.join("specs"), "Other.cfg", "INIT Init NEXT Next");
    let bench = Workbench::with_roots([&root]).expect("is a folder");
    assert!(parse(&bench, "specs/Clock.tla").expect("is read"));
    let absolute = root.join("specs/Clock.tla");
    assert!(parse(&bench, absolute.to_str().expect("is text")).expect("is read"));
    let mut input = CheckInput { spec: SpecInput::of_path("specs/Clock.tla"), ..CheckInput::default() };
    // The configuration beside the spec is taken: it is wrong.
    let failure = bench.check(&input, &Watch::silent()).expect_err("is wrong");
    assert!(failure.text().contains("Clock.cfg"), "{}", failure.text());
    input.model.config_path = Some("specs/Other.cfg".into());
    let output = bench.check(&input, &Watch::silent()).expect("is checked");
    assert_eq!((output.outcome, output.distinct_states), (Verdict::Success, 12));
    // What is named in the text is told with the file.
    write(&root.join("specs"), "Hours.tla", "---- MODULE Hours ----\nMost == 12 +\n====\n");
    let failure = bench.check(&input, &Watch::silent()).expect_err("is wrong");
    assert!(failure.text().contains("Hours.tla:"), "{}", failure.text());
}

#[test]
fn nothing_outside_the_roots_is_read() {
    let top = tempfile::tempdir().expect("made");
    let (root, outside) = (top.path().join("root"), top.path().join("outside"));
    write(&root, "Clock.tla", CLOCK);
    write(&outside, "Hours.tla", HOURS);
    write(&outside, "Secret.tla", "---- MODULE Secret ----\n====\n");
    write(&outside, "secret.json", "{\"trace\":[{\"action\":\"Init\",\"state\":{\"x\":1}}]}");
    let bench = Workbench::with_roots([&root]).expect("is a folder");
    let secret = outside.join("Secret.tla");
    for path in [
        "../outside/Secret.tla",
        "sub/../../outside/Secret.tla",
        secret.to_str().expect("is text"),
        "/etc/passwd",
        "/nowhere/at/all.tla",
        "../outside/Missing.tla",
    ] {
        let failure = parse(&bench, path).expect_err(path);
        assert_eq!(failure.kind, Kind::Refused, "{path}: {}", failure.text());
        assert!(failure.message.contains(path) && !failure.text().contains("MODULE"), "{}", failure.text());
    }
    assert_eq!(parse(&bench, "Missing.tla").expect_err("is missing").kind, Kind::NotFound);
    assert_eq!(parse(&bench, ".").expect_err("is a folder").kind, Kind::Argument);
    let get = TraceGetInput {
        of: TraceInput { trace_path: Some("../outside/secret.json".into()), ..TraceInput::default() },
        ..TraceGetInput::default()
    };
    assert_eq!(bench.trace_get(&get).expect_err("is outside").kind, Kind::Refused);
    let input = CheckInput { spec: SpecInput::of_path("Clock.tla"), ..CheckInput::default() };
    assert_eq!(bench.check(&input, &Watch::silent()).expect_err("has no Hours").kind, Kind::Rejected);
    // A text sees no files at all, not even those under the roots.
    write(&root, "Hours.tla", HOURS);
    let text = ParseInput { spec: SpecInput::of_text(CLOCK), ..ParseInput::default() };
    assert!(!bench.parse(&text).expect("is parsed").ok);
    assert_eq!(parse(&Workbench::in_memory(), "Clock.tla").expect_err("reads nothing").kind, Kind::Refused);
    assert!(Workbench::with_roots([outside.join("Secret.tla")]).is_err());
    assert!(Workbench::with_roots([top.path().join("missing")]).is_err());
}

#[cfg(unix)]
#[test]
fn links_do_not_lead_outside() {
    use std::os::unix::fs::symlink;
    let top = tempfile::tempdir().expect("made");
    let (root, outside) = (top.path().join("root"), top.path().join("outside"));
    write(&root, "Clock.tla", CLOCK);
    write(&outside, "Hours.tla", HOURS);
    write(&outside, "Clock.cfg", "INIT Init NEXT Next");
    symlink(outside.join("Hours.tla"), root.join("Hours.tla")).expect("linked");
    symlink(&outside, root.join("folder")).expect("linked");
    let bench = Workbench::with_roots([&root]).expect("is a folder");
    for path in ["Hours.tla", "folder/Hours.tla"] {
        assert_eq!(parse(&bench, path).expect_err(path).kind, Kind::Refused, "{path}");
    }
    // Nor do those of a module that is extended, or of the configuration beside the spec.
    let input = ParseInput { spec: SpecInput::of_path("Clock.tla"), ..ParseInput::default() };
    let output = bench.parse(&input).expect("is parsed");
    assert!(!output.ok && output.diagnostics[0].message.contains("lies outside"), "{:?}", output.diagnostics);
    fs::remove_file(root.join("Hours.tla")).expect("removed");
    write(&root, "Hours.tla", HOURS);
    symlink(outside.join("Clock.cfg"), root.join("Clock.cfg")).expect("linked");
    let input = CheckInput { spec: SpecInput::of_path("Clock.tla"), ..CheckInput::default() };
    assert_eq!(bench.check(&input, &Watch::silent()).expect_err("is outside").kind, Kind::Refused);
}

#[test]
fn a_translation_is_written_only_where_that_is_asked_for() {
    let top = tempfile::tempdir().expect("made");
    let text = "---- MODULE P ----\n(* --algorithm P { variable x = 0; { x := 1 } } *)\n====\n";
    write(top.path(), "P.tla", text);
    let bench = Workbench::with_roots([top.path()]).expect("is a folder");
    let input =
        |write| TranslateInput { spec: SpecInput::of_path("P.tla"), write, ..TranslateInput::default() };
    let read = || fs::read_to_string(top.path().join("P.tla")).expect("is there");
    let shown = bench.translate(&input(false)).expect("is translated");
    assert!(!shown.written && read() == text);
    let written = bench.translate(&input(true)).expect("is translated");
    assert!(written.written && read() == shown.text && shown.text != text);
    assert!(!bench.translate(&input(true)).expect("is translated").written);
}
