//! What SYMMETRY says: the permutations, whether the model is the same under them as far as that can be seen, and
//! the two searches that temporal properties need.
//!
//! Enters: the definition that a model names. Leaves: a [`Symmetry`], errors about what is no permutation of
//! model values, warnings about what tells symmetric values apart. Holds: a model that is not symmetric after
//! all may have violations that are not found; those that are found are real, as whatever is kept was reached.

use super::{Options, SPLITTING, deadline};
use crate::eval::{Bounds, Evaluator, Registers, Setting};
use crate::explore::{self, Liveness};
use crate::failure::FailureKind;
use crate::ir::{Ir, Node, NodeId, OpId, Reads};
use crate::model::Clause;
use crate::observer::{Cancel, Silent};
use crate::outcome::{Bound, Outcome, Verdict, Violation};
use crate::space::Properties;
use crate::spec::{Roles, SpecSpace};
use crate::symmetry::Symmetry;
use crate::value::{Limits, Value};
use rustc_hash::FxHashSet;
use tla_parser::code;
use tla_parser::diagnostic::Diagnostic;
use tla_parser::source::Span;

/// How much of a value is shown in a message.
const SHOWN: usize = 60;
/// How many places are shown beside the first.
const PLACES: usize = 4;

/// The clause, the operator that it names, and where that is defined.
pub(super) type Named<'m> = (&'m Clause, OpId, Span);

/// The permutations that a model names.
///
/// # Errors
/// They are none, or cannot be evaluated.
pub(super) fn permutations(
    named: Named<'_>,
    ir: &Ir,
    bounds: Bounds,
    registers: &Registers,
) -> Result<Symmetry, Box<Diagnostic>> {
    let generators = deadline::within(Some(SPLITTING), &Cancel::new(), |cancel| {
        let setting = Setting { ir, bounds, keep_values: false, observer: &Silent, cancel, registers };
        let mut evaluator = Evaluator::new(&setting);
        evaluator.quiet = true;
        match evaluator.value_of(named.1) {
            Ok(value) => generators(named, &value, &Limits { max_set: bounds.max_set }),
            Err(failure) if failure.kind == FailureKind::Cancelled => {
                Err(Box::new(wrong(named, "the evaluation takes too long")))
            }
            Err(failure) => Err(Box::new(failure.diagnostic())),
        }
    })?;
    Symmetry::generated(&generators).ok_or_else(|| {
        let help = "let it be `Permutations(S)`, or a union of such sets: those need not be listed";
        Box::new(wrong(named, "there are too many permutations to be listed").help(help))
    })
}

fn wrong((clause, _, defined): Named<'_>, what: &str) -> Diagnostic {
    let message = format!("`{}` is no set of permutations of model values: {what}", clause.text());
    let d = Diagnostic::error(code::SYMMETRY_VALUE, message);
    match clause.span {
        Some(span) => d.at(span, "").also(defined, "defined here"),
        None => d.at(defined, "defined here"),
    }
}

/// A value as it is shown in a message.
fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// The permutations, as pairs of names.
fn generators(
    named: Named<'_>,
    value: &Value,
    limits: &Limits,
) -> Result<Vec<Vec<(String, String)>>, Box<Diagnostic>> {
    let permutations = || "write `Permutations(S)` of module TLC, where S is a set of model values";
    let forced = value.forced(limits);
    let Some(elements) = forced.as_ref().ok().and_then(Value::set_elements) else {
        let what = format!("it is {}, {}", value.kind_name(), shown(value));
        return Err(Box::new(wrong(named, &what).help(permutations())));
    };
    let pairs = |function: &Value| {
        let what = || format!("{} is {}", shown(function), function.kind_name());
        let pairs = function.is_function().then(|| function.finite_pairs("SYMMETRY").ok()).flatten();
        let pairs = pairs.ok_or_else(|| Box::new(wrong(named, &what()).help(permutations())))?;
        let mut names = Vec::new();
        for (from, to) in pairs {
            let other = [&from, &to].into_iter().find(|value| !matches!(value, Value::Model(_)));
            if let Some(other) = other {
                let what =
                    format!("{} has {}, which is {}", shown(function), shown(other), other.kind_name());
                let help = "only model values can be permuted: give the set model values in the configuration, \
                            as in `CONSTANT S = {s1, s2}`";
                return Err(Box::new(wrong(named, &what).help(help)));
            }
            names.push((from.to_string(), to.to_string()));
        }
        let mut images: Vec<&String> = names.iter().map(|(_, to)| to).collect();
        images.sort_unstable();
        if !images.iter().copied().eq(names.iter().map(|(from, _)| from)) {
            let what = format!("{} does not map its domain one-to-one onto itself", shown(function));
            return Err(Box::new(wrong(named, &what)));
        }
        Ok(names)
    };
    elements.iter().map(pairs).collect()
}

