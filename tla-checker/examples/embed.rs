//! tlacheck as a library: specs from memory, models built in Rust, outcomes as data.
//!
//! `cargo run --example embed`. Every function below is a thing a program that embeds the checker does.

use std::error::Error;
use std::ops::ControlFlow;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;
use tla_checker::check::{self, Options, Prepared};
use tla_checker::eval::Bounds;
use tla_checker::model::Model;
use tla_checker::observer::{Cancel, Observer, Silent};
use tla_checker::outcome::{Bound, Verdict};
use tla_checker::report::json::Report;
use tla_checker::space::Progress;
use tla_checker::value::Datum;
use tla_parser::library::Library;
use tla_parser::render::render;
use tla_parser::resolve::load_text;

/// Clients that take tickets; `Serve` forgets to look whether somebody is being served.
const TICKETS: &str = r#"
---- MODULE Tickets ----
EXTENDS Naturals, Bounded
CONSTANT Clients
VARIABLES next, ticket, served

Init == next = 0 /\ ticket = [c \in Clients |-> 0] /\ served = {}
Take(c) == ticket[c] = 0 /\ next' = Succ(next) /\ ticket' = [ticket EXCEPT ![c] = next'] /\ UNCHANGED served
Serve(c) == ticket[c] # 0 /\ c \notin served /\ served' = served \cup {c} /\ UNCHANGED <<next, ticket>>
Leave(c) == c \in served /\ served' = served \ {c} /\ ticket' = [ticket EXCEPT ![c] = 0] /\ UNCHANGED next
Next == \E c \in Clients : Take(c) \/ Serve(c) \/ Leave(c)

Alone == \A a, b \in served : a = b
====
"#;

/// A module that the spec extends; it comes from memory too.
const BOUNDED: &str =
    "---- MODULE Bounded ----\nEXTENDS Naturals\nCONSTANT Most\nSucc(n) == (n % Most) + 1\n====\n";

/// A spec and a model, ready to be checked as often as wanted, from any thread.
fn prepare(clients: &[&str], most: i64, invariants: &[&str]) -> Result<Prepared, Box<dyn Error>> {
    let library = Library::new().with_source("Bounded", BOUNDED);
    let mut spec = match load_text("Tickets.tla", TICKETS, &library) {
        Ok(resolved) => resolved.spec,
        // What is wrong with a text comes as data; drawing it is another step.
        Err(rejected) => {
            let drawn = rejected.diagnostics.iter().map(|d| render(d, &rejected.sources, false));
            return Err(drawn.collect::<Vec<_>>().join("\n").into());
        }
    };
    // Constants from Rust values; invariants by name or as expressions.
    let clients: Vec<Datum> = clients.iter().map(|c| Datum::model_value(*c)).collect();
    let model = Model::new()
        .init_next("Init", "Next")
        .constant("Clients", Datum::set(clients))
        .constant("Most", most)
        .check_deadlock(false);
    let model = invariants.iter().fold(model, |model, invariant| model.invariant(*invariant));
    check::prepare(&mut spec, &model, &library, Bounds::default()).map_err(|diagnostics| {
        diagnostics.iter().map(|d| render(d, &spec.sources, false)).collect::<Vec<_>>().join("\n").into()
    })
}

/// The verdict and the trace are typed.
fn look_at_an_outcome() -> Result<(), Box<dyn Error>> {
    let prepared = prepare(&["ann", "bob"], 3, &["Alone", "next <= 3"])?;
    let outcome = check::run(&prepared, &Options::default(), &Silent, &Cancel::new());
    let Verdict::Invariant { name, .. } = &outcome.verdict else {
        return Err(format!("not what was expected: {:?}", outcome.verdict).into());
    };
    println!("{name} is violated after {} steps:", outcome.trace().len() - 1);
    for step in outcome.trace() {
        let Some((_, served)) = step.state.iter().find(|(variable, _)| variable == "served") else {
            continue;
        };
        let Datum::Set(clients) = served else { continue };
        println!("  {:<12} {} served", step.action, clients.len());
    }
    println!("exit status {}, {} distinct states", outcome.exit_code(), outcome.distinct_states);
    Ok(())
}

/// Hears of progress, keeps what the spec prints, and stops the run after enough states.
struct Enough {
    most: u64,
    printed: Mutex<Vec<String>>,
}

impl Observer for Enough {
    fn progress(&self, progress: Progress) -> ControlFlow<()> {
        if progress.distinct >= self.most { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn print(&self, text: &str) {
        if let Ok(mut printed) = self.printed.lock() {
            printed.push(text.to_string());
        }
    }
}

fn stop_by_an_observer() -> Result<(), Box<dyn Error>> {
    let prepared = prepare(&["a", "b", "c", "d"], 100, &[])?;
    let observer = Enough { most: 1_000, printed: Mutex::default() };
    let outcome = check::run(&prepared, &Options::default(), &observer, &Cancel::new());
    assert_eq!(outcome.verdict, Verdict::Bounded(Bound::Observer));
    println!("stopped by the observer, {} states left to expand", outcome.queue);
    Ok(())
}

/// Another thread cancels; that works inside one long evaluation too.
fn cancel_from_another_thread() -> Result<(), Box<dyn Error>> {
    let prepared = prepare(&["a", "b", "c", "d", "e", "f"], 1_000_000, &[])?;
    let cancel = Cancel::new();
    let outcome = thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(Duration::from_millis(50));
            cancel.cancel();
        });
        check::run(&prepared, &Options::default(), &Silent, &cancel)
    });
    assert_eq!(outcome.verdict, Verdict::Bounded(Bound::Cancelled));
    println!("cancelled by another thread");
    Ok(())
}

