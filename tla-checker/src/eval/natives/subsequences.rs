//! SequencesExt: joining sequences, and sequences within sequences; strings too.

use super::super::{Evaluator, Native, Result};
use crate::ir::*;
use crate::value::{Expected, Value};

impl<'m> Evaluator<'m> {
    pub(super) fn subsequence_native(
        &mut self,
        native: Native,
        first: Value,
        args: &[NodeId],
        id: NodeId,
        base: usize,
    ) -> Result<Value> {
        let op = native.name();
        match native {
            Native::LongestCommonPrefix => {
                let node = self.built_set(&first, op, id)?;
                let Some((any, others)) = node.elements().split_first() else {
                    return Err(self.no_choice(id, &first));
                };
                let mut common = self.units(any, op, id)?;
                for other in others {
                    let other = self.units(other, op, id)?;
                    let mut same = 0;
                    while same < common.len().min(other.len())
                        && self.checked(common[same].try_eq(&other[same]), id)?
                    {
                        same += 1;
                    }
                    common.truncate(same);
                }
                Ok(self.joined(any, common))
            }
            Native::FlattenSeq => {
                let parts = self.checked(first.as_sequence(op), id)?;
                if parts.iter().all(|p| matches!(p, Value::Tuple(_))) {
                    let items = parts.iter().flat_map(|p| p.tuple_elements().unwrap_or_default());
                    return Ok(Value::tuple(items.cloned().collect()));
                }
                if parts.iter().all(|p| matches!(p, Value::Str(_))) {
                    let text: String = parts.iter().filter_map(|p| p.as_str(op).ok()).collect();
                    return Ok(self.string(&text));
                }
                let mut all = parts[0].clone();
                for part in &parts[1..] {
                    all = self.checked(all.concat(part), id)?;
                }
                Ok(all)
            }
            Native::Zip => {
                let other = self.eval(args[1], base)?;
                let (s, t) = (self.items(&first, op, id)?, self.items(&other, op, id)?);
                Ok(Value::tuple(s.into_iter().zip(t).map(|(a, b)| Value::tuple(vec![a, b])).collect()))
            }
            Native::ReplaceFirstSubSeq => {
                let s = self.eval(args[1], base)?;
                let t = self.eval(args[2], base)?;
                let (part, whole) = (self.units(&s, op, id)?, self.units(&t, op, id)?);
                for start in 0..(whole.len() + 1).saturating_sub(part.len()) {
                    if self.begins(&whole[start..], &part, id)? {
                        let after = whole[start + part.len()..].to_vec();
                        let before = self.joined(&t, whole[..start].to_vec());
                        let before = self.checked(before.concat(&first), id)?;
                        let after = self.joined(&t, after);
                        return self.checked(before.concat(&after), id);
                    }
                }
                Ok(t)
            }
            Native::ReplaceAllSubSeqs => {
                let s = self.eval(args[1], base)?;
                let t = self.eval(args[2], base)?;
                if self.checked(s.try_eq(&t), id)? {
                    return Ok(first);
                }
                let (part, whole) = (self.units(&s, op, id)?, self.units(&t, op, id)?);
                let new = self.units(&first, op, id)?;
                let mut done = Vec::with_capacity(whole.len());
                let mut at = 0;
                let mut replaced = false;
                while at < whole.len() {
                    let here = part.is_empty() || self.begins(&whole[at..], &part, id)?;
                    if here {
                        replaced = true;
                        done.extend_from_slice(&new);
                    }
                    if !here || part.is_empty() {
                        done.push(whole[at].clone());
                    }
                    at += if here { part.len().max(1) } else { 1 };
                }
                if replaced && first.kind() != t.kind() {
                    // A string among sequences, or the other way round: the error of `\o`.
                    return self.checked(t.concat(&first), id);
                }
                Ok(self.joined(&t, done))
            }
            other => Err(self.misplaced(other, id)),
        }
    }

    /// The elements of a sequence, or the characters of a string.
    fn units(&mut self, sequence: &Value, op: &'static str, id: NodeId) -> Result<Vec<Value>> {
        match sequence {
            Value::Str(s) => {
                let text = s.text().to_string();
                Ok(text.chars().map(|c| self.string(c.encode_utf8(&mut [0; 4]))).collect())
            }
            Value::Tuple(t) => Ok(t.elements().to_vec()),
            other => Err(self.wrong(op, Expected::Sequence, other, id)),
        }
    }

    /// The sequence or string of these, of the same kind as the model.
    fn joined(&mut self, model: &Value, units: Vec<Value>) -> Value {
        match model {
            Value::Str(_) => {
                let text: String = units.iter().filter_map(|u| u.as_str("\\o").ok()).collect();
                self.string(&text)
            }
            _ => Value::tuple(units),
        }
    }

    fn begins(&mut self, whole: &[Value], part: &[Value], id: NodeId) -> Result<bool> {
        if whole.len() < part.len() {
            return Ok(false);
        }
        for (a, b) in whole.iter().zip(part) {
            if !self.checked(a.try_eq(b), id)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
