//! `tlacheck SPEC`: find, load, prepare, search, report.
//!
//! Enters: the options. Leaves: the report on standard output, diagnostics of a spec or model that
//! cannot be checked on standard error, and the exit status. Holds: with `--json`, whatever happens, the
//! last line of standard output is one object.

use super::args::{Check, Color, LnCheck, Trace};
use super::argv::Refusal;
use super::find::Found;
use super::progress::{Bar, Plain, UserFile};
use super::tool::{self, Tool};
use super::{find, output, run, status, traces};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tla_checker::check::{self, Prepared, Strategy};
use tla_checker::dump::{Dump, Format};
use tla_checker::eval::Bounds;
use tla_checker::explore::{self, simulate, validate};
use tla_checker::failure::FailureKind;
use tla_checker::log::{Log, Mapping};
use tla_checker::model::{Assignment, Clause, Formula, Model, Replacement};
use tla_checker::observer::{Cancel, Observer};
use tla_checker::outcome::{Outcome, Phase, Verdict};
use tla_checker::report::annotated::write_html;
use tla_checker::report::events::{Event, EventWriter};
use tla_checker::report::json::Report;
use tla_checker::report::text::{TextOptions, write_diagnostics, write_outcome};
use tla_checker::report::tool::{Places, ToolOptions};
use tla_checker::value::Datum;
use tla_parser::code;
use tla_parser::diagnostic::Diagnostic;
use tla_parser::hir::{Entity, Spec};
use tla_parser::resolve::Rejected;
use tla_parser::source::SourceMap;

/// Why nothing was searched.
struct Stopped {
    outcome: &'static str,
    status: i32,
    diagnostics: Vec<Diagnostic>,
}

/// Checks; the exit status.
///
/// # Errors
/// The output cannot be written.
pub fn check(args: &Check) -> io::Result<i32> {
    run_and_report(args, None)
}

/// Validates a log; the exit status.
///
/// # Errors
/// The output cannot be written.
pub fn trace(trace: &Trace, color: Color) -> io::Result<i32> {
    run_and_report(&trace.check(color), Some(trace))
}

/// What is to be done.
struct Job<'a> {
    args: &'a Check,
    /// A log to validate.
    trace: Option<&'a Trace>,
    seed: i64,
    /// With `-tool`: everything is said there.
    tool: Option<Tool>,
}

fn run_and_report(args: &Check, trace: Option<&Trace>) -> io::Result<i32> {
    let seed = seed(args);
    let job = Job { args, trace, seed, tool: args.tool.then(|| tool::begin(args, seed)) };
    let (found, sources) = look(&job);
    let json = args.json || args.events;
    if let Some(tool) = &job.tool {
        return Ok(match found {
            Ok(outcome) => outcome.exit_code(),
            Err(stopped) => tell_stopped(tool, &stopped, &sources, args),
        });
    }
    match found {
        Ok(outcome) if json => {
            write_page(args, &outcome, &sources)?;
            write_report(&Report::of_outcome(&outcome, &sources))?;
            Ok(outcome.exit_code())
        }
        Ok(outcome) => {
            let options = text_options(args, output::color_on_stdout(args.color));
            output::to_stdout(|out| write_outcome(out, &outcome, &sources, &options))?;
            write_page(args, &outcome, &sources)?;
            Ok(outcome.exit_code())
        }
        Err(stopped) => {
            let color = output::color_on_stderr(args.color);
            report_stopped(&stopped, json, &sources, &text_options(args, color))
        }
    }
}

/// Writes the page with the coverage, if it is wanted and there is one.
fn write_page(args: &Check, outcome: &Outcome, sources: &SourceMap) -> io::Result<()> {
    let (Some(path), Some(coverage)) = (&args.coverage_html, &outcome.coverage) else { return Ok(()) };
    let title = args.spec.as_deref().and_then(Path::file_stem).unwrap_or_default().to_string_lossy();
    let write = || {
        let mut out = io::BufWriter::new(std::fs::File::create(path)?);
        write_html(&mut out, coverage, &title, sources)?;
        out.flush()
    };
    write().map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
}

