//! What models cost.
//!
//! Enters: `prices.toml`, embedded, and a file of the user's in the same form that goes before it. Leaves: the cost
//! of a call in picodollars.
//! Holds: a price is of exactly the model named, or of a dated edition of it (`NAME-20250929`, `NAME-2025-08-07`,
//! `NAME-latest`); a model that merely begins alike may cost ten times as much, so it has no price here, and a
//! budget in dollars refuses it by name.

use super::conversation::Usage;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The prices that come with the program.
const BUILT_IN: &str = include_str!("prices.toml");

/// Dollars a million tokens.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// Read at the full price.
    pub input: f64,
    /// Read from the cache; as `input` if it is not given.
    pub cached: Option<f64>,
    /// Read and written to the cache; as `input` if it is not given.
    pub cache_written: Option<f64>,
    /// Written.
    pub output: f64,
}

/// Prices by `PROVIDER/NAME`.
#[derive(Clone, Debug, Default)]
pub struct PriceTable {
    prices: BTreeMap<String, Price>,
}

impl PriceTable {
    /// The prices that come with the program.
    pub fn built_in() -> Self {
        PriceTable::parse(BUILT_IN).unwrap_or_default()
    }

    /// Reads a table.
    ///
    /// # Errors
    /// It is not TOML of this form, or a price is negative or no number.
    pub fn parse(text: &str) -> Result<Self, String> {
        let prices: BTreeMap<String, Price> = toml::from_str(text).map_err(|e| e.to_string())?;
        for (name, price) in &prices {
            let all = [Some(price.input), price.cached, price.cache_written, Some(price.output)];
            if all.iter().flatten().any(|p| !p.is_finite() || *p < 0.0) {
                return Err(format!("the price of {name} must be a number that is not negative"));
            }
            if !name.contains('/') {
                return Err(format!("{name} is no model: write PROVIDER/NAME"));
            }
        }
        Ok(PriceTable { prices })
    }

    /// The same with another table's prices in front.
    #[must_use]
    pub fn overridden_by(mut self, other: PriceTable) -> Self {
        self.prices.extend(other.prices);
        self
    }

    /// The price of a model.
    pub fn price(&self, model: &str) -> Option<Price> {
        if let Some(price) = self.prices.get(model) {
            return Some(*price);
        }
        let dated = |rest: &str| {
            rest == "latest" || (rest.len() >= 8 && rest.chars().all(|c| c.is_ascii_digit() || c == '-'))
        };
        let named = self.prices.iter().filter(|(name, _)| {
            model.strip_prefix(name.as_str()).and_then(|r| r.strip_prefix('-')).is_some_and(dated)
        });
        named.max_by_key(|(name, _)| name.len()).map(|(_, price)| *price)
    }

    /// What a call cost, in picodollars.
    pub fn cost(&self, model: &str, usage: Usage) -> Option<u64> {
        let price = self.price(model)?;
        let part = |tokens: u64, dollars: f64| (tokens as f64 * dollars * 1e6).round() as u64;
        Some(
            part(usage.input, price.input)
                .saturating_add(part(usage.cached, price.cached.unwrap_or(price.input)))
                .saturating_add(part(usage.cache_written, price.cache_written.unwrap_or(price.input)))
                .saturating_add(part(usage.output, price.output)),
        )
    }

    /// What a call may cost at most, if all its input is of the dearest kind.
    pub fn most(&self, model: &str, usage: Usage) -> Option<u64> {
        let price = self.price(model)?;
        let dearest = price.input.max(price.cache_written.unwrap_or(0.0));
        let cost = (usage.input as f64 * dearest + usage.output as f64 * price.output) * 1e6;
        Some(cost.ceil() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_that_comes_along_is_read() {
        PriceTable::parse(BUILT_IN).unwrap();
        assert!(PriceTable::built_in().price("anthropic/claude-sonnet-4-5-20250929").is_some());
    }

    #[test]
    fn a_price_is_of_the_model_named_and_its_dated_editions() {
        let table =
            PriceTable::parse("[\"a/m\"]\ninput = 1\noutput = 2\n[\"a/m-mini\"]\ninput = 0.5\noutput = 1\n")
                .unwrap();
        let input = |name: &str| table.price(name).map(|p| p.input);
        assert_eq!(input("a/m"), Some(1.0));
        assert_eq!(input("a/m-2025-08-07"), Some(1.0));
        assert_eq!(input("a/m-latest"), Some(1.0));
        assert_eq!(input("a/m-mini-20250807"), Some(0.5));
        assert_eq!(input("a/m-pro"), None);
        assert_eq!(input("a/m-5"), None);
        assert_eq!(input("b/m"), None);
    }

    #[test]
    fn kinds_of_input_cost_what_they_cost() {
        let table =
            PriceTable::parse("[\"a/m\"]\ninput = 3\ncached = 0.3\ncache_written = 3.75\noutput = 15\n")
                .unwrap();
        let usage = Usage { input: 1, cached: 10, cache_written: 100, output: 1000, estimated: false };
        assert_eq!(table.cost("a/m", usage), Some(3_000_000 + 3_000_000 + 375_000_000 + 15_000_000_000));
        let worst = Usage { input: 100, output: 10, ..Usage::default() };
        assert_eq!(table.most("a/m", worst), Some(375_000_000 + 150_000_000));
    }

    #[test]
    fn what_is_no_price_is_said() {
        assert!(PriceTable::parse("[\"a/m\"]\ninput = -1\noutput = 2\n").unwrap_err().contains("a/m"));
        assert!(PriceTable::parse("[m]\ninput = 1\noutput = 2\n").unwrap_err().contains("PROVIDER/NAME"));
        assert!(PriceTable::parse("[\"a/m\"]\ninput = 1\n").unwrap_err().contains("output"));
        assert!(
            PriceTable::parse("[\"a/m\"]\ninput = 1\noutput = 1\nper = 3\n").unwrap_err().contains("per")
        );
    }
}