/// What there is to say about a symmetry and what is checked with it.
pub(super) fn doubts(
    named: Named<'_>,
    symmetry: &Symmetry,
    roots: &[OpId],
    (ir, bounds, registers): (&Ir, Bounds, &Registers),
) -> Vec<Diagnostic> {
    let place = |d: Diagnostic| match named.0.span {
        Some(span) => d.at(span, "").also(named.2, "defined here"),
        None => d.at(named.2, "defined here"),
    };
    if symmetry.is_trivial() {
        let message = format!("`{}` permutes nothing: the search is not reduced", named.0.text());
        let help = "a symmetric set needs two model values at least";
        return vec![place(Diagnostic::warning(code::SYMMETRY_TRIVIAL, message)).help(help)];
    }
    let found = deadline::within(Some(SPLITTING), &Cancel::new(), |cancel| {
        let setting = Setting { ir, bounds, keep_values: false, observer: &Silent, cancel, registers };
        let mut look = Look { ir, symmetry, evaluator: Evaluator::new(&setting), found: Vec::new() };
        look.evaluator.quiet = true;
        look.through(roots);
        look.found
    });
    let Some(((span, label), others)) = found.split_first() else { return Vec::new() };
    let message = format!("the model may not be symmetric under `{}`", named.0.text());
    let mut warning = Diagnostic::warning(code::SYMMETRY_BROKEN, message).at(*span, label);
    for (span, label) in others.iter().take(PLACES) {
        warning = warning.also(*span, label);
    }
    if others.len() > PLACES {
        warning = warning.note(format!("and in {} more places", others.len() - PLACES));
    }
    vec![
        warning
            .note("a violation may be missed then; one that is found is real")
            .help("take SYMMETRY out, or treat all values of the symmetric set alike"),
    ]
}

/// Looks for what tells symmetric values apart.
struct Look<'m> {
    ir: &'m Ir,
    symmetry: &'m Symmetry,
    evaluator: Evaluator<'m>,
    found: Vec<(Span, String)>,
}

impl Look<'_> {
    /// Goes through everything that operators are made of.
    fn through(&mut self, roots: &[OpId]) {
        let frame = |op: OpId| self.ir.op(op).frame;
        let mut todo: Vec<(NodeId, u32)> = roots.iter().map(|&op| (self.ir.op(op).body, frame(op))).collect();
        let mut met = FxHashSet::default();
        while let Some((id, frame)) = todo.pop() {
            if !met.insert(id) || self.is_alike(id, frame) {
                continue;
            }
            let ir = self.ir;
            match ir.node(id) {
                Node::Call(op, ..) | Node::Operator(op, _) => todo.push((ir.op(*op).body, ir.op(*op).frame)),
                Node::Closure(rule, ..) => {
                    let rule = &ir.rules[rule.index()];
                    todo.push((rule.body, rule.frame));
                }
                Node::Datum(at) => {
                    let value = &ir.data[*at as usize];
                    self.add(id, format!("this is {value}, which a permutation changes"));
                }
                Node::Choose(bound, _) => {
                    let set = (ir.reads(bound.set) == Reads::Constant)
                        .then(|| self.evaluator.few_elements(bound.set, frame))
                        .flatten();
                    let names = set.map_or(Vec::new(), |set| {
                        let mut names: Vec<&str> =
                            set.iter().flat_map(|element| self.symmetry.names_in(element)).collect();
                        names.sort_unstable();
                        names.dedup();
                        names
                    });
                    if names.len() > 1 {
                        self.add(id, format!("always takes the same of {}", names.join(", ")));
                    }
                }
                _ => {}
            }
            ir.children(id, &mut |child| todo.push((child, frame)));
        }
        self.found.sort_by_key(|found| (found.0.file, found.0.start));
    }

    fn add(&mut self, id: NodeId, label: String) {
        let found = (self.ir.span(id), label);
        if !self.found.contains(&found) {
            self.found.push(found);
        }
    }

    /// Whether an expression has one value that no permutation changes.
    fn is_alike(&mut self, id: NodeId, frame: u32) -> bool {
        let value = match self.ir.node(id) {
            Node::Datum(at) => return self.symmetry.leaves(&self.ir.data[*at as usize]),
            Node::Cached(..) | Node::SetEnum(_) | Node::Call(..) | Node::Inlined(..)
                if self.ir.reads(id) == Reads::Constant =>
            {
                self.evaluator.constant(id, frame)
            }
            _ => None,
        };
        value.is_some_and(|value| self.symmetry.leaves(&value))
    }
}

