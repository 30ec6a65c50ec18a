//! Expressions.

use super::Resolver;
use crate::ast::{self, ExprKind, Pattern};
use crate::code;
use crate::diagnostic::Diagnostic;
use crate::hir::*;
use crate::source::Span;

/// Stack that must be left before an expression is entered, and how much is added when it is not.
const RED_ZONE: usize = 64 * 1024;
const STACK_CHUNK: usize = 2 * 1024 * 1024;

impl Resolver<'_> {
    pub(super) fn expr(&mut self, e: &ast::Expr) -> ExprId {
        stacker::maybe_grow(RED_ZONE, STACK_CHUNK, || self.expr_inner(e))
    }

    fn exprs(&mut self, items: &[ast::Expr]) -> Vec<ExprId> {
        items.iter().map(|e| self.expr(e)).collect()
    }

    fn expr_inner(&mut self, e: &ast::Expr) -> ExprId {
        let expr = match &e.kind {
            ExprKind::Number(digits, radix) => Expr::Number(digits.clone(), *radix),
            ExprKind::Decimal(text) => Expr::Decimal(text.clone()),
            ExprKind::String(text) => Expr::String(text.clone()),
            ExprKind::Name(name, args) => return self.name(name, args, e.span),
            ExprKind::Path(steps) => return self.path(steps, e.span),
            ExprKind::Operator(op, _, args) => return self.name(op, args, e.span),
            ExprKind::Junction(conjunction, items) => Expr::Junction(*conjunction, self.exprs(items)),
            ExprKind::Product(items) => Expr::Product(self.exprs(items)),
            ExprKind::Tuple(items) => Expr::Tuple(self.exprs(items)),
            ExprKind::SetEnum(items) => Expr::SetEnum(self.exprs(items)),
            ExprKind::SetFilter(bound, predicate) => {
                let (mut bounds, predicate) = self.binding(std::slice::from_ref(&**bound), predicate);
                Expr::SetFilter(bounds.remove(0), predicate)
            }
            ExprKind::SetMap(body, bounds) => {
                let (bounds, body) = self.binding(bounds, body);
                Expr::SetMap(body, bounds)
            }
            ExprKind::Quantifier(forall, bounds, body) => {
                let (bounds, body) = self.binding(bounds, body);
                Expr::Quantifier(*forall, bounds, body)
            }
            ExprKind::UnboundedQuantifier(kind, names, body) => self.scoped(|r| {
                let locals = names.iter().map(|n| r.bind(n, 0)).collect();
                Expr::UnboundedQuantifier(*kind, locals, r.expr(body))
            }),
            ExprKind::Choose(pattern, set, body) => {
                let set = set.as_ref().map(|s| self.expr(s));
                self.scoped(|r| {
                    let (tuple, names) = match pattern {
                        Pattern::Names(names) => (false, names),
                        Pattern::Tuple(names) => (true, names),
                    };
                    let locals = names.iter().map(|n| r.bind(n, 0)).collect();
                    Expr::Choose { locals, tuple, set, body: r.expr(body) }
                })
            }
            ExprKind::Function(bounds, body) => {
                let (bounds, body) = self.binding(bounds, body);
                Expr::Function(bounds, body, None)
            }
            ExprKind::FunctionSet(domain, range) => Expr::FunctionSet(self.expr(domain), self.expr(range)),
            ExprKind::Record(fields) => Expr::Record(self.fields(fields)),
            ExprKind::RecordSet(fields) => Expr::RecordSet(self.fields(fields)),
            ExprKind::Except(base, updates) => {
                let base = self.expr(base);
                let updates = updates.iter().map(|u| self.update(u)).collect();
                Expr::Except(base, updates)
            }
            ExprKind::At => {
                if let Some(Entity::Local(old)) = self.lookup("@") {
                    Expr::Local(old, Vec::new())
                } else {
                    self.report(
                        Diagnostic::error(code::STRAY_AT, "`@` stands outside an EXCEPT")
                            .at(e.span, "means nothing here")
                            .help("`@` is the old value in `[f EXCEPT ![i] = … @ …]`"),
                    );
                    Expr::Error
                }
            }
            ExprKind::Apply(function, indices) => {
                let function = self.expr(function);
                Expr::Apply(function, self.exprs(indices))
            }
            ExprKind::Field(record, field) => Expr::Field(self.expr(record), field.name.clone()),
            ExprKind::If(c, a, b) => Expr::If(self.expr(c), self.expr(a), self.expr(b)),
            ExprKind::Case(arms, other) => {
                let arms = arms.iter().map(|(c, v)| (self.expr(c), self.expr(v))).collect();
                Expr::Case(arms, other.as_ref().map(|o| self.expr(o)))
            }
            ExprKind::Let(units, body) => return self.let_in(units, body, e.span),
            ExprKind::Lambda(..) => {
                self.report(
                    Diagnostic::error(code::OPERATOR_AS_VALUE, "a LAMBDA stands where a value is needed")
                        .at(e.span, "an operator, not a value")
                        .help(
                            "a LAMBDA can only be an argument for an operator parameter, or stand after `<-`",
                        ),
                );
                Expr::Error
            }
            ExprKind::BoxAction(action, sub) => Expr::Subscripted(true, self.expr(action), self.expr(sub)),
            ExprKind::AngleAction(action, sub) => Expr::Subscripted(false, self.expr(action), self.expr(sub)),
            ExprKind::Fairness(strong, sub, action) => {
                Expr::Fairness(*strong, self.expr(sub), self.expr(action))
            }
            ExprKind::Label(name, params, body) => self.label(name, params, body),
            ExprKind::Error => Expr::Error,
        };
        self.add_expr(expr, e.span)
    }

    /// `name(x, y) :: e`: the parameters are the identifiers bound since the enclosing definition or
    /// label, and of two labels side by side each has a name of its own.
    fn label(&mut self, name: &ast::Ident, params: &[ast::Ident], body: &ast::Expr) -> Expr {
        let (base, met) = &self.current().labels;
        let (base, twice) = (*base, met.iter().find(|l| l.name == name.name).map(|l| l.span));
        if let Some(first) = twice {
            self.report(
                Diagnostic::error(code::LABEL, format!("the label `{}` appears twice", name.name))
                    .at(name.span, "again here")
                    .also(first, "first here"),
            );
        }
        self.current().labels.1.push(name.clone());
        let itself = self.current().itself.clone();
        let bound: Vec<ast::Symbol> = (self.current().scope.iter())
            .skip(base)
            .filter(|(n, e)| matches!(e, Entity::Local(l) if !itself.contains(l)) && &***n != "@")
            .map(|(n, _)| n.clone())
            .collect();
        let same = params.len() == bound.len() && params.iter().all(|p| bound.contains(&p.name));
        if !same {
            let list = bound.join(", ");
            let written =
                if bound.is_empty() { name.name.to_string() } else { format!("{}({list})", name.name) };
            self.report(
                Diagnostic::error(code::LABEL, format!("the label `{}` has the wrong parameters", name.name))
                    .at(name.span, "must name what is bound between the definition and the label")
                    .help(format!("write `{written} ::`")),
            );
        }
        let locals = params
            .iter()
            .filter_map(|p| match self.lookup(&p.name) {
                Some(Entity::Local(l)) => Some(l),
                _ => None,
            })
            .collect();
        let inner = self.in_definition(|r| r.expr(body));
        Expr::Label(name.name.clone(), locals, inner)
    }

    /// Runs `f` where labels are counted anew: in the body of a definition or of a label.
    pub(super) fn in_definition<T>(&mut self, f: impl FnOnce(&mut Self) -> T) -> T {
        let base = self.current().scope.len();
        let before = std::mem::replace(&mut self.current().labels, (base, Vec::new()));
        let result = f(self);
        self.current().labels = before;
        result
    }

    fn fields(&mut self, fields: &[(ast::Ident, ast::Expr)]) -> Vec<(ast::Symbol, ExprId)> {
        let mut known: rustc_hash::FxHashMap<&str, Span> = rustc_hash::FxHashMap::default();
        for (name, _) in fields {
            if let Some(first) = known.get(&*name.name) {
                self.report(
                    Diagnostic::error(
                        code::DUPLICATE_FIELD,
                        format!("the field `{}` is given twice", name.name),
                    )
                    .at(name.span, "given again")
                    .also(*first, "first given here"),
                );
            } else {
                known.insert(&name.name, name.span);
            }
        }
        fields.iter().map(|(n, e)| (n.name.clone(), self.expr(e))).collect()
    }

    fn update(&mut self, update: &ast::Update) -> Update {
        let path = update
            .path
            .iter()
            .map(|step| match step {
                ast::UpdateStep::Field(name) => UpdateStep::Field(name.name.clone()),
                ast::UpdateStep::Index(indices) => UpdateStep::Index(self.exprs(indices)),
            })
            .collect();
        let at = self.add_local(&ast::Ident { name: "@".into(), span: update.span }, 0);
        let value = self.scoped(|r| {
            r.current().scope.push(("@".into(), Entity::Local(at)));
            r.expr(&update.value)
        });
        Update { path, value, at: self.spec.mentions(value, at).then_some(at) }
    }

    /// Bounds, whose sets do not see the identifiers they bind.
    pub(super) fn bounds(&mut self, bounds: &[ast::Bound]) -> Vec<Bound> {
        let sets: Vec<ExprId> = bounds.iter().map(|b| self.expr(&b.set)).collect();
        bounds
            .iter()
            .zip(sets)
            .map(|(b, set)| {
                let (tuple, names) = match &b.pattern {
                    Pattern::Names(names) => (false, names),
                    Pattern::Tuple(names) => (true, names),
                };
                Bound { locals: names.iter().map(|n| self.bind(n, 0)).collect(), tuple, set }
            })
            .collect()
    }

    fn binding(&mut self, bounds: &[ast::Bound], body: &ast::Expr) -> (Vec<Bound>, ExprId) {
        self.scoped(|r| {
            let bounds = r.bounds(bounds);
            (bounds, r.expr(body))
        })
    }

    fn let_in(&mut self, units: &[ast::Unit], body: &ast::Expr, span: Span) -> ExprId {
        self.scoped(|r| {
            r.current().lets += 1;
            let first = r.spec.defs.len();
            let outer: rustc_hash::FxHashSet<DefId> = std::mem::take(&mut r.current().pending);
            for unit in units {
                r.unit(unit);
            }
            r.finish_pending();
            r.current().pending = outer;
            r.current().lets -= 1;
            let body = r.expr(body);
            let mut defs: Vec<DefId> = (r.current().scope.iter())
                .filter_map(|(_, e)| match e {
                    Entity::Def(d) if d.index() >= first => Some(d),
                    _ => None,
                })
                .collect();
            defs.dedup();
            r.add_expr(Expr::Let(defs, body), span)
        })
    }

    /// A name, or a built-in or user-defined operator symbol, with its arguments.
    fn name(&mut self, name: &ast::Ident, args: &[ast::Expr], span: Span) -> ExprId {
        if let Some(builtin) = Builtin::from_text(&name.name) {
            if args.len() != builtin.arity() {
                self.wrong_arity(&name.name, builtin.arity(), args.len(), span, None);
                return self.add_expr(Expr::Error, span);
            }
            let args = self.exprs(args);
            return self.add_expr(Expr::Builtin(builtin, args), span);
        }
        match self.lookup(&name.name) {
            Some(entity) => self.apply_entity(entity, &name.name, args, name.span, span),
            None => {
                self.undefined(&name.name, name.span);
                for arg in args {
                    if !matches!(arg.kind, ExprKind::Lambda(..)) {
                        self.expr(arg);
                    }
                }
                self.add_expr(Expr::Error, span)
            }
        }
    }

    /// An entity applied to arguments.
    pub(super) fn apply_entity(
        &mut self,
        entity: Entity,
        name: &str,
        args: &[ast::Expr],
        name_span: Span,
        span: Span,
    ) -> ExprId {
        let arities = match entity {
            Entity::Decl(d) => vec![0; self.spec.decl(d).kind.arity()],
            Entity::Local(l) => vec![0; self.spec.locals[l.index()].arity],
            Entity::Def(d) => self.param_arities(d),
            Entity::Instance(_) => {
                self.report(
                    Diagnostic::error(code::NOT_A_VALUE, format!("`{name}` is a module, not an operator"))
                        .at(name_span, "stands where a value is needed")
                        .help(format!("write `{name}!Op` for an operator of the module")),
                );
                return self.add_expr(Expr::Error, span);
            }
        };
        if arities.len() != args.len() {
            self.wrong_arity(name, arities.len(), args.len(), span, self.entity_span(entity));
            return self.add_expr(Expr::Error, span);
        }
        if let Entity::Def(d) = entity
            && self.spec.def(d).kind == DefKind::Sequent
        {
            self.report(
                Diagnostic::error(code::NOT_A_VALUE, format!("`{name}` is ASSUME/PROVE, not an expression"))
                    .at(name_span, "stands where an expression is needed")
                    .also(self.spec.def(d).span, "stated here")
                    .help("name one of its parts, `T!1`, or state the theorem with `=>`"),
            );
            return self.add_expr(Expr::Error, span);
        }
        let args: Vec<Arg> =
            args.iter().zip(&arities).filter_map(|(a, &arity)| self.argument(a, arity)).collect();
        if args.len() != arities.len() {
            return self.add_expr(Expr::Error, span);
        }
        let expr = match entity {
            Entity::Decl(d) => Expr::Decl(d, args),
            Entity::Local(l) => Expr::Local(l, args),
            Entity::Def(d) => Expr::Def(d, args),
            Entity::Instance(_) => Expr::Error,
        };
        self.add_expr(expr, span)
    }

    pub(super) fn param_arities(&self, def: DefId) -> Vec<usize> {
        self.spec.def(def).params.iter().map(|p| self.spec.locals[p.index()].arity).collect()
    }

    pub(super) fn wrong_arity(
        &mut self,
        name: &str,
        wanted: usize,
        given: usize,
        span: Span,
        definition: Option<Span>,
    ) {
        let message = format!("`{name}` takes {}, {given} given", arguments(wanted));
        let mut d = Diagnostic::error(code::WRONG_ARITY, message).at(span, "applied here");
        if let Some(at) = definition {
            d = d.also(at, "defined here");
        }
        if wanted == 0 && given > 0 {
            d = d.help(format!("if `{name}` is a function, apply it with brackets: `{name}[…]`"));
        }
        if given == 0 && wanted > 0 && name.starts_with(|c: char| c.is_alphabetic()) {
            d = d.help(format!("`{name}` is an operator: apply it with parentheses, `{name}(…)`"));
        }
        self.report(d);
    }

    /// An argument for a parameter of this arity; none after an error.
    pub(super) fn argument(&mut self, arg: &ast::Expr, arity: usize) -> Option<Arg> {
        if arity == 0 {
            return Some(Arg::Expr(self.expr(arg)));
        }
        let operator = match &arg.kind {
            ExprKind::Lambda(params, body) => {
                let (params, body) = self.scoped(|r| {
                    let params = r.params(params);
                    (params, r.in_definition(|r| r.expr(body)))
                });
                let def =
                    self.add_def("LAMBDA".into(), DefKind::Lambda, arg.span, params, DefBody::Expr(body));
                OperatorRef::Def(def)
            }
            ExprKind::Name(name, args) if args.is_empty() => match Builtin::from_text(&name.name) {
                Some(builtin) => OperatorRef::Builtin(builtin),
                None => match self.lookup(&name.name) {
                    Some(entity) => self.operator(entity, &name.name, arg.span)?,
                    None => {
                        self.undefined(&name.name, name.span);
                        return None;
                    }
                },
            },
            ExprKind::Path(steps) => {
                let entity = self.path_entity(steps)?;
                self.operator(entity, "operator", arg.span)?
            }
            _ => {
                self.report(
                    Diagnostic::error(code::VALUE_AS_OPERATOR, "an operator is needed here, not a value")
                        .at(arg.span, format!("must be an operator of {}", arguments(arity)))
                        .help("name an operator, or write a LAMBDA"),
                );
                return None;
            }
        };
        let given = match operator {
            OperatorRef::Def(d) => {
                let arities = self.param_arities(d);
                if arities.iter().any(|&a| a > 0) {
                    self.report(
                        Diagnostic::error(
                            code::WRONG_ARITY,
                            "an operator that takes operators cannot be an argument",
                        )
                        .at(arg.span, "takes an operator itself"),
                    );
                    return None;
                }
                arities.len()
            }
            OperatorRef::Decl(d) => self.spec.decl(d).kind.arity(),
            OperatorRef::Local(l) => self.spec.locals[l.index()].arity,
            OperatorRef::Builtin(b) => b.arity(),
        };
        if given != arity {
            self.report(
                Diagnostic::error(
                    code::WRONG_ARITY,
                    format!("an operator of {} is needed, this one takes {given}", arguments(arity)),
                )
                .at(arg.span, "wrong number of arguments"),
            );
            return None;
        }
        Some(Arg::Operator(operator))
    }

    fn operator(&mut self, entity: Entity, name: &str, span: Span) -> Option<OperatorRef> {
        match entity {
            Entity::Def(d) => Some(OperatorRef::Def(d)),
            Entity::Decl(d) => Some(OperatorRef::Decl(d)),
            Entity::Local(l) => Some(OperatorRef::Local(l)),
            Entity::Instance(_) => {
                self.report(
                    Diagnostic::error(code::NOT_A_VALUE, format!("`{name}` is a module, not an operator"))
                        .at(span, "stands where an operator is needed"),
                );
                None
            }
        }
    }
}

/// `1 argument`, `2 arguments`.
pub(super) fn arguments(count: usize) -> String {
    format!("{count} argument{}", if count == 1 { "" } else { "s" })
}
