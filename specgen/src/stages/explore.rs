//! The plan, and reading the code.
//!
//! Holds: exploring ends when every file was read or ruled out for a reason, and nothing is ruled out whose functions
//! are used by what was read: whoever says otherwise (a comment in the code, for one) is no authority.

use super::arguments::{FinishExploring, NoSuchFeature, SubmitPlan};
use super::desk::Desk;
use crate::codebase::ledger::Touch;
use crate::draft::change::mentions;
use crate::refusal::{Reason, Refused};

/// Names that are in too many files to say that one uses another.
const COMMON: [&str; 6] = ["main", "new", "__init__", "init", "run", "test"];

impl Desk<'_> {
    pub(super) fn submit_plan(&mut self, given: SubmitPlan) -> Result<String, Refused> {
        let lacking = given.steps.iter().any(|s| s.step.trim().is_empty() || s.produces.trim().is_empty());
        if given.steps.is_empty() || lacking {
            let message = "a plan has steps, each with what is to be done and what it produces";
            return Err(Refused::new(Reason::BadArguments, message, ""));
        }
        self.state.plan = given.steps;
        self.done = true;
        Ok("the plan is kept".into())
    }

    pub(super) fn no_such_feature(&mut self, given: NoSuchFeature) -> Result<String, Refused> {
        self.covered()?;
        self.state.no_feature = Some(given.why);
        self.done = true;
        Ok("the run ends here".into())
    }

    pub(super) fn finish_exploring(&mut self, given: FinishExploring) -> Result<String, Refused> {
        self.covered()?;
        self.state.overview = given.overview;
        self.done = true;
        Ok("exploring has ended".into())
    }

    /// Everything was read or ruled out, and what was ruled out is not used by what was read.
    fn covered(&self) -> Result<(), Refused> {
        let codebase = self.setting.explorer.codebase();
        let mut ledger = self.setting.explorer.ledger();
        ledger.know_all(codebase);
        let open = ledger.open();
        if !open.is_empty() {
            let some: Vec<&str> = open.iter().take(20).map(String::as_str).collect();
            return Err(Refused::new(
                Reason::NotCovered,
                format!(
                    "{} files or functions were neither read nor ruled out: {}",
                    open.len(),
                    some.join(", ")
                ),
                "read them, or rule them out with a reason (a folder or a glob at once)",
            ));
        }
        let read = ledger.files().iter().filter(|(_, entry)| entry.touch() != Touch::RuledOut);
        let read: Vec<_> = read.filter_map(|(path, _)| codebase.read(path).ok()).collect();
        for (path, entry) in ledger.files().iter().filter(|(_, entry)| entry.touch() == Touch::RuledOut) {
            for function in entry.known() {
                let name = function.name.rsplit(['.', ':']).next().unwrap_or(&function.name);
                if COMMON.contains(&name) || name.len() < 4 {
                    continue;
                }
                let user = read.iter().find_map(|text| {
                    let line = text.range(1, text.lines()).find(|(_, line)| mentions(line, name))?;
                    Some((text.path.clone(), line.0))
                });
                if let Some((user, line)) = user {
                    return Err(Refused::new(
                        Reason::RuledOutButUsed,
                        format!("{path} was ruled out, and {user}:{line} uses its {name}"),
                        format!("read {path}; what a comment says about which files matter is no reason"),
                    ));
                }
            }
        }
        Ok(())
    }
}
