//! The formulas a model names or states, as expressions of the spec.
//!
//! Holds: a plain name is a definition of the root module without parameters; everything else is
//! text, resolved in a module that extends the root.

use crate::model::{Behaviour, Clause, Formula, Model};
use rustc_hash::FxHashMap;
use tla_parser::code;
use tla_parser::diagnostic::Diagnostic;
use tla_parser::hir::{DeclKind, DefBody, DefKind, Entity, Expr, ExprId, Spec};
use tla_parser::library::Library;
use tla_parser::source::Span;

/// What to call the text that holds a model's expressions.
pub(super) const FILE: &str = "expressions of the model";
/// How the definitions that stand for expressions begin.
const PREFIX: &str = "Model_formula_";

pub(super) struct Formulas {
    /// The expression that each text stands for, and where it is defined.
    known: FxHashMap<String, (ExprId, Span)>,
    missing: FxHashMap<String, Diagnostic>,
}

/// Resolves every formula of a model.
pub(super) fn resolve(
    spec: &mut Spec,
    model: &Model,
    library: &Library,
) -> Result<Formulas, Vec<Diagnostic>> {
    let clauses = clauses(model);
    let mut formulas = Formulas { known: FxHashMap::default(), missing: FxHashMap::default() };
    let mut texts: Vec<&str> = Vec::new();
    // A spec may be made ready several times, with other expressions.
    let turn = spec.modules.len();
    for clause in &clauses {
        let plain = matches!(&clause.formula, Formula::Name(name) if !name.contains('!'));
        if !plain && !texts.contains(&clause.text()) {
            texts.push(clause.text());
        }
    }
    if !texts.is_empty() {
        let root = spec.root_module().name.clone();
        let mut text = format!("---- MODULE Model_formulas_{turn} ----\nEXTENDS {root}\n");
        for module in instanced(spec, &clauses) {
            text += &format!("{module} == INSTANCE {module}\n");
        }
        for (i, formula) in texts.iter().enumerate() {
            text += &format!("{PREFIX}{turn}_{i} ==\n  {formula}\n");
        }
        text += "====\n";
        tla_parser::resolve::add_module(spec, FILE, &text, library)?;
    }
    for clause in clauses {
        let text = clause.text();
        let name = match texts.iter().position(|t| *t == text) {
            Some(i) => format!("{PREFIX}{turn}_{i}"),
            None => text.to_string(),
        };
        match body(spec, &name, clause) {
            Ok(found) => {
                formulas.known.insert(text.to_string(), found);
            }
            Err(d) => {
                formulas.missing.insert(text.to_string(), *d);
            }
        }
    }
    Ok(formulas)
}

/// The modules that names such as `Module!Op` are of, as TLC's `-postCondition` has them: those that the spec does
/// not instantiate under that name.
fn instanced<'m>(spec: &Spec, clauses: &[&'m Clause]) -> Vec<&'m str> {
    let names = clauses.iter().filter_map(|clause| match &clause.formula {
        Formula::Name(name) => name.split_once('!').map(|(module, _)| module),
        Formula::Expression(_) => None,
    });
    let mut modules: Vec<&str> = names.filter(|name| !spec.root_module().names.contains_key(*name)).collect();
    modules.sort_unstable();
    modules.dedup();
    modules
}

/// Adds an expression, given as text, to a spec.
pub(super) fn expression(spec: &mut Spec, text: &str, library: &Library) -> Result<ExprId, Vec<Diagnostic>> {
    let clause = Clause { formula: Formula::Expression(text.to_string()), span: None };
    let model = Model { invariants: vec![clause.clone()], ..Model::default() };
    let formulas = resolve(spec, &model, library)?;
    let mut errors = Vec::new();
    formulas.get(&clause, &mut errors).map(|found| found.0).ok_or(errors)
}

