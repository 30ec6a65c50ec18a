//! Every tool through the library, with what it must say and what it must refuse.

use specgen::mutate::Kind as Mutation;
use specgen::workbench::check::{CheckInput, SimulateInput, Verdict};
use specgen::workbench::coverage::{CoverageInput, Never};
use specgen::workbench::eval::EvalInput;
use specgen::workbench::explore::ExploreInput;
use specgen::workbench::failure::{Failure, Kind};
use specgen::workbench::model::{Constant, ModelInput};
use specgen::workbench::mutate::{Fate, MutateInput};
use specgen::workbench::page::Page;
use specgen::workbench::source::SpecInput;
use specgen::workbench::symbols::{ModulesInput, SymbolKind, SymbolLevel, SymbolsInput};
use specgen::workbench::syntax::ParseInput;
use specgen::workbench::trace::{TraceDiffInput, TraceGetInput, TraceInput};
use specgen::workbench::translate::TranslateInput;
use specgen::workbench::validate::TraceValidateInput;
use specgen::workbench::{Limits, Progress, Told, Watch, Workbench};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tla_checker::observer::Cancel;

/// A lock with a queue; `Give` forgets nothing.
const LOCK: &str = r#"---- MODULE Lock ----
EXTENDS Naturals, Sequences
CONSTANT Procs, Most
VARIABLES holder, queue, log

vars == <<holder, queue, log>>
(* Who waits, in order;
   nobody twice. *)
Waiting == {queue[i] : i \in 1..Len(queue)}
TypeOK == holder \subseteq Procs /\ Waiting \subseteq Procs

Init == holder = {} /\ queue = <<>> /\ log = [p \in Procs |-> 0]

\* p stands in line.
Ask(p) == /\ p \notin Waiting
          /\ p \notin holder
          /\ log[p] < Most
          /\ queue' = Append(queue, p)
          /\ UNCHANGED <<holder, log>>
Take(p) == /\ queue # <<>>
           /\ Head(queue) = p
           /\ holder = {}
           /\ holder' = {p}
           /\ queue' = Tail(queue)
           /\ log' = [log EXCEPT ![p] = @ + 1]
Give(p) == p \in holder /\ holder' = holder \ {p} /\ UNCHANGED <<queue, log>>
Next == \E p \in Procs : Ask(p) \/ Take(p) \/ Give(p)
Spec == Init /\ [][Next]_vars /\ WF_vars(Next)

OneHolds == \A p, q \in holder : p = q
Bounded == \A p \in Procs : log[p] <= Most
Few == log["none"] = 0
Ends == <>(holder = {} /\ \A p \in Procs : log[p] = Most)
====
"#;

fn bench() -> Workbench {
    Workbench::in_memory()
}

fn model(invariants: &[&str]) -> ModelInput {
    ModelInput {
        constants: BTreeMap::from([
            ("Procs".to_owned(), Constant::Text("{a, b}".into())),
            ("Most".to_owned(), Constant::Int(2)),
        ]),
        invariants: invariants.iter().map(|name| (*name).to_owned()).collect(),
        deadlock: Some(false),
        ..ModelInput::default()
    }
}

fn lock() -> SpecInput {
    SpecInput::of_text(LOCK)
}

fn check(invariants: &[&str]) -> CheckInput {
    CheckInput { spec: lock(), model: model(invariants), ..CheckInput::default() }
}

/// A counter that goes on for ever.
fn endless() -> CheckInput {
    let text = "---- MODULE Endless ----\nEXTENDS Naturals\nVARIABLES x, y\nInit == x = 0 /\\ y = 0\n\
                Next == \\/ x' = x + 1 /\\ UNCHANGED y\n        \\/ y' = y + 1 /\\ UNCHANGED x\n====\n";
    CheckInput { spec: SpecInput::of_text(text), ..CheckInput::default() }
}

fn refused<T: std::fmt::Debug>(result: Result<T, Failure>, kind: Kind, says: &str) {
    let failure = result.expect_err(says);
    assert!(failure.kind == kind && failure.text().contains(says), "{:?}: {}", failure.kind, failure.text());
}

