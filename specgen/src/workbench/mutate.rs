//! `mutate`: which small errors do the properties of a model notice?
//!
//! Enters: a spec and a model that holds. Leaves: each mutant ([`crate::mutate`]) with what noticed it, the mutants that
//! survive, the properties that notice nothing, and what never happens in the spec itself. Holds: each mutant is
//! searched to its end or to a bound, and all properties that it violates are told; a mutant that survives a bounded
//! search is told to be undecided. A spec that violates its own properties is refused: its mutants say nothing.

use super::coverage::{Finding, Never, finding};
use super::data::Place;
use super::failure::{Failure, Kind};
use super::model::ModelInput;
use super::page::{self, Page};
use super::run::{self, Limits, Progress, Ran, Watch};
use super::source::{Loaded, SpecInput, Text, resolve};
use super::{Told, Workbench};
use crate::mutate::{self, Mutant, Mutants};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use tla_checker::check::Strategy;
use tla_checker::explore;
use tla_checker::model::{Behaviour, Clause, Formula, Model};
use tla_checker::outcome::{Bound, Outcome, Verdict};
use tla_checker::report::coverage::Covered;
use tla_parser::hir::{DefId, Entity, Spec};

/// How long a mutant is searched where that is not said, and how many states are kept.
const SECONDS: f64 = 10.0;
const STATES: u64 = 100_000;

/// How long a call goes on: what is not tried by then is left to the next page.
const CALL: Duration = Duration::from_secs(300);

/// What to mutate.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct MutateInput {
    /// The spec.
    #[serde(flatten)]
    pub spec: SpecInput,
    /// The model.
    #[serde(flatten)]
    pub model: ModelInput,
    /// How far each mutant is searched (10 s and 100,000 states unless said).
    #[serde(flatten)]
    pub limits: Limits,
    /// Only mutants of these kinds; all without it.
    pub kinds: Vec<mutate::Kind>,
    /// Only mutants of these definitions; all without it.
    pub definitions: Vec<String>,
    /// Whether the mutants are only listed, and not run.
    pub list_only: bool,
    /// Which mutants.
    #[serde(flatten)]
    pub page: Page,
}

/// Which errors are noticed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MutateOutput {
    /// The mutants of this page.
    pub mutants: Vec<Tried>,
    /// How many mutants there are in all.
    pub total: u64,
    /// How many of this page were noticed.
    pub killed: u64,
    /// How many of this page were not, though the search came to its end.
    pub survived: u64,
    /// How many of this page were not as far as the search went.
    pub undecided: u64,
    /// How many of this page make the spec unusable.
    pub broken: u64,
    /// The properties of the model, and how many mutants of this page each notices.
    pub properties: Vec<Judge>,
    /// What never happens in the spec itself: actions never taken, antecedents never true.
    pub findings: Vec<Finding>,
    /// Definitions that were left alone, as a property reaches them too.
    pub shared: Vec<String>,
    /// How the spec itself was searched: `success` or `bounded`.
    pub baseline: super::check::Verdict,
    /// Different states of the spec itself.
    pub baseline_states: u64,
    /// Where the next call goes on: what is said above is of this page alone.
    pub next_cursor: Option<String>,
}

/// What became of a mutant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// A property notices it.
    Killed,
    /// Nothing notices it, and everything was searched.
    Survived,
    /// Nothing noticed it as far as the search went.
    Undecided,
    /// The spec cannot be used with it.
    Broken,
    /// It was only listed.
    Listed,
}

/// A mutant that was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tried {
    /// Its name.
    pub id: String,
    /// Its kind.
    pub kind: mutate::Kind,
    /// The definition that is changed.
    pub definition: String,
    /// What is changed.
    pub description: String,
    /// What is replaced.
    pub place: Place,
    /// What takes its place.
    pub replacement: String,
    /// What became of it.
    pub fate: Fate,
    /// The properties that notice it; also `deadlock`, and `evaluation` where an evaluation fails.
    pub killed_by: Vec<String>,
    /// Whether it has as many states and steps as the spec itself: most likely it means the same.
    pub same_states: bool,
    /// Whether it has fewer states than the spec itself: then mostly a property of what must happen is missing.
    pub fewer_states: bool,
    /// Why the spec cannot be used with it.
    pub why: Option<String>,
}

