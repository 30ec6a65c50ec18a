//! Error traces in files: written, read back and replayed; the specs that explore them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

struct Said {
    status: i32,
    out: String,
    err: String,
}

fn fixtures(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures").join(folder)
}

fn tlacheck(folder: &Path, arguments: &[&str]) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tlacheck"));
    let output = command.args(arguments).current_dir(folder).stdin(Stdio::null()).output().expect("it runs");
    Said {
        status: output.status.code().expect("ended by itself"),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

fn report(said: &Said) -> serde_json::Value {
    let line = said.out.trim_end().lines().last().expect("a line");
    serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}{}", said.err))
}

/// The states of a report, and where its trace goes on.
fn states(report: &serde_json::Value) -> (Vec<serde_json::Value>, serde_json::Value) {
    let trace = report["trace"].as_array().expect("a trace");
    (trace.iter().map(|state| state["state"].clone()).collect(), report["cycle"]["back_to"].clone())
}

/// The same of an exploration, which has a variable of its own.
fn explored_states(report: &serde_json::Value) -> (Vec<serde_json::Value>, serde_json::Value) {
    let (mut all, back) = states(report);
    for (at, state) in all.iter_mut().enumerate() {
        let place = state.as_object_mut().and_then(|state| state.remove("SpecTEPlace"));
        assert_eq!(place, Some(serde_json::json!(at + 1)));
    }
    (all, back)
}

/// A folder with copies of fixtures.
fn copied(folder: &str, names: &[&str]) -> tempfile::TempDir {
    let into = tempfile::tempdir().expect("a folder");
    for name in names {
        std::fs::copy(fixtures(folder).join(name), into.path().join(name)).expect(name);
    }
    into
}

/// Specs whose errors are of every kind that has a trace.
const MODELS: &[(&str, &[&str], &str)] = &[
    ("tool", &["Trace.tla", "Trace.cfg"], "invariant"),
    ("tool", &["Flip.tla", "Flip.cfg"], "liveness"),
    ("tool", &["Stops.tla", "Stops.cfg"], "liveness"),
    ("specs", &["LiveTurnsFails.tla", "LiveTurnsFails.cfg"], "liveness"),
    ("specs", &["DeadlockTwoLocks.tla", "DeadlockTwoLocks.cfg"], "deadlock"),
    ("specs", &["DeadlockInit.tla", "DeadlockInit.cfg"], "deadlock"),
    ("specs", &["RefinementFails.tla", "RefinementFails.cfg", "ModCounter.tla"], "action_property"),
    ("specs", &["InvariantInitial.tla", "InvariantInitial.cfg"], "invariant"),
    ("specs", &["PropertyInitial.tla", "PropertyInitial.cfg"], "initial_property"),
    ("specs", &["AssertInInvariant.tla", "AssertInInvariant.cfg"], "failure"),
    ("specs", &["EvalField.tla", "EvalField.cfg"], "failure"),
];

#[test]
fn an_exploration_shows_the_same_error_on_the_same_trace() {
    for (folder, files, kind) in MODELS {
        let into = copied(folder, files);
        let spec = files[0].trim_end_matches(".tla");
        let first = tlacheck(into.path(), &[spec, "-generateSpecTE", "nomonolith", "--json"]);
        let (original, path) = (report(&first), into.path().join("SpecTE.tla"));
        assert_eq!(original["outcome"], *kind, "{spec}");
        assert!(first.err.contains("Trace exploration spec path: SpecTE.tla"), "{spec}: {}", first.err);
        let again = tlacheck(into.path(), &["SpecTE", "--json"]);
        let explored = report(&again);
        let module = std::fs::read_to_string(path).expect("a module");
        assert_eq!(again.status, first.status, "{spec}: {explored}\n{module}{}", again.err);
        assert_eq!(explored["outcome"], *kind, "{spec}: {module}");
        assert_eq!(explored_states(&explored), states(&original), "{spec}: {module}");
        assert_eq!(explored["violation"]["name"], original["violation"]["name"], "{spec}");
    }
}

/// TLC 2.15 has checked the text that is kept (`fixtures/tool/explored.out`).
#[test]
fn an_exploration_is_what_tlc_was_asked_about() {
    let into = copied("tool", &["Trace.tla", "Trace.cfg"]);
    let there = tempfile::tempdir().expect("a folder");
    let folder = there.path().to_string_lossy().into_owned();
    let said = tlacheck(into.path(), &["Trace", "-generateSpecTE", "-teSpecOutDir", &folder]);
    assert_eq!(said.status, 12, "{}", said.err);
    assert!(!into.path().join("SpecTE.tla").exists());
    for name in ["SpecTE.tla", "SpecTE.cfg"] {
        let made = std::fs::read_to_string(there.path().join(name)).expect(name);
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(fixtures("tool").join(name), &made).expect("written");
        }
        assert_eq!(made, std::fs::read_to_string(fixtures("tool").join(name)).expect(name), "{name}");
    }
    // Where nothing is wrong, nothing is written.
    let said = tlacheck(&fixtures("specs"), &["Counter", "-generateSpecTE", "-teSpecOutDir", &folder]);
    assert!(said.status == 0 && said.err.is_empty(), "{}", said.err);
}

