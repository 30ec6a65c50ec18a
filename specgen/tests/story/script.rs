//! The model of the story: it knows the codebase no better than what it is shown.
//!
//! Enters: what the server was shown. Leaves: what a model would say. Holds: it answers by what it was shown: an action
//! is repaired only after the diagnostic, the lock is known only after a result that holds the commit, a finding is
//! recorded only after the trace. It says nothing that depends on the wire.

use super::scripted::{Reply, Shown};
use serde_json::{Value, json};
use specgen::model::conversation::{Block, Role};

/// How many answers the model has given in this conversation.
pub fn turn(shown: &Shown) -> usize {
    shown.request.messages.iter().filter(|m| m.role == Role::Assistant).count()
}

pub fn opening(shown: &Shown) -> &str {
    match shown.request.messages[0].content.first() {
        Some(Block::Text { text }) => text,
        other => panic!("a conversation begins with text: {other:?}"),
    }
}

pub fn calls(calls: &[(&str, Value)]) -> Reply {
    let numbered: Vec<(String, &str, Value)> = calls
        .iter()
        .enumerate()
        .map(|(at, (name, input))| (format!("c{at}"), *name, input.clone()))
        .collect();
    let given: Vec<(&str, &str, Value)> =
        numbered.iter().map(|(id, name, input)| (id.as_str(), *name, input.clone())).collect();
    Reply::calls(&given)
}

/// Files of the component as a listing names them.
fn files(shown: &Shown) -> Vec<String> {
    let all = shown.results().join("\n");
    let words = all.split(|c: char| c.is_whitespace() || c == '`' || c == '|' || c == ',');
    let mut files: Vec<String> =
        words.filter(|w| w.starts_with("chunkstore/") && w.ends_with(".py")).map(str::to_owned).collect();
    files.sort();
    files.dedup();
    files
}

const READ: [&str; 4] = [
    "chunkstore/references.py",
    "chunkstore/collector.py",
    "chunkstore/operation.py",
    "chunkstore/primary.py",
];

fn lines(file: &str, line: u32, end_line: u32, quote: &str) -> Value {
    json!({ "file": file, "line": line, "end_line": end_line, "quote": quote })
}

pub fn add() -> Value {
    lines(
        "chunkstore/references.py",
        9,
        17,
        "fenced_write(primary, tables.references, reference_id, ReferenceRow(chunk_id), etag)",
    )
}

fn delete() -> Value {
    lines(
        "chunkstore/collector.py",
        12,
        21,
        "tables.chunks.write(chunk_id, ChunkRow(DELETED, chunk.size), etag)",
    )
}

fn takeover() -> Value {
    lines("chunkstore/primary.py", 18, 22, "tables.epoch += 1")
}

fn dropping() -> Value {
    lines("chunkstore/references.py", 20, 25, "def drop_reference(primary, reference_id):")
}

fn held() -> Value {
    lines("chunkstore/operation.py", 9, 18, "with primary.held[chunk_id]:")
}

pub fn answer(shown: &Shown) -> Reply {
    answer_at(shown, turn(shown))
}

/// The answer that is the so-manyeth of its stage.
pub fn answer_at(shown: &Shown, turn: usize) -> Reply {
    let text = opening(shown);
    match text {
        _ if text.contains("Stage plan.") => plan(turn),
        _ if text.contains("Stage explore.") => explore(shown, turn),
        _ if text.contains("Stage document.") => document(turn),
        _ if text.contains("Stage draft.") => draft(shown, turn),
        _ if text.contains("Stage check.") => check(shown, turn),
        _ if text.contains("Stage history.") => history(shown, turn),
        _ => panic!("a stage that nobody knows: {text}"),
    }
}

fn plan(turn: usize) -> Reply {
    match turn {
        0 => calls(&[("list", json!({ "path": "chunkstore" }))]),
        _ => calls(&[(
            "submit_plan",
            json!({ "steps": [
                { "step": "Find who reads and writes chunk rows and reference rows", "produces": "a list of operations" },
                { "step": "Find what protects them from one another", "produces": "architecture and behaviour" },
                { "step": "Model each read and write as a step", "produces": "the spec and its invariants" },
            ] }),
        )]),
    }
}

