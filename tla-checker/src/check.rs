//! The doors: load a spec, make a model of it ready, check it.
//!
//! Enters: a [`Spec`] and a [`Model`]. Leaves: [`Prepared`], then an [`Outcome`].
//! Holds: nothing is printed, nothing is global; a [`Prepared`] can be checked many times and from
//! many threads at once.
//!
//! ```
//! use tla_checker::check::{self, Options};
//! use tla_checker::eval::Bounds;
//! use tla_checker::model::Model;
//! use tla_checker::observer::{Cancel, Silent};
//! use tla_parser::library::Library;
//! use tla_parser::resolve::load_text;
//!
//! let text = "---- MODULE Clock ----\nEXTENDS Naturals\nVARIABLE hour\n\
//!             Init == hour = 1\nNext == hour' = (hour % 12) + 1\n====";
//! let library = Library::new();
//! let mut spec = load_text("Clock.tla", text, &library).expect("resolves").spec;
//! let model = Model::new().init_next("Init", "Next").invariant("hour < 12");
//! let prepared = check::prepare(&mut spec, &model, &library, Bounds::default()).expect("is ready");
//! let outcome = check::run(&prepared, &Options::default(), &Silent, &Cancel::new());
//! assert_eq!(outcome.exit_code(), 12);
//! assert_eq!(outcome.trace().len(), 12);
//! ```

mod bind;
pub mod browse;
mod counterexample;
mod deadline;
mod formula;
mod property;
mod symmetry;
mod temporal;
mod vacuity;

pub use deadline::within;

use crate::coverage::chart::Chart;
use crate::dump::Dump;
use crate::eval::{Bounds, Evaluator, Instance, Registers, Setting};
use crate::explanation::Explanation;
use crate::explore::{self, Identity, depth_first, reference, simulate, validate};
use crate::failure::FailureKind;
use crate::ir::{Ir, NodeId, OpId, actions_in};
use crate::log::trace::Loaded;
use crate::log::{self, Log};
use crate::lower::{Lowerer, ROOT, keeps, literals, specialise};
use crate::model::Model;
use crate::observer::{Cancel, Observer, Silent};
use crate::outcome::{Bound, Method, Outcome, Phase, Verdict, Violation};
use crate::space::{ActionInstance, Progress, Properties};
use crate::spec::{Roles, SpecSpace};
use crate::symmetry::Symmetry;
use crate::value::Datum;
use rustc_hash::FxHashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tla_parser::code;
use tla_parser::diagnostic::Diagnostic;
use tla_parser::hir::{DeclKind, DefKind, Level, Module, Spec};
use tla_parser::library::Library;
use tla_parser::source::{SourceMap, Span};

/// How long Next may take to be split: what takes longer is left whole, and the search evaluates it.
const SPLITTING: Duration = Duration::from_secs(10);

/// How to check.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// How to search. Its `check_deadlock` yields to the model's.
    pub search: explore::Options,
    /// In which way states are visited.
    pub strategy: Strategy,
    /// Search with the reference instead: sequential, whole values, no fingerprints.
    pub reference: bool,
    /// Count how often each part of the model is evaluated: one worker, in the order of discovery, and nothing
    /// that would leave an evaluation out.
    pub coverage: bool,
    /// After how many expanded states variables are taken apart; `None` for what is usual.
    #[doc(hidden)]
    pub shape_after: Option<u64>,
    /// How many permutations SYMMETRY may have if all are to be tried; `None` for what is usual.
    #[doc(hidden)]
    pub few_permutations: Option<usize>,
}

/// In which way states are visited.
#[derive(Clone, Debug, Default)]
pub enum Strategy {
    /// Level by level, on all cores.
    #[default]
    BreadthFirst,
    /// One behaviour to its end before the next.
    DepthFirst,
    /// Depth-first, a level deeper each time, as far as the search's `max_depth`.
    Deepening,
    /// Random behaviours.
    Simulation(simulate::Options),
    /// The behaviours that match a log ([`Prepared::resolve_log`]).
    Log(validate::Options),
}

/// States that are expanded before shapes are guessed.
const SHAPE_AFTER: u64 = 300;

