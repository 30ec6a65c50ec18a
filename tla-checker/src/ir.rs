//! The intermediate form that is evaluated: operators with frames, expressions with slots.
//!
//! Enters: nothing (data only); [`crate::lower`] fills it in. Leaves: [`Ir`], shared by all workers.
//! Holds:
//! - INSTANCE is gone: every definition is specialised for the substitutions it is reached through.
//! - Every identifier is a slot of its operator's frame: captured ones first, then parameters, then
//!   what the body binds. No two binders of one frame share a slot, so that a continuation that
//!   enters a sibling cannot disturb it.
//! - A frame's cells hold values or unevaluated expressions; [`Op::shifted`] slots, those read
//!   under a prime, are never cached, because there they mean something else.
//! - `levels` is an upper bound of what each node reads.

use crate::value::Datum;
use num_bigint::BigInt;
use tla_parser::source::Span;

mod print;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);
        impl $name {
            /// As an index into its table.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }
    };
}
id!(
    /// An expression.
    NodeId,
    "e"
);
id!(
    /// An operator.
    OpId,
    "op"
);
id!(
    /// A function given by its rule.
    RuleId,
    "rule"
);
id!(
    /// A text: a string or a field name.
    TextId,
    "s"
);
id!(
    /// A record shape: a set of field names.
    ShapeId,
    "shape"
);
id!(
    /// A value that is computed once.
    CacheId,
    "cache"
);
/// A slot of a frame.
pub type Slot = u32;

/// What an expression may read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub enum Reads {
    /// Nothing of the state.
    #[default]
    Constant,
    /// The current state.
    State,
    /// The next state too.
    Action,
}

/// When an expression is evaluated that something else is given: a definition of LET, an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Passing {
    /// On first use, once.
    #[default]
    Need,
    /// The same where only a value is asked for; at each use where a step is being built, since what it reads of
    /// the next state may change between one use and another.
    Step,
    /// At each use: it is used where the states are others.
    Name,
}

impl Passing {
    /// Of an expression that may read this, and may be used under a prime.
    pub fn of(reads: Reads, shifted: bool) -> Passing {
        match reads {
            Reads::Constant => Passing::Need,
            _ if shifted => Passing::Name,
            Reads::State => Passing::Need,
            Reads::Action => Passing::Step,
        }
    }
}

/// A lowered model.
#[derive(Debug, Default)]
pub struct Ir {
    /// Expressions.
    pub nodes: Vec<Node>,
    /// Where each stands.
    pub spans: Vec<Span>,
    /// What each may read.
    pub levels: Vec<Reads>,
    /// When expressions of LET definitions are evaluated.
    pub passing: Vec<Passing>,
    /// Expressions that nothing of a state is given to, other than by value: the bodies of operators whose
    /// calls are recalled.
    pub by_value: std::ops::Range<u32>,
    /// Operators.
    pub ops: Vec<Op>,
    /// Functions given by rules.
    pub rules: Vec<Rule>,
    /// Strings and field names.
    pub texts: Vec<String>,
    /// Record shapes: field names in order.
    pub shapes: Vec<Vec<TextId>>,
    /// Integers past 64 bits.
    pub bigs: Vec<BigInt>,
    /// Values given by the model.
    pub data: Vec<Datum>,
    /// The values that are computed once: the size of the frame each needs for itself.
    pub caches: Vec<u32>,
    /// The expressions that are kept by what they read.
    pub kept: Vec<Kept>,
    /// How many of them differ.
    pub kept_places: u32,
    /// Where they are kept, by what they say: while formulas are still added.
    pub(crate) kept_by_text: rustc_hash::FxHashMap<String, u32>,
    /// Names of the variables, in order of their slots.
    pub variables: Vec<String>,
    /// Names of variables that only next states inside ENABLED have; their slots come after those.
    pub hidden: Vec<String>,
    /// Why the meaning depends on the order of evaluation, if it does: a native's name.
    pub impure: Option<String>,
}

impl Ir {
    /// The expression with this id.
    #[inline]
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.index()]
    }
    /// Where an expression stands.
    pub fn span(&self, id: NodeId) -> Span {
        self.spans[id.index()]
    }
    /// Whether nothing of a state is given to an expression, other than by value.
    #[inline]
    pub fn is_by_value(&self, id: NodeId) -> bool {
        self.by_value.contains(&id.0)
    }
    /// What an expression may read.
    pub fn reads(&self, id: NodeId) -> Reads {
        self.levels[id.index()]
    }
    /// The operator with this id.
    #[inline]
    pub fn op(&self, id: OpId) -> &Op {
        &self.ops[id.index()]
    }
    /// A text.
    pub fn text(&self, id: TextId) -> &str {
        &self.texts[id.index()]
    }
}

