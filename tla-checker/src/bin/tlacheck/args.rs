//! The command line: options and sub-commands, with their help.
//!
//! Enters: normalised arguments ([`super::argv`]). Leaves: [`Cli`]. Holds: parsing acts on nothing;
//! what an option means is resolved once, by the command that uses it.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

const LONG_ABOUT: &str = "\
Checks a TLA+ specification: explores every state its behaviours can reach, and answers whether the \
invariants hold, with the shortest behaviour that violates one.

  tlacheck Spec.tla                  check with Spec.cfg beside it
  tlacheck Spec --config Small.cfg   check with another model
  tlacheck Spec --json               the last line of the output is one JSON object
  tlacheck parse Spec.tla            only parse and resolve
  tlacheck translate Spec.tla        translate the PlusCal algorithm in it
  tlacheck Spec --simulate           check random behaviours, until stopped
  tlacheck trace Spec --log run.ndjson
                                     does the spec admit what a system has logged?
  tlacheck eval '{x \\in 1..9 : x % 2 = 0}'
  tlacheck repl Spec                 evaluate expressions one after the other
  tlacheck explain E0401             what a code means and what to do

TLC's options are accepted in TLC's spelling and meaning: with one dash or two, `-deadlock` turns \
deadlock checking off, `-workers auto` takes every core (as does leaving it out).";

const AFTER_HELP: &str = "\
The model (SPEC.cfg):
  SPECIFICATION Spec          or INIT Init and NEXT Next
  CONSTANTS N = 3  RM = {r1, r2}  Seq <- BoundedSeq
  INVARIANTS TypeOK Safe
Without --config it is SPEC.cfg beside SPEC.tla, or else a block from `---- CONFIG name ----` to `====` \
inside SPEC.tla. A model without SPECIFICATION, INIT and NEXT evaluates the assumptions only.

Exit status:
    0  no error found                   13  a property is violated
    1  wrong usage                      14  Assert of module TLC failed
   10  an assumption or the             75  the spec cannot be evaluated
       postcondition is false, or a     76  an invariant cannot be evaluated
       log is not admitted
   11  deadlock                        150  the spec cannot be parsed
   12  an invariant is violated        151  the model is wrong, or a feature is not built yet
  255  anything else

A file named like a sub-command is checked as ./parse.";

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "tlacheck",
    version,
    about = "A model checker for TLA+",
    long_about = LONG_ABOUT,
    after_help = AFTER_HELP,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    arg_required_else_help = true,
    max_term_width = 100
)]
pub struct Cli {
    /// What to do other than check.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// What to check and how.
    #[command(flatten)]
    pub check: Check,
}

/// `tlacheck SPEC`: check.
#[derive(Debug, Default, Args)]
#[command(group(clap::ArgGroup::new("random").args(["simulate", "generate"])))]
pub struct Check {
    /// The specification: SPEC.tla, or SPEC
    #[arg(required = true)]
    pub spec: Option<PathBuf>,
    /// The model's configuration, sought in the working folder and then beside SPEC
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Also look for modules here; may be repeated
    #[arg(short = 'I', long, value_name = "DIR")]
    pub library: Vec<PathBuf>,
    /// Translate SPEC's PlusCal algorithm anew, in memory, and check that
    #[arg(long)]
    pub translate: bool,
    /// Also check this invariant: a name or an expression; may be repeated
    #[arg(long, value_name = "EXPR", allow_hyphen_values = true)]
    pub invariant: Vec<String>,
    /// Evaluate this definition after the search
    #[arg(long, value_name = "NAME")]
    pub postcondition: Option<String>,
    /// Do not take a state without successors for an error (turns deadlock checking off, as in TLC)
    #[arg(long)]
    pub deadlock: bool,

