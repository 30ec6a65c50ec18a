//! Bags and BagsExt: functions from elements to how often they occur.
//!
//! Holds: a bag of `n` elements is walked once; two bags are merged in the order of their elements.

use super::super::{Evaluator, Native, Result};
use crate::ir::*;
use crate::value::{Expected, Keys, Value};

type Pairs = Vec<(Value, Value)>;

impl<'m> Evaluator<'m> {
    pub(super) fn bag(&mut self, native: Native, args: &[NodeId], id: NodeId, base: usize) -> Result<Value> {
        let op = native.name();
        match native {
            Native::EmptyBag => Ok(Value::tuple(Vec::new())),
            Native::IsABag => {
                let bag = self.eval(args[0], base)?;
                let Some(values) = bag.function_values() else { return Ok(Value::FALSE) };
                let positive = |v: &Value| match v {
                    Value::Int(i) => *i > 0,
                    Value::Big(_) => v.greater(&Value::Int(0)).unwrap_or(false),
                    _ => false,
                };
                Ok(Value::Bool(values.iter().all(positive)))
            }
            Native::BagToSet => {
                let bag = self.eval(args[0], base)?;
                self.checked(bag.domain(), id)
            }
            Native::SetToBag => {
                let set = self.eval(args[0], base)?;
                let keys = Keys::from_set(&self.built_set(&set, op, id)?);
                Ok(Value::function_on(&keys, vec![Value::Int(1); keys.len()]))
            }
            Native::BagIn => {
                let element = self.eval(args[0], base)?;
                let bag = self.eval(args[1], base)?;
                Ok(Value::Bool(self.copies(&element, &bag, id)?.is_some()))
            }
            Native::CopiesIn => {
                let element = self.eval(args[0], base)?;
                let bag = self.eval(args[1], base)?;
                Ok(self.copies(&element, &bag, id)?.unwrap_or(Value::Int(0)))
            }
            Native::BagCup => {
                let mut pairs = self.pairs(args[0], op, id, base)?;
                pairs.extend(self.pairs(args[1], op, id, base)?);
                self.added_up(pairs, id)
            }
            Native::BagDiff => {
                let pairs = self.pairs(args[0], op, id, base)?;
                let less = self.eval(args[1], base)?;
                let mut left = Vec::with_capacity(pairs.len());
                for (element, copies) in pairs {
                    let taken = self.copies(&element, &less, id)?.unwrap_or(Value::Int(0));
                    if self.checked(copies.greater(&taken), id)? {
                        left.push((element, self.checked(copies.subtract(&taken), id)?));
                    }
                }
                self.checked(Value::function_from_pairs(left), id)
            }
            Native::BagUnion => {
                let bags = self.eval(args[0], base)?;
                let mut pairs = Vec::new();
                for bag in self.elements_of(&bags, op, id)? {
                    pairs.extend(self.checked(bag.finite_pairs(op), id)?);
                }
                self.added_up(pairs, id)
            }
            Native::SubBagEq => {
                let pairs = self.pairs(args[0], op, id, base)?;
                let other = self.eval(args[1], base)?;
                for (element, copies) in pairs {
                    let within = match self.copies(&element, &other, id)? {
                        Some(most) => self.checked(copies.at_most(&most), id)?,
                        None => false,
                    };
                    if !within {
                        return Ok(Value::FALSE);
                    }
                }
                Ok(Value::TRUE)
            }
            Native::SubBag => {
                let pairs = self.pairs(args[0], op, id, base)?;
                self.sub_bags(pairs, id)
            }
            Native::BagOfAll => {
                let map = self.callee(args[0], base)?;
                let mut images = Vec::new();
                for (element, copies) in self.pairs(args[1], op, id, base)? {
                    images.push((self.apply_callee(&map, [element], id)?, copies));
                }
                self.added_up(images, id)
            }
            Native::BagCardinality => {
                let mut sum = Value::Int(0);
                for (_, copies) in self.pairs(args[0], op, id, base)? {
                    sum = self.checked(sum.add(&copies), id)?;
                }
                Ok(sum)
            }
            Native::BagAdd => {
                let mut pairs = self.pairs(args[0], op, id, base)?;
                pairs.push((self.eval(args[1], base)?, Value::Int(1)));
                self.added_up(pairs, id)
            }
            Native::BagRemove | Native::BagRemoveAll => {
                let bag = self.eval(args[0], base)?;
                let element = self.eval(args[1], base)?;
                let Some(copies) = self.copies(&element, &bag, id)? else { return Ok(bag) };
                let mut pairs = self.checked(bag.finite_pairs(op), id)?;
                if native == Native::BagRemove && self.checked(copies.greater(&Value::Int(1)), id)? {
                    let less = self.checked(copies.subtract(&Value::Int(1)), id)?;
                    for pair in pairs.iter_mut().filter(|(e, _)| *e == element) {
                        pair.1 = less.clone();
                    }
                } else {
                    pairs.retain(|(e, _)| *e != element);
                }
                self.checked(Value::function_from_pairs(pairs), id)
            }
            Native::SumBag | Native::ProductBag => {
                let product = native == Native::ProductBag;
                let mut acc = Value::Int(i64::from(product));
                for (element, copies) in self.pairs(args[0], op, id, base)? {
                    let part = if product { element.power(&copies) } else { element.multiply(&copies) };
                    let part = self.checked(part, id)?;
                    let next = if product { part.multiply(&acc) } else { part.add(&acc) };
                    acc = self.checked(next, id)?;
                }
                Ok(acc)
            }
            other => Err(self.misplaced(other, id)),
        }
    }

