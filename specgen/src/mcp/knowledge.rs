//! The knowledge base: what one must know of TLA+ to use this checker, as resources and prompts.
//!
//! Enters: a URI, or the name of a prompt. Leaves: text. Holds: the guides are our own and exact for this checker: a
//! test takes every snippet of them the whole way (`tests/knowledge.rs`). A block ` ```tla ` is a module that parses;
//! `tla check=OUTCOME` is checked with that outcome, `tla fails=CODE` is refused with that code, and a block ` ```cfg `
//! is the configuration of the module before it.

use rmcp::model::{
    GetPromptResult, JsonObject, Prompt, PromptArgument, PromptMessage, Resource, ResourceContents,
    ResourceTemplate, Role,
};
use tla_parser::code;
use tla_parser::library::EMBEDDED;

/// A guide.
#[derive(Clone, Copy, Debug)]
pub struct Guide {
    /// Its name: `tla://guide/NAME`.
    pub name: &'static str,
    /// Its title.
    pub title: &'static str,
    /// What it is for.
    pub about: &'static str,
    /// Its text, in Markdown.
    pub text: &'static str,
}

macro_rules! guides {
    ($($name:literal, $title:literal, $about:literal;)*) => {
        /// The guides, in the order in which they are best read.
        pub const GUIDES: &[Guide] = &[
            $(Guide {
                name: $name,
                title: $title,
                about: $about,
                text: include_str!(concat!("knowledge/", $name, ".md")),
            },)*
        ];
    };
}

guides! {
    "writing", "Writing a spec", "how to write a spec that this checker takes, a step at a time";
    "idioms", "Idioms", "how queues, messages, locks, crashes, time and counters are written";
    "errors", "Common errors", "what diagnostics mean that are met often, and what to do";
    "traces", "Reading a trace", "from a violation to its cause";
    "bounds", "Choosing bounds", "constants, constraints and limits: what a small model says";
    "liveness", "Fairness and liveness", "properties of what must happen, and what makes it happen";
    "explosion", "State-space explosion", "what to do when there are too many states";
}

const GUIDE: &str = "tla://guide/";
const MODULE: &str = "tla://module/";
const CODES: &str = "tla://codes";

/// The resources.
pub(super) fn resources() -> Vec<Resource> {
    let guide = |guide: &Guide| {
        Resource::new(format!("{GUIDE}{}", guide.name), guide.name)
            .with_title(guide.title)
            .with_description(guide.about)
            .with_mime_type("text/markdown")
            .with_size(guide.text.len() as u64)
    };
    let codes = Resource::new(CODES, "codes")
        .with_title("Diagnostic codes")
        .with_description("every code of a diagnostic, with what it means and what to do")
        .with_mime_type("text/markdown");
    GUIDES.iter().map(guide).chain([codes]).collect()
}

/// The templates of resources.
pub(super) fn templates() -> Vec<ResourceTemplate> {
    vec![
        ResourceTemplate::new(format!("{MODULE}{{name}}"), "module")
            .with_title("A built-in module")
            .with_description("the text of a standard or community module; tla_modules lists them")
            .with_mime_type("text/plain"),
        ResourceTemplate::new(format!("{CODES}/{{code}}"), "code")
            .with_title("A diagnostic code")
            .with_description("what a code such as E0201 means and what to do")
            .with_mime_type("text/markdown"),
    ]
}

/// The resource of this URI.
pub(super) fn read(uri: &str) -> Option<ResourceContents> {
    let (text, kind) = if let Some(name) = uri.strip_prefix(GUIDE) {
        (GUIDES.iter().find(|guide| guide.name == name)?.text.to_owned(), "text/markdown")
    } else if let Some(name) = uri.strip_prefix(MODULE) {
        (EMBEDDED.iter().find(|(other, _)| *other == name)?.1.to_owned(), "text/plain")
    } else {
        let wanted = match uri.strip_prefix(CODES)? {
            "" => None,
            rest => Some(rest.strip_prefix('/')?),
        };
        let rows = code::TABLE.iter().filter(|row| wanted.is_none_or(|wanted| row.code.0 == wanted));
        let text: String =
            rows.map(|row| format!("## {}: {}\n\n{}\n\n", row.code, row.title, row.text)).collect();
        (Some(text).filter(|text| !text.is_empty())?, "text/markdown")
    };
    Some(ResourceContents::text(text, uri).with_mime_type(kind))
}

/// A prompt: a task, and the guides it needs.
struct Task {
    name: &'static str,
    title: &'static str,
    about: &'static str,
    /// Its arguments: the name, what it is, and whether it must be given.
    arguments: &'static [(&'static str, &'static str, bool)],
    guides: &'static [&'static str],
    /// What is asked; `{name}` stands for an argument.
    text: &'static str,
}

