//! Functions given by rules: applied without being built, remembered where they are recursive.

use super::call::Cell;
use super::{Evaluator, Result};
use crate::ir::*;
use crate::value::{ClosureNode, Fault, Keys, Value};
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::rc::Rc;

/// The evaluator's half of a [`ClosureNode`].
pub(super) struct Applied {
    rule: RuleId,
    captured: Vec<Cell>,
    /// Values of a recursive function, `None` while one is being worked out; and in which branch of the
    /// log.
    memo: RefCell<FxHashMap<Value, (u64, Option<Value>)>>,
    built: RefCell<Option<(u64, Value)>>,
    /// In how many ways the body holds as a guard, and in which branch of the log.
    ways: RefCell<FxHashMap<Value, (u64, u64)>>,
}

/// A function given by a rule with one value changed: `[f EXCEPT ![x] = e]`.
struct Changed {
    function: Rc<ClosureNode>,
    argument: Value,
    value: Value,
}

/// What a function given by a rule has for an argument.
pub(super) enum Found {
    /// This value, which is not the rule's.
    Value(Value),
    /// What this rule says.
    Rule(Rc<ClosureNode>),
}

impl<'m> Evaluator<'m> {
    /// `[f EXCEPT ![argument] = value]` for a function given by a rule, `value` made of what it was.
    pub(super) fn change_closure(
        &mut self,
        c: &Rc<ClosureNode>,
        argument: Value,
        id: NodeId,
        value: &mut dyn FnMut(&mut Self, Value) -> Result<Value>,
    ) -> Result<Value> {
        let inside = c.domain.contains(&argument);
        if !self.checked(inside, id)? {
            return Ok(Value::Closure(c.clone()));
        }
        let old = self.apply_closure(c, argument.clone(), id)?;
        let value = value(self, old)?;
        let mut extent = c.extent;
        for part in [argument.extent(), value.extent()] {
            extent.depth = extent.depth.max(part.depth);
            extent.parts = extent.parts.saturating_add(part.parts).saturating_add(1);
        }
        // What is changed again and again nests.
        extent.depth += 1;
        let rule = Rc::new(Changed { function: c.clone(), argument, value });
        Ok(Value::Closure(Rc::new(ClosureNode { domain: c.domain.clone(), rule, extent })))
    }

    /// What decides the value for an argument of the domain.
    pub(super) fn found(&mut self, c: &Rc<ClosureNode>, argument: &Value, id: NodeId) -> Result<Found> {
        let mut c = c.clone();
        while let Some(changed) = c.rule.downcast_ref::<Changed>() {
            let same = changed.argument.try_eq(argument);
            if self.checked(same, id)? {
                return Ok(Found::Value(changed.value.clone()));
            }
            c = changed.function.clone();
        }
        Ok(Found::Rule(c))
    }

    pub(super) fn closure(
        &mut self,
        rule: RuleId,
        domains: &[NodeId],
        captured: &[Slot],
        id: NodeId,
        base: usize,
    ) -> Result<Value> {
        let mut sets = Vec::with_capacity(domains.len());
        for &d in domains {
            let set = self.eval(d, base)?;
            if !set.is_set() {
                let wrong = set.cardinality();
                self.checked(wrong, d)?;
            }
            sets.push(set);
        }
        let domain = match sets.len() {
            1 => sets.remove(0),
            _ => self.checked(Value::product(sets), id)?,
        };
        let captured: Vec<Cell> = captured.iter().map(|s| self.take_along(base + *s as usize, id)).collect();
        let mut extent = domain.extent();
        let inner = captured.iter().map(Self::cell_depth).max().unwrap_or_default();
        extent.depth = 1 + extent.depth.max(inner);
        let applied = Applied {
            rule,
            captured,
            memo: RefCell::default(),
            built: RefCell::default(),
            ways: RefCell::default(),
        };
        Ok(Value::Closure(Rc::new(ClosureNode { domain, rule: Rc::new(applied), extent })))
    }

    /// A rule applied to an argument.
    pub(super) fn apply_closure(
        &mut self,
        c: &Rc<ClosureNode>,
        argument: Value,
        id: NodeId,
    ) -> Result<Value> {
        let inside = c.domain.contains(&argument);
        if !self.checked(inside, id)? {
            let function = c.domain.clone();
            return Err(self.outside_domain(id, &function, &argument));
        }
        let c = &match self.found(c, &argument, id)? {
            Found::Value(value) => return Ok(value),
            Found::Rule(c) => c,
        };
        let applied = self.applied(c);
        if let Some((branch, built)) = applied.built.borrow().as_ref()
            && self.is_current(*branch)
        {
            let value = built.apply(&argument).cloned();
            return self.checked(value, id);
        }
        let ir = self.ir;
        let rule = &ir.rules[applied.rule.index()];
        if rule.itself.is_none() {
            return self.evaluate_rule(c, &applied, rule, argument, id);
        }
        if let Some((branch, known)) = applied.memo.borrow().get(&argument)
            && self.is_current(*branch)
        {
            return match known {
                Some(value) => Ok(value.clone()),
                None => Err(self.circular(id, &rule.name, &argument)),
            };
        }
        let branch = self.current_branch();
        applied.memo.borrow_mut().insert(argument.clone(), (branch, None));
        let result = self.evaluate_rule(c, &applied, rule, argument.clone(), id);
        match &result {
            Ok(value) => applied.memo.borrow_mut().insert(argument, (branch, Some(value.clone()))),
            Err(_) => applied.memo.borrow_mut().remove(&argument),
        };
        result
    }

