//! What binds: quantifiers, CHOOSE, set and function constructors; EXCEPT and application.

use super::call::Cell;
use super::{Evaluator, Result};
use crate::failure::Failure;
use crate::ir::*;
use crate::value::{Keys, Value, ValueError};
use std::ops::ControlFlow;

/// An error on the way out of a value's own operation.
pub(super) enum Trouble {
    Value(ValueError),
    Failure(Box<Failure>),
}

impl From<ValueError> for Trouble {
    fn from(e: ValueError) -> Self {
        Trouble::Value(e)
    }
}

impl From<Box<Failure>> for Trouble {
    fn from(e: Box<Failure>) -> Self {
        Trouble::Failure(e)
    }
}

impl<'m> Evaluator<'m> {
    /// Gives a pattern's slots an element or its components.
    #[inline]
    pub(super) fn bind(&mut self, pattern: &Pattern, value: Value, id: NodeId, base: usize) -> Result<()> {
        match pattern {
            Pattern::One(slot) => {
                self.stack[base + *slot as usize] = Cell::Value(value);
                Ok(())
            }
            Pattern::Tuple(slots) => match value.tuple_elements() {
                Some(parts) if parts.len() == slots.len() => {
                    for (slot, part) in slots.iter().zip(parts) {
                        self.stack[base + *slot as usize] = Cell::Value(part.clone());
                    }
                    Ok(())
                }
                _ => Err(self.not_a_tuple(id, slots.len(), &value)),
            },
        }
    }

    /// Calls `f` with each combination of elements bound, until it breaks.
    pub(super) fn for_each(
        &mut self,
        bounds: &'m [Bound],
        id: NodeId,
        base: usize,
        f: &mut dyn FnMut(&mut Self) -> Result<ControlFlow<()>>,
    ) -> Result<ControlFlow<()>> {
        if let [bound] = bounds {
            let set = self.eval(bound.set, base)?;
            return self.for_each_element(&set, bound, id, base, f);
        }
        let sets = self.sets(bounds, base)?;
        self.for_each_of(bounds, &sets, id, base, f)
    }

    pub(super) fn sets(&mut self, bounds: &[Bound], base: usize) -> Result<Vec<Value>> {
        bounds.iter().map(|b| self.eval(b.set, base)).collect()
    }

    fn for_each_of(
        &mut self,
        bounds: &'m [Bound],
        sets: &[Value],
        id: NodeId,
        base: usize,
        f: &mut dyn FnMut(&mut Self) -> Result<ControlFlow<()>>,
    ) -> Result<ControlFlow<()>> {
        let Some((bound, rest)) = bounds.split_first() else { return f(self) };
        self.for_each_element(&sets[0], bound, id, base, &mut |this| {
            this.for_each_of(rest, &sets[1..], id, base, f)
        })
    }