/// How an expression is kept.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The slots that it mentions, whose values it is kept by too.
    pub slots: Box<[Slot]>,
    /// Where: expressions that say the same share a place.
    pub place: u32,
}

/// Whether something is the case of an expression, or of anything that it calls or has inside it.
pub fn reaches(ir: &Ir, root: NodeId, mut is_so: impl FnMut(&Node) -> bool) -> bool {
    let (mut ops, mut rules) = (rustc_hash::FxHashSet::default(), rustc_hash::FxHashSet::default());
    let mut pending = vec![root];
    while let Some(id) = pending.pop() {
        let node = ir.node(id);
        if is_so(node) {
            return true;
        }
        match node {
            Node::Call(op, ..) | Node::Operator(op, _) if ops.insert(*op) => pending.push(ir.op(*op).body),
            Node::Closure(rule, ..) if rules.insert(*rule) => pending.push(ir.rules[rule.index()].body),
            _ => {}
        }
        ir.children(id, &mut |child| pending.push(child));
    }
    false
}

/// The variables that an expression may read, through whatever it calls.
pub fn variables_in(ir: &Ir, e: NodeId) -> Vec<u32> {
    let mut found = Vec::new();
    reaches(ir, e, |node| {
        if let Node::Var(variable) = node
            && !found.contains(variable)
        {
            found.push(*variable);
        }
        false
    });
    found.sort_unstable();
    found
}

/// The operators inside a formula that are about a step, in order: of those a step by the formula may be one
/// or another.
pub fn actions_in(ir: &Ir, formula: NodeId) -> Vec<OpId> {
    let (mut found, mut todo) = (Vec::new(), vec![formula]);
    let mut met = rustc_hash::FxHashSet::default();
    while let Some(id) = todo.pop() {
        // What reads no next state takes no step.
        if ir.reads(id) != Reads::Action || !met.insert(id) {
            continue;
        }
        let before = todo.len();
        match ir.node(id) {
            Node::Call(op, ..) | Node::Operator(op, _) => {
                found.push(*op);
                todo.push(ir.op(*op).body);
            }
            Node::Inlined(op, _) => found.push(*op),
            _ => {}
        }
        ir.children(id, &mut |child| todo.push(child));
        todo[before..].reverse();
    }
    let mut once = rustc_hash::FxHashSet::default();
    found.retain(|op| once.insert(*op));
    found
}

/// An operator: a body with a frame.
#[derive(Clone, Debug)]
pub struct Op {
    /// As the user writes it.
    pub name: String,
    /// Where it is defined.
    pub span: Span,
    /// Cells copied from where it is called or named.
    pub captured: u32,
    /// Parameters, after the captured cells.
    pub params: u32,
    /// All slots.
    pub frame: u32,
    /// The body.
    pub body: NodeId,
    /// Slots read under a prime or in a shifted state: never cached.
    pub shifted: Vec<bool>,
    /// What each slot's cell may read.
    pub slot_reads: Vec<Reads>,
    /// The parameters' names.
    pub param_names: Vec<String>,
    /// Its calls are recalled by the values of their arguments: it is recursive, or calls what is, and
    /// depends on nothing else.
    pub recalled: bool,
    /// They would be, were they made where nothing of a state is at hand: it ranges over something, and
    /// depends on nothing else either.
    pub closed: bool,
}

/// A function given by its rule: `f[x \in S] == e`.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its name, for messages.
    pub name: String,
    /// Values copied from where it is made.
    pub captured: u32,
    /// The slot that holds the function itself, when it is recursive.
    pub itself: Option<Slot>,
    /// What the argument binds, one pattern a domain.
    pub patterns: Vec<Pattern>,
    /// All slots.
    pub frame: u32,
    /// The right-hand side.
    pub body: NodeId,
    /// Where it is defined.
    pub span: Span,
}

/// What an element binds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// The element itself.
    One(Slot),
    /// The components of a tuple.
    Tuple(Box<[Slot]>),
}

/// A pattern and the set it ranges over; `x, y \in S` are two.
#[derive(Clone, Debug)]
pub struct Bound {
    /// What is bound.
    pub pattern: Pattern,
    /// The set.
    pub set: NodeId,
}

/// A step of an EXCEPT.
#[derive(Clone, Debug)]
pub enum Step {
    /// `.a`
    Field(TextId),
    /// `[i]`
    Index(NodeId),
}

/// One update of an EXCEPT.
#[derive(Clone, Debug)]
pub struct Update {
    /// The steps.
    pub path: Box<[Step]>,
    /// The new value.
    pub value: NodeId,
    /// The slot of `@`, when the value mentions it.
    pub at: Option<Slot>,
}

