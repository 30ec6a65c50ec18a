//! What the model's assignments mean for the spec: values of constants and overridden definitions.
//!
//! Holds: of several assignments to one name the last counts, and an assignment to a name that the
//! spec does not know is ignored with a warning left to the caller, both as in TLC; a constant
//! without a value is an error.

use crate::lower::Binding;
use crate::model::{Assignment, Model, Replacement};
use rustc_hash::FxHashMap;
use tla_parser::code;
use tla_parser::diagnostic::Diagnostic;
use tla_parser::hir::{DeclId, DeclKind, DefBody, DefId, DefKind, Entity, Level, ModuleId, Spec};

type Bindings = (FxHashMap<DeclId, Binding>, FxHashMap<DefId, Binding>);

/// Binds constants and overrides.
pub(super) fn bind(
    spec: &Spec,
    model: &Model,
    errors: &mut Vec<Diagnostic>,
    warnings: &mut Vec<Diagnostic>,
) -> Bindings {
    let mut constants: FxHashMap<DeclId, Binding> = FxHashMap::default();
    let mut overrides: FxHashMap<DefId, Binding> = FxHashMap::default();
    for assignment in &model.assignments {
        let module = match &assignment.module {
            None => None,
            Some(name) => match spec.module_named(name) {
                Some(module) => Some(module),
                None => {
                    let mut d =
                        Diagnostic::error(code::CONFIG_UNDEFINED, format!("the spec has no module `{name}`"));
                    if let Some(span) = assignment.module_span {
                        d = d.at(span, "");
                    }
                    errors.push(d);
                    continue;
                }
            },
        };
        let Some(target) = target(spec, &assignment.name, module) else {
            warnings.push(unused(spec, assignment, None));
            continue;
        };
        if let Entity::Decl(decl) = target
            && spec.decl(decl).kind == DeclKind::Variable
        {
            warnings.push(unused(spec, assignment, Some(decl)));
            continue;
        }
        let Some(binding) = replacement(spec, assignment, module, arity(spec, target), errors) else {
            continue;
        };
        if let (Entity::Decl(_), Binding::Def(by)) = (target, &binding)
            && module.is_none()
            && spec.def(*by).params.is_empty()
            && spec.def(*by).level.base > Level::Constant
        {
            errors.push(not_constant(spec, assignment, *by));
        }
        match target {
            Entity::Decl(decl) if !assignment.arguments.is_empty() => {
                let Replacement::Value(value) = &assignment.replacement else { continue };
                let point = (assignment.arguments.clone(), value.clone());
                match constants.entry(decl).or_insert_with(|| Binding::Points(Vec::new())) {
                    Binding::Points(points) => {
                        points.retain(|(p, _)| *p != point.0);
                        points.push(point);
                    }
                    other => *other = Binding::Points(vec![point]),
                }
            }
            Entity::Decl(decl) => {
                constants.insert(decl, binding);
            }
            Entity::Def(mut def) => {
                // Inside the instantiated module the name means the same definition.
                while let DefBody::Instance(_, of) = spec.def(def).body {
                    overrides.insert(def, binding.clone());
                    def = of;
                }
                overrides.insert(def, binding);
            }
            _ => {}
        }
    }
    unassigned(spec, &constants, errors);
    (constants, overrides)
}

/// A constant in place of which stands what differs from state to state. TLC evaluates such a replacement
/// once, before there are states; one with parameters it evaluates in each state, and so do we.
fn not_constant(spec: &Spec, assignment: &Assignment, by: DefId) -> Diagnostic {
    let by = spec.def(by);
    let (name, why) = (
        &assignment.name,
        match by.level.base {
            Level::Temporal => "is a temporal formula",
            Level::Action => "has primes",
            _ => "depends on variables",
        },
    );
    let message = format!("the constant `{name}` is replaced by `{}`, which is not constant", by.name);
    let mut d = Diagnostic::error(code::CONFIG_LEVEL, message);
    if let Some(span) = assignment.replacement_span.or(assignment.span) {
        d = d.at(span, why);
    }
    d.also(by.span, "defined here").help(format!(
        "replace `{name}` by a constant expression, or make it a definition of the spec: a definition may be replaced by what depends on variables"
    ))
}