/// That nothing was searched, in TLC's messages.
fn tell_stopped(tool: &Tool, stopped: &Stopped, sources: &SourceMap, args: &Check) -> i32 {
    let places = Places::default();
    let options =
        ToolOptions { places: &places, sources, difftrace: args.difftrace, warnings: !args.nowarning };
    let parsing = stopped.status == status::PARSE;
    tool.rejected(&stopped.diagnostics, &tool::files(sources), parsing, &options);
    stopped.status
}

/// Reads spec and model, whatever is wrong with the other: one run shows all errors. The texts that
/// diagnostics point into come back too.
fn look(job: &Job<'_>) -> (Result<Outcome, Stopped>, SourceMap) {
    let args = job.args;
    let given = args.spec.as_deref().unwrap_or(Path::new(""));
    let path = match find::spec(given) {
        Ok(path) => path,
        Err(diagnostic) => return (Err(stop("error", status::PARSE, vec![*diagnostic])), SourceMap::new()),
    };
    let load = if args.translate { run::load_translated } else { run::load };
    match load(&path, &args.library) {
        Ok(mut resolved) => {
            if let Some(tool) = &job.tool {
                tool.parsed(&tool::modules(&resolved.spec));
            }
            let found = find::model(args.config.as_deref(), &path, &mut resolved.spec.sources);
            let outcome = match found {
                Ok(found) => search(job, &path, &mut resolved.spec, resolved.warnings, found),
                Err(errors) => Err(configuration([resolved.warnings, errors].concat())),
            };
            (outcome, resolved.spec.sources)
        }
        Err(rejected) => {
            let Rejected { mut sources, mut diagnostics } = *rejected;
            let found = find::model(args.config.as_deref(), &path, &mut sources);
            diagnostics.extend(found.err().unwrap_or_default());
            (Err(because(diagnostics, "parse_error", status::PARSE)), sources)
        }
    }
}

/// An option of TLC's that is not done.
///
/// # Errors
/// The output cannot be written.
pub fn refuse(refusal: Refusal, json: bool, tool: bool) -> io::Result<i32> {
    let Refusal { option, why } = refusal;
    let error = Diagnostic::error(code::NOT_IMPLEMENTED, format!("{option} is not implemented")).note(why);
    let stopped = Stopped { outcome: "refused", status: status::CONFIG, diagnostics: vec![error] };
    if tool {
        let args = Check::default();
        return Ok(tell_stopped(&tool::begin(&args, 0), &stopped, &SourceMap::new(), &args));
    }
    let options =
        TextOptions { color: output::color_on_stderr(super::args::Color::Auto), ..TextOptions::default() };
    report_stopped(&stopped, json, &SourceMap::new(), &options)
}

fn report_stopped(
    stopped: &Stopped,
    json: bool,
    sources: &SourceMap,
    options: &TextOptions,
) -> io::Result<i32> {
    let shown: Vec<Diagnostic> =
        stopped.diagnostics.iter().filter(|d| options.warnings || d.is_error()).cloned().collect();
    output::to_stderr(|out| write_diagnostics(out, &shown, sources, options))?;
    if json {
        let Stopped { outcome, status, diagnostics } = stopped;
        write_report(&Report::of_diagnostics(outcome, *status, diagnostics, sources))?;
    }
    Ok(stopped.status)
}

fn write_report(report: &Report) -> io::Result<()> {
    output::to_stdout(|out| {
        serde_json::to_writer(&mut *out, report).map_err(io::Error::from)?;
        writeln!(out)
    })
}

fn text_options(args: &Check, color: bool) -> TextOptions {
    TextOptions { color, width: output::width(), difftrace: args.difftrace, warnings: !args.nowarning }
}

