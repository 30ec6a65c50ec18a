//! The conversation of a stage: what the model is asked, which tools it has, what becomes of its calls.
//!
//! Enters: a stage and the state. Leaves: the state that the stage has made of it. Holds: only tools of the stage are
//! done; a call that is refused changes nothing, and the refusal is kept for the report; the same call with the same
//! result is answered twice and then refused, and a conversation that gets nowhere ends: [`Ended::Stuck`].

use super::arguments as a;
use super::state::{Refusal, Stage, State};
use super::{Ended, Setting, prompts};
use crate::model::Cancel;
use crate::model::conversation::{Message, Parameters, Request, Stop, ToolCall, ToolDefinition, ToolResult};
use crate::refusal::{Reason, Refused};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The most answers that a stage may take.
const MOST_TURNS: usize = 400;
/// How often the same call may come to the same.
const MOST_ALIKE: usize = 3;
/// How often the model may answer without calling anything.
const MOST_IDLE: usize = 3;
/// How many calls in a row may be refused.
const MOST_REFUSED: usize = 25;

/// A stage under way.
pub struct Desk<'r> {
    pub(super) setting: &'r Setting,
    pub(super) stage: Stage,
    pub(super) state: State,
    /// The stage has come to its end.
    pub(super) done: bool,
    /// Whether the history was looked at.
    pub(super) looked: bool,
    /// Calls, and how often each came to the same.
    alike: BTreeMap<String, usize>,
    refused_in_a_row: usize,
}

