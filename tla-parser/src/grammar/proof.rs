//! Theorems and proofs: parsed in full, kept, never checked.
//!
//! Enters: the parser at THEOREM, USE, HIDE or a proof. Leaves: [`Statement`]s and [`Proof`]s.
//! Holds: the steps of one proof have one level number, higher than that of the proof around it;
//! a proof of steps ends with QED. `<*>` and `<+>` in names are replaced by the number.
//! TLA+2 language guide, sections 4 and 7.

use super::{Parse, Parser};
use crate::ast::{
    AssumeProve, Assumption, Declaration, Fact, Ident, NewLevel, Proof, ProofStep, Statement, StepBody,
    Symbol, Unit, UnitKind, Use,
};
use crate::code;
use crate::diagnostic::Diagnostic;
use crate::precedence::IN;
use crate::token::{Kind, Token};

/// What a step's level is written as.
enum Level {
    Number(u32),
    /// `<*>`: this proof's, or one deeper where a proof starts
    Star,
    /// `<+>`: one deeper
    Plus,
}

impl<'t> Parser<'t> {
    /// `THEOREM [name ==] statement [proof]`
    pub(super) fn theorem(&mut self) -> Parse<UnitKind> {
        self.bump();
        let name = self.unit_name()?;
        let body = self.statement()?;
        let proof = if self.proof_ahead() { Some(self.proof()?) } else { None };
        Ok(UnitKind::Theorem { name, body, proof })
    }

    /// A formula or ASSUME/PROVE.
    fn statement(&mut self) -> Parse<Statement> {
        if self.at(Kind::Assume) {
            return Ok(Statement::AssumeProve(Box::new(self.deeper(Self::assume_prove)?)));
        }
        Ok(Statement::Expr(self.expression()?))
    }

    fn assume_prove(&mut self) -> Parse<AssumeProve> {
        let mut label = None;
        if self.at(Kind::Name) {
            label = Some(self.name("a label")?);
            self.bump();
        }
        let assume = self.expect(Kind::Assume, "ASSUME")?;
        let mut assumptions = vec![self.assumption()?];
        while self.eat(Kind::Comma) {
            assumptions.push(self.assumption()?);
        }
        if !self.at(Kind::Prove) {
            let start = self.span_of(assume);
            return Err(self.expected_as(code::EXPECTED, "`,` or PROVE", |d| d.also(start, "this ASSUME")));
        }
        let prove = self.token();
        if self.text_of(assume).starts_with("[]") != self.text_of(prove).starts_with("[]") {
            let (first, word) = (self.span_of(assume), self.text_of(assume).replace("ASSUME", "PROVE"));
            let what = format!("`{word}`");
            return Err(self.expected_as(code::EXPECTED, &what, |d| d.also(first, "this ASSUME")));
        }
        self.bump();
        let goal = self.expression()?;
        Ok(AssumeProve { label, assumptions, goal })
    }

    fn assumption(&mut self) -> Parse<Assumption> {
        let new = matches!(
            self.peek(),
            Kind::New | Kind::Constant | Kind::Variable | Kind::State | Kind::Action | Kind::Temporal
        );
        if !new {
            // Only here may ASSUME/PROVE have a label.
            let labelled =
                self.at(Kind::Name) && self.peek_at(1) == Kind::ColonColon && self.peek_at(2) == Kind::Assume;
            if labelled {
                let inner = self.deeper(Self::assume_prove)?;
                return Ok(Assumption::Statement(Statement::AssumeProve(Box::new(inner))));
            }
            return Ok(Assumption::Statement(self.statement()?));
        }
        self.eat(Kind::New);
        let level = match self.peek() {
            Kind::Variable => NewLevel::Variable,
            Kind::State => NewLevel::State,
            Kind::Action => NewLevel::Action,
            Kind::Temporal => NewLevel::Temporal,
            _ => NewLevel::Constant,
        };
        if matches!(
            self.peek(),
            Kind::Constant | Kind::Variable | Kind::State | Kind::Action | Kind::Temporal
        ) {
            self.bump();
        }
        let decl: Declaration = self.declaration("the new name")?;
        let mut set = None;
        if decl.arity == 0 && level == NewLevel::Constant && self.at_operator(IN) {
            self.bump();
            set = Some(self.expression()?);
        }
        Ok(Assumption::New { level, decl, set })
    }