#[test]
fn parse_says_what_is_wrong_and_where() {
    let input = |text: String| ParseInput { spec: SpecInput::of_text(text), ..ParseInput::default() };
    let right = bench().parse(&input(LOCK.into())).expect("is parsed");
    assert!(right.ok && right.errors == 0 && right.module.as_deref() == Some("Lock"));
    assert_eq!(right.modules.last().map(String::as_str), Some("Lock"));
    let wrong =
        bench().parse(&input(LOCK.replace("Append", "Apend").replace("Tail", "Tial"))).expect("is parsed");
    assert!(!wrong.ok && wrong.errors == 2 && wrong.module.is_none());
    let first = &wrong.diagnostics[0];
    assert_eq!((first.code.as_str(), first.place.as_ref().map(|p| p.line)), ("E0201", Some(18)));
    assert!(first.help.as_deref().is_some_and(|help| help.contains("Append")), "{first:?}");
    assert!(first.drawn.contains("^^^^") && wrong.text().contains("Apend"));
    let mut paged = input(LOCK.replace("Append", "Apend").replace("Tail", "Tial"));
    paged.page = Page { cursor: None, limit: Some(1) };
    let page = bench().parse(&paged).expect("is parsed");
    assert_eq!((page.diagnostics.len(), page.errors, page.next_cursor.as_deref()), (1, 2, Some("from-1")));
    let algorithm = "---- MODULE P ----\n(* --algorithm P { variable x = 0; { x := 1 } } *)\n====\n";
    let stale = bench().parse(&input(algorithm.into())).expect("is parsed");
    assert!(stale.ok && stale.warnings == 1, "{:?}", stale.diagnostics);
    let several = SpecInput {
        modules: BTreeMap::from([("Two".to_owned(), "---- MODULE Two ----\ntwo == 2\n====".to_owned())]),
        ..SpecInput::of_text("---- MODULE One ----\nEXTENDS Two\nx == two\n====")
    };
    assert!(bench().parse(&ParseInput { spec: several, ..ParseInput::default() }).expect("is parsed").ok);
    refused(bench().parse(&ParseInput::default()), Kind::Argument, "text");
}

#[test]
fn symbols_have_kinds_levels_places_and_comments() {
    let input = SymbolsInput { spec: lock(), ..SymbolsInput::default() };
    let symbols = bench().symbols(&input).expect("are listed");
    let find =
        |name: &str| symbols.symbols.iter().find(|s| s.name == name).unwrap_or_else(|| panic!("{name}"));
    assert_eq!((find("Procs").kind, find("holder").kind), (SymbolKind::Constant, SymbolKind::Variable));
    assert_eq!((find("Ask").level, find("Ask").arity, find("Ask").place.line), (SymbolLevel::Action, 1, 15));
    assert_eq!(find("Ask").comment.as_deref(), Some("p stands in line."));
    assert_eq!(find("Waiting").comment.as_deref(), Some("Who waits, in order; nobody twice."));
    assert_eq!((find("Spec").level, find("TypeOK").level), (SymbolLevel::Temporal, SymbolLevel::State));
    assert_eq!(symbols.extends, ["Naturals", "Sequences"]);
    assert!(symbols.symbols.iter().all(|s| s.module == "Lock") && find("TypeOK").comment.is_none());
    let extended = bench().symbols(&SymbolsInput { extended: true, filter: Some("Head".into()), ..input });
    let extended = extended.expect("are listed");
    assert_eq!(extended.symbols.iter().map(|s| s.module.as_str()).collect::<Vec<_>>(), ["Sequences"]);
    assert!(extended.text().contains("Head(s"), "{}", extended.text());
}

#[test]
fn built_in_modules_are_listed_and_shown() {
    let all = bench()
        .modules(&ModulesInput { page: Page { limit: Some(500), cursor: None }, ..ModulesInput::default() });
    let all = all.expect("are listed");
    assert!(
        all.total > 20 && all.modules.iter().any(|m| m.name == "FiniteSets") && all.next_cursor.is_none()
    );
    assert!(all.modules.iter().all(|m| m.about.len() > 8), "{}", all.text());
    let one = ModulesInput { module: Some("Sequences".into()), with_text: true, ..ModulesInput::default() };
    let one = bench().modules(&one).expect("is shown");
    assert!(one.symbols.iter().any(|s| s.name == "SubSeq" && s.arity == 3));
    assert!(one.text.is_some_and(|text| text.contains("MODULE Sequences")));
    let none = ModulesInput { module: Some("Sequnces".into()), ..ModulesInput::default() };
    refused(bench().modules(&none), Kind::NotFound, "did you mean `Sequences`?");
}

