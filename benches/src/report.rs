//! Rows: the runs of one tool on one model, put together; drawn as a table, and written as CSV.

use crate::machine::Machine;
use crate::suite::{Counts, Rung};
use crate::tool::{Sample, Tool};
use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;
use std::fs;
use std::path::Path;

/// What one tool did on one model. Also a line of the CSV, by the names of the fields.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// The day, UTC.
    pub date: String,
    /// The commit of this repository.
    pub commit: String,
    /// The model of the CPU.
    pub cpu: String,
    /// How many cores there were.
    pub cores: usize,
    /// The load of the machine before the run.
    pub load: String,
    /// The model.
    pub model: String,
    /// The tool.
    pub tool: &'static str,
    /// Its version.
    pub version: String,
    /// How many workers it had.
    pub workers: usize,
    /// How many runs went well; the times are medians over them.
    pub runs: usize,
    /// Different states: what was counted if the row is good, else what ought to be.
    pub distinct: u64,
    /// Generated states, likewise.
    pub generated: u64,
    /// CPU seconds, the whole process.
    pub cpu_seconds: Option<f64>,
    /// Seconds by the clock.
    pub wall_seconds: Option<f64>,
    /// Generated states a CPU second.
    pub generated_per_second: Option<f64>,
    /// How many times as fast as TLC, by CPU time.
    pub times_tlc: Option<f64>,
    /// How many times as fast as tlacheck, by CPU time.
    pub times_tlacheck: Option<f64>,
    /// `ok`, or what went wrong.
    pub status: String,
}

impl Row {
    /// The row of a tool on a model, from its runs: all, or those up to the first that failed.
    pub fn new(machine: &Machine, rung: &Rung, tool: &dyn Tool, samples: &[Result<Sample, String>]) -> Self {
        let good: Vec<&Sample> = samples.iter().flatten().collect();
        let cpu_seconds = median(good.iter().map(|s| s.cpu).collect());
        let wrong = samples.iter().find_map(|sample| match sample {
            Err(error) => Some(error.clone()),
            Ok(sample) if sample.counts != rung.counts => Some(mismatch(sample.counts)),
            Ok(_) => None,
        });
        let times = |seconds: Option<f64>| seconds.filter(|_| wrong.is_none()).map(thousandths);
        Self {
            date: machine.date.clone(),
            commit: machine.commit.clone(),
            cpu: machine.cpu.clone(),
            cores: machine.cores,
            load: machine.load.clone(),
            model: rung.name(),
            tool: tool.name(),
            version: tool.version().to_string(),
            workers: tool.workers(),
            runs: good.len(),
            distinct: rung.counts.distinct,
            generated: rung.counts.generated,
            cpu_seconds: times(cpu_seconds),
            wall_seconds: times(median(good.iter().map(|s| s.wall).collect())),
            generated_per_second: times(cpu_seconds.map(|s| rung.counts.generated as f64 / s)),
            times_tlc: None,
            times_tlacheck: None,
            status: wrong.unwrap_or_else(|| "ok".to_string()),
        }
    }

    /// Whether every run ended well with the right counts.
    pub fn is_ok(&self) -> bool {
        self.status == "ok"
    }
}

fn mismatch(counts: Counts) -> String {
    format!("counted {} distinct, {} generated", counts.distinct, counts.generated)
}

/// Figures are not better than that, and are easier to read.
fn thousandths(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// The middle one, or the mean of the two in the middle.
fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        n if n % 2 == 1 => Some(values[middle]),
        _ => Some(f64::midpoint(values[middle - 1], values[middle])),
    }
}

/// Compares the rows of one model with those of TLC and of tlacheck among them.
pub fn compare(rows: &mut [Row]) {
    let seconds =
        |rows: &[Row], tool| rows.iter().find(|row| row.tool == tool).and_then(|row| row.cpu_seconds);
    let (tlc, tlacheck) = (seconds(rows, "TLC"), seconds(rows, "tlacheck"));
    for row in rows {
        let times =
            |other: Option<f64>| other.zip(row.cpu_seconds).map(|(other, own)| thousandths(other / own));
        (row.times_tlc, row.times_tlacheck) = (times(tlc), times(tlacheck));
    }
}

/// The rows for people.
pub fn table(rows: &[Row]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header([
        "model",
        "tool",
        "distinct",
        "generated",
        "CPU s",
        "generated/s",
        "x TLC",
        "x tlacheck",
        "",
    ]);
    for row in rows {
        let number = |value: Option<f64>, digits| value.map_or_else(String::new, |v| format!("{v:.digits$}"));
        table.add_row([
            row.model.clone(),
            row.tool.to_string(),
            row.distinct.to_string(),
            row.generated.to_string(),
            number(row.cpu_seconds, 2),
            number(row.generated_per_second, 0),
            number(row.times_tlc, 2),
            number(row.times_tlacheck, 2),
            row.status.clone(),
        ]);
    }
    for column in table.column_iter_mut().skip(2).take(6) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// Writes the rows, replacing what was there. Makes the folder if need be.
///
/// # Errors
/// The file cannot be written.
pub fn write_csv(path: &Path, rows: &[Row]) -> csv::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut writer = csv::Writer::from_path(path)?;
    for row in rows {
        writer.serialize(row)?;
    }
    writer.flush().map_err(csv::Error::from)
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn medians() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0]), Some(2.5));
    }
}
