//! Random values from a seed, the same on every machine.

use tla_checker::value::{Symbol, Value};

/// SplitMix64.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
    }
}

/// What a random value is to be, so that the values of one type can be compared.
#[derive(Clone, Debug)]
pub enum Type {
    Bool,
    Int,
    Big,
    Text,
    Model,
    Set(Box<Type>),
    Seq(Box<Type>),
    Record(Vec<(&'static str, Type)>),
    Function(Box<Type>, Box<Type>),
}

const NAMES: [&str; 5] = ["a", "b", "ab", "c d", "é"];

pub fn a_type(random: &mut Random, depth: usize) -> Type {
    let simple = depth == 0 || random.below(3) == 0;
    match random.below(if simple { 5 } else { 9 }) {
        0 => Type::Bool,
        1 => Type::Int,
        2 => Type::Big,
        3 => Type::Text,
        4 => Type::Model,
        5 => Type::Set(Box::new(a_type(random, depth - 1))),
        6 => Type::Seq(Box::new(a_type(random, depth - 1))),
        7 => {
            let count = 1 + random.below(3);
            Type::Record(NAMES[..count].iter().map(|n| (*n, a_type(random, depth - 1))).collect())
        }
        _ => Type::Function(Box::new(a_type(random, depth - 1)), Box::new(a_type(random, depth - 1))),
    }
}

pub fn of_type(random: &mut Random, kind: &Type) -> Value {
    match kind {
        Type::Bool => Value::Bool(random.below(2) == 0),
        Type::Int => Value::Int(random.below(7) as i64 - 3),
        Type::Big => match random.below(6) {
            0 => Value::Int(i64::MAX - random.below(2) as i64),
            1 => Value::Int(i64::MIN + random.below(2) as i64),
            2 => Value::Int(i64::MAX).add(&Value::Int(1 + random.below(2) as i64)).expect("ints"),
            3 => Value::Int(i64::MIN).subtract(&Value::Int(1 + random.below(2) as i64)).expect("ints"),
            _ => Value::Int(random.below(3) as i64),
        },
        Type::Text => Value::string(NAMES[random.below(NAMES.len())]),
        Type::Model => Value::model(["m1", "m2", "m3"][random.below(3)]),
        Type::Set(element) => {
            let elements = (0..random.below(4)).map(|_| of_type(random, element)).collect();
            Value::set(elements).expect("one type")
        }
        Type::Seq(element) => Value::tuple((0..random.below(4)).map(|_| of_type(random, element)).collect()),
        Type::Record(fields) => {
            Value::record(fields.iter().map(|(name, t)| (Symbol::new(name), of_type(random, t))).collect())
        }
        Type::Function(argument, result) => {
            let pairs =
                (0..random.below(4)).map(|_| (of_type(random, argument), of_type(random, result))).collect();
            Value::function_from_pairs(pairs).expect("one type")
        }
    }
}

/// Any value at all.
pub fn any_value(random: &mut Random) -> Value {
    let kind = a_type(random, 3);
    of_type(random, &kind)
}

/// The same value made in another way: sets from shuffled duplicates or as intervals and other lazy
/// sets, functions from single pairs, texts not shared.
pub fn remade(random: &mut Random, value: &Value) -> Value {
    match value {
        Value::Str(s) => Value::string(s.text()),
        Value::Model(m) => Value::model(m.name()),
        Value::Big(_) => value.add(&Value::Int(1)).and_then(|v| v.subtract(&Value::Int(1))).expect("ints"),
        Value::Set(s) => {
            let elements = s.elements();
            if let (Some(Value::Int(low)), Some(Value::Int(high))) = (elements.first(), elements.last())
                && (*high as i128 - *low as i128) + 1 == elements.len() as i128
                && random.below(2) == 0
            {
                return Value::interval(*low, *high);
            }
            if let [one] = elements
                && random.below(2) == 0
            {
                let one = remade(random, one);
                match &one {
                    Value::Set(e) if e.elements().is_empty() => {
                        return Value::subsets(&one).expect("a set");
                    }
                    Value::Tuple(t) if !t.elements().is_empty() => {
                        let axes = t.elements().iter().map(|e| Value::set(vec![e.clone()]).expect("one"));
                        return Value::product(axes.collect()).expect("sets");
                    }
                    Value::Record(r) => {
                        let axes = r
                            .shape()
                            .names()
                            .iter()
                            .cloned()
                            .zip(r.values().iter().map(|e| Value::set(vec![e.clone()]).expect("one")));
                        return Value::record_set(axes.collect()).expect("sets");
                    }
                    _ => {}
                }
            }
            let mut again: Vec<Value> = elements.iter().map(|e| remade(random, e)).collect();
            again.extend(elements.iter().take(1).cloned());
            random.shuffle(&mut again);
            Value::set(again).expect("they were comparable")
        }
        Value::Tuple(_) | Value::Record(_) | Value::Func(_) => {
            let mut pairs = value.finite_pairs("test").expect("finite");
            random.shuffle(&mut pairs);
            let mut made = Value::tuple(Vec::new());
            for (key, inner) in pairs {
                let (key, inner) = (remade(random, &key), remade(random, &inner));
                made = made.override_with(&Value::singleton_function(key, inner)).expect("functions");
            }
            made
        }
        other => other.clone(),
    }
}

/// A small lazy set and its elements found the plain way, in no order.
pub fn a_lazy_set(random: &mut Random, depth: usize) -> (Value, Vec<Value>) {
    match random.below(if depth == 0 { 2 } else { 6 }) {
        0 => {
            let low = random.below(5) as i64 - 2;
            let high = low + random.below(4) as i64 - 1;
            (Value::interval(low, high), (low..=high).map(Value::Int).collect())
        }
        1 => {
            let kind = a_type(random, 0);
            let elements: Vec<Value> = (0..random.below(3)).map(|_| of_type(random, &kind)).collect();
            let set = Value::set(elements).expect("one type");
            let elements = set.set_elements().unwrap_or_default().to_vec();
            (set, elements)
        }
        2 => {
            let (base, elements) = a_lazy_set(random, 0);
            let subsets = (0u32..1 << elements.len())
                .map(|bits| {
                    let chosen = elements.iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1);
                    Value::set(chosen.map(|(_, e)| e.clone()).collect()).expect("comparable")
                })
                .collect();
            (Value::subsets(&base).expect("a set"), subsets)
        }
        3 => {
            let (domain, keys) = a_lazy_set(random, 0);
            let (range, values) = a_lazy_set(random, depth - 1);
            if values.len() > 6 {
                return a_lazy_set(random, depth);
            }
            let axes = vec![values; keys.len()];
            let all = combinations(&axes);
            let all = all.into_iter().map(|values| {
                let pairs = keys.iter().cloned().zip(values).collect();
                Value::function_from_pairs(pairs).expect("comparable")
            });
            (Value::function_set(&domain, &range).expect("sets"), all.collect())
        }
        4 => {
            let count = 1 + random.below(3);
            let parts: Vec<_> = (0..count).map(|_| a_lazy_set(random, 0)).collect();
            let (sets, axes): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
            let all = combinations(&axes).into_iter().map(Value::tuple).collect();
            (Value::product(sets).expect("sets"), all)
        }
        _ => {
            let mut names: Vec<&str> = NAMES[..1 + random.below(3)].to_vec();
            random.shuffle(&mut names);
            let parts: Vec<_> = names.iter().map(|_| a_lazy_set(random, 0)).collect();
            let (sets, axes): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
            let named =
                |values: Vec<Value>| names.iter().map(|n| Symbol::new(n)).zip(values).collect::<Vec<_>>();
            let all = combinations(&axes).into_iter().map(|v| Value::record(named(v))).collect();
            (Value::record_set(named(sets)).expect("sets"), all)
        }
    }
}

/// Every choice of one value from each.
fn combinations(axes: &[Vec<Value>]) -> Vec<Vec<Value>> {
    let mut all = vec![Vec::new()];
    for axis in axes {
        all = all
            .into_iter()
            .flat_map(|before: Vec<Value>| {
                axis.iter().map(move |value| [before.clone(), vec![value.clone()]].concat())
            })
            .collect();
    }
    all
}
