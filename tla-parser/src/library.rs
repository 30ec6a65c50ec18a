//! Where modules come from: memory, folders, and the modules embedded in this crate.
//!
//! Enters: a module's name. Leaves: its text and where it was found.
//! Holds: sources in memory win over folders, folders in their order over embedded modules. Where roots are given,
//! no file outside of them is read, whatever links say.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The embedded modules, name and text, in the order of their names.
pub const EMBEDDED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/library.rs"));

/// A module that was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// What to call the file.
    pub name: String,
    /// Its text.
    pub text: Arc<str>,
    /// It is one of [`EMBEDDED`].
    pub embedded: bool,
}

/// A place to look for modules.
#[derive(Clone, Debug, Default)]
pub struct Library {
    memory: BTreeMap<String, Arc<str>>,
    folders: Vec<PathBuf>,
    roots: Option<Vec<PathBuf>>,
}

impl Library {
    /// The embedded modules alone.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a module's text in memory.
    pub fn with_source(mut self, module: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        self.memory.insert(module.into(), text.into());
        self
    }

    /// Adds a folder after those already there.
    pub fn with_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folders.push(folder.into());
        self
    }

    /// Reads no file that does not lie in one of these folders, links followed: for specs that came from somebody
    /// else. A folder that does not exist holds nothing.
    pub fn within(mut self, roots: impl IntoIterator<Item = PathBuf>) -> Self {
        self.roots = Some(roots.into_iter().filter_map(|root| root.canonicalize().ok()).collect());
        self
    }

    /// Whether a file may be read.
    fn allows(&self, path: &Path) -> std::io::Result<()> {
        let Some(roots) = &self.roots else { return Ok(()) };
        let real = path.canonicalize()?;
        if roots.iter().any(|root| real.starts_with(root)) {
            return Ok(());
        }
        let kind = std::io::ErrorKind::PermissionDenied;
        Err(std::io::Error::new(
            kind,
            format!("{} lies outside the folders that may be read", path.display()),
        ))
    }

    /// Puts a folder before the others.
    pub(crate) fn with_first_folder(mut self, folder: &Path) -> Self {
        self.folders.insert(0, folder.to_path_buf());
        self
    }

    /// Looks a module up.
    ///
    /// # Errors
    /// A file of that name exists and cannot be read.
    pub fn find(&self, module: &str) -> std::io::Result<Option<Found>> {
        if let Some(text) = self.memory.get(module) {
            let name = format!("{module}.tla");
            return Ok(Some(Found { name, text: text.clone(), embedded: false }));
        }
        for folder in &self.folders {
            let path = folder.join(format!("{module}.tla"));
            if path.is_file() {
                self.allows(&path)?;
                return Ok(Some(Found {
                    name: path.display().to_string(),
                    text: read_text(&path)?.into(),
                    embedded: false,
                }));
            }
        }
        Ok(EMBEDDED.binary_search_by_key(&module, |&(name, _)| name).ok().map(|i| Found {
            name: format!("<embedded>/{module}.tla"),
            text: EMBEDDED[i].1.into(),
            embedded: true,
        }))
    }

    /// The places that are searched, in words.
    pub fn places(&self) -> Vec<String> {
        let mut places = Vec::new();
        if !self.memory.is_empty() {
            places.push("the modules given in memory".to_string());
        }
        places.extend(self.folders.iter().map(|f| {
            if f.as_os_str().is_empty() {
                "the working folder".to_string()
            } else {
                format!("`{}`", f.display())
            }
        }));
        places.push("the embedded library".to_string());
        places
    }
}

/// Reads a file as text; bytes that are not UTF-8 become U+FFFD, as they can only stand in
/// comments and strings of older specs.
///
/// # Errors
/// The file cannot be read.
pub fn read_text(path: &Path) -> std::io::Result<String> {
    Ok(match String::from_utf8(std::fs::read(path)?) {
        Ok(text) => text,
        Err(e) => String::from_utf8_lossy(e.as_bytes()).into_owned(),
    })
}

#[cfg(all(test, unix))]
mod tests {
    use super::Library;
    use std::fs;

    #[test]
    fn nothing_outside_the_roots_is_read() {
        let top = std::env::temp_dir().join(format!("tla-parser-roots-{}", std::process::id()));
        let (inside, outside) = (top.join("in"), top.join("out"));
        for folder in [&inside, &outside] {
            fs::create_dir_all(folder).expect("made");
        }
        fs::write(inside.join("Own.tla"), "own").expect("written");
        fs::write(outside.join("Other.tla"), "other").expect("written");
        std::os::unix::fs::symlink(outside.join("Other.tla"), inside.join("Linked.tla")).expect("linked");
        let library = Library::new().with_folder(&inside).with_folder(&outside);
        let closed = library.clone().within([inside.clone(), top.join("missing")]);
        assert_eq!(&*closed.find("Own").expect("readable").expect("found").text, "own");
        for module in ["Other", "Linked"] {
            assert!(library.find(module).expect("readable").is_some());
            let refused = closed.find(module).expect_err(module);
            assert_eq!(refused.kind(), std::io::ErrorKind::PermissionDenied);
            assert!(refused.to_string().contains(&format!("{module}.tla lies outside")), "{refused}");
        }
        assert!(closed.find("Naturals").expect("readable").expect("found").embedded);
        fs::remove_dir_all(top).expect("removed");
    }
}
