//! What goes wrong: each in its kind, tried again if that may help, and paid for.

use super::scripted::{Reply, Said, Server, Wire};
use super::{KEY, WAYS, caller_of, client_of, hasty, request};
use specgen::model::budget::{Budget, Limits};
use specgen::model::caller::Caller;
use specgen::model::failure::{Failure, FailureKind};
use specgen::model::price::PriceTable;
use specgen::model::{Cancel, client};
use specgen::settings::Settings;
use std::time::{Duration, Instant};

/// Asks a server that always answers so; the failure, and how often it was asked.
async fn failing(wire: Wire, streamed: bool, reply: Reply) -> (Failure, usize) {
    let server = Server::start(move |_| reply.clone());
    let failure = caller_of(&server, wire, streamed).ask(&request("go")).await.unwrap_err();
    assert!(!failure.to_string().contains(KEY), "{failure}");
    assert!(!failure.help.is_empty(), "{failure}");
    (failure, server.shown().len())
}

#[tokio::test]
async fn what_cannot_succeed_is_tried_once() {
    for (wire, streamed) in WAYS {
        for (code, kind) in [
            (400, FailureKind::Rejected),
            (401, FailureKind::WrongKey),
            (403, FailureKind::Rejected),
            (404, FailureKind::Rejected),
            (413, FailureKind::Rejected),
        ] {
            let message = format!("no: your key {KEY} is not fine");
            let (failure, times) = failing(wire, streamed, Reply::status(code, &message)).await;
            assert_eq!((failure.kind, times), (kind, 1), "{code}: {failure}");
            assert!(failure.message.contains("your key [key] is not fine"), "{failure}");
            assert!(failure.message.contains(&format!("({code})")), "{failure}");
        }
        // A used-up quota is said with 429 and does not pass.
        let (failure, times) =
            failing(wire, streamed, Reply::status(429, "insufficient_quota: pay first")).await;
        assert_eq!((failure.kind, times), (FailureKind::Rejected, 1), "{failure}");
    }
}

#[tokio::test]
async fn what_may_pass_is_tried_until_patience_ends() {
    for (wire, streamed) in WAYS {
        for (code, kind) in [
            (429, FailureKind::RateLimited),
            (500, FailureKind::Overloaded),
            (503, FailureKind::Overloaded),
            (529, FailureKind::Overloaded),
        ] {
            let (failure, times) = failing(wire, streamed, Reply::status(code, "later")).await;
            assert_eq!((failure.kind, times), (kind, 3), "{code}: {failure}");
            assert!(failure.message.starts_with("3 attempts failed; the last one: "), "{failure}");
        }
    }
}

#[tokio::test]
async fn retry_after_is_obeyed() {
    for (wire, streamed) in WAYS {
        let server = Server::start(|shown| match shown.number {
            0 => Reply::Status(429, vec![("retry-after", "0.3".into())], "slower".into()),
            1 => Reply::Status(529, vec![("retry-after-ms", "200".into())], "slower".into()),
            _ => Reply::text("now"),
        });
        let begun = Instant::now();
        let caller = caller_of(&server, wire, streamed);
        assert_eq!(caller.ask(&request("go")).await.unwrap().text(), "now");
        assert!(begun.elapsed() >= Duration::from_millis(500), "waited {:?}", begun.elapsed());
        assert_eq!(caller.budget().spent().calls, 3);
    }
}

#[tokio::test]
async fn a_wait_that_is_too_long_is_not_waited() {
    let server = Server::start(|_| Reply::Status(429, vec![("retry-after", "3600".into())], "slower".into()));
    let failure = caller_of(&server, Wire::Messages, true).ask(&request("go")).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::RateLimited);
    assert!(failure.message.contains("asks to wait for 3600 s"), "{failure}");
    assert_eq!(server.shown().len(), 1);
}

#[tokio::test]
async fn a_stream_dropped_anywhere_is_tried_again_and_paid_for() {
    let said = Said::text("A somewhat longer answer – 漢字, so that there is something to drop.");
    for (wire, streamed) in WAYS {
        for bytes in (0..400).step_by(23) {
            let first = said.clone();
            let server = Server::start(move |shown| match shown.number {
                0 => Reply::Dropped(first.clone(), bytes),
                _ => Reply::Said(first.clone()),
            });
            let caller = caller_of(&server, wire, streamed);
            let answer = caller.ask(&request("go")).await.unwrap();
            assert_eq!(answer.content, said.content, "{wire:?}, dropped after {bytes}");
            let spent = caller.budget().spent();
            assert_eq!(spent.calls, 2);
            assert!(spent.usage.input > 100, "the attempt that was dropped is paid for: {spent:?}");
            assert!(spent.usage.estimated);
        }
    }
}

