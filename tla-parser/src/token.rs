//! Tokens: what the lexer leaves and the grammar reads.
//!
//! Enters: nothing (data only). Leaves: [`Token`], [`Kind`], the reserved words.
//! Holds: a token's text is the slice under its span; its column counts characters from 1 and
//! a tab moves to the next multiple of eight, as SANY counts; it decides the layout of lists.

use crate::precedence::{AND, OR, OperatorId};
use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// One token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Offset of its first byte.
    pub start: u32,
    /// Offset past its last byte.
    pub end: u32,
    /// Its line, from 1.
    pub line: u32,
    /// Its column for the layout of lists, from 1, with tab stops at every eighth column.
    pub column: u32,
}

impl Token {
    /// The operator it is the bullet of, if it can be one. `\land` and `\lor` mean the same as
    /// `/\` and `\/` between operands but, as in SANY, are never bullets.
    pub fn bullet(&self) -> Option<OperatorId> {
        match self.kind {
            Kind::Operator(id @ (AND | OR)) if self.end - self.start <= '∧'.len_utf8() as u32 => Some(id),
            _ => None,
        }
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident $($word:literal)*;)*) => {
        /// What a token is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Kind {
            /// An operator symbol, of whatever spelling.
            Operator(OperatorId),
            /// `WF_` (false) or `SF_` (true)
            Fairness(bool),
            $($(#[$doc])* $kind,)*
        }

        static WORDS: LazyLock<FxHashMap<&'static str, Kind>> = LazyLock::new(|| {
            let mut map = FxHashMap::default();
            $($(map.insert($word, Kind::$kind);)*)*
            map
        });
    };
}