const TASKS: &[Task] = &[
    Task {
        name: "write_spec",
        title: "Write a spec",
        about: "Write a TLA+ spec of a component, an action at a time, each checked",
        arguments: &[("component", "what is to be specified: a text, or where the code is", true)],
        guides: &["writing", "idioms", "bounds"],
        text: "Write a TLA+ specification of the following, with the tools of this server.\n\n{component}\n\nFirst say \
               which states and steps matter and which properties must hold. Then write variables, Init and a type \
               invariant, and call tla_parse and tla_check. Add one action at a time, with a comment on what in the \
               code it stands for, and check after each. State the properties before you look whether they hold. In \
               the end call tla_coverage and tla_mutate, and report what was checked, at which bounds, and what was \
               not.",
    },
    Task {
        name: "explain_violation",
        title: "Explain a violation",
        about: "Find the cause of a violated property from its trace",
        arguments: &[("path", "the spec's file", true), ("property", "the property that is violated", false)],
        guides: &["traces"],
        text: "The spec {path} violates a property ({property}). Check it with tla_check, read the trace with \
               tla_trace_get and tla_trace_diff, and say: which step is the first after which the violation can no \
               longer be avoided, which two actions interleave, and whether the spec, the property or the system it \
               describes is wrong. Give evidence for that before you change anything; never weaken a property to make \
               it hold.",
    },
    Task {
        name: "challenge_spec",
        title: "Challenge a spec that holds",
        about: "Find out whether a `success` says anything",
        arguments: &[("path", "the spec's file", true)],
        guides: &["bounds", "errors"],
        text: "The spec {path} holds. Find out whether that says anything: call tla_coverage (actions never taken, \
               antecedents never true) and tla_mutate (errors that no property notices, properties that notice \
               nothing), look whether constraints cut off what matters, and whether the constants are large enough. \
               Report what does not count as verified, and which property or bound is missing.",
    },
    Task {
        name: "shrink_model",
        title: "Make a model smaller",
        about: "Have a search that does not end come to its end",
        arguments: &[("path", "the spec's file", true)],
        guides: &["explosion", "bounds"],
        text: "The search of {path} does not come to its end. Find out which variables make the states many, and make \
               the model smaller without losing what its properties are about. Say for each change what is no longer \
               checked.",
    },
    Task {
        name: "add_liveness",
        title: "Add a liveness property",
        about: "State and check what must happen in the end",
        arguments: &[("path", "the spec's file", true), ("property", "what must happen", true)],
        guides: &["liveness"],
        text: "In the spec {path}, state and check that {property}. Give the weakest fairness that the real system \
               guarantees, say why it does, and show the behaviour that violates the property without it.",
    },
];

/// The prompts.
pub(super) fn prompts() -> Vec<Prompt> {
    let argument = |(name, about, required): &(&str, &str, bool)| {
        PromptArgument::new(*name).with_description(*about).with_required(*required)
    };
    let prompt = |task: &Task| {
        let arguments = task.arguments.iter().map(argument).collect();
        Prompt::new(task.name, Some(task.about), Some(arguments)).with_title(task.title)
    };
    TASKS.iter().map(prompt).collect()
}

/// A prompt with its arguments put in, and the guides it needs.
///
/// # Errors
/// There is no such prompt, or an argument is missing or unknown.
pub(super) fn prompt(name: &str, arguments: &JsonObject) -> Result<GetPromptResult, String> {
    let Some(task) = TASKS.iter().find(|task| task.name == name) else {
        let names: Vec<&str> = TASKS.iter().map(|task| task.name).collect();
        return Err(format!("there is no prompt `{name}`: there are {}", names.join(", ")));
    };
    if let Some(unknown) =
        arguments.keys().find(|name| task.arguments.iter().all(|(known, ..)| known != name))
    {
        return Err(format!("the prompt `{name}` has no argument `{unknown}`"));
    }
    let mut text = task.text.to_owned();
    for (argument, _, required) in task.arguments {
        let value = arguments.get(*argument).and_then(|value| value.as_str());
        let value = match (value, required) {
            (Some(value), _) => value,
            (None, false) => "not named",
            (None, true) => {
                return Err(format!("the prompt `{name}` needs the argument `{argument}`, a text"));
            }
        };
        text = text.replace(&format!("{{{argument}}}"), value);
    }
    for guide in GUIDES.iter().filter(|guide| task.guides.contains(&guide.name)) {
        text += &format!("\n\n{}", guide.text.trim());
    }
    let message = PromptMessage::new_text(Role::User, text);
    Ok(GetPromptResult::new(vec![message]).with_description(task.about))
}
