//! What went wrong at a provider, sorted.
//!
//! Enters: an error of `genai`'s. Leaves: a [`Failure`] of the right kind, with what the provider said, how long it
//! wants us to wait, and what to do.
//! Holds: the key is taken out of everything quoted. What does not help by trying again is of a kind that is not
//! tried again: a quota that is used up is said with 429 by some, and is not.

use super::super::failure::{Failure, FailureKind};
use super::convert;
use super::{Api, Description};
use genai::Error;
use genai::webc;
use reqwest::header::HeaderMap;
use serde_json::Value;
use std::time::{Duration, SystemTime};

/// How much of what a provider says is quoted.
const QUOTED: usize = 500;

/// Who and where, without what an address may hold that is secret.
pub(super) fn place(at: &Description) -> String {
    let mut url = at.base_url.clone();
    if let Ok(mut parsed) = reqwest::Url::parse(&url) {
        let _ = parsed.set_username("");
        let _ = parsed.set_password(None);
        parsed.set_query(None);
        url = parsed.to_string();
    }
    format!("{}/{} at {url}", at.provider, at.model)
}

pub(super) fn classify(error: &Error, at: &Description) -> Failure {
    let mut failure = sort(error, at);
    if let Some(key) = &at.key {
        failure.message = key.redact(&failure.message);
    }
    failure
}

fn sort(error: &Error, at: &Description) -> Failure {
    match error {
        Error::HttpError { status, body, headers, .. } => http(status.as_u16(), body, headers, at),
        Error::WebModelCall { webc_error, .. } | Error::WebAdapterCall { webc_error, .. } => match webc_error
        {
            webc::Error::ResponseFailedStatus { status, body, headers } => {
                http(status.as_u16(), body, headers, at)
            }
            webc::Error::Reqwest(e) => network(e, at),
            webc::Error::ResponseFailedNotJson { content_type, body } => {
                malformed(&format!("it is {content_type:?}, not JSON: {}", quote(body)), at)
            }
            webc::Error::ResponseFailedInvalidJson { cause, .. } => {
                malformed(&format!("it is no valid JSON: {cause}"), at)
            }
            webc::Error::JsonValueExt(e) => malformed(&e.to_string(), at),
        },
        Error::WebStream { error, cause, .. } => {
            if let Some(inner) = error.downcast_ref::<Error>() {
                sort(inner, at)
            } else if let Some(inner) = error.downcast_ref::<reqwest::Error>() {
                network(inner, at)
            } else if error.downcast_ref::<webc::StreamTimeout>().is_some() {
                silent(at)
            } else {
                malformed(cause, at)
            }
        }
        Error::ChatResponse { body, .. } => in_stream(body, at),
        Error::ChatResponseGeneration { cause, response_body, .. } => {
            let spent = response_body.get("usage").map(convert::openai).unwrap_or_default();
            malformed(cause, at).spent(spent)
        }
        Error::StreamParse { serde_error, .. } => malformed(&serde_error.to_string(), at),
        Error::InvalidJsonResponseElement { info } => malformed(info, at),
        Error::NoChatResponse { .. } => malformed("it holds no answer", at),
        Error::JsonValueExt(e) => malformed(&e.to_string(), at),
        Error::SerdeJson(e) => malformed(&e.to_string(), at),
        Error::RequiresApiKey { .. } | Error::NoAuthResolver { .. } | Error::NoAuthData { .. } => {
            wrong_key(&format!("{} wants a key, and there is none", place(at)), at)
        }
        other => Failure::new(
            FailureKind::Misconfigured,
            format!("the request to {} cannot be made: {}", place(at), quote(&other.to_string())),
            "look at the provider's entry in specgen.toml",
        ),
    }
}

fn http(status: u16, body: &str, headers: &HeaderMap, at: &Description) -> Failure {
    let said = said(body);
    let at_place = place(at);
    let told = if said.is_empty() { String::new() } else { format!(": {said}") };
    let quota = ["insufficient_quota", "credit balance", "billing"].iter().any(|w| body.contains(w));
    let mut failure = match status {
        // Google says so with 400.
        400 if body.contains("API_KEY_INVALID") || body.contains("API key not valid") => {
            wrong_key(&format!("{at_place} does not accept the key (400){told}"), at)
        }
        401 => wrong_key(&format!("{at_place} does not accept the key (401){told}"), at),
        402 | 403 | 429 if status != 429 || quota => Failure::new(
            FailureKind::Rejected,
            format!("{at_place} does not allow this ({status}){told}"),
            "look at the account: its quota, its means, and which models it may use",
        ),
        429 => Failure::new(
            FailureKind::RateLimited,
            format!("{at_place} wants fewer calls (429){told}"),
            "resume later, or raise the account's limits",
        ),
        404 => Failure::new(
            FailureKind::Rejected,
            format!("{at_place} does not know this model or this address (404){told}"),
            "check the model's name and the provider's base URL",
        ),
        408 => Failure::new(
            FailureKind::TimedOut,
            format!("{at_place} waited too long for the request (408){told}"),
            "resume later",
        ),
        500.. | 409 | 425 => Failure::new(
            FailureKind::Overloaded,
            format!("{at_place} has no capacity or is broken ({status}){told}"),
            "resume later, or use another model",
        ),
        300..=399 => Failure::new(
            FailureKind::Misconfigured,
            format!("{at_place} points to another address ({status}), and keys are not sent there"),
            "configure the address that it points to",
        ),
        _ => Failure::new(
            FailureKind::Rejected,
            format!("{at_place} does not accept the request ({status}){told}"),
            "if it is too long, give a smaller directory; otherwise the server does not speak this API",
        ),
    };
    failure.retry_after = retry_after(headers);
    failure
}

