//! TLC's command-line options, where other servers pass them on (`extraOpts`).
//!
//! Enters: words. Leaves: what they ask for. Holds: an option that has no meaning here is refused by name, never
//! skipped; those that only say how TLC uses its machine (`-lncheck`, `-gzip` …) are among the refused.

use crate::workbench::failure::Failure;

/// What TLC's options ask for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct TlcOptions {
    pub workers: Option<u32>,
    /// `-deadlock`: do not look for deadlock.
    pub no_deadlock: bool,
    pub depth: Option<u32>,
    pub seed: Option<i64>,
    pub keep_going: bool,
    pub simulate: bool,
    pub behaviours: Option<u64>,
    pub invariants: Vec<String>,
    pub config: Option<String>,
    pub coverage: bool,
}

/// Reads them.
///
/// # Errors
/// One is not known, or has no value.
pub(super) fn read(argument: &str, words: &[String]) -> Result<TlcOptions, Failure> {
    let mut options = TlcOptions::default();
    let mut rest = words.iter().flat_map(|word| word.split_whitespace()).peekable();
    while let Some(word) = rest.next() {
        let name = word.trim_start_matches('-');
        let mut value = || {
            rest.next().ok_or_else(|| Failure::argument(argument, format!("the option {word} has no value")))
        };
        match name {
            "workers" => {
                let value = value()?;
                options.workers = Some(if value == "auto" { 0 } else { number(argument, word, value)? });
            }
            "deadlock" => options.no_deadlock = true,
            "depth" => options.depth = Some(number(argument, word, value()?)?),
            "seed" => options.seed = Some(number(argument, word, value()?)?),
            "continue" => options.keep_going = true,
            "coverage" => {
                value()?;
                options.coverage = true;
            }
            "config" => options.config = Some(value()?.to_owned()),
            "invariant" => options.invariants.push(value()?.to_owned()),
            "simulate" | "generate" => {
                options.simulate = true;
                if let Some(more) = rest.next_if(|next| next.starts_with("num=")) {
                    options.behaviours = Some(number(argument, word, &more["num=".len()..])?);
                }
            }
            // How it is said, which is our business.
            "cleanup" | "tool" | "nowarning" | "terse" | "modelcheck" | "noGenerateSpecTE" => {}
            _ => {
                let help = "known are -workers, -deadlock, -depth, -seed, -continue, -simulate [num=N], -invariant, -config, -coverage";
                return Err(
                    Failure::argument(argument, format!("the option {word} is not known here")).help(help)
                );
            }
        }
    }
    Ok(options)
}

fn number<T: std::str::FromStr>(argument: &str, option: &str, text: &str) -> Result<T, Failure> {
    text.parse()
        .map_err(|_| Failure::argument(argument, format!("the option {option} wants a number, not `{text}`")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn options_are_understood_or_refused_by_name() {
        let options =
            read("extraOpts", &words("-workers auto -deadlock -simulate num=7 -depth 9 -seed -4 -cleanup"));
        let wanted = TlcOptions {
            workers: Some(0),
            no_deadlock: true,
            depth: Some(9),
            seed: Some(-4),
            simulate: true,
            behaviours: Some(7),
            ..TlcOptions::default()
        };
        assert_eq!(options.expect("known"), wanted);
        for (text, says) in
            [("-fpmem 1", "-fpmem"), ("-depth", "has no value"), ("-depth x", "`x`"), ("Spec", "Spec")]
        {
            let failure = read("extraOpts", &words(text)).expect_err(text);
            assert!(failure.message.contains(says), "{}", failure.message);
        }
    }
}
