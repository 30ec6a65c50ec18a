//! `specgen`: the command line.
//!
//! Enters: arguments. Leaves: what the library does. Holds: this is the only file that prints and ends the process; on
//! standard output stands nothing but the protocol while a server runs there.

use clap::{Args, Parser, Subcommand};
use specgen::mcp;
use specgen::workbench::Workbench;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// An evaluation makes and drops many small values.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Exit status of wrong usage.
const USAGE: u8 = 1;
/// Exit status of anything else that goes wrong.
const OTHER: u8 = 255;
/// How much stack a tool has: what walks through a spec goes as deep as its expressions are nested.
const STACK: usize = 16 << 20;
/// How long work that was told to end may take when the process ends.
const PATIENCE: Duration = Duration::from_secs(1);

/// From a feature's name and a directory to a checked TLA+ specification.
#[derive(Parser)]
#[command(name = "specgen", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the TLA+ tools to an agent (Model Context Protocol), over standard input and output or HTTP.
    Mcp(Mcp),
}

#[derive(Args)]
struct Mcp {
    /// Serve streamable HTTP at this address of the machine (127.0.0.1:8000, localhost:8000, 8000; port 0 takes a free
    /// one) instead of standard input and output.
    #[arg(long, value_name = "ADDR")]
    http: Option<String>,
    /// A folder under which files may be read; may be given several times. The current folder without it.
    #[arg(long, value_name = "DIR")]
    root: Vec<PathBuf>,
    /// Leave out the tools under the names of other TLA+ servers.
    #[arg(long)]
    no_aliases: bool,
}

fn main() -> ExitCode {
    let Command::Mcp(arguments) = match Cli::try_parse() {
        Ok(cli) => cli.command,
        Err(error) => {
            // Help and version are no errors.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { USAGE } else { 0 });
        }
    };
    match serve(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err((status, message)) => {
            say(&format!("error: {message}"));
            ExitCode::from(status)
        }
    }
}

/// A line on standard error, which may be closed: that is nobody's fault.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn serve(arguments: Mcp) -> Result<(), (u8, String)> {
    let roots = match arguments.root.is_empty() {
        true => vec![PathBuf::from(".")],
        false => arguments.root,
    };
    let bench = Workbench::with_roots(&roots).map_err(|failure| (USAGE, failure.message))?;
    let server = mcp::Server::new(bench, mcp::Catalogue::new(!arguments.no_aliases));
    let address =
        arguments.http.as_deref().map(mcp::loopback).transpose().map_err(|refused| (USAGE, refused.0))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .thread_stack_size(STACK)
        .enable_all()
        .build()
        .map_err(|error| (OTHER, format!("no threads to serve with: {error}")))?;
    let served = runtime.block_on(async {
        match address {
            None => mcp::serve_stdio(server).await,
            Some(address) => {
                let ready = |url: &str| say(&format!("serving {url}"));
                mcp::serve_http(server, address, ready, interrupted()).await
            }
        }
    });
    runtime.shutdown_timeout(PATIENCE);
    served.map_err(|message| (OTHER, message))
}

/// Ready when the process is told to end.
async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let Ok(mut terminated) = signal(SignalKind::terminate()) else {
            let _ = tokio::signal::ctrl_c().await;
            return;
        };
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminated.recv() => {}
        }
    }
    #[cfg(not(unix))]
    let _ = tokio::signal::ctrl_c().await;
}
