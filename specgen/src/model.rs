//! Models: how they are asked, what that may cost, and what is kept of it.
//!
//! Enters: a [`Request`]. Leaves: an [`Answer`], or a
//! [`Failure`] that says what to do.
//! Holds: nothing outside of this module knows a provider. A stage has a [`Caller`](caller::Caller) and asks it;
//! budget, retries, journal and transcript are the caller's, so no call goes past them.
//!
//! # The flow
//! ```text
//! "anthropic/NAME", "exec:COMMAND", a transcript --client::open--> ModelClient     one attempt at one answer
//! ModelClient + Budget + Patience + CallLog + Transcript = Caller                  a stage asks this
//! Caller::ask(Request) -> Answer
//!    recalled from the log?  -> answered, nothing is paid again
//!    Budget::hold            -> or BudgetExhausted, before anything is sent
//!    CallLog::intend, attempt, CallLog::record, Transcript::write, Hold::settle
//!    a failure that passes   -> waits (Retry-After, or longer and longer), tries again
//! ```
//!
//! # An example
//! ```
//! use futures::future::{BoxFuture, FutureExt};
//! use specgen::model::budget::Budget;
//! use specgen::model::caller::Caller;
//! use specgen::model::conversation::*;
//! use specgen::model::failure::Failure;
//! use specgen::model::{Cancel, ModelClient, Watch};
//!
//! /// A model that says how many messages it was shown.
//! struct Counting;
//! impl ModelClient for Counting {
//!     fn name(&self) -> &str {
//!         "test/counting"
//!     }
//!     fn attempt<'a>(
//!         &'a self, request: &'a Request, _: &'a dyn Watch, _: &'a Cancel,
//!     ) -> BoxFuture<'a, Result<Answer, Failure>> {
//!         let text = request.messages.len().to_string();
//!         let usage = Usage { input: 3, output: 1, ..Usage::default() };
//!         async move { Ok(Answer { content: vec![Block::Text { text }], stop: Stop::End, usage }) }.boxed()
//!     }
//! }
//!
//! let caller = Caller::new(Counting, Budget::unlimited());
//! let request = Request {
//!     system: "Count.".into(),
//!     messages: vec![Message::user("one")],
//!     tools: Vec::new(),
//!     parameters: Parameters::default(),
//! };
//! let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
//! let answer = runtime.block_on(caller.ask(&request)).unwrap();
//! assert_eq!(answer.text(), "1");
//! assert_eq!(caller.budget().spent().usage.tokens(), 4);
//! ```
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`conversation`], [`failure`] | the data: requests and answers, and what goes wrong |
//! | [`client`] | `PROVIDER/NAME` and settings to a client |
//! | [`provider`] | the providers' APIs, through `genai` |
//! | [`command`] | a command as a model |
//! | [`transcript`] | what was asked and answered as lines, and a client that answers from them |
//! | [`budget`], [`price`] | what a run may spend and has spent |
//! | [`caller`] | all of it together |
//! | [`exchange`], [`canonical`] | requests by key, packed as lines; one text for each piece of data |
//! | [`secret`] | keys |

pub mod budget;
pub mod caller;
pub mod canonical;
pub mod client;
pub mod command;
pub mod conversation;
pub mod exchange;
pub mod failure;
pub mod price;
pub mod provider;
pub mod secret;
pub mod transcript;

use conversation::{Answer, Request};
use failure::{Failure, FailureKind};
use futures::future::BoxFuture;
use std::time::Duration;

/// Ends calls from outside: a clone is handed to who may stop them.
pub use tokio_util::sync::CancellationToken as Cancel;

/// Something that answers requests.
pub trait ModelClient: Send + Sync {
    /// `PROVIDER/NAME`: which model answers. Keys of requests and prices go by it.
    fn name(&self) -> &str;

    /// One attempt at an answer, without retries.
    ///
    /// A client that is told to stop ends within a moment with [`FailureKind::Cancelled`] and what was spent.
    fn attempt<'a>(
        &'a self,
        request: &'a Request,
        watch: &'a dyn Watch,
        cancel: &'a Cancel,
    ) -> BoxFuture<'a, Result<Answer, Failure>>;

    /// Whether waiting before another attempt makes sense: not where answers come from a file.
    fn is_live(&self) -> bool {
        true
    }
}

/// Who watches a call.
pub trait Watch: Send + Sync {
    /// Something happened. Called on the way: it must not take long.
    fn event(&self, event: Event<'_>);
}

/// What happens during a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// An attempt begins.
    Asked,
    /// More text of the answer.
    Text(&'a str),
    /// The model thinks.
    Thought(&'a str),
    /// The model begins to call this tool.
    Calling(&'a str),
    /// An attempt failed; there will be another one.
    Retrying {
        /// In how long.
        after: Duration,
        /// Why it failed.
        because: &'a Failure,
    },
    /// The answer was already paid for and comes from the journal.
    Recalled,
}

/// Nobody watches.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn event(&self, _: Event<'_>) {}
}

fn cancelled() -> Failure {
    Failure::new(FailureKind::Cancelled, "the call was stopped", "")
}
