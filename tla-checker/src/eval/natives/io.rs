//! Module IOUtils: files, programs and the environment.
//!
//! Holds: a file that cannot be read or written and a program that cannot be started are failures
//! with the path and what the system said; Serialize and Deserialize report in their value instead,
//! as the module's report promises.

use super::super::{Evaluator, Native, Result};
use super::format::fill;
use crate::ir::*;
use crate::value::{Datum, Expected, Value};
use std::fs;
use std::process::Command;
use tla_parser::code;

impl<'m> Evaluator<'m> {
    pub(super) fn input_output(
        &mut self,
        native: Native,
        args: &[NodeId],
        id: NodeId,
        base: usize,
    ) -> Result<Value> {
        let op = native.name();
        let mut given = Vec::with_capacity(args.len());
        for &arg in args {
            given.push(self.eval(arg, base)?);
        }
        match native {
            Native::IoEnv => Ok(self.environment_record()),
            Native::Atoi => {
                let text = self.text(&given[0], op, id)?;
                match text.parse() {
                    Ok(number) => Ok(Value::integer(number)),
                    Err(_) => {
                        let message = format!("`{op}` needs a string that shows an integer, not \"{text}\"");
                        Err(self.evaluation(id, code::TYPE_ERROR, message))
                    }
                }
            }
            Native::ZeroPadN => {
                let width = self.checked(given[1].as_int(op), id)?.clamp(0, 1 << 20) as usize;
                let text = given[0].to_string();
                let zeros = width.saturating_sub(text.chars().count());
                Ok(self.string(&("0".repeat(zeros) + &text)))
            }
            Native::IoSerialize => {
                let path = self.text(&given[1], op, id)?;
                let mut bytes = Vec::new();
                let datum = self.checked(given[0].to_datum(&self.limits), id)?;
                datum.encode(&mut bytes);
                self.write_file(op, &path, &bytes, id)?;
                Ok(Value::TRUE)
            }
            Native::IoDeserialize => {
                let path = self.text(&given[0], op, id)?;
                self.made_of_file(native, &path, id, |this, bytes| {
                    match Datum::decode(&mut bytes.as_slice()) {
                        Ok(datum) => Ok(datum.to_value(&mut this.interner)),
                        Err(e) => Err(this.outside(op, &format!("read a value from `{path}`"), &e, id)),
                    }
                })
            }
            Native::Serialize => {
                let done = match self.serialize(&given, op, id)? {
                    Ok(()) => (0, "the file is written".to_string(), String::new()),
                    Err(why) => (1, String::new(), why),
                };
                Ok(self.report(done))
            }
            Native::Deserialize => {
                let done = match self.deserialize(&given, op, id)? {
                    Ok(text) => (0, text, String::new()),
                    Err(why) => (1, String::new(), why),
                };
                Ok(self.report(done))
            }
            Native::IoExec => {
                let words = self.words(&given[0], op, id)?;
                self.run(op, &words, &[], id)
            }
            Native::IoEnvExec => {
                let extra = self.environment(&given[0], op, id)?;
                let words = self.words(&given[1], op, id)?;
                self.run(op, &words, &extra, id)
            }
            Native::IoExecTemplate => {
                let words = self.filled_in(&given[0], &given[1], op, id)?;
                self.run(op, &words, &[], id)
            }
            Native::IoEnvExecTemplate => {
                let extra = self.environment(&given[0], op, id)?;
                let words = self.filled_in(&given[1], &given[2], op, id)?;
                self.run(op, &words, &extra, id)
            }
            other => Err(self.misplaced(other, id)),
        }
    }

    fn report(&mut self, (status, stdout, stderr): (i64, String, String)) -> Value {
        let fields = vec![
            (self.interner.symbol("exitValue"), Value::Int(status)),
            (self.interner.symbol("stdout"), Value::string(&stdout)),
            (self.interner.symbol("stderr"), Value::string(&stderr)),
        ];
        Value::record(fields)
    }

    /// An option of a record of options, where it has it.
    fn option(&mut self, options: &Value, name: &str) -> Option<Value> {
        let name = self.interner.symbol(name);
        options.select(&name).ok().cloned()
    }

    /// Refuses a format that is not text.
    fn text_options(&mut self, options: &Value, op: &'static str, id: NodeId) -> Result<String> {
        if !matches!(options, Value::Record(_)) {
            return Err(self.wrong(op, Expected::Record, options, id));
        }
        let format = self.option(options, "format").or_else(|| self.option(options, "ser"));
        match format {
            Some(Value::Str(format)) if format.text() == "TXT" => {}
            _ => {
                let message = format!("{op} knows the format \"TXT\" only: put `format |-> \"TXT\"`");
                return Err(self.evaluation(id, code::INPUT_OUTPUT, message));
            }
        }
        match self.option(options, "charset") {
            Some(Value::Str(charset)) => Ok(charset.text().to_uppercase()),
            _ => Ok("UTF-8".into()),
        }
    }

