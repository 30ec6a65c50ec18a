//! The tools under the names and with the arguments of other TLA+ servers, so that what was written for those works.
//!
//! Enters: their arguments. Leaves: our results. Holds: a file is one under the allowed roots; an argument without a
//! meaning here is refused by name. `tlaplus_mcp_…` are those of the editor extension, `tlc_check`, `tla_evaluate` and
//! `pcal_translate` those of others.

use super::catalogue::Entry;
use super::options::{self, TlcOptions};
use crate::workbench::Limits;
use crate::workbench::check::{CheckInput, CheckOutput, SimulateInput};
use crate::workbench::eval::{EvalInput, EvalOutput};
use crate::workbench::failure::Failure;
use crate::workbench::model::{Constant, ModelInput};
use crate::workbench::source::SpecInput;
use crate::workbench::symbols::{ModulesInput, ModulesOutput, SymbolsInput, SymbolsOutput};
use crate::workbench::syntax::{ParseInput, ParseOutput};
use crate::workbench::translate::{Fairness, TranslateInput, TranslateOutput};
use crate::workbench::{Watch, Workbench};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// How long a smoke test goes on, in seconds, as where it comes from.
const SMOKE: f64 = 3.0;

/// A file.
#[derive(Deserialize, JsonSchema)]
struct FileName {
    /// The `.tla` file, under the allowed roots.
    #[serde(rename = "fileName")]
    file_name: String,
}

/// A file whose symbols are wanted.
#[derive(Deserialize, JsonSchema)]
struct SymbolArguments {
    /// The `.tla` file, under the allowed roots.
    #[serde(rename = "fileName")]
    file_name: String,
    /// Whether the symbols of the modules that it extends are wanted too.
    #[serde(rename = "includeExtendedModules", default)]
    include_extended_modules: bool,
}

/// Nothing.
#[derive(Deserialize, JsonSchema)]
struct Nothing {}

/// What the editor extension's tools for the checker take.
#[derive(Deserialize, JsonSchema)]
struct TlcArguments {
    /// The `.tla` file, under the allowed roots.
    #[serde(rename = "fileName")]
    file_name: String,
    /// The `.cfg` file; the one beside the spec without it.
    #[serde(rename = "cfgFile", default)]
    cfg_file: Option<String>,
    /// Options of TLC: `["-workers", "auto", "-deadlock"]`.
    #[serde(rename = "extraOpts", default)]
    extra_opts: Vec<String>,
    /// Options of Java; there is none here.
    #[serde(rename = "extraJavaOpts", default)]
    extra_java_opts: Vec<String>,
}

/// What the editor extension's tool for random behaviours takes.
#[derive(Deserialize, JsonSchema)]
struct BehaviorArguments {
    /// As the others.
    #[serde(flatten)]
    tlc: TlcArguments,
    /// How many states the behaviour has.
    #[serde(rename = "behaviorLength")]
    behavior_length: u32,
}

/// What the editor extension's tool for traces in files takes.
#[derive(Deserialize, JsonSchema)]
struct TraceArguments {
    /// As the others.
    #[serde(flatten)]
    tlc: TlcArguments,
    /// A file with a trace: what `--dump-trace json` writes, or TLC's `-dumpTrace json`.
    #[serde(rename = "traceFile")]
    trace_file: String,
}

/// What `tlc_check` takes.
#[derive(Deserialize, JsonSchema)]
struct TlcCheckArguments {
    /// The `.tla` file, under the allowed roots.
    tla_file: String,
    /// The `.cfg` file; the one beside the spec without it.
    #[serde(default)]
    cfg_file: Option<String>,
    /// How many threads: a number, or `auto`.
    #[serde(default)]
    workers: Option<Constant>,
    /// Whether to look for deadlock.
    #[serde(default)]
    deadlock: Option<bool>,
    /// The last level to be generated.
    #[serde(default)]
    depth: Option<u32>,
    /// Whether to simulate random behaviours instead.
    #[serde(default)]
    simulate: bool,
    /// Whether to go on after a violation.
    #[serde(rename = "continue", default)]
    keep_going: bool,
    /// Ends the search after so many seconds.
    #[serde(default)]
    timeout: Option<f64>,
    /// Further options of TLC.
    #[serde(default)]
    extra_args: Vec<String>,
}

/// What `tla_evaluate` takes.
#[derive(Deserialize, JsonSchema)]
struct EvaluateArguments {
    /// The expression.
    expression: String,
    /// Modules to extend; the usual ones are there.
    #[serde(default)]
    imports: Vec<String>,
}

