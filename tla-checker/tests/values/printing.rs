//! What values look like: as TLC prints them.

use tla_checker::value::{Datum, Limits, Pretty, Value};

use crate::*;

#[test]
fn one_line() {
    let table: [(Value, &str); 41] = [
        (Value::booleans(), "{FALSE, TRUE}"),
        (Value::nat(), "Nat"),
        (Value::strings(), "STRING"),
        (Value::any(), "ANY"),
        (sequences(set([int(1)])), "Seq({1})"),
        (Value::interval(1, 3), "1..3"),
        (Value::interval(3, 1), "{}"),
        (Value::interval(3, 3), "3..3"),
        (Value::interval(1, 10_000), "1..10000"),
        (subsets(set([int(1), int(2)])), "{{}, {1}, {2}, {1, 2}}"),
        (subsets(Value::interval(1, 2)), "{{}, {1}, {2}, {1, 2}}"),
        (subsets(Value::empty_set()), "{{}}"),
        (subsets(Value::interval(1, 7)), "SUBSET 1..7"),
        (subsets(subsets(Value::interval(1, 7))), "SUBSET (SUBSET 1..7)"),
        (functions(set([int(1)]), set([int(2)])), "{<<2>>}"),
        (functions(Value::interval(1, 2), Value::interval(1, 50)), "[1..2 -> 1..50]"),
        (functions(set([int(1)]), Value::empty_set()), "{}"),
        (functions(Value::empty_set(), set([int(1)])), "{<<>>}"),
        (records([("a", Value::interval(1, 20)), ("b", Value::interval(1, 100))]), "[a: 1..20, b: 1..100]"),
        (product([Value::interval(1, 20), Value::interval(1, 100)]), "(1..20 \\X 1..100)"),
        (product([set([int(1), int(2)]), set([int(3)])]), "{<<1, 3>>, <<2, 3>>}"),
        (set([int(3), int(1), int(2), int(1)]), "{1, 2, 3}"),
        (set([text("b"), text("a")]), "{\"a\", \"b\"}"),
        (record([("b", int(1)), ("a", int(2))]), "[a |-> 2, b |-> 1]"),
        (function([(int(0), int(0)), (int(1), int(1))]), "(0 :> 0 @@ 1 :> 1)"),
        (function([(text("a b"), int(1)), (text("b"), int(1))]), "(\"a b\" :> 1 @@ \"b\" :> 1)"),
        (function([(text("1"), int(1))]), "(\"1\" :> 1)"),
        (function([(text("IF"), int(1))]), "(\"IF\" :> 1)"),
        (function([(model("m1"), int(1)), (model("m2"), int(1))]), "(m1 :> 1 @@ m2 :> 1)"),
        (function([(int(1), int(1)), (model("m2"), int(1))]), "(m2 :> 1 @@ 1 :> 1)"),
        (function([(Value::TRUE, int(1))]), "(TRUE :> 1)"),
        (text("a\"b\\c\nd\te"), "\"a\\\"b\\\\c\\nd\\te\""),
        (record([("a", Value::nat())]), "[a |-> Nat]"),
        (tuple([subsets(set([int(1)])), Value::interval(1, 3)]), "<<{{}, {1}}, 1..3>>"),
        (set([Value::interval(1, 3)]), "{1..3}"),
        (subsets(set([model("m1"), int(1)])), "{{}, {m1}, {1}, {m1, 1}}"),
        (tuple([]), "<<>>"),
        (tuple([int(-1), text("a")]), "<<-1, \"a\">>"),
        (Value::nat().union(&set([int(-1)]), &Limits::DEFAULT).expect("sets"), "(Nat \\cup {-1})"),
        (int(i64::MIN).subtract(&int(1)).expect("ints"), "-9223372036854775809"),
        (set([]), "{}"),
    ];
    for (value, expected) in &table {
        assert_eq!(&value.to_string(), expected);
    }
}

#[test]
fn reserved_words_are_sorted() {
    // The look-up is a binary search: each must be found.
    for word in
        "ACTION ASSUME CASE CHOOSE DOMAIN ELSE IF IN LET OTHER SF_x STATE SUBSET THEN UNION WF_a WITH WITNESS"
            .split(' ')
    {
        assert_eq!(function([(text(word), int(1))]).to_string(), format!("(\"{word}\" :> 1)"));
    }
}

#[test]
fn an_owned_value_prints_the_same() {
    let value = tuple([Value::interval(1, 3), record([("f", set([model("m"), text("x")]))])]);
    let datum: Datum = value.to_datum(&Limits::DEFAULT).expect("finite");
    assert_eq!(datum.to_string(), "<<{1, 2, 3}, [f |-> {m, \"x\"}]>>");
}

#[test]
fn several_lines() {
    let long = || {
        record([
            ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", tuple([int(1), int(2), int(3), int(4)])),
            ("bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", set([int(1), int(2), int(3), int(4), int(5)])),
            ("ccccccccccccccc", int(1)),
        ])
    };
    let pretty = |value: &Value| Pretty::new(value, 80, 0).to_string();
    assert_eq!(
        pretty(&long()),
        "[ aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa |-> <<1, 2, 3, 4>>,
  bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb |-> {1, 2, 3, 4, 5},
  ccccccccccccccc |-> 1 ]"
    );
    assert_eq!(
        pretty(&function([(int(0), long()), (int(1_000_000_000), long())])),
        "( 0 :>
      [ aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa |-> <<1, 2, 3, 4>>,
        bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb |-> {1, 2, 3, 4, 5},
        ccccccccccccccc |-> 1 ] @@
  1000000000 :>
      [ aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa |-> <<1, 2, 3, 4>>,
        bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb |-> {1, 2, 3, 4, 5},
        ccccccccccccccc |-> 1 ] )"
    );
    assert_eq!(
        pretty(&tuple([long(), int(2)])),
        "<< [ aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa |-> <<1, 2, 3, 4>>,
     bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb |-> {1, 2, 3, 4, 5},
     ccccccccccccccc |-> 1 ],
   2 >>"
    );
    let tens = |last: i64| Value::tuple((1..8).map(|i| int(i * 10_000_000)).chain([int(last)]).collect());
    assert_eq!(pretty(&tens(800_000)), tens(800_000).to_string());
    assert_eq!(pretty(&tens(8_000_000_000)).lines().count(), 8);
}

#[test]
fn a_message_says_what_and_why_and_is_short() {
    let error = int(1).try_eq(&text("a")).expect_err("unlike");
    assert_eq!(error.to_string(), "`=` cannot compare an integer with a string: 1 and \"a\"");
    let huge = Value::tuple((0..1_000_000).map(int).collect());
    let error = huge.add(&int(1)).expect_err("a tuple");
    assert!(error.to_string().starts_with("`+` needs an integer, but this is a tuple: <<0, 1, 2"));
    assert!(error.to_string().len() < 500);
}
