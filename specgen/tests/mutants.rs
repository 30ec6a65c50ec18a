//! Mutants of the checker's own fixtures: every edit leaves a text that means something, and no property is changed.

use specgen::mutate::{Kind, mutants};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use tla_checker::config;
use tla_checker::model::{Behaviour, Clause, Formula, Model};
use tla_parser::hir::{DefId, Entity, Spec};
use tla_parser::library::Library;
use tla_parser::resolve::{load_as, load_file};

fn defined(spec: &Spec, clauses: &[Clause]) -> Vec<DefId> {
    let find = |clause: &Clause| match (&clause.formula, spec.root_module().names.get(clause.text())) {
        (Formula::Name(_), Some(Entity::Def(def))) => Some(*def),
        _ => None,
    };
    clauses.iter().filter_map(find).collect()
}

fn model(spec: &mut Spec, path: &Path) -> Option<Model> {
    let text = std::fs::read_to_string(path.with_extension("cfg")).ok()?;
    let file = spec.sources.add("cfg", text.as_str());
    config::parse(file, &text).accept().ok().map(|(model, _)| model)
}

#[test]
fn every_mutant_of_the_fixtures_can_be_resolved() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/specs");
    let entries = std::fs::read_dir(&folder).expect("is there");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("is read").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "tla"));
    files.sort();
    let (mut specs, mut all, mut kinds, mut wrong) = (0, 0, BTreeSet::new(), Vec::new());
    for path in files {
        let Ok(mut resolved) = load_file(&path, &Library::new()) else { continue };
        let Some(model) = model(&mut resolved.spec, &path) else { continue };
        let spec = &resolved.spec;
        let behaviour = match &model.behaviour {
            Behaviour::Specification(clause) => defined(spec, std::slice::from_ref(clause)),
            Behaviour::InitNext { next, .. } => defined(spec, std::slice::from_ref(next)),
            Behaviour::None => continue,
        };
        let judges = [&model.invariants, &model.properties].map(|clauses| defined(spec, clauses)).concat();
        let found = mutants(spec, &behaviour, &judges);
        specs += usize::from(!found.all.is_empty());
        let root = spec.root_module().file;
        for mutant in found.all.iter().filter(|mutant| mutant.span.file == root) {
            all += 1;
            kinds.insert(mutant.kind);
            let text = mutant.apply(&spec.sources.file(root).text);
            if let Err(rejected) = load_as(&path, &text, &Library::new()) {
                let first = rejected.diagnostics[0].message.clone();
                wrong.push(format!("{}: {}: {first}", path.display(), mutant.description));
            }
        }
    }
    assert!(specs > 100 && all > 1_000, "{all} mutants of {specs} specs");
    assert_eq!(kinds.len(), Kind::ALL.len());
    assert!(wrong.is_empty(), "{} of {all} mutants cannot be resolved:\n{}", wrong.len(), wrong.join("\n"));
}
