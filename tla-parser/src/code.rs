//! The one table of diagnostic codes, of every stage.
//!
//! `E01xx` lexical and syntactic, `E02xx` names and modules, `E03xx` levels, `E04xx` the model's
//! configuration, `E05xx` evaluation, `E06xx` files and machine; `W…` are warnings.
//! Holds: codes are never reused or renumbered; every one has an explanation for
//! `tlacheck explain CODE` and a fixture.

/// A stable diagnostic code such as `E0101`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
pub struct Code(pub &'static str);

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

/// A row of the table.
pub struct Explanation {
    /// The code.
    pub code: Code,
    /// A short title.
    pub title: &'static str,
    /// What it means, an example, and what to do.
    pub text: &'static str,
}

/// The explanation of a code, given as text in any case.
pub fn explain(code: &str) -> Option<&'static Explanation> {
    TABLE.iter().find(|e| e.code.0.eq_ignore_ascii_case(code))
}

macro_rules! codes {
    ($($name:ident = $code:literal, $title:literal, $text:literal;)*) => {
        $(#[doc = $title] pub const $name: Code = Code($code);)*
        /// Every code, in order.
        pub const TABLE: &[Explanation] = &[
            $(Explanation { code: Code($code), title: $title, text: $text },)*
        ];
    };
}

codes! {
    UNEXPECTED_CHARACTER = "E0101", "a character that no TLA+ token starts with", "";
}
