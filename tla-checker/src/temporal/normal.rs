//! Negation normal form.
//!
//! Enters: a [`Formula`], or its negation. Leaves: [`Normal`]. Holds: negations stand before atoms only;
//! conjunctions and disjunctions are flat and sorted; a *tail* formula (one whose truth no finite beginning of
//! a behaviour changes) is always a combination of `[]<>p` and `<>[]p`, where `p` speaks of the present
//! alone. The laws are those of K. Etessami and G. Holzmann (*Optimizing Büchi Automata*, CONCUR 2000),
//! which say in particular `[]T = <>T = T` for a tail formula `T`.

use super::Formula;

/// A formula in negation normal form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Normal {
    /// `TRUE`, `FALSE`
    Constant(bool),
    /// An atom, or its negation.
    Literal(u32, bool),
    /// Several, none of them a conjunction.
    And(Vec<Normal>),
    /// Several, none of them a disjunction.
    Or(Vec<Normal>),
    /// `[]F`
    Always(Box<Normal>),
    /// `<>F`
    Eventually(Box<Normal>),
}

use Normal::{Always, And, Constant, Eventually, Literal, Or};

impl Normal {
    /// The normal form of a formula, or of its negation.
    pub fn new(formula: &Formula, positive: bool) -> Normal {
        let of = |f: &Formula| Normal::new(f, positive);
        let both = |all: &[Formula], conjunction: bool| {
            let all = all.iter().map(of).collect();
            if conjunction == positive { Normal::and(all) } else { Normal::or(all) }
        };
        match formula {
            Formula::Constant(truth) => Constant(*truth == positive),
            Formula::Atom(atom) => Literal(*atom, positive),
            Formula::Not(f) => Normal::new(f, !positive),
            Formula::And(all) => both(all, true),
            Formula::Or(all) => both(all, false),
            Formula::Equivalent(f, g) => {
                let part = |f_holds: bool, g_holds: bool| {
                    Normal::and(vec![Normal::new(f, f_holds), Normal::new(g, g_holds)])
                };
                Normal::or(vec![part(true, positive), part(false, !positive)])
            }
            Formula::Always(f) if positive => Normal::always(of(f)),
            Formula::Always(f) => Normal::eventually(of(f)),
            Formula::Eventually(f) if positive => Normal::eventually(of(f)),
            Formula::Eventually(f) => Normal::always(of(f)),
            Formula::LeadsTo(f, g) => {
                let (f, g) = (Normal::new(f, !positive), Normal::new(g, positive));
                match positive {
                    true => Normal::always(Normal::or(vec![f, Normal::eventually(g)])),
                    false => Normal::eventually(Normal::and(vec![f, Normal::always(g)])),
                }
            }
            Formula::Fair { strong, enabled, taken } => {
                let (idle, taken) = (Literal(*enabled, !positive), Literal(*taken, positive));
                let often = |f| Normal::always(Normal::eventually(f));
                let at_last = |f| Normal::eventually(Normal::always(f));
                match (positive, strong) {
                    (true, false) => often(Normal::or(vec![idle, taken])),
                    (true, true) => Normal::or(vec![at_last(idle), often(taken)]),
                    (false, false) => at_last(Normal::and(vec![idle, taken])),
                    (false, true) => Normal::and(vec![often(idle), at_last(taken)]),
                }
            }
        }
    }

    /// A conjunction.
    pub fn and(all: Vec<Normal>) -> Normal {
        let mut flat = Vec::new();
        for f in all {
            match f {
                Constant(true) => {}
                And(more) => flat.extend(more),
                f => flat.push(f),
            }
        }
        flat.sort_unstable();
        flat.dedup();
        let absurd = flat.iter().any(|f| match f {
            Constant(truth) => !truth,
            Literal(atom, true) => flat.binary_search(&Literal(*atom, false)).is_ok(),
            _ => false,
        });
        match flat.len() {
            _ if absurd => Constant(false),
            0 => Constant(true),
            1 => flat.remove(0),
            _ => And(flat),
        }
    }

