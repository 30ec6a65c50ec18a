//! Every `.cfg` in `fixtures/config` against the model and the diagnostics recorded beside it.

#[path = "harness/snapshot.rs"]
mod snapshot;

use std::fmt::Write;
use tla_checker::config;
use tla_checker::model::Model;
use tla_parser::source::{SourceMap, Span};

/// The model as `.cfg` text, then the diagnostics, one a block.
fn show(name: &str, text: &str) -> String {
    let mut map = SourceMap::new();
    let file = map.add(name, text);
    let config = config::parse(file, text);
    let mut out = format!("{}", config.model);
    for d in &config.diagnostics {
        let severity = if d.is_error() { "error" } else { "warning" };
        let _ = writeln!(out, "{severity}[{}] {}", d.code, d.message);
        if let Some(label) = &d.primary {
            let _ =
                writeln!(out, "  at {} `{}` {}", place(&map, label.span), map.text(label.span), label.text);
        }
        for label in &d.secondary {
            let _ =
                writeln!(out, "  also {} `{}` {}", place(&map, label.span), map.text(label.span), label.text);
        }
        for note in &d.notes {
            let _ = writeln!(out, "  note: {note}");
        }
        if let Some(help) = &d.help {
            let _ = writeln!(out, "  help: {help}");
        }
    }
    out
}

fn place(map: &SourceMap, span: Span) -> String {
    let at = map.start(span);
    format!("{}:{}", at.line, at.column)
}

fn without_places(mut model: Model) -> Model {
    for a in &mut model.assignments {
        (a.span, a.module_span, a.replacement_span) = (None, None, None);
    }
    let lists =
        [&mut model.invariants, &mut model.properties, &mut model.constraints, &mut model.action_constraints];
    lists.into_iter().flatten().for_each(|c| c.span = None);
    let singles = [&mut model.symmetry, &mut model.view, &mut model.alias, &mut model.postcondition];
    singles.into_iter().flatten().for_each(|c| c.span = None);
    use tla_checker::model::Behaviour::{InitNext, None as Nothing, Specification};
    match &mut model.behaviour {
        Nothing => {}
        Specification(c) => c.span = None,
        InitNext { init, next } => (init.span, next.span) = (None, None),
    }
    model
}

fn fixtures() -> Vec<(std::path::PathBuf, String)> {
    let mut files: Vec<_> = std::fs::read_dir(snapshot::fixtures("config"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "cfg"))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no fixtures");
    files.into_iter().map(|p| (p.clone(), std::fs::read_to_string(p).unwrap())).collect()
}

#[test]
fn fixtures_give_what_is_recorded() {
    let mut wrong = Vec::new();
    for (path, text) in fixtures() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if let Err(what) = snapshot::compare(&path.with_extension("expect"), &show(&name, &text)) {
            wrong.push(what);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// What a model prints, read again, is that model.
#[test]
fn models_survive_printing() {
    let mut read = 0;
    for (path, text) in fixtures() {
        let file = SourceMap::new().add("x.cfg", "");
        let Ok((model, _)) = config::parse(file, &text).accept() else { continue };
        let printed = model.to_string();
        let again = config::parse(file, &printed);
        assert!(again.diagnostics.iter().all(|d| !d.is_error()), "{}: {printed}", path.display());
        assert_eq!(without_places(model), without_places(again.model), "{}", path.display());
        read += 1;
    }
    assert!(read >= 3, "only {read} fixtures are without errors");
}

/// Any text ends in a model or in diagnostics with places inside the text.
#[test]
fn malformed_text_gives_diagnostics() {
    let file = SourceMap::new().add("x.cfg", "");
    let mut texts: Vec<String> = fixtures()
        .iter()
        .flat_map(|(_, t)| (0..t.len()).filter_map(|i| t.get(..i).map(str::to_owned)).collect::<Vec<_>>())
        .collect();
    texts.extend(["{", "(", "(*", "[", "\"", "\\", "C = {{", "!", "é"].iter().map(|t| t.repeat(100_000)));
    texts.push(format!("CONSTANT C = {}", "{".repeat(100_000)));
    texts.push("CONSTANT C(".repeat(10_000));
    texts.push("(* a *) ".repeat(50_000));
    for text in texts {
        for d in config::parse(file, &text).diagnostics {
            let span = d.primary.expect("a place").span;
            assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?}");
        }
    }
}

/// Places are in the whole file, not in the block.
#[test]
fn embedded_places_are_those_of_the_file() {
    let text = "---- MODULE M ----\n====\n---- CONFIG M ----\nINVARINT Inv\n====\n";
    let mut map = SourceMap::new();
    let file = map.add("M.tla", text);
    let config = config::parse_range(file, text, config::embedded(text).unwrap());
    let [d] = config.diagnostics.as_slice() else { panic!("{:?}", config.diagnostics) };
    assert_eq!(map.describe(d.primary.as_ref().unwrap().span), "M.tla:4:1");
}

/// The public models of the corpus, where it is there: all of their configurations can be read.
#[test]
fn corpus_configurations_parse() {
    let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus/specifications");
    if !corpus.exists() {
        eprintln!("skipped: {} is not there", corpus.display());
        return;
    }
    let mut folders = vec![corpus];
    let (mut read, mut wrong) = (0, String::new());
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "cfg") {
                let text = std::fs::read_to_string(&path).unwrap();
                let shown = show(&path.display().to_string(), &text);
                if shown.contains("error[") || shown.contains("warning[") {
                    let _ = writeln!(wrong, "{}\n{shown}", path.display());
                }
                read += 1;
            }
        }
    }
    assert!(read > 100, "only {read} configurations");
    assert!(wrong.is_empty(), "{wrong}");
}
