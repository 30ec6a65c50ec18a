//! The resolved form of a specification: every name bound to what it means.
//!
//! Enters: nothing (data only); [`crate::resolve`] fills it in. Leaves: [`Spec`].
//! Holds: all entities live in arenas of the [`Spec`] and are named by `u32` ids; an expression
//! refers to locals, declarations and definitions by id, never by text; a definition reached
//! through INSTANCE is a [`Def`] of its own whose body says which definition it instantiates.
//! *Specifying Systems*, chapter 17.

mod visit;

use crate::ast::{Fixity, Symbol, UnboundedKind};
use crate::source::{FileId, SourceMap, Span};
use rustc_hash::FxHashMap;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);
        impl $name {
            /// As an index into its arena.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}
id!(
    /// A module.
    ModuleId
);
id!(
    /// A declared constant or variable.
    DeclId
);
id!(
    /// A definition: operator, function, LET, LAMBDA, theorem, assumption.
    DefId
);
id!(
    /// A bound identifier or parameter.
    LocalId
);
id!(
    /// An INSTANCE.
    InstanceId
);
id!(
    /// An expression.
    ExprId
);

/// The level of an expression (*Specifying Systems*, section 17.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Level {
    /// No variables.
    #[default]
    Constant,
    /// Unprimed variables.
    State,
    /// Primed variables.
    Action,
    /// Temporal operators.
    Temporal,
}

/// A resolved specification: a root module and all it needs.
#[derive(Debug)]
pub struct Spec {
    /// The texts.
    pub sources: SourceMap,
    /// The module to be checked.
    pub root: ModuleId,
    /// All modules, those needed first.
    pub modules: Vec<Module>,
    /// Declared constants and variables.
    pub decls: Vec<Decl>,
    /// Definitions.
    pub defs: Vec<Def>,
    /// Bound identifiers and parameters.
    pub locals: Vec<Local>,
    /// INSTANCEs.
    pub instances: Vec<Instance>,
    /// Expressions.
    pub exprs: Vec<Expr>,
    /// Where each expression stands.
    pub spans: Vec<Span>,
}

impl Spec {
    /// The expression with this id.
    pub fn expr(&self, id: ExprId) -> &Expr {
        &self.exprs[id.index()]
    }
    /// Where an expression stands.
    pub fn span(&self, id: ExprId) -> Span {
        self.spans[id.index()]
    }
    /// The definition with this id.
    pub fn def(&self, id: DefId) -> &Def {
        &self.defs[id.index()]
    }
    /// The declaration with this id.
    pub fn decl(&self, id: DeclId) -> &Decl {
        &self.decls[id.index()]
    }
    /// The module with this id.
    pub fn module(&self, id: ModuleId) -> &Module {
        &self.modules[id.index()]
    }
    /// The INSTANCE with this id.
    pub fn instance(&self, id: InstanceId) -> &Instance {
        &self.instances[id.index()]
    }
    /// The root module.
    pub fn root_module(&self) -> &Module {
        self.module(self.root)
    }
    /// The module with this name, if it was loaded (not a nested one).
    pub fn module_named(&self, name: &str) -> Option<ModuleId> {
        self.modules.iter().position(|m| &*m.name == name).map(|i| ModuleId(i as u32))
    }
}

/// A module.
#[derive(Debug)]
pub struct Module {
    /// Its name.
    pub name: Symbol,
    /// The file it stands in.
    pub file: FileId,
    /// Where it stands.
    pub span: Span,
    /// Part of the embedded library.
    pub embedded: bool,
    /// The module it is nested in.
    pub parent: Option<ModuleId>,
    /// All names visible at its end, those of extended modules included.
    pub names: FxHashMap<Symbol, Entity>,
    /// The modules nested in it and in those it extends: a name space of their own.
    pub modules: FxHashMap<Symbol, ModuleId>,
    /// Names that EXTENDS and INSTANCE do not hand on.
    pub local: rustc_hash::FxHashSet<Symbol>,
    /// All constants and variables in scope that an INSTANCE must substitute, in order: those of
    /// extended modules first. Those of an enclosing module are not among them.
    pub decls: Vec<DeclId>,
    /// Assumptions, those of extended modules first.
    pub assumptions: Vec<DefId>,
    /// Definitions made in this module itself, in order.
    pub own_defs: Vec<DefId>,
    /// Direct EXTENDS.
    pub extends: Vec<ModuleId>,
}

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entity {
    /// A declared constant or variable.
    Decl(DeclId),
    /// A definition.
    Def(DefId),
    /// A named INSTANCE.
    Instance(InstanceId),
    /// A bound identifier or parameter.
    Local(LocalId),
}

