//! The binary from outside: arguments, files, exit statuses, what goes where.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

struct Said {
    status: i32,
    out: String,
    err: String,
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/cli")
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tlacheck"));
    command.args(arguments).current_dir(fixtures()).env_remove("NO_COLOR").stdin(Stdio::null());
    command
}

fn tlacheck(arguments: &[&str]) -> Said {
    let output = command(arguments).output().unwrap();
    Said {
        status: output.status.code().expect("ended by itself"),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The last line of the output, as JSON.
fn report(said: &Said) -> serde_json::Value {
    let line = said.out.trim_end().lines().last().expect("a line");
    serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))
}

#[test]
fn help_version_and_completions() {
    for (arguments, wanted) in [
        (&["--help"][..], "Exit status:"),
        (&["-h"], "Usage:"),
        (&["-help"], "Exit status:"),
        (&["--version"], env!("CARGO_PKG_VERSION")),
        (&["completions", "bash"], "tlacheck"),
        (&["completions", "zsh"], "tlacheck"),
        (&["completions", "fish"], "tlacheck"),
    ] {
        let said = tlacheck(arguments);
        assert_eq!(said.status, 0, "{arguments:?}: {}", said.err);
        assert!(said.out.contains(wanted), "{arguments:?}: {}", said.out);
    }
}

#[test]
fn wrong_usage_is_status_1() {
    for (arguments, wanted) in [
        (&["--wrokers", "3", "Counter"][..], "--workers"),
        (&["Counter", "--workers", "0"], "from 1 to 1024"),
        (&["Counter", "--seconds", "0"], "greater than 0"),
        (&["completions", "tcsh"], "tcsh"),
        (&["explain", "E9999"], "E9999"),
    ] {
        let said = tlacheck(arguments);
        assert_eq!(said.status, 1, "{arguments:?}: {}", said.err);
        assert!(said.err.contains(wanted), "{arguments:?}: {}", said.err);
        assert_eq!(said.out, "", "{arguments:?}");
    }
}

#[test]
fn every_code_is_explained() {
    let said = tlacheck(&["explain"]);
    assert_eq!(said.status, 0);
    let codes: Vec<&str> = said.out.lines().filter_map(|l| l.split_whitespace().next()).collect();
    assert!(codes.len() > 20, "{codes:?}");
    for code in &codes {
        let row = tla_parser::code::explain(&code.to_lowercase()).unwrap();
        assert!(row.text.len() > 20, "{code} has no explanation");
    }
    let said = tlacheck(&["explain", "e0404"]);
    assert!(said.out.starts_with("E0404: ") && said.out.contains("INIT"), "{}", said.out);
}

#[test]
fn options_of_tlc_that_are_not_built_are_refused_by_name() {
    for option in ["-debugger", "-view"] {
        let said = tlacheck(&["Counter", option, "--json"]);
        let name = format!("--{}", option.trim_start_matches('-'));
        assert_eq!(said.status, 151, "{option}");
        assert!(said.err.contains("E0490") && said.err.contains(&name), "{option}: {}", said.err);
        assert_eq!(report(&said)["outcome"], "refused");
        assert_eq!(report(&said)["exit_code"], 151);
    }
}

#[test]
fn coverage_comes_as_text_as_json_and_as_a_page() {
    let folder = Folder::new("coverage");
    let page = folder.file("page.html");
    let said = tlacheck(&["Counter", "-coverage", "1", "--coverage-html", &page]);
    assert_eq!(said.status, 0, "{}", said.err);
    assert!(said.out.contains("<Init line "), "{}", said.out);
    let text = std::fs::read_to_string(&page).unwrap();
    assert!(text.starts_with("<!DOCTYPE html>") && text.contains("MODULE Counter"), "{text}");
    let said = tlacheck(&["Counter", "--coverage", "--json"]);
    let parts = report(&said)["coverage"]["parts"].as_array().expect("parts").clone();
    assert_eq!(parts[0]["name"], "Init");
    assert!(report(&tlacheck(&["Counter", "--json"]))["coverage"].is_null());
    let said = tlacheck(&["Counter", "--coverage-html", &folder.file("none/page.html")]);
    assert!(said.status == 255 && said.err.contains("E0623"), "{}", said.err);
    for other in [&["--memory", "1g"][..], &["--dfid", "3"], &["--checkpoint", "1"]] {
        let said = tlacheck(&[&["Counter", "--coverage"], other].concat());
        assert_eq!(said.status, 1, "{other:?}");
        assert!(said.err.contains("--coverage") && said.err.contains(other[0]), "{}", said.err);
    }
}

#[test]
fn nowarning_hides_what_never_happens() {
    let spec = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/coverage/Dead");
    let said = tlacheck(&[spec]);
    assert!(said.status == 0 && said.out.contains("W0640") && said.out.contains("W0641"), "{}", said.out);
    let said = tlacheck(&[spec, "--nowarning"]);
    assert!(said.status == 0 && !said.out.contains("W06"), "{}", said.out);
}

/// A folder of its own for a test, gone when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("tlacheck-cli-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn file(&self, name: &str) -> String {
        self.0.join(name).to_string_lossy().into_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn whole_states_are_said_to_be_compared() {
    let said = tlacheck(&["Clock", "--exact", "--json"]);
    let (plain, exact) = (report(&tlacheck(&["Clock", "--json"])), report(&said));
    assert_eq!((said.status, &exact["exact"], &plain["exact"]), (0, &true.into(), &false.into()));
    assert_eq!(exact["collision_probability"], 0.0);
    for figure in ["states_generated", "distinct_states", "depth"] {
        assert_eq!(exact[figure], plain[figure]);
    }
    let said = tlacheck(&["Clock", "-exact", "--fingerprint-bits", "1"]);
    assert!(said.out.contains("12 distinct") && said.out.contains("the search is exact"), "{}", said.out);
    let said = tlacheck(&["Clock", "--fingerprint-bits", "1"]);
    assert!(!said.out.contains("12 distinct") && !said.out.contains("exact"), "{}", said.out);
}

