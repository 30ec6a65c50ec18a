//! The syntax tree of a module, as the parser leaves it and the resolver annotates it.
//!
//! Enters: nothing (data only). Leaves: [`Module`].
//! Holds: every [`Expr`] has a [`NodeId`] unique within its file, children's spans lie inside
//! their parent's; where the text was wrong there is [`ExprKind::Error`]; parentheses leave no
//! node. Names are not resolved here: operators such as `+` are names like any other.
//! Grammar: *Specifying Systems*, chapter 15, and the TLA+2 language guide.

use crate::source::Span;
use std::sync::Arc;

/// A name or other text, cheap to clone.
pub type Symbol = Arc<str>;

/// An expression's number within its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);

/// A name where it stands. Operator symbols are spelt canonically: `\leq`, `=<`, `≤` are `<=`…
/// (see the operator table); prefix minus is `-.`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ident {
    /// The canonical spelling.
    pub name: Symbol,
    /// Where it stands.
    pub span: Span,
}

/// A module.
#[derive(Clone, Debug)]
pub struct Module {
    /// Its name.
    pub name: Ident,
    /// The modules it extends, in order.
    pub extends: Vec<Ident>,
    /// What it holds, in order.
    pub units: Vec<Unit>,
    /// From the opening dashes to the closing `====`.
    pub span: Span,
}

/// One unit of a module, or one definition of a LET.
#[derive(Clone, Debug)]
pub struct Unit {
    /// What it is.
    pub kind: UnitKind,
    /// Where it stands.
    pub span: Span,
    /// Preceded by LOCAL.
    pub local: bool,
}

/// What a unit is.
#[derive(Clone, Debug)]
pub enum UnitKind {
    /// `VARIABLE x, y`
    Variables(Vec<Ident>),
    /// `CONSTANT C, Op(_, _), _ + _`
    Constants(Vec<Declaration>),
    /// `RECURSIVE Op(_)`
    Recursive(Vec<Declaration>),
    /// `Op(a, b(_)) == body`, `a + b == body`, `-. a == body`, `a ^+ == body`
    Operator(OperatorDefinition),
    /// `f[x \in S, <<y, z>> \in T] == body`
    Function(FunctionDefinition),
    /// `INSTANCE M WITH …`
    Instance(Instance),
    /// `I(x, y) == INSTANCE M WITH …`
    NamedInstance {
        /// `I`
        name: Ident,
        /// `x, y`
        params: Vec<Declaration>,
        /// the right-hand side
        instance: Instance,
    },
    /// `ASSUME [name ==] expr`, also ASSUMPTION and AXIOM
    Assume {
        /// The name, if it has one.
        name: Option<Ident>,
        /// What is assumed.
        body: Expr,
        /// Written AXIOM: TLC does not check axioms.
        axiom: bool,
    },
    /// `THEOREM [name ==] …`, also LEMMA, PROPOSITION, COROLLARY; its proof is kept, not checked
    Theorem {
        /// The name, if it has one.
        name: Option<Ident>,
        /// What is claimed.
        body: Statement,
        /// Its proof, if it has one.
        proof: Option<Proof>,
    },
    /// `USE …` or `HIDE …`
    Use(Use),
    /// A nested module
    Module(Box<Module>),
}

/// A declared operator: a name and how many arguments it takes (`C(_, _)`, `_ + _`, `-. _`).
#[derive(Clone, Debug)]
pub struct Declaration {
    /// The name.
    pub name: Ident,
    /// How many arguments; 0 for a plain name.
    pub arity: usize,
}

/// `Op(a, b(_)) == body`
#[derive(Clone, Debug)]
pub struct OperatorDefinition {
    /// The name or symbol.
    pub name: Ident,
    /// Parameters, themselves operators when their arity is not 0.
    pub params: Vec<Declaration>,
    /// The right-hand side.
    pub body: Expr,
}

/// `f[x \in S] == body`
#[derive(Clone, Debug)]
pub struct FunctionDefinition {
    /// The name.
    pub name: Ident,
    /// The domain.
    pub bounds: Vec<Bound>,
    /// The right-hand side, in which the name stands for the function itself.
    pub body: Expr,
    /// The node of the whole function constructor.
    pub id: NodeId,
}

/// `INSTANCE M WITH a <- e, + <- Plus`
#[derive(Clone, Debug)]
pub struct Instance {
    /// The module.
    pub module: Ident,
    /// Its explicit substitutions.
    pub with: Vec<(Ident, Expr)>,
    /// Where it stands.
    pub span: Span,
}

