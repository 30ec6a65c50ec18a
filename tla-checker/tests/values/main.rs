//! The values of TLA+: laws that hold of all of them, and what TLC 2.15 answers for some.

mod forms;
mod generate;
mod laws;
mod lazy;
mod operators;
mod printing;
mod tlc;

use tla_checker::value::{Symbol, Value};

fn int(i: i64) -> Value {
    Value::Int(i)
}

fn text(s: &str) -> Value {
    Value::string(s)
}

fn model(s: &str) -> Value {
    Value::model(s)
}

/// `{…}`, of elements that can be compared.
fn set<const N: usize>(elements: [Value; N]) -> Value {
    Value::set(elements.to_vec()).expect("comparable")
}

fn tuple<const N: usize>(elements: [Value; N]) -> Value {
    Value::tuple(elements.to_vec())
}

fn record<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::record(fields.into_iter().map(|(name, value)| (Symbol::new(name), value)).collect())
}

fn function<const N: usize>(pairs: [(Value, Value); N]) -> Value {
    Value::function_from_pairs(pairs.to_vec()).expect("comparable")
}

fn records<const N: usize>(fields: [(&str, Value); N]) -> Value {
    let fields = fields.into_iter().map(|(name, set)| (Symbol::new(name), set));
    Value::record_set(fields.collect()).expect("sets")
}

fn functions(domain: Value, range: Value) -> Value {
    Value::function_set(&domain, &range).expect("sets")
}

fn product<const N: usize>(sets: [Value; N]) -> Value {
    Value::product(sets.to_vec()).expect("sets")
}

fn subsets(base: Value) -> Value {
    Value::subsets(&base).expect("a set")
}

fn sequences(base: Value) -> Value {
    Value::sequences(&base).expect("a set")
}