    /// Check random behaviours instead of all, until stopped. MORE is `num=N` (so many behaviours),
    /// `file=F` (write each to F_NUMBER), or both with a comma between
    #[arg(long, value_name = "MORE", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    #[arg(value_parser = simulation, help_heading = "Other searches")]
    #[arg(conflicts_with_all = ["dfs", "dfid", "reference", "dump", "exact", "memory",
        "checkpoint", "recover", "max_states"])]
    pub simulate: Option<Simulation>,
    /// Generate random behaviours as --simulate does, and check nothing
    #[arg(long, value_name = "MORE", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    #[arg(value_parser = simulation, help_heading = "Other searches")]
    #[arg(conflicts_with_all = ["dfs", "dfid", "reference", "dump", "exact", "memory", "checkpoint",
        "recover", "max_states"])]
    pub generate: Option<Simulation>,
    /// Begin a simulation with this behaviour: `--seed S --aril N --simulate num=1` repeats number N
    #[arg(long, value_name = "N", requires = "random", help_heading = "Other searches")]
    pub aril: Option<u64>,
    /// Search depth-first: one behaviour to its end before the next. Traces need not be shortest
    #[arg(long, help_heading = "Other searches")]
    #[arg(conflicts_with_all = ["dfid", "reference", "dump", "memory", "checkpoint", "recover"])]
    pub dfs: bool,
    /// Search depth-first to depth 1, 2, … N, until nothing lies deeper
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    #[arg(help_heading = "Other searches")]
    #[arg(conflicts_with_all = ["depth", "reference", "dump", "memory", "checkpoint", "recover"])]
    pub dfid: Option<u32>,

    /// How many threads search: a number, or auto for every core
    #[arg(long, value_name = "N", default_value = "auto", help_heading = "Search")]
    pub workers: Workers,
    /// Stop after this many levels; the initial states are level 1. Of simulated behaviours: how many steps
    /// one has at most (100 without it)
    #[arg(long, value_name = "N", help_heading = "Search")]
    pub depth: Option<u32>,
    /// Stop when this many distinct states are found
    #[arg(long, value_name = "N", help_heading = "Search")]
    pub max_states: Option<u64>,
    /// Stop after this time
    #[arg(long, value_name = "S", value_parser = seconds, help_heading = "Search")]
    pub seconds: Option<f64>,
    /// Go on after a violation; the exit status is still that of the first
    #[arg(long = "continue", help_heading = "Search")]
    pub keep_going: bool,
    /// The start of random choices: of RandomElement and its kin, and of a simulation, which takes another
    /// one each time without it
    #[arg(long, value_name = "N", allow_negative_numbers = true, help_heading = "Search")]
    pub seed: Option<i64>,
    /// When to check temporal properties: at the end and each time the graph has doubled (default), at the
    /// end (final), or not at all (off)
    #[arg(long, value_name = "WHEN", default_value = "default", ignore_case = true, help_heading = "Search")]
    pub lncheck: LnCheck,
    /// Refuse to answer about temporal properties where a VIEW or a constraint weakens the answer
    #[arg(long, help_heading = "Search")]
    pub strict: bool,
    /// Keep and compare whole states: no two can be taken for one, as fingerprints might (slower)
    #[arg(long, help_heading = "Search")]
    pub exact: bool,
    /// Write the state graph to FILE as text (states only, as TLC), dot, json or graphml; dot takes
    /// `dot,colorize,actionlabels,stuttering`
    #[arg(long, num_args = 2, value_names = ["FORMAT", "FILE"], conflicts_with = "reference")]
    #[arg(help_heading = "Search", allow_hyphen_values = true)]
    pub dump: Option<Vec<String>>,
    /// Count how often each action and expression is evaluated, and say what never happens. One worker counts,
    /// and nothing is left out that a search can otherwise do without, so it is slower. A line `<A …>: N:M` says
    /// that M states were generated by A, and N of them new (in a simulation: how often it was taken); below,
    /// how often an expression was evaluated, and after `:` how many were for it. MINUTES (TLC's) has no effect
    #[arg(long, value_name = "MINUTES", num_args = 0..=1, require_equals = true, default_missing_value = "0")]
    #[arg(value_parser = minutes, help_heading = "Search")]
    #[arg(conflicts_with_all = ["memory", "checkpoint", "recover", "dfid"])]
    pub coverage: Option<f64>,
    /// Also write the spec's text with its coverage to FILE, as a page; implies --coverage
    #[arg(long, value_name = "FILE", help_heading = "Search")]
    #[arg(conflicts_with_all = ["memory", "checkpoint", "recover", "dfid"])]
    pub coverage_html: Option<PathBuf>,
    /// Replay the trace in FILE (what --dump-trace json or --json wrote, or TLC's -dumpTrace json) and say
    /// whether it is a behaviour of SPEC, and what is wrong with it
    #[arg(long, value_name = "FILE", help_heading = "Traces")]
    #[arg(conflicts_with_all = ["simulate", "generate", "dfs", "dfid", "reference", "dump", "exact", "memory",
        "checkpoint", "recover"])]
    pub load_trace: Option<PathBuf>,
    /// Write the error trace to FILE as json, tla or dot; may be repeated
    #[arg(long, num_args = 2, value_names = ["FORMAT", "FILE"], action = clap::ArgAction::Append)]
    #[arg(help_heading = "Traces", allow_hyphen_values = true)]
    pub dump_trace: Vec<String>,
    /// Write SpecTE.tla and SpecTE.cfg beside SPEC: a spec whose only behaviour is the error trace
    #[arg(long, help_heading = "Traces")]
    pub generate_spec_te: bool,
    /// Write them to this folder instead
    #[arg(long, value_name = "DIR", requires = "generate_spec_te", help_heading = "Traces")]
    pub te_spec_out_dir: Option<PathBuf>,
    /// Search without any optimisation, one thread, whole states in memory: slow, to compare with
    #[arg(long, help_heading = "Search")]
    pub reference: bool,
    /// Keep within so much memory, more or less (64m, 4g): states go to disk beyond that
    #[arg(long, value_name = "SIZE", value_parser = memory, help_heading = "Memory and disk")]
    pub memory: Option<u64>,
    /// Write a checkpoint so often (0.5 is half a minute), and one when the search ends early; 0 for never
    #[arg(long, value_name = "MINUTES", value_parser = minutes, help_heading = "Memory and disk")]
    pub checkpoint: Option<f64>,
    /// Go on with the checkpoint in this folder; later ones are written there too
    #[arg(long, value_name = "DIR", conflicts_with = "metadir", help_heading = "Memory and disk")]
    pub recover: Option<PathBuf>,
    /// Where checkpoints are written, and states that go to disk. Without it, checkpoints go to
    /// SPEC.checkpoint in the working folder, states to the system's folder for large temporary files
    #[arg(long, value_name = "DIR", help_heading = "Memory and disk")]
    pub metadir: Option<PathBuf>,
    /// Let states go to disk when so many are in memory, to test that with small models
    #[arg(long, value_name = "N", hide = true)]
    pub spill_after: Option<usize>,
    /// Write at most so many bytes to disk, to see what happens then
    #[arg(long, value_name = "N", hide = true)]
    pub disk_room: Option<u64>,
    /// Keep only so many bits of each fingerprint, to see a search lose states
    #[arg(long, value_name = "N", hide = true, value_parser = clap::value_parser!(u32).range(1..=64))]
    pub fingerprint_bits: Option<u32>,
    /// Take variables apart after so many expanded states, to test small models with and without
    #[arg(long, value_name = "N", hide = true)]
    pub shape_after: Option<u64>,
    /// The most elements a set may have that is built
    #[arg(long, value_name = "N", default_value_t = 1_000_000, help_heading = "Limits")]
    pub max_set_size: usize,
    /// How deep operator calls may nest
    #[arg(long, value_name = "N", help_heading = "Limits")]
    pub max_recursion: Option<usize>,

    /// In a trace, show only the variables that changed
    #[arg(long, help_heading = "Output")]
    pub difftrace: bool,
    /// Show no warnings
    #[arg(long, help_heading = "Output")]
    pub nowarning: bool,
    /// End the output with one line of JSON, and print nothing else on it
    #[arg(long, help_heading = "Output")]
    pub json: bool,
    /// Speak in TLC's messages (@!@!@STARTMSG …), for editors and scripts that drive TLC
    #[arg(long, help_heading = "Output", conflicts_with_all = ["json", "events"])]
    pub tool: bool,
    /// Write what the spec prints (Print, PrintT) to FILE
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub user_file: Option<PathBuf>,
    /// Print progress as JSON lines while the search runs; implies --json
    #[arg(long, help_heading = "Output")]
    pub events: bool,
    /// Colours: on a terminal, always or never
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = "Output", global = true)]
    pub color: Color,
}

