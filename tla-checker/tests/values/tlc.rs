//! What TLC 2.15 answers, asked of it one expression at a time.

use tla_checker::value::{Limits, Value};

use crate::*;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Answer {
    Yes,
    No,
    Error,
}

use Answer::*;

fn answer<E>(result: Result<bool, E>) -> Answer {
    match result {
        Ok(true) => Yes,
        Ok(false) => No,
        Err(_) => Error,
    }
}

#[test]
fn equality() {
    let s = text;
    let zero_one = |v: Value| function([(int(0), v.clone()), (int(1), v)]);
    let table = [
        (int(1), s("a"), Error),
        (Value::TRUE, int(1), Error),
        (set([int(1)]), set([s("a")]), Error),
        (tuple([int(1)]), tuple([s("a")]), Error),
        (tuple([int(1), int(2)]), tuple([s("a")]), No),
        (set([int(1), int(2)]), set([s("a")]), No),
        (tuple([int(1), s("a")]), tuple([int(2), int(3)]), No),
        (tuple([int(1), s("a")]), tuple([int(1), int(3)]), Error),
        (record([("a", int(1))]), tuple([int(1)]), Error),
        (record([("a", int(1))]), record([("b", int(1))]), No),
        (record([("a", int(1))]), record([("a", s("x"))]), Error),
        (record([("a", int(1)), ("b", s("z"))]), record([("a", int(2)), ("b", int(3))]), No),
        (tuple([]), record([("a", int(1))]), No),
        (Value::empty_set(), tuple([]), Error),
        (set([int(1)]), tuple([int(1)]), Error),
        (int(1), set([int(1)]), Error),
        (int(1), tuple([int(1)]), Error),
        (s("a"), Value::empty_set(), Error),
        (Value::TRUE, Value::empty_set(), Error),
        (model("m1"), int(1), No),
        (model("m1"), set([int(1)]), No),
        (model("m1"), s("a"), No),
        (model("m1"), Value::TRUE, No),
        (model("m1"), model("m2"), No),
        (model("A_x"), model("A_y"), No),
        (model("A_x"), model("B_x"), Error),
        (model("A_x"), model("m1"), No),
        (model("A_x"), int(1), Error),
        (model("A_x"), s("s"), Error),
        (set([model("A_x")]), set([int(1)]), Error),
        (zero_one(int(0)), zero_one(s("a")), Error),
        (zero_one(int(0)), function([(s("a"), s("a")), (s("b"), s("a"))]), Error),
        (zero_one(int(0)), tuple([int(1), int(2)]), No),
        (function([(int(0), int(0))]), record([("a", int(1))]), Error),
        (tuple([int(1), int(2)]), function([(int(2), int(2)), (int(1), int(1))]), Yes),
        (Value::interval(1, 3), set([int(1), int(2), int(3)]), Yes),
        (Value::interval(1, 10_000_000), set([int(1)]), No),
        (Value::nat(), Value::nat(), Yes),
        (Value::nat(), Value::int(), No),
        (Value::nat(), set([int(1)]), Error),
        (Value::nat(), int(1), Error),
        (sequences(set([int(1)])), sequences(set([int(1)])), Yes),
        (sequences(set([int(1)])), sequences(set([int(2)])), No),
        (subsets(Value::nat()), subsets(Value::nat()), Yes),
        (records([("a", set([int(1)]))]), set([record([("a", int(1))])]), Yes),
        (records([("a", set([int(1)]))]), functions(set([s("a")]), set([int(1)])), Yes),
        (product([set([int(1)]), set([int(1)])]), functions(Value::interval(1, 2), set([int(1)])), Yes),
        (set([tuple([])]), set([record([("a", int(1))])]), No),
        (set([model("m1"), int(1)]), set([s("a"), s("b")]), No),
        (set([model("m1"), int(1)]), set([model("m1"), s("b")]), Error),
    ];
    for (a, b, expected) in &table {
        assert_eq!(answer(a.try_eq(b)), *expected, "{a} = {b}");
        assert_eq!(answer(b.try_eq(a)), *expected, "{b} = {a}");
    }
    // A string is a sequence of characters, but only on the right of a tuple.
    let spelt = [
        (tuple([]), s(""), Yes),
        (tuple([]), s("a"), No),
        (tuple([s("a"), s("é")]), s("aé"), Yes),
        (tuple([s("a"), s("c")]), s("ab"), No),
        (tuple([int(1), int(2)]), s("a"), No),
        (tuple([int(1)]), s("a"), Error),
        (tuple([tuple([s("a")])]), s("a"), Yes),
    ];
    for (a, b, expected) in &spelt {
        assert_eq!(answer(a.try_eq(b)), *expected, "{a} = {b}");
        assert_eq!(answer(b.try_eq(a)), Error, "{b} = {a}");
    }
}

