//! The log of what an evaluation reads, from which tries learn.
//!
//! Enters: reads, in order, and where the evaluation forks. Leaves: paths in the [`Trie`]s being
//! learned. Holds: a thing is logged once a path; what was read before a fork counts for all branches,
//! what is read in a branch for that branch alone. Several evaluations may be under way inside one
//! another; a read counts for each of them. Where an evaluation does not fit what was learned before,
//! it does not depend on its reads alone, and the trie is not to be used: that is a bug of ours, and
//! asserted.

use super::effect::Op;
use crate::canary::{Rule, without};
use std::ops::Range;

use super::trie::{FAILS, Footprint, HOLDS, NOTHING, Read, Trie};

/// What comes of an evaluation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Goal {
    /// Successors.
    Action,
    /// The truth of a predicate.
    Truth,
    /// A value.
    Value,
}

/// What to take back when a branch ends.
enum Undo {
    Whole(u32),
    Bits(u32, u32),
    Size,
}

struct Recorder {
    trie: Trie,
    goal: Goal,
    /// Where the path has come to; none when it has ended in a fork.
    cursor: Option<u32>,
    /// The word that the trie calls the first.
    first: u32,
    whole: Vec<bool>,
    bits: Vec<u32>,
    sizes: Vec<u32>,
    journal: Vec<Undo>,
    /// Which branches are wanted: those on the way to one of these places, and all that is behind it.
    scripts: Vec<Vec<u32>>,
    /// By depth, the scripts that begin with the branches taken to there.
    wanted: Vec<Range<usize>>,
    depth: usize,
    /// Operations of the successors found, and where each one's end.
    ops: Vec<Op>,
    ends: Vec<usize>,
    /// The successors from here on belong to the current path.
    pending: usize,
    broken: bool,
    /// The branches taken before anything was read, and the words read in each and at all.
    branch: Vec<u32>,
    words: Vec<u64>,
    /// Whether one branch may be enough, and how many forks of that kind are under way.
    chooses: bool,
    choices: u32,
    footprints: Vec<Footprint>,
}

impl Recorder {
    fn note_word(&mut self, word: u32) {
        if let Some(words) = self.words.last_mut()
            && !(*words != 0 && without(Rule::Footprint))
        {
            *words |= 1 << ((word - self.first) % 64);
        }
    }

    /// Ends the branch that began before anything was read.
    fn end_footprint(&mut self) {
        let Some(words) = self.words.pop() else { return };
        self.footprints.push((self.branch.clone(), words));
        self.branch.pop();
        if let Some(around) = self.words.last_mut() {
            *around |= words;
        }
    }

    /// Whether a branch at a depth is to be taken.
    fn wants(&mut self, depth: usize, branch: u32) -> bool {
        let Range { start, end } = self.wanted[depth];
        let scripts = &self.scripts[start..end];
        let behind = scripts.first().is_none_or(|script| script.len() <= depth);
        let wanted = if behind {
            start..end
        } else {
            let first = scripts.partition_point(|script| script[depth] < branch);
            let last = scripts.partition_point(|script| script[depth] <= branch);
            start + first..start + last
        };
        let wants = behind || !wanted.is_empty();
        self.wanted.truncate(depth + 1);
        self.wanted.push(wanted);
        wants
    }

    fn step(&mut self, read: Read, value: u32) {
        if let Read::Word(word) | Read::Bit(word, _) | Read::Same(word, _) = read {
            self.note_word(word + self.first);
        }
        match self.cursor.and_then(|at| self.trie.step(at, read, value)) {
            Some(next) => self.cursor = Some(next),
            None => self.broken = true,
        }
    }

    fn word(&mut self, word: u32, value: u32) {
        let at = word as usize;
        if !self.whole[at] && !without(Rule::ReadWord) {
            self.whole[at] = true;
            self.journal.push(Undo::Whole(word));
            self.step(Read::Word(word - self.first), value);
        }
    }

    fn bit(&mut self, word: u32, bit: u32, value: u32) {
        let at = word as usize;
        if !self.whole[at] && self.bits[at] >> bit & 1 == 0 && !without(Rule::ReadBit) {
            self.journal.push(Undo::Bits(word, self.bits[at]));
            self.bits[at] |= 1 << bit;
            self.step(Read::Bit(word - self.first, bit), value);
        }
    }

