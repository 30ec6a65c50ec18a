//! The evaluator: the one semantics of expressions and actions.
//!
//! Enters: IR, and a state behind a [`Door`]. Leaves: a value, or, for an action, each way of
//! giving the variables next values (`act`), in the order written. Holds:
//! - Variables are read through the door only, which sees every read.
//! - A frame's cells are values or unevaluated expressions (call by need, as in TLC). What may mean
//!   something else at each use — it has primes, or is read under a prime — is called by name.
//! - A failed evaluation carries the expression, the values and the operator calls under way.
//! - Nothing recurses without a bound: operator calls are counted, and the stack grows on the heap.
//!
//! What deliberately does not happen here: states are not packed, compared or stored.
//! *Specifying Systems*, sections 14.2 and 16.

mod act;
mod answers;
mod bits;
mod branch;
mod browse;
mod cache;
mod call;
mod closure;
mod counting;
mod door;
mod edit;
mod explain;
mod fail;
mod immediate;
mod member;
mod native;
mod natives;
mod recall;
mod sets;
mod split;
mod spot;
mod ways;

pub use door::Door;
pub use native::Native;
pub use natives::registers::Registers;
pub(crate) use split::Thawed;
pub use split::{Frozen, Instance};

use crate::explanation::Explanation;
use crate::failure::Failure;
use crate::ir::*;
use crate::observer::{Cancel, Observer};
use crate::space::Progress;
use crate::state::{Layout, Store};
use crate::value::{Interner, Limits, RecordShape, Shared, Symbol, Value, ValueError};
use answers::Answers;
use call::{Cell, Within};
use immediate::Immediate;
use std::rc::Rc;
use std::sync::Arc;

/// The result of an evaluation.
pub type Result<T> = std::result::Result<T, Box<Failure>>;

/// Bounds on what an evaluation may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The most elements a set may have when it must be built.
    pub max_set: usize,
    /// How many operator calls may be nested.
    pub max_recursion: u32,
    /// Whether operators of Json, CSV and IOUtils may read and write files, run programs and look at the
    /// environment. Without it they fail (E0519): for specs that came from somebody else.
    pub outside: bool,
}

impl Default for Bounds {
    fn default() -> Self {
        Bounds { max_set: Limits::DEFAULT.max_set, max_recursion: 50_000, outside: true }
    }
}

/// What all workers of a run share.
pub struct Setting<'m> {
    /// The model.
    pub ir: &'m Ir,
    /// The bounds.
    pub bounds: Bounds,
    /// Whether expressions are kept for each value of the variable they read.
    pub keep_values: bool,
    /// Receives what the spec prints.
    pub observer: &'m dyn Observer,
    /// Ends evaluations from outside.
    pub cancel: &'m Cancel,
    /// The registers of TLCSet and TLCGet.
    pub registers: &'m Registers,
}

/// Stack that must be left to enter an expression, and how much is added when it is not. What is left
/// has to do for walking over a value, dropping it included: [`MAX_DEPTH`](crate::value::MAX_DEPTH)
/// levels of a dozen calls each.
const RED_ZONE: usize = 1 << 20;
const STACK_CHUNK: usize = 8 << 20;
/// How much of it a call may take on the average when as many are nested as may be.
const STACK_PER_CALL: usize = 20 * 1024;

/// About where the stack has come to.
#[inline(always)]
fn here() -> usize {
    let mark = 0u8;
    &raw const mark as usize
}

/// The address at which there is no more stack than must be left.
fn floor() -> usize {
    match stacker::remaining_stack() {
        // Stacks grow downwards on every machine that `stacker` knows.
        Some(left) => here().saturating_sub(left).saturating_add(RED_ZONE),
        None => usize::MAX,
    }
}

