//! Operators: frames, arguments by need and by name, operators as arguments.

use super::{Evaluator, Result};
use crate::canary::{Rule, without};
use crate::failure::{Call, Failure};
use crate::ir::*;
use crate::value::{Fault, MAX_DEPTH, Value};
use std::rc::Rc;

/// How many calls a failure keeps at each end of the stack.
const KEPT_CALLS: usize = 100;

/// What a slot of a frame holds.
#[derive(Clone)]
pub(super) enum Cell {
    /// Nothing yet.
    Empty,
    /// A value.
    Value(Value),
    /// An expression of a frame, evaluated on first use and then kept.
    Need(NodeId, u32),
    /// An expression of a frame, evaluated at each use.
    Name(NodeId, u32),
    /// The cell at that place of the stack.
    Ref(u32),
    /// The same, asked for as a whole: an argument of a call that may be recalled.
    Asked(u32),
    /// What a part of the packed current state holds.
    Part(crate::state::PartId),
    /// An operator: its node and the frame in which that stands.
    Operator(NodeId, u32),
    /// An operator that took what it captures with it.
    Owned(Rc<Owned>),
    /// What could not be evaluated when a rule captured it; an error when it is used.
    Failed(Rc<Failure>),
}

/// What is being done where something is given to an operator or a LET.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    /// An action is tried: the next state is being built.
    Step,
    /// A value is evaluated: both states stay as they are.
    Value,
}

/// An operator with what it captures.
pub(super) struct Owned {
    pub(super) op: OpId,
    pub(super) captured: Vec<Cell>,
    depth: u32,
}

/// An operator to be applied.
#[derive(Clone)]
pub(super) enum Callee {
    Node(NodeId, u32),
    Owned(Rc<Owned>),
}

impl<'m> Evaluator<'m> {
    /// The value of a cell; what is needed is evaluated and kept.
    #[inline]
    pub(super) fn local(&mut self, index: usize, at: NodeId) -> Result<Value> {
        match &self.stack[index] {
            Cell::Value(value) => Ok(value.clone()),
            Cell::Ref(other) => {
                let other = *other as usize;
                self.local(other, at)
            }
            Cell::Need(e, base) => {
                let (e, base) = (*e, *base as usize);
                let value = self.eval_lazy(e, base)?;
                let cell = std::mem::replace(&mut self.stack[index], Cell::Value(value.clone()));
                if !self.branches.is_empty() {
                    self.trail.push((index, cell));
                }
                Ok(value)
            }
            Cell::Asked(other) => {
                let other = *other as usize;
                let value = self.local(other, at)?;
                let cell = std::mem::replace(&mut self.stack[index], Cell::Value(value.clone()));
                self.note_asked(index);
                if !self.branches.is_empty() {
                    self.trail.push((index, cell));
                }
                Ok(value)
            }
            Cell::Part(part) => Ok(self.door.take(super::door::Spot::Part(0, *part))),
            Cell::Name(e, base) => {
                let (e, base) = (*e, *base as usize);
                self.eval_lazy(e, base)
            }
            Cell::Operator(..) | Cell::Owned(_) => Err(self.operator_as_value(at)),
            Cell::Failed(failure) => Err(Box::new((**failure).clone())),
            Cell::Empty => Err(self.internal(at, "a slot is read before it is filled")),
        }
    }

    /// The cell for a definition of a LET around `body`.
    pub(super) fn definition(&mut self, e: NodeId, base: usize, body: NodeId, within: Within) -> Cell {
        let by_name = self.is_by_name(self.ir.passing[e.index()], body, within);
        self.argument(e, base, by_name)
    }

    /// Whether what is given to `body` is evaluated at each use.
    fn is_by_name(&mut self, passing: Passing, body: NodeId, within: Within) -> bool {
        match passing {
            Passing::Need => false,
            Passing::Step => match within {
                Within::Step => !without(Rule::Step),
                Within::Value => !self.is_steady(body),
            },
            Passing::Name => true,
        }
    }

    /// Whether evaluating an expression leaves both states as they are all the way: nothing in it tries an
    /// action, as ENABLED does.
    fn is_steady(&mut self, id: NodeId) -> bool {
        if let Some(known) = self.steady.get(id) {
            return known;
        }
        // Of an operator that is given nobody knows what it does.
        let tries = |node: &Node| matches!(node, Node::Enabled(_) | Node::Compose(..) | Node::CallLocal(..));
        let steady = !reaches(self.ir, id, tries);
        self.steady.set(id, steady);
        steady
    }