#[test]
fn membership() {
    let s = text;
    let one = || set([int(1)]);
    let record_set = || records([("a", set([int(1)]))]);
    let pairs = || product([set([int(1)]), set([int(2)])]);
    let same = || functions(one(), one());
    let cup = Value::nat().union(&set([s("a")]), &Limits::DEFAULT).expect("sets");
    let table = [
        (s("a"), one(), Error),
        (s("a"), Value::empty_set(), No),
        (model("m1"), one(), No),
        (int(1), set([model("m1")]), No),
        (s("a"), Value::nat(), Error),
        (model("m1"), Value::nat(), No),
        (model("A_x"), Value::nat(), Error),
        (Value::TRUE, Value::nat(), Error),
        (int(-1), Value::nat(), No),
        (tuple([]), Value::nat(), Error),
        (Value::empty_set(), Value::int(), Error),
        (s("a"), Value::interval(1, 3), Error),
        (model("m1"), Value::interval(1, 3), No),
        (model("A_x"), Value::interval(1, 3), Error),
        (int(1), Value::strings(), Error),
        (model("m1"), Value::strings(), No),
        (model("A_x"), Value::strings(), Error),
        (s("a"), Value::strings(), Yes),
        (int(1), Value::booleans(), Error),
        (model("m1"), Value::booleans(), No),
        (int(1), subsets(one()), Error),
        (model("m1"), subsets(one()), Error),
        (tuple([]), subsets(one()), Error),
        (set([s("a")]), subsets(one()), Error),
        (set([int(1), int(2)]), subsets(one()), No),
        (Value::empty_set(), subsets(one()), Yes),
        (Value::nat(), subsets(Value::nat()), Error),
        (Value::nat(), subsets(Value::int()), Error),
        (one(), subsets(Value::nat()), Yes),
        (tuple([int(1)]), record_set(), Error),
        (int(1), record_set(), Error),
        (record([("a", int(1)), ("b", int(1))]), record_set(), No),
        (record([("b", int(1))]), record_set(), No),
        (record([("a", s("x"))]), record_set(), Error),
        (model("m1"), record_set(), No),
        (model("A_x"), record_set(), Error),
        (function([(int(3), int(1))]), record_set(), Error),
        (function([(s("a"), int(1))]), record_set(), Yes),
        (int(1), same(), Error),
        (model("m1"), same(), No),
        (tuple([int(1)]), same(), Yes),
        (tuple([s("a")]), same(), Error),
        (tuple([int(1), int(2)]), same(), No),
        (record([("a", int(1))]), same(), Error),
        (record([("a", int(1))]), functions(set([s("a")]), one()), Yes),
        (tuple([]), functions(Value::empty_set(), one()), Yes),
        (tuple([int(1), int(2)]), functions(Value::interval(1, 2), Value::nat()), Yes),
        (tuple([int(1), int(2)]), functions(Value::nat(), Value::nat()), Error),
        (tuple([int(1), int(2)]), pairs(), Yes),
        (tuple([int(1)]), pairs(), No),
        (tuple([int(1), s("a")]), pairs(), Error),
        (int(1), pairs(), Error),
        (model("m1"), pairs(), No),
        (record([("a", int(1))]), pairs(), Error),
        (function([(int(3), int(1))]), pairs(), No),
        (int(1), sequences(one()), Error),
        (tuple([int(1)]), sequences(one()), Yes),
        (tuple([s("a")]), sequences(one()), Error),
        (tuple([]), sequences(one()), Yes),
        (model("m1"), sequences(one()), No),
        (record([("a", int(1))]), sequences(one()), Error),
        (function([(int(3), int(1))]), sequences(one()), Error),
        (Value::empty_set(), sequences(one()), Error),
        (text("aba"), sequences(set([s("a"), s("b")])), Yes),
        (text("abc"), sequences(one()), Error),
        (tuple([]), record_set(), No),
        (tuple([]), pairs(), No),
        (model("A_x"), pairs(), Error),
        (model("A_x"), same(), Error),
        (model("A_x"), set([model("A_x"), model("A_y")]), Yes),
        (model("B_x"), set([model("A_x"), model("A_y")]), Error),
        (int(1), set([model("A_x"), model("A_y")]), Error),
        (model("A_x"), one(), Error),
        (Value::FALSE, set([Value::TRUE]), No),
        (int(1), int(1), Error),
        (int(1), model("m1"), Error),
        (one(), set([Value::nat()]), Error),
        (int(1), Value::any(), Yes),
        (s("a"), cup, Yes),
    ];
    for (element, set, expected) in &table {
        assert_eq!(answer(set.contains(element)), *expected, "{element} \\in {set}");
    }
}

