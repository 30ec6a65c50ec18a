//! Asking a model, with everything that must happen around it.
//!
//! Enters: a request. Leaves: an answer, which is on disk before it is given.
//! Holds: nothing is sent that the budget does not allow; every attempt, with those that fail, is charged, logged
//! and written to the transcript, in the order in which they end; an answer that the log already has is never paid
//! for again. Only what may pass is tried again: as long as the provider says (Retry-After), or longer and longer,
//! until patience ends; then the failure says how often it was tried.

use super::budget::{Budget, Hold};
use super::conversation::{Answer, Block, Request, Usage};
use super::exchange::{Exchange, Outcome, key};
use super::failure::{Failure, FailureKind};
use super::transcript::Transcript;
use super::{Cancel, Event, ModelClient, Unwatched, Watch, cancelled, canonical};
use backon::{BackoffBuilder, ExponentialBuilder};
use std::sync::Arc;
use std::time::Duration;

/// Where calls are kept so that none is paid for twice. The journal is one.
pub trait CallLog: Send + Sync {
    /// The answer to an earlier call with this key, each one once, in the order in which they were recorded.
    /// Calls that failed are made again: their cost was charged, and what stood in the way may be gone.
    fn recall(&self, key: &str) -> Option<Answer>;

    /// A call is about to be made that may spend so much. On disk when this returns.
    ///
    /// # Errors
    /// It cannot be written; the call is not made then.
    fn intend(&self, key: &str, model: &str, worst: Usage) -> Result<(), String>;

    /// What came of it. On disk when this returns.
    ///
    /// # Errors
    /// It cannot be written; the answer is not acted on then.
    fn record(&self, exchange: &Exchange) -> Result<(), String>;
}

/// How often and how long it is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Attempts in all, the first with them.
    pub attempts: usize,
    /// The first wait; each further one is twice as long, and a little is added at random.
    pub first: Duration,
    /// The longest wait, unless the provider asks for a longer one.
    pub longest: Duration,
    /// The longest wait that a provider may ask for: beyond, it is not worth waiting.
    pub asked: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Patience {
            attempts: 6,
            first: Duration::from_secs(1),
            longest: Duration::from_secs(60),
            asked: Duration::from_secs(300),
        }
    }
}

/// A client with its budget, patience, log and transcript.
#[derive(Clone)]
pub struct Caller {
    client: Arc<dyn ModelClient>,
    budget: Budget,
    patience: Patience,
    log: Option<Arc<dyn CallLog>>,
    transcript: Option<Arc<Transcript>>,
    watch: Arc<dyn Watch>,
    cancel: Cancel,
}

impl Caller {
    /// A caller that keeps nothing and is watched by nobody.
    pub fn new(client: impl ModelClient + 'static, budget: Budget) -> Self {
        Caller::shared(Arc::new(client), budget)
    }

    /// The same with a client that others have too.
    pub fn shared(client: Arc<dyn ModelClient>, budget: Budget) -> Self {
        Caller {
            client,
            budget,
            patience: Patience::default(),
            log: None,
            transcript: None,
            watch: Arc::new(Unwatched),
            cancel: Cancel::new(),
        }
    }

    /// With another patience.
    #[must_use]
    pub fn patience(mut self, patience: Patience) -> Self {
        self.patience = patience;
        self
    }

    /// With a log that keeps its calls.
    #[must_use]
    pub fn log(mut self, log: Arc<dyn CallLog>) -> Self {
        self.log = Some(log);
        self
    }

    /// With a transcript.
    #[must_use]
    pub fn transcript(mut self, transcript: Arc<Transcript>) -> Self {
        self.transcript = Some(transcript);
        self
    }

    /// Watched.
    #[must_use]
    pub fn watch(mut self, watch: Arc<dyn Watch>) -> Self {
        self.watch = watch;
        self
    }

    /// Stopped from outside by this.
    #[must_use]
    pub fn cancel(mut self, cancel: Cancel) -> Self {
        self.cancel = cancel;
        self
    }

    /// The model's name.
    pub fn model(&self) -> &str {
        self.client.name()
    }

    /// The account.
    pub fn budget(&self) -> &Budget {
        &self.budget
    }

