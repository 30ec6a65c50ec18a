//! Two-phase commit (Gray and Lamport, *Consensus on Transaction Commit*, section 3): the state graph of
//! `models/TwoPhase.tla`, packed into one word so that a state costs nothing to copy and little to hash.
//!
//! | bits | what they hold |
//! | --- | --- |
//! | 0..2n | the state of each resource manager: 0 working, 1 prepared, 2 committed, 3 aborted |
//! | 32..32+n | who the transaction manager knows to be prepared |
//! | 44..44+n | who has sent `Prepared` |
//! | 56, 57 | `Commit` was sent, `Abort` was sent |
//! | 58, 59 | the transaction manager: 0 init, 1 committed, 2 aborted |

use stateright::{Model, Property};

/// The most resource managers the packed state has room for.
pub const MOST: u32 = 12;

const KNOWN: u32 = 32;
const SENT: u32 = 44;
const COMMIT: u64 = 1 << 56;
const ABORT: u64 = 1 << 57;
const MANAGER: u64 = 0b11 << 58;
const MANAGER_COMMITTED: u64 = 1 << 58;
const MANAGER_ABORTED: u64 = 2 << 58;

const WORKING: u64 = 0;
const PREPARED: u64 = 1;
const COMMITTED: u64 = 2;
const ABORTED: u64 = 3;

/// The protocol with so many resource managers.
#[derive(Clone, Debug)]
pub struct TwoPhase {
    managers: u32,
}

/// What may happen, and to which resource manager.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Action {
    /// The transaction manager commits.
    Commit,
    /// The transaction manager aborts.
    Abort,
    /// The transaction manager hears that this one is prepared.
    Hear(u32),
    /// This one prepares and says so.
    Prepare(u32),
    /// This one gives up on its own.
    GiveUp(u32),
    /// This one hears `Commit`.
    LearnCommit(u32),
    /// This one hears `Abort`.
    LearnAbort(u32),
}

impl TwoPhase {
    /// `managers` is at most [`MOST`].
    pub fn new(managers: u32) -> Self {
        assert!(managers <= MOST, "the packed state has room for {MOST} resource managers");
        Self { managers }
    }

    fn everybody(&self) -> u64 {
        (1 << self.managers) - 1
    }

    /// One bit for each resource manager, at its even place.
    fn places(&self) -> u64 {
        0x5555_5555_5555_5555 & ((1 << (2 * self.managers)) - 1)
    }
}

fn with(state: u64, manager: u32, what: u64) -> u64 {
    state & !(0b11 << (2 * manager)) | what << (2 * manager)
}

impl Model for TwoPhase {
    type State = u64;
    type Action = Action;

    fn init_states(&self) -> Vec<u64> {
        vec![0]
    }

    fn actions(&self, state: &u64, actions: &mut Vec<Action>) {
        let state = *state;
        let undecided = state & MANAGER == 0;
        let (known, sent) = ((state >> KNOWN) & self.everybody(), (state >> SENT) & self.everybody());
        if undecided {
            if known == self.everybody() {
                actions.push(Action::Commit);
            }
            actions.push(Action::Abort);
        }
        for manager in 0..self.managers {
            if undecided && sent >> manager & 1 == 1 {
                actions.push(Action::Hear(manager));
            }
            if (state >> (2 * manager)) & 0b11 == WORKING {
                actions.push(Action::Prepare(manager));
                actions.push(Action::GiveUp(manager));
            }
            if state & COMMIT != 0 {
                actions.push(Action::LearnCommit(manager));
            }
            if state & ABORT != 0 {
                actions.push(Action::LearnAbort(manager));
            }
        }
    }

    fn next_state(&self, state: &u64, action: Action) -> Option<u64> {
        let state = *state;
        Some(match action {
            Action::Commit => state | MANAGER_COMMITTED | COMMIT,
            Action::Abort => state | MANAGER_ABORTED | ABORT,
            Action::Hear(manager) => state | 1 << (KNOWN + manager),
            Action::Prepare(manager) => with(state, manager, PREPARED) | 1 << (SENT + manager),
            Action::GiveUp(manager) => with(state, manager, ABORTED),
            Action::LearnCommit(manager) => with(state, manager, COMMITTED),
            Action::LearnAbort(manager) => with(state, manager, ABORTED),
        })
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::always("Agreement", |model, state| {
            let (low, high) = (state & model.places(), (state >> 1) & model.places());
            high & !low == 0 || high & low == 0
        })]
    }
}
