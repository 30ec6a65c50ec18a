//! The graph for Graphviz, in the form of TLC's `-dump dot`.
//!
//! Holds: the states of a level have one rank; initial states are filled; a label is the state's text
//! with quotes, backslashes and line ends escaped as DOT wants them. Unlike TLC's, the graph is not
//! `strict`: that would draw one of several steps between two states only.

use super::{Dot, Form, Names, State, Step};
use std::io::{self, Write};

pub(super) struct Graph {
    dot: Dot,
    /// The states of the level being written.
    level: Vec<u64>,
}

/// How many colours the scheme has; TLC's begin at the second.
const COLOURS: usize = 12;
const SCHEME: &str = "paired12";

impl Graph {
    pub fn new(dot: Dot) -> Self {
        Graph { dot, level: Vec::new() }
    }
}

/// The colour of an action: its instances have one.
fn colour(names: &Names<'_>, instance: usize) -> usize {
    let name = &names.instances[instance].name;
    let before = &names.instances[..instance];
    let first = before.iter().position(|other| other.name == *name).unwrap_or(instance);
    let earlier: std::collections::BTreeSet<&str> =
        names.instances[..first].iter().map(|other| other.name.as_str()).collect();
    1 + (earlier.len() + 1) % COLOURS
}

/// A text between quotes.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

impl Form for Graph {
    fn begin(&mut self, out: &mut dyn Write, _: &Names<'_>) -> io::Result<()> {
        writeln!(out, "digraph DiskGraph {{")?;
        if self.dot.colorize {
            writeln!(out, "edge [colorscheme=\"{SCHEME}\"]")?;
        }
        writeln!(out, "nodesep=0.35;\nsubgraph cluster_graph {{\ncolor=\"white\";")
    }

    fn state(
        &mut self,
        out: &mut dyn Write,
        names: &Names<'_>,
        state: &State<'_>,
        steps: &[Step],
    ) -> io::Result<()> {
        let id = state.id;
        self.level.push(id);
        let style = if state.is_initial() { ",style = filled" } else { "" };
        writeln!(out, "{id} [label={}{style}];", quoted(&state.text(names.variables)))?;
        for step in steps {
            let instance = step.instance as usize;
            let label = match self.dot.action_labels {
                true => quoted(&names.instances[instance].to_string()),
                false => "\"\"".to_owned(),
            };
            let colour = match self.dot.colorize {
                true => colour(names, instance).to_string(),
                false => "black".to_owned(),
            };
            let to = step.to;
            writeln!(out, "{id} -> {to} [label={label},color=\"{colour}\",fontcolor=\"{colour}\"];")?;
        }
        if self.dot.stuttering {
            writeln!(out, "{id} -> {id} [label=\"\",style=\"dashed\"];")?;
        }
        Ok(())
    }

    fn end_level(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if self.level.is_empty() {
            return Ok(());
        }
        write!(out, "{{rank = same; ")?;
        self.level.drain(..).try_for_each(|id| write!(out, "{id};"))?;
        writeln!(out, "}}")
    }

    fn end(&mut self, out: &mut dyn Write, names: &Names<'_>) -> io::Result<()> {
        writeln!(out, "}}")?;
        if self.dot.colorize {
            writeln!(
                out,
                "subgraph cluster_legend {{graph[style=bold];label = \"Next State Actions\" style=\"solid\""
            )?;
            writeln!(out, "node [ labeljust=\"l\",colorscheme=\"{SCHEME}\",style=filled,shape=record ]")?;
            for (at, instance) in names.instances.iter().enumerate() {
                if names.instances[..at].iter().all(|other| other.name != instance.name) {
                    let name = quoted(&instance.name);
                    writeln!(out, "{name} [label={name},fillcolor={}];", colour(names, at))?;
                }
            }
            writeln!(out, "}}")?;
        }
        writeln!(out, "}}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space::ActionInstance;
    use tla_parser::source::{FileId, Span};

    #[test]
    fn texts_are_escaped() {
        assert_eq!(quoted("/\\ s = \"a\\\"b\\\\\"\n"), r#""/\\ s = \"a\\\"b\\\\\"\n""#);
    }

    #[test]
    fn instances_of_an_action_share_a_colour() {
        let span = Span::new(FileId(0), 0, 1);
        let instance = |name: &str| ActionInstance { name: name.into(), arguments: vec![], span };
        let instances = ["A", "B", "A", "C", "B"].map(instance);
        let names = Names { variables: &[], instances: &instances };
        assert_eq!([0, 1, 2, 3, 4].map(|at| colour(&names, at)), [2, 3, 2, 4, 3]);
    }
}