/// An expression.
#[derive(Clone, Debug)]
pub enum Node {
    /// `TRUE`, `FALSE`
    Bool(bool),
    /// An integer
    Int(i64),
    /// An integer past 64 bits, by its index
    Big(u32),
    /// A string
    Str(TextId),
    /// A value given by the model, by its index
    Datum(u32),
    /// A cell of the frame
    Local(Slot),
    /// A variable in the current state
    Var(u32),
    /// A variable in the next state
    NextVar(u32),
    /// `e'`
    Prime(NodeId),
    /// A constant expression, evaluated once and kept
    Cached(CacheId, NodeId),
    /// An expression of the current state, kept by what it reads
    Kept(CacheId, NodeId),
    /// An operator applied: captured slots of this frame, then arguments
    Call(OpId, Box<[Slot]>, Box<[NodeId]>),
    /// An operator parameter applied
    CallLocal(Slot, Box<[NodeId]>),
    /// An operator as an argument: captured slots of this frame
    Operator(OpId, Box<[Slot]>),
    /// A native operator applied
    Native(crate::eval::Native, Box<[NodeId]>),
    /// `/\`
    And(Box<[NodeId]>),
    /// `\/`
    Or(Box<[NodeId]>),
    /// `~`
    Not(NodeId),
    /// `=>`
    Implies(NodeId, NodeId),
    /// `<=>`
    Equivalent(NodeId, NodeId),
    /// `=`
    Equal(NodeId, NodeId),
    /// `#`
    NotEqual(NodeId, NodeId),
    /// `\in`
    In(NodeId, NodeId),
    /// `\notin`
    NotIn(NodeId, NodeId),
    /// `\subseteq`
    SubsetEq(NodeId, NodeId),
    /// `\cup`
    Union(NodeId, NodeId),
    /// `\cap`
    Intersect(NodeId, NodeId),
    /// `\`
    Difference(NodeId, NodeId),
    /// `DOMAIN`
    Domain(NodeId),
    /// `SUBSET`
    Powerset(NodeId),
    /// `UNION`
    BigUnion(NodeId),
    /// `BOOLEAN`
    Boolean,
    /// `STRING`
    StringSet,
    /// `UNCHANGED`
    Unchanged(NodeId),
    /// `UNCHANGED` of these variables and nothing else, and the expression as written
    Keep(Box<[u32]>, NodeId),
    /// The body of an operator in place of its call
    Inlined(OpId, NodeId),
    /// `ENABLED`
    Enabled(NodeId),
    /// `A \cdot B`
    Compose(NodeId, NodeId),
    /// `[A]_v` (true), `<<A>>_v`
    Subscripted(bool, NodeId, NodeId),
    /// `IF`
    If(NodeId, NodeId, NodeId),
    /// `CASE`
    Case(Box<[(NodeId, NodeId)]>, Option<NodeId>),
    /// `LET`: slots that are given expressions
    Let(Box<[(Slot, NodeId)]>, NodeId),
    /// `\A` (true), `\E`
    Quantifier(bool, Box<[Bound]>, NodeId),
    /// `CHOOSE`, bounded
    Choose(Box<Bound>, NodeId),
    /// `CHOOSE x : p`, `\E x : p`, `\A x : p` without a bound: the words
    Unbounded(&'static str),
    /// `{a, b}`
    SetEnum(Box<[NodeId]>),
    /// `{x \in S : p}`
    SetFilter(Box<Bound>, NodeId),
    /// `{e : x \in S}`
    SetMap(NodeId, Box<[Bound]>),
    /// `<<a, b>>`
    Tuple(Box<[NodeId]>),
    /// `S \X T`
    Product(Box<[NodeId]>),
    /// `[a |-> 1]`, in the order written; fields by their place in the shape
    Record(ShapeId, Box<[(u32, NodeId)]>),
    /// `[a : S]`
    RecordSet(Box<[(TextId, NodeId)]>),
    /// `[x \in S |-> e]`
    Function(Box<[Bound]>, NodeId),
    /// A function given by its rule: domains, captured slots of this frame
    Closure(RuleId, Box<[NodeId]>, Box<[Slot]>),
    /// `[S -> T]`
    FunctionSet(NodeId, NodeId),
    /// `[f EXCEPT …]`
    Except(NodeId, Box<[Update]>),
    /// `f[i]`; several indices have been made a tuple
    Apply(NodeId, NodeId),
    /// `r.a`
    Field(NodeId, TextId),
    /// Something that has no value, and why: a temporal formula, a decimal, a missing definition
    Nothing(&'static str),
}
