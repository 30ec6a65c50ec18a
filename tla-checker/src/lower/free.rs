//! What a definition needs of the frames around it, and which environment matters to it.
//!
//! Holds: a definition at the top of a module is only free in the parameters of the INSTANCEs it
//! is reached through; one inside a LET, and a LAMBDA, in whatever its text mentions from around.

use super::*;

/// Keys used and keys bound by a piece of text.
#[derive(Default)]
struct Found {
    used: FxHashSet<Key>,
    bound: FxHashSet<Key>,
    /// A definition under way was met: the result lacks what that one contributes.
    partial: bool,
}

impl Lowerer<'_> {
    /// The environment in which a definition means the same with the fewest INSTANCEs around it.
    pub(super) fn normalise(&mut self, def: DefId, mut env: EnvId) -> EnvId {
        if env == ROOT || self.let_defs.contains(&def) || self.spec.def(def).kind == hir::DefKind::Lambda {
            return env;
        }
        let decls = self.decls_of_def(def);
        while let (Some(instance), parent) = self.envs[env.0 as usize] {
            let with = &self.spec.instance(instance).with;
            if decls.iter().any(|d| with.contains_key(d)) {
                break;
            }
            env = parent;
        }
        env
    }

    /// The constants and variables that a definition's text reaches.
    fn decls_of_def(&mut self, def: DefId) -> FxHashSet<DeclId> {
        if let Some(found) = self.decls_of.get(&def) {
            return found.clone();
        }
        let mut decls = FxHashSet::default();
        let mut seen = FxHashSet::default();
        let mut pending = vec![def];
        let mut exprs = Vec::new();
        while let Some(d) = pending.pop() {
            let d = self.overridden(d);
            if !seen.insert(d) {
                continue;
            }
            match self.spec.def(d).body {
                DefBody::Missing => continue,
                DefBody::Expr(e) => exprs.push(e),
                DefBody::Instance(instance, of) => {
                    pending.push(of);
                    for arg in self.spec.instance(instance).with.values() {
                        match arg {
                            Arg::Expr(e) => exprs.push(*e),
                            Arg::Operator(OperatorRef::Def(d)) => pending.push(*d),
                            Arg::Operator(OperatorRef::Decl(d)) => {
                                decls.insert(*d);
                            }
                            Arg::Operator(_) => {}
                        }
                    }
                }
            }
            while let Some(e) = exprs.pop() {
                self.spec.visit(e, &mut |e| {
                    let (Expr::Decl(_, args) | Expr::Def(_, args) | Expr::Local(_, args)) = e else { return };
                    match e {
                        Expr::Decl(d, _) => {
                            decls.insert(*d);
                        }
                        Expr::Def(d, _) => pending.push(*d),
                        _ => {}
                    }
                    for arg in args {
                        match arg {
                            Arg::Operator(OperatorRef::Def(d)) => pending.push(*d),
                            Arg::Operator(OperatorRef::Decl(d)) => {
                                decls.insert(*d);
                            }
                            _ => {}
                        }
                    }
                });
            }
        }
        self.decls_of.insert(def, decls.clone());
        decls
    }

    /// What a definition needs of the frames around it, in a fixed order.
    pub(super) fn free_of_def(&mut self, def: DefId, env: EnvId) -> Vec<Key> {
        let mut under_way = FxHashSet::default();
        self.free_def(def, env, &mut under_way).0
    }

    /// What an expression needs of the frame around it, in a fixed order.
    pub(super) fn free_of_expr(&mut self, e: ExprId, env: EnvId) -> Vec<Key> {
        let mut found = Found::default();
        self.scan(e, env, &mut found, &mut FxHashSet::default());
        sorted(found)
    }

    fn free_def(
        &mut self,
        def: DefId,
        env: EnvId,
        under_way: &mut FxHashSet<(DefId, EnvId)>,
    ) -> (Vec<Key>, bool) {
        let env = self.normalise(def, env);
        if let Some(keys) = self.free_of.get(&(def, env)) {
            return (keys.clone(), false);
        }
        if !under_way.insert((def, env)) {
            return (Vec::new(), true);
        }
        let mut found = Found::default();
        let (base, body, inner) = self.body(def, env);
        // Natives evaluate nothing but their arguments.
        if let Some(body) = body
            && self.native(base).is_none()
        {
            self.scan(body, inner, &mut found, under_way);
        }
        for &p in &self.spec.def(def).params {
            found.bound.insert(Key::Local(p));
        }
        under_way.remove(&(def, env));
        let partial = found.partial && !under_way.is_empty();
        let keys = sorted(found);
        if !partial {
            self.free_of.insert((def, env), keys.clone());
        }
        (keys, partial)
    }

    fn scan(&mut self, e: ExprId, env: EnvId, found: &mut Found, under_way: &mut FxHashSet<(DefId, EnvId)>) {
        stacker::maybe_grow(64 * 1024, 2 * 1024 * 1024, || self.scan_inner(e, env, found, under_way));
    }

    fn scan_inner(
        &mut self,
        e: ExprId,
        env: EnvId,
        found: &mut Found,
        under_way: &mut FxHashSet<(DefId, EnvId)>,
    ) {
        let mut bind = |locals: &[LocalId]| found.bound.extend(locals.iter().map(|l| Key::Local(*l)));
        match self.spec.expr(e) {
            Expr::Local(l, args) => {
                found.used.insert(Key::Local(*l));
                self.scan_args(args, env, found, under_way);
                return;
            }
            Expr::Decl(d, args) => {
                self.scan_decl(*d, env, found, under_way);
                self.scan_args(args, env, found, under_way);
                return;
            }
            Expr::Def(d, args) => {
                self.scan_def(*d, env, found, under_way);
                self.scan_args(args, env, found, under_way);
                return;
            }
            Expr::Let(defs, body) => {
                for d in defs {
                    if self.spec.def(*d).params.is_empty()
                        && let DefBody::Expr(e) = self.spec.def(*d).body
                    {
                        found.bound.insert(Key::Let(*d, env));
                        self.scan(e, env, found, under_way);
                    }
                }
                self.scan(*body, env, found, under_way);
                return;
            }
            Expr::SetFilter(b, _) => bind(&b.locals),
            Expr::SetMap(_, bounds) | Expr::Quantifier(_, bounds, _) => {
                bounds.iter().for_each(|b| bind(&b.locals));
            }
            Expr::Function(bounds, _, itself) => {
                bounds.iter().for_each(|b| bind(&b.locals));
                bind(itself.as_slice());
            }
            Expr::UnboundedQuantifier(_, locals, _) | Expr::Choose { locals, .. } => bind(locals),
            Expr::Except(_, updates) => updates.iter().for_each(|u| bind(u.at.as_slice())),
            _ => {}
        }
        let mut children = Vec::new();
        self.spec.children(e, &mut |c| children.push(c));
        for c in children {
            self.scan(c, env, found, under_way);
        }
    }

    fn scan_def(
        &mut self,
        def: DefId,
        env: EnvId,
        found: &mut Found,
        under_way: &mut FxHashSet<(DefId, EnvId)>,
    ) {
        let def = self.overridden(def);
        if self.override_value(def).is_some() {
            return;
        }
        if self.let_defs.contains(&def) && self.spec.def(def).params.is_empty() {
            found.used.insert(Key::Let(def, env));
            return;
        }
        let (keys, partial) = self.free_def(def, env, under_way);
        found.used.extend(keys);
        found.partial |= partial;
    }

    fn scan_decl(
        &mut self,
        decl: DeclId,
        env: EnvId,
        found: &mut Found,
        under_way: &mut FxHashSet<(DefId, EnvId)>,
    ) {
        match self.substitute(decl, env) {
            Some((Arg::Expr(e), env)) => self.scan(e, env, found, under_way),
            Some((Arg::Operator(op), env)) => self.scan_operator(op, env, found, under_way),
            None => {
                if let Some(Binding::Def(d)) = self.constants.get(&decl) {
                    let d = *d;
                    self.scan_def(d, ROOT, found, under_way);
                }
            }
        }
    }

    fn scan_operator(
        &mut self,
        op: OperatorRef,
        env: EnvId,
        found: &mut Found,
        under_way: &mut FxHashSet<(DefId, EnvId)>,
    ) {
        match op {
            OperatorRef::Def(d) => self.scan_def(d, env, found, under_way),
            OperatorRef::Decl(d) => self.scan_decl(d, env, found, under_way),
            OperatorRef::Local(l) => {
                found.used.insert(Key::Local(l));
            }
            OperatorRef::Builtin(_) => {}
        }
    }

    fn scan_args(
        &mut self,
        args: &[Arg],
        env: EnvId,
        found: &mut Found,
        under_way: &mut FxHashSet<(DefId, EnvId)>,
    ) {
        for arg in args {
            match arg {
                Arg::Expr(e) => self.scan(*e, env, found, under_way),
                Arg::Operator(op) => self.scan_operator(*op, env, found, under_way),
            }
        }
    }
}

fn sorted(found: Found) -> Vec<Key> {
    let mut keys: Vec<Key> = found.used.difference(&found.bound).copied().collect();
    keys.sort();
    keys
}
