//! The tools with which a model explores a codebase.
//!
//! Enters: calls as a model makes them. Leaves: texts for the model, each with file, lines and hash, and what was
//! shown as data; and a ledger that knows what was read.
//! Holds: a call never fails otherwise than by a text that says what is wrong and what to do; no result is longer
//! than [`MOST_TEXT`]; what is left out is said, with the argument that shows the next page. What files say is
//! data: it stands behind line numbers, between a first line that says what it is and the end, and is never
//! repeated as an instruction.

mod arguments;
mod show;

use super::ledger::Ledger;
use super::{Codebase, Refusal, outline, search};
use crate::model::conversation::{ToolCall, ToolDefinition, ToolResult};
use arguments::{Blame, Coverage, Glob, Grep, List, Log, Outline, Read, RuleOut, Search, Show};
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The most bytes of a result.
pub const MOST_TEXT: usize = 40_000;
/// The most lines of a file at once.
const MOST_LINES: usize = 600;
/// The most items of a page.
const MOST_ITEMS: usize = 200;

/// A place that was shown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Shown {
    /// A file, relative, with slashes; or a commit.
    pub source: String,
    /// The hash of the file; the commit's name.
    pub hash: String,
    /// The first line, if lines were shown.
    pub first: Option<usize>,
    /// The last line.
    pub last: Option<usize>,
}

/// What a tool has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// For the model.
    pub text: String,
    /// What it is from.
    pub shown: Vec<Shown>,
}

/// The tools, with what they have shown.
#[derive(Debug)]
pub struct Explorer {
    codebase: Codebase,
    ledger: Mutex<Ledger>,
}

/// A tool: its name, what it is for, its arguments' schema, how it is done.
struct Tool {
    name: &'static str,
    description: &'static str,
    schema: fn() -> Value,
    run: fn(&Explorer, &Map<String, Value>) -> Result<Told, Refusal>,
    history: bool,
}

const TOOLS: [Tool; 11] = [
    Tool {
        name: "list",
        description: "Lists a directory: folders and files with their size, lines and hash.",
        schema: schema::<List>,
        run: |e, a| e.list(&arguments(a)?),
        history: false,
    },
    Tool {
        name: "glob",
        description: "Finds files by a glob, as src/**/*.rs; a glob without a slash is of names in any folder.",
        schema: schema::<Glob>,
        run: |e, a| e.glob(&arguments(a)?),
        history: false,
    },
    Tool {
        name: "grep",
        description: "Finds lines by a regular expression (Rust's syntax), with lines around them.",
        schema: schema::<Grep>,
        run: |e, a| e.grep(&arguments(a)?),
        history: false,
    },
    Tool {
        name: "read",
        description: "Shows lines of a file with their numbers. Only what is shown here counts as read.",
        schema: schema::<Read>,
        run: |e, a| e.read(&arguments(a)?),
        history: false,
    },
    Tool {
        name: "outline",
        description: "Lists the functions, types and modules that a file defines, with their lines.",
        schema: schema::<Outline>,
        run: |e, a| e.outline(&arguments(a)?),
        history: false,
    },
    Tool {
        name: "rule_out",
        description: "Records why a file, a folder, a glob or a function does not matter to the feature.",
        schema: schema::<RuleOut>,
        run: |e, a| e.rule_out(&arguments(a)?),
        history: false,
    },
    Tool {
        name: "coverage",
        description: "Shows which files and functions were read, ruled out, or not touched yet.",
        schema: schema::<Coverage>,
        run: |e, a| e.coverage(&arguments(a)?),
        history: false,
    },
    Tool {
        name: "git_log",
        description: "Lists commits that touch the directory or a path in it, the latest first, with whole messages.",
        schema: schema::<Log>,
        run: |e, a| e.log(&arguments(a)?),
        history: true,
    },
    Tool {
        name: "git_show",
        description: "Shows a commit: its message and its changes in the directory; or a file as it was in it.",
        schema: schema::<Show>,
        run: |e, a| e.show(&arguments(a)?),
        history: true,
    },
    Tool {
        name: "git_blame",
        description: "Says which commit wrote each of some lines of a file, as of the current commit.",
        schema: schema::<Blame>,
        run: |e, a| e.blame(&arguments(a)?),
        history: true,
    },
    Tool {
        name: "git_search",
        description: "Finds commits that added or removed a text (pickaxe), the latest first.",
        schema: schema::<Search>,
        run: |e, a| e.search(&arguments(a)?),
        history: true,
    },
];

