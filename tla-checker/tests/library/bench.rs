//! A module on the bench: its assumptions and definitions evaluated, without a model.

use std::sync::Mutex;
use tla_checker::eval::{Bounds, Evaluator, Registers, Setting};
use tla_checker::failure::Failure;
use tla_checker::lower::{Lowerer, ROOT};
use tla_checker::observer::{Cancel, Observer};
use tla_parser::hir::{Entity, Spec};
use tla_parser::library::Library;
use tla_parser::resolve::load_text;

/// A module that was resolved.
pub struct Bench {
    spec: Spec,
}

/// Keeps what is printed.
#[derive(Default)]
struct Paper(Mutex<Vec<String>>);

impl Observer for Paper {
    fn print(&self, text: &str) {
        self.0.lock().expect("one thread").push(text.to_string());
    }
}

impl Bench {
    /// Resolves a module.
    pub fn load(text: &str, library: &Library) -> Result<Bench, String> {
        match load_text("bench.tla", text, library) {
            Ok(resolved) => Ok(Bench { spec: resolved.spec }),
            Err(rejected) => {
                let messages = rejected.diagnostics.iter().map(|d| format!("{d:?}"));
                Err(messages.collect::<Vec<_>>().join("\n"))
            }
        }
    }

    /// How many assumptions there are, and what is wrong with those that are not true.
    pub fn assumptions(&self) -> (usize, Vec<String>) {
        let mut lowerer = Lowerer::new(&self.spec, Default::default(), Default::default());
        let defs = &self.spec.root_module().assumptions;
        let ops: Vec<_> = defs.iter().map(|d| lowerer.op(*d, ROOT)).collect();
        let ir = lowerer.finish();
        let (paper, cancel, registers) =
            (Paper::default(), Cancel::new(), Registers::new(Default::default()));
        let setting = Setting {
            ir: &ir,
            bounds: Bounds::default(),
            observer: &paper,
            cancel: &cancel,
            registers: &registers,
            keep_values: true,
        };
        let mut evaluator = Evaluator::new(&setting);
        let mut wrong = Vec::new();
        for (op, def) in ops.iter().zip(defs) {
            let place = self.place(self.spec.def(*def).span);
            match evaluator.truth_of(*op) {
                Ok(true) => {}
                Ok(false) => wrong.push(format!("{place}: false")),
                Err(failure) => wrong.push(format!("{place}: {}", self.told(&failure))),
            }
        }
        (ops.len(), wrong)
    }

    /// The values of definitions of the root module, in turn, and what was printed.
    pub fn values(&self, names: &[&str]) -> (Vec<Result<String, Failure>>, Vec<String>) {
        let mut lowerer = Lowerer::new(&self.spec, Default::default(), Default::default());
        let ops: Vec<_> = names
            .iter()
            .map(|name| match self.spec.root_module().names.iter().find(|(n, _)| &***n == *name) {
                Some((_, Entity::Def(def))) => lowerer.op(*def, ROOT),
                _ => panic!("`{name}` is not defined"),
            })
            .collect();
        let ir = lowerer.finish();
        let (paper, cancel, registers) =
            (Paper::default(), Cancel::new(), Registers::new(Default::default()));
        let setting = Setting {
            ir: &ir,
            bounds: Bounds::default(),
            observer: &paper,
            cancel: &cancel,
            registers: &registers,
            keep_values: true,
        };
        let mut evaluator = Evaluator::new(&setting);
        let values = ops
            .into_iter()
            .map(|op| match evaluator.value_of(op) {
                Ok(value) => Ok(value.to_string()),
                Err(failure) => Err(*failure),
            })
            .collect();
        drop(evaluator);
        (values, paper.0.into_inner().expect("one thread"))
    }

    fn place(&self, span: tla_parser::source::Span) -> String {
        self.spec.sources.describe(span)
    }

    fn told(&self, failure: &Failure) -> String {
        let at = failure.span.map(|s| self.place(s)).unwrap_or_default();
        let calls: Vec<_> = failure.calls.iter().map(|c| c.name.as_str()).collect();
        format!("{} {} at {at} in {}", failure.code, failure.message, calls.join(" < "))
    }
}
