//! Checkpoints: a search on disk, to go on with later.
//!
//! Enters: a search whose workers wait, in the middle of a level or between two. Leaves: a folder with a
//! manifest and the files it names; and from these a search in the same place. Holds: the manifest is
//! put in place as a whole, after everything it names has reached the disk, and what it names is never
//! changed; so at every moment the folder has the last complete checkpoint, whatever ends the process.
//! Nothing in it depends on the number of workers, on how much memory there is, or on the machine:
//! states are in the words of layouts that are stored too, value by value. Every file is covered by a
//! hash. What is not this version's, not whole, or was written for another spec, model or way to search
//! is refused.
//!
//! What is not stored: a failed evaluation, since it ends the search; what was learned of actions.

use super::disk::{Disk, Stored};
use super::finding::{Finding, Record};
use super::frontier::{FRAME, Packet};
use super::run::{ActionCount, Run};
use super::seen::SortedRun;
use crate::failure::{Failure, FailureKind};
use crate::space::{Progress, StateSpace};
use serde::{Deserialize, Serialize};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};
use tla_parser::code::{self, Code};
use xxhash_rust::xxh3::xxh3_64;

/// The manifest's name.
const MANIFEST: &str = "checkpoint.json";
/// What it says it is.
const FORMAT: &str = "checkpoint of tlacheck";
/// To be raised whenever what is stored means something else.
const VERSION: u32 = 1;

/// What a search is made of, part by part: a checkpoint is of use for the same parts only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity(Vec<(String, String)>);

impl Identity {
    /// Adds a part: what to call it (`module Clock`), and the text that it is.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, text: &str) -> Self {
        self.0.push((name.into(), format!("{:016x}", xxh3_64(text.as_bytes()))));
        self
    }

    /// The first part that is not the same.
    fn difference(&self, other: &Identity) -> Option<String> {
        for (name, hash) in &self.0 {
            match other.0.iter().find(|(theirs, _)| theirs == name) {
                None => return Some(format!("{name} is new")),
                Some((_, theirs)) if theirs != hash => return Some(format!("{name} has changed")),
                Some(_) => {}
            }
        }
        let gone = other.0.iter().find(|(name, _)| self.0.iter().all(|(ours, _)| ours != name));
        gone.map(|(name, _)| format!("{name} is gone"))
    }
}

/// A file that a manifest names.
#[derive(Debug, Serialize, Deserialize)]
struct Named {
    file: String,
    len: u64,
    hash: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    format: String,
    version: u32,
    /// The version of the program, and when it wrote this, in seconds since 1970.
    program: String,
    written: u64,
    made_of: Identity,
    /// The level whose states are being expanded, and the depth of the search so far.
    level: u32,
    depth: u32,
    states_generated: u64,
    distinct_states: u64,
    expanded: u64,
    /// What each action instance was counted for: generated, distinct.
    actions: Vec<(u64, i64)>,
    /// The states seen: keys, and where each came from.
    seen: Vec<(Named, Named)>,
    /// The states that wait, by level.
    waiting: Vec<(u32, Named)>,
    /// What packed states mean.
    space: Named,
    /// What this level has shown to be wrong, and what those before did (with `--continue`).
    findings: Vec<Finding>,
    recorded: Vec<Finding>,
}

/// Enough of a manifest to know whether the rest can be read.
#[derive(Deserialize)]
struct Header {
    format: String,
    version: u32,
}

/// Where and when checkpoints are written.
pub(super) struct Saving {
    disk: Arc<Disk>,
    every: Option<Duration>,
    /// When the last one was complete.
    last: Mutex<Instant>,
    /// The files of the last one.
    names: Mutex<Vec<String>>,
}

/// Where a search goes on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The level whose states are being expanded.
    pub level: u32,
    /// The depth so far.
    pub depth: u32,
}

impl Saving {
    /// In a folder, so often; never, but when the search ends early, if that is not said.
    pub fn new(disk: Arc<Disk>, every: Option<Duration>) -> Self {
        Saving { disk, every, last: Mutex::new(Instant::now()), names: Mutex::default() }
    }

    /// Whether it is time for another.
    pub fn is_due(&self) -> bool {
        let last = *self.last.lock().unwrap_or_else(PoisonError::into_inner);
        self.every.is_some_and(|every| last.elapsed() >= every)
    }

    /// The folder, if it has a complete checkpoint.
    pub fn complete(&self) -> Option<&Path> {
        let folder = self.disk.folder();
        folder.join(MANIFEST).is_file().then_some(folder)
    }

    /// Removes what was written: the search has come to its end.
    pub fn remove(&self) {
        self.disk.remove(MANIFEST);
    }
}