#[test]
fn the_state_graph_is_written_in_the_format_named() {
    let folder = Folder::new("dump");
    for (format, file, wanted) in [
        (&[][..], "a.dump", "State 12:\nhour = 12\n"),
        (&["text"], "b.dump", "State 1:\nhour = 1\n"),
        (&["dot"], "c.dot", "[label=\"hour = 1\",style = filled];"),
        (&["dot,colorize,actionLabels"], "d.dot", "[label=\"Tick\",color=\"2\""),
        (&["JSON"], "e.json", "\"state\":{\"hour\":7}"),
        (&["graphml"], "f.graphml", "<data key=\"action\">Tick</data>"),
    ] {
        for given in [file, file.split('.').next().unwrap()] {
            let path = folder.file(given);
            let mut arguments = vec!["Clock", "-dump"];
            arguments.extend(format);
            arguments.push(&path);
            let said = tlacheck(&arguments);
            assert_eq!((said.status, said.err.as_str()), (0, ""), "{arguments:?}");
            let written = std::fs::read_to_string(folder.file(file)).unwrap();
            assert!(written.contains(wanted), "{arguments:?}: {written}");
            std::fs::remove_file(folder.file(file)).unwrap();
        }
    }
}

#[test]
fn a_graph_that_cannot_be_written_is_an_error_before_the_search() {
    let folder = Folder::new("dump-wrong");
    let inside = folder.file("none/graph.dot");
    for (arguments, status, code) in [
        (&["Clock", "--dump", "dot", &inside][..], 255, "E0620"),
        (&["Clock", "--dump", "dot,color", &inside], 1, "E0621"),
    ] {
        let said = tlacheck(&[arguments, &["--json"]].concat());
        assert_eq!((said.status, &report(&said)["exit_code"]), (status, &status.into()), "{}", said.err);
        assert!(said.err.contains(code), "{}", said.err);
        assert_eq!(report(&said)["states_generated"], 0);
    }
    assert_eq!(tlacheck(&["Clock", "--dump"]).status, 1);
    assert_eq!(tlacheck(&["Clock", "--reference", "--dump", "dot", "x"]).status, 1);
    // A disk that is full.
    #[cfg(target_os = "linux")]
    {
        std::os::unix::fs::symlink("/dev/full", folder.0.join("full.dot")).unwrap();
        let said = tlacheck(&["Clock", "--dump", "dot", &folder.file("full.dot"), "--json"]);
        let warnings = &report(&said)["warnings"];
        assert_eq!((said.status, &warnings[0]["code"]), (0, &"W0620".into()), "{warnings}");
    }
}

#[test]
fn temporal_properties() {
    let run = |arguments: &[&str]| {
        let mut all = vec!["Lively", "--json"];
        all.extend(arguments);
        let said = tlacheck(&all);
        (said.status, report(&said))
    };
    let codes = |report: &serde_json::Value| {
        let warnings = report["warnings"].as_array().expect("a list").iter();
        warnings.map(|w| w["code"].as_str().expect("text").to_owned()).collect::<Vec<_>>()
    };
    let (status, whole) = run(&[]);
    assert_eq!((status, codes(&whole)), (0, vec![]), "{whole}");
    let (status, fails) = run(&["-config", "LivelyFails"]);
    assert_eq!(
        (status, &fails["outcome"], &fails["violation"]["name"]),
        (13, &"liveness".into(), &"Settles".into())
    );
    // Other states than the first recur, and y changes among them.
    let back = fails["cycle"]["back_to"].as_u64().expect("a number") as usize;
    let trace = fails["trace"].as_array().expect("a list");
    assert!(trace[back - 1..].iter().any(|state| state["state"]["y"] == 1), "{fails}");
    assert_eq!(tlacheck(&["Lively", "-config", "LivelyFails", "-lncheck", "final"]).status, 13);
    let (status, off) = run(&["-config", "LivelyFails", "-lncheck", "off"]);
    assert_eq!((status, codes(&off)), (0, vec!["W0632".to_owned()]), "{off}");
    // Constraints and VIEW weaken the answer.
    let (status, cut) = run(&["-config", "LivelySmall"]);
    assert_eq!((status, codes(&cut)), (0, vec!["W0631".to_owned()]), "{cut}");
    let (status, strict) = run(&["-config", "LivelySmall", "--strict"]);
    assert_eq!((status, &strict["diagnostics"][0]["code"]), (151, &"E0615".into()), "{strict}");
    let (status, view) = run(&["-config", "LivelyView"]);
    assert_eq!(codes(&view), ["W0630"], "{status} {view}");
    let (status, strict) = run(&["-config", "LivelyView", "--strict", "-lncheck", "off"]);
    assert_eq!((status, codes(&strict)), (0, vec!["W0632".to_owned()]), "{strict}");
    // The other searches check them too.
    for search in [&["--dfs"][..], &["--dfid", "50"], &["--simulate", "num=100", "--seed", "7"]] {
        let (status, violated) = run(&[&["-config", "LivelyFails"][..], search].concat());
        assert!(status == 13 && violated["cycle"].is_object(), "{search:?}: {violated}");
    }
    let (status, cut) = run(&["-config", "LivelySmall", "--dfs"]);
    assert_eq!((status, codes(&cut)), (0, vec!["W0631".to_owned()]), "{cut}");
    let (status, off) = run(&["-config", "LivelyFails", "-lncheck", "off", "--dfs"]);
    assert_eq!((status, codes(&off)), (0, vec!["W0632".to_owned()]), "{off}");
    // What is not built is refused by name.
    for (arguments, wanted) in [
        (&["-config", "LivelySet"][..], "not constant"),
        (&["-config", "LivelyHidden"], "\\EE"),
        (&["--memory", "64m"], "a temporal property with --memory"),
        (&["--checkpoint", "1"], "a temporal property with a checkpoint"),
        (&["-config", "LivelyView", "--reference"], "--reference with VIEW"),
        (&["-config", "LivelyView", "--dfs"], "a temporal property modulo VIEW with depth-first search"),
    ] {
        let (status, refused) = run(arguments);
        let text = refused["diagnostics"][0]["message"].as_str().expect("text");
        assert!(status == 151 && text.contains(wanted), "{arguments:?}: {status} {refused}");
        assert_eq!(refused["diagnostics"][0]["code"], "E0490");
    }
}

