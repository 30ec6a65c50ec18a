//! A command as a model: `exec:COMMAND`.
//!
//! Enters: a request, as one JSON object on the command's standard input, which is closed after it. Leaves: what
//! the command prints, one JSON object; [`schema`] publishes both.
//! Holds: no shell: the command is split into words as a shell would, and run as it is. It is killed with
//! everything that it has started when it takes too long, prints too much, or the call is stopped or dropped. What
//! it prints on standard error is quoted if it fails.
//!
//! ```text
//! stdin   {"specgen": 1, "request": {"system": …, "messages": […], "tools": […], "parameters": {…}}}
//! stdout  {"answer": {"content": [{"type": "text", "text": …}], "stop": {"reason": "end"}, "usage": {…}}}
//!    or   {"error": {"kind": "rate_limited", "message": …}}
//! ```

use super::conversation::{Answer, Request, Stop};
use super::failure::{Failure, FailureKind};
use super::{Cancel, Event, ModelClient, Watch, budget, cancelled, canonical};
use futures::future::{BoxFuture, FutureExt};
use process_wrap::tokio::{ChildWrapper, CommandWrap, KillOnDrop, ProcessGroup};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};

/// The protocol's number.
pub const PROTOCOL: u32 = 1;
/// The most that a command may print.
const MOST_OUTPUT: u64 = 16 << 20;
/// How much of its complaints is kept.
const MOST_COMPLAINTS: u64 = 64 << 10;
/// How much of its complaints is quoted.
const QUOTED: usize = 1000;

/// What a command reads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Asked {
    /// The protocol's number.
    pub specgen: u32,
    /// What is asked.
    pub request: Request,
}

/// What a command prints.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// An answer.
    Answer(Answer),
    /// It has none.
    Error(Complaint),
}

/// Why a command has no answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Complaint {
    /// What kind of failure it is.
    pub kind: Reason,
    /// What happened.
    pub message: String,
    /// How long to wait before trying again, in seconds.
    #[serde(default)]
    pub retry_after: Option<f64>,
}

/// The kinds of failure that a command may report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Its own provider cannot be reached; it will be tried again.
    Unreachable,
    /// Its key is not accepted.
    WrongKey,
    /// It must wait; it will be tried again.
    RateLimited,
    /// Its provider has no capacity; it will be tried again.
    Overloaded,
    /// The request is not acceptable.
    Rejected,
}

impl From<Reason> for FailureKind {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::Unreachable => FailureKind::Unreachable,
            Reason::WrongKey => FailureKind::WrongKey,
            Reason::RateLimited => FailureKind::RateLimited,
            Reason::Overloaded => FailureKind::Overloaded,
            Reason::Rejected => FailureKind::Rejected,
        }
    }
}

/// The JSON schemas of what a command reads (`stdin`) and prints (`stdout`).
pub fn schema() -> Value {
    serde_json::json!({
        "stdin": schemars::schema_for!(Asked).to_value(),
        "stdout": schemars::schema_for!(Said).to_value(),
    })
}

/// A command that answers.
#[derive(Clone, Debug)]
pub struct Command {
    name: String,
    words: Vec<String>,
    timeout: Duration,
}

impl Command {
    /// A command, written as for a shell. It is not started before it is asked.
    ///
    /// # Errors
    /// [`FailureKind::Misconfigured`]: there is no word in it, or a quote is not closed.
    pub fn new(text: &str, timeout: Duration) -> Result<Self, Failure> {
        let wrong = |why: &str| {
            Failure::new(
                FailureKind::Misconfigured,
                format!("exec:{text} is no command: {why}"),
                "write exec:PROGRAM ARGUMENTS, with quotes around what holds spaces",
            )
        };
        let words = shell_words::split(text).map_err(|e| wrong(&e.to_string()))?;
        let program = words.first().filter(|p| !p.is_empty()).ok_or_else(|| wrong("it is empty"))?;
        let short =
            Path::new(program).file_name().map_or(program.clone(), |n| n.to_string_lossy().into_owned());
        Ok(Command { name: format!("exec/{short}"), words, timeout })
    }