/// An expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// Its number within the file.
    pub id: NodeId,
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// Where an operator's symbol stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fixity {
    /// `a + b`
    Infix,
    /// `~a`
    Prefix,
    /// `a'`
    Postfix,
}

/// What an expression is.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// A numeral: digits (without the `\b`, `\o`, `\h` prefix) and radix 2, 8, 10 or 16.
    Number(Symbol, u32),
    /// `3.14`
    Decimal(Symbol),
    /// A string, escapes replaced.
    String(Symbol),
    /// `x`, `Op(a, b)`: a name and its arguments. An argument that is a bare operator symbol
    /// (`Op(+, 1)`) is a `Name` of that symbol without arguments.
    Name(Ident, Vec<Expr>),
    /// `A!B(x)!C`, `Op!1!<<`, `F(3)!:`: a compound name of two steps or more.
    Path(Vec<PathStep>),
    /// `a + b`, `~a`, `x'`, `UNCHANGED v`, `ENABLED A`, `A \cdot B`, `a = b`…; not `\X`.
    Operator(Ident, Fixity, Vec<Expr>),
    /// A column-aligned list of `/\` (true) or `\/` (false); one item or more.
    Junction(bool, Vec<Expr>),
    /// `A \X B \X C`: two factors or more, unparenthesised ones flattened.
    Product(Vec<Expr>),
    /// `<<a, b>>`
    Tuple(Vec<Expr>),
    /// `{a, b}`
    SetEnum(Vec<Expr>),
    /// `{x \in S : p}`, `{<<x, y>> \in S : p}`
    SetFilter(Box<Bound>, Box<Expr>),
    /// `{e : x \in S, y \in T}`
    SetMap(Box<Expr>, Vec<Bound>),
    /// `\A x \in S : p` (true), `\E …` (false)
    Quantifier(bool, Vec<Bound>, Box<Expr>),
    /// `\A x : p`, `\E x : p`, `\AA x : p`, `\EE x : p`
    UnboundedQuantifier(UnboundedKind, Vec<Ident>, Box<Expr>),
    /// `CHOOSE x \in S : p`, `CHOOSE <<x, y>> : p`
    Choose(Pattern, Option<Box<Expr>>, Box<Expr>),
    /// `[x \in S |-> e]`
    Function(Vec<Bound>, Box<Expr>),
    /// `[S -> T]`
    FunctionSet(Box<Expr>, Box<Expr>),
    /// `[a |-> 1, b |-> 2]`
    Record(Vec<(Ident, Expr)>),
    /// `[a : S, b : T]`
    RecordSet(Vec<(Ident, Expr)>),
    /// `[f EXCEPT !.a[i] = e, …]`
    Except(Box<Expr>, Vec<Update>),
    /// `@`
    At,
    /// `f[a, b]`
    Apply(Box<Expr>, Vec<Expr>),
    /// `r.field`
    Field(Box<Expr>, Ident),
    /// `IF c THEN a ELSE b`
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `CASE c1 -> e1 [] c2 -> e2 [] OTHER -> e`
    Case(Vec<(Expr, Expr)>, Option<Box<Expr>>),
    /// `LET definitions IN body`
    Let(Vec<Unit>, Box<Expr>),
    /// `LAMBDA x, y : body`
    Lambda(Vec<Declaration>, Box<Expr>),
    /// `[A]_v`
    BoxAction(Box<Expr>, Box<Expr>),
    /// `<<A>>_v`
    AngleAction(Box<Expr>, Box<Expr>),
    /// `WF_v(A)` (false), `SF_v(A)` (true): strong, subscript, action
    Fairness(bool, Box<Expr>, Box<Expr>),
    /// `name(x, y) :: body`
    Label(Ident, Vec<Ident>, Box<Expr>),
    /// What could not be parsed; an error has been reported.
    Error,
}

/// Which unbounded quantifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnboundedKind {
    /// `\A x : p`
    Forall,
    /// `\E x : p`
    Exists,
    /// `\AA x : F`
    TemporalForall,
    /// `\EE x : F`
    TemporalExists,
}

/// A step of a compound name.
#[derive(Clone, Debug)]
pub struct PathStep {
    /// Which.
    pub kind: StepKind,
    /// The arguments in parentheses, if any.
    pub args: Vec<Expr>,
    /// Where it stands.
    pub span: Span,
}

/// Which step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// A name or operator symbol
    Name(Symbol),
    /// `!3`
    Number(u32),
    /// `!<<`
    Left,
    /// `!>>`
    Right,
    /// `!:`
    Colon,
    /// `!@`
    At,
    /// `!(e, f)`: only arguments
    Arguments,
}

