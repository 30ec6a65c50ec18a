//! What a run has done, on disk, so that it can be killed at any moment and goes on where it was.
//!
//! Enters: stages as they begin and end, calls of models with what came of them, artefacts, notes. Leaves: a folder
//! with `journal.jsonl` and the artefacts, from which another process goes on.
//! Holds:
//! - An entry is on disk (`fsync`) before the call that makes it returns. So an answer is kept before it is acted
//!   on, and [`Journal`] as a [`CallLog`] gives it again instead of letting it be paid for twice. All that a kill
//!   can lose is a call under way; what it may have spent is counted.
//! - Every line carries a checksum that goes over the line before it too. A last line that is torn was never acted
//!   on: it is dropped, and [`Recovery`] says so. Anything else that is damaged, missing or out of order is an
//!   error that names the line.
//! - An artefact is written beside its place, synced, announced in the journal by its hash, and then renamed, so its
//!   place holds the old one or the new one. One that holds neither was changed by hand: [`Journal::artefacts`].
//! - One process at a time: the file is locked.
//! - No clock, no key.
//!
//! ```
//! use serde_json::json;
//! use specgen::journal::{ArtefactState, Journal};
//!
//! let folder = tempfile::tempdir().unwrap();
//! let journal = Journal::create(folder.path(), &json!({ "feature": "leases" })).unwrap();
//! journal.begin("plan").unwrap();
//! journal.write_artefact("plan", "plan.md", b"1. read\n").unwrap();
//! journal.finish("plan", &json!({ "steps": 1 })).unwrap();
//! drop(journal);                                                    // or kill -9
//!
//! let (journal, recovery) = Journal::resume(folder.path()).unwrap();
//! assert_eq!(recovery.torn, 0);
//! assert_eq!(journal.finished("plan").unwrap()["steps"], 1);
//! std::fs::write(folder.path().join("plan.md"), "1. skip\n").unwrap();
//! assert_eq!(journal.artefacts().unwrap()[0].state, ArtefactState::Changed);
//! ```

mod artefact;
mod entry;
mod file;

pub use artefact::{Artefact, ArtefactState};
pub use entry::JournalError;

use crate::model::budget::Budget;
use crate::model::caller::CallLog;
use crate::model::conversation::{Answer, Usage};
use crate::model::exchange::{Exchange, Outcome, Packed, Packer};
use entry::Entry;
use file::Lines;
use serde_json::Value;
use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The journal's name in a run's folder.
pub const FILE: &str = "journal.jsonl";

/// What was found when a journal was opened again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    /// Bytes of a last line that was not whole.
    pub torn: usize,
    /// Calls that were under way when the process ended: they are paid for, as far as we know, and lost.
    pub lost: usize,
}

/// A moment between two steps on disk, for tests that kill the process there.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A line is about to be written.
    Appending,
    /// It is written, and not synced.
    Appended,
    /// It is synced.
    Synced,
    /// An artefact lies beside its place, synced.
    Written,
    /// It is in its place, and the folder is not synced.
    Renamed,
}

/// A journal that this process holds.
#[derive(Debug)]
pub struct Journal {
    folder: PathBuf,
    run: Value,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    lines: Lines,
    packer: Packer,
    /// By key: answers that have not been asked for again.
    answers: BTreeMap<String, VecDeque<Answer>>,
    /// All answers, in the order of the journal.
    answered: Vec<Answered>,
    /// How many of them came before a stage ended last.
    settled: usize,
    /// What was spent, by model, in the order of the journal.
    spent: Vec<(String, Usage)>,
    /// Calls under way, and what they may spend.
    under_way: BTreeMap<String, Vec<(String, Usage)>>,
    /// What finished stages have left.
    finished: BTreeMap<String, Value>,
    artefacts: BTreeMap<String, artefact::History>,
    /// The artefact that the last entry announced.
    announced: Option<String>,
    notes: Vec<(String, Value)>,
}

/// An answer, and the number of its request.
#[derive(Debug)]
struct Answered {
    number: usize,
    model: String,
    answer: Answer,
}

