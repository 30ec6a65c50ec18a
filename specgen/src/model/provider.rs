//! The providers' APIs: Anthropic Messages, OpenAI chat completions and responses, Gemini, Ollama, and whatever
//! speaks one of these at another address.
//!
//! Enters: a request. Leaves: one attempt at an answer, by `genai`, which knows the wire formats.
//! Holds: what `genai` leaves open is decided here: a stream that ends without saying why is dropped, not finished;
//! a refusal that stands only in the raw frames (OpenAI's `refusal`) is a refusal; what an attempt spent is known,
//! or estimated from the bytes, also when it fails half-way; time limits on connecting, on silence and on the whole.
//! Retries are not made here, as each attempt must pass the budget.

mod convert;
mod fault;
mod frames;

use super::conversation::{Answer, Request};
use super::failure::{Failure, FailureKind};
use super::secret::Secret;
use super::{Cancel, Event, ModelClient, Watch, budget, cancelled};
use frames::Frames;
use futures::StreamExt;
use futures::future::{BoxFuture, FutureExt};
use genai::adapter::AdapterKind;
use genai::chat::{ChatOptions, ChatStreamEvent};
use genai::resolver::{AuthData, Endpoint};
use genai::{Client, ModelIden, ServiceTarget};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Which wire format a provider speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Api {
    /// Anthropic's `/v1/messages`.
    Anthropic,
    /// OpenAI's `/v1/chat/completions`, and everything compatible with it.
    Openai,
    /// OpenAI's `/v1/responses`.
    OpenaiResponses,
    /// Google's `generateContent`.
    Gemini,
    /// Ollama's `/api/chat`.
    Ollama,
}

impl Api {
    /// Where the provider itself serves it.
    pub fn home(self) -> &'static str {
        match self {
            Api::Anthropic => "https://api.anthropic.com/v1/",
            Api::Openai | Api::OpenaiResponses => "https://api.openai.com/v1/",
            Api::Gemini => "https://generativelanguage.googleapis.com/v1beta/",
            Api::Ollama => "http://localhost:11434/",
        }
    }

    fn adapter(self) -> AdapterKind {
        match self {
            Api::Anthropic => AdapterKind::Anthropic,
            Api::Openai => AdapterKind::OpenAI,
            Api::OpenaiResponses => AdapterKind::OpenAIResp,
            Api::Gemini => AdapterKind::Gemini,
            Api::Ollama => AdapterKind::Ollama,
        }
    }
}

/// How long things may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Until the connection stands.
    pub connect: Duration,
    /// Until the first byte, and between two pieces of a stream.
    pub silence: Duration,
    /// For a whole attempt.
    pub whole: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Timeouts {
            connect: Duration::from_secs(15),
            silence: Duration::from_secs(180),
            whole: Duration::from_secs(1200),
        }
    }
}

/// A provider, and a model of it.
#[derive(Clone, Debug)]
pub struct Description {
    /// The provider's name, as the user writes it before the slash.
    pub provider: String,
    /// The model's name.
    pub model: String,
    /// The wire format.
    pub api: Api,
    /// The address that paths are added to; ends with a slash.
    pub base_url: String,
    /// The key, if one is needed.
    pub key: Option<Secret>,
    /// Answers come as a stream. Without, nothing is seen of them until they end.
    pub stream: bool,
    /// Time limits.
    pub timeouts: Timeouts,
}

/// A client of a provider.
pub struct Provider {
    name: String,
    description: Description,
    client: Client,
}

