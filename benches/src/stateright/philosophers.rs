//! Dining philosophers who take the fork with the smaller number first: the state graph of
//! `models/Philosophers.tla` in one word. Three bits a philosopher for the phase (in the order of the actions),
//! and from bit 48 one bit a fork that lies on the table.

use stateright::{Model, Property};

/// The most philosophers the packed state has room for.
pub const MOST: u32 = 16;

const TABLE: u32 = 48;

const THINKING: u64 = 0;
const HUNGRY: u64 = 1;
const HOLDING: u64 = 2;
const EATING: u64 = 3;
const LEAVING: u64 = 4;

/// The table with so many philosophers.
#[derive(Clone, Debug)]
pub struct Philosophers {
    count: u32,
}

/// The philosopher who goes on to the next phase.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step(u32);

impl Philosophers {
    /// `count` is at least 2 and at most [`MOST`].
    pub fn new(count: u32) -> Self {
        assert!((2..=MOST).contains(&count), "the packed state has room for 2 to {MOST} philosophers");
        Self { count }
    }

    fn forks(&self, philosopher: u32) -> (u64, u64) {
        let (own, next) = (1 << (TABLE + philosopher), 1 << (TABLE + (philosopher + 1) % self.count));
        (own.min(next), own.max(next))
    }
}

fn phase(state: u64, philosopher: u32) -> u64 {
    (state >> (3 * philosopher)) & 0b111
}

impl Model for Philosophers {
    type State = u64;
    type Action = Step;

    fn init_states(&self) -> Vec<u64> {
        vec![((1 << self.count) - 1) << TABLE]
    }

    fn actions(&self, state: &u64, actions: &mut Vec<Step>) {
        for philosopher in 0..self.count {
            let (first, second) = self.forks(philosopher);
            let enabled = match phase(*state, philosopher) {
                HUNGRY => state & first != 0,
                HOLDING => state & second != 0,
                _ => true,
            };
            if enabled {
                actions.push(Step(philosopher));
            }
        }
    }

    fn next_state(&self, state: &u64, Step(philosopher): Step) -> Option<u64> {
        let (first, second) = self.forks(philosopher);
        let place = 3 * philosopher;
        Some(match phase(*state, philosopher) {
            THINKING => state + (1 << place),
            HUNGRY => (state & !first) + (1 << place),
            HOLDING => (state & !second) + (1 << place),
            EATING => (state | first) + (1 << place),
            LEAVING => (state | second) & !(0b111 << place),
            _ => return None,
        })
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::always("Exclusion", |model, state| {
            let eats = |philosopher| phase(*state, philosopher) == EATING;
            (0..model.count).all(|philosopher| !(eats(philosopher) && eats((philosopher + 1) % model.count)))
        })]
    }
}
