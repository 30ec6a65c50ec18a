//! The story, end to end: from a feature's name and a directory to the race, over both wires.

#[path = "story/adversary.rs"]
mod adversary;
#[path = "story/script.rs"]
mod script;
#[path = "scripted/server.rs"]
mod scripted;

use scripted::{Server, Wire};
use specgen::model::Cancel;
use specgen::model::failure::FailureKind;
use specgen::run::{Options, run};
use specgen::settings::Settings;
use specgen::stages::Ended;
use specgen::stages::state::{Stage, State};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The codebase, built where nobody else is.
fn codebase(folder: &Path) -> PathBuf {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/codebases/chunkstore/build.py");
    let at = folder.join("code");
    let built = Command::new("python3").arg(script).arg(&at).status().expect("python3 is there");
    assert!(built.success());
    at
}

fn settings(server: &Server) -> Settings {
    let text = format!(
        "[providers.messages]\napi = \"anthropic\"\nbase_url = \"{0}\"\n[providers.chat]\napi = \"openai\"\nbase_url = \"{0}\"\n",
        server.v1()
    );
    Settings::parse(&text).expect("settings")
}

fn options(wire: Wire, code: &Path, out: &Path) -> Options {
    let model = if wire == Wire::Messages { "messages/scripted" } else { "chat/scripted" };
    Options {
        feature: Some("deleting chunks that nobody refers to".into()),
        dir: Some(code.to_owned()),
        out: out.to_owned(),
        model: Some(model.into()),
        ..Options::default()
    }
}

async fn go(options: &Options, server: &Server) -> Result<State, Ended> {
    run(options, &settings(server), &|_| None, Cancel::new(), Box::new(|_| {})).await
}

