//! The graph as GraphML, for Gephi, yEd, NetworkX and their kin.
//!
//! Holds: a node has its state's text as `label`, its level, whether it is initial, and each variable as
//! an attribute of its own; an edge has its action. Characters that XML 1.0 cannot hold are replaced.

use super::{Form, Names, State, Step};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use std::borrow::Cow;
use std::io::{self, Write};

#[derive(Default)]
pub(super) struct Graph {
    edges: u64,
}

type Xml<'o> = Writer<&'o mut dyn Write>;

/// A text without what XML cannot hold.
fn clean(text: &str) -> Cow<'_, str> {
    let holds = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
    match text.chars().all(holds) {
        true => Cow::Borrowed(text),
        false => text.chars().map(|c| if holds(c) { c } else { '\u{fffd}' }).collect(),
    }
}

fn start(xml: &mut Xml<'_>, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
    xml.write_event(Event::Start(BytesStart::new(name).with_attributes(attributes.iter().copied())))
}

fn end(xml: &mut Xml<'_>, name: &str) -> io::Result<()> {
    xml.write_event(Event::End(BytesEnd::new(name)))
}

fn line(xml: &mut Xml<'_>) -> io::Result<()> {
    xml.get_mut().write_all(b"\n")
}

fn key(xml: &mut Xml<'_>, id: &str, of: &str, name: &str, kind: &str) -> io::Result<()> {
    let name = clean(name);
    let attributes = [("id", id), ("for", of), ("attr.name", &*name), ("attr.type", kind)];
    xml.write_event(Event::Empty(BytesStart::new("key").with_attributes(attributes)))?;
    line(xml)
}

fn data(xml: &mut Xml<'_>, key: &str, text: &str) -> io::Result<()> {
    start(xml, "data", &[("key", key)])?;
    xml.write_event(Event::Text(BytesText::new(&clean(text))))?;
    end(xml, "data")
}

impl Form for Graph {
    fn begin(&mut self, out: &mut dyn Write, names: &Names<'_>) -> io::Result<()> {
        let xml = &mut Writer::new(out);
        xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        line(xml)?;
        start(xml, "graphml", &[("xmlns", "http://graphml.graphdrawing.org/xmlns")])?;
        line(xml)?;
        key(xml, "label", "node", "label", "string")?;
        key(xml, "level", "node", "level", "int")?;
        key(xml, "initial", "node", "initial", "boolean")?;
        for (at, name) in names.variables.iter().enumerate() {
            key(xml, &format!("v{at}"), "node", name, "string")?;
        }
        key(xml, "action", "edge", "action", "string")?;
        start(xml, "graph", &[("id", "states"), ("edgedefault", "directed")])?;
        line(xml)
    }

    fn state(
        &mut self,
        out: &mut dyn Write,
        names: &Names<'_>,
        state: &State<'_>,
        steps: &[Step],
    ) -> io::Result<()> {
        let xml = &mut Writer::new(out);
        let id = format!("s{}", state.id);
        start(xml, "node", &[("id", &id)])?;
        data(xml, "label", &state.text(names.variables))?;
        data(xml, "level", &state.level.to_string())?;
        data(xml, "initial", if state.is_initial() { "true" } else { "false" })?;
        for (at, value) in state.values.iter().enumerate() {
            data(xml, &format!("v{at}"), &value.to_string())?;
        }
        end(xml, "node")?;
        line(xml)?;
        for step in steps {
            self.edges += 1;
            let (edge, to) = (format!("e{}", self.edges), format!("s{}", step.to));
            start(xml, "edge", &[("id", &edge), ("source", &id), ("target", &to)])?;
            data(xml, "action", &names.instances[step.instance as usize].to_string())?;
            end(xml, "edge")?;
            line(xml)?;
        }
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Write, _: &Names<'_>) -> io::Result<()> {
        let xml = &mut Writer::new(out);
        end(xml, "graph")?;
        line(xml)?;
        end(xml, "graphml")?;
        line(xml)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Datum;

    #[test]
    fn texts_survive_a_reader_of_xml() {
        let text = "<&>\"'\\ \u{1}é\u{1f600}";
        let mut out = Vec::new();
        let names = Names { variables: &["x".to_owned()], instances: &[] };
        let (mut graph, values) = (Graph::default(), [Datum::Str(text.into())]);
        graph.begin(&mut out, &names).unwrap();
        graph.state(&mut out, &names, &State { id: 7, level: 1, values: &values }, &[]).unwrap();
        graph.end(&mut out, &names).unwrap();
        let written = String::from_utf8(out).unwrap();
        let mut reader = quick_xml::Reader::from_str(&written);
        let (mut depth, mut read) = (0, String::new());
        loop {
            match reader.read_event().unwrap() {
                Event::Start(_) => depth += 1,
                Event::End(_) => depth -= 1,
                Event::Text(text) => read.push_str(&text.xml10_content()),
                Event::GeneralRef(entity) => read.push_str(match entity.as_ref() {
                    "lt" => "<",
                    "gt" => ">",
                    "amp" => "&",
                    "quot" => "\"",
                    "apos" => "'",
                    other => panic!("{other}"),
                }),
                Event::Eof => break,
                _ => {}
            }
        }
        let shown = Datum::Str(text.replace('\u{1}', "\u{fffd}")).to_string();
        assert_eq!((depth, read.matches(&shown).count()), (0, 2), "{written}");
    }
}