/// Makes the model ready and searches.
fn search(
    job: &Job<'_>,
    path: &Path,
    spec: &mut Spec,
    mut warnings: Vec<Diagnostic>,
    found: Found,
) -> Result<Outcome, Stopped> {
    let Job { args, trace, .. } = *job;
    let mut model = found.model;
    add_options(&mut model, args);
    if args.translate {
        give_default_value(&mut model, spec);
    }
    let mut bounds = Bounds { max_set: args.max_set_size, ..Bounds::default() };
    if let Some(depth) = args.max_recursion {
        bounds.max_recursion = u32::try_from(depth).unwrap_or(u32::MAX);
    }
    // Formulas may be of modules beside the spec (`-postCondition Module!Op`).
    let beside = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folders = [&[beside.to_owned()], args.library.as_slice()].concat();
    let library = run::library(&folders);
    // What is doubtful may be why something is wrong: a translation that is missing, say.
    warnings.extend(found.warnings);
    let prepared = check::prepare(spec, &model, &library, bounds)
        .map_err(|errors| configuration([std::mem::take(&mut warnings), errors].concat()))?;
    warnings.extend(prepared.warnings.iter().cloned());

    let dump = args.dump.as_deref().map(dump).transpose()?;
    if let Some(path) = &args.coverage_html {
        std::fs::File::create(path).map_err(|error| unwritable(path, &error))?;
    }
    let formats = traces::formats(&args.dump_trace).map_err(|d| stop("error", status::USAGE, vec![*d]))?;
    let search = explore::Options {
        workers: tool::workers(args),
        max_depth: args.dfid.or(args.depth),
        seed: job.seed,
        max_states: args.max_states,
        time_limit: args.seconds.map(Duration::from_secs_f64),
        continue_after_violation: args.keep_going,
        // TLC's `-deadlock` turns it off; so does `CHECK_DEADLOCK FALSE`.
        check_deadlock: !args.deadlock,
        fingerprint_bits: args.fingerprint_bits.unwrap_or(64),
        exact: args.exact,
        dump,
        memory: args.memory,
        checkpoint: args
            .checkpoint
            .filter(|&minutes| minutes > 0.0)
            .map(|m| Duration::from_secs_f64(m * 60.0)),
        folder: args.metadir.clone(),
        recover: args.recover.clone(),
        spill_after: args.spill_after,
        disk_room: args.disk_room,
        liveness: match args.lncheck {
            LnCheck::Default => explore::Liveness::Default,
            LnCheck::Final => explore::Liveness::Final,
            LnCheck::Off => explore::Liveness::Off,
        },
        strict: args.strict,
        ..explore::Options::default()
    };
    let search = with_folder(search, path);
    announce(&search);
    let options = check::Options {
        search,
        strategy: match (trace, &args.load_trace) {
            (Some(trace), _) => log(trace, &prepared, &mut spec.sources)?,
            (None, Some(file)) => {
                if !prepared.has_behaviour() {
                    return Err(no_behaviour("a trace could be one of"));
                }
                let wrong = |diagnostics| stop("error", status::CONFIG, diagnostics);
                Strategy::Log(traces::load(file, &prepared, &mut spec.sources).map_err(wrong)?)
            }
            (None, None) => strategy(args),
        },
        reference: args.reference,
        coverage: args.coverage.is_some() || args.coverage_html.is_some(),
        shape_after: args.shape_after,
        few_permutations: None,
    };
    let cancel = Cancel::new();
    super::cancel_on_interrupt(cancel.clone());
    let mut user_file = args.user_file.as_deref().map(create).transpose()?;
    let mut go = |observer: &dyn Observer| match user_file.take() {
        Some(file) => check::run(&prepared, &options, &UserFile::new(file, observer), &cancel),
        None => check::run(&prepared, &options, observer, &cancel),
    };
    let places = if job.tool.is_some() { Places::of(spec) } else { Places::default() };
    let telling = ToolOptions {
        places: &places,
        sources: &spec.sources,
        difftrace: args.difftrace,
        warnings: !args.nowarning,
    };
    let mut outcome = if let Some(tool) = &job.tool {
        tool.starting(&warnings, prepared.ways_to_violate(), &telling);
        go(tool)
    } else if args.events {
        let events = EventWriter::new(io::stdout());
        events.write(&Event::Start { spec: path.display().to_string(), config: found.file });
        go(&events)
    } else if io::stderr().is_terminal() && !args.json {
        let bar = Bar::new();
        let outcome = go(&bar);
        bar.finish();
        outcome
    } else {
        go(&Plain::new(args.json))
    };
    if let Verdict::Failure(Phase::Setup, failure) = &outcome.verdict
        && failure.kind == FailureKind::System
    {
        return Err(stop("refused", status::CONFIG, vec![failure.diagnostic()]));
    }
    let (lines, unwritten) = traces::write(args, &formats, &outcome, spec, &model, path);
    outcome.warnings.extend(unwritten);
    match &job.tool {
        Some(tool) => {
            tool.outcome(&outcome, &outcome.warnings, &telling);
            lines.iter().for_each(|line| tool.print(line));
        }
        // That it cannot be said does not change what was found.
        None => drop(output::to_stderr(|out| lines.iter().try_for_each(|line| writeln!(out, "{line}")))),
    }
    warnings.append(&mut outcome.warnings);
    outcome.warnings = warnings;
    Ok(outcome)
}