#[test]
fn a_check_that_holds_says_so_only_when_it_is_complete() {
    let output =
        bench().check(&check(&["TypeOK", "OneHolds", "Bounded"]), &Watch::silent()).expect("is checked");
    assert_eq!((output.outcome, output.complete, output.queue), (Verdict::Success, true, 0));
    assert!(output.distinct_states > 20 && output.model.contains("SPECIFICATION Spec"), "{}", output.model);
    assert!(output.actions.iter().any(|taken| taken.action == "Take(a)" && taken.generated > 0));
    let mut live = check(&[]);
    live.model.properties = vec!["Ends".into()];
    assert_eq!(bench().check(&live, &Watch::silent()).expect("is checked").outcome, Verdict::Success);
    let assumed = "---- MODULE A ----\nEXTENDS Naturals\nASSUME 1 + 1 = 2\nx == 1\n====";
    let assumed = CheckInput { spec: SpecInput::of_text(assumed), ..CheckInput::default() };
    let assumed = bench().check(&assumed, &Watch::silent()).expect("is checked");
    assert!(!assumed.complete && assumed.summary.contains("no behaviours"), "{}", assumed.summary);
    for (limits, bound) in [
        (Limits { states: Some(5), ..Limits::default() }, "states"),
        (Limits { depth: Some(2), ..Limits::default() }, "depth"),
        (Limits { seconds: Some(0.2), ..Limits::default() }, "time"),
    ] {
        let output =
            bench().check(&CheckInput { limits, ..endless() }, &Watch::silent()).expect("is checked");
        assert_eq!((output.outcome, output.bound.as_deref()), (Verdict::Bounded, Some(bound)));
        assert!(!output.complete && output.text().contains("no proof"));
    }
}

#[test]
fn a_violation_comes_with_its_trace_and_the_part_that_is_false() {
    let bench = bench();
    let output = bench.check(&check(&["OneHolds", "\\A p \\in Procs : log[p] < 2"]), &Watch::silent());
    let output = output.expect("is checked");
    let violation = output.violation.expect("is violated");
    assert_eq!(
        (output.outcome, violation.name.as_deref()),
        (Verdict::Invariant, Some("\\A p \\in Procs : log[p] < 2"))
    );
    let part = violation.false_part.expect("is known");
    assert_eq!(part.text, "log[p] < 2");
    assert!(part.values.iter().any(|read| read.value == "2"), "{part:?}");
    let trace = output.trace.expect("leads there");
    assert_eq!(trace.states[0].action, "Init");
    assert!(trace.states[1].action.starts_with("Ask(") && trace.states[1].changed == ["queue"]);
    // Failed evaluations are results too, with their code and place.
    let failed = bench.check(&check(&["Few"]), &Watch::silent()).expect("is checked");
    let violation = failed.violation.expect("is violated");
    assert_eq!((failed.outcome, violation.code.as_deref()), (Verdict::Failure, Some("E0502")));
    assert!(violation.drawn.contains("Few ==") && violation.phase.is_some());
    // A deadlock says why no action has a step.
    let mut dead = check(&[]);
    dead.model.deadlock = Some(true);
    let dead = bench.check(&dead, &Watch::silent()).expect("is checked");
    let disabled = dead.violation.expect("is violated").disabled;
    assert_eq!(dead.outcome, Verdict::Deadlock);
    let ask = disabled.iter().find(|d| d.action == "Ask(a)").expect("is explained");
    assert_eq!(ask.because[0].text, "log[p] < Most");
    // With keep_going all that is violated is told.
    let mut all = check(&["log[\"a\"] = 0", "holder = {}", "Bounded"]);
    all.model.invariants[0] = "queue = <<>>".into();
    all.keep_going = true;
    let all = bench.check(&all, &Watch::silent()).expect("is checked");
    let also: Vec<_> = all.further_violations.iter().filter_map(|v| v.name.clone()).collect();
    assert_eq!(also, ["holder = {}"]);
}

#[test]
fn a_liveness_violation_says_how_it_goes_on() {
    let mut input = check(&[]);
    input.model.specification = Some("Init /\\ [][Next]_vars".into());
    input.model.properties = vec!["Ends".into()];
    let output = bench().check(&input, &Watch::silent()).expect("is checked");
    assert_eq!(output.outcome, Verdict::Liveness);
    assert!(output.trace.expect("leads there").cycle.expect("goes on").stuttering);
}