impl Provider {
    /// A client; nothing is sent yet.
    ///
    /// # Errors
    /// [`FailureKind::Misconfigured`]: the address is none, or there is no TLS.
    pub fn new(mut description: Description) -> Result<Self, Failure> {
        let wrong = |message: String| {
            Failure::new(FailureKind::Misconfigured, message, "an address looks like https://example.com/v1/")
        };
        let mut url = reqwest::Url::parse(&description.base_url)
            .map_err(|e| wrong(format!("the address of {} is wrong: {e}", description.provider)))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(wrong(format!("the address of {} is not of http or https", description.provider)));
        }
        if !url.username().is_empty() || url.password().is_some() {
            let what = format!("the address of {} holds a name or a password", description.provider);
            return Err(Failure::new(
                FailureKind::Misconfigured,
                what,
                "put the key into a variable or a file, and name that as key_env or key_file",
            ));
        }
        if !url.path().ends_with('/') {
            let path = format!("{}/", url.path());
            url.set_path(&path);
        }
        description.base_url = url.to_string();
        let http = reqwest::Client::builder()
            .connect_timeout(description.timeouts.connect)
            // A key must not follow a redirect to somewhere else.
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|e| wrong(format!("no HTTP client can be made: {e}")))?;
        let client = Client::builder().with_reqwest(http).build();
        let client = client.map_err(|e| wrong(format!("no client can be made: {e}")))?;
        let name = format!("{}/{}", description.provider, description.model);
        Ok(Provider { name, description, client })
    }

    fn target(&self) -> ServiceTarget {
        // An empty key would be refused before anything is sent, and servers at home ask for none.
        let key = self.description.key.as_ref().map_or("none", Secret::reveal);
        ServiceTarget {
            endpoint: Endpoint::from_owned(self.description.base_url.as_str()),
            auth: AuthData::from_single(key),
            model: ModelIden::new(self.description.api.adapter(), self.description.model.as_str()),
        }
    }

    async fn streamed(
        &self,
        request: &Request,
        watch: &dyn Watch,
        frames: &Arc<Mutex<Frames>>,
    ) -> Result<Answer, Failure> {
        let chat = convert::request(request, &self.description);
        let tap = Arc::clone(frames);
        let options = self.options(request).with_raw_frame_fn(move |_, frame| {
            frames::lock(&tap).take(frame.data);
        });
        let opened = self.client.exec_chat_stream(self.target(), chat, Some(&options)).await;
        let mut stream = opened.map_err(|e| fault::classify(&e, &self.description))?.stream;
        let mut calling = 0;
        while let Some(event) = stream.next().await {
            match event.map_err(|e| fault::classify(&e, &self.description))? {
                ChatStreamEvent::Start | ChatStreamEvent::Heartbeat => {}
                ChatStreamEvent::Chunk(chunk) => {
                    frames::lock(frames).written += chunk.content.len();
                    watch.event(Event::Text(&chunk.content));
                }
                ChatStreamEvent::ReasoningChunk(chunk) => {
                    frames::lock(frames).written += chunk.content.len();
                    watch.event(Event::Thought(&chunk.content));
                }
                ChatStreamEvent::ThoughtSignatureChunk(_) => {}
                ChatStreamEvent::ToolCallChunk(chunk) => {
                    let calls = frames::lock(frames).calling(&chunk.tool_call);
                    if calls > calling {
                        calling = calls;
                        watch.event(Event::Calling(&chunk.tool_call.fn_name));
                    }
                }
                ChatStreamEvent::End(end) => {
                    let seen = frames::lock(frames);
                    return convert::streamed(end, &seen, request, &self.description);
                }
            }
        }
        Err(dropped(&self.description))
    }

    async fn plain(&self, request: &Request) -> Result<Answer, Failure> {
        let chat = convert::request(request, &self.description);
        let options = self.options(request).with_capture_raw_body(true);
        match self.client.exec_chat(self.target(), chat, Some(&options)).await {
            Ok(response) => convert::plain(response, request, &self.description),
            Err(error) => match convert::cut_off(&error) {
                Some(answer) => Ok(answer),
                None => Err(fault::classify(&error, &self.description)),
            },
        }
    }

    fn options(&self, request: &Request) -> ChatOptions {
        let mut options = ChatOptions::default()
            .with_max_tokens(request.parameters.max_output_tokens)
            .with_capture_usage(true)
            .with_capture_content(true)
            .with_capture_reasoning_content(true)
            .with_capture_tool_calls(true)
            .with_stream_header_timeout(self.description.timeouts.silence)
            .with_stream_read_timeout(self.description.timeouts.silence);
        if let Some(temperature) = request.parameters.temperature {
            options = options.with_temperature(temperature);
        }
        if let Some(effort) = request.parameters.effort {
            options = options.with_reasoning_effort(convert::effort(effort));
        }
        options
    }
}

impl ModelClient for Provider {
    fn name(&self) -> &str {
        &self.name
    }

    fn attempt<'a>(
        &'a self,
        request: &'a Request,
        watch: &'a dyn Watch,
        cancel: &'a Cancel,
    ) -> BoxFuture<'a, Result<Answer, Failure>> {
        async move {
            let frames = Arc::new(Mutex::new(Frames::default()));
            let call = async {
                if self.description.stream {
                    self.streamed(request, watch, &frames).await
                } else {
                    self.plain(request).await
                }
            };
            let whole = self.description.timeouts.whole;
            let result = tokio::select! {
                biased;
                () = cancel.cancelled() => Err(cancelled()),
                result = tokio::time::timeout(whole, call) => result.unwrap_or_else(|_| {
                    Err(Failure::new(
                        FailureKind::TimedOut,
                        format!("{} did not finish its answer in {} s", self.name, whole.as_secs()),
                        "allow more time (`timeout` in specgen.toml), or ask for less",
                    ))
                }),
            };
            result.map_err(|failure| self.with_what_was_spent(failure, request, &frames))
        }
        .boxed()
    }
}

impl Provider {
    /// A provider bills what it has read and written, whether we got it or not. Where it never said how much, and
    /// where the request has been accepted as far as we know, it is estimated.
    fn with_what_was_spent(
        &self,
        failure: Failure,
        request: &Request,
        frames: &Arc<Mutex<Frames>>,
    ) -> Failure {
        use FailureKind::*;
        let accepted = matches!(failure.kind, Dropped | TimedOut | Malformed | Cancelled);
        let frames = frames::lock(frames);
        if !failure.spent.is_nothing() || (!accepted && !frames.began()) {
            return failure;
        }
        let mut spent = frames.spent().unwrap_or_else(|| {
            let mut worst = budget::worst_case(request);
            worst.output = 0;
            worst
        });
        spent.output = spent.output.max(budget::tokens_of(frames.written));
        spent.estimated = true;
        failure.spent(spent)
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider").field("description", &self.description).finish_non_exhaustive()
    }
}

fn dropped(description: &Description) -> Failure {
    Failure::new(
        FailureKind::Dropped,
        format!("{} ended the stream in the middle of an answer", fault::place(description)),
        "resume later: what was answered before is kept",
    )
}