/// A page that cannot be written: better said before the search.
fn unwritable(path: &Path, error: &io::Error) -> Stopped {
    let message = format!("{} cannot be written: {error}", path.display());
    stop("error", status::OTHER, vec![Diagnostic::error(code::PAGE_UNWRITABLE, message)])
}

/// In which way states are to be visited.
fn strategy(args: &Check) -> Strategy {
    match (&args.simulate, &args.generate) {
        (Some(how), _) | (None, Some(how)) => Strategy::Simulation(simulate::Options {
            first: args.aril.unwrap_or(0),
            behaviours: how.behaviours,
            check: args.generate.is_none(),
            files: how.file.clone(),
        }),
        (None, None) if args.dfs => Strategy::DepthFirst,
        (None, None) if args.dfid.is_some() => Strategy::Deepening,
        (None, None) => Strategy::BreadthFirst,
    }
}

/// The model has no behaviours that something could be compared with.
fn no_behaviour(with: &str) -> Stopped {
    let message = format!("the model says nothing about behaviours that {with}");
    let error = Diagnostic::error(code::NO_BEHAVIOUR, message);
    let error = error.help("name a configuration with INIT and NEXT, or SPECIFICATION");
    stop("error", status::CONFIG, vec![error])
}

/// A log to validate: read, and its names looked up.
fn log(trace: &Trace, prepared: &Prepared, sources: &mut SourceMap) -> Result<Strategy, Stopped> {
    let wrong = |diagnostics: Vec<Diagnostic>| stop("error", status::CONFIG, diagnostics);
    if !prepared.has_behaviour() {
        return Err(no_behaviour("a log could match"));
    }
    let mapping = match &trace.mapping {
        Some(path) => find::read(path)
            .and_then(|text| Mapping::parse(&path.display().to_string(), &text))
            .map_err(|error| wrong(vec![*error]))?,
        None => Mapping::default(),
    };
    let text = find::read(&trace.log).map_err(|error| wrong(vec![*error]))?;
    let log = Log::parse(&trace.log.display().to_string(), &text, &mapping, sources).map_err(wrong)?;
    let resolved = prepared.resolve_log(&log, sources).map_err(wrong)?;
    Ok(Strategy::Log(validate::Options { log: Arc::new(resolved), between: trace.between, replay: None }))
}

/// The seed; a simulation without one takes another each time, and says which.
fn seed(args: &Check) -> i64 {
    let simulated = args.simulate.is_some() || args.generate.is_some();
    // The keys of a hasher are what the standard library has of randomness.
    let another = || RandomState::new().build_hasher().finish() as i64 >> 1;
    args.seed.unwrap_or_else(|| if simulated { another() } else { 0 })
}