    fn serialize(
        &mut self,
        given: &[Value],
        op: &'static str,
        id: NodeId,
    ) -> Result<std::result::Result<(), String>> {
        let charset = self.text_options(&given[2], op, id)?;
        let text = self.text(&given[0], op, id)?;
        let path = self.text(&given[1], op, id)?;
        let opened = match self.option(&given[2], "openOptions") {
            Some(options) => self.words(&options, op, id)?,
            None => ["WRITE", "CREATE", "TRUNCATE_EXISTING"].map(String::from).to_vec(),
        };
        let Some(bytes) = encoded(&text, &charset) else {
            return Ok(Err(format!("{op} cannot write this text in the charset {charset}")));
        };
        let mut file = fs::OpenOptions::new();
        for option in &opened {
            match option.as_str() {
                "WRITE" => file.write(true),
                "APPEND" => file.append(true),
                "CREATE" => file.create(true),
                "CREATE_NEW" => file.create_new(true),
                "TRUNCATE_EXISTING" => file.truncate(true),
                "READ" | "SYNC" | "DSYNC" | "SPARSE" => &mut file,
                other => return Ok(Err(format!("{op} does not know the open option {other}"))),
            };
        }
        let written = self.write_opened(&path, &file, &bytes);
        Ok(written.map_err(|e| format!("{op} cannot write `{path}`: {e}")))
    }

    fn deserialize(
        &mut self,
        given: &[Value],
        op: &'static str,
        id: NodeId,
    ) -> Result<std::result::Result<String, String>> {
        let charset = self.text_options(&given[1], op, id)?;
        let path = self.text(&given[0], op, id)?;
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(e) => return Ok(Err(format!("{op} cannot read `{path}`: {e}"))),
        };
        Ok(decoded(bytes, &charset).ok_or_else(|| format!("`{path}` is no text in the charset {charset}")))
    }

    /// The strings of a sequence; what is no string is printed.
    fn words(&mut self, sequence: &Value, op: &'static str, id: NodeId) -> Result<Vec<String>> {
        let items = self.items(sequence, op, id)?;
        Ok(items.iter().map(unquoted).collect())
    }

    fn filled_in(
        &mut self,
        template: &Value,
        arguments: &Value,
        op: &'static str,
        id: NodeId,
    ) -> Result<Vec<String>> {
        let arguments = self.words(arguments, op, id)?;
        let mut words = Vec::new();
        for word in self.words(template, op, id)? {
            match fill(&word, &arguments) {
                Ok(word) => words.push(word),
                Err(why) => return Err(self.evaluation(id, code::TYPE_ERROR, format!("{op}: {why}"))),
            }
        }
        Ok(words)
    }

    /// The variables of a record, or of a set of pairs.
    fn environment(&mut self, env: &Value, op: &'static str, id: NodeId) -> Result<Vec<(String, String)>> {
        if env.is_set() {
            let mut pairs = Vec::new();
            for pair in self.elements_of(env, op, id)? {
                match self.words(&pair, op, id)?.as_slice() {
                    [name, value] => pairs.push((name.clone(), value.clone())),
                    _ => return Err(self.wrong(op, Expected::Tuple, &pair, id)),
                }
            }
            return Ok(pairs);
        }
        let pairs = self.checked(env.finite_pairs(op), id)?;
        Ok(pairs.iter().map(|(name, value)| (unquoted(name), unquoted(value))).collect())
    }

    fn run(
        &mut self,
        op: &'static str,
        words: &[String],
        extra: &[(String, String)],
        id: NodeId,
    ) -> Result<Value> {
        let Some((program, arguments)) = words.split_first() else {
            return Err(self.evaluation(id, code::INPUT_OUTPUT, format!("{op} needs a program to run")));
        };
        let mut command = Command::new(program);
        command.args(arguments).envs(extra.iter().map(|(n, v)| (n, v)));
        match command.output() {
            Ok(output) => Ok(self.report((
                // A program that a signal ended has no status.
                output.status.code().map_or(-1, i64::from),
                String::from_utf8_lossy(&output.stdout).into_owned(),
                String::from_utf8_lossy(&output.stderr).into_owned(),
            ))),
            Err(e) => Err(self.outside(op, &format!("run `{program}`"), &e, id)),
        }
    }
}

fn unquoted(value: &Value) -> String {
    match value {
        Value::Str(text) => text.text().to_string(),
        other => other.to_string(),
    }
}

fn encoded(text: &str, charset: &str) -> Option<Vec<u8>> {
    match charset {
        "UTF-8" | "UTF8" => Some(text.as_bytes().to_vec()),
        "US-ASCII" | "ASCII" => text.is_ascii().then(|| text.as_bytes().to_vec()),
        "ISO-8859-1" | "LATIN1" => text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect(),
        "UTF-16BE" => Some(text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
        "UTF-16LE" => Some(text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        _ => None,
    }
}

fn decoded(bytes: Vec<u8>, charset: &str) -> Option<String> {
    let pairs = |from: fn([u8; 2]) -> u16| {
        let units: Option<Vec<u16>> =
            bytes.chunks(2).map(|c| Some(from([*c.first()?, *c.get(1)?]))).collect();
        String::from_utf16(&units?).ok()
    };
    match charset {
        "UTF-8" | "UTF8" => String::from_utf8(bytes).ok(),
        "US-ASCII" | "ASCII" => String::from_utf8(bytes).ok().filter(|t| t.is_ascii()),
        "ISO-8859-1" | "LATIN1" => Some(bytes.iter().map(|b| char::from(*b)).collect()),
        "UTF-16BE" => pairs(u16::from_be_bytes),
        "UTF-16LE" => pairs(u16::from_le_bytes),
        _ => None,
    }
}
