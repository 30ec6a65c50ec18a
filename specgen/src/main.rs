//! `specgen`: the command line.
//!
//! Enters: arguments. Leaves: what the library does. Holds: this is the only file that prints and ends the process; on
//! standard output stands nothing but the protocol while a server runs there.

use clap::{Args, Parser, Subcommand};
use specgen::mcp;
use specgen::model::Cancel;
use specgen::model::budget::Limits;
use specgen::model::client::environment;
use specgen::run;
use specgen::settings::Settings;
use specgen::stages::report::verdict;
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
/// Exit status of a run that found something.
const FINDINGS: u8 = 20;
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
    /// Write a spec of a feature from its code, check it, and report what is wrong.
    ///
    /// Exit status: 0 when the run came to its end without a finding, 20 with findings, 3 when it waits for a review,
    /// 4 when the feature is not there, 5 when the provider cannot be reached, 6 when the key is wrong, 7 when the budget
    /// is spent, 8 when something cannot be written, 9 when the model does not get on, 10 for what else is wrong with it,
    /// 11 when an artefact was changed by hand, 1 for wrong usage.
    Run(Run),
}

#[derive(Args)]
struct Run {
    /// The feature, in a few words.
    #[arg(long, value_name = "TEXT", required_unless_present = "resume")]
    feature: Option<String>,
    /// The directory with the component's code; its git history is read too.
    #[arg(long, value_name = "PATH", required_unless_present = "resume")]
    dir: Option<PathBuf>,
    /// Where everything that the run writes goes.
    #[arg(long, value_name = "DIR", default_value = "specgen-out")]
    out: PathBuf,
    /// The model: anthropic/NAME, openai/NAME, openai-responses/NAME, gemini/NAME, ollama/NAME, one of specgen.toml, or
    /// exec:COMMAND.
    #[arg(long, value_name = "PROVIDER/NAME")]
    model: Option<String>,
    /// The most tokens the run may spend.
    #[arg(long, value_name = "N")]
    budget_tokens: Option<u64>,
    /// The most dollars the run may spend.
    #[arg(long, value_name = "X")]
    budget_usd: Option<f64>,
    /// The most calls of the model.
    #[arg(long, value_name = "N")]
    max_calls: Option<u64>,
    /// Stop for a person to look at the plan, the invariants and the findings.
    #[arg(long)]
    review: bool,
    /// Go on with the run in this folder.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["feature", "dir"])]
    resume: Option<PathBuf>,
    /// Answer from this transcript; nothing is asked.
    #[arg(long, value_name = "FILE", conflicts_with = "model")]
    replay: Option<PathBuf>,
    /// The most states that a check keeps.
    #[arg(long, value_name = "N")]
    states: Option<u64>,
    /// Leave the history alone.
    #[arg(long)]
    no_history: bool,
    /// Settings: providers, prices, tool servers; specgen.toml in the current folder without it, if that is there.
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
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
    let arguments = match Cli::try_parse() {
        Ok(Cli { command: Command::Mcp(arguments) }) => arguments,
        Ok(Cli { command: Command::Run(arguments) }) => return write_spec(arguments),
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

/// `specgen run`.
fn write_spec(arguments: Run) -> ExitCode {
    let ended = |status: u8, message: &str| {
        say(&format!("error: {message}"));
        ExitCode::from(status)
    };
    let beside = PathBuf::from("specgen.toml");
    let settings = match &arguments.settings {
        Some(path) => Settings::read(path),
        None if beside.is_file() => Settings::read(&beside),
        None => Ok(Settings::default()),
    };
    let settings = match settings {
        Ok(settings) => settings,
        Err(why) => return ended(USAGE, &why),
    };
    let options = run::Options {
        feature: arguments.feature,
        dir: arguments.dir,
        resume: arguments.resume.is_some(),
        out: arguments.resume.unwrap_or(arguments.out),
        model: arguments.model,
        limits: Limits {
            tokens: arguments.budget_tokens,
            usd: arguments.budget_usd,
            calls: arguments.max_calls,
        },
        review: arguments.review,
        replay: arguments.replay,
        states: arguments.states,
        no_history: arguments.no_history,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().thread_stack_size(STACK).enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return ended(OTHER, &format!("no threads to work with: {error}")),
    };
    let cancel = Cancel::new();
    let stopped = cancel.clone();
    runtime.spawn(async move {
        interrupted().await;
        stopped.cancel();
    });
    // On a thread of the runtime, which has the stack for it.
    let out = options.out.clone();
    let work = async move { run::run(&options, &settings, &environment, cancel, Box::new(say)).await };
    match runtime.block_on(async { tokio::spawn(work).await }) {
        Ok(Ok(state)) => {
            let text = format!("{}\n{}\n", verdict(&state), out.join("report.md").display());
            let _ = std::io::stdout().write_all(text.as_bytes());
            ExitCode::from(if state.open().next().is_some() { FINDINGS } else { 0 })
        }
        Ok(Err(why)) => ended(why.status(), &why.to_string()),
        Err(_) => {
            ended(OTHER, "a bug in specgen; please report it. The run goes on from its journal with --resume")
        }
    }
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
