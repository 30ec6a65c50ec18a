//! Units of a module and definitions of a LET: declarations, definitions, INSTANCE, assumptions.
//!
//! Enters: the parser at a unit. Leaves: [`Unit`]s.
//! Holds: a definition whose right-hand side is wrong is kept with [`ExprKind::Error`] in its
//! place, so that uses of its name do not look undefined.
//!
//! [`ExprKind::Error`]: crate::ast::ExprKind::Error

use super::{Parse, Parser, Reported};
use crate::ast::{
    Declaration, Expr, ExprKind, FunctionDefinition, Ident, Instance, OperatorDefinition, Unit, UnitKind,
};
use crate::code;
use crate::precedence::{ASSIGN, EQUALS, OperatorId};
use crate::token::{Kind, Token};

/// How far ahead the `)` of a definition's parameters is sought: keeps recovery linear.
const HEAD_LENGTH: usize = 2_000;

impl<'t> Parser<'t> {
    /// One unit of a module.
    pub(super) fn unit(&mut self) -> Parse<Unit> {
        let first = self.token();
        let start = self.here();
        let local = self.eat(Kind::Local);
        if local && !matches!(self.peek(), Kind::Name | Kind::Operator(_) | Kind::Instance) {
            return Err(self.expected("a definition or INSTANCE after LOCAL"));
        }
        let kind = match self.peek() {
            Kind::Variable => {
                self.bump();
                UnitKind::Variables(self.names("the name of a variable")?)
            }
            Kind::Constant => {
                self.bump();
                UnitKind::Constants(self.declarations("the name of a constant")?)
            }
            Kind::Recursive => self.recursive()?,
            Kind::Instance => UnitKind::Instance(self.instance()?),
            Kind::Assume | Kind::Assumption | Kind::Axiom => self.assume()?,
            Kind::Theorem => self.theorem()?,
            Kind::Use | Kind::Hide => UnitKind::Use(self.use_or_hide()?),
            Kind::ModuleStart => UnitKind::Module(Box::new(self.deeper(Self::module)?)),
            Kind::Name | Kind::Operator(_) => self.definition(Some(first))?,
            _ => return Err(self.no_unit()),
        };
        Ok(Unit { kind, span: self.since(start), local })
    }

    fn no_unit(&mut self) -> Reported {
        let what = "a definition, a declaration or the end of the module";
        self.expected_as(code::TRAILING_TEXT, what, |d| d)
    }

    pub(super) fn recursive(&mut self) -> Parse<UnitKind> {
        self.bump();
        Ok(UnitKind::Recursive(self.declarations("the name of a recursive operator")?))
    }

    fn assume(&mut self) -> Parse<UnitKind> {
        let axiom = self.bump().kind == Kind::Axiom;
        let name = self.unit_name()?;
        let body = self.expression()?;
        Ok(UnitKind::Assume { name, body, axiom })
    }

    /// `name ==` of an assumption or theorem, if there is one.
    pub(super) fn unit_name(&mut self) -> Parse<Option<Ident>> {
        if self.at(Kind::Name) && self.peek_at(1) == Kind::Define {
            let name = self.name("a name")?;
            self.bump();
            return Ok(Some(name));
        }
        Ok(None)
    }

    /// Whether a definition starts here: as far as `==`.
    pub(super) fn definition_ahead(&self) -> bool {
        self.definition_ahead_at(0)
    }

    /// Whether a definition starts here, on a line of its own: what was being read ended too early.
    pub(super) fn next_definition_ahead(&self) -> bool {
        self.first_of_line() && self.position > 0 && self.definition_ahead()
    }

    /// Whether a definition starts at the `n`th token from here.
    pub(super) fn definition_ahead_at(&self, n: usize) -> bool {
        let infix = |k: Kind| matches!(k, Kind::Operator(id) if id.row().infix.is_some());
        let define = |k: Kind| k == Kind::Define;
        match self.peek_at(n) {
            Kind::Local => self.peek_at(n + 1) == Kind::Instance || self.definition_ahead_at(n + 1),
            Kind::Name => match self.peek_at(n + 1) {
                Kind::Define => true,
                Kind::LeftParen | Kind::LeftBracket => define(self.after_brackets(n + 1)),
                Kind::Operator(id) if id.row().postfix.is_some() => define(self.peek_at(n + 2)),
                op if infix(op) => self.peek_at(n + 2) == Kind::Name && define(self.peek_at(n + 3)),
                _ => false,
            },
            Kind::Operator(id) if id.row().prefix.is_some() => {
                self.peek_at(n + 1) == Kind::Name && define(self.peek_at(n + 2))
            }
            _ => false,
        }
    }

    /// The kind of token after the bracket that closes the one at the `n`th token.
    fn after_brackets(&self, n: usize) -> Kind {
        let mut open = 0usize;
        for i in n..n + HEAD_LENGTH {
            match self.peek_at(i) {
                Kind::LeftParen | Kind::LeftBracket => open += 1,
                Kind::RightParen | Kind::RightBracket | Kind::RightBracketSub => {
                    open = open.saturating_sub(1);
                    if open == 0 {
                        return self.peek_at(i + 1);
                    }
                }
                kind @ (Kind::End | Kind::ModuleEnd | Kind::ModuleStart) => return kind,
                Kind::Define => return Kind::End,
                _ => {}
            }
        }
        Kind::End
    }