#[test]
fn models_are_refused_where_they_do_not_fit() {
    let bench = bench();
    let with = |change: &dyn Fn(&mut CheckInput)| {
        let mut input = check(&[]);
        change(&mut input);
        bench.check(&input, &Watch::silent())
    };
    refused(with(&|i| i.model.invariants = vec!["Onehold".into()]), Kind::Rejected, "OneHolds");
    refused(with(&|i| i.model.invariants = vec!["holder =".into()]), Kind::Rejected, "E01");
    refused(with(&|i| drop(i.model.constants.remove("Most"))), Kind::Rejected, "E0420");
    refused(with(&|i| i.model.init = Some("Init".into())), Kind::Argument, "argument `next`");
    refused(
        with(&|i| {
            drop(i.model.constants.insert("Procs".into(), Constant::Text("{a} INVARIANT OneHolds".into())))
        }),
        Kind::Argument,
        "a value says more than a value",
    );
    refused(
        with(&|i| drop(i.model.constants.insert("Most".into(), Constant::Text("1 + 1".into())))),
        Kind::Rejected,
        "argument `constants`",
    );
    refused(with(&|i| i.model.config = Some("INVARIENT TypeOK".into())), Kind::Rejected, "E0402");
    refused(with(&|i| i.limits.seconds = Some(-1.0)), Kind::Argument, "argument `seconds`");
    refused(with(&|i| i.limits.depth = Some(0)), Kind::Argument, "argument `depth`");
    refused(with(&|i| i.spec.text = Some("no module".into())), Kind::Rejected, "error[");
    refused(with(&|i| i.spec.path = Some("Lock.tla".into())), Kind::Argument, "give one of them");
    // What is said beside a configuration is added to it.
    let config = "INIT Init NEXT Next CONSTANTS Procs = {a} Most = 1 INVARIANT OneHolds CHECK_DEADLOCK FALSE";
    let model = ModelInput {
        config: Some(config.into()),
        invariants: vec!["Bounded".into()],
        ..ModelInput::default()
    };
    let output = bench.check(&CheckInput { spec: lock(), model, ..CheckInput::default() }, &Watch::silent());
    let output = output.expect("is checked");
    assert!(output.model.contains("INVARIANT OneHolds\nINVARIANT Bounded\n"), "{}", output.model);
}

#[test]
fn nothing_outside_is_reached() {
    let path = std::env::temp_dir().join(format!("specgen-tools-{}", std::process::id()));
    let text = format!(
        "---- MODULE Evil ----\nEXTENDS IOUtils, Json\nVARIABLE x\nInit == x = 0\n\
         Next == x' = IOExec(<<\"touch\", \"{0}\">>).exitValue\nRead == JsonDeserialize(\"/etc/passwd\") = 1\n====\n",
        path.display()
    );
    let mut input = CheckInput { spec: SpecInput::of_text(text), ..CheckInput::default() };
    let output = bench().check(&input, &Watch::silent()).expect("is checked");
    assert_eq!(output.violation.and_then(|v| v.code).as_deref(), Some("E0519"));
    assert!(!path.exists(), "a program was run");
    input.model.invariants = vec!["Read".into()];
    let output = bench().check(&input, &Watch::silent()).expect("is checked");
    assert_eq!(output.violation.and_then(|v| v.code).as_deref(), Some("E0519"));
    let eval =
        EvalInput { expression: "IOEnv".into(), extends: vec!["IOUtils".into()], ..EvalInput::default() };
    refused(bench().eval(&eval, &Watch::silent()), Kind::Evaluation, "E0519");
}

#[test]
fn a_simulation_follows_from_its_seed() {
    let input = |seed| SimulateInput {
        spec: lock(),
        model: model(&["\\A p \\in Procs : log[p] < 2"]),
        behaviours: Some(50),
        depth: Some(30),
        seed,
        ..SimulateInput::default()
    };
    let once = bench().simulate(&input(7), &Watch::silent()).expect("is simulated");
    assert_eq!(once, bench().simulate(&input(7), &Watch::silent()).expect("is simulated"));
    assert_eq!((once.outcome, once.complete), (Verdict::Invariant, false));
    let mut right = input(1);
    right.model.invariants = vec!["OneHolds".into()];
    let right = bench().simulate(&right, &Watch::silent()).expect("is simulated");
    assert_eq!(
        (right.outcome, right.bound.as_deref(), right.behaviours),
        (Verdict::Bounded, Some("behaviours"), Some(50))
    );
    refused(
        bench().simulate(&SimulateInput { behaviours: Some(0), ..input(1) }, &Watch::silent()),
        Kind::Argument,
        "behaviours",
    );
}