impl Journal {
    /// A new journal in a folder, which is made if it is not there. `run` says what the run is about.
    ///
    /// # Errors
    /// There is one already, or the folder cannot be written.
    pub fn create(folder: &Path, run: &Value) -> Result<Self, JournalError> {
        std::fs::create_dir_all(folder).map_err(|e| JournalError::io("cannot be made", folder, &e))?;
        let lines = Lines::create(&folder.join(FILE))?;
        let journal =
            Journal { folder: folder.to_owned(), run: run.clone(), inner: Mutex::new(Inner::new(lines)) };
        journal.lock().append(&Entry::Run { format: entry::FORMAT, run: run.clone() })?;
        Ok(journal)
    }

    /// The journal of an earlier process.
    ///
    /// # Errors
    /// There is none, another process holds it, or it is damaged before its last line.
    pub fn resume(folder: &Path) -> Result<(Self, Recovery), JournalError> {
        let path = folder.join(FILE);
        let (lines, read, torn) = Lines::open(&path)?;
        let mut entries = read.into_iter().enumerate();
        let run = match entries.next() {
            Some((_, Entry::Run { format: entry::FORMAT, run })) => run,
            Some((_, Entry::Run { format, .. })) => return Err(JournalError::format(&path, format)),
            // Killed before its first line was whole.
            None => return Err(JournalError::empty(&path)),
            Some(_) => return Err(JournalError::damaged(&path, 1, "it does not say what the run is about")),
        };
        let mut inner = Inner::new(lines);
        for (i, entry) in entries {
            inner.take(entry).map_err(|why| JournalError::damaged(&path, i + 1, &why))?;
        }
        let lost = inner.lose();
        let journal = Journal { folder: folder.to_owned(), run, inner: Mutex::new(inner) };
        journal.sweep();
        Ok((journal, Recovery { torn, lost }))
    }

    /// What the run is about.
    pub fn run(&self) -> &Value {
        &self.run
    }