    /// An operator, function or named-instance definition. `top` is the first token of the unit
    /// when it is one of a module: then the definition survives a wrong right-hand side.
    pub(super) fn definition(&mut self, top: Option<Token>) -> Parse<UnitKind> {
        let (name, params) = match self.peek() {
            Kind::Operator(id) if id.row().prefix.is_some() => {
                let name = self.symbol_name(id);
                let param = self.name("the parameter of the prefix operator")?;
                (name, vec![plain(param)])
            }
            Kind::Name => {
                if top.is_some() && !self.first_of_line() && !self.definition_ahead() && self.position > 0 {
                    let follows = self.tokens[self.position - 1].kind;
                    if !matches!(follows, Kind::Separator | Kind::Local) {
                        return Err(self.no_unit());
                    }
                }
                let first = self.name("a name")?;
                match (self.peek(), self.peek_at(1), self.peek_at(2)) {
                    (Kind::LeftParen, _, _) => (first, self.parameters()?),
                    (Kind::LeftBracket, _, _) => return self.function_definition(first, top),
                    (Kind::Operator(id), _, _) if id.row().postfix.is_some() => {
                        (self.symbol_name(id), vec![plain(first)])
                    }
                    (Kind::Operator(id), Kind::Name, Kind::Define) if id.row().infix.is_some() => {
                        let name = self.symbol_name(id);
                        let second = self.name("the second parameter")?;
                        (name, vec![plain(first), plain(second)])
                    }
                    _ => (first, Vec::new()),
                }
            }
            _ => return Err(self.no_unit()),
        };
        self.defines(&name, !params.is_empty())?;
        let named = !name.name.starts_with(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        if named && self.at(Kind::Instance) {
            let instance = self.instance()?;
            return Ok(UnitKind::NamedInstance { name, params, instance });
        }
        let body = self.body(top)?;
        Ok(UnitKind::Operator(OperatorDefinition { name, params, body }))
    }

    fn symbol_name(&mut self, id: OperatorId) -> Ident {
        let token = self.bump();
        let span = self.span_of(token);
        self.operator_ident(id, span)
    }

    /// `==`, or what is written for it by mistake.
    fn defines(&mut self, name: &Ident, params: bool) -> Parse<()> {
        let what = match params {
            true => format!("`==` after the parameters of `{}`", name.name),
            false => format!("`==` after `{}`", name.name),
        };
        if self.eat(Kind::Define) {
            return Ok(());
        }
        if self.at_operator(EQUALS) || self.at_operator(ASSIGN) {
            // It is plain what was meant: go on as if it had been written.
            self.expected_as(code::DEFINITION_SYMBOL, &what, |d| {
                d.help("a definition is written with `==`; `=` compares two values")
            });
            self.bump();
            return Ok(());
        }
        Err(self.expected(&what))
    }

    fn body(&mut self, top: Option<Token>) -> Parse<Expr> {
        match (self.expression(), top) {
            (Ok(body), _) => Ok(body),
            (Err(reported), None) => Err(reported),
            (Err(_), Some(first)) => {
                self.recover(first.column);
                let span = self.before();
                Ok(self.error_expr(span))
            }
        }
    }

    fn function_definition(&mut self, name: Ident, top: Option<Token>) -> Parse<UnitKind> {
        let open = self.bump();
        let bounds = self.bounds()?;
        self.close(Kind::RightBracket, "]", open, "`,`")?;
        self.defines(&name, true)?;
        let id = self.id();
        let body = self.body(top)?;
        Ok(UnitKind::Function(FunctionDefinition { name, bounds, body, id }))
    }

    /// `INSTANCE M WITH a <- e, + <- Plus`
    pub(super) fn instance(&mut self) -> Parse<Instance> {
        let start = self.here();
        self.expect(Kind::Instance, "INSTANCE")?;
        let module = self.module_name("the name of a module")?;
        let mut with = Vec::new();
        if self.eat(Kind::With) {
            loop {
                with.push(self.substitution()?);
                if !self.eat(Kind::Comma) {
                    break;
                }
            }
        }
        Ok(Instance { module, with, span: self.since(start) })
    }

    fn substitution(&mut self) -> Parse<(Ident, Expr)> {
        let name = match self.peek() {
            Kind::Operator(id) => self.symbol_name(id),
            _ => self.name("the name of a constant or variable to substitute")?,
        };
        if !self.at(Kind::Substitute) {
            return Err(self.expected_as(code::EXPECTED, "`<-`", |d| {
                d.help("a substitution is written `name <- expression`")
            }));
        }
        self.bump();
        let value = match self.bare_operator() {
            Some(operator) => operator,
            None => self.argument_expression()?,
        };
        Ok((name, value))
    }

    /// An operator symbol that stands for itself, as an argument or in a substitution.
    pub(super) fn bare_operator(&mut self) -> Option<Expr> {
        let Kind::Operator(id) = self.peek() else { return None };
        let next = self.peek_at(1);
        let operand = next.starts_operand() || matches!(next, Kind::Operator(_) | Kind::Bang);
        if operand && !self.definition_ahead_at(1) {
            return None;
        }
        let ident = self.symbol_name(id);
        Some(self.expr(ident.span, ExprKind::Name(ident, Vec::new())))
    }
}

fn plain(name: Ident) -> Declaration {
    Declaration { name, arity: 0 }
}
