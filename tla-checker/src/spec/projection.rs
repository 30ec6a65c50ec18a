//! The fingerprint of a VIEW that only names variables, from the words of a state.
//!
//! Enters: an expression made of variables, tuples and records (`<<x, <<y, z>>>>`), a layout, packed
//! states. Leaves: the sum of the terms that the view's value would have. Holds: a fingerprint is a sum of
//! terms of what stands at each path, so each word adds its own; a word's terms are worked out once for
//! each of its values. What is not of this form is evaluated instead.

use crate::ir::{Ir, Node, NodeId};
use crate::state::{Form, Layout, PartId, Store};
use crate::value::fingerprint::Path;
use crate::value::{Value, ValueError};

/// A view that was understood, in a layout.
pub(super) struct Projection {
    /// The terms of the kinds of what is around the words.
    constant: u64,
    words: Vec<Word>,
}

/// A word of a state that a view shows.
struct Word {
    word: u32,
    /// The dictionary's part, and for a set the number of the word's first element.
    part: PartId,
    first: Option<u32>,
    path: Path,
    /// The terms of the values, or of the elements, by index; none where they were not needed yet.
    terms: Vec<Option<u64>>,
}

impl Projection {
    /// The projection that an expression is, if it is one.
    pub fn new(ir: &Ir, body: NodeId, layout: &Layout) -> Option<Projection> {
        let mut projection = Projection { constant: 0, words: Vec::new() };
        projection.add(ir, body, layout, &mut Path::variable(VIEW)).then_some(projection)
    }

    fn add(&mut self, ir: &Ir, id: NodeId, layout: &Layout, path: &mut Path) -> bool {
        match ir.node(id) {
            Node::Inlined(_, inner) | Node::Kept(_, inner) => self.add(ir, *inner, layout, path),
            Node::Call(op, _, arguments) if arguments.is_empty() => {
                self.add(ir, ir.op(*op).body, layout, path)
            }
            Node::Var(variable) => {
                self.show(layout, layout.roots[*variable as usize], path);
                true
            }
            Node::Tuple(items) => {
                self.constant = self.constant.wrapping_add(path.function_term());
                (1..).zip(items).all(|(index, item)| {
                    let before = path.enter_index(index);
                    let added = self.add(ir, *item, layout, path);
                    path.leave(before);
                    added
                })
            }
            Node::Record(shape, fields) => {
                self.constant = self.constant.wrapping_add(path.function_term());
                let names = &ir.shapes[shape.index()];
                fields.iter().all(|(field, item)| {
                    let before = path.enter_field(ir.text(names[*field as usize]));
                    let added = self.add(ir, *item, layout, path);
                    path.leave(before);
                    added
                })
            }
            _ => false,
        }
    }

    /// Adds the words of a part.
    fn show(&mut self, layout: &Layout, part: PartId, path: &mut Path) {
        let p = &layout.parts[part as usize];
        match &p.form {
            Form::Leaf => self.show_word(p.first, part, None, path),
            Form::Set => {
                self.constant = self.constant.wrapping_add(path.set_term());
                (0..p.words).for_each(|at| self.show_word(p.first + at, part, Some(at * 32), path));
            }
            Form::Function(keys, parts) => {
                self.constant = self.constant.wrapping_add(path.function_term());
                for (at, &inner) in parts.iter().enumerate() {
                    let before = keys.enter(at, path);
                    self.show(layout, inner, path);
                    path.leave(before);
                }
            }
        }
    }

    fn show_word(&mut self, word: u32, part: PartId, first: Option<u32>, path: &Path) {
        self.words.push(Word { word, part, first, path: path.clone(), terms: Vec::new() });
    }

    /// The sum of the terms of the view of a state, which the store has admitted.
    ///
    /// # Errors
    /// The view cannot be part of a state.
    pub fn sum(&mut self, store: &Store, state: &[u32]) -> Result<u64, ValueError> {
        let mut sum = self.constant;
        for shown in &mut self.words {
            let value = state[shown.word as usize];
            match shown.first {
                None => sum = sum.wrapping_add(shown.term(store, value)?),
                Some(first) => {
                    let mut bits = value;
                    while bits != 0 {
                        sum = sum.wrapping_add(shown.term(store, first + bits.trailing_zeros())?);
                        bits &= bits - 1;
                    }
                }
            }
        }
        Ok(sum)
    }
}

impl Word {
    #[inline]
    fn term(&mut self, store: &Store, index: u32) -> Result<u64, ValueError> {
        match self.terms.get(index as usize) {
            Some(Some(term)) => Ok(*term),
            _ => self.work_out(store, index),
        }
    }

    #[cold]
    fn work_out(&mut self, store: &Store, index: u32) -> Result<u64, ValueError> {
        let value = &store.known(self.part).values[index as usize];
        let term = match self.first {
            None => self.path.terms::<u64, Value>(value)?,
            Some(_) => self.path.element_term::<u64, Value>(value)?,
        };
        if self.terms.len() <= index as usize {
            self.terms.resize(index as usize + 1, None);
        }
        self.terms[index as usize] = Some(term);
        Ok(term)
    }
}

/// The name under which a view is fingerprinted, as if it were a variable.
pub(super) const VIEW: &str = "VIEW";