    fn same(&mut self, word: u32, same: bool) {
        let width = self.whole.len() as u32 / 2;
        self.note_word(word + width);
        if !without(Rule::ReadSame) {
            self.step(Read::Same(word, width), same.into());
        }
    }

    fn size(&mut self, table: u32, value: u32) {
        if !self.sizes.contains(&table) {
            self.sizes.push(table);
            self.journal.push(Undo::Size);
            self.step(Read::Size(table), value);
        }
    }

    fn unwind(&mut self, to: usize) {
        while self.journal.len() > to {
            match self.journal.pop() {
                Some(Undo::Whole(word)) => self.whole[word as usize] = false,
                Some(Undo::Bits(word, bits)) => self.bits[word as usize] = bits,
                Some(Undo::Size) => {
                    self.sizes.pop();
                }
                None => {}
            }
        }
    }

    /// Ends the path with what came of it.
    fn close(&mut self, payload: Option<u32>) {
        let payload = match (self.goal, payload) {
            (Goal::Action, _) if self.ends.len() == self.pending => NOTHING,
            (Goal::Action, _) => {
                let start = |at: usize| if at == 0 { 0 } else { self.ends[at - 1] };
                let lists = (self.pending..self.ends.len()).map(|at| &self.ops[start(at)..self.ends[at]]);
                self.trie.effects.push(lists) + 1
            }
            (Goal::Truth, payload) => payload.unwrap_or(HOLDS),
            (Goal::Value, payload) => payload.unwrap_or(NOTHING),
        };
        let new = self.ends.len();
        match self.cursor.take() {
            Some(at) => self.broken |= !self.trie.end(at, payload),
            // The path ended in a fork: what comes after it belongs to nothing.
            None => self.broken |= new != self.pending,
        }
        self.pending = new;
    }
}

/// Where a path forks.
#[derive(Clone, Copy)]
pub(crate) struct Fork {
    at: u32,
    depth: usize,
    each: bool,
}

/// A branch being taken.
pub(crate) struct Branch {
    journal: usize,
    /// Nothing was read before it.
    unread: bool,
}

/// Evaluations being logged.
#[derive(Default)]
pub(crate) struct Log {
    recorders: Vec<Recorder>,
    spare: Vec<Recorder>,
    /// How many expressions are under way whose alternatives are not to be told apart.
    linear: u32,
}

/// Forks inside one another past this are not told apart.
const DEEPEST: usize = 64;

impl Log {
    /// Whether anything is being logged.
    #[inline]
    pub fn is_on(&self) -> bool {
        !self.recorders.is_empty()
    }

    fn begin(&mut self, trie: Trie, goal: Goal, words: usize, first: u32, scripts: &[Vec<u32>]) {
        debug_assert!(scripts.is_sorted());
        let mut recorder = self.spare.pop().unwrap_or_else(|| Recorder {
            trie: Trie::new(false),
            goal,
            cursor: None,
            first: 0,
            whole: Vec::new(),
            bits: Vec::new(),
            sizes: Vec::new(),
            journal: Vec::new(),
            scripts: Vec::new(),
            wanted: Vec::new(),
            depth: 0,
            ops: Vec::new(),
            ends: Vec::new(),
            pending: 0,
            broken: false,
            branch: Vec::new(),
            words: Vec::new(),
            chooses: false,
            choices: 0,
            footprints: Vec::new(),
        });
        recorder.cursor = Some(trie.root());
        (recorder.trie, recorder.goal, recorder.first) = (trie, goal, first);
        recorder.whole.resize(words, false);
        recorder.bits.resize(words, 0);
        recorder.scripts.clear();
        recorder.scripts.extend_from_slice(scripts);
        recorder.wanted.clear();
        recorder.wanted.push(0..scripts.len());
        (recorder.depth, recorder.pending, recorder.broken) = (0, 0, false);
        recorder.ops.clear();
        recorder.ends.clear();
        recorder.branch.clear();
        recorder.words.clear();
        (recorder.chooses, recorder.choices) = (false, 0);
        recorder.footprints.clear();
        if goal == Goal::Truth {
            recorder.words.push(0);
        }
        self.recorders.push(recorder);
    }

