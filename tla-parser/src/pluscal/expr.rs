//! Expressions of an algorithm: tokens on lines, at columns, and what is put in place of names.
//!
//! Enters: tokens as the user wrote them. Leaves: lines of text, laid out as the user did.
//! Holds: a line whose layout hangs on a token of an earlier line (its *anchor*) moves as far as
//! that token does when something longer is put before it, so that junction lists stay aligned.
//! Nothing is parsed here: a name is replaced wherever it is neither a field nor a string, which
//! is the rule of the PlusCal translator (*A PlusCal User's Manual*, section 4).

use crate::source::Span;
use std::rc::Rc;

/// What a token is, as far as substitution must know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokKind {
    /// Punctuation, an operator, a reserved word, a number.
    BuiltIn,
    /// A string; the text is without its quotes.
    String,
    /// A name.
    Name,
    /// `pc` or `stack`, which only the translation has: subscripted where there are processes.
    Added,
}

/// A token at a column (from 0).
#[derive(Clone, Debug)]
pub(super) struct Tok {
    pub text: Rc<str>,
    pub kind: TokKind,
    pub column: i64,
}

impl Tok {
    pub fn new(text: impl Into<Rc<str>>, kind: TokKind, column: i64) -> Self {
        Tok { text: text.into(), kind, column }
    }

    fn width(&self) -> i64 {
        let quotes = if self.kind == TokKind::String { 2 } else { 0 };
        self.text.chars().count() as i64 + quotes
    }

    fn end(&self) -> i64 {
        self.column + self.width()
    }

    fn is(&self, text: &str) -> bool {
        self.kind != TokKind::String && &*self.text == text
    }
}

/// An expression larger than this is not built: macros that double their argument could make any.
pub(super) const MOST_TOKENS: usize = 200_000;

/// A place among the tokens: a line of the expression, and which token of it.
type Coordinate = (usize, usize);

/// An expression, possibly empty.
#[derive(Clone, Debug, Default)]
pub(super) struct Expr {
    /// All tokens that are or were part of it: anchors point here.
    toks: Vec<Tok>,
    lines: Vec<Vec<usize>>,
    /// For each line, the token that it hangs on, and the column that token had when that was noted.
    anchors: Vec<Option<(usize, i64)>>,
    /// Where the user wrote it.
    pub span: Option<Span>,
}

impl Expr {
    /// From tokens by line; empty lines at either end are dropped.
    pub fn new(lines: Vec<Vec<Tok>>, span: Option<Span>) -> Self {
        let mut expr = Expr { span, ..Expr::default() };
        for line in lines {
            let first = expr.toks.len();
            expr.toks.extend(line);
            expr.lines.push((first..expr.toks.len()).collect());
        }
        expr.normalize();
        expr
    }

    /// One token.
    pub fn token(text: impl Into<Rc<str>>, kind: TokKind) -> Self {
        Expr::new(vec![vec![Tok::new(text, kind, 0)]], None)
    }

    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// How many tokens it keeps.
    pub fn size(&self) -> usize {
        self.toks.len()
    }

    /// Its tokens, line by line.
    pub fn rows(&self) -> impl Iterator<Item = impl Iterator<Item = &Tok>> {
        self.lines.iter().map(|line| line.iter().map(|&t| &self.toks[t]))
    }

    /// Its tokens in order.
    pub fn tokens(&self) -> impl Iterator<Item = &Tok> {
        self.rows().flatten()
    }

    /// Whether it is one line of exactly these tokens.
    pub fn is_line_of(&self, texts: &[&str]) -> bool {
        self.lines.len() == 1
            && self.lines[0].len() == texts.len()
            && self.tokens().zip(texts).all(|(t, text)| &*t.text == *text)
    }

    fn first_column(&self, line: usize) -> Option<i64> {
        self.lines[line].first().map(|&t| self.toks[t].column)
    }

    /// Drops empty lines at the ends, moves it to the left margin and finds the anchors.
    fn normalize(&mut self) {
        while self.lines.first().is_some_and(Vec::is_empty) {
            self.lines.remove(0);
        }
        while self.lines.last().is_some_and(Vec::is_empty) {
            self.lines.pop();
        }
        let margin = (0..self.lines.len()).filter_map(|l| self.first_column(l)).min().unwrap_or(0);
        for line in &self.lines {
            for &t in line {
                self.toks[t].column -= margin;
            }
        }
        self.anchors = (0..self.lines.len()).map(|line| self.anchor(line)).collect();
    }

