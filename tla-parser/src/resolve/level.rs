//! Level checking (*Specifying Systems*, section 17.2).
//!
//! Enters: each definition as it is made. Leaves: its [`DefLevel`], and errors.
//! Holds: what an expression's level depends on is kept as a set of parameters and declarations,
//! so that an argument or a substitution of a higher level raises it, and a limit that a
//! parameter must keep is checked against every argument.

use super::Resolver;
use crate::ast::UnboundedKind;
use crate::code::{self, Code};
use crate::diagnostic::Diagnostic;
use crate::hir::*;
use crate::source::Span;
use rustc_hash::FxHashMap;

const RED_ZONE: usize = 64 * 1024;
const STACK_CHUNK: usize = 2 * 1024 * 1024;

/// Something whose level is not known where it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Use {
    Local(LocalId),
    Decl(DeclId),
}

/// The level of an expression: a floor, and what may raise it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Info {
    floor: Level,
    uses: Vec<Use>,
}

impl Info {
    fn at(floor: Level) -> Self {
        Info { floor, uses: Vec::new() }
    }

    fn join(&mut self, other: &Info) {
        self.floor = self.floor.max(other.floor);
        for &u in &other.uses {
            if let Err(i) = self.uses.binary_search(&u) {
                self.uses.insert(i, u);
            }
        }
    }
}

/// What is known so far.
#[derive(Default)]
pub(super) struct Levels {
    defs: FxHashMap<DefId, Info>,
    /// The highest level that a parameter or a constant may be given.
    limits: FxHashMap<Use, Level>,
}

