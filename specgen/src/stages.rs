//! What a run does, one stage after the other: from a feature's name and a directory to a report.
//!
//! Enters: a [`Setting`]: the codebase, a caller of a model, the journal. Leaves: artefacts in the run's folder and a
//! [`State`], of which every stage leaves one in the journal. Holds:
//! - The model proposes, and code decides: everything it wants is a call of a tool ([`desk`]), and what may not be
//!   done is refused by name ([`crate::refusal`]). The verdict of the report is computed, never told.
//! - What files and tools say is data. It reaches the model as results of tools, and nothing that it asks for can do
//!   more than the tools of the stage can.
//! - A stage that has ended is not done again: a run that goes on takes the state that it left.
//! - The same answers give the same artefacts, byte by byte: no clock, no random order.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`state`] | what a run knows |
//! | [`desk`] | the conversation of a stage, and its tools |
//! | [`arguments`] | what the tools take |
//! | [`prompts`] | what the model is told |
//! | [`place`] | places in the code that the model names |
//! | [`smoke`] | the checks |
//! | [`explore`], [`document`], [`mod@write`], [`judge`] | the tools by what they are for |
//! | [`challenge`] | which errors in the spec its claims notice |
//! | [`report`] | the artefacts that people read |

pub mod arguments;
pub mod challenge;
pub mod desk;
pub mod document;
pub mod explore;
pub mod judge;
pub mod place;
pub mod prompts;
pub mod report;
pub mod smoke;
pub mod state;
pub mod write;

use crate::codebase::tools::Explorer;
use crate::journal::{ArtefactState, Journal, JournalError};
use crate::model::caller::Caller;
use crate::model::failure::{Failure, FailureKind};
use crate::servers::Servers;
use crate::workbench::Workbench;
use serde_json::json;
use state::{Stage, State};
use std::fmt;
use std::sync::Arc;

/// What a run works with.
pub struct Setting {
    /// The feature, in the user's words.
    pub feature: String,
    /// The codebase, with the ledger of what was read of it.
    pub explorer: Explorer,
    /// Who asks the model.
    pub caller: Caller,
    /// What is kept, and where artefacts are.
    pub journal: Arc<Journal>,
    /// Tool servers of others.
    pub servers: Option<Servers>,
    /// The TLA+ tools.
    pub bench: Workbench,
    /// Whether a person looks at the plan, the invariants and the findings before the run goes on.
    pub review: bool,
    /// The most states that a check to the end keeps.
    pub states: u64,
    /// Hears what is being done.
    pub say: Box<dyn Fn(&str) + Send + Sync>,
}

/// Why a run ended before its report.
#[derive(Debug)]
pub enum Ended {
    /// A person is to look at this artefact; then the run is resumed.
    Review {
        /// The artefact.
        artefact: String,
    },
    /// There is no such feature in the codebase, says the model, and has looked at all of it.
    NoFeature {
        /// Why it thinks so.
        why: String,
    },
    /// The model cannot be asked.
    Model(Failure),
    /// The model does not get on: it was refused, or did not do what the stage is for.
    Stuck {
        /// In which stage.
        stage: Stage,
        /// What happened last.
        why: String,
    },
    /// The journal or an artefact cannot be read or written.
    Kept(JournalError),
    /// An artefact was changed by hand where nobody asked for that.
    Edited {
        /// Which.
        artefact: String,
    },
}