/// A violation is found before the graph is whole, and is the same for any number of workers.
#[test]
fn temporal_properties_are_checked_as_the_graph_grows() {
    let run = |arguments: &[&str]| {
        let mut all = vec!["Turning", "--json"];
        all.extend(arguments);
        let said = report(&tlacheck(&all));
        (said["distinct_states"].as_u64().expect("a number"), [said["trace"].clone(), said["cycle"].clone()])
    };
    let (early, lasso) = run(&["-workers", "1"]);
    assert!((10_000..27_000).contains(&early), "{early}");
    for workers in ["2", "8"] {
        assert_eq!(run(&["-workers", workers]), (early, lasso.clone()));
    }
    assert_eq!(run(&["-lncheck", "final"]).0, 27_000);
}

#[test]
fn a_missing_spec_says_where_was_sought() {
    let said = tlacheck(&["Conter", "--json"]);
    assert_eq!(said.status, 150);
    for wanted in ["E0601", "Conter.tla", "did you mean Counter.tla?"] {
        assert!(said.err.contains(wanted), "{wanted}: {}", said.err);
    }
    assert_eq!(report(&said)["outcome"], "error");
    assert_eq!(tlacheck(&["no/such/folder/Spec"]).status, 150);
    assert_eq!(tlacheck(&["."]).status, 150);
}

#[test]
fn a_missing_configuration_says_where_was_sought() {
    let said = tlacheck(&["./Counter.tla", "-config", "Absent"]);
    assert_eq!(said.status, 151);
    for wanted in ["E0601", "Absent.cfg", "./Absent"] {
        assert!(said.err.contains(wanted), "{wanted}: {}", said.err);
    }
}

#[test]
fn all_errors_of_a_configuration_are_shown() {
    for arguments in [&["Twice"][..], &["Counter.tla", "--config", "Twice"]] {
        let said = tlacheck(arguments);
        assert_eq!(said.status, 151);
        for wanted in ["E0403", "E0402", "did you mean `INVARIANT`?", "Twice.cfg:2:1", "Twice.cfg:3:1"] {
            assert!(said.err.contains(wanted), "{wanted}: {}", said.err);
        }
        assert_eq!(said.out, "");
    }
}

#[test]
fn a_configuration_inside_the_spec_is_found() {
    let said = tlacheck(&["Embedded"]);
    assert_eq!(said.status, 151);
    assert!(
        said.err.contains("Embedded.tla:8:1") && said.err.contains("did you mean `NEXT`?"),
        "{}",
        said.err
    );
}