fn explore(shown: &Shown, turn: usize) -> Reply {
    match turn {
        0 => calls(&[("glob", json!({ "pattern": "**/*.py" }))]),
        1 => {
            let wanted: Vec<(&str, Value)> = files(shown)
                .into_iter()
                .filter(|f| !f.ends_with("cli.py") && !f.ends_with("scrub.py"))
                .map(|f| ("read", json!({ "path": f })))
                .collect();
            assert!(wanted.len() > 8, "{:?}", shown.results());
            calls(&wanted)
        }
        2 => calls(&[
            ("rule_out", json!({ "path": "tests", "reason": "tests do not run in production" })),
            ("rule_out", json!({ "path": "README.md", "reason": "prose, and not about concurrency" })),
            (
                "rule_out",
                json!({ "path": "chunkstore/cli.py", "reason": "parses arguments of a command line" }),
            ),
            (
                "rule_out",
                json!({ "path": "chunkstore/scrub.py", "reason": "reads only, and is run by hand" }),
            ),
        ]),
        _ => calls(&[(
            "finish_exploring",
            json!({ "overview": "add_reference reads a chunk row and writes a reference row; delete_chunk reads reference \
                     rows and writes a chunk row." }),
        )]),
    }
}

fn reads() -> Vec<(&'static str, Value)> {
    READ.iter().map(|f| ("read", json!({ "path": f }))).collect()
}

fn documents(locked: bool) -> Vec<(&'static str, Value)> {
    let mut claims = vec![
        json!({ "text": "Adding reads the chunk row, then writes the reference row under the epoch fence.", "sources": [add()] }),
        json!({ "text": "Deleting reads the reference rows, then writes the chunk row, without a fence.", "sources": [delete()] }),
    ];
    if locked {
        claims.push(json!({ "text": "A primary holds the chunk from the first read to the write, in its own memory.", "sources": [held()] }));
    }
    vec![
        (
            "submit_document",
            json!({ "document": "architecture", "title": "Architecture", "sections": [
                { "heading": "Who runs", "claims": [{ "text": "Another process may take over while the old one still runs.", "sources": [takeover()] }] },
            ] }),
        ),
        (
            "submit_document",
            json!({ "document": "behavior", "title": "Behaviour", "sections": [{ "heading": "Operations", "claims": claims }] }),
        ),
    ]
}

fn document(turn: usize) -> Reply {
    match turn {
        0 => calls(&reads()),
        1 => calls(&documents(false)),
        _ => calls(&[("finish_documents", json!({}))]),
    }
}

/// The actions, each with what it leaves as it is; `lock` is among the variables once it is known.
fn actions(locked: bool) -> Vec<Value> {
    let lock = if locked { ", lock" } else { "" };
    let take = if locked { "    /\\ ~lock[p]\n    /\\ lock' = [lock EXCEPT ![p] = TRUE]\n" } else { "" };
    let release = if locked { "        /\\ lock' = [lock EXCEPT ![p] = FALSE]\n" } else { "" };
    let action = |name: &str, text: String, step: &str, sources: Value| json!({ "name": name, "text": text, "step": step, "sources": [sources] });
    vec![
        action(
            "AddReads",
            format!(
                "AddReads(p, r) ==\n    /\\ own[p] > 0 /\\ adding[p].at = \"idle\" /\\ chunk.state = \"live\" /\\ ~refs[r].present\n{take}    \
                 /\\ adding' = [adding EXCEPT ![p] = [at |-> \"write\", etag |-> refs[r].etag, ref |-> r]]\n    \
                 /\\ UNCHANGED <<chunk, refs, epoch, own, deleting>>"
            ),
            "\\E p \\in Primaries, r \\in References : AddReads(p, r)",
            add(),
        ),
        action(
            "AddWrites",
            format!(
                "AddWrites(p) ==\n    LET r == adding[p].ref\n        fits == own[p] = epoch /\\ refs[r].etag = adding[p].etag\n    \
                 IN  /\\ adding[p].at = \"write\"\n        \
                 /\\ refs' = IF fits THEN [refs EXCEPT ![r] = [present |-> TRUE, etag |-> (@.etag + 1) % 4]] ELSE refs\n        \
                 /\\ adding' = [adding EXCEPT ![p] = Idle]\n{release}        /\\ UNCHANGED <<chunk, epoch, own, deleting>>"
            ),
            "\\E p \\in Primaries : AddWrites(p)",
            add(),
        ),
        action(
            "DeleteReads",
            format!(
                "DeleteReads(p) ==\n    /\\ own[p] > 0 /\\ deleting[p].at = \"idle\" /\\ chunk.state = \"live\"\n    \
                 /\\ \\A r \\in References : ~refs[r].present\n{take}    \
                 /\\ deleting' = [deleting EXCEPT ![p] = [Idle EXCEPT !.at = \"write\", !.etag = chunk.etag]]\n    \
                 /\\ UNCHANGED <<chunk, refs, epoch, own, adding>>"
            ),
            "\\E p \\in Primaries : DeleteReads(p)",
            delete(),
        ),
        action(
            "DeleteWrites",
            format!(
                "DeleteWrites(p) ==\n    LET fits == chunk.etag = deleting[p].etag\n    IN  /\\ deleting[p].at = \"write\"\n        \
                 /\\ chunk' = IF fits THEN [state |-> \"deleted\", etag |-> chunk.etag + 1] ELSE chunk\n        \
                 /\\ deleting' = [deleting EXCEPT ![p] = Idle]\n{release}        /\\ UNCHANGED <<refs, epoch, own, adding>>"
            ),
            "\\E p \\in Primaries : DeleteWrites(p)",
            delete(),
        ),
        action(
            "Drops",
            format!(
                "Drops(p, r) ==\n    /\\ own[p] > 0 /\\ refs[r].present\n    \
                 /\\ refs' = [refs EXCEPT ![r] = [present |-> FALSE, etag |-> (@.etag + 1) % 4]]\n    \
                 /\\ UNCHANGED <<chunk, epoch, own, adding, deleting{lock}>>"
            ),
            "\\E p \\in Primaries, r \\in References : Drops(p, r)",
            dropping(),
        ),
        action(
            "FailsOver",
            format!(
                "FailsOver(p) ==\n    /\\ epoch < 2 /\\ own[p] = 0\n    /\\ epoch' = epoch + 1\n    \
                 /\\ own' = [own EXCEPT ![p] = epoch + 1]\n    /\\ UNCHANGED <<chunk, refs, adding, deleting{lock}>>"
            ),
            "\\E p \\in Primaries : FailsOver(p)",
            takeover(),
        ),
    ]
}