impl Ended {
    /// The exit status of the command line.
    pub fn status(&self) -> u8 {
        match self {
            Ended::Review { .. } => 3,
            Ended::NoFeature { .. } => 4,
            Ended::Model(failure) => match failure.kind {
                FailureKind::Unreachable => 5,
                FailureKind::WrongKey => 6,
                FailureKind::BudgetExhausted => 7,
                FailureKind::NotKept => 8,
                FailureKind::Cancelled => 130,
                _ => 10,
            },
            Ended::Kept(_) => 8,
            Ended::Stuck { .. } => 9,
            Ended::Edited { .. } => 11,
        }
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ended::Review { artefact } => {
                write!(
                    f,
                    "{artefact} is ready to be looked at\nhelp: change it where it is wrong, then go on with --resume"
                )
            }
            Ended::NoFeature { why } => write!(
                f,
                "the feature was not found in the directory: {why}\n\
                 help: coverage.md lists what was looked at; name the feature as the code does, or another directory"
            ),
            Ended::Model(failure) => write!(f, "{failure}"),
            Ended::Stuck { stage, why } => write!(
                f,
                "the model did not finish the stage {}: {why}\nhelp: go on with --resume, or with another model",
                stage.name()
            ),
            Ended::Kept(error) => write!(f, "{error}"),
            Ended::Edited { artefact } => write!(
                f,
                "{artefact} was changed by hand, and a run must not go on from what nobody has checked\n\
                 help: put it back (the report and the spec can be copied and changed elsewhere), or begin a new run"
            ),
        }
    }
}

impl From<JournalError> for Ended {
    fn from(error: JournalError) -> Self {
        Ended::Kept(error)
    }
}

/// Does all stages that have not been done, and returns what is known at the end.
///
/// # Errors
/// See [`Ended`]; except for a review nothing is lost: the run goes on from the journal.
pub async fn run(setting: &Setting) -> Result<State, Ended> {
    let mut state = resumed(setting)?;
    for stage in Stage::ALL {
        if setting.journal.finished(stage.name()).is_some() {
            continue;
        }
        if let Some(artefact) = review_before(stage, setting, &mut state)? {
            return Err(Ended::Review { artefact });
        }
        (setting.say)(&format!("{}: {}", stage.name(), stage.about()));
        setting.journal.begin(stage.name())?;
        let desk = match stage {
            Stage::Challenge => challenge::challenge(setting, state)?,
            Stage::Report => state,
            _ => desk::hold(setting, stage, state).await?,
        };
        state = desk;
        state.ledger = setting.explorer.ledger();
        state.ledger.know_all(setting.explorer.codebase());
        report::artefacts(setting, stage, &state)?;
        let data = serde_json::to_value(&state).unwrap_or_else(|e| json!({ "unwritable": e.to_string() }));
        setting.journal.finish(stage.name(), &data)?;
        if let Some(why) = &state.no_feature {
            return Err(Ended::NoFeature { why: why.clone() });
        }
    }
    Ok(state)
}

/// The state that the last finished stage left.
fn resumed(setting: &Setting) -> Result<State, Ended> {
    let last = Stage::ALL.into_iter().rev().find_map(|stage| setting.journal.finished(stage.name()));
    let Some(data) = last else { return Ok(State::default()) };
    let mut state: State = serde_json::from_value(data).map_err(|e| {
        let what = format!("what a stage left in the journal cannot be read: {e}");
        Ended::Kept(JournalError::Own { what })
    })?;
    for artefact in setting.journal.artefacts()? {
        if artefact.state == ArtefactState::Changed || artefact.state == ArtefactState::Missing {
            let reviewed = setting.review && report::REVIEWED.contains(&artefact.path.as_str());
            if !reviewed || artefact.state == ArtefactState::Missing {
                return Err(Ended::Edited { artefact: artefact.path });
            }
            report::take_back(setting, &artefact.path, &mut state)?;
            setting.journal.accept(&artefact.path)?;
        }
    }
    setting.explorer.restore(state.ledger.clone());
    Ok(state)
}

/// The artefact that a person is to look at before a stage begins, the first time that it is about to.
fn review_before(stage: Stage, setting: &Setting, state: &mut State) -> Result<Option<String>, Ended> {
    let artefact = match stage {
        Stage::Explore => "plan.md",
        Stage::Check => "invariants.json",
        Stage::Report => "findings.json",
        _ => return Ok(None),
    };
    if !setting.review || setting.journal.notes("review").contains(&json!(artefact)) {
        return Ok(None);
    }
    if stage == Stage::Report {
        report::findings(setting, state)?;
    }
    setting.journal.note("review", &json!(artefact))?;
    Ok(Some(artefact.to_owned()))
}