#[test]
fn files_that_cannot_be_read() {
    let folder = std::env::temp_dir().join(format!("tlacheck-cli-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("Bytes.tla");
    std::fs::write(&path, b"---- MODULE Bytes ----\n\xff\xfe\n====").unwrap();
    let said = tlacheck(&["parse", "--syntax-only", &path.to_string_lossy()]);
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(said.status, 150);
    assert!(said.err.contains("E0602") && said.err.contains("line 2 is not UTF-8"), "{}", said.err);
}

#[test]
fn parse_syntax_only() {
    let said = tlacheck(&["parse", "--syntax-only", "Counter.tla", "Embedded"]);
    assert_eq!((said.status, said.out.as_str(), said.err.as_str()), (0, "", ""));
    let said = tlacheck(&["parse", "-syntax-only", "Broken.tla", "Counter"]);
    assert_eq!(said.status, 150);
    assert!(said.err.contains("Broken.tla:"), "{}", said.err);
    let said = tlacheck(&["parse", "--syntax-only", "--json", "Broken", "Counter"]);
    assert_eq!(said.status, 150);
    let lines: Vec<serde_json::Value> =
        said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["outcome"], "parse_error");
    assert_eq!(lines[0]["diagnostics"][0]["span"]["file"], "Broken.tla");
    assert_eq!((&lines[1]["outcome"], &lines[1]["exit_code"]), (&"success".into(), &0.into()));
}

#[test]
fn parse_resolves_names() {
    let said = tlacheck(&["parse", "Counter"]);
    assert_eq!((said.status, said.err.as_str()), (0, ""));
    let said = tlacheck(&["parse", "--json", "Undefined"]);
    assert_eq!(said.status, 150);
    assert_eq!(report(&said)["diagnostics"][0]["code"], "E0201", "{}", said.out);
}

/// Errors of the spec do not hide those of the configuration; the exit status is the spec's.
#[test]
fn errors_of_spec_and_configuration_are_shown_together() {
    let said = tlacheck(&["Undefined", "--config", "Twice", "--json"]);
    assert_eq!(said.status, 150);
    assert!(said.err.contains("E0201") && said.err.contains("E0403"), "{}", said.err);
    assert_eq!(report(&said)["outcome"], "parse_error");
}

#[test]
fn debug_shows_tokens_and_tree() {
    for (stage, wanted) in [("tokens", "TypeOK"), ("ast", "module Counter")] {
        let said = tlacheck(&["debug", stage, "Counter"]);
        assert_eq!(said.status, 0, "{}", said.err);
        assert!(said.out.contains(wanted), "{}", said.out);
        assert!(said.out.lines().count() > 20);
    }
}

#[test]
fn colours_only_where_wanted() {
    let plain = tlacheck(&["Twice"]);
    assert!(!plain.err.contains('\x1b'), "{}", plain.err);
    let always = tlacheck(&["Twice", "--color", "always"]);
    assert!(always.err.contains('\x1b'), "{}", always.err);
}

/// A reader that leaves early is not an error.
#[test]
fn a_broken_pipe_is_not_an_error() {
    for arguments in [&["completions", "bash"][..], &["--help"], &["debug", "ast", "Counter"], &["explain"]] {
        let mut child = command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut err = String::new();
        child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{arguments:?}: {err}");
        assert_eq!(err, "", "{arguments:?}");
    }
}

/// A counter of two digits that are moved on one at a time, in a folder of its own.
fn two_digits() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let spec = "---- MODULE Digits ----\nEXTENDS Naturals\nVARIABLES x, y\n\
                Init == x = 0 /\\ y = 0\nA == x' = (x + 1) % 60 /\\ UNCHANGED y\n\
                B == y' = (y + 1) % 60 /\\ UNCHANGED x\nNext == A \\/ B\n====\n";
    std::fs::write(folder.path().join("Digits.tla"), spec).expect("room");
    std::fs::write(folder.path().join("Digits.cfg"), "INIT Init\nNEXT Next\n").expect("room");
    folder
}

#[test]
fn memory_is_bounded_and_nothing_stays_behind() {
    let home = two_digits();
    let (spec, meta) = (home.path().join("Digits.tla"), home.path().join("meta"));
    std::fs::create_dir(&meta).expect("a folder");
    let (spec, meta) = (spec.to_str().expect("text"), meta.to_str().expect("text"));
    let one = report(&tlacheck(&[spec, "--json"]));
    for more in [&["--memory", "64m"][..], &["--memory=32m", "--spill-after", "100", "--workers", "2"]] {
        let said = tlacheck(&[&[spec, "-metadir", meta, "--json"], more].concat());
        assert!(said.status == 0 && said.err.contains(meta), "{}", said.err);
        for figure in ["outcome", "states_generated", "distinct_states", "depth"] {
            assert_eq!(report(&said)[figure], one[figure], "{more:?}");
        }
    }
    assert_eq!(std::fs::read_dir(meta).expect("a folder").count(), 0);
    for (size, wanted) in [("1m", "32m at least"), ("much", "such as 512m")] {
        let said = tlacheck(&[spec, "--memory", size]);
        assert!(said.status == 1 && said.err.contains(wanted), "{}", said.err);
    }
    let said = tlacheck(&[spec, "--spill-after", "100", "--disk-room", "5000", "-metadir", meta, "--json"]);
    assert_eq!(said.status, 255);
    assert_eq!(
        (&report(&said)["outcome"], &report(&said)["violation"]["code"]),
        (&"failure".into(), &"E0611".into())
    );
}

#[test]
fn a_checkpoint_is_gone_on_with_unless_the_spec_has_changed() {
    let home = two_digits();
    let (spec, meta) = (home.path().join("Digits.tla"), home.path().join("meta"));
    let (path, meta) = (spec.to_str().expect("text"), meta.to_str().expect("text"));
    let one = report(&tlacheck(&[path, "--json"]));
    let said = tlacheck(&[path, "-checkpoint", "10", "-metadir", meta, "--max-states", "2000"]);
    assert!(said.out.contains("Stopped") && said.err.contains("--recover"), "{}{}", said.out, said.err);
    let text = std::fs::read_to_string(&spec).expect("readable");
    std::fs::write(&spec, text.replace("x + 1", "x + 7")).expect("room");
    let said = tlacheck(&[path, "-recover", meta, "--json"]);
    assert_eq!((said.status, &report(&said)["outcome"]), (151, &"refused".into()));
    for wanted in ["E0612", "module Digits has changed"] {
        assert!(said.err.contains(wanted), "{wanted}: {}", said.err);
    }
    // What stands outside the module is no part of it.
    std::fs::write(&spec, format!("A comment.\n{text}")).expect("room");
    let said = tlacheck(&[path, "-recover", meta, "--invariant", "x < 60"]);
    assert!(said.status == 151 && said.err.contains("the model has changed"), "{}", said.err);
    let said = tlacheck(&[path, "-recover", meta, "-checkpoint", "10", "--json"]);
    for figure in ["outcome", "states_generated", "distinct_states", "depth"] {
        assert_eq!(report(&said)[figure], one[figure], "{}", said.err);
    }
    assert!(!std::path::Path::new(meta).exists(), "a search that is over needs no checkpoint");
    let said = tlacheck(&[path, "-recover", meta]);
    assert!(said.status == 151 && said.err.contains("E0613"), "{}", said.err);
}

