//! The layout of junction lists: columns decide where an item ends.
//!
//! Enters: the bullets the grammar opens. Leaves: for every token, whether it still belongs to
//! the item being read.
//! Holds: the bullets of a list stand in one column and are of one kind; a token at or left of
//! that column is outside of the item; brackets do not change that (so a `)` left of the bullet
//! is an error, as in SANY). Whether a `/\` is a bullet or an infix operator depends on whether
//! an operand is expected there, which the grammar knows: so this is a discipline the parser
//! consults at every token, not a pass of its own.
//! *Specifying Systems*, section 15.2.2.

use crate::precedence::OperatorId;
use crate::source::Span;
use crate::token::Token;

/// An open list.
#[derive(Clone, Copy, Debug)]
struct Open {
    column: u32,
    bullet: OperatorId,
    span: Span,
}

/// The junction lists open at the parser's position, innermost last.
#[derive(Debug, Default)]
pub struct Layout {
    open: Vec<Open>,
}

impl Layout {
    /// Opens a list whose first bullet is `token`.
    pub fn open(&mut self, token: Token, bullet: OperatorId, span: Span) {
        self.open.push(Open { column: token.column, bullet, span });
    }

    /// Closes the innermost list.
    pub fn close(&mut self) {
        self.open.pop();
    }

    /// How many lists are open.
    pub fn len(&self) -> usize {
        self.open.len()
    }

    /// Closes lists until `len` are open: after an error inside.
    pub fn truncate(&mut self, len: usize) {
        self.open.truncate(len);
    }

    /// Whether the token lies outside of the innermost list's item.
    #[inline]
    pub fn ends_item(&self, token: &Token) -> bool {
        self.open.last().is_some_and(|l| token.column <= l.column)
    }

    /// Whether the token is the next bullet of the innermost list.
    pub fn is_next_bullet(&self, token: &Token) -> bool {
        self.open.last().is_some_and(|l| token.column == l.column && token.bullet() == Some(l.bullet))
    }

    /// The innermost list's latest bullet, to point at.
    pub fn bullet(&self) -> Option<Span> {
        self.open.last().map(|l| l.span)
    }

    /// The column of the innermost list.
    pub fn column(&self) -> Option<u32> {
        self.open.last().map(|l| l.column)
    }
}
