//! The same models on tlacheck, TLC, stateright and SPIN, in turn, in one run.
//!
//! Holds: exit status 0 only if every row is good; a tool that is not there is named and left out.

use benches::machine::Machine;
use benches::report::{self, Row};
use benches::suite::{RUNGS, Rung, Search};
use benches::tool::{Found, Tool, spin, stateright, tlacheck, tlc};
use clap::{Parser, Subcommand};
use std::env;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// As in tlacheck, so that stateright has no worse an allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The same models on tlacheck, TLC, stateright and SPIN, with the counts asserted
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    only_stateright: Option<OnlyStateright>,
    /// tlacheck; by default the one built beside this program
    #[arg(long, value_name = "FILE")]
    bin: Option<PathBuf>,
    /// TLC's tla2tools.jar; without it there are no rows for TLC
    #[arg(long, value_name = "FILE")]
    jar: Option<PathBuf>,
    /// Only models with this in their names
    #[arg(long, value_name = "TEXT", default_value = "")]
    only: String,
    /// Only tools with one of these in their names
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    tools: Vec<String>,
    /// How often each tool runs each model; times are medians
    #[arg(long, value_name = "K", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// How many workers; SPIN has one
    #[arg(long, value_name = "N", default_value_t = 1)]
    workers: usize,
    /// How long one run may take
    #[arg(long, value_name = "S", default_value_t = 600)]
    timeout: u64,
    /// Where the rows go; by default a file in benches/runs, by date and commit
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// List the models and end
    #[arg(long)]
    list: bool,
}

#[derive(Subcommand)]
enum OnlyStateright {
    /// Run one model in Rust, and print its counts as JSON
    Stateright { spec: String, size: u32, search: Search, threads: usize },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match &arguments.only_stateright {
        Some(OnlyStateright::Stateright { spec, size, search, threads }) => {
            print_counts(spec, *size, *search, *threads).map(|()| true)
        }
        None => compare(&arguments),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("versus: {error}");
            ExitCode::FAILURE
        }
    }
}

fn print_counts(spec: &str, size: u32, search: Search, threads: usize) -> Result<(), Box<dyn Error>> {
    println!("{}", serde_json::to_string(&benches::stateright::run(spec, size, search, threads)?)?);
    Ok(())
}

/// Runs the suite. Whether all rows are good.
fn compare(arguments: &Arguments) -> Result<bool, Box<dyn Error>> {
    let rungs: Vec<&Rung> = RUNGS.iter().filter(|rung| rung.name().contains(&arguments.only)).collect();
    if arguments.list {
        rungs.iter().for_each(|rung| println!("{}", rung.name()));
        return Ok(true);
    }
    let mut tools = Vec::new();
    for found in find(arguments)? {
        let name = found.as_ref().map_or_else(|(name, _)| *name, |tool| tool.name());
        if !arguments.tools.is_empty() && !arguments.tools.iter().any(|t| name.contains(t.as_str())) {
            continue;
        }
        match found {
            Ok(tool) => {
                println!("{name}: {}", tool.version());
                tools.push(tool);
            }
            Err((name, reason)) => println!("{name} skipped: {reason}"),
        }
    }
    let machine = Machine::here();
    println!("{}, {} cores, load {}, {}", machine.cpu, machine.cores, machine.load, machine.commit);
    let mut rows = Vec::new();
    for rung in rungs {
        eprintln!("{} ...", rung.name());
        rows.extend(measure(&machine, rung, &tools, arguments.runs));
    }
    if rows.is_empty() {
        return Err("nothing to run".into());
    }
    println!("{}", report::table(&rows));
    let csv = arguments.csv.clone().unwrap_or_else(|| {
        let runs = Path::new(env!("CARGO_MANIFEST_DIR")).join("runs");
        runs.join(format!("{}-{}.csv", machine.date, machine.commit))
    });
    report::write_csv(&csv, &rows).map_err(|e| format!("{}: {e}", csv.display()))?;
    println!("written to {}", csv.display());
    Ok(rows.iter().all(Row::is_ok))
}

fn find(arguments: &Arguments) -> Result<[Found; 5], Box<dyn Error>> {
    let (workers, limit) = (arguments.workers, Duration::from_secs(arguments.timeout));
    let bin = match &arguments.bin {
        Some(bin) => bin.canonicalize().unwrap_or_else(|_| bin.clone()),
        None => env::current_exe()?.with_file_name("tlacheck"),
    };
    Ok([
        tlacheck::find(&bin, workers, limit),
        tlc::find(arguments.jar.as_deref(), workers, limit),
        stateright::find(Search::Bfs, workers, limit),
        stateright::find(Search::Dfs, workers, limit),
        spin::find(limit),
    ])
}

/// One model on every tool that has it. The tools take turns, so that a busy minute hurts all of them.
fn measure(machine: &Machine, rung: &Rung, tools: &[Box<dyn Tool>], runs: u32) -> Vec<Row> {
    let mut turns: Vec<_> = tools.iter().filter(|t| t.offers(rung)).map(|tool| (tool, Vec::new())).collect();
    for _ in 0..runs {
        for (tool, samples) in &mut turns {
            if samples.last().is_none_or(Result::is_ok) {
                samples.push(tool.run(rung));
            }
        }
    }
    let mut rows: Vec<Row> =
        turns.iter().map(|(tool, samples)| Row::new(machine, rung, tool.as_ref(), samples)).collect();
    report::compare(&mut rows);
    rows
}
