//! A temporal formula as it was written, and its truth on a lasso.
//!
//! Enters: a formula and an ultimately periodic word. Leaves: whether it holds. Holds: this is the meaning of
//! the temporal operators, as plainly as it can be written: no normal form, no automaton. Every
//! counterexample is judged by it before it is reported, and the checker's tests compare with it.

/// A formula. Its atoms are numbers: places in [`Temporal::atoms`](super::Temporal::atoms).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Formula {
    /// `TRUE`, `FALSE`
    Constant(bool),
    /// A predicate of the state or of the step.
    Atom(u32),
    /// `~F`
    Not(Box<Formula>),
    /// `F /\ G`, `\A`
    And(Vec<Formula>),
    /// `F \/ G`, `\E`
    Or(Vec<Formula>),
    /// `F <=> G`
    Equivalent(Box<Formula>, Box<Formula>),
    /// `[]F`
    Always(Box<Formula>),
    /// `<>F`
    Eventually(Box<Formula>),
    /// `F ~> G`
    LeadsTo(Box<Formula>, Box<Formula>),
    /// `WF_v(A)`, `SF_v(A)`
    Fair {
        /// Strong.
        strong: bool,
        /// `ENABLED <<A>>_v`
        enabled: u32,
        /// `<<A>>_v`
        taken: u32,
    },
}

/// An ultimately periodic word: after the last letter comes the one at `back` again.
pub struct Word<'w> {
    /// How many letters there are.
    pub length: usize,
    /// Where it goes on after the last.
    pub back: usize,
    /// Whether an atom is true of a letter.
    pub truth: &'w dyn Fn(usize, u32) -> bool,
}

impl Formula {
    /// `F => G`
    pub fn implies(f: Formula, g: Formula) -> Formula {
        Formula::Or(vec![Formula::Not(Box::new(f)), g])
    }

    /// Whether the word satisfies the formula.
    pub fn holds(&self, word: &Word<'_>) -> bool {
        self.truths(word)[0]
    }

    /// Of each letter, whether the word from there on satisfies the formula.
    fn truths(&self, word: &Word<'_>) -> Vec<bool> {
        let of = |f: &Formula| f.truths(word);
        let each = |truth: &dyn Fn(usize) -> bool| (0..word.length).map(truth).collect::<Vec<_>>();
        match self {
            Formula::Constant(truth) => vec![*truth; word.length],
            Formula::Atom(atom) => each(&|at| (word.truth)(at, *atom)),
            Formula::Not(f) => of(f).into_iter().map(|truth| !truth).collect(),
            Formula::And(all) => {
                let all: Vec<_> = all.iter().map(of).collect();
                each(&|at| all.iter().all(|f| f[at]))
            }
            Formula::Or(all) => {
                let all: Vec<_> = all.iter().map(of).collect();
                each(&|at| all.iter().any(|f| f[at]))
            }
            Formula::Equivalent(f, g) => {
                let (f, g) = (of(f), of(g));
                each(&|at| f[at] == g[at])
            }
            Formula::Always(f) => always(&of(f), word.back),
            Formula::Eventually(f) => eventually(&of(f), word.back),
            Formula::LeadsTo(f, g) => {
                let (f, g) = (of(f), eventually(&of(g), word.back));
                always(&each(&|at| !f[at] || g[at]), word.back)
            }
            Formula::Fair { strong, enabled, taken } => {
                let cycle = || word.back..word.length;
                let enabled = |at: usize| (word.truth)(at, *enabled);
                let taken = cycle().any(|at| (word.truth)(at, *taken));
                let asks = if *strong { cycle().any(enabled) } else { cycle().all(enabled) };
                vec![!asks || taken; word.length]
            }
        }
    }
}

fn always(truths: &[bool], back: usize) -> Vec<bool> {
    let mut from = truths[back..].iter().all(|&truth| truth);
    let mut found = vec![from; truths.len()];
    for at in (0..back).rev() {
        from &= truths[at];
        found[at] = from;
    }
    found
}

fn eventually(truths: &[bool], back: usize) -> Vec<bool> {
    let mut from = truths[back..].iter().any(|&truth| truth);
    let mut found = vec![from; truths.len()];
    for at in (0..back).rev() {
        from |= truths[at];
        found[at] = from;
    }
    found
}
