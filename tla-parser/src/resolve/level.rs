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

/// An argument given to an operator that is not known where it is applied.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Call {
    operator: Use,
    index: usize,
    given: Info,
}

/// How many calls are remembered of a definition; beyond that, what they are given is not checked.
const MOST_CALLS: usize = 256;

/// What is known so far.
#[derive(Default)]
pub(super) struct Levels {
    defs: FxHashMap<DefId, Info>,
    /// What definitions give to their operator parameters and to constant operators.
    calls: FxHashMap<DefId, Vec<Call>>,
    /// The parameters that a definition puts below an operator that is not constant: equals in
    /// their place need not give equals (the definition is not Leibniz in them).
    opaque: FxHashMap<DefId, Vec<Use>>,
    /// The same two of the definition being looked at.
    met: (Vec<Call>, Vec<Use>),
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
        let around = std::mem::take(&mut self.levels.met);
        let mut info = match self.spec.def(id).body {
            DefBody::Missing => Info::default(),
            DefBody::Expr(e) => self.info(e),
            DefBody::Instance(instance, of) => {
                self.calls_under(instance, of);
                let opaque = self.levels.opaque.get(&of).cloned().unwrap_or_default();
                self.levels.met.1.extend(opaque);
                let info = self.of_def(of);
                self.under(instance, info)
            }
        };
        let (calls, opaque) = std::mem::replace(&mut self.levels.met, around);
        if !calls.is_empty() {
            self.levels.calls.insert(id, calls);
        }
        if !opaque.is_empty() {
            self.levels.opaque.insert(id, opaque);
        }
        let params = self.spec.def(id).params.clone();
        if self.is_arithmetic(id) {
            params
                .iter()
                .for_each(|p| info.join(&Info { floor: Level::Constant, uses: vec![Use::Local(*p)] }));
            let values = params.iter().filter(|p| self.spec.locals[p.index()].arity == 0);
            let uses: Vec<Use> = values.map(|p| Use::Local(*p)).collect();
            self.levels.limits.extend(uses.into_iter().map(|u| (u, Level::Action)));
        }
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

    /// Whether a definition is of a standard module whose operators take values alone, and give what
    /// depends on all of them. (The embedded text of those that are computed natively does not say so:
    /// `a + b == CHOOSE s : TRUE`.)
    fn is_arithmetic(&self, id: DefId) -> bool {
        let m = self.spec.module(self.spec.def(id).module);
        m.embedded
            && matches!(&*m.name, "Naturals" | "Integers" | "Reals" | "Sequences" | "FiniteSets" | "Bags")
    }

    fn note_call(&mut self, operator: Use, index: usize, given: Info) {
        let nothing = given.floor == Level::Constant && given.uses.is_empty();
        let call = Call { operator, index, given };
        let calls = &mut self.levels.met.0;
        if !nothing && calls.len() < MOST_CALLS && !calls.contains(&call) {
            calls.push(call);
        }
    }

    /// What stands below an operator that is not constant.
    fn note_opaque(&mut self, info: &Info) {
        for u in info.uses.iter().filter(|u| matches!(u, Use::Local(_))) {
            if !self.levels.met.1.contains(u) {
                self.levels.met.1.push(*u);
            }
        }
    }

    /// Checks what an operator that has become known is given, or notes it where it has not.
    fn check_call(&mut self, operator: OperatorRef, index: usize, given: Info, span: Span) {
        let (max, name) = match operator {
            OperatorRef::Local(l) => return self.note_call(Use::Local(l), index, given),
            OperatorRef::Decl(d) => return self.note_call(Use::Decl(d), index, given),
            OperatorRef::Builtin(b) => (greatest_operand(b), b.text().to_string()),
            OperatorRef::Def(d) => {
                let def = self.spec.def(d);
                let Some(&param) = def.params.get(index) else { return };
                (self.limit(Use::Local(param)), def.name.to_string())
            }
        };
        if max < Level::Temporal {
            let what = format!("what `{name}` is given here as argument {}", index + 1);
            self.require(&given, max, span, code::ARGUMENT_LEVEL, &what);
        }
    }

