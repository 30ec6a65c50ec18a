//! The operators of TLA+ as data: spellings, precedence ranges, associativity.
//!
//! Enters: a spelling. Leaves: its [`OperatorRow`].
//! Holds: a spelling belongs to one row; a row's `name` is the canonical spelling used in the
//! syntax tree. Two operators side by side clash when their ranges overlap, unless both are the
//! same associative operator: that is an error, never a silent choice.
//! *Specifying Systems*, table 6, with the ranges of SANY where the book differs.

use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// How an infix operator meets itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Associativity {
    /// `a = b = c` is an error.
    None,
    /// `a - b - c` is `(a - b) - c`.
    Left,
}

/// A precedence range, from 1 (binds least) to 17.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The low end.
    pub low: u8,
    /// The high end.
    pub high: u8,
    /// How it meets itself.
    pub associativity: Associativity,
}

impl Range {
    /// Whether an operator of this range binds tighter than every one of `other`.
    pub fn above(self, other: Range) -> bool {
        self.low > other.high
    }

    /// Whether an operator of this range binds looser than every one of `other`.
    pub fn below(self, other: Range) -> bool {
        self.high < other.low
    }
}

/// The number of a row of [`OPERATORS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OperatorId(pub u8);

impl OperatorId {
    /// The row.
    pub fn row(self) -> &'static OperatorRow {
        &OPERATORS[self.0 as usize]
    }
}

/// One operator.
#[derive(Debug)]
pub struct OperatorRow {
    /// The canonical spelling.
    pub name: &'static str,
    /// Other spellings.
    pub synonyms: &'static [&'static str],
    /// Its range as a prefix operator.
    pub prefix: Option<Range>,
    /// Its range as an infix operator.
    pub infix: Option<Range>,
    /// Its range as a postfix operator.
    pub postfix: Option<Range>,
}

/// `/\`
pub const AND: OperatorId = OperatorId(0);
/// `\/`
pub const OR: OperatorId = OperatorId(1);
/// `-` between two operands
pub const MINUS: OperatorId = OperatorId(2);
/// `-.`, minus before one operand
pub const NEGATE: OperatorId = OperatorId(3);
/// `\in`
pub const IN: OperatorId = OperatorId(4);
/// `\X`
pub const TIMES: OperatorId = OperatorId(5);
/// `[]`, also the separator of CASE
pub const BOX: OperatorId = OperatorId(6);
/// `=`
pub const EQUALS: OperatorId = OperatorId(7);
/// `:=`
pub const ASSIGN: OperatorId = OperatorId(8);

/// What function application and record fields bind with: tighter than everything.
pub const APPLICATION: Range = Range { low: 16, high: 16, associativity: Associativity::Left };

const fn infix(
    low: u8,
    high: u8,
    left: bool,
    name: &'static str,
    synonyms: &'static [&'static str],
) -> OperatorRow {
    let associativity = if left { Associativity::Left } else { Associativity::None };
    let range = Range { low, high, associativity };
    OperatorRow { name, synonyms, prefix: None, infix: Some(range), postfix: None }
}