/// A declared constant or variable.
#[derive(Clone, Debug)]
pub struct Decl {
    /// Its name.
    pub name: Symbol,
    /// Constant or variable.
    pub kind: DeclKind,
    /// Where it is declared.
    pub span: Span,
    /// The module that declares it.
    pub module: ModuleId,
}

/// Which kind of declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeclKind {
    /// A constant with this many arguments.
    Constant(usize),
    /// A variable.
    Variable,
    /// A NEW identifier of a theorem or proof.
    New(Level, usize),
}

impl DeclKind {
    /// How many arguments it takes.
    pub fn arity(self) -> usize {
        match self {
            DeclKind::Constant(n) | DeclKind::New(_, n) => n,
            DeclKind::Variable => 0,
        }
    }
    /// Its level.
    pub fn level(self) -> Level {
        match self {
            DeclKind::Constant(_) => Level::Constant,
            DeclKind::Variable => Level::State,
            DeclKind::New(level, _) => level,
        }
    }
}

/// A bound identifier or parameter.
#[derive(Clone, Debug)]
pub struct Local {
    /// Its name.
    pub name: Symbol,
    /// Where it is bound.
    pub span: Span,
    /// Arguments it takes: 0 unless it is an operator parameter.
    pub arity: usize,
}

/// What sort of definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefKind {
    /// An operator definition.
    Operator,
    /// A function definition `f[x \in S] == e`.
    Function,
    /// A LAMBDA.
    Lambda,
    /// ASSUME; `true`: AXIOM.
    Assumption(bool),
    /// THEOREM and its kin.
    Theorem,
    /// A theorem that is ASSUME/PROVE: no expression, though its parts are. The body is what is proved.
    Sequent,
    /// A subexpression made a definition by a selector.
    Selected,
}

/// A definition.
#[derive(Clone, Debug)]
pub struct Def {
    /// The name as the user writes it, `I!Op` for one reached through a named INSTANCE.
    pub name: Symbol,
    /// Which sort.
    pub kind: DefKind,
    /// The module whose text holds the definition (for an instantiated one, the INSTANCE).
    pub module: ModuleId,
    /// Where the name stands.
    pub span: Span,
    /// Parameters.
    pub params: Vec<LocalId>,
    /// The right-hand side.
    pub body: DefBody,
    /// Declared RECURSIVE, or a function that mentions itself.
    pub recursive: bool,
    /// What is known of its level.
    pub level: DefLevel,
}

/// The right-hand side of a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefBody {
    /// An expression.
    Expr(ExprId),
    /// A definition of an instantiated module, under the substitution; the parameters are those
    /// of the INSTANCE followed by those of that definition.
    Instance(InstanceId, DefId),
    /// Declared RECURSIVE and not defined (yet), or wrong; an error has been reported.
    Missing,
}

/// The level of a definition as a function of its arguments' levels (17.2.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DefLevel {
    /// With constant arguments.
    pub base: Level,
    /// Whether a parameter's level counts towards the result's.
    pub weight: Vec<bool>,
    /// The highest level a parameter may have.
    pub max: Vec<Level>,
    /// Parameters (and, for a definition inside LET, enclosing locals) that stand under a prime.
    pub temporal: bool,
}