    /// Of the nearest earlier line that starts no further right, the last token that does not either.
    fn anchor(&self, line: usize) -> Option<(usize, i64)> {
        let column = self.first_column(line)?;
        let above = (0..line).rev().find(|&l| self.first_column(l).is_some_and(|c| c <= column))?;
        let row = &self.lines[above];
        let within = 1 + row[1..].iter().take_while(|&&t| self.toks[t].column <= column).count();
        let token = row[within - 1];
        Some((token, self.toks[token].column))
    }

    /// Moves every line as far as its anchor has moved.
    fn realign(&mut self) {
        for line in 0..self.lines.len() {
            let Some((token, noted)) = self.anchors[line] else { continue };
            let moved = self.toks[token].column - noted;
            self.anchors[line] = Some((token, noted + moved));
            for &t in &self.lines[line] {
                self.toks[t].column += moved;
            }
        }
    }

    /// A copy on the left margin, with anchors found anew and nothing in it but its tokens.
    pub fn normalized(&self) -> Expr {
        Expr::new(self.rows().map(|row| row.cloned().collect()).collect(), self.span)
    }

    /// Its text by line.
    pub fn text(&self) -> Vec<String> {
        let mut out = Vec::with_capacity(self.lines.len());
        for (line, anchor) in self.lines.iter().zip(&self.anchors) {
            let mut text = String::new();
            if let Some((token, noted)) = anchor {
                spaces(&mut text, self.toks[*token].column - noted);
            }
            let mut end = 0;
            for &t in line {
                let token = &self.toks[t];
                spaces(&mut text, token.column - end);
                match token.kind {
                    TokKind::String => text.extend(["\"", &token.text, "\""]),
                    _ => text.push_str(&token.text),
                }
                end = token.end();
            }
            out.push(text);
        }
        out
    }

    /// Puts a token on the last line, so far right of what is there.
    pub fn append(&mut self, text: &str, kind: TokKind, gap: i64) {
        let end = self.lines.last().and_then(|l| l.last()).map_or(0, |&t| self.toks[t].end());
        self.toks.push(Tok::new(text, kind, end + gap));
        if self.lines.is_empty() {
            self.lines.push(Vec::new());
            self.anchors.push(None);
        }
        let last = self.lines.len() - 1;
        self.lines[last].push(self.toks.len() - 1);
    }

    /// Puts `front` before it, with so many spaces between.
    pub fn prepend(&mut self, front: &Expr, gap: i64) {
        if front.is_empty() {
            return;
        }
        let offset = self.toks.len();
        self.toks.extend(front.toks.iter().cloned());
        let moved = |t: usize| t + offset;
        let mut lines: Vec<Vec<usize>> =
            front.lines.iter().map(|l| l.iter().map(|&t| moved(t)).collect()).collect();
        let mut anchors: Vec<_> = front.anchors.iter().map(|a| a.map(|(t, c)| (moved(t), c))).collect();
        let end = lines.last().and_then(|l| l.last()).map_or(0, |&t| self.toks[t].end());
        if let Some(first) = self.lines.first() {
            for &t in first {
                self.toks[t].column += end + gap;
            }
            let last = lines.len() - 1;
            lines[last].extend(first);
            lines.extend(self.lines[1..].iter().cloned());
            anchors.extend(self.anchors[1..].iter().copied());
        }
        self.lines = lines;
        self.anchors = anchors;
        self.realign();
    }

    /// As a subscript: `[` before it and `]` after it.
    pub fn in_brackets(&self) -> Expr {
        let mut expr = self.normalized();
        for line in &expr.lines {
            for &t in line {
                expr.toks[t].column += 1;
            }
        }
        if let Some(first) = expr.lines.first_mut() {
            expr.toks.push(Tok::new("[", TokKind::BuiltIn, 0));
            first.insert(0, expr.toks.len() - 1);
        }
        expr.append("]", TokKind::BuiltIn, 0);
        expr
    }

    /// Takes the first token away.
    pub fn without_first(&self) -> Expr {
        let mut rows: Vec<Vec<Tok>> = self.rows().map(|row| row.cloned().collect()).collect();
        if let Some(first) = rows.first_mut().filter(|row| !row.is_empty()) {
            first.remove(0);
        }
        Expr::new(rows, self.span)
    }

    /// Puts expressions in place of names, all at once. What is put there is parenthesised if
    /// `parenthesise`, unless it or the whole is one token.
    ///
    /// # Errors
    /// The result would be too large; it is not complete then.
    pub fn substitute(&mut self, with: &[(Rc<str>, Expr)], parenthesise: bool) -> Result<(), TooLarge> {
        let mut at = Some((0, 0));
        while let Some((place, which)) = at.and_then(|at| self.next_of(with, at)) {
            at = self.put(&with[which].1, place, parenthesise);
            if self.toks.len() > MOST_TOKENS {
                return Err(TooLarge);
            }
        }
        Ok(())
    }

