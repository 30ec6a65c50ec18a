//! The MCP server, driven by a client: in this process, and the binary over its standard input and output.

use rmcp::model::{
    CallToolRequestParams, CallToolResult, ClientConfig, ClientRequest, GetPromptRequestParams,
    ProgressNotificationParam, PromptMessage, ReadResourceRequestParams, Request,
};
use rmcp::service::{NotificationContext, PeerRequestOptions, RoleClient, RunningService};
use rmcp::transport::TokioChildProcess;
use rmcp::{ClientHandler, ServiceExt};
use serde_json::{Value, json};
use specgen::mcp::{Catalogue, Server};
use specgen::workbench::Workbench;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const CLOCK: &str = "---- MODULE Clock ----\nEXTENDS Naturals\nVARIABLE h\nInit == h = 1\nNext == h' = (h % 12) + 1\n\
                     Early == h < 4\n====\n";
const ENDLESS: &str = "---- MODULE Endless ----\nEXTENDS Naturals\nVARIABLES x, y\nInit == x = 0 /\\ y = 0\n\
                       Next == (x' = x + 1 /\\ UNCHANGED y) \\/ (y' = y + 1 /\\ UNCHANGED x)\n====\n";
const ALGORITHM: &str = "---- MODULE P ----\n(* --algorithm P { variable x = 0; { x := 1 } } *)\n====\n";

/// Keeps what it is told.
#[derive(Clone, Default)]
struct Client {
    told: Arc<Mutex<Vec<ProgressNotificationParam>>>,
}

impl ClientHandler for Client {
    async fn on_progress(&self, params: ProgressNotificationParam, _: NotificationContext<RoleClient>) {
        self.told.lock().expect("one at a time").push(params);
    }

    fn get_info(&self) -> ClientConfig {
        ClientConfig::default()
    }
}

type Connection = RunningService<RoleClient, Client>;

