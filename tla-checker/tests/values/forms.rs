//! The owned form, JSON, bytes and fingerprints: all of them the same value.

use std::collections::{HashMap, HashSet};

use tla_checker::value::fingerprint::{Path, Sum, variable_terms};
use tla_checker::value::{Datum, DecodeError, Interner, Limits, Value};

use crate::generate::{Random, any_value, remade};
use crate::*;

const LIMITS: Limits = Limits::DEFAULT;

fn datum(value: &Value) -> Datum {
    value.to_datum(&LIMITS).expect("finite")
}

fn bytes(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    value.encode(&mut out).expect("finite");
    out
}

#[test]
fn round_trips() {
    let mut random = Random(7);
    let mut interner = Interner::new();
    for _ in 0..20_000 {
        let value = any_value(&mut random);
        let owned = datum(&value);
        assert_eq!(owned.to_value(&mut interner), value);
        let again = datum(&remade(&mut random, &value));
        assert_eq!(owned, again);

        let json = serde_json::to_string(&owned).expect("JSON");
        let read: Datum = serde_json::from_str(&json).expect(&json);
        assert_eq!(read, owned, "{json}");

        let encoded = bytes(&value);
        let mut from_owned = Vec::new();
        owned.encode(&mut from_owned);
        assert_eq!(encoded, from_owned, "{value}");
        assert_eq!(bytes(&remade(&mut random, &value)), encoded, "{value}");
        let mut rest = encoded.as_slice();
        assert_eq!(Datum::decode(&mut rest), Ok(owned), "{value}");
        assert!(rest.is_empty());
    }
}

