//! Tool servers: one that a test scripts, with all that servers do wrong, and the real `mcp-server-git`.

use serde_json::json;
use specgen::model::Cancel;
use specgen::model::client;
use specgen::model::conversation::{ToolCall, ToolResult};
use specgen::servers::{ServerError, Servers};
use specgen::settings::Settings;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// A server in a few lines of shell: one JSON object a line, answers by what the line holds.
const SCRIPT: &str = r#"
while read -r line; do
  id=$(printf '%s' "$line" | sed -n 's/.*"id":\([0-9]*\).*/\1/p')
  say() { printf '{"jsonrpc":"2.0","id":%s,%s}\n' "$id" "$1"; }
  text() { say "\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"$1\"}],\"isError\":${2:-false}}"; }
  case "$line" in
    *'"method":"initialize"'*) say '"result":{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"scripted","version":"1"}}' ;;
    *'"method":"tools/list"'*'"cursor":"2"'*) say '"result":{"tools":[{"name":"die","inputSchema":{"type":"object"}},{"name":"wait","inputSchema":{"type":"object"}},{"name":"flood","inputSchema":{"type":"object"}},{"name":"odd.name","inputSchema":{"type":"object"}},{"name":"odd_name","inputSchema":{"type":"object"}}]}' ;;
    *'"method":"tools/list"'*) say '"result":{"tools":[{"name":"echo","description":"Says it again.","inputSchema":{"type":"object","properties":{"word":{"type":"string"}},"required":["word"]}},{"name":"env","inputSchema":{"type":"object"}},{"name":"fail","inputSchema":{"type":"object"}},{"name":"reject","inputSchema":{"type":"object"}},{"name":"lie","inputSchema":{"type":"object"}},{"name":"picture","inputSchema":{"type":"object"}}],"nextCursor":"2"}' ;;
    *'"name":"echo"'*) text "$(printf '%s' "$line" | sed -n 's/.*"word":"\([^"]*\)".*/\1/p') in $(basename "$PWD")" ;;
    *'"name":"env"'*) text "$(env | sort | tr '\n' ' ' | tr -d '"\\')" ;;
    *'"name":"fail"'*) text 'no such branch' true ;;
    *'"name":"reject"'*) say '"error":{"code":-32602,"message":"word is required"}' ;;
    *'"name":"lie"'*) say '"result":{"tools":[]}' ;;
    *'"name":"picture"'*) say '"result":{"content":[{"type":"image","data":"AAAA","mimeType":"image/png"}]}' ;;
    *'"name":"odd.name"'*) text dotted ;;
    *'"name":"odd_name"'*) text plain ;;
    *'"name":"flood"'*) text "$(head -c 200000 /dev/zero | tr '\0' x)" ;;
    *'"name":"wait"'*) sleep 1000 ;;
    *'"name":"die"'*) echo 'out of ideas' >&2; exit 7 ;;
  esac
done
"#;

/// A server with this script and these further settings.
async fn start(folder: &Path, script: &str, more: &str) -> Result<Servers, ServerError> {
    let path = folder.join("server.sh");
    std::fs::write(&path, script).unwrap();
    let text = format!("[servers.my]\ncommand = \"sh\"\nargs = ['{}']\n{more}\n", path.display());
    let settings = Settings::parse(&text).unwrap();
    let environment = |name: &str| match name {
        "GIVEN" => Some("given".to_owned()),
        "ANTHROPIC_API_KEY" => Some("sk-secret-secret".to_owned()),
        other => client::environment(other),
    };
    Servers::start(&settings.servers, folder, &environment).await
}

async fn call(servers: &Servers, name: &str, input: serde_json::Value) -> ToolResult {
    let call = ToolCall { id: "1".into(), name: name.into(), input };
    servers.call(&call, &Cancel::new()).await
}

