//! The spec that a run writes, as data: parts with names, each with where in the code it comes from.
//!
//! Enters: parts, one at a time. Leaves: the text of a module and of its `.cfg`, the same for the same parts; and
//! which part a line of the text belongs to. Holds: a part is one definition and says nothing else ([`part`]): no
//! part ends the module, declares something or redefines another part, so what the model writes is only ever what it
//! was asked for. Invariants, once locked, are the same syntax trees or the run says why not ([`lock`], [`change`]).
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`part`] | one definition, read and checked on its own |
//! | [`text`] | parts to the text of a module and a `.cfg`, and back to parts from lines |
//! | [`lock`] | what an invariant says, as a hash of syntax trees |
//! | [`change`] | changes, and what each needs before it may be made |

pub mod change;
pub mod lock;
pub mod part;
pub mod text;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A spec and its model, in parts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The module's name.
    pub module: String,
    /// One line that says what it models.
    pub about: String,
    /// Standard modules it extends.
    pub extends: Vec<String>,
    /// Constants, with their values in the model.
    pub constants: Vec<Constant>,
    /// Variables, with what they stand for.
    pub variables: Vec<Variable>,
    /// Operators that parts use, in the order in which they are written.
    pub operators: Vec<Definition>,
    /// `Init`.
    pub init: Option<Definition>,
    /// `TypeOK`, or whatever it is called.
    pub type_invariant: Option<Definition>,
    /// Actions, in the order in which they were added.
    pub actions: Vec<Action>,
    /// What must hold in every state.
    pub invariants: Vec<Claim>,
    /// What must hold of steps or behaviours.
    pub properties: Vec<Claim>,
    /// Conjuncts of `Spec` such as `WF_vars(Next)`.
    pub fairness: Vec<String>,
    /// What bounds the states that are explored, if anything does.
    pub constraint: Option<Definition>,
    /// Whether a state without steps is an error.
    pub deadlock: bool,
}

/// A constant of the spec.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Constant {
    /// Its name.
    pub name: String,
    /// Its value in the model, as a `.cfg` has it: `3`, `{p1, p2}`, `TRUE`.
    pub value: String,
    /// What it stands for.
    pub about: String,
}

/// A variable of the spec.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// What of the code it stands for.
    pub about: String,
}

/// A definition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Definition {
    /// What it defines.
    pub name: String,
    /// `Name(params) == …`, one definition.
    pub text: String,
}

/// An action of the spec and the code that it models.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Action {
    /// Its name.
    pub name: String,
    /// `Name(params) == …`, one definition.
    pub text: String,
    /// The disjunct of `Next` with which it is taken: `\E p \in Primaries : Name(p)`.
    pub step: String,
    /// The code that it models.
    pub sources: Vec<Source>,
}

/// Lines of the code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Source {
    /// The file, relative to the codebase.
    pub file: String,
    /// The first line.
    pub line: u32,
    /// The last line.
    pub end_line: u32,
    /// The hash of the file as it was read; filled in when the place is looked up.
    #[serde(default)]
    pub hash: String,
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.end_line > self.line {
            true => write!(f, "{}:{}-{}", self.file, self.line, self.end_line),
            false => write!(f, "{}:{}", self.file, self.line),
        }
    }
}

/// An invariant or a property.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Claim {
    /// Its name.
    pub name: String,
    /// `Name == …`, one definition.
    pub text: String,
    /// Why it must hold, in a sentence.
    pub why: String,
}

/// The hash of several texts, each told from the next.
pub(crate) fn hash_of<'t>(texts: impl IntoIterator<Item = &'t String>) -> String {
    let mut hasher = blake3::Hasher::new();
    for text in texts {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}

impl Draft {
    /// An action by name.
    pub fn action(&self, name: &str) -> Option<&Action> {
        self.actions.iter().find(|action| action.name == name)
    }

    /// An invariant or property by name.
    pub fn claim(&self, name: &str) -> Option<&Claim> {
        self.invariants.iter().chain(&self.properties).find(|claim| claim.name == name)
    }

    /// The names of everything that is defined, the module's own (`vars`, `Next`, `Spec`) included.
    pub fn names(&self) -> Vec<&str> {
        let definitions = self.operators.iter().chain(&self.init).chain(&self.type_invariant);
        let definitions = definitions.chain(&self.constraint).map(|d| d.name.as_str());
        definitions
            .chain(self.constants.iter().map(|c| c.name.as_str()))
            .chain(self.variables.iter().map(|v| v.name.as_str()))
            .chain(self.actions.iter().map(|a| a.name.as_str()))
            .chain(self.invariants.iter().chain(&self.properties).map(|c| c.name.as_str()))
            .chain(text::OWN)
            .collect()
    }
}
