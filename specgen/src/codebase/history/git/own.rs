//! Whether the repository that a `.git` leads to is that of the codebase, and not any other one of the machine.
//!
//! Enters: the `.git` that git would find. Leaves: nothing, or why its history is not shown.
//! Holds: a codebase may be made by somebody who wants us to show other repositories. So a `.git` that is a folder
//! keeps all its objects and names in itself; one that is a file belongs to a work tree or a submodule, which point
//! back to it from a place that the codebase did not make. Alternates are let pass: a commit that they hold is
//! seen only by somebody who knows its hash already.

use std::fs;
use std::path::Path;

/// The most entries that are looked at.
const MOST: usize = 100_000;

pub(super) fn check(link: &Path) -> Result<(), String> {
    let foreign = || format!("{} leads to a repository that does not belong to it", link.display());
    let data = link.symlink_metadata().map_err(|e| format!("{} cannot be read: {e}", link.display()))?;
    if data.is_dir() {
        let link = link.canonicalize().map_err(|_| foreign())?;
        let shares = link.join("commondir").symlink_metadata().is_ok();
        let mut left = MOST;
        let inside = ["", "objects", "refs"].iter().all(|part| {
            let depth = if part.is_empty() { 1 } else { 8 };
            stays(&link.join(part), &link, depth, &mut left)
        });
        return if shares || !inside { Err(foreign()) } else { Ok(()) };
    }
    if !data.is_file() || data.len() > 4096 {
        return Err(foreign());
    }
    let text = fs::read_to_string(link).map_err(|_| foreign())?;
    let target = text.trim().strip_prefix("gitdir:").ok_or_else(foreign)?.trim();
    let parent = link.parent().and_then(|p| p.canonicalize().ok()).ok_or_else(foreign)?;
    let target = parent.join(target).canonicalize().map_err(|_| foreign())?;
    if is_tree(&target, link) || is_submodule(&target, &parent) { Ok(()) } else { Err(foreign()) }
}

/// Links below a folder end in `home`.
fn stays(folder: &Path, home: &Path, depth: usize, left: &mut usize) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return true };
    for entry in entries.flatten() {
        let Some(fewer) = left.checked_sub(1) else { return false };
        *left = fewer;
        let path = entry.path();
        let Ok(kind) = entry.file_type() else { return false };
        if kind.is_symlink() {
            // A link to nothing shows nothing.
            if path.canonicalize().is_ok_and(|p| !p.starts_with(home)) {
                return false;
            }
        } else if kind.is_dir() && depth > 1 && !stays(&path, home, depth - 1, left) {
            return false;
        }
    }
    true
}

/// A work tree: its folder lies in the repository that it shares, and names our file.
fn is_tree(target: &Path, link: &Path) -> bool {
    let resolved = |name: &str| {
        let text = fs::read_to_string(target.join(name)).ok()?;
        target.join(text.trim()).canonicalize().ok()
    };
    let around = target.parent().filter(|p| p.ends_with("worktrees")).and_then(Path::parent);
    let back = resolved("gitdir").is_some_and(|b| link.canonicalize().is_ok_and(|l| l == b));
    back && around.is_some() && resolved("commondir").as_deref() == around
}

/// A submodule: its folder lies in the repository around us, and says that its files are ours.
fn is_submodule(target: &Path, parent: &Path) -> bool {
    let around = parent.ancestors().skip(1).any(|a| target.starts_with(a.join(".git").join("modules")));
    let config = fs::read_to_string(target.join("config")).unwrap_or_default();
    let files =
        config.lines().find_map(|l| l.trim().strip_prefix("worktree")?.trim_start().strip_prefix('='));
    let files = files.and_then(|f| target.join(f.trim()).canonicalize().ok());
    around && files.as_deref() == Some(parent)
}
