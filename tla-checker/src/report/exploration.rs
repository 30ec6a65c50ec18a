//! A trace-exploration spec: a module whose only behaviour is an error trace, and the model that shows the
//! error on it again (`-generateSpecTE`).
//!
//! Enters: a violation with its trace, the spec and the model. Leaves: the texts of `SpecTE.tla` and
//! `SpecTE.cfg`. Holds: TLC 2.15 reads both, and so does this checker; either finds the same violation at the
//! end of the same states. The module EXTENDS the spec, so that its definitions can be used to look at the
//! trace; it has to be found beside it. A variable of its own says where in the trace a state is: states
//! of it may be such as cannot be compared with one another.
//!
//! A violated temporal property needs a behaviour that does not stop where it likes: the specification is then
//! fair, and so goes round the cycle or to the last state. Another violation may not be outdone by a deadlock,
//! so the last state may stutter; a deadlock itself is the end.

use crate::model::{Behaviour, Clause, Formula, Model, Replacement};
use crate::outcome::{Phase, Verdict, Violation};
use crate::value::Datum;
use std::collections::BTreeMap;
use std::fmt::Write;
use tla_parser::hir::{Builtin, DefBody, Entity, Expr, Spec};

/// The texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exploration {
    /// The module.
    pub tla: String,
    /// Its configuration.
    pub cfg: String,
}

/// The exploration of a violation, as a module of this name; none where no state is involved.
pub fn exploration(name: &str, violation: &Violation, spec: &Spec, model: &Model) -> Option<Exploration> {
    let Violation { verdict, trace, cycle } = violation;
    let root = spec.root_module();
    let variables: Vec<&str> = trace.first()?.values().iter().map(|(name, _)| name.as_str()).collect();
    let mut names = Names::new(spec, model);
    let mut states = Vec::new();
    for state in trace {
        let value = |(name, value): &(String, Datum)| format!("{name} |-> {}", names.plain(value));
        let fields: Vec<String> = state.values().iter().map(value).collect();
        states.push(format!("    [{}]", fields.join(",\n     ")));
    }
    let mut extends = vec![root.name.to_string()];
    extends.extend(names.extends().map(str::to_owned));
    let mut tla = format!("---- MODULE {name} ----\nEXTENDS {}\n\n", extends.join(", "));
    if !names.added.is_empty() {
        let added: Vec<&str> = names.added.values().map(String::as_str).collect();
        let _ = writeln!(tla, "\\* Model values of the trace.\nCONSTANTS {}\n", added.join(", "));
    }
    let _ = writeln!(tla, "\\* The states of the trace.\n{name}Trace == <<\n{}\n>>\n", states.join(",\n"));
    // The spec may have a variable called i.
    let [from, to, place] = ["From", "To", "Place"].map(|end| format!("{name}{end}"));
    let _ = writeln!(tla, "\\* Where in the trace the state is.\nVARIABLE {place}\n");
    let _ = writeln!(tla, "{name}Vars == <<{}, {place}>>\n", variables.join(", "));
    let at = |position: &str, prime: &str| {
        let line = |v: &&str| format!("    /\\ {v}{prime} = {name}Trace[{position}].{v}\n");
        format!("    /\\ {place}{prime} = {position}\n{}", variables.iter().map(line).collect::<String>())
    };
    let _ = writeln!(tla, "{name}Init ==\n{}", at("1", ""));
    let _ =
        writeln!(tla, "\\* The step from one state of the trace to another.\n{name}Step({from}, {to}) ==");
    let _ = writeln!(tla, "    /\\ {place} = {from}\n{}", at(&to, "'"));
    let mut steps: Vec<(usize, usize, String)> =
        (1..trace.len()).map(|at| (at, at + 1, trace[at].action.clone())).collect();
    let last = trace.len();
    match (cycle, verdict) {
        (Some(cycle), _) if cycle.back + 1 < last => {
            let action = cycle.action.as_ref().map_or("the step back", |(action, _)| action);
            steps.push((last, cycle.back + 1, action.to_owned()));
        }
        (_, Verdict::Deadlock) => {}
        _ => steps.push((last, last, "stuttering".to_owned())),
    }
    let mut next: String =
        steps.iter().map(|(i, j, action)| format!("    \\/ {name}Step({i}, {j})  \\* {action}\n")).collect();
    if let (Verdict::Failure(Phase::Next, _), Some(own)) = (verdict, next_of(spec, model)) {
        let what = "\\* What cannot be evaluated.";
        let _ = writeln!(next, "    {what}\n    \\/ {place} = {last} /\\ UNCHANGED {place} /\\ {own}");
    }
    if next.is_empty() {
        next = format!("    FALSE /\\ UNCHANGED {name}Vars\n");
    }
    let _ = writeln!(tla, "{name}Next ==\n{next}");
    let fair = matches!(verdict, Verdict::Liveness { .. });
    if fair {
        let _ = writeln!(
            tla,
            "{name}Spec == {name}Init /\\ [][{name}Next]_{name}Vars /\\ WF_{name}Vars({name}Next)\n"
        );
    }
    let mut cfg = String::new();
    for assignment in &model.assignments {
        let _ = writeln!(cfg, "CONSTANT {assignment}");
    }
    for (value, constant) in &names.added {
        let _ = writeln!(cfg, "CONSTANT {constant} = {value}");
    }
    let _ = match fair {
        true => writeln!(cfg, "SPECIFICATION {name}Spec"),
        false => writeln!(cfg, "INIT {name}Init\nNEXT {name}Next"),
    };
    for (at, (keyword, clause)) in violated(verdict, model).into_iter().enumerate() {
        let _ = match &clause.formula {
            Formula::Name(own) => writeln!(cfg, "{keyword} {own}"),
            Formula::Expression(text) => {
                let _ = writeln!(tla, "{name}Formula{at} == {text}\n");
                writeln!(cfg, "{keyword} {name}Formula{at}")
            }
        };
    }
    if let Some(alias) = &model.alias {
        let _ = writeln!(cfg, "ALIAS {}", alias.text());
    }
    tla.push_str("====\n");
    Some(Exploration { tla, cfg })
}