    /// A disjunction.
    pub fn or(all: Vec<Normal>) -> Normal {
        let mut flat = Vec::new();
        for f in all {
            match f {
                Constant(false) => {}
                Or(more) => flat.extend(more),
                f => flat.push(f),
            }
        }
        flat.sort_unstable();
        flat.dedup();
        let certain = flat.iter().any(|f| match f {
            Constant(truth) => *truth,
            Literal(atom, true) => flat.binary_search(&Literal(*atom, false)).is_ok(),
            _ => false,
        });
        match flat.len() {
            _ if certain => Constant(true),
            0 => Constant(false),
            1 => flat.remove(0),
            _ => Or(flat),
        }
    }

    /// `[]F`
    pub fn always(f: Normal) -> Normal {
        match f {
            f if f.is_tail() => f,
            Always(g) => Always(g),
            Eventually(g) => Normal::often(*g),
            // `[](F \/ T)` is `[]F \/ T`.
            Or(all) => {
                let (mut tails, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(Normal::is_tail);
                let rest = Normal::or(rest);
                match tails.is_empty() {
                    true => Always(Box::new(rest)),
                    false => {
                        tails.push(Normal::always(rest));
                        Normal::or(tails)
                    }
                }
            }
            // `[](F /\ T)` is `[]F /\ T`, `[](F /\ []G)` is `[](F /\ G)`.
            And(all) => {
                let (mut tails, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(Normal::is_tail);
                let bare = rest.iter().cloned().map(|f| match f {
                    Always(g) => *g,
                    f => f,
                });
                let bare = Normal::and(bare.collect());
                match (tails.is_empty(), &bare) {
                    (true, And(_)) => Always(Box::new(bare)),
                    _ => {
                        tails.push(Normal::always(bare));
                        Normal::and(tails)
                    }
                }
            }
            f => Always(Box::new(f)),
        }
    }

    /// `<>F`
    pub fn eventually(f: Normal) -> Normal {
        match f {
            f if f.is_tail() => f,
            Eventually(g) => Eventually(g),
            Always(g) => Normal::at_last(*g),
            And(all) => {
                let (mut tails, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(Normal::is_tail);
                let rest = Normal::and(rest);
                match tails.is_empty() {
                    true => Eventually(Box::new(rest)),
                    false => {
                        tails.push(Normal::eventually(rest));
                        Normal::and(tails)
                    }
                }
            }
            Or(all) => {
                let (mut tails, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(Normal::is_tail);
                let bare = rest.iter().cloned().map(|f| match f {
                    Eventually(g) => *g,
                    f => f,
                });
                let bare = Normal::or(bare.collect());
                match (tails.is_empty(), &bare) {
                    (true, Or(_)) => Eventually(Box::new(bare)),
                    _ => {
                        tails.push(Normal::eventually(bare));
                        Normal::or(tails)
                    }
                }
            }
            f => Eventually(Box::new(f)),
        }
    }

    /// `[]<>F`: `[]<>(F \/ G)` is `[]<>F \/ []<>G`, `[]<>(F /\ <>G)` is `[]<>F /\ []<>G`, and
    /// `[]<>(F /\ []G)` is `[]<>F /\ <>[]G`.
    fn often(f: Normal) -> Normal {
        match f {
            f if f.is_tail() => f,
            f if f.is_present() => Always(Box::new(Eventually(Box::new(f)))),
            Eventually(g) => Normal::often(*g),
            Always(g) => Normal::at_last(*g),
            Or(all) => {
                let (now, later): (Vec<_>, Vec<_>) = all.into_iter().partition(Normal::is_present);
                let now = Normal::often(Normal::or(now));
                Normal::or(later.into_iter().map(Normal::often).chain([now]).collect())
            }
            And(all) => match apart(all, true) {
                Ok((outer, inner)) => {
                    Normal::and(outer.into_iter().map(Normal::often).chain([Normal::often(inner)]).collect())
                }
                Err(branches) => Normal::or(branches.into_iter().map(Normal::often).collect()),
            },
            Constant(_) | Literal(..) => f,
        }
    }

    /// `<>[]F`: the dual.
    fn at_last(f: Normal) -> Normal {
        match f {
            f if f.is_tail() => f,
            f if f.is_present() => Eventually(Box::new(Always(Box::new(f)))),
            Eventually(g) => Normal::often(*g),
            Always(g) => Normal::at_last(*g),
            And(all) => {
                let (now, later): (Vec<_>, Vec<_>) = all.into_iter().partition(Normal::is_present);
                let now = Normal::at_last(Normal::and(now));
                Normal::and(later.into_iter().map(Normal::at_last).chain([now]).collect())
            }
            Or(all) => match apart(all, false) {
                Ok((outer, inner)) => {
                    let inner = Normal::at_last(inner);
                    Normal::or(outer.into_iter().map(Normal::at_last).chain([inner]).collect())
                }
                Err(branches) => Normal::and(branches.into_iter().map(Normal::at_last).collect()),
            },
            Constant(_) | Literal(..) => f,
        }
    }

    /// Whether it has no temporal operator.
    pub fn is_present(&self) -> bool {
        match self {
            Constant(_) | Literal(..) => true,
            And(all) | Or(all) => all.iter().all(Normal::is_present),
            Always(_) | Eventually(_) => false,
        }
    }

    /// Whether no finite beginning changes its truth.
    pub fn is_tail(&self) -> bool {
        match self {
            Constant(_) => true,
            Literal(..) => false,
            And(all) | Or(all) => all.iter().all(Normal::is_tail),
            Always(f) => matches!(**f, Eventually(_)),
            Eventually(f) => matches!(**f, Always(_)),
        }
    }

    /// The truth of a formula without temporal operators.
    pub fn is_true_of(&self, letter: &dyn Fn(u32) -> bool) -> bool {
        match self {
            Constant(truth) => *truth,
            Literal(atom, positive) => letter(*atom) == *positive,
            And(all) => all.iter().all(|f| f.is_true_of(letter)),
            Or(all) => all.iter().any(|f| f.is_true_of(letter)),
            Always(_) | Eventually(_) => unreachable!("only asked of the present"),
        }
    }

    /// The negation of a formula without temporal operators.
    pub fn negated(&self) -> Normal {
        match self {
            Constant(truth) => Constant(!truth),
            Literal(atom, positive) => Literal(*atom, !positive),
            And(all) => Normal::or(all.iter().map(Normal::negated).collect()),
            Or(all) => Normal::and(all.iter().map(Normal::negated).collect()),
            Always(f) => Normal::eventually(f.negated()),
            Eventually(f) => Normal::always(f.negated()),
        }
    }
}

/// Operands of `/\` (of `\/`, where `conjunction` is false) under `[]<>` (`<>[]`): either those that can be
/// taken out and the rest, or, where another junction is among them, that one multiplied out.
fn apart(all: Vec<Normal>, conjunction: bool) -> Result<(Vec<Normal>, Normal), Vec<Normal>> {
    let join = if conjunction { Normal::and } else { Normal::or };
    let (outer, inner): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|f| matches!(f, Always(_) | Eventually(_)));
    if !outer.is_empty() {
        return Ok((outer, join(inner)));
    }
    let mixed = inner.iter().position(|f| !f.is_present()).expect("it is not of the present");
    let mut rest = inner;
    match rest.remove(mixed) {
        And(branches) | Or(branches) => {
            let with = |branch| join(rest.iter().cloned().chain([branch]).collect());
            Err(branches.into_iter().map(with).collect())
        }
        f => Ok((vec![f], join(rest))),
    }
}