/// `x, y \in S` or `<<x, y>> \in S`
#[derive(Clone, Debug)]
pub struct Bound {
    /// What is bound.
    pub pattern: Pattern,
    /// The set.
    pub set: Expr,
}

/// What a binder binds.
#[derive(Clone, Debug)]
pub enum Pattern {
    /// `x, y`: each ranges over the set
    Names(Vec<Ident>),
    /// `<<x, y>>`: elements are taken apart
    Tuple(Vec<Ident>),
}

/// `!.a[i, j] = value`
#[derive(Clone, Debug)]
pub struct Update {
    /// The steps after `!`; one or more.
    pub path: Vec<UpdateStep>,
    /// The new value, in which `@` is the old one.
    pub value: Expr,
    /// Where it stands.
    pub span: Span,
}

/// A step of an update.
#[derive(Clone, Debug)]
pub enum UpdateStep {
    /// `.field`
    Field(Ident),
    /// `[i, j]`
    Index(Vec<Expr>),
}

/// What a theorem or a proof step claims.
#[derive(Clone, Debug)]
pub enum Statement {
    /// A formula.
    Expr(Expr),
    /// `ASSUME … PROVE …`, perhaps labelled; `true` if boxed (`[]ASSUME`).
    AssumeProve(Box<AssumeProve>),
}

/// `ASSUME a, NEW x \in S PROVE p`
#[derive(Clone, Debug)]
pub struct AssumeProve {
    /// The label before `::`, if any.
    pub label: Option<Ident>,
    /// The assumptions.
    pub assumptions: Vec<Assumption>,
    /// What is to be proved.
    pub goal: Expr,
}

/// One assumption.
#[derive(Clone, Debug)]
pub enum Assumption {
    /// A formula or a nested ASSUME/PROVE.
    Statement(Statement),
    /// `NEW x \in S`, `NEW CONSTANT C(_)`, `NEW VARIABLE x`, `NEW STATE s`…
    New {
        /// CONSTANT unless said: the level.
        level: NewLevel,
        /// What is declared.
        decl: Declaration,
        /// `\in S`
        set: Option<Expr>,
    },
}

/// The level of a NEW declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewLevel {
    /// CONSTANT or nothing
    Constant,
    /// VARIABLE
    Variable,
    /// STATE
    State,
    /// ACTION
    Action,
    /// TEMPORAL
    Temporal,
}

/// A proof: kept, not checked.
#[derive(Clone, Debug)]
pub enum Proof {
    /// `OBVIOUS`
    Obvious,
    /// `OMITTED`
    Omitted,
    /// `BY …`
    By(Use),
    /// `<1>1. … <1> QED`
    Steps(Vec<ProofStep>),
}

/// The facts and definitions of BY, USE and HIDE.
#[derive(Clone, Debug)]
pub struct Use {
    /// HIDE.
    pub hide: bool,
    /// ONLY was written.
    pub only: bool,
    /// The facts: expressions and names of theorems, steps (`<1>2` is a `Name`) and `MODULE M`.
    pub facts: Vec<Fact>,
    /// What stands after DEF or DEFS.
    pub definitions: Vec<Fact>,
}

/// A fact or definition used in a proof.
#[derive(Clone, Debug)]
pub enum Fact {
    /// An expression.
    Expr(Expr),
    /// `MODULE M`
    Module(Ident),
}

/// A step of a proof.
#[derive(Clone, Debug)]
pub struct ProofStep {
    /// Its name as written, canonically `<1>2`; steps without a number (`<1>`) have none.
    pub name: Option<Ident>,
    /// Its level number (`1` in `<1>2`).
    pub level: u32,
    /// What it says.
    pub kind: StepBody,
    /// Its own proof.
    pub proof: Option<Proof>,
    /// Where it stands.
    pub span: Span,
}

/// What a proof step says.
#[derive(Clone, Debug)]
pub enum StepBody {
    /// `QED`
    Qed,
    /// A statement; `true`: SUFFICES.
    Assert(Statement, bool),
    /// `HAVE e`
    Have(Expr),
    /// `CASE e`
    Case(Expr),
    /// `WITNESS e, …`
    Witness(Vec<Expr>),
    /// `TAKE x \in S, …`: bounds, or bare names
    Take(Vec<Bound>, Vec<Ident>),
    /// `PICK x \in S : p`: bounds, or bare names
    Pick(Vec<Bound>, Vec<Ident>, Expr),
    /// `DEFINE …`, or definitions without the word
    Define(Vec<Unit>),
    /// `USE`, `HIDE`
    Use(Use),
    /// `INSTANCE …`
    Instance(Instance),
}
