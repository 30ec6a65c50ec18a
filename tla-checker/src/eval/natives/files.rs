//! Files that operators read and write.
//!
//! Holds: what was made of a file is kept until the file changes, so that a definition such as
//! `Log == ndJsonDeserialize(name)` costs one look at the file where it is used. Nothing is written
//! while evaluations are being repeated.

use super::super::{Evaluator, Native, Result};
use crate::ir::*;
use crate::value::Value;
use rustc_hash::FxHashMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::SystemTime;

/// What was read.
#[derive(Default)]
pub(in super::super) struct Files {
    read: FxHashMap<(Native, String), (Stamp, Value)>,
    environment: Option<Value>,
}

/// When a file was changed last, and its size.
type Stamp = (SystemTime, u64);

fn stamp(path: &str) -> Option<Stamp> {
    let facts = fs::metadata(path).ok()?;
    // A pipe is read once and has no content to compare.
    facts.is_file().then_some(())?;
    Some((facts.modified().ok()?, facts.len()))
}

impl<'m> Evaluator<'m> {
    /// The value that `make` makes of a file, or made of it earlier.
    pub(super) fn made_of_file(
        &mut self,
        native: Native,
        path: &str,
        id: NodeId,
        make: impl FnOnce(&mut Self, Vec<u8>) -> Result<Value>,
    ) -> Result<Value> {
        let now = stamp(path);
        let key = (native, path.to_string());
        if let Some(now) = now
            && let Some((then, value)) = self.files.read.get(&key)
            && now == *then
        {
            return Ok(value.clone());
        }
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(e) => return Err(self.outside(native.name(), &format!("read `{path}`"), &e, id)),
        };
        let value = make(self, bytes)?;
        if let Some(now) = now {
            self.files.read.insert(key, (now, value.clone()));
        }
        Ok(value)
    }

    /// The text of a file; bytes that are no text become U+FFFD.
    pub(super) fn read_file(&mut self, op: &str, path: &str, id: NodeId) -> Result<String> {
        match tla_parser::library::read_text(Path::new(path)) {
            Ok(text) => Ok(text),
            Err(e) => Err(self.outside(op, &format!("read `{path}`"), &e, id)),
        }
    }

    /// Writes a file, the folders on its way made.
    pub(super) fn write_file(&mut self, op: &str, path: &str, bytes: &[u8], id: NodeId) -> Result<()> {
        if self.quiet {
            return Ok(());
        }
        self.forget_file(path);
        let folder = Path::new(path).parent().filter(|f| !f.as_os_str().is_empty());
        let made = folder.map_or(Ok(()), fs::create_dir_all);
        match made.and_then(|()| fs::write(path, bytes)) {
            Ok(()) => Ok(()),
            Err(e) => Err(self.outside(op, &format!("write `{path}`"), &e, id)),
        }
    }

    /// Writes to a file that is opened so.
    pub(super) fn write_opened(
        &mut self,
        path: &str,
        options: &fs::OpenOptions,
        bytes: &[u8],
    ) -> std::io::Result<()> {
        if self.quiet {
            return Ok(());
        }
        self.forget_file(path);
        options.open(path).and_then(|mut file| file.write_all(bytes))
    }

    /// Two writes may fall into one tick of the file system's clock.
    fn forget_file(&mut self, path: &str) {
        self.files.read.retain(|(_, known), _| known != path);
    }

    /// The environment of this process as a record.
    pub(super) fn environment_record(&mut self) -> Value {
        if let Some(environment) = &self.files.environment {
            return environment.clone();
        }
        let fields = std::env::vars_os()
            .map(|(n, v)| (self.interner.symbol(&n.to_string_lossy()), Value::string(&v.to_string_lossy())));
        let environment = Value::record(fields.collect());
        self.files.environment = Some(environment.clone());
        environment
    }
}