#[test]
fn states_are_explored_a_step_at_a_time() {
    let bench = bench();
    let input = |choices: &[u64]| ExploreInput {
        spec: lock(),
        model: model(&["holder = {}"]),
        choices: choices.to_vec(),
        ..ExploreInput::default()
    };
    let start = bench.explore(&input(&[]), &Watch::silent()).expect("is explored");
    assert!(start.initial && start.total == 1 && start.path.is_empty());
    let here = bench.explore(&input(&[1, 1]), &Watch::silent()).expect("is explored");
    assert_eq!(here.path.len(), 2);
    assert_eq!(here.path[1].action, "Ask(a)");
    let actions: Vec<&str> = here.states.iter().map(|next| next.state.action.as_str()).collect();
    assert_eq!(actions, ["Take(a)", "Ask(b)"]);
    // The same state, given by its values.
    let given = ExploreInput { state: Some(here.path[1].values.clone()), ..input(&[]) };
    let given = bench.explore(&given, &Watch::silent()).expect("is explored");
    assert_eq!(given.states, here.states);
    let further = bench.explore(&input(&[1, 1, 1]), &Watch::silent()).expect("is explored");
    assert_eq!(further.violated, ["holder = {}"]);
    let only = ExploreInput { action: Some("Give".into()), ..input(&[1, 1]) };
    let only = bench.explore(&only, &Watch::silent()).expect("is explored");
    assert!(only.states.is_empty() && only.disabled[0].because[0].text == "p \\in holder");
    refused(bench.explore(&input(&[2]), &Watch::silent()), Kind::Argument, "there are 1");
    let wrong = |state: &[(&str, &str)]| {
        let state = state.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        bench.explore(&ExploreInput { state: Some(state), ..input(&[]) }, &Watch::silent())
    };
    refused(wrong(&[("holder", "{}")]), Kind::Argument, "has no value");
    refused(wrong(&[("nobody", "{}")]), Kind::Argument, "its variables are holder, queue, log");
    refused(
        wrong(&[("holder", "{} \\cup {}"), ("queue", "<<>>"), ("log", "<<>>")]),
        Kind::Argument,
        "is no value",
    );
    // Constraints mark what a search would not go on from.
    let mut cut = input(&[1]);
    cut.model.constraints = vec!["Len(queue) = 0".into()];
    let cut = bench.explore(&cut, &Watch::silent()).expect("is explored");
    assert!(cut.states.iter().all(|next| !next.allowed));
}

#[test]
fn expressions_have_values_or_say_why_not() {
    let eval = |expression: &str| EvalInput { expression: expression.into(), ..EvalInput::default() };
    let value = |input: &EvalInput| bench().eval(input, &Watch::silent());
    assert_eq!(value(&eval("{x * x : x \\in 1..3}")).expect("has a value").value, "{1, 4, 9}");
    let more = EvalInput { extends: vec!["SequencesExt".into()], ..eval("Reverse(<<1, 2>>)") };
    assert_eq!(value(&more).expect("has a value").value, "<<2, 1>>");
    let inside = EvalInput { spec: lock(), model: model(&[]), ..eval("[p \\in Procs |-> Most]") };
    assert_eq!(value(&inside).expect("has a value").value, "(a :> 2 @@ b :> 2)");
    let printed = value(&eval("PrintT(\"hello\")")).expect("has a value");
    assert_eq!(printed.printed, ["\"hello\""]);
    refused(value(&eval("1 + TRUE")), Kind::Evaluation, "E0501");
    refused(value(&eval("1 +")), Kind::Rejected, "E01");
    refused(value(&eval("x + 1")), Kind::Rejected, "E0201");
    refused(value(&eval(" ")), Kind::Argument, "expression");
    refused(
        value(&EvalInput { spec: lock(), model: model(&[]), ..eval("holder") }),
        Kind::Evaluation,
        "holder",
    );
}