/// An assignment that has no effect.
fn unused(spec: &Spec, assignment: &Assignment, variable: Option<DeclId>) -> Diagnostic {
    let (name, root) = (&assignment.name, &spec.root_module().name);
    let message = match variable {
        Some(_) => format!("`{name}` is a variable: the model cannot give it a value"),
        None => format!("`{name}` is neither a constant nor a definition of module `{root}`"),
    };
    let mut d = Diagnostic::warning(code::CONFIG_UNUSED, message);
    if let Some(span) = assignment.span {
        d = d.at(span, "has no effect");
    }
    if let Some(decl) = variable {
        return d.also(spec.decl(decl).span, "declared here");
    }
    let constants = spec.root_module().decls.iter().map(|d| spec.decl(*d));
    let near = constants
        .filter(|d| d.kind != DeclKind::Variable && name.len() > 1)
        .map(|d| (strsim::damerau_levenshtein(name, &d.name), &d.name))
        .min()
        .filter(|(distance, _)| *distance <= (name.len() / 3).max(1));
    match near {
        Some((_, near)) => d.help(format!("did you mean `{near}`?")),
        None => d,
    }
}

/// What a name on the left means: in the root module, or else in any module that defines it.
fn target(spec: &Spec, name: &str, module: Option<ModuleId>) -> Option<Entity> {
    let scope = spec.module(module.unwrap_or(spec.root));
    if let Some(entity @ (Entity::Decl(_) | Entity::Def(_))) = scope.names.get(name) {
        return Some(*entity);
    }
    if module.is_some() {
        return None;
    }
    let own = |m: &tla_parser::hir::Module| {
        m.own_defs.iter().copied().find(|d| {
            *spec.def(*d).name == *name && !matches!(spec.def(*d).kind, DefKind::Theorem | DefKind::Sequent)
        })
    };
    spec.modules.iter().find_map(own).map(Entity::Def)
}

fn arity(spec: &Spec, target: Entity) -> usize {
    match target {
        Entity::Decl(d) => spec.decl(d).kind.arity(),
        Entity::Def(d) => spec.def(d).params.len(),
        _ => 0,
    }
}

fn replacement(
    spec: &Spec,
    assignment: &Assignment,
    module: Option<ModuleId>,
    arity: usize,
    errors: &mut Vec<Diagnostic>,
) -> Option<Binding> {
    let place = |d: Diagnostic| match assignment.replacement_span.or(assignment.span) {
        Some(span) => d.at(span, ""),
        None => d,
    };
    match &assignment.replacement {
        Replacement::Value(value) => {
            // A value in place of a constant operator is what it says of any arguments.
            let any = assignment.arguments.is_empty()
                && matches!(target(spec, &assignment.name, module), Some(Entity::Decl(_)));
            if arity != assignment.arguments.len() && !any {
                let message = format!(
                    "`{}` takes {}, and a plain value cannot stand for it",
                    assignment.name,
                    arguments(arity)
                );
                let help =
                    format!("define an operator in the spec and write `{} <- Operator`", assignment.name);
                errors.push(place(Diagnostic::error(code::CONFIG_ARITY, message)).help(help));
                return None;
            }
            Some(Binding::Value(value.clone()))
        }
        Replacement::Operator(name) => {
            let found =
                [spec.root].into_iter().chain(module).find_map(|m| spec.module(m).names.get(name.as_str()));
            match found {
                Some(Entity::Def(def)) => {
                    let given = spec.def(*def).params.len();
                    if given != arity {
                        let message = format!(
                            "`{}` takes {} and its replacement `{name}` {given}",
                            assignment.name,
                            arguments(arity)
                        );
                        errors.push(
                            place(Diagnostic::error(code::CONFIG_ARITY, message))
                                .also(spec.def(*def).span, "defined here"),
                        );
                        return None;
                    }
                    Some(Binding::Def(*def))
                }
                _ => {
                    let root = &spec.root_module().name;
                    let message = format!("`{name}` is not defined in module `{root}`");
                    errors.push(place(Diagnostic::error(code::CONFIG_UNDEFINED, message)));
                    None
                }
            }
        }
    }
}

/// Reports the root module's constants that have no value.
fn unassigned(spec: &Spec, constants: &FxHashMap<DeclId, Binding>, errors: &mut Vec<Diagnostic>) {
    for &d in &spec.root_module().decls {
        let decl = spec.decl(d);
        let DeclKind::Constant(arity) = decl.kind else { continue };
        if !constants.contains_key(&d) {
            let help = match arity {
                0 => format!("add `CONSTANT {} = value` to the configuration", decl.name),
                _ => format!("add `CONSTANT {} <- Operator` to the configuration", decl.name),
            };
            errors.push(
                Diagnostic::error(
                    code::CONSTANT_UNASSIGNED,
                    format!("the constant `{}` has no value", decl.name),
                )
                .at(decl.span, "declared here")
                .help(help),
            );
        }
    }
}

fn arguments(count: usize) -> String {
    format!("{count} argument{}", if count == 1 { "" } else { "s" })
}