#[test]
fn a_model_without_a_configuration_is_told_where_it_is_sought() {
    let folder = Folder::new("unconfigured");
    let text =
        "---- MODULE Bare ----\nEXTENDS Integers\nVARIABLE x\nInit == x = 0\nNext == x' = 1 - x\n====\n";
    std::fs::write(folder.file("Bare.tla"), text).unwrap();
    let said = tlacheck(&[&folder.file("Bare.tla")]);
    assert!(said.status == 151 && said.err.contains("W0402") && said.err.contains("E0424"), "{}", said.err);
    assert!(said.err.contains("Bare.cfg does not exist"), "{}", said.err);
}

#[test]
fn a_word_too_many_is_no_command() {
    for (given, wanted) in
        [(&["A", "B"][..], "`B` is no option"), (&["A", "parse"], "the subcommand 'parse'")]
    {
        let said = tlacheck(given);
        assert!(said.status == 1 && said.err.contains(wanted), "{given:?}: {}", said.err);
    }
}

#[test]
fn a_postcondition_is_told_the_counterexample() {
    let folder = Folder::new("counterexample");
    let text = "---- MODULE Turn ----\nEXTENDS Naturals, Sequences, TLCExt\nVARIABLE x\nInit == x = 0\n\
                Next == x' = (x + 1) % 4\nInv == x < 2\n\
                Post == /\\ ToTrace(CounterExample) = <<[x |-> 0], [x |-> 1], [x |-> 2]>>\n        \
                /\\ \\A s \\in CounterExample.action : s[2].name = \"Next\" /\\ s[3][1] = s[1][1] + 1\n\
                None == CounterExample = [action |-> {}, state |-> {}]\n====\n";
    std::fs::write(folder.file("Turn.tla"), text).unwrap();
    for (cfg, status) in
        [("INVARIANT Inv POSTCONDITION Post", 12), ("POSTCONDITION None", 0), ("POSTCONDITION Post", 10)]
    {
        std::fs::write(folder.file("Turn.cfg"), format!("INIT Init NEXT Next {cfg}\n")).unwrap();
        let said = tlacheck(&["--continue", &folder.file("Turn.tla")]);
        assert_eq!(said.status, status, "{cfg}: {}{}", said.out, said.err);
        assert!(!said.out.contains("postcondition Post is false") || status == 10, "{cfg}: {}", said.out);
    }
}

#[test]
fn what_depends_on_the_order_of_evaluation_has_no_reference_of_its_liveness() {
    let folder = Folder::new("registers");
    let text = "---- MODULE Reg ----\nEXTENDS Naturals, TLC\nVARIABLES x, y\n\
                Init == TLCSet(1, 0) /\\ x = 0 /\\ y = TLCGet(1)\n\
                Next == x < 3 /\\ TLCSet(1, TLCGet(1) + 1) /\\ x' = x + 1 /\\ y' = TLCGet(1)\n\
                Prop == <>[](x < 3)\n====\n";
    std::fs::write(folder.file("Reg.tla"), text).unwrap();
    std::fs::write(folder.file("Reg.cfg"), "INIT Init NEXT Next PROPERTY Prop CHECK_DEADLOCK FALSE\n")
        .unwrap();
    let spec = folder.file("Reg.tla");
    assert_eq!(tlacheck(&[&spec]).status, 13);
    let said = tlacheck(&["--reference", &spec]);
    assert!(said.status == 151 && said.err.contains("TLCSet"), "{} {}", said.status, said.err);
}

/// A folder with an algorithm that has not been translated, and its text.
fn algorithm(name: &str) -> (Folder, String) {
    let folder = Folder::new(name);
    let text = "---- MODULE Clock ----\nEXTENDS Naturals\n(* --algorithm Clock {\n  variable hour = 1;\n  \
                { Tick: while (hour < 12) { hour := hour + 1 } }\n} *)\n====\n\\* below\n";
    std::fs::write(folder.file("Clock.tla"), text).unwrap();
    (folder, text.to_owned())
}

#[test]
fn an_algorithm_is_translated_in_its_file() {
    let (folder, text) = algorithm("translate");
    let spec = folder.file("Clock.tla");
    let read = |name: &str| std::fs::read_to_string(folder.file(name)).unwrap();

    let said = tlacheck(&["translate", "--stdout", &spec]);
    assert_eq!(said.status, 0, "{}", said.err);
    assert_eq!(read("Clock.tla"), text, "nothing is written");
    let printed = said.out;

    let said = tlacheck(&["translate", &spec]);
    assert_eq!((said.status, said.err.as_str()), (0, ""));
    assert!(
        said.out.contains("translated to 25 lines") && said.out.contains("Clock.cfg: written"),
        "{}",
        said.out
    );
    assert_eq!(read("Clock.tla"), printed);
    assert_eq!(read("Clock.cfg"), "SPECIFICATION Spec\n\\* Add statements after this line.\n");
    assert!(!Path::new(&folder.file("Clock.old")).exists(), "no copy is kept");

    let said = tlacheck(&["translate", &spec]);
    assert!(said.out.contains("the translation is as it was"), "{}", said.out);
    assert!(!said.out.contains(".cfg"), "{}", said.out);

    let said = tlacheck(&[&spec]);
    assert_eq!(said.status, 0, "{}", said.err);
    assert!(
        said.out.contains("14 states generated, 13 distinct") && said.err.is_empty(),
        "{}{}",
        said.out,
        said.err
    );
}

