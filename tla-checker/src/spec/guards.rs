//! Which instances need to be looked at in a state: a first look at what all of them read first.
//!
//! Enters: the tries of all instances. Leaves: for a state, the instances of which something may come.
//! Holds: instances whose tries begin with the same read are asked together; the answer for a value of
//! it is kept once every one of them knows what comes of that value.

use crate::state::{Key, Trie};

/// An instance of which something may come, and the place of its trie to go on from.
pub(super) type Live = (u32, u32);

/// Instances that read the same first.
struct Group {
    key: Key,
    members: Vec<Live>,
    /// By value: those of which something may come, and where their tries go on.
    live: Vec<Option<Box<[Live]>>>,
}

/// The instances, by what they read first.
#[derive(Default)]
pub(super) struct Guards {
    keys: Vec<Option<Key>>,
    groups: Vec<Group>,
    /// Those that have to be asked always.
    always: Vec<Live>,
}

/// Values past this one are not kept.
const MOST: usize = 1 << 12;

impl Guards {
    /// Arranges the instances anew.
    pub fn arrange(&mut self, tries: &[Trie]) {
        *self = Guards::default();
        for (number, trie) in tries.iter().enumerate() {
            let key = trie.key();
            self.keys.push(key);
            let member = (number as u32, trie.root());
            match key {
                None => self.always.push(member),
                Some(key) => match self.groups.iter_mut().find(|group| group.key == key) {
                    Some(group) => group.members.push(member),
                    None => self.groups.push(Group { key, members: vec![member], live: Vec::new() }),
                },
            }
        }
    }

    /// Arranges the instances anew if this one has come to read something else first.
    #[inline]
    pub fn note(&mut self, number: usize, tries: &[Trie]) {
        if self.keys.get(number) != Some(&tries[number].key()) {
            self.arrange(tries);
        }
    }

    /// The instances of which something may come in a state.
    #[inline]
    pub fn instances(&mut self, tries: &[Trie], state: &[u32], found: &mut Vec<Live>) {
        found.clear();
        found.extend_from_slice(&self.always);
        for group in &mut self.groups {
            let value = group.key.of(state) as usize;
            match group.live.get(value) {
                Some(Some(live)) => found.extend_from_slice(live),
                _ => group.ask(tries, value, found),
            }
        }
    }
}

impl Group {
    #[cold]
    fn ask(&mut self, tries: &[Trie], value: usize, found: &mut Vec<Live>) {
        let first = |&(number, _): &Live| {
            let goes_on = tries[number as usize].first(value as u32)?;
            Some(goes_on.map(|at| (number, at)))
        };
        let answers: Option<Vec<Option<Live>>> = self.members.iter().map(first).collect();
        let Some(answers) = answers.filter(|_| value < MOST) else {
            found.extend_from_slice(&self.members);
            return;
        };
        let live: Box<[Live]> = answers.into_iter().flatten().collect();
        found.extend_from_slice(&live);
        if self.live.len() <= value {
            self.live.resize(value + 1, None);
        }
        self.live[value] = Some(live);
    }
}