    fn start(&self) -> Result<Running, Failure> {
        let mut command = CommandWrap::with_new(&self.words[0], |c| {
            c.args(&self.words[1..]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        });
        #[cfg(unix)]
        command.wrap(ProcessGroup::leader());
        command.wrap(KillOnDrop);
        let child = command.spawn().map_err(|e| {
            Failure::new(
                FailureKind::Misconfigured,
                format!("the command {} cannot be started: {e}", self.words[0]),
                "check that the program exists and may be run",
            )
        })?;
        Ok(Running(child))
    }

    async fn converse(&self, request: &Request) -> Result<Answer, Failure> {
        let mut running = self.start()?;
        let child = &mut running.0;
        let (stdin, stdout, stderr) = (child.stdin().take(), child.stdout().take(), child.stderr().take());
        let (Some(mut stdin), Some(stdout), Some(stderr)) = (stdin, stdout, stderr) else {
            return Err(self.malformed("it has no standard streams", ""));
        };
        let asked = canonical::text(&Asked { specgen: PROTOCOL, request: request.clone() });
        let write = async move {
            // A command that does not read everything may still answer.
            let _ = stdin.write_all(asked.as_bytes()).await;
            let _ = stdin.write_all(b"\n").await;
        };
        let (said, complaints, ()) =
            tokio::join!(most(stdout, MOST_OUTPUT), most(stderr, MOST_COMPLAINTS), write);
        let complaints = tail(&complaints);
        if said.len() as u64 > MOST_OUTPUT {
            return Err(self.malformed(&format!("it prints more than {MOST_OUTPUT} bytes"), ""));
        }
        let status = child.wait().await;
        let status = status.map_err(|e| self.malformed(&format!("its end cannot be seen: {e}"), ""))?;
        if !status.success() {
            return Err(self.malformed(&format!("it ended with {status}"), &complaints));
        }
        match serde_json::from_slice::<Said>(&said) {
            Ok(Said::Answer(answer)) => self.accept(answer, request),
            Ok(Said::Error(complaint)) => {
                let mut failure = Failure::new(
                    complaint.kind.into(),
                    format!("the command {} says: {}", self.words[0], complaint.message),
                    "",
                );
                failure.retry_after = complaint.retry_after.and_then(|s| Duration::try_from_secs_f64(s).ok());
                Err(failure)
            }
            Err(e) if said.is_empty() => {
                Err(self.malformed(&format!("it prints nothing ({e})"), &complaints))
            }
            Err(e) => Err(self.malformed(&format!("what it prints is no answer: {e}"), &complaints)),
        }
    }

    /// An answer that is one: what stops for calls has some.
    fn accept(&self, mut answer: Answer, request: &Request) -> Result<Answer, Failure> {
        if answer.usage.is_nothing() {
            answer.usage = budget::worst_case(request);
            answer.usage.output = budget::tokens_of(canonical::text(&answer.content).len());
        }
        let calls = answer.calls().count();
        match answer.stop {
            Stop::ToolUse if calls == 0 => Err(self.malformed("it stops to call a tool, and calls none", "")),
            Stop::End if calls > 0 => {
                Err(self.malformed("it calls a tool, and its stop is not tool_use", ""))
            }
            Stop::End if answer.content.is_empty() => Err(self.malformed("its answer is empty", "")),
            _ => Ok(answer),
        }
    }

    fn malformed(&self, what: &str, complaints: &str) -> Failure {
        let mut message = format!("the command {}: {what}", self.words[0]);
        if !complaints.is_empty() {
            message.push_str("; on standard error: ");
            message.push_str(complaints);
        }
        Failure::new(
            FailureKind::Malformed,
            message,
            "it must read one JSON object and print one; `specgen::model::command` describes both",
        )
    }
}

impl ModelClient for Command {
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
            let spent = || {
                let mut spent = budget::worst_case(request);
                spent.output = 0;
                spent
            };
            let answer = tokio::select! {
                biased;
                () = cancel.cancelled() => return Err(cancelled().spent(spent())),
                answer = tokio::time::timeout(self.timeout, self.converse(request)) => answer,
            };
            let answer = answer.unwrap_or_else(|_| {
                Err(Failure::new(
                    FailureKind::TimedOut,
                    format!(
                        "the command {} did not answer in {} s",
                        self.words[0],
                        self.timeout.as_secs_f64()
                    ),
                    "allow more time (`timeout` in specgen.toml)",
                ))
            });
            match answer {
                Ok(answer) => {
                    watch.event(Event::Text(&answer.text()));
                    Ok(answer)
                }
                Err(failure) if matches!(failure.kind, FailureKind::Malformed | FailureKind::TimedOut) => {
                    Err(failure.spent(spent()))
                }
                Err(failure) => Err(failure),
            }
        }
        .boxed()
    }
}

/// A command under way. Dropped, it is killed with all that it has started.
struct Running(Box<dyn ChildWrapper>);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.start_kill();
    }
}

/// Everything that comes, up to one byte more than the most.
async fn most(from: impl AsyncRead + Unpin, most: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = from.take(most + 1).read_to_end(&mut bytes).await;
    bytes
}

fn tail(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim();
    let letters = text.chars().count();
    text.chars().skip(letters.saturating_sub(QUOTED)).collect()
}