/// Writes a checkpoint of a search whose workers wait, and whose candidates are settled. What is there
/// already stands until it is complete.
///
/// # Errors
/// It cannot be written; the one before it still stands.
pub(super) fn write<S: StateSpace>(
    run: &Run<'_, S>,
    saving: &Saving,
    place: Place,
    record: &Record,
) -> io::Result<()> {
    let names = try_write(run, saving, place, record);
    let mut held = saving.names.lock().unwrap_or_else(PoisonError::into_inner);
    let result = names.map(|names| *held = names);
    // What an incomplete one has left goes too: the search ends with the error.
    saving.disk.remove_all_but(&held.iter().map(String::as_str).collect::<Vec<_>>());
    *saving.last.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    if result.is_ok() {
        run.observer.checkpoint(saving.disk.folder(), run.progress());
    }
    result
}

fn try_write<S: StateSpace>(
    run: &Run<'_, S>,
    saving: &Saving,
    place: Place,
    record: &Record,
) -> io::Result<Vec<String>> {
    let disk = &*saving.disk;
    let mut names = Vec::new();
    let mut name = |stored: &Stored| -> io::Result<Named> {
        stored.sync()?;
        let file = stored.name().ok_or_else(|| io::Error::other("a file of a checkpoint has no name"))?;
        names.push(file.to_owned());
        Ok(Named { file: file.to_owned(), len: stored.len, hash: format!("{:016x}", stored.hash) })
    };
    let mut seen = Vec::new();
    let mut each = |part: &SortedRun| {
        seen.push((name(&part.keys)?, name(&part.notes)?));
        Ok(())
    };
    if run.spills() {
        run.seen.spill(place.level + 1, disk)?;
        run.seen.for_each_run(each)?;
    } else {
        each(&run.seen.write(disk, 0)?)?;
    }
    let mut waiting = Vec::new();
    for level in [place.level, place.level + 1] {
        let (mut writer, mut bytes) = (disk.create("states")?, Vec::new());
        run.frontier.for_each(level, |packet| {
            bytes.clear();
            packet.store(&mut bytes);
            writer.write(&bytes)
        })?;
        waiting.push((level, name(&writer.finish()?)?));
    }
    let mut writer = disk.create("values")?;
    writer.write(&run.space.save())?;
    let space = name(&writer.finish()?)?;
    let Progress { generated, distinct, queue, .. } = run.progress();
    let manifest = Manifest {
        format: FORMAT.to_owned(),
        version: VERSION,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        written: SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.as_secs()),
        made_of: identity(run),
        level: place.level,
        depth: place.depth,
        states_generated: generated,
        distinct_states: distinct,
        expanded: distinct - queue,
        actions: run.actions().iter().map(|count| (count.generated, count.distinct)).collect(),
        seen,
        waiting,
        space,
        findings: run.pending(),
        recorded: record.findings().to_vec(),
    };
    disk.replace(MANIFEST, &text(&manifest)?)?;
    Ok(names)
}

/// A manifest as text: JSON, and a line with its hash.
fn text(manifest: &Manifest) -> io::Result<Vec<u8>> {
    let mut text = serde_json::to_vec_pretty(manifest)?;
    let hash = xxh3_64(&text);
    text.extend_from_slice(format!("\nxxh3 {hash:016x}\n").as_bytes());
    Ok(text)
}

/// What a search is made of, how it searches included.
fn identity<S: StateSpace>(run: &Run<'_, S>) -> Identity {
    let options = run.options;
    let instances: Vec<String> = run.space.instances().iter().map(ToString::to_string).collect();
    (options.identity.clone())
        .with("the division of Next into actions", &instances.join("\n"))
        .with("deadlock checking", &options.check_deadlock.to_string())
        .with("--continue", &options.continue_after_violation.to_string())
        .with("--fingerprint-bits", &options.fingerprint_bits.to_string())
}

/// Why a checkpoint cannot be gone on with.
fn refused(code: Code, message: String, help: &str) -> Box<Failure> {
    let help = Some(help.to_owned());
    Box::new(Failure { kind: FailureKind::System, code, message, help, ..Failure::internal("") })
}

fn damaged(what: &str, disk: &Disk) -> Box<Failure> {
    let message = format!("the checkpoint in {} is damaged: {what}", disk.folder().display());
    refused(code::CHECKPOINT_DAMAGED, message, "start the search anew, without --recover")
}

