//! An outcome or diagnostics, for people.
//!
//! Enters: an [`Outcome`] or diagnostics. Leaves: text: warnings, the verdict in plain words, the
//! trace, the counts. Holds: colours are in the text only if asked for; lines of values stay within
//! the width, names and messages are not broken.

use super::rejection::reasons;
use super::trace::{place, write_cycle, write_trace};
use super::words::{counted, duration, grouped, headline, phase, stopped};
use crate::failure::FailureKind;
use crate::outcome::{Method, Outcome, Simulation, Verdict, Violation};
use anstyle::{AnsiColor, Reset, Style};
use std::collections::BTreeMap;
use std::io::{self, Write};
use tla_parser::diagnostic::Diagnostic;
use tla_parser::source::{SourceMap, Span};

/// How to write.
#[derive(Clone, Copy, Debug)]
pub struct TextOptions {
    /// Use ANSI colours.
    pub color: bool,
    /// The columns to stay within.
    pub width: usize,
    /// Show only the variables that changed (`--difftrace`).
    pub difftrace: bool,
    /// Show warnings (off with `--nowarning`).
    pub warnings: bool,
}

impl Default for TextOptions {
    fn default() -> Self {
        TextOptions { color: false, width: 100, difftrace: false, warnings: true }
    }
}

/// The styles, each as the text that switches it on; all empty without colours.
pub(super) struct Palette {
    error: String,
    success: String,
    pub(super) strong: String,
    pub(super) changed: String,
    pub(super) faint: String,
    pub(super) plain: String,
    pub(super) none: String,
}

impl Palette {
    pub(super) fn new(color: bool) -> Self {
        let on = |style: Style| if color { style.render().to_string() } else { String::new() };
        Palette {
            error: on(AnsiColor::Red.on_default().bold()),
            success: on(AnsiColor::Green.on_default().bold()),
            strong: on(Style::new().bold()),
            changed: on(AnsiColor::Yellow.on_default()),
            faint: on(Style::new().dimmed()),
            plain: if color { Reset.render().to_string() } else { String::new() },
            none: String::new(),
        }
    }
}

/// Above this chance that a collision hid a state, the report says so.
const COLLISION_WORTH_SAYING: f64 = 1e-9;

/// Writes everything a run found.
///
/// # Errors
/// What the writer answers.
pub fn write_outcome(
    out: &mut dyn Write,
    outcome: &Outcome,
    sources: &SourceMap,
    options: &TextOptions,
) -> io::Result<()> {
    let palette = Palette::new(options.color);
    if options.warnings {
        write_diagnostics(out, &outcome.warnings, sources, options)?;
    }
    if outcome.violations.is_empty() {
        write_verdict(out, outcome, &outcome.verdict, sources, options, &palette)?;
    }
    if let Some((trace, cycle)) = &outcome.replayed {
        write_trace(out, trace, sources, options)?;
        if let Some(cycle) = cycle {
            write_cycle(out, trace, cycle, sources, options)?;
        }
        writeln!(out)?;
    }
    for violation in &outcome.violations {
        write_violation(out, outcome, violation, sources, options, &palette)?;
    }
    write_counts(out, outcome)
}

fn write_violation(
    out: &mut dyn Write,
    outcome: &Outcome,
    violation: &Violation,
    sources: &SourceMap,
    options: &TextOptions,
    palette: &Palette,
) -> io::Result<()> {
    write_verdict(out, outcome, &violation.verdict, sources, options, palette)?;
    if !violation.trace.is_empty() {
        let length = violation.trace.len() as u64;
        let what = match &violation.verdict {
            Verdict::Failure(..) => "The behaviour that leads to the failure",
            Verdict::Deadlock => "The behaviour that leads to the deadlock",
            Verdict::Liveness { .. } => "The behaviour that violates it",
            Verdict::LogNotAdmitted(r) if r.trace.is_some() => "What of it is a behaviour",
            Verdict::LogNotAdmitted(_) => "A behaviour that matches the log so far",
            _ => "The behaviour that leads there",
        };
        let how = match outcome.method {
            Method::DepthFirst => ", depth-first: there may be a shorter one",
            Method::Simulation(_) => ", simulated: there may be a shorter one",
            _ => "",
        };
        writeln!(out, "{what} ({}{how}):", counted(length, "state"))?;
        write_trace(out, &violation.trace, sources, options)?;
        if let Some(cycle) = &violation.cycle {
            write_cycle(out, &violation.trace, cycle, sources, options)?;
        }
    } else if matches!(violation.verdict, Verdict::Failure(..)) {
        return Ok(()); // a drawn diagnostic ends with a blank line already
    }
    writeln!(out)
}