    /// The calls of a definition, with what an INSTANCE puts in place of constants and variables.
    fn calls_under(&mut self, instance: InstanceId, of: DefId) {
        let span = self.spec.instance(instance).span;
        for call in self.levels.calls.get(&of).cloned().unwrap_or_default() {
            let given = self.under(instance, call.given);
            let by = match call.operator {
                Use::Decl(d) => self.spec.instance(instance).with.get(&d).copied(),
                Use::Local(_) => None,
            };
            match by {
                Some(Arg::Operator(operator)) => self.check_call(operator, call.index, given, span),
                Some(Arg::Expr(_)) => {}
                None => self.note_call(call.operator, call.index, given),
            }
        }
    }

    /// Whether equals in place of an operator's parameters give equals.
    fn is_leibniz(&self, operator: OperatorRef) -> bool {
        match operator {
            OperatorRef::Def(d) => {
                let opaque = self.levels.opaque.get(&d).map_or(&[][..], |o| o);
                !self.spec.def(d).params.iter().any(|p| opaque.contains(&Use::Local(*p)))
            }
            OperatorRef::Builtin(b) => own_level(b) == Level::Constant,
            OperatorRef::Local(_) | OperatorRef::Decl(_) => true,
        }
    }

    /// What is known of an expression of an instantiated module, under the INSTANCE.
    fn under(&mut self, instance: InstanceId, info: Info) -> Info {
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
        let m = self.spec.module(module);
        let no_variable = m.decls.iter().all(|d| self.spec.decl(*d).kind != DeclKind::Variable);
        let mut defs: Vec<DefId> =
            (m.names.values()).filter_map(|e| if let Entity::Def(d) = e { Some(*d) } else { None }).collect();
        defs.sort();
        // A module that primes or speaks of behaviours is none of constants, though it declares no others.
        let constant_module =
            no_variable && defs.iter().all(|d| self.spec.def(*d).level.base == Level::Constant);
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
            if let Arg::Operator(operator) = arg
                && !self.is_leibniz(operator)
            {
                let message = format!("{what} must give the same for equal arguments");
                self.report(
                    Diagnostic::error(code::INSTANCE_LEVEL, message)
                        .at(at, "its parameter stands below a prime, ENABLED or a temporal operator"),
                );
            }
        }
        for d in defs {
            self.calls_under(id, d);
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
                let own = |u: &Use| params.iter().any(|p| *u == Use::Local(*p));
                for mut call in self.levels.calls.get(d).cloned().unwrap_or_default() {
                    if !own(&call.operator) {
                        call.given.uses.retain(|u| !own(u));
                        self.note_call(call.operator, call.index, call.given);
                    }
                }
                for u in self.levels.opaque.get(d).cloned().unwrap_or_default() {
                    if !own(&u) {
                        self.note_opaque(&Info { floor: Level::Constant, uses: vec![u] });
                    }
                }
                info.uses.retain(|u| !params.iter().any(|p| *u == Use::Local(*p)));
                info
            }
            Arg::Operator(OperatorRef::Decl(d)) => Info { floor: Level::Constant, uses: vec![Use::Decl(*d)] },
            Arg::Operator(OperatorRef::Local(l)) => {
                Info { floor: Level::Constant, uses: vec![Use::Local(*l)] }
            }
            Arg::Operator(OperatorRef::Builtin(b)) => Info::at(own_level(*b)),
        }
    }

    fn info(&mut self, id: ExprId) -> Info {
        stacker::maybe_grow(RED_ZONE, STACK_CHUNK, || self.info_inner(id))
    }

    fn info_inner(&mut self, id: ExprId) -> Info {
        match self.spec.expr(id).clone() {
            Expr::Decl(d, args) => {
                let mut info = Info { floor: Level::Constant, uses: vec![Use::Decl(d)] };
                for (i, arg) in args.iter().enumerate() {
                    let a = self.arg_info(arg);
                    info.join(&a);
                    self.note_call(Use::Decl(d), i, a);
                }
                info
            }
            Expr::Local(l, args) => {
                let mut info = Info { floor: Level::Constant, uses: vec![Use::Local(l)] };
                for (i, arg) in args.iter().enumerate() {
                    let a = self.arg_info(arg);
                    info.join(&a);
                    self.note_call(Use::Local(l), i, a);
                }
                info
            }
            Expr::Def(d, args) => self.applied(id, d, &args),
            Expr::Builtin(b, args) => self.builtin_info(id, b, &args),
            Expr::Junction(_, items) => self.combined(&items),
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
                    let at = self.spec.span(b.set);
                    self.require(&set, Level::Action, at, code::TEMPORAL_LEVEL, "what is quantified over");
                    if temporal {
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
                    self.note_opaque(&info);
                    info.floor = Level::Temporal;
                }
                info
            }
            Expr::Subscripted(_, action, sub) => {
                let (a, s) = (self.info(action), self.info(sub));
                self.note_opaque(&a);
                self.note_opaque(&s);
                let (at, sub_at) = (self.spec.span(action), self.spec.span(sub));
                self.require(&a, Level::Action, at, code::TEMPORAL_LEVEL, "what stands between the brackets");
                self.require(&s, Level::State, sub_at, code::PRIME_LEVEL, "the subscript");
                Info::at(Level::Action)
            }
            Expr::Fairness(_, sub, action) => {
                let (a, s) = (self.info(action), self.info(sub));
                self.note_opaque(&a);
                self.note_opaque(&s);
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

    /// A Boolean operator combines actions, or temporal formulas, but not the one with the other.
    fn combined(&mut self, parts: &[ExprId]) -> Info {
        let mut all = Info::default();
        let (mut action, mut temporal) = (None, None);
        for &p in parts {
            let part = self.info(p);
            match self.level(&part) {
                Level::Action => action = action.or(Some(p)),
                Level::Temporal => temporal = temporal.or(Some(p)),
                _ => {}
            }
            all.join(&part);
        }
        if let (Some(action), Some(temporal)) = (action, temporal) {
            let message = "an action and a temporal formula are combined";
            self.report(
                Diagnostic::error(code::MIXED_LEVELS, message)
                    .at(self.spec.span(action), "this is about one step: it has primes")
                    .also(self.spec.span(temporal), "this is about a behaviour")
                    .help("what holds of every step is `[][A]_v`"),
            );
        }
        all
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
        let mut given = Vec::with_capacity(args.len());
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
            given.push(a);
        }
        self.calls_of(id, d, &params, args, &given);
        info
    }

    /// What a definition does with the arguments that it is applied to here: `given` is their levels.
    fn calls_of(&mut self, id: ExprId, d: DefId, params: &[LocalId], args: &[Arg], given: &[Info]) {
        let index = |u: &Use| params.iter().position(|p| *u == Use::Local(*p));
        for u in self.levels.opaque.get(&d).cloned().unwrap_or_default() {
            match index(&u) {
                Some(i) => self.note_opaque(&given[i]),
                None => self.note_opaque(&Info { floor: Level::Constant, uses: vec![u] }),
            }
        }
        for call in self.levels.calls.get(&d).cloned().unwrap_or_default() {
            let mut what = Info::at(call.given.floor);
            for u in &call.given.uses {
                match index(u) {
                    Some(i) => what.join(&given[i]),
                    None => what.join(&Info { floor: Level::Constant, uses: vec![*u] }),
                }
            }
            match index(&call.operator).map(|i| args[i]) {
                Some(Arg::Operator(operator)) => {
                    self.check_call(operator, call.index, what, self.spec.span(id));
                }
                Some(Arg::Expr(_)) => {}
                None => self.note_call(call.operator, call.index, what),
            }
        }
    }

    fn builtin_info(&mut self, id: ExprId, b: Builtin, args: &[ExprId]) -> Info {
        let mut info = match b {
            Builtin::And | Builtin::Or | Builtin::Implies | Builtin::Equivalent => self.combined(args),
            _ => self.all(args),
        };
        let span = self.spec.span(id);
        if own_level(b) > Level::Constant {
            self.note_opaque(&info);
        }
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

/// The level that a built-in operator has of itself.
fn own_level(b: Builtin) -> Level {
    match b {
        Builtin::Prime | Builtin::Unchanged | Builtin::Compose => Level::Action,
        Builtin::Enabled => Level::State,
        Builtin::Always | Builtin::Eventually | Builtin::LeadsTo | Builtin::PlusArrow => Level::Temporal,
        _ => Level::Constant,
    }
}

/// The highest level that an operand of a built-in operator may have.
fn greatest_operand(b: Builtin) -> Level {
    match b {
        Builtin::Prime | Builtin::Unchanged => Level::State,
        Builtin::And | Builtin::Or | Builtin::Not | Builtin::Implies | Builtin::Equivalent => Level::Temporal,
        Builtin::Always | Builtin::Eventually | Builtin::LeadsTo | Builtin::PlusArrow => Level::Temporal,
        _ => Level::Action,
    }
}