/// The file of `--dump FORMAT FILE`, with the format's ending added as TLC does.
fn dump(words: &[String]) -> Result<Dump, Stopped> {
    let [format, file] = words else { unreachable!("clap wants two values") };
    let format: Format = format.parse().map_err(|why| {
        let error = Diagnostic::error(code::DUMP_FORMAT, format!("--dump: {why}"));
        stop("error", status::USAGE, vec![error])
    })?;
    let mut path = PathBuf::from(file);
    if path.extension().is_none_or(|e| e != format.extension()) {
        path.as_mut_os_string().push(format!(".{}", format.extension()));
    }
    Dump::to_file(format, &path).map_err(|error| stop("error", status::OTHER, vec![*error]))
}

/// A file to write to.
fn create(path: &Path) -> Result<std::fs::File, Stopped> {
    std::fs::File::create(path).map_err(|error| {
        let message = format!("cannot write {}: {error}", path.display());
        stop("error", status::OTHER, vec![Diagnostic::error(code::FILE_UNWRITABLE, message)])
    })
}

/// Says where checkpoints go, unless that was said.
fn with_folder(search: explore::Options, spec: &Path) -> explore::Options {
    let name = spec.file_stem().unwrap_or_default().to_string_lossy();
    let folder = match (&search.folder, &search.checkpoint) {
        (None, Some(_)) => Some(PathBuf::from(format!("{name}.checkpoint"))),
        (folder, _) => folder.clone(),
    };
    explore::Options { folder, ..search }
}

/// Says on standard error where files will be.
fn announce(search: &explore::Options) {
    let kept = search.checkpoint.and(search.recover.as_ref().or(search.folder.as_ref()));
    let mut lines = Vec::new();
    if let Some(folder) = kept {
        let folder = folder.display();
        lines.push(format!("checkpoints go to {folder}; --recover {folder} goes on with the last one"));
    }
    if search.memory.is_some() {
        let folder = kept.or(search.folder.as_ref()).cloned().unwrap_or_else(explore::default_scratch);
        lines.push(format!("what memory has no room for goes to {}", folder.display()));
    }
    // That it cannot be said does not stop the search.
    let _ = output::to_stderr(|out| lines.iter().try_for_each(|line| writeln!(out, "{line}")));
}

/// What the command line adds to the model.
fn add_options(model: &mut Model, args: &Check) {
    let clause = |text: &str| Clause { formula: Formula::from(text), span: None };
    model.invariants.extend(args.invariant.iter().map(|text| clause(text)));
    if let Some(name) = &args.postcondition {
        model.postcondition = Some(clause(name));
    }
}

/// What `translate` adds to the `.cfg`: a constant that the translation has declared is a model value.
fn give_default_value(model: &mut Model, spec: &Spec) {
    const DEFAULT: &str = "defaultInitValue";
    let given = model.assignments.iter().any(|assignment| assignment.name == DEFAULT);
    if !given && matches!(spec.root_module().names.get(DEFAULT), Some(Entity::Decl(_))) {
        model.assignments.push(Assignment {
            name: DEFAULT.to_owned(),
            arguments: Vec::new(),
            module: None,
            replacement: Replacement::Value(Datum::ModelValue(DEFAULT.to_owned())),
            span: None,
            module_span: None,
            replacement_span: None,
        });
    }
}

fn stop(outcome: &'static str, status: i32, diagnostics: Vec<Diagnostic>) -> Stopped {
    Stopped { outcome, status, diagnostics }
}

fn configuration(diagnostics: Vec<Diagnostic>) -> Stopped {
    because(diagnostics, "config_error", status::CONFIG)
}

/// As `outcome`, unless a feature is refused.
fn because(diagnostics: Vec<Diagnostic>, outcome: &'static str, status: i32) -> Stopped {
    if diagnostics.iter().any(|d| d.code == code::NOT_IMPLEMENTED) {
        return stop("refused", status::CONFIG, diagnostics);
    }
    stop(outcome, status, diagnostics)
}
