//! What is to be checked of a spec: a configuration, and what is said beside it.
//!
//! Enters: [`ModelInput`]. Leaves: a [`Model`]. Holds: what is said beside a configuration is added to it. Where
//! nothing says which behaviours there are, the spec is looked at: `Spec`, or `Init` and `Next`; which model was
//! checked is always said ([`Modelled::shown`]). Values of constants are read as those of a configuration are.

use super::Workbench;
use super::data::Message;
use super::failure::Failure;
use super::source::Loaded;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tla_checker::config;
use tla_checker::model::{Behaviour, Clause, Formula, Model};
use tla_parser::hir::{Entity, Spec};

/// What is to be checked. Everything may be left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ModelInput {
    /// The text of a `.cfg` file: `SPECIFICATION Spec  CONSTANT N = 3  INVARIANT TypeOK`.
    pub config: Option<String>,
    /// A `.cfg` file under the allowed roots. Where neither is given, the one beside the spec is taken.
    pub config_path: Option<String>,
    /// The temporal formula whose behaviours are checked: `Spec`.
    pub specification: Option<String>,
    /// The initial predicate; `next` must be given too.
    pub init: Option<String>,
    /// The next-state relation.
    pub next: Option<String>,
    /// Values of constants by name: numbers, booleans, or the text of a `.cfg` value: `{a, b}` (a set of model
    /// values), `"text"` in quotes (a string), `a` (a model value), `<- Def` (a definition of the spec).
    pub constants: BTreeMap<String, Constant>,
    /// Predicates that every state must satisfy: names, or TLA+ expressions (`x < 3`).
    pub invariants: Vec<String>,
    /// Temporal formulas that every behaviour must satisfy: names, or TLA+ expressions.
    pub properties: Vec<String>,
    /// Predicates a state must satisfy to be explored further.
    pub constraints: Vec<String>,
    /// Predicates a step must satisfy to be taken.
    pub action_constraints: Vec<String>,
    /// A set of permutations of model values: states that they map to each other count as one.
    pub symmetry: Option<String>,
    /// An expression by which states are told apart.
    pub view: Option<String>,
    /// A record that traces show in place of the variables.
    pub alias: Option<String>,
    /// A predicate evaluated after the search.
    pub postcondition: Option<String>,
    /// Whether a state without successors is an error (true unless the configuration says otherwise).
    pub deadlock: Option<bool>,
}

/// The value of a constant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Constant {
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A value as a `.cfg` file has it, or `<- Definition`.
    Text(String),
}

/// A model, and how it came about.
pub struct Modelled {
    /// The model.
    pub model: Model,
    /// What deserves attention.
    pub warnings: Vec<Message>,
    /// The model as the text of a `.cfg`.
    pub shown: String,
}

/// What the given values of constants are called in diagnostics.
const CONSTANTS: &str = "argument constants";

impl Workbench {
    /// The model that is meant.
    ///
    /// # Errors
    /// A configuration cannot be read, or what is said beside it contradicts itself.
    pub fn model(&self, input: &ModelInput, loaded: &mut Loaded) -> Result<Modelled, Failure> {
        let mut warnings = Vec::new();
        let mut model = match self.configuration(input, loaded)? {
            Some((name, text, range)) => {
                let file = loaded.spec.sources.add(name, text.as_str());
                let range = range.unwrap_or(0..text.len());
                match config::parse_range(file, &text, range).accept() {
                    Ok((model, doubts)) => {
                        warnings.extend(Message::all(&doubts, &loaded.spec.sources));
                        model
                    }
                    Err(errors) => {
                        return Err(Failure::rejected(
                            "the configuration is wrong",
                            &errors,
                            &loaded.spec.sources,
                        ));
                    }
                }
            }
            None => Model::new(),
        };
        add_constants(&mut model, &input.constants, &mut loaded.spec)?;
        add_formulas(&mut model, input);
        add_behaviour(&mut model, input, &loaded.spec)?;
        let shown = model.to_string();
        Ok(Modelled { model, warnings, shown })
    }

