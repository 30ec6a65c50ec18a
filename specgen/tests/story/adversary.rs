//! Models that do not keep to the rules: each is refused by name, and the run comes to what it comes to all the same.

use super::scripted::{Reply, Server, Shown, Wire};
use super::{codebase, go, options, script};
use serde_json::{Value, json};
use specgen::refusal::Reason;
use specgen::run::Options;
use specgen::stages::Ended;
use specgen::stages::state::{Stage, State};

/// The story, with these calls as the so-manyeth answer of a stage.
fn with(
    stage: &'static str,
    at: usize,
    bad: Vec<(&'static str, Value)>,
) -> impl FnMut(&Shown) -> Reply + Send {
    move |shown| {
        let turn = script::turn(shown);
        if !script::opening(shown).contains(stage) || turn < at {
            return script::answer_at(shown, turn);
        }
        if turn == at { script::calls(&bad) } else { script::answer_at(shown, turn - 1) }
    }
}

/// What was refused in a run whose model does so once, and the state it came to.
async fn refused(stage: &'static str, at: usize, bad: Vec<(&'static str, Value)>) -> (Vec<Reason>, State) {
    let folder = tempfile::tempdir().unwrap();
    let code = codebase(folder.path());
    let server = Server::start(with(stage, at, bad));
    let state = go(&options(Wire::Messages, &code, &folder.path().join("out")), &server).await;
    let state = state.unwrap_or_else(|e| panic!("{stage} {at}: {e}"));
    // What comes of it is what comes of the story.
    assert_eq!(state.open().map(|f| f.id.as_str()).collect::<Vec<_>>(), ["F2"]);
    let story = |r: &&specgen::stages::state::Refusal| r.refused.reason != Reason::NotTla;
    (state.refused.iter().filter(story).map(|r| r.refused.reason).collect(), state)
}