    /// `USE …`, `HIDE …` or, after a goal, `BY …`
    pub(super) fn use_or_hide(&mut self) -> Parse<Use> {
        let hide = self.bump().kind == Kind::Hide;
        let only = self.eat(Kind::Only);
        let facts = self.facts()?;
        let definitions = if self.eat(Kind::Def) { self.facts()? } else { Vec::new() };
        Ok(Use { hide, only, facts, definitions })
    }

    fn facts(&mut self) -> Parse<Vec<Fact>> {
        let mut facts = Vec::new();
        let first = self.peek();
        let starts = first.starts_operand() || matches!(first, Kind::Module | Kind::Operator(_));
        if !starts || self.definition_ahead() {
            return Ok(facts);
        }
        loop {
            facts.push(if self.eat(Kind::Module) {
                Fact::Module(self.module_name("the name of a module")?)
            } else {
                match self.bare_operator() {
                    Some(operator) => Fact::Expr(operator),
                    None => Fact::Expr(self.expression()?),
                }
            });
            if !self.eat(Kind::Comma) {
                return Ok(facts);
            }
        }
    }

    // ---------------------------------------------------------------- proofs

    fn level_of(&self, token: Token) -> Level {
        let text = self.text_of(token);
        match text[1..].split('>').next() {
            Some("*") => Level::Star,
            Some("+") => Level::Plus,
            // A number past 32 bits is as good as the largest.
            digits => Level::Number(digits.and_then(|d| d.parse().ok()).unwrap_or(u32::MAX)),
        }
    }

    /// Whether a proof starts here.
    fn proof_ahead(&self) -> bool {
        let token = self.token();
        match token.kind {
            Kind::By | Kind::Proof | Kind::Obvious | Kind::Omitted => true,
            kind if kind.starts_step() => match (self.level_of(token), self.proof_levels.last()) {
                (Level::Star, current) => current.is_none(),
                (Level::Plus, _) | (Level::Number(_), None) => true,
                (Level::Number(level), Some(Some(current))) => level > *current,
                (Level::Number(_), Some(None)) => false,
            },
            _ => false,
        }
    }

    fn proof(&mut self) -> Parse<Proof> {
        self.proof_levels.push(None);
        let proof = self.deeper(Self::proof_inside);
        self.proof_levels.pop();
        proof
    }

    fn proof_inside(&mut self) -> Parse<Proof> {
        self.eat(Kind::Proof);
        match self.token().kind {
            Kind::By => Ok(Proof::By(self.use_or_hide()?)),
            Kind::Obvious => {
                self.bump();
                Ok(Proof::Obvious)
            }
            Kind::Omitted => {
                self.bump();
                Ok(Proof::Omitted)
            }
            _ => {
                let mut steps = Vec::new();
                loop {
                    let step = self.step()?;
                    let last = matches!(step.kind, StepBody::Qed);
                    steps.push(step);
                    if last {
                        return Ok(Proof::Steps(steps));
                    }
                }
            }
        }
    }

    /// Checks a step's level against its proof's and returns the number.
    fn step_level(&mut self, token: Token) -> Parse<u32> {
        let depth = self.proof_levels.len();
        let around = match depth {
            0 | 1 => None,
            _ => self.proof_levels[depth - 2],
        };
        let deeper = around.map_or(0, |l| l.saturating_add(1));
        let current = self.proof_levels.last().copied().flatten();
        let level = match (self.level_of(token), current) {
            (Level::Star, current) => Some(current.unwrap_or(deeper)),
            (Level::Plus, None) => Some(deeper),
            (Level::Plus, Some(_)) => None,
            (Level::Number(n), None) => (around.is_none_or(|a| n > a)).then_some(n),
            (Level::Number(n), Some(current)) => (n == current).then_some(n),
        };
        match level {
            Some(level) => {
                if let Some(last) = self.proof_levels.last_mut() {
                    *last = Some(level);
                }
                Ok(level)
            }
            None => {
                let span = self.span_of(token);
                let wanted = current.map_or(deeper, |c| c);
                Err(self.report(
                    Diagnostic::error(code::BAD_STEP, "this step's level does not fit the proof around it")
                        .at(span, format!("level {wanted} is expected here"))
                        .help("end the inner proof with a QED step before going back to the outer one"),
                ))
            }
        }
    }

