//! What people read: the documents, the spec, the findings and the report.
//!
//! Enters: the state. Leaves: artefacts in the run's folder, whole or not at all. Holds: the verdict is computed from
//! the checks, the findings and the challenge; nothing that the model says can change it. A claim counts as verified
//! when the last check went through all states, the claim held, some error in the spec would violate it, and its
//! antecedents were true somewhere.

use super::state::{Document, Finding, PlanStep, Stage, State, Step};
use super::{Ended, Setting};
use crate::draft::Claim;
use serde_json::json;
use std::fmt::Write;

/// The artefacts that a person may change when a run waits for it.
pub const REVIEWED: [&str; 3] = ["plan.md", "invariants.json", "findings.json"];

/// What became of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It holds in all states, and says something.
    Verified,
    /// It held as far as the search went.
    Bounded,
    /// It holds, and nothing that was tried would violate it.
    NoticesNothing,
    /// It holds because its antecedent is never true.
    Vacuous,
    /// It is violated.
    Violated,
    /// It was not judged.
    Unknown,
}

impl Standing {
    /// In words.
    pub fn text(self) -> &'static str {
        match self {
            Standing::Verified => "verified: holds in all states of the model",
            Standing::Bounded => "not verified: held as far as the search went",
            Standing::NoticesNothing => {
                "not verified: holds, but no error that was put into the spec violates it"
            }
            Standing::Vacuous => "not verified: holds because its antecedent is never true",
            Standing::Violated => "violated",
            Standing::Unknown => "not judged",
        }
    }
}

/// What became of a claim.
pub fn standing(state: &State, claim: &Claim) -> Standing {
    let Some(check) = state.checked() else { return Standing::Unknown };
    if check.violated.iter().any(|v| v.name == claim.name) || state.open().any(|f| f.violated == claim.name) {
        return Standing::Violated;
    }
    // A search that ends at a violation has not seen what lies behind it.
    if !check.complete {
        return Standing::Bounded;
    }
    let Some(challenge) = &state.challenge else { return Standing::Unknown };
    if challenge.vacuous.contains(&claim.name) {
        return Standing::Vacuous;
    }
    match challenge.kills.get(&claim.name) {
        Some(0) => Standing::NoticesNothing,
        Some(_) => Standing::Verified,
        None => Standing::Unknown,
    }
}

/// The verdict in one line.
pub fn verdict(state: &State) -> String {
    let findings = state.open().count();
    let claims = state.draft.invariants.iter().chain(&state.draft.properties);
    let standings: Vec<Standing> = claims.map(|claim| standing(state, claim)).collect();
    let count = |wanted: Standing| standings.iter().filter(|s| **s == wanted).count();
    let verified = count(Standing::Verified);
    match findings {
        0 if verified == standings.len() => {
            format!("no violation: all {verified} claims are verified on the model")
        }
        0 => format!("no violation: {verified} of {} claims are verified on the model", standings.len()),
        1 => format!("1 finding; {verified} of {} claims are verified on the model", standings.len()),
        n => format!("{n} findings; {verified} of {} claims are verified on the model", standings.len()),
    }
}

/// Writes what a stage has to show.
///
/// # Errors
/// Something cannot be written.
pub fn artefacts(setting: &Setting, stage: Stage, state: &State) -> Result<(), Ended> {
    let put = |path: &str, text: &str| setting.journal.write_artefact(stage.name(), path, text.as_bytes());
    match stage {
        Stage::Plan => put("plan.md", &plan(&setting.feature, &state.plan))?,
        Stage::Explore => {
            put("coverage.md", &format!("# What was read\n\n{}", state.ledger.table(usize::MAX)))?
        }
        Stage::Document => documents(setting, stage, state)?,
        Stage::Draft | Stage::Check | Stage::History => {
            if stage == Stage::History {
                documents(setting, stage, state)?;
            }
            spec(setting, stage, state)?;
        }
        Stage::Challenge => put("challenge.json", &pretty(&state.challenge))?,
        Stage::Report => {
            findings(setting, state)?;
            let report = report(setting, state);
            put("report.md", &report)?;
            put("report.html", &html(&setting.feature, &report))?;
        }
    }
    Ok(())
}