#[test]
fn traces_are_read_and_compared() {
    let bench = bench();
    let output =
        bench.check(&check(&["\\A p \\in Procs : log[p] < 2"]), &Watch::silent()).expect("is checked");
    let trace = output.trace.expect("leads there");
    let of = TraceInput { trace_id: Some(trace.id.clone()), ..TraceInput::default() };
    let get = |input: TraceGetInput| bench.trace_get(&TraceGetInput { of: of.clone(), ..input });
    let all = get(TraceGetInput::default()).expect("is read");
    assert_eq!((all.length, &all.states), (trace.length, &trace.states));
    assert_eq!(all.variables, ["holder", "queue", "log"]);
    let pages = get(TraceGetInput {
        page: Page { cursor: Some("from-1".into()), limit: Some(2) },
        ..TraceGetInput::default()
    });
    assert_eq!(pages.expect("is read").states, trace.states[1..3]);
    let one = TraceGetInput { index: Some(-1), variable: Some("log".into()), ..TraceGetInput::default() };
    let whole = get(one.clone()).expect("is read");
    assert!(whole.json.expect("is a value")["#fn"].is_array() && whole.states.len() == 1);
    let part = get(TraceGetInput { path: Some("[b]".into()), ..one.clone() }).expect("is read");
    assert_eq!((part.value.as_deref(), part.json), (Some("2"), Some(serde_json::json!(2))));
    refused(
        get(TraceGetInput { path: Some("[c]".into()), ..one.clone() }),
        Kind::NotFound,
        "it has [a], [b]",
    );
    refused(
        get(TraceGetInput { index: Some(99), ..TraceGetInput::default() }),
        Kind::NotFound,
        "the states are 1 to",
    );
    refused(
        get(TraceGetInput { variable: Some("x".into()), ..TraceGetInput::default() }),
        Kind::NotFound,
        "holder",
    );
    refused(
        get(TraceGetInput { path: Some("[a]".into()), ..TraceGetInput::default() }),
        Kind::Argument,
        "index",
    );
    let diff = |input: TraceDiffInput| bench.trace_diff(&TraceDiffInput { of: of.clone(), ..input });
    let last = diff(TraceDiffInput::default()).expect("is compared");
    assert!(
        last.differences
            .iter()
            .any(|d| d.variable == "log" && d.path == "[b]" && d.after.as_deref() == Some("2"))
    );
    let same = diff(TraceDiffInput { from: Some(1), to: Some(1), ..TraceDiffInput::default() });
    assert!(same.expect("is compared").equal);
    let other = bench
        .check(&check(&["holder = {}"]), &Watch::silent())
        .expect("is checked")
        .trace
        .expect("leads there");
    let other = diff(TraceDiffInput { other_trace_id: Some(other.id), ..TraceDiffInput::default() });
    let other = other.expect("is compared");
    assert!(other.first_difference == Some(4) && !other.equal, "{other:?}");
    // What the reports of the checker hold is a trace too.
    let json = r##"{"trace":[{"action":"Init","state":{"x":{"#set":[1]}}},{"action":"Go","state":{"x":{"#set":[2]}}}]}"##;
    let given = TraceInput { trace: Some(json.into()), ..TraceInput::default() };
    let given =
        bench.trace_diff(&TraceDiffInput { of: given, ..TraceDiffInput::default() }).expect("is compared");
    assert_eq!(given.differences.len(), 2);
    let none = TraceInput { trace_id: Some("trace-0".into()), ..TraceInput::default() };
    refused(
        bench.trace_get(&TraceGetInput { of: none, ..TraceGetInput::default() }),
        Kind::NotFound,
        &trace.id,
    );
    let wrong = TraceInput { trace: Some("{}".into()), ..TraceInput::default() };
    refused(
        bench.trace_get(&TraceGetInput { of: wrong, ..TraceGetInput::default() }),
        Kind::Argument,
        "trace",
    );
}

#[test]
fn logs_are_compared_with_behaviours() {
    let input = |log: &str| TraceValidateInput {
        spec: lock(),
        model: model(&[]),
        log: Some(log.into()),
        ..TraceValidateInput::default()
    };
    let right = "{\"action\":\"Ask\",\"args\":[\"a\"]}\n{\"action\":\"Take\",\"args\":[\"a\"],\"state\":{\"queue\":[]}}\n";
    let admitted = bench().trace_validate(&input(right), &Watch::silent()).expect("is compared");
    assert!(admitted.admitted && admitted.matched == 2 && admitted.rejected.is_none(), "{}", admitted.text());
    let wrong = format!("{right}{{\"action\":\"Take\",\"args\":[\"b\"]}}\n");
    let rejected = bench().trace_validate(&input(&wrong), &Watch::silent()).expect("is compared");
    assert!(!rejected.admitted && rejected.matched == 2);
    assert_eq!(rejected.rejected.as_ref().map(|event| (event.event, event.line)), Some((3, 3)));
    assert!(rejected.reasons[0].drawn.contains("queue # <<>>"), "{}", rejected.text());
    let between = TraceValidateInput { between: 2, ..input("{\"action\":\"Give\",\"args\":[\"a\"]}") };
    assert!(bench().trace_validate(&between, &Watch::silent()).expect("is compared").admitted);
    let mapping = TraceValidateInput {
        mapping: Some(
            "{\"action\": \"what\", \"args\": \"who\", \"actions\": {\"enqueue\": \"Ask\"}}".into(),
        ),
        ..input("{\"what\":\"enqueue\",\"who\":[\"b\"]}")
    };
    assert!(bench().trace_validate(&mapping, &Watch::silent()).expect("is compared").admitted);
    refused(bench().trace_validate(&input("{"), &Watch::silent()), Kind::Rejected, "E0801");
    refused(
        bench().trace_validate(&input("{\"action\":\"Steal\"}"), &Watch::silent()),
        Kind::Rejected,
        "E0802",
    );
    refused(bench().trace_validate(&input("\n"), &Watch::silent()), Kind::Rejected, "E0803");
    let wrong = TraceValidateInput { mapping: Some("[]".into()), ..input(right) };
    refused(bench().trace_validate(&wrong, &Watch::silent()), Kind::Rejected, "mapping");
}

