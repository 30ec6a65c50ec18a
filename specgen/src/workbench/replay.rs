//! A random behaviour, and a trace in a file replayed.
//!
//! Enters: a spec, a model, and how long the behaviour is to be, or a file. Leaves: what a check gives: a trace, and
//! whether it is a behaviour. Holds: a random behaviour follows from its seed alone; successors that the constraints
//! exclude are not taken.

use super::Workbench;
use super::check::{CheckOutput, Verdict};
use super::failure::{Failure, Kind};
use super::model::ModelInput;
use super::run::{self, Limits, Watch};
use super::source::SpecInput;
use super::store::Kept;
use tla_checker::check::{Strategy, browse};
use tla_checker::log::trace;
use tla_checker::outcome::TraceState;
use tla_checker::value::Datum;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// How many states a random behaviour has at most, and between how many successors is chosen.
const LONGEST: u32 = 10_000;
const CHOICES: usize = 10_000;

impl Workbench {
    /// One random behaviour of so many states, or fewer where it cannot go on.
    ///
    /// # Errors
    /// The spec or the model is wrong, or an evaluation failed.
    pub fn random_behaviour(
        &self,
        spec: &SpecInput,
        model: &ModelInput,
        length: u32,
        seed: i64,
        watch: &Watch<'_>,
    ) -> Result<CheckOutput, Failure> {
        if length > LONGEST {
            return Err(Failure::argument(
                "length",
                format!("a behaviour has at most {LONGEST} states here"),
            ));
        }
        let mut loaded = self.load(spec)?;
        let modelled = self.model(model, &mut loaded)?;
        let prepared =
            run::with_behaviour(run::prepare(&mut loaded, &modelled.model, watch)?, "could be shown")?;
        let mut states: Vec<TraceState> = Vec::new();
        let mut here: Option<Vec<Datum>> = None;
        for step in 0..length {
            watch.check()?;
            let next = match &here {
                None => browse::initial_states(&prepared, CHOICES, watch.cancel()),
                Some(state) => browse::successors(&prepared, state, CHOICES, watch.cancel()),
            };
            let next = next.map_err(|failure| {
                let sources = &loaded.spec.sources;
                let mut failed =
                    Failure::rejected("the behaviour cannot go on", &[failure.diagnostic()], sources);
                failed.kind = Kind::Evaluation;
                failed
            })?;
            let allowed: Vec<browse::Found> = next.found.into_iter().filter(|found| found.allowed).collect();
            if allowed.is_empty() {
                break;
            }
            let chosen = xxh3_64_with_seed(&step.to_le_bytes(), seed as u64) % allowed.len() as u64;
            let found = &allowed[chosen as usize];
            states.push(TraceState {
                action: found.action.as_ref().map_or("Init".to_owned(), ToString::to_string),
                span: found.action.as_ref().map(|action| action.span),
                state: prepared.variables().iter().cloned().zip(found.state.iter().cloned()).collect(),
                variables: None,
            });
            here = Some(found.state.clone());
        }
        let count = states.len();
        let ended = if count < length as usize { "; it cannot go on from there" } else { "" };
        let trace = (count > 0).then(|| self.first_page(Kept::of(&states, None, &loaded.spec.sources)));
        Ok(CheckOutput {
            outcome: Verdict::Bounded,
            summary: format!("a random behaviour of {count} states{ended}; nothing was checked"),
            complete: false,
            bound: Some("behaviours".to_owned()),
            states_generated: count as u64,
            distinct_states: count as u64,
            depth: count as u32,
            queue: 0,
            behaviours: Some(1),
            violation: None,
            further_violations: Vec::new(),
            trace,
            actions: Vec::new(),
            warnings: loaded.warnings,
            printed: Vec::new(),
            model: modelled.shown,
        })
    }

    /// Whether a trace in a file is a behaviour.
    ///
    /// # Errors
    /// The spec, the model or the trace is wrong.
    pub fn replay(
        &self,
        spec: &SpecInput,
        model: &ModelInput,
        (argument, file): (&str, &str),
        watch: &Watch<'_>,
    ) -> Result<CheckOutput, Failure> {
        let (path, text) = self.read(argument, file)?;
        let read = trace::load(&text)
            .map_err(|why| Failure::argument(argument, format!("`{file}` is no trace: {why}")))?;
        let mut loaded = self.load(spec)?;
        let modelled = self.model(model, &mut loaded)?;
        let prepared = run::with_behaviour(
            run::prepare(&mut loaded, &modelled.model, watch)?,
            "a trace could be one of",
        )?;
        let name = path.display().to_string();
        let sources = &mut loaded.spec.sources;
        let how = prepared
            .resolve_trace(&name, &read, sources)
            .map_err(|errors| Failure::rejected("the trace does not fit the spec", &errors, sources))?;
        watch.check()?;
        let ran = run::search(&prepared, Limits::default().options()?, Strategy::Log(how), false, watch);
        let mut output = self.told(&loaded, modelled, &prepared, ran, watch)?;
        if output.outcome == Verdict::Success {
            output.summary = "the trace is a behaviour of the spec".to_owned();
            // One behaviour was looked at.
            output.complete = false;
        }
        Ok(output)
    }
}