#[test]
fn options_of_pcal_trans_are_accepted_in_its_spelling() {
    let (folder, text) = algorithm("options");
    let spec = folder.file("Clock.tla");
    let read = |name: &str| std::fs::read_to_string(folder.file(name)).unwrap();
    let said = tlacheck(&["translate", "-wfNext", "-lineWidth", "60", "-unixEOL", "-nocfg", "-old", &spec]);
    assert_eq!(said.status, 0, "{}", said.err);
    assert!(read("Clock.tla").contains("Spec == /\\ Init /\\ [][Next]_vars\n        /\\ WF_vars(Next)\n"));
    assert!(!Path::new(&folder.file("Clock.cfg")).exists());
    assert_eq!(read("Clock.old"), text);

    // A configuration of the user's keeps what it says.
    std::fs::write(folder.file("Clock.cfg"), "INIT Init\nNEXT Next\n").unwrap();
    let said = tlacheck(&["translate", &spec]);
    assert_eq!((said.status, read("Clock.cfg").as_str()), (0, "INIT Init\nNEXT Next\n"));
    let said = tlacheck(&["translate", "-termination", &spec]);
    assert_eq!(said.status, 0);
    let marker = "\\* Add statements after this line.";
    assert_eq!(read("Clock.cfg"), format!("PROPERTY Termination\n{marker}\nINIT Init\nNEXT Next\n"));

    for (arguments, status, wanted) in [
        (&["translate", "-wf", "-sf", &spec][..], 1, "cannot be used with"),
        (&["translate", "-lineWidth", "20", &spec], 1, "at least 60"),
        (&["translate", "-labelRoot", "1x", &spec], 1, "a letter first"),
        (&["translate", "-spec", "PlusCal", &spec], 151, "--spec is not implemented"),
        (&["translate", "Counter"], 150, "E0701"),
        (&["translate", "Nothing"], 150, "E0601"),
    ] {
        let said = tlacheck(arguments);
        assert_eq!(said.status, status, "{arguments:?}: {}", said.err);
        assert!(said.err.contains(wanted), "{arguments:?}: {}", said.err);
    }
}

#[test]
fn a_translation_that_is_missing_or_stale_is_said_so() {
    let (folder, text) = algorithm("stale");
    let spec = folder.file("Clock.tla");
    let said = tlacheck(&[&spec]);
    assert!(said.err.contains("W0702") || said.out.contains("W0702"), "{}{}", said.out, said.err);
    std::fs::write(folder.file("Clock.cfg"), "SPECIFICATION Spec\n").unwrap();
    // It is why something else is wrong.
    let said = tlacheck(&[&spec]);
    assert!(said.status == 151 && said.err.contains("W0702") && said.err.contains("E0421"), "{}", said.err);

    // In memory: the file stays as it is.
    let said = tlacheck(&["--translate", &spec]);
    assert_eq!(said.status, 0, "{}", said.err);
    assert!(said.out.contains("13 distinct") && !said.out.contains("W07"), "{}", said.out);
    assert_eq!(std::fs::read_to_string(&spec).unwrap(), text);

    assert_eq!(tlacheck(&["translate", &spec]).status, 0);
    let translated = std::fs::read_to_string(&spec).unwrap();
    std::fs::write(&spec, translated.replacen("hour < 12", "hour < 5", 1)).unwrap();
    let said = tlacheck(&[&spec]);
    assert!(said.out.contains("13 distinct"), "the translation is checked: {}", said.out);
    assert!(format!("{}{}", said.out, said.err).contains("W0701"), "{}{}", said.out, said.err);
    let said = tlacheck(&["--translate", &spec]);
    assert!(said.out.contains("6 distinct") && !said.out.contains("W07"), "{}", said.out);
    let said = tlacheck(&["parse", &spec]);
    assert!(said.status == 0 && said.err.contains("W0701"), "{}", said.err);

    // What `translate` would write into the configuration.
    std::fs::write(&spec, text.replace("hour = 1;", "hour = 1, zone;")).unwrap();
    let said = tlacheck(&["--translate", &spec]);
    assert!(said.status == 0 && said.out.contains("13 distinct"), "{}{}", said.out, said.err);

    // An error of the algorithm points into it.
    std::fs::write(&spec, text.replace("hour := ", "huor := ")).unwrap();
    let said = tlacheck(&["--translate", "--json", &spec]);
    assert_eq!(said.status, 150, "{}", said.err);
    assert!(said.err.contains("E0710") && said.err.contains("Clock.tla:5:31"), "{}", said.err);
    assert_eq!(report(&said)["outcome"], "parse_error");
}

/// The folder of specs, and of logs.
fn elsewhere(folder: &str, name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures").join(folder).join(name);
    path.canonicalize().expect("a fixture").display().to_string()
}