/// A model made ready to be checked.
pub struct Prepared {
    ir: Ir,
    roles: Roles,
    properties: Properties,
    symmetry: Option<Symmetry>,
    order: Option<String>,
    assumptions: Vec<(String, Span, OpId)>,
    postcondition: Option<(String, OpId)>,
    check_deadlock: Option<bool>,
    bounds: Bounds,
    facts: FxHashMap<String, Datum>,
    /// Where the variables are declared.
    variables: Vec<Span>,
    /// The texts it was made of.
    identity: Identity,
    /// What deserves attention.
    pub warnings: Vec<Diagnostic>,
}

impl Prepared {
    /// The lowered model.
    pub fn ir(&self) -> &Ir {
        &self.ir
    }

    /// Why the model's meaning depends on the order of evaluation, if it does.
    pub fn order_dependent(&self) -> Option<&str> {
        self.order.as_deref()
    }

    /// Whether states are told apart by a VIEW.
    pub fn has_view(&self) -> bool {
        self.roles.view.is_some()
    }

    /// Whether states are told apart up to a symmetry.
    pub fn has_symmetry(&self) -> bool {
        self.symmetry.is_some()
    }

    /// Whether there are properties for which the state graph is needed.
    pub fn has_temporal_properties(&self) -> bool {
        !self.properties.temporal.duties.is_empty()
    }

    /// In how many ways a behaviour may violate the temporal properties.
    pub fn ways_to_violate(&self) -> usize {
        self.properties.temporal.duties.len()
    }

    /// Looks up the names of a log in the model; `sources` hold its text.
    ///
    /// # Errors
    /// It names what the model does not have.
    pub fn resolve_log(&self, log: &Log, sources: &SourceMap) -> Result<log::Resolved, Vec<Diagnostic>> {
        let known = log::Known {
            variables: self.ir.variables.clone(),
            instances: self.roles.instances.iter().map(|i| self.called(i)).collect(),
        };
        log.resolve(&known, sources)
    }

    /// A trace, its states as the events of a log; `sources` get its text, a state a line.
    ///
    /// # Errors
    /// It names what the model does not have.
    pub fn resolve_trace(
        &self,
        name: &str,
        trace: &Loaded,
        sources: &mut SourceMap,
    ) -> Result<validate::Options, Vec<Diagnostic>> {
        let mut states = trace.states.clone();
        // Stuttering in the last state is no step of the spec, or may be none.
        let closing = trace.back.filter(|back| back + 1 < states.len());
        states.extend(closing.map(|back| trace.states[back].clone()));
        let log = Log::of_states(&format!("{name}, a state a line"), &states, sources);
        let mut resolved = self.resolve_log(&log, sources)?;
        resolved.events.iter_mut().take(1).for_each(|first| first.initial = true);
        let replay = validate::Replay { exact: trace.exact, back: trace.back, closing: closing.is_some() };
        Ok(validate::Options { log: Arc::new(resolved), between: 0, replay: Some(replay) })
    }

    /// What an action instance is called.
    fn called(&self, instance: &Instance) -> log::Called {
        let inside = actions_in(&self.ir, instance.action).into_iter();
        let name = |op: OpId| (self.ir.op(op).name.clone(), op.0);
        log::Called { around: instance.definitions.clone(), inside: inside.map(name).collect() }
    }

    /// Whether the model has behaviours to explore.
    pub fn has_behaviour(&self) -> bool {
        self.roles.init.is_some()
    }
}

/// Makes a model of a spec ready. Expressions in the model are added to the spec, as definitions of
/// a module that extends its root.
///
/// # Errors
/// The model does not fit the spec, or asks for what is not built yet
/// ([`code::NOT_IMPLEMENTED`]).
pub fn prepare(
    spec: &mut Spec,
    model: &Model,
    library: &Library,
    bounds: Bounds,
) -> Result<Prepared, Vec<Diagnostic>> {
    prepare_until(spec, model, library, bounds, &Cancel::new())
}