/// `--workers`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Workers {
    /// Every core.
    #[default]
    Auto,
    /// So many threads.
    Count(usize),
}

impl std::str::FromStr for Workers {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse() {
            Ok(n @ 1..=1024) => Ok(Workers::Count(n)),
            _ if text == "auto" => Ok(Workers::Auto),
            _ => Err("a number from 1 to 1024, or auto".into()),
        }
    }
}

/// `--color`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// `--lncheck`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LnCheck {
    /// At the end, and each time the graph has doubled before.
    #[default]
    Default,
    /// At the end.
    #[value(alias = "seqfinal")]
    Final,
    /// Not at all.
    Off,
}

/// What follows `--simulate`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Simulation {
    /// `num=N`
    pub behaviours: Option<u64>,
    /// `file=F`
    pub file: Option<PathBuf>,
}

/// Whether a word says more about a simulation, rather than being the next argument.
pub fn is_simulation(text: &str) -> bool {
    text.split(',').all(|part| part.split_once('=').is_some_and(|(key, _)| ["num", "file"].contains(&key)))
}

fn simulation(text: &str) -> Result<Simulation, String> {
    let mut simulation = Simulation::default();
    for part in text.split(',').filter(|part| !part.is_empty()) {
        match part.split_once('=') {
            Some(("num", number)) => {
                let number =
                    number.parse().map_err(|_| format!("`{number}` is not a number of behaviours"))?;
                simulation.behaviours = Some(number);
            }
            Some(("file", file)) if !file.is_empty() => simulation.file = Some(file.into()),
            _ => return Err(format!("`{part}` is neither num=N nor file=F")),
        }
    }
    Ok(simulation)
}