/// TLC's spelling, ours, and JSON say the same; a seed repeats a run, and a number a behaviour.
#[test]
fn a_simulation_is_repeated_by_its_seed() {
    let spec = elsewhere("specs", "BrokenLock.tla");
    let run = |more: &[&str]| {
        let said = tlacheck(&[&[spec.as_str(), "--json"], more].concat());
        let mut report = report(&said);
        assert_eq!(i64::from(said.status), report["exit_code"], "{}", said.err);
        report["seconds"] = 0.into();
        report
    };
    let one = run(&["-simulate", "num=500", "-depth", "40", "-seed", "-7", "-workers", "1"]);
    assert_eq!((&one["outcome"], &one["search"]), (&"invariant".into(), &"simulation".into()));
    assert_eq!(run(&["--simulate=num=500", "--depth", "40", "--seed", "-7", "--workers", "8"]), one);
    let number = one["simulation"]["violating"].to_string();
    let again = run(&["--simulate", "num=1", "--aril", &number, "--depth", "40", "--seed", "-7"]);
    assert_eq!(again["trace"], one["trace"]);
    let taken =
        one["actions"].as_array().expect("a list").iter().map(|a| a["taken"].as_u64().expect("a count"));
    assert!(taken.sum::<u64>() + 1 >= one["trace"].as_array().expect("a list").len() as u64);

    let said = tlacheck(&[&spec, "--simulate", "num=500", "--depth", "40", "--seed", "-7"]);
    for wanted in
        ["simulated: there may be a shorter one", "The seed is -7", "standard deviation", "  Test\n"]
    {
        assert!(said.out.contains(wanted), "{wanted}: {}", said.out);
    }
    let one = tlacheck(&["Clock", "--simulate=num=3"]);
    let two = tlacheck(&["Clock", "--simulate=num=3"]);
    assert_ne!(one.out.lines().last(), two.out.lines().last(), "another seed each time");
}

#[test]
fn generating_writes_behaviours_and_checks_nothing() {
    let (spec, home) = (elsewhere("specs", "BrokenLock.tla"), tempfile::tempdir().expect("a folder"));
    let files = format!("num=4,file={}", home.path().join("run").display());
    let said = tlacheck(&["-generate", &files, "-depth", "60", "-seed", "3", &spec]);
    assert!(said.status == 0 && said.out.contains("nothing checked"), "{}{}", said.out, said.err);
    assert_eq!(std::fs::read_dir(home.path()).expect("a folder").count(), 4);
    let text = std::fs::read_to_string(home.path().join("run_2")).expect("is there");
    assert_eq!(text.matches("\nSTATE_").count(), 61, "{text}");
    // What was written is a module.
    let module = home.path().join("run_2.tla");
    std::fs::write(&module, &text).expect("room");
    let said = tlacheck(&["parse", "--syntax-only", module.to_str().expect("text")]);
    assert_eq!((said.status, said.err.as_str()), (0, ""));
}

#[test]
fn searches_in_depth_say_so() {
    let spec = elsewhere("specs", "BrokenLock.tla");
    for (arguments, search, hint) in [
        (&["--dfs"][..], "depth_first", true),
        (&["-dfid", "30"], "iterative_deepening", false),
        (&["--dfs", "--exact"], "depth_first", true),
    ] {
        let said = tlacheck(&[&[spec.as_str()], arguments].concat());
        assert_eq!(said.status, 12, "{}", said.err);
        assert_eq!(said.out.contains("there may be a shorter one"), hint, "{}", said.out);
        let report = report(&tlacheck(&[&[spec.as_str(), "--json"], arguments].concat()));
        assert_eq!(report["search"], search);
    }
    let said = tlacheck(&[&spec, "-dfid", "2", "--json"]);
    assert_eq!((&report(&said)["outcome"], &report(&said)["bound"]), (&"bounded".into(), &"depth".into()));
    let one = report(&tlacheck(&["Clock", "--json"]));
    let deep = report(&tlacheck(&["Clock", "--dfs", "--json"]));
    for figure in ["outcome", "states_generated", "distinct_states"] {
        assert_eq!(deep[figure], one[figure], "{figure}");
    }
}

#[test]
fn searches_that_do_not_go_together_are_wrong_usage() {
    for arguments in [
        &["--simulate", "--dfs"][..],
        &["--simulate", "--generate"],
        &["--simulate", "--memory", "1g"],
        &["--simulate=few"],
        &["--dfid", "0"],
        &["--dfid", "3", "--depth", "4"],
        &["--aril", "3"],
        &["--dfs", "--dump", "dot", "x"],
    ] {
        let said = tlacheck(&[&["Clock"], arguments].concat());
        assert_eq!(said.status, 1, "{arguments:?}: {}{}", said.out, said.err);
    }
}

#[test]
fn logs_are_validated() {
    let (spec, meter) = (elsewhere("logs", "LockService.tla"), elsewhere("logs", "Meter.tla"));
    let log = |name: &str| elsewhere("logs", &format!("{name}.ndjson"));
    let said = tlacheck(&["trace", &spec, "--log", &log("LockService-2")]);
    assert!(said.status == 0 && said.out.contains("30 of 30 events matched"), "{}{}", said.out, said.err);
    let said = tlacheck(&["trace", &spec, "--log", &log("LockNotEnabled"), "--json"]);
    let rejected = report(&said);
    assert_eq!((said.status, &rejected["outcome"]), (10, &"log_not_admitted".into()));
    assert_eq!(rejected["log"], serde_json::json!({"events": 3, "matched": 2, "between": 0}));
    assert_eq!(
        (&rejected["violation"]["span"]["line"], &rejected["violation"]["code"]),
        (&3.into(), &"E0804".into())
    );
    assert_eq!(rejected["reasons"][0]["span"]["line"], 29, "the conjunct");
    assert_eq!(rejected["reasons"][0]["related"][0]["label"], "is c1");
    assert_eq!(rejected["trace"].as_array().map(Vec::len), Some(3));
    for (between, status) in [("0", 10), ("1", 0)] {
        let said = tlacheck(&["trace", &spec, "--log", &log("LockLost"), "--between", between]);
        assert_eq!(said.status, status, "{}", said.out);
    }
    let mapping = elsewhere("logs", "LockMapped.mapping.json");
    let said = tlacheck(&["trace", &spec, "--log", &log("LockMapped"), "--mapping", &mapping]);
    assert_eq!(said.status, 0, "{}{}", said.out, said.err);
    for (spec, name, code) in [
        (&spec, "LockEmpty", "E0803"),
        (&spec, "LockNotJson", "E0801"),
        (&spec, "LockUnknownAction", "E0802"),
        (&meter, "LockEmpty", "E0803"),
    ] {
        let said = tlacheck(&["trace", spec, "--log", &log(name), "--json"]);
        assert!(said.status == 151 && said.err.contains(code), "{name}: {}", said.err);
        assert_eq!(report(&said)["diagnostics"][0]["code"], code);
    }
    let said = tlacheck(&["trace", "Clock", "--log", "nowhere.ndjson"]);
    assert!(said.status == 151 && said.err.contains("E0602"), "{}", said.err);
}