/// A tool of ours: the stages that have it, and how it is done.
struct Tool {
    name: &'static str,
    description: &'static str,
    stages: &'static [Stage],
    schema: fn() -> Value,
    run: fn(&mut Desk<'_>, &Map<String, Value>) -> Result<String, Refused>,
}

use Stage::{Check, Document, Draft, Explore, History, Plan};

macro_rules! tool {
    ($name:literal, $stages:expr, $arguments:ty, $method:ident, $description:literal) => {
        Tool {
            name: $name,
            description: $description,
            stages: $stages,
            schema: schema::<$arguments>,
            run: |desk, given| {
                let given: $arguments = arguments($name, given)?;
                desk.$method(given)
            },
        }
    };
}

const WRITING: &[Stage] = &[Draft, Check, History];
const JUDGING: &[Stage] = &[Check, History];

const TOOLS: &[Tool] = &[
    tool!("submit_plan", &[Plan], a::SubmitPlan, submit_plan, "Hands in the plan, which ends this stage."),
    tool!(
        "no_such_feature",
        &[Explore],
        a::NoSuchFeature,
        no_such_feature,
        "Says that the feature is not in this directory, after all of it was read or ruled out."
    ),
    tool!(
        "finish_exploring",
        &[Explore],
        a::FinishExploring,
        finish_exploring,
        "Ends this stage: every file was read or ruled out."
    ),
    tool!(
        "submit_document",
        &[Document, History],
        a::SubmitDocument,
        submit_document,
        "Hands in a document, or the same again. Every sentence names the code that shows it."
    ),
    tool!(
        "finish_documents",
        &[Document],
        a::Nothing,
        finish_documents,
        "Ends this stage: both documents are there."
    ),
    tool!(
        "set_frame",
        &[Draft],
        a::SetFrame,
        set_frame,
        "Begins the spec: constants, variables, Init, type invariant."
    ),
    tool!(
        "put_action",
        WRITING,
        a::PutAction,
        put_action,
        "Adds or replaces one action; it is parsed, resolved and tried at once, and refused if that fails."
    ),
    tool!(
        "revise",
        WRITING,
        a::Revise,
        revise,
        "Makes several changes as one: variables, constants, operators, Init, actions. They are tried together."
    ),
    tool!(
        "put_claims",
        WRITING,
        a::PutClaims,
        put_claims,
        "Adds or replaces invariants and properties, each with a sentence on why it must hold."
    ),
    tool!(
        "set_constraint",
        WRITING,
        a::SetConstraint,
        set_constraint,
        "Bounds the states that are explored."
    ),
    tool!("set_fairness", WRITING, a::SetFairness, set_fairness, "Says which steps must happen in the end."),
    tool!(
        "finish_draft",
        &[Draft],
        a::FinishDraft,
        finish_draft,
        "Ends this stage: from now on what the claims say is locked."
    ),
    tool!("check", JUDGING, a::Nothing, recheck, "Checks the spec: bounded first, then to the end."),
    tool!(
        "classify",
        JUDGING,
        a::Classify,
        classify,
        "Says what the violation comes from, with evidence in the code. Needed before anything is changed or recorded."
    ),
    tool!("record_finding", JUDGING, a::RecordFinding, record_finding, "Records what the code does wrong."),
    tool!(
        "withdraw_finding",
        JUDGING,
        a::WithdrawFinding,
        withdraw_finding,
        "Takes a finding back that is none."
    ),
    tool!(
        "record_mechanism",
        &[History],
        a::RecordMechanism,
        record_mechanism,
        "Records a mechanism that a commit's message shows and the spec lacks."
    ),
    tool!(
        "finish_check",
        &[Check],
        a::Nothing,
        finish_check,
        "Ends this stage: the spec as it is was checked."
    ),
    tool!(
        "finish_history",
        &[History],
        a::Nothing,
        finish_history,
        "Ends this stage: the spec as it is was checked."
    ),
];

/// Holds the conversation of a stage to its end.
///
/// # Errors
/// See [`Ended`].
pub async fn hold(setting: &Setting, stage: Stage, mut state: State) -> Result<State, Ended> {
    // What was classified in another stage is no reason in this one.
    state.grounds = None;
    let mut desk = Desk {
        setting,
        stage,
        state,
        done: false,
        looked: false,
        alike: BTreeMap::new(),
        refused_in_a_row: 0,
    };
    let opening = desk.opening();
    let mut request = Request {
        system: prompts::SYSTEM.to_owned(),
        messages: vec![Message::user(opening)],
        tools: desk.definitions(),
        parameters: Parameters::default(),
    };
    let mut idle = 0;
    let cancel = Cancel::new();
    for _ in 0..MOST_TURNS {
        let answer = setting.caller.ask(&request).await.map_err(Ended::Model)?;
        request.messages.push(Message::assistant(&answer));
        match &answer.stop {
            Stop::Refused { explanation } => {
                let why = format!("the model declined: {explanation}");
                return Err(Ended::Stuck { stage, why });
            }
            Stop::Truncated => {
                let mut results = desk.answer_all(answer.calls(), &cancel).await?;
                if desk.done {
                    return Ok(desk.state);
                }
                let cut = "Your answer was cut off by the limit of tokens. Go on with smaller steps.";
                match results.is_empty() {
                    true => request.messages.push(Message::user(cut)),
                    false => {
                        if let Some(last) = results.last_mut() {
                            last.content = format!("{}\n\n{cut}", last.content);
                        }
                        request.messages.push(Message::results(results));
                    }
                }
                continue;
            }
            Stop::End | Stop::ToolUse => {}
        }
        let results = desk.answer_all(answer.calls(), &cancel).await?;
        if desk.done {
            return Ok(desk.state);
        }
        if results.is_empty() {
            idle += 1;
            if idle == MOST_IDLE {
                let text = answer.text();
                let said: String = text.chars().take(300).collect();
                return Err(Ended::Stuck {
                    stage,
                    why: format!("it answers without calling a tool: {said}"),
                });
            }
            request.messages.push(Message::user(prompts::GO_ON));
        } else {
            idle = 0;
            request.messages.push(Message::results(results));
        }
    }
    Err(Ended::Stuck { stage, why: format!("it took more than {MOST_TURNS} answers") })
}

impl Desk<'_> {
    /// What the model may call in this stage.
    fn definitions(&self) -> Vec<ToolDefinition> {
        let mut all: Vec<ToolDefinition> = self
            .setting
            .explorer
            .definitions()
            .into_iter()
            .filter(|tool| self.may_explore(&tool.name))
            .collect();
        if let (Some(servers), true) = (&self.setting.servers, self.has_servers()) {
            all.extend(servers.definitions().iter().cloned());
        }
        all.extend(TOOLS.iter().filter(|tool| tool.stages.contains(&self.stage)).map(|tool| {
            ToolDefinition {
                name: tool.name.to_owned(),
                description: tool.description.to_owned(),
                input_schema: (tool.schema)(),
            }
        }));
        all
    }

    /// The history is looked at in its own stage, so that it is looked at as a whole, after the code.
    fn may_explore(&self, tool: &str) -> bool {
        match self.stage {
            Plan => matches!(tool, "list" | "glob" | "outline"),
            Explore => !tool.starts_with("git_"),
            History => tool != "rule_out",
            _ => !tool.starts_with("git_") && tool != "rule_out",
        }
    }