    fn pairs(&mut self, bag: NodeId, op: &'static str, id: NodeId, base: usize) -> Result<Pairs> {
        let bag = self.eval(bag, base)?;
        self.checked(bag.finite_pairs(op), id)
    }

    /// How often an element occurs; none where it is not in the domain.
    fn copies(&mut self, element: &Value, bag: &Value, id: NodeId) -> Result<Option<Value>> {
        let domain = self.checked(bag.domain(), id)?;
        if !self.checked(domain.contains(element), id)? {
            return Ok(None);
        }
        self.at(bag, element.clone(), id).map(Some)
    }

    /// The bag of these pairs, the copies of one element added up.
    fn added_up(&mut self, mut pairs: Pairs, id: NodeId) -> Result<Value> {
        pairs.sort_by(|a, b| a.0.cmp(&b.0));
        let mut bag: Pairs = Vec::with_capacity(pairs.len());
        for (element, copies) in pairs {
            if !matches!(copies, Value::Int(_) | Value::Big(_)) {
                return Err(self.wrong("+", Expected::Integer, &copies, id));
            }
            match bag.last_mut() {
                Some(last) if last.0 == element => last.1 = self.checked(last.1.add(&copies), id)?,
                _ => bag.push((element, copies)),
            }
        }
        self.checked(Value::function_from_pairs(bag), id)
    }

    fn sub_bags(&mut self, pairs: Pairs, id: NodeId) -> Result<Value> {
        let mut partial: Vec<Pairs> = vec![Vec::new()];
        for (element, copies) in pairs {
            let most = self.checked(copies.as_int("SubBag"), id)?.max(0) as usize;
            self.check_count(partial.len().saturating_mul(most.saturating_add(1)), id)?;
            for at in 0..partial.len() {
                for n in 1..=most {
                    let mut more = partial[at].clone();
                    more.push((element.clone(), Value::Int(n as i64)));
                    partial.push(more);
                }
            }
        }
        let mut bags = Vec::with_capacity(partial.len());
        for pairs in partial {
            bags.push(self.checked(Value::function_from_pairs(pairs), id)?);
        }
        self.checked(Value::set(bags), id)
    }
}