/// A property of the model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Judge {
    /// The property.
    pub name: String,
    /// How many mutants of the page it notices.
    pub kills: u64,
    /// Some of them.
    pub examples: Vec<String>,
}

/// What a run found wrong, and how it ended.
struct Found {
    killed_by: Vec<String>,
    bounded: bool,
    size: (u64, u64),
}

impl Workbench {
    /// Tries the mutants of a spec.
    ///
    /// # Errors
    /// The spec or the model is wrong, or the spec violates its own properties.
    pub fn mutate(&self, input: &MutateInput, watch: &Watch<'_>) -> Result<MutateOutput, Failure> {
        let Limits { seconds, states, depth, workers } = input.limits;
        let limits = Limits {
            seconds: Some(seconds.unwrap_or(SECONDS)),
            states: Some(states.unwrap_or(STATES)),
            depth,
            workers,
        };
        let options = explore::Options { continue_after_violation: true, ..limits.options()? };
        let mut loaded = self.load(&input.spec)?;
        let modelled = self.model(&input.model, &mut loaded)?;
        let model = modelled.model;
        let Mutants { mut all, shared } = found_in(&loaded.spec, &model)?;
        check_definitions(&input.definitions, &all)?;
        all.retain(|mutant| {
            (input.kinds.is_empty() || input.kinds.contains(&mutant.kind))
                && (input.definitions.is_empty() || input.definitions.contains(&mutant.definition))
        });
        let part = input.page.of(all)?;
        let prepared = run::with_behaviour(run::prepare(&mut loaded, &model, watch)?, "could be changed")?;
        let Ran { outcome, .. } = run::search(
            &prepared,
            options.clone(),
            Strategy::BreadthFirst,
            true,
            &Watch::cancelled_by(watch.cancel()),
        );
        watch.check()?;
        let baseline = noticed(&outcome)?;
        if let Some(name) = baseline.killed_by.first() {
            let what =
                format!("the spec itself is not right: {}", tla_checker::report::headline(&outcome.verdict));
            return Err(Failure::new(Kind::Rejected, what)
                .help(format!("mutants say nothing until {name} holds: see what tla_check says")));
        }
        let sources = &loaded.spec.sources;
        let covered = outcome.coverage.as_ref().map(|coverage| Covered::of(coverage, sources).findings);
        let findings = covered.unwrap_or_default().into_iter().map(finding).collect();
        let mut judges: BTreeMap<String, Judge> = BTreeMap::new();
        let names = model.invariants.iter().chain(&model.properties).map(|clause| clause.text().to_owned());
        let deadlock = model.check_deadlock.unwrap_or(true).then(|| "deadlock".to_owned());
        for name in names.chain(deadlock) {
            judges.insert(name.clone(), Judge { name, kills: 0, examples: Vec::new() });
        }
        let mut mutants = Vec::new();
        let mut next_cursor = part.next.clone();
        let begun = Instant::now();
        for (at, mutant) in part.items.iter().enumerate() {
            watch.check()?;
            if begun.elapsed() > CALL {
                next_cursor = Some(page::name(part.first + at));
                break;
            }
            watch.tell(Progress::Mutants { done: at as u64 + 1, of: part.items.len() as u64 });
            let tried = match input.list_only {
                true => tried(mutant, Fate::Listed, &loaded),
                false => self.try_out(mutant, &loaded, &model, &options, &baseline, watch)?,
            };
            for name in &tried.killed_by {
                let judge = judges.entry(name.clone()).or_insert_with(|| Judge {
                    name: name.clone(),
                    kills: 0,
                    examples: Vec::new(),
                });
                judge.kills += 1;
                if judge.examples.len() < 5 {
                    judge.examples.push(tried.id.clone());
                }
            }
            mutants.push(tried);
        }
        let count = |fate| mutants.iter().filter(|tried| tried.fate == fate).count() as u64;
        Ok(MutateOutput {
            killed: count(Fate::Killed),
            survived: count(Fate::Survived),
            undecided: count(Fate::Undecided),
            broken: count(Fate::Broken),
            mutants,
            total: part.total,
            properties: judges.into_values().collect(),
            findings,
            shared,
            baseline: match baseline.bounded {
                true => super::check::Verdict::Bounded,
                false => super::check::Verdict::Success,
            },
            baseline_states: outcome.distinct_states,
            next_cursor,
        })
    }