/// All artefacts but the journal and the transcript, which name the model.
fn artefacts(out: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![out.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(out).unwrap().to_string_lossy().into_owned();
            if name != "journal.jsonl" && name != "transcript.jsonl" {
                found.insert(name, std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn the_race_is_found_and_the_lock_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let code = codebase(folder.path());
    let mut all = Vec::new();
    for wire in [Wire::Messages, Wire::Chat] {
        let server = Server::start(script::answer);
        let out = folder.path().join(format!("{wire:?}"));
        let state = go(&options(wire, &code, &out), &server).await.unwrap_or_else(|e| panic!("{e}"));
        let open: Vec<_> = state.open().collect();
        assert_eq!(open.len(), 1, "{:?}", state.findings);
        assert_eq!((open[0].id.as_str(), open[0].violated.as_str()), ("F2", "NoDanglingReference"));
        let steps: Vec<_> =
            open[0].trace.iter().map(|s| s.action.split('(').next().unwrap().to_owned()).collect();
        assert_eq!(steps, ["Init", "DeleteReads", "FailsOver", "AddReads", "AddWrites", "DeleteWrites"]);
        assert!(state.findings[0].withdrawn.is_some());
        assert_eq!(state.mechanisms.len(), 1);
        assert!(state.draft.variables.iter().any(|v| v.name == "lock"));
        assert!(state.weakenings.is_empty());
        let challenge = state.challenge.as_ref().unwrap();
        assert_eq!(challenge.failed, None);
        assert!(challenge.tried > 30 && challenge.killed > 5, "{challenge:?}");
        let files = artefacts(&out);
        for name in [
            "plan.md",
            "coverage.md",
            "architecture.md",
            "behavior.md",
            "spec/ChunkStore.tla",
            "spec/ChunkStore.cfg",
            "sourcemap.json",
            "invariants.json",
            "findings.json",
            "challenge.json",
            "report.md",
            "report.html",
        ] {
            assert!(files.contains_key(name), "{name} is not there: {:?}", files.keys());
        }
        assert!(files["behavior.md"].contains("holds the chunk from the first read to the write"));
        let report = &files["report.md"];
        for wanted in [
            "1 finding",
            "F2: An old primary deletes",
            "## Withdrawn",
            "chunkstore/collector.py:12-21",
            "Hold the row",
        ] {
            assert!(report.contains(wanted), "{wanted} is not in the report:\n{report}");
        }
        assert!(
            state.refused.iter().any(|r| r.stage == Stage::Draft && r.refused.reason.name() == "not-tla")
        );
        all.push(files);
    }
    // But for the model's name, the same.
    let named = |files: &BTreeMap<String, String>| -> BTreeMap<String, String> {
        files
            .iter()
            .map(|(k, v)| (k.clone(), v.replace("messages/scripted", "M").replace("chat/scripted", "M")))
            .collect()
    };
    assert_eq!(named(&all[0]), named(&all[1]));

    // And from the transcript, with nobody to ask.
    let out = folder.path().join("replayed");
    let replay = Options {
        model: None,
        replay: Some(folder.path().join("Messages").join("transcript.jsonl")),
        ..options(Wire::Messages, &code, &out)
    };
    let again = run(&replay, &Settings::default(), &|_| None, Cancel::new(), Box::new(|_| {})).await;
    again.unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(artefacts(&out), all[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_history_the_lock_is_not_known() {
    let folder = tempfile::tempdir().unwrap();
    let code = codebase(folder.path());
    let server = Server::start(script::answer);
    let options = Options { no_history: true, ..options(Wire::Messages, &code, &folder.path().join("out")) };
    let state = go(&options, &server).await.unwrap_or_else(|e| panic!("{e}"));
    assert!(state.mechanisms.is_empty());
    assert!(!state.draft.variables.iter().any(|v| v.name == "lock"));
    assert_eq!(state.open().map(|f| f.id.as_str()).collect::<Vec<_>>(), ["F1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_goes_on_where_it_was_and_pays_for_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let code = codebase(folder.path());
    let whole = Server::start(script::answer);
    let complete = folder.path().join("complete");
    go(&options(Wire::Messages, &code, &complete), &whole).await.unwrap_or_else(|e| panic!("{e}"));
    let calls = whole.shown().len();

    // The same in portions: each process may make so many calls more, and then its budget is spent.
    let server = Server::start(script::answer);
    let out = folder.path().join("portions");
    let mut options = options(Wire::Messages, &code, &out);
    let mut portions = 0;
    loop {
        options.limits.calls = Some(7 * (portions + 1));
        match go(&options, &server).await {
            Ok(_) => break,
            Err(Ended::Model(failure)) => assert_eq!(failure.kind, FailureKind::BudgetExhausted, "{failure}"),
            Err(other) => panic!("{other}"),
        }
        options.resume = true;
        portions += 1;
        assert!(portions < 40);
    }
    assert!(portions > 3, "{calls} calls in {portions} portions");
    assert_eq!(server.shown().len(), calls, "a call was paid for twice");
    assert_eq!(artefacts(&out), artefacts(&complete));
}

/// What the switches of the model come to, as the story needs it.
#[test]
fn the_codebase_has_the_verdicts_that_its_readme_says() {
    use specgen::workbench::check::CheckInput;
    use specgen::workbench::model::ModelInput;
    use specgen::workbench::source::SpecInput;
    use specgen::workbench::{Watch, Workbench};
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/codebases/chunkstore");
    let text = std::fs::read_to_string(folder.join("ChunkStore.tla")).unwrap();
    let verdicts = std::fs::read_to_string(folder.join("verdicts.jsonl")).unwrap();
    let mut count = 0;
    for line in verdicts.lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let mut config =
            String::from("SPECIFICATION Spec\nCONSTANTS Primaries = {p1, p2} References = {r1, r2}\n");
        for switch in ["Etags", "Lock", "Failover", "FenceAdds", "FenceDeletes"] {
            let on = row[switch].as_bool().unwrap();
            config += &format!("{switch} = {}\n", on.to_string().to_uppercase());
        }
        config += "INVARIANT NoDanglingReference\nCHECK_DEADLOCK FALSE\n";
        let input = CheckInput {
            spec: SpecInput::of_text(text.clone()),
            model: ModelInput { config: Some(config), ..ModelInput::default() },
            ..CheckInput::default()
        };
        let output = Workbench::in_memory().check(&input, &Watch::silent()).unwrap();
        let found = output.violation.as_ref().and_then(|v| v.name.clone());
        let wanted = (row["verdict"] == "violated").then(|| "NoDanglingReference".to_owned());
        assert_eq!(
            (found, output.complete),
            (wanted.clone(), wanted.is_none()),
            "{line}: {}",
            output.summary
        );
        assert_eq!(output.trace.map(|t| t.length), row["trace_length"].as_u64(), "{line}");
        count += 1;
    }
    assert_eq!(count, 6);
}