/// A model with symmetry and temporal properties: counts and whatever else is wrong come from the states that
/// stand for their orbits; temporal properties are checked on all states. A permutation does not leave the
/// behaviours of a property's counterexample alone, so no graph of orbits shows them.
pub(super) fn in_two(
    reduced: &SpecSpace<'_>,
    whole: &SpecSpace<'_>,
    search: &explore::Options,
    explore: &dyn Fn(&SpecSpace<'_>, &explore::Options) -> Outcome,
) -> Outcome {
    if let Some(refused) = explore::refused_files(whole, &explore::Options { dump: None, ..search.clone() }) {
        return refused;
    }
    let mut outcome = explore(reduced, search);
    let goes_on = match &outcome.verdict {
        Verdict::Success | Verdict::Bounded(Bound::Depth) => true,
        Verdict::Bounded(_) | Verdict::Failure(..) => false,
        _ => search.continue_after_violation,
    };
    if !goes_on {
        return outcome;
    }
    let started = std::time::Instant::now();
    let rest = search
        .time_limit
        .map(|limit| limit.saturating_sub(std::time::Duration::from_secs_f64(outcome.seconds.max(0.0))));
    let lively = explore(whole, &explore::Options { dump: None, time_limit: rest, ..search.clone() });
    let note = format!("{} states were looked at", lively.distinct_states);
    outcome.warnings.extend(lively.warnings);
    outcome.warnings.push(
        Diagnostic::warning(
            code::LIVENESS_UNREDUCED,
            "temporal properties were checked on all states, without SYMMETRY",
        )
        .note(note),
    );
    if outcome.violations.is_empty() {
        outcome.verdict = lively.verdict;
        outcome.violations = lively.violations;
    } else {
        // Whatever else is violated was found before.
        let liveness = |violation: &Violation| matches!(violation.verdict, Verdict::Liveness { .. });
        outcome.violations.extend(lively.violations.into_iter().filter(liveness));
    }
    outcome.seconds += started.elapsed().as_secs_f64();
    outcome
}

/// The properties without the temporal ones.
pub(super) fn safety(properties: &Properties) -> Properties {
    Properties { temporal: crate::temporal::Temporal::default(), ..properties.clone() }
}

/// Everything that is checked on states that stand for their orbits, or decides which those are.
pub(super) fn roots(roles: &Roles, next: Option<OpId>) -> Vec<OpId> {
    let all =
        [&roles.invariants, &roles.actions, &roles.initial, &roles.constraints, &roles.action_constraints];
    let rest = roles.init.iter().chain(&next).chain(&roles.view);
    all.into_iter().flatten().chain(rest).copied().collect()
}

/// Whether the temporal properties are to be checked.
pub(super) fn is_lively(properties: &Properties, options: &Options) -> bool {
    !properties.temporal.duties.is_empty() && options.search.liveness != Liveness::Off
}