    /// Begins to log an action. Of its forks only the branches that lead to one of the scripts' places, or
    /// on from there, are taken; in order, none the beginning of another. Without scripts, all are.
    pub fn begin_action(&mut self, trie: Trie, words: usize, scripts: &[Vec<u32>]) {
        self.begin(trie, Goal::Action, words, 0, scripts);
    }

    /// Begins to log a predicate, the same way. With `chooses`, alternatives of which one is enough are told
    /// apart too: then the footprints of single branches say nothing, only that of the whole does.
    pub fn begin_truth(&mut self, trie: Trie, words: usize, scripts: &[Vec<u32>], chooses: bool) {
        self.begin(trie, Goal::Truth, words, 0, scripts);
        if let Some(recorder) = self.recorders.last_mut() {
            recorder.chooses = chooses;
        }
    }

    /// Begins to log an expression of the state whose words begin with `first`.
    pub fn begin_value(&mut self, trie: Trie, words: usize, first: u32) {
        self.begin(trie, Goal::Value, words, first, &[]);
    }

    /// Ends a predicate: it was true, false, or nothing.
    pub fn end_truth(&mut self, truth: Option<bool>) -> Trie {
        if truth == Some(false) {
            self.fail();
        }
        let open = self.recorders.last().is_some_and(|recorder| recorder.cursor.is_some());
        self.end(truth.is_some() && open, None)
    }

    /// Ends the innermost evaluation. With `keep`, its path ends in what came of it (for a value: the
    /// payload); without, nothing is learned of where the path has come to.
    pub fn end(&mut self, keep: bool, payload: Option<u32>) -> Trie {
        let mut recorder = self.recorders.pop().expect("what ended was begun");
        if keep || without(Rule::Errors) {
            recorder.close(payload);
        } else {
            recorder.depth = 0;
        }
        recorder.unwind(0);
        while !recorder.words.is_empty() {
            recorder.end_footprint();
        }
        let mut trie = std::mem::replace(&mut recorder.trie, Trie::new(false));
        debug_assert!(!recorder.broken, "an evaluation depends on more than it reads");
        if recorder.broken {
            trie.turn_off();
        }
        self.spare.push(recorder);
        trie
    }

    /// What the evaluation that ended last has read, branch by branch.
    pub fn footprints(&self) -> &[Footprint] {
        self.spare.last().map_or(&[], |recorder| &recorder.footprints)
    }

    /// Takes note of a read.
    #[inline]
    pub fn read(&mut self, read: Read, value: u32) {
        for recorder in &mut self.recorders {
            match read {
                Read::Word(word) => recorder.word(word, value),
                Read::Bit(word, bit) => recorder.bit(word, bit, value),
                Read::Size(table) => recorder.size(table, value),
                Read::Same(word, _) => recorder.same(word, value == 1),
            }
        }
    }

    /// Whether what is being logged is a predicate of steps, and nothing else.
    pub fn is_of_steps(&self) -> bool {
        matches!(self.recorders.as_slice(), [one] if one.chooses)
    }

    /// Takes note of a successor of the action being logged.
    pub fn emit(&mut self, ops: &[Op]) {
        if let Some(recorder) = self.recorders.first_mut() {
            recorder.ops.extend_from_slice(ops);
            recorder.ends.push(recorder.ops.len());
            recorder.broken |= recorder.cursor.is_none();
        }
    }

    /// From here on, until [`Log::forks_again`], alternatives are not told apart.
    pub fn no_forks(&mut self) {
        self.linear += 1;
    }

    /// Takes [`Log::no_forks`] back.
    pub fn forks_again(&mut self) {
        self.linear -= 1;
    }

    /// Forgets all that is under way.
    pub fn clear(&mut self) {
        self.linear = 0;
        self.recorders.clear();
    }

    fn forkable(&mut self, goal: Goal) -> Option<&mut Recorder> {
        match self.recorders.as_mut_slice() {
            [one] if self.linear == 0 && one.goal == goal && one.depth < DEEPEST => Some(one),
            _ => None,
        }
    }