    /// Asks.
    ///
    /// # Errors
    /// See [`FailureKind`]. An answer that was truncated or declined is an answer: [`Answer::whole`] makes a
    /// failure of it.
    pub async fn ask(&self, request: &Request) -> Result<Answer, Failure> {
        let attempts = self.patience.attempts.max(1);
        let waits = ExponentialBuilder::default()
            .with_min_delay(self.patience.first)
            .with_max_delay(self.patience.longest)
            .with_max_times(attempts)
            .with_jitter();
        let mut waits = waits.build();
        let mut tried = 0;
        loop {
            let failure = match self.once(request).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            tried += 1;
            if !failure.kind.is_passing() {
                return Err(failure);
            }
            let wait = failure.retry_after.or_else(|| waits.next()).unwrap_or(self.patience.longest);
            if tried >= attempts {
                return Err(beyond(failure, format!("{tried} attempts failed; the last one")));
            }
            if wait > self.patience.asked {
                let asked =
                    format!("attempt {tried} failed, and the provider asks to wait for {} s", wait.as_secs());
                return Err(beyond(failure, asked));
            }
            if self.client.is_live() {
                self.watch.event(Event::Retrying { after: wait, because: &failure });
                tokio::select! {
                    () = tokio::time::sleep(wait) => {}
                    () = self.cancel.cancelled() => return Err(cancelled()),
                }
            }
        }
    }

    /// One attempt: recalled, or made and kept.
    async fn once(&self, request: &Request) -> Result<Answer, Failure> {
        if self.cancel.is_cancelled() {
            return Err(cancelled());
        }
        let key = key(self.client.name(), request);
        if let Some(answer) = self.log.as_ref().and_then(|log| log.recall(&key)) {
            // What it cost was charged when the log was opened.
            self.watch.event(Event::Recalled);
            self.transcribe(&self.exchange(request, Outcome::Answer(answer.clone())))?;
            return Ok(answer);
        }
        let hold = self.budget.hold(self.client.name(), request)?;
        if let Some(log) = &self.log {
            let intended = log.intend(&key, self.client.name(), hold.worst());
            if let Err(e) = intended {
                hold.settle(Usage::default());
                return Err(not_kept("the journal", &e));
            }
        }
        self.watch.event(Event::Asked);
        let result = self.client.attempt(request, &*self.watch, &self.cancel).await;
        self.keep(request, hold, result)
    }

    /// Charges, logs and writes down what came of an attempt, in this order.
    fn keep(
        &self,
        request: &Request,
        hold: Hold,
        result: Result<Answer, Failure>,
    ) -> Result<Answer, Failure> {
        let retry_after = result.as_ref().err().and_then(|f| f.retry_after);
        // As it will be read again: whoever makes text of a call's arguments gets the same text then.
        let result = result.map(ordered);
        let exchange = self.exchange(request, Outcome::from(result));
        hold.settle(exchange.outcome.usage());
        if let Some(log) = &self.log {
            log.record(&exchange).map_err(|e| not_kept("the journal", &e))?;
        }
        self.transcribe(&exchange)?;
        exchange.outcome.into_result().map_err(|mut failure| {
            failure.retry_after = retry_after;
            failure
        })
    }

    fn exchange(&self, request: &Request, outcome: Outcome) -> Exchange {
        Exchange { model: self.client.name().to_owned(), request: request.clone(), outcome }
    }

    fn transcribe(&self, exchange: &Exchange) -> Result<(), Failure> {
        let Some(transcript) = &self.transcript else { return Ok(()) };
        let written = transcript.write(exchange);
        written
            .map_err(|e| not_kept(&format!("the transcript {}", transcript.path().display()), &e.to_string()))
    }
}

/// An answer with the keys of all its data in order.
fn ordered(mut answer: Answer) -> Answer {
    for block in &mut answer.content {
        match block {
            Block::ToolCall(call) => call.input = canonical::sorted(call.input.take()),
            Block::Opaque { data, .. } => *data = canonical::sorted(data.take()),
            Block::Text { .. } | Block::ToolResult(_) => {}
        }
    }
    answer
}

fn beyond(mut failure: Failure, first: String) -> Failure {
    failure.message = format!("{first}: {}", failure.message);
    failure
}

fn not_kept(what: &str, why: &str) -> Failure {
    Failure::new(
        FailureKind::NotKept,
        format!("{what} cannot be written: {why}"),
        "make room, or choose a folder that can be written to; then resume",
    )
}