/// A client of a server in this process, with files to read.
async fn connect(root: &Path) -> (Connection, Client) {
    let (here, there) = tokio::io::duplex(1 << 20);
    let server = Server::new(Workbench::with_roots([root]).expect("is a folder"), Catalogue::default());
    tokio::spawn(async move {
        let running = server.serve(there).await.expect("is served");
        running.waiting().await
    });
    let client = Client::default();
    (client.clone().serve(here).await.expect("is connected"), client)
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("made");
    for (name, text) in [
        ("Clock.tla", CLOCK),
        ("Clock.cfg", "INIT Init NEXT Next INVARIANT Early"),
        ("Right.cfg", "INIT Init NEXT Next"),
        ("P.tla", ALGORITHM),
        ("trace.json", r#"{"trace":[{"action":"Init","state":{"h":1}},{"action":"Next","state":{"h":2}}]}"#),
    ] {
        std::fs::write(folder.path().join(name), text).expect("written");
    }
    folder
}

async fn call(connection: &Connection, name: &str, arguments: Value) -> CallToolResult {
    let mut params = CallToolRequestParams::new(name.to_owned());
    params.arguments = arguments.as_object().cloned();
    connection.call_tool(params).await.unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The arguments with which every tool is called, and what its answer holds.
fn calls() -> Vec<(&'static str, Value, &'static str, Value)> {
    let file = || json!({ "fileName": "Clock.tla" });
    vec![
        ("tla_parse", json!({ "text": CLOCK }), "/ok", json!(true)),
        ("tla_symbols", json!({ "text": CLOCK, "filter": "Early" }), "/symbols/0/level", json!("state")),
        ("tla_modules", json!({ "module": "Naturals" }), "/modules/0/name", json!("Naturals")),
        ("tla_check", json!({ "path": "Clock.tla" }), "/outcome", json!("invariant")),
        ("tla_simulate", json!({ "path": "Clock.tla", "behaviours": 3 }), "/outcome", json!("invariant")),
        ("tla_explore", json!({ "text": CLOCK, "choices": [1] }), "/states/0/values/h", json!("2")),
        ("tla_eval", json!({ "expression": "1..3" }), "/value", json!("1..3")),
        ("tla_coverage", json!({ "text": CLOCK }), "/complete", json!(true)),
        (
            "tla_mutate",
            json!({ "text": CLOCK, "invariants": ["h \\in 1..12"] }),
            "/baseline",
            json!("success"),
        ),
        ("tla_translate", json!({ "text": ALGORITHM }), "/written", json!(false)),
        (
            "tla_trace_validate",
            json!({ "text": CLOCK, "log": "{\"state\":{\"h\":2}}" }),
            "/matched",
            json!(1),
        ),
        ("tlaplus_mcp_sany_parse", file(), "/module", json!("Clock")),
        ("tlaplus_mcp_sany_symbol", file(), "/symbols/0/name", json!("h")),
        ("tlaplus_mcp_sany_modules", json!({}), "/next_cursor", json!(null)),
        ("tlaplus_mcp_tlc_check", file(), "/violation/name", json!("Early")),
        (
            "tlaplus_mcp_tlc_check",
            json!({ "fileName": "Clock.tla", "cfgFile": "Right.cfg", "extraOpts": ["-workers", "2"] }),
            "/complete",
            json!(true),
        ),
        ("tlaplus_mcp_tlc_smoke", file(), "/outcome", json!("invariant")),
        (
            "tlaplus_mcp_tlc_explore",
            json!({ "fileName": "Clock.tla", "behaviorLength": 5 }),
            "/trace/length",
            json!(5),
        ),
        (
            "tlaplus_mcp_tlc_trace",
            json!({ "fileName": "Clock.tla", "traceFile": "trace.json" }),
            "/summary",
            json!("the trace is a behaviour of the spec"),
        ),
        (
            "tlc_check",
            json!({ "tla_file": "Clock.tla", "cfg_file": "Right.cfg", "workers": "auto", "deadlock": true }),
            "/distinct_states",
            json!(12),
        ),
        (
            "tla_evaluate",
            json!({ "expression": "Max({1, 3})", "imports": ["FiniteSetsExt"] }),
            "/value",
            json!("3"),
        ),
        ("pcal_translate", json!({ "tla_file": "P.tla" }), "/written", json!(true)),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_tool_answers_as_its_schema_says() {
    let folder = folder();
    let (connection, _) = connect(folder.path()).await;
    let tools = connection.list_all_tools().await.expect("are listed");
    let mut tried: Vec<String> = Vec::new();
    let mut traces: Vec<String> = Vec::new();
    let check = |name: &str, result: &CallToolResult| {
        let tool =
            tools.iter().find(|tool| tool.name == name).unwrap_or_else(|| panic!("{name} is not listed"));
        let schema = Value::Object(tool.output_schema.clone().expect("is published").as_ref().clone());
        let validator = jsonschema::validator_for(&schema).expect("is a schema");
        let data = result.structured_content.as_ref().expect("is structured");
        assert!(data.is_object(), "{name}");
        let faults: Vec<String> = validator.iter_errors(data).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{name}: {}", faults.join("; "));
        let text = result.content[0].as_text().expect("is text");
        assert!(!text.text.trim().is_empty(), "{name} says nothing");
    };
    for (name, arguments, pointer, wanted) in calls() {
        let result = call(&connection, name, arguments).await;
        let data = result.structured_content.as_ref().expect("is structured");
        assert_eq!(result.is_error, Some(false), "{name}: {data}");
        check(name, &result);
        assert_eq!(data.pointer(pointer), Some(&wanted), "{name}: {data}");
        traces.extend(data.pointer("/trace/id").and_then(|id| id.as_str()).map(str::to_owned));
        tried.push(name.to_owned());
        // What a tool does not know is refused by name, and is an error of the tool.
        let wrong = call(&connection, name, json!({ "nonsense": 1 })).await;
        assert_eq!(wrong.is_error, Some(true), "{name}");
        check(name, &wrong);
        assert!(wrong.content[0].as_text().expect("is text").text.contains("`nonsense`"), "{name}");
    }
    for name in ["tla_trace_get", "tla_trace_diff"] {
        let result = call(&connection, name, json!({ "trace_id": traces[0] })).await;
        assert_eq!(result.is_error, Some(false), "{name}");
        check(name, &result);
        tried.push(name.to_owned());
    }
    let untried: Vec<_> = tools.iter().filter(|tool| !tried.contains(&tool.name.to_string())).collect();
    assert!(untried.is_empty(), "never called: {untried:?}");
    for (name, arguments, says) in [
        ("tla_check", json!({ "path": "/etc/passwd" }), "outside the allowed roots"),
        ("tla_check", json!({ "text": CLOCK, "seconds": "soon" }), "argument `seconds`"),
        ("tla_eval", json!({}), "argument `expression`"),
        ("tla_check", json!({ "text": "---- MODULE X ----\nx == y\n====" }), "E0201"),
        ("tlaplus_mcp_tlc_check", json!({ "fileName": "Clock.tla", "extraOpts": ["-fpmem", "1"] }), "-fpmem"),
        ("tlaplus_mcp_tlc_check", json!({}), "fileName"),
    ] {
        let result = call(&connection, name, arguments).await;
        assert_eq!(result.is_error, Some(true), "{name}");
        check(name, &result);
        let text = &result.content[0].as_text().expect("is text").text;
        assert!(text.contains(says), "{name}: {text}");
    }
    let unknown =
        connection.call_tool(CallToolRequestParams::new("tla_prove")).await.expect_err("is unknown");
    assert!(unknown.to_string().contains("tla_prove"), "{unknown}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_tells_how_far_it_is_and_is_cancelled_within_a_second() {
    let folder = folder();
    let (connection, client) = connect(folder.path()).await;
    let mut params = CallToolRequestParams::new("tla_check");
    params.arguments =
        json!({ "text": ENDLESS, "seconds": 600, "states": 1_000_000_000 }).as_object().cloned();
    let request = ClientRequest::CallToolRequest(Request::new(params));
    let handle = connection
        .send_request_with_option(request, PeerRequestOptions::no_options())
        .await
        .expect("is sent");
    tokio::time::sleep(Duration::from_millis(1500)).await;
    // The server answers meanwhile.
    let started = Instant::now();
    let value = call(&connection, "tla_eval", json!({ "expression": "1 + 1" })).await;
    assert_eq!(value.structured_content.expect("is structured")["value"], "2");
    assert!(started.elapsed() < Duration::from_millis(500), "{:?}", started.elapsed());
    let told = client.told.lock().expect("one at a time").clone();
    assert!(told.len() >= 3, "{} times", told.len());
    assert!(
        told.windows(2)
            .all(|pair| pair[0].progress < pair[1].progress
                || pair[0].progress_token != pair[1].progress_token)
    );
    assert!(told.iter().any(|told| told.message.as_deref().is_some_and(|m| m.contains("different states"))));
    handle.cancel(Some("enough".into())).await.expect("is told");
    // Nothing is told any more once the work has ended.
    tokio::time::sleep(Duration::from_millis(900)).await;
    let before = client.told.lock().expect("one at a time").len();
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert_eq!(client.told.lock().expect("one at a time").len(), before, "it goes on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn resources_and_prompts_are_there() {
    let folder = folder();
    let (connection, _) = connect(folder.path()).await;
    let resources = connection.list_all_resources().await.expect("are listed");
    assert!(resources.len() >= 8);
    for resource in &resources {
        let read = connection.read_resource(ReadResourceRequestParams::new(resource.uri.clone())).await;
        let text = serde_json::to_value(read.expect("is read")).expect("is JSON");
        let text = text["contents"][0]["text"].as_str().expect("is text").to_owned();
        assert!(text.len() > 500, "{}", resource.uri);
    }
    for uri in ["tla://module/Sequences", "tla://codes/E0201"] {
        connection.read_resource(ReadResourceRequestParams::new(uri)).await.expect(uri);
    }
    for uri in ["tla://module/Nothing", "tla://codes/E9999", "file:///etc/passwd", "tla://guide/"] {
        connection.read_resource(ReadResourceRequestParams::new(uri)).await.expect_err(uri);
    }
    let prompts = connection.list_all_prompts().await.expect("are listed");
    assert!(prompts.len() >= 5);
    for prompt in &prompts {
        let names = prompt.arguments.iter().flatten().map(|argument| argument.name.clone());
        let arguments = names.map(|name| (name, json!("the thing"))).collect();
        let mut params = GetPromptRequestParams::new(prompt.name.clone());
        params.arguments = Some(arguments);
        let messages: Vec<PromptMessage> = connection.get_prompt(params).await.expect("is made").messages;
        let text = serde_json::to_string(&messages).expect("is JSON");
        assert!(
            text.contains("the thing") && text.contains("# ") && !text.contains("{path}"),
            "{}",
            prompt.name
        );
        connection
            .get_prompt(GetPromptRequestParams::new(prompt.name.clone()))
            .await
            .expect_err("needs arguments");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_binary_serves_over_standard_input_and_output() {
    let folder = folder();
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_specgen"));
    command.arg("mcp").arg("--root").arg(folder.path());
    let child = TokioChildProcess::new(command).expect("is started");
    let connection = Client::default().serve(child).await.expect("is connected");
    let info = connection.peer_info().expect("is known");
    assert!(info.instructions.as_ref().is_some_and(|text| text.contains("tla_check")));
    let result = call(&connection, "tla_check", json!({ "path": "Clock.tla" })).await;
    assert_eq!(result.structured_content.expect("is structured")["outcome"], "invariant");
    connection.cancel().await.expect("is closed");
}

#[test]
fn the_binary_ends_soon_after_its_client_has_left() {
    use std::io::{BufRead, BufReader, Write};
    use std::process::{Command, Stdio};
    let initialize = json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": { "name": "x", "version": "1" } });
    let call = |text: &str| json!({ "name": "tla_check", "arguments": { "text": text, "seconds": 600 } });
    let mut child = Command::new(env!("CARGO_BIN_EXE_specgen"))
        .arg("mcp")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("is started");
    let mut input = child.stdin.take().expect("is piped");
    for (id, method, params) in [
        (json!(1), "initialize", initialize),
        (Value::Null, "notifications/initialized", json!({})),
        (json!(2), "tools/call", call(CLOCK)),
        (json!(3), "tools/call", call(ENDLESS)),
    ] {
        let mut message = json!({ "jsonrpc": "2.0", "method": method, "params": params });
        if !id.is_null() {
            message["id"] = id;
        }
        writeln!(input, "{message}").expect("is sent");
    }
    drop(input);
    let started = Instant::now();
    // What was asked before is answered: the short check with its verdict, the long one with its end.
    let lines =
        BufReader::new(child.stdout.take().expect("is piped")).lines().map(|line| line.expect("is text"));
    let answers: Vec<Value> = lines.map(|line| serde_json::from_str(&line).expect("is JSON")).collect();
    let answer =
        |id: u64| answers.iter().find(|answer| answer["id"] == id).unwrap_or_else(|| panic!("{answers:?}"));
    assert_eq!(answer(2)["result"]["structuredContent"]["outcome"], "success");
    assert_eq!(answer(3)["result"]["structuredContent"]["error"]["kind"], "cancelled");
    assert!(child.wait().expect("ends").success());
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
}

#[test]
fn other_names_can_be_left_out() {
    let own = Catalogue::new(false);
    assert!(own.entries().iter().all(|entry| entry.name.starts_with("tla_")) && own.entries().len() == 13);
    assert!(Catalogue::new(true).find("tlc_check").is_some() && own.find("tlc_check").is_none());
}

#[test]
fn wrong_usage_is_told() {
    let run = |arguments: &[&str]| {
        let output =
            std::process::Command::new(env!("CARGO_BIN_EXE_specgen")).args(arguments).output().expect("runs");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    for (arguments, says) in [
        (&["mcp", "--http", "0.0.0.0:8000"][..], "is refused"),
        (&["mcp", "--http", "example.org"], "is no address"),
        (&["mcp", "--root", "/nowhere/at/all"], "/nowhere/at/all"),
        (&["mpc"], "'mpc'"),
    ] {
        let (status, told) = run(arguments);
        assert_eq!(status, Some(1), "{told}");
        assert!(told.contains(says), "{told}");
    }
    assert_eq!(run(&["--help"]).0, Some(0));
}