/// The next-state relation, where a name says which.
fn next_of(spec: &Spec, model: &Model) -> Option<String> {
    let clause = match &model.behaviour {
        Behaviour::None => return None,
        Behaviour::InitNext { next, .. } => return Some(next.text().to_owned()),
        Behaviour::Specification(clause) => clause,
    };
    let names = &spec.root_module().names;
    let mut left = Vec::new();
    if let Some(Entity::Def(def)) = names.get(clause.text())
        && let DefBody::Expr(body) = spec.def(*def).body
    {
        left.push(body);
    }
    while let Some(e) = left.pop() {
        match spec.expr(e) {
            Expr::Junction(true, parts) => left.extend(parts),
            Expr::Builtin(Builtin::Always, args) => {
                if let Expr::Subscripted(true, action, _) = spec.expr(*args.first()?)
                    && let Expr::Def(def, arguments) = spec.expr(*action)
                    && arguments.is_empty()
                {
                    let name = spec.def(*def).name.clone();
                    return names.contains_key(&name).then(|| name.to_string());
                }
            }
            Expr::Builtin(Builtin::And, parts) => left.extend(parts),
            Expr::Def(def, arguments) if arguments.is_empty() => {
                if let DefBody::Expr(body) = spec.def(*def).body {
                    left.push(body);
                }
            }
            _ => {}
        }
    }
    None
}

