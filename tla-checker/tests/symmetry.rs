//! Small random models that treat the values of two sets alike: what SYMMETRY counts are the orbits of the states,
//! and it changes nothing about what is found.
//!
//! The second opinion is as plain as possible: all states of a search without SYMMETRY, as JSON, in which names are
//! exchanged by text, for each permutation of a list that is written out.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use tla_checker::check::{self, Options, Prepared, Strategy};
use tla_checker::dump::{Dump, Format};
use tla_checker::eval::Bounds;
use tla_checker::explore;
use tla_checker::model::Model;
use tla_checker::observer::{Cancel, Silent};
use tla_checker::outcome::{Outcome, Verdict};
use tla_checker::value::Datum;
use tla_parser::library::Library;
use tla_parser::resolve::load_text;

/// A small generator of numbers: the same ones in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % sides
    }
}

/// A permutation, as pairs of names.
type Renaming = Vec<(String, String)>;

/// All orders of some names.
fn orders(names: &[String]) -> Vec<Vec<String>> {
    if names.is_empty() {
        return vec![Vec::new()];
    }
    let first = |at: usize| {
        let rest: Vec<String> =
            names.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, n)| n.clone()).collect();
        orders(&rest).into_iter().map(move |mut order| {
            order.insert(0, names[at].clone());
            order
        })
    };
    (0..names.len()).flat_map(first).collect()
}

fn renaming(from: &[String], to: &[String]) -> Renaming {
    from.iter().cloned().zip(to.iter().cloned()).collect()
}

fn names(prefix: &str, count: usize) -> Vec<String> {
    (1..=count).map(|n| format!("{prefix}{n}")).collect()
}

fn model_values(names: &[String]) -> Datum {
    Datum::set(names.iter().map(|name| Datum::ModelValue(name.clone())).collect())
}

fn function(pairs: &Renaming) -> Datum {
    let value = |name: &String| Datum::ModelValue(name.clone());
    Datum::function(pairs.iter().map(|(from, to)| (value(from), value(to))).collect())
}

struct Case {
    text: String,
    model: Model,
    symmetry: String,
    group: Vec<Renaming>,
}

const VARIABLES: [(&str, &str); 6] = [
    ("f", "[p \\in P |-> 0]"),
    ("g", "[p \\in P |-> {}]"),
    ("h", "[p \\in P |-> None]"),
    ("s", "{}"),
    ("q", "<<>>"),
    ("r", "[who |-> None, what |-> <<>>]"),
];

/// What changes a variable, which is the first one that is mentioned.
const ACTIONS: [&str; 16] = [
    "\\E p \\in P : f[p] < 2 /\\ f' = [f EXCEPT ![p] = @ + 1]",
    "\\E p \\in P : f[p] = 2 /\\ f' = [f EXCEPT ![p] = 0]",
    "\\E p, o \\in P : f[p] > f[o] /\\ f' = [f EXCEPT ![p] = f[o], ![o] = f[p]]",
    "\\E p \\in P, v \\in Q : v \\notin g[p] /\\ g' = [g EXCEPT ![p] = @ \\cup {v}]",
    "\\E p, o \\in P : g[p] # g[o] /\\ g' = [g EXCEPT ![p] = g[o] \\ g[p]]",
    "\\E p, o \\in P : h[p] = None /\\ h' = [h EXCEPT ![p] = o]",
    "\\E p \\in P : h[p] # None /\\ h[p] # p /\\ h' = [h EXCEPT ![p] = h[h[p]]]",
    "\\E p \\in P, v \\in Q : s' = s \\cup {<<p, v>>}",
    "\\E m \\in s : s' = {n \\in s : n[1] # m[1]}",
    "Cardinality(s) > 1 /\\ s' = {<<m[1], n[2]>> : m, n \\in s}",
    "\\E p \\in P : Len(q) < 2 /\\ q' = Append(q, {p})",
    "Len(q) = 2 /\\ q' = <<q[1] \\cup q[2]>>",
    "q # <<>> /\\ q' = Tail(q)",
    "\\E p \\in P, v \\in Q : r' = [who |-> p, what |-> <<v>>]",
    "\\E v \\in Q : r.what = <<v>> /\\ r' = [r EXCEPT !.what = Append(@, v)]",
    "r.who # None /\\ r' = [who |-> None, what |-> <<r>>]",
];