#[test]
fn a_trace_that_was_written_is_replayed() {
    for (folder, files, kind) in MODELS {
        let into = copied(folder, files);
        let spec = files[0].trim_end_matches(".tla");
        let first = report(&tlacheck(into.path(), &[spec, "-dumpTrace", "json", "trace.json", "--json"]));
        assert_eq!(first["outcome"], *kind, "{spec}");
        let said = tlacheck(into.path(), &[spec, "--load-trace", "trace.json", "--json"]);
        let replayed = report(&said);
        assert_eq!(replayed["search"], "trace_replay", "{spec}");
        // What a temporal property says of a behaviour is not judged.
        let wanted = if *kind == "liveness" { "success" } else { kind };
        assert_eq!(replayed["outcome"], wanted, "{spec}: {replayed}");
        assert_eq!(states(&replayed), states(&first), "{spec}");
        assert_eq!(replayed["log"]["matched"], replayed["log"]["events"], "{spec}");
        // The report of a run is a trace too.
        std::fs::write(into.path().join("report.json"), first.to_string()).expect("written");
        let again = report(&tlacheck(into.path(), &[spec, "--load-trace", "report.json", "--json"]));
        assert_eq!(
            (&again["outcome"], &again["trace"]),
            (&replayed["outcome"], &replayed["trace"]),
            "{spec}"
        );
    }
}

/// Every value that is changed makes it another behaviour, at the state where it is changed.
#[test]
fn a_trace_that_was_changed_is_no_behaviour() {
    let into = copied("tool", &["Trace.tla", "Trace.cfg", "Flip.tla", "Flip.cfg"]);
    tlacheck(into.path(), &["Trace", "-dumpTrace", "json", "trace.json"]);
    let text = std::fs::read_to_string(into.path().join("trace.json")).expect("a trace");
    let trace: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let length = trace["trace"].as_array().expect("states").len();
    assert!(length >= 3);
    let others = [
        ("owner", serde_json::json!({"#mv": "n9"})),
        ("queue", serde_json::json!([1])),
        ("seen", serde_json::json!({"#set": [1]})),
        // A log would take this for the part of the record that is given.
        ("depth", serde_json::json!({})),
    ];
    for at in 0..length {
        for (variable, other) in &others {
            let mut changed = trace.clone();
            changed["trace"][at]["state"][variable] = other.clone();
            std::fs::write(into.path().join("changed.json"), changed.to_string()).expect("written");
            let said = tlacheck(into.path(), &["Trace", "--load-trace", "changed.json", "--json"]);
            let report = report(&said);
            assert_eq!(
                (said.status, &report["outcome"]),
                (10, &"log_not_admitted".into()),
                "{at} {variable}"
            );
            assert_eq!(report["log"]["matched"], at, "{variable}: {report}");
            let what = report["violation"]["message"].as_str().expect("text");
            let wanted = if at == 0 {
                "no initial state".to_owned()
            } else {
                format!("no step leads to state {}", at + 1)
            };
            assert!(what.contains(&wanted), "{what}");
            // The reasons name a variable that differs, or the conjunct that is false.
            assert!(!report["reasons"].as_array().expect("reasons").is_empty(), "{report}");
        }
    }
    // Back to where no step leads.
    tlacheck(into.path(), &["Flip", "-dumpTrace", "json", "lasso.json"]);
    let text = std::fs::read_to_string(into.path().join("lasso.json")).expect("a trace");
    let mut lasso: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let right = report(&tlacheck(into.path(), &["Flip", "--load-trace", "lasso.json", "--json"]));
    assert_eq!((&right["outcome"], states(&right).0.len()), (&"success".into(), 2), "{right}");
    let first = lasso["trace"][0].clone();
    lasso["trace"].as_array_mut().expect("states").push(first);
    std::fs::write(into.path().join("wrong.json"), lasso.to_string()).expect("written");
    let wrong = report(&tlacheck(into.path(), &["Flip", "--load-trace", "wrong.json", "--json"]));
    let what = wrong["violation"]["message"].as_str().expect("text");
    assert!(what.contains("no step leads back"), "{wrong}");
}