    /// The cell for an argument.
    fn argument(&self, e: NodeId, base: usize, by_name: bool) -> Cell {
        match self.ir.node(e) {
            Node::Bool(b) => Cell::Value(Value::Bool(*b)),
            Node::Int(i) => Cell::Value(Value::Int(*i)),
            Node::Str(t) => Cell::Value(Value::Str(self.symbols[t.index()].clone())),
            Node::Datum(d) => Cell::Value(self.data[*d as usize].clone()),
            Node::Local(slot) => self.share(base + *slot as usize),
            Node::Operator(..) => Cell::Operator(e, base as u32),
            _ if by_name => Cell::Name(e, base as u32),
            _ => Cell::Need(e, base as u32),
        }
    }

    /// Another name for a cell.
    fn share(&self, index: usize) -> Cell {
        match &self.stack[index] {
            Cell::Need(..) | Cell::Name(..) | Cell::Empty | Cell::Asked(_) => Cell::Ref(index as u32),
            cell => cell.clone(),
        }
    }

    /// Pushes the frame of an operator; the caller cuts it back.
    pub(super) fn push_frame(
        &mut self,
        op: OpId,
        captured: &[Slot],
        args: &[NodeId],
        base: usize,
        within: Within,
    ) -> usize {
        let new = self.stack.len();
        let o = self.ir.op(op);
        self.stack.reserve(o.frame as usize);
        for &slot in captured {
            let cell = self.share(base + slot as usize);
            self.stack.push(cell);
        }
        for (i, &arg) in args.iter().enumerate() {
            let passing = Passing::of(self.ir.reads(arg), o.shifted[captured.len() + i]);
            let by_name = self.is_by_name(passing, o.body, within);
            let cell = self.argument(arg, base, by_name);
            self.stack.push(cell);
        }
        self.stack.resize_with(new + o.frame as usize, || Cell::Empty);
        new
    }

    /// Counts a call; the caller takes it back with [`Evaluator::leave`].
    #[inline]
    pub(super) fn enter(&mut self, at: NodeId) -> Result<()> {
        self.tick(at)?;
        self.depth += 1;
        self.recalled.deepest = self.recalled.deepest.max(self.depth);
        if self.depth > self.setting.bounds.max_recursion {
            return Err(self.too_deep(at));
        }
        Ok(())
    }

    #[inline]
    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    pub(super) fn call(
        &mut self,
        op: OpId,
        captured: &[Slot],
        args: &[NodeId],
        id: NodeId,
        base: usize,
    ) -> Result<Value> {
        self.enter(id)?;
        let result = if self.ir.op(op).recalled && self.setting.keep_values {
            self.recall(op, captured, args, base)
        } else {
            let new = self.push_frame(op, captured, args, base, Within::Value);
            let result = self.eval_lazy(self.ir.op(op).body, new);
            self.stack.truncate(new);
            result
        };
        self.leave();
        result.map_err(|e| self.within(e, op, id))
    }

    pub(super) fn call_local(
        &mut self,
        slot: Slot,
        args: &[NodeId],
        id: NodeId,
        base: usize,
    ) -> Result<Value> {
        let callee = self.callee_at(base + slot as usize, id)?;
        let (op, new) = self.push_callee(&callee, args, id, base, Within::Value)?;
        let result = self.eval_lazy(self.ir.op(op).body, new);
        self.stack.truncate(new);
        self.leave();
        result.map_err(|e| self.within(e, op, id))
    }

    /// Pushes the frame of an operator parameter; the caller cuts it back and leaves.
    pub(super) fn push_callee(
        &mut self,
        callee: &Callee,
        args: &[NodeId],
        id: NodeId,
        base: usize,
        within: Within,
    ) -> Result<(OpId, usize)> {
        self.enter(id)?;
        let new = self.stack.len();
        let op = self.push_captured(callee);
        let o = self.ir.op(op);
        let first = self.stack.len() - new;
        for (i, &arg) in args.iter().enumerate() {
            let passing = Passing::of(self.ir.reads(arg), o.shifted[first + i]);
            let by_name = self.is_by_name(passing, o.body, within);
            let cell = self.argument(arg, base, by_name);
            self.stack.push(cell);
        }
        self.stack.resize_with(new + o.frame as usize, || Cell::Empty);
        Ok((op, new))
    }

