//! Units of a module and definitions of a LET.

use super::Resolver;
use super::expr::arguments;
use crate::ast::{self, Symbol, UnitKind};
use crate::code;
use crate::diagnostic::Diagnostic;
use crate::hir::*;
use crate::source::Span;

impl Resolver<'_> {
    pub(super) fn unit(&mut self, unit: &ast::Unit) {
        match &unit.kind {
            UnitKind::Variables(names) => {
                for name in names {
                    self.declare(name, DeclKind::Variable);
                }
            }
            UnitKind::Constants(decls) => {
                for decl in decls {
                    self.declare(&decl.name, DeclKind::Constant(decl.arity));
                }
            }
            UnitKind::Recursive(decls) => {
                for decl in decls {
                    self.declare_recursive(decl);
                }
            }
            UnitKind::Operator(def) => {
                if let Some(id) = self.operator_definition(def) {
                    self.define(&def.name, Entity::Def(id), unit.local);
                }
            }
            UnitKind::Function(def) => {
                if let Some(id) = self.function_definition(def) {
                    self.define(&def.name, Entity::Def(id), unit.local);
                }
            }
            UnitKind::Instance(instance) => self.plain_instance(instance, unit.local),
            UnitKind::NamedInstance { name, params, instance } => {
                self.named_instance(name, params, instance, unit.local);
            }
            UnitKind::Assume { name, body, axiom } => self.assume(name.as_ref(), body, *axiom, unit),
            UnitKind::Theorem { name, body, proof } => {
                self.theorem(name.as_ref(), body, proof.as_ref(), unit)
            }
            UnitKind::Use(facts) => self.in_proof(|r| r.facts(facts)),
            UnitKind::Module(module) => {
                if !self.check_fresh_module(&module.name) {
                    return;
                }
                let current = self.current().id;
                let (file, embedded) = {
                    let m = self.spec.module(current);
                    (m.file, m.embedded)
                };
                let id = self.resolve_module(module, file, embedded, Some(current));
                self.current().modules.insert(module.name.name.clone(), id);
            }
        }
    }

    fn assume(&mut self, name: Option<&ast::Ident>, body: &ast::Expr, axiom: bool, unit: &ast::Unit) {
        let body_id = self.in_definition(|r| r.expr(body));
        let label: Symbol = match name {
            Some(name) => name.name.clone(),
            None => format!("line {}", self.spec.sources.start(unit.span).line).into(),
        };
        let span = name.map_or(body.span, |n| n.span);
        let id = self.add_def(label, DefKind::Assumption(axiom), span, Vec::new(), DefBody::Expr(body_id));
        self.check_constant(body_id);
        self.current().assumptions.push(id);
        if let Some(name) = name
            && !self.is_stated_again(name)
            && self.check_fresh(name)
        {
            self.define(name, Entity::Def(id), unit.local);
        }
    }

    /// Whether definitions go into the module's names, and not into the scope of a LET or a proof.
    fn at_top(&mut self) -> bool {
        let current = self.current();
        current.scope.is_empty() && current.lets == 0 && !current.proof
    }

    /// Puts a definition into the module's names, or into the scope inside a LET.
    pub(super) fn define(&mut self, name: &ast::Ident, entity: Entity, local: bool) {
        let top = self.at_top();
        let current = self.current();
        if top {
            current.names.insert(name.name.clone(), entity);
            if local {
                current.local.insert(name.name.clone());
            }
            if let Entity::Def(id) = entity {
                current.own_defs.push(id);
            }
        } else {
            current.scope.push((name.name.clone(), entity));
        }
    }

    fn declare(&mut self, name: &ast::Ident, kind: DeclKind) {
        if let Some(Entity::Decl(old)) = self.lookup(&name.name)
            && self.spec.decl(old).kind == kind
        {
            return self.warn_repeated(name, self.spec.decl(old).span);
        }
        if !self.check_fresh(name) {
            return;
        }
        let id = self.add_decl(name, kind);
        let current = self.current();
        current.names.insert(name.name.clone(), Entity::Decl(id));
        current.decls.push(id);
    }

    /// Whether a theorem or an assumption has the name of another; then that one keeps it.
    pub(super) fn is_stated_again(&mut self, name: &ast::Ident) -> bool {
        let Some(Entity::Def(old)) = self.lookup(&name.name) else { return false };
        let old = self.spec.def(old);
        let stated = matches!(old.kind, DefKind::Theorem | DefKind::Sequent | DefKind::Assumption(_))
            && matches!(old.body, DefBody::Expr(_));
        if stated {
            self.warn_repeated(name, old.span);
        }
        stated
    }

    /// As in SANY, the same declared again is the same, with a warning.
    fn warn_repeated(&mut self, name: &ast::Ident, first: Span) {
        self.report(
            Diagnostic::warning(
                code::DECLARED_AGAIN,
                format!("`{}` stands here a second time; the first counts", name.name),
            )
            .at(name.span, "again here")
            .also(first, "first here"),
        );
    }

    pub(super) fn add_decl(&mut self, name: &ast::Ident, kind: DeclKind) -> DeclId {
        let id = DeclId(self.spec.decls.len() as u32);
        let module = self.current().id;
        self.spec.decls.push(Decl { name: name.name.clone(), kind, span: name.span, module });
        id
    }

    pub(super) fn add_def(
        &mut self,
        name: Symbol,
        kind: DefKind,
        span: Span,
        params: Vec<LocalId>,
        body: DefBody,
    ) -> DefId {
        let id = DefId(self.spec.defs.len() as u32);
        let module = self.current().id;
        let level = DefLevel::default();
        self.spec.defs.push(Def { name, kind, module, span, params, body, recursive: false, level });
        self.level_of_def(id);
        id
    }

    fn declare_recursive(&mut self, decl: &ast::Declaration) {
        if !self.check_fresh(&decl.name) {
            return;
        }
        let blank = ast::Ident { name: "_".into(), span: decl.name.span };
        let params = (0..decl.arity).map(|_| self.add_local(&blank, 0)).collect();
        let (name, span) = (decl.name.name.clone(), decl.name.span);
        let id = self.add_def(name.clone(), DefKind::Operator, span, params, DefBody::Missing);
        self.spec.defs[id.index()].recursive = true;
        let top = self.at_top();
        let current = self.current();
        current.pending.insert(id);
        if top {
            current.names.insert(name, Entity::Def(id));
        } else {
            current.scope.push((name, Entity::Def(id)));
        }
    }

    /// The pending RECURSIVE declaration that a definition of this name completes.
    fn pending(&mut self, name: &ast::Ident, arity: usize) -> Option<DefId> {
        let Some(Entity::Def(id)) = self.lookup(&name.name) else { return None };
        if !self.current().pending.remove(&id) {
            return None;
        }
        let declared = self.spec.def(id).params.len();
        if declared != arity {
            let span = self.spec.def(id).span;
            let message =
                format!("`{}` is declared with {} and defined with {arity}", name.name, arguments(declared));
            self.report(
                Diagnostic::error(code::RECURSIVE_ARITY, message)
                    .at(name.span, "defined here")
                    .also(span, "declared here"),
            );
        }
        Some(id)
    }

    /// Reports RECURSIVE declarations without a definition.
    pub(super) fn finish_pending(&mut self) {
        let mut pending: Vec<DefId> = self.current().pending.drain().collect();
        pending.sort();
        for id in pending {
            let (name, span) = (self.spec.def(id).name.clone(), self.spec.def(id).span);
            let message = format!("`{name}` is declared RECURSIVE and never defined");
            self.report(Diagnostic::error(code::RECURSIVE_UNDEFINED, message).at(span, "declared here"));
        }
    }

    pub(super) fn add_local(&mut self, name: &ast::Ident, arity: usize) -> LocalId {
        let id = LocalId(self.spec.locals.len() as u32);
        self.spec.locals.push(Local { name: name.name.clone(), span: name.span, arity });
        id
    }

    /// Brings an identifier into scope until the scope is cut back.
    pub(super) fn bind(&mut self, name: &ast::Ident, arity: usize) -> LocalId {
        if !self.is_handed_on(&name.name) {
            self.check_fresh(name);
        }
        let id = self.add_local(name, arity);
        self.current().scope.push((name.name.clone(), Entity::Local(id)));
        id
    }

    /// Runs `f` in a scope of its own.
    pub(super) fn scoped<T>(&mut self, f: impl FnOnce(&mut Self) -> T) -> T {
        let depth = self.current().scope.len();
        let result = f(self);
        self.current().scope.truncate(depth);
        result
    }

    pub(super) fn params(&mut self, params: &[ast::Declaration]) -> Vec<LocalId> {
        params.iter().map(|p| self.bind(&p.name, p.arity)).collect()
    }

    /// Reports a parameter that has the name of what is being defined.
    fn check_own_name<'a>(&mut self, name: &ast::Ident, params: impl Iterator<Item = &'a ast::Ident>) {
        for param in params.filter(|p| p.name == name.name) {
            self.report(
                Diagnostic::error(code::MULTIPLY_DEFINED, format!("`{}` is its own parameter", name.name))
                    .at(param.span, "the same name")
                    .also(name.span, "defined here")
                    .help("choose another name: TLA+ has no shadowing"),
            );
        }
    }

    /// A definition; none when it completes a RECURSIVE declaration, which is in scope already.
    fn operator_definition(&mut self, def: &ast::OperatorDefinition) -> Option<DefId> {
        let pending = self.pending(&def.name, def.params.len());
        let fresh = pending.is_some() || self.check_fresh(&def.name);
        self.check_own_name(&def.name, def.params.iter().map(|p| &p.name));
        let (params, body) = self.scoped(|r| {
            let params = r.params(&def.params);
            if let Some(id) = pending {
                // The declaration has told only how many; the body may pass operators on.
                r.spec.defs[id.index()].params.clone_from(&params);
            }
            (params, r.in_definition(|r| r.expr(&def.body)))
        });
        let (name, span) = (def.name.name.clone(), def.name.span);
        if let Some(id) = pending {
            let d = &mut self.spec.defs[id.index()];
            (d.params, d.body, d.span) = (params, DefBody::Expr(body), span);
            self.level_of_recursive(id);
            if self.at_top() {
                self.current().own_defs.push(id);
            }
            return None;
        }
        let id = self.add_def(name, DefKind::Operator, span, params, DefBody::Expr(body));
        fresh.then_some(id)
    }

    fn function_definition(&mut self, def: &ast::FunctionDefinition) -> Option<DefId> {
        let pending = self.pending(&def.name, 0);
        let fresh = pending.is_some() || self.check_fresh(&def.name);
        let bound = def.bounds.iter().flat_map(|b| match &b.pattern {
            ast::Pattern::Names(names) | ast::Pattern::Tuple(names) => names,
        });
        self.check_own_name(&def.name, bound);
        let (name, span) = (def.name.name.clone(), def.name.span);
        let id = pending.unwrap_or_else(|| {
            self.add_def(name.clone(), DefKind::Function, span, Vec::new(), DefBody::Missing)
        });
        let itself = self.add_local(&def.name, 0);
        let (bounds, body) = self.in_definition(|r| {
            r.scoped(|r| {
                let bounds = r.bounds(&def.bounds);
                // The name stands for the function inside its own body.
                r.current().scope.push((name.clone(), Entity::Local(itself)));
                r.current().itself.push(itself);
                (bounds, r.expr(&def.body))
            })
        });
        let recursive = self.spec.mentions(body, itself);
        let whole = span.to(def.body.span);
        let function = self.add_expr(Expr::Function(bounds, body, recursive.then_some(itself)), whole);
        let d = &mut self.spec.defs[id.index()];
        d.body = DefBody::Expr(function);
        d.kind = DefKind::Function;
        d.recursive |= recursive;
        self.level_of_recursive(id);
        if pending.is_some() {
            if self.at_top() {
                self.current().own_defs.push(id);
            }
            return None;
        }
        fresh.then_some(id)
    }
}
