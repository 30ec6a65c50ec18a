//! Models over both wires, against a scripted server: what they say, what goes wrong, what it costs, what is kept.

#[path = "model/command.rs"]
mod command;
#[path = "model/failures.rs"]
mod failures;
#[path = "model/others.rs"]
mod others;
#[path = "model/records.rs"]
mod records;
#[path = "scripted/server.rs"]
mod scripted;
#[path = "model/wires.rs"]
mod wires;

use scripted::{Server, Wire};
use serde_json::json;
use specgen::model::budget::Budget;
use specgen::model::caller::{Caller, Patience};
use specgen::model::conversation::{Message, Parameters, Request, ToolDefinition};
use specgen::model::{ModelClient, client};
use specgen::settings::Settings;
use std::sync::Arc;
use std::time::Duration;

/// The key of all tests: looked for in everything that is said or kept.
const KEY: &str = "sk-test-0123456789abcdef";

/// The two wires, streamed and plain.
const WAYS: [(Wire, bool); 4] =
    [(Wire::Messages, true), (Wire::Messages, false), (Wire::Chat, true), (Wire::Chat, false)];

/// A client of `server`, made as the command line makes it.
fn client_of(server: &Server, wire: Wire, streamed: bool, more: &str) -> Arc<dyn ModelClient> {
    let (api, url) = match wire {
        Wire::Messages => ("anthropic", server.root()),
        Wire::Chat => ("openai", server.v1()),
        Wire::Other => panic!("a test of another wire makes its client itself"),
    };
    let settings = format!(
        "{more}\n[providers.local]\napi = \"{api}\"\nbase_url = \"{url}\"\nkey_env = \"LOCAL_KEY\"\nstream = {streamed}\n"
    );
    let settings = Settings::parse(&settings).expect("settings");
    let environment = |name: &str| (name == "LOCAL_KEY").then(|| KEY.to_owned());
    client::open("local/tester", &settings, &environment).expect("a client")
}

/// A caller that loses no time waiting.
fn caller_of(server: &Server, wire: Wire, streamed: bool) -> Caller {
    Caller::shared(client_of(server, wire, streamed, ""), Budget::unlimited()).patience(hasty())
}

fn hasty() -> Patience {
    let moment = Duration::from_millis(1);
    Patience { attempts: 3, first: moment, longest: moment, asked: Duration::from_secs(5) }
}

fn request(text: &str) -> Request {
    Request {
        system: "You read code. Ünïcödé 漢字.".into(),
        messages: vec![Message::user(text)],
        tools: vec![ToolDefinition {
            name: "read".into(),
            description: "Reads a file.".into(),
            input_schema: json!({ "type": "object", "properties": { "path": { "type": "string" } }, "required": ["path"] }),
        }],
        parameters: Parameters { max_output_tokens: 500, ..Parameters::default() },
    }
}