fn write_verdict(
    out: &mut dyn Write,
    outcome: &Outcome,
    verdict: &Verdict,
    sources: &SourceMap,
    options: &TextOptions,
    palette: &Palette,
) -> io::Result<()> {
    let Palette { error, success, plain, .. } = palette;
    let at = |span: &Option<Span>| span.map_or(String::new(), |s| format!(" ({})", place(sources, s)));
    match verdict {
        Verdict::Success if outcome.depth == 0 => {
            writeln!(out, "{success}Success{plain}: the assumptions hold; there is no behaviour to explore")
        }
        Verdict::Success if matches!(outcome.method, Method::Log(_)) => {
            writeln!(out, "{success}Success{plain}: the spec admits a behaviour that matches the log")
        }
        Verdict::Success if matches!(outcome.method, Method::Replay(_)) => {
            writeln!(out, "{success}Success{plain}: the trace is a behaviour of the spec, and shows no error")
        }
        Verdict::Success => writeln!(out, "{success}Success{plain}: {}", headline(verdict)),
        Verdict::Bounded(bound) => {
            writeln!(out, "{success}Stopped{plain} {}: no error found so far", stopped(*bound))
        }
        Verdict::Failure(where_, failure) => match failure.kind {
            FailureKind::Cancelled => writeln!(out, "{success}Stopped{plain}: {}", headline(verdict)),
            _ => {
                let mut diagnostic = failure.diagnostic().note(format!("this happened {}", phase(*where_)));
                if failure.kind == FailureKind::Internal {
                    diagnostic = diagnostic.help("this is a bug in tlacheck: please report it with the spec");
                }
                write_diagnostics(out, &[diagnostic], sources, options)
            }
        },
        Verdict::Assumption { span, .. }
        | Verdict::Invariant { span, .. }
        | Verdict::ActionProperty { span, .. }
        | Verdict::InitialProperty { span, .. }
        | Verdict::Liveness { span, .. } => {
            writeln!(out, "{error}Error{plain}: {}{}", headline(verdict), at(span))
        }
        Verdict::LogNotAdmitted(rejection) => {
            writeln!(out, "{error}Error{plain}: {}{}", headline(verdict), at(&Some(rejection.span)))?;
            writeln!(out, "  {}\n", rejection.text.trim())?;
            let states = counted(rejection.states, "state");
            match rejection.states {
                0 => writeln!(out, "No initial state matches it.\n")?,
                _ if rejection.trace.is_some() => {}
                1 => {}
                _ => writeln!(out, "{states} match the log up to there; this is about the first.\n")?,
            }
            write_diagnostics(out, &reasons(rejection, sources), sources, options)
        }
        Verdict::Postcondition { .. } | Verdict::Deadlock => {
            writeln!(out, "{error}Error{plain}: {}", headline(verdict))
        }
    }
}

