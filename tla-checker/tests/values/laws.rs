//! Equality, order and hash agree whatever a value is made of; the algebra of sets holds.

use std::cmp::Ordering;

use tla_checker::value::{Limits, Value};

use crate::generate::{Random, Type, a_type, any_value, of_type, remade};

const LIMITS: Limits = Limits::DEFAULT;

#[test]
fn a_value_made_otherwise_is_the_same_value() {
    let mut random = Random(1);
    for _ in 0..20_000 {
        let value = any_value(&mut random);
        let again = remade(&mut random, &value);
        assert_eq!(value, again, "equal");
        assert_eq!(value.cmp(&again), Ordering::Equal, "{value} {again}");
        assert_eq!(value.hash_code(), again.hash_code(), "hash of {value} and {again}");
        assert!(value.try_eq(&again).expect("same type"), "{value} = {again}");
        assert_eq!(value, again, "equal with the hashes known");
    }
}

#[test]
fn the_order_is_total() {
    let mut random = Random(2);
    for round in 0..20_000 {
        let kind = a_type(&mut random, 3);
        let one = |random: &mut Random| {
            let made = if round % 2 == 0 { of_type(random, &kind) } else { any_value(random) };
            if random.below(2) == 0 { remade(random, &made) } else { made }
        };
        let (a, b, c) = (one(&mut random), one(&mut random), one(&mut random));
        assert_eq!(a.cmp(&b), b.cmp(&a).reverse(), "{a} {b}");
        if a <= b && b <= c {
            assert!(a <= c, "{a} {b} {c}");
        }
        assert_eq!(a == b, a.cmp(&b) == Ordering::Equal, "{a} {b}");
        if a == b {
            assert_eq!(a.hash_code(), b.hash_code(), "{a} {b}");
        }
        if let Ok(order) = a.try_cmp(&b) {
            assert_eq!(order, a.cmp(&b), "{a} {b}");
        }
        // A tuple may be what spells a string, but only on its left.
        let has_text = |v: &Value| ["\"", "|->"].iter().any(|mark| v.to_string().contains(mark));
        let may_spell = |a: &Value, b: &Value| a.to_string().contains("<<") && has_text(b);
        let alike = round % 2 == 0 || !may_spell(&a, &b) && !may_spell(&b, &a);
        if let Ok(equal) = a.try_eq(&b)
            && alike
        {
            assert_eq!(equal, a == b, "{a} {b}");
            assert!(b.try_eq(&a).is_ok(), "{a} {b}");
        }
        if round % 2 == 0 {
            assert!(a.try_eq(&b).is_ok(), "one type: {a} {b}");
        }
        let datum = |v: &Value| v.to_datum(&LIMITS).expect("finite");
        assert_eq!(datum(&a).cmp(&datum(&b)), a.cmp(&b), "the owned forms of {a} and {b}");
    }
}

#[test]
fn sets_obey_their_algebra() {
    let mut random = Random(3);
    for _ in 0..10_000 {
        let kind = Type::Set(Box::new(a_type(&mut random, 2)));
        let mut one = || {
            let made = of_type(&mut random, &kind);
            if random.below(2) == 0 { remade(&mut random, &made) } else { made }
        };
        let (a, b, c) = (one(), one(), one());
        let union = |a: &Value, b: &Value| a.union(b, &LIMITS).expect("one type");
        let both = |a: &Value, b: &Value| a.intersection(b, &LIMITS).expect("one type");
        let less = |a: &Value, b: &Value| a.difference(b, &LIMITS).expect("one type");
        assert_eq!(union(&a, &b), union(&b, &a));
        assert_eq!(both(&a, &b), both(&b, &a));
        assert_eq!(union(&a, &union(&b, &c)), union(&union(&a, &b), &c));
        assert_eq!(both(&a, &union(&b, &c)), union(&both(&a, &b), &both(&a, &c)));
        assert_eq!(less(&a, &union(&b, &c)), both(&less(&a, &b), &less(&a, &c)));
        assert_eq!(union(&less(&a, &b), &both(&a, &b)), a);
        assert!(both(&a, &b).is_subset(&a).expect("one type"));
        assert!(a.is_subset(&union(&a, &b)).expect("one type"));
        assert_eq!(a.is_subset(&b).expect("one type"), both(&a, &b) == a);
        let all = Value::set(vec![a.clone(), b.clone(), c.clone()]).expect("one type");
        assert_eq!(all.big_union(&LIMITS).expect("sets"), union(&union(&a, &b), &c));
        for element in a.elements("test").expect("finite") {
            assert!(a.contains(&element).expect("one type"));
            assert_eq!(
                both(&a, &b).contains(&element).expect("one type"),
                b.contains(&element).expect("one type")
            );
            let without = a.clone().without_element(&element, &LIMITS).expect("one type");
            assert!(!without.contains(&element).expect("one type"));
            assert_eq!(without.with_element(element, &LIMITS).expect("one type"), a);
        }
    }
}

#[test]
fn a_set_of_any_two_values_is_made_or_refused_like_their_comparison() {
    let mut random = Random(4);
    for _ in 0..20_000 {
        let (a, b) = (any_value(&mut random), any_value(&mut random));
        let made = Value::set(vec![a.clone(), b.clone()]);
        assert_eq!(made.is_ok(), a.try_cmp(&b).is_ok(), "{a} {b}");
        let single = |v: &Value| Value::set(vec![v.clone()]).expect("one");
        let union = single(&a).union(&single(&b), &LIMITS);
        assert_eq!(union.is_ok(), a.try_eq(&b).is_ok(), "{a} {b}");
        assert_eq!(single(&a).contains(&b).ok(), a.try_eq(&b).ok(), "{a} {b}");
    }
}