const fn prefix(low: u8, high: u8, name: &'static str, synonyms: &'static [&'static str]) -> OperatorRow {
    let range = Range { low, high, associativity: Associativity::None };
    OperatorRow { name, synonyms, prefix: Some(range), infix: None, postfix: None }
}

const fn postfix(name: &'static str, synonyms: &'static [&'static str]) -> OperatorRow {
    let range = Range { low: 15, high: 15, associativity: Associativity::None };
    OperatorRow { name, synonyms, prefix: None, infix: None, postfix: Some(range) }
}

const LEFT: bool = true;
const NONE: bool = false;

/// Every operator; the first nine have constants above.
pub const OPERATORS: &[OperatorRow] = &[
    infix(3, 3, LEFT, "/\\", &["\\land", "∧"]),
    infix(3, 3, LEFT, "\\/", &["\\lor", "∨"]),
    infix(11, 11, LEFT, "-", &[]),
    prefix(12, 12, "-.", &[]),
    infix(5, 5, NONE, "\\in", &["∈"]),
    infix(10, 13, LEFT, "\\X", &["\\times", "×"]),
    prefix(4, 15, "[]", &["□"]),
    infix(5, 5, NONE, "=", &[]),
    infix(5, 5, NONE, ":=", &["≔"]),
    infix(1, 1, NONE, "=>", &["⇒"]),
    infix(2, 2, NONE, "<=>", &["\\equiv", "≡", "⇔"]),
    infix(2, 2, NONE, "~>", &["↝"]),
    infix(2, 2, NONE, "-+->", &["⇸"]),
    prefix(4, 4, "~", &["\\lnot", "\\neg", "¬"]),
    prefix(4, 15, "<>", &["◇", "⋄"]),
    prefix(4, 15, "ENABLED", &[]),
    prefix(4, 15, "UNCHANGED", &[]),
    infix(5, 5, NONE, "/=", &["#", "≠"]),
    infix(5, 5, NONE, "\\notin", &["∉"]),
    infix(5, 5, NONE, "<", &[]),
    infix(5, 5, NONE, ">", &[]),
    infix(5, 5, NONE, "<=", &["=<", "\\leq", "≤"]),
    infix(5, 5, NONE, ">=", &["\\geq", "≥"]),
    infix(5, 5, NONE, "\\subseteq", &["⊆"]),
    infix(5, 5, NONE, "\\subset", &["⊂"]),
    infix(5, 5, NONE, "\\supseteq", &["⊇"]),
    infix(5, 5, NONE, "\\supset", &["⊃"]),
    infix(5, 5, NONE, "\\sqsubseteq", &["⊑"]),
    infix(5, 5, NONE, "\\sqsubset", &["⊏"]),
    infix(5, 5, NONE, "\\sqsupseteq", &["⊒"]),
    infix(5, 5, NONE, "\\sqsupset", &["⊐"]),
    infix(5, 5, NONE, "\\prec", &["≺"]),
    infix(5, 5, NONE, "\\succ", &["≻"]),
    infix(5, 5, NONE, "\\preceq", &["⪯"]),
    infix(5, 5, NONE, "\\succeq", &["⪰"]),
    infix(5, 5, NONE, "\\sim", &["∼"]),
    infix(5, 5, NONE, "\\simeq", &["≃"]),
    infix(5, 5, NONE, "\\ll", &["≪"]),
    infix(5, 5, NONE, "\\gg", &["≫"]),
    infix(5, 5, NONE, "\\asymp", &["≍"]),
    infix(5, 5, NONE, "\\approx", &["≈"]),
    infix(5, 5, NONE, "\\cong", &["≅"]),
    infix(5, 5, NONE, "\\doteq", &["≐"]),
    infix(5, 5, NONE, "\\propto", &["∝"]),
    infix(5, 5, NONE, "|-", &["⊢"]),
    infix(5, 5, NONE, "|=", &["⊨"]),
    infix(5, 5, NONE, "-|", &["⊣"]),
    infix(5, 5, NONE, "=|", &["⫤"]),
    infix(5, 5, NONE, "::=", &["⩴"]),
    infix(5, 14, LEFT, "\\cdot", &["⋅", "·"]),
    infix(6, 6, LEFT, "@@", &[]),
    infix(7, 7, NONE, ":>", &[]),
    infix(7, 7, NONE, "<:", &[]),
    infix(8, 8, NONE, "\\", &[]),
    infix(8, 8, LEFT, "\\cap", &["\\intersect", "∩"]),
    infix(8, 8, LEFT, "\\cup", &["\\union", "∪"]),
    infix(9, 9, NONE, "..", &["‥"]),
    infix(9, 9, NONE, "...", &["…"]),
    infix(9, 13, LEFT, "$", &[]),
    infix(9, 13, LEFT, "$$", &[]),
    infix(9, 13, LEFT, "??", &["⁇"]),
    infix(9, 13, LEFT, "##", &[]),
    infix(9, 13, NONE, "!!", &["‼"]),
    infix(9, 13, LEFT, "\\uplus", &["⊎"]),
    infix(9, 13, LEFT, "\\sqcap", &["⊓"]),
    infix(9, 13, LEFT, "\\sqcup", &["⊔"]),
    infix(9, 14, NONE, "\\wr", &["≀"]),
    prefix(10, 13, "SUBSET", &[]),
    prefix(10, 13, "UNION", &[]),
    prefix(10, 13, "DOMAIN", &[]),
    infix(10, 10, LEFT, "+", &[]),
    infix(10, 10, LEFT, "++", &[]),
    infix(10, 10, LEFT, "\\oplus", &["(+)", "⊕"]),
    infix(10, 11, NONE, "%", &[]),
    infix(10, 11, LEFT, "%%", &[]),
    infix(10, 11, LEFT, "|", &[]),
    infix(10, 11, LEFT, "||", &["‖"]),
    infix(11, 11, LEFT, "--", &[]),
    infix(11, 11, LEFT, "\\ominus", &["(-)", "⊖"]),
    infix(13, 13, LEFT, "*", &[]),
    infix(13, 13, LEFT, "**", &[]),
    infix(13, 13, NONE, "/", &[]),
    infix(13, 13, NONE, "//", &[]),
    infix(13, 13, LEFT, "&", &[]),
    infix(13, 13, LEFT, "&&", &[]),
    infix(13, 13, LEFT, "\\odot", &["(.)", "⊙"]),
    infix(13, 13, NONE, "\\oslash", &["(/)", "⊘"]),
    infix(13, 13, LEFT, "\\otimes", &["(\\X)", "⊗"]),
    infix(13, 13, NONE, "\\div", &["÷"]),
    infix(13, 13, LEFT, "\\star", &["⋆"]),
    infix(13, 13, LEFT, "\\o", &["\\circ", "∘"]),
    infix(13, 13, LEFT, "\\bigcirc", &["◯"]),
    infix(13, 13, LEFT, "\\bullet", &["●"]),
    infix(14, 14, NONE, "^", &[]),
    infix(14, 14, NONE, "^^", &[]),
    postfix("'", &["′"]),
    postfix("^+", &["⁺"]),
    postfix("^*", &[]),
    postfix("^#", &[]),
];

static BY_SPELLING: LazyLock<FxHashMap<&'static str, OperatorId>> = LazyLock::new(|| {
    let mut map = FxHashMap::default();
    for (i, row) in OPERATORS.iter().enumerate() {
        for spelling in std::iter::once(&row.name).chain(row.synonyms) {
            map.insert(*spelling, OperatorId(i as u8));
        }
    }
    map
});

/// The operator with this spelling, canonical or not.
pub fn operator(spelling: &str) -> Option<OperatorId> {
    BY_SPELLING.get(spelling).copied()
}

/// The canonical spelling of a name: that of its operator, or the name itself.
pub fn canonical(spelling: &str) -> &str {
    operator(spelling).map_or(spelling, |id| id.row().name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_named_rows_are_where_their_constants_say() {
        for (id, name) in [
            (AND, "/\\"),
            (OR, "\\/"),
            (MINUS, "-"),
            (NEGATE, "-."),
            (IN, "\\in"),
            (TIMES, "\\X"),
            (BOX, "[]"),
            (EQUALS, "="),
            (ASSIGN, ":="),
        ] {
            assert_eq!(id.row().name, name);
        }
    }

    #[test]
    fn a_spelling_belongs_to_one_row() {
        let spellings = OPERATORS.iter().flat_map(|r| std::iter::once(&r.name).chain(r.synonyms)).count();
        assert_eq!(spellings, BY_SPELLING.len());
    }
}
