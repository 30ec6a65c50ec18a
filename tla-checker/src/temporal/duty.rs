//! The ways to violate a property under fairness, each a search of its own.
//!
//! Enters: the fairness and the property. Leaves: [`Duty`]s: the negation is a disjunction, and each disjunct
//! is looked for by itself. Holds: what asks for something infinitely often, or from some time on, stays
//! outside the automaton as a [`Clause`]: fairness conditions, however many, do not make it larger.

use super::{Automaton, Formula, Normal};

/// A condition on cycles: from some time on one of `at_last`, or infinitely often `often`. A Büchi condition
/// where `at_last` is empty, a Streett pair where it has one formula.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Clause {
    /// All steps of the cycle satisfy one of these.
    pub at_last: Vec<Normal>,
    /// A step of the cycle satisfies this.
    pub often: Option<Normal>,
}

/// A way to violate a property.
#[derive(Clone, Debug)]
pub struct Duty {
    /// What a cycle must satisfy.
    pub clauses: Vec<Clause>,
    /// What accepts the rest of the formula.
    pub automaton: Automaton,
}

/// The most ways a property is taken apart into.
const MOST: usize = 4096;

/// The ways to violate a property under fairness; none where it cannot be violated.
///
/// # Errors
/// There are too many, or they are too large.
pub fn duties(fairness: &[Formula], property: &Formula) -> Result<Vec<Duty>, String> {
    let assumed = fairness.iter().map(|f| Normal::new(f, true));
    let wanted = Normal::and(assumed.chain([Normal::new(property, false)]).collect());
    let mut found = Vec::new();
    for conjunction in disjuncts(&wanted)? {
        let (mut clauses, mut rest) = (Vec::new(), Vec::new());
        for part in conjunction {
            match Clause::of(&part) {
                Some(clause) => clauses.push(clause),
                None => rest.push(part),
            }
        }
        let automaton = Automaton::new(Normal::and(rest))?;
        if automaton.is_satisfiable() {
            found.push(Duty { clauses, automaton });
        }
    }
    Ok(found)
}

impl Clause {
    fn of(f: &Normal) -> Option<Clause> {
        let all = match f {
            Normal::Or(all) => all.as_slice(),
            f => std::slice::from_ref(f),
        };
        let mut clause = Clause::default();
        let mut often = Vec::new();
        for f in all {
            match f {
                Normal::Always(inner) => match &**inner {
                    Normal::Eventually(p) if p.is_present() => often.push((**p).clone()),
                    _ => return None,
                },
                Normal::Eventually(inner) => match &**inner {
                    Normal::Always(p) if p.is_present() => clause.at_last.push((**p).clone()),
                    _ => return None,
                },
                _ => return None,
            }
        }
        clause.often = (!often.is_empty()).then(|| Normal::or(often));
        Some(clause)
    }
}

/// The disjuncts of a formula, each a list of conjuncts.
fn disjuncts(f: &Normal) -> Result<Vec<Vec<Normal>>, String> {
    let found = match f {
        Normal::Constant(true) => vec![Vec::new()],
        Normal::Constant(false) => Vec::new(),
        Normal::And(all) => {
            let mut found: Vec<Vec<Normal>> = vec![Vec::new()];
            for f in all {
                let more = disjuncts(f)?;
                if found.len() * more.len() > MOST {
                    return Err(too_many());
                }
                let with = |before: &Vec<Normal>| {
                    let before = before.clone();
                    more.iter()
                        .map(move |after| before.iter().chain(after).cloned().collect())
                        .collect::<Vec<_>>()
                };
                found = found.iter().flat_map(with).collect();
            }
            found
        }
        f if Clause::of(f).is_some() => vec![vec![f.clone()]],
        Normal::Or(all) => {
            let (now, later): (Vec<_>, Vec<_>) = all.iter().cloned().partition(Normal::is_present);
            let (clauses, later): (Vec<_>, Vec<_>) = later.into_iter().partition(|f| Clause::of(f).is_some());
            let mut found = Vec::new();
            for f in [Normal::or(now), Normal::or(clauses)] {
                if f != Normal::Constant(false) {
                    found.push(vec![f]);
                }
            }
            for f in later {
                found.extend(disjuncts(&f)?);
            }
            found
        }
        // `<>(F \/ G)` is `<>F \/ <>G`.
        Normal::Eventually(inner) => match &**inner {
            Normal::Or(all) if !inner.is_present() => {
                let (now, later): (Vec<_>, Vec<_>) = all.iter().cloned().partition(Normal::is_present);
                let mut found = Vec::new();
                for f in later.into_iter().chain([Normal::or(now)]) {
                    found.extend(disjuncts(&Normal::eventually(f))?);
                }
                found
            }
            _ => vec![vec![f.clone()]],
        },
        f => vec![vec![f.clone()]],
    };
    if found.len() > MOST { Err(too_many()) } else { Ok(found) }
}

fn too_many() -> String {
    format!("there are more than {MOST} ways to violate it")
}
