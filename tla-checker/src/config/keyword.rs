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
        .map(|&k| (distance(&upper, k), k))
        .filter(|&(d, k)| d <= k.len().min(upper.len()) / 3)
        .min_by_key(|&(d, _)| d)
        .map(|(_, k)| k)
}

/// Levenshtein's distance, a swap of neighbours counting one.
pub fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0usize; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    for j in 0..=b.len() {
        rows[0][j] = j;
    }
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let change = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = change.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()]
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