/// The least for `--memory`: a search needs some for its code and the evaluation.
const LEAST: u64 = 32 << 20;

/// A size as Java spells it too: 64m is 64 MiB.
fn memory(text: &str) -> Result<u64, String> {
    let size = parse_size::Config::new().with_binary().parse_size(text);
    match size.map_err(|e| format!("a size such as 512m or 4g is expected: {e}"))? {
        size if size < LEAST => Err("it has to be 32m at least".into()),
        size => Ok(size),
    }
}

fn minutes(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(m) if (0.0..1e9).contains(&m) => Ok(m),
        _ => Err("a number of minutes".into()),
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(s) if s > 0.0 && s.is_finite() => Ok(s),
        _ => Err("a number of seconds greater than 0".into()),
    }
}

/// The sub-commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Parse and resolve files: exit status 0 or 150
    Parse {
        /// The files
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Do not look up names and modules
        #[arg(long)]
        syntax_only: bool,
        /// One line of JSON a file
        #[arg(long)]
        json: bool,
        /// Also look for modules here; may be repeated
        #[arg(short = 'I', long, value_name = "DIR")]
        library: Vec<PathBuf>,
    },
    /// Translate the PlusCal algorithm of a file to TLA+, in the file
    #[command(after_help = TRANSLATE_HELP)]
    Translate(Translate),
    /// Evaluate a constant expression and print its value
    Eval {
        /// The expression
        #[arg(value_name = "EXPR", allow_hyphen_values = true)]
        expression: String,
        /// In the context of this module; without it, of the standard modules
        #[arg(long, value_name = "FILE")]
        module: Option<PathBuf>,
        /// Also look for modules here; may be repeated
        #[arg(short = 'I', long, value_name = "DIR")]
        library: Vec<PathBuf>,
    },
    /// As TLC: `tlacheck tlc` stands for `java … tlc2.TLC`, whose arguments follow
    #[command(disable_help_flag = true)]
    Tlc {
        /// TLC's options, and SPEC
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "OPTION")]
        arguments: Vec<String>,
    },
    /// Serve these tools to an agent (Model Context Protocol): starts `specgen mcp`, whose arguments follow
    #[command(disable_help_flag = true)]
    Mcp {
        /// `--http ADDR`, `--root DIR`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "OPTION")]
        arguments: Vec<String>,
    },
    /// Does the spec admit a behaviour that matches a log? 0 if it does, 10 if not
    Trace(Trace),
    /// Evaluate expressions one after the other, with definitions kept
    Repl(Repl),
    /// Say what a code such as E0401 means and what to do
    Explain {
        /// The code; without it, all codes are listed
        code: Option<String>,
    },
    /// Show a stage's result, for working on tlacheck itself
    Debug {
        /// Which stage
        stage: Stage,
        /// The file
        file: PathBuf,
        /// Also look for modules here; may be repeated
        #[arg(short = 'I', long, value_name = "DIR")]
        library: Vec<PathBuf>,
    },
    /// Print the completions of a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// `tlacheck translate`.