const INVARIANTS: [(&str, &str); 9] = [
    ("f", "\\E p \\in P : f[p] < 2"),
    ("g", "\\E p \\in P : g[p] # Q"),
    ("h", "\\E p \\in P : h[p] = None \\/ h[p] = p"),
    ("h", "\\A p, o \\in P : h[p] = o /\\ h[o] = p => p = o"),
    ("s", "Cardinality(s) < 4"),
    ("q", "Len(q) < 2 \\/ q[1] # q[2]"),
    ("q", "\\A i \\in 1..Len(q) : q[i] # P"),
    ("r", "r.what = <<>> \\/ r.what # <<r.what[1], r.what[1]>>"),
    ("f", "TRUE"),
];

fn case(dice: &mut Dice) -> Case {
    let (p, q) = (names("p", 2 + dice.roll(3)), names("v", 2));
    let mut chosen: Vec<(&str, &str)> = Vec::new();
    while chosen.len() < 2 {
        let variable = VARIABLES[dice.roll(VARIABLES.len())];
        if !chosen.contains(&variable) {
            chosen.push(variable);
        }
    }
    let is_chosen = |name: &str| chosen.iter().any(|(chosen, _)| *chosen == name);
    let changes = |action: &&&str| {
        let at = action.find('\'').expect("a change");
        is_chosen(&action[at - 1..at])
    };
    let mut actions: Vec<&str> = ACTIONS.iter().filter(changes).copied().collect();
    while actions.len() > 3 && dice.roll(3) > 0 {
        actions.remove(dice.roll(actions.len()));
    }
    let step = |action: &str| {
        let at = action.find('\'').expect("a change");
        let others = chosen.iter().filter(|(name, _)| *name != &action[at - 1..at]);
        let kept: Vec<&str> = others.map(|(name, _)| *name).collect();
        format!("(({action}) /\\ UNCHANGED <<{}>>)", kept.join(", "))
    };
    let all: Vec<&str> = chosen.iter().map(|(name, _)| *name).collect();
    let init: Vec<String> = chosen.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    let next: Vec<String> = actions.into_iter().map(step).collect();
    let text = format!(
        "---- MODULE Random ----\nEXTENDS Naturals, Sequences, FiniteSets, TLC\nCONSTANTS P, Q, Some, None\n\
         VARIABLES {}\nInit == {}\nNext == {}\n====\n",
        all.join(", "),
        init.join(" /\\ "),
        next.join(" \\/\n  ")
    );
    let identity = |names: &[String]| renaming(names, names);
    let with_q = |renaming: Renaming| [renaming, identity(&q)].concat();
    let rotated = |by: usize| p.iter().cycle().skip(by).take(p.len()).cloned().collect::<Vec<_>>();
    let swapped = |names: &[String]| {
        let mut swapped = names.to_vec();
        swapped.swap(0, 1);
        renaming(names, &swapped)
    };
    let both = [swapped(&p), swapped(&q)].concat();
    let (symmetry, group, given): (&str, Vec<Renaming>, Datum) = match dice.roll(5) {
        0 | 1 => {
            let all =
                orders(&p).into_iter().flat_map(|a| orders(&q).into_iter().map(move |b| (a.clone(), b)));
            let group = all.map(|(a, b)| [renaming(&p, &a), renaming(&q, &b)].concat()).collect();
            ("Permutations(P) \\cup Permutations(Q)", group, Datum::set(Vec::new()))
        }
        2 => {
            let group = orders(&p).iter().map(|a| with_q(renaming(&p, a))).collect();
            ("Permutations(P)", group, Datum::set(Vec::new()))
        }
        3 => {
            let group = (0..p.len()).map(|by| with_q(renaming(&p, &rotated(by)))).collect();
            ("Some", group, Datum::set(vec![function(&renaming(&p, &rotated(1)))]))
        }
        _ => (
            "Some",
            vec![[identity(&p), identity(&q)].concat(), both.clone()],
            Datum::set(vec![function(&both)]),
        ),
    };
    let mut model = Model::new()
        .init_next("Init", "Next")
        .constant("P", model_values(&p))
        .constant("Q", model_values(&q))
        .constant("Some", given)
        .constant("None", Datum::ModelValue("None".to_owned()))
        .check_deadlock(dice.roll(4) == 0);
    if let Some((_, invariant)) =
        INVARIANTS.iter().cycle().skip(dice.roll(9)).take(9).find(|(v, _)| is_chosen(v))
    {
        model = model.invariant(*invariant);
    }
    Case { text, model, symmetry: symmetry.to_owned(), group }
}

fn prepare(text: &str, model: &Model) -> Prepared {
    let library = Library::new();
    let mut spec = load_text("Random.tla", text, &library)
        .unwrap_or_else(|e| panic!("{text}\n{:?}", e.diagnostics))
        .spec;
    check::prepare(&mut spec, model, &library, Bounds::default()).unwrap_or_else(|e| panic!("{text}\n{e:?}"))
}

