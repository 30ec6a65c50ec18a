//! A trace, for people: numbered states, what changed marked.
//!
//! Enters: the states of a trace. Leaves: text. Holds: what is printed for a state is TLA+ that can be
//! pasted back, a conjunct a variable; the mark of a changed one is a comment.

use super::text::{Palette, TextOptions};
use crate::outcome::{Cycle, TraceState};
use crate::value::{Datum, Pretty};
use std::io::{self, Write};
use tla_parser::source::{SourceMap, Span};

/// Writes the states, each with a blank line before it.
pub(super) fn write_trace(
    out: &mut dyn Write,
    trace: &[TraceState],
    sources: &SourceMap,
    options: &TextOptions,
) -> io::Result<()> {
    let palette = Palette::new(options.color);
    for (i, state) in trace.iter().enumerate() {
        let before = i.checked_sub(1).map(|j| &trace[j]);
        writeln!(out)?;
        write!(out, "{}State {}{}: {}", palette.strong, i + 1, palette.plain, state.action)?;
        match state.span {
            Some(span) => {
                writeln!(out, "  {}{}{}", palette.faint, place(sources, span), palette.plain)?;
            }
            None => writeln!(out)?,
        }
        write_state(out, state, before, options, &palette)?;
    }
    Ok(())
}

/// Writes how it goes on after the last state.
pub(super) fn write_cycle(
    out: &mut dyn Write,
    trace: &[TraceState],
    cycle: &Cycle,
    sources: &SourceMap,
    options: &TextOptions,
) -> io::Result<()> {
    let Palette { strong, plain, faint, .. } = Palette::new(options.color);
    match &cycle.action {
        _ if cycle.back + 1 == trace.len() => {
            writeln!(out, "\n{strong}State {}{plain}: Stuttering", trace.len() + 1)?;
        }
        None => writeln!(out, "\n{strong}Back to state {}{plain}", cycle.back + 1)?,
        Some((action, span)) => {
            let place = place(sources, *span);
            writeln!(
                out,
                "\n{strong}Back to state {}{plain}: {action}  {faint}{place}{plain}",
                cycle.back + 1
            )?;
        }
    }
    if cycle.modulo_view {
        writeln!(out, "\\* states of this trace agree in their VIEW only: it need not be a behaviour")?;
    }
    Ok(())
}

fn write_state(
    out: &mut dyn Write,
    state: &TraceState,
    before: Option<&TraceState>,
    options: &TextOptions,
    palette: &Palette,
) -> io::Result<()> {
    let mut shown = 0;
    for (name, value) in &state.state {
        let changed = before.is_some_and(|b| value_of(b, name) != Some(value));
        if options.difftrace && before.is_some() && !changed {
            continue;
        }
        shown += 1;
        // The value starts after `/\ name = ` if it fits there, else on the next line.
        let beside = name.chars().count() + 6;
        let mark = if changed { "  \\* changed" } else { "" };
        let room = options.width.saturating_sub(mark.len()).max(20);
        let line = format!("{value}");
        let broken = beside + line.chars().count() > room;
        let (open, close) =
            if changed { (&palette.changed, &palette.plain) } else { (&palette.none, &palette.none) };
        write!(out, "{open}/\\ {name} =")?;
        if !broken {
            write!(out, " {line}")?;
        }
        match changed {
            true => writeln!(out, "{close}{}{mark}{}", palette.faint, palette.plain)?,
            false => writeln!(out)?,
        }
        if broken {
            writeln!(out, "{open}      {}{close}", Pretty::new(value, options.width.max(20), 6))?;
        }
    }
    if shown == 0 {
        let what = if state.state.is_empty() { "no variables" } else { "nothing changed" };
        writeln!(out, "\\* {what}")?;
    }
    Ok(())
}

fn value_of<'a>(state: &'a TraceState, name: &str) -> Option<&'a Datum> {
    state.state.iter().find(|(n, _)| n == name).map(|(_, value)| value)
}

/// `Spec.tla:31:5`, the folders left out.
pub(super) fn place(sources: &SourceMap, span: Span) -> String {
    let place = sources.describe(span);
    place.rsplit(['/', '\\']).next().unwrap_or(&place).to_owned()
}
