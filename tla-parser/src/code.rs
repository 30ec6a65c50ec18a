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
    CANCELLED = "E0698", "the run was cancelled",
        "The run was ended from outside (Ctrl-C, a time limit, or the program that embeds the checker) \
         while an expression was being evaluated. Nothing is wrong with the spec.";
    INTERNAL = "E0699", "a bug in the checker",
        "Something that must hold inside the checker did not: a thread panicked, or a trace could not be \
         rebuilt. The result of this run is not to be trusted. Please report it, with the spec and the \
         model; `--reference` may give an answer meanwhile.";
    ORDER_DEPENDENT = "W0601", "the spec's meaning depends on the order of evaluation",
        "The spec reads or writes something that is neither in the state nor constant: registers \
         (TLCGet, TLCSet), random elements, counters of the run. What it means depends on the order in \
         which states are visited, so the search runs on one worker, in the order of discovery, and two \
         runs may differ where the spec is random. TLCGet(\"level\") does not count: it is the same in \
         every order.";
    NOT_REPLAYED = "W0602", "a trace could not be repeated",
        "Every trace is repeated step by step before it is shown. The meaning of this spec depends on the \
         order of evaluation (see W0601) and a step came out differently the second time, so only the \
         last state is shown.";
    ALIAS_FAILED = "W0603", "ALIAS could not be evaluated on a trace",
        "The trace shows the variables instead. The violation itself is not affected.";
}