/// What is written, for whoever looks later.
#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn run(prepared: &Prepared, options: &Options) -> Outcome {
    check::run(prepared, options, &Silent, &Cancel::new())
}

fn search(workers: usize) -> explore::Options {
    explore::Options { workers, all_hands: true, max_states: Some(4000), ..explore::Options::default() }
}

/// The states of a search, each as JSON.
fn states(prepared: &Prepared) -> (Outcome, Vec<String>) {
    let page = Page::default();
    let dump = Some(Dump::to_writer("json".parse::<Format>().expect("a format"), page.clone()));
    let outcome =
        run(prepared, &Options { search: explore::Options { dump, ..search(1) }, ..Options::default() });
    let text = String::from_utf8(std::mem::take(&mut *page.0.lock().unwrap())).expect("text");
    let graph: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let states = graph["states"].as_array().expect("states").iter();
    (outcome, states.map(|state| state["state"].to_string()).collect())
}

/// How many orbits there are.
fn orbits(states: &[String], group: &[Renaming]) -> usize {
    let renamed = |state: &String, renaming: &Renaming| {
        let marked = |text: String, (from, to): &(String, String)| {
            text.replace(&format!("\"#mv\":\"{from}\""), &format!("\"#mv\":\"@{to}\""))
        };
        let text = renaming.iter().fold(state.clone(), marked).replace('@', "");
        // Reading puts sets and functions in order.
        let state: Vec<(String, Datum)> =
            serde_json::from_str::<std::collections::BTreeMap<String, Datum>>(&text)
                .expect("a state")
                .into_iter()
                .collect();
        format!("{state:?}")
    };
    let least = |state: &String| group.iter().map(|renaming| renamed(state, renaming)).min();
    states.iter().map(least).collect::<BTreeSet<_>>().len()
}

fn kind(verdict: &Verdict) -> String {
    match verdict {
        // Its message may name another value of the orbit.
        Verdict::Failure(phase, failure) => format!("{phase:?} {}", failure.code),
        other => format!("{other:?}").split([' ', '{']).next().unwrap_or_default().to_owned(),
    }
}

#[test]
fn what_is_counted_are_the_orbits_and_nothing_else_is_found() {
    let mut dice = Dice(0x5eed_5eed_5eed);
    let (mut complete, mut wrong, mut reduced, mut hand) = (0, 0, 0, 0);
    for number in 0..160 {
        let Case { text, model, symmetry, group } = case(&mut dice);
        let (plain, states) = states(&prepare(&text, &model));
        if matches!(plain.verdict, Verdict::Bounded(_)) {
            continue;
        }
        let symmetric = prepare(&text, &model.clone().symmetry(symmetry.as_str()));
        assert!(symmetric.has_symmetry(), "{text}");
        let success = plain.verdict == Verdict::Success;
        let wanted = success.then(|| orbits(&states, &group) as u64);
        let base = Options { search: search(1), ..Options::default() };
        let ways = [
            ("1 worker", base.clone()),
            ("2 workers", Options { search: search(2), shape_after: Some(3), ..Options::default() }),
            ("8 workers", Options { search: search(8), shape_after: Some(0), ..Options::default() }),
            ("sorted", Options { few_permutations: Some(0), ..base.clone() }),
            ("sorted, apart", Options { few_permutations: Some(0), shape_after: Some(1), ..base.clone() }),
            ("exact", Options { search: explore::Options { exact: true, ..search(2) }, ..base.clone() }),
            ("reference", Options { reference: true, ..base.clone() }),
            ("in depth", Options { strategy: Strategy::DepthFirst, ..base.clone() }),
        ];
        for (way, options) in ways {
            let found = run(&symmetric, &options);
            let what = format!("case {number}, {way}, {symmetry}\n{text}");
            // In depth, of several things that are wrong another may come first.
            if way == "in depth" {
                assert_eq!(found.verdict == Verdict::Success, success, "{what}");
            } else {
                assert_eq!(kind(&found.verdict), kind(&plain.verdict), "{what}");
                assert_eq!((found.depth, found.trace().len()), (plain.depth, plain.trace().len()), "{what}");
            }
            if let Some(wanted) = wanted {
                assert_eq!(found.distinct_states, wanted, "{what}");
            }
        }
        complete += usize::from(success);
        wrong += usize::from(!success);
        reduced += usize::from(wanted.is_some_and(|wanted| wanted < plain.distinct_states));
        hand += usize::from(symmetry == "Some");
    }
    assert!(complete > 50 && wrong > 30 && reduced > 40 && hand > 30, "{complete} {wrong} {reduced} {hand}");
}