    fn try_out(
        &self,
        mutant: &Mutant,
        loaded: &Loaded,
        model: &Model,
        options: &explore::Options,
        baseline: &Found,
        watch: &Watch<'_>,
    ) -> Result<Tried, Failure> {
        let text = changed(&loaded.text, &loaded.spec, mutant);
        let mut other = match resolve(&text) {
            Ok(resolved) => Loaded { spec: resolved.spec, warnings: Vec::new(), text },
            Err(rejected) => {
                let why = rejected.diagnostics.first().map(|d| d.message.clone());
                return Ok(Tried { why, ..tried(mutant, Fate::Broken, loaded) });
            }
        };
        let prepared = match run::prepare(&mut other, model, watch) {
            Ok(prepared) => prepared,
            Err(failure) => {
                return Ok(Tried { why: Some(failure.message), ..tried(mutant, Fate::Broken, loaded) });
            }
        };
        // Only the mutants are counted for whoever watches.
        let quiet = Watch::cancelled_by(watch.cancel());
        let Ran { outcome, .. } =
            run::search(&prepared, options.clone(), Strategy::BreadthFirst, false, &quiet);
        let found = noticed(&outcome)?;
        let fate = match (found.killed_by.is_empty(), found.bounded) {
            (false, _) => Fate::Killed,
            (true, true) => Fate::Undecided,
            (true, false) => Fate::Survived,
        };
        Ok(Tried {
            same_states: fate == Fate::Survived && found.size == baseline.size,
            fewer_states: fate == Fate::Survived && found.size.0 < baseline.size.0,
            killed_by: found.killed_by,
            ..tried(mutant, fate, loaded)
        })
    }
}

fn tried(mutant: &Mutant, fate: Fate, loaded: &Loaded) -> Tried {
    Tried {
        id: mutant.id.clone(),
        kind: mutant.kind,
        definition: mutant.definition.clone(),
        description: mutant.description.clone(),
        place: Place::of(mutant.span, &loaded.spec.sources),
        replacement: mutant.replacement.clone(),
        fate,
        killed_by: Vec::new(),
        same_states: false,
        fewer_states: false,
        why: None,
    }
}

/// The text of a spec with an error in it, in its root module or in one that it needs.
fn changed(text: &Text, spec: &Spec, mutant: &Mutant) -> Text {
    let file = mutant.span.file;
    let whole = mutant.apply(&spec.sources.file(file).text);
    // The root module's text was read first; formulas of the model may have a module of their own by now.
    if file.0 == 0 {
        return Text { text: whole, ..text.clone() };
    }
    let module = spec.modules.iter().find(|module| module.file == file && module.parent.is_none());
    let name = module.map_or_else(String::new, |module| module.name.to_string());
    Text { library: text.library.clone().with_source(name, whole), ..text.clone() }
}

/// What a run found wrong.
fn noticed(outcome: &Outcome) -> Result<Found, Failure> {
    if outcome.verdict == Verdict::Bounded(Bound::Cancelled) {
        return Err(Failure::new(Kind::Cancelled, "the call was cancelled"));
    }
    let mut killed_by: Vec<String> = Vec::new();
    for violation in &outcome.violations {
        let name = match &violation.verdict {
            Verdict::Success | Verdict::Bounded(_) => continue,
            Verdict::Deadlock => "deadlock".to_owned(),
            Verdict::Failure(..) => "evaluation".to_owned(),
            Verdict::Invariant { name, .. }
            | Verdict::ActionProperty { name, .. }
            | Verdict::InitialProperty { name, .. }
            | Verdict::Liveness { name, .. }
            | Verdict::Assumption { name, .. }
            | Verdict::Postcondition { name } => name.clone(),
            Verdict::LogNotAdmitted(_) => continue,
        };
        if !killed_by.contains(&name) {
            killed_by.push(name);
        }
    }
    let bounded = matches!(outcome.verdict, Verdict::Bounded(_)) || outcome.queue > 0;
    Ok(Found { killed_by, bounded, size: (outcome.distinct_states, outcome.states_generated) })
}

