//! Functions, sequences, integers.

use num_bigint::BigInt;
use tla_checker::value::{Fault, Symbol, Value, ValueError};

use crate::generate::Random;
use crate::*;

fn except(function: Value, path: &[Value], with: Value) -> Result<Value, ValueError> {
    function.except(path, &mut |_| Ok::<_, ValueError>(with.clone()))
}

#[test]
fn functions_have_one_form() {
    assert!(matches!(function([(int(2), int(3)), (int(1), int(2))]), Value::Tuple(_)));
    assert!(matches!(function([]), Value::Tuple(_)));
    assert!(matches!(function([(text("a"), int(3))]), Value::Record(_)));
    assert!(matches!(function([(int(0), int(3))]), Value::Func(_)));
    assert!(matches!(function([(int(2), int(3))]), Value::Func(_)));
    let over = Value::function(&Value::interval(1, 2), vec![int(5), int(6)]).expect("a set");
    assert_eq!(over, tuple([int(5), int(6)]));
    assert_eq!(over.domain().expect("a function").to_string(), "1..2");
    assert_eq!(Value::singleton_function(int(1), int(2)), tuple([int(2)]));
    let wide = tuple([int(1), int(2)]).override_with(&tuple([int(3), int(4), int(5)]));
    assert_eq!(wide.expect("functions"), tuple([int(1), int(2), int(5)]));
    assert!(tuple([]).override_with(&int(1)).is_err());
    assert!(function([(int(1), int(1))]).override_with(&record([("a", int(1))])).is_err());
    assert_eq!(record([("b", int(1)), ("a", int(2))]).to_string(), "[a |-> 2, b |-> 1]");
    assert!(record([]) == tuple([]));
}

#[test]
fn application() {
    let f = function([(int(0), text("x")), (int(5), text("y"))]);
    assert_eq!(f.apply(&int(5)).expect("in the domain"), &text("y"));
    for (function, argument) in [
        (tuple([int(1)]), int(2)),
        (tuple([int(1)]), int(0)),
        (tuple([int(1)]), int(i64::MIN)),
        (tuple([int(1)]), text("a")),
        (record([("a", int(1))]), text("b")),
        (record([("a", int(1))]), int(1)),
        (f.clone(), int(2)),
        (f.clone(), text("a")),
        (int(1), int(2)),
        (model("m1"), int(2)),
        (set([int(1)]), int(1)),
        (text("abc"), int(1)),
    ] {
        assert!(function.apply(&argument).is_err(), "{function}[{argument}]");
    }
    let field = Symbol::new("a");
    assert_eq!(record([("a", int(1))]).select(&field).expect("a field"), &int(1));
    let error = record([("b", int(1))]).select(&field).expect_err("no such field");
    assert!(matches!(error.fault(), Fault::NoField { .. }));
    assert_eq!(error.to_string(), "the record has no field `a`: [b |-> 1]");
    assert!(model("m1").select(&field).is_err());
    assert!(tuple([int(1)]).select(&field).is_err());
    assert!(int(1).domain().is_err());
    assert!(text("abc").domain().is_err());
}

#[test]
fn except_follows_a_path_and_ignores_what_is_outside() {
    let pair = || tuple([int(1), int(2)]);
    assert_eq!(except(pair(), &[int(1)], int(5)).expect("fine"), tuple([int(5), int(2)]));
    assert_eq!(except(pair(), &[int(3)], int(5)).expect("fine"), pair());
    assert!(except(pair(), &[text("a")], int(5)).is_err());
    let r = || record([("a", int(1))]);
    assert_eq!(except(r(), &[text("a")], int(5)).expect("fine"), record([("a", int(5))]));
    assert_eq!(except(r(), &[text("b")], int(5)).expect("fine"), r());
    assert!(except(r(), &[int(1)], int(5)).is_err());
    let f = || function([(int(0), int(0)), (int(2), int(1))]);
    assert_eq!(except(f(), &[int(3)], int(5)).expect("fine"), f());
    assert!(except(f(), &[text("a")], int(5)).is_err());
    assert!(except(int(1), &[int(1)], int(5)).is_err());
    let nested = tuple([tuple([int(1)])]);
    let path = [int(1), int(1)];
    assert_eq!(except(nested.clone(), &path, int(5)).expect("fine"), tuple([tuple([int(5)])]));
    assert!(except(tuple([int(1)]), &path, int(5)).is_err());
    // Whoever holds the function too does not see the update, and hashes are those of the new value.
    let shared = nested.clone();
    let before = shared.hash_code();
    let updated = except(nested, &path, int(7)).expect("fine");
    assert_eq!(shared, tuple([tuple([int(1)])]));
    assert_eq!(shared.hash_code(), before);
    assert_eq!(updated.hash_code(), tuple([tuple([int(7)])]).hash_code());
}

