//! Parts to the text of a module and of its `.cfg`, and lines of the text back to parts.
//!
//! Enters: a [`Draft`]. Leaves: [`Written`]. Holds: the same parts give the same bytes. Where the codebase is known,
//! every action says above it which lines it models.

use super::Draft;
use std::fmt::Write;

/// What the module defines by itself.
pub const OWN: [&str; 4] = ["vars", "Next", "Spec", "AnyStep"];

/// A module and a configuration, written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The module.
    pub module: String,
    /// Its `.cfg`.
    pub config: String,
    /// The first and the last line of each part of the module, in the order of the text.
    parts: Vec<(u32, u32, String)>,
}

impl Written {
    /// The part that a line of the module belongs to, and which of the part's lines it is.
    pub fn part(&self, line: u32) -> Option<(&str, u32)> {
        let found = self.parts.iter().find(|(first, last, _)| (*first..=*last).contains(&line));
        found.map(|(first, _, name)| (name.as_str(), line - first + 1))
    }
}

struct Writer {
    text: String,
    parts: Vec<(u32, u32, String)>,
}

impl Writer {
    fn line(&self) -> u32 {
        self.text.matches('\n').count() as u32 + 1
    }

    fn part(&mut self, name: &str, about: &str, text: &str) {
        for line in about.lines().filter(|line| !line.trim().is_empty()) {
            let _ = writeln!(self.text, "\\* {}", line.trim());
        }
        let first = self.line();
        let _ = writeln!(self.text, "{}\n", text.trim_end());
        self.parts.push((first, self.line() - 2, name.to_owned()));
    }

    fn declared(&mut self, keyword: &str, names: &[(&str, &str)]) {
        for (at, (name, about)) in names.iter().enumerate() {
            let comma = if at + 1 < names.len() { "," } else { "" };
            let about = about.split_whitespace().collect::<Vec<_>>().join(" ");
            let begin = if at == 0 { keyword.to_owned() } else { " ".repeat(keyword.len()) };
            let _ = writeln!(self.text, "{begin} {name}{comma} \\* {about}");
        }
        if !names.is_empty() {
            self.text.push('\n');
        }
    }
}

impl Draft {
    /// The text of the module and of its `.cfg`.
    pub fn written(&self) -> Written {
        let mut w = Writer { text: String::new(), parts: Vec::new() };
        let _ = writeln!(w.text, "---- MODULE {} ----", self.module);
        for line in self.about.lines() {
            let _ = writeln!(w.text, "\\* {}", line.trim());
        }
        if !self.extends.is_empty() {
            let _ = writeln!(w.text, "EXTENDS {}", self.extends.join(", "));
        }
        w.text.push('\n');
        let constants: Vec<_> = self.constants.iter().map(|c| (c.name.as_str(), c.about.as_str())).collect();
        w.declared("CONSTANTS", &constants);
        let variables: Vec<_> = self.variables.iter().map(|v| (v.name.as_str(), v.about.as_str())).collect();
        w.declared("VARIABLES", &variables);
        if !variables.is_empty() {
            let names: Vec<&str> = variables.iter().map(|(name, _)| *name).collect();
            let _ = writeln!(w.text, "vars == <<{}>>\n", names.join(", "));
        }
        for operator in &self.operators {
            w.part(&operator.name, "", &operator.text);
        }
        for definition in self.init.iter().chain(&self.type_invariant).chain(&self.constraint) {
            w.part(&definition.name, "", &definition.text);
        }
        for action in &self.actions {
            let sources: Vec<String> = action.sources.iter().map(ToString::to_string).collect();
            w.part(&action.name, &sources.join(", "), &action.text);
        }
        if self.init.is_some() && !self.actions.is_empty() {
            let steps = self.actions.iter().map(|a| format!("    \\/ {}", indented(&a.step)));
            w.part("Next", "", &format!("Next ==\n{}", steps.collect::<Vec<_>>().join("\n")));
            let init = self.init.as_ref().map_or("TRUE", |init| init.name.as_str());
            let fairness: String = self.fairness.iter().map(|f| format!(" /\\ {f}")).collect();
            w.part("Spec", "", &format!("Spec == {init} /\\ [][Next]_vars{fairness}"));
        }
        for claim in self.invariants.iter().chain(&self.properties) {
            w.part(&claim.name, &claim.why, &claim.text);
        }
        w.text.push_str("====\n");
        Written { module: w.text, config: self.config(), parts: w.parts }
    }

    fn config(&self) -> String {
        let mut text = String::from("SPECIFICATION Spec\n");
        if !self.constants.is_empty() {
            text.push_str("CONSTANTS\n");
        }
        for constant in &self.constants {
            let _ = writeln!(text, "    {} = {}", constant.name, constant.value.trim());
        }
        let list = |text: &mut String, keyword: &str, names: Vec<&str>| {
            if !names.is_empty() {
                let _ = writeln!(text, "{keyword} {}", names.join(" "));
            }
        };
        let invariants = self.type_invariant.iter().map(|d| d.name.as_str());
        let invariants = invariants.chain(self.invariants.iter().map(|c| c.name.as_str()));
        list(&mut text, "INVARIANTS", invariants.collect());
        list(&mut text, "PROPERTIES", self.properties.iter().map(|c| c.name.as_str()).collect());
        list(&mut text, "CONSTRAINT", self.constraint.iter().map(|d| d.name.as_str()).collect());
        if !self.deadlock {
            text.push_str("CHECK_DEADLOCK FALSE\n");
        }
        text
    }
}

/// A text whose further lines stand under its first.
fn indented(text: &str) -> String {
    text.trim().replace('\n', "\n       ")
}

#[cfg(test)]
mod tests {
    use super::super::*;
    use tla_parser::library::Library;
    use tla_parser::resolve::load_text;

    #[test]
    fn what_is_written_resolves_and_lines_lead_back_to_parts() {
        let definition = |name: &str, text: &str| Definition { name: name.into(), text: text.into() };
        let draft = Draft {
            module: "Clock".into(),
            about: "A clock.".into(),
            extends: vec!["Naturals".into()],
            constants: vec![Constant {
                name: "Last".into(),
                value: "12".into(),
                about: "the last hour".into(),
            }],
            variables: vec![Variable { name: "hour".into(), about: "what it\nshows".into() }],
            init: Some(definition("Init", "Init == hour = 1")),
            type_invariant: Some(definition("TypeOK", "TypeOK == hour \\in 1..Last")),
            actions: vec![Action {
                name: "Tick".into(),
                text: "Tick ==\n    hour' = (hour % Last) + 1".into(),
                step: "Tick".into(),
                sources: vec![Source { file: "clock.py".into(), line: 3, end_line: 5, hash: String::new() }],
            }],
            fairness: vec!["WF_vars(Next)".into()],
            ..Draft::default()
        };
        let written = draft.written();
        load_text("Clock.tla", &written.module, &Library::new())
            .unwrap_or_else(|_| panic!("{}", written.module));
        let line = written.module.lines().position(|l| l.contains("hour' =")).unwrap() as u32 + 1;
        assert_eq!(written.part(line), Some(("Tick", 2)));
        assert_eq!(written.part(1), None);
        assert!(written.module.contains("\\* clock.py:3-5\nTick =="));
        assert!(written.config.contains("Last = 12") && written.config.contains("INVARIANTS TypeOK"));
    }
}
