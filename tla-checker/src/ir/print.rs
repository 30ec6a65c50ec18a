//! The textual form of the IR, for `tlacheck debug ir` and for tests.

use super::*;
use std::fmt::{self, Display, Formatter};

impl Display for Ir {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (i, name) in self.variables.iter().enumerate() {
            writeln!(f, "var{i} = {name}")?;
        }
        for (i, op) in self.ops.iter().enumerate() {
            writeln!(
                f,
                "\n{:?} {} captured={} params={} frame={}:",
                OpId(i as u32),
                op.name,
                op.captured,
                op.params,
                op.frame
            )?;
            self.tree(f, op.body, 1)?;
        }
        for (i, rule) in self.rules.iter().enumerate() {
            writeln!(f, "\n{:?} {} {:?} frame={}:", RuleId(i as u32), rule.name, rule.patterns, rule.frame)?;
            self.tree(f, rule.body, 1)?;
        }
        Ok(())
    }
}

impl Ir {
    fn tree(&self, f: &mut Formatter<'_>, id: NodeId, depth: usize) -> fmt::Result {
        let mut children = Vec::new();
        self.children(id, &mut |c| children.push(c));
        let text = format!("{:?}", self.node(id));
        let head: String = text.chars().take_while(|&c| c != '(').collect();
        let detail = if children.is_empty() { text.as_str() } else { head.as_str() };
        writeln!(f, "{:indent$}{id:?} {:?} {detail}", "", self.reads(id), indent = depth * 2)?;
        children.into_iter().try_for_each(|c| self.tree(f, c, depth + 1))
    }

    /// Calls `visit` with each direct child, in the order of evaluation.
    pub fn children(&self, id: NodeId, visit: &mut dyn FnMut(NodeId)) {
        self.node(id).children(visit);
    }
}

impl Node {
    /// Whether it has its value without being worked out: a name, a literal.
    pub(crate) fn is_simple(&self) -> bool {
        use Node::{Bool, Datum, Int, Local, NextVar, Str, Var};
        matches!(self, Bool(_) | Int(_) | Str(_) | Datum(_) | Local(_) | Var(_) | NextVar(_))
    }

    /// Calls `visit` with each direct child, in the order of evaluation.
    pub fn children(&self, visit: &mut dyn FnMut(NodeId)) {
        match self {
            Node::Bool(_)
            | Node::Int(_)
            | Node::Big(_)
            | Node::Str(_)
            | Node::Datum(_)
            | Node::Local(_)
            | Node::Var(_)
            | Node::NextVar(_)
            | Node::Operator(..)
            | Node::Boolean
            | Node::StringSet
            | Node::Unbounded(_)
            | Node::Nothing(_) => {}
            Node::Prime(a)
            | Node::Cached(_, a)
            | Node::Kept(_, a)
            | Node::Not(a)
            | Node::Domain(a)
            | Node::Powerset(a)
            | Node::BigUnion(a)
            | Node::Unchanged(a)
            | Node::Enabled(a)
            | Node::Keep(_, a)
            | Node::Inlined(_, a)
            | Node::Field(a, _) => visit(*a),
            Node::Call(_, _, items)
            | Node::CallLocal(_, items)
            | Node::Native(_, items)
            | Node::And(items)
            | Node::Or(items)
            | Node::SetEnum(items)
            | Node::Tuple(items)
            | Node::Product(items)
            | Node::Closure(_, items, _) => items.iter().for_each(|&c| visit(c)),
            Node::Implies(a, b)
            | Node::Equivalent(a, b)
            | Node::Equal(a, b)
            | Node::NotEqual(a, b)
            | Node::In(a, b)
            | Node::NotIn(a, b)
            | Node::SubsetEq(a, b)
            | Node::Union(a, b)
            | Node::Intersect(a, b)
            | Node::Difference(a, b)
            | Node::Compose(a, b)
            | Node::Subscripted(_, a, b)
            | Node::FunctionSet(a, b)
            | Node::Apply(a, b) => {
                visit(*a);
                visit(*b);
            }
            Node::If(a, b, c) => [a, b, c].into_iter().for_each(|&c| visit(c)),
            Node::Case(arms, other) => {
                arms.iter().for_each(|(c, e)| {
                    visit(*c);
                    visit(*e);
                });
                other.iter().for_each(|&e| visit(e));
            }
            Node::Let(defs, body) => {
                defs.iter().for_each(|(_, e)| visit(*e));
                visit(*body);
            }
            Node::Quantifier(_, bounds, body) | Node::SetMap(body, bounds) | Node::Function(bounds, body) => {
                bounds.iter().for_each(|b| visit(b.set));
                visit(*body);
            }
            Node::Choose(bound, body) | Node::SetFilter(bound, body) => {
                visit(bound.set);
                visit(*body);
            }
            Node::Record(_, fields) => fields.iter().for_each(|(_, e)| visit(*e)),
            Node::RecordSet(fields) => fields.iter().for_each(|(_, e)| visit(*e)),
            Node::Except(base, updates) => {
                visit(*base);
                for update in updates {
                    for step in &update.path {
                        if let Step::Index(i) = step {
                            visit(*i);
                        }
                    }
                    visit(update.value);
                }
            }
        }
    }
}