    /// The canonical form of a step's name: `<2>a`.
    fn canonical_step(&self, token: Token, level: u32) -> Symbol {
        let name = self.text_of(token).split_once('>').map_or("", |(_, name)| name.trim_end_matches('.'));
        format!("<{level}>{name}").into()
    }

    /// A step's name used in an expression.
    pub(super) fn step_name_used(&mut self, token: Token) -> Parse<Symbol> {
        let level = match self.level_of(token) {
            Level::Number(n) => Some(n),
            Level::Plus => None,
            Level::Star => self.proof_levels.iter().rev().find_map(|l| *l),
        };
        match level {
            Some(level) if !self.proof_levels.is_empty() => Ok(self.canonical_step(token, level)),
            _ => {
                let span = self.span_of(token);
                Err(self.report(
                    Diagnostic::error(code::BAD_STEP, "the name of a proof step outside of its proof")
                        .at(span, ""),
                ))
            }
        }
    }

    fn step(&mut self) -> Parse<ProofStep> {
        let token = self.token();
        let start = self.here();
        if !token.kind.starts_step() {
            return Err(self.expected_as(code::BAD_STEP, "a proof step", |d| {
                d.help("a proof of steps ends with a QED step, such as `<1> QED`")
            }));
        }
        self.bump();
        let level = self.step_level(token)?;
        let name = (token.kind != Kind::StepBare)
            .then(|| Ident { name: self.canonical_step(token, level), span: start });
        let (kind, takes_proof) = self.step_body()?;
        let mut proof = None;
        if self.proof_ahead() {
            if !takes_proof {
                let span = self.here();
                return Err(self.report(
                    Diagnostic::error(code::BAD_STEP, "this kind of step takes no proof")
                        .at(span, "a proof starts here")
                        .also(self.since(start), "of this step"),
                ));
            }
            proof = Some(self.proof()?);
        }
        Ok(ProofStep { name, level, kind, proof, span: self.since(start) })
    }

    /// What a step says, and whether it may have a proof.
    fn step_body(&mut self) -> Parse<(StepBody, bool)> {
        match self.peek() {
            Kind::Qed => {
                self.bump();
                Ok((StepBody::Qed, true))
            }
            Kind::Use | Kind::Hide => Ok((StepBody::Use(self.use_or_hide()?), false)),
            Kind::Instance => Ok((StepBody::Instance(self.instance()?), false)),
            Kind::DefineWord => {
                self.bump();
                Ok((StepBody::Define(self.definitions_of_step()?), false))
            }
            Kind::Have => {
                self.bump();
                Ok((StepBody::Have(self.expression()?), false))
            }
            Kind::Take => {
                self.bump();
                if self.bound_ahead() || self.at(Kind::LeftAngle) {
                    return Ok((StepBody::Take(self.bounds()?, Vec::new()), false));
                }
                Ok((StepBody::Take(Vec::new(), self.names("a name")?), false))
            }
            Kind::Witness => {
                self.bump();
                let mut witnesses = vec![self.expression()?];
                while self.eat(Kind::Comma) {
                    witnesses.push(self.expression()?);
                }
                Ok((StepBody::Witness(witnesses), false))
            }
            Kind::Pick => {
                self.bump();
                let (mut bounds, mut names) = (Vec::new(), Vec::new());
                if self.bound_ahead() || self.at(Kind::LeftAngle) {
                    bounds = self.bounds()?;
                } else {
                    names = self.names("a name")?;
                }
                self.expect(Kind::Colon, "`:` and the condition of PICK")?;
                let condition = self.expression()?;
                Ok((StepBody::Pick(bounds, names, condition), true))
            }
            Kind::Case => {
                self.bump();
                Ok((StepBody::Case(self.expression()?), true))
            }
            Kind::Suffices => {
                self.bump();
                Ok((StepBody::Assert(self.statement()?, true), true))
            }
            _ if self.definition_ahead() => Ok((StepBody::Define(self.definitions_of_step()?), false)),
            _ => Ok((StepBody::Assert(self.statement()?, false), true)),
        }
    }

    fn definitions_of_step(&mut self) -> Parse<Vec<Unit>> {
        let mut units = Vec::new();
        loop {
            let start = self.here();
            let local = self.eat(Kind::Local);
            let kind = self.definition(None)?;
            units.push(Unit { kind, span: self.since(start), local });
            if !self.definition_ahead() {
                return Ok(units);
            }
        }
    }
}