/// Writes the findings as data.
///
/// # Errors
/// They cannot be written.
pub fn findings(setting: &Setting, state: &State) -> Result<(), Ended> {
    let text = pretty(&json!({ "verdict": verdict(state), "findings": state.findings }));
    Ok(setting.journal.write_artefact(Stage::Report.name(), "findings.json", text.as_bytes())?)
}

/// Takes an artefact as a person has left it.
///
/// # Errors
/// It cannot be read, or is not what it has to be.
pub fn take_back(setting: &Setting, path: &str, state: &mut State) -> Result<(), Ended> {
    let place = setting.journal.folder().join(path);
    let edited = || Ended::Edited { artefact: path.to_owned() };
    let text = std::fs::read_to_string(&place).map_err(|_| edited())?;
    match path {
        "plan.md" => state.plan_edited = Some(text),
        "invariants.json" => {
            let claims: Vec<Claim> = serde_json::from_str(&text).map_err(|_| edited())?;
            for claim in &claims {
                crate::draft::part::definition(&claim.name, &claim.text).map_err(|_| edited())?;
            }
            state.draft.invariants = claims;
            state.locks = crate::draft::lock::Locks::of(&state.draft).map_err(|_| edited())?;
        }
        _ => {
            let data: serde_json::Value = serde_json::from_str(&text).map_err(|_| edited())?;
            state.findings = serde_json::from_value(data["findings"].clone()).map_err(|_| edited())?;
        }
    }
    Ok(())
}

fn pretty(data: &impl serde::Serialize) -> String {
    let text = serde_json::to_string_pretty(data).unwrap_or_else(|e| format!("\"{e}\""));
    format!("{text}\n")
}

fn plan(feature: &str, steps: &[PlanStep]) -> String {
    let mut text = format!("# Plan\n\nThe feature: {feature}\n\n");
    for (at, step) in steps.iter().enumerate() {
        let _ = writeln!(text, "{}. {}\n   Produces: {}", at + 1, step.step, step.produces);
    }
    text
}

fn documents(setting: &Setting, stage: Stage, state: &State) -> Result<(), Ended> {
    for (name, document) in &state.documents {
        let text = markdown(document);
        setting.journal.write_artefact(stage.name(), &format!("{name}.md"), text.as_bytes())?;
    }
    Ok(())
}

/// A document as Markdown: each sentence with its places and the hash of the file.
pub fn markdown(document: &Document) -> String {
    let mut text = format!("# {}\n", document.title);
    for section in &document.sections {
        let _ = writeln!(text, "\n## {}\n", section.heading);
        for claim in &section.claims {
            let places: Vec<String> = claim
                .sources
                .iter()
                .map(|s| format!("`{s}` @{}", s.hash.get(..12).unwrap_or(&s.hash)))
                .collect();
            let _ = writeln!(text, "- {} ({})", claim.text, places.join(", "));
        }
    }
    text
}

fn spec(setting: &Setting, stage: Stage, state: &State) -> Result<(), Ended> {
    let written = state.draft.written();
    let name = &state.draft.module;
    let put = |path: &str, text: &str| setting.journal.write_artefact(stage.name(), path, text.as_bytes());
    put(&format!("spec/{name}.tla"), &written.module)?;
    put(&format!("spec/{name}.cfg"), &written.config)?;
    let map: serde_json::Map<String, serde_json::Value> =
        state.draft.actions.iter().map(|a| (a.name.clone(), json!(a.sources))).collect();
    put("sourcemap.json", &pretty(&map))?;
    put("invariants.json", &pretty(&state.draft.invariants))?;
    Ok(())
}

