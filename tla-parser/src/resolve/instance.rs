//! INSTANCE in every form, and compound names `A!B(x)!Op`.
//!
//! A definition reached through an INSTANCE becomes a definition of its own whose body says
//! which definition it stands for and under which substitution; it is made when first named.
//! *Specifying Systems*, section 17.5 (and 17.8 for what EXTENDS and INSTANCE hand on).

use super::Resolver;
use super::undefined::closest;
use crate::ast::{self, PathStep, StepKind, Symbol};
use crate::code;
use crate::diagnostic::Diagnostic;
use crate::hir::*;
use crate::source::Span;
use rustc_hash::FxHashMap;

/// What a compound name leads to: a definition of the innermost module, and the INSTANCEs on the
/// way, outermost first.
pub(super) struct Route<'a> {
    pub(super) chain: Vec<InstanceId>,
    pub(super) def: DefId,
    pub(super) args: Vec<&'a ast::Expr>,
    /// The steps that are left: selectors of a subexpression.
    pub(super) rest: &'a [PathStep],
}

impl Resolver<'_> {
    /// `INSTANCE M WITH …`: the names of M come into scope as they are.
    pub(super) fn plain_instance(&mut self, instance: &ast::Instance, local: bool) {
        let Some(id) = self.instance(None, Vec::new(), instance) else { return };
        let module = self.spec.instance(id).module;
        let m = self.spec.module(module);
        let substitutes = !m.decls.is_empty();
        let mut names: Vec<(Symbol, Entity)> =
            m.names.iter().filter(|(n, _)| !m.local.contains(*n)).map(|(n, e)| (n.clone(), *e)).collect();
        names.sort_by(|a, b| a.0.cmp(&b.0));
        for (name, entity) in names {
            let entity = match entity {
                Entity::Decl(_) | Entity::Local(_) => continue,
                // Without constants and variables there is nothing to substitute.
                Entity::Def(_) | Entity::Instance(_) if !substitutes => entity,
                Entity::Def(d) => Entity::Def(self.instantiate(id, d)),
                Entity::Instance(inner) => Entity::Instance(self.compose(id, inner)),
            };
            let known = self.lookup(&name).is_some();
            if self.current().scope.is_empty() && self.current().lets == 0 {
                self.import(module, name.clone(), entity, instance.span);
                if local && !known {
                    self.current().local.insert(name);
                }
            } else {
                self.current().scope.push((name, entity));
            }
        }
    }

    /// `I(x) == INSTANCE M WITH …`
    pub(super) fn named_instance(
        &mut self,
        name: &ast::Ident,
        params: &[ast::Declaration],
        instance: &ast::Instance,
        local: bool,
    ) {
        let fresh = self.check_fresh(name);
        let id = self.scoped(|r| {
            let params = r.params(params);
            r.instance(Some(name.name.clone()), params, instance)
        });
        if let Some(id) = id
            && fresh
        {
            self.define(name, Entity::Instance(id), local);
        }
    }

    fn instance(
        &mut self,
        name: Option<Symbol>,
        params: Vec<LocalId>,
        instance: &ast::Instance,
    ) -> Option<InstanceId> {
        let module = self.module_in_scope(&instance.module)?;
        let decls = self.spec.module(module).decls.clone();
        let mut with: FxHashMap<DeclId, Arg> = FxHashMap::default();
        for (target, value) in &instance.with {
            let Some(&decl) = decls.iter().find(|d| self.spec.decl(**d).name == target.name) else {
                let names: Vec<Symbol> = decls.iter().map(|d| self.spec.decl(*d).name.clone()).collect();
                let module_name = self.spec.module(module).name.clone();
                let mut d = Diagnostic::error(
                    code::NOT_DECLARED_IN_INSTANCE,
                    format!("module `{module_name}` declares no constant or variable `{}`", target.name),
                )
                .at(target.span, "substituted here");
                d.help =
                    closest(&target.name, names.iter().map(|n| &**n)).map(|n| format!("did you mean `{n}`?"));
                self.report(d);
                continue;
            };
            let arity = self.spec.decl(decl).kind.arity();
            if let Some(arg) = self.argument(value, arity)
                && with.insert(decl, arg).is_some()
            {
                let message = format!("`{}` is substituted twice", target.name);
                self.report(Diagnostic::error(code::MULTIPLY_DEFINED, message).at(target.span, "again"));
            }
        }
        let explicit: Vec<&str> = instance.with.iter().map(|(t, _)| &*t.name).collect();
        for &decl in &decls {
            if with.contains_key(&decl) || explicit.contains(&&*self.spec.decl(decl).name) {
                continue;
            }
            // Without WITH a name stands for itself in the instantiating context.
            let d = self.spec.decl(decl).clone();
            let ident = ast::Ident { name: d.name.clone(), span: instance.module.span };
            let arg = if self.lookup(&d.name).is_some() {
                let value = ast::Expr {
                    id: ast::NodeId(u32::MAX),
                    span: instance.module.span,
                    kind: ast::ExprKind::Name(ident, Vec::new()),
                };
                self.argument(&value, d.kind.arity())
            } else {
                let module_name = self.spec.module(module).name.clone();
                self.report(
                    Diagnostic::error(
                        code::NOT_SUBSTITUTED,
                        format!("`{}` of module `{module_name}` is not given a value", d.name),
                    )
                    .at(
                        instance.span,
                        "this INSTANCE substitutes nothing for it, and the name means nothing here",
                    )
                    .also(d.span, "declared here")
                    .help(format!("add `WITH {} <- …`", d.name)),
                );
                None
            };
            if let Some(arg) = arg {
                with.insert(decl, arg);
            }
        }
        let id = InstanceId(self.spec.instances.len() as u32);
        let within = self.current().id;
        self.spec.instances.push(Instance { name, module, params, with, span: instance.span, within });
        self.check_instance_levels(id);
        Some(id)
    }

    /// The definition that `def`, of the instantiated module, becomes under an INSTANCE.
    pub(super) fn instantiate(&mut self, instance: InstanceId, def: DefId) -> DefId {
        if let Some(&id) = self.instantiated.get(&(instance, def)) {
            return id;
        }
        if let Some(&(outer, inner)) = self.composed_of.get(&instance) {
            let inner = self.instantiate(inner, def);
            return self.instantiate(outer, inner);
        }
        let i = self.spec.instance(instance);
        let d = self.spec.def(def);
        let home = self.spec.module(d.module);
        let own = !matches!(d.body, DefBody::Instance(..));
        if own && i.params.is_empty() && home.decls.is_empty() && home.parent.is_none() {
            // Where nothing is declared there is nothing to substitute: it stays what it is. (What
            // another INSTANCE has made belongs to the module that named it, which is not complete.)
            return def;
        }
        let name: Symbol = match &i.name {
            Some(name) => format!("{name}!{}", d.name).into(),
            None => d.name.clone(),
        };
        let params = i.params.iter().chain(&d.params).copied().collect();
        let (span, recursive) = (d.span, d.recursive);
        let kind = d.kind;
        let id = self.add_def(name, kind, span, params, DefBody::Instance(instance, def));
        self.spec.defs[id.index()].recursive = recursive;
        self.instantiated.insert((instance, def), id);
        id
    }

    /// A named INSTANCE of an instantiated module, seen from outside.
    fn compose(&mut self, outer: InstanceId, inner: InstanceId) -> InstanceId {
        if let Some(&id) = self.composed.get(&(outer, inner)) {
            return id;
        }
        let (o, i) = (self.spec.instance(outer), self.spec.instance(inner));
        let composed = Instance {
            name: i.name.clone(),
            module: i.module,
            params: o.params.iter().chain(&i.params).copied().collect(),
            with: FxHashMap::default(),
            span: i.span,
            within: o.within,
        };
        let id = InstanceId(self.spec.instances.len() as u32);
        self.spec.instances.push(composed);
        self.composed.insert((outer, inner), id);
        self.composed_of.insert(id, (outer, inner));
        id
    }

    /// Follows the names of a compound name to a definition; none after an error.
    pub(super) fn route<'a>(&mut self, steps: &'a [PathStep]) -> Option<Route<'a>> {
        let mut chain: Vec<InstanceId> = Vec::new();
        let mut args: Vec<&ast::Expr> = Vec::new();
        for (i, step) in steps.iter().enumerate() {
            let StepKind::Name(name) = &step.kind else {
                self.bad_selector(step.span, "a name is needed here");
                return None;
            };
            let entity = match chain.last() {
                None => self.lookup(name),
                Some(&instance) => {
                    let m = self.spec.module(self.spec.instance(instance).module);
                    m.names.get(name).copied().filter(|_| !m.local.contains(name))
                }
            };
            args.extend(&step.args);
            match entity {
                Some(Entity::Instance(id)) => chain.push(id),
                Some(Entity::Def(def)) => return Some(Route { chain, def, args, rest: &steps[i + 1..] }),
                Some(_) => {
                    self.bad_selector(step.span, &format!("`{name}` is not a module or a definition"));
                    return None;
                }
                None => {
                    self.undefined_in(chain.last().copied(), name, step.span);
                    return None;
                }
            }
        }
        let last = steps.last()?.span;
        self.report(
            Diagnostic::error(code::NOT_A_VALUE, "a module's name stands where a value is needed")
                .at(last, "is an INSTANCE")
                .help("name an operator of it: `I!Op`"),
        );
        None
    }

    fn undefined_in(&mut self, instance: Option<InstanceId>, name: &str, span: Span) {
        let Some(instance) = instance else { return self.undefined(name, span) };
        let m = self.spec.module(self.spec.instance(instance).module);
        let message = format!("module `{}` defines no `{name}`", m.name);
        let mut candidates: Vec<&str> = m.names.keys().map(|n| &**n).collect();
        candidates.sort();
        let help = closest(name, candidates.into_iter()).map(|n| format!("did you mean `{n}`?"));
        let proof = self.stack.last().is_some_and(|c| c.proof);
        let mut d = if proof {
            Diagnostic::warning(code::UNRESOLVED_IN_PROOF, message)
        } else {
            Diagnostic::error(code::UNDEFINED_NAME, message)
        }
        .at(span, "not defined there");
        d.help = help;
        self.report(d);
    }

    /// The definition a route leads to, with selectors followed and substitutions applied.
    fn arrive(&mut self, route: &mut Route<'_>) -> Option<DefId> {
        let mut def = route.def;
        if !route.rest.is_empty() {
            def = self.select(route)?;
        }
        for &instance in route.chain.iter().rev() {
            def = self.instantiate(instance, def);
        }
        Some(def)
    }

    /// A compound name as an expression.
    pub(super) fn path(&mut self, steps: &[PathStep], span: Span) -> ExprId {
        let arrived = self.route(steps).and_then(|mut route| Some((self.arrive(&mut route)?, route.args)));
        let Some((def, args)) = arrived else { return self.add_expr(Expr::Error, span) };
        let name = self.spec.def(def).name.clone();
        let args: Vec<ast::Expr> = args.into_iter().cloned().collect();
        self.apply_entity(Entity::Def(def), &name, &args, span, span)
    }

    /// A compound name as an operator that is not applied.
    pub(super) fn path_entity(&mut self, steps: &[PathStep]) -> Option<Entity> {
        let mut route = self.route(steps)?;
        let def = self.arrive(&mut route)?;
        if route.args.is_empty() {
            return Some(Entity::Def(def));
        }
        self.report(
            Diagnostic::error(code::VALUE_AS_OPERATOR, "an operator is needed here, not a value")
                .at(steps[0].span, "already has arguments"),
        );
        None
    }

    pub(super) fn bad_selector(&mut self, span: Span, why: &str) {
        self.report(Diagnostic::error(code::BAD_SELECTOR, "this name leads nowhere").at(span, why));
    }
}