impl Resolver<'_> {
    fn level(&self, info: &Info) -> Level {
        info.uses.iter().fold(info.floor, |level, u| match u {
            Use::Local(_) => level,
            Use::Decl(d) => level.max(self.spec.decl(*d).kind.level()),
        })
    }

    /// Computes the level of a definition from its body.
    pub(super) fn level_of_def(&mut self, id: DefId) {
        let info = match self.spec.def(id).body {
            DefBody::Missing => Info::default(),
            DefBody::Expr(e) => self.info(e),
            DefBody::Instance(instance, of) => self.substituted(instance, of),
        };
        let params = self.spec.def(id).params.clone();
        let mut outside = info.clone();
        outside.uses.retain(|u| !params.iter().any(|p| *u == Use::Local(*p)));
        let level = DefLevel {
            base: self.level(&outside),
            weight: params.iter().map(|p| info.uses.binary_search(&Use::Local(*p)).is_ok()).collect(),
            max: params.iter().map(|p| self.limit(Use::Local(*p))).collect(),
            temporal: self.level(&outside) == Level::Temporal,
        };
        self.spec.defs[id.index()].level = level;
        self.levels.defs.insert(id, info);
    }

    /// The same for a definition that mentions itself: twice, for what the first pass could not
    /// know of itself.
    pub(super) fn level_of_recursive(&mut self, id: DefId) {
        self.level_of_def(id);
        self.level_of_def(id);
    }

    fn limit(&self, u: Use) -> Level {
        self.levels.limits.get(&u).copied().unwrap_or(Level::Temporal)
    }

    fn substituted(&mut self, instance: InstanceId, of: DefId) -> Info {
        let info = self.of_def(of);
        let mut result = Info::at(info.floor);
        for u in info.uses {
            let part = match u {
                Use::Decl(d) => match self.spec.instance(instance).with.get(&d).copied() {
                    Some(arg) => self.arg_info(&arg),
                    None => Info { floor: Level::Constant, uses: vec![u] },
                },
                Use::Local(_) => Info { floor: Level::Constant, uses: vec![u] },
            };
            result.join(&part);
        }
        result
    }

    /// Variables become state functions, constants become constants; a module without variables
    /// may be instantiated at any level that its definitions bear.
    pub(super) fn check_instance_levels(&mut self, id: InstanceId) {
        let instance = self.spec.instance(id);
        let (module, span) = (instance.module, instance.span);
        let mut with: Vec<(DeclId, Arg)> = instance.with.iter().map(|(d, a)| (*d, *a)).collect();
        with.sort_by_key(|(d, _)| *d);
        let constant_module =
            self.spec.module(module).decls.iter().all(|d| self.spec.decl(*d).kind != DeclKind::Variable);
        for (decl, arg) in with {
            let d = self.spec.decl(decl).clone();
            let max = match d.kind {
                DeclKind::Variable => Level::State,
                _ if constant_module => self.limit(Use::Decl(decl)),
                _ => Level::Constant,
            };
            let info = self.arg_info(&arg);
            let at = match arg {
                Arg::Expr(e) => self.spec.span(e),
                Arg::Operator(_) => span,
            };
            let what = format!("what stands for `{}`", d.name);
            self.require(&info, max, at, code::INSTANCE_LEVEL, &what);
        }
    }

    /// Reports an expression whose level is too high, and holds parameters to the limit.
    fn require(&mut self, info: &Info, max: Level, span: Span, code: Code, what: &str) {
        let level = self.level(info);
        if level > max {
            let word = |l| match l {
                Level::Constant => "a constant",
                Level::State => "a state function (no primes)",
                Level::Action => "an action (no temporal operators)",
                Level::Temporal => "a temporal formula",
            };
            let found = match level {
                Level::Constant => "constant",
                Level::State => "of state level: it depends on variables",
                Level::Action => "of action level: it has primes",
                Level::Temporal => "temporal",
            };
            self.report(
                Diagnostic::error(code, format!("{what} must be {}", word(max)))
                    .at(span, format!("this is {found}")),
            );
        }
        for &u in &info.uses {
            let limit = self.limit(u).min(max);
            if limit < Level::Temporal {
                self.levels.limits.insert(u, limit);
            }
        }
    }

    /// Reports an expression that is not constant.
    pub(super) fn check_constant(&mut self, e: ExprId) {
        let info = self.info(e);
        let span = self.spec.span(e);
        if self.level(&info) > Level::Constant {
            self.require(&info, Level::Constant, span, code::ASSUMPTION_LEVEL, "an assumption");
        }
    }

    fn arg_info(&mut self, arg: &Arg) -> Info {
        match arg {
            Arg::Expr(e) => self.info(*e),
            Arg::Operator(OperatorRef::Def(d)) => {
                let params = self.spec.def(*d).params.clone();
                let mut info = self.of_def(*d);
                info.uses.retain(|u| !params.iter().any(|p| *u == Use::Local(*p)));
                info
            }
            Arg::Operator(OperatorRef::Decl(d)) => Info { floor: Level::Constant, uses: vec![Use::Decl(*d)] },
            Arg::Operator(OperatorRef::Local(l)) => {
                Info { floor: Level::Constant, uses: vec![Use::Local(*l)] }
            }
            Arg::Operator(OperatorRef::Builtin(b)) => Info::at(match b {
                Builtin::Prime | Builtin::Unchanged | Builtin::Compose => Level::Action,
                Builtin::Enabled => Level::State,
                Builtin::Always | Builtin::Eventually | Builtin::LeadsTo | Builtin::PlusArrow => {
                    Level::Temporal
                }
                _ => Level::Constant,
            }),
        }
    }

    fn info(&mut self, id: ExprId) -> Info {
        stacker::maybe_grow(RED_ZONE, STACK_CHUNK, || self.info_inner(id))
    }

    fn info_inner(&mut self, id: ExprId) -> Info {
        match self.spec.expr(id).clone() {
            Expr::Decl(d, args) => {
                let mut info = Info { floor: Level::Constant, uses: vec![Use::Decl(d)] };
                for arg in &args {
                    let a = self.arg_info(arg);
                    info.join(&a);
                }
                info
            }
            Expr::Local(l, args) => {
                let mut info = Info { floor: Level::Constant, uses: vec![Use::Local(l)] };
                for arg in &args {
                    let a = self.arg_info(arg);
                    info.join(&a);
                }
                info
            }
            Expr::Def(d, args) => self.applied(id, d, &args),
            Expr::Builtin(b, args) => self.builtin_info(id, b, &args),
            Expr::Junction(_, items) => self.all(&items),
            Expr::If(a, b, c) => self.all(&[a, b, c]),
            Expr::Case(arms, other) => {
                let parts: Vec<ExprId> = arms.iter().flat_map(|(c, e)| [*c, *e]).chain(other).collect();
                self.all(&parts)
            }
            Expr::Label(_, _, e) => self.info(e),
            Expr::Let(_, body) => self.info(body),
            Expr::Quantifier(_, bounds, body) => {
                let info = self.info(body);
                let temporal = self.level(&info) == Level::Temporal;
                let mut result = info;
                for b in &bounds {
                    let set = self.info(b.set);
                    if temporal {
                        let at = self.spec.span(b.set);
                        let what = "the set of a quantifier over a temporal formula";
                        self.require(&set, Level::State, at, code::TEMPORAL_BOUND, what);
                    }
                    result.join(&set);
                }
                result
            }
            Expr::UnboundedQuantifier(kind, _, body) => {
                let mut info = self.info(body);
                if matches!(kind, UnboundedKind::TemporalForall | UnboundedKind::TemporalExists) {
                    info.floor = Level::Temporal;
                }
                info
            }
            Expr::Subscripted(_, action, sub) => {
                let (a, s) = (self.info(action), self.info(sub));
                let (at, sub_at) = (self.spec.span(action), self.spec.span(sub));
                self.require(&a, Level::Action, at, code::TEMPORAL_LEVEL, "what stands between the brackets");
                self.require(&s, Level::State, sub_at, code::PRIME_LEVEL, "the subscript");
                Info::at(Level::Action)
            }
            Expr::Fairness(_, sub, action) => {
                let (a, s) = (self.info(action), self.info(sub));
                let (at, sub_at) = (self.spec.span(action), self.spec.span(sub));
                self.require(
                    &a,
                    Level::Action,
                    at,
                    code::TEMPORAL_LEVEL,
                    "the action of a fairness condition",
                );
                self.require(&s, Level::State, sub_at, code::PRIME_LEVEL, "the subscript");
                Info::at(Level::Temporal)
            }
            _ => {
                let mut parts = Vec::new();
                self.spec.children(id, &mut |child| parts.push(child));
                let info = self.all(&parts);
                let span = self.spec.span(id);
                self.require(&info, Level::Action, span, code::TEMPORAL_LEVEL, "what is part of a value");
                info
            }
        }
    }

    fn all(&mut self, parts: &[ExprId]) -> Info {
        let mut info = Info::default();
        for &p in parts {
            let part = self.info(p);
            info.join(&part);
        }
        info
    }

    /// What is known of a definition; of one resolved in an earlier pass, what was kept of it.
    fn of_def(&self, d: DefId) -> Info {
        if let Some(info) = self.levels.defs.get(&d) {
            return info.clone();
        }
        let def = self.spec.def(d);
        let mut uses: Vec<Use> = (def.params.iter().zip(&def.level.weight))
            .filter(|(_, weight)| **weight)
            .map(|(p, _)| Use::Local(*p))
            .collect();
        uses.sort();
        Info { floor: def.level.base, uses }
    }

    fn applied(&mut self, id: ExprId, d: DefId, args: &[Arg]) -> Info {
        let mut info = self.of_def(d);
        let def = self.spec.def(d);
        let (params, name) = (def.params.clone(), def.name.clone());
        let weight: Vec<bool> =
            params.iter().map(|p| info.uses.binary_search(&Use::Local(*p)).is_ok()).collect();
        info.uses.retain(|u| !params.iter().any(|p| *u == Use::Local(*p)));
        for (i, arg) in args.iter().enumerate() {
            let a = self.arg_info(arg);
            let max = self.limit(Use::Local(params[i]));
            let span = match arg {
                Arg::Expr(e) => self.spec.span(*e),
                Arg::Operator(_) => self.spec.span(id),
            };
            if max < Level::Temporal {
                let what = format!("argument {} of `{name}`", i + 1);
                self.require(&a, max, span, code::ARGUMENT_LEVEL, &what);
            }
            if weight[i] {
                info.join(&a);
            }
        }
        info
    }

    fn builtin_info(&mut self, id: ExprId, b: Builtin, args: &[ExprId]) -> Info {
        let mut info = self.all(args);
        let span = self.spec.span(id);
        match b {
            Builtin::And
            | Builtin::Or
            | Builtin::Not
            | Builtin::Implies
            | Builtin::Equivalent
            | Builtin::True
            | Builtin::False => info,
            Builtin::Prime => {
                self.require(&info, Level::State, span, code::PRIME_LEVEL, "what is primed");
                Info::at(Level::Action)
            }
            Builtin::Unchanged => {
                self.require(&info, Level::State, span, code::PRIME_LEVEL, "the operand of UNCHANGED");
                Info::at(Level::Action)
            }
            Builtin::Enabled => {
                self.require(&info, Level::Action, span, code::TEMPORAL_LEVEL, "the operand of ENABLED");
                Info::at(Level::State)
            }
            Builtin::Compose => {
                self.require(&info, Level::Action, span, code::TEMPORAL_LEVEL, "an operand of `\\cdot`");
                Info::at(Level::Action)
            }
            Builtin::Always | Builtin::Eventually => {
                let wanted = b == Builtin::Always;
                let subscripted =
                    matches!(self.spec.expr(args[0]), Expr::Subscripted(square, ..) if *square == wanted);
                if self.level(&info) == Level::Action && !subscripted {
                    let form = if wanted { "[A]_v" } else { "<<A>>_v" };
                    self.report(
                        Diagnostic::error(
                            code::BARE_ACTION,
                            format!("`{}` of an action that is not of the form `{form}`", b.text()),
                        )
                        .at(self.spec.span(args[0]), "an action")
                        .help(format!("write `{}{form}`, where `v` is what the action may change", b.text())),
                    );
                }
                info.floor = Level::Temporal;
                info
            }
            Builtin::LeadsTo | Builtin::PlusArrow => {
                for &a in args {
                    let part = self.info(a);
                    if self.level(&part) == Level::Action {
                        let at = self.spec.span(a);
                        self.report(
                            Diagnostic::error(
                                code::BARE_ACTION,
                                format!("an operand of `{}` must not be an action", b.text()),
                            )
                            .at(at, "an action"),
                        );
                    }
                }
                info.floor = Level::Temporal;
                info
            }
            _ => {
                self.require(&info, Level::Action, span, code::TEMPORAL_LEVEL, "what is part of a value");
                info
            }
        }
    }
}