    fn push_captured(&mut self, callee: &Callee) -> OpId {
        match callee {
            Callee::Node(node, base) => {
                let Node::Operator(op, captured) = self.ir.node(*node) else {
                    unreachable!("only operators become callees")
                };
                for &slot in captured {
                    let cell = self.share(*base as usize + slot as usize);
                    self.stack.push(cell);
                }
                *op
            }
            Callee::Owned(owned) => {
                self.stack.extend(owned.captured.iter().cloned());
                owned.op
            }
        }
    }

    /// The operator that a native's argument is.
    pub(super) fn callee(&self, arg: NodeId, base: usize) -> Result<Callee> {
        match self.ir.node(arg) {
            Node::Operator(..) => Ok(Callee::Node(arg, base as u32)),
            Node::Local(slot) => self.callee_at(base + *slot as usize, arg),
            _ => Err(self.internal(arg, "an operator is needed")),
        }
    }

    fn callee_at(&self, index: usize, at: NodeId) -> Result<Callee> {
        match &self.stack[index] {
            Cell::Operator(node, base) => Ok(Callee::Node(*node, *base)),
            Cell::Owned(owned) => Ok(Callee::Owned(owned.clone())),
            Cell::Ref(other) => self.callee_at(*other as usize, at),
            _ => Err(self.internal(at, "a slot holds no operator")),
        }
    }

    /// An operator applied to values.
    pub(super) fn apply_callee(
        &mut self,
        callee: &Callee,
        args: impl IntoIterator<Item = Value>,
        id: NodeId,
    ) -> Result<Value> {
        self.enter(id)?;
        let new = self.stack.len();
        let op = self.push_captured(callee);
        self.stack.extend(args.into_iter().map(Cell::Value));
        self.stack.resize_with(new + self.ir.op(op).frame as usize, || Cell::Empty);
        let result = self.eval(self.ir.op(op).body, new);
        self.stack.truncate(new);
        self.leave();
        result.map_err(|e| self.within(e, op, id))
    }

    /// What a rule captures: values, and operators with what they capture.
    pub(super) fn take_along(&mut self, index: usize, at: NodeId) -> Cell {
        let callee = match &self.stack[index] {
            Cell::Ref(other) => {
                let other = *other as usize;
                return self.take_along(other, at);
            }
            Cell::Operator(node, base) => Callee::Node(*node, *base),
            cell @ (Cell::Owned(_) | Cell::Failed(_) | Cell::Value(_) | Cell::Empty) => return cell.clone(),
            Cell::Need(..) | Cell::Name(..) | Cell::Part(_) | Cell::Asked(_) => {
                return match self.local(index, at) {
                    Ok(value) => Cell::Value(value),
                    Err(failure) => Cell::Failed(Rc::new(*failure)),
                };
            }
        };
        let Callee::Node(node, base) = callee else { unreachable!("made above") };
        let Node::Operator(op, captured) = self.ir.node(node) else {
            unreachable!("only operators become callees")
        };
        if !self.has_stack() {
            // Operators that capture operators: as deep as calls are nested.
            return self.on_more_stack(|this| this.take_operator(*op, captured, base, at));
        }
        self.take_operator(*op, captured, base, at)
    }

    fn take_operator(&mut self, op: OpId, captured: &[Slot], base: u32, at: NodeId) -> Cell {
        let captured: Vec<Cell> =
            captured.iter().map(|s| self.take_along(base as usize + *s as usize, at)).collect();
        let depth = 1 + captured.iter().map(Self::cell_depth).max().unwrap_or_default();
        if depth > MAX_DEPTH {
            let fault: std::result::Result<(), _> = Err(Fault::TooDeep { limit: MAX_DEPTH }.into());
            return match self.checked(fault, at) {
                Ok(()) => Cell::Empty,
                Err(failure) => Cell::Failed(Rc::new(*failure)),
            };
        }
        Cell::Owned(Rc::new(Owned { op, captured, depth }))
    }

    /// How deep a cell is that a rule or an operator took along.
    pub(super) fn cell_depth(cell: &Cell) -> u32 {
        match cell {
            Cell::Value(value) => value.extent().depth,
            Cell::Owned(owned) => owned.depth,
            _ => 0,
        }
    }

    /// Adds a call to a failure's stack.
    #[cold]
    pub(super) fn within(&self, mut failure: Box<Failure>, op: OpId, at: NodeId) -> Box<Failure> {
        let call = Call { name: self.ir.op(op).name.clone(), span: self.ir.span(at) };
        if failure.calls.len() >= 2 * KEPT_CALLS {
            failure.calls.remove(KEPT_CALLS);
        }
        failure.calls.push(call);
        failure
    }
}