#[tokio::test]
async fn a_stream_that_always_drops_says_so() {
    for (wire, streamed) in WAYS {
        let (failure, times) = failing(wire, streamed, Reply::Dropped(Said::text("A long answer"), 90)).await;
        assert_eq!((failure.kind, times), (FailureKind::Dropped, 3), "{failure}");
        assert!(failure.message.contains("in the middle of an answer"), "{failure}");
    }
}

#[tokio::test]
async fn an_error_in_the_middle_of_a_stream_is_no_answer() {
    for wire in [Wire::Messages, Wire::Chat] {
        let reply = Reply::Broken(Said::text("A somewhat longer answer."), "overloaded_error");
        let (failure, times) = failing(wire, true, reply).await;
        assert_eq!((failure.kind, times), (FailureKind::Overloaded, 3), "{failure}");
        assert!(failure.message.contains("we are sorry"), "{failure}");
        let reply = Reply::Broken(Said::text("A somewhat longer answer."), "invalid_request_error");
        let (failure, times) = failing(wire, true, reply).await;
        assert_eq!((failure.kind, times), (FailureKind::Rejected, 1), "{failure}");
    }
}

#[tokio::test]
async fn what_is_no_answer_is_malformed() {
    for (wire, streamed) in WAYS {
        let event: &[u8] = match wire {
            Wire::Messages => b"event: content_block_delta\ndata: {\"type\": \xff\n\n",
            _ => b"data: {\"choices\": [{\"delta\": {\"content\": \"a\"}\n\n",
        };
        for (media, body) in [
            ("text/html", &b"<html>log in first</html>"[..]),
            ("application/json", &b"{\"id\": 1,"[..]),
            ("text/event-stream", event),
            ("application/json", &b"{}"[..]),
            ("application/json", &b"[]"[..]),
        ] {
            let (failure, times) = failing(wire, streamed, Reply::Body(media, body.to_vec())).await;
            let fine = matches!(failure.kind, FailureKind::Malformed | FailureKind::Dropped);
            assert!(
                fine && times == 3,
                "{wire:?} {streamed} {media} {:?}: {failure}",
                String::from_utf8_lossy(body)
            );
        }
    }
}

#[tokio::test]
async fn silence_is_ended() {
    for (wire, streamed) in WAYS {
        let server = Server::start(|_| Reply::Silent(Said::text("A long answer"), Duration::from_secs(3)));
        let limits = "attempts = 1\n[timeouts]\nsilence = 0.3\ntimeout = 0.6\n";
        let client = client_of(&server, wire, streamed, limits);
        let begun = Instant::now();
        let failure =
            client.attempt(&request("go"), &specgen::model::Unwatched, &Cancel::new()).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::TimedOut, "{failure}");
        assert!(begun.elapsed() < Duration::from_millis(2800), "{:?}", begun.elapsed());
        assert!(!failure.spent.is_nothing());
    }
}

#[tokio::test]
async fn a_call_is_stopped_from_outside_at_once() {
    for (wire, streamed) in WAYS {
        let server = Server::start(|_| Reply::Silent(Said::text("A long answer"), Duration::from_secs(3)));
        let cancel = Cancel::new();
        let caller = caller_of(&server, wire, streamed).cancel(cancel.clone());
        let stopping = async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            cancel.cancel();
        };
        let begun = Instant::now();
        let asked = request("go");
        let (result, ()) = tokio::join!(caller.ask(&asked), stopping);
        assert_eq!(result.unwrap_err().kind, FailureKind::Cancelled);
        assert!(begun.elapsed() < Duration::from_millis(2800), "{:?}", begun.elapsed());
        assert!(!caller.budget().spent().usage.is_nothing(), "what was sent is paid for");
        assert_eq!(caller.ask(&request("go")).await.unwrap_err().kind, FailureKind::Cancelled);
        assert_eq!(server.shown().len(), 1);
    }
}

