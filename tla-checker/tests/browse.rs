//! Looking around in a model agrees with the search: its states, its steps, and what it finds violated.

use std::collections::BTreeSet;
use tla_checker::check::browse::{Found, blame, initial_states, successors};
use tla_checker::check::{self, Options, Prepared};
use tla_checker::eval::Bounds;
use tla_checker::model::Model;
use tla_checker::observer::{Cancel, Silent};
use tla_checker::value::Datum;
use tla_parser::library::Library;
use tla_parser::resolve::load_text;
use tla_parser::source::SourceMap;

const TANKS: &str = r"---- MODULE Tanks ----
EXTENDS Naturals
CONSTANT Most
VARIABLES tank, valve
Init == tank \in [{1, 2} -> {0, 1}] /\ valve = 1
Fill == tank[valve] < Most /\ tank' = [tank EXCEPT ![valve] = @ + 1] /\ UNCHANGED valve
Turn(v) == v # valve /\ valve' = v /\ UNCHANGED tank
Leak == \E t \in DOMAIN tank : tank[t] > 1 /\ tank' = [tank EXCEPT ![t] = @ - 2] /\ valve' \in {1, 2}
Next == Fill \/ (\E v \in {1, 2} : Turn(v)) \/ Leak
Small == tank[1] + tank[2] < 6
Ordered == /\ valve \in {1, 2}
           /\ \A t \in DOMAIN tank : tank[t] # 4
Rises == [][tank'[1] >= tank[1]]_tank
====
";

fn prepare(model: Model) -> (Prepared, SourceMap) {
    let library = Library::new();
    let mut spec = load_text("Tanks.tla", TANKS, &library).expect("resolves").spec;
    let model = model.init_next("Init", "Next").constant("Most", 4);
    let prepared = check::prepare(&mut spec, &model, &library, Bounds::default()).expect("is ready");
    (prepared, spec.sources)
}

/// All that can be reached by looking, where a search would go.
fn walk(prepared: &Prepared) -> BTreeSet<Vec<Datum>> {
    let cancel = Cancel::new();
    let all = initial_states(prepared, usize::MAX, &cancel).expect("are found");
    assert!(!all.more && all.found.iter().all(|found| found.action.is_none()));
    let mut seen = BTreeSet::new();
    let mut waiting = all.found;
    while let Some(Found { state, allowed, .. }) = waiting.pop() {
        if allowed && seen.insert(state.clone()) {
            waiting.extend(successors(prepared, &state, usize::MAX, &cancel).expect("are found").found);
        }
    }
    seen
}

#[test]
fn what_is_reached_by_looking_is_what_a_search_finds() {
    for model in [
        Model::new(),
        Model::new().constraint("Small"),
        Model::new().action_constraint("valve' = valve \\/ tank[1] = 0").constraint("tank[2] < 3"),
    ] {
        let (prepared, _) = prepare(model);
        let outcome = check::run(&prepared, &Options::default(), &Silent, &Cancel::new());
        let seen = walk(&prepared);
        assert!(seen.len() > 5, "{}", seen.len());
        assert_eq!(seen.len() as u64, outcome.distinct_states);
    }
}

#[test]
fn a_trace_is_walked_step_by_step() {
    let (prepared, _) = prepare(Model::new().invariant("Ordered"));
    let outcome = check::run(&prepared, &Options::default(), &Silent, &Cancel::new());
    let values = |at: usize| -> Vec<Datum> {
        outcome.trace()[at].state.iter().map(|(_, value)| value.clone()).collect()
    };
    assert_eq!(prepared.variables(), ["tank", "valve"]);
    let cancel = Cancel::new();
    for (at, step) in outcome.trace().iter().enumerate().skip(1) {
        let next = successors(&prepared, &values(at - 1), 100, &cancel).expect("are found");
        let here = next.found.iter().find(|found| found.state == values(at)).expect("the step is found");
        assert_eq!(here.action.as_ref().expect("a step").to_string(), step.action);
    }
    let few = successors(&prepared, &values(1), 1, &cancel).expect("are found");
    assert!(few.found.len() == 1 && few.more);
}

#[test]
fn the_part_that_is_false_is_named() {
    let (prepared, sources) = prepare(Model::new().invariant("Ordered").property("Rises"));
    let outcome = check::run(&prepared, &Options::default(), &Silent, &Cancel::new());
    let cancel = Cancel::new();
    let state = |values: [i64; 2], valve: i64| -> Vec<Datum> {
        vec![Datum::Tuple(values.map(Datum::Int).to_vec()), Datum::Int(valve)]
    };
    let why = blame(&prepared, "Ordered", &state([1, 4], 1), None, &cancel).expect("an invariant");
    assert_eq!(sources.text(why.blames[0].span), "tank[t] # 4");
    assert!(why.blames[0].values.iter().any(|(_, value)| value == "4"), "{:?}", why.blames[0].values);
    let why = blame(&prepared, "Ordered", &state([1, 4], 3), None, &cancel).expect("an invariant");
    assert_eq!(sources.text(why.blames[0].span), "valve \\in {1, 2}");
    let why = blame(&prepared, "Ordered", &state([1, 3], 1), None, &cancel).expect("an invariant");
    assert!(why.steps == 1 && why.blames.is_empty());
    let (from, to) = (state([2, 0], 1), state([0, 0], 1));
    let why = blame(&prepared, "Rises", &from, Some(&to), &cancel).expect("a property of steps");
    assert!(sources.text(why.blames[0].span).contains("tank'[1] >= tank[1]"), "{:?}", why.blames);
    assert_eq!(blame(&prepared, "Small", &from, None, &cancel), None);
    assert_ne!(outcome.exit_code(), 0);
}