#[test]
fn making_sets() {
    let s = text;
    let made: [(Vec<Value>, Option<&str>); 17] = [
        (vec![model("A_x"), int(1)], Some("{A_x, 1}")),
        (vec![model("A_x"), model("B_x")], Some("{A_x, B_x}")),
        (vec![model("m1"), int(1), s("a")], None),
        (vec![model("m1"), int(1), int(2), set([int(1)]), Value::TRUE], None),
        (vec![int(1), s("a")], None),
        (vec![int(1), Value::TRUE], None),
        (vec![set([int(1)]), set([s("a")])], None),
        (vec![set([int(1)]), set([s("a"), s("b")])], Some("{{1}, {\"a\", \"b\"}}")),
        (vec![tuple([int(1)]), tuple([s("a")])], None),
        (vec![tuple([int(1), int(2)]), tuple([s("a")])], Some("{<<\"a\">>, <<1, 2>>}")),
        (vec![tuple([int(2), int(1)]), tuple([int(3)]), tuple([])], Some("{<<>>, <<3>>, <<2, 1>>}")),
        (vec![record([("a", int(1))]), tuple([int(1)])], None),
        (vec![tuple([int(1)]), function([(int(3), int(1))])], Some("{<<1>>, (3 :> 1)}")),
        (vec![tuple([int(1)]), set([int(1)])], None),
        (vec![tuple([]), record([("a", int(1))])], Some("{<<>>, [a |-> 1]}")),
        (vec![Value::nat(), set([int(1)])], None),
        (vec![Value::interval(1, 3), set([int(1), int(2), int(3)])], Some("{1..3}")),
    ];
    for (elements, expected) in made {
        let described = format!("{elements:?}");
        let printed = Value::set(elements).ok().map(|set| set.to_string());
        match (&printed, expected) {
            // Which of two equal elements stays is not said; here it may be either form.
            (Some(printed), Some("{1..3}")) => {
                assert!(printed == "{1..3}" || printed == "{{1, 2, 3}}")
            }
            _ => assert_eq!(printed.as_deref(), expected, "{described}"),
        }
    }
}

#[test]
fn set_operators() {
    let limits = &Limits::DEFAULT;
    let (one, a, empty) = (set([int(1)]), set([text("a")]), Value::empty_set());
    let m1 = set([model("m1")]);
    let typed = set([model("A_x")]);
    assert!(one.union(&a, limits).is_err());
    assert_eq!(m1.union(&one, limits).expect("fine").to_string(), "{m1, 1}");
    assert!(m1.union(&one, limits).expect("fine").union(&a, limits).is_err());
    assert!(one.union(&m1, limits).expect("fine").union(&a, limits).is_err());
    assert!(typed.union(&one, limits).is_err());
    assert!(typed.intersection(&one, limits).is_err());
    assert!(one.intersection(&a, limits).is_err());
    assert!(one.difference(&a, limits).is_err());
    assert_eq!(empty.difference(&a, limits).expect("fine"), empty);
    assert_eq!(empty.intersection(&a, limits).expect("fine"), empty);
    let (low, high) = (Value::interval(1, 3), Value::interval(2, 5));
    assert_eq!(low.intersection(&high, limits).expect("fine").to_string(), "{2, 3}");
    assert_eq!(low.union(&high, limits).expect("fine").to_string(), "{1, 2, 3, 4, 5}");
    assert_eq!(low.difference(&set([int(2)]), limits).expect("fine").to_string(), "{1, 3}");
    assert!(one.union(&int(1), limits).is_err());
    assert!(int(1).union(&one, limits).is_err());
    assert!(one.intersection(&int(1), limits).is_err());
    assert!(one.difference(&int(1), limits).is_err());
    assert!(one.union(&model("m1"), limits).is_err());
    assert!(set([int(1)]).big_union(limits).is_err());
    assert!(int(1).big_union(limits).is_err());
    assert_eq!(empty.big_union(limits).expect("fine"), empty);
    assert!(Value::subsets(&int(1)).is_err());
    assert!(Value::function_set(&int(1), &one).is_err());
    assert!(Value::function_set(&one, &int(1)).is_err());
    assert!(Value::product(vec![int(1), one.clone()]).is_err());
    assert_eq!(answer(one.is_subset(&Value::nat())), Yes);
    assert_eq!(answer(empty.is_subset(&Value::nat())), Yes);
    assert_eq!(answer(Value::nat().is_subset(&Value::int())), Error);
    assert_eq!(answer(Value::nat().is_subset(&one)), Error);
    assert_eq!(answer(int(1).is_subset(&one)), Error);
    assert_eq!(answer(one.is_subset(&int(1))), Error);
    assert_eq!(answer(m1.is_subset(&one)), No);
    assert_eq!(answer(typed.is_subset(&one)), Error);
    assert_eq!(answer(a.is_subset(&one)), Error);
    assert!(Value::nat().cardinality().is_err());
    assert!(int(1).is_finite_set().is_err());
    assert!(!subsets(Value::nat()).is_finite_set().expect("a set"));
}
