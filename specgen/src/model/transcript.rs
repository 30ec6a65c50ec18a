//! What was asked and answered, line by line; and a client that answers from such lines.
//!
//! Enters: exchanges in the order in which they ended; or a transcript, and requests. Leaves: a file of JSON lines,
//! the first of which names the format; or the answers in it.
//! Holds: a run that is replayed asks the same and is answered the same, so its own transcript is the same, byte
//! for byte; failures are replayed as well, without the waiting. A request that is not in the transcript is
//! [`FailureKind::NotRecorded`], with what differs from the nearest one that is. Nothing goes over a network.
//! No clock and no key is ever in a transcript.

mod difference;

use super::conversation::{Answer, Request};
use super::exchange::{Exchange, Packed, Packer, key};
use super::failure::{Failure, FailureKind};
use super::{Cancel, Event, ModelClient, Watch, cancelled, canonical};
use futures::future::{BoxFuture, FutureExt};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The format's number: another one where a line means something else.
pub const FORMAT: u32 = 1;

/// The first line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    specgen_transcript: u32,
}

/// A transcript that is being written.
#[derive(Debug)]
pub struct Transcript {
    path: PathBuf,
    inner: Mutex<(File, Packer)>,
}

impl Transcript {
    /// A new one in the place of whatever is there. A run that is resumed writes it anew: first what the journal has
    /// of stages that have ended (`Journal::answered`), then what is recalled or asked. What failed in a process
    /// before is not in it.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn create(path: &Path) -> io::Result<Self> {
        let mut file = File::create(path)?;
        let head = serde_json::to_string(&Head { specgen_transcript: FORMAT })?;
        writeln!(file, "{head}")?;
        Ok(Transcript { path: path.to_owned(), inner: Mutex::new((file, Packer::default())) })
    }

    /// Adds a line.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, exchange: &Exchange) -> io::Result<()> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let (file, packer) = &mut *inner;
        let mut line = canonical::text(&packer.pack(exchange));
        line.push('\n');
        file.write_all(line.as_bytes())?;
        packer.keep(&exchange.request);
        Ok(())
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// All exchanges of a transcript.
///
/// # Errors
/// The file cannot be read, or a line is not what it should be: the message names it.
pub fn read(path: &Path) -> Result<Vec<Exchange>, String> {
    let said = |what: String| format!("the transcript {}: {what}", path.display());
    let text = std::fs::read_to_string(path).map_err(|e| said(format!("cannot be read: {e}")))?;
    let mut lines = text.lines();
    let head = lines.next().and_then(|l| serde_json::from_str::<Head>(l).ok());
    match head {
        Some(Head { specgen_transcript: FORMAT }) => {}
        Some(head) => {
            return Err(said(format!("has format {}; this program reads {FORMAT}", head.specgen_transcript)));
        }
        None => return Err(said("its first line does not say that it is one".into())),
    }
    let mut packer = Packer::default();
    let mut exchanges = Vec::new();
    for (i, line) in lines.enumerate() {
        let at = |what: String| said(format!("line {}: {what}", i + 2));
        let packed: Packed = serde_json::from_str(line).map_err(|e| at(e.to_string()))?;
        exchanges.push(packer.unpack(packed).map_err(at)?);
    }
    Ok(exchanges)
}

/// A client that answers from a transcript.
#[derive(Debug)]
pub struct Replay {
    name: String,
    exchanges: Vec<Exchange>,
    /// By key: the numbers of the exchanges that have not been used yet, and how many there were.
    waiting: Mutex<BTreeMap<String, (VecDeque<usize>, usize)>>,
}

impl Replay {
    /// Answers from a file.
    ///
    /// # Errors
    /// It cannot be read or is no transcript.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let exchanges = read(path).map_err(|message| {
            Failure::new(
                FailureKind::Misconfigured,
                message,
                "name a transcript that a run of this version has written",
            )
        })?;
        Ok(Replay::from_exchanges(exchanges))
    }

    /// Answers from exchanges; the model's name is that of the first.
    pub fn from_exchanges(exchanges: Vec<Exchange>) -> Self {
        let mut waiting: BTreeMap<String, (VecDeque<usize>, usize)> = BTreeMap::new();
        for (i, exchange) in exchanges.iter().enumerate() {
            let (numbers, all) = waiting.entry(key(&exchange.model, &exchange.request)).or_default();
            numbers.push_back(i);
            *all += 1;
        }
        let name = exchanges.first().map_or_else(|| "replay/empty".to_owned(), |e| e.model.clone());
        Replay { name, exchanges, waiting: Mutex::new(waiting) }
    }

    /// How many exchanges have not been asked for.
    pub fn left(&self) -> usize {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.values().map(|(numbers, _)| numbers.len()).sum()
    }

    fn answer(&self, request: &Request) -> Result<Answer, Failure> {
        let wanted = key(&self.name, request);
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let help =
            "prompts, tools, sources or the checker have changed since: record a new transcript with a model";
        match waiting.get_mut(&wanted) {
            Some((numbers, all)) => match numbers.pop_front() {
                Some(number) => self.exchanges[number].outcome.clone().into_result(),
                None => Err(Failure::new(
                    FailureKind::NotRecorded,
                    format!("the transcript answers this request {all} times, and it was asked once more"),
                    help,
                )),
            },
            None => {
                let recorded = self.exchanges.iter().filter(|e| e.model == self.name).map(|e| &e.request);
                let differs = difference::nearest(recorded, request);
                Err(Failure::new(
                    FailureKind::NotRecorded,
                    format!("the transcript has no answer to this request: {differs}"),
                    help,
                ))
            }
        }
    }
}

impl ModelClient for Replay {
    fn name(&self) -> &str {
        &self.name
    }

    fn attempt<'a>(
        &'a self,
        request: &'a Request,
        watch: &'a dyn Watch,
        cancel: &'a Cancel,
    ) -> BoxFuture<'a, Result<Answer, Failure>> {
        async move {
            if cancel.is_cancelled() {
                return Err(cancelled());
            }
            watch.event(Event::Asked);
            self.answer(request)
        }
        .boxed()
    }

    fn is_live(&self) -> bool {
        false
    }
}
