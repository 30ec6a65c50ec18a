//! Module TLC.

use super::super::call::Callee;
use super::super::fail::brief;
use super::super::{Evaluator, Native, Result};
use crate::failure::FailureKind;
use crate::ir::*;
use crate::value::Value;
use std::time::{SystemTime, UNIX_EPOCH};
use tla_parser::code;

impl<'m> Evaluator<'m> {
    pub(super) fn tlc(&mut self, native: Native, args: &[NodeId], id: NodeId, base: usize) -> Result<Value> {
        match native {
            Native::Print => {
                let out = self.eval(args[0], base)?;
                let value = self.eval(args[1], base)?;
                self.print(&format!("{out}  {value}"));
                Ok(value)
            }
            Native::PrintT => {
                let out = self.eval(args[0], base)?;
                self.print(&out.to_string());
                Ok(Value::TRUE)
            }
            Native::Assert => {
                if self.truth(args[0], base)? {
                    return Ok(Value::TRUE);
                }
                let out = self.eval(args[1], base)?;
                let message = match &out {
                    Value::Str(s) => format!("the assertion is false: {}", s.text()),
                    other => format!("the assertion is false: {}", brief(other)),
                };
                Err(self.failure(id, FailureKind::Assert, code::ASSERT, message))
            }
            Native::JavaTime => {
                let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Ok(Value::Int((now.as_millis() & 0x7fff_ffff) as i64))
            }
            Native::TlcGet => {
                let key = self.eval(args[0], base)?;
                self.tlc_get(&key, id)
            }
            Native::TlcSet => {
                let key = self.eval(args[0], base)?;
                let value = self.eval(args[1], base)?;
                self.tlc_set(&key, value, id)
            }
            Native::MapsTo => {
                let key = self.eval(args[0], base)?;
                let value = self.eval(args[1], base)?;
                Ok(Value::singleton_function(key, value))
            }
            Native::Override => {
                let f = self.eval(args[0], base)?;
                let g = self.eval(args[1], base)?;
                self.checked(f.override_with(&g), id)
            }
            Native::Permutations => {
                let set = self.eval(args[0], base)?;
                self.permutations(&set, id)
            }
            Native::SortSeq => self.sort_sequence(args, id, base),
            Native::RandomElement => {
                let set = self.eval(args[0], base)?;
                if set.is_empty_set() {
                    let message = "RandomElement needs an element: the set is empty";
                    return Err(self.evaluation(id, code::NO_CHOICE, message.into()));
                }
                self.random_member(&set, "RandomElement", id)
            }
            Native::ToString => {
                let value = self.eval(args[0], base)?;
                Ok(Value::Str(self.interner.symbol(&value.to_string())))
            }
            Native::TlcEval => {
                let value = self.eval(args[0], base)?;
                if value.is_set() && value.is_enumerable() {
                    let forced = value.forced(&self.limits);
                    return self.checked(forced, id);
                }
                Ok(value)
            }
            other => Err(self.misplaced(other, id)),
        }
    }

    /// Prints, unless evaluations are being repeated.
    pub(super) fn print(&self, text: &str) {
        if !self.quiet {
            self.setting.observer.print(text);
        }
    }