    /// The next place at or after `at` with one of the names; record fields are none.
    fn next_of(&self, with: &[(Rc<str>, Expr)], at: Coordinate) -> Option<(Coordinate, usize)> {
        if self.lines.is_empty() {
            return None;
        }
        let mut at = Some(at);
        while let Some(here) = at {
            let token = self.at(here);
            let names_field = || {
                let after = self.step(here, 2).map(|c| self.at(c));
                after.is_some_and(|t| t.is(":") || t.is("|->") || t.is("↦"))
            };
            at = if token.kind == TokKind::String {
                self.step(here, 1)
            } else if token.is(".") {
                self.step(here, 2)
            } else if (token.is("[") || token.is(",")) && names_field() {
                self.step(here, 3)
            } else if let Some(which) = with.iter().position(|(name, _)| *token.text == **name) {
                return Some((here, which));
            } else {
                self.step(here, 1)
            };
        }
        None
    }

    fn at(&self, (line, token): Coordinate) -> &Tok {
        &self.toks[self.lines[line][token]]
    }

    /// So many tokens further.
    fn step(&self, (mut line, mut token): Coordinate, count: usize) -> Option<Coordinate> {
        for _ in 0..count {
            token += 1;
            while token >= self.lines.get(line)?.len() {
                (line, token) = (line + 1, 0);
            }
        }
        Some((line, token))
    }

    /// Puts `new` in place of the token there. The place after it, if there is one.
    fn put(&mut self, new: &Expr, (line, index): Coordinate, parenthesise: bool) -> Option<Coordinate> {
        if self.lines.len() == 1 && self.lines[0].len() == 1 {
            let span = self.span;
            *self = new.normalized();
            self.span = span;
            return None;
        }
        let token = self.lines[line][index];
        let rest = self.lines[line].split_off(index + 1);
        let gap = rest.first().map_or(0, |&t| self.toks[t].column - self.toks[token].end());
        let mut last = line;
        if new.lines.len() == 1 && new.lines[0].len() == 1 {
            let only = &new.toks[new.lines[0][0]];
            (self.toks[token].text, self.toks[token].kind) = (only.text.clone(), only.kind);
        } else {
            last = self.put_many(&new.normalized(), line, token, parenthesise);
        }
        let end = self.lines[last].len() - 1;
        if let Some(&first) = rest.first() {
            let shift = self.toks[self.lines[last][end]].end() + gap - self.toks[first].column;
            for &t in &rest {
                self.toks[t].column += shift;
            }
            self.lines[last].extend(rest);
        }
        self.realign();
        self.step((last, end), 1)
    }

    /// Puts several tokens in place of the last one of `line`; the line where they end.
    fn put_many(&mut self, new: &Expr, line: usize, token: usize, parenthesise: bool) -> usize {
        let offset = self.toks.len();
        self.toks.extend(new.toks.iter().cloned());
        let mut indent = self.toks[token].column;
        if parenthesise {
            indent += 1;
            (self.toks[token].text, self.toks[token].kind) = ("(".into(), TokKind::BuiltIn);
        }
        let mut last = line;
        for (i, row) in new.lines.iter().enumerate() {
            if i > 0 {
                last += 1;
                self.lines.insert(last, Vec::new());
                self.anchors.insert(last, new.anchors[i].map(|(t, c)| (t + offset, c)));
                indent = 0;
            }
            for (j, &t) in row.iter().enumerate() {
                let t = t + offset;
                self.toks[t].column += indent;
                if (i, j) == (0, 0) && !parenthesise {
                    // The token that is replaced stays the one that lines may hang on.
                    (self.toks[token].text, self.toks[token].kind) =
                        (self.toks[t].text.clone(), self.toks[t].kind);
                } else {
                    self.lines[last].push(t);
                }
            }
        }
        if parenthesise {
            let end = self.lines[last].last().map_or(0, |&t| self.toks[t].end());
            self.toks.push(Tok::new(")", TokKind::BuiltIn, end));
            self.lines[last].push(self.toks.len() - 1);
        }
        last
    }
}

/// An expression that grows without bound.
#[derive(Debug)]
pub(super) struct TooLarge;

/// Appends so many spaces.
pub(super) fn spaces(text: &mut String, count: i64) {
    text.extend(std::iter::repeat_n(' ', count.max(0) as usize));
}