#[tokio::test]
async fn nobody_there_is_unreachable() {
    let server = Server::start(|_| Reply::text("never"));
    let client = client_of(&server, Wire::Messages, true, "");
    let plain = client_of(&server, Wire::Chat, false, "");
    let root = server.root();
    drop(server);
    for client in [client, plain] {
        let caller = Caller::shared(client, Budget::unlimited()).patience(hasty());
        let failure = caller.ask(&request("go")).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Unreachable, "{failure}");
        assert!(failure.message.contains(&root) && failure.message.contains("refused"), "{failure}");
        assert!(failure.help.contains("base URL"), "{failure}");
        assert!(caller.budget().spent().usage.is_nothing());
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed_with_the_key() {
    let other = Server::start(|_| Reply::text("caught"));
    let url = format!("{}/messages", other.v1());
    let server =
        Server::start(move |_| Reply::Status(307, vec![("location", url.clone())], "over there".into()));
    let failure = caller_of(&server, Wire::Messages, true).ask(&request("go")).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Misconfigured, "{failure}");
    assert!(other.shown().is_empty());
}

#[tokio::test]
async fn a_budget_refuses_before_anything_is_sent() {
    let server = Server::start(|_| Reply::text("yes"));
    let budget = |limits| {
        let prices = PriceTable::parse("[\"local/tester\"]\ninput = 1\noutput = 1\n").unwrap();
        Caller::shared(client_of(&server, Wire::Chat, true, ""), Budget::new(limits, prices))
            .patience(hasty())
    };
    let calls = budget(Limits { calls: Some(2), ..Limits::default() });
    let tokens = budget(Limits { tokens: Some(1000), ..Limits::default() });
    let money = budget(Limits { usd: Some(0.001), ..Limits::default() });
    for (caller, allowed) in [(calls, 2), (tokens, 4), (money, 4)] {
        let before = server.shown().len();
        let mut last = None;
        for _ in 0..10 {
            if let Err(failure) = caller.ask(&request("go")).await {
                last = Some(failure);
            }
        }
        let failure = last.expect("a refusal");
        assert_eq!(failure.kind, FailureKind::BudgetExhausted, "{failure}");
        assert!(failure.help.contains("resume"), "{failure}");
        // A call spends 120 tokens and may spend 602: a fourth may still spend 360 + 602, a fifth 480 + 602.
        assert_eq!(server.shown().len() - before, allowed, "{failure}");
    }
}

#[test]
fn a_model_that_is_none_is_said_before_anything_is_sent() {
    let nothing = |_: &str| None;
    for (text, said) in [
        ("", "names no model"),
        ("anthropic/", "names no model"),
        ("exec:", "is no command"),
        ("exec:a 'b", "is no command"),
        ("nobody/x", "no provider nobody"),
    ] {
        let failure = client::open(text, &Settings::default(), &nothing).err().expect(text);
        assert_eq!(failure.kind, FailureKind::Misconfigured);
        assert!(failure.message.contains(said), "{failure}");
    }
    let settings = Settings::parse("[providers.a]\napi = \"openai\"\nbase_url = \"ftp://h\"\n").unwrap();
    let failure = client::open("a/x", &settings, &nothing).err().expect("no HTTP");
    assert!(failure.message.contains("http or https"), "{failure}");
    let settings = format!("[providers.a]\napi = \"openai\"\nbase_url = \"http://me:{KEY}@h/v1\"\n");
    let failure =
        client::open("a/x", &Settings::parse(&settings).unwrap(), &nothing).err().expect("a key in it");
    assert!(
        failure.message.contains("holds a name or a password") && !failure.to_string().contains(KEY),
        "{failure}"
    );
}

#[test]
fn the_key_shows_nowhere_in_a_client() {
    let settings =
        Settings::parse("[providers.a]\napi = \"openai\"\nbase_url = \"http://h\"\nkey_env = \"K\"\n")
            .unwrap();
    let environment = |name: &str| (name == "K").then(|| KEY.to_owned());
    let description = client::describe("a/x", &settings, &environment).unwrap();
    let provider = specgen::model::provider::Provider::new(description.clone()).unwrap();
    for shown in [format!("{description:?}"), format!("{description:#?}"), format!("{provider:?}")] {
        assert!(!shown.contains(KEY), "{shown}");
        assert!(shown.contains("[key]"), "{shown}");
    }
}