/// Evaluates for one thread.
pub struct Evaluator<'m> {
    setting: &'m Setting<'m>,
    ir: &'m Ir,
    /// The states.
    pub door: Door,
    stack: Vec<Cell>,
    caches: Vec<Option<Value>>,
    memos: cache::Memos,
    recalled: recall::Recalled,
    /// Cells to be filled anew when the branch of the log ends that filled them.
    trail: Vec<(usize, Cell)>,
    /// The branches of the log that are under way, each by a number of its own.
    branches: Vec<u64>,
    branched: u64,
    /// Which expressions have no variables in them.
    blind: Answers,
    /// Which variables expressions read that are kept and mention no slots, as far as it was asked.
    read_by: rustc_hash::FxHashMap<NodeId, Option<Rc<[u32]>>>,
    /// Which expressions call nothing.
    cheap: Answers,
    /// Which expressions try no action.
    steady: Answers,
    /// Which expressions can be had without making values.
    shortcuts: immediate::Shortcuts,
    symbols: Vec<Symbol>,
    strings: Vec<Value>,
    shapes: Vec<Rc<RecordShape>>,
    data: Vec<Value>,
    /// Components of the tuples and records that are being made.
    parts: Vec<Value>,
    shared: Shared,
    /// Shares strings and model values.
    pub interner: Interner,
    limits: Limits,
    depth: u32,
    chunks: usize,
    /// Below this address of the stack, what may nest goes on with more of it.
    floor: usize,
    ticks: u32,
    /// Initial states are being found: unprimed variables are what is assigned.
    init: bool,
    intermediate: u64,
    /// How often each assignment that is found is handed out; none where the first one will do.
    copies: Option<u64>,
    /// In which guards the ways are counted.
    countable: Answers,
    /// How far the search is.
    pub progress: Progress,
    /// The states of a trace, for `Trace`, when they are known.
    pub trace: Option<Value>,
    /// The violation that was found, for `CounterExample`, where it is asked for.
    pub example: Option<Value>,
    seed: u64,
    files: natives::Files,
    /// The flag that ends an evaluation.
    pub cancel: Cancel,
    /// Evaluations are being repeated: nothing is printed and no register is set.
    pub quiet: bool,
    /// What was found false, while it is asked why an action has no step.
    explaining: Option<Box<Explanation>>,
    /// The operators through which an action is being tried, while somebody asks for them.
    pub(crate) through: Option<Vec<OpId>>,
    /// Actions without instances.
    void: Vec<(OpId, tla_parser::source::Span)>,
    /// How often expressions were evaluated, while somebody asks.
    counting: Option<Box<counting::Counting<'m>>>,
    /// The same address, or the largest one while evaluations are counted.
    watched: usize,
}

impl<'m> Evaluator<'m> {
    /// An evaluator with empty states, each variable in one piece.
    pub fn new(setting: &'m Setting<'m>) -> Self {
        Self::with_layout(setting, Layout::plain(&setting.ir.variables))
    }

    /// An evaluator with empty states of a layout.
    pub(crate) fn with_layout(setting: &'m Setting<'m>, layout: Arc<Layout>) -> Self {
        let ir = setting.ir;
        let mut interner = Interner::new();
        let limits = Limits { max_set: setting.bounds.max_set };
        let store = Store::new(layout, limits, &mut interner);
        let symbols: Vec<Symbol> = ir.texts.iter().map(|t| interner.symbol(t)).collect();
        let shapes = ir
            .shapes
            .iter()
            .map(|names| interner.shape(names.iter().map(|n| symbols[n.index()].clone()).collect()))
            .collect();
        let data = ir.data.iter().map(|d| d.to_value(&mut interner)).collect();
        Evaluator {
            setting,
            ir,
            door: Door::new(store, ir.variables.len(), ir.hidden.len()),
            stack: Vec::new(),
            caches: vec![None; ir.caches.len()],
            memos: cache::Memos::new(ir, setting.keep_values),
            recalled: recall::Recalled::default(),
            trail: Vec::new(),
            branches: Vec::new(),
            branched: 0,
            blind: Answers::default(),
            read_by: Default::default(),
            cheap: Answers::default(),
            steady: Answers::default(),
            shortcuts: immediate::Shortcuts::new(setting),
            strings: symbols.iter().cloned().map(Value::Str).collect(),
            symbols,
            shapes,
            data,
            parts: Vec::new(),
            shared: Shared::default(),
            interner,
            limits,
            depth: 0,
            chunks: 0,
            floor: floor(),
            ticks: 0,
            init: false,
            intermediate: 0,
            copies: Some(1),
            countable: Answers::default(),
            progress: Progress::default(),
            trace: None,
            example: None,
            seed: 0,
            files: natives::Files::default(),
            cancel: setting.cancel.clone(),
            quiet: false,
            explaining: None,
            through: None,
            void: Vec::new(),
            counting: None,
            watched: floor(),
        }
    }