    pub(super) fn tlc_get(&mut self, key: &Value, id: NodeId) -> Result<Value> {
        if let Value::Int(register) = key {
            return match self.setting.registers.get(*register) {
                Some(datum) => Ok(datum.to_value(&mut self.interner)),
                None => {
                    let message = format!("TLCGet({register}): the register was never set");
                    Err(self.evaluation(id, code::NO_VALUE, message))
                }
            };
        }
        let name = self.checked(key.as_str("TLCGet"), id)?.to_string();
        let progress = self.progress;
        let number = |n: u64| Ok(Value::Int(n as i64));
        match name.as_str() {
            "level" => number(progress.level.into()),
            "diameter" => number(progress.level.into()),
            "distinct" => number(progress.distinct),
            "generated" => number(progress.generated),
            "queue" => number(progress.queue),
            "duration" => Ok(Value::Int(self.setting.registers.seconds())),
            "all" => {
                let pairs = self.setting.registers.all();
                let pairs =
                    pairs.into_iter().map(|(k, v)| (Value::Int(k), v.to_value(&mut self.interner))).collect();
                self.checked(Value::function_from_pairs(pairs), id)
            }
            "stats" => {
                let fields = [
                    ("distinct", progress.distinct),
                    ("duration", self.setting.registers.seconds() as u64),
                    ("generated", progress.generated),
                    ("diameter", progress.level.into()),
                    ("queue", progress.queue),
                ];
                let fields = fields.map(|(n, v)| (self.interner.symbol(n), Value::Int(v as i64)));
                Ok(Value::record(fields.into()))
            }
            _ => match self.setting.registers.facts.get(&name) {
                Some(datum) => Ok(datum.to_value(&mut self.interner)),
                None => {
                    let message = format!("TLCGet(\"{name}\") is not known");
                    Err(self.evaluation(id, code::NO_VALUE, message))
                }
            },
        }
    }

    pub(super) fn tlc_set(&mut self, key: &Value, value: Value, id: NodeId) -> Result<Value> {
        match key {
            Value::Int(register) => {
                let datum = self.checked(value.to_datum(&self.limits), id)?;
                if !self.quiet {
                    self.setting.registers.set(*register, datum);
                }
                Ok(Value::TRUE)
            }
            Value::Str(name) if name.text() == "exit" => {
                if let Value::Bool(true) = value {
                    self.setting.registers.ask_exit();
                }
                Ok(Value::TRUE)
            }
            Value::Str(name) if name.text() == "pause" => Ok(Value::TRUE),
            other => {
                let message = format!("TLCSet: {} is neither a register nor \"exit\"", brief(other));
                Err(self.evaluation(id, code::TYPE_ERROR, message))
            }
        }
    }

    fn permutations(&mut self, set: &Value, id: NodeId) -> Result<Value> {
        let node = self.checked(set.explicit("Permutations", &self.limits), id)?;
        let elements = node.elements();
        let mut count: usize = 1;
        for n in 1..=elements.len() {
            count = count.saturating_mul(n);
            self.check_size(count.saturating_sub(1), id)?;
        }
        let domain = Value::Set(node.clone());
        let mut functions = Vec::with_capacity(count);
        let mut order: Vec<usize> = (0..elements.len()).collect();
        loop {
            let image = order.iter().map(|&i| elements[i].clone()).collect();
            functions.push(self.checked(Value::function(&domain, image), id)?);
            // The next permutation in lexicographic order.
            let Some(i) = (1..order.len()).rev().find(|&i| order[i - 1] < order[i]) else { break };
            let j = (i..order.len()).rev().find(|&j| order[j] > order[i - 1]).unwrap_or(i);
            order.swap(i - 1, j);
            order[i..].reverse();
        }
        self.checked(Value::set(functions), id)
    }

    fn sort_sequence(&mut self, args: &[NodeId], id: NodeId, base: usize) -> Result<Value> {
        let sequence = self.eval(args[0], base)?;
        let before = self.callee(args[1], base)?;
        let elements = self.items(&sequence, "SortSeq", id)?;
        self.sorted(elements, &before, args[1], id)
    }

    /// Insertion from the left: an element moves ahead of those it precedes, as in TLC.
    pub(super) fn sorted(
        &mut self,
        elements: Vec<Value>,
        before: &Callee,
        at: NodeId,
        id: NodeId,
    ) -> Result<Value> {
        let mut sorted: Vec<Value> = Vec::with_capacity(elements.len());
        for element in elements {
            let mut place = sorted.len();
            while place > 0 {
                let pair = [element.clone(), sorted[place - 1].clone()];
                match self.apply_callee(before, pair, id)? {
                    Value::Bool(true) => place -= 1,
                    Value::Bool(false) => break,
                    other => return Err(self.not_boolean(at, &other)),
                }
            }
            sorted.insert(place, element);
        }
        Ok(Value::tuple(sorted))
    }

    /// Pseudo-random, the same in every run: SplitMix64 on a counter of this evaluator.
    pub(super) fn random(&mut self) -> u64 {
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.seed;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
