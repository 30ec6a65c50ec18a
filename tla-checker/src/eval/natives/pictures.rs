//! SVG and GraphViz: values as pictures.

use super::super::{Evaluator, Native, Result};
use crate::ir::*;
use crate::value::fingerprint::variable_terms;
use crate::value::{Expected, Keys, SetNode, Value};
use std::fmt::Write;
use tla_parser::code;

impl<'m> Evaluator<'m> {
    pub(super) fn picture(
        &mut self,
        native: Native,
        args: &[NodeId],
        id: NodeId,
        base: usize,
    ) -> Result<Value> {
        let op = native.name();
        match native {
            Native::SvgElemToString => {
                let element = self.eval(args[0], base)?;
                let mut out = String::new();
                self.svg(&element, &mut out, id)?;
                Ok(self.string(&out))
            }
            Native::NodeOfRingNetwork => {
                let mut given = [0.0; 5];
                for (place, &arg) in given.iter_mut().zip(args) {
                    let value = self.eval(arg, base)?;
                    *place = self.checked(value.as_int(op), id)? as f64;
                }
                let [cx, cy, r, n, m] = given;
                if m == 0.0 {
                    let message = format!("`{op}` needs a ring of at least one node");
                    return Err(self.evaluation(id, code::TYPE_ERROR, message));
                }
                let angle = 2.0 * std::f64::consts::PI / m * n;
                Ok(self.point((cx + r * angle.cos()) as i64, (cy + r * angle.sin()) as i64))
            }
            Native::NodesOfDirectedMultiGraph => {
                let nodes = self.eval(args[0], base)?;
                let edges = self.eval(args[1], base)?;
                let options = self.eval(args[2], base)?;
                let nodes = self.built_set(&nodes, op, id)?;
                let mut pairs = Vec::new();
                for edge in self.elements_of(&edges, op, id)? {
                    let from = self.at(&edge, Value::Int(1), id)?;
                    let to = self.at(&edge, Value::Int(2), id)?;
                    if let (Some(a), Some(b)) = (nodes.position(&from), nodes.position(&to)) {
                        pairs.push((a, b));
                    }
                }
                let width = self.field(&options, "view_width", id)?;
                let width = self.checked(width.as_int(op), id)?;
                let height = self.field(&options, "view_height", id)?;
                let height = self.checked(height.as_int(op), id)?;
                let mut places = Vec::with_capacity(nodes.elements().len());
                for (x, y) in drawn(&nodes, &pairs, width, height) {
                    places.push(self.point(x, y));
                }
                Ok(Value::function_on(&Keys::from_set(&nodes), places))
            }
            Native::DotDiGraph => {
                let graph = self.eval(args[0], base)?;
                let node_label = self.callee(args[1], base)?;
                let edge_label = self.callee(args[2], base)?;
                let nodes = self.field(&graph, "node", id)?;
                let edges = self.field(&graph, "edge", id)?;
                let mut out = String::from("digraph MyGraph {");
                for node in self.elements_of(&nodes, op, id)? {
                    let name = self.dot_name(&node, id)?;
                    let label = self.apply_callee(&node_label, [node], id)?;
                    let _ = write!(out, "{name}[label={label}];");
                }
                for edge in self.elements_of(&edges, op, id)? {
                    let from = self.at(&edge, Value::Int(1), id)?;
                    let to = self.at(&edge, Value::Int(2), id)?;
                    let (from, to) = (self.dot_name(&from, id)?, self.dot_name(&to, id)?);
                    let label = self.apply_callee(&edge_label, [edge], id)?;
                    let _ = write!(out, "{from}->{to}[label={label}];");
                }
                out.push('}');
                Ok(self.string(&out))
            }
            other => Err(self.misplaced(other, id)),
        }
    }

    fn point(&mut self, x: i64, y: i64) -> Value {
        Value::record(vec![
            (self.interner.symbol("x"), Value::Int(x)),
            (self.interner.symbol("y"), Value::Int(y)),
        ])
    }

    /// A number that stands for a node: its fingerprint.
    fn dot_name(&mut self, node: &Value, id: NodeId) -> Result<i64> {
        let print: u64 = self.checked(variable_terms("", node), id)?;
        Ok(print as i64)
    }

    fn svg(&mut self, element: &Value, out: &mut String, id: NodeId) -> Result<()> {
        const OP: &str = "SVGElemToString";
        let name = self.field(element, "name", id)?;
        let name = self.text(&name, OP, id)?;
        out.push('<');
        out.push_str(&name);
        let attributes = self.field(element, "attrs", id)?;
        for (key, value) in self.checked(attributes.finite_pairs(OP), id)? {
            let (key, value) = (self.text(&key, OP, id)?, self.text(&value, OP, id)?);
            // An identifier of TLA+ has no `-`, a name of SVG no `_`.
            let _ = write!(out, " {}='{value}'", key.replace('_', "-"));
        }
        out.push('>');
        let inner = self.field(element, "innerText", id)?;
        let inner = self.text(&inner, OP, id)?;
        out.push_str(&inner.replace("<<", "&lt;&lt;").replace(">>", "&gt;&gt;"));
        let children = self.field(element, "children", id)?;
        let Some(children) = children.function_values() else {
            return Err(self.wrong(OP, Expected::Sequence, &children, id));
        };
        for child in children {
            self.tick(id)?;
            self.svg(child, out, id)?;
        }
        let _ = write!(out, "</{name}>");
        Ok(())
    }
}

/// A place for each node: rows by how far a node is from one that no edge leads to.
fn drawn(nodes: &SetNode, edges: &[(usize, usize)], width: i64, height: i64) -> Vec<(i64, i64)> {
    let n = nodes.elements().len();
    let mut row: Vec<Option<usize>> = vec![None; n];
    let mut pending: std::collections::VecDeque<usize> =
        (0..n).filter(|&k| !edges.iter().any(|&(a, b)| b == k && a != k)).collect();
    pending.iter().for_each(|&k| row[k] = Some(0));
    for start in 0..n {
        // What no such node leads to stands on a cycle, and begins there.
        if pending.is_empty() && row[start].is_none() {
            row[start] = Some(0);
            pending.push_back(start);
        }
        while let Some(k) = pending.pop_front() {
            let below = row[k].map(|r| r + 1);
            for &(_, b) in edges.iter().filter(|(a, _)| *a == k) {
                if row[b].is_none() {
                    row[b] = below;
                    pending.push_back(b);
                }
            }
        }
    }
    let rows: Vec<usize> = row.into_iter().map(Option::unwrap_or_default).collect();
    let count = rows.iter().max().map_or(0, |r| r + 1) as i64;
    (0..n)
        .map(|k| {
            let beside = rows.iter().filter(|r| **r == rows[k]).count() as i64;
            let before = rows[..k].iter().filter(|r| **r == rows[k]).count() as i64;
            let x = width.saturating_mul(before + 1) / (beside + 1);
            (x, height.saturating_mul(rows[k] as i64 + 1) / (count + 1))
        })
        .collect()
}
