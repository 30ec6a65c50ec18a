//! The table of natives, the list in `NATIVE.md`, and the modules name the same operators.

use std::collections::BTreeSet;
use tla_checker::eval::Native;
use tla_parser::hir::Entity;
use tla_parser::library::Library;
use tla_parser::resolve::load_text;

/// What is computed from the module's text, although it could be native.
const FROM_TEXT: &[(&str, &str)] =
    &[("Toolbox", "_TEPosition"), ("Combinatorics", "factorial[n]"), ("SVG", "SVGSerialize")];

fn canonical(op: &str) -> &str {
    match op {
        "(+)" => "\\oplus",
        "(-)" => "\\ominus",
        "\\leq" => "<=",
        "\\geq" => ">=",
        "\\|" => "|",
        other => other,
    }
}

#[test]
fn the_list_and_the_table_agree() {
    let list = include_str!("../../../tla-parser/library/NATIVE.md");
    let mut listed = BTreeSet::new();
    for row in list.lines().filter(|l| l.starts_with("| ") && l.contains('`')) {
        // A bar inside a cell is written `\|`.
        let row = row.replace("\\|", "\u{1}");
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let op = cells[2].trim_matches('`').replace('\u{1}', "|");
        let pure = !cells[4].starts_with("IMPURE");
        if !FROM_TEXT.contains(&(cells[1], &op)) {
            let arity: usize = cells[3].parse().expect("an arity");
            listed.insert((cells[1].to_string(), canonical(&op).to_string(), arity, pure));
        }
    }
    assert!(listed.len() > 150, "the list was not read");
    let table: BTreeSet<_> = Native::ALL
        .iter()
        .map(|n| (n.module().to_string(), n.name().to_string(), n.arity(), n.is_pure()))
        .collect();
    let missing: Vec<_> = listed.difference(&table).collect();
    let unlisted: Vec<_> = table.difference(&listed).collect();
    assert!(missing.is_empty() && unlisted.is_empty(), "missing: {missing:#?}\nnot listed: {unlisted:#?}");
}

#[test]
fn every_native_is_defined_in_its_module() {
    for native in Native::ALL {
        let text = format!("---- MODULE M ----\nEXTENDS {}\n====\n", native.module());
        let resolved = load_text("M.tla", &text, &Library::new()).expect("the module resolves");
        let root = resolved.spec.root_module();
        let Some((_, Entity::Def(def))) = root.names.iter().find(|(n, _)| &***n == native.name()) else {
            panic!("{} does not define `{}`", native.module(), native.name());
        };
        let def = resolved.spec.def(*def);
        assert_eq!(def.params.len(), native.arity(), "{native:?}");
        assert_eq!(*resolved.spec.module(def.module).name, *native.module(), "{native:?}");
    }
}