fn report(setting: &Setting, state: &State) -> String {
    let mut t = format!("# {}\n\n**{}**\n\n", setting.feature, verdict(state));
    let open: Vec<&Finding> = state.open().collect();
    if !open.is_empty() {
        t += "## Findings\n\n";
    }
    for finding in open {
        let _ = writeln!(
            t,
            "### {}: {}\n\nViolates `{}` (check {}).\n",
            finding.id, finding.title, finding.violated, finding.check
        );
        let _ = writeln!(
            t,
            "{}\n\n**Why it is the code:** {}\n",
            finding.interleaving, finding.grounds.justification
        );
        t += "**In the code:**\n\n";
        for source in &finding.grounds.evidence {
            let _ = writeln!(t, "- `{source}`");
            if let Ok(text) = setting.explorer.codebase().read(&source.file) {
                let lines = text
                    .range(source.line as usize, (source.end_line as usize).min(source.line as usize + 30));
                let shown: Vec<String> = lines.map(|(n, line)| format!("  {n:>5}  {line}")).collect();
                let _ = writeln!(t, "\n  ```\n{}\n  ```", shown.join("\n"));
            }
        }
        let _ = writeln!(t, "\n**The behaviour:**\n\n{}", behaviour(state, &finding.trace));
        let _ = writeln!(t, "**A fix that is suggested:** {}\n", finding.fix);
    }
    let withdrawn: Vec<&Finding> = state.findings.iter().filter(|f| f.withdrawn.is_some()).collect();
    if !withdrawn.is_empty() {
        t += "## Withdrawn\n\n";
        for finding in withdrawn {
            let why = finding.withdrawn.as_deref().unwrap_or_default();
            let _ = writeln!(t, "- {}: {} ({}): {why}", finding.id, finding.title, finding.violated);
        }
        t.push('\n');
    }
    t += "## What was claimed\n\n| claim | why | standing |\n| --- | --- | --- |\n";
    for claim in state.draft.invariants.iter().chain(&state.draft.properties) {
        let _ =
            writeln!(t, "| `{}` | {} | {} |", claim.name, cell(&claim.why), standing(state, claim).text());
    }
    if let Some(why) = &state.few_invariants {
        let _ = writeln!(t, "\nThere are few: {why}");
    }
    t += "\n## What was checked\n\n";
    for check in &state.checks {
        let how = if check.complete { "to the end" } else { "not to the end" };
        let _ = writeln!(t, "- check {} ({}, {how}): {}", check.number, check.stage.name(), check.summary);
    }
    t += "\nThe model:\n\n";
    for constant in &state.draft.constants {
        let _ = writeln!(t, "- `{} = {}`: {}", constant.name, constant.value, constant.about);
    }
    if let Some(constraint) = &state.draft.constraint {
        let _ = writeln!(t, "- only states within `{}` were explored", constraint.name);
    }
    t += "\nWhat holds on this model may fail on a larger one; what is violated on it is violated.\n";
    if !state.mechanisms.is_empty() {
        t += "\n## What the history showed\n\n";
        for m in &state.mechanisms {
            let places: Vec<String> = m.sources.iter().map(|s| format!("`{s}`")).collect();
            let _ = writeln!(
                t,
                "- {} `{}`: {} ({})",
                m.subject,
                m.commit.get(..12).unwrap_or(&m.commit),
                m.what,
                places.join(", ")
            );
        }
    }
    if let Some(challenge) = &state.challenge {
        t += "\n## What the claims notice\n\n";
        match &challenge.failed {
            Some(why) => {
                let _ = writeln!(t, "Nothing could be tried: {why}");
            }
            None => {
                let _ = writeln!(
                    t,
                    "{} small errors were put into the spec: {} were noticed, {} were not, {} could not be decided.",
                    challenge.tried, challenge.killed, challenge.survived, challenge.undecided
                );
                let list = |t: &mut String, head: &str, items: &[String]| {
                    if !items.is_empty() {
                        let _ = writeln!(t, "\n{head}\n");
                        for item in items.iter().take(40) {
                            let _ = writeln!(t, "- {item}");
                        }
                        if items.len() > 40 {
                            let _ = writeln!(t, "- and {} more", items.len() - 40);
                        }
                    }
                };
                list(&mut t, "Not noticed:", &challenge.survivors);
                list(&mut t, "What never happens:", &challenge.never);
            }
        }
    }
    if !state.weakenings.is_empty() {
        t += "\n## What was made weaker\n\n";
        for w in &state.weakenings {
            let _ = writeln!(
                t,
                "- `{}`: `{}` became `{}`: {}",
                w.what,
                cell(&w.before),
                cell(&w.after),
                w.grounds.justification
            );
        }
    }
    if !state.refused.is_empty() {
        t += "\n## What was refused\n\n";
        for r in &state.refused {
            let first = r.refused.message.lines().next().unwrap_or_default();
            let _ = writeln!(
                t,
                "- {} ({}): {}: {}",
                r.tool,
                r.stage.name(),
                r.refused.reason.name(),
                cell(first)
            );
        }
    }
    t += "\n## What the spec models\n\n| action | code |\n| --- | --- |\n";
    for action in &state.draft.actions {
        let places: Vec<String> = action.sources.iter().map(|s| format!("`{s}`")).collect();
        let _ = writeln!(t, "| `{}` | {} |", action.name, places.join(", "));
    }
    let ledger = state.ledger.open().len();
    let _ = writeln!(
        t,
        "\n{} files were looked at (coverage.md), {ledger} were left open.",
        state.ledger.files().len()
    );
    let spent = setting.caller.budget().spent();
    let _ = writeln!(
        t,
        "\n## Cost\n\n{} calls of {}, {} tokens{}.",
        spent.calls,
        setting.caller.model(),
        spent.usage.tokens(),
        spent.usd().map_or(String::new(), |usd| format!(", {usd:.2} USD"))
    );
    let name = &state.draft.module;
    let _ = writeln!(
        t,
        "\n## By hand\n\n```sh\ntlacheck spec/{name}.tla --config spec/{name}.cfg\n```\n\n```tla\n{}```",
        state.draft.written().module
    );
    t
}