    fn has_servers(&self) -> bool {
        matches!(self.stage, Explore | History)
    }

    async fn answer_all<'c>(
        &mut self,
        calls: impl Iterator<Item = &'c ToolCall>,
        cancel: &Cancel,
    ) -> Result<Vec<ToolResult>, Ended> {
        let mut results = Vec::new();
        for call in calls {
            let result = self.answer(call, cancel).await;
            let (content, is_error) = match result {
                Ok(content) => {
                    self.refused_in_a_row = 0;
                    (content, false)
                }
                Err(refused) => {
                    self.refused_in_a_row += 1;
                    let why = refused.to_string();
                    self.state.refused.push(Refusal {
                        stage: self.stage,
                        tool: call.name.clone(),
                        refused: refused.clone(),
                    });
                    (self.setting.say)(&format!(
                        "  {}: {}",
                        call.name,
                        why.lines().next().unwrap_or_default()
                    ));
                    if self.refused_in_a_row == MOST_REFUSED || refused.reason == Reason::RepeatedCall {
                        return Err(Ended::Stuck { stage: self.stage, why });
                    }
                    (why, true)
                }
            };
            results.push(ToolResult { id: call.id.clone(), name: call.name.clone(), content, is_error });
            if self.done {
                break;
            }
        }
        Ok(results)
    }

    async fn answer(&mut self, call: &ToolCall, cancel: &Cancel) -> Result<String, Refused> {
        let result = self.answer_once(call, cancel).await;
        let came_to = match &result {
            Ok(content) => content.clone(),
            Err(refused) => refused.to_string(),
        };
        let input = crate::model::canonical::text(&call.input);
        let alike = self.alike.entry(format!("{}\n{input}\n{came_to}", call.name)).or_default();
        *alike += 1;
        if *alike > MOST_ALIKE {
            let message =
                format!("{} was called {alike} times with these arguments, and came to the same", call.name);
            return Err(Refused::new(Reason::RepeatedCall, message, "do something else, or end the stage"));
        }
        result
    }

    async fn answer_once(&mut self, call: &ToolCall, cancel: &Cancel) -> Result<String, Refused> {
        let setting = self.setting;
        if let (Some(servers), true) = (&setting.servers, self.has_servers())
            && servers.has(&call.name)
        {
            let result = servers.call(call, cancel).await;
            self.looked = true;
            return match result.is_error {
                false => Ok(result.content),
                true => Err(Refused::new(Reason::Unreadable, result.content, "")),
            };
        }
        let given = call.arguments().map_err(|why| Refused::new(Reason::BadArguments, why, ""))?;
        if setting.explorer.has(&call.name) && self.may_explore(&call.name) {
            self.looked |= call.name.starts_with("git_");
            return setting.explorer.run(&call.name, given).map(|told| told.text).map_err(of_codebase);
        }
        match TOOLS.iter().find(|tool| tool.name == call.name && tool.stages.contains(&self.stage)) {
            Some(tool) => (tool.run)(self, given),
            None => {
                let names: Vec<String> = self.definitions().into_iter().map(|tool| tool.name).collect();
                let message = format!("the stage {} has no tool {}", self.stage.name(), call.name);
                Err(Refused::new(Reason::NoSuchTool, message, format!("it has {}", names.join(", "))))
            }
        }
    }
}

/// A refusal of the codebase's.
fn of_codebase(refusal: crate::codebase::Refusal) -> Refused {
    use crate::codebase::Refusal as Of;
    let reason = match &refusal {
        Of::Outside { .. } | Of::Internal { .. } => Reason::PathEscape,
        Of::Arguments { .. } | Of::Pattern { .. } => Reason::BadArguments,
        _ => Reason::Unreadable,
    };
    Refused::new(reason, refusal.to_string(), "")
}

/// The arguments of a tool.
fn arguments<T: DeserializeOwned>(name: &str, given: &Map<String, Value>) -> Result<T, Refused> {
    serde_json::from_value(Value::Object(given.clone())).map_err(|e| {
        Refused::new(
            Reason::BadArguments,
            format!("the arguments of {name} are wrong: {e}"),
            "see its schema",
        )
    })
}

/// The JSON schema of a tool's arguments.
fn schema<T: JsonSchema>() -> Value {
    crate::codebase::tools::schema::<T>()
}
