//! Broken inputs: truncations and mutations of every fixture.

use super::*;

/// A fixture: its module, and its configuration if it has one.
struct Fixture {
    name: String,
    module: String,
    cfg: Option<String>,
}

fn all(folders: &[&str]) -> Vec<Fixture> {
    let mut found = Vec::new();
    for folder in folders {
        for entry in std::fs::read_dir(fixtures().join(folder)).expect("fixtures").flatten() {
            let path = entry.path();
            if path.extension().is_some_and(|e| e == "tla") {
                let module = std::fs::read_to_string(&path).expect("text");
                let cfg = std::fs::read_to_string(path.with_extension("cfg")).ok();
                found.push(Fixture { name: path.display().to_string(), module, cfg });
            }
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(found.len() > 100);
    found
}

fn library() -> Library {
    Library::new().with_folder(fixtures().join("specs")).with_folder(fixtures().join("errors"))
}

/// Every so many bytes, but all of the last hundred.
fn cuts(text: &str, stride: usize, offset: usize) -> impl Iterator<Item = &str> {
    let tail = text.len().saturating_sub(if stride > 1 { 0 } else { 100 });
    (0..text.len())
        .filter(move |at| at % stride == offset % stride || *at > tail)
        .filter(|at| text.is_char_boundary(*at))
        .map(|at| &text[..at])
}

fn try_one(name: &str, module: &str, cfg: Option<&str>, library: &Library) {
    let start = Instant::now();
    let end = whole_way(module, cfg, library, BOUNDS);
    no_bug(&end, || format!("{name}\n{module}\n{}", cfg.unwrap_or_default()));
    let took = start.elapsed();
    assert!(took < Duration::from_secs(3), "{name} took {took:?}:\n{module}\n{}", cfg.unwrap_or_default());
}

#[test]
fn truncated_modules() {
    let (library, stride) = (library(), if full() { 1 } else { 151 });
    for (at, fixture) in all(&["specs", "errors"]).iter().enumerate() {
        for text in cuts(&fixture.module, stride, at) {
            try_one(&fixture.name, text, fixture.cfg.as_deref(), &library);
            // Closed again, so that what was cut is resolved and run too.
            if text.ends_with('\n') {
                try_one(&fixture.name, &format!("{text}===="), fixture.cfg.as_deref(), &library);
            }
        }
    }
}

#[test]
fn truncated_configurations() {
    let (library, stride) = (library(), if full() { 1 } else { 11 });
    for (at, fixture) in all(&["specs", "errors"]).iter().enumerate() {
        for text in fixture.cfg.iter().flat_map(|cfg| cuts(cfg, stride, at)) {
            try_one(&fixture.name, &fixture.module, Some(text), &library);
        }
    }
}

/// A small generator of numbers (splitmix64), so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) as usize % n.max(1)
    }

    fn place(&mut self, text: &str) -> usize {
        let mut at = self.below(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }
}

/// Words that keep much of a spec meaningful, so that mutants reach the evaluator.
const PIECES: &str = "( ) [ ] { } << >> /\\ \\/ = # == ' ! @ , . : :: |-> -> <- \\in \\notin \\subseteq \\cup \\cap \\ \
    \\X .. + - * ^ % \\div => <=> ~ < > <= >= 0 1 2 -1 1000000 99999999999999999999 \"a\" TRUE FALSE {} <<>> {1} \
    x SUBSET UNION DOMAIN ENABLED UNCHANGED CHOOSE EXCEPT LET IN IF THEN ELSE CASE OTHER [] <> [][ ]_x WF_x \\E \\A \
    LAMBDA INSTANCE WITH LOCAL RECURSIVE VARIABLE CONSTANT ASSUME EXTENDS Nat Int Seq Len Head Tail Append \\o \
    Cardinality BOOLEAN STRING @@ :> Assert Permutations SortSeq \\cdot === ---- ∧ é \
    INVARIANT INIT NEXT SPECIFICATION CONSTRAINT VIEW ALIAS POSTCONDITION SYMMETRY CHECK_DEADLOCK";

fn mutate(random: &mut Random, text: &mut String, pieces: &[&str]) {
    let (a, b) = (random.place(text), random.place(text));
    let (start, end) = (a.min(b), a.max(b));
    match random.below(6) {
        0 => text.insert_str(a, &format!(" {} ", pieces[random.below(pieces.len())])),
        1 if end - start < 30 => text.replace_range(start..end, ""),
        2 if end - start < 200 => {
            let piece = text[start..end].to_string();
            let at = random.place(text);
            text.insert_str(at, &piece);
        }
        3 | 4 => {
            // A word in place of a word.
            let begin = text[..a].rfind(char::is_whitespace).map_or(0, |at| at + 1);
            let begin = (begin..=a).find(|at| text.is_char_boundary(*at)).unwrap_or(a);
            let end = text[a..].find(char::is_whitespace).map_or(text.len(), |at| a + at);
            text.replace_range(begin..end, pieces[random.below(pieces.len())]);
        }
        _ => {
            let end = text[a..].chars().next().map_or(a, |c| a + c.len_utf8());
            text.replace_range(a..end, pieces[random.below(pieces.len())]);
        }
    }
}

/// Mutants from `from` on; a failing one can be repeated by its number.
fn mutants(from: u64, count: u64) {
    let (library, fixtures) = (library(), all(&["specs", "errors"]));
    let pieces: Vec<&str> = PIECES.split_whitespace().collect();
    for number in from..from + count {
        let mut random = Random(number.wrapping_mul(0x1_0000_0001));
        let fixture = &fixtures[random.below(fixtures.len())];
        let (mut module, mut cfg) = (fixture.module.clone(), fixture.cfg.clone());
        for _ in 0..=random.below(3) {
            match &mut cfg {
                Some(cfg) if random.below(5) == 0 => mutate(&mut random, cfg, &pieces),
                _ => mutate(&mut random, &mut module, &pieces),
            }
        }
        let name = format!("mutant {number} of {}", fixture.name);
        try_one(&name, &module, cfg.as_deref(), &library);
    }
}

#[test]
fn mutated_fixtures() {
    let first = std::env::var("MUTANT").ok().and_then(|n| n.parse().ok());
    match first {
        Some(number) => mutants(number, 1),
        None if full() => std::thread::scope(|scope| {
            // On as many threads as there are cores: checks do not know of each other.
            let threads = std::thread::available_parallelism().map_or(1, usize::from) as u64;
            for thread in 0..threads {
                scope.spawn(move || mutants(thread * (100_000 / threads), 100_000 / threads));
            }
        }),
        None => mutants(0, 1_500),
    }
}
