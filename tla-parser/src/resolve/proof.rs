//! Theorems and proofs: kept for their names, never checked.
//!
//! Holds: inside a proof nothing is an error; a name that means nothing there is a warning.

use super::Resolver;
use crate::ast::{self, Assumption, Fact, NewLevel, Proof, Statement, StepBody};
use crate::hir::*;

impl Resolver<'_> {
    /// Runs `f` in a scope in which faults are not errors.
    pub(super) fn in_proof(&mut self, f: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.current().proof, true);
        self.scoped(f);
        self.current().proof = before;
    }

    pub(super) fn theorem(
        &mut self,
        name: Option<&ast::Ident>,
        body: &Statement,
        proof: Option<&Proof>,
        unit: &ast::Unit,
    ) {
        let depth = self.current().scope.len();
        let mut parts = Vec::new();
        let goal = self.statement(body, &mut parts);
        // What the statement declares is in scope in its proof, but not its own name's definition.
        let declared = self.current().scope.split_off(depth);
        let span = name.map_or(unit.span, |n| n.span);
        let label: ast::Symbol = name.map_or("THEOREM".into(), |n| n.name.clone());
        let kind = if parts.is_empty() { DefKind::Theorem } else { DefKind::Sequent };
        let id = self.add_def(label, kind, span, Vec::new(), DefBody::Expr(goal));
        if !parts.is_empty() {
            self.sequents.insert(id, parts);
        }
        if let Some(name) = name
            && !self.is_stated_again(name)
            && self.check_fresh(name)
        {
            self.define(name, Entity::Def(id), unit.local);
        }
        let Some(proof) = proof else { return };
        self.in_proof(|r| {
            r.current().scope.extend(declared);
            r.proof(proof);
        });
    }

    /// A statement, or the goal of one that is ASSUME/PROVE, whose parts are added to `parts`; what it
    /// declares stays in scope.
    fn statement(&mut self, statement: &Statement, parts: &mut Vec<Option<ExprId>>) -> ExprId {
        let ap = match statement {
            Statement::Expr(e) => return self.in_definition(|r| r.expr(e)),
            Statement::AssumeProve(ap) => ap,
        };
        for assumption in &ap.assumptions {
            match assumption {
                Assumption::Statement(inner) => {
                    let depth = self.current().scope.len();
                    let mut inner_parts = Vec::new();
                    let e = self.statement(inner, &mut inner_parts);
                    parts.push(inner_parts.is_empty().then_some(e));
                    self.current().scope.truncate(depth);
                }
                Assumption::New { level, decl, set } => {
                    if let Some(set) = set {
                        self.expr(set);
                    }
                    let level = match level {
                        NewLevel::Constant => Level::Constant,
                        NewLevel::Variable | NewLevel::State => Level::State,
                        NewLevel::Action => Level::Action,
                        NewLevel::Temporal => Level::Temporal,
                    };
                    self.check_fresh(&decl.name);
                    let id = self.add_decl(&decl.name, DeclKind::New(level, decl.arity));
                    self.current().scope.push((decl.name.name.clone(), Entity::Decl(id)));
                    parts.push(None);
                }
            }
        }
        let goal = self.expr(&ap.goal);
        parts.push(Some(goal));
        goal
    }

    fn proof(&mut self, proof: &Proof) {
        match proof {
            Proof::Obvious | Proof::Omitted => {}
            Proof::By(facts) => self.facts(facts),
            Proof::Steps(steps) => self.scoped(|r| steps.iter().for_each(|s| r.step(s))),
        }
    }

    fn step(&mut self, step: &ast::ProofStep) {
        // What a step introduces is in scope after it (for SUFFICES, TAKE, PICK, DEFINE) and in
        // its own proof; keeping all of it in scope to the end only makes fewer names unresolved.
        match &step.kind {
            StepBody::Qed => {}
            StepBody::Assert(statement, _) => {
                self.statement(statement, &mut Vec::new());
            }
            StepBody::Have(e) | StepBody::Case(e) => {
                self.expr(e);
            }
            StepBody::Witness(items) => items.iter().for_each(|e| {
                self.expr(e);
            }),
            StepBody::Take(bounds, names) => self.introduce(bounds, names),
            StepBody::Pick(bounds, names, e) => {
                self.introduce(bounds, names);
                self.expr(e);
            }
            StepBody::Define(units) => units.iter().for_each(|u| self.unit(u)),
            StepBody::Use(facts) => self.facts(facts),
            StepBody::Instance(instance) => self.plain_instance(instance, false),
        }
        // In its own proof a step's name stands for what the step assumes.
        if let Some(name) = &step.name {
            let truth = self.add_expr(Expr::Builtin(Builtin::True, Vec::new()), name.span);
            let id = self.add_def(
                name.name.clone(),
                DefKind::Theorem,
                name.span,
                Vec::new(),
                DefBody::Expr(truth),
            );
            self.current().scope.push((name.name.clone(), Entity::Def(id)));
        }
        if let Some(proof) = &step.proof {
            self.proof(proof);
        }
    }

    fn introduce(&mut self, bounds: &[ast::Bound], names: &[ast::Ident]) {
        self.bounds(bounds);
        for name in names {
            self.bind(name, 0);
        }
    }

    pub(super) fn facts(&mut self, facts: &ast::Use) {
        for fact in &facts.facts {
            if let Fact::Expr(e) = fact {
                self.expr(e);
            }
        }
        for fact in &facts.definitions {
            let Fact::Expr(e) = fact else { continue };
            match &e.kind {
                ast::ExprKind::Name(name, _)
                    if self.lookup(&name.name).is_none() && Builtin::from_text(&name.name).is_none() =>
                {
                    self.undefined(&name.name, name.span);
                }
                ast::ExprKind::Path(steps) => {
                    self.path_entity(steps);
                }
                _ => {}
            }
        }
    }
}