#[test]
fn json_keeps_kinds() {
    let table = [
        (set([int(1), int(2)]), r##"{"#set":[1,2]}"##),
        (tuple([int(1), text("a")]), r##"[1,"a"]"##),
        (record([("a", int(1)), ("b", Value::TRUE)]), r##"{"a":1,"b":true}"##),
        (function([(text("#a"), int(1))]), r##"{"#fn":[["#a",1]]}"##),
        (function([(int(0), int(1))]), r##"{"#fn":[[0,1]]}"##),
        (model("r1"), r##"{"#mv":"r1"}"##),
        (int(1 << 53), r##"{"#int":"9007199254740992"}"##),
        (int((1 << 53) - 1), "9007199254740991"),
        (tuple([]), "[]"),
    ];
    for (value, json) in &table {
        assert_eq!(&serde_json::to_string(&datum(value)).expect("JSON"), json);
        assert_eq!(serde_json::from_str::<Datum>(json).expect("a value"), datum(value));
    }
    // Any order in the text, and the empty record: the canonical form is what is read.
    let read = |json: &str| serde_json::from_str::<Datum>(json).ok();
    assert_eq!(read(r##"{"#set":[2,1,2]}"##), Some(datum(&set([int(1), int(2)]))));
    assert_eq!(read("{}"), Some(datum(&tuple([]))));
    assert_eq!(read(r##"{"#fn":[[2,5],[1,4]]}"##), Some(datum(&tuple([int(4), int(5)]))));
    for bad in [
        "null",
        "1.5",
        r##"{"#what":1}"##,
        r##"{"#set":[],"a":1}"##,
        r##"{"a":1,"#mv":"r"}"##,
        r##"{"#int":"x"}"##,
    ] {
        assert_eq!(read(bad), None, "{bad}");
    }
}

#[test]
fn bytes_that_are_no_value_are_refused() {
    let mut random = Random(8);
    for _ in 0..2_000 {
        let encoded = bytes(&any_value(&mut random));
        for cut in 0..encoded.len() {
            assert_eq!(Datum::decode(&mut &encoded[..cut]), Err(DecodeError::Truncated));
        }
        // What decodes after a change encodes to what it was decoded from.
        let mut changed = encoded.clone();
        let at = random.below(changed.len());
        changed[at] ^= 1 << random.below(8);
        let mut rest = changed.as_slice();
        if let Ok(value) = Datum::decode(&mut rest) {
            let mut again = Vec::new();
            value.encode(&mut again);
            assert_eq!(again, changed[..changed.len() - rest.len()]);
        }
    }
    let nested = [[6, 1].repeat(1_000_000), vec![6, 0]].concat();
    assert_eq!(Datum::decode(&mut nested.as_slice()), Err(DecodeError::TooDeep));
    assert_eq!(Datum::decode(&mut [2, 2, 0, 1].as_slice()), Err(DecodeError::NotCanonical));
    assert_eq!(Datum::decode(&mut [9].as_slice()), Err(DecodeError::UnknownKind(9)));
}

#[test]
fn fingerprints_are_of_values_not_of_forms() {
    let mut random = Random(9);
    for _ in 0..10_000 {
        let value = any_value(&mut random);
        let terms: u64 = variable_terms("x", &value).expect("finite");
        assert_eq!(variable_terms::<u64, _>("x", &remade(&mut random, &value)).expect("finite"), terms);
        assert_eq!(variable_terms::<u64, _>("x", &datum(&value)).expect("finite"), terms);
        assert_ne!(variable_terms::<u64, _>("y", &value).expect("finite"), terms);
    }
    let of = |value: &Value| variable_terms::<u64, _>("x", value).expect("finite");
    assert_ne!(of(&set([])), of(&tuple([])));
    assert_ne!(of(&set([int(1)])), of(&tuple([int(1)])));
    assert_ne!(of(&text("m")), of(&model("m")));
    assert_eq!(of(&tuple([int(5)])), of(&function([(int(1), int(5))])));
    assert_eq!(of(&Value::interval(1, 3)), of(&set([int(1), int(2), int(3)])));
}

#[test]
fn a_layout_that_keeps_pieces_adds_the_same_terms() {
    let value = record([("s", set([int(1), int(2)])), ("t", tuple([text("a"), int(7)]))]);
    let mut path = Path::variable("x");
    let mut sum: u64 = path.function_term();
    let before = path.enter_field("s");
    sum = sum.plus(path.set_term());
    sum = sum.plus(path.element_term(&int(2)).expect("finite"));
    sum = sum.plus(path.element_term(&int(1)).expect("finite"));
    path.leave(before);
    let before = path.enter(&text("t")).expect("finite");
    sum = sum.plus(path.function_term());
    for (index, atom) in [(1, text("a")), (2, int(7))] {
        let inner = path.enter_index(index);
        sum = sum.plus(path.terms(&atom).expect("finite"));
        path.leave(inner);
    }
    path.leave(before);
    assert_eq!(sum, variable_terms::<u64, _>("x", &value).expect("finite"));
    assert_eq!(sum.plus(5).minus(5), sum);
}

#[test]
fn a_million_values_have_a_million_fingerprints() {
    // Grids of small integers are what colliding sums collide on.
    let mut seen: HashSet<u64> = HashSet::new();
    let mut wide: HashSet<u128> = HashSet::new();
    let mut finalised: HashSet<u64> = HashSet::new();
    for code in 0..1_000_000i64 {
        let digits = (0..6).map(|place| int(code / 10i64.pow(place) % 10)).collect();
        let value = Value::tuple(digits);
        let sum: u64 = variable_terms("x", &value).expect("finite");
        assert!(seen.insert(sum), "{value}");
        assert!(finalised.insert(sum.finalise()));
        if code % 10 == 0 {
            assert!(wide.insert(variable_terms::<u128, _>("x", &value).expect("finite").finalise()));
        }
    }
}

/// Terms of small contents on short paths, which are what a sum is made of: ten million pairs in a release,
/// of which two are the same by chance once in 370,000 such tests.
#[test]
fn different_terms_do_not_collide() {
    let paths = if cfg!(debug_assertions) { 400 } else { 4_000 };
    let mut contents: Vec<Value> = (-200..500).map(int).collect();
    contents.extend(('a'..='z').map(|c| text(&c.to_string())));
    contents.extend(('a'..='z').flat_map(|a| ('a'..='t').map(move |b| text(&format!("{a}{b}")))));
    contents.extend([Value::Bool(false), Value::Bool(true), text(""), model("a")]);
    assert_eq!(contents.len(), 1_250);
    let mut terms: Vec<u64> = Vec::with_capacity(paths * contents.len() * 2);
    for number in 0..paths {
        // x[1], x[2], …, y["a"][1], …: a path of one argument or two.
        let mut path = Path::variable(["x", "y"][number % 2]);
        if number % 2 == 1 {
            path.enter_field(["a", "b", "ab"][number / 2 % 3]);
        }
        path.enter_index(number as i64 / 2);
        for content in &contents {
            terms.push(path.terms(content).expect("finite"));
            terms.push(path.element_term(content).expect("finite"));
        }
    }
    let all = terms.len();
    terms.sort_unstable();
    terms.dedup();
    assert_eq!((terms.len(), all), (all, paths * 2_500));
}

#[test]
fn fingerprints_are_the_same_on_every_machine() {
    // Recorded: a change here breaks every checkpoint.
    let value = record([("s", set([tuple([int(1)]), tuple([])])), ("t", model("m"))]);
    assert_eq!(variable_terms::<u64, _>("x", &value).expect("finite"), RECORDED);
}

const RECORDED: u64 = 1_066_517_085_644_511_112;

// What changes inside a value is its cached hash, which is no part of it.
#[expect(clippy::mutable_key_type)]
#[test]
fn distinct_values_have_distinct_bytes() {
    let mut random = Random(10);
    let mut seen: HashMap<Vec<u8>, Value> = HashMap::new();
    for _ in 0..20_000 {
        let value = any_value(&mut random);
        let encoded = bytes(&value);
        match seen.get(&encoded) {
            Some(before) => assert_eq!(before, &value),
            None => drop(seen.insert(encoded, value)),
        }
    }
    let values: HashSet<&Value> = seen.values().collect();
    assert_eq!(values.len(), seen.len());
}
