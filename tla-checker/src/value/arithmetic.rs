//! Integers: no operation overflows. Sixty-four bits first, big integers past them.
//!
//! Division rounds down and `%` goes with it, as in *Specifying Systems* section 18.3; `%` takes a
//! positive divisor only.

use std::cmp::Ordering;
use std::rc::Rc;

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{Signed, Zero};

use super::{Expected, Fault, Result, Value};

/// The most bits that a product or a power may have.
pub(super) const MOST_BITS: u64 = 1 << 22;

impl Value {
    /// The integer as a big one, or an error that names the operator.
    pub fn as_big(&self, op: &'static str) -> Result<BigInt> {
        match self {
            Value::Int(i) => Ok(BigInt::from(*i)),
            Value::Big(big) => Ok(BigInt::clone(big)),
            other => Err(Fault::expected(op, Expected::Integer, other)),
        }
    }

    /// `self + other`.
    #[inline]
    pub fn add(&self, other: &Value) -> Result<Value> {
        if let (Value::Int(a), Value::Int(b)) = (self, other)
            && let Some(sum) = a.checked_add(*b)
        {
            return Ok(Value::Int(sum));
        }
        Ok(Value::integer(self.as_big("+")? + other.as_big("+")?))
    }

    /// `self - other`.
    #[inline]
    pub fn subtract(&self, other: &Value) -> Result<Value> {
        if let (Value::Int(a), Value::Int(b)) = (self, other)
            && let Some(difference) = a.checked_sub(*b)
        {
            return Ok(Value::Int(difference));
        }
        Ok(Value::integer(self.as_big("-")? - other.as_big("-")?))
    }

    /// `self * other`.
    #[inline]
    pub fn multiply(&self, other: &Value) -> Result<Value> {
        if let (Value::Int(a), Value::Int(b)) = (self, other)
            && let Some(product) = a.checked_mul(*b)
        {
            return Ok(Value::Int(product));
        }
        let (a, b) = (self.as_big("*")?, other.as_big("*")?);
        if a.bits() + b.bits() > MOST_BITS {
            return Err(Fault::IntegerTooLarge { op: "*", value: other.clone() }.into());
        }
        Ok(Value::integer(a * b))
    }

    /// `-self`.
    #[inline]
    pub fn negate(&self) -> Result<Value> {
        if let Value::Int(i) = self
            && let Some(negative) = i.checked_neg()
        {
            return Ok(Value::Int(negative));
        }
        Ok(Value::integer(-self.as_big("-.")?))
    }

    /// `self \div other`, rounded down.
    pub fn divide(&self, other: &Value) -> Result<Value> {
        const OP: &str = "\\div";
        if let (Value::Int(a), Value::Int(b)) = (self, other)
            && *b != 0
            && *b != -1
        {
            return Ok(Value::Int(a.div_floor(b)));
        }
        let (a, b) = (self.as_big(OP)?, other.as_big(OP)?);
        if b.is_zero() {
            return Err(Fault::DivisionByZero { op: OP, left: self.clone() }.into());
        }
        Ok(Value::integer(a.div_floor(&b)))
    }

    /// `self % other`, at least zero, for a positive divisor.
    pub fn modulo(&self, other: &Value) -> Result<Value> {
        const OP: &str = "%";
        if let (Value::Int(a), Value::Int(b)) = (self, other)
            && *b > 0
        {
            return Ok(Value::Int(a.mod_floor(b)));
        }
        let (a, b) = (self.as_big(OP)?, other.as_big(OP)?);
        if !b.is_positive() {
            let (left, right) = (self.clone(), other.clone());
            return Err(Fault::ModulusNotPositive { left, right }.into());
        }
        Ok(Value::integer(a.mod_floor(&b)))
    }

    /// `self ^ exponent`, for an exponent of zero or more; `0 ^ 0` is undefined, as in TLC.
    pub fn power(&self, exponent: &Value) -> Result<Value> {
        const OP: &str = "^";
        let (base, power) = (self.as_big(OP)?, exponent.as_big(OP)?);
        if power.is_negative() || (power.is_zero() && base.is_zero()) {
            let (base, exponent) = (self.clone(), exponent.clone());
            return Err(Fault::BadExponent { base, exponent }.into());
        }
        match self {
            Value::Int(0 | 1) if !power.is_zero() => return Ok(self.clone()),
            Value::Int(-1) => return Ok(Value::Int(if power.is_even() { 1 } else { -1 })),
            _ => {}
        }
        match u32::try_from(&power) {
            Ok(power) if base.bits().saturating_mul(u64::from(power)) <= MOST_BITS => {
                Ok(Value::integer(base.pow(power)))
            }
            _ => Err(Fault::IntegerTooLarge { op: OP, value: exponent.clone() }.into()),
        }
    }

    /// The order of two integers, for `<`, `>`, `\leq` and `\geq`.
    #[inline]
    pub fn compare_integers(&self, other: &Value, op: &'static str) -> Result<Ordering> {
        match (self, other) {
            (Value::Int(a), Value::Int(b)) => Ok(a.cmp(b)),
            (Value::Int(_) | Value::Big(_), Value::Int(_) | Value::Big(_)) => Ok(self.cmp(other)),
            (Value::Int(_) | Value::Big(_), bad) | (bad, _) => {
                Err(Fault::expected(op, Expected::Integer, bad))
            }
        }
    }

    /// `self < other`.
    #[inline]
    pub fn less(&self, other: &Value) -> Result<bool> {
        Ok(self.compare_integers(other, "<")?.is_lt())
    }

    /// `self \leq other`.
    #[inline]
    pub fn at_most(&self, other: &Value) -> Result<bool> {
        Ok(self.compare_integers(other, "\\leq")?.is_le())
    }

    /// `self > other`.
    #[inline]
    pub fn greater(&self, other: &Value) -> Result<bool> {
        Ok(self.compare_integers(other, ">")?.is_gt())
    }

    /// `self \geq other`.
    #[inline]
    pub fn at_least(&self, other: &Value) -> Result<bool> {
        Ok(self.compare_integers(other, "\\geq")?.is_ge())
    }

    /// The big integer behind a value outside 64 bits.
    pub fn as_big_rc(&self) -> Option<&Rc<BigInt>> {
        match self {
            Value::Big(big) => Some(big),
            _ => None,
        }
    }
}
