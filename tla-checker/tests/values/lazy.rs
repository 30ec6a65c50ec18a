//! Lazy sets answer as the explicit ones would, and do not build what need not be built.

use tla_checker::value::{Fault, Limits, Size, Value};

use crate::generate::{Random, a_lazy_set};
use crate::*;

#[test]
fn a_lazy_set_is_its_elements() {
    let mut random = Random(5);
    let mut seen = 0;
    for _ in 0..5_000 {
        let (lazy, elements) = a_lazy_set(&mut random, 2);
        let explicit = Value::set(elements.clone()).expect("comparable");
        let expected = explicit.set_elements().unwrap_or_default();
        let found: Vec<Value> = lazy.elements("test").expect("finite").collect();
        assert_eq!(found, expected, "the elements of {lazy} in order");
        assert_eq!(lazy.cardinality().expect("finite"), int(expected.len() as i64), "{lazy}");
        assert_eq!(lazy.is_empty_set(), expected.is_empty(), "{lazy}");
        assert_eq!(lazy, explicit);
        assert_eq!(explicit, lazy);
        assert_eq!(lazy.hash_code(), explicit.hash_code(), "{lazy}");
        for element in &elements {
            assert!(lazy.contains(element).expect("an element"), "{element} \\in {lazy}");
        }
        let (other, others) = a_lazy_set(&mut random, 2);
        let other_explicit = Value::set(others.clone()).expect("comparable");
        assert_eq!(lazy.cmp(&other), explicit.cmp(&other_explicit), "{lazy} {other}");
        for element in &others {
            if let (Ok(a), Ok(b)) = (lazy.contains(element), explicit.contains(element)) {
                assert_eq!(a, b, "{element} \\in {lazy}");
            }
        }
        if let (Ok(a), Ok(b)) = (lazy.is_subset(&other), explicit.is_subset(&other_explicit)) {
            assert_eq!(a, b, "{lazy} \\subseteq {other}");
        }
        let built = lazy.explicit("test", &Limits::DEFAULT).expect("small");
        assert_eq!(built.elements(), expected);
        seen += expected.len();
    }
    assert!(seen > 5_000, "the sets were not all empty");
}

#[test]
fn huge_sets_are_never_built() {
    let many = Value::interval(1, 1_000_000_000);
    let subsets = subsets(Value::interval(1, 100));
    let functions = functions(Value::interval(1, 100), Value::interval(1, 100));
    let product = product([many.clone(), many.clone(), many.clone()]);
    assert_eq!(subsets.cardinality().expect("finite").to_string(), "1267650600228229401496703205376");
    assert_eq!(product.cardinality().expect("finite").to_string(), format!("1{}", "0".repeat(27)));
    assert_eq!(functions.size(), Size::Beyond);
    assert!(subsets.contains(&Value::interval(3, 50)).expect("a set"));
    assert!(!subsets.contains(&Value::interval(3, 101)).expect("a set"));
    assert!(product.contains(&tuple([int(1), int(5), int(1_000_000_000)])).expect("a triple"));
    assert!(Value::interval(5, 900_000_000).is_subset(&many).expect("sets"));
    assert_eq!(many, Value::interval(1, 1_000_000_000));
    assert_ne!(many, Value::interval(2, 1_000_000_001));
    for huge in [&many, &subsets, &functions, &product] {
        assert!(!huge.is_empty_set());
        assert_eq!(huge, &huge.clone());
        assert_eq!(huge.elements("test").expect("finite").take(3).count(), 3);
        assert_ne!(huge.hash_code(), 0);
        assert!(huge.to_string().len() < 60, "{huge}");
        let error = huge.explicit("test", &Limits::DEFAULT).err().expect("too large");
        assert!(matches!(error.fault(), Fault::SetTooLarge { .. }), "{error}");
        assert!(huge.to_datum(&Limits::DEFAULT).is_err());
    }
    assert_eq!(
        crate::subsets(Value::interval(1, 40)),
        crate::subsets(Value::set((1..=40).map(int).collect()).expect("ints"))
    );
    assert!(crate::subsets(Value::interval(1, 40)) < crate::subsets(Value::interval(2, 41)));
}

#[test]
fn a_limit_is_kept_wherever_a_set_is_built() {
    let limits = Limits { max_set: 10 };
    let (small, large) = (Value::interval(1, 6), Value::interval(4, 20));
    assert!(small.union(&large, &limits).is_err());
    assert!(large.difference(&small, &limits).is_err());
    assert!(large.intersection(&small, &limits).is_ok());
    assert!(set([small.clone(), large.clone()]).big_union(&limits).is_err());
    assert!(Value::interval(1, 10).explicit("test", &limits).is_ok());
    assert!(Value::interval(1, 11).explicit("test", &limits).is_err());
    let ten = Value::set((1..=10).map(int).collect()).expect("ints");
    assert!(ten.clone().with_element(int(3), &limits).is_ok());
    assert!(ten.with_element(int(11), &limits).is_err());
}

#[test]
fn infinite_sets_answer_membership() {
    let (nat, limits) = (Value::nat(), Limits::DEFAULT);
    let big = Value::Int(i64::MAX).add(&int(1)).expect("ints");
    let below = Value::Int(i64::MIN).subtract(&int(1)).expect("ints");
    assert!(nat.contains(&big).expect("an integer"));
    assert!(!nat.contains(&below).expect("an integer"));
    assert!(Value::int().contains(&below).expect("an integer"));
    assert!(!Value::interval(0, 5).contains(&big).expect("an integer"));
    let with = nat.union(&set([int(-1)]), &limits).expect("sets");
    let without = nat.difference(&set([int(0)]), &limits).expect("sets");
    let both = nat.intersection(&Value::int(), &limits).expect("sets");
    for (infinite, member, stranger) in [(&with, -1, -2), (&without, 1, 0), (&both, 5, -5)] {
        assert!(infinite.contains(&int(member)).expect("an integer"), "{member} \\in {infinite}");
        assert!(!infinite.contains(&int(stranger)).expect("an integer"), "{stranger} \\in {infinite}");
        assert!(!infinite.is_finite_set().expect("a set"));
        assert!(infinite.cardinality().is_err());
        assert!(infinite.elements("test").is_err());
    }
    assert_eq!(nat.intersection(&set([int(0), int(-1)]), &limits).expect("sets"), set([int(0)]));
    assert_eq!(Value::nat(), Value::nat());
    assert_ne!(Value::nat(), Value::int());
    assert_eq!(Value::nat().hash_code(), Value::nat().hash_code());
    assert_eq!(sequences(Value::interval(1, 2)), sequences(set([int(1), int(2)])));
    assert_eq!(sequences(Value::interval(1, 2)).hash_code(), sequences(set([int(1), int(2)])).hash_code());
    assert_eq!(sequences(Value::empty_set()), set([tuple([])]));
    assert_eq!(functions(Value::empty_set(), Value::nat()), set([tuple([])]));
    assert_eq!(functions(Value::nat(), Value::empty_set()), Value::empty_set());
    assert_eq!(product([Value::nat(), Value::empty_set()]), Value::empty_set());
    let union = set([Value::nat()]).big_union(&limits).expect("sets");
    assert!(union.contains(&int(3)).expect("an integer"));
}
