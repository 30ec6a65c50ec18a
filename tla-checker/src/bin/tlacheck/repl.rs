//! `tlacheck repl`: expressions, one after the other.
//!
//! Enters: lines from a terminal, from standard input, or from `-e`. Leaves: values on standard output,
//! diagnostics on standard error. Holds: on a terminal lines can be edited and are remembered, and an error
//! ends nothing; elsewhere the exit status is that of the first error. Ctrl-C ends an evaluation, or clears
//! the line; Ctrl-D leaves.

use super::args::{Color, Repl};
use super::progress::Plain;
use super::{find, output, run, status};
use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Completer, Config, Editor, Helper, Highlighter, Hinter};
use std::io::{self, BufRead, IsTerminal};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use tla_checker::eval::Bounds;
use tla_checker::observer::Cancel;
use tla_checker::report::text::{TextOptions, write_diagnostics};
use tla_checker::session::{Answer, Session, is_open};
use tla_parser::code;
use tla_parser::diagnostic::Diagnostic;
use tla_parser::resolve::Rejected;
use tla_parser::source::SourceMap;

const HELP: &str = "\
An expression is evaluated; a definition (`Op(x) == x + 1`) is kept, in place of an earlier one of the same
name. What is open goes on in the next line.
  :list  the definitions so far    :help  this    :quit  leave (or Ctrl-D)";

/// Does it; the exit status.
///
/// # Errors
/// The output cannot be written.
pub fn repl(args: &Repl, color: Color) -> io::Result<i32> {
    let mut loop_ = match begin(args, color) {
        Ok(loop_) => loop_,
        Err(diagnostic) => {
            let options = TextOptions { color: output::color_on_stderr(color), ..TextOptions::default() };
            let none = SourceMap::new();
            output::to_stderr(|out| write_diagnostics(out, &[*diagnostic], &none, &options))?;
            return Ok(status::PARSE);
        }
    };
    if let Err(rejected) = loop_.session.look() {
        return loop_.show(&rejected, status::PARSE);
    }
    if !args.expression.is_empty() {
        return loop_.all(args.expression.iter().map(|text| Ok(text.clone())));
    }
    if io::stdin().is_terminal() {
        return loop_.interactive();
    }
    loop_.all(io::stdin().lock().lines())
}

/// The session, and where its words go.
struct Loop {
    session: Session,
    color: Color,
    cancel: Arc<Mutex<Cancel>>,
}

fn begin(args: &Repl, color: Color) -> Result<Loop, Box<Diagnostic>> {
    let spec = args.spec.as_deref().map(find::spec).transpose()?;
    let mut session = Session::new(spec.clone(), run::library(&args.library), Bounds::default());
    if let Some(spec) = spec
        && let Some((name, text)) = find::configuration(args.config.as_deref(), &spec)?
    {
        session = session.configured(&name, &text);
    }
    let cancel = Arc::new(Mutex::new(Cancel::new()));
    let flag = cancel.clone();
    // Without a handler, Ctrl-C ends the process.
    let _ = ctrlc::set_handler(move || flag.lock().unwrap_or_else(PoisonError::into_inner).cancel());
    Ok(Loop { session, color, cancel })
}

impl Loop {
    /// Evaluates a text; 0, or the status of its error.
    fn enter(&mut self, text: &str) -> io::Result<i32> {
        let cancel = Cancel::new();
        *self.cancel.lock().unwrap_or_else(PoisonError::into_inner) = cancel.clone();
        match self.session.enter(text, &Plain::new(false), &cancel) {
            Ok(Answer::Value(value)) => output::to_stdout(|out| writeln!(out, "{value}"))?,
            Ok(Answer::Defined(_) | Answer::Nothing) => {}
            Err(rejected) => {
                // E05 is the evaluator's range.
                let failed = rejected.diagnostics.iter().any(|d| d.code.0.starts_with("E05"));
                return self.show(&rejected, if failed { 75 } else { status::PARSE });
            }
        }
        Ok(0)
    }