#[cfg(unix)]
#[tokio::test]
async fn tools_are_offered_under_the_servers_name_and_answer() {
    let folder = tempfile::tempdir().unwrap();
    let servers =
        start(folder.path(), SCRIPT, "env = [\"GIVEN\", \"NOT_SET\"]\nmax_bytes = 1000").await.unwrap();
    let names: Vec<&str> = servers.definitions().iter().map(|d| d.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "my__echo",
            "my__env",
            "my__fail",
            "my__reject",
            "my__lie",
            "my__picture",
            "my__die",
            "my__wait",
            "my__flood",
            "my__odd_name",
            "my__odd_name_2"
        ]
    );
    assert_eq!(servers.definitions()[0].description, "Says it again.");
    assert_eq!(servers.definitions()[0].input_schema["required"], json!(["word"]));
    assert_eq!(servers.definitions()[1].input_schema, json!({ "type": "object", "properties": {} }));

    let said = call(&servers, "my__echo", json!({ "word": "ünï" })).await;
    let place = folder.path().file_name().unwrap().to_string_lossy().into_owned();
    assert_eq!((said.content, said.is_error), (format!("ünï in {place}"), false));
    assert_eq!(call(&servers, "my__odd_name", json!({})).await.content, "dotted");
    assert_eq!(call(&servers, "my__odd_name_2", json!({})).await.content, "plain");
    assert_eq!(call(&servers, "my__picture", json!({})).await.content, "(an image, not shown)");

    // What it was given of our environment, and nothing else.
    let environment = call(&servers, "my__env", json!({})).await.content;
    assert!(environment.contains("GIVEN=given") && environment.contains("PATH="), "{environment}");
    assert!(!environment.contains("sk-secret") && !environment.contains("CARGO"), "{environment}");

    for (tool, said) in [
        ("my__fail", "no such branch"),
        ("my__reject", "reject of the tool server my: word is required"),
        ("my__lie", "the tool server my answers lie with what is no result"),
        ("my__none", "there is no tool my__none"),
    ] {
        let result = call(&servers, tool, json!({})).await;
        assert!(result.is_error && result.content.contains(said), "{tool}: {}", result.content);
    }
    let result = call(&servers, "my__echo", json!("word: x")).await;
    assert!(result.is_error && result.content.contains("not valid JSON"), "{}", result.content);
    let flood = call(&servers, "my__flood", json!({})).await.content;
    assert!(flood.ends_with("… 199000 bytes more are not shown") && flood.len() < 1100, "{}", flood.len());
    servers.stop().await;
}

#[cfg(unix)]
#[tokio::test]
async fn only_allowed_tools_are_offered() {
    let folder = tempfile::tempdir().unwrap();
    let servers = start(folder.path(), SCRIPT, "tools = [\"echo\"]").await.unwrap();
    assert_eq!(servers.definitions().len(), 1);
    assert!(servers.has("my__echo") && !servers.has("my__die"));
    assert!(call(&servers, "my__die", json!({})).await.content.contains("there is no tool"));
    servers.stop().await;
    let error = start(folder.path(), SCRIPT, "tools = [\"sing\"]").await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("the tool server my has no tool sing, which its entry allows; it has die, echo"),
        "{error}"
    );
}