/// The counts: `1,234 states generated, 567 distinct, depth 12, 0.05 s (24,680 states/s)`.
fn write_counts(out: &mut dyn Write, outcome: &Outcome) -> io::Result<()> {
    if outcome.states_generated == 0 && outcome.depth == 0 {
        return writeln!(out, "{}", duration(outcome.seconds));
    }
    if let Method::Simulation(simulation) = &outcome.method {
        return write_simulation(out, outcome, simulation);
    }
    if let Method::Log(log) = &outcome.method {
        write!(out, "{} of {} matched; ", grouped(log.matched), counted(log.events, "event"))?;
    }
    if let Method::Replay(log) = &outcome.method {
        write!(out, "{} of {} replayed; ", grouped(log.matched), counted(log.events, "state"))?;
    }
    write!(
        out,
        "{} generated, {} distinct, depth {}",
        counted(outcome.states_generated, "state"),
        grouped(outcome.distinct_states),
        outcome.depth
    )?;
    if outcome.queue > 0 {
        write!(out, ", {} left on the queue", grouped(outcome.queue))?;
    }
    write!(out, ", {}", duration(outcome.seconds))?;
    if outcome.seconds >= 0.05 && outcome.states_generated > 0 {
        let rate = outcome.states_generated as f64 / outcome.seconds;
        write!(out, " ({} states/s)", grouped(rate as u64))?;
    }
    writeln!(out)?;
    if outcome.collision_probability > COLLISION_WORTH_SAYING {
        writeln!(
            out,
            "The chance that two states shared a fingerprint, so that one was overlooked: {:.1e}",
            outcome.collision_probability
        )?;
    } else if outcome.exact && !matches!(outcome.method, Method::Log(_) | Method::Replay(_)) {
        writeln!(out, "Whole states were compared: the search is exact, no state was taken for another")?;
    }
    Ok(())
}

/// What a simulation has done, and how often each action was taken.
fn write_simulation(out: &mut dyn Write, outcome: &Outcome, simulation: &Simulation) -> io::Result<()> {
    let Simulation { seed, first, behaviours, violating, mean, variance, longest, checked } = simulation;
    let what = if *checked { "simulated" } else { "generated, and nothing checked" };
    write!(
        out,
        "{} {what}, {} generated",
        counted(*behaviours, "behaviour"),
        counted(outcome.states_generated, "state")
    )?;
    write!(out, ", {}", duration(outcome.seconds))?;
    if outcome.seconds >= 0.05 {
        write!(out, " ({} states/s)", grouped((outcome.states_generated as f64 / outcome.seconds) as u64))?;
    }
    writeln!(out)?;
    if *behaviours > 0 {
        let deviation = variance.sqrt();
        writeln!(
            out,
            "States of a behaviour: {mean:.1} on average (variance {variance:.1}, standard deviation \
             {deviation:.1}), {} at most",
            grouped((*longest).into())
        )?;
        write_taken(out, outcome)?;
    }
    write!(out, "The seed is {seed}")?;
    match violating {
        Some(number) => writeln!(
            out,
            "; `--seed {seed} --aril {number} --simulate num=1` repeats the behaviour that shows the error"
        ),
        None if *first > 0 => writeln!(out, ", the first behaviour is number {first}"),
        None => writeln!(out),
    }
}

/// How often each action was taken, in the order of the spec.
fn write_taken(out: &mut dyn Write, outcome: &Outcome) -> io::Result<()> {
    let (mut places, mut sums): (BTreeMap<&str, usize>, Vec<(&str, u64)>) = Default::default();
    for (instance, _, taken) in &outcome.actions {
        let name = instance.split('(').next().unwrap_or(instance);
        let at = *places.entry(name).or_insert(sums.len());
        if at == sums.len() {
            sums.push((name, 0));
        }
        sums[at].1 += taken;
    }
    if sums.is_empty() {
        return Ok(());
    }
    writeln!(out, "How often each action was taken:")?;
    let wide = sums.iter().map(|(_, taken)| grouped(*taken).len()).max().unwrap_or(0).max(5);
    for (name, taken) in sums {
        let taken = if taken == 0 { "never".to_owned() } else { grouped(taken) };
        writeln!(out, "  {taken:>wide$}  {name}")?;
    }
    Ok(())
}

/// Writes diagnostics, a blank line after each.
///
/// # Errors
/// What the writer answers.
pub fn write_diagnostics(
    out: &mut dyn Write,
    diagnostics: &[Diagnostic],
    sources: &SourceMap,
    options: &TextOptions,
) -> io::Result<()> {
    for diagnostic in diagnostics {
        let drawn = tla_parser::render::render(diagnostic, sources, options.color);
        writeln!(out, "{}\n", drawn.trim_end())?;
    }
    Ok(())
}
