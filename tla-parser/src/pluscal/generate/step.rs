//! A step of the algorithm as an action.
//!
//! Holds: in each alternative, every variable is assigned or stands in an UNCHANGED; a variable that has
//! been assigned before is primed where it is read.

use super::{Context, Generator, blank, width};
use crate::code;
use crate::diagnostic::Diagnostic;
use crate::pluscal::expr::Expr;
use crate::pluscal::tree::{Block, Kind, Labelled, Single, Stmt};
use crate::resolve::closest;
use std::rc::Rc;

/// How often each variable has been assigned on the way to a statement.
#[derive(Clone, Debug)]
pub struct Changed {
    counts: Vec<u32>,
}

impl Changed {
    pub fn has(&self, variables: &[Rc<str>], name: &str) -> bool {
        variables.iter().position(|v| **v == *name).is_some_and(|i| self.counts[i] > 0)
    }

    /// Counts one more assignment.
    fn set(&mut self, variable: usize) -> u32 {
        self.counts[variable] += 1;
        self.counts[variable]
    }

    fn merge(&mut self, other: &Changed) {
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine = (*mine).max(*theirs);
        }
    }

    /// What is not assigned here; of that which is assigned in `other`, if there is another.
    fn unchanged<'v>(&self, variables: &'v [Rc<str>], other: Option<&Changed>) -> Vec<&'v str> {
        let wanted = |i: usize| self.counts[i] == 0 && other.is_none_or(|o| o.counts[i] > 0);
        variables.iter().enumerate().filter(|&(i, _)| wanted(i)).map(|(_, v)| &**v).collect()
    }
}

/// Names on lines no longer than that, where possible.
fn wrapped(names: &[&str], most: i64) -> Vec<String> {
    let mut rows = Vec::new();
    let mut row = String::new();
    for (i, name) in names.iter().enumerate() {
        if i > 0 {
            row.push_str(", ");
        }
        if (width(&row) + width(name)) as i64 > most {
            if !row.is_empty() {
                rows.push(std::mem::take(&mut row));
            }
            row = (*name).to_owned();
        } else {
            row.push_str(name);
        }
    }
    if !row.is_empty() {
        rows.push(row);
    }
    rows
}

/// What says that a variable keeps its value: by a short name, an equation.
fn kept(name: &str) -> String {
    if width(name) > 5 { format!("UNCHANGED {name}") } else { format!("{name}' = {name}") }
}

/// Whether an expression after `=` might end too soon: it has an operator that binds as loosely,
/// outside of parentheses. As in the translator, the first line stands for all.
pub fn needs_parentheses(rows: &[String]) -> bool {
    let Some(first) = rows.first() else { return false };
    let row: Vec<char> = first.chars().collect();
    let mut depth = 0i64;
    for _ in rows {
        let mut in_string = false;
        let mut i = 0;
        while i < row.len() {
            let next = row.get(i + 1).copied().unwrap_or(' ');
            let (mut open, mut close, mut loose) = (false, false, false);
            match row[i] {
                '"' => in_string = !in_string,
                '\\' if in_string => i += 1,
                _ if in_string => {}
                '=' | '#' => loose = true,
                '<' if next == '<' => (i, open) = (i + 1, true),
                '>' if next == '>' => (i, close) = (i + 1, true),
                '<' | '>' => loose = true,
                '|' => loose = next == '-' || i > 0 && row[i - 1] == '-',
                '\\' => loose = !matches!(next, ' ' | 'o' | 'X'),
                '/' => loose = next == '\\',
                '(' | '[' | '{' => open = true,
                ')' | ']' | '}' => close = true,
                _ => {}
            }
            if depth == 0 && (loose || close) {
                return true;
            }
            depth += i64::from(open) - i64::from(close);
            i += 1;
        }
        if in_string {
            return true;
        }
    }
    false
}

