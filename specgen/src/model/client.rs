//! What the user writes for a model, and the client that it means.
//!
//! Enters: `PROVIDER/NAME` or `exec:COMMAND`, settings, and an environment. Leaves: a [`ModelClient`].
//! Holds: an entry in `specgen.toml` goes before the environment, and that before what is usual; nothing is sent
//! here, and a key that is needed and lacks is said before anything else happens.
//!
//! | provider | API | address from | key from |
//! | --- | --- | --- | --- |
//! | `anthropic` | Messages | `ANTHROPIC_BASE_URL` | `ANTHROPIC_API_KEY` |
//! | `openai` | chat completions | `OPENAI_BASE_URL` | `OPENAI_API_KEY` |
//! | `openai-responses` | responses | `OPENAI_BASE_URL` | `OPENAI_API_KEY` |
//! | `gemini` | generateContent | `GEMINI_BASE_URL` | `GEMINI_API_KEY`, `GOOGLE_API_KEY` |
//! | `ollama` | Ollama's | `OLLAMA_HOST` | none |
//! | one of `specgen.toml` | its `api` | its `base_url` | its `key_env` or `key_file` |

use super::ModelClient;
use super::command::Command;
use super::failure::{Failure, FailureKind};
use super::provider::{Api, Description, Provider};
use super::secret::Secret;
use crate::settings::{ProviderSettings, Settings};
use std::sync::Arc;

/// Looks up a variable of an environment.
pub type Environment<'a> = &'a (dyn Fn(&str) -> Option<String> + Sync);

/// The environment of this process.
pub fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// A provider that is known by name.
struct Known {
    name: &'static str,
    api: Api,
    address: &'static str,
    keys: &'static [&'static str],
}

const KNOWN: [Known; 5] = [
    Known {
        name: "anthropic",
        api: Api::Anthropic,
        address: "ANTHROPIC_BASE_URL",
        keys: &["ANTHROPIC_API_KEY"],
    },
    Known { name: "openai", api: Api::Openai, address: "OPENAI_BASE_URL", keys: &["OPENAI_API_KEY"] },
    Known {
        name: "openai-responses",
        api: Api::OpenaiResponses,
        address: "OPENAI_BASE_URL",
        keys: &["OPENAI_API_KEY"],
    },
    Known {
        name: "gemini",
        api: Api::Gemini,
        address: "GEMINI_BASE_URL",
        keys: &["GEMINI_API_KEY", "GOOGLE_API_KEY"],
    },
    Known { name: "ollama", api: Api::Ollama, address: "OLLAMA_HOST", keys: &[] },
];

/// The client that `text` means.
///
/// # Errors
/// [`FailureKind::Misconfigured`]: it means none. [`FailureKind::WrongKey`]: it needs a key, and there is none.
pub fn open(
    text: &str,
    settings: &Settings,
    environment: Environment<'_>,
) -> Result<Arc<dyn ModelClient>, Failure> {
    if let Some(command) = text.strip_prefix("exec:") {
        return Ok(Arc::new(Command::new(command, settings.timeouts().whole)?));
    }
    Ok(Arc::new(Provider::new(describe(text, settings, environment)?)?))
}

/// The provider and model that `PROVIDER/NAME` means.
///
/// # Errors
/// As [`open`].
pub fn describe(
    text: &str,
    settings: &Settings,
    environment: Environment<'_>,
) -> Result<Description, Failure> {
    let misconfigured =
        |message: String, help: &str| Failure::new(FailureKind::Misconfigured, message, help.to_owned());
    let (provider, model) =
        text.split_once('/').filter(|(p, m)| !p.is_empty() && !m.is_empty()).ok_or_else(|| {
            misconfigured(
                format!("{text:?} names no model"),
                "write PROVIDER/NAME, as anthropic/claude-sonnet-4-5 or ollama/qwen3, or exec:COMMAND",
            )
        })?;
    let known = KNOWN.iter().find(|k| k.name == provider);
    let nothing = ProviderSettings::default();
    let given = settings.providers.get(provider);
    if known.is_none() && given.is_none() {
        let mut names: Vec<&str> = KNOWN.iter().map(|k| k.name).collect();
        names.extend(settings.providers.keys().map(String::as_str));
        return Err(misconfigured(
            format!("there is no provider {provider}"),
            &format!(
                "known are {}; others are described in specgen.toml, [providers.NAME]",
                names.join(", ")
            ),
        ));
    }
    let given = given.unwrap_or(&nothing);
    let api = given.api.or(known.map(|k| k.api)).ok_or_else(|| {
        misconfigured(
            format!("providers.{provider} does not say which API it speaks"),
            "add api = \"openai\", or \"anthropic\", \"openai-responses\", \"gemini\", \"ollama\"",
        )
    })?;
    let base_url = match (&given.base_url, known) {
        (Some(url), _) => url.clone(),
        (None, Some(known)) => variable(environment, known.address).unwrap_or_else(|| api.home().to_owned()),
        (None, None) => {
            return Err(misconfigured(
                format!("providers.{provider} has no address"),
                "add base_url = \"http://HOST/v1\"",
            ));
        }
    };
    let base_url = address(&base_url, api);
    let key = key(provider, given, known, environment)?;
    if key.is_none() && base_url == api.home() && api != Api::Ollama {
        return Err(Failure::new(
            FailureKind::WrongKey,
            format!("{provider} wants a key, and there is none"),
            format!(
                "set {}, or add key_env or key_file to [providers.{provider}] in specgen.toml",
                known.map_or("it", |k| k.keys[0])
            ),
        ));
    }
    Ok(Description {
        provider: provider.to_owned(),
        model: model.to_owned(),
        api,
        base_url,
        key,
        stream: given.stream.unwrap_or(true),
        timeouts: settings.timeouts(),
    })
}

