//! Tool servers of others: programs that speak MCP over their standard streams, a git server among them.
//!
//! Enters: `[servers.NAME]` of `specgen.toml`. Leaves: their tools under names that say whose they are, and answers
//! to calls of these.
//! Holds: a server gets PATH, HOME and the variables that its entry names, nothing else of our environment, so no
//! key that it was not given; only the tools that its entry allows are offered; starting and every call have a time
//! limit; results are cut at a size, and say so. A server that is not there, dies, or does not keep to the protocol
//! is an error that names it, with the end of what it wrote on standard error; a call of a model's never fails
//! otherwise than by a result that says so. What servers say is data, as source text is.
//!
//! ```text
//! Servers::start(settings, folder, environment) -> Servers
//! Servers::definitions() -> tools named SERVER__TOOL
//! Servers::call(&ToolCall, &Cancel) -> ToolResult
//! Servers::stop()
//! ```

mod complaints;

use crate::model::Cancel;
use crate::model::client::Environment;
use crate::model::conversation::{ToolCall, ToolDefinition, ToolResult};
use crate::settings::ServerSettings;
use complaints::Complaints;
use process_wrap::tokio::{CommandWrap, KillOnDrop, ProcessGroup};
use rmcp::model::{CallToolRequestParams, CallToolResult, ContentBlock};
use rmcp::service::{RoleClient, RunningService, ServiceError, ServiceExt};
use rmcp::transport::TokioChildProcess;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

/// Between the server's name and the tool's.
const BETWEEN: &str = "__";
/// The longest name that all providers take.
const LONGEST_NAME: usize = 64;
/// The longest description that is passed on.
const LONGEST_DESCRIPTION: usize = 2000;
/// The most tools of a server.
const MOST_TOOLS: usize = 200;
/// How long a server may take to end by itself.
const FAREWELL: Duration = Duration::from_secs(5);

/// What is wrong with a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerError {
    /// Its name in `specgen.toml`.
    pub server: String,
    /// What happened.
    pub what: String,
    /// What it wrote on standard error last.
    pub complaints: String,
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the tool server {} {}", self.server, self.what)?;
        if !self.complaints.is_empty() {
            write!(f, "; on standard error: {}", self.complaints)?;
        }
        Ok(())
    }
}

impl std::error::Error for ServerError {}

/// Servers that run.
#[derive(Debug, Default)]
pub struct Servers {
    servers: BTreeMap<String, Server>,
    /// By the name that a model uses: the server, and the name that the server uses.
    tools: BTreeMap<String, (String, String)>,
    definitions: Vec<ToolDefinition>,
}

#[derive(Debug)]
struct Server {
    service: RunningService<RoleClient, ()>,
    complaints: Complaints,
    timeout: Duration,
    max_bytes: usize,
}

impl Servers {
    /// Starts all of them in a folder, and asks for their tools.
    ///
    /// # Errors
    /// One cannot be started, does not speak the protocol, or lacks a tool that its entry allows. Those that were
    /// started are stopped.
    pub async fn start(
        settings: &BTreeMap<String, ServerSettings>,
        folder: &Path,
        environment: Environment<'_>,
    ) -> Result<Self, ServerError> {
        let mut started = Servers::default();
        for (name, entry) in settings {
            if let Err(error) = started.add(name, entry, folder, environment).await {
                started.stop().await;
                return Err(error);
            }
        }
        Ok(started)
    }