    /// The configuration that is given, beside the spec, or inside it: its name, its text and the part of it.
    #[allow(clippy::type_complexity)] // used once, right above
    fn configuration(
        &self,
        input: &ModelInput,
        loaded: &Loaded,
    ) -> Result<Option<(String, String, Option<std::ops::Range<usize>>)>, Failure> {
        if input.config.is_some() || input.config_path.is_some() {
            let (name, text) = self.text_or_file(
                ("config", input.config.as_deref()),
                ("config_path", input.config_path.as_deref()),
            )?;
            return Ok(Some((name, text, None)));
        }
        if let Some(path) = &loaded.text.path {
            let beside = path.with_extension("cfg");
            if beside.is_file() {
                let name = beside.display().to_string();
                let (_, text) = self.read("config_path", &name)?;
                return Ok(Some((name, text, None)));
            }
        }
        let embedded = config::embedded(&loaded.text.text);
        Ok(embedded.map(|range| (loaded.text.name.clone(), loaded.text.text.clone(), Some(range))))
    }
}

/// Values of constants, read as a configuration has them.
fn add_constants(
    model: &mut Model,
    constants: &BTreeMap<String, Constant>,
    spec: &mut Spec,
) -> Result<(), Failure> {
    if constants.is_empty() {
        return Ok(());
    }
    let mut text = String::from("CONSTANTS\n");
    for (name, value) in constants {
        let value = match value {
            Constant::Bool(value) => value.to_string().to_uppercase(),
            Constant::Int(value) => value.to_string(),
            Constant::Text(value) => value.trim().to_owned(),
        };
        // One constant a line: what would end the statement is no value.
        let sign = if value.starts_with("<-") { "" } else { "= " };
        text += &format!("  {name} {sign}{}\n", value.replace(['\n', '\r'], " "));
    }
    let file = spec.sources.add(CONSTANTS, text.as_str());
    let given = config::parse(file, &text).accept();
    let refused = |diagnostics: &[_]| {
        Failure::rejected("argument `constants`", diagnostics, &spec.sources).help(
            "a value is one of a .cfg file: 3, TRUE, \"text\", a model value, {a, b}, or `<- Definition`",
        )
    };
    match given {
        Ok((given, _)) if given == Model { assignments: given.assignments.clone(), ..Model::default() } => {
            model.assignments.extend(given.assignments);
            Ok(())
        }
        Ok(_) => Err(Failure::argument("constants", "a value says more than a value")),
        Err(errors) => Err(refused(&errors)),
    }
}

fn clause(text: &str) -> Clause {
    Clause { formula: Formula::from(text), span: None }
}

fn add_formulas(model: &mut Model, input: &ModelInput) {
    model.invariants.extend(input.invariants.iter().map(|text| clause(text)));
    model.properties.extend(input.properties.iter().map(|text| clause(text)));
    model.constraints.extend(input.constraints.iter().map(|text| clause(text)));
    model.action_constraints.extend(input.action_constraints.iter().map(|text| clause(text)));
    for (field, given) in [
        (&mut model.symmetry, &input.symmetry),
        (&mut model.view, &input.view),
        (&mut model.alias, &input.alias),
        (&mut model.postcondition, &input.postcondition),
    ] {
        if let Some(text) = given {
            *field = Some(clause(text));
        }
    }
    if input.deadlock.is_some() {
        model.check_deadlock = input.deadlock;
    }
}

fn add_behaviour(model: &mut Model, input: &ModelInput, spec: &Spec) -> Result<(), Failure> {
    match (&input.specification, &input.init, &input.next) {
        (Some(formula), None, None) => model.behaviour = Behaviour::Specification(clause(formula)),
        (None, Some(init), Some(next)) => {
            model.behaviour = Behaviour::InitNext { init: clause(init), next: clause(next) };
        }
        (None, None, None) => {
            if model.behaviour == Behaviour::None {
                model.behaviour = usual(spec);
            }
        }
        (Some(_), ..) => {
            return Err(Failure::argument(
                "specification",
                "`init` and `next` are given too: give one or the other",
            ));
        }
        (None, Some(_), None) => return Err(Failure::argument("next", "`init` is given, and `next` is not")),
        (None, None, Some(_)) => return Err(Failure::argument("init", "`next` is given, and `init` is not")),
    }
    Ok(())
}

/// The behaviours that a spec most likely means.
fn usual(spec: &Spec) -> Behaviour {
    let defined = |name: &str| {
        let entity = spec.root_module().names.get(name);
        matches!(entity, Some(Entity::Def(def)) if spec.def(*def).params.is_empty())
    };
    let named = |name: &str| Clause { formula: Formula::Name(name.to_owned()), span: None };
    if defined("Spec") {
        return Behaviour::Specification(named("Spec"));
    }
    match defined("Init") && defined("Next") {
        true => Behaviour::InitNext { init: named("Init"), next: named("Next") },
        false => Behaviour::None,
    }
}
