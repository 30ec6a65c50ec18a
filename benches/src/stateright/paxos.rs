//! The synod of one decree with three acceptors and two values: the state graph of `models/Paxos.tla` in one word.
//!
//! What an acceptor tells of its vote is a number: 0 nothing, else 1 + 2 * ballot + value. An acceptor promises a
//! ballot once, and a ballot asks for one value, so the messages of a kind are a field each:
//!
//! | field | bits | for each | what it holds |
//! | --- | --- | --- | --- |
//! | promised | 2 | acceptor | 0 nothing, else 1 + ballot |
//! | vote | 3 | acceptor | the last vote |
//! | 1a | 1 | ballot | sent |
//! | 2a | 2 | ballot | 0 nothing sent, else 1 + value |
//! | 1b | 3 | acceptor, ballot | 0 nothing sent, else 1 + the vote told of |
//! | 2b | 1 | acceptor, ballot | sent, with the value of the ballot's 2a |

use stateright::{Model, Property};

/// The most ballots the packed state has room for.
pub const MOST: u32 = 3;

const ACCEPTORS: u32 = 3;
const VALUES: u64 = 2;
const QUORUMS: [[u32; 2]; 3] = [[0, 1], [0, 2], [1, 2]];

const PROMISED: u32 = 0;
const VOTE: u32 = PROMISED + 2 * ACCEPTORS;
const ONE_A: u32 = VOTE + 3 * ACCEPTORS;
const TWO_A: u32 = ONE_A + MOST;
const ONE_B: u32 = TWO_A + 2 * MOST;
const TWO_B: u32 = ONE_B + 3 * ACCEPTORS * MOST;

/// The synod with so many ballots.
#[derive(Clone, Debug)]
pub struct Paxos {
    ballots: u32,
}

/// What may happen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Action {
    /// A ballot's leader sends 1a.
    Propose(u32),
    /// An acceptor promises a ballot and tells of its vote: 1b.
    Promise(u32, u32),
    /// A ballot's leader asks for a value: 2a.
    Ask(u32, u64),
    /// An acceptor votes in a ballot: 2b.
    Accept(u32, u32),
}

impl Paxos {
    /// `ballots` is at most [`MOST`].
    pub fn new(ballots: u32) -> Self {
        assert!(ballots <= MOST, "the packed state has room for {MOST} ballots");
        Self { ballots }
    }
}

fn promised(acceptor: u32) -> u32 {
    PROMISED + 2 * acceptor
}

fn vote(acceptor: u32) -> u32 {
    VOTE + 3 * acceptor
}

fn one_b(acceptor: u32, ballot: u32) -> u32 {
    ONE_B + 3 * (acceptor * MOST + ballot)
}

fn two_a(ballot: u32) -> u32 {
    TWO_A + 2 * ballot
}

fn two_b(acceptor: u32, ballot: u32) -> u32 {
    TWO_B + acceptor * MOST + ballot
}

fn get(state: u64, place: u32, width: u32) -> u64 {
    (state >> place) & ((1 << width) - 1)
}

fn set(state: u64, place: u32, width: u32, what: u64) -> u64 {
    state & !(((1 << width) - 1) << place) | what << place
}

/// The highest vote that a quorum's promises of a ballot tell of, 0 for none; nothing if one has not promised.
/// Votes of the same ballot are for the same value, so the highest number is the highest ballot's vote.
fn highest(state: u64, ballot: u32, quorum: [u32; 2]) -> Option<u64> {
    let told = quorum.map(|acceptor| get(state, one_b(acceptor, ballot), 3));
    (told[0] != 0 && told[1] != 0).then(|| told[0].max(told[1]) - 1)
}

/// Which value, if any, a quorum has voted for in this ballot.
fn chosen(state: u64, ballot: u32) -> Option<u64> {
    let votes: u64 = (0..ACCEPTORS).map(|acceptor| get(state, two_b(acceptor, ballot), 1)).sum();
    (votes >= 2).then(|| get(state, two_a(ballot), 2))
}

impl Model for Paxos {
    type State = u64;
    type Action = Action;

    fn init_states(&self) -> Vec<u64> {
        vec![0]
    }

    fn actions(&self, state: &u64, actions: &mut Vec<Action>) {
        let state = *state;
        for ballot in 0..self.ballots {
            actions.push(Action::Propose(ballot));
            let asked = get(state, two_a(ballot), 2) != 0;
            if !asked {
                for quorum in QUORUMS {
                    match highest(state, ballot, quorum) {
                        None => {}
                        Some(0) => actions.extend((0..VALUES).map(|value| Action::Ask(ballot, value))),
                        Some(vote) => actions.push(Action::Ask(ballot, (vote - 1) % VALUES)),
                    }
                }
            }
            let proposed = get(state, ONE_A + ballot, 1) != 0;
            for acceptor in 0..ACCEPTORS {
                let promised = get(state, promised(acceptor), 2);
                if proposed && u64::from(ballot) + 1 > promised {
                    actions.push(Action::Promise(acceptor, ballot));
                }
                if asked && u64::from(ballot) + 1 >= promised {
                    actions.push(Action::Accept(acceptor, ballot));
                }
            }
        }
    }

    fn next_state(&self, state: &u64, action: Action) -> Option<u64> {
        let state = *state;
        Some(match action {
            Action::Propose(ballot) => state | 1 << (ONE_A + ballot),
            Action::Promise(acceptor, ballot) => {
                let told = 1 + get(state, vote(acceptor), 3);
                let state = set(state, promised(acceptor), 2, u64::from(ballot) + 1);
                set(state, one_b(acceptor, ballot), 3, told)
            }
            Action::Ask(ballot, value) => set(state, two_a(ballot), 2, 1 + value),
            Action::Accept(acceptor, ballot) => {
                let value = get(state, two_a(ballot), 2) - 1;
                let state = set(state, promised(acceptor), 2, u64::from(ballot) + 1);
                let state = set(state, vote(acceptor), 3, 1 + VALUES * u64::from(ballot) + value);
                state | 1 << two_b(acceptor, ballot)
            }
        })
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::always("Agreement", |model, state| {
            let mut decided = (0..model.ballots).filter_map(|ballot| chosen(*state, ballot));
            let first = decided.next();
            decided.all(|value| Some(value) == first)
        })]
    }
}