impl Explorer {
    /// The tools for a codebase, with a ledger in which nothing is touched.
    pub fn new(codebase: Codebase) -> Self {
        let ledger = Mutex::new(Ledger::survey(&codebase));
        Explorer { codebase, ledger }
    }

    /// The codebase.
    pub fn codebase(&self) -> &Codebase {
        &self.codebase
    }

    /// What was looked at so far.
    pub fn ledger(&self) -> Ledger {
        self.lock().clone()
    }

    /// Goes on with the ledger of an earlier process.
    pub fn restore(&self, ledger: Ledger) {
        *self.lock() = ledger;
    }

    /// What a model may call: those for the history only if there is one.
    pub fn definitions(&self) -> Vec<ToolDefinition> {
        let has = self.codebase.history().is_ok();
        let offered = TOOLS.iter().filter(|t| has || !t.history);
        let made = offered.map(|t| ToolDefinition {
            name: t.name.to_owned(),
            description: t.description.to_owned(),
            input_schema: (t.schema)(),
        });
        made.collect()
    }

    /// Whether a tool of this name is one of these.
    pub fn has(&self, name: &str) -> bool {
        TOOLS.iter().any(|t| t.name == name)
    }

    /// Answers a call. It takes as long as reading the files takes: an async caller gives it a thread of its own.
    pub fn call(&self, call: &ToolCall) -> (ToolResult, Vec<Shown>) {
        let told =
            call.arguments().map_err(|why| Refusal::Arguments { why }).and_then(|a| self.run(&call.name, a));
        let (content, shown, is_error) = match told {
            Ok(told) => (told.text, told.shown, false),
            Err(refusal) => (refusal.to_string(), Vec::new(), true),
        };
        (ToolResult { id: call.id.clone(), name: call.name.clone(), content, is_error }, shown)
    }

    /// Runs a tool by name.
    ///
    /// # Errors
    /// There is no such tool, its arguments are wrong, or it has nothing to show: see [`Refusal`].
    pub fn run(&self, name: &str, arguments: &Map<String, Value>) -> Result<Told, Refusal> {
        let Some(tool) = TOOLS.iter().find(|t| t.name == name) else {
            let names: Vec<_> = TOOLS.iter().map(|t| t.name).collect();
            return Err(Refusal::Arguments {
                why: format!("there is no tool {name}; there are {}", names.join(", ")),
            });
        };
        (tool.run)(self, arguments)
    }