/// As [`prepare`], but what may take long in it (Next is split into its instances, constants are worked out) is left
/// when `cancel` is set. What is ready then means the same, and is slower to search: the caller, who has set the flag,
/// will not want it.
///
/// # Errors
/// As [`prepare`].
pub fn prepare_until(
    spec: &mut Spec,
    model: &Model,
    library: &Library,
    bounds: Bounds,
    cancel: &Cancel,
) -> Result<Prepared, Vec<Diagnostic>> {
    let formulas = formula::resolve(spec, model, library)?;
    let spec = &*spec;
    let mut errors = Vec::new();
    let mut warnings = Vec::new();
    let (constants, overrides) = bind::bind(spec, model, &mut errors, &mut warnings);
    let mut lowerer = Lowerer::new(spec, constants, overrides);
    let mut fairness = Vec::new();
    let behaviour = property::behaviour(&mut lowerer, model, &formulas, &mut fairness, &mut errors);
    let mut found = Vec::new();
    for clause in &model.properties {
        if let Some((e, _)) = formulas.get(clause, &mut errors) {
            property::classify(&mut lowerer, clause.text(), e, ROOT, &mut found, &mut errors);
        }
    }
    let mut roles = Roles::default();
    let mut properties = Properties::default();
    let facts = facts(spec);
    let mut actions = Vec::new();
    if errors.is_empty() {
        let formulas = temporal::Formulas::new(&mut lowerer, &facts, bounds);
        match temporal::prepare(formulas, &fairness, &found) {
            Ok((temporal, atoms, own)) => {
                (properties.temporal, roles.atoms, actions) = (temporal, atoms, own);
            }
            Err(more) => errors.extend(more),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }

    let mut next = None;
    if let Some((init, step)) = behaviour {
        roles.init = Some(init);
        next = Some(step);
    }
    let single =
        |clauses: &[crate::model::Clause], max, lowerer: &mut Lowerer<'_>, errors: &mut Vec<Diagnostic>| {
            let mut ops = Vec::new();
            for clause in clauses {
                if let Some((e, span)) = formulas.get(clause, errors)
                    && property::check_level(lowerer, (e, span), clause, max, errors)
                {
                    ops.push((clause.text().to_string(), lowerer.formula(clause.text(), e, ROOT), span));
                }
            }
            ops
        };
    let name =
        |(name, op, span): (String, OpId, Span)| (crate::space::Property { name, span: Some(span) }, op);
    for clause in &model.invariants {
        formula::check_not_variable(lowerer.spec(), clause, &mut errors);
    }
    for (property, op) in
        single(&model.invariants, Level::State, &mut lowerer, &mut errors).into_iter().map(name)
    {
        properties.invariants.push(property);
        roles.invariants.push(op);
    }
    for property in found {
        property.add(&mut lowerer, &mut properties, &mut roles);
    }
    roles.constraints = single(&model.constraints, Level::State, &mut lowerer, &mut errors)
        .into_iter()
        .map(|c| c.1)
        .collect();
    roles.action_constraints = single(&model.action_constraints, Level::Action, &mut lowerer, &mut errors)
        .into_iter()
        .map(|c| c.1)
        .collect();
    roles.view = single(model.view.as_slice(), Level::State, &mut lowerer, &mut errors).pop().map(|c| c.1);
    let order = lowerer.impure().map(str::to_string);
    roles.alias = single(model.alias.as_slice(), Level::Action, &mut lowerer, &mut errors).pop().map(|c| c.1);
    let postcondition = single(model.postcondition.as_slice(), Level::Action, &mut lowerer, &mut errors)
        .pop()
        .map(|c| (c.0, c.1));
    let symmetric = model.symmetry.as_ref().and_then(|clause| {
        let named = single(std::slice::from_ref(clause), Level::Constant, &mut lowerer, &mut errors).pop();
        named.map(|(_, op, defined)| (clause, op, defined))
    });
    let mut assumptions = Vec::new();
    for &a in &spec.root_module().assumptions {
        let def = spec.def(a);
        if def.kind != DefKind::Assumption(true) {
            assumptions.push((def.name.to_string(), def.span, lowerer.op(a, ROOT)));
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut ir = lowerer.finish();
    if let Some(next) = next {
        let registers = Registers::new(facts.clone());
        roles.instances = deadline::within(Some(SPLITTING), cancel, |cancel| {
            let setting = Setting {
                ir: &ir,
                bounds,
                keep_values: false,
                observer: &Silent,
                cancel,
                registers: &registers,
            };
            let mut evaluator = Evaluator::new(&setting);
            evaluator.quiet = true;
            let instances = evaluator.split(next);
            roles.void = evaluator.without_instances().to_vec();
            if order.is_none() && roles.view.is_none() {
                for action in &actions {
                    let own = evaluator.split(action.action);
                    action.match_instances(&ir, &own, &instances, &mut properties.temporal);
                }
            }
            instances
        });
    }
    let mut found_symmetry = None;
    if let Some(named) = symmetric {
        let registers = Registers::new(facts.clone());
        let found = symmetry::permutations(named, &ir, bounds, &registers).map_err(|error| vec![*error])?;
        let roots = symmetry::roots(&roles, next);
        warnings.extend(symmetry::doubts(named, &found, &roots, (&ir, bounds, &registers)));
        found_symmetry = Some(found).filter(|symmetry| !symmetry.is_trivial());
    }
    deadline::within(Some(SPLITTING), cancel, |cancel| {
        let registers = Registers::new(facts.clone());
        let elements = |ir: &Ir, set: NodeId, frame: u32| {
            let setting =
                Setting { ir, bounds, keep_values: false, observer: &Silent, cancel, registers: &registers };
            Evaluator::new(&setting).few_elements(set, frame)
        };
        specialise::recalled(&mut ir, &elements);
        specialise::instances(&mut ir, &mut roles.instances, &elements);
        let formulas =
            [&roles.invariants, &roles.actions, &roles.constraints, &roles.action_constraints, &roles.atoms];
        for &op in formulas.into_iter().flatten() {
            specialise::operator(&mut ir, op, &elements);
        }
    });
    ir.kept_by_text = FxHashMap::default();
    keeps(&mut ir);
    literals(&mut ir);
    Ok(Prepared {
        ir,
        roles,
        properties,
        symmetry: found_symmetry,
        order,
        assumptions,
        postcondition,
        check_deadlock: model.check_deadlock,
        bounds,
        facts,
        variables: spec
            .root_module()
            .decls
            .iter()
            .map(|&d| spec.decl(d))
            .filter(|decl| decl.kind == DeclKind::Variable)
            .map(|decl| decl.span)
            .collect(),
        identity: identity(spec, model),
        warnings,
    })
}

/// What a model was made of: the texts of all modules, and the model.
fn identity(spec: &Spec, model: &Model) -> Identity {
    let text = |module: &Module| {
        let Span { file, start, end } = module.span;
        spec.sources.file(file).text.get(start as usize..end as usize).unwrap_or_default().to_owned()
    };
    // What was added for the model's expressions is in the model.
    let own = spec.modules.iter().filter(|module| spec.sources.file(module.file).name != formula::FILE);
    let modules = own.map(|module| (format!("module {}", module.name), text(module)));
    let identity = modules.fold(Identity::default(), |identity, (name, text)| identity.with(name, &text));
    identity.with("the model", &model.to_string())
}

/// Why the reference search cannot check a model: for temporal properties it makes every step once more, which are
/// others then where they depend on what was evaluated before.
fn no_reference(prepared: &Prepared, options: &Options) -> Option<Outcome> {
    let lively = !prepared.properties.temporal.duties.is_empty();
    let why = prepared.order.as_ref().filter(|_| options.reference && lively)?;
    let other = format!("temporal properties of a spec that depends on the order of evaluation ({why})");
    Some(Outcome::of(Verdict::Failure(Phase::Setup, explore::not_built("--reference", &other))))
}

/// What `TLCGet` answers about the checker and the model.
fn facts(spec: &Spec) -> FxHashMap<String, Datum> {
    let text = |s: &str| Datum::Str(s.to_string());
    let mut facts = FxHashMap::default();
    // Action composition is always on here.
    facts.insert("-Dtlc2.tool.impl.Tool.cdot".to_string(), text("true"));
    facts.insert(
        "config".to_string(),
        Datum::record(vec![
            ("mode".to_string(), text("bfs")),
            ("depth".to_string(), Datum::Int(-1)),
            ("deadlock".to_string(), Datum::Bool(true)),
            ("fingerprint".to_string(), Datum::Int(0)),
            ("seed".to_string(), Datum::Int(0)),
            ("traces".to_string(), Datum::Int(-1)),
            ("worker".to_string(), Datum::Int(1)),
            ("install".to_string(), text("")),
            ("sched".to_string(), text("")),
        ]),
    );
    facts.insert(
        "revision".to_string(),
        Datum::record(vec![
            ("tag".to_string(), text(env!("CARGO_PKG_VERSION"))),
            ("count".to_string(), Datum::Int(0)),
            ("timestamp".to_string(), Datum::Int(0)),
            ("date".to_string(), text("")),
        ]),
    );
    facts.insert("root".to_string(), text(&spec.root_module().name));
    facts
}

/// The value of an expression without variables in the context of a spec, as TLA+ text. Constants of
/// the spec have no values.
///
/// # Errors
/// The expression is wrong, or has no value.
pub fn evaluate(
    spec: &mut Spec,
    expression: &str,
    library: &Library,
    bounds: Bounds,
) -> Result<String, Vec<Diagnostic>> {
    let cancel = Cancel::new();
    let context = Context { model: None, bounds, observer: &Silent, cancel: &cancel };
    evaluate_in(spec, expression, library, &context)
}

/// With what an expression is evaluated.
#[derive(Clone, Copy)]
pub struct Context<'c> {
    /// What says the values of the constants, and replaces definitions.
    pub model: Option<&'c Model>,
    /// What may be used.
    pub bounds: Bounds,
    /// Receives what is printed.
    pub observer: &'c dyn Observer,
    /// Ends the evaluation from outside.
    pub cancel: &'c Cancel,
}

/// The value of an expression without variables in the context of a spec and what a model says of it, as
/// TLA+ text.
///
/// # Errors
/// The expression is wrong, or has no value.
pub fn evaluate_in(
    spec: &mut Spec,
    expression: &str,
    library: &Library,
    context: &Context<'_>,
) -> Result<String, Vec<Diagnostic>> {
    let e = formula::expression(spec, expression, library)?;
    let mut errors = Vec::new();
    let (constants, overrides) = match context.model {
        Some(model) => bind::bind(spec, model, &mut errors, &mut Vec::new()),
        None => Default::default(),
    };
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut lowerer = Lowerer::new(spec, constants, overrides);
    let op = lowerer.formula("expression", e, ROOT);
    let ir = lowerer.finish();
    let registers = Registers::new(facts(spec));
    let Context { bounds, observer, cancel, .. } = *context;
    let setting = Setting { ir: &ir, bounds, keep_values: false, observer, cancel, registers: &registers };
    let mut evaluator = Evaluator::new(&setting);
    match evaluator.lazy_value_of(op) {
        Ok(value) => Ok(value.to_string()),
        Err(failure) => Err(vec![failure.diagnostic()]),
    }
}

/// Why each action instance has no step in a state, or how many it has: for a deadlock, or a step that
/// somebody expected. `state` holds the values of the variables, in their order, as traces have them.
pub fn explain(prepared: &Prepared, state: &[Datum], cancel: &Cancel) -> Vec<(ActionInstance, Explanation)> {
    let registers = Registers::new(prepared.facts.clone());
    let setting = prepared.setting(&Silent, cancel, &registers);
    let mut evaluator = Evaluator::new(&setting);
    let explain = |instance: &Instance| {
        let Instance { name, arguments, span, .. } = instance;
        let named = ActionInstance { name: name.clone(), arguments: arguments.clone(), span: *span };
        (named, evaluator.explain(state, instance))
    };
    prepared.roles.instances.iter().map(explain).collect()
}

/// Checks a model.
pub fn run(prepared: &Prepared, options: &Options, observer: &dyn Observer, cancel: &Cancel) -> Outcome {
    let start = Instant::now();
    let registers = Registers::new(facts_of_run(prepared, options));
    let mut outcome = search(prepared, options, observer, cancel, &registers);
    if let Some((name, op)) = &prepared.postcondition
        && !matches!(outcome.verdict, Verdict::Bounded(Bound::Cancelled))
        // A log asks about the spec alone.
        && !matches!(options.strategy, Strategy::Log(_))
    {
        // It gets as much time as the search had: a search that ran out of time is followed by it too.
        let verdict = deadline::within(options.search.time_limit, cancel, |flag| {
            postcondition(prepared, &outcome, name, *op, observer, flag, &registers)
        });
        if let Some(Verdict::Bounded(_)) = verdict {
            if outcome.violations.is_empty() {
                let bound = if cancel.is_cancelled() { Bound::Cancelled } else { Bound::Time };
                outcome.verdict = Verdict::Bounded(bound);
            }
        } else if let Some(verdict) = verdict {
            if outcome.violations.is_empty() {
                outcome.verdict = verdict.clone();
            }
            outcome.violations.push(Violation::bare(verdict));
        }
    }
    outcome.warnings.extend(options.search.dump.as_ref().and_then(Dump::unused));
    outcome.warnings.extend(vacuity::warnings(prepared, &outcome));
    if prepared.has_behaviour() && outcome.states_generated == 0 && outcome.verdict == Verdict::Success {
        let mut warning =
            Diagnostic::warning(code::NO_INITIAL_STATE, "no state satisfies the initial predicate");
        if let Some(init) = prepared.roles.init {
            warning = warning.at(prepared.ir.op(init).span, "is false of every state");
        }
        outcome
            .warnings
            .push(warning.note("there was nothing to check: every property holds of no behaviours"));
    }
    outcome.seconds = start.elapsed().as_secs_f64();
    outcome
}

fn search(
    prepared: &Prepared,
    options: &Options,
    observer: &dyn Observer,
    cancel: &Cancel,
    registers: &Registers,
) -> Outcome {
    if let Some(refused) = no_coverage(options).or_else(|| no_reference(prepared, options)) {
        return refused;
    }
    let start = Instant::now();
    let limit = options.search.time_limit;
    let verdict = deadline::within(limit, cancel, |flag| assumptions(prepared, observer, flag, registers));
    match verdict {
        Some(Verdict::Bounded(Bound::Cancelled)) if !cancel.is_cancelled() => {
            return Outcome::of(Verdict::Bounded(Bound::Time));
        }
        Some(verdict) => return Outcome::of(verdict),
        None => {}
    }
    if !prepared.has_behaviour() {
        return Outcome::of(Verdict::Success);
    }
    let safety = symmetry::safety(&prepared.properties);
    let space_of = |properties, reduced: bool| {
        let symmetry = prepared.symmetry.as_ref().filter(|_| reduced);
        let space = SpecSpace::new(
            &prepared.ir,
            &prepared.roles,
            properties,
            prepared.order.clone(),
            prepared.bounds,
            !options.reference,
            options.shape_after.unwrap_or(SHAPE_AFTER),
            registers,
            observer,
            cancel,
        );
        match symmetry {
            Some(symmetry) => space.with_symmetry(symmetry, options.few_permutations),
            None => space,
        }
    };
    // A behaviour is simulated whether or not others like it were; a log has names.
    let reduced = !matches!(options.strategy, Strategy::Simulation(_) | Strategy::Log(_));
    let chart = options.coverage.then(|| Chart::new(&prepared.ir, &prepared.roles));
    let space = counted(space_of(&prepared.properties, reduced), chart.as_ref());
    let mut search = options.search.clone();
    if options.coverage {
        (search.workers, search.in_order) = (1, true);
    }
    search.time_limit = limit.map(|limit| limit.saturating_sub(start.elapsed()));
    search.check_deadlock &= prepared.check_deadlock.unwrap_or(true);
    search.identity = prepared.identity.clone();
    let seek = |space: &SpecSpace<'_>, search: &explore::Options| match &options.strategy {
        Strategy::BreadthFirst if options.reference => reference::explore(space, search, observer, cancel),
        Strategy::BreadthFirst => explore::explore(space, search, observer, cancel),
        Strategy::DepthFirst => depth_first::depth_first(space, search, observer, cancel),
        Strategy::Deepening => depth_first::deepening(space, search, observer, cancel),
        Strategy::Simulation(how) => simulate::simulate(space, search, how, observer, cancel),
        Strategy::Log(how) => validate::validate(space, search, how, observer, cancel),
    };
    let mut outcome =
        if reduced && prepared.symmetry.is_some() && symmetry::is_lively(&prepared.properties, options) {
            let whole = space_of(&prepared.properties, false);
            symmetry::in_two(&counted(space_of(&safety, true), chart.as_ref()), &whole, &search, &seek)
        } else {
            seek(&space, &search)
        };
    if let Some(chart) = &chart {
        let simulated = matches!(outcome.method, Method::Simulation(_));
        let distinct = (!simulated).then_some(outcome.distinct_states);
        let mut coverage = chart.coverage(&prepared.ir, &outcome.actions, distinct);
        coverage.variables(&prepared.ir.variables, &prepared.variables, &outcome);
        outcome.coverage = Some(coverage);
    }
    outcome
}

