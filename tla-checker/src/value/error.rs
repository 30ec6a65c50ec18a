//! What can go wrong with values: a kind, the values, the operator. No spans: the evaluator adds them.
//!
//! [`ValueError`] is a pointer, so that `Result<Value, ValueError>` is as small as a `Value`.

use std::fmt;

use num_bigint::BigUint;

use super::{Symbol, Value};

/// An error of an operation on values.
#[derive(Debug)]
pub struct ValueError(Box<Fault>);

impl ValueError {
    /// What went wrong.
    pub fn fault(&self) -> &Fault {
        &self.0
    }
}

impl From<Fault> for ValueError {
    fn from(fault: Fault) -> ValueError {
        ValueError(Box::new(fault))
    }
}

impl std::error::Error for ValueError {}

/// What an operator wanted and did not get.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Expected {
    /// `TRUE` or `FALSE`.
    Boolean,
    /// An integer.
    Integer,
    /// A string.
    String,
    /// A set.
    Set,
    /// A function, tuple or record.
    Function,
    /// A sequence.
    Sequence,
    /// A record.
    Record,
    /// A tuple.
    Tuple,
    /// A set of sets.
    SetOfSets,
}

impl Expected {
    fn name(self) -> &'static str {
        match self {
            Expected::Boolean => "a boolean",
            Expected::Integer => "an integer",
            Expected::String => "a string",
            Expected::Set => "a set",
            Expected::Function => "a function",
            Expected::Sequence => "a sequence",
            Expected::Record => "a record",
            Expected::Tuple => "a tuple",
            Expected::SetOfSets => "a set of sets",
        }
    }
}

/// The ways in which an operation on values fails, with the operator and the values involved.
#[derive(Debug)]
pub enum Fault {
    /// Two values of unlike kinds met in a comparison: `1 = "a"`.
    Incomparable {
        /// The operator.
        op: &'static str,
        /// The left value.
        left: Value,
        /// The right value.
        right: Value,
    },
    /// A value of a kind that the set's elements never have: `"a" \in Nat`.
    Foreign {
        /// The value whose membership was asked.
        value: Value,
        /// The set.
        set: Value,
    },
    /// An operand is not of the kind the operator takes: `1 + TRUE`.
    Expected {
        /// The operator.
        op: &'static str,
        /// What it takes.
        expected: Expected,
        /// What it got.
        value: Value,
    },
    /// A function applied outside its domain.
    NotInDomain {
        /// The operator: application or `EXCEPT`.
        op: &'static str,
        /// The function.
        function: Value,
        /// The argument.
        argument: Value,
    },
    /// A record without this field.
    NoField {
        /// The record.
        record: Value,
        /// The field.
        field: Symbol,
    },
    /// A set that would have to be built has more elements than allowed.
    SetTooLarge {
        /// The operator that needs the set.
        op: &'static str,
        /// How many elements, if that is known.
        size: Option<BigUint>,
        /// How many are allowed.
        limit: usize,
    },
    /// A set that would have to be enumerated is infinite.
    InfiniteSet {
        /// The operator that needs the elements.
        op: &'static str,
        /// The set.
        set: Value,
    },
    /// Infinite sets that cannot be compared with one another: `Nat = {1}`.
    InfiniteComparison {
        /// The operator.
        op: &'static str,
        /// The left set.
        left: Value,
        /// The right set.
        right: Value,
    },
    /// A function given by a rule on an infinite domain where all its values are needed.
    InfiniteFunction {
        /// The operator.
        op: &'static str,
        /// The domain.
        domain: Value,
    },
    /// `Head` or `Tail` of the empty sequence.
    EmptySequence {
        /// The operator.
        op: &'static str,
    },
    /// `SubSeq` with a bound outside the sequence.
    OutsideSequence {
        /// The operator.
        op: &'static str,
        /// The sequence.
        sequence: Value,
        /// The bound.
        bound: Value,
    },
    /// Division by zero.
    DivisionByZero {
        /// The operator.
        op: &'static str,
        /// The dividend.
        left: Value,
    },
    /// `a % b` with `b` not positive.
    ModulusNotPositive {
        /// The dividend.
        left: Value,
        /// The divisor.
        right: Value,
    },
    /// `a ^ b` with `b` negative, or `0 ^ 0`.
    BadExponent {
        /// The base.
        base: Value,
        /// The exponent.
        exponent: Value,
    },
    /// A value of collections nested too deep.
    TooDeep {
        /// How deep they may be nested.
        limit: u32,
    },
    /// A value of too many parts.
    TooManyParts {
        /// How many it may have.
        limit: u64,
    },
    /// A string too long to be made.
    StringTooLong {
        /// The operator.
        op: &'static str,
        /// How many bytes a string may have.
        limit: usize,
    },
    /// An integer too large for what is asked of it (a power, the bound of an interval, an index).
    IntegerTooLarge {
        /// The operator.
        op: &'static str,
        /// The integer.
        value: Value,
    },
}

