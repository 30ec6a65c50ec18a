//! The checkers of the suite behind one door: what each must be given, and how its answer is read.

pub mod spin;
pub mod stateright;
pub mod tlacheck;
pub mod tlc;

use crate::process::Finished;
use crate::suite::{Counts, Rung};

/// What one run of a tool took and found.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// The states.
    pub counts: Counts,
    /// CPU seconds of the whole process.
    pub cpu: f64,
    /// Seconds by the clock.
    pub wall: f64,
}

/// A checker that was found on this machine.
pub trait Tool {
    /// What its rows are called.
    fn name(&self) -> &'static str;

    /// Which one it is.
    fn version(&self) -> &str;

    /// How many workers it searches with.
    fn workers(&self) -> usize;

    /// Whether there is something for it to run.
    fn offers(&self, rung: &Rung) -> bool;

    /// Searches all of the model.
    ///
    /// # Errors
    /// It could not be run, or found something wrong with the model, or its answer was not understood.
    fn run(&self, rung: &Rung) -> Result<Sample, String>;
}

/// A tool, or the reason why it is left out.
pub type Found = Result<Box<dyn Tool>, (&'static str, String)>;

fn sample(finished: &Finished, counts: Counts) -> Sample {
    Sample { counts, cpu: finished.cpu.as_secs_f64(), wall: finished.wall.as_secs_f64() }
}

/// The number before `what` in the last line that has it; separators of thousands do not matter.
fn number_before(output: &str, what: &str) -> Option<u64> {
    let before = output.lines().rev().find_map(|line| line.split_once(what))?.0;
    before.split_whitespace().next_back()?.replace(',', "").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::number_before;

    #[test]
    fn numbers_are_found_before_words() {
        let tlc =
            "Progress: 7 states generated\n1,234 states generated, 56 distinct states found, 0 states left";
        assert_eq!(number_before(tlc, " states generated"), Some(1234));
        assert_eq!(number_before(tlc, " distinct states found"), Some(56));
        assert_eq!(number_before(tlc, " errors"), None);
    }
}
