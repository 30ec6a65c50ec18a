//! Which file is meant: the spec, and the model's configuration.
//!
//! Enters: what the user wrote. Leaves: files that exist, or a diagnostic that says where was sought.
//! Holds: nothing is read but what is found; the working folder comes before the spec's.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use tla_checker::config;
use tla_checker::model::Model;
use tla_parser::code;
use tla_parser::diagnostic::Diagnostic;
use tla_parser::source::SourceMap;

/// The spec: as given, or with `.tla` added.
///
/// # Errors
/// There is no such file.
pub fn spec(given: &Path) -> Result<PathBuf, Box<Diagnostic>> {
    let candidates = [given.to_owned(), with_extension(given, "tla")];
    if let Some(found) = candidates.iter().find(|p| p.is_file()) {
        return Ok(found.clone());
    }
    let mut error = Diagnostic::error(code::FILE_NOT_FOUND, format!("there is no file {}", given.display()));
    if candidates[0] != candidates[1] {
        error = error.note(format!("nor is there {}", candidates[1].display()));
    }
    if given.is_dir() {
        error = error.note(format!("{} is a folder", given.display()));
    }
    let folder = given.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.exists() {
        error = error.note(format!("nor is there a folder {}", folder.display()));
    } else if let Some(close) = similar(folder, &candidates[1], "tla") {
        error = error.help(format!("did you mean {}?", close.display()));
    }
    Err(Box::new(error))
}

/// The file in `folder` whose name is close to that of `wanted`.
fn similar(folder: &Path, wanted: &Path, extension: &str) -> Option<PathBuf> {
    let name = wanted.file_stem()?.to_string_lossy().to_lowercase();
    let entries = std::fs::read_dir(folder).ok()?.take(1000);
    entries
        .filter_map(|e| Some(e.ok()?.path()))
        .filter(|p| p.extension().is_some_and(|e| e == extension))
        .filter_map(|p| {
            let other = p.file_stem()?.to_string_lossy().to_lowercase();
            let distance = strsim::osa_distance(&name, &other);
            (distance <= name.len().max(3) / 3).then_some((distance, p))
        })
        .min()
        .map(|(_, path)| path.strip_prefix(".").map(Path::to_owned).unwrap_or(path))
}

/// A configuration: its model and warnings, and the file it came from.
pub struct Found {
    /// The model; without behaviour where there is no configuration at all.
    pub model: Model,
    /// What deserves attention.
    pub warnings: Vec<Diagnostic>,
    /// The file's name, if there is one.
    pub file: Option<String>,
}

/// The configuration named, or else the one beside the spec, or else the one inside it.
///
/// # Errors
/// It is named and does not exist, or it cannot be read.
pub fn model(named: Option<&Path>, spec: &Path, sources: &mut SourceMap) -> Result<Found, Vec<Diagnostic>> {
    if let Some(named) = named {
        let path = named_config(named, spec).map_err(|d| vec![*d])?;
        return from_file(&path, sources);
    }
    let beside = spec.with_extension("cfg");
    if beside.is_file() {
        return from_file(&beside, sources);
    }
    let text = read(spec).map_err(|d| vec![*d])?;
    if let Some(range) = config::embedded(&text) {
        let name = spec.display().to_string();
        let file = sources.add(name.clone(), Arc::from(text.as_str()));
        let (model, warnings) = config::parse_range(file, &text, range).accept()?;
        return Ok(Found { model, warnings, file: Some(name) });
    }
    let warning = Diagnostic::warning(
        code::NO_CONFIGURATION,
        format!("there is no configuration: {} does not exist", beside.display()),
    )
    .note("only the assumptions are evaluated")
    .help("write one, or name one with --config");
    Ok(Found { model: Model::new(), warnings: vec![warning], file: None })
}

/// The name and text of the configuration named, or else of the one beside the spec, if there is one.
///
/// # Errors
/// It is named and does not exist, or it cannot be read.
pub fn configuration(named: Option<&Path>, spec: &Path) -> Result<Option<(String, String)>, Box<Diagnostic>> {
    let path = match named {
        Some(named) => named_config(named, spec)?,
        None => spec.with_extension("cfg"),
    };
    if !path.is_file() {
        return Ok(None);
    }
    Ok(Some((path.display().to_string(), read(&path)?)))
}

fn named_config(named: &Path, spec: &Path) -> Result<PathBuf, Box<Diagnostic>> {
    let folder = spec.parent().unwrap_or(Path::new(""));
    let mut candidates = vec![named.to_owned(), with_extension(named, "cfg")];
    candidates.extend([folder.join(named), folder.join(with_extension(named, "cfg"))]);
    let mut seen = Vec::new();
    candidates.retain(|c| {
        !seen.contains(c) && {
            seen.push(c.clone());
            true
        }
    });
    if let Some(found) = candidates.iter().find(|p| p.is_file()) {
        return Ok(found.clone());
    }
    let mut error = Diagnostic::error(code::FILE_NOT_FOUND, format!("there is no file {}", named.display()));
    for candidate in &candidates[1..] {
        error = error.note(format!("nor is there {}", candidate.display()));
    }
    Err(Box::new(error))
}

fn from_file(path: &Path, sources: &mut SourceMap) -> Result<Found, Vec<Diagnostic>> {
    let text = read(path).map_err(|d| vec![*d])?;
    let name = path.display().to_string();
    let file = sources.add(name.clone(), Arc::from(text.as_str()));
    let (model, warnings) = config::parse(file, &text).accept()?;
    Ok(Found { model, warnings, file: Some(name) })
}

/// The text of a file.
///
/// # Errors
/// It cannot be read, is not UTF-8, or is too large for the offsets of spans.
pub fn read(path: &Path) -> Result<String, Box<Diagnostic>> {
    let unreadable = |why: String| {
        let message = format!("cannot read {}: {why}", path.display());
        Box::new(Diagnostic::error(code::FILE_UNREADABLE, message))
    };
    let size = std::fs::metadata(path).map_err(|e| unreadable(e.to_string()))?.len();
    if size >= u64::from(u32::MAX) {
        return Err(unreadable("it has 4 GiB or more".into()));
    }
    let bytes = std::fs::read(path).map_err(|e| unreadable(e.to_string()))?;
    String::from_utf8(bytes).map_err(|e| {
        let line = e.as_bytes()[..e.utf8_error().valid_up_to()].iter().filter(|&&b| b == b'\n').count() + 1;
        unreadable(format!("line {line} is not UTF-8"))
    })
}

fn with_extension(path: &Path, extension: &str) -> PathBuf {
    if path.extension().is_some_and(|e| e == extension) {
        return path.to_owned();
    }
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    name.into()
}