/// TLC's form has no sets and no model values: the spec decides.
#[test]
fn a_trace_that_tlc_wrote_is_replayed() {
    let into = copied("tool", &["Trace.tla", "Trace.cfg", "Flip.tla", "Flip.cfg"]);
    let state = |owner: &str, queue: serde_json::Value, seen: &[&str], n1: i32| serde_json::json!({"owner": owner, "queue": queue, "seen": seen, "depth": {"n1": n1, "n2": 0}});
    let asked = serde_json::json!([{"from": "n1", "level": -1}]);
    let states = [
        state("None", serde_json::json!([]), &[], 0),
        state("None", asked, &["n1"], 0),
        state("n1", serde_json::json!([]), &["n1"], -1),
    ];
    let numbered: Vec<_> =
        (1..).zip(&states).map(|(n, state): (u32, _)| serde_json::json!([n, state])).collect();
    let trace = serde_json::json!({"counterexample": {"state": numbered, "action": []}, "vars": []});
    std::fs::write(into.path().join("tlc.json"), trace.to_string()).expect("written");
    let replayed = report(&tlacheck(into.path(), &["Trace", "-loadTrace", "json", "tlc.json", "--json"]));
    assert_eq!((&replayed["outcome"], &replayed["violation"]["name"]), (&"invariant".into(), &"Free".into()));
    let lasso = serde_json::json!({
        "state": [[1, {"x": 1, "steps": "none"}], [2, {"x": 2, "steps": "none"}]],
        "action": [[[1, {}], {"name": "Up"}, [2, {}]], [[2, {}], {"name": "Down"}, [1, {}]]],
    });
    std::fs::write(into.path().join("lasso.json"), lasso.to_string()).expect("written");
    let said = tlacheck(into.path(), &["Flip", "--load-trace", "lasso.json"]);
    assert!(said.status == 0 && said.out.contains("Back to state 1: Down"), "{}{}", said.out, said.err);
}

