//! The command line as TLC spells it, in our spelling.
//!
//! Enters: the arguments. Leaves: the arguments for clap, or the name of an option of TLC's that is not
//! built yet. Holds: TLC's options are recognised with one dash or two, in any case and with or without
//! hyphens (`-maxSetSize`, `--max-set-size`); what follows `--` is left alone; the value of an option is
//! never taken for an option.

/// What an option of TLC's means here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    /// It is ours, spelt so.
    Flag(&'static str),
    /// It is ours, spelt so, and takes a value.
    Valued(&'static str),
    /// `--dump`: the format may be missing, as in TLC, and then it is text.
    Dumped,
    /// `--simulate`, `--generate`: what follows says more, if it looks like that (`num=5,file=x`).
    Simulated(&'static str),
    /// `--coverage`: TLC wants to know after how many minutes.
    Counted,
    /// It has no effect on any result: dropped.
    Dropped,
    /// It has no effect on any result: dropped with its value.
    DroppedValued,
    /// Known, not built yet.
    Refused(&'static str),
}

use super::args;
use Meaning::{Counted, Dropped, DroppedValued, Dumped, Flag, Refused, Simulated, Valued};
use tla_checker::dump::FORMATS;

/// Options by their letters alone, small.
const OPTIONS: &[(&str, Meaning)] = &[
    ("config", Valued("--config")),
    ("deadlock", Flag("--deadlock")),
    ("workers", Valued("--workers")),
    ("depth", Valued("--depth")),
    ("continue", Flag("--continue")),
    ("difftrace", Flag("--difftrace")),
    ("nowarning", Flag("--nowarning")),
    ("seed", Valued("--seed")),
    ("maxsetsize", Valued("--max-set-size")),
    ("postcondition", Valued("--postcondition")),
    ("json", Flag("--json")),
    ("events", Flag("--events")),
    ("library", Valued("--library")),
    ("maxstates", Valued("--max-states")),
    ("seconds", Valued("--seconds")),
    ("exact", Flag("--exact")),
    ("lncheck", Valued("--lncheck")),
    ("strict", Flag("--strict")),
    ("dump", Dumped),
    ("coverage", Counted),
    ("coveragehtml", Valued("--coverage-html")),
    ("simulate", Simulated("--simulate")),
    ("generate", Simulated("--generate")),
    ("aril", Valued("--aril")),
    ("dfs", Flag("--dfs")),
    ("dfid", Valued("--dfid")),
    ("reference", Flag("--reference")),
    ("fingerprintbits", Valued("--fingerprint-bits")),
    ("color", Valued("--color")),
    ("maxrecursion", Valued("--max-recursion")),
    ("invariant", Valued("--invariant")),
    ("memory", Valued("--memory")),
    ("checkpoint", Valued("--checkpoint")),
    ("recover", Valued("--recover")),
    ("metadir", Valued("--metadir")),
    ("help", Flag("--help")),
    ("version", Flag("--version")),
    ("syntaxonly", Flag("--syntax-only")),
    ("module", Valued("--module")),
    ("translate", Flag("--translate")),
    // Of pcal.trans.
    ("wf", Flag("--wf")),
    ("sf", Flag("--sf")),
    ("wfnext", Flag("--wf-next")),
    ("nof", Flag("--nof")),
    ("termination", Flag("--termination")),
    ("label", Flag("--label")),
    ("reportlabels", Flag("--report-labels")),
    ("labelroot", Valued("--label-root")),
    ("linewidth", Valued("--line-width")),
    ("nodonedisjunct", Flag("--no-done-disjunct")),
    ("nocfg", Flag("--no-cfg")),
    ("old", Flag("--old")),
    ("stdout", Flag("--stdout")),
    ("noold", Dropped),
    ("unixeol", Dropped),
    ("spec", Refused("--spec")),
    ("myspec", Refused("--myspec")),
    ("spec2", Refused("--spec2")),
    ("myspec2", Refused("--myspec2")),
    ("writeast", Refused("--write-ast")),
    // How TLC stores fingerprints, how it speaks to the Toolbox.
    ("modelcheck", Dropped),
    ("cleanup", Dropped),
    ("gzip", Dropped),
    ("terse", Dropped),
    ("tool", Dropped),
    ("note", Dropped),
    ("nogeneratespecte", Dropped),
    ("fp", DroppedValued),
    ("fpmem", DroppedValued),
    ("fpbits", DroppedValued),
    // Not built yet.
    ("dumptrace", Refused("--dump-trace")),
    ("view", Refused("--view")),
    ("debugger", Refused("--debugger")),
    ("userfile", Refused("--user-file")),
    ("generatespecte", Refused("--generate-spec-te")),
    ("tespecoutdir", Refused("--te-spec-out-dir")),
];

/// The arguments (without the program's name) for clap.
///
/// # Errors
/// The name of an option that is not built yet.
pub fn normalise(arguments: impl IntoIterator<Item = String>) -> Result<Vec<String>, &'static str> {
    let mut out = Vec::new();
    let mut arguments = arguments.into_iter().peekable();
    while let Some(argument) = arguments.next() {
        if argument == "--" {
            out.push(argument);
            out.extend(arguments);
            break;
        }
        let Some((meaning, value)) = recognise(&argument) else {
            out.push(argument);
            continue;
        };
        match meaning {
            Flag(name) | Valued(name) => out.push(match value {
                Some(value) => format!("{name}={value}"),
                None => name.to_owned(),
            }),
            Dumped => {
                out.push("--dump".to_owned());
                let first = value.map(str::to_owned).or_else(|| arguments.next());
                match first {
                    Some(file) if !is_format(&file) => out.extend(["text".to_owned(), file]),
                    Some(format) => out.extend([Some(format), arguments.next()].into_iter().flatten()),
                    None => {}
                }
            }
            Simulated(name) => {
                let more = |next: &String| !next.starts_with('-') && args::is_simulation(next);
                let value = value.map(str::to_owned).or_else(|| arguments.next_if(more));
                out.push(match value {
                    Some(value) => format!("{name}={value}"),
                    None => name.to_owned(),
                });
            }
            Counted => {
                let value = value.map(str::to_owned).or_else(|| arguments.next_if(|next| is_number(next)));
                out.push(value.map_or("--coverage".to_owned(), |value| format!("--coverage={value}")));
            }
            Dropped => {}
            DroppedValued if value.is_some() => {}
            // A value that is missing is nobody's loss: the next option is not one.
            DroppedValued => drop(arguments.next_if(|next| !next.starts_with('-') || is_number(next))),
            Refused(name) => return Err(name),
        }
        if let (Valued(_), None) = (meaning, value) {
            out.extend(arguments.next());
        }
    }
    Ok(out)
}

/// The option an argument names, with the value after `=`.
fn recognise(argument: &str) -> Option<(Meaning, Option<&str>)> {
    let word = argument.strip_prefix("--").or_else(|| argument.strip_prefix('-'))?;
    let (word, value) = match word.split_once('=') {
        Some((word, value)) => (word, Some(value)),
        None => (word, None),
    };
    let letters: String = word.chars().filter(|&c| c != '-').map(|c| c.to_ascii_lowercase()).collect();
    let (_, meaning) = OPTIONS.iter().find(|(name, _)| *name == letters)?;
    Some((*meaning, value))
}

/// Whether a word after `-dump` is a format, rather than the file.
fn is_format(text: &str) -> bool {
    let first = text.split(',').next().unwrap_or_default().to_ascii_lowercase();
    FORMATS.contains(&first.as_str())
}

fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::normalise;

    #[test]
    fn tlc_spellings_become_ours() {
        for (given, wanted) in [
            ("M.tla", "M.tla"),
            ("-config M.cfg M", "--config M.cfg M"),
            ("--config M.cfg M", "--config M.cfg M"),
            ("--config=M.cfg M", "--config=M.cfg M"),
            ("-deadlock -workers auto M", "--deadlock --workers auto M"),
            ("-maxSetSize 5 M", "--max-set-size 5 M"),
            ("--max-set-size 5 M", "--max-set-size 5 M"),
            ("-noTE -cleanup -metadir /tmp/x M", "--metadir /tmp/x M"),
            ("-metadir=/tmp/x -fp 3 M", "--metadir=/tmp/x M"),
            ("-fp -7 -fpmem -deadlock M", "--deadlock M"),
            ("-checkpoint 0 -recover x M", "--checkpoint 0 --recover x M"),
            ("-lncheck final --strict M", "--lncheck final --strict M"),
            ("-seed -5 M", "--seed -5 M"),
            ("-config -simulate M", "--config -simulate M"),
            ("-simulate M", "--simulate M"),
            ("-simulate num=5,file=t M -aril 3", "--simulate=num=5,file=t M --aril 3"),
            ("--generate file=x M", "--generate=file=x M"),
            ("-simulate=num=5 M", "--simulate=num=5 M"),
            ("-dfid 7 M --dfs", "--dfid 7 M --dfs"),
            ("-dump states M", "--dump text states M"),
            ("-dump=states M", "--dump text states M"),
            ("-dump dot,colorize,actionLabels g M", "--dump dot,colorize,actionLabels g M"),
            ("--dump=JSON g.json M", "--dump JSON g.json M"),
            ("-dump", "--dump"),
            ("-coverage 1 M", "--coverage=1 M"),
            ("M --coverage", "M --coverage"),
            ("-coverage M -coverageHtml c.html", "--coverage M --coverage-html c.html"),
            ("-I lib M", "-I lib M"),
            ("-h", "-h"),
            ("-V", "-V"),
            ("-unknown M", "-unknown M"),
            ("-- -config", "-- -config"),
            ("translate -wfNext -nocfg -labelRoot L M", "translate --wf-next --no-cfg --label-root L M"),
            ("translate -unixEOL -lineWidth=90 M", "translate --line-width=90 M"),
            ("parse --syntax-only M", "parse --syntax-only M"),
            ("eval -1 -module M.tla", "eval -1 --module M.tla"),
            ("", ""),
        ] {
            let arguments = given.split_whitespace().map(str::to_owned);
            assert_eq!(normalise(arguments).map(|a| a.join(" ")), Ok(wanted.to_owned()), "{given}");
        }
    }

    #[test]
    fn what_is_not_built_is_named() {
        for (given, name) in [
            ("-view M", "--view"),
            ("-generateSpecTE=x M", "--generate-spec-te"),
            ("-dumpTrace json x M", "--dump-trace"),
            ("--dump-trace json x M", "--dump-trace"),
        ] {
            assert_eq!(normalise(given.split_whitespace().map(str::to_owned)), Err(name), "{given}");
        }
    }

    /// clap must know what the table leads to.
    #[test]
    fn the_table_is_known_to_clap() {
        use clap::CommandFactory;
        let command = super::super::args::Cli::command();
        let parsed: Vec<String> = command
            .get_subcommands()
            .chain([&command])
            .flat_map(|c| c.get_arguments().filter_map(|a| a.get_long().map(|l| format!("--{l}"))))
            .collect();
        for (letters, meaning) in super::OPTIONS {
            if let super::Flag(name) | super::Valued(name) = meaning {
                let own = ["--help", "--version"].contains(name) || parsed.iter().any(|p| p == name);
                assert!(own, "{name}");
                assert_eq!(letters.to_string(), name.replace('-', ""), "{name}");
            }
        }
    }
}
