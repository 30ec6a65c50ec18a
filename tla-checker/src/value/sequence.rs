//! Sequences: `Len`, `Append`, `\o`, `Head`, `Tail`, `SubSeq`. Strings count as sequences of
//! one-character strings where TLC lets them.

use std::rc::Rc;

use super::extent::Extent;
use super::{Expected, Fault, Result, TupleNode, Value};

/// The most characters of a string that is made by an operator.
const MAX_STRING: usize = 1 << 24;

impl Value {
    /// The elements of a sequence, or an error that names the operator.
    #[inline]
    pub fn as_sequence(&self, op: &'static str) -> Result<&[Value]> {
        match self {
            Value::Tuple(t) => Ok(t.elements()),
            other => Err(Fault::expected(op, Expected::Sequence, other)),
        }
    }

    /// `Len(self)`.
    pub fn length(&self) -> Result<Value> {
        let len = match self {
            Value::Str(s) => s.text().chars().count(),
            _ => self.as_sequence("Len")?.len(),
        };
        Ok(Value::Int(len as i64))
    }

    /// `Append(self, element)`, in place where nobody else holds the sequence.
    pub fn append(self, element: Value) -> Result<Value> {
        match (self, element) {
            (Value::Tuple(mut tuple), element) => {
                if let Some(unique) = Rc::get_mut(&mut tuple) {
                    unique.extent.add(element.extent());
                    unique.elements.push(element);
                    unique.hash.set(0);
                    return Ok(Value::Tuple(tuple));
                }
                let mut elements = Vec::with_capacity(tuple.elements.len() + 1);
                elements.extend_from_slice(&tuple.elements);
                elements.push(element);
                Ok(Value::Tuple(Rc::new(TupleNode::new(elements))))
            }
            (Value::Str(a), Value::Str(b)) => join(a.text(), b.text()),
            (other, _) => Err(Fault::expected("Append", Expected::Sequence, &other)),
        }
    }

    /// `self \o other`, of sequences or of strings.
    pub fn concat(&self, other: &Value) -> Result<Value> {
        const OP: &str = "\\o";
        if let Value::Str(a) = self {
            return join(a.text(), other.as_str(OP)?);
        }
        let (a, b) = (self.as_sequence(OP)?, other.as_sequence(OP)?);
        match (a, b) {
            (_, []) => Ok(self.clone()),
            ([], _) => Ok(other.clone()),
            _ => Ok(Value::tuple([a, b].concat())),
        }
    }

    /// `Head(self)`.
    pub fn head(&self) -> Result<Value> {
        const OP: &str = "Head";
        let head = match self {
            Value::Str(s) => s.text().chars().next().map(|c| Value::string(c.encode_utf8(&mut [0; 4]))),
            _ => self.as_sequence(OP)?.first().cloned(),
        };
        head.ok_or_else(|| Fault::EmptySequence { op: OP }.into())
    }

    /// `Tail(self)`, in place where nobody else holds the sequence.
    pub fn tail(self) -> Result<Value> {
        const OP: &str = "Tail";
        match self {
            Value::Tuple(t) if t.elements.is_empty() => Err(Fault::EmptySequence { op: OP }.into()),
            Value::Tuple(mut t) => match Rc::get_mut(&mut t) {
                Some(unique) => {
                    let removed = unique.elements.remove(0);
                    unique.hash.set(0);
                    if unique.extent.remove(removed.extent()) {
                        unique.extent = Extent::of(&unique.elements);
                    }
                    Ok(Value::Tuple(t))
                }
                None => Ok(Value::tuple(t.elements[1..].to_vec())),
            },
            Value::Str(s) => {
                let mut rest = s.text().chars();
                match rest.next() {
                    Some(_) => Ok(Value::string(rest.as_str())),
                    None => Err(Fault::EmptySequence { op: OP }.into()),
                }
            }
            other => Err(Fault::expected(OP, Expected::Sequence, &other)),
        }
    }

    /// `SubSeq(self, from, to)`: empty when `from > to`, else both must be in the domain.
    pub fn subsequence(&self, from: &Value, to: &Value) -> Result<Value> {
        const OP: &str = "SubSeq";
        let len = match self {
            Value::Str(s) => s.text().chars().count(),
            _ => self.as_sequence(OP)?.len(),
        };
        if from.compare_integers(to, OP)?.is_gt() {
            return Ok(match self {
                Value::Str(_) => Value::string(""),
                _ => Value::tuple(Vec::new()),
            });
        }
        let place = |bound: &Value| match bound {
            Value::Int(i) if *i >= 1 && *i as u64 <= len as u64 => Ok(*i as usize),
            _ => Err(Fault::OutsideSequence { op: OP, sequence: self.clone(), bound: bound.clone() }),
        };
        let (from, to) = (place(from)?, place(to)?);
        match self {
            Value::Str(s) => {
                let part: String = s.text().chars().skip(from - 1).take(to + 1 - from).collect();
                Ok(Value::string(&part))
            }
            _ => Ok(Value::tuple(self.as_sequence(OP)?[from - 1..to].to_vec())),
        }
    }

    /// The elements for which the test holds, in order: `SelectSeq`.
    pub fn select_sequence<E: From<super::ValueError>>(
        &self,
        mut test: impl FnMut(&Value) -> Result<bool, E>,
    ) -> Result<Value, E> {
        let mut selected = Vec::new();
        for element in self.as_sequence("SelectSeq")? {
            if test(element)? {
                selected.push(element.clone());
            }
        }
        Ok(Value::tuple(selected))
    }
}

fn join(a: &str, b: &str) -> Result<Value> {
    if a.len() + b.len() > MAX_STRING {
        return Err(Fault::StringTooLong { op: "\\o", limit: MAX_STRING }.into());
    }
    Ok(Value::string(&[a, b].concat()))
}
