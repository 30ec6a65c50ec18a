//! Coverage as text, in TLC's form, and as JSON.
//!
//! Enters: a [`Coverage`]. Leaves: lines, or [`Covered`]. Holds: the first line of a part is as TLC prints it
//! (`<Next line 12, col 9 to line 14, col 30 of module M>: 3:12`: new states, generated states); an expression
//! that was evaluated as often as the one around it is left out of the text, not of the JSON. What stands in
//! modules that come with the checker is left out.

use super::json::Place;
use super::words::{counted, grouped};
use crate::coverage::{Coverage, Expression, Finding, FindingKind, Part, PartKind, States};
use serde::{Deserialize, Serialize};
use std::io::{self, Write};
use tla_parser::source::{SourceMap, Span};

/// How often each part of a model was evaluated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Covered {
    /// The initial predicate, the actions, and the formulas of the model, in this order.
    pub parts: Vec<CoveredPart>,
    /// What never happened.
    pub findings: Vec<NeverHappened>,
}

/// A part of a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoveredPart {
    /// What it is.
    pub kind: PartKind,
    /// The definition's name.
    pub name: String,
    /// Its place: the name, with the parameters.
    pub span: Place,
    /// The part of the definition, where it is not the whole of it.
    pub disjunct: Option<Place>,
    /// Of the initial predicate and of actions: the states they led to.
    pub states: Option<States>,
    /// The expressions in it, each before those inside it.
    pub expressions: Vec<CoveredExpression>,
}

/// How often an expression was evaluated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoveredExpression {
    /// Where it stands.
    pub span: Place,
    /// In how many other expressions of the list it stands.
    pub depth: u32,
    /// How often it was evaluated, or, of a conjunct of an action, tried.
    pub evaluated: u64,
    /// How many expressions were evaluated for that.
    pub cost: u64,
    /// How often it was true where it was a condition.
    #[serde(rename = "true")]
    pub yes: u64,
    /// How often it was false there.
    #[serde(rename = "false")]
    pub no: u64,
}

/// Something that never happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NeverHappened {
    /// What.
    pub kind: FindingKind,
    /// In which part of the model; of a variable, its name.
    pub name: String,
    /// One line for people.
    pub message: String,
    /// Where it would have happened.
    pub span: Place,
    /// How often it was looked at.
    pub evaluated: u64,
}

impl Covered {
    /// Coverage with its places resolved.
    pub fn of(coverage: &Coverage, sources: &SourceMap) -> Covered {
        let place = |span| Place::of(bare(span, sources), sources);
        let expression = |e: &Expression| CoveredExpression {
            span: place(e.span),
            depth: e.depth,
            evaluated: e.evaluated,
            cost: e.cost,
            yes: e.yes,
            no: e.no,
        };
        let part = |part: &Part| CoveredPart {
            kind: part.kind,
            name: part.name.clone(),
            span: place(head(part.span, sources)),
            disjunct: part.disjunct.map(place),
            states: part.states,
            expressions: own(part, sources).map(expression).collect(),
        };
        let finding = |finding: &Finding| NeverHappened {
            kind: finding.kind,
            name: finding.name.clone(),
            message: message(finding, sources),
            span: place(finding.span),
            evaluated: finding.evaluated,
        };
        Covered {
            parts: coverage.parts.iter().map(part).collect(),
            findings: coverage.findings.iter().filter(|f| is_own(f.span, sources)).map(finding).collect(),
        }
    }
}

/// Whether a place is not in a module that comes with the checker.
pub(super) fn is_own(span: Span, sources: &SourceMap) -> bool {
    !sources.file(span.file).name.starts_with("<embedded>")
}

pub(super) fn own<'p>(part: &'p Part, sources: &'p SourceMap) -> impl Iterator<Item = &'p Expression> {
    part.expressions.iter().filter(|e| is_own(e.span, sources))
}

/// A definition's name with its parameters.
pub(super) fn head(name: Span, sources: &SourceMap) -> Span {
    let text = &sources.file(name.file).text;
    let rest = &text[name.end as usize..];
    let before = rest.len() - rest.trim_start().len();
    let mut depth = 0;
    for (at, c) in rest.char_indices().skip(before) {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            let end = if c == ')' { name.end + at as u32 + 1 } else { name.end };
            return Span { end, ..name };
        }
    }
    name
}

/// Without the parentheses around it.
pub(super) fn bare(span: Span, sources: &SourceMap) -> Span {
    let mut span = span;
    loop {
        let text = sources.text(span);
        let Some(inner) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) else { return span };
        let mut depth = 0i64;
        for c in inner.chars() {
            depth += i64::from(c == '(') - i64::from(c == ')');
            if depth < 0 {
                return span;
            }
        }
        let (before, after) = (inner.trim_start(), inner.trim_end());
        let start = span.end - 1 - before.len() as u32;
        let end = span.start + 1 + after.len() as u32;
        if end <= start {
            return span;
        }
        span = Span { start, end, ..span };
    }
}

