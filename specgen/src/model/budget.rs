//! What a run may spend, and what it has spent.
//!
//! Enters: limits, a table of prices, and each call before and after it is made. Leaves: permission, or a failure
//! that says which limit stands in the way.
//! Holds: a call is allowed only if everything spent, everything that calls under way may still spend, and the
//! most that this call may spend are within every limit. What the call really spent takes the place of that most
//! once it is known; if it never is (the call was given up), the most is what counts. So limits are exceeded by no
//! more than one call's error of estimate: its input is counted from bytes, as no provider counts tokens ahead.
//! Money is counted in whole picodollars: a dollar a million tokens is a million of them a token.

use super::conversation::{Request, Usage};
use super::failure::{Failure, FailureKind};
use super::{canonical, price::PriceTable};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes a token: real text has three and a half to four, code less; an estimate may be too high, not too low.
const BYTES_PER_TOKEN: u64 = 3;

/// What a run may spend; `None` is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Tokens, read and written.
    pub tokens: Option<u64>,
    /// Dollars.
    pub usd: Option<f64>,
    /// Calls, with those that fail.
    pub calls: Option<u64>,
}

/// What was spent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spent {
    /// Tokens, by kind.
    pub usage: Usage,
    /// Money; `None` once a call's price was not known.
    pub picodollars: Option<u64>,
    /// Calls.
    pub calls: u64,
}

impl Spent {
    /// In dollars.
    pub fn usd(&self) -> Option<f64> {
        self.picodollars.map(|p| p as f64 / 1e12)
    }
}

impl fmt::Display for Spent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} calls, {} tokens", self.calls, self.usage.tokens())?;
        if let Some(usd) = self.usd() {
            write!(f, ", ${usd:.4}")?;
        }
        if self.usage.estimated {
            f.write_str(" (partly estimated)")?;
        }
        Ok(())
    }
}

/// The account of a run.
#[derive(Clone, Debug)]
pub struct Budget {
    limits: Limits,
    prices: Arc<PriceTable>,
    account: Arc<Mutex<Account>>,
}

/// What was spent, and what calls under way may spend.
#[derive(Debug)]
struct Account {
    spent: Spent,
    held_tokens: u64,
    held_picodollars: u64,
    held_calls: u64,
}

impl Budget {
    /// An account with nothing spent.
    pub fn new(limits: Limits, prices: PriceTable) -> Self {
        let spent = Spent { picodollars: Some(0), ..Spent::default() };
        let account = Account { spent, held_tokens: 0, held_picodollars: 0, held_calls: 0 };
        Budget { limits, prices: Arc::new(prices), account: Arc::new(Mutex::new(account)) }
    }

    /// An account without limits.
    pub fn unlimited() -> Self {
        Budget::new(Limits::default(), PriceTable::built_in())
    }

    /// What was spent so far.
    pub fn spent(&self) -> Spent {
        self.lock().spent
    }

    /// What the limits are.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Counts what an earlier process spent.
    pub fn charge(&self, model: &str, usage: Usage) {
        let cost = self.prices.cost(model, usage);
        self.lock().add(usage, cost);
    }

    /// Sets aside what a call may spend at most. [`Hold::settle`] says later what it did spend.
    ///
    /// # Errors
    /// [`FailureKind::BudgetExhausted`]: a limit does not allow it. [`FailureKind::Misconfigured`]: there is a
    /// limit in dollars, and the model's price is not known.
    pub fn hold(&self, model: &str, request: &Request) -> Result<Hold, Failure> {
        let worst = worst_case(request);
        let cost = self.prices.most(model, worst);
        if self.limits.usd.is_some() && cost.is_none() {
            return Err(Failure::new(
                FailureKind::Misconfigured,
                format!("there is a limit in dollars, and no price is known for {model}"),
                "add the model to a price file and name that as `prices` in specgen.toml, or limit tokens instead",
            ));
        }
        let mut account = self.lock();
        self.check(&account, worst.tokens(), cost.unwrap_or(0))?;
        account.held_tokens = account.held_tokens.saturating_add(worst.tokens());
        account.held_picodollars = account.held_picodollars.saturating_add(cost.unwrap_or(0));
        account.held_calls += 1;
        drop(account);
        Ok(Hold {
            budget: self.clone(),
            model: model.to_owned(),
            worst,
            worst_cost: cost.unwrap_or(0),
            open: true,
        })
    }