/// What the violation is about: all of a kind where it is not known which.
fn violated<'m>(verdict: &Verdict, model: &'m Model) -> Vec<(&'static str, &'m Clause)> {
    let invariants = model.invariants.iter().map(|clause| ("INVARIANT", clause));
    let properties = model.properties.iter().map(|clause| ("PROPERTY", clause));
    match verdict {
        Verdict::Invariant { name, .. }
        | Verdict::ActionProperty { name, .. }
        | Verdict::InitialProperty { name, .. }
        | Verdict::Liveness { name, .. } => {
            invariants.chain(properties).filter(|(_, clause)| clause.text() == name).collect()
        }
        Verdict::Failure(Phase::Invariant, _) => invariants.collect(),
        Verdict::Failure(Phase::ActionProperty | Phase::InitialProperty | Phase::Temporal, _) => {
            properties.collect()
        }
        _ => Vec::new(),
    }
}

/// How model values are called in the module, and what values need to be written.
struct Names<'s> {
    spec: &'s Spec,
    /// Constants that stand for the model value of their own name already.
    own: Vec<&'s str>,
    /// The model values that need constants of their own, and what those are called.
    added: BTreeMap<String, String>,
    integers: bool,
    tlc: bool,
}

impl<'s> Names<'s> {
    fn new(spec: &'s Spec, model: &'s Model) -> Self {
        let itself = |a: &'s crate::model::Assignment| match &a.replacement {
            Replacement::Value(Datum::ModelValue(value)) if *value == a.name && a.arguments.is_empty() => {
                Some(a.name.as_str())
            }
            _ => None,
        };
        let declared = |name: &&str| {
            let entity = spec.root_module().names.iter().find(|(known, _)| &***known == *name);
            matches!(entity, Some((_, Entity::Decl(_))))
        };
        let own = model.assignments.iter().filter_map(itself).filter(declared).collect();
        Names { spec, own, added: BTreeMap::new(), integers: false, tlc: false }
    }

    fn extends(&self) -> impl Iterator<Item = &'static str> {
        [self.integers.then_some("Integers"), self.tlc.then_some("TLC")].into_iter().flatten()
    }

    /// A value as text of the module.
    fn plain(&mut self, value: &Datum) -> String {
        self.renamed(value).to_string()
    }

    /// The value with the constants in place of model values.
    fn renamed(&mut self, value: &Datum) -> Datum {
        match value {
            Datum::ModelValue(name) => Datum::ModelValue(self.constant(name)),
            Datum::Int(number) => {
                self.integers |= *number < 0;
                value.clone()
            }
            Datum::Big(number) => {
                self.integers |= number.sign() == num_bigint::Sign::Minus;
                value.clone()
            }
            Datum::Bool(_) | Datum::Str(_) => value.clone(),
            Datum::Set(elements) => Datum::Set(elements.iter().map(|e| self.renamed(e)).collect()),
            Datum::Tuple(elements) => Datum::Tuple(elements.iter().map(|e| self.renamed(e)).collect()),
            Datum::Record(fields) => {
                // Other names are written with `:>`.
                let plain = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
                self.tlc |= !fields.iter().all(|(name, _)| plain(name));
                Datum::Record(fields.iter().map(|(name, v)| (name.clone(), self.renamed(v))).collect())
            }
            Datum::Function(pairs) => {
                self.tlc = true;
                Datum::Function(pairs.iter().map(|(k, v)| (self.renamed(k), self.renamed(v))).collect())
            }
        }
    }

    /// The constant of a model value. One that the spec uses otherwise gets another name.
    fn constant(&mut self, value: &str) -> String {
        if self.own.contains(&value) {
            return value.to_owned();
        }
        let spec = self.spec;
        let taken = |name: &str| spec.root_module().names.keys().any(|known| &**known == name);
        let name = || {
            let plain = Some(value.to_owned()).filter(|name| !taken(name));
            plain.unwrap_or_else(|| {
                let other = |n: u32| format!("te{n}_{value}");
                (1..).map(other).find(|name| !taken(name)).unwrap_or_else(|| other(0))
            })
        };
        self.added.entry(value.to_owned()).or_insert_with(name).clone()
    }
}
