//! `specgen.toml`: budgets, providers and tool servers, as data.
//!
//! Enters: the file's text. Leaves: [`Settings`], or a message that says which line is wrong and why.
//! Holds: nothing unknown is passed over; nothing here is secret: keys and environments are named, not written.
//!
//! ```
//! let settings = specgen::settings::Settings::parse(r#"
//!     model = "anthropic/claude-sonnet-4-5"
//!     prices = "prices.toml"          # goes before the prices that come with the program
//!
//!     [budget]
//!     usd = 20.0
//!
//!     [timeouts]                      # seconds
//!     silence = 120
//!
//!     [providers.cellar]              # used as --model cellar/NAME
//!     api = "openai"
//!     base_url = "http://10.0.0.7:8000/v1"
//!     key_file = "/run/secrets/cellar"
//!
//!     [servers.git]
//!     command = "mcp-server-git"
//!     args = ["--repository", "."]
//!     tools = ["git_log", "git_show"]
//! "#).unwrap();
//! assert_eq!(settings.providers["cellar"].base_url.as_deref(), Some("http://10.0.0.7:8000/v1"));
//! ```

use crate::model::budget::Limits;
use crate::model::caller::Patience;
use crate::model::price::PriceTable;
use crate::model::provider::{Api, Timeouts};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What `specgen.toml` says.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The model that is asked unless the command line names one.
    pub model: Option<String>,
    /// A file with prices.
    pub prices: Option<PathBuf>,
    /// What a run may spend.
    pub budget: Limits,
    /// How long things may take.
    pub timeouts: Seconds,
    /// How often a call is tried, the first attempt with it.
    pub attempts: Option<usize>,
    /// Providers by name: others than those known, or known ones at another address.
    pub providers: BTreeMap<String, ProviderSettings>,
    /// Tool servers by name.
    pub servers: BTreeMap<String, ServerSettings>,
}

/// Time limits in seconds; what is not given is as usual.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Seconds {
    /// Until a connection stands.
    pub connect: Option<f64>,
    /// Until the first byte, and between two pieces of a stream.
    pub silence: Option<f64>,
    /// For a whole answer.
    pub timeout: Option<f64>,
}

/// A provider.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProviderSettings {
    /// The wire format; a provider that is not known needs it.
    pub api: Option<Api>,
    /// The address that paths are added to.
    pub base_url: Option<String>,
    /// The environment variable that holds the key.
    pub key_env: Option<String>,
    /// The file that holds the key.
    pub key_file: Option<PathBuf>,
    /// Answers come as a stream, as is usual.
    pub stream: Option<bool>,
}

/// A tool server: a program that speaks MCP over its standard streams.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerSettings {
    /// The program.
    pub command: String,
    /// Its arguments.
    #[serde(default)]
    pub args: Vec<String>,
    /// The variables of our environment that it is given, by name; PATH and HOME are always among them.
    #[serde(default)]
    pub env: Vec<String>,
    /// The tools of it that a model may call; all if it is not given.
    #[serde(default)]
    pub tools: Option<Vec<String>>,
    /// How long it may take to start, and for each call, in seconds.
    #[serde(default = "server_timeout")]
    pub timeout: f64,
    /// The most bytes of a result that a model is shown.
    #[serde(default = "server_bytes")]
    pub max_bytes: usize,
}

fn server_timeout() -> f64 {
    60.0
}

fn server_bytes() -> usize {
    50_000
}

