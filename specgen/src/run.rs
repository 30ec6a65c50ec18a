//! `specgen run` as a call: from options to a run that begins, or goes on.
//!
//! Enters: [`Options`], settings, an environment. Leaves: the [`State`] at the end, or why the run ended. Holds: all that
//! can be wrong with what was asked for is said before the first call is paid for; a run that goes on is the same run:
//! the feature and the directory come from its journal. Nothing is printed.

use crate::codebase::Codebase;
use crate::codebase::tools::Explorer;
use crate::journal::{Journal, JournalError};
use crate::model::budget::{Budget, Limits};
use crate::model::caller::{CallLog, Caller};
use crate::model::client::{self, Environment};
use crate::model::failure::{Failure, FailureKind};
use crate::model::transcript::{Replay, Transcript};
use crate::model::{Cancel, ModelClient};
use crate::servers::Servers;
use crate::settings::Settings;
use crate::stages::state::State;
use crate::stages::{self, Ended, Setting};
use crate::workbench::Workbench;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The feature; a run that goes on has its own.
    pub feature: Option<String>,
    /// The directory with the code; a run that goes on has its own.
    pub dir: Option<PathBuf>,
    /// The run's folder.
    pub out: PathBuf,
    /// Whether the run in that folder goes on.
    pub resume: bool,
    /// `PROVIDER/NAME` or `exec:COMMAND`.
    pub model: Option<String>,
    /// What it may spend; what is not said is as in the settings.
    pub limits: Limits,
    /// Whether a person looks at the plan, the invariants and the findings.
    pub review: bool,
    /// A transcript to answer from.
    pub replay: Option<PathBuf>,
    /// The most states that a check to the end keeps (1,000,000 unless said).
    pub states: Option<u64>,
    /// Whether the history is left alone.
    pub no_history: bool,
}

/// The transcript's name in a run's folder.
pub const TRANSCRIPT: &str = "transcript.jsonl";

/// Does a run, from its beginning or from where it was.
///
/// # Errors
/// See [`Ended`].
pub async fn run(
    options: &Options,
    settings: &Settings,
    environment: Environment<'_>,
    cancel: Cancel,
    say: Box<dyn Fn(&str) + Send + Sync>,
) -> Result<State, Ended> {
    let wrong =
        |message: String, help: &str| Ended::Model(Failure::new(FailureKind::Misconfigured, message, help));
    let begun = match options.resume {
        true => None,
        false => {
            let feature = options.feature.as_deref().map(str::trim).filter(|f| !f.is_empty());
            let feature =
                feature.ok_or_else(|| wrong("there is no feature".into(), "say which with --feature"))?;
            let dir = options.dir.as_ref();
            let dir = dir.ok_or_else(|| wrong("there is no directory".into(), "name it with --dir"))?;
            let dir = dir.canonicalize().map_err(|e| {
                let message = format!("the directory {} cannot be read: {e}", dir.display());
                wrong(message, "name the component's directory")
            })?;
            Some((feature, dir))
        }
    };
    // Before the journal, so that nothing is left behind where it cannot be opened.
    let client = client(options, settings, environment)?;
    let journal = match begun {
        None => Journal::resume(&options.out)?.0,
        Some((feature, dir)) => {
            let about =
                json!({ "feature": feature, "dir": dir.display().to_string(), "model": client.name() });
            Journal::create(&options.out, &about)?
        }
    };
    let journal = Arc::new(journal);
    let about = |name: &str| journal.run()[name].as_str().unwrap_or_default().to_owned();
    let (feature, dir) = (about("feature"), PathBuf::from(about("dir")));
    let codebase =
        Codebase::open(&dir).map_err(|refusal| wrong(refusal.to_string(), "the directory must be there"))?;
    let codebase = if options.no_history { codebase.without_history() } else { codebase };
    let named = about("model");
    if !named.is_empty() && named != client.name() && options.replay.is_none() {
        // Another model may go on; its answers are its own.
        journal.note("model", &Value::String(client.name().to_owned()))?;
    }
    let prices = settings.price_table().map_err(|why| wrong(why, "mend the file, or leave it out"))?;
    let limits = Limits {
        tokens: options.limits.tokens.or(settings.budget.tokens),
        usd: options.limits.usd.or(settings.budget.usd),
        calls: options.limits.calls.or(settings.budget.calls),
    };
    let budget = Budget::new(limits, prices);
    journal.charge(&budget);
    let transcript = transcript(&journal, &options.out)?;
    let caller = Caller::shared(client, budget)
        .patience(settings.patience())
        .log(journal.clone() as Arc<dyn CallLog>)
        .transcript(Arc::new(transcript))
        .cancel(cancel);
    let servers = match settings.servers.is_empty() {
        true => None,
        false => {
            let started = Servers::start(&settings.servers, &dir, environment).await;
            Some(started.map_err(|error| wrong(error.to_string(), "mend its entry in specgen.toml"))?)
        }
    };
    let mut setting = Setting {
        feature,
        explorer: Explorer::new(codebase),
        caller,
        journal,
        servers,
        bench: Workbench::in_memory(),
        review: options.review,
        states: options.states.unwrap_or(1_000_000),
        say,
    };
    let ended = stages::run(&setting).await;
    if let Some(servers) = setting.servers.take() {
        servers.stop().await;
    }
    ended
}

fn client(
    options: &Options,
    settings: &Settings,
    environment: Environment<'_>,
) -> Result<Arc<dyn ModelClient>, Ended> {
    if let Some(path) = &options.replay {
        return Ok(Arc::new(Replay::open(path).map_err(Ended::Model)?));
    }
    let Some(model) = options.model.as_ref().or(settings.model.as_ref()) else {
        return Err(Ended::Model(Failure::new(
            FailureKind::Misconfigured,
            "it is not said which model to ask",
            "name it with --model PROVIDER/NAME, or as model = \"…\" in specgen.toml",
        )));
    };
    client::open(model, settings, environment).map_err(Ended::Model)
}

/// The transcript, begun with what was answered in stages that have ended.
fn transcript(journal: &Journal, out: &Path) -> Result<Transcript, Ended> {
    let path = out.join(TRANSCRIPT);
    let written = Transcript::create(&path).and_then(|transcript| {
        journal.answered().iter().try_for_each(|exchange| transcript.write(exchange))?;
        Ok(transcript)
    });
    written
        .map_err(|error| Ended::Kept(JournalError::Io { path, what: format!("cannot be written: {error}") }))
}
