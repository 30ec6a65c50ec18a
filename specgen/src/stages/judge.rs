//! Checking the spec, and what follows from a violation.
//!
//! Holds: after a violation nothing is changed and nothing recorded before it is classified, with evidence in the code.
//! A stage ends only when the spec as it is was checked and each violated claim has a finding. A finding is taken
//! back only when its claim holds now, or another finding takes its place.

use super::arguments::{Classify, Nothing, RecordFinding, RecordMechanism, WithdrawFinding};
use super::desk::Desk;
use super::smoke;
use super::state::{Finding, Mechanism, Stage};
use crate::draft::change::{Cause, Grounds};
use crate::refusal::{Reason, Refused};

impl Desk<'_> {
    /// Checks the spec as it is.
    pub(super) fn recheck(&mut self, _: Nothing) -> Result<String, Refused> {
        let number = self.state.checks.len() + 1;
        let (check, text) = smoke::check(self.setting, &self.state.draft, self.stage, number)?;
        let mut told = format!("check {number}: {text}");
        if check.violated.len() > 1 {
            let names: Vec<&str> = check.violated.iter().map(|v| v.name.as_str()).collect();
            told += &format!("\nviolated: {}\n", names.join(", "));
        }
        let never: Vec<&str> =
            check.actions.iter().filter(|(_, n)| **n == 0).map(|(a, _)| a.as_str()).collect();
        if !never.is_empty() {
            told += &format!("\nnever taken: {}\n", never.join(", "));
        }
        self.state.grounds = None;
        self.state.checks.push(check);
        Ok(told)
    }

    /// Whatever is violated was classified.
    pub(super) fn classified(&self) -> Result<(), Refused> {
        let Some(check) = self.state.checks.last().filter(|check| !check.violated.is_empty()) else {
            return Ok(());
        };
        if self.stage == Stage::Draft || self.state.grounds.is_some() {
            return Ok(());
        }
        let names: Vec<&str> = check.violated.iter().map(|v| v.name.as_str()).collect();
        Err(Refused::new(
            Reason::NotClassified,
            format!("check {} found violated: {}", check.number, names.join(", ")),
            "say with classify what that comes from, with evidence in the code, before anything is changed",
        ))
    }

    pub(super) fn classify(&mut self, given: Classify) -> Result<String, Refused> {
        let Some(check) = self.state.checks.last() else {
            return Err(Refused::new(Reason::NotDone, "nothing was checked yet", "call check"));
        };
        if !check.violated.iter().any(|v| v.name == given.violated) {
            let names: Vec<&str> = check.violated.iter().map(|v| v.name.as_str()).collect();
            let message = format!("{} is not violated in check {}", given.violated, check.number);
            return Err(Refused::new(Reason::NoSuchPart, message, format!("violated: {}", names.join(", "))));
        }
        if given.justification.trim().len() < 20 {
            return Err(Refused::new(
                Reason::NoEvidence,
                "that is no justification",
                "give a sentence or two",
            ));
        }
        let evidence = self.sources("the classification", &given.evidence)?;
        let grounds = Grounds {
            violated: given.violated,
            cause: given.cause,
            evidence,
            justification: given.justification,
        };
        let told = match grounds.cause {
            Cause::SpecWrong => "mend the spec, then check again",
            Cause::InvariantWrong => "mend the claim (the report will show it), then check again",
            Cause::RealBug => "record it with record_finding",
        };
        self.state.grounds = Some(grounds);
        Ok(told.into())
    }

    pub(super) fn record_finding(&mut self, given: RecordFinding) -> Result<String, Refused> {
        let Some(check) = self.state.checked() else {
            let message = "the spec as it is was not checked";
            return Err(Refused::new(Reason::NotDone, message, "call check"));
        };
        let Some(violation) = check.violated.iter().find(|v| v.name == given.violated) else {
            let message = format!("{} is not violated in check {}", given.violated, check.number);
            return Err(Refused::new(Reason::NoSuchPart, message, "a finding is a violated claim"));
        };
        let fits = |g: &&Grounds| g.cause == Cause::RealBug && g.violated == given.violated;
        let Some(grounds) = self.state.grounds.as_ref().filter(fits) else {
            return Err(Refused::new(
                Reason::NotClassified,
                format!("the violation of {} was not classified as real_bug", given.violated),
                "classify it, with evidence in the code",
            ));
        };
        let finding = Finding {
            id: format!("F{}", self.state.findings.len() + 1),
            title: given.title,
            violated: given.violated,
            check: check.number,
            interleaving: given.interleaving,
            fix: given.fix,
            grounds: grounds.clone(),
            trace: violation.trace.clone(),
            withdrawn: None,
        };
        if let Some(other) = &given.instead_of {
            let new = finding.id.clone();
            let Some(old) = self.state.findings.iter_mut().find(|f| f.id == *other) else {
                return Err(Refused::new(Reason::NoSuchPart, format!("there is no finding {other}"), ""));
            };
            old.withdrawn = Some(format!("{new} takes its place"));
        }
        let told = format!("recorded as {}", finding.id);
        self.state.findings.push(finding);
        Ok(told)
    }

    pub(super) fn withdraw_finding(&mut self, given: WithdrawFinding) -> Result<String, Refused> {
        let Some(check) = self.state.checked() else {
            let message = "the spec as it is was not checked";
            return Err(Refused::new(Reason::NotDone, message, "call check"));
        };
        let violated: Vec<String> = check.violated.iter().map(|v| v.name.clone()).collect();
        let Some(finding) = self.state.findings.iter_mut().find(|f| f.id == given.id) else {
            return Err(Refused::new(Reason::NoSuchPart, format!("there is no finding {}", given.id), ""));
        };
        if violated.contains(&finding.violated) {
            return Err(Refused::new(
                Reason::NotDone,
                format!("{} is still violated, in the last check", finding.violated),
                "record the finding that takes its place, with instead_of",
            ));
        }
        finding.withdrawn = Some(given.because);
        Ok(format!("{} is withdrawn", given.id))
    }

    pub(super) fn record_mechanism(&mut self, given: RecordMechanism) -> Result<String, Refused> {
        let history = self
            .setting
            .explorer
            .codebase()
            .history()
            .map_err(|refusal| Refused::new(Reason::Unreadable, refusal.to_string(), ""))?;
        let change = history.show(&given.commit, None).map_err(|refusal| {
            Refused::new(Reason::NoSuchPlace, refusal.to_string(), "name a commit of git_log")
        })?;
        let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        if given.quote.trim().len() < 10 || !plain(&change.commit.message).contains(&plain(&given.quote)) {
            return Err(Refused::new(
                Reason::NoSuchPlace,
                format!("the message of {} does not say {:?}", change.commit.short(), given.quote),
                "quote words of the message, as git_show has it",
            ));
        }
        let sources = self.sources("the mechanism", &given.sources)?;
        self.state.mechanisms.push(Mechanism {
            commit: change.commit.id.clone(),
            subject: change.commit.subject().to_owned(),
            what: given.what,
            sources,
        });
        Ok("recorded; now the documents and the spec must say it too, and the spec be checked again".into())
    }

    pub(super) fn finish_check(&mut self, _: Nothing) -> Result<String, Refused> {
        self.judged()
    }

    pub(super) fn finish_history(&mut self, _: Nothing) -> Result<String, Refused> {
        if !self.looked && self.setting.explorer.codebase().history().is_ok() {
            let message = "nobody has looked at the history";
            return Err(Refused::new(Reason::NotDone, message, "begin with git_log"));
        }
        self.judged()
    }

    /// The spec as it is was checked, and each violated claim has a finding.
    fn judged(&mut self) -> Result<String, Refused> {
        let Some(check) = self.state.checked() else {
            let message = "the spec as it is was not checked";
            return Err(Refused::new(Reason::NotDone, message, "call check"));
        };
        let open: Vec<&str> = check
            .violated
            .iter()
            .filter(|v| !self.state.open().any(|f| f.violated == v.name))
            .map(|v| v.name.as_str())
            .collect();
        if !open.is_empty() {
            let message = format!("violated, and without a finding: {}", open.join(", "));
            return Err(Refused::new(Reason::NotClassified, message, "classify, then mend or record"));
        }
        let gone: Vec<&str> = self
            .state
            .open()
            .filter(|f| !check.violated.iter().any(|v| v.name == f.violated))
            .map(|f| f.id.as_str())
            .collect();
        if !gone.is_empty() {
            let message = format!("their claims hold now: {}", gone.join(", "));
            return Err(Refused::new(Reason::NotDone, message, "withdraw them, and say why"));
        }
        self.done = true;
        Ok("the stage has ended".into())
    }
}