/// A behaviour as a table: what each step changes, and the code that it models.
fn behaviour(state: &State, trace: &[Step]) -> String {
    let mut t = String::from("| | action | changes | code |\n| --- | --- | --- | --- |\n");
    for (at, step) in trace.iter().enumerate() {
        let changed: Vec<String> =
            step.changed.iter().map(|(name, value)| format!("`{name} = {}`", cell(value))).collect();
        let name = step.action.split('(').next().unwrap_or_default();
        let code = state.draft.action(name).map_or(String::new(), |a| {
            a.sources.iter().map(|s| format!("`{s}`")).collect::<Vec<_>>().join(", ")
        });
        let _ = writeln!(t, "| {} | `{}` | {} | {code} |", at + 1, step.action, changed.join(" "));
    }
    t
}

/// A text in one cell of a table.
fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

/// The report as a page that needs nothing else.
fn html(feature: &str, report: &str) -> String {
    use pulldown_cmark::{Event, Options, Parser, html::push_html};
    // What the model wrote is text: no markup of its own.
    let parser = Parser::new_ext(report, Options::ENABLE_TABLES).map(|event| match event {
        Event::Html(raw) | Event::InlineHtml(raw) => Event::Text(raw),
        other => other,
    });
    let mut body = String::new();
    push_html(&mut body, parser);
    let title = feature.replace('&', "&amp;").replace('<', "&lt;");
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n\
         </head>\n<body>\n{body}</body>\n</html>\n"
    )
}

const STYLE: &str = "\
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
h1 { font-size: 1.5rem; } h2 { margin-top: 2rem; border-bottom: 1px solid #ccc; }
table { border-collapse: collapse; } td, th { border: 1px solid #ccc; padding: .2rem .5rem; text-align: left; vertical-align: top; }
code, pre { font: 14px/1.4 ui-monospace, monospace; background: #f4f4f4; } pre { padding: .6rem; overflow-x: auto; }
@media (prefers-color-scheme: dark) { body { background: #181818; color: #ddd; } code, pre { background: #262626; } td, th { border-color: #444; } }
";
