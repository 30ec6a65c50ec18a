//! Paths, and that they stay inside.
//!
//! Enters: a path as a model writes it. Leaves: a place inside of the root, without links, or a refusal by name.
//! Holds: `..` is taken apart before the file system is asked, so nobody learns what exists outside; what is left
//! is then resolved with all its links, and must still be inside. Places have one name each, relative, with slashes.

use super::{Codebase, Refusal};
use std::path::{Component, Path, PathBuf};

/// A file or folder inside of the root.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// Without links.
    pub full: PathBuf,
    /// Relative to the root, with slashes; `.` for the root itself.
    pub relative: String,
}

impl Codebase {
    pub(super) fn place(&self, given: &str) -> Result<Place, Refusal> {
        let outside = |link| Refusal::Outside { path: given.to_owned(), link };
        if given.contains('\0') {
            return Err(Refusal::Arguments { why: "a path holds no NUL".into() });
        }
        let path = Path::new(given);
        let path = match path.strip_prefix(&self.root) {
            Ok(inside) => inside,
            Err(_) if path.is_absolute() => return Err(outside(false)),
            Err(_) => path,
        };
        let mut parts: Vec<&std::ffi::OsStr> = Vec::new();
        for component in path.components() {
            match component {
                Component::Normal(part) => parts.push(part),
                Component::CurDir => {}
                Component::ParentDir => {
                    parts.pop().ok_or_else(|| outside(false))?;
                }
                Component::RootDir | Component::Prefix(_) => return Err(outside(false)),
            }
        }
        if parts.iter().any(|p| p.eq_ignore_ascii_case(".git")) {
            return Err(Refusal::Internal { path: given.to_owned() });
        }
        let full = self.root.join(parts.iter().collect::<PathBuf>());
        let full = full.canonicalize().map_err(|e| match Refusal::unreadable(given, &e) {
            Refusal::NotThere { path, .. } => {
                let close = self.close_to(&parts.iter().collect::<PathBuf>());
                Refusal::NotThere { path, close }
            }
            other => other,
        })?;
        let inside = full.strip_prefix(&self.root).map_err(|_| outside(true))?;
        if inside.components().any(|c| c.as_os_str().eq_ignore_ascii_case(".git")) {
            return Err(Refusal::Internal { path: given.to_owned() });
        }
        let relative = relative(inside);
        Ok(Place { full, relative })
    }

    /// A file of the same name elsewhere: models forget folders.
    fn close_to(&self, wanted: &Path) -> Option<String> {
        let name = wanted.file_name()?;
        let found = super::search::walk(self, &self.root, super::search::Hidden::default());
        found.take(20_000).map(|p| p.relative).find(|r| Path::new(r).file_name() == Some(name))
    }
}

/// A path below the root as it is shown.
pub(super) fn relative(inside: &Path) -> String {
    let parts: Vec<_> = inside.components().map(|c| c.as_os_str().to_string_lossy()).collect();
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}
