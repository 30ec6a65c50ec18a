//! Theorems and proofs as an indented tree.
//!
//! Enters: [`Statement`]s and [`Proof`]s. Leaves: lines of the dump.
//! Holds: as in the rest of the dump, a node a line.

use super::{Dump, joined};
use crate::ast::{Assumption, Fact, Proof, ProofStep, Statement, StepBody, Use};

impl Dump {
    pub(super) fn statement(&mut self, statement: &Statement) {
        match statement {
            Statement::Expr(e) => self.expr(e),
            Statement::AssumeProve(claim) => {
                let label = claim.label.as_ref().map_or(String::new(), |l| format!(" {} ::", l.name));
                self.under(format!("assume{label}"), |d| {
                    for assumption in &claim.assumptions {
                        match assumption {
                            Assumption::Statement(s) => d.statement(s),
                            Assumption::New { level, decl, set } => {
                                let level = format!("{level:?}").to_lowercase();
                                let head = format!("new {level} {}/{}", decl.name.name, decl.arity);
                                d.all(head, set.as_ref());
                            }
                        }
                    }
                    d.all("prove", [&claim.goal]);
                });
            }
        }
    }

    pub(super) fn used(&mut self, word: &str, used: &Use) {
        let word = if used.hide { "hide" } else { word };
        let only = if used.only { " only" } else { "" };
        self.under(format!("{word}{only}"), |d| {
            d.facts(&used.facts);
            if !used.definitions.is_empty() {
                d.under("definitions", |d| d.facts(&used.definitions));
            }
        });
    }

    fn facts(&mut self, facts: &[Fact]) {
        for fact in facts {
            match fact {
                Fact::Expr(e) => self.expr(e),
                Fact::Module(m) => self.line(format!("module {}", m.name)),
            }
        }
    }

    pub(super) fn proof(&mut self, proof: &Proof) {
        match proof {
            Proof::Obvious => self.line("obvious"),
            Proof::Omitted => self.line("omitted"),
            Proof::By(used) => self.used("by", used),
            Proof::Steps(steps) => self.under("proof", |d| {
                for step in steps {
                    d.step(step);
                }
            }),
        }
    }

    fn step(&mut self, step: &ProofStep) {
        let name = step.name.as_ref().map_or(format!("<{}>", step.level), |n| n.name.to_string());
        self.under(format!("step {name}"), |d| {
            match &step.kind {
                StepBody::Qed => d.line("qed"),
                StepBody::Assert(statement, suffices) => {
                    d.under(if *suffices { "suffices" } else { "assert" }, |d| d.statement(statement));
                }
                StepBody::Have(e) => d.all("have", [e]),
                StepBody::Case(e) => d.all("case", [e]),
                StepBody::Witness(es) => d.all("witness", es),
                StepBody::Take(bounds, names) => {
                    d.under(format!("take {}", joined(names)), |d| d.bounds(bounds));
                }
                StepBody::Pick(bounds, names, condition) => {
                    d.under(format!("pick {}", joined(names)), |d| {
                        d.bounds(bounds);
                        d.expr(condition);
                    });
                }
                StepBody::Define(units) => d.under("define", |d| {
                    for unit in units {
                        d.unit(unit);
                    }
                }),
                StepBody::Use(used) => d.used("use", used),
                StepBody::Instance(instance) => d.instance("instance", instance),
            }
            if let Some(proof) = &step.proof {
                d.proof(proof);
            }
        });
    }
}