    /// The path forks into this many branches, all of which are tried; none where branches are not told
    /// apart.
    pub fn fork(&mut self, branches: usize, of_predicate: bool) -> Option<Fork> {
        let goal = if of_predicate { Goal::Truth } else { Goal::Action };
        let recorder = self.forkable(goal)?;
        let fits = recorder.cursor.is_some_and(|at| recorder.trie.fork(at, branches));
        Self::forked(recorder, fits, false)
    }

    /// The path forks into this many branches, tried in order until one holds; none where they are not
    /// told apart.
    pub fn choice(&mut self, branches: usize) -> Option<Fork> {
        let recorder = self.forkable(Goal::Truth).filter(|recorder| recorder.chooses)?;
        let fits = recorder.cursor.is_some_and(|at| recorder.trie.choice(at, branches));
        recorder.choices += 1;
        Self::forked(recorder, fits, false)
    }

    /// The path forks into a branch for each bit that is set in these words.
    pub fn each(&mut self, first: u32, words: u32, of_predicate: bool) -> Option<Fork> {
        let goal = if of_predicate { Goal::Truth } else { Goal::Action };
        let recorder = self.forkable(goal)?;
        // What was read of them already is no longer in question bit by bit.
        let fits = recorder.cursor.is_some_and(|at| recorder.trie.each(at, first, words));
        (first..first + words).for_each(|word| recorder.note_word(word));
        Self::forked(recorder, fits, true)
    }

    fn forked(recorder: &mut Recorder, fits: bool, each: bool) -> Option<Fork> {
        recorder.broken |= !fits || recorder.ends.len() != recorder.pending;
        let at = recorder.cursor?;
        let fork = Fork { at, depth: recorder.depth, each };
        recorder.depth += 1;
        Some(fork)
    }

    /// Takes a branch of a fork; none when it is not to be tried.
    pub fn enter(&mut self, fork: Fork, branch: u32) -> Option<Branch> {
        let recorder = self.recorders.first_mut()?;
        if !recorder.wants(fork.depth, branch) {
            return None;
        }
        recorder.cursor = (!recorder.broken).then(|| recorder.trie.branch(fork.at, branch));
        let unread = recorder.goal == Goal::Truth && recorder.choices == 0 && recorder.journal.is_empty();
        if unread {
            recorder.branch.push(branch);
            recorder.words.push(0);
        }
        Some(Branch { journal: recorder.journal.len(), unread })
    }

    /// A branch has been tried to its end (a predicate: it holds).
    pub fn leave(&mut self, fork: Fork, branch: u32, taken: &Branch) {
        if let Some(recorder) = self.recorders.first_mut() {
            if recorder.cursor.is_some() {
                recorder.close(None);
            }
            if fork.each && !recorder.broken {
                recorder.trie.bury(fork.at, branch);
            }
            recorder.unwind(taken.journal);
            if taken.unread {
                recorder.end_footprint();
            }
        }
    }

    /// A branch of a choice has been tried.
    pub fn decide(&mut self, fork: Fork, taken: &Branch, holds: bool) {
        if let Some(recorder) = self.recorders.first_mut() {
            if recorder.cursor.is_some() {
                recorder.close(if holds { None } else { Some(FAILS) });
            }
            recorder.unwind(taken.journal);
            // What failed inside it did not come to the end of its own forks.
            recorder.depth = fork.depth + 1;
        }
    }

    /// Enough branches of a choice have been tried.
    pub fn chosen(&mut self, fork: Fork) {
        if let Some(recorder) = self.recorders.first_mut() {
            recorder.choices -= 1;
        }
        self.join(fork);
    }

    /// A branch has turned out false: that ends the predicate.
    pub fn fail(&mut self) {
        if let [recorder] = self.recorders.as_mut_slice()
            && recorder.goal == Goal::Truth
            && recorder.cursor.is_some()
        {
            recorder.close(Some(FAILS));
        }
    }

    /// All branches have been tried.
    pub fn join(&mut self, fork: Fork) {
        if let Some(recorder) = self.recorders.first_mut() {
            recorder.depth = fork.depth;
            recorder.cursor = None;
        }
    }
}