/// What never happened, in one line.
pub(super) fn message(finding: &Finding, sources: &SourceMap) -> String {
    let Finding { kind, name, span, evaluated } = finding;
    let text = sources.text(bare(*span, sources)).split_whitespace().collect::<Vec<_>>().join(" ");
    let text = match text.char_indices().nth(60) {
        Some((at, _)) => format!("`{} …`", &text[..at]),
        None => format!("`{text}`"),
    };
    let times = counted(*evaluated, "time");
    match kind {
        FindingKind::ActionNeverTaken if sources.text(*span) == name => {
            format!("the action `{name}` is never taken")
        }
        FindingKind::ActionNeverTaken => format!("the disjunct {text} of `{name}` is never taken"),
        FindingKind::VariableNeverChanges => format!("the variable `{name}` never changes"),
        FindingKind::NeverFalse => format!("{text} in `{name}` is never false ({times} true)"),
        FindingKind::NeverTrue => format!("{text} in `{name}` is never true ({times} false)"),
        FindingKind::AntecedentNeverTrue => {
            format!("{text}, the left side of `=>` in `{name}`, is never true ({times} false)")
        }
        FindingKind::DisjunctNeverTrue => {
            format!("the disjunct {text} in `{name}` is never true ({times} false)")
        }
        FindingKind::BranchNeverTaken => {
            format!("the branch {text} in `{name}` is never taken (the condition was looked at {times})")
        }
    }
}

/// `line 12, col 9 to line 14, col 30 of module M`
pub(super) fn place(span: Span, sources: &SourceMap) -> String {
    let (line, column, end_line, end_column) = corners(span, sources);
    let name = &sources.file(span.file).name;
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let module = name.strip_suffix(".tla").unwrap_or(name);
    format!("line {line}, col {column} to line {end_line}, col {end_column} of module {module}")
}

/// First line and column, last line and column: both inclusive, as TLC has them.
fn corners(span: Span, sources: &SourceMap) -> (u32, u32, u32, u32) {
    let span = bare(span, sources);
    let file = sources.file(span.file);
    let (start, end) = (file.line_column(span.start), file.line_column(span.end));
    (start.line, start.column, end.line, end.column.saturating_sub(1))
}

/// The first line of a part, without the end of the line.
fn first_line(part: &Part, sources: &SourceMap) -> String {
    let mut line = format!("<{} {}", part.name, place(head(part.span, sources), sources));
    if let Some(disjunct) = part.disjunct {
        let (a, b, c, d) = corners(disjunct, sources);
        line += &format!(" ({a} {b} {c} {d})");
    }
    line.push('>');
    match part.states {
        Some(States { distinct: Some(new), generated }) => line += &format!(": {new}:{generated}"),
        Some(States { distinct: None, generated }) => line += &format!(": {generated}"),
        None => {}
    }
    line
}

/// Writes coverage for people.
///
/// # Errors
/// What the writer answers.
pub fn write_coverage(out: &mut dyn Write, coverage: &Coverage, sources: &SourceMap) -> io::Result<()> {
    writeln!(out, "\nHow often everything was evaluated (`tlacheck --help` says what the figures are):")?;
    for part in &coverage.parts {
        writeln!(out, "{}", first_line(part, sources))?;
        // The counts of the expressions around that are shown, outermost first.
        let mut around: Vec<(u32, u64)> = Vec::new();
        for e in own(part, sources) {
            while around.last().is_some_and(|(depth, _)| *depth >= e.depth) {
                around.pop();
            }
            if around.last().is_some_and(|(_, evaluated)| *evaluated == e.evaluated) {
                continue;
            }
            let bars = "|".repeat(around.len());
            write!(out, "  {bars}{}: {}", place(e.span, sources), e.evaluated)?;
            if e.cost > e.evaluated {
                write!(out, ":{}", e.cost)?;
            }
            writeln!(out)?;
            around.push((e.depth, e.evaluated));
        }
    }
    let findings: Vec<&Finding> = coverage.findings.iter().filter(|f| is_own(f.span, sources)).collect();
    if findings.is_empty() {
        return writeln!(
            out,
            "Nothing was left out: every action was taken, every condition true and false."
        );
    }
    writeln!(out, "What never happened ({}):", grouped(findings.len() as u64))?;
    for finding in findings {
        let place = sources.describe(bare(finding.span, sources));
        writeln!(out, "  {place}: {}", message(finding, sources))?;
    }
    Ok(())
}