    /// The rule of a function of which no value is changed.
    fn applied(&self, c: &Rc<ClosureNode>) -> Rc<Applied> {
        c.rule.clone().downcast().expect("rules are made here only")
    }

    fn evaluate_rule(
        &mut self,
        c: &Rc<ClosureNode>,
        applied: &Applied,
        rule: &Rule,
        argument: Value,
        id: NodeId,
    ) -> Result<Value> {
        self.enter(id)?;
        let new = self.push_rule(c, applied, rule, &argument, id)?;
        let result = if self.has_stack() {
            self.eval(rule.body, new)
        } else {
            self.grow(id, |this| this.eval(rule.body, new))
        };
        self.stack.truncate(new);
        self.leave();
        result.map_err(|mut failure| {
            if failure.calls.len() < 200 {
                failure.calls.push(crate::failure::Call {
                    name: format!("{}[{}]", rule.name, crate::eval::fail::brief(&argument)),
                    span: self.ir.span(id),
                });
            }
            failure
        })
    }

    fn push_rule(
        &mut self,
        c: &Rc<ClosureNode>,
        applied: &Applied,
        rule: &Rule,
        argument: &Value,
        id: NodeId,
    ) -> Result<usize> {
        let new = self.stack.len();
        self.stack.extend(applied.captured.iter().cloned());
        self.stack.resize_with(new + rule.frame as usize, || Cell::Empty);
        if let Some(slot) = rule.itself {
            self.stack[new + slot as usize] = Cell::Value(Value::Closure(c.clone()));
        }
        if let [pattern] = rule.patterns.as_slice() {
            self.bind(pattern, argument.clone(), id, new)?;
        } else {
            let parts = argument.tuple_elements().unwrap_or_default().to_vec();
            for (pattern, part) in rule.patterns.iter().zip(parts) {
                self.bind(pattern, part, id, new)?;
            }
        }
        Ok(new)
    }

    /// In how many ways a rule's body holds of an argument, where that was counted.
    pub(super) fn ways_known(&self, c: &Rc<ClosureNode>, argument: &Value) -> Option<u64> {
        let (branch, ways) = *self.applied(c).ways.borrow().get(argument)?;
        self.is_current(branch).then_some(ways)
    }

    /// Takes note of it.
    pub(super) fn know_ways(&self, c: &Rc<ClosureNode>, argument: Value, ways: u64) {
        self.applied(c).ways.borrow_mut().insert(argument, (self.current_branch(), ways));
    }

    /// For an action: the frame in which a rule's body is to be tried; the caller cuts it back and
    /// leaves.
    pub(super) fn enter_rule(
        &mut self,
        c: &Rc<ClosureNode>,
        argument: Value,
        id: NodeId,
    ) -> Result<(NodeId, usize)> {
        let inside = c.domain.contains(&argument);
        if !self.checked(inside, id)? {
            let function = c.domain.clone();
            return Err(self.outside_domain(id, &function, &argument));
        }
        let applied = self.applied(c);
        let ir = self.ir;
        let rule = &ir.rules[applied.rule.index()];
        self.enter(id)?;
        let new = self.push_rule(c, &applied, rule, &argument, id)?;
        Ok((rule.body, new))
    }

    /// The function that a rule gives, built, when its domain is finite.
    pub(super) fn force(&mut self, c: Rc<ClosureNode>, id: NodeId) -> Result<Value> {
        // Only where the domain is infinite values are changed without building all.
        if !c.domain.is_enumerable() {
            return Ok(Value::Closure(c));
        }
        let applied = self.applied(&c);
        if let Some((branch, built)) = applied.built.borrow().as_ref()
            && self.is_current(*branch)
        {
            return Ok(built.clone());
        }
        let domain = c.domain.explicit("a function", &self.limits);
        let domain = Value::Set(self.checked(domain, id)?);
        let keys = self.checked(Keys::of(&domain), id)?;
        let elements = domain.elements("a function");
        let elements = self.checked(elements, id)?;
        let mut values = Vec::with_capacity(keys.len());
        for argument in elements {
            values.push(self.apply_closure(&c, argument, id)?);
        }
        let built = Value::function_on(&keys, values);
        self.checked(built.check_extent(&self.limits), id)?;
        *applied.built.borrow_mut() = Some((self.current_branch(), built.clone()));
        applied.memo.borrow_mut().clear();
        Ok(built)
    }

    /// Refuses a function whose domain is infinite where all of it is needed.
    pub(super) fn finite(&mut self, value: Value, id: NodeId) -> Result<Value> {
        match &value {
            Value::Closure(c) => {
                let fault = Fault::InfiniteFunction { op: "a value", domain: c.domain.clone() };
                self.checked(Err(fault.into()), id)
            }
            _ => Ok(value),
        }
    }
}