/// `I(x) == INSTANCE M WITH …`
#[derive(Clone, Debug)]
pub struct Instance {
    /// `I`, none for a plain INSTANCE.
    pub name: Option<Symbol>,
    /// The module instantiated.
    pub module: ModuleId,
    /// `x`
    pub params: Vec<LocalId>,
    /// What each constant and variable of the module becomes, in the instantiating context.
    pub with: FxHashMap<DeclId, Arg>,
    /// Where it stands.
    pub span: Span,
    /// The module that holds the INSTANCE.
    pub within: ModuleId,
}

/// An argument: an expression, or an operator for an operator parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Arg {
    /// An expression.
    Expr(ExprId),
    /// An operator.
    Operator(OperatorRef),
}

/// An operator that is named but not applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OperatorRef {
    /// A definition or LAMBDA.
    Def(DefId),
    /// A constant operator.
    Decl(DeclId),
    /// An operator parameter.
    Local(LocalId),
    /// A built-in symbol.
    Builtin(Builtin),
}

macro_rules! builtins {
    ($($name:ident $text:literal $fixity:expr, $arity:literal, $doc:literal;)*) => {
        /// The operators that are part of the language itself.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Builtin {
            $(#[doc = $doc] $name,)*
        }
        impl Builtin {
            /// Its spelling.
            pub fn text(self) -> &'static str {
                match self { $(Builtin::$name => $text,)* }
            }
            /// How many arguments it takes.
            pub fn arity(self) -> usize {
                match self { $(Builtin::$name => $arity,)* }
            }
            /// Where its symbol stands; none for a plain word.
            pub fn fixity(self) -> Option<Fixity> {
                match self { $(Builtin::$name => $fixity,)* }
            }
            /// The built-in spelt so.
            pub fn from_text(text: &str) -> Option<Builtin> {
                Some(match text {
                    $($text => Builtin::$name,)*
                    "/=" | "≠" => Builtin::NotEqual,
                    "\\land" | "∧" => Builtin::And,
                    "\\lor" | "∨" => Builtin::Or,
                    "\\lnot" | "\\neg" | "¬" => Builtin::Not,
                    "\\equiv" | "≡" | "⇔" => Builtin::Equivalent,
                    "\\union" | "∪" => Builtin::Union,
                    "\\intersect" | "∩" => Builtin::Intersect,
                    _ => return None,
                })
            }
            /// All of them.
            pub const ALL: &'static [Builtin] = &[$(Builtin::$name),*];
        }
    };
}
use Fixity::{Infix, Postfix, Prefix};
builtins! {
    True "TRUE" None, 0, "`TRUE`";
    False "FALSE" None, 0, "`FALSE`";
    Boolean "BOOLEAN" None, 0, "`BOOLEAN`";
    StringSet "STRING" None, 0, "`STRING`";
    Equal "=" Some(Infix), 2, "`=`";
    NotEqual "#" Some(Infix), 2, "`#`, `/=`";
    And "/\\" Some(Infix), 2, "`/\\`";
    Or "\\/" Some(Infix), 2, "`\\/`";
    Not "~" Some(Prefix), 1, "`~`";
    Implies "=>" Some(Infix), 2, "`=>`";
    Equivalent "<=>" Some(Infix), 2, "`<=>`";
    In "\\in" Some(Infix), 2, "`\\in`";
    NotIn "\\notin" Some(Infix), 2, "`\\notin`";
    SubsetEq "\\subseteq" Some(Infix), 2, "`\\subseteq`";
    Union "\\cup" Some(Infix), 2, "`\\cup`";
    Intersect "\\cap" Some(Infix), 2, "`\\cap`";
    Difference "\\" Some(Infix), 2, "set difference";
    Domain "DOMAIN" Some(Prefix), 1, "`DOMAIN`";
    Powerset "SUBSET" Some(Prefix), 1, "`SUBSET`";
    BigUnion "UNION" Some(Prefix), 1, "`UNION`";
    Prime "'" Some(Postfix), 1, "`'`";
    Unchanged "UNCHANGED" Some(Prefix), 1, "`UNCHANGED`";
    Enabled "ENABLED" Some(Prefix), 1, "`ENABLED`";
    Always "[]" Some(Prefix), 1, "`[]`";
    Eventually "<>" Some(Prefix), 1, "`<>`";
    LeadsTo "~>" Some(Infix), 2, "`~>`";
    PlusArrow "-+->" Some(Infix), 2, "`-+->`";
    Compose "\\cdot" Some(Infix), 2, "`\\cdot`";
}