    fn for_each_element(
        &mut self,
        set: &Value,
        bound: &'m Bound,
        id: NodeId,
        base: usize,
        f: &mut dyn FnMut(&mut Self) -> Result<ControlFlow<()>>,
    ) -> Result<ControlFlow<()>> {
        let elements = self.checked(set.elements("a quantifier"), bound.set)?;
        for element in elements {
            self.tick(id)?;
            self.bind(&bound.pattern, element, id, base)?;
            if f(self)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    pub(super) fn choose(&mut self, bound: &Bound, body: NodeId, id: NodeId, base: usize) -> Result<Value> {
        let set = self.eval(bound.set, base)?;
        let elements = self.checked(set.elements("CHOOSE"), bound.set)?;
        for element in elements {
            self.tick(id)?;
            self.bind(&bound.pattern, element.clone(), id, base)?;
            if self.truth(body, base)? {
                return Ok(element);
            }
        }
        Err(self.no_choice(id, &set))
    }

    pub(super) fn set_filter(
        &mut self,
        bound: &Bound,
        body: NodeId,
        id: NodeId,
        base: usize,
    ) -> Result<Value> {
        if let Some(at) = self.bits(bound.set, base) {
            return self.filtered_bits(at, bound, body, id, base);
        }
        let set = self.eval(bound.set, base)?;
        let elements = self.checked(set.elements("{x \\in S : p}"), bound.set)?;
        let mut kept = Vec::new();
        for element in elements {
            self.tick(id)?;
            self.bind(&bound.pattern, element.clone(), id, base)?;
            if self.truth(body, base)? {
                self.check_size(kept.len(), id)?;
                kept.push(element);
            }
        }
        Ok(Value::set_from_sorted(kept))
    }

    pub(super) fn set_map(
        &mut self,
        bounds: &'m [Bound],
        body: NodeId,
        id: NodeId,
        base: usize,
    ) -> Result<Value> {
        let mut images = Vec::new();
        let _ = self.for_each(bounds, id, base, &mut |this| {
            let image = this.eval(body, base)?;
            this.check_size(images.len(), id)?;
            images.push(image);
            Ok(ControlFlow::Continue(()))
        })?;
        self.checked(Value::set(images), id)
    }

    pub(super) fn function(
        &mut self,
        bounds: &'m [Bound],
        body: NodeId,
        id: NodeId,
        base: usize,
    ) -> Result<Value> {
        if let [bound] = bounds {
            let set = self.eval(bound.set, base)?;
            let elements = self.checked(set.elements("[x \\in S |-> e]"), bound.set)?;
            let keys = self.checked(Keys::of(&set), bound.set)?;
            self.check_size(keys.len(), id)?;
            let mut values = Vec::with_capacity(keys.len());
            for element in elements {
                self.tick(id)?;
                self.bind(&bound.pattern, element, id, base)?;
                values.push(self.eval(body, base)?);
            }
            return Ok(Value::function_on(&keys, values));
        }
        let sets = self.sets(bounds, base)?;
        let domain = self.checked(Value::product(sets.clone()), id)?;
        let domain = domain.explicit("[x \\in S, y \\in T |-> e]", &self.limits);
        let domain = Value::Set(self.checked(domain, id)?);
        let keys = self.checked(Keys::of(&domain), id)?;
        // The order of the product's tuples is that of the nested iteration.
        let mut values = Vec::with_capacity(keys.len());
        let _ = self.for_each_of(bounds, &sets, id, base, &mut |this| {
            values.push(this.eval(body, base)?);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(Value::function_on(&keys, values))
    }

    pub(super) fn except(&mut self, f: NodeId, updates: &[Update], id: NodeId, base: usize) -> Result<Value> {
        let mut function = self.eval(f, base)?;
        for update in updates {
            function = self.update(function, &update.path, update, id, base)?;
        }
        Ok(function)
    }

    /// One update of a function, of which `path` is still to go.
    pub(super) fn update(
        &mut self,
        function: Value,
        path: &[Step],
        update: &Update,
        id: NodeId,
        base: usize,
    ) -> Result<Value> {
        let mut keys = Vec::with_capacity(path.len());
        for step in path {
            keys.push(match step {
                Step::Field(name) => Value::Str(self.symbols[name.index()].clone()),
                Step::Index(i) => self.eval(*i, base)?,
            });
        }
        self.update_at(function, &keys, update, id, base)
    }

    fn update_at(
        &mut self,
        function: Value,
        keys: &[Value],
        update: &Update,
        id: NodeId,
        base: usize,
    ) -> Result<Value> {
        if let (Value::Closure(c), [key, rest @ ..]) = (&function, keys) {
            return self.change_closure(c, key.clone(), id, &mut |this, old| match rest {
                [] => this.updated(old, update, base),
                _ => this.update_at(old, rest, update, id, base),
            });
        }
        let result = function.except(keys, &mut |old| -> std::result::Result<Value, Trouble> {
            Ok(self.updated(old, update, base)?)
        });
        self.settled(result, id)
    }

    /// The value that takes the place of an old one.
    fn updated(&mut self, old: Value, update: &Update, base: usize) -> Result<Value> {
        if let Some(slot) = update.at {
            self.stack[base + slot as usize] = Cell::Value(old);
        }
        let new = self.eval(update.value, base);
        if let Some(slot) = update.at {
            self.stack[base + slot as usize] = Cell::Empty;
        }
        new
    }

    /// The outcome of a value's operation that called back.
    pub(super) fn settled<T>(&mut self, result: std::result::Result<T, Trouble>, id: NodeId) -> Result<T> {
        match result {
            Ok(value) => Ok(value),
            Err(Trouble::Failure(failure)) => Err(failure),
            Err(Trouble::Value(e)) => self.checked(Err(e), id),
        }
    }

    pub(super) fn apply(&mut self, f: NodeId, index: NodeId, id: NodeId, base: usize) -> Result<Value> {
        if let Some(value) = self.located(id, base)? {
            return Ok(value);
        }
        let argument = self.eval(index, base)?;
        self.settle(f, base)?;
        if let Some(spot) = self.spot(f, base)
            && let Some(inner) = self.door.component(spot, &argument)
        {
            return Ok(self.door.take(inner));
        }
        let function = self.eval_lazy(f, base)?;
        if let Value::Closure(c) = &function {
            return self.apply_closure(c, argument, id);
        }
        let value = function.apply(&argument).cloned();
        self.checked(value, id)
    }
}
