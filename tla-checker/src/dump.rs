//! The state graph of a search, written while it is searched.
//!
//! Enters: a [`Format`] and where to write, from the caller; from the search the kept states level by
//! level, each with its steps. Leaves: TLC's list of states, DOT, JSON or GraphML. Holds: what is written
//! does not depend on the number of workers (levels come in order, and in a level the states by id);
//! nothing is held longer than a level takes, so the file may be larger than the memory. An id is the
//! key of the state in the set of seen states: its fingerprint, the same in every run.
//!
//! What does not happen here: the search, and deciding what is in the graph ([`crate::explore`]). States
//! and steps outside the constraints are not.

mod dot;
mod graphml;
mod json;
mod text;

use crate::space::ActionInstance;
use crate::value::Datum;
use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use tla_parser::code;
use tla_parser::diagnostic::Diagnostic;

/// How a graph is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The states alone, numbered, as TLC's `-dump` writes them.
    Text,
    /// Graphviz.
    Dot(Dot),
    /// One JSON object.
    Json,
    /// XML for graph tools: <http://graphml.graphdrawing.org>.
    GraphMl,
}

/// What is drawn in DOT besides states and steps; TLC's words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dot {
    /// A colour for each action, and a legend.
    pub colorize: bool,
    /// The actions beside the steps.
    pub action_labels: bool,
    /// A stuttering step at every state.
    pub stuttering: bool,
}

/// The words that begin the name of a format.
pub const FORMATS: [&str; 4] = ["text", "dot", "json", "graphml"];

impl std::str::FromStr for Format {
    type Err = String;

    /// `text`, `json`, `graphml`, or `dot` with words after commas, in any case: `dot,colorize`.
    fn from_str(text: &str) -> Result<Self, String> {
        let lower = text.to_ascii_lowercase();
        let mut words = lower.split(',');
        let format = match words.next() {
            Some("text") => Format::Text,
            Some("json") => Format::Json,
            Some("graphml") => Format::GraphMl,
            Some("dot") => {
                let mut dot = Dot::default();
                for word in words {
                    match word {
                        "colorize" => dot.colorize = true,
                        "actionlabels" => dot.action_labels = true,
                        "stuttering" => dot.stuttering = true,
                        // TLC then writes further copies while it runs; what is written last is the same.
                        "snapshot" => {}
                        other => {
                            return Err(format!(
                                "`{other}` is not known with dot: colorize, actionlabels, stuttering and \
                                 snapshot are"
                            ));
                        }
                    }
                }
                return Ok(Format::Dot(dot));
            }
            _ => return Err(format!("`{text}` is no format: {} are", FORMATS.join(", "))),
        };
        match words.next() {
            Some(word) => Err(format!("`{word}` has no meaning here: only dot takes further words")),
            None => Ok(format),
        }
    }
}

impl Format {
    /// The ending of its files.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Text => "dump",
            Format::Dot(_) => "dot",
            Format::Json => "json",
            Format::GraphMl => "graphml",
        }
    }
}

/// Where the graph of one search goes. Clones share it; the first search takes it.
#[derive(Clone)]
pub struct Dump {
    format: Format,
    out: Arc<Mutex<Option<Box<dyn Write + Send>>>>,
}

impl fmt::Debug for Dump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dump").field("format", &self.format).finish_non_exhaustive()
    }
}

impl Dump {
    /// To a writer, which is written to in large pieces and flushed at the end.
    pub fn to_writer(format: Format, out: impl Write + Send + 'static) -> Self {
        Dump { format, out: Arc::new(Mutex::new(Some(Box::new(BufWriter::with_capacity(1 << 16, out))))) }
    }

    /// To a file, which is made now, or emptied.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn to_file(format: Format, path: &Path) -> Result<Self, Box<Diagnostic>> {
        match File::create(path) {
            Ok(file) => Ok(Dump::to_writer(format, file)),
            Err(error) => {
                let message = format!("the state graph cannot be written to {}", path.display());
                let diagnostic = Diagnostic::error(code::DUMP_UNWRITABLE, message).note(error.to_string());
                Err(Box::new(diagnostic.help("name a file in a folder that exists and may be written to")))
            }
        }
    }

    /// The writer, for the one search that writes.
    pub(crate) fn take(&self) -> Option<Sink> {
        let out = self.out.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        let form: Box<dyn Form> = match self.format {
            Format::Text => Box::new(text::Text::default()),
            Format::Dot(dot) => Box::new(dot::Graph::new(dot)),
            Format::Json => Box::new(json::Graph::default()),
            Format::GraphMl => Box::new(graphml::Graph::default()),
        };
        Some(Sink { out, form, failed: None })
    }

    /// Says so when no search took it.
    pub(crate) fn unused(&self) -> Option<Diagnostic> {
        let held = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        held.is_some().then(|| {
            Diagnostic::warning(code::DUMP_INCOMPLETE, "the file for the state graph is empty")
                .note("there was no search, or one with `--reference`, which writes no graph")
        })
    }
}