#[test]
fn sequences_and_strings() {
    let s = || tuple([int(1), int(2), int(3)]);
    let sub = |from: i64, to: i64| s().subsequence(&int(from), &int(to)).ok();
    assert_eq!(sub(2, 3), Some(tuple([int(2), int(3)])));
    for (from, to) in [(3, 2), (5, 4), (5, 2)] {
        assert_eq!(sub(from, to), Some(tuple([])));
    }
    assert_eq!(sub(0, 2), None);
    assert_eq!(sub(2, 4), None);
    assert_eq!(text("abc").subsequence(&int(1), &int(2)).expect("inside"), text("ab"));
    assert!(text("abc").subsequence(&int(1), &int(20)).is_err());
    assert_eq!(text("ab").concat(&text("cd")).expect("strings"), text("abcd"));
    assert!(text("ab").concat(&tuple([int(1)])).is_err());
    assert!(tuple([int(1)]).concat(&model("m1")).is_err());
    assert_eq!(text("abc").length().expect("a string"), int(3));
    assert_eq!(s().length().expect("a sequence"), int(3));
    assert!(record([("a", int(1))]).length().is_err());
    assert!(tuple([]).head().is_err());
    assert!(tuple([]).tail().is_err());
    assert_eq!(text("abc").head().expect("not empty"), text("a"));
    assert_eq!(text("abc").tail().expect("not empty"), text("bc"));
    assert_eq!(s().tail().expect("not empty"), tuple([int(2), int(3)]));
    assert_eq!(tuple([]).append(int(1)).expect("a sequence"), tuple([int(1)]));
    assert!(int(1).append(int(1)).is_err());
    let shared = s();
    assert_eq!(shared.clone().append(int(4)).expect("a sequence").length().expect("one"), int(4));
    assert_eq!(shared, s());
}

#[test]
fn integers_never_overflow() {
    let mut random = Random(6);
    let edges = [0, 1, -1, 2, -2, 7, i64::MAX, i64::MIN, i64::MAX - 1, i64::MIN + 1, 1 << 32];
    let mut one = || {
        let small = edges[random.below(edges.len())];
        match random.below(3) {
            0 => BigInt::from(random.next() as i64),
            1 => BigInt::from(small) * BigInt::from(edges[random.below(edges.len())]),
            _ => BigInt::from(small),
        }
    };
    for _ in 0..20_000 {
        let (x, y) = (one(), one());
        let (a, b) = (Value::integer(x.clone()), Value::integer(y.clone()));
        assert_eq!(a.add(&b).expect("ints"), Value::integer(&x + &y));
        assert_eq!(a.subtract(&b).expect("ints"), Value::integer(&x - &y));
        assert_eq!(a.multiply(&b).expect("ints"), Value::integer(&x * &y));
        assert_eq!(a.negate().expect("ints"), Value::integer(-&x));
        assert_eq!(a.cmp(&b), x.cmp(&y));
        assert_eq!(a.less(&b).expect("ints"), x < y);
        assert_eq!(a.to_string(), x.to_string());
        match (a.divide(&b), a.modulo(&b)) {
            (Ok(quotient), Ok(rest)) => {
                assert_eq!(quotient.multiply(&b).expect("ints").add(&rest).expect("ints"), a);
                assert!(rest >= int(0) && rest < b, "{x} % {y}");
            }
            (Ok(_), Err(_)) => assert!(y < BigInt::ZERO),
            (Err(_), rest) => assert!(y == BigInt::ZERO && rest.is_err()),
        }
    }
}

#[test]
fn division_and_powers_as_in_tlc() {
    let divide = |a: i64, b: i64| int(a).divide(&int(b)).ok();
    assert_eq!(divide(-7, 2), Some(int(-4)));
    assert_eq!(divide(7, -2), Some(int(-4)));
    assert_eq!(divide(-7, -2), Some(int(3)));
    assert_eq!(divide(1, 0), None);
    assert_eq!(int(-7).modulo(&int(2)).ok(), Some(int(1)));
    assert!(int(7).modulo(&int(-2)).is_err());
    assert!(int(1).modulo(&int(0)).is_err());
    let power = |a: i64, b: i64| int(a).power(&int(b)).map(|p| p.to_string()).ok();
    assert_eq!(power(2, 10).as_deref(), Some("1024"));
    assert_eq!(power(-2, 3).as_deref(), Some("-8"));
    assert_eq!(power(2, 64).as_deref(), Some("18446744073709551616"));
    assert_eq!(power(1, i64::MAX).as_deref(), Some("1"));
    assert_eq!(power(-1, i64::MAX).as_deref(), Some("-1"));
    assert_eq!(power(0, 5).as_deref(), Some("0"));
    assert_eq!(power(7, 0).as_deref(), Some("1"));
    assert_eq!(power(0, 0), None);
    assert_eq!(power(2, -1), None);
    assert_eq!(power(2, i64::MAX), None);
    for bad in [text("a"), Value::TRUE, model("m1")] {
        assert!(int(1).add(&bad).is_err());
        assert!(bad.less(&int(1)).is_err());
        assert!(bad.negate().is_err());
        assert!(Value::interval_of(&int(1), &bad).is_err());
    }
}
