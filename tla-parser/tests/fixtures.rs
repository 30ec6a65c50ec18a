//! Every file of `tests/fixtures` is a test: what is parsed from `good/*.tla` and reported for
//! `bad/*.tla` must be what the file of the same name with `.expect` says.
//! `UPDATE_EXPECT=1 cargo test -p tla-parser` writes the expectations anew; review the diff.

use std::path::{Path, PathBuf};
use tla_parser::ast::{Expr, ExprKind, Module, Unit, UnitKind};
use tla_parser::dump::{dump_expr, dump_module};
use tla_parser::parse::{parse_expression, parse_file};
use tla_parser::print::print_expr;
use tla_parser::render::render;
use tla_parser::source::SourceMap;

fn fixtures(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(folder);
    let entries = std::fs::read_dir(&folder).expect("the folder of fixtures exists");
    let mut files: Vec<PathBuf> = entries.map(|e| e.expect("readable").path()).collect();
    files.retain(|f| f.extension().is_some_and(|e| e == "tla"));
    files.sort();
    assert!(!files.is_empty(), "no fixtures in {}", folder.display());
    files
}

/// Compares with the expectation beside the fixture, or writes it.
fn check(path: &Path, actual: &str) -> Result<(), String> {
    let expectation = path.with_extension("expect");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&expectation, actual).map_err(|e| e.to_string())?;
    }
    let expected =
        std::fs::read_to_string(&expectation).map_err(|e| format!("{}: {e}", expectation.display()))?;
    if expected.trim().is_empty() {
        return Err(format!("{}: an empty expectation asserts nothing", expectation.display()));
    }
    if expected != actual {
        return Err(format!("{} differs from what was found:\n{actual}", expectation.display()));
    }
    Ok(())
}

fn every(folder: &str, test: impl Fn(&Path) -> Result<(), String>) {
    let faults: Vec<String> = fixtures(folder).iter().filter_map(|f| test(f).err()).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

fn load(path: &Path) -> (SourceMap, tla_parser::source::FileId) {
    let text = std::fs::read_to_string(path).expect("a fixture is text");
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let mut sources = SourceMap::new();
    let file = sources.add(name, text);
    (sources, file)
}

fn reported(sources: &SourceMap, diagnostics: &[tla_parser::diagnostic::Diagnostic]) -> String {
    diagnostics.iter().map(|d| render(d, sources, false) + "\n\n").collect()
}

#[test]
fn good_fixtures_give_their_tree() {
    every("good", |path| {
        let (sources, file) = load(path);
        let parsed = parse_file(&sources, file);
        if !parsed.diagnostics.is_empty() {
            return Err(format!("{}:\n{}", path.display(), reported(&sources, &parsed.diagnostics)));
        }
        let dump: String = parsed.modules.iter().map(dump_module).collect();
        check(path, &dump)
    });
}

#[test]
fn bad_fixtures_give_their_diagnostics() {
    every("bad", |path| {
        let (sources, file) = load(path);
        let parsed = parse_file(&sources, file);
        if parsed.diagnostics.is_empty() {
            return Err(format!("{}: nothing was reported", path.display()));
        }
        check(path, &reported(&sources, &parsed.diagnostics))
    });
}

/// Every code of this stage has a fixture that reports it, and an explanation.
#[test]
fn every_code_has_a_fixture() {
    let mut seen = std::collections::BTreeSet::new();
    for path in fixtures("bad") {
        let (sources, file) = load(&path);
        seen.extend(parse_file(&sources, file).diagnostics.iter().map(|d| d.code.0));
    }
    for row in tla_parser::code::TABLE.iter().filter(|r| r.code.0.starts_with("E01")) {
        assert!(row.text.len() > 80, "{} is not explained", row.code);
        // A fixture of nesting is made in the robustness tests.
        let made = row.code == tla_parser::code::TOO_DEEP;
        assert!(made || seen.contains(row.code.0), "no fixture reports {} ({})", row.code, row.title);
    }
}

/// Lists become chains when printed on one line: makes them so, to compare.
fn normal(dump: &str) -> String {
    dump.replace("list /\\", "infix /\\").replace("list \\/", "infix \\/")
}

fn has_list(e: &Expr) -> bool {
    dump_expr(e).lines().any(|l| l.trim_start().starts_with("list "))
}

fn bodies<'a>(units: &'a [Unit], found: &mut Vec<&'a Expr>) {
    for unit in units {
        match &unit.kind {
            UnitKind::Operator(d) => found.push(&d.body),
            UnitKind::Function(d) => found.push(&d.body),
            UnitKind::Assume { body, .. } => found.push(body),
            UnitKind::Module(m) => bodies(&m.units, found),
            _ => {}
        }
    }
}

fn round_trip(modules: &[Module]) -> Result<(), String> {
    let mut found = Vec::new();
    for module in modules {
        bodies(&module.units, &mut found);
    }
    for body in found {
        if matches!(body.kind, ExprKind::Error) {
            continue;
        }
        let printed = print_expr(body);
        let mut sources = SourceMap::new();
        let file = sources.add("printed", printed.as_str());
        let (again, diagnostics) = parse_expression(&sources, file);
        // Names of proof steps mean nothing outside of their proof: none stand in definitions.
        if !diagnostics.is_empty() {
            return Err(format!("{printed}\n{}", reported(&sources, &diagnostics)));
        }
        if has_list(body) {
            // Printing again must then be stable.
            if print_expr(&again) != printed {
                return Err(format!("{printed}\nis printed again as\n{}", print_expr(&again)));
            }
        } else if normal(&dump_expr(&again)) != normal(&dump_expr(body)) {
            return Err(format!(
                "{printed}\nis read as\n{}instead of\n{}",
                dump_expr(&again),
                dump_expr(body)
            ));
        }
    }
    Ok(())
}

#[test]
fn printed_expressions_are_read_again_as_they_were() {
    every("good", |path| {
        let (sources, file) = load(path);
        round_trip(&parse_file(&sources, file).modules).map_err(|e| format!("{}: {e}", path.display()))
    });
}

/// The same on folders given in `TLA_FOLDERS`, separated by `:`; all their files must parse.
#[test]
#[ignore = "needs folders of TLA+ files in TLA_FOLDERS"]
fn folders_parse_and_print() {
    fn collect(path: &Path, files: &mut Vec<PathBuf>) {
        if path.is_dir() {
            for entry in std::fs::read_dir(path).expect("readable").flatten() {
                collect(&entry.path(), files);
            }
        } else if path.extension().is_some_and(|e| e == "tla") {
            files.push(path.to_path_buf());
        }
    }
    let folders = std::env::var("TLA_FOLDERS").expect("TLA_FOLDERS is set");
    let mut files = Vec::new();
    folders.split(':').for_each(|f| collect(Path::new(f), &mut files));
    assert!(!files.is_empty());
    let mut faults = Vec::new();
    for path in files {
        let (sources, file) = load(&path);
        let parsed = parse_file(&sources, file);
        if parsed.diagnostics.iter().any(|d| d.is_error()) {
            faults.push(format!("{}:\n{}", path.display(), reported(&sources, &parsed.diagnostics)));
        } else if let Err(e) = round_trip(&parsed.modules) {
            faults.push(format!("{}: {e}", path.display()));
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n\n"));
}