#[cfg(unix)]
#[tokio::test]
async fn a_server_that_dies_or_waits_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let servers = start(folder.path(), SCRIPT, "timeout = 2.0").await.unwrap();
    let begun = Instant::now();
    let result = call(&servers, "my__wait", json!({})).await;
    assert!(
        result.is_error && result.content.contains("the tool server my did not answer wait in 2 s"),
        "{}",
        result.content
    );
    assert!(begun.elapsed() < Duration::from_secs(20));
    servers.stop().await;

    let servers = start(folder.path(), SCRIPT, "").await.unwrap();
    for _ in 0..2 {
        let result = call(&servers, "my__die", json!({})).await;
        let said = "the tool server my has ended, so die cannot be called; on standard error: out of ideas";
        assert!(result.is_error && result.content == said, "{}", result.content);
    }
    servers.stop().await;

    let servers = start(folder.path(), SCRIPT, "").await.unwrap();
    let cancel = Cancel::new();
    let asked = ToolCall { id: "1".into(), name: "my__wait".into(), input: json!({}) };
    let stopping = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        cancel.cancel();
    };
    let begun = Instant::now();
    let (result, ()) = tokio::join!(servers.call(&asked, &cancel), stopping);
    assert!(result.is_error && result.content == "the call was stopped");
    assert!(begun.elapsed() < Duration::from_secs(20));
    servers.stop().await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_server_that_cannot_be_started_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let error = start(folder.path(), "echo 'no licence' >&2\nexit 1\n", "").await.unwrap_err();
    assert!(error.what.starts_with("does not speak MCP"), "{error}");
    assert_eq!(error.complaints, "no licence");
    let error =
        start(folder.path(), "while :; do echo hello; sleep 1; done\n", "timeout = 2").await.unwrap_err();
    assert!(error.to_string().starts_with("the tool server my d"), "{error}");
    let error = start(folder.path(), "cat >/dev/null\n", "timeout = 1").await.unwrap_err();
    assert_eq!(error.what, "did not start in 1 s");
    let settings = Settings::parse("[servers.gone]\ncommand = \"/no/such/program\"\n").unwrap();
    let error = Servers::start(&settings.servers, folder.path(), &client::environment).await.unwrap_err();
    assert!(
        error.to_string().starts_with("the tool server gone cannot be started as \"/no/such/program\": "),
        "{error}"
    );
}

/// Installs from PyPI, so it runs only when it is asked for; `.ci/run` does.
#[tokio::test]
#[ignore = "installs mcp-server-git from PyPI: cargo test -p specgen --test servers -- --ignored"]
async fn the_real_git_server_answers() {
    let folder = tempfile::tempdir().unwrap();
    let modules = folder.path().join("modules");
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target"];
    match Command::new("python3").args(install).arg(&modules).arg("mcp-server-git").output() {
        Ok(out) if out.status.success() => {}
        Ok(out) => {
            eprintln!(
                "the_real_git_server_answers: skipped, pip cannot install it: {}",
                String::from_utf8_lossy(&out.stderr)
            );
            return;
        }
        Err(e) => {
            eprintln!("the_real_git_server_answers: skipped, there is no python3: {e}");
            return;
        }
    }
    let repository = folder.path().join("repository");
    std::fs::create_dir(&repository).unwrap();
    std::fs::write(repository.join("lock.rs"), "fn lock() {}\n").unwrap();
    for args in [
        &["init", "-q"][..],
        &["add", "-A"],
        &["-c", "user.name=A", "-c", "user.email=a@b", "commit", "-qm", "Take the lock first"],
    ] {
        assert!(Command::new("git").args(args).current_dir(&repository).status().unwrap().success());
    }
    let text = format!(
        "[servers.git]\ncommand = \"python3\"\nargs = [\"-m\", \"mcp_server_git\", \"--repository\", '{}']\nenv = [\"PYTHONPATH\"]\ntools = [\"git_log\", \"git_show\"]\n",
        repository.display()
    );
    let settings = Settings::parse(&text).unwrap();
    let environment = |name: &str| match name {
        "PYTHONPATH" => Some(modules.display().to_string()),
        other => client::environment(other),
    };
    let servers = Servers::start(&settings.servers, &repository, &environment).await.unwrap();
    assert!(servers.has("git__git_log") && servers.has("git__git_show") && servers.definitions().len() == 2);
    let path = repository.display().to_string();
    let log = call(&servers, "git__git_log", json!({ "repo_path": path })).await;
    assert!(!log.is_error && log.content.contains("Take the lock first"), "{}", log.content);
    let wrong = call(&servers, "git__git_show", json!({ "repo_path": path, "revision": "nowhere" })).await;
    assert!(wrong.is_error, "{}", wrong.content);
    let outside = call(&servers, "git__git_log", json!({ "repo_path": "/" })).await;
    assert!(outside.is_error, "{}", outside.content);
    servers.stop().await;
}