    /// The model.
    pub fn ir(&self) -> &'m Ir {
        self.ir
    }

    /// Where random choices begin from now on.
    pub fn reseed(&mut self, seed: u64) {
        self.seed = seed;
    }

    /// How many intermediate states `\cdot` generated since the last call.
    pub fn take_intermediate(&mut self) -> u64 {
        std::mem::take(&mut self.intermediate)
    }

    /// The value of an operator without parameters, in the states behind the door.
    ///
    /// # Errors
    /// The evaluation failed.
    pub fn value_of(&mut self, op: OpId) -> Result<Value> {
        self.reset();
        let base = self.enter_empty(op);
        let value = self.eval(self.ir.op(op).body, base)?;
        self.finite(value, self.ir.op(op).body)
    }

    /// The value of an operator without parameters; a function with an infinite domain is left a rule.
    ///
    /// # Errors
    /// The evaluation failed.
    pub fn lazy_value_of(&mut self, op: OpId) -> Result<Value> {
        self.reset();
        let base = self.enter_empty(op);
        self.eval(self.ir.op(op).body, base)
    }

    /// The elements of a constant set, when they are few; nothing when it fails or is large.
    pub(crate) fn few_elements(&mut self, set: NodeId, frame: u32) -> Option<Vec<crate::value::Datum>> {
        const FEW: u64 = 64;
        self.reset();
        self.quiet = true;
        self.stack.resize_with(frame as usize, || Cell::Empty);
        let set = self.eval(set, 0).ok()?;
        match set.size() {
            crate::value::Size::Exact(n) if n <= FEW => {}
            _ => return None,
        }
        let limits = self.limits;
        set.elements("\\E").ok()?.map(|e| e.to_datum(&limits).ok()).collect()
    }

    /// The value of a constant expression, if it has one that need not be built first.
    pub(crate) fn constant(&mut self, id: NodeId, frame: u32) -> Option<crate::value::Datum> {
        self.reset();
        self.stack.resize_with(frame as usize, || Cell::Empty);
        let value = self.eval(id, 0).ok()?;
        if value.is_unforced() { None } else { value.to_datum(&self.limits).ok() }
    }

    /// The truth of an operator without parameters.
    ///
    /// # Errors
    /// The evaluation failed, or the value is not Boolean.
    pub fn truth_of(&mut self, op: OpId) -> Result<bool> {
        self.reset();
        let base = self.enter_empty(op);
        self.truth(self.ir.op(op).body, base)
    }

    /// Clears what a failed evaluation left.
    fn reset(&mut self) {
        self.stack.clear();
        self.trail.clear();
        self.branches.clear();
        self.recalled.reset();
        self.depth = 0;
        self.stand_on(floor());
        self.copies = Some(1);
    }

    /// Evaluates something that will be evaluated again if it fails: the frames are as before then.
    fn attempt<T>(&mut self, f: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let (height, depth) = (self.stack.len(), self.depth);
        let result = f(self);
        if result.is_err() {
            self.stack.truncate(height);
            self.depth = depth;
        }
        result
    }

    fn enter_empty(&mut self, op: OpId) -> usize {
        let base = self.stack.len();
        let frame = self.ir.op(op).frame as usize;
        self.stack.resize_with(base + frame, || Cell::Empty);
        base
    }

    /// Goes on with more stack, unless there is a great deal of it already: calls are counted, but
    /// how large the expressions between them are is not.
    #[cold]
    fn grow<T>(&mut self, at: NodeId, f: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let most = (self.setting.bounds.max_recursion as usize * STACK_PER_CALL / STACK_CHUNK).max(16);
        if self.chunks >= most {
            return Err(self.too_much_stack(at, most * STACK_CHUNK));
        }
        self.chunks += 1;
        let result = self.on_more_stack(f);
        self.chunks -= 1;
        result
    }

    /// Whether there is stack to enter an expression.
    #[inline]
    fn has_stack(&self) -> bool {
        here() >= self.floor
    }

    /// Goes on with more stack.
    fn on_more_stack<T>(&mut self, f: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.floor;
        let result = stacker::grow(STACK_CHUNK, || {
            self.stand_on(floor());
            f(self)
        });
        self.stand_on(before);
        result
    }

    /// Below this address there is too little stack; where evaluations are counted, all are looked at.
    fn stand_on(&mut self, floor: usize) {
        self.floor = floor;
        self.watched = if self.is_counting() { usize::MAX } else { floor };
    }

    /// Whether there is stack to enter an expression, and nothing else to be done there.
    #[inline]
    fn is_unwatched(&self) -> bool {
        here() >= self.watched
    }

    /// Every so often, whether the run was cancelled.
    #[inline]
    fn tick(&mut self, at: NodeId) -> Result<()> {
        self.ticks = self.ticks.wrapping_add(1);
        if self.ticks & 0x3ff == 0 && self.cancel.is_cancelled() {
            return Err(self.cancelled(at));
        }
        Ok(())
    }

    /// The truth of a Boolean expression.
    #[inline]
    pub(crate) fn truth(&mut self, id: NodeId, base: usize) -> Result<bool> {
        if let Some(Immediate::Bool(b)) = self.at_once(id, base) {
            return Ok(b);
        }
        match self.eval(id, base)? {
            Value::Bool(b) => {
                self.count_truth(id, b);
                Ok(b)
            }
            other => Err(self.not_boolean(id, &other)),
        }
    }

    /// The value of an expression; a function given by a rule is built when its domain is finite.
    #[inline]
    pub(crate) fn eval(&mut self, id: NodeId, base: usize) -> Result<Value> {
        let value = self.eval_lazy(id, base)?;
        if let Value::Closure(closure) = &value {
            return self.force(closure.clone(), id);
        }
        Ok(value)
    }

    /// The value of an expression; a function may be left a rule.
    pub(crate) fn eval_lazy(&mut self, id: NodeId, base: usize) -> Result<Value> {
        match self.ir.node(id) {
            Node::Bool(b) => Ok(Value::Bool(*b)),
            Node::Int(i) => Ok(Value::Int(*i)),
            Node::Str(t) => Ok(self.strings[t.index()].clone()),
            Node::Datum(d) => Ok(self.data[*d as usize].clone()),
            Node::Local(slot) => self.local(base + *slot as usize, id),
            Node::Var(v) => match self.door.value(*v, false) {
                Some(value) => Ok(value.clone()),
                None => Err(self.unassigned(id, *v, false)),
            },
            Node::NextVar(v) => match self.door.value(*v, true) {
                Some(value) => Ok(value.clone()),
                None => Err(self.unassigned(id, *v, true)),
            },
            Node::Cached(cache, inner) => {
                if let Some(value) = &self.caches[cache.index()] {
                    return Ok(value.clone());
                }
                // In a frame of its own: what it binds must not disturb the frame it is met in.
                let own = self.stack.len();
                let frame = self.ir.caches[cache.index()] as usize;
                self.stack.resize_with(own + frame, || Cell::Empty);
                let value = match self.ir.reads(*inner) {
                    Reads::Constant => self.eval_lazy(*inner, own),
                    _ => self.drawn(*cache, *inner, own),
                };
                self.stack.truncate(own);
                let value = value?;
                self.caches[cache.index()] = Some(value.clone());
                Ok(value)
            }
            Node::Kept(cache, inner) => self.kept(*cache, *inner, base),
            _ if !self.is_unwatched() => self.eval_watched(id, base),
            _ => match self.at_once(id, base) {
                Some(value) => Ok(value.to_value()),
                None => self.eval_node(id, base),
            },
        }
    }

    /// A constant that is drawn at random: the same for all workers of a run.
    #[cold]
    fn drawn(&mut self, cache: CacheId, inner: NodeId, own: usize) -> Result<Value> {
        let begin = self.setting.registers.seed().wrapping_add(u64::from(cache.0) << 32);
        let before = std::mem::replace(&mut self.seed, begin);
        let value = self.eval_lazy(inner, own);
        self.seed = before;
        value
    }

    fn eval_node(&mut self, id: NodeId, base: usize) -> Result<Value> {
        let ir = self.ir;
        match ir.node(id) {
            Node::Bool(_)
            | Node::Int(_)
            | Node::Str(_)
            | Node::Datum(_)
            | Node::Local(_)
            | Node::Var(_)
            | Node::NextVar(_)
            | Node::Cached(..)
            | Node::Kept(..) => self.eval_lazy(id, base),
            Node::Big(i) => Ok(Value::integer(ir.bigs[*i as usize].clone())),
            Node::Boolean => Ok(Value::booleans()),
            Node::StringSet => Ok(Value::strings()),
            Node::And(items) => {
                for &item in items {
                    if !self.truth(item, base)? {
                        return Ok(Value::FALSE);
                    }
                }
                Ok(Value::TRUE)
            }
            Node::Or(items) => {
                for &item in items {
                    if self.truth(item, base)? {
                        return Ok(Value::TRUE);
                    }
                }
                Ok(Value::FALSE)
            }
            Node::Not(a) => Ok(Value::Bool(!self.truth(*a, base)?)),
            Node::Implies(a, b) => Ok(Value::Bool(!self.truth(*a, base)? || self.truth(*b, base)?)),
            Node::Equivalent(a, b) => Ok(Value::Bool(self.truth(*a, base)? == self.truth(*b, base)?)),
            Node::Equal(a, b) => Ok(Value::Bool(self.equal(*a, *b, id, base)?)),
            Node::NotEqual(a, b) => Ok(Value::Bool(!self.equal(*a, *b, id, base)?)),
            Node::In(a, b) => Ok(Value::Bool(self.member(*a, *b, id, base)?)),
            Node::NotIn(a, b) => Ok(Value::Bool(!self.member(*a, *b, id, base)?)),
            Node::SubsetEq(a, b) => {
                if let Some((at, set)) = self.bits_and_set(*a, *b, base)? {
                    return Ok(Value::Bool(self.bits_in(at, &set, id)?));
                }
                if let Some(answer) = self.subset_of_bits(*a, *b, id, base)? {
                    return Ok(Value::Bool(answer));
                }
                let (a, b) = (self.eval(*a, base)?, self.eval(*b, base)?);
                let answer = a.is_subset(&b);
                Ok(Value::Bool(self.checked(answer, id)?))
            }
            Node::Union(a, b) => {
                let (a, b) = (self.eval(*a, base)?, self.eval(*b, base)?);
                let set = a.union(&b, &self.limits);
                self.made(set, id)
            }
            Node::Intersect(a, b) => {
                let (a, b) = (self.eval(*a, base)?, self.eval(*b, base)?);
                let set = a.intersection(&b, &self.limits);
                self.made(set, id)
            }
            Node::Difference(a, b) => {
                let (a, b) = (self.eval(*a, base)?, self.eval(*b, base)?);
                let set = a.difference(&b, &self.limits);
                self.made(set, id)
            }
            Node::Domain(a) => {
                if let Some(domain) = self.domain_of(*a, base) {
                    return Ok(domain);
                }
                let a = self.eval_lazy(*a, base)?;
                match &a {
                    Value::Closure(c) => Ok(c.domain.clone()),
                    _ => {
                        let domain = a.domain();
                        self.checked(domain, id)
                    }
                }
            }
            Node::Powerset(a) => {
                let a = self.eval(*a, base)?;
                self.made(Value::subsets(&a), id)
            }
            Node::BigUnion(a) => {
                let a = self.eval(*a, base)?;
                let set = a.big_union(&self.limits);
                self.made(set, id)
            }
            // Numbers need not be looked into.
            Node::Native(native, args) if native.is_arithmetic() => self.arithmetic(*native, args, id, base),
            Node::Native(native, args) => {
                let value = self.native(*native, args, id, base)?;
                self.made(Ok(value), id)
            }
            Node::Call(op, captured, args) => self.call(*op, captured, args, id, base),
            Node::CallLocal(slot, args) => self.call_local(*slot, args, id, base),
            Node::Operator(..) => Err(self.operator_as_value(id)),
            Node::If(c, a, b) => {
                let branch = if self.truth(*c, base)? { *a } else { *b };
                self.eval_lazy(branch, base)
            }
            Node::Case(arms, other) => match self.choose_arm(arms, *other, base)? {
                Some(arm) => self.eval_lazy(arm, base),
                None => Err(self.no_case(id)),
            },
            Node::Let(defs, body) => {
                for (slot, e) in defs {
                    self.stack[base + *slot as usize] = self.definition(*e, base, *body, Within::Value);
                }
                self.eval_lazy(*body, base)
            }
            Node::Quantifier(forall, bounds, body) => {
                let (forall, body) = (*forall, *body);
                if let [bound] = &bounds[..]
                    && let Some(at) = self.bits(bound.set, base)
                {
                    return Ok(Value::Bool(self.quantified_bits(forall, at, bound, body, id, base)?));
                }
                let mut answer = forall;
                let _ = self.for_each(bounds, id, base, &mut |this| {
                    if this.truth(body, base)? != forall {
                        answer = !forall;
                        return Ok(std::ops::ControlFlow::Break(()));
                    }
                    Ok(std::ops::ControlFlow::Continue(()))
                })?;
                Ok(Value::Bool(answer))
            }
            Node::Choose(bound, body) => self.choose(bound, *body, id, base),
            Node::Unbounded(what) => Err(self.unbounded(id, what)),
            Node::SetEnum(items) => {
                let mut elements = Vec::with_capacity(items.len());
                for &item in items {
                    elements.push(self.eval(item, base)?);
                }
                self.made(Value::set(elements), id)
            }
            Node::SetFilter(bound, body) => self.set_filter(bound, *body, id, base),
            Node::SetMap(body, bounds) => {
                let set = self.set_map(bounds, *body, id, base)?;
                self.made(Ok(set), id)
            }
            Node::Tuple(items) => {
                let from = self.parts.len();
                for &item in items {
                    self.part(item, from, base)?;
                }
                let tuple = self.shared.tuple(&mut self.parts, from);
                self.made(Ok(tuple), id)
            }
            Node::Product(items) => {
                let mut sets = Vec::with_capacity(items.len());
                for &item in items {
                    sets.push(self.eval(item, base)?);
                }
                self.made(Value::product(sets), id)
            }
            Node::Record(shape, fields) => {
                let from = self.parts.len();
                self.parts.resize(from + fields.len(), Value::FALSE);
                for &(place, e) in fields {
                    self.part(e, from, base)?;
                    let value = self.parts.pop().expect("pushed above");
                    self.parts[from + place as usize] = value;
                }
                let record = self.shared.record(&self.shapes[shape.index()], &mut self.parts, from);
                self.made(Ok(record), id)
            }
            Node::RecordSet(fields) => {
                let mut sets = Vec::with_capacity(fields.len());
                for &(name, e) in fields {
                    let set = self.eval(e, base)?;
                    sets.push((self.symbols[name.index()].clone(), set));
                }
                self.made(Value::record_set(sets), id)
            }
            Node::Function(bounds, body) => {
                let function = self.function(bounds, *body, id, base)?;
                self.made(Ok(function), id)
            }
            Node::Closure(rule, domains, captured) => {
                let function = self.closure(*rule, domains, captured, id, base)?;
                self.made(Ok(function), id)
            }
            Node::FunctionSet(a, b) => {
                let (a, b) = (self.eval(*a, base)?, self.eval(*b, base)?);
                self.made(Value::function_set(&a, &b), id)
            }
            Node::Except(f, updates) => {
                let function = self.except(*f, updates, id, base)?;
                self.made(Ok(function), id)
            }
            Node::Apply(f, index) => self.apply(*f, *index, id, base),
            Node::Field(r, name) => {
                if let Some(value) = self.located(id, base)? {
                    return Ok(value);
                }
                let record = self.eval(*r, base)?;
                let field = record.select(&self.symbols[name.index()]).cloned();
                self.checked(field, id)
            }
            Node::Prime(e) => {
                self.door.shift();
                let value = self.eval(*e, base);
                self.door.shift();
                value
            }
            Node::Inlined(op, e) => self.eval_lazy(*e, base).map_err(|f| self.within(f, *op, id)),
            Node::Keep(_, e) => Ok(Value::Bool(self.unchanged(*e, id, base)?)),
            Node::Unchanged(e) => Ok(Value::Bool(self.unchanged(*e, id, base)?)),
            Node::Subscripted(square, action, sub) => {
                let value = if *square {
                    self.truth(*action, base)? || self.unchanged(*sub, id, base)?
                } else {
                    self.truth(*action, base)? && !self.unchanged(*sub, id, base)?
                };
                Ok(Value::Bool(value))
            }
            Node::Enabled(action) => Ok(Value::Bool(self.enabled(*action, base)?)),
            Node::Compose(a, b) => Ok(Value::Bool(self.composed(*a, *b, base)?)),
            Node::Nothing(why) => Err(self.nothing(id, why)),
        }
    }

    /// A collection just made, unless it is too deep or too large for others to walk over.
    #[inline]
    fn made(&self, value: std::result::Result<Value, ValueError>, id: NodeId) -> Result<Value> {
        let checked = value.and_then(|value| value.check_extent(&self.limits).map(|()| value));
        self.checked(checked, id)
    }

    /// A component of a tuple or record that is being made, of which those from `from` on belong to it.
    #[inline]
    fn part(&mut self, item: NodeId, from: usize, base: usize) -> Result<()> {
        match self.eval(item, base) {
            Ok(value) => self.parts.push(value),
            Err(failure) => {
                self.parts.truncate(from);
                return Err(failure);
            }
        }
        Ok(())
    }

    fn equal(&mut self, a: NodeId, b: NodeId, id: NodeId, base: usize) -> Result<bool> {
        if let Some(x) = self.peek(a, base) {
            if let Some(y) = self.peek(b, base) {
                let answer = x.try_eq(y);
                return self.checked(answer, id);
            }
            let y = self.eval(b, base)?;
            if let Some(x) = self.peek(a, base) {
                let answer = x.try_eq(&y);
                return self.checked(answer, id);
            }
        }
        let x = self.eval(a, base)?;
        let y = self.eval(b, base)?;
        let answer = x.try_eq(&y);
        self.checked(answer, id)
    }

    fn choose_arm(
        &mut self,
        arms: &[(NodeId, NodeId)],
        other: Option<NodeId>,
        base: usize,
    ) -> Result<Option<NodeId>> {
        for &(guard, value) in arms {
            if self.truth(guard, base)? {
                return Ok(Some(value));
            }
        }
        Ok(other)
    }

    /// Whether an expression has the same value in both states; of a tuple, each component in turn.
    fn unchanged(&mut self, e: NodeId, id: NodeId, base: usize) -> Result<bool> {
        match self.ir.node(e) {
            Node::Tuple(items) => {
                for &item in items {
                    if !self.unchanged(item, id, base)? {
                        return Ok(false);
                    }
                }
                return Ok(true);
            }
            Node::Inlined(op, inner)
                if matches!(self.ir.node(*inner), Node::Tuple(_) | Node::Inlined(..)) =>
            {
                return self.unchanged(*inner, id, base).map_err(|f| self.within(f, *op, id));
            }
            Node::Var(v) => {
                if let Some(same) = self.door.is_same(*v) {
                    return Ok(same);
                }
            }
            _ => {}
        }
        let before = self.eval(e, base)?;
        self.door.shift();
        let after = self.eval(e, base);
        self.door.shift();
        let answer = before.try_eq(&after?);
        self.checked(answer, id)
    }
}
