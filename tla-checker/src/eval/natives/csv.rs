//! Module CSV: lines of delimiter-separated text.

use super::super::{Evaluator, Native, Result};
use super::format::fill;
use crate::ir::*;
use crate::value::{Expected, Value};
use std::fs::OpenOptions;
use std::path::Path;
use tla_parser::code;

impl<'m> Evaluator<'m> {
    pub(super) fn csv(&mut self, native: Native, args: &[NodeId], id: NodeId, base: usize) -> Result<Value> {
        let op = native.name();
        let mut given = Vec::with_capacity(args.len());
        for &arg in args {
            given.push(self.eval(arg, base)?);
        }
        let path = self.text(&given[given.len() - 1], op, id)?;
        match native {
            Native::CsvWrite => {
                let template = self.text(&given[0], op, id)?;
                let values = self.items(&given[1], op, id)?;
                let values: Vec<String> = values.iter().map(Value::to_string).collect();
                let line = match fill(&template, &values) {
                    Ok(line) => line,
                    Err(why) => return Err(self.evaluation(id, code::TYPE_ERROR, format!("{op}: {why}"))),
                };
                self.append_line(op, &path, &line, id)
            }
            Native::CsvWriteRecord => {
                let Value::Record(record) = &given[0] else {
                    return Err(self.wrong(op, Expected::Record, &given[0], id));
                };
                let delimiter = self.text(&given[1], op, id)?;
                if self.checked(given[2].as_bool(op), id)? {
                    let names: Vec<&str> = record.shape().names().iter().map(|n| n.text()).collect();
                    self.append_line(op, &path, &names.join(&delimiter), id)?;
                }
                let values: Vec<String> = record.values().iter().map(Value::to_string).collect();
                self.append_line(op, &path, &values.join(&delimiter), id)
            }
            Native::CsvRead => {
                let columns = self.items(&given[0], op, id)?;
                let mut names = Vec::with_capacity(columns.len());
                for column in &columns {
                    names.push(self.text(column, op, id)?);
                }
                let delimiter = self.text(&given[1], op, id)?;
                let delimiter = match literal(&delimiter) {
                    Some(delimiter) => delimiter,
                    None => {
                        let message = format!(
                            "{op} splits at literal text only, and `{delimiter}` is a regular expression or empty; put `\\` before a character that has a meaning in one"
                        );
                        return Err(self.evaluation(id, code::TYPE_ERROR, message));
                    }
                };
                if !Path::new(&path).exists() {
                    return Ok(Value::tuple(Vec::new()));
                }
                let text = self.read_file(op, &path, id)?;
                self.csv_records(&text, &names, &delimiter, &path, id)
            }
            Native::CsvRecords => {
                if !Path::new(&path).exists() {
                    return Ok(Value::Int(0));
                }
                let text = self.read_file(op, &path, id)?;
                Ok(Value::Int(text.lines().count() as i64))
            }
            other => Err(self.misplaced(other, id)),
        }
    }

    fn csv_records(
        &mut self,
        text: &str,
        names: &[String],
        delimiter: &str,
        path: &str,
        id: NodeId,
    ) -> Result<Value> {
        let mut records = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let mut cells: Vec<&str> = line.split(delimiter).collect();
            while cells.len() > names.len() && cells.last() == Some(&"") {
                cells.pop();
            }
            if cells.len() > names.len() {
                let message = format!(
                    "CSVRead: line {} of `{path}` has {} columns, but {} are named",
                    number + 1,
                    cells.len(),
                    names.len()
                );
                return Err(self.evaluation(id, code::INPUT_OUTPUT, message));
            }
            cells.resize(names.len(), "");
            let fields = names.iter().zip(cells).map(|(n, c)| (self.interner.symbol(n), Value::string(c)));
            records.push(Value::record(fields.collect()));
        }
        Ok(Value::tuple(records))
    }

    fn append_line(&mut self, op: &str, path: &str, line: &str, id: NodeId) -> Result<Value> {
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        let written = self.write_opened(path, &options, format!("{line}\n").as_bytes());
        match written {
            Ok(()) => Ok(Value::TRUE),
            Err(e) => Err(self.outside(op, &format!("write `{path}`"), &e, id)),
        }
    }
}

/// The text that a regular expression without operators matches.
fn literal(expression: &str) -> Option<String> {
    let mut text = String::new();
    let mut chars = expression.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next()? {
                't' => text.push('\t'),
                escaped if escaped.is_alphanumeric() => return None,
                escaped => text.push(escaped),
            },
            '.' | '$' | '|' | '(' | ')' | '[' | '{' | '^' | '?' | '*' | '+' => return None,
            plain => text.push(plain),
        }
    }
    (!text.is_empty()).then_some(text)
}