/// A spec that reads its log itself runs unchanged, in breadth and in depth.
#[test]
fn a_trace_specification_is_checked_as_any_other() {
    let spec = elsewhere("logs", "LockTrace.tla");
    let genuine = elsewhere("logs", "LockService-1.ndjson");
    let home = tempfile::tempdir().expect("a folder");
    let corrupted = home.path().join("corrupted.ndjson");
    let text = std::fs::read_to_string(&genuine).expect("is text");
    std::fs::write(&corrupted, text.replace("\"grants\":3", "\"grants\":4")).expect("room");
    for arguments in [&[][..], &["--dfs"], &["--workers", "2"]] {
        for (log, status) in [(Path::new(&genuine), 0), (&corrupted, 10)] {
            let output = command(&[&[spec.as_str()], arguments].concat()).env("LOG", log).output().unwrap();
            let out = String::from_utf8(output.stdout).unwrap();
            assert_eq!(output.status.code(), Some(status), "{}: {out}", log.display());
        }
    }
    // The other way to ask the same.
    let spec = elsewhere("logs", "LockService.tla");
    let said = tlacheck(&["trace", &spec, "--log", corrupted.to_str().expect("text")]);
    assert!(said.status == 10 && said.out.contains("4 in the log, 3 in the state"), "{}", said.out);
}

#[test]
fn a_session_evaluates_line_by_line() {
    let said = tlacheck(&["repl", "-e", "Op(x) == x + 1", "-e", "Op(3)", "-e", "PrintT(\"here\")"]);
    assert_eq!((said.status, said.out.as_str()), (0, "4\n\"here\"\nTRUE\n"), "{}", said.err);
    let said = tlacheck(&["repl", "-e", "1 + TRUE", "-e", "2"]);
    assert!(said.status == 75 && said.out == "2\n" && said.err.contains("E0501"), "{}{}", said.out, said.err);
    let said = tlacheck(&["repl", &elsewhere("logs", "LockService.tla"), "-e", "Cardinality(Clients)"]);
    assert!(said.status == 150 && said.err.contains("E0201"), "{}", said.err);
    let said = tlacheck(&["repl", &elsewhere("logs", "LockService.tla"), "-e", "Clients"]);
    assert_eq!((said.status, said.out.as_str()), (0, "{c1, c2, c3}\n"), "{}", said.err);
    assert_eq!(tlacheck(&["repl", "Nowhere"]).status, 150);

    let text = "LET x == 3\nIN  x * x\nf[n \\in 1..3] ==\n  n * n\nf\n:list\n:what\n:quit\n1 +\n";
    let mut child = command(&["repl"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    assert_eq!(out, "9\n<<1, 4, 9>>\nf[n \\in 1..3] ==\n  n * n\n");
    assert_eq!(output.status.code(), Some(1), "there is no command :what");
}

#[cfg(unix)]
#[test]
fn mcp_starts_the_server_that_lies_beside_or_on_path() {
    use std::os::unix::fs::PermissionsExt;
    let top = tempfile::tempdir().unwrap();
    let (here, elsewhere) = (top.path().join("here"), top.path().join("elsewhere"));
    std::fs::create_dir_all(&here).unwrap();
    std::fs::create_dir_all(&elsewhere).unwrap();
    // Beside the binary of the tests may lie a server.
    let tlacheck = here.join("tlacheck");
    std::fs::copy(env!("CARGO_BIN_EXE_tlacheck"), &tlacheck).unwrap();
    let run = |arguments: &[&str]| {
        let output = Command::new(&tlacheck).args(arguments).env("PATH", &elsewhere).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let (status, _, err) = run(&["mcp"]);
    assert_eq!(status, Some(255), "{err}");
    assert!(
        err.contains("specgen") && err.contains(here.to_str().unwrap()) && err.contains("cargo build"),
        "{err}"
    );
    for (folder, exit) in [(&elsewhere, 3), (&here, 4)] {
        let server = folder.join("specgen");
        std::fs::write(&server, format!("#!/bin/sh\necho \"$@\"\nexit {exit}\n")).unwrap();
        std::fs::set_permissions(&server, std::fs::Permissions::from_mode(0o755)).unwrap();
        let (status, out, err) = run(&["mcp", "--http", "127.0.0.1:0", "--root", "a b", "-x"]);
        assert_eq!((status, out.as_str()), (Some(exit), "mcp --http 127.0.0.1:0 --root a b -x\n"), "{err}");
    }
}