/// Puts a search that has not begun where a checkpoint was written. Answers that place and the record.
///
/// # Errors
/// There is no checkpoint, it is not whole, or it is of another search.
pub(super) fn read<S: StateSpace>(run: &Run<'_, S>, disk: &Disk) -> Result<(Place, Record), Box<Failure>> {
    let manifest = manifest(disk)?;
    if let Some(what) = identity(run).difference(&manifest.made_of) {
        let message = format!("the checkpoint in {} is of another search: {what}", disk.folder().display());
        let help = "check again what was checked then, or start anew, without --recover";
        return Err(refused(code::CHECKPOINT_OTHER, message, help));
    }
    let unreadable = |e: io::Error| damaged(&e.to_string(), disk);
    let open = |named: &Named| {
        let hash = u64::from_str_radix(&named.hash, 16).map_err(|_| damaged("a hash is no number", disk))?;
        disk.open(&named.file, named.len, hash).map_err(unreadable)
    };
    let not_whole = |named: &Named| damaged(&format!("{} is not what was written", named.file), disk);
    let mut bytes = Vec::new();
    if !open(&manifest.space)?.read_all(|part| bytes.extend_from_slice(part)).map_err(unreadable)? {
        return Err(not_whole(&manifest.space));
    }
    run.space.restore(&bytes).map_err(|what| damaged(&what, disk))?;
    for (keys, notes) in &manifest.seen {
        if !run.seen.restore(open(keys)?, open(notes)?, manifest.level + 1).map_err(unreadable)? {
            return Err(not_whole(keys));
        }
    }
    for (level, named) in &manifest.waiting {
        if !packets(&open(named)?, |packet| run.frontier.push_packet(*level, packet)).map_err(unreadable)? {
            return Err(not_whole(named));
        }
        run.frontier.all_new(*level);
    }
    let count = |&(generated, distinct): &(u64, i64)| ActionCount { generated, distinct };
    let Manifest { states_generated, distinct_states, expanded, .. } = manifest;
    run.restore(states_generated, distinct_states, expanded, manifest.actions.iter().map(count).collect());
    manifest.findings.into_iter().for_each(|finding| run.offer(finding));
    Ok((Place { level: manifest.level, depth: manifest.depth }, Record::of(manifest.recorded)))
}

/// Whether there is a checkpoint in a folder.
///
/// # Errors
/// There is none.
pub(super) fn exists(folder: &Path) -> Result<(), Box<Failure>> {
    let found = std::fs::metadata(folder.join(MANIFEST));
    found.map(drop).map_err(|e| {
        let message = format!("there is no checkpoint in {}: {e}", folder.display());
        let help = "--recover takes the folder that was printed when the checkpoint was written";
        refused(code::CHECKPOINT_DAMAGED, message, help)
    })
}

fn manifest(disk: &Disk) -> Result<Manifest, Box<Failure>> {
    let path = disk.folder().join(MANIFEST);
    let text = std::fs::read_to_string(&path).map_err(|e| damaged(&e.to_string(), disk))?;
    let (json, hash) = text.trim_end().rsplit_once('\n').ok_or_else(|| damaged("it ends early", disk))?;
    if hash != format!("xxh3 {:016x}", xxh3_64(json.as_bytes())) {
        return Err(damaged(&format!("{MANIFEST} is not what was written"), disk));
    }
    let header: Header = serde_json::from_str(json).map_err(|e| damaged(&e.to_string(), disk))?;
    if (header.format.as_str(), header.version) != (FORMAT, VERSION) {
        let Header { format, version } = header;
        let message = format!(
            "the checkpoint in {} is a {format} of version {version}, and not of version {VERSION}",
            disk.folder().display()
        );
        let help = "go on with the version of tlacheck that wrote it, or start anew";
        return Err(refused(code::CHECKPOINT_OTHER, message, help));
    }
    serde_json::from_str(json).map_err(|e| damaged(&e.to_string(), disk))
}

/// Calls `each` with the packets of a file. Answers whether the file is what was written.
fn packets(stored: &Stored, mut each: impl FnMut(Packet) -> io::Result<()>) -> io::Result<bool> {
    let (mut bytes, mut result, mut whole) = (Vec::new(), Ok(()), true);
    let same = stored.read_all(|part| {
        bytes.extend_from_slice(part);
        let mut start = 0;
        while let Some(frame) = bytes[start..].first_chunk::<FRAME>() {
            let Some(stored) = bytes[start..].get(..Packet::stored_len(*frame)) else { break };
            match Packet::restore(stored) {
                Some(packet) if result.is_ok() => result = each(packet),
                Some(_) => {}
                None => whole = false,
            }
            start += stored.len();
        }
        bytes.drain(..start);
    })?;
    result?;
    Ok(same && whole && bytes.is_empty())
}