#[derive(Debug, Args)]
pub struct Translate {
    /// The file with the algorithm: SPEC.tla, or SPEC
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Print the file with its translation, and write nothing
    #[arg(long)]
    pub stdout: bool,
    /// Do not write or change FILE's configuration (.cfg)
    #[arg(long)]
    pub no_cfg: bool,
    /// Keep the file as it was as FILE.old
    #[arg(long)]
    pub old: bool,

    /// Weak fairness of each process
    #[arg(long, group = "fairness", help_heading = "Fairness")]
    pub wf: bool,
    /// Strong fairness of each process
    #[arg(long, group = "fairness", help_heading = "Fairness")]
    pub sf: bool,
    /// Weak fairness of the whole next-state relation
    #[arg(long, group = "fairness", help_heading = "Fairness")]
    pub wf_next: bool,
    /// No fairness, whatever the algorithm says
    #[arg(long, group = "fairness", help_heading = "Fairness")]
    pub nof: bool,
    /// Check that the algorithm ends: PROPERTY Termination in the configuration, and --wf unless
    /// something else is said
    #[arg(long, help_heading = "Fairness")]
    pub termination: bool,

    /// Add the labels that are missing
    #[arg(long, help_heading = "Translation")]
    pub label: bool,
    /// Say which labels were added, and where; implies --label
    #[arg(long, help_heading = "Translation")]
    pub report_labels: bool,
    /// What added labels begin with
    #[arg(long, value_name = "NAME", default_value = "Lbl_", value_parser = label_root)]
    #[arg(help_heading = "Translation")]
    pub label_root: String,
    /// Where lines break, where they can; at least 60
    #[arg(long, value_name = "N", default_value_t = 78, value_parser = line_width)]
    #[arg(help_heading = "Translation")]
    pub line_width: usize,
    /// Take an algorithm that has finished for a deadlock: leave out the action Terminating
    #[arg(long, help_heading = "Translation")]
    pub no_done_disjunct: bool,
}

const TRANSLATE_HELP: &str = "\
The translation goes between the lines `\\* BEGIN TRANSLATION` and `\\* END TRANSLATION`, which are added behind \
the algorithm's comment if they are missing; everything else in FILE stays as it is. The same can be said in the \
file: `PlusCal options (wf, label)`.

The options of pcal.trans are accepted in its spelling (-wfNext, -nocfg, -labelRoot L). Exit status: 0, or 150 if \
the algorithm is wrong.";

fn label_root(text: &str) -> Result<String, String> {
    if tla_parser::pluscal::is_label_root(text) {
        return Ok(text.to_owned());
    }
    Err("a letter first, then letters, digits and _".into())
}

fn line_width(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(n) if n >= tla_parser::pluscal::LEAST_LINE_WIDTH => Ok(n),
        _ => Err(format!("a number, at least {}", tla_parser::pluscal::LEAST_LINE_WIDTH)),
    }
}

