//! Expressions.

use super::*;
use num_bigint::BigInt;
use tla_parser::ast::UnboundedKind;
use tla_parser::hir::Builtin;

impl Lowerer<'_> {
    pub(super) fn expr(&mut self, e: ExprId, env: EnvId) -> NodeId {
        stacker::maybe_grow(64 * 1024, 2 * 1024 * 1024, || self.expr_inner(e, env))
    }

    fn exprs(&mut self, items: &[ExprId], env: EnvId) -> Box<[NodeId]> {
        items.iter().map(|&e| self.expr(e, env)).collect()
    }

    /// Lowers in a place where the current state is another one than around it.
    pub(super) fn shifted(&mut self, e: ExprId, env: EnvId) -> NodeId {
        self.shifts += 1;
        let node = self.expr(e, env);
        self.shifts -= 1;
        node
    }

    /// The body of a definition: a function constructor there is kept as a rule, applied without
    /// being built, as its domain may be infinite or large.
    pub(super) fn definition_body(&mut self, e: ExprId, env: EnvId, def: DefId) -> NodeId {
        match self.spec.expr(e) {
            Expr::Function(bounds, body, itself) => {
                let name = self.spec.def(def).name.to_string();
                self.closure(&name, e, bounds, *body, *itself, env)
            }
            _ => self.expr(e, env),
        }
    }

    fn expr_inner(&mut self, e: ExprId, env: EnvId) -> NodeId {
        let span = self.spec.span(e);
        let node = match self.spec.expr(e) {
            Expr::Number(digits, radix) => self.number(digits, *radix),
            Expr::Decimal(_) => Node::Nothing("decimal numbers cannot be evaluated"),
            Expr::String(text) => Node::Str(self.text(text)),
            Expr::Builtin(b, args) => return self.builtin(*b, args, env, span),
            Expr::Decl(d, args) => return self.decl(*d, args, env, span),
            Expr::Local(l, args) => return self.local(*l, args, env, span),
            Expr::Def(d, args) => return self.def(*d, args, env, span),
            Expr::Junction(true, items) => Node::And(self.exprs(items, env)),
            Expr::Junction(false, items) => Node::Or(self.exprs(items, env)),
            Expr::Product(items) => Node::Product(self.exprs(items, env)),
            Expr::Tuple(items) => Node::Tuple(self.exprs(items, env)),
            Expr::SetEnum(items) => Node::SetEnum(self.exprs(items, env)),
            Expr::SetFilter(bound, body) => {
                let bound = self.bound(&bound.locals, bound.tuple, bound.set, env);
                Node::SetFilter(Box::new(bound), self.expr(*body, env))
            }
            Expr::SetMap(body, bounds) => {
                let bounds = self.bounds(bounds, env);
                Node::SetMap(self.expr(*body, env), bounds)
            }
            Expr::Quantifier(forall, bounds, body) => {
                let bounds = self.bounds(bounds, env);
                Node::Quantifier(*forall, bounds, self.expr(*body, env))
            }
            Expr::UnboundedQuantifier(kind, ..) => Node::Unbounded(match kind {
                UnboundedKind::Forall => "\\A x : …",
                UnboundedKind::Exists => "\\E x : …",
                UnboundedKind::TemporalForall => "\\AA x : …",
                UnboundedKind::TemporalExists => "\\EE x : …",
            }),
            Expr::Choose { set: None, .. } => Node::Unbounded("CHOOSE x : …"),
            Expr::Choose { locals, tuple, set: Some(set), body } => {
                let bound = self.bound(locals, *tuple, *set, env);
                Node::Choose(Box::new(bound), self.expr(*body, env))
            }
            Expr::Function(bounds, body, itself) => {
                if itself.is_some() || bounds.iter().any(|b| self.looks_infinite(b.set)) {
                    return self.closure("function", e, bounds, *body, *itself, env);
                }
                let bounds = self.bounds(bounds, env);
                Node::Function(bounds, self.expr(*body, env))
            }
            Expr::FunctionSet(a, b) => Node::FunctionSet(self.expr(*a, env), self.expr(*b, env)),
            Expr::Record(fields) => {
                let names: Vec<TextId> = fields.iter().map(|(n, _)| self.text(n)).collect();
                let shape = self.shape(&names);
                let order = self.ir.shapes[shape.index()].clone();
                let fields = fields
                    .iter()
                    .zip(&names)
                    .map(|((_, e), name)| {
                        let place = order.iter().position(|n| n == name).unwrap_or(0) as u32;
                        (place, self.expr(*e, env))
                    })
                    .collect();
                Node::Record(shape, fields)
            }
            Expr::RecordSet(fields) => {
                Node::RecordSet(fields.iter().map(|(n, e)| (self.text(n), self.expr(*e, env))).collect())
            }
            Expr::Except(base, updates) => {
                let base = self.expr(*base, env);
                let updates = updates.iter().map(|u| self.update(u, env)).collect();
                Node::Except(base, updates)
            }
            Expr::Apply(f, indices) => {
                let f = self.expr(*f, env);
                let index = self.index(indices, env, span);
                Node::Apply(f, index)
            }
            Expr::Field(r, name) => {
                let r = self.expr(*r, env);
                Node::Field(r, self.text(name))
            }
            Expr::If(c, a, b) => Node::If(self.expr(*c, env), self.expr(*a, env), self.expr(*b, env)),
            Expr::Case(arms, other) => {
                let arms = arms.iter().map(|(c, v)| (self.expr(*c, env), self.expr(*v, env))).collect();
                Node::Case(arms, other.map(|o| self.expr(o, env)))
            }
            Expr::Let(defs, body) => return self.let_in(defs, *body, env, span),
            Expr::Subscripted(square, action, sub) => self.step(*square, *action, *sub, env),
            Expr::Fairness(..) => {
                Node::Nothing("a fairness condition is temporal: it has no value in a state")
            }
            Expr::Label(_, _, e) => return self.expr(*e, env),
            Expr::Error => Node::Nothing("this is wrong"),
        };
        self.add(node, span)
    }

    /// `[A]_v` (`square`), `<<A>>_v`
    pub(super) fn step(&mut self, square: bool, action: ExprId, sub: ExprId, env: EnvId) -> Node {
        if self.is_inside_enabled(env) {
            return self.subscripted(square, action, sub, env);
        }
        Node::Subscripted(square, self.expr(action, env), self.shifted(sub, env))
    }

    fn number(&mut self, digits: &str, radix: u32) -> Node {
        match i64::from_str_radix(digits, radix) {
            Ok(i) => Node::Int(i),
            Err(_) => match BigInt::parse_bytes(digits.as_bytes(), radix) {
                Some(big) => {
                    self.ir.bigs.push(big);
                    Node::Big(self.ir.bigs.len() as u32 - 1)
                }
                None => Node::Nothing("this is not a number"),
            },
        }
    }

    /// Whether a domain's text names an infinite set; then the function is kept as a rule.
    fn looks_infinite(&self, set: ExprId) -> bool {
        match self.spec.expr(set) {
            Expr::Def(d, _) => {
                let d = self.overridden(*d);
                self.override_value(d).is_none()
                    && matches!(&*self.spec.def(d).name, "Nat" | "Int" | "Real" | "Seq")
                    && self.spec.module(self.spec.def(d).module).embedded
            }
            Expr::Builtin(Builtin::StringSet, _) => true,
            Expr::Builtin(Builtin::Difference | Builtin::Union, items) | Expr::Product(items) => {
                items.iter().any(|&e| self.looks_infinite(e))
            }
            _ => false,
        }
    }

    fn pattern(&mut self, locals: &[LocalId], tuple: bool) -> Pattern {
        let slots: Vec<Slot> = locals.iter().map(|l| self.frame().add(Key::Local(*l))).collect();
        if tuple { Pattern::Tuple(slots.into()) } else { Pattern::One(slots[0]) }
    }

    fn bound(&mut self, locals: &[LocalId], tuple: bool, set: ExprId, env: EnvId) -> Bound {
        let set = self.expr(set, env);
        Bound { pattern: self.pattern(locals, tuple), set }
    }

    /// Groups `x, y \in S` taken apart; the set is shared.
    pub(super) fn bounds(&mut self, bounds: &[hir::Bound], env: EnvId) -> Box<[Bound]> {
        let mut lowered = Vec::new();
        for b in bounds {
            let set = self.expr(b.set, env);
            if b.tuple {
                lowered.push(Bound { pattern: self.pattern(&b.locals, true), set });
            } else {
                for l in &b.locals {
                    lowered.push(Bound { pattern: self.pattern(std::slice::from_ref(l), false), set });
                }
            }
        }
        lowered.into()
    }

    fn index(&mut self, indices: &[ExprId], env: EnvId, span: Span) -> NodeId {
        if let [one] = indices {
            return self.expr(*one, env);
        }
        let items = self.exprs(indices, env);
        self.add(Node::Tuple(items), span)
    }

    fn update(&mut self, update: &hir::Update, env: EnvId) -> Update {
        let path = update
            .path
            .iter()
            .map(|step| match step {
                hir::UpdateStep::Field(name) => Step::Field(self.text(name)),
                hir::UpdateStep::Index(indices) => {
                    let span = self.spec.span(indices[0]);
                    Step::Index(self.index(indices, env, span))
                }
            })
            .collect();
        let at = update.at.map(|l| self.frame().add(Key::Local(l)));
        Update { path, value: self.expr(update.value, env), at }
    }

    fn let_in(&mut self, defs: &[DefId], body: ExprId, env: EnvId, span: Span) -> NodeId {
        // All slots first: a RECURSIVE definition may be mentioned before it is defined.
        let mut slots = Vec::new();
        for &d in defs {
            let def = self.spec.def(d);
            if def.params.is_empty()
                && let DefBody::Expr(e) = def.body
            {
                slots.push((self.frame().add(Key::Let(d, env)), e, d));
            }
        }
        let slots: Box<[(Slot, NodeId)]> =
            slots.into_iter().map(|(slot, e, d)| (slot, self.definition_body(e, env, d))).collect();
        let body = self.expr(body, env);
        if slots.is_empty() {
            return body;
        }
        self.add(Node::Let(slots, body), span)
    }

    fn closure(
        &mut self,
        name: &str,
        e: ExprId,
        bounds: &[hir::Bound],
        body: ExprId,
        itself: Option<LocalId>,
        env: EnvId,
    ) -> NodeId {
        let span = self.spec.span(e);
        let mut domains = Vec::new();
        for b in bounds {
            let set = self.expr(b.set, env);
            domains.extend(std::iter::repeat_n(set, if b.tuple { 1 } else { b.locals.len() }));
        }
        let keys = self.free_of_body(body, bounds, itself, env);
        let captured: Box<[Slot]> = keys
            .iter()
            .map(|&key| {
                let slot = self.slot(key);
                if self.shifts > 0 {
                    self.frame().shifted[slot as usize] = true;
                }
                slot
            })
            .collect();
        let mut frame = Frame::default();
        for key in keys {
            frame.add(key);
        }
        self.frames.push(frame);
        let shifts = std::mem::take(&mut self.shifts);
        let itself = itself.map(|l| self.frame().add(Key::Local(l)));
        let mut patterns = Vec::new();
        for b in bounds {
            if b.tuple {
                patterns.push(self.pattern(&b.locals, true));
            } else {
                for l in &b.locals {
                    patterns.push(self.pattern(std::slice::from_ref(l), false));
                }
            }
        }
        let body = self.expr(body, env);
        self.shifts = shifts;
        let frame = self.frames.pop().expect("pushed above");
        let rule = RuleId(self.ir.rules.len() as u32);
        self.ir.rules.push(Rule {
            name: name.to_string(),
            captured: captured.len() as u32,
            itself,
            patterns,
            frame: frame.count,
            body,
            span,
        });
        self.add(Node::Closure(rule, domains.into(), captured), span)
    }

    /// What the right-hand side of a function needs of the frame around it.
    fn free_of_body(
        &mut self,
        body: ExprId,
        bounds: &[hir::Bound],
        itself: Option<LocalId>,
        env: EnvId,
    ) -> Vec<Key> {
        let mut keys = self.free_of_expr(body, env);
        keys.retain(|k| {
            !bounds.iter().flat_map(|b| &b.locals).chain(itself.iter()).any(|l| *k == Key::Local(*l))
        });
        keys
    }

    fn builtin(&mut self, b: Builtin, args: &[ExprId], env: EnvId, span: Span) -> NodeId {
        let inside = self.is_inside_enabled(env);
        let args = match b {
            Builtin::Enabled => {
                let inner = self.inside_enabled(env);
                self.exprs(args, inner)
            }
            Builtin::Prime if inside => {
                let primed = self.primed(env);
                args.iter().map(|&e| self.shifted(e, primed)).collect()
            }
            Builtin::Unchanged if inside => return self.kept(args[0], env),
            Builtin::Compose if inside => {
                let why = "`\\cdot` inside ENABLED of an instantiated action cannot be evaluated";
                return self.add(Node::Nothing(why), span);
            }
            Builtin::Prime | Builtin::Unchanged | Builtin::Compose => {
                args.iter().map(|&e| self.shifted(e, env)).collect()
            }
            // Long chains `a /\ b /\ c` are one node, as a list of them is.
            Builtin::And | Builtin::Or => {
                let mut items = Vec::new();
                self.chain(b, args, env, &mut items);
                items.into()
            }
            _ => self.exprs(args, env),
        };
        self.builtin_node(b, &args, span)
    }

    fn chain(&mut self, b: Builtin, args: &[ExprId], env: EnvId, items: &mut Vec<NodeId>) {
        // Left-nested, and too deep for recursion when long.
        let mut right = Vec::new();
        let mut left = args;
        while let Expr::Builtin(inner, more) = self.spec.expr(left[0])
            && *inner == b
        {
            right.push(left[1]);
            left = more;
        }
        items.push(self.expr(left[0], env));
        items.push(self.expr(left[1], env));
        for e in right.into_iter().rev() {
            items.push(self.expr(e, env));
        }
    }

    pub(super) fn builtin_node(&mut self, b: Builtin, args: &[NodeId], span: Span) -> NodeId {
        let node = match (b, args) {
            (Builtin::True, _) => Node::Bool(true),
            (Builtin::False, _) => Node::Bool(false),
            (Builtin::Boolean, _) => Node::Boolean,
            (Builtin::StringSet, _) => Node::StringSet,
            (Builtin::And, items) => Node::And(items.into()),
            (Builtin::Or, items) => Node::Or(items.into()),
            (Builtin::Not, &[a]) => Node::Not(a),
            (Builtin::Implies, &[a, b]) => Node::Implies(a, b),
            (Builtin::Equivalent, &[a, b]) => Node::Equivalent(a, b),
            (Builtin::Equal, &[a, b]) => Node::Equal(a, b),
            (Builtin::NotEqual, &[a, b]) => Node::NotEqual(a, b),
            (Builtin::In, &[a, b]) => Node::In(a, b),
            (Builtin::NotIn, &[a, b]) => Node::NotIn(a, b),
            (Builtin::SubsetEq, &[a, b]) => Node::SubsetEq(a, b),
            (Builtin::Union, &[a, b]) => Node::Union(a, b),
            (Builtin::Intersect, &[a, b]) => Node::Intersect(a, b),
            (Builtin::Difference, &[a, b]) => Node::Difference(a, b),
            (Builtin::Domain, &[a]) => Node::Domain(a),
            (Builtin::Powerset, &[a]) => Node::Powerset(a),
            (Builtin::BigUnion, &[a]) => Node::BigUnion(a),
            (Builtin::Prime, &[a]) => match self.ir.node(a) {
                Node::Var(slot) => Node::NextVar(*slot),
                Node::Bool(_) | Node::Int(_) | Node::Str(_) | Node::Datum(_) => return a,
                _ => Node::Prime(a),
            },
            (Builtin::Unchanged, &[a]) => Node::Unchanged(a),
            (Builtin::Enabled, &[a]) => Node::Enabled(a),
            (Builtin::Compose, &[a, b]) => {
                self.action_composition = true;
                Node::Compose(a, b)
            }
            (Builtin::Always | Builtin::Eventually | Builtin::LeadsTo | Builtin::PlusArrow, _) => {
                Node::Nothing("a temporal formula has no value in a state")
            }
            _ => Node::Nothing("this operator has the wrong number of operands"),
        };
        self.add(node, span)
    }
}