fn variable(environment: Environment<'_>, name: &str) -> Option<String> {
    environment(name).map(|v| v.trim().to_owned()).filter(|v| !v.is_empty())
}

/// An address as the APIs' paths are added to it. Providers' own variables differ in what they hold:
/// Anthropic's is without the version, Ollama's often without the scheme.
fn address(given: &str, api: Api) -> String {
    let (given, query) = given.trim().split_once('?').unwrap_or((given.trim(), ""));
    let mut url = given.trim_end_matches('/').to_owned();
    if api == Api::Ollama && !url.contains("://") {
        url = format!("http://{url}");
    }
    if api == Api::Anthropic && !url.ends_with("/v1") {
        url.push_str("/v1");
    }
    url.push('/');
    if !query.is_empty() {
        url.push('?');
        url.push_str(query);
    }
    url
}

fn key(
    provider: &str,
    given: &ProviderSettings,
    known: Option<&Known>,
    environment: Environment<'_>,
) -> Result<Option<Secret>, Failure> {
    let lacking = |message: String| Failure::new(FailureKind::WrongKey, message, "put the key there");
    if let Some(path) = &given.key_file {
        return Secret::from_file(path).map(Some).map_err(lacking);
    }
    if let Some(name) = &given.key_env {
        return match variable(environment, name) {
            Some(value) => Ok(Some(Secret::new(value))),
            None => Err(lacking(format!("the key of {provider} is to be in {name}, and that is not set"))),
        };
    }
    // A key of the known provider goes to no other address that specgen.toml names, but to the one that stands
    // beside it in the environment.
    if given.base_url.is_some() {
        return Ok(None);
    }
    let names = known.map_or(&[][..], |k| k.keys);
    Ok(names.iter().find_map(|n| variable(environment, n)).map(Secret::new))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(text: &str, settings: &str, environment: &[(&str, &str)]) -> Result<Description, Failure> {
        let settings = Settings::parse(settings).unwrap();
        let look = |name: &str| environment.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
        describe(text, &settings, &look)
    }

    #[test]
    fn addresses_and_keys_come_from_settings_then_environment_then_what_is_usual() {
        let key = [("ANTHROPIC_API_KEY", "sk-1"), ("ANTHROPIC_BASE_URL", "http://127.0.0.1:9")];
        let found = described("anthropic/m", "", &key).unwrap();
        assert_eq!((found.base_url.as_str(), found.api), ("http://127.0.0.1:9/v1/", Api::Anthropic));
        assert_eq!(found.key.unwrap().reveal(), "sk-1");
        let found = described("anthropic/m", "", &key[..1]).unwrap();
        assert_eq!(found.base_url, Api::Anthropic.home());
        let elsewhere = "[providers.anthropic]\nbase_url = \"http://other/v1/\"\n";
        let found = described("anthropic/m", elsewhere, &key).unwrap();
        assert_eq!(found.base_url, "http://other/v1/");
        assert!(found.key.is_none(), "the key must not go to another address");
        let own = "[providers.mine]\napi = \"openai\"\nbase_url = \"http://h/v1\"\nkey_env = \"MINE\"\n";
        let found = described("mine/org/m", own, &[("MINE", " k \n")]).unwrap();
        assert_eq!((found.model.as_str(), found.key.unwrap().reveal()), ("org/m", "k"));
        let found = described("openai/m", "", &[("OPENAI_BASE_URL", "https://h/v1?version=2")]).unwrap();
        assert_eq!(found.base_url, "https://h/v1/?version=2");
        let found = described("ollama/m", "", &[("OLLAMA_HOST", "box:11434")]).unwrap();
        assert_eq!(found.base_url, "http://box:11434/");
    }

    #[test]
    fn what_means_no_model_is_said() {
        let kind = |text: &str, settings: &str| {
            let failure = described(text, settings, &[]).unwrap_err();
            assert!(!failure.help.is_empty());
            (failure.kind, failure.message)
        };
        assert_eq!(kind("anthropic/m", "").0, FailureKind::WrongKey);
        assert!(kind("claude", "").1.contains("names no model"));
        assert!(kind("nobody/m", "").1.contains("no provider nobody"));
        assert!(kind("a/m", "[providers.a]\n").1.contains("which API"));
        assert!(kind("a/m", "[providers.a]\napi = \"openai\"\n").1.contains("no address"));
        assert!(
            kind("a/m", "[providers.a]\napi = \"openai\"\nkey_env = \"NONE\"\nbase_url = \"http://h\"\n")
                .1
                .contains("NONE")
        );
    }
}
