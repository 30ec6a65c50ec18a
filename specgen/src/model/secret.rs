//! Keys: where they come from, and that they go nowhere else.
//!
//! Enters: the value of an environment variable, or the name of a file. Leaves: a [`Secret`] that only the client of a
//! provider opens.
//! Holds: a secret has no `Serialize`, its `Debug` shows nothing, it is wiped when it is dropped (`secrecy`), and
//! [`Secret::redact`] takes it out of whatever others say, as providers quote the key that they reject.

use secrecy::{ExposeSecret, SecretString};
use std::fmt;
use std::path::Path;

/// A key.
#[derive(Clone)]
pub struct Secret(SecretString);

/// What stands in the place of a key.
const HIDDEN: &str = "[key]";

/// The shortest piece of a key that is taken out of texts.
const TELLING: usize = 8;

impl Secret {
    /// A secret that is already at hand.
    pub fn new(text: impl Into<String>) -> Self {
        Secret(SecretString::from(text.into()))
    }

    /// What a file holds, without the white space around it.
    ///
    /// # Errors
    /// It cannot be read, is empty, or is more than one line.
    pub fn from_file(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path)
            .map_err(|e| format!("the key file {} cannot be read: {e}", path.display()))?;
        let text = text.trim();
        if text.is_empty() || text.lines().count() > 1 {
            return Err(format!("the key file {} must hold one line, the key", path.display()));
        }
        Ok(Secret::new(text))
    }

    /// The key itself, for the one who sends it.
    pub(super) fn reveal(&self) -> &str {
        self.0.expose_secret()
    }

    /// `text` with the key taken out, also where it stands as JSON or a URL would write it, and where only a long
    /// beginning or end of it is shown.
    pub fn redact(&self, text: &str) -> String {
        let key = self.reveal();
        if key.is_empty() {
            return text.to_owned();
        }
        let quoted = serde_json::Value::String(key.to_owned()).to_string();
        let quoted = quoted.trim_matches('"');
        let encoded: String = key
            .bytes()
            .map(|b| match b {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    (b as char).to_string()
                }
                other => format!("%{other:02X}"),
            })
            .collect();
        let mut clean = text.replace(key, HIDDEN).replace(quoted, HIDDEN).replace(&encoded, HIDDEN);
        let letters: Vec<char> = key.chars().collect();
        for length in (TELLING..letters.len()).rev() {
            let head: String = letters[..length].iter().collect();
            let tail: String = letters[letters.len() - length..].iter().collect();
            clean = clean.replace(&head, HIDDEN).replace(&tail, HIDDEN);
        }
        clean
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret([key])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_shows_nowhere() {
        let secret = Secret::new("sk-test/0123456789\"abcdef");
        let said = "bad key sk-test/0123456789\"abcdef, \"sk-test/0123456789\\\"abcdef\", \
                    sk-test%2F0123456789%22abcdef, sk-test/01******, ***89\"abcdef";
        let clean = secret.redact(said);
        assert_eq!(clean, "bad key [key], \"[key]\", [key], [key]******, ***[key]");
        assert_eq!(format!("{secret:?}"), "Secret([key])");
        assert_eq!(Secret::new("").redact("as it was"), "as it was");
    }

    #[test]
    fn a_key_file_holds_one_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::fs::write(&path, "  sk-1234567890\n").unwrap();
        assert_eq!(Secret::from_file(&path).unwrap().reveal(), "sk-1234567890");
        std::fs::write(&path, "one\ntwo\n").unwrap();
        assert!(Secret::from_file(&path).unwrap_err().contains("must hold one line"));
        assert!(Secret::from_file(&folder.path().join("none")).unwrap_err().contains("cannot be read"));
    }
}