    fn lock(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn list(&self, a: &List) -> Result<Told, Refusal> {
        let path = a.path.as_deref().unwrap_or(".");
        let page = self.codebase.list(path, hidden(a.hidden, a.ignored), a.skip, MOST_ITEMS)?;
        Ok(show::files(path, "entries", &page))
    }

    fn glob(&self, a: &Glob) -> Result<Told, Refusal> {
        let page = self.codebase.glob(&a.pattern, hidden(a.hidden, a.ignored), a.skip, MOST_ITEMS)?;
        Ok(show::files(&a.pattern, "files", &page))
    }

    fn grep(&self, a: &Grep) -> Result<Told, Refusal> {
        let query = search::Query {
            pattern: a.pattern.clone(),
            ignore_case: a.ignore_case,
            glob: a.glob.clone(),
            path: a.path.clone(),
            context: a.context.min(10),
            hidden: hidden(a.hidden, a.ignored),
        };
        Ok(show::hits(&a.pattern, &self.codebase.grep(&query, a.skip, MOST_ITEMS)?))
    }

    fn read(&self, a: &Read) -> Result<Told, Refusal> {
        let text = self.codebase.read(&a.path)?;
        let first = a.first.unwrap_or(1).max(1);
        if text.lines() > 0 && first > text.lines() {
            return Err(Refusal::NoLines { path: text.path.clone(), first, lines: text.lines() });
        }
        let wanted = a.last.unwrap_or(usize::MAX);
        if wanted < first {
            return Err(Refusal::Arguments {
                why: format!("the last line, {wanted}, is before the first, {first}"),
            });
        }
        let last = wanted.min(text.lines()).min(first + MOST_LINES - 1);
        let (told, last) = show::lines(&text, first, last);
        self.lock().read(&text, first, last);
        Ok(told)
    }

    fn outline(&self, a: &Outline) -> Result<Told, Refusal> {
        let text = self.codebase.read(&a.path)?;
        Ok(show::outline(&text, &outline::outline(&text)))
    }

    fn rule_out(&self, a: &RuleOut) -> Result<Told, Refusal> {
        let (count, what) = match &a.function {
            Some(name) => {
                let text = self.codebase.read(&a.path)?;
                (self.lock().rule_out_function(&text, name, &a.reason)?, "functions")
            }
            None => (self.lock().rule_out(&a.path, &a.reason)?, "files"),
        };
        Ok(Told { text: format!("{count} {what} ruled out: {}", a.path), shown: Vec::new() })
    }

    fn coverage(&self, a: &Coverage) -> Result<Told, Refusal> {
        let ledger = self.ledger();
        let mut text = ledger.table(a.rows.clamp(1, MOST_ITEMS));
        let open = ledger.open();
        text.push_str(&format!("\n{} open: neither read nor ruled out\n", open.len()));
        Ok(Told { text: show::capped(text), shown: Vec::new() })
    }

    fn log(&self, a: &Log) -> Result<Told, Refusal> {
        let path = a.path.as_deref().map(|p| self.past(p)).transpose()?;
        let which =
            super::history::Which { path, message: a.message.clone(), changes: None, from: a.from.clone() };
        let (commits, more) = self.codebase.history()?.log(&which, a.skip, a.count.unwrap_or(30))?;
        Ok(show::commits(&commits, more, a.skip))
    }

    fn search(&self, a: &Search) -> Result<Told, Refusal> {
        if a.text.is_empty() {
            return Err(Refusal::Arguments { why: "the text to search for is empty".into() });
        }
        let path = a.path.as_deref().map(|p| self.past(p)).transpose()?;
        let which = super::history::Which { path, changes: Some(a.text.clone()), ..Default::default() };
        let (commits, more) = self.codebase.history()?.log(&which, a.skip, a.count.unwrap_or(30))?;
        Ok(show::commits(&commits, more, a.skip))
    }

    fn show(&self, a: &Show) -> Result<Told, Refusal> {
        let history = self.codebase.history()?;
        let path = a.path.as_deref().map(|p| self.past(p)).transpose()?;
        match (path, a.whole_file) {
            (Some(path), true) => {
                Ok(show::old(&history.file(&a.commit, &path)?, &history.commit(&a.commit)?, a.skip))
            }
            (None, true) => Err(Refusal::Arguments { why: "whole_file needs the path of a file".into() }),
            (path, false) => Ok(show::change(&history.show(&a.commit, path.as_deref())?, a.skip)),
        }
    }

    fn blame(&self, a: &Blame) -> Result<Told, Refusal> {
        let path = self.past(&a.path)?;
        let (first, last) = (a.first.max(1), a.last.min(a.first.max(1) + MOST_LINES));
        if last < first {
            return Err(Refusal::Arguments {
                why: format!("the last line, {last}, is before the first, {first}"),
            });
        }
        let history = self.codebase.history()?;
        let head = history.commit("HEAD")?;
        Ok(show::blamed(&path, &head, &history.blame(&path, None, first, last)?))
    }

    /// A path that need not be there any more: git alone looks for it, below the directory.
    fn past(&self, path: &str) -> Result<String, Refusal> {
        if let Ok(place) = self.codebase.place(path) {
            return Ok(place.relative);
        }
        let outside = || Refusal::Outside { path: path.to_owned(), link: false };
        let mut parts = Vec::new();
        for component in std::path::Path::new(path).components() {
            match component {
                std::path::Component::Normal(part) => parts.push(part.to_string_lossy().into_owned()),
                std::path::Component::CurDir => {}
                _ => return Err(outside()),
            }
        }
        if parts.is_empty() || path.contains('\0') { Err(outside()) } else { Ok(parts.join("/")) }
    }
}

fn hidden(hidden: bool, ignored: bool) -> search::Hidden {
    search::Hidden { hidden, ignored }
}

/// The arguments of a tool.
fn arguments<T: DeserializeOwned>(given: &Map<String, Value>) -> Result<T, Refusal> {
    serde_json::from_value(Value::Object(given.clone()))
        .map_err(|e| Refusal::Arguments { why: format!("the arguments are wrong: {e}") })
}

/// The JSON schema of a tool's arguments.
pub(crate) fn schema<T: JsonSchema>() -> Value {
    let mut schema = schemars::schema_for!(T).to_value();
    if let Some(map) = schema.as_object_mut() {
        map.remove("$schema");
        map.remove("title");
        // What a structure is for stands in the tool's own description.
        map.remove("description");
        map.entry("properties").or_insert_with(|| Value::Object(Map::new()));
    }
    schema
}
