//! TLC's messages: what an editor or a script that drives TLC looks for in its output.
//!
//! Enters: a code, a class and a text. Leaves: `@!@!@STARTMSG CODE:CLASS @!@!@`, the text, and
//! `@!@!@ENDMSG CODE @!@!@`, each on lines of its own. Holds: numbers and classes are TLC 2.15's
//! (`tlc2.output.EC`, `MP`); what goes wrong while writing ends the writing, not the run.

use std::io::Write;

/// The code of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Code(pub u32);

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $number:literal;)*) => { impl Code { $($(#[$doc])* pub const $name: Code = Code($number);)* } };
}

codes! {
    /// Anything that has no code of its own.
    GENERAL = 1000;
    WRONG_COMMANDLINE = 1102;
    INITIAL_STATE = 2102;
    NESTED_EXPRESSION = 2103;
    ASSUMPTION_FALSE = 2104;
    ASSUMPTION_EVALUATION_ERROR = 2105;
    INVARIANT_VIOLATED_INITIAL = 2107;
    PROPERTY_VIOLATED_INITIAL = 2108;
    STATE_NOT_COMPLETELY_SPECIFIED_NEXT = 2109;
    INVARIANT_VIOLATED_BEHAVIOR = 2110;
    INVARIANT_EVALUATION_FAILED = 2111;
    ACTION_PROPERTY_VIOLATED = 2112;
    ACTION_PROPERTY_EVALUATION_FAILED = 2113;
    DEADLOCK_REACHED = 2114;
    TEMPORAL_PROPERTY_VIOLATED = 2116;
    BEHAVIOR_UP_TO_THIS_POINT = 2121;
    BACK_TO_STATE = 2122;
    BUG = 2128;
    ASSERT_FAILED = 2132;
    STARTING = 2185;
    FINISHED = 2186;
    MODE_MC = 2187;
    MODE_SIMULATION = 2188;
    COMPUTING_INIT = 2189;
    INIT_GENERATED1 = 2190;
    INIT_GENERATED2 = 2191;
    CHECKING_TEMPORAL = 2192;
    SUCCESS = 2193;
    SEARCH_DEPTH = 2194;
    CHECKPOINT_START = 2195;
    CHECKPOINT_END = 2196;
    STATS = 2199;
    PROGRESS = 2200;
    STATS_DFID = 2204;
    PROGRESS_DFID = 2206;
    PROGRESS_SIMULATION = 2209;
    STATS_SIMULATION = 2210;
    LIVE_IMPLIED = 2212;
    STATE_PRINT2 = 2217;
    STATE_PRINT3 = 2218;
    SANY_END = 2219;
    SANY_START = 2220;
    CONFIG_NO_VALUE = 2222;
    CONFIG_NOT_BOTH_SPEC_AND_INIT = 2227;
    CONFIG_NOT_DEFINED = 2229;
    CONFIG_MISSING_INIT = 2231;
    CONFIG_MISSING_NEXT = 2232;
    VERSION = 2262;
    COUNTER_EXAMPLE = 2264;
    CHECKING_TEMPORAL_END = 2267;
    MODE_DFS = 2271;
    LIVENESS_CONSTRAINTS = 2284;
    PARSING_FAILED = 3002;
}

/// How a message is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Plain = 0,
    Error = 1,
    Bug = 2,
    Warning = 3,
    State = 4,
}

/// A message as text, without the last line break: it may stand inside another one's text.
pub(super) fn message(Code(code): Code, class: Class, text: &str) -> String {
    let class = class as u32;
    format!("@!@!@STARTMSG {code}:{class} @!@!@\n{text}\n@!@!@ENDMSG {code} @!@!@")
}

/// Where messages go.
pub(super) struct Out<W>(Option<W>);

impl<W: Write> Out<W> {
    pub fn new(out: W) -> Self {
        Out(Some(out))
    }

    /// A message.
    pub fn say(&mut self, code: Code, class: Class, text: &str) {
        self.line(&message(code, class, text));
    }

    /// Text outside of messages.
    pub fn line(&mut self, text: &str) {
        let Some(out) = self.0.as_mut() else { return };
        if writeln!(out, "{text}").and_then(|()| out.flush()).is_err() {
            self.0 = None;
        }
    }
}
