//! Requests to tools, resources and prompts.
//!
//! Enters: requests of a client. Leaves: answers, and while a tool runs, how far it is. Holds: a tool runs on a
//! blocking thread, at most so many at once; while it runs others are answered. A call ends soon when the client
//! cancels it, leaves, or the server is stopped: whatever drops the call's future sets its flag.

use super::catalogue::{Answer, Catalogue};
use super::knowledge;
use crate::workbench::failure::{Failure, Kind};
use crate::workbench::{Progress, Watch, Workbench};
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, GetPromptRequestParams,
    GetPromptResponse, Implementation, ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult,
    ListToolsResult, PaginatedRequestParams, ProgressNotificationParam, ProgressToken,
    ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult, ServerCapabilities, ServerConfig,
    Tool, ToolAnnotations,
};
use rmcp::service::{Peer, RequestContext};
use rmcp::{ErrorData, RoleServer, ServerHandler, ServiceExt};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tla_checker::observer::Cancel;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::sync::{Semaphore, watch};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, sleep_until};

/// How many tools run at once; others wait.
const AT_ONCE: usize = 8;
/// How long calls may go on when the client has closed its side: what was piped in is answered, long work ends.
const GRACE: Duration = Duration::from_millis(500);
/// How often progress is told at most.
const PAUSE: Duration = Duration::from_millis(250);

/// What the client is told first.
const INSTRUCTIONS: &str = "\
Tools to write, check and debug TLA+ specifications with a native model checker (no Java). Give a spec as `text`, or as \
`path` under the allowed roots. Work in small steps: tla_parse after every edit, tla_check with small constants, then \
tla_coverage and tla_mutate before trusting a `success`. A violated invariant is a result: read the trace, and the part \
of the formula that is false. `bounded` is no proof. The resources tla://guide/… say how to write specs that this \
checker takes, tla://codes explains every diagnostic, tla://module/NAME is the text of a built-in module.";

/// The server; clones share everything.
#[derive(Clone)]
pub struct Server {
    bench: Arc<Workbench>,
    catalogue: Arc<Catalogue>,
    places: Arc<Semaphore>,
    /// Whether the client has closed its side.
    left: watch::Sender<bool>,
}

impl Server {
    /// A server of this workbench, with these tools.
    pub fn new(bench: Workbench, catalogue: Catalogue) -> Server {
        Server {
            bench: Arc::new(bench),
            catalogue: Arc::new(catalogue),
            places: Arc::new(Semaphore::new(AT_ONCE)),
            left: watch::Sender::new(false),
        }
    }

    /// Ready some time after the client has closed its side.
    async fn abandoned(&self) {
        let mut left = self.left.subscribe();
        if left.wait_for(|left| *left).await.is_err() {
            std::future::pending::<()>().await;
        }
        sleep(GRACE).await;
    }

    /// Runs a tool, and tells how far it is.
    async fn run(&self, request: CallToolRequestParams, context: &RequestContext<RoleServer>) -> Answer {
        let cancelled = || Answer::failure(Failure::new(Kind::Cancelled, "the call was cancelled"));
        let place = tokio::select! {
            () = context.ct.cancelled() => return cancelled(),
            place = self.places.clone().acquire_owned() => place,
        };
        let ended = Ended(Cancel::new());
        let (told, mut hear) = watch::channel(None);
        let (bench, catalogue, cancel) = (self.bench.clone(), self.catalogue.clone(), ended.0.clone());
        let work = spawn_blocking(move || {
            let _place = place;
            let tell = |progress: Progress| {
                told.send_replace(Some(progress));
            };
            let watch = Watch::cancelled_by(&cancel).hearing(&tell);
            let arguments = request.arguments.unwrap_or_default();
            catalogue.find(&request.name).map(|entry| entry.call(&bench, arguments, &watch))
        });
        tokio::pin!(work);
        let token = context.meta.get_progress_token();
        let mut teller = Teller { token, peer: &context.peer, most: 0.0, next: Instant::now() };
        teller.tell(None).await;
        let abandoned = self.abandoned();
        tokio::pin!(abandoned);
        loop {
            tokio::select! {
                () = &mut abandoned, if !ended.0.is_cancelled() => ended.0.cancel(),
                () = context.ct.cancelled(), if !ended.0.is_cancelled() => ended.0.cancel(),
                Ok(()) = hear.changed() => {
                    sleep_until(teller.next).await;
                    let progress = *hear.borrow_and_update();
                    teller.tell(progress).await;
                }
                answer = &mut work => {
                    return match answer {
                        Ok(Some(answer)) => answer,
                        Ok(None) => cancelled(),
                        Err(error) => Answer::failure(
                            Failure::new(Kind::Internal, format!("the tool did not come to its end: {error}"))
                                .help("this is a bug, please report it with the arguments of the call"),
                        ),
                    };
                }
            }
        }
    }
}