impl Generator<'_> {
    /// `label == …`
    pub fn step(&mut self, step: &Labelled, context: Context) {
        let name = if self.omitted.pc { self.action.clone() } else { step.label.clone() };
        let with_self = self.many && (context == Context::Procedure || self.itself_is_self);
        let start = format!("{name}{} == ", if with_self { "(self)" } else { "" });
        let column = width(&start);
        let first_line = self.lines.len();
        let mut changed = Changed { counts: vec![0; self.variables.len()] };
        let mut prefix = format!("{start}/\\ ");
        for statement in &step.stmts {
            self.statement(statement, &mut changed, context, &prefix, column + 3);
            prefix = format!("{}/\\ ", blank(column));
        }
        let variables = std::mem::take(&mut self.variables);
        match &changed.unchanged(&variables, None)[..] {
            [] if step.stmts.len() == 1 => self.without_bullet(first_line, column),
            [] => {}
            [name] => self.add(&format!("{}/\\ {}", blank(column), kept(name))),
            names => self.unchanged(names, &format!("{}/\\ ", blank(column))),
        }
        self.variables = variables;
        self.end_line();
        self.add_line("");
    }

    /// Takes away the bullet of the only conjunct.
    fn without_bullet(&mut self, first_line: usize, column: usize) {
        for (i, line) in self.lines[first_line..].iter_mut().enumerate() {
            if i == 0 {
                *line = line.chars().take(column).chain(line.chars().skip(column + 3)).collect();
            } else if width(line) > 3 {
                *line = line.chars().skip(3).collect();
            }
        }
    }

    /// `UNCHANGED << … >>`, begun on a new line and not ended.
    fn unchanged(&mut self, names: &[&str], start: &str) {
        let start = format!("{start}UNCHANGED << ");
        let rows = wrapped(names, self.wrap() as i64 - width(&start) as i64);
        let indent = blank(width(&start));
        for (i, row) in rows.iter().enumerate() {
            if i > 0 {
                self.end_line();
            }
            self.add(if i == 0 { &start } else { &indent });
            self.add(row);
        }
        self.add(" >>");
    }

    fn statement(
        &mut self,
        statement: &Stmt,
        changed: &mut Changed,
        context: Context,
        prefix: &str,
        column: usize,
    ) {
        match &statement.kind {
            Kind::Assign(singles) => self.assignments(singles, changed, context, prefix),
            Kind::If { test, then, otherwise, .. } => {
                self.conditional(test, (then, otherwise), changed, context, prefix);
            }
            Kind::Either { clauses, .. } => self.alternatives(clauses, changed, context, prefix),
            Kind::With { variable, equals, value, body } => {
                let value = self.expression(value, context, changed);
                let (start, end) = if *equals {
                    (format!("{prefix}LET {variable} == "), " IN")
                } else {
                    (format!("{prefix}\\E {variable} \\in "), ":")
                };
                self.add(&start);
                self.add_expr(&value);
                self.add(end);
                self.end_line();
                let bullet = if body.len() > 1 { "/\\ " } else { "" };
                let mut prefix = format!("{}{bullet}", blank(column + 2));
                for statement in body {
                    self.statement(statement, changed, context, &prefix, width(&prefix));
                    prefix = format!("{}/\\ ", blank(column + 2));
                }
            }
            Kind::When(condition) => {
                let condition = self.expression(condition, context, changed);
                self.add(prefix);
                self.add_expr(&condition);
                self.end_line();
            }
            Kind::Print(value) => {
                let value = self.expression(value, context, changed);
                self.add(&format!("{prefix}PrintT("));
                self.add_expr(&value);
                self.add(")");
                self.end_line();
            }
            Kind::Assert(condition) => {
                let condition = self.expression(condition, context, changed);
                let start = format!("{prefix}Assert(");
                self.add(&start);
                self.add_expr(&condition);
                let message = format!("\"Failure of assertion at {}.\")", statement.at.describe());
                if width(&self.line) + 2 + width(&message) < self.wrap() {
                    self.add(&format!(", {message}"));
                } else {
                    self.add(", ");
                    self.end_line();
                    self.add(&format!("{}{message}", blank(width(&start))));
                }
                self.end_line();
            }
            Kind::Skip => {
                self.add(&format!("{prefix}TRUE"));
                self.end_line();
            }
            // Exploding leaves none of these but where it has reported an error.
            Kind::While { .. }
            | Kind::Call { .. }
            | Kind::Return { .. }
            | Kind::CallReturn { .. }
            | Kind::CallGoto { .. }
            | Kind::Goto(_)
            | Kind::MacroCall { .. } => {}
        }
    }

    fn expression(&mut self, expr: &Expr, context: Context, changed: &Changed) -> Expr {
        let subscript = self.subscript(context).map(|s| s.in_brackets());
        self.translated(expr, subscript.as_ref(), Some(changed))
    }

    // ------------------------------------------------------------------ assignments

    fn assignments(&mut self, singles: &[Single], changed: &mut Changed, context: Context, prefix: &str) {
        let mut singles: Vec<&Single> = singles.iter().collect();
        singles.sort_by(|a, b| a.variable.cmp(&b.variable));
        let mut here = changed.clone();
        self.add(prefix);
        let mut bullet = "";
        let mut rest = &singles[..];
        while let Some(&first) = rest.first() {
            let same = rest.iter().take_while(|s| s.variable == first.variable).count();
            let (group, after) = rest.split_at(same);
            rest = after;
            let Some(index) = self.variables.iter().position(|v| *v == first.variable) else {
                self.undeclared(first);
                continue;
            };
            if here.set(index) > 1 || same > 1 && group.iter().any(|s| s.subscript.is_empty()) {
                let message = format!("`{}` is assigned twice in one step", first.variable);
                let mut d = Diagnostic::error(code::PLUSCAL_ASSIGNMENT, message)
                    .at(group[same - 1].at.span, "assigned again here");
                if same > 1 {
                    d = d.also(first.at.span, "assigned here");
                }
                self.diagnostics.push(d.help("put a label between them, or assign different elements"));
                continue;
            }
            if !rest.is_empty() {
                bullet = "/\\ ";
            }
            self.add(bullet);
            if let [one] = group {
                self.assignment(one, changed, context);
            } else {
                self.elements(group, changed, context);
            }
            if !rest.is_empty() {
                self.end_line();
                self.add(&blank(width(prefix)));
            }
        }
        self.end_line();
        changed.merge(&here);
    }

    fn undeclared(&mut self, single: &Single) {
        let close = closest(&single.variable, self.variables.iter().map(|v| &**v));
        let message = format!("`{}` is assigned, and is no variable of the algorithm", single.variable);
        let mut d = Diagnostic::error(code::PLUSCAL_UNDECLARED, message).at(single.at.span, "assigned here");
        d.help = Some(match close {
            Some(close) => format!("did you mean `{close}`?"),
            None => "declare it with `variables`; names that `with` binds cannot be assigned".to_owned(),
        });
        self.diagnostics.push(d);
    }

    fn assignment(&mut self, single: &Single, changed: &Changed, context: Context) {
        let subscript = self.expression(&single.subscript, context, changed);
        let value = self.expression(&single.value, context, changed);
        let name = &single.variable;
        let of_process = self.many && (matches!(&**name, "pc" | "stack") || self.is_subscripted(name));
        if of_process {
            self.add(&format!("{name}' = [{name} EXCEPT ![",));
            if let Some(itself) = self.itself.clone() {
                self.add_expr(&itself);
            }
            self.add("]");
        } else if !subscript.is_empty() {
            self.add(&format!("{name}' = [{name} EXCEPT !"));
        } else {
            let parentheses = needs_parentheses(&value.text());
            self.add(&format!("{name}' = {}", if parentheses { "(" } else { "" }));
            self.add_expr(&value);
            self.add(if parentheses { ")" } else { "" });
            return;
        }
        self.add_expr(&subscript);
        self.add(" = ");
        self.add_expr(&value);
        self.add("]");
    }

    /// Several elements of one variable.
    fn elements(&mut self, group: &[&Single], changed: &Changed, context: Context) {
        let name = &group[0].variable;
        self.add(&format!("{name}' = [{name} EXCEPT "));
        let indent = blank(width(&self.line));
        let of_process = self.many && self.is_subscripted(name);
        for (i, single) in group.iter().enumerate() {
            let subscript = self.expression(&single.subscript, context, changed);
            let value = self.expression(&single.value, context, changed);
            if i > 0 {
                self.end_line();
                self.add(&indent);
            }
            self.add("!");
            if let Some(itself) = self.subscript(context).filter(|_| of_process) {
                self.add("[");
                self.add_expr(&itself);
                self.add("]");
            }
            self.add_expr(&subscript);
            self.add(" = ");
            self.add_expr(&value);
            self.add(if i + 1 == group.len() { "]" } else { "," });
        }
    }

    // ------------------------------------------------------------------ alternatives

    fn conditional(
        &mut self,
        test: &Expr,
        (then, otherwise): (&Block, &Block),
        changed: &mut Changed,
        context: Context,
        prefix: &str,
    ) {
        let test = self.expression(test, context, changed);
        self.add(&format!("{prefix}IF "));
        let column = width(&self.line);
        self.add_expr(&test);
        self.end_line();
        let start = |word: &str| format!("{}{word}/\\ ", blank(column));
        let bullet = format!("{}/\\ ", blank(column + "THEN ".len()));
        let (mut in_then, mut in_else) = (changed.clone(), changed.clone());
        let mut prefix = start("THEN ");
        for statement in &then.stmts {
            self.statement(statement, &mut in_then, context, &prefix, width(&bullet));
            prefix.clone_from(&bullet);
        }
        let hole = self.lines.len();
        prefix = start("ELSE ");
        if otherwise.stmts.is_empty() {
            self.add_line(&format!("{prefix}TRUE"));
        }
        for statement in &otherwise.stmts {
            self.statement(statement, &mut in_else, context, &prefix, width(&bullet));
            prefix.clone_from(&bullet);
        }
        let variables = std::mem::take(&mut self.variables);
        self.kept_in_branch(&in_else.unchanged(&variables, Some(&in_then)), &bullet);
        // What THEN keeps is known only now.
        let after = self.lines.split_off(hole);
        self.kept_in_branch(&in_then.unchanged(&variables, Some(&in_else)), &bullet);
        self.lines.extend(after);
        self.variables = variables;
        changed.merge(&in_then);
        changed.merge(&in_else);
    }

    fn kept_in_branch(&mut self, names: &[&str], bullet: &str) {
        match names {
            [] => {}
            [name] => self.add(&format!("{bullet}{}", kept(name))),
            names => self.unchanged(names, bullet),
        }
        self.end_line();
    }

    fn alternatives(&mut self, clauses: &[Block], changed: &mut Changed, context: Context, prefix: &str) {
        let indent = blank(width(prefix));
        let bullet = format!("{indent}   /\\ ");
        let mut all = changed.clone();
        let mut parts = Vec::new();
        for (i, clause) in clauses.iter().enumerate() {
            let mut here = changed.clone();
            let begin = self.lines.len();
            let mut start = format!("{}\\/ /\\ ", if i == 0 { prefix } else { &*indent });
            for statement in &clause.stmts {
                self.statement(statement, &mut here, context, &start, width(&bullet));
                start.clone_from(&bullet);
            }
            all.merge(&here);
            parts.push((here, self.lines.split_off(begin)));
        }
        let variables = std::mem::take(&mut self.variables);
        for (here, lines) in parts {
            self.lines.extend(lines);
            match &here.unchanged(&variables, Some(&all))[..] {
                [] => {}
                [name] => self.add_line(&format!("{bullet}{}", kept(name))),
                names => self.add_line(&format!("{bullet}UNCHANGED <<{}>>", names.join(", "))),
            }
        }
        self.variables = variables;
        changed.merge(&all);
    }
}