    async fn add(
        &mut self,
        name: &str,
        entry: &ServerSettings,
        folder: &Path,
        environment: Environment<'_>,
    ) -> Result<(), ServerError> {
        let complaints = Complaints::default();
        let failed =
            |what: String| ServerError { server: name.to_owned(), what, complaints: complaints.tail() };
        let timeout = Duration::from_secs_f64(entry.timeout);
        let (transport, stderr) = TokioChildProcess::builder(command(entry, folder, environment))
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|e| failed(format!("cannot be started as {:?}: {e}", entry.command)))?;
        if let Some(stderr) = stderr {
            complaints.listen(stderr);
        }
        let late = |what: &str| failed(format!("did not {what} in {} s", entry.timeout));
        let service = match tokio::time::timeout(timeout, ().serve(transport)).await {
            Err(_) => return Err(late("start")),
            Ok(Err(e)) => {
                complaints.settle().await;
                return Err(failed(format!("does not speak MCP: {}", short(&e.to_string()))));
            }
            Ok(Ok(service)) => service,
        };
        let listed = match tokio::time::timeout(timeout, service.list_all_tools()).await {
            Err(_) => return Err(late("list its tools")),
            Ok(Err(e)) => {
                complaints.settle().await;
                return Err(failed(format!("does not list its tools: {}", short(&e.to_string()))));
            }
            Ok(Ok(listed)) => listed,
        };
        let named: BTreeSet<&str> = listed.iter().map(|t| t.name.as_ref()).collect();
        if let Some(lacking) = entry.tools.iter().flatten().find(|t| !named.contains(t.as_str())) {
            let names: Vec<_> = named.iter().copied().collect();
            return Err(failed(format!(
                "has no tool {lacking}, which its entry allows; it has {}",
                names.join(", ")
            )));
        }
        let allowed = |tool: &str| entry.tools.as_ref().is_none_or(|t| t.iter().any(|a| a == tool));
        for tool in listed.iter().filter(|t| allowed(&t.name)).take(MOST_TOOLS) {
            let offered = self.offered(name, &tool.name);
            self.definitions.push(ToolDefinition {
                name: offered.clone(),
                description: cut(tool.description.as_deref().unwrap_or_default(), LONGEST_DESCRIPTION),
                input_schema: schema(&tool.input_schema),
            });
            self.tools.insert(offered, (name.to_owned(), tool.name.to_string()));
        }
        self.servers
            .insert(name.to_owned(), Server { service, complaints, timeout, max_bytes: entry.max_bytes });
        Ok(())
    }

    /// The name under which a tool is offered: one that all providers take, and that no other tool has.
    fn offered(&self, server: &str, tool: &str) -> String {
        let fine = |c: char| if c.is_ascii_alphanumeric() || c == '_' || c == '-' { c } else { '_' };
        let whole: String = format!("{server}{BETWEEN}{tool}").chars().map(fine).collect();
        let mut name: String = whole.chars().take(LONGEST_NAME).collect();
        let mut number = 2;
        while self.tools.contains_key(&name) {
            let end = format!("_{number}");
            name = whole.chars().take(LONGEST_NAME - end.len()).collect::<String>() + &end;
            number += 1;
        }
        name
    }

    /// What a model may call.
    pub fn definitions(&self) -> &[ToolDefinition] {
        &self.definitions
    }

    /// Whether a tool of this name is one of theirs.
    pub fn has(&self, name: &str) -> bool {
        self.tools.contains_key(name)
    }

    /// Answers a call of a model's.
    pub async fn call(&self, call: &ToolCall, cancel: &Cancel) -> ToolResult {
        let (content, is_error) = match self.answer(call, cancel).await {
            Ok(told) => told,
            Err(why) => (why, true),
        };
        ToolResult { id: call.id.clone(), name: call.name.clone(), content, is_error }
    }

    async fn answer(&self, call: &ToolCall, cancel: &Cancel) -> Result<(String, bool), String> {
        let found = self.tools.get(&call.name).and_then(|(s, t)| Some((s, self.servers.get(s)?, t)));
        let (name, server, tool) = found.ok_or_else(|| format!("there is no tool {}", call.name))?;
        let failed = |what: String| {
            ServerError { server: name.clone(), what, complaints: server.complaints.tail() }.to_string()
        };
        let params = CallToolRequestParams::new(tool.clone()).with_arguments(call.arguments()?.clone());
        let asked = tokio::time::timeout(server.timeout, server.service.peer().call_tool(params));
        // A call that is dropped is called off at the server.
        let said = tokio::select! {
            biased;
            () = cancel.cancelled() => return Err("the call was stopped".into()),
            said = asked => said,
        };
        match said {
            Err(_) => Err(failed(format!("did not answer {tool} in {} s", server.timeout.as_secs_f64()))),
            Ok(Ok(result)) => Ok((shown(&result, server.max_bytes), result.is_error == Some(true))),
            // What the server says against the call, as arguments that it does not take.
            Ok(Err(ServiceError::McpError(e))) => {
                Err(cut(&format!("{tool} of the tool server {name}: {}", e.message), server.max_bytes))
            }
            Ok(Err(ServiceError::TransportClosed | ServiceError::TransportSend(_))) => {
                server.complaints.settle().await;
                Err(failed(format!("has ended, so {tool} cannot be called")))
            }
            Ok(Err(e)) => {
                Err(failed(format!("answers {tool} with what is no result: {}", short(&e.to_string()))))
            }
        }
    }

    /// Ends all of them: they are asked to, and killed if they do not.
    pub async fn stop(self) {
        for (_, mut server) in self.servers {
            // Whether it ended by itself matters to nobody now.
            let _ = server.service.close_with_timeout(FAREWELL).await;
        }
    }
}

fn command(entry: &ServerSettings, folder: &Path, environment: Environment<'_>) -> CommandWrap {
    let mut command = CommandWrap::with_new(&entry.command, |c| {
        c.args(&entry.args).current_dir(folder).env_clear();
        let always = ["PATH", "HOME"].into_iter().map(str::to_owned);
        for name in always.chain(entry.env.iter().cloned()) {
            if let Some(value) = environment(&name) {
                c.env(name, value);
            }
        }
    });
    #[cfg(unix)]
    command.wrap(ProcessGroup::leader());
    command.wrap(KillOnDrop);
    command
}

/// A schema that providers take: an object with properties.
fn schema(given: &serde_json::Map<String, Value>) -> Value {
    let mut map = given.clone();
    map.remove("$schema");
    map.insert("type".into(), "object".into());
    map.entry("properties").or_insert_with(|| Value::Object(serde_json::Map::new()));
    Value::Object(map)
}

/// A result as text.
fn shown(result: &CallToolResult, most: usize) -> String {
    let mut parts = Vec::new();
    for block in &result.content {
        parts.push(match block {
            ContentBlock::Text(text) => text.text.clone(),
            ContentBlock::Image(_) => "(an image, not shown)".to_owned(),
            ContentBlock::Audio(_) => "(a sound, not shown)".to_owned(),
            other => serde_json::to_string(other).unwrap_or_else(|_| "(something, not shown)".to_owned()),
        });
    }
    if parts.is_empty()
        && let Some(data) = &result.structured_content
    {
        parts.push(data.to_string());
    }
    if parts.is_empty() {
        return "(nothing)".to_owned();
    }
    cut(&parts.join("\n"), most)
}

/// A text of at most so many bytes, which says what it lacks.
fn cut(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let end = (0..=most).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
    format!("{}\n… {} bytes more are not shown", &text[..end], text.len() - end)
}

fn short(text: &str) -> String {
    cut(&text.split_whitespace().collect::<Vec<_>>().join(" "), 300)
}