kinds! {
    /// A name
    Name;
    /// A numeral, perhaps `\b101`
    Number;
    /// `3.14`
    Decimal;
    /// A string
    String;
    /// `<1>2`
    StepName;
    /// `<1>2.`
    StepDot;
    /// `<1>` or `<1>.`
    StepBare;
    /// `---- MODULE`
    ModuleStart;
    /// `----`
    Separator;
    /// `====`
    ModuleEnd;
    /// The end of the text
    End;
    /// Never lexed: a token that stands at or left of the bullet of the list item being read
    ItemEnd;
    /// A character that starts no token, already reported
    Unknown;
    /// `;`, only in an algorithm
    Semicolon;

    /// `,`
    Comma ",";
    /// `:`
    Colon ":";
    /// `::`
    ColonColon "::" "∷";
    /// `.`
    Dot ".";
    /// `_`
    Underscore "_";
    /// `==`
    Define "==" "≜";
    /// `(`
    LeftParen "(";
    /// `)`
    RightParen ")";
    /// `[`
    LeftBracket "[";
    /// `]`
    RightBracket "]";
    /// `]_`
    RightBracketSub "]_";
    /// `{`
    LeftBrace "{";
    /// `}`
    RightBrace "}";
    /// `<<`
    LeftAngle "<<" "⟨";
    /// `>>`
    RightAngle ">>" "⟩";
    /// `>>_`
    RightAngleSub ">>_" "⟩_";
    /// `!`
    Bang "!";
    /// `@`
    At "@";
    /// `->`
    Arrow "->" "→";
    /// `<-`
    Substitute "<-" "←";
    /// `|->`
    MapsTo "|->" "↦";
    /// `\A`
    Forall "\\A" "\\forall" "∀";
    /// `\E`
    Exists "\\E" "\\exists" "∃";
    /// `\AA`
    TemporalForall "\\AA" "∀∀";
    /// `\EE`
    TemporalExists "\\EE" "∃∃";

    /// `ACTION`
    Action "ACTION" "ACTIONS";
    /// `ASSUME` or `[]ASSUME`
    Assume "ASSUME" "[]ASSUME";
    /// `ASSUMPTION`
    Assumption "ASSUMPTION";
    /// `AXIOM`
    Axiom "AXIOM";
    /// `BY`
    By "BY";
    /// `CASE`
    Case "CASE";
    /// `CHOOSE`
    Choose "CHOOSE";
    /// `CONSTANT`
    Constant "CONSTANT" "CONSTANTS";
    /// `DEF`
    Def "DEF" "DEFS";
    /// `DEFINE`
    DefineWord "DEFINE";
    /// `ELSE`
    Else "ELSE";
    /// `EXCEPT`
    Except "EXCEPT";
    /// `EXTENDS`
    Extends "EXTENDS";
    /// `HAVE`
    Have "HAVE";
    /// `HIDE`
    Hide "HIDE";
    /// `IF`
    If "IF";
    /// `IN`
    In "IN";
    /// `INSTANCE`
    Instance "INSTANCE";
    /// `LAMBDA`
    Lambda "LAMBDA";
    /// `LET`
    Let "LET";
    /// `LOCAL`
    Local "LOCAL";
    /// `MODULE`
    Module "MODULE";
    /// `NEW`
    New "NEW";
    /// `OBVIOUS`
    Obvious "OBVIOUS";
    /// `OMITTED`
    Omitted "OMITTED";
    /// `ONLY`
    Only "ONLY";
    /// `OTHER`
    Other "OTHER";
    /// `PICK`
    Pick "PICK";
    /// `PROOF`
    Proof "PROOF";
    /// `PROVE` or `[]PROVE`
    Prove "PROVE" "[]PROVE";
    /// `QED`
    Qed "QED";
    /// `RECURSIVE`
    Recursive "RECURSIVE";
    /// `STATE`
    State "STATE";
    /// `SUFFICES`
    Suffices "SUFFICES";
    /// `TAKE`
    Take "TAKE";
    /// `TEMPORAL`
    Temporal "TEMPORAL" "TEMPORALS";
    /// `THEN`
    Then "THEN";
    /// `THEOREM`, `LEMMA`, `PROPOSITION`, `COROLLARY`
    Theorem "THEOREM" "LEMMA" "PROPOSITION" "COROLLARY";
    /// `USE`
    Use "USE";
    /// `VARIABLE`
    Variable "VARIABLE" "VARIABLES";
    /// `WITH`
    With "WITH";
    /// `WITNESS`
    Witness "WITNESS";
}

/// The kind of a reserved word or of a punctuation mark.
pub fn reserved(text: &str) -> Option<Kind> {
    WORDS.get(text).copied()
}

impl Kind {
    /// Whether it starts a unit of a module wherever it stands (a definition starts with a name).
    pub fn starts_unit(self) -> bool {
        matches!(
            self,
            Kind::Variable
                | Kind::Constant
                | Kind::Recursive
                | Kind::Local
                | Kind::Instance
                | Kind::Assume
                | Kind::Assumption
                | Kind::Axiom
                | Kind::Theorem
                | Kind::Use
                | Kind::Hide
                | Kind::ModuleStart
                | Kind::Separator
        )
    }

    /// Whether an operand may start with it. Operators are another matter: see the grammar.
    pub fn starts_operand(self) -> bool {
        matches!(
            self,
            Kind::Name
                | Kind::Number
                | Kind::Decimal
                | Kind::String
                | Kind::StepName
                | Kind::LeftParen
                | Kind::LeftBracket
                | Kind::LeftBrace
                | Kind::LeftAngle
                | Kind::At
                | Kind::Fairness(_)
                | Kind::Forall
                | Kind::Exists
                | Kind::TemporalForall
                | Kind::TemporalExists
                | Kind::If
                | Kind::Case
                | Kind::Choose
                | Kind::Let
                | Kind::Lambda
        )
    }

    /// Whether it starts a proof step.
    pub fn starts_step(self) -> bool {
        matches!(self, Kind::StepName | Kind::StepDot | Kind::StepBare)
    }
}
