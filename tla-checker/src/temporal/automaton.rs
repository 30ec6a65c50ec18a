//! An automaton that accepts the behaviours that satisfy a formula.
//!
//! Enters: a formula in normal form. Leaves: an [`Automaton`] whose moves carry guards and acceptance
//! (generalised Büchi on transitions). Holds: a state is the set of formulas that the rest of the behaviour
//! has to satisfy; a move that puts off an eventuality does not accept for it, so a run that accepts
//! infinitely often for each eventuality keeps all promises. J.-M. Couvreur, *On-the-fly Verification of
//! Linear Temporal Logic*, FM 1999.

use super::Normal;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// A move from one state of the automaton to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// What the step must satisfy.
    pub guard: Normal,
    /// Where it leads.
    pub to: usize,
    /// The eventualities that it puts off.
    pub puts_off: Vec<usize>,
}

/// The automaton of a formula. Its first state is where it begins.
#[derive(Clone, Debug)]
pub struct Automaton {
    /// By state.
    pub moves: Vec<Vec<Move>>,
    /// How many eventualities there are.
    pub eventualities: usize,
}

/// The most states an automaton may have, and the most moves from one.
const MOST: usize = 2000;

type Set = BTreeSet<Normal>;

/// A way to satisfy a set of formulas.
#[derive(Clone, Default, PartialEq, Eq)]
struct Way {
    guard: Set,
    next: Set,
    puts_off: BTreeSet<usize>,
}

impl Automaton {
    /// The automaton of a formula.
    ///
    /// # Errors
    /// It would be too large.
    pub fn new(formula: Normal) -> Result<Automaton, String> {
        let first: Set = match formula {
            Normal::And(all) => all.into_iter().collect(),
            Normal::Constant(true) => Set::new(),
            f => [f].into(),
        };
        let mut eventualities = FxHashMap::default();
        let mut numbers: FxHashMap<Set, usize> = FxHashMap::default();
        numbers.insert(first.clone(), 0);
        let (mut waiting, mut moves) = (vec![first], Vec::new());
        while moves.len() < waiting.len() {
            let todo: Vec<Normal> = waiting[moves.len()].iter().cloned().collect();
            let mut ways = Vec::new();
            expand(todo, Way::default(), &mut eventualities, &mut ways)?;
            let mut own = Vec::new();
            for way in reduced(ways) {
                let guard = Normal::and(way.guard.into_iter().collect());
                if guard == Normal::Constant(false) {
                    continue;
                }
                let to = *numbers.entry(way.next.clone()).or_insert_with(|| {
                    waiting.push(way.next);
                    waiting.len() - 1
                });
                own.push(Move { guard, to, puts_off: way.puts_off.into_iter().collect() });
            }
            moves.push(own);
            if waiting.len() > MOST {
                return Err(format!("its automaton has more than {MOST} states"));
            }
        }
        Ok(Automaton { moves, eventualities: eventualities.len() })
    }

    /// Whether anything is accepted, as far as its own moves tell.
    pub fn is_satisfiable(&self) -> bool {
        !self.moves[0].is_empty()
    }
}

/// The ways to satisfy all of `todo`, beginning as `way` does.
fn expand(
    mut todo: Vec<Normal>,
    mut way: Way,
    eventualities: &mut FxHashMap<Normal, usize>,
    ways: &mut Vec<Way>,
) -> Result<(), String> {
    while let Some(f) = todo.pop() {
        match f {
            f if f.is_present() => {
                way.guard.insert(f);
            }
            Normal::And(all) => todo.extend(all),
            Normal::Always(g) => {
                todo.push((*g).clone());
                way.next.insert(Normal::Always(g));
            }
            Normal::Eventually(g) => {
                let number = eventualities.len();
                let number = *eventualities.entry(Normal::Eventually(g.clone())).or_insert(number);
                let (mut sooner, mut later) = (todo.clone(), way.clone());
                // Where it holds now there is no need to put it off.
                if g.is_present() {
                    later.guard.insert(g.negated());
                }
                sooner.push((*g).clone());
                later.next.insert(Normal::Eventually(g));
                later.puts_off.insert(number);
                expand(sooner, way, eventualities, ways)?;
                return expand(todo, later, eventualities, ways);
            }
            Normal::Or(all) => {
                let (now, later): (Vec<_>, Vec<_>) = all.into_iter().partition(Normal::is_present);
                let now = Normal::or(now);
                for f in later {
                    let (mut todo, mut way) = (todo.clone(), way.clone());
                    todo.push(f);
                    way.guard.insert(now.negated());
                    expand(todo, way, eventualities, ways)?;
                }
                if now == Normal::Constant(false) {
                    return Ok(());
                }
                way.guard.insert(now);
            }
            Normal::Constant(_) | Normal::Literal(..) => unreachable!("of the present"),
        }
    }
    if Normal::and(way.guard.iter().cloned().collect()) == Normal::Constant(false) {
        return Ok(());
    }
    if ways.len() > MOST {
        return Err(format!("its automaton has more than {MOST} moves from one state"));
    }
    if !ways.contains(&way) {
        ways.push(way);
    }
    Ok(())
}

/// Without the ways that ask for more than another does.
fn reduced(ways: Vec<Way>) -> Vec<Way> {
    let asks_more = |way: &Way, other: &Way| {
        way != other
            && other.guard.is_subset(&way.guard)
            && other.next.is_subset(&way.next)
            && other.puts_off.is_subset(&way.puts_off)
    };
    let needed = |way: &&Way| !ways.iter().any(|other| asks_more(way, other));
    ways.iter().filter(needed).cloned().collect()
}
