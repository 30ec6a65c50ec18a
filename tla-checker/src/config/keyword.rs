//! The keywords of a configuration, and which one a misspelling meant.
//!
//! Enters: a word. Leaves: the closest keyword, if one is close.

/// Every keyword.
pub const KEYWORDS: &[&str] = &[
    "SPECIFICATION",
    "INIT",
    "NEXT",
    "CONSTANT",
    "CONSTANTS",
    "INVARIANT",
    "INVARIANTS",
    "PROPERTY",
    "PROPERTIES",
    "CONSTRAINT",
    "CONSTRAINTS",
    "ACTION_CONSTRAINT",
    "ACTION_CONSTRAINTS",
    "SYMMETRY",
    "VIEW",
    "ALIAS",
    "POSTCONDITION",
    "CHECK_DEADLOCK",
];

/// The keyword a word was probably meant to be: the closest by edits, at most a third of its letters
/// away; letters in the wrong case cost nothing.
pub fn similar_keyword(word: &str) -> Option<&'static str> {
    if !(3..=24).contains(&word.len()) {
        return None;
    }
    let upper = word.to_ascii_uppercase();
    KEYWORDS
        .iter()
        .map(|&k| (strsim::osa_distance(&upper, k), k))
        .filter(|&(d, k)| d <= k.len().min(upper.len()) / 3)
        .min_by_key(|&(d, _)| d)
        .map(|(_, k)| k)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspellings_find_their_keyword() {
        for (word, keyword) in [
            ("INVARINT", Some("INVARIANT")),
            ("invariants", Some("INVARIANTS")),
            ("SPECFICATION", Some("SPECIFICATION")),
            ("PROPERTEIS", Some("PROPERTIES")),
            ("CHECK_DEADLOK", Some("CHECK_DEADLOCK")),
            ("Spec", None),
            ("N", None),
            ("RM", None),
        ] {
            assert_eq!(similar_keyword(word), keyword, "{word}");
        }
    }
}