/// A binder's group: `x, y \in S` or `<<x, y>> \in S`.
#[derive(Clone, Debug)]
pub struct Bound {
    /// What is bound.
    pub locals: Vec<LocalId>,
    /// A tuple pattern: elements are taken apart; otherwise each local ranges over the set.
    pub tuple: bool,
    /// The set.
    pub set: ExprId,
}

/// An expression.
#[derive(Clone, Debug)]
pub enum Expr {
    /// A numeral: digits and radix.
    Number(Symbol, u32),
    /// A decimal.
    Decimal(Symbol),
    /// A string.
    String(Symbol),
    /// A built-in operator and its arguments.
    Builtin(Builtin, Vec<ExprId>),
    /// A declared constant or variable, applied if it is a constant operator.
    Decl(DeclId, Vec<Arg>),
    /// A bound identifier or parameter, applied if it is an operator parameter.
    Local(LocalId, Vec<Arg>),
    /// A definition, applied.
    Def(DefId, Vec<Arg>),
    /// A column-aligned list: `/\` (true) or `\/`.
    Junction(bool, Vec<ExprId>),
    /// `S \X T`
    Product(Vec<ExprId>),
    /// `<<a, b>>`
    Tuple(Vec<ExprId>),
    /// `{a, b}`
    SetEnum(Vec<ExprId>),
    /// `{x \in S : p}`
    SetFilter(Bound, ExprId),
    /// `{e : x \in S}`
    SetMap(ExprId, Vec<Bound>),
    /// `\A` (true), `\E`
    Quantifier(bool, Vec<Bound>, ExprId),
    /// Quantifier without a bound
    UnboundedQuantifier(UnboundedKind, Vec<LocalId>, ExprId),
    /// `CHOOSE x \in S : p`; a tuple pattern when `tuple`
    Choose {
        /// What is bound.
        locals: Vec<LocalId>,
        /// A tuple pattern.
        tuple: bool,
        /// The set; none for an unbounded CHOOSE.
        set: Option<ExprId>,
        /// The predicate.
        body: ExprId,
    },
    /// `[x \in S |-> e]`; the local that stands for the function itself in a recursive definition
    Function(Vec<Bound>, ExprId, Option<LocalId>),
    /// `[S -> T]`
    FunctionSet(ExprId, ExprId),
    /// `[a |-> 1]`
    Record(Vec<(Symbol, ExprId)>),
    /// `[a : S]`
    RecordSet(Vec<(Symbol, ExprId)>),
    /// `[f EXCEPT ![i] = e]`
    Except(ExprId, Vec<Update>),
    /// `f[a, b]`
    Apply(ExprId, Vec<ExprId>),
    /// `r.field`
    Field(ExprId, Symbol),
    /// `IF`
    If(ExprId, ExprId, ExprId),
    /// `CASE`
    Case(Vec<(ExprId, ExprId)>, Option<ExprId>),
    /// `LET`
    Let(Vec<DefId>, ExprId),
    /// `[A]_v` (true), `<<A>>_v`
    Subscripted(bool, ExprId, ExprId),
    /// `WF_v(A)` (false), `SF_v(A)` (true): strong, subscript, action
    Fairness(bool, ExprId, ExprId),
    /// `label(x) :: e`
    Label(Symbol, Vec<LocalId>, ExprId),
    /// Something wrong; an error has been reported.
    Error,
}

/// `![i].a = value`
#[derive(Clone, Debug)]
pub struct Update {
    /// The steps.
    pub path: Vec<UpdateStep>,
    /// The new value.
    pub value: ExprId,
    /// What `@` is in it, when it is mentioned.
    pub at: Option<LocalId>,
}

/// A step of an update.
#[derive(Clone, Debug)]
pub enum UpdateStep {
    /// `.a`
    Field(Symbol),
    /// `[i, j]`
    Index(Vec<ExprId>),
}
