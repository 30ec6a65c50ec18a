//! Rules of soundness that a build for tests can take out, one at a time.
//!
//! Enters: in a build with `RUSTFLAGS="--cfg canary"`, the variable `TLACHECK_CANARY`, which names a
//! [`Rule`]. Leaves: whether a rule is out. Holds: every other build has every rule, and [`without`] is
//! the constant `false` there. A search without a rule must be caught by a test, which
//! `.ci/canaries.py` demands of each; a rule that nothing catches is one that nobody would miss.

/// A rule that can be taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(canary, derive(clap::ValueEnum))]
pub(crate) enum Rule {
    /// A word that is read is logged.
    ReadWord,
    /// A bit that is read is logged.
    ReadBit,
    /// What is compared in both states of a step is logged.
    ReadSame,
    /// What does not hold whatever the second state of a step is does not depend on that.
    Beyond,
    /// An evaluation that enumerates a universe depends on its size.
    Size,
    /// What was learned for one size of a universe says nothing about another.
    Resize,
    /// What an action kept of the current state is read where its next state is looked at.
    ReadBack,
    /// An effect has all operations of its successor.
    Write,
    /// An effect has the fingerprint terms of what it writes.
    Term,
    /// An operation that a later one undoes is dropped.
    Settle,
    /// The cells that a branch has filled are filled anew.
    Retrace,
    /// Applications of a rule that a branch has worked out are its own.
    Branch,
    /// A hit of a kept expression repeats its reads.
    Follow,
    /// Expressions are kept by the values of the slots they mention.
    Arguments,
    /// Calls are recalled by the values of the arguments they asked for.
    Recalled,
    /// While the next state is being built, what reads it is evaluated at each use.
    Step,
    /// A failed evaluation leaves nothing.
    Errors,
    /// Whatever is impure is evaluated each time.
    Pure,
    /// Elements come in the order of values, not of discovery.
    Order,
    /// The elements of a universe can be compared with one another.
    Comparable,
    /// A footprint has every word that is read.
    Footprint,
    /// A footprint grows, by whatever any evaluation reads.
    Widen,
    /// Nothing follows from a state that satisfied a predicate in a way that is not known.
    Spoil,
    /// A state that was judged in another layout says nothing.
    JudgedIn,
    /// Behaviours are those that the specification's fairness admits.
    Fairness,
    /// A behaviour may stutter in any state.
    Stuttering,
    /// A cycle satisfies every condition that is asked of cycles.
    Pair,
    /// What is enabled is so whether or not the constraints admit the step.
    Enabled,
    /// What a state says of a model value follows it wherever a permutation takes it.
    Equivariant,
    /// Model values of which a state says the same are permuted.
    Ties,
    /// A permutation takes a value elsewhere, and not only changes it.
    Elsewhere,
}

/// Whether a rule is out.
#[cfg(not(canary))]
#[inline(always)]
pub(crate) const fn without(_: Rule) -> bool {
    false
}

/// Whether a rule is out.
#[cfg(canary)]
#[inline]
pub(crate) fn without(rule: Rule) -> bool {
    use clap::ValueEnum;
    static OUT: std::sync::LazyLock<Option<Rule>> = std::sync::LazyLock::new(|| {
        let name = std::env::var("TLACHECK_CANARY").ok()?;
        Some(Rule::from_str(&name, false).unwrap_or_else(|_| panic!("there is no rule `{name}`")))
    });
    *OUT == Some(rule)
}
