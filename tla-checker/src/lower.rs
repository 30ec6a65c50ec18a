//! A resolved spec and a model's bindings become IR.
//!
//! Enters: a [`Spec`], what its constants stand for, and which formulas are wanted. Leaves: an
//! [`Ir`] with an operator for everything reachable from them.
//! Holds: INSTANCE is resolved by lowering a definition once for each substitution it is reached
//! under (an *environment*); what an operator needs of the frames around it is listed as captured
//! cells. Definitions that nothing reaches are not lowered.
//! *Specifying Systems*, section 17.5.2 (substitution); lambda lifting: T. Johnsson, 1985.

mod alike;
mod atom;
mod enabled;
mod expr;
mod finish;
mod free;
mod random;
mod recalled;
mod reference;
pub(crate) mod specialise;

pub use atom::{Binder, Predicate};
pub(crate) use finish::{keeps, literals, named_variables};

use crate::eval::Native;
use crate::ir::*;
use crate::value::Datum;
use enabled::Mode;
pub(crate) use finish::is_pure;
use rustc_hash::{FxHashMap, FxHashSet};
use tla_parser::hir::{
    self, Arg, DeclId, DefBody, DefId, Expr, ExprId, InstanceId, LocalId, OperatorRef, Spec,
};
use tla_parser::source::Span;

/// An environment: the INSTANCEs a definition is reached through.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct EnvId(u32);

/// The root module's own context.
pub const ROOT: EnvId = EnvId(0);

/// What a declared constant or an overridden definition stands for.
#[derive(Clone, Debug, PartialEq)]
pub enum Binding {
    /// A value.
    Value(Datum),
    /// An operator of the root module (or of the module whose context is meant).
    Def(DefId),
    /// An operator constant given point by point: arguments and value.
    Points(Vec<(Vec<Datum>, Datum)>),
}

/// Something that lives in a frame.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
enum Key {
    /// A bound identifier or parameter.
    Local(LocalId),
    /// A LET definition without parameters.
    Let(DefId, EnvId),
}

/// The frame of the operator or rule being lowered.
#[derive(Default)]
struct Frame {
    /// Slots that something refers to.
    used: FxHashSet<Slot>,
    slots: FxHashMap<Key, Slot>,
    count: u32,
    shifted: Vec<bool>,
}

impl Frame {
    fn add(&mut self, key: Key) -> Slot {
        let slot = self.count;
        self.slots.insert(key, slot);
        self.count += 1;
        self.shifted.push(false);
        slot
    }
}

/// Lowers definitions and expressions on demand.
pub struct Lowerer<'s> {
    spec: &'s Spec,
    ir: Ir,
    envs: Vec<(Option<InstanceId>, EnvId)>,
    env_ids: FxHashMap<(InstanceId, EnvId), EnvId>,
    /// Environments inside ENABLED, and which one each is a twin of.
    modes: FxHashMap<EnvId, (Mode, EnvId)>,
    twins: FxHashMap<(EnvId, Mode), EnvId>,
    /// Hidden variables: of which declaration, and of which environment.
    hidden: FxHashMap<(DeclId, EnvId), u32>,
    ops: FxHashMap<(DefId, EnvId), OpId>,
    /// Operators made for built-in symbols that are passed as arguments.
    builtin_ops: FxHashMap<hir::Builtin, OpId>,
    captured: FxHashMap<OpId, Vec<Key>>,
    let_defs: FxHashSet<DefId>,
    frames: Vec<Frame>,
    variables: FxHashMap<DeclId, u32>,
    constants: FxHashMap<DeclId, Binding>,
    overrides: FxHashMap<DefId, Binding>,
    texts: FxHashMap<String, TextId>,
    shapes: FxHashMap<Vec<TextId>, ShapeId>,
    free_of: FxHashMap<(DefId, EnvId), Vec<Key>>,
    decls_of: FxHashMap<DefId, FxHashSet<DeclId>>,
    /// Bound identifiers of temporal formulas, and the elements they stand for.
    elements: FxHashMap<LocalId, Datum>,
    /// How many primes, UNCHANGEDs and `\cdot`s enclose the place being lowered.
    shifts: u32,
    action_composition: bool,
}

impl<'s> Lowerer<'s> {
    /// A lowerer for a spec whose constants and overridden definitions are bound so.
    pub fn new(
        spec: &'s Spec,
        constants: FxHashMap<DeclId, Binding>,
        overrides: FxHashMap<DefId, Binding>,
    ) -> Self {
        let mut let_defs = FxHashSet::default();
        for e in &spec.exprs {
            if let Expr::Let(defs, _) = e {
                let_defs.extend(defs.iter().copied());
            }
        }
        let mut ir = Ir::default();
        let mut variables = FxHashMap::default();
        for &d in &spec.root_module().decls {
            let decl = spec.decl(d);
            if decl.kind == hir::DeclKind::Variable {
                variables.insert(d, ir.variables.len() as u32);
                ir.variables.push(decl.name.to_string());
            }
        }
        Lowerer {
            spec,
            ir,
            envs: vec![(None, ROOT)],
            env_ids: FxHashMap::default(),
            modes: FxHashMap::default(),
            twins: FxHashMap::default(),
            hidden: FxHashMap::default(),
            ops: FxHashMap::default(),
            builtin_ops: FxHashMap::default(),
            captured: FxHashMap::default(),
            let_defs,
            frames: Vec::new(),
            variables,
            constants,
            overrides,
            texts: FxHashMap::default(),
            shapes: FxHashMap::default(),
            free_of: FxHashMap::default(),
            decls_of: FxHashMap::default(),
            elements: FxHashMap::default(),
            shifts: 0,
            action_composition: false,
        }
    }