/// Checks share nothing: as many as one likes run at once, of one prepared model or of several.
fn several_at_once() -> Result<(), Box<dyn Error>> {
    let models = [prepare(&["a"], 2, &["Alone"])?, prepare(&["a", "b"], 2, &["Alone"])?];
    let mut options = Options::default();
    options.search.workers = 1;
    let outcomes = thread::scope(|scope| {
        let runs: Vec<_> =
            models.iter().map(|m| scope.spawn(|| check::run(m, &options, &Silent, &Cancel::new()))).collect();
        runs.into_iter().map(|run| run.join()).collect::<Result<Vec<_>, _>>()
    });
    let outcomes = outcomes.map_err(|_| "a check panicked")?;
    assert_eq!(outcomes.iter().map(|o| o.exit_code()).collect::<Vec<_>>(), [0, 12]);
    println!("two checks at once: {} and {}", outcomes[0].verdict.name(), outcomes[1].verdict.name());
    Ok(())
}

/// What is wrong with a model comes as diagnostics with codes; an outcome goes out as JSON.
fn errors_and_json() -> Result<(), Box<dyn Error>> {
    if let Err(error) = prepare(&["a"], 2, &["served = Nobody"]) {
        println!("{error}");
    }
    let mut spec = load_text("Tickets.tla", TICKETS, &Library::new().with_source("Bounded", BOUNDED))
        .map_err(|_| "rejected")?
        .spec;
    let value = check::evaluate(&mut spec, "{n \\in 1..20 : n % 7 = 0}", &Library::new(), Bounds::default());
    println!("{}", value.map_err(|_| "has no value")?);
    let prepared = prepare(&["a"], 2, &[])?;
    let outcome = check::run(&prepared, &Options::default(), &Silent, &Cancel::new());
    println!("{}", serde_json::to_string(&Report::of_outcome(&outcome, &spec.sources))?);
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    look_at_an_outcome()?;
    stop_by_an_observer()?;
    cancel_from_another_thread()?;
    several_at_once()?;
    errors_and_json()
}