impl Settings {
    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read, or it is wrong: the message names the file and the line.
    pub fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path)
            .map_err(|e| format!("the settings {} cannot be read: {e}", path.display()))?;
        let parsed = Settings::parse(&text);
        let mut settings = parsed.map_err(|e| format!("the settings {} are wrong: {e}", path.display()))?;
        // Files that it names are beside it, wherever the program was started.
        let folder = path.parent().unwrap_or(Path::new(""));
        let keys = settings.providers.values_mut().filter_map(|p| p.key_file.as_mut());
        for named in settings.prices.iter_mut().chain(keys) {
            *named = folder.join(&*named);
        }
        Ok(settings)
    }

    /// The prices that come with the program, with those of the file that is named in front.
    ///
    /// # Errors
    /// That file cannot be read, or is wrong.
    pub fn price_table(&self) -> Result<PriceTable, String> {
        let Some(path) = &self.prices else { return Ok(PriceTable::built_in()) };
        let text = std::fs::read_to_string(path)
            .map_err(|e| format!("the prices {} cannot be read: {e}", path.display()))?;
        let own =
            PriceTable::parse(&text).map_err(|e| format!("the prices {} are wrong: {e}", path.display()))?;
        Ok(PriceTable::built_in().overridden_by(own))
    }

    /// Reads a text.
    ///
    /// # Errors
    /// It is wrong: the message shows the line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let settings: Settings = toml::from_str(text).map_err(|e| e.to_string())?;
        settings.validate()?;
        Ok(settings)
    }

    fn validate(&self) -> Result<(), String> {
        let seconds = [
            ("timeouts.connect", self.timeouts.connect),
            ("timeouts.silence", self.timeouts.silence),
            ("timeouts.timeout", self.timeouts.timeout),
        ];
        let servers = self.servers.iter().map(|(name, s)| (name.as_str(), Some(s.timeout)));
        for (name, value) in seconds.into_iter().chain(servers) {
            if value.is_some_and(|v| !(v > 0.0 && v <= 86_400.0)) {
                return Err(format!("{name}: a time limit is more than 0 and at most 86400 seconds"));
            }
        }
        if self.budget.usd.is_some_and(|v| !v.is_finite() || v < 0.0) {
            return Err("budget.usd: a budget is a number that is not negative".into());
        }
        if self.attempts == Some(0) {
            return Err("attempts: a call must be tried at least once".into());
        }
        for (name, provider) in &self.providers {
            if name.contains('/') || name.contains(':') || name.is_empty() {
                return Err(format!("providers.{name}: a provider's name holds no / and no :"));
            }
            if provider.key_env.is_some() && provider.key_file.is_some() {
                return Err(format!("providers.{name}: the key is in key_env or in key_file, not in both"));
            }
        }
        for (name, server) in &self.servers {
            let fine = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
            if name.is_empty() || name.len() > 24 || !name.chars().all(fine) {
                return Err(format!(
                    "servers.{name}: a server's name is of letters, digits, _ and -, at most 24"
                ));
            }
            if server.command.is_empty() {
                return Err(format!("servers.{name}: the command is empty"));
            }
            if server.max_bytes < 1000 {
                return Err(format!("servers.{name}: max_bytes is at least 1000"));
            }
        }
        Ok(())
    }

    /// The time limits of providers.
    pub fn timeouts(&self) -> Timeouts {
        let usual = Timeouts::default();
        let or = |given: Option<f64>, usual| given.map_or(usual, Duration::from_secs_f64);
        Timeouts {
            connect: or(self.timeouts.connect, usual.connect),
            silence: or(self.timeouts.silence, usual.silence),
            whole: or(self.timeouts.timeout, usual.whole),
        }
    }

    /// How often and how long calls are tried again.
    pub fn patience(&self) -> Patience {
        let usual = Patience::default();
        Patience { attempts: self.attempts.unwrap_or(usual.attempts), ..usual }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> String {
        Settings::parse(text).expect_err(text)
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        assert!(wrong("[budget]\nusdd = 1\n").contains("usdd"));
        assert!(wrong("[budget]\nusd = -1\n").contains("budget.usd"));
        assert!(wrong("[timeouts]\nsilence = 0\n").contains("timeouts.silence"));
        assert!(wrong("[providers.\"a/b\"]\n").contains("providers.a/b"));
        assert!(wrong("[providers.a]\nkey_env = \"A\"\nkey_file = \"b\"\n").contains("not in both"));
        assert!(wrong("[providers.a]\nkey = \"sk\"\n").contains("key"));
        assert!(wrong("[providers.a]\napi = \"soap\"\n").contains("openai-responses"));
        assert!(wrong("[servers.\"a b\"]\ncommand = \"x\"\n").contains("servers.a b"));
        assert!(wrong("[servers.a]\nargs = []\n").contains("command"));
        assert!(wrong("attempts = 0").contains("at least once"));
    }

    #[test]
    fn files_that_are_named_are_beside_the_settings() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("specgen.toml");
        std::fs::write(&path, "prices = \"p.toml\"\n[providers.a]\nkey_file = \"k\"\n").unwrap();
        let settings = Settings::read(&path).unwrap();
        assert_eq!(settings.providers["a"].key_file.as_deref(), Some(folder.path().join("k").as_path()));
        assert!(settings.price_table().unwrap_err().contains("cannot be read"));
        std::fs::write(folder.path().join("p.toml"), "[\"a/m\"]\ninput = 1\noutput = 2\n").unwrap();
        let prices = settings.price_table().unwrap();
        assert!(prices.price("a/m").is_some() && prices.price("openai/gpt-5").is_some());
        std::fs::write(folder.path().join("p.toml"), "[\"a/m\"]\ninput = -1\noutput = 2\n").unwrap();
        assert!(settings.price_table().unwrap_err().contains("p.toml are wrong"));
        assert!(Settings::read(&folder.path().join("none")).unwrap_err().contains("cannot be read"));
        std::fs::write(&path, "budgets = 1\n").unwrap();
        assert!(Settings::read(&path).unwrap_err().contains("budgets"));
    }

    #[test]
    fn nothing_is_needed() {
        let settings = Settings::parse("").unwrap();
        assert_eq!(settings, Settings::default());
        assert_eq!(settings.timeouts(), Timeouts::default());
        assert_eq!(settings.patience(), Patience::default());
    }
}