/// A space whose evaluations are counted, if they are to be.
fn counted<'m>(space: SpecSpace<'m>, chart: Option<&'m Chart>) -> SpecSpace<'m> {
    match chart {
        Some(chart) => space.counted_in(chart),
        None => space,
    }
}

/// Why evaluations cannot be counted in such a search.
fn no_coverage(options: &Options) -> Option<Outcome> {
    let search = &options.search;
    let others = [
        ("--memory", search.memory.is_some() || search.spill_after.is_some()),
        ("--checkpoint", search.checkpoint.is_some()),
        ("--recover", search.recover.is_some()),
        ("--dfid, which searches again and again,", matches!(options.strategy, Strategy::Deepening)),
        ("trace validation", matches!(options.strategy, Strategy::Log(_))),
    ];
    let (other, _) = others.into_iter().find(|(_, asked)| options.coverage && *asked)?;
    let failure = explore::not_built("--coverage", other);
    Some(Outcome::of(Verdict::Failure(Phase::Setup, failure)))
}

/// What `TLCGet` answers about the checker, the model and how it is checked.
fn facts_of_run(prepared: &Prepared, options: &Options) -> FxHashMap<String, Datum> {
    let mut facts = prepared.facts.clone();
    let Some(Datum::Record(config)) = facts.get_mut("config") else { return facts };
    let search = &options.search;
    let number = |n: Option<u64>| Datum::Int(n.map_or(-1, |n| i64::try_from(n).unwrap_or(i64::MAX)));
    let (mode, depth, traces) = match &options.strategy {
        Strategy::BreadthFirst => ("bfs", None, None),
        Strategy::DepthFirst | Strategy::Deepening | Strategy::Log(_) => {
            ("dfs", search.max_depth.map(u64::from), None)
        }
        Strategy::Simulation(how) => (
            if how.check { "simulate" } else { "generate" },
            Some(search.max_depth.unwrap_or(simulate::DEPTH).into()),
            how.behaviours,
        ),
    };
    for (name, value) in config {
        match name.as_str() {
            "mode" => *value = mode.into(),
            "depth" => *value = number(depth),
            "traces" => *value = number(traces),
            "seed" => *value = Datum::Int(search.seed),
            "deadlock" => {
                *value = Datum::Bool(search.check_deadlock && prepared.check_deadlock.unwrap_or(true));
            }
            _ => {}
        }
    }
    facts
}