/// Sets a flag when it is dropped: however a call ends, its work does.
struct Ended(Cancel);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// Tells a client how far its call is.
struct Teller<'t> {
    token: Option<ProgressToken>,
    peer: &'t Peer<RoleServer>,
    most: f64,
    next: Instant,
}

impl Teller<'_> {
    async fn tell(&mut self, progress: Option<Progress>) {
        let Some(token) = &self.token else { return };
        let value = progress.map_or(0.0, |progress| progress.value() as f64);
        // What is told must grow.
        if progress.is_some() && value <= self.most {
            return;
        }
        self.most = value;
        self.next = Instant::now() + PAUSE;
        let message = progress.map_or_else(|| "begun".to_owned(), |progress| progress.to_string());
        let mut param = ProgressNotificationParam::new(token.clone(), value).with_message(message);
        param.total = progress.and_then(|progress| progress.total()).map(|total| total as f64);
        // Whoever does not listen any more is told nothing.
        let _ = self.peer.notify_progress(param).await;
    }
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let capabilities =
            ServerCapabilities::builder().enable_tools().enable_resources().enable_prompts().build();
        let mut info = ServerConfig::new(capabilities);
        info.server_info = Implementation::new("specgen", env!("CARGO_PKG_VERSION"));
        info.server_info.title = Some("TLA+ tools (tlacheck)".to_owned());
        info.instructions = Some(INSTRUCTIONS.to_owned());
        info
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let tool = |entry: &super::Entry| {
            let annotations = ToolAnnotations::new()
                .read_only(!entry.writes)
                .destructive(false)
                .idempotent(true)
                .open_world(false);
            Tool::new(entry.name, entry.description.clone(), entry.input.clone())
                .with_title(entry.title)
                .with_raw_output_schema(entry.output.clone())
                .with_annotations(annotations)
        };
        Ok(ListToolsResult::with_all_items(self.catalogue.entries().iter().map(tool).collect()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        if self.catalogue.find(&request.name).is_none() {
            return Err(ErrorData::invalid_params(format!("there is no tool `{}`", request.name), None));
        }
        let Answer { text, data, failed } = self.run(request, &context).await;
        let mut result = match failed {
            true => CallToolResult::structured_error(data),
            false => CallToolResult::structured(data),
        };
        result.content = vec![ContentBlock::text(text)];
        Ok(result.into())
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        Ok(ListResourcesResult::with_all_items(knowledge::resources()))
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        Ok(ListResourceTemplatesResult::with_all_items(knowledge::templates()))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        match knowledge::read(&request.uri) {
            Some(contents) => Ok(ReadResourceResult::new(vec![contents]).into()),
            None => Err(ErrorData::resource_not_found(format!("there is no resource {}", request.uri), None)),
        }
    }

    async fn list_prompts(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        Ok(ListPromptsResult::with_all_items(knowledge::prompts()))
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        knowledge::prompt(&request.name, &request.arguments.unwrap_or_default())
            .map(Into::into)
            .map_err(|why| ErrorData::invalid_params(why, None))
    }
}

/// Serves one client on standard input and output, until it leaves.
///
/// # Errors
/// The client does not speak the protocol, or standard input or output fails.
pub async fn serve_stdio(server: Server) -> Result<(), String> {
    let (input, output) = rmcp::transport::stdio();
    let input = Noticing { input, left: server.left.clone() };
    let service = match server.serve((input, output)).await {
        Ok(service) => service,
        // A client that leaves before it has said anything wants nothing.
        Err(rmcp::service::ServerInitializeError::ConnectionClosed(_)) => return Ok(()),
        Err(error) => return Err(format!("the client does not speak the protocol: {error}")),
    };
    service.waiting().await.map(drop).map_err(|error| format!("the server stopped: {error}"))
}

/// Input that notes its end: calls are not told of it until they are done.
struct Noticing {
    input: tokio::io::Stdin,
    left: watch::Sender<bool>,
}

impl AsyncRead for Noticing {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let before = into.filled().len();
        let polled = Pin::new(&mut self.input).poll_read(cx, into);
        if matches!(polled, Poll::Ready(Err(_))) || (polled.is_ready() && into.filled().len() == before) {
            self.left.send_replace(true);
        }
        polled
    }
}