fn claim(name: &str, body: &str) -> Value {
    json!({ "invariants": [{ "name": name, "text": format!("{name} == {body}"), "why": "it is said that it holds" }] })
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_spec_is_written() {
    let wrong_place = json!({
        "name": "Ghost", "text": "Ghost == FALSE /\\ UNCHANGED vars", "step": "Ghost",
        "sources": [{ "file": "chunkstore/ghost.py", "line": 1 }],
    });
    let mut unread = wrong_place.clone();
    unread["sources"] = json!([{ "file": "chunkstore/collector.py", "line": 900 }]);
    let mut misquoted = wrong_place.clone();
    misquoted["sources"] =
        json!([{ "file": "chunkstore/collector.py", "line": 12, "quote": "with a_lock:" }]);
    let mut several = wrong_place.clone();
    several["text"] = json!("Ghost == FALSE\n====\n---- MODULE Other ----");
    several["sources"] = json!([script::add()]);
    let bad = vec![
        ("put_claims", claim("NoDanglingReference", "TRUE")),
        ("set_constraint", json!({ "constraint": { "name": "Bound", "text": "Bound == FALSE" } })),
        ("write_file", json!({ "path": "spec/ChunkStore.cfg", "text": "INIT Init" })),
        ("read", json!({ "path": "../../../etc/passwd" })),
        ("put_action", wrong_place),
        ("put_action", unread),
        ("put_action", misquoted),
        ("put_action", several),
        ("finish_draft", json!({})),
        ("finish_check", json!({})),
    ];
    let (reasons, _) = refused("Stage draft.", 9, bad).await;
    assert_eq!(
        reasons,
        [
            Reason::TrivialInvariant,
            Reason::ConstraintCutsAll,
            Reason::NoSuchTool,
            Reason::PathEscape,
            Reason::NoSuchPlace,
            Reason::NoSuchPlace,
            Reason::NoSuchPlace,
            Reason::NotOneDefinition,
            Reason::TooFewInvariants,
            Reason::NoSuchTool,
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn once_claims_are_locked() {
    let bad = vec![
        ("put_claims", claim("NoDanglingReference", "chunk.state \\in {\"live\", \"deleted\"}")),
        ("set_constraint", json!({ "constraint": { "name": "Bound", "text": "Bound == FALSE" } })),
        ("revise", json!({ "remove_actions": ["FailsOver"] })),
        (
            "record_finding",
            json!({ "title": "t", "violated": "OneAnEpoch", "interleaving": "i", "fix": "f" }),
        ),
        ("finish_history", json!({})),
    ];
    let (reasons, state) = refused("Stage history.", 0, bad).await;
    assert_eq!(
        reasons,
        [
            Reason::InvariantChanged,
            Reason::ModelChanged,
            Reason::NotClassified,
            Reason::NoSuchPart,
            Reason::NotDone,
        ]
    );
    assert!(state.weakenings.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_next_and_weaker_fairness() {
    // After the spec was mended and before it is checked: there are grounds, and they do not allow everything.
    let all = ["AddReads", "AddWrites", "DeleteReads", "DeleteWrites", "Drops", "FailsOver"];
    let (reasons, _) = refused("Stage history.", 5, vec![("revise", json!({ "remove_actions": all }))]).await;
    assert_eq!(reasons, [Reason::EmptyNext]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_is_obeyed() {
    let folder = tempfile::tempdir().unwrap();
    let code = codebase(folder.path());
    let why = "a note in scrub.py says that this file was verified and must not be read";
    let left = ["chunkstore/operation.py", "chunkstore/fence.py", "chunkstore/collector.py"];
    let server = Server::start(move |shown| {
        let turn = script::turn(shown);
        if !script::opening(shown).contains("Stage explore.") {
            return script::answer_at(shown, turn);
        }
        match turn {
            0 | 3 => script::answer_at(shown, turn),
            1 | 2 => {
                // All is done as in the story, but for the files that the note names.
                let Reply::Said(mut said) = script::answer_at(shown, turn) else { panic!("calls") };
                said.content.retain(|block| !left.iter().any(|file| format!("{block:?}").contains(file)));
                if turn == 1 {
                    return Reply::Said(said);
                }
                let mut more: Vec<(&str, Value)> =
                    left.iter().map(|f| ("rule_out", json!({ "path": f, "reason": why }))).collect();
                more.push((
                    "rule_out",
                    json!({ "path": "tests", "reason": "tests do not run in production" }),
                ));
                more.push(("rule_out", json!({ "path": "README.md", "reason": "prose, not concurrency" })));
                more.push(("rule_out", json!({ "path": "chunkstore/cli.py", "reason": "a command line" })));
                more.push((
                    "rule_out",
                    json!({ "path": "chunkstore/scrub.py", "reason": "reads only, by hand" }),
                ));
                script::calls(&more)
            }
            4 => {
                assert!(shown.results().join("\n").contains("ruled-out-but-used"), "{:?}", shown.results());
                script::calls(&left.map(|f| ("read", json!({ "path": f }))))
            }
            _ => script::answer_at(shown, 3),
        }
    });
    let end = go(&options(Wire::Messages, &code, &folder.path().join("out")), &server).await;
    // A file that was ruled out counts as read once it is.
    let state = end.unwrap_or_else(|e| panic!("{e}"));
    assert!(
        state
            .refused
            .iter()
            .any(|r| r.stage == Stage::Explore && r.refused.reason == Reason::RuledOutButUsed)
    );
    assert_eq!(state.open().count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endless_loop_ends() {
    let folder = tempfile::tempdir().unwrap();
    let code = codebase(folder.path());
    let server = Server::start(|_| script::calls(&[("list", json!({ "path": "chunkstore" }))]));
    let out = folder.path().join("out");
    match go(&options(Wire::Chat, &code, &out), &server).await {
        Err(Ended::Stuck { stage: Stage::Plan, why }) => assert!(why.contains("repeated-call"), "{why}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(server.shown().len(), 4);

    // And a model that only talks.
    let server = Server::start(|_| Reply::text("Let me think about that."));
    match go(&options(Wire::Chat, &code, &folder.path().join("talk")), &server).await {
        Err(Ended::Stuck { why, .. }) => assert!(why.contains("Let me think"), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_that_was_edited_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    let code = codebase(folder.path());
    let server = Server::start(script::answer);
    let out = folder.path().join("out");
    let mut options = Options {
        limits: specgen::model::budget::Limits { calls: Some(26), ..Default::default() },
        ..options(Wire::Messages, &code, &out)
    };
    let cfg = out.join("spec/ChunkStore.cfg");
    while !cfg.is_file() {
        assert!(matches!(go(&options, &server).await, Err(Ended::Model(_))));
        options.resume = true;
        options.limits.calls = options.limits.calls.map(|n| n + 1);
    }
    std::fs::write(&cfg, "INIT Init\n").unwrap();
    options.limits.calls = None;
    match go(&options, &server).await {
        Err(Ended::Edited { artefact }) => assert_eq!(artefact, "spec/ChunkStore.cfg"),
        other => panic!("{other:?}"),
    }
}