/// A state of the graph.
pub(crate) struct State<'a> {
    /// Its id.
    pub id: u64,
    /// Its level; initial states are of level 1.
    pub level: u32,
    /// The variables' values.
    pub values: &'a [Datum],
}

impl State<'_> {
    fn is_initial(&self) -> bool {
        self.level == 1
    }

    /// As TLC writes it: a conjunct a line, or without the conjunction where there is one variable.
    fn text(&self, variables: &[String]) -> String {
        let bullet = if variables.len() > 1 { "/\\ " } else { "" };
        let conjuncts =
            variables.iter().zip(self.values).map(|(name, value)| format!("{bullet}{name} = {value}"));
        conjuncts.collect::<Vec<_>>().join("\n")
    }
}

/// A step between states inside the constraints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Step {
    /// The state it leads to.
    pub to: u64,
    /// The action instance.
    pub instance: u32,
}

/// What a graph is about.
pub(crate) struct Names<'a> {
    /// The variables.
    pub variables: &'a [String],
    /// The action instances.
    pub instances: &'a [ActionInstance],
}

/// How one format is written. States come level by level, each with its steps.
trait Form: Send {
    fn begin(&mut self, out: &mut dyn Write, names: &Names<'_>) -> io::Result<()>;
    fn state(
        &mut self,
        out: &mut dyn Write,
        names: &Names<'_>,
        state: &State<'_>,
        steps: &[Step],
    ) -> io::Result<()>;
    /// The states of a level are all there.
    fn end_level(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let _ = out;
        Ok(())
    }
    fn end(&mut self, out: &mut dyn Write, names: &Names<'_>) -> io::Result<()>;
}

/// A graph that is being written. After the first failure nothing more is.
pub(crate) struct Sink {
    out: Box<dyn Write + Send>,
    form: Box<dyn Form>,
    failed: Option<io::Error>,
}

impl Sink {
    /// Begins.
    pub fn begin(&mut self, names: &Names<'_>) {
        self.attempt(|form, out| form.begin(out, names));
    }

    /// Writes a state with its steps, which are sorted.
    pub fn state(&mut self, names: &Names<'_>, state: &State<'_>, steps: &[Step]) {
        self.attempt(|form, out| form.state(out, names, state, steps));
    }

    /// Ends a level.
    pub fn end_level(&mut self) {
        self.attempt(|form, out| form.end_level(out));
    }

    /// Ends. What went wrong on the way comes back.
    pub fn end(mut self, names: &Names<'_>) -> io::Result<()> {
        self.attempt(|form, out| form.end(out, names));
        self.attempt(|_, out| out.flush());
        self.failed.map_or(Ok(()), Err)
    }

    fn attempt(&mut self, write: impl FnOnce(&mut dyn Form, &mut dyn Write) -> io::Result<()>) {
        if self.failed.is_none() {
            self.failed = write(&mut *self.form, &mut *self.out).err();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_read_as_tlc_spells_them() {
        let dot = |colorize, action_labels, stuttering| {
            Ok(Format::Dot(Dot { colorize, action_labels, stuttering }))
        };
        for (text, wanted) in [
            ("text", Ok(Format::Text)),
            ("JSON", Ok(Format::Json)),
            ("graphml", Ok(Format::GraphMl)),
            ("dot", dot(false, false, false)),
            ("dot,colorize,actionLabels,snapshot", dot(true, true, false)),
            ("DOT,stuttering", dot(false, false, true)),
        ] {
            assert_eq!(text.parse(), wanted, "{text}");
        }
        for wrong in ["", "xml", "dot,colour", "dot,", "json,colorize"] {
            assert!(wrong.parse::<Format>().is_err(), "{wrong}");
        }
    }

    /// A disk that is full after so many bytes.
    struct Small(usize);

    impl Write for Small {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if bytes.len() > self.0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.0 -= bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_disk_is_told_at_the_end_for_every_format() {
        let names = Names { variables: &["x".to_owned()], instances: &[] };
        for format in FORMATS {
            for (room, fits) in [(1 << 30, true), (100_000, false)] {
                let dump = Dump::to_writer(format.parse().unwrap(), Small(room));
                assert!(dump.unused().is_some());
                let mut sink = dump.take().unwrap();
                assert!(dump.unused().is_none() && dump.take().is_none());
                sink.begin(&names);
                for id in 0..20_000 {
                    let values = [Datum::Int(id)];
                    sink.state(&names, &State { id: id as u64, level: 1, values: &values }, &[]);
                }
                sink.end_level();
                let end = sink.end(&names).map_err(|error| error.kind());
                assert_eq!(end.is_ok(), fits, "{format}: {end:?}");
            }
        }
    }
}