#[test]
fn coverage_says_what_never_happened() {
    let mut input = CoverageInput {
        spec: lock(),
        model: model(&["log[\"zz\"] = 1 => TRUE"]),
        expressions: true,
        ..CoverageInput::default()
    };
    input.model.invariants = vec!["Len(queue) > 5 => holder = {}".into()];
    input.model.constants.insert("Most".into(), Constant::Int(0));
    let output = bench().coverage(&input, &Watch::silent()).expect("is covered");
    let has = |kind, name: &str| output.findings.iter().any(|f| f.kind == kind && f.name.contains(name));
    assert!(
        has(Never::ActionNeverTaken, "Take") && has(Never::VariableNeverChanges, "log"),
        "{}",
        output.text()
    );
    assert!(output.findings.iter().any(|f| f.kind == Never::AntecedentNeverTrue), "{}", output.text());
    let ask = output.parts.iter().find(|part| part.name == "Ask").expect("is counted");
    assert!(ask.generated == Some(0) && ask.expressions.iter().any(|e| e.was_false > 0));
    assert!(output.complete && output.outcome == Verdict::Success);
}

#[test]
fn mutants_are_killed_or_survive() {
    let input = |invariants: &[&str]| MutateInput {
        spec: lock(),
        model: model(invariants),
        ..MutateInput::default()
    };
    let bench = bench();
    let output = bench.mutate(&input(&["OneHolds", "Bounded", "TRUE"]), &Watch::silent()).expect("is tried");
    let by = |kind, definition: &str, what: &str| {
        let all = &output.mutants;
        let found =
            all.iter().find(|m| m.kind == kind && m.definition == definition && m.description.contains(what));
        found.unwrap_or_else(|| panic!("{definition}: {what}\n{}", output.text()))
    };
    assert_eq!(by(Mutation::DropGuard, "Take", "holder = {}").fate, Fate::Survived);
    assert_eq!(by(Mutation::DropGuard, "Ask", "log[p] < Most").killed_by, ["Bounded"]);
    assert_eq!(by(Mutation::FlipComparison, "Ask", "log[p] < Most").killed_by, ["Bounded"]);
    assert_eq!(by(Mutation::RemoveAction, "Next", "Give(p)").fate, Fate::Survived);
    assert_eq!(by(Mutation::SkipUpdate, "Ask", "queue").fate, Fate::Survived);
    let judge = |name: &str| output.properties.iter().find(|judge| judge.name == name).expect(name);
    assert!(judge("Bounded").kills >= 2 && judge("TRUE").kills == 0);
    assert!(output.text().contains("TRUE notices NOTHING"));
    assert_eq!(output.total, output.mutants.len() as u64);
    assert_eq!(output.broken, 0, "{}", output.text());
    assert_eq!(
        output,
        bench.mutate(&input(&["OneHolds", "Bounded", "TRUE"]), &Watch::silent()).expect("is tried")
    );
    // A definition that a property reaches is left alone.
    let shared = bench.mutate(&input(&["TypeOK"]), &Watch::silent()).expect("is tried");
    assert_eq!(shared.shared, ["Waiting"]);
    // Pages say what they are of.
    let page = MutateInput { page: Page { cursor: None, limit: Some(3) }, ..input(&["Bounded"]) };
    let page = bench.mutate(&page, &Watch::silent()).expect("is tried");
    assert!(
        page.mutants.len() == 3
            && page.total == output.total
            && page.next_cursor.as_deref() == Some("from-3")
    );
    // Few states decide nothing.
    let few = Limits { states: Some(3), ..Limits::default() };
    let few = bench
        .mutate(&MutateInput { limits: few, ..input(&["OneHolds"]) }, &Watch::silent())
        .expect("is tried");
    assert!(few.undecided > 0 && few.baseline == Verdict::Bounded);
    let some =
        MutateInput { kinds: vec![Mutation::RemoveAction], definitions: vec!["Next".into()], ..input(&[]) };
    assert_eq!(bench.mutate(&some, &Watch::silent()).expect("is tried").total, 3);
    refused(
        bench.mutate(&input(&["holder = {}"]), &Watch::silent()),
        Kind::Rejected,
        "the spec itself is not right",
    );
    let none = MutateInput { definitions: vec!["Nxt".into()], ..input(&[]) };
    refused(bench.mutate(&none, &Watch::silent()), Kind::Argument, "there are mutants of");
}

