//! ENABLED in a module that is instantiated.
//!
//! Holds: ENABLED does not distribute over substitution (*Specifying Systems*, section 17.8). `ENABLED A` says
//! that some values of the primed variables *of A's module* satisfy `A`: where an INSTANCE puts an expression
//! in place of a variable, its primed occurrences stand for any value, and only the unprimed ones for the
//! expression. So there each such variable gets a hidden variable that only the next state of an ENABLED
//! has. Where all variables become different variables of the root, both readings are one, and nothing is
//! hidden.
//!
//! An environment in which this is so has two twins: one for what stands inside ENABLED, one for what stands
//! inside a prime there.

use super::*;
use tla_parser::hir::{Builtin, DeclKind};

/// What names of variables mean in a twin of an environment.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Mode {
    /// What was substituted for them: inside ENABLED.
    Enabled,
    /// Hidden variables: inside a prime, inside ENABLED.
    Primed,
}

impl Lowerer<'_> {
    /// The environment for the operand of an ENABLED.
    pub(super) fn inside_enabled(&mut self, env: EnvId) -> EnvId {
        if self.is_inside_enabled(env) || !self.needs_hidden(env) {
            return env;
        }
        self.twin(env, Mode::Enabled)
    }

    fn twin(&mut self, env: EnvId, mode: Mode) -> EnvId {
        if let Some(&twin) = self.twins.get(&(env, mode)) {
            return twin;
        }
        let twin = EnvId(self.envs.len() as u32);
        self.envs.push(self.envs[env.0 as usize]);
        self.modes.insert(twin, (mode, env));
        self.twins.insert((env, mode), twin);
        twin
    }

    /// Whether an environment lies inside an ENABLED that has hidden variables.
    pub(super) fn is_inside_enabled(&self, mut env: EnvId) -> bool {
        loop {
            if self.modes.contains_key(&env) {
                return true;
            }
            match self.envs[env.0 as usize] {
                (Some(_), parent) => env = parent,
                (None, _) => return false,
            }
        }
    }

    /// The environment inside a prime there.
    pub(super) fn primed(&mut self, env: EnvId) -> EnvId {
        match self.modes.get(&env) {
            Some(&(Mode::Enabled, plain)) => self.twin(plain, Mode::Primed),
            Some(_) => env,
            None => match self.envs[env.0 as usize] {
                (Some(instance), parent) => {
                    let parent = self.primed(parent);
                    self.enter(instance, parent)
                }
                (None, _) => env,
            },
        }
    }

    /// The hidden variable that a declaration is in an environment, if it is one.
    pub(super) fn hidden(&mut self, decl: DeclId, mut env: EnvId) -> Option<u32> {
        if self.modes.is_empty() || self.spec.decl(decl).kind != DeclKind::Variable {
            return None;
        }
        let mut primed = None;
        while let (Some(instance), parent) = self.envs[env.0 as usize] {
            if let Some(&(Mode::Primed, plain)) = self.modes.get(&env) {
                primed = Some(plain);
            }
            if self.spec.instance(instance).with.contains_key(&decl) {
                let owner = primed?;
                let next = (self.variables.len() + self.hidden.len()) as u32;
                let number = *self.hidden.entry((decl, owner)).or_insert(next);
                if number == next {
                    self.ir.hidden.push(self.spec.decl(decl).name.to_string());
                }
                return Some(number);
            }
            env = parent;
        }
        None
    }

    /// Whether a variable of a module around `env` stands for something else than a variable of its own.
    fn needs_hidden(&self, mut env: EnvId) -> bool {
        while let (Some(instance), parent) = self.envs[env.0 as usize] {
            let mut roots = FxHashSet::default();
            for (&decl, &arg) in &self.spec.instance(instance).with {
                if self.spec.decl(decl).kind != DeclKind::Variable {
                    continue;
                }
                let (mut arg, mut at) = (arg, parent);
                let root = loop {
                    let Arg::Expr(e) = arg else { return true };
                    let Expr::Decl(inner, args) = self.spec.expr(e) else { return true };
                    if !args.is_empty() {
                        return true;
                    }
                    match self.substitute(*inner, at) {
                        Some(next) => (arg, at) = next,
                        None => break *inner,
                    }
                };
                if !self.variables.contains_key(&root) || !roots.insert(root) {
                    return true;
                }
            }
            env = parent;
        }
        false
    }

    /// `e' = e` for each component of `e`, inside an ENABLED with hidden variables.
    pub(super) fn kept(&mut self, e: ExprId, env: EnvId) -> NodeId {
        let mut items = Vec::new();
        self.kept_components(e, env, &mut items);
        let span = self.spec.span(e);
        self.add(Node::And(items.into()), span)
    }

    fn kept_components(&mut self, e: ExprId, env: EnvId, items: &mut Vec<NodeId>) {
        let span = self.spec.span(e);
        match self.spec.expr(e) {
            Expr::Tuple(parts) => parts.iter().for_each(|&part| self.kept_components(part, env, items)),
            Expr::Label(_, _, inner) => self.kept_components(*inner, env, items),
            Expr::Def(def, args) if args.is_empty() && !self.let_defs.contains(def) => {
                let def = self.overridden(*def);
                match self.body(def, env) {
                    (_, Some(body), inner) if self.override_value(def).is_none() => {
                        self.kept_components(body, inner, items);
                    }
                    _ => self.kept_whole(e, env, span, items),
                }
            }
            _ => self.kept_whole(e, env, span, items),
        }
    }

    fn kept_whole(&mut self, e: ExprId, env: EnvId, span: Span, items: &mut Vec<NodeId>) {
        let primed = self.primed(env);
        let next = self.shifted(e, primed);
        let next = self.builtin_node(Builtin::Prime, &[next], span);
        let now = self.shifted(e, env);
        items.push(self.add(Node::Equal(next, now), span));
    }

    /// `[A]_v` and `<<A>>_v` inside an ENABLED with hidden variables.
    pub(super) fn subscripted(&mut self, square: bool, action: ExprId, sub: ExprId, env: EnvId) -> Node {
        let action = self.expr(action, env);
        let kept = self.kept(sub, env);
        if square {
            return Node::Or([action, kept].into());
        }
        let span = self.spec.span(sub);
        let changed = self.add(Node::Not(kept), span);
        Node::And([action, changed].into())
    }
}