    fn show(&self, rejected: &Rejected, otherwise: i32) -> io::Result<i32> {
        let options = TextOptions { color: output::color_on_stderr(self.color), ..TextOptions::default() };
        let Rejected { sources, diagnostics } = rejected;
        output::to_stderr(|out| write_diagnostics(out, diagnostics, sources, &options))?;
        let refused = diagnostics.iter().any(|d| d.code == code::NOT_IMPLEMENTED);
        Ok(if refused { status::CONFIG } else { otherwise })
    }

    /// Evaluates all lines, joined where something is open; the status of the first error.
    fn all(&mut self, lines: impl Iterator<Item = io::Result<String>>) -> io::Result<i32> {
        let (mut text, mut first) = (String::new(), 0);
        for line in lines {
            text.push_str(&line?);
            if is_open(&text) {
                text.push('\n');
                continue;
            }
            let status = self.command(&std::mem::take(&mut text))?;
            match status {
                None => return Ok(first),
                Some(status) if first == 0 => first = status,
                Some(_) => {}
            }
        }
        let last = self.enter(&text)?;
        Ok(if first == 0 { last } else { first })
    }

    /// Does what was entered; nothing when that is to leave.
    fn command(&mut self, text: &str) -> io::Result<Option<i32>> {
        match text.trim() {
            ":quit" | ":q" | ":exit" => return Ok(None),
            ":help" | ":h" | ":?" => output::to_stdout(|out| writeln!(out, "{HELP}"))?,
            ":list" | ":l" => {
                let all: Vec<&str> = self.session.definitions().collect();
                output::to_stdout(|out| all.iter().try_for_each(|text| writeln!(out, "{text}")))?;
            }
            other if other.starts_with(':') => {
                output::to_stderr(|out| writeln!(out, "there is no command {other}; :help lists them"))?;
                return Ok(Some(status::USAGE));
            }
            _ => return self.enter(text).map(Some),
        }
        Ok(Some(0))
    }

    fn interactive(&mut self) -> io::Result<i32> {
        let mut editor: Editor<Lines, FileHistory> =
            Editor::with_config(Config::builder().auto_add_history(true).build()).map_err(failed)?;
        editor.set_helper(Some(Lines {}));
        let history = history();
        // A first session has none, and one that cannot be read is none.
        let _ = history.as_ref().map(|path| editor.load_history(path));
        output::to_stdout(|out| writeln!(out, "tlacheck {}; :help says more", env!("CARGO_PKG_VERSION")))?;
        loop {
            match editor.readline("tla> ") {
                Ok(text) => {
                    if self.command(&text)?.is_none() {
                        break;
                    }
                }
                Err(ReadlineError::Interrupted) => {}
                Err(ReadlineError::Eof) => break,
                Err(error) => return Err(failed(error)),
            }
        }
        if let Some(path) = &history {
            // That it cannot be kept is no reason to fail.
            let _ = path.parent().map(std::fs::create_dir_all);
            let _ = editor.save_history(path);
        }
        Ok(0)
    }
}

fn failed(error: ReadlineError) -> io::Error {
    match error {
        ReadlineError::Io(error) => error,
        other => io::Error::other(other.to_string()),
    }
}

/// Where lines are remembered: in the user's folder for such things.
fn history() -> Option<PathBuf> {
    let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE")).map(PathBuf::from);
    let state = state.or_else(|| home().map(|home| home.join(".local/state")))?;
    Some(state.join("tlacheck/history"))
}

/// Asks for more lines while something is open.
#[derive(Completer, Helper, Highlighter, Hinter)]
struct Lines {}

impl Validator for Lines {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(match is_open(context.input()) {
            true => ValidationResult::Incomplete,
            false => ValidationResult::Valid(None),
        })
    }
}