impl Fault {
    /// An operand of the wrong kind.
    #[cold]
    pub fn expected(op: &'static str, expected: Expected, value: &Value) -> ValueError {
        Fault::Expected { op, expected, value: value.clone() }.into()
    }

    /// Two values of unlike kinds.
    #[cold]
    pub fn incomparable(op: &'static str, left: &Value, right: &Value) -> ValueError {
        Fault::Incomparable { op, left: left.clone(), right: right.clone() }.into()
    }
}

/// A value in a message: cut when it is long.
pub(crate) struct Short<'a>(pub(crate) &'a Value);

const SHORT: usize = 200;

impl fmt::Display for Short<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut cut = Cut { text: String::new(), left: SHORT };
        use fmt::Write;
        let whole = write!(cut, "{}", self.0).is_ok();
        f.write_str(&cut.text)?;
        if whole { Ok(()) } else { f.write_str("…") }
    }
}

/// A writer that refuses more than so many characters, so that a huge value is never printed whole.
struct Cut {
    text: String,
    left: usize,
}

impl fmt::Write for Cut {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        for c in s.chars() {
            if self.left == 0 {
                return Err(fmt::Error);
            }
            self.left -= 1;
            self.text.push(c);
        }
        Ok(())
    }
}

/// An operator in a message: a symbol is quoted, a word such as `a state` stands as it is.
struct Op(&'static str);

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.starts_with(|c: char| c.is_ascii_lowercase()) {
            f.write_str(self.0)
        } else {
            write!(f, "`{}`", self.0)
        }
    }
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.fault() {
            Fault::Incomparable { op, left, right } => write!(
                f,
                "{} cannot compare {} with {}: {} and {}",
                Op(op),
                left.kind_name(),
                right.kind_name(),
                Short(left),
                Short(right)
            ),
            Fault::Foreign { value, set } => write!(
                f,
                "{} is {}, and the elements of {} are not of that kind",
                Short(value),
                value.kind_name(),
                Short(set)
            ),
            Fault::Expected { op, expected, value } => write!(
                f,
                "{} needs {}, but this is {}: {}",
                Op(op),
                expected.name(),
                value.kind_name(),
                Short(value)
            ),
            Fault::NotInDomain { op, function, argument } => write!(
                f,
                "{op}: {} is not in the domain of the function {}",
                Short(argument),
                Short(function)
            ),
            Fault::NoField { record, field } => {
                write!(f, "the record has no field `{}`: {}", field.text(), Short(record))
            }
            Fault::SetTooLarge { op, size: Some(size), limit } => {
                write!(f, "{} needs a set of {size} elements to be built; the limit is {limit}", Op(op))
            }
            Fault::SetTooLarge { op, size: None, limit } => {
                write!(f, "{} needs a set of more than {limit} elements to be built", Op(op))
            }
            Fault::InfiniteSet { op, set } => {
                write!(f, "{} needs the elements of a set that is not finite: {}", Op(op), Short(set))
            }
            Fault::InfiniteComparison { op, left, right } => write!(
                f,
                "{} cannot compare a set that is not finite: {} and {}",
                Op(op),
                Short(left),
                Short(right)
            ),
            Fault::InfiniteFunction { op, domain } => write!(
                f,
                "{} needs all values of a function whose domain is not finite: {}",
                Op(op),
                Short(domain)
            ),
            Fault::EmptySequence { op } => write!(f, "{} of the empty sequence", Op(op)),
            Fault::OutsideSequence { op, sequence, bound } => {
                write!(
                    f,
                    "{}: the bound {} is outside the sequence {}",
                    Op(op),
                    Short(bound),
                    Short(sequence)
                )
            }
            Fault::DivisionByZero { op, left } => {
                write!(f, "division by zero: {} {op} 0", Short(left))
            }
            Fault::ModulusNotPositive { left, right } => {
                write!(f, "`%` needs a positive divisor: {} % {}", Short(left), Short(right))
            }
            Fault::BadExponent { base, exponent } => {
                write!(f, "`^` is not defined here: {} ^ {}", Short(base), Short(exponent))
            }
            Fault::TooDeep { limit } => {
                write!(f, "a value of more than {limit} collections nested in one another")
            }
            Fault::TooManyParts { limit } => write!(f, "a value of more than {limit} parts"),
            Fault::StringTooLong { op, limit } => {
                write!(f, "{} would make a string of more than {limit} bytes", Op(op))
            }
            Fault::IntegerTooLarge { op: op @ ("^" | "*"), value } => {
                let most = super::arithmetic::MOST_BITS;
                write!(f, "`{op}` would make an integer of more than {most} bits: … {op} {}", Short(value))
            }
            Fault::IntegerTooLarge { op, value } => {
                write!(f, "the integer is too large for `{op}`: {}", Short(value))
            }
        }
    }
}