/// What `pcal_translate` takes.
#[derive(Deserialize, JsonSchema)]
struct TranslateArguments {
    /// The `.tla` file, under the allowed roots; the translation is put into it.
    tla_file: String,
    /// `wf`, `sf`, `wfNext` or `nof`.
    #[serde(default)]
    fairness: Option<String>,
    /// Whether `Termination` is to be a property.
    #[serde(default)]
    termination: bool,
}

/// The tools under their other names.
pub(super) fn entries() -> Vec<Entry> {
    vec![
        Entry::alias("tlaplus_mcp_sany_parse", "Parse a TLA+ file", "As tla_parse, of a file.", parse),
        Entry::alias(
            "tlaplus_mcp_sany_symbol",
            "List the symbols of a file",
            "As tla_symbols, of a file.",
            symbols,
        ),
        Entry::alias("tlaplus_mcp_sany_modules", "List the built-in modules", "As tla_modules.", modules),
        Entry::alias("tlaplus_mcp_tlc_check", "Check a file", "As tla_check, of a file.", check),
        Entry::alias(
            "tlaplus_mcp_tlc_smoke",
            "Smoke-test a file",
            "As tla_simulate, of a file, for three seconds: finds errors soon, and proves nothing.",
            smoke,
        ),
        Entry::alias(
            "tlaplus_mcp_tlc_explore",
            "Show a random behaviour",
            "One random behaviour of a file's model, so many states long.",
            behaviour,
        ),
        Entry::alias(
            "tlaplus_mcp_tlc_trace",
            "Replay a trace",
            "Whether a trace in a file is a behaviour of a file's model, and where it is none.",
            replay,
        ),
        Entry::alias("tlc_check", "Check a file", "As tla_check, of a file.", tlc_check),
        Entry::alias("tla_evaluate", "Evaluate an expression", "As tla_eval.", evaluate),
        Entry::alias(
            "pcal_translate",
            "Translate PlusCal in a file",
            "As tla_translate; the file is changed.",
            translate,
        )
        .writing(),
    ]
}

fn parse(bench: &Workbench, input: &FileName, _: &Watch<'_>) -> Result<ParseOutput, Failure> {
    let spec = SpecInput::of_path(&input.file_name);
    renamed(bench.parse(&ParseInput { spec, ..ParseInput::default() }))
}

fn symbols(bench: &Workbench, input: &SymbolArguments, _: &Watch<'_>) -> Result<SymbolsOutput, Failure> {
    let spec = SpecInput::of_path(&input.file_name);
    let extended = input.include_extended_modules;
    renamed(bench.symbols(&SymbolsInput { spec, extended, ..SymbolsInput::default() }))
}

fn modules(bench: &Workbench, _: &Nothing, _: &Watch<'_>) -> Result<ModulesOutput, Failure> {
    let mut input = ModulesInput::default();
    input.page.limit = Some(500);
    bench.modules(&input)
}

/// The options, and the model of a file.
fn of_tlc(tlc: &TlcArguments) -> Result<(TlcOptions, SpecInput, ModelInput), Failure> {
    if let Some(option) = tlc.extra_java_opts.first() {
        let failure = Failure::argument(
            "extraJavaOpts",
            format!("there is no Java here, and so no meaning of {option}"),
        );
        return Err(failure.help("leave it out"));
    }
    let options = options::read("extraOpts", &tlc.extra_opts)?;
    let model = ModelInput {
        config_path: tlc.cfg_file.clone().or(options.config.clone()),
        invariants: options.invariants.clone(),
        deadlock: options.no_deadlock.then_some(false),
        ..ModelInput::default()
    };
    Ok((options, SpecInput::of_path(&tlc.file_name), model))
}

fn check(bench: &Workbench, input: &TlcArguments, watch: &Watch<'_>) -> Result<CheckOutput, Failure> {
    let (options, spec, model) = of_tlc(input)?;
    renamed(checked(bench, options, spec, model, None, watch))
}

fn checked(
    bench: &Workbench,
    options: TlcOptions,
    spec: SpecInput,
    model: ModelInput,
    seconds: Option<f64>,
    watch: &Watch<'_>,
) -> Result<CheckOutput, Failure> {
    let TlcOptions { workers, depth, keep_going, .. } = options;
    if options.simulate {
        let (seed, behaviours) = (options.seed.unwrap_or(0), options.behaviours);
        return bench
            .simulate(&SimulateInput { spec, model, behaviours, depth, seconds, workers, seed }, watch);
    }
    let limits = Limits { seconds, states: None, depth, workers };
    bench.check(&CheckInput { spec, model, limits, keep_going, ..CheckInput::default() }, watch)
}

