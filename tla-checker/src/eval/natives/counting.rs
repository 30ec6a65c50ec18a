//! Bitwise, Combinatorics and Statistics.
//!
//! Numerical Recipes, section 6.2 (incomplete gamma function), for the chi-square distribution.

use super::super::{Evaluator, Native, Result};
use crate::ir::*;
use crate::value::{Expected, Value};
use num_bigint::BigInt;
use num_traits::{One, Signed};
use tla_parser::code;

impl<'m> Evaluator<'m> {
    pub(super) fn counting(
        &mut self,
        native: Native,
        args: &[NodeId],
        id: NodeId,
        base: usize,
    ) -> Result<Value> {
        let op = native.name();
        let a = self.eval(args[0], base)?;
        match native {
            Native::BitAnd | Native::BitOr | Native::BitXor => {
                let b = self.eval(args[1], base)?;
                if let (Value::Int(a), Value::Int(b)) = (&a, &b) {
                    return Ok(Value::Int(match native {
                        Native::BitAnd => a & b,
                        Native::BitOr => a | b,
                        _ => a ^ b,
                    }));
                }
                let (a, b) = (self.checked(a.as_big(op), id)?, self.checked(b.as_big(op), id)?);
                Ok(Value::integer(match native {
                    Native::BitAnd => a & b,
                    Native::BitOr => a | b,
                    _ => a ^ b,
                }))
            }
            Native::BitNot => {
                let a = self.checked(a.as_big(op), id)?;
                let digits = if a.is_negative() { 0 } else { a.bits() };
                Ok(Value::integer((BigInt::one() << digits) - BigInt::one() - a))
            }
            Native::ShiftLeft | Native::ShiftRight => {
                let places = self.eval(args[1], base)?;
                let factor = self.checked(Value::Int(2).power(&places), id)?;
                let shifted = match native {
                    Native::ShiftLeft => a.multiply(&factor),
                    _ => a.divide(&factor),
                };
                self.checked(shifted, id)
            }
            Native::Binomial => {
                let k = self.eval(args[1], base)?;
                let (n, mut k) = (self.checked(a.as_big(op), id)?, self.checked(k.as_big(op), id)?);
                if k > n || k.is_negative() {
                    return Ok(Value::Int(0));
                }
                if &k * 2 > n {
                    k = &n - k;
                }
                let mut ways = BigInt::one();
                let mut i = BigInt::one();
                while i <= k {
                    self.tick(id)?;
                    ways = ways * (&n + 1 - &i) / &i;
                    i += 1;
                }
                Ok(Value::integer(ways))
            }
            Native::ChiSquare => {
                let actual = self.eval(args[1], base)?;
                let alpha = self.eval(args[2], base)?;
                self.chi_square(&a, &actual, &alpha, id)
            }
            other => Err(self.misplaced(other, id)),
        }
    }

    fn chi_square(&mut self, expected: &Value, actual: &Value, alpha: &Value, id: NodeId) -> Result<Value> {
        const OP: &str = "ChiSquare";
        let mut counts = |function: &Value| -> Result<Vec<f64>> {
            let values = self.values(function, OP, id)?;
            values.iter().map(|v| Ok(self.natural(v, OP, id)? as f64)).collect()
        };
        let (expected, actual) = (counts(expected)?, counts(actual)?);
        let refused = |why: &str| Err(self.evaluation(id, code::TYPE_ERROR, format!("`{OP}` needs {why}")));
        let alpha = match alpha {
            Value::Str(text) => text.text().parse::<f64>().ok(),
            other => return Err(self.wrong(OP, Expected::String, other, id)),
        };
        let Some(alpha) = alpha.filter(|a| *a > 0.0 && *a <= 0.5) else {
            return refused("a significance level above 0 and at most 0.5, such as \"0.01\"");
        };
        if expected.len() != actual.len() || expected.len() < 2 {
            return refused("two functions on one domain of at least two elements");
        }
        if expected.contains(&0.0) {
            return refused("expected counts above 0");
        }
        let total = |counts: &[f64]| counts.iter().sum::<f64>();
        let scale = total(&actual) / total(&expected);
        let statistic: f64 = (expected.iter().zip(&actual))
            .map(|(e, a)| (a - e * scale) * (a - e * scale) / (e * scale).max(f64::MIN_POSITIVE))
            .sum();
        let freedom = (expected.len() - 1) as f64;
        Ok(Value::Bool(upper_gamma(freedom / 2.0, statistic / 2.0) >= alpha))
    }
}

/// The regularised upper incomplete gamma function Q(a, x).
fn upper_gamma(a: f64, x: f64) -> f64 {
    const STEPS: usize = 10_000;
    const PRECISION: f64 = 1e-15;
    if x <= 0.0 {
        return 1.0;
    }
    let front = (a * x.ln() - x - log_gamma(a)).exp();
    if x < a + 1.0 {
        // The series of the lower function.
        let (mut term, mut sum, mut n) = (1.0 / a, 1.0 / a, a);
        for _ in 0..STEPS {
            n += 1.0;
            term *= x / n;
            sum += term;
            if term < sum * PRECISION {
                break;
            }
        }
        return 1.0 - front * sum;
    }
    // The continued fraction, by Lentz's method.
    const TINY: f64 = 1e-300;
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b;
    let mut h = d;
    for i in 1..STEPS {
        let an = -(i as f64) * (i as f64 - a);
        b += 2.0;
        d = an * d + b;
        d = 1.0 / if d.abs() < TINY { TINY } else { d };
        c = b + an / c;
        c = if c.abs() < TINY { TINY } else { c };
        let step = d * c;
        h *= step;
        if (step - 1.0).abs() < PRECISION {
            break;
        }
    }
    front * h
}

/// The logarithm of the gamma function, by Stirling's series after moving up.
fn log_gamma(x: f64) -> f64 {
    let (mut x, mut shift) = (x, 0.0);
    while x < 30.0 {
        shift -= x.ln();
        x += 1.0;
    }
    let x2 = x * x;
    let series = 1.0 / (12.0 * x) - 1.0 / (360.0 * x2 * x) + 1.0 / (1260.0 * x2 * x2 * x);
    shift + (x - 0.5) * x.ln() - x + 0.5 * (2.0 * std::f64::consts::PI).ln() + series
}

#[cfg(test)]
mod tests {
    use super::upper_gamma;

    #[test]
    fn chi_square_quantiles() {
        // Tables: the 5% point of chi-square with 1, 4 and 30 degrees of freedom.
        for (freedom, point) in [(1.0, 3.841_459), (4.0, 9.487_729), (30.0, 43.772_972)] {
            let q = upper_gamma(freedom / 2.0, point / 2.0);
            assert!((q - 0.05).abs() < 1e-6, "{freedom}: {q}");
        }
        assert!((upper_gamma(1.0, 0.5) - (-0.5f64).exp()).abs() < 1e-12);
    }
}