fn init(locked: bool) -> String {
    let lock = if locked { "\n    /\\ lock = [p \\in Primaries |-> FALSE]" } else { "" };
    format!(
        "Init ==\n    /\\ chunk = [state |-> \"live\", etag |-> 0]\n    \
         /\\ refs = [r \\in References |-> [present |-> FALSE, etag |-> 0]]\n    /\\ epoch = 1\n    \
         /\\ \\E p \\in Primaries : own = [q \\in Primaries |-> IF q = p THEN 1 ELSE 0]\n    \
         /\\ adding = [p \\in Primaries |-> Idle]\n    /\\ deleting = [p \\in Primaries |-> Idle]{lock}"
    )
}

pub const CLAIMS: [(&str, &str); 10] = [
    ("NoDanglingReference", "\\A r \\in References : refs[r].present => chunk.state = \"live\""),
    ("EpochsAreKnown", "\\A p \\in Primaries : own[p] <= epoch"),
    ("OneAnEpoch", "\\A p, q \\in Primaries : own[p] > 0 /\\ own[p] = own[q] => p = q"),
    ("SomebodyLeads", "\\E p \\in Primaries : own[p] = epoch"),
    ("OnlyPrimariesAdd", "\\A p \\in Primaries : adding[p].at = \"write\" => own[p] > 0"),
    ("OnlyPrimariesDelete", "\\A p \\in Primaries : deleting[p].at = \"write\" => own[p] > 0"),
    ("DeletedHasEtag", "chunk.state = \"deleted\" => chunk.etag > 0"),
    ("LiveIsUntouched", "chunk.state = \"live\" => chunk.etag = 0"),
    ("DeletedOnce", "chunk.etag <= 1"),
    ("EtagsAreOld", "\\A p \\in Primaries : deleting[p].at = \"write\" => deleting[p].etag <= chunk.etag"),
];

fn draft(shown: &Shown, turn: usize) -> Reply {
    let mut actions = actions(false);
    match turn {
        0 => calls(&reads()),
        1 => calls(&[(
            "set_frame",
            json!({
                "module": "ChunkStore", "about": "One chunk, references to it, two processes.", "extends": ["Naturals"],
                "constants": [
                    { "name": "Primaries", "value": "{p1, p2}", "about": "processes" },
                    { "name": "References", "value": "{r1, r2}", "about": "reference rows" },
                ],
                "variables": [
                    { "name": "chunk", "about": "the chunk row" }, { "name": "refs", "about": "the reference rows" },
                    { "name": "epoch", "about": "the epoch in the store" },
                    { "name": "own", "about": "the epoch each process believes in, 0 for none" },
                    { "name": "adding", "about": "what each is adding" }, { "name": "deleting", "about": "what each is deleting" },
                ],
                "operators": [{ "name": "Idle", "text": "Idle == [at |-> \"idle\", etag |-> 0, ref |-> CHOOSE r \\in References : TRUE]" }],
                "init": { "name": "Init", "text": init(false) },
                "type_invariant": { "name": "TypeOK", "text": "TypeOK ==\n    /\\ chunk.state \\in {\"live\", \"deleted\"}\n    \
                    /\\ epoch \\in 1..2 /\\ own \\in [Primaries -> 0..2]\n    /\\ \\A r \\in References : refs[r].present \\in BOOLEAN" },
            }),
        )]),
        2 => {
            // A slip: the tuple is not closed.
            let text = actions[0]["text"].as_str().expect("a text").replace(">>", ">");
            actions[0]["text"] = json!(text);
            calls(&[("put_action", actions[0].clone())])
        }
        3 => {
            let told = shown.results().join("\n");
            assert!(
                told.contains("refused (not-tla)") && told.contains("error[E"),
                "no diagnostic, no repair: {told}"
            );
            calls(&[("put_action", actions[0].clone())])
        }
        4..=8 => calls(&[("put_action", actions[turn - 3].clone())]),
        9 => {
            let claim = |(name, body): &(&str, &str)| json!({ "name": name, "text": format!("{name} == {body}"), "why": format!("{name}: the store would be broken otherwise") });
            calls(&[("put_claims", json!({ "invariants": CLAIMS.iter().map(claim).collect::<Vec<_>>() }))])
        }
        _ => calls(&[("finish_draft", json!({}))]),
    }
}

