//! Snapshot files: what a test shows is compared with what was recorded and reviewed.
//!
//! Enters: a path and a text. Holds: `UPDATE_EXPECT=1` writes the file; without it a missing or empty
//! expectation is an error of the harness, never a pass.

use std::path::{Path, PathBuf};

/// A folder below `tests/fixtures`.
#[allow(dead_code)]
pub fn fixtures(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(folder)
}

/// Compares `actual` with the file, or writes the file. Returns what is wrong.
pub fn compare(expectation: &Path, actual: &str) -> Result<(), String> {
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(expectation, actual).map_err(|e| format!("{}: {e}", expectation.display()))?;
        return Ok(());
    }
    let name = expectation.display();
    let wanted = std::fs::read_to_string(expectation).map_err(|e| format!("{name}: {e}"))?;
    if wanted.trim().is_empty() {
        return Err(format!("{name}: the expectation is empty"));
    }
    if wanted == actual {
        return Ok(());
    }
    let line = wanted.lines().zip(actual.lines()).take_while(|(w, a)| w == a).count();
    Err(format!(
        "{name}: differs from line {}\n--- wanted\n{wanted}\n--- actual\n{actual}\n(UPDATE_EXPECT=1 rewrites)",
        line + 1
    ))
}

/// Compares `actual` with the file and panics with the difference.
#[allow(dead_code)]
pub fn check(expectation: &Path, actual: &str) {
    if let Err(what) = compare(expectation, actual) {
        panic!("{what}");
    }
}