    fn check(&self, account: &Account, tokens: u64, cost: u64) -> Result<(), Failure> {
        let refuse = |what: &str, limit: String, spent: String, most: String| {
            Err(Failure::new(
                FailureKind::BudgetExhausted,
                format!(
                    "the budget of {limit} {what} is used up: {spent} spent or under way, and the next call may take {most}"
                ),
                "raise the budget and resume: no call that was paid for is repeated",
            ))
        };
        if let Some(limit) = self.limits.calls {
            let gone = account.spent.calls + account.held_calls;
            if gone >= limit {
                return refuse("calls", limit.to_string(), gone.to_string(), "1".into());
            }
        }
        if let Some(limit) = self.limits.tokens {
            let gone = account.spent.usage.tokens().saturating_add(account.held_tokens);
            if gone.saturating_add(tokens) > limit {
                return refuse("tokens", limit.to_string(), gone.to_string(), tokens.to_string());
            }
        }
        if let Some(limit) = self.limits.usd {
            let gone = account.spent.picodollars.unwrap_or(0).saturating_add(account.held_picodollars);
            if gone.saturating_add(cost) as f64 > limit * 1e12 {
                let dollars = |p: u64| format!("{:.4}", p as f64 / 1e12);
                return refuse("dollars", format!("{limit}"), dollars(gone), dollars(cost));
            }
        }
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Account> {
        self.account.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Account {
    fn add(&mut self, usage: Usage, cost: Option<u64>) {
        self.spent.usage += usage;
        self.spent.picodollars = match (self.spent.picodollars, cost) {
            (Some(so_far), Some(cost)) => Some(so_far.saturating_add(cost)),
            _ => None,
        };
        self.spent.calls += 1;
    }
}

/// What a call under way may spend. Dropped without being settled, it counts as spent.
#[derive(Debug)]
pub struct Hold {
    budget: Budget,
    model: String,
    worst: Usage,
    worst_cost: u64,
    open: bool,
}

impl Hold {
    /// The most that the call may spend.
    pub fn worst(&self) -> Usage {
        self.worst
    }

    /// The call has ended and has spent this.
    pub fn settle(mut self, usage: Usage) {
        self.close(usage);
    }

    fn close(&mut self, usage: Usage) {
        let cost = self.budget.prices.cost(&self.model, usage);
        let mut account = self.budget.lock();
        account.held_tokens = account.held_tokens.saturating_sub(self.worst.tokens());
        account.held_picodollars = account.held_picodollars.saturating_sub(self.worst_cost);
        account.held_calls = account.held_calls.saturating_sub(1);
        account.add(usage, cost);
        self.open = false;
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        if self.open {
            self.close(self.worst);
        }
    }
}

/// The most that a request may spend: its input by bytes, its output by its limit.
pub fn worst_case(request: &Request) -> Usage {
    Usage {
        input: tokens_of(canonical::text(request).len()),
        output: request.parameters.max_output_tokens.into(),
        estimated: true,
        ..Usage::default()
    }
}

/// About how many tokens so many bytes are.
pub fn tokens_of(bytes: usize) -> u64 {
    (bytes as u64).div_ceil(BYTES_PER_TOKEN)
}

#[cfg(test)]
mod tests {
    use super::super::conversation::{Message, Parameters};
    use super::*;

    fn request(letters: usize, most: u32) -> Request {
        Request {
            system: String::new(),
            messages: vec![Message::user("a".repeat(letters))],
            tools: Vec::new(),
            parameters: Parameters { max_output_tokens: most, ..Parameters::default() },
        }
    }

    fn budget(limits: Limits) -> Budget {
        let prices = PriceTable::parse("[\"test/one\"]\ninput = 1.0\noutput = 10.0\n").unwrap();
        Budget::new(limits, prices)
    }

    #[test]
    fn a_call_whose_most_does_not_fit_is_refused_by_each_limit() {
        let call = request(300, 1000);
        let most = worst_case(&call).tokens();
        let tokens = budget(Limits { tokens: Some(2 * most - 1), ..Limits::default() });
        let first = tokens.hold("test/one", &call).unwrap();
        let refused = tokens.hold("test/one", &call).unwrap_err();
        assert_eq!(refused.kind, FailureKind::BudgetExhausted);
        assert!(refused.message.contains("tokens is used up"), "{refused}");
        first.settle(Usage { input: 10, output: 20, ..Usage::default() });
        assert_eq!(tokens.spent().usage.tokens(), 30);
        tokens.hold("test/one", &call).unwrap().settle(Usage::default());

        let calls = budget(Limits { calls: Some(1), ..Limits::default() });
        calls.hold("test/one", &call).unwrap().settle(Usage::default());
        assert!(calls.hold("test/one", &call).unwrap_err().message.contains("1 calls is used up"));

        // 1000 tokens at ten dollars a million are a cent.
        let money = budget(Limits { usd: Some(0.0105), ..Limits::default() });
        money.hold("test/one", &call).unwrap().settle(Usage { output: 100, ..Usage::default() });
        assert_eq!(money.spent().usd(), Some(0.001));
        assert!(money.hold("test/one", &call).unwrap_err().message.contains("dollars is used up"));
        assert_eq!(money.hold("test/two", &call).unwrap_err().kind, FailureKind::Misconfigured);
    }

    #[test]
    fn a_call_that_was_given_up_counts_as_its_most() {
        let budget = budget(Limits::default());
        let hold = budget.hold("test/one", &request(30, 77)).unwrap();
        let worst = hold.worst();
        drop(hold);
        assert_eq!(budget.spent().usage, worst);
        assert!(budget.spent().usage.estimated);
        assert_eq!(budget.spent().calls, 1);
    }

    #[test]
    fn many_threads_never_spend_more_than_the_limit() {
        let call = request(300, 1000);
        let most = worst_case(&call).tokens();
        let budget = budget(Limits { tokens: Some(10 * most), ..Limits::default() });
        let allowed = std::sync::atomic::AtomicU64::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..10 {
                        if let Ok(hold) = budget.hold("test/one", &call) {
                            let worst = hold.worst();
                            hold.settle(worst);
                            allowed.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                        }
                    }
                });
            }
        });
        assert_eq!(allowed.into_inner(), 10);
        assert_eq!(budget.spent().usage.tokens(), 10 * most);
    }

    #[test]
    fn an_unknown_price_leaves_the_sum_unknown() {
        let budget = budget(Limits::default());
        budget.charge("test/two", Usage { input: 1, ..Usage::default() });
        budget.charge("test/one", Usage { input: 1, ..Usage::default() });
        assert_eq!(budget.spent().usd(), None);
        assert_eq!(budget.spent().to_string(), "2 calls, 2 tokens");
    }
}