    /// The run's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A stage begins, or begins again.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn begin(&self, stage: &str) -> Result<(), JournalError> {
        self.lock().add(Entry::Begun { stage: stage.to_owned() })
    }

    /// A stage has ended; `data` is what later stages need of it.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn finish(&self, stage: &str, data: &Value) -> Result<(), JournalError> {
        self.lock().add(Entry::Finished { stage: stage.to_owned(), data: data.clone() })
    }

    /// What a stage left when it ended; `None` if it has not ended, or has begun again since.
    pub fn finished(&self, stage: &str) -> Option<Value> {
        self.lock().finished.get(stage).cloned()
    }

    /// Keeps something that is neither a stage nor a call: a decision, an approval.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn note(&self, name: &str, data: &Value) -> Result<(), JournalError> {
        self.lock().add(Entry::Note { name: name.to_owned(), data: data.clone() })
    }

    /// The notes of this name, in order.
    pub fn notes(&self, name: &str) -> Vec<Value> {
        let inner = self.lock();
        inner.notes.iter().filter(|(n, _)| n == name).map(|(_, data)| data.clone()).collect()
    }

    /// Charges a budget with all that this journal's run has spent before.
    pub fn charge(&self, budget: &Budget) {
        for (model, usage) in &self.lock().spent {
            budget.charge(model, *usage);
        }
    }

    /// What was answered before a stage ended last, in order: a transcript of a run that is resumed begins with it, as
    /// stages that have ended do not ask again.
    pub fn answered(&self) -> Vec<Exchange> {
        let inner = self.lock();
        let settled = inner.answered.iter().take(inner.settled);
        let whole = settled.filter_map(|a| {
            let request = inner.packer.request(a.number)?.clone();
            Some(Exchange { model: a.model.clone(), request, outcome: Outcome::Answer(a.answer.clone()) })
        });
        whole.collect()
    }

    /// Calls whose answers are kept and have not been asked for again.
    pub fn answers_left(&self) -> usize {
        self.lock().answers.values().map(VecDeque::len).sum()
    }

    /// Called between steps on disk.
    #[doc(hidden)]
    pub fn on_step(&self, hook: Box<dyn Fn(Step) + Send>) {
        self.lock().lines.hook = file::Hook(Some(hook));
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn new(lines: Lines) -> Self {
        Inner {
            lines,
            packer: Packer::default(),
            answers: BTreeMap::new(),
            answered: Vec::new(),
            settled: 0,
            spent: Vec::new(),
            under_way: BTreeMap::new(),
            finished: BTreeMap::new(),
            artefacts: BTreeMap::new(),
            announced: None,
            notes: Vec::new(),
        }
    }

    fn append(&mut self, entry: &Entry) -> Result<(), JournalError> {
        self.lines.append(entry)
    }

    /// Writes an entry, then knows it.
    fn add(&mut self, entry: Entry) -> Result<(), JournalError> {
        self.append(&entry)?;
        // Only calls can be wrong, and those are packed here.
        self.take(entry).map_err(|why| JournalError::Own { what: why })
    }

    /// Knows an entry that is on disk.
    fn take(&mut self, entry: Entry) -> Result<(), String> {
        self.placed();
        match entry {
            Entry::Run { .. } => return Err("a second run begins in it".into()),
            Entry::Begun { stage } => {
                self.finished.remove(&stage);
            }
            Entry::Finished { stage, data } => {
                self.finished.insert(stage, data);
                self.settled = self.answered.len();
            }
            Entry::Artefact { stage, path, hash } => {
                self.artefacts.entry(path.clone()).or_default().announced(stage, hash);
                self.announced = Some(path);
            }
            Entry::Accepted { path, hash } => self.artefacts.entry(path).or_default().accepted(hash),
            Entry::Intended { key, model, worst } => {
                self.under_way.entry(key).or_default().push((model, worst));
            }
            Entry::Called { call } => {
                let (key, exchange) = (call.key.clone(), self.packer.unpack(call)?);
                self.kept(&exchange.model, &exchange.outcome);
                if let Outcome::Answer(answer) = exchange.outcome {
                    self.settle(&key, &exchange.model, answer.usage);
                    self.answers.entry(key).or_default().push_back(answer);
                } else {
                    self.settle(&key, &exchange.model, exchange.outcome.usage());
                }
            }
            Entry::Note { name, data } => self.notes.push((name, data)),
        }
        Ok(())
    }

    /// The artefact that was announced last has come to its place.
    fn placed(&mut self) {
        if let Some(path) = self.announced.take() {
            self.artefacts.entry(path).or_default().placed();
        }
    }

    /// The exchange whose request was kept last.
    fn kept(&mut self, model: &str, outcome: &Outcome) {
        if let (Outcome::Answer(answer), Some(number)) = (outcome, self.packer.len().checked_sub(1)) {
            self.answered.push(Answered { number, model: model.to_owned(), answer: answer.clone() });
        }
    }

    fn settle(&mut self, key: &str, model: &str, usage: Usage) {
        if let Some(calls) = self.under_way.get_mut(key) {
            calls.pop();
        }
        self.spent.push((model.to_owned(), usage));
    }

    /// Calls of a process that is gone: they have spent what they may have spent.
    fn lose(&mut self) -> usize {
        let calls: Vec<_> = std::mem::take(&mut self.under_way).into_values().flatten().collect();
        let lost = calls.len();
        self.spent.extend(calls);
        lost
    }

    /// Writes a call that has just ended. Its answer is in use already, so it is not one to recall.
    fn called(&mut self, exchange: &Exchange) -> Result<(), JournalError> {
        let call: Packed = self.packer.pack(exchange);
        let key = call.key.clone();
        self.append(&Entry::Called { call })?;
        self.placed();
        self.packer.keep(&exchange.request);
        self.settle(&key, &exchange.model, exchange.outcome.usage());
        self.kept(&exchange.model, &exchange.outcome);
        Ok(())
    }
}

impl CallLog for Journal {
    fn recall(&self, key: &str) -> Option<Answer> {
        self.lock().answers.get_mut(key)?.pop_front()
    }

    fn intend(&self, key: &str, model: &str, worst: Usage) -> Result<(), String> {
        let entry = Entry::Intended { key: key.to_owned(), model: model.to_owned(), worst };
        self.lock().add(entry).map_err(|e| e.to_string())
    }

    fn record(&self, exchange: &Exchange) -> Result<(), String> {
        self.lock().called(exchange).map_err(|e| e.to_string())
    }
}