fn check(shown: &Shown, turn: usize) -> Reply {
    match turn {
        0 => calls(&[("check", json!({}))]),
        1 => {
            let told = shown.results().join("\n");
            let seen = ["NoDanglingReference", "DeleteReads", "AddWrites", "DeleteWrites"]
                .iter()
                .all(|w| told.contains(w));
            assert!(seen, "no trace, no finding: {told}");
            let mut both = reads();
            both.push((
                "classify",
                json!({
                    "violated": "NoDanglingReference", "cause": "real_bug", "evidence": [add(), delete()],
                    "justification": "Each operation decides by one row and writes the other: etags do not see that.",
                }),
            ));
            calls(&both)
        }
        2 => calls(&[(
            "record_finding",
            json!({
                "title": "A chunk is deleted while a reference is added", "violated": "NoDanglingReference",
                "interleaving": "delete_chunk reads the references; add_reference writes one; delete_chunk deletes.",
                "fix": "Make both decisions one transaction.",
            }),
        )]),
        _ => calls(&[("finish_check", json!({}))]),
    }
}

/// The commit that a result names above a subject.
fn commit(told: &str, subject: &str) -> Option<String> {
    let before = &told[..told.find(subject)?];
    Some(before[before.rfind("commit ")? + 7..].lines().next()?.trim().to_owned())
}

const REASON: &str = "operations on a chunk exclude one another";

fn history(shown: &Shown, turn: usize) -> Reply {
    let told = shown.results().join("\n");
    match turn {
        0 => calls(&[("git_log", json!({ "count": 60 }))]),
        1 => match commit(&told, "Hold the row from the first read to the write") {
            Some(id) => calls(&[("git_show", json!({ "commit": id }))]),
            // Without the history there is no more to be known.
            None => calls(&[("check", json!({}))]),
        },
        2 if told.contains(REASON) => {
            let id = commit(&told, "Hold the row").expect("the commit is shown");
            let mut more = reads();
            more.push((
                "record_mechanism",
                json!({
                    "commit": id, "quote": REASON, "sources": [held()],
                    "what": "A primary holds the chunk pessimistically while it adds or deletes.",
                }),
            ));
            calls(&more)
        }
        3 => {
            let mut more = documents(true);
            more.push((
                "classify",
                json!({
                    "violated": "NoDanglingReference", "cause": "spec_wrong", "evidence": [held()],
                    "justification": "The helper around both operations holds the chunk; the spec lacks it.",
                }),
            ));
            calls(&more)
        }
        // What was found before the stage is classified once it was checked in it.
        4 => calls(&[(
            "revise",
            json!({
                "variables": [{ "name": "lock", "about": "whether a primary holds the chunk, in its own memory" }],
                "init": { "name": "Init", "text": init(true) }, "actions": actions(true),
            }),
        )]),
        5 => calls(&[("check", json!({}))]),
        6 => {
            let seen = ["NoDanglingReference", "FailsOver", "DeleteWrites"].iter().all(|w| told.contains(w));
            assert!(seen, "no trace, no finding: {told}");
            calls(&[(
                "classify",
                json!({
                    "violated": "NoDanglingReference", "cause": "real_bug", "evidence": [add(), delete(), takeover()],
                    "justification": "The lock is in the memory of each primary, and only adds are fenced by the epoch.",
                }),
            )])
        }
        7 => calls(&[(
            "record_finding",
            json!({
                "title": "An old primary deletes a chunk while the new one adds a reference",
                "violated": "NoDanglingReference", "instead_of": "F1",
                "interleaving": "The old primary has read that there are no references; the new one takes over and adds \
                                 one, within its fence; the old one deletes, without a fence.",
                "fix": "Write the chunk row with fenced_write too.",
            }),
        )]),
        _ => calls(&[("finish_history", json!({}))]),
    }
}