#[test]
fn traces_in_other_forms() {
    let into = copied("tool", &["Trace.tla", "Trace.cfg", "Flip.tla", "Flip.cfg"]);
    let given = ["Trace", "-dumpTrace", "tla", "Seen.tla", "-dumpTrace", "dot", "seen.dot"];
    let said = tlacheck(into.path(), &given);
    assert!(said.err.contains("is in Seen.tla") && said.err.contains("is in seen.dot"), "{}", said.err);
    let dot = std::fs::read_to_string(into.path().join("seen.dot")).expect("a graph");
    assert!(dot.contains("1 -> 2 [label=\"Ask(n") && dot.trim_end().ends_with('}'), "{dot}");
    // The module is one that can be read.
    assert_eq!(tlacheck(into.path(), &["parse", "Seen.tla"]).status, 0);
    let module = std::fs::read_to_string(into.path().join("Seen.tla")).expect("a module");
    assert!(module.contains(", level |-> -1]>>"), "{module}");
    let said = tlacheck(into.path(), &["Flip", "-dumpTrace", "dot", "lasso.dot"]);
    let dot = std::fs::read_to_string(into.path().join("lasso.dot")).expect("a graph");
    assert!(said.status == 13 && dot.contains("2 -> 1 [label=\"Down\", style=dashed]"), "{dot}");
    for (arguments, status, wanted) in [
        (&["Trace", "-dumpTrace", "tlc", "x"][..], 1, "take json"),
        (&["Trace", "-dumpTrace", "pdf", "x"], 1, "json, tla, dot are"),
        (&["Trace", "--load-trace", "Trace.cfg"], 151, "E0622"),
        (&["Trace", "--load-trace", "none.json"], 151, "none.json"),
        (&["Flip", "--load-trace", "other.json"], 151, "E0802"),
        (&["Trace", "-dumpTrace", "json", "no/such/folder/x"], 12, "E0603"),
    ] {
        std::fs::write(into.path().join("other.json"), r#"{"trace":[{"state":{"y":1}}]}"#).expect("written");
        let said = tlacheck(into.path(), arguments);
        assert_eq!(said.status, status, "{arguments:?}: {}", said.err);
        let text = format!("{}{}", said.out, said.err);
        assert!(text.contains(wanted), "{arguments:?}: {text}");
    }
}

/// ALIAS decides what is shown, not what is written.
#[test]
fn alias_does_not_hide_the_variables() {
    let into = copied("tool", &["Trace.tla", "Trace.cfg"]);
    let cfg = std::fs::read_to_string(into.path().join("Trace.cfg")).expect("a model") + "ALIAS Short\n";
    std::fs::write(into.path().join("Short.cfg"), cfg).expect("written");
    let text = std::fs::read_to_string(into.path().join("Trace.tla")).expect("a module");
    std::fs::write(into.path().join("Trace.tla"), text.replace("====\n", "Short == [who |-> owner]\n====\n"))
        .expect("written");
    let given =
        ["Trace", "-config", "Short", "-dumpTrace", "json", "trace.json", "-generateSpecTE", "--json"];
    let first = report(&tlacheck(into.path(), &given));
    assert_eq!(first["trace"][0]["state"], serde_json::json!({"who": {"#mv": "None"}}));
    let replayed = report(&tlacheck(
        into.path(),
        &["Trace", "-config", "Short", "--load-trace", "trace.json", "--json"],
    ));
    assert_eq!((&replayed["outcome"], &replayed["trace"]), (&"invariant".into(), &first["trace"]));
    let explored = report(&tlacheck(into.path(), &["SpecTE", "--json"]));
    assert_eq!(explored["outcome"], "invariant");
    assert_eq!(explored["trace"][0]["state"], first["trace"][0]["state"]);
}

#[test]
fn what_the_spec_prints_goes_to_the_file() {
    let into = copied("specs", &["PrintAndLevel.tla", "PrintAndLevel.cfg"]);
    let plain = tlacheck(into.path(), &["PrintAndLevel"]);
    assert!(plain.out.contains("\"init\"\n"), "{}", plain.out);
    for option in [&["-userFile", "user.txt"][..], &["--user-file", "user.txt", "-tool"]] {
        let said = tlacheck(into.path(), &[&["PrintAndLevel"], option].concat());
        assert!(said.status == 0 && !said.out.contains("\"init\""), "{}", said.out);
        let printed = std::fs::read_to_string(into.path().join("user.txt")).expect("a file");
        assert!(printed.starts_with("\"init\"\n") && printed.contains("again"), "{printed}");
    }
    let said = tlacheck(into.path(), &["PrintAndLevel", "-userFile", "no/such/folder/x"]);
    assert!(said.status == 255 && said.err.contains("E0603"), "{}", said.err);
}

const TWO: &str = "---- MODULE Two ----
EXTENDS Naturals
VARIABLE x
Init == x = 0
Next == x' = (x + 1) % 4
Spec == Init /\\ [][Next]_x /\\ WF_x(Next)
Small == x < 2
Odd == x # 3
Settles == <>[](x = 0)
Stops == <>[][FALSE]_x
Moves == []<>(x = 1)
====
";

/// With `-continue` each property that is violated is told once, the same by the plain search.
#[test]
fn every_violated_property_is_told_once() {
    let into = tempfile::tempdir().expect("a folder");
    std::fs::write(into.path().join("Two.tla"), TWO).expect("written");
    let cfg = "SPECIFICATION Spec\nINVARIANTS Small Odd\nPROPERTIES Settles Moves Stops\n";
    std::fs::write(into.path().join("Two.cfg"), cfg).expect("written");
    for more in [&[][..], &["-workers", "2"], &["--reference"], &["--exact"], &["-lncheck", "final"]] {
        let said = tlacheck(into.path(), &[&["Two", "-continue", "--json"], more].concat());
        let report = report(&said);
        let further = report["further_violations"].as_array().expect("violations");
        let mut names = vec![report["violation"]["name"].clone()];
        names.extend(further.iter().map(|v| v["violation"]["name"].clone()));
        assert_eq!(names, ["Small", "Odd", "Settles", "Stops"], "{more:?}");
        assert_eq!((said.status, &report["distinct_states"]), (12, &4.into()), "{more:?}");
    }
    let said = report(&tlacheck(into.path(), &["Two", "--json"]));
    assert_eq!(
        (&said["violation"]["name"], &said["further_violations"]),
        (&"Small".into(), &serde_json::json!([]))
    );
}

/// TLC's `-postCondition Module!Op`: of a module that the spec does not know.
#[test]
fn a_postcondition_of_another_module() {
    let into = tempfile::tempdir().expect("a folder");
    std::fs::write(into.path().join("Two.tla"), TWO).expect("written");
    std::fs::write(into.path().join("Two.cfg"), "INIT Init\nNEXT Next\n").expect("written");
    let after = "---- MODULE After ----\nEXTENDS TLC\nFour == TLCGet(\"distinct\") = 4\nFive == TLCGet(\"distinct\") = 5\n====\n";
    std::fs::write(into.path().join("After.tla"), after).expect("written");
    for (name, status) in [("After!Four", 0), ("After!Five", 10), ("After!Six", 151), ("None!Four", 151)] {
        let said = tlacheck(into.path(), &["Two", "-postCondition", name]);
        assert_eq!(said.status, status, "{name}: {}{}", said.out, said.err);
    }
}