/// `tlacheck trace`.
#[derive(Debug, Args)]
pub struct Trace {
    /// The specification: SPEC.tla, or SPEC
    pub spec: PathBuf,
    /// The log: an event a line, as JSON
    #[arg(long, value_name = "FILE")]
    pub log: PathBuf,
    /// How many steps that are not in the log may lie before each event
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub between: u32,
    /// What the log calls things that the spec calls otherwise, as JSON
    #[arg(long, value_name = "FILE")]
    pub mapping: Option<PathBuf>,
    /// The model's configuration, sought in the working folder and then beside SPEC
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Also look for modules here; may be repeated
    #[arg(short = 'I', long, value_name = "DIR")]
    pub library: Vec<PathBuf>,
    /// Stop when this many distinct states are found
    #[arg(long, value_name = "N")]
    pub max_states: Option<u64>,
    /// Stop after this time
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub seconds: Option<f64>,
    /// The start of random choices (RandomElement, RandomSubset)
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub seed: Option<i64>,
    /// The most elements a set may have that is built
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    pub max_set_size: usize,
    /// How deep operator calls may nest
    #[arg(long, value_name = "N")]
    pub max_recursion: Option<usize>,
    /// In a trace, show only the variables that changed
    #[arg(long)]
    pub difftrace: bool,
    /// Show no warnings
    #[arg(long)]
    pub nowarning: bool,
    /// End the output with one line of JSON, and print nothing else on it
    #[arg(long)]
    pub json: bool,
}

impl Trace {
    /// The same as options of a check.
    pub fn check(&self, color: Color) -> Check {
        Check {
            spec: Some(self.spec.clone()),
            config: self.config.clone(),
            library: self.library.clone(),
            max_states: self.max_states,
            seconds: self.seconds,
            seed: self.seed,
            max_set_size: self.max_set_size,
            max_recursion: self.max_recursion,
            difftrace: self.difftrace,
            nowarning: self.nowarning,
            json: self.json,
            workers: Workers::Count(1),
            color,
            ..Check::default()
        }
    }
}

/// `tlacheck repl`.
#[derive(Debug, Args)]
pub struct Repl {
    /// In the context of this module; without it, of the standard modules
    pub spec: Option<PathBuf>,
    /// The constants' values: a configuration, sought in the working folder and then beside SPEC
    #[arg(long, value_name = "FILE", requires = "spec")]
    pub config: Option<PathBuf>,
    /// Evaluate this (a definition, or an expression) and end; may be repeated
    #[arg(short = 'e', long = "expression", value_name = "EXPR", allow_hyphen_values = true)]
    pub expression: Vec<String>,
    /// Also look for modules here; may be repeated
    #[arg(short = 'I', long, value_name = "DIR")]
    pub library: Vec<PathBuf>,
}

/// What `debug` shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Stage {
    /// Tokens
    Tokens,
    /// Syntax tree
    Ast,
    /// Intermediate representation
    Ir,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }

    #[test]
    fn sizes_and_minutes() {
        for (text, size) in
            [("128m", 128 << 20), ("2g", 2 << 30), ("1.5G", 3 << 29), ("40000000", 40_000_000)]
        {
            assert_eq!(memory(text), Ok(size), "{text}");
        }
        for text in ["", "m", "-5m", "10m", "12 parsecs"] {
            assert!(memory(text).is_err(), "{text}");
        }
        assert_eq!((minutes("0.5"), minutes("0")), (Ok(0.5), Ok(0.0)));
        assert!(minutes("-1").is_err() && minutes("NaN").is_err() && minutes("soon").is_err());
    }

    #[test]
    fn a_file_named_like_a_sub_command_can_be_checked() {
        let cli = Cli::try_parse_from(["tlacheck", "./parse", "--workers", "3"]).unwrap();
        assert!(cli.command.is_none());
        assert_eq!(cli.check.workers, Workers::Count(3));
        assert!(matches!(
            Cli::try_parse_from(["tlacheck", "parse", "x"]).unwrap().command,
            Some(Command::Parse { .. })
        ));
    }
}