/// The mutants of what a model's behaviours reach.
fn found_in(spec: &Spec, model: &Model) -> Result<Mutants, Failure> {
    let behaviour = match &model.behaviour {
        Behaviour::None => Vec::new(),
        Behaviour::Specification(clause) => named(spec, std::slice::from_ref(clause)),
        Behaviour::InitNext { next, .. } => named(spec, std::slice::from_ref(next)),
    };
    if behaviour.is_empty() {
        return Err(Failure::argument(
            "next",
            "mutants are made of a definition: name `next` or `specification`",
        )
        .help("an expression in place of a name cannot be changed: define it in the spec"));
    }
    let judges = [&model.invariants, &model.properties].map(|clauses| named(spec, clauses)).concat();
    Ok(mutate::mutants(spec, &behaviour, &judges))
}

fn named(spec: &Spec, clauses: &[Clause]) -> Vec<DefId> {
    let find = |clause: &Clause| match &clause.formula {
        Formula::Name(name) => match spec.root_module().names.get(name.as_str()) {
            Some(Entity::Def(def)) => Some(*def),
            _ => None,
        },
        Formula::Expression(_) => None,
    };
    clauses.iter().filter_map(find).collect()
}

fn check_definitions(wanted: &[String], all: &[Mutant]) -> Result<(), Failure> {
    let Some(unknown) = wanted.iter().find(|name| all.iter().all(|mutant| mutant.definition != **name))
    else {
        return Ok(());
    };
    let mut names: Vec<&str> = all.iter().map(|mutant| mutant.definition.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let what = format!("nothing can be changed in `{unknown}`");
    Err(Failure::argument("definitions", what).help(format!("there are mutants of {}", names.join(", "))))
}

impl Told for MutateOutput {
    fn text(&self) -> String {
        let (first, of) = (self.mutants.len(), self.total);
        let mut text = format!(
            "{first} of {of} mutants: {} killed, {} survived, {} undecided, {} broken\n",
            self.killed, self.survived, self.undecided, self.broken
        );
        for tried in &self.mutants {
            let fate = match tried.fate {
                Fate::Killed => format!("killed by {}", tried.killed_by.join(", ")),
                Fate::Survived if tried.same_states => {
                    "SURVIVED, with the same states: it may mean the same".into()
                }
                Fate::Survived if tried.fewer_states => {
                    "SURVIVED, with fewer states: a property of what must happen could notice it".into()
                }
                Fate::Survived => "SURVIVED".into(),
                Fate::Undecided => "undecided: the search stopped at a bound".into(),
                Fate::Broken => format!("broken: {}", tried.why.as_deref().unwrap_or("")),
                Fate::Listed => "listed".into(),
            };
            text += &format!("{}: {fate}\n  {}\n", tried.id, tried.description);
        }
        text += "Properties:\n";
        for judge in &self.properties {
            match judge.kills {
                0 => text += &format!("  {} notices NOTHING\n", judge.name),
                kills => {
                    text += &format!("  {} notices {kills} ({}…)\n", judge.name, judge.examples.join(", "))
                }
            }
        }
        for finding in &self.findings {
            let mark = match finding.kind {
                Never::AntecedentNeverTrue => " (so it says nothing)",
                _ => "",
            };
            text += &format!("never: {}{mark} ({})\n", finding.message, finding.place);
        }
        if !self.shared.is_empty() {
            text += &format!("left alone, as properties reach them too: {}\n", self.shared.join(", "));
        }
        if let Some(next) = &self.next_cursor {
            text += &format!("… cursor {next} goes on; what is said above is of these mutants alone\n");
        }
        text
    }
}
