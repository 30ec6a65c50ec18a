//! Small random graphs and random formulas: the checker against the meaning of the formulas.
//!
//! The second opinion is as plain as possible: every lasso of the graph up to a length, judged by the
//! formula itself. It has no normal form, no automaton and no components.

use tla_checker::liveness::{Answer, Graph, check};
use tla_checker::observer::Cancel;
use tla_checker::temporal::{Duty, Formula, Word, duties};

/// A small generator of numbers: the same ones in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % sides
    }
}

/// Atoms 0 and 1 are of states, 2 and 3 of steps.
const ATOMS: u32 = 4;

fn formula(dice: &mut Dice, depth: u64) -> Formula {
    let atom = |dice: &mut Dice| Formula::Atom(dice.roll(ATOMS.into()) as u32);
    if depth == 0 {
        return match dice.roll(12) {
            0 => Formula::Constant(dice.roll(2) == 0),
            1..4 => Formula::Not(Box::new(atom(dice))),
            _ => atom(dice),
        };
    }
    let mut inner = || Box::new(formula(dice, depth - 1));
    let (f, g) = (inner(), inner());
    match dice.roll(10) {
        0 => Formula::Not(f),
        1 => Formula::And(vec![*f, *g]),
        2 => Formula::Or(vec![*f, *g]),
        3 => Formula::Equivalent(f, g),
        4..6 => Formula::Always(f),
        6..8 => Formula::Eventually(f),
        8 => Formula::LeadsTo(f, g),
        _ => Formula::Fair {
            strong: dice.roll(2) == 0,
            enabled: dice.roll(2) as u32,
            taken: 2 + dice.roll(2) as u32,
        },
    }
}

struct Case {
    graph: Graph,
    fairness: Vec<Formula>,
    property: Formula,
}

fn case(dice: &mut Dice) -> Case {
    let states = 1 + dice.roll(5) as u32;
    let mut graph = Graph::new(ATOMS as usize);
    let of_state: Vec<u64> = (0..states).map(|_| dice.roll(4)).collect();
    for state in 0..states {
        let label = graph.labels.number(&[of_state[state as usize] | dice.roll(4) << 2]);
        graph.add(label);
    }
    for state in 0..states {
        let mut steps = Vec::new();
        for _ in 0..dice.roll(4) {
            let to = dice.roll(states.into()) as u32;
            if to != state {
                steps.push((to, graph.labels.number(&[of_state[state as usize] | dice.roll(4) << 2])));
            }
        }
        graph.expand(&mut steps);
    }
    graph.initial = (0..states).filter(|&state| state == 0 || dice.roll(4) == 0).collect();
    let (depth, fair) = (1 + dice.roll(3), dice.roll(3));
    let fairness = (0..fair).map(|_| formula(dice, 1)).collect();
    Case { fairness, property: formula(dice, depth), graph }
}

impl Case {
    /// Whether every state can be reached.
    fn is_connected(&self) -> bool {
        let mut seen = vec![false; self.graph.len()];
        let mut waiting = self.graph.initial.clone();
        while let Some(state) = waiting.pop() {
            if !std::mem::replace(&mut seen[state as usize], true) {
                waiting.extend(self.graph.edges(state).map(|edge| edge.0));
            }
        }
        seen.iter().all(|&seen| seen)
    }

    /// Whether a word of labels violates the property under fairness.
    fn violates(&self, labels: &[u32], back: usize) -> bool {
        let truth = |at: usize, atom: u32| self.graph.labels.has(labels[at], atom);
        let word = Word { length: labels.len(), back, truth: &truth };
        self.fairness.iter().all(|f| f.holds(&word)) && !self.property.holds(&word)
    }

    /// A lasso of at most so many steps that violates the property.
    fn search(&self, states: &mut Vec<u32>, labels: &mut Vec<u32>, most: usize) -> bool {
        let last = *states.last().expect("it begins somewhere");
        for (to, label) in self.graph.edges(last) {
            labels.push(label);
            let mut backs = (0..states.len()).filter(|&back| states[back] == to);
            if backs.any(|back| self.violates(labels, back)) {
                return true;
            }
            if labels.len() < most {
                states.push(to);
                if self.search(states, labels, most) {
                    return true;
                }
                states.pop();
            }
            labels.pop();
        }
        false
    }

    fn is_violated(&self, most: usize) -> bool {
        self.graph.initial.iter().any(|&first| self.search(&mut vec![first], &mut Vec::new(), most))
    }

    fn answer(&self, threads: usize) -> Answer {
        let duties: Vec<Duty> = duties(&self.fairness, &self.property).expect("it is small");
        check(&self.graph, &|at| &duties[at], duties.len(), threads, &Cancel::new())
    }
}

/// Labels of a lasso's steps such that it violates the property; where a state has several steps to another,
/// any of them may be meant.
fn shows(case: &Case, states: &[u32], back: usize, labels: &mut Vec<u32>) -> bool {
    let at = labels.len();
    if at == states.len() {
        return case.violates(labels, back);
    }
    let to = states.get(at + 1).copied().unwrap_or(states[back]);
    for (_, label) in case.graph.edges(states[at]).filter(|edge| edge.0 == to) {
        labels.push(label);
        if shows(case, states, back, labels) {
            return true;
        }
        labels.pop();
    }
    false
}

#[test]
fn the_checker_agrees_with_the_meaning_of_formulas() {
    let mut dice = Dice(0x1234_5678_9abc_def1);
    let (mut violated, mut held, mut late) = (0, 0, 0);
    while violated + held < 20_000 {
        let case = case(&mut dice);
        if !case.is_connected() {
            continue;
        }
        let answer = case.answer(1);
        assert_eq!(answer, case.answer(3), "threads make no difference");
        let text = || format!("{:?}\nfairness {:?}\nproperty {:?}", case.graph, case.fairness, case.property);
        match &answer {
            Answer::Met(_, lasso) => {
                violated += 1;
                assert!(case.graph.initial.contains(&lasso.states[0]), "{}", text());
                assert!(shows(&case, &lasso.states, lasso.back, &mut Vec::new()), "{lasso:?}\n{}", text());
                late += u32::from(lasso.states.len() > 3);
            }
            Answer::None => {
                held += 1;
                assert!(!case.is_violated(6), "{}", text());
            }
            Answer::Cancelled => panic!("nobody cancelled"),
        }
    }
    // Neither answer is a rarity, and not all lassos are trivial.
    assert!(violated > 5000 && held > 5000 && late > 150, "{violated} violated, {held} held, {late} late");
}
