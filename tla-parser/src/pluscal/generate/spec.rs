//! Next, Spec with its fairness, and Termination.
//!
//! Holds: a fair process is fair in the procedures it calls too; a label with `-` is excepted from its
//! fairness, one with `+` is strongly fair (*A PlusCal User's Manual*, section 4.5).

use super::{FairnessOption, Generator, blank, width};
use crate::pluscal::tree::{Fairness, Modifiers, Process};
use std::rc::Rc;

/// Formulas for one process or procedure: of its steps, and of its labels with `+`.
struct Pair {
    weak: String,
    strong: Option<String>,
}

impl Pair {
    fn one_line(&self) -> String {
        match &self.strong {
            Some(strong) => format!("{} /\\ {strong}", self.weak),
            None => self.weak.clone(),
        }
    }

    fn lines(&self, column: usize) -> String {
        match &self.strong {
            Some(strong) => format!("/\\ {}\n{}/\\ {strong}", self.weak, blank(column)),
            None => format!("/\\ {}", self.weak),
        }
    }
}

/// What fairness of a process says.
struct Formula {
    /// The quantifier over a set of processes.
    prefix: Vec<String>,
    own: Pair,
    procedures: Vec<Pair>,
}

impl Formula {
    fn one_line_width(&self) -> usize {
        let (mut longest, mut last) = (0, 0);
        if let Some((end, before)) = self.prefix.split_last()
            && !before.is_empty()
        {
            longest = before.iter().map(|l| width(l)).max().unwrap_or(0);
            last = width(end);
        }
        let own = width(&self.own.weak) + self.own.strong.as_ref().map_or(0, |s| width(s));
        let procedures: usize = self.procedures.iter().map(|p| width(&p.one_line())).sum();
        longest.max(last + own + procedures)
    }

    /// As it stands at a column, with line breaks.
    fn text(&self, column: usize, wrap: usize) -> String {
        let mut text = self.prefix.join(&format!("\n{}", blank(column)));
        let alone = self.own.strong.is_none() && self.procedures.is_empty();
        if alone || column + self.one_line_width() <= wrap {
            text.push_str(&self.own.one_line());
            for procedure in &self.procedures {
                text.push_str(&format!(" /\\ {}", procedure.one_line()));
            }
            return text;
        }
        let column = column + self.prefix.last().map_or(0, |l| width(l));
        let fits = |line: &str| column + width(line) + 3 <= wrap;
        let line = self.own.one_line();
        if fits(&line) {
            text.push_str(&format!("/\\ {line}"));
        } else {
            text.push_str(&self.own.lines(column));
        }
        for (i, procedure) in self.procedures.iter().enumerate() {
            // The translator breaks no line after a pair that takes two, and so do we: what follows stands
            // further right, and is a conjunct all the same.
            if i == 0 {
                text.push('\n');
            }
            text.push_str(&blank(column));
            let line = procedure.one_line();
            if fits(&line) {
                text.push_str(&format!("/\\ {line}\n"));
            } else {
                text.push_str(&procedure.lines(column));
            }
        }
        text
    }
}

