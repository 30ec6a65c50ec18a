//! Names: constants, variables, definitions and operator arguments.

use super::*;
use tla_parser::hir::Builtin;

impl Lowerer<'_> {
    pub(super) fn args(&mut self, args: &[Arg], env: EnvId) -> Box<[NodeId]> {
        args.iter().map(|a| self.arg(a, env)).collect()
    }

    pub(super) fn arg(&mut self, arg: &Arg, env: EnvId) -> NodeId {
        match arg {
            Arg::Expr(e) => self.expr(*e, env),
            Arg::Operator(op) => self.operator(*op, env),
        }
    }

    /// An operator as an argument.
    fn operator(&mut self, op: OperatorRef, env: EnvId) -> NodeId {
        match op {
            OperatorRef::Def(d) => {
                let d = self.overridden(d);
                let span = self.spec.def(d).span;
                let id = self.op(d, env);
                let captured = self.capture(id);
                self.add(Node::Operator(id, captured), span)
            }
            OperatorRef::Decl(d) => match self.substitute(d, env) {
                Some((Arg::Operator(op), env)) => self.operator(op, env),
                Some((Arg::Expr(e), env)) => self.expr(e, env),
                None => match self.constants.get(&d).cloned() {
                    Some(Binding::Def(def)) => self.operator(OperatorRef::Def(def), ROOT),
                    Some(Binding::Points(points)) => self.points_operator(d, &points),
                    Some(Binding::Value(value)) => self.value_operator(d, &value),
                    _ => self.add(
                        Node::Nothing("this constant operator has no definition"),
                        self.spec.decl(d).span,
                    ),
                },
            },
            OperatorRef::Local(l) => {
                let slot = self.local_slot(l);
                self.add(Node::Local(slot), self.spec.locals[l.index()].span)
            }
            OperatorRef::Builtin(b) => {
                let id = self.builtin_op(b);
                let span = self.ir.op(id).span;
                self.add(Node::Operator(id, Box::new([])), span)
            }
        }
    }

    fn local_slot(&mut self, l: LocalId) -> Slot {
        let slot = self.slot(Key::Local(l));
        self.mark(slot);
        slot
    }

    /// Notes that a slot is read where the state may be another than where it was filled.
    fn mark(&mut self, slot: Slot) {
        if self.shifts > 0 {
            self.frame().shifted[slot as usize] = true;
        }
    }

    /// The slots of this frame that an operator captures.
    pub(super) fn capture(&mut self, op: OpId) -> Box<[Slot]> {
        let keys = self.captured.get(&op).cloned().unwrap_or_default();
        keys.into_iter()
            .map(|key| {
                let slot = self.slot(key);
                self.mark(slot);
                slot
            })
            .collect()
    }

    pub(super) fn local(&mut self, l: LocalId, args: &[Arg], env: EnvId, span: Span) -> NodeId {
        if let Some(element) = self.elements.get(&l).cloned() {
            return self.datum(&element, span);
        }
        let slot = self.local_slot(l);
        if self.spec.locals[l.index()].arity == 0 {
            return self.add(Node::Local(slot), span);
        }
        let args = self.args(args, env);
        self.add(Node::CallLocal(slot, args), span)
    }

    pub(super) fn decl(&mut self, d: DeclId, args: &[Arg], env: EnvId, span: Span) -> NodeId {
        if let Some(slot) = self.hidden(d, env) {
            return self.add(Node::Var(slot), span);
        }
        match self.substitute(d, env) {
            Some((Arg::Expr(e), inner)) => return self.expr(e, inner),
            Some((Arg::Operator(op), inner)) => {
                let args = self.args(args, env);
                return self.apply_operator(op, inner, args, span);
            }
            None => {}
        }
        if let Some(&slot) = self.variables.get(&d) {
            return self.add(Node::Var(slot), span);
        }
        match self.constants.get(&d).cloned() {
            Some(Binding::Value(value)) => self.datum(&value, span),
            Some(Binding::Def(def)) => {
                let args = self.args(args, env);
                self.call(def, ROOT, args, span)
            }
            Some(Binding::Points(points)) => {
                let args = self.args(args, env);
                self.points(&points, args, span)
            }
            None => self.add(Node::Nothing("this constant has no value"), span),
        }
    }

    fn apply_operator(&mut self, op: OperatorRef, env: EnvId, args: Box<[NodeId]>, span: Span) -> NodeId {
        match op {
            OperatorRef::Def(d) => self.call(d, env, args, span),
            OperatorRef::Builtin(b) => self.builtin_node(b, &args, span),
            OperatorRef::Local(l) => {
                let slot = self.local_slot(l);
                self.add(Node::CallLocal(slot, args), span)
            }
            OperatorRef::Decl(d) => match self.substitute(d, env) {
                Some((Arg::Operator(op), env)) => self.apply_operator(op, env, args, span),
                Some((Arg::Expr(e), env)) => self.expr(e, env),
                None => match self.constants.get(&d).cloned() {
                    Some(Binding::Def(def)) => self.call(def, ROOT, args, span),
                    Some(Binding::Points(points)) => self.points(&points, args, span),
                    Some(Binding::Value(value)) => self.datum(&value, span),
                    _ => self.add(Node::Nothing("this constant operator has no definition"), span),
                },
            },
        }
    }

    pub(super) fn def(&mut self, def: DefId, args: &[Arg], env: EnvId, span: Span) -> NodeId {
        let def = self.overridden(def);
        if self.let_defs.contains(&def) && self.spec.def(def).params.is_empty() {
            let slot = self.slot(Key::Let(def, env));
            self.mark(slot);
            return self.add(Node::Local(slot), span);
        }
        let args = self.args(args, env);
        self.call(def, env, args, span)
    }

    /// A definition applied to arguments that are lowered already.
    pub(super) fn call(&mut self, def: DefId, env: EnvId, args: Box<[NodeId]>, span: Span) -> NodeId {
        let def = self.overridden(def);
        if let Some(value) = self.override_value(def).cloned() {
            return self.datum(&value, span);
        }
        let (base, _, _) = self.body(def, env);
        if let Some(value) = self.override_value(base).cloned() {
            return self.datum(&value, span);
        }
        if base == def
            && let Some(native) = self.native(base)
        {
            return self.native_node(native, args, span);
        }
        let op = self.op(def, env);
        let captured = self.capture(op);
        self.add(Node::Call(op, captured, args), span)
    }

    /// A constant operator given point by point, applied: a function applied to a tuple.
    fn points(&mut self, points: &[(Vec<Datum>, Datum)], args: Box<[NodeId]>, span: Span) -> NodeId {
        let single = args.len() == 1;
        let pairs = points
            .iter()
            .map(|(p, v)| (if single { p[0].clone() } else { Datum::Tuple(p.clone()) }, v.clone()))
            .collect();
        let function = self.datum(&Datum::function(pairs), span);
        let argument = if single { args[0] } else { self.add(Node::Tuple(args), span) };
        self.add(Node::Apply(function, argument), span)
    }

    fn points_operator(&mut self, d: DeclId, points: &[(Vec<Datum>, Datum)]) -> NodeId {
        let decl = self.spec.decl(d);
        let (span, arity) = (decl.span, decl.kind.arity());
        let points = points.to_vec();
        let op = self.small_op(&decl.name, arity, span, |l, args| l.points(&points, args, span));
        self.add(Node::Operator(op, Box::new([])), span)
    }

    /// A constant operator that has one value, whatever its arguments.
    fn value_operator(&mut self, d: DeclId, value: &Datum) -> NodeId {
        let decl = self.spec.decl(d);
        let (span, arity) = (decl.span, decl.kind.arity());
        let op = self.small_op(&decl.name, arity, span, |l, _| l.datum(value, span));
        self.add(Node::Operator(op, Box::new([])), span)
    }

    fn builtin_op(&mut self, b: Builtin) -> OpId {
        if let Some(&id) = self.builtin_ops.get(&b) {
            return id;
        }
        let span = self.spec.root_module().span;
        let shifts = matches!(b, Builtin::Prime | Builtin::Unchanged | Builtin::Compose);
        let id = self.small_op(b.text(), b.arity(), span, |l, args| {
            l.shifts += u32::from(shifts);
            for slot in 0..b.arity() as u32 {
                l.mark(slot);
            }
            let node = l.builtin_node(b, &args, span);
            l.shifts -= u32::from(shifts);
            node
        });
        self.builtin_ops.insert(b, id);
        id
    }

    /// An operator whose body is made of its parameters by `body`.
    fn small_op(
        &mut self,
        name: &str,
        arity: usize,
        span: Span,
        body: impl FnOnce(&mut Self, Box<[NodeId]>) -> NodeId,
    ) -> OpId {
        let mut frame = Frame { count: arity as u32, ..Frame::default() };
        frame.shifted = vec![false; arity];
        self.frames.push(frame);
        let args = (0..arity as u32).map(|slot| self.add(Node::Local(slot), span)).collect();
        let body = body(self, args);
        let frame = self.frames.pop().expect("pushed above");
        let id = OpId(self.ir.ops.len() as u32);
        self.ir.ops.push(Op {
            name: name.to_string(),
            span,
            captured: 0,
            params: arity as u32,
            frame: frame.count,
            body,
            shifted: frame.shifted,
            slot_reads: Vec::new(),
            param_names: (1..=arity).map(|i| format!("_{i}")).collect(),
            recalled: false,
            closed: false,
        });
        id
    }
}