impl Prepared {
    /// What is evaluated outside the search is evaluated with.
    fn setting<'m>(
        &'m self,
        observer: &'m dyn Observer,
        cancel: &'m Cancel,
        registers: &'m Registers,
    ) -> Setting<'m> {
        Setting { ir: &self.ir, bounds: self.bounds, keep_values: false, observer, cancel, registers }
    }
}

/// The first assumption that is false or has no value.
fn assumptions(
    prepared: &Prepared,
    observer: &dyn Observer,
    cancel: &Cancel,
    registers: &Registers,
) -> Option<Verdict> {
    let setting = prepared.setting(observer, cancel, registers);
    let mut evaluator = Evaluator::new(&setting);
    for (name, span, op) in &prepared.assumptions {
        match evaluator.truth_of(*op) {
            Ok(true) => {}
            Ok(false) => return Some(Verdict::Assumption { name: name.clone(), span: Some(*span) }),
            Err(failure) if failure.kind == FailureKind::Cancelled => {
                return Some(Verdict::Bounded(Bound::Cancelled));
            }
            Err(failure) => return Some(Verdict::Failure(Phase::Assumption, failure)),
        }
    }
    None
}

fn postcondition(
    prepared: &Prepared,
    outcome: &Outcome,
    name: &str,
    op: OpId,
    observer: &dyn Observer,
    cancel: &Cancel,
    registers: &Registers,
) -> Option<Verdict> {
    let setting = prepared.setting(observer, cancel, registers);
    let mut evaluator = Evaluator::new(&setting);
    evaluator.progress = Progress {
        generated: outcome.states_generated,
        distinct: outcome.distinct_states,
        queue: outcome.queue,
        level: outcome.depth,
    };
    let example = counterexample::counterexample(&outcome.violations);
    evaluator.example = Some(example.to_value(&mut evaluator.interner));
    match evaluator.truth_of(op) {
        Ok(true) => None,
        Ok(false) => Some(Verdict::Postcondition { name: name.to_string() }),
        Err(failure) if failure.kind == FailureKind::Cancelled => Some(Verdict::Bounded(Bound::Cancelled)),
        Err(failure) => Some(Verdict::Failure(Phase::Postcondition, failure)),
    }
}