impl Generator<'_> {
    fn terminates(&self) -> bool {
        !(self.options.no_done_disjunct || self.omitted.terminating)
    }

    /// `Terminating`, and `Next == …`; `labels` are those of the only body.
    pub fn next(&mut self, labels: &[String]) {
        if self.omitted.pc && !self.many {
            return;
        }
        if self.terminates() {
            self.add_line("(* Allow infinite stuttering to prevent deadlock on termination. *)");
            if self.many {
                self.add_line("Terminating == /\\ \\A self \\in ProcSet: pc[self] = \"Done\"");
                self.add_line("               /\\ UNCHANGED vars");
            } else {
                self.add_line("Terminating == pc = \"Done\" /\\ UNCHANGED vars");
            }
            self.add_line("");
        }
        let algorithm = self.algorithm;
        let mut plain: Vec<String> = Vec::new();
        if self.many {
            plain.extend(self.processes.iter().filter(|p| p.equals).map(|p| p.name.to_string()));
        } else {
            plain.extend(algorithm.procedures.iter().map(|p| p.name.to_string()));
            plain.extend(labels.iter().cloned());
        }
        let plain = disjuncts(&plain, self.wrap().saturating_sub("Next == \\/ ".len()), "");
        let procedures: Vec<String> = if self.many {
            algorithm.procedures.iter().map(|p| p.name.to_string()).collect()
        } else {
            Vec::new()
        };
        let most = self.wrap().saturating_sub("Next == \\/ (\\E self \\in ProcSet: \\/ ".len());
        let procedures = disjuncts(&procedures, most, "(self)");

        let indent = blank("Next == ".len() + 2);
        let mut start = "Next == ".to_owned();
        for row in &plain {
            self.add_line(&format!("{start}{row}"));
            start = format!("{indent} \\/ ");
        }
        if let Some((last, before)) = procedures.split_last() {
            start.push_str("(\\E self \\in ProcSet: ");
            let column = width(&start);
            if !before.is_empty() {
                start.push_str(" \\/ ");
            }
            for row in before {
                self.add_line(&format!("{start}{row}"));
                start = format!("{} \\/ ", blank(column));
            }
            self.add_line(&format!("{start}{last})"));
            start = format!("{indent} \\/ ");
        }
        for process in self.processes.iter().filter(|p| !p.equals) {
            let rows = process.id.text();
            let column = width(&start) + "(\\E self \\in ".len();
            for (i, row) in rows.iter().enumerate() {
                let before = if i == 0 { format!("{start}(\\E self \\in ") } else { blank(column) };
                let end =
                    if i + 1 == rows.len() { format!(": {}(self))", process.name) } else { String::new() };
                self.add_line(&format!("{before}{row}{end}"));
            }
            start = format!("{indent} \\/ ");
        }
        if self.terminates() {
            self.add_line(&format!("{start}Terminating"));
        }
        self.add_line("");
    }

    /// `Spec == …`
    pub fn spec(&mut self) {
        const SAFETY: &str = "Init /\\ [][Next]_vars";
        let option = self.options.fairness;
        let mut formulas: Vec<Formula> = Vec::new();
        let mut next_is_fair = false;
        let none = option == Some(FairnessOption::None);
        if !none && (self.many || option.is_some()) {
            next_is_fair = self.algorithm.fair || option == Some(FairnessOption::WeakNext) || !self.many;
            let fair = self.processes.iter().filter(|p| p.fairness != Fairness::Unfair);
            formulas = fair.map(|p| self.process_fairness(p)).collect();
        }
        if !next_is_fair && formulas.is_empty() {
            self.add_line(&format!("Spec == {SAFETY}"));
        } else {
            self.add_line(&format!("Spec == /\\ {SAFETY}"));
            if next_is_fair {
                self.add_line("        /\\ WF_vars(Next)");
            }
            for formula in formulas {
                let text = formula.text("Spec == /\\ ".len(), self.wrap());
                let text = format!("        /\\ {text}");
                text.trim_end_matches('\n').split('\n').for_each(|row| self.add_line(row));
            }
        }
        self.add_line("");
    }

    fn process_fairness(&self, process: &Process) -> Formula {
        let rows = process.id.text();
        let quantify = |begin: &str, end: &str| -> Vec<String> {
            let last = rows.len().saturating_sub(1);
            let indent = blank(width(begin));
            let row = |(i, row): (usize, &String)| {
                let before = if i == 0 { begin } else { &indent };
                format!("{before}{row}{}", if i == last { end } else { "" })
            };
            rows.iter().enumerate().map(row).collect()
        };
        let (prefix, itself) = if !process.equals {
            (quantify("\\A self \\in ", " : "), "self".to_owned())
        } else if rows.len() > 1 {
            let mut prefix = quantify("LET self == ", "");
            prefix.push("IN ".to_owned());
            (prefix, "self".to_owned())
        } else {
            (Vec::new(), rows.first().cloned().unwrap_or_default())
        };
        let weak = process.fairness == Fairness::Weak;
        let argument = if process.equals { "" } else { "(self)" };
        let own = pair(weak, &process.name, argument, &itself, &process.modifiers);
        let called = |name: &Rc<str>| self.algorithm.procedures.iter().find(|p| p.name == *name);
        let procedures = process.modifiers.calls.iter().filter_map(called);
        let argument = format!("({itself})");
        let procedures = procedures.map(|p| pair(weak, &p.name, &argument, &itself, &p.modifiers)).collect();
        Formula { prefix, own, procedures }
    }

    /// `Termination == …`
    pub fn termination(&mut self) {
        if self.omitted.pc || self.omitted.terminating {
            return;
        }
        let pc = if self.many { "\\A self \\in ProcSet: pc[self]" } else { "pc" };
        self.add_line(&format!("Termination == <>({pc} = \"Done\")"));
        self.add_line("");
    }
}

/// Fairness of an action, except at some labels, and more of it at others.
fn pair(weak: bool, name: &str, argument: &str, itself: &str, modifiers: &Modifiers) -> Pair {
    let except = match &modifiers.minus[..] {
        [] => String::new(),
        [label] => format!("(pc[{itself}] # \"{label}\") /\\ "),
        labels => {
            let labels: Vec<String> = labels.iter().map(|l| format!("\"{l}\"")).collect();
            format!("(pc[{itself}] \\notin {{{}}}) /\\ ", labels.join(", "))
        }
    };
    let operator = if weak { "WF" } else { "SF" };
    let strong = (weak && !modifiers.plus.is_empty()).then(|| {
        let each: Vec<String> = modifiers.plus.iter().map(|l| format!("SF_vars({l}{argument})")).collect();
        each.join(" /\\ ")
    });
    Pair { weak: format!("{operator}_vars({except}{name}{argument})"), strong }
}

/// Names joined by `\/` on lines no longer than that.
fn disjuncts(names: &[String], most: usize, argument: &str) -> Vec<String> {
    let mut rows = Vec::new();
    let mut row = String::new();
    for name in names {
        if width(name) + argument.len() + " \\/ ".len() + width(&row) > most {
            rows.push(std::mem::take(&mut row));
        }
        if !row.is_empty() {
            row.push_str(" \\/ ");
        }
        row.push_str(name);
        row.push_str(argument);
    }
    if !row.is_empty() {
        rows.push(row);
    }
    rows
}
