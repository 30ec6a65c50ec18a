//! Places that are named really are there.

use super::write;
use specgen::codebase::citation::{Citation, CitationError, check};
use specgen::codebase::{Codebase, Refusal};

#[test]
fn only_places_that_are_there_pass() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        "src/a.rs",
        "fn one() {\n    lock();\n    delete();\n}\n\nfn two() {\n    delete();\n}\n",
    );
    let codebase = Codebase::open(folder.path()).unwrap();
    let hash = codebase.read("src/a.rs").unwrap().hash;
    let of = |text: &str| Citation::parse(text).unwrap();
    let passes = |c: &Citation| check(&codebase, c).unwrap();

    let found = passes(&of("src/a.rs:2-3"));
    assert_eq!((found.path.as_str(), found.first, found.last, &found.hash), ("src/a.rs", 2, 3, &hash));
    passes(&of(&format!("src/a.rs:8@{}", &hash[..8])));
    passes(&of(&format!("src/a.rs:L8@{}", hash.to_uppercase())));
    passes(&of("src/a.rs:1-4").quoting("lock();"));
    passes(&of("src/a.rs:1-4").quoting("\n  lock();\n  delete();\n"));

    let wrong = |c: &Citation| check(&codebase, c).unwrap_err();
    assert!(matches!(wrong(&of("src/b.rs:1")), CitationError::File(Refusal::NotThere { .. })));
    assert!(matches!(wrong(&of("../a.rs:1")), CitationError::File(Refusal::Outside { .. })));
    assert!(matches!(wrong(&of("src/a.rs:9")), CitationError::Lines { lines: 8, .. }));
    assert!(matches!(wrong(&of("src/a.rs:1-99")), CitationError::Lines { .. }));
    assert!(matches!(wrong(&of("src/a.rs:1@00000000")), CitationError::Hash { .. }));
    let quoted = wrong(&of("src/a.rs:1").quoting("lock();"));
    assert!(quoted.to_string().contains("but \"fn one() {\"\nhelp: it stands in line 2"), "{quoted}");
    let invented = wrong(&of("src/a.rs:1-8").quoting("unlock_all();"));
    assert!(invented.to_string().contains("holds it nowhere"), "{invented}");
    assert!(matches!(wrong(&of("src/a.rs:1").quoting(" \n ")), CitationError::Quote { elsewhere: None, .. }));
    // The quotation must be within the lines that are named.
    assert!(matches!(wrong(&of("src/a.rs:1-2").quoting("lock();\ndelete();")), CitationError::Quote { .. }));

    write(folder.path(), "src/a.rs", "fn other() {}\n");
    let stale = wrong(&of(&format!("src/a.rs:1@{hash}")));
    assert!(stale.to_string().contains("another state of the file"), "{stale}");
}

#[test]
fn a_citation_has_one_form() {
    for text in ["src/a.rs", "src/a.rs:", ":3", "a:0", "a:3-2", "a:b", "a:1-", "a:-1", ""] {
        assert!(matches!(Citation::parse(text), Err(CitationError::Form { .. })), "{text:?}");
    }
    for text in ["a.rs:1", "a:b.rs:1-20", "a@b.rs:3@0123456789abcdef"] {
        assert_eq!(Citation::parse(text).unwrap().to_string(), text);
    }
}