#[test]
fn every_mutant_of_a_spec_with_all_kinds_of_layout_can_be_used() {
    let text = r#"---- MODULE Layout ----
EXTENDS Naturals
VARIABLES a, b
Init == a = 0 /\ b = 0
Big == \/ a > 3
       \/ /\ b >= 2
          /\ a # 1
Step == /\ \/ a < 3
           \/ /\ a = 3
              /\ b \in {0, 1}
        /\ ~(a \notin
               {0, 1, 2, 3})
        /\ a' = IF a <= 2 THEN a + 1
                          ELSE 0
        /\ b' = CASE a = 0 -> b [] a = 1 -> 1 - b [] OTHER -> b
Reset == ((a >= 1) /\ (~ Big \/ TRUE)) /\ a' = 0 /\ UNCHANGED b
Next == Step \/ (Reset \/ (a = 2 /\ a' = 2 /\ b' \in {0, 1}))
====
"#;
    let model =
        ModelInput { deadlock: Some(false), invariants: vec!["a \\in 0..9".into()], ..ModelInput::default() };
    let input = MutateInput { spec: SpecInput::of_text(text), model, ..MutateInput::default() };
    let output = bench().mutate(&input, &Watch::silent()).expect("is tried");
    assert_eq!(output.broken, 0, "{}", output.text());
    assert!(output.total >= 25, "{}", output.text());
    for kind in Mutation::ALL {
        assert!(output.mutants.iter().any(|mutant| mutant.kind == *kind), "no {}", kind.as_str());
    }
}

#[test]
fn algorithms_are_translated() {
    let text = "---- MODULE P ----\nEXTENDS Naturals\n(* --algorithm P { variable x = 0; { x := x + 1; x := x + 1 } } *)\n====\n";
    let input = |text: &str| TranslateInput { spec: SpecInput::of_text(text), ..TranslateInput::default() };
    let output = bench().translate(&input(text)).expect("is translated");
    assert!(output.text.contains("BEGIN TRANSLATION") && output.added_labels.len() == 2 && !output.written);
    let again = bench().translate(&input(&output.text)).expect("is translated");
    assert!(again.unchanged && again.text == output.text);
    let check = CheckInput { spec: SpecInput::of_text(output.text), ..CheckInput::default() };
    assert_eq!(bench().check(&check, &Watch::silent()).expect("is checked").outcome, Verdict::Success);
    refused(bench().translate(&input("---- MODULE Q ----\n====")), Kind::Rejected, "E07");
    let write = TranslateInput { write: true, ..input(text) };
    refused(bench().translate(&write), Kind::Argument, "give `path`");
}

#[test]
fn a_check_is_watched_and_cancelled_soon() {
    let (cancel, told) = (Cancel::new(), AtomicU64::new(0));
    let hear = |progress: Progress| {
        told.fetch_max(progress.value(), Ordering::Relaxed);
        assert!(!progress.to_string().is_empty());
    };
    let watch = Watch::cancelled_by(&cancel).hearing(&hear);
    let started = Instant::now();
    let result = std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(1500));
            cancel.cancel();
        });
        bench().check(&endless(), &watch)
    });
    refused(result, Kind::Cancelled, "cancelled");
    assert!(started.elapsed() < Duration::from_millis(2500), "{:?}", started.elapsed());
    assert!(told.load(Ordering::Relaxed) > 0, "nothing was told");
    let long = EvalInput {
        expression: "Cardinality({x \\in 1..1000000 : \\A y \\in 1..x : y * y # 2})".into(),
        ..EvalInput::default()
    };
    let cancel = Cancel::new();
    let watch = Watch::cancelled_by(&cancel);
    let started = Instant::now();
    let result = std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(200));
            cancel.cancel();
        });
        bench().eval(&long, &watch)
    });
    refused(result, Kind::Cancelled, "cancelled");
    assert!(started.elapsed() < Duration::from_millis(1200), "{:?}", started.elapsed());
}