/// An expression that stands for a definition: a reference to it, so that overrides apply.
fn body(spec: &mut Spec, name: &str, clause: &Clause) -> Result<(ExprId, Span), Box<Diagnostic>> {
    let place = |d: Diagnostic| match clause.span {
        Some(span) => d.at(span, ""),
        None => d,
    };
    match spec.root_module().names.get(name).copied() {
        Some(Entity::Def(def)) => {
            let d = spec.def(def);
            if !d.params.is_empty() {
                let message = format!("`{name}` takes arguments, and so cannot be named here");
                return Err(Box::new(
                    place(Diagnostic::error(code::CONFIG_ARITY, message)).also(d.span, "defined here"),
                ));
            }
            if d.kind == DefKind::Sequent {
                let message = format!("`{name}` is ASSUME/PROVE, not an expression");
                return Err(Box::new(
                    place(Diagnostic::error(code::CONFIG_UNDEFINED, message)).also(d.span, "stated here"),
                ));
            }
            if matches!(d.body, DefBody::Missing) {
                let message = format!("`{name}` has no definition");
                return Err(Box::new(place(Diagnostic::error(code::CONFIG_UNDEFINED, message))));
            }
            // Nobody wrote the definition of an expression: its text stands for itself.
            if let (true, DefBody::Expr(e)) = (name.starts_with(PREFIX), &d.body) {
                let e = *e;
                return Ok((e, spec.span(e)));
            }
            let span = d.span;
            let id = ExprId(spec.exprs.len() as u32);
            spec.exprs.push(Expr::Def(def, Vec::new()));
            spec.spans.push(span);
            Ok((id, span))
        }
        Some(Entity::Decl(decl)) => {
            let span = spec.decl(decl).span;
            let id = ExprId(spec.exprs.len() as u32);
            spec.exprs.push(Expr::Decl(decl, Vec::new()));
            spec.spans.push(span);
            Ok((id, span))
        }
        _ => {
            let root = &spec.root_module().name;
            let message = format!("`{name}` is not defined in module `{root}`");
            let mut d = place(Diagnostic::error(code::CONFIG_UNDEFINED, message));
            if let Some(keyword) = crate::config::similar_keyword(name) {
                d = d.help(format!("did you mean the keyword `{keyword}`?"));
            } else {
                let names =
                    spec.root_module().names.keys().map(|n| (strsim::damerau_levenshtein(name, n), n));
                if let Some((distance, near)) = names.min()
                    && distance <= (name.len() / 3).max(1)
                {
                    d = d.help(format!("did you mean `{near}`?"));
                }
            }
            Err(Box::new(d))
        }
    }
}

/// A variable is no invariant, not even a Boolean one: as in TLC, a definition is wanted.
pub(super) fn check_not_variable(spec: &Spec, clause: &Clause, errors: &mut Vec<Diagnostic>) {
    let name = clause.text();
    let Some(Entity::Decl(decl)) = spec.root_module().names.get(name) else { return };
    let decl = spec.decl(*decl);
    if decl.kind != DeclKind::Variable {
        return;
    }
    let message = format!("the invariant `{name}` is a variable, not a definition");
    let mut d = Diagnostic::error(code::CONFIG_UNDEFINED, message);
    if let Some(span) = clause.span {
        d = d.at(span, "");
    }
    errors.push(
        d.also(decl.span, "declared here")
            .help(format!("define what is to hold of it, `Inv == …`, and name that after INVARIANT: `{name} = TRUE` where it is a Boolean")),
    );
}

fn clauses(model: &Model) -> Vec<&Clause> {
    let mut clauses = Vec::new();
    match &model.behaviour {
        Behaviour::None => {}
        Behaviour::Specification(spec) => clauses.push(spec),
        Behaviour::InitNext { init, next } => clauses.extend([init, next]),
    }
    clauses.extend(&model.invariants);
    clauses.extend(&model.properties);
    clauses.extend(&model.constraints);
    clauses.extend(&model.action_constraints);
    clauses.extend(&model.symmetry);
    clauses.extend(&model.view);
    clauses.extend(&model.alias);
    clauses.extend(&model.postcondition);
    clauses
}

impl Formulas {
    /// The expression of a clause; an error is added when there is none.
    pub(super) fn get(&self, clause: &Clause, errors: &mut Vec<Diagnostic>) -> Option<(ExprId, Span)> {
        let found = self.known.get(clause.text()).copied();
        if found.is_none()
            && let Some(d) = self.missing.get(clause.text())
            && !errors.contains(d)
        {
            errors.push(d.clone());
        }
        found
    }
}