    /// The spec being lowered.
    pub fn spec(&self) -> &'s Spec {
        self.spec
    }

    /// The context inside an INSTANCE.
    pub fn enter(&mut self, instance: InstanceId, parent: EnvId) -> EnvId {
        *self.env_ids.entry((instance, parent)).or_insert_with(|| {
            self.envs.push((Some(instance), parent));
            EnvId(self.envs.len() as u32 - 1)
        })
    }

    /// What a declaration is in an environment: itself at the root, or what was substituted for it
    /// and the environment of that.
    pub fn substitute(&self, decl: DeclId, mut env: EnvId) -> Option<(Arg, EnvId)> {
        while let (Some(instance), parent) = self.envs[env.0 as usize] {
            if let Some(arg) = self.spec.instance(instance).with.get(&decl) {
                return Some((*arg, parent));
            }
            env = parent;
        }
        None
    }

    /// The definition that stands for `def` after the model's overrides.
    pub fn overridden(&self, def: DefId) -> DefId {
        match self.overrides.get(&def) {
            Some(Binding::Def(other)) => *other,
            _ => def,
        }
    }

    /// The value that the model puts in place of a definition, if it does.
    fn override_value(&self, def: DefId) -> Option<&Datum> {
        match self.overrides.get(&def) {
            Some(Binding::Value(value)) => Some(value),
            _ => None,
        }
    }

    /// The text behind a definition: its body, and the environment in which that is to be read.
    pub fn body(&mut self, mut def: DefId, mut env: EnvId) -> (DefId, Option<ExprId>, EnvId) {
        loop {
            match self.spec.def(def).body {
                DefBody::Expr(e) => return (def, Some(e), env),
                DefBody::Missing => return (def, None, env),
                DefBody::Instance(instance, of) => {
                    env = self.enter(instance, env);
                    def = self.overridden(of);
                }
            }
        }
    }

    /// The native operator behind a definition, if it has one.
    fn native(&self, def: DefId) -> Option<Native> {
        let d = self.spec.def(def);
        let module = self.spec.module(d.module);
        Native::of(&module.name, &d.name, d.params.len(), module.embedded)
    }

    /// An operator for a definition.
    pub fn op(&mut self, def: DefId, env: EnvId) -> OpId {
        let env = self.normalise(def, env);
        if let Some(&id) = self.ops.get(&(def, env)) {
            return id;
        }
        let id = OpId(self.ir.ops.len() as u32);
        self.ops.insert((def, env), id);
        let d = self.spec.def(def);
        let keys = self.free_of_def(def, env);
        self.ir.ops.push(Op {
            name: d.name.to_string(),
            span: d.span,
            captured: keys.len() as u32,
            params: d.params.len() as u32,
            frame: 0,
            body: NodeId(0),
            shifted: Vec::new(),
            slot_reads: Vec::new(),
            param_names: d.params.iter().map(|p| self.spec.locals[p.index()].name.to_string()).collect(),
            recalled: false,
            closed: false,
        });
        self.captured.insert(id, keys.clone());
        let mut frame = Frame::default();
        for key in keys {
            frame.add(key);
        }
        for &p in &d.params {
            frame.add(Key::Local(p));
        }
        self.frames.push(frame);
        let shifts = std::mem::take(&mut self.shifts);
        // It is lowered once, whatever is bound where it is used.
        let elements = std::mem::take(&mut self.elements);
        let (base, body, inner) = self.body(def, env);
        let body = match (self.native(base), body) {
            (Some(native), _) if base != def || !self.let_defs.contains(&base) => {
                self.native_body(native, def, d.span)
            }
            (_, Some(body)) => self.definition_body(body, inner, base),
            (_, None) => self.add(Node::Nothing("this definition is missing"), d.span),
        };
        (self.shifts, self.elements) = (shifts, elements);
        let frame = self.frames.pop().expect("pushed above");
        let op = &mut self.ir.ops[id.index()];
        op.body = body;
        op.frame = frame.count;
        op.shifted = frame.shifted;
        id
    }

    /// The body of an operator that only hands its parameters to a native.
    fn native_body(&mut self, native: Native, def: DefId, span: Span) -> NodeId {
        let params = self.spec.def(def).params.clone();
        let args = params
            .iter()
            .map(|p| {
                let slot = self.frame().slots[&Key::Local(*p)];
                self.add(Node::Local(slot), span)
            })
            .collect();
        self.native_node(native, args, span)
    }

    fn native_node(&mut self, native: Native, args: Box<[NodeId]>, span: Span) -> NodeId {
        if self.ir.impure.is_none() && native.depends_on_order() {
            // What TLCGet answers about the level and the model is the same in every order.
            let fixed = match args.first().map(|a| self.ir.node(*a)) {
                Some(Node::Str(t)) if native == Native::TlcGet => {
                    let text = self.ir.text(*t);
                    matches!(text, "level" | "config" | "spec" | "revision") || text.starts_with("-D")
                }
                _ => false,
            };
            if !fixed {
                self.ir.impure = Some(native.name().to_string());
            }
        }
        self.add(Node::Native(native, args), span)
    }

    /// An operator without parameters for an expression, in its own frame.
    pub fn formula(&mut self, name: &str, expr: ExprId, env: EnvId) -> OpId {
        self.formula_with(name, self.spec.span(expr), |l| l.expr(expr, env))
    }

    fn formula_with(&mut self, name: &str, span: Span, body: impl FnOnce(&mut Self) -> NodeId) -> OpId {
        let id = OpId(self.ir.ops.len() as u32);
        self.ir.ops.push(Op {
            name: name.to_string(),
            span,
            captured: 0,
            params: 0,
            frame: 0,
            body: NodeId(0),
            shifted: Vec::new(),
            slot_reads: Vec::new(),
            param_names: Vec::new(),
            recalled: false,
            closed: false,
        });
        self.frames.push(Frame::default());
        let body = body(self);
        let frame = self.frames.pop().expect("pushed above");
        let op = &mut self.ir.ops[id.index()];
        op.body = body;
        op.frame = frame.count;
        op.shifted = frame.shifted;
        id
    }

    /// Why what was lowered so far depends on the order of evaluation, if it does.
    pub fn impure(&self) -> Option<&str> {
        self.ir.impure.as_deref()
    }

    /// An operator for an expression inside quantifiers: each `\A` over its bounds.
    pub fn quantified(
        &mut self,
        name: &str,
        bounds: &[(Vec<hir::Bound>, EnvId)],
        e: ExprId,
        env: EnvId,
    ) -> OpId {
        self.formula_with(name, self.spec.span(e), |l| {
            let mut sets = Vec::new();
            for (bounds, env) in bounds {
                sets.push(l.bounds(bounds, *env));
            }
            let span = l.spec.span(e);
            let mut body = l.expr(e, env);
            for bounds in sets.into_iter().rev() {
                body = l.add(Node::Quantifier(true, bounds, body), span);
            }
            body
        })
    }

    /// An operator that is the conjunction of expressions, each in its environment.
    pub fn conjunction(&mut self, name: &str, span: Span, parts: &[(ExprId, EnvId)]) -> OpId {
        self.formula_with(name, span, |l| {
            let items = parts.iter().map(|(e, env)| l.expr(*e, *env)).collect();
            l.add(Node::And(items), span)
        })
    }

    /// Everything lowered so far, with what each node reads worked out and constants marked.
    pub fn finish(mut self) -> Ir {
        finish::finish(&mut self.ir);
        self.ir
    }

    fn frame(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("an operator is being lowered")
    }

    fn slot(&mut self, key: Key) -> Slot {
        match self.frame().slots.get(&key).copied() {
            Some(slot) => {
                self.frame().used.insert(slot);
                slot
            }
            // Unreachable while free_of_def is right; a fresh, empty cell is an evaluation error.
            None => self.frame().add(key),
        }
    }

    pub(crate) fn add(&mut self, node: Node, span: Span) -> NodeId {
        let id = NodeId(self.ir.nodes.len() as u32);
        self.ir.nodes.push(node);
        self.ir.spans.push(span);
        id
    }

    fn text(&mut self, text: &str) -> TextId {
        if let Some(&id) = self.texts.get(text) {
            return id;
        }
        let id = TextId(self.ir.texts.len() as u32);
        self.ir.texts.push(text.to_string());
        self.texts.insert(text.to_string(), id);
        id
    }

    fn shape(&mut self, names: &[TextId]) -> ShapeId {
        let mut sorted = names.to_vec();
        sorted.sort_by(|a, b| self.ir.texts[a.index()].cmp(&self.ir.texts[b.index()]));
        if let Some(&id) = self.shapes.get(&sorted) {
            return id;
        }
        let id = ShapeId(self.ir.shapes.len() as u32);
        self.ir.shapes.push(sorted.clone());
        self.shapes.insert(sorted, id);
        id
    }

    fn datum(&mut self, value: &Datum, span: Span) -> NodeId {
        let index = self.ir.data.iter().position(|d| d == value).unwrap_or_else(|| {
            self.ir.data.push(value.clone());
            self.ir.data.len() - 1
        });
        self.add(Node::Datum(index as u32), span)
    }
}
