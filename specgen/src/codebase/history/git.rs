//! Running `git` so that it only reads.
//!
//! Enters: arguments, all made by `history`. Leaves: what git prints, up to a size and a time.
//! Holds: no shell. Of the environment git gets PATH alone; no configuration of the user's or the machine's is
//! read. The repository's own cannot be left unread, so whatever in it names a program is overridden (monitors,
//! hooks, pagers, editors, helpers, signatures), converters and outside differs are turned off where they would be
//! asked, transports are forbidden, and missing objects are not fetched. Which repository it is, is `own`'s affair.

mod own;

use super::super::Refusal;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// The most that git may print.
pub(super) const MOST_BYTES: u64 = 4 << 20;
/// How long it may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// What every command that shows changes is told.
pub(super) const PLAIN: [&str; 4] = ["--no-ext-diff", "--no-textconv", "--no-color", "--no-mailmap"];

/// What is overridden in the repository's configuration.
const OVERRIDDEN: [&str; 20] = [
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "core.editor=false",
    "core.sshCommand=false",
    "core.askPass=false",
    "core.attributesFile=/dev/null",
    "core.excludesFile=/dev/null",
    "core.quotePath=false",
    "credential.helper=",
    "diff.external=",
    "diff.orderFile=/dev/null",
    "gpg.program=false",
    "log.showSignature=false",
    "log.follow=false",
    "blame.ignoreRevsFile=",
    "submodule.recurse=false",
    "protocol.allow=never",
    // A folder in the codebase that looks like a repository is none.
    "safe.bareRepository=explicit",
    // The owner of the files may be somebody else; nothing of theirs is executed all the same.
    "safe.directory=*",
];

/// Git, in one directory.
#[derive(Clone, Debug)]
pub(super) struct Git {
    root: PathBuf,
    path: std::ffi::OsString,
}

/// What git printed.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub bytes: Vec<u8>,
    /// There was more.
    pub cut: bool,
}

impl Said {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

impl Git {
    pub(super) fn open(root: &Path) -> Result<Self, Refusal> {
        let none = |why: String| Refusal::NoHistory { why };
        if let Some(link) = root.ancestors().map(|a| a.join(".git")).find(|p| p.symlink_metadata().is_ok()) {
            own::check(&link).map_err(none)?;
        } else {
            return Err(none(format!("{} is in no git repository", root.display())));
        }
        let git = Git { root: root.to_owned(), path: std::env::var_os("PATH").unwrap_or_default() };
        let asked = ["rev-parse", "--is-inside-work-tree"].map(str::to_owned);
        match git.run("where it is", &asked) {
            Ok(said) if said.text().trim() == "true" => Ok(git),
            Ok(_) => Err(none(format!("{} is not in the files of its repository", root.display()))),
            Err(Refusal::Git { why, .. }) => Err(none(why)),
            Err(other) => Err(other),
        }
    }

    /// Runs git; `what` is for messages.
    pub(super) fn run(&self, what: &str, args: &[String]) -> Result<Said, Refusal> {
        let failed = |why: String| Refusal::Git { what: what.to_owned(), why };
        let mut child = self
            .command(args)
            .spawn()
            .map_err(|e| Refusal::NoHistory { why: format!("git cannot be started: {e}") })?;
        let out = read(child.stdout.take(), MOST_BYTES);
        let complaints = read(child.stderr.take(), 4096);
        let Ok(bytes) = out.recv_timeout(PATIENCE) else {
            end(&mut child);
            return Err(failed(format!("it took more than {} s", PATIENCE.as_secs())));
        };
        let cut = bytes.len() as u64 > MOST_BYTES;
        if cut {
            end(&mut child);
            let bytes = bytes[..MOST_BYTES as usize].to_vec();
            return Ok(Said { bytes, cut });
        }
        let status = child.wait().map_err(|e| failed(e.to_string()))?;
        if status.success() {
            return Ok(Said { bytes, cut });
        }
        let said = complaints.recv_timeout(Duration::from_secs(1)).unwrap_or_default();
        let said = String::from_utf8_lossy(&said);
        let first = said.lines().next().unwrap_or_default().trim();
        Err(failed(if first.is_empty() { status.to_string() } else { first.to_owned() }))
    }

    fn command(&self, args: &[String]) -> Command {
        let mut command = Command::new("git");
        command
            .env_clear()
            .env("PATH", &self.path)
            .env("LC_ALL", "C")
            .env("TZ", "UTC")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .env("GIT_ATTR_NOSYSTEM", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("GIT_ALLOW_PROTOCOL", "none")
            .env("GIT_PAGER", "cat")
            .current_dir(&self.root)
            .args(["--no-pager", "--literal-pathspecs"]);
        for setting in OVERRIDDEN {
            command.args(["-c", setting]);
        }
        command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }
}

/// Reads on a thread of its own, so that a pipe that is full never blocks the other one.
fn read(from: Option<impl Read + Send + 'static>, most: u64) -> mpsc::Receiver<Vec<u8>> {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(from) = from {
            // What was read before an error is what there is.
            let _ = from.take(most + 1).read_to_end(&mut bytes);
        }
        let _ = send.send(bytes);
    });
    receive
}

fn end(child: &mut Child) {
    // It may have ended by itself.
    let _ = child.kill();
    let _ = child.wait();
}