/// An error in the middle of a stream that began well.
fn in_stream(body: &Value, at: &Description) -> Failure {
    let inner = body.get("error").unwrap_or(body);
    let kind = inner.get("type").or_else(|| inner.get("code")).and_then(Value::as_str).unwrap_or_default();
    let message = inner.get("message").and_then(Value::as_str).unwrap_or_default();
    let told = format!("{} broke off its answer ({kind}): {}", place(at), quote(message));
    let (kind, help) = match kind {
        "rate_limit_error" | "rate_limit_exceeded" => (FailureKind::RateLimited, "resume later"),
        "authentication_error" | "permission_error" => (FailureKind::WrongKey, key_help(at.api)),
        "invalid_request_error" | "not_found_error" => (FailureKind::Rejected, "give less to read at a time"),
        _ => (FailureKind::Overloaded, "resume later, or use another model"),
    };
    Failure::new(kind, told, help)
}

fn network(error: &reqwest::Error, at: &Description) -> Failure {
    // The innermost cause says what happened; those around it repeat the address.
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    if error.is_connect() || error.is_request() && !error.is_timeout() && !error.is_body() {
        return Failure::new(
            FailureKind::Unreachable,
            format!("{} cannot be reached: {cause}", place(at)),
            "check the network, and the provider's base URL in specgen.toml or the environment",
        );
    }
    if error.is_timeout() {
        return silent(at);
    }
    Failure::new(
        FailureKind::Dropped,
        format!("{} broke off in the middle of an answer: {cause}", place(at)),
        "resume later: what was answered before is kept",
    )
}

fn silent(at: &Description) -> Failure {
    Failure::new(
        FailureKind::TimedOut,
        format!("{} has sent nothing for {} s", place(at), at.timeouts.silence.as_secs_f64()),
        "resume later, or allow more time (`silence` in specgen.toml)",
    )
}

fn malformed(what: &str, at: &Description) -> Failure {
    Failure::new(
        FailureKind::Malformed,
        format!("the answer of {} cannot be read: {}", place(at), quote(what)),
        "if it stays so, this server does not speak the API that it is configured for (`api` in specgen.toml)",
    )
}

fn wrong_key(message: &str, at: &Description) -> Failure {
    Failure::new(FailureKind::WrongKey, message, key_help(at.api))
}

/// Where a key is sought.
pub(in crate::model) fn key_help(api: Api) -> &'static str {
    match api {
        Api::Anthropic => "set ANTHROPIC_API_KEY, or name a variable or a file in specgen.toml",
        Api::Openai | Api::OpenaiResponses => {
            "set OPENAI_API_KEY, or name a variable or a file in specgen.toml"
        }
        Api::Gemini => "set GEMINI_API_KEY, or name a variable or a file in specgen.toml",
        Api::Ollama => "name a variable or a file that holds the key in specgen.toml",
    }
}

/// What an error's body says, without the JSON around it.
fn said(body: &str) -> String {
    let message = serde_json::from_str::<Value>(body).ok().and_then(|v| {
        let inner = v.pointer("/error/message").or_else(|| v.get("message")).or_else(|| v.get("error"))?;
        inner.as_str().map(str::to_owned)
    });
    quote(&message.unwrap_or_else(|| body.to_owned()))
}

fn quote(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= QUOTED {
        return line;
    }
    let mut short: String = line.chars().take(QUOTED).collect();
    short.push('…');
    short
}

/// How long the provider wants us to wait: in milliseconds, in seconds, or until a date.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    if let Some(ms) = text("retry-after-ms").and_then(|t| t.parse::<f64>().ok()) {
        return Duration::try_from_secs_f64(ms / 1000.0).ok();
    }
    let value = text("retry-after")?;
    match value.parse::<f64>() {
        Ok(seconds) => Duration::try_from_secs_f64(seconds).ok(),
        Err(_) => {
            let date = httpdate::parse_http_date(value).ok()?;
            Some(date.duration_since(SystemTime::now()).unwrap_or(Duration::ZERO))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(name: &'static str, value: &str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        retry_after(&headers)
    }

    #[test]
    fn retry_after_is_seconds_milliseconds_or_a_date() {
        assert_eq!(wait("retry-after", "7"), Some(Duration::from_secs(7)));
        assert_eq!(wait("retry-after", " 0.5 "), Some(Duration::from_millis(500)));
        assert_eq!(wait("retry-after-ms", "250"), Some(Duration::from_millis(250)));
        assert_eq!(wait("retry-after", "-1"), None);
        assert_eq!(wait("retry-after", "soon"), None);
        assert_eq!(wait("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
        let later = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(100));
        let waited = wait("retry-after", &later).unwrap();
        assert!(waited > Duration::from_secs(90) && waited <= Duration::from_secs(100), "{waited:?}");
    }
}