fn smoke(bench: &Workbench, input: &TlcArguments, watch: &Watch<'_>) -> Result<CheckOutput, Failure> {
    let (options, spec, model) = of_tlc(input)?;
    let TlcOptions { workers, depth, .. } = options;
    renamed(bench.simulate(
        &SimulateInput {
            spec,
            model,
            behaviours: Some(options.behaviours.unwrap_or(u64::MAX >> 1)),
            depth,
            seconds: Some(SMOKE),
            workers,
            seed: options.seed.unwrap_or(0),
        },
        watch,
    ))
}

fn behaviour(
    bench: &Workbench,
    input: &BehaviorArguments,
    watch: &Watch<'_>,
) -> Result<CheckOutput, Failure> {
    let (options, spec, model) = of_tlc(&input.tlc)?;
    if input.behavior_length == 0 {
        return Err(Failure::argument("behaviorLength", "a behaviour has a state or more"));
    }
    renamed(bench.random_behaviour(&spec, &model, input.behavior_length, options.seed.unwrap_or(0), watch))
}

fn replay(bench: &Workbench, input: &TraceArguments, watch: &Watch<'_>) -> Result<CheckOutput, Failure> {
    let (_, spec, model) = of_tlc(&input.tlc)?;
    renamed(bench.replay(&spec, &model, ("traceFile", &input.trace_file), watch))
}

fn tlc_check(
    bench: &Workbench,
    input: &TlcCheckArguments,
    watch: &Watch<'_>,
) -> Result<CheckOutput, Failure> {
    let mut options = options::read("extra_args", &input.extra_args)?;
    options.workers = match &input.workers {
        None => options.workers,
        Some(Constant::Int(n)) => match u32::try_from(*n) {
            Ok(n) => Some(n),
            Err(_) => return Err(Failure::argument("workers", format!("{n} is no number of threads"))),
        },
        Some(Constant::Text(word)) if word == "auto" => Some(0),
        Some(Constant::Text(word)) => match word.parse() {
            Ok(n) => Some(n),
            Err(_) => {
                return Err(Failure::argument("workers", format!("`{word}` is neither a number nor auto")));
            }
        },
        Some(Constant::Bool(_)) => return Err(Failure::argument("workers", "give a number, or auto")),
    };
    options.depth = input.depth.or(options.depth);
    options.simulate |= input.simulate;
    options.keep_going |= input.keep_going;
    let model = ModelInput {
        config_path: input.cfg_file.clone().or(options.config.clone()),
        invariants: options.invariants.clone(),
        deadlock: input.deadlock.or(options.no_deadlock.then_some(false)),
        constants: BTreeMap::new(),
        ..ModelInput::default()
    };
    let spec = SpecInput::of_path(&input.tla_file);
    renamed(checked(bench, options, spec, model, input.timeout, watch))
}

fn evaluate(bench: &Workbench, input: &EvaluateArguments, watch: &Watch<'_>) -> Result<EvalOutput, Failure> {
    let (expression, extends) = (input.expression.clone(), input.imports.clone());
    bench.eval(&EvalInput { expression, extends, ..EvalInput::default() }, watch)
}

fn translate(
    bench: &Workbench,
    input: &TranslateArguments,
    _: &Watch<'_>,
) -> Result<TranslateOutput, Failure> {
    let fairness = match input.fairness.as_deref() {
        None => None,
        Some("wf") => Some(Fairness::Weak),
        Some("sf") => Some(Fairness::Strong),
        Some("wfNext") => Some(Fairness::WeakNext),
        Some("nof") => Some(Fairness::None),
        Some(other) => {
            return Err(Failure::argument("fairness", format!("`{other}` is none of wf, sf, wfNext, nof")));
        }
    };
    let spec = SpecInput::of_path(&input.tla_file);
    let termination = input.termination;
    renamed(bench.translate(&TranslateInput { spec, write: true, fairness, termination }))
}

/// Our names of arguments in theirs.
fn renamed<T>(result: Result<T, Failure>) -> Result<T, Failure> {
    result.map_err(|mut failure| {
        failure.message = failure
            .message
            .replace("argument `path`", "the file")
            .replace("argument `config_path`", "the configuration");
        failure
    })
}
