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
    /// It is ours, spelt so, and takes two values.
    ValuedTwice(&'static str),
    /// `--dump`: the format may be missing, as in TLC, and then it is text.
    Dumped,
    /// `--simulate`, `--generate`: what follows says more, if it looks like that (`num=5,file=x`).
    Simulated(&'static str),
    /// `--coverage`: TLC wants to know after how many minutes.
    Counted,
    /// `--checkpoint`: after no minutes is never, as without it.
    Timed,
    /// `--generate-spec-te`: TLC's `nomonolith` may follow, which is what is done anyway.
    Explored,
    /// `--load-trace`: TLC has a format before the file.
    Loaded,
    /// It has no effect on any result: dropped.
    Dropped,
    /// It has no effect on any result: dropped with its value.
    DroppedValued,
    /// Known, and not done: why, or what to do instead.
    Refused(&'static str, &'static str),
}

use super::args;
use Meaning::{
    Counted, Dropped, DroppedValued, Dumped, Explored, Flag, Loaded, Refused, Simulated, Timed, Valued,
    ValuedTwice,
};
use tla_checker::dump::FORMATS;

/// TLC's options, those of 2.15 and later ones, by their letters alone, small. The README has a row for each.
const TLC: &[(&str, Meaning)] = &[
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
    ("lncheck", Valued("--lncheck")),
    ("dump", Dumped),
    ("coverage", Counted),
    ("simulate", Simulated("--simulate")),
    ("generate", Simulated("--generate")),
    ("aril", Valued("--aril")),
    ("dfid", Valued("--dfid")),
    ("checkpoint", Timed),
    ("recover", Valued("--recover")),
    ("metadir", Valued("--metadir")),
    ("tool", Flag("--tool")),
    ("userfile", Valued("--user-file")),
    ("dumptrace", ValuedTwice("--dump-trace")),
    ("loadtrace", Loaded),
    ("generatespecte", Explored),
    ("tespecoutdir", Valued("--te-spec-out-dir")),
    ("help", Flag("--help")),
    ("h", Flag("-h")),
    // What is done anyway, or about what TLC keeps in files and memory.
    ("modelcheck", Dropped),
    ("nogeneratespecte", Dropped),
    ("note", Dropped),
    ("cleanup", Dropped),
    ("gzip", Dropped),
    ("terse", Dropped),
    ("debug", Dropped),
    ("fp", DroppedValued),
    ("fpmem", DroppedValued),
    ("fpbits", DroppedValued),
    (
        "view",
        Refused("--view", "traces show whole states; ALIAS in the model says what to show of them instead"),
    ),
    ("debugger", Refused("--debugger", "there is no debugger; `tlacheck repl` evaluates expressions")),
];

/// Our own options that TLC does not have.
const OWN: &[(&str, Meaning)] = &[
    ("json", Flag("--json")),
    ("events", Flag("--events")),
    ("library", Valued("--library")),
    ("maxstates", Valued("--max-states")),
    ("seconds", Valued("--seconds")),
    ("exact", Flag("--exact")),
    ("strict", Flag("--strict")),
    ("coveragehtml", Valued("--coverage-html")),
    ("dfs", Flag("--dfs")),
    ("reference", Flag("--reference")),
    ("fingerprintbits", Valued("--fingerprint-bits")),
    ("color", Valued("--color")),
    ("maxrecursion", Valued("--max-recursion")),
    ("invariant", Valued("--invariant")),
    ("memory", Valued("--memory")),
    ("version", Flag("--version")),
    ("syntaxonly", Flag("--syntax-only")),
    ("module", Valued("--module")),
    ("translate", Flag("--translate")),
];

const NOT_PCAL: &str = "it has TLC translate the algorithm, where tlacheck translates it itself";

/// Options of pcal.trans.
const PCAL: &[(&str, Meaning)] = &[
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
    ("spec", Refused("--spec", NOT_PCAL)),
    ("myspec", Refused("--myspec", NOT_PCAL)),
    ("spec2", Refused("--spec2", NOT_PCAL)),
    ("myspec2", Refused("--myspec2", NOT_PCAL)),
    ("writeast", Refused("--write-ast", "it is for TLC's own translation")),
];

/// An option that is known and not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The option.
    pub option: &'static str,
    /// Why, or what to do instead.
    pub why: &'static str,
}

/// The programs in TLC's jar, and which command of ours does the same.
const CLASSES: &[(&str, Option<&str>)] =
    &[("tlc2.TLC", None), ("pcal.trans", Some("translate")), ("tla2sany.SANY", Some("parse"))];

/// What follows `tlacheck tlc`, or `java`: the arguments of `tlc2.TLC` (which is what `-jar` runs), or of another
/// program of the jar with the command that does the same; those of Java before it left out but for the folders
/// where modules are sought.
pub fn of_tlc(arguments: Vec<String>) -> Vec<String> {
    let class = |a: &String| CLASSES.iter().find(|(class, _)| a == class);
    let named = arguments.iter().enumerate().find_map(|(at, a)| class(a).map(|(_, command)| (at, *command)));
    let jar = || arguments.iter().position(|a| a == "-jar").map(|at| (at + 1, None));
    let Some((class, command)) = named.or_else(jar) else { return arguments };
    if class >= arguments.len() {
        return arguments;
    }
    let libraries = arguments[..class].iter().filter_map(|a| a.strip_prefix("-DTLA-Library="));
    let folders = libraries.flat_map(|l| std::env::split_paths(l).collect::<Vec<_>>());
    let folders = folders.filter(|folder| !folder.as_os_str().is_empty());
    let mut all: Vec<String> = command.map(str::to_owned).into_iter().collect();
    all.extend(folders.flat_map(|folder| ["-I".to_owned(), folder.to_string_lossy().into_owned()]));
    all.extend_from_slice(&arguments[class + 1..]);
    all
}

/// The arguments (without the program's name) for clap.
///
/// # Errors
/// An option that is known and not done.
pub fn normalise(arguments: impl IntoIterator<Item = String>) -> Result<Vec<String>, Refusal> {
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
            // With `=` there would be one value.
            ValuedTwice(name) => out.extend([Some(name), value].into_iter().flatten().map(str::to_owned)),
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
            Timed => {
                let value = value.map(str::to_owned).or_else(|| arguments.next());
                if value.as_ref().and_then(|value| value.parse::<f64>().ok()) != Some(0.0) {
                    out.extend([Some("--checkpoint".to_owned()), value].into_iter().flatten());
                }
            }
            Explored => {
                out.push("--generate-spec-te".to_owned());
                arguments.next_if(|next| next == "nomonolith");
            }
            Loaded => {
                out.push("--load-trace".to_owned());
                let first = value.map(str::to_owned).or_else(|| arguments.next());
                // A file may be called `json`: then nothing that could be the file follows.
                let format = first.as_deref() == Some("json");
                let file = arguments.next_if(|next| format && !next.starts_with('-'));
                out.extend(file.or(first));
            }
            Dropped => {}
            DroppedValued if value.is_some() => {}
            // A value that is missing is nobody's loss: the next option is not one.
            DroppedValued => drop(arguments.next_if(|next| !next.starts_with('-') || is_number(next))),
            Refused(option, why) => return Err(Refusal { option, why }),
        }
        let values = match meaning {
            Valued(_) => 1,
            ValuedTwice(_) => 2,
            _ => 0,
        };
        out.extend(arguments.by_ref().take(values - usize::from(values > 0 && value.is_some())));
    }
    Ok(out)
}

/// Options that nobody knows, with two dashes: for a message that names them as a whole.
pub fn as_words(arguments: Vec<String>) -> Vec<String> {
    let word = |a: &String| {
        a.len() > 2 && a.starts_with('-') && a[1..].starts_with(|c: char| c.is_ascii_alphabetic())
    };
    arguments.into_iter().map(|a| if word(&a) { format!("-{a}") } else { a }).collect()
}

/// The option an argument names, with the value after `=`.
fn recognise(argument: &str) -> Option<(Meaning, Option<&str>)> {
    let word = argument.strip_prefix("--").or_else(|| argument.strip_prefix('-'))?;
    let (word, value) = match word.split_once('=') {
        Some((word, value)) => (word, Some(value)),
        None => (word, None),
    };
    let letters: String = word.chars().filter(|&c| c != '-').map(|c| c.to_ascii_lowercase()).collect();
    let (_, meaning) = [TLC, OWN, PCAL].into_iter().flatten().find(|(name, _)| *name == letters)?;
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
            ("-tool -userFile out.txt -debug M", "--tool --user-file out.txt M"),
            ("-dumpTrace json x M --dump-trace=tla y", "--dump-trace json x M --dump-trace tla y"),
            ("-loadTrace json x M", "--load-trace x M"),
            ("--load-trace x M", "--load-trace x M"),
            ("--load-trace=json -tool M", "--load-trace json --tool M"),
            ("-generateSpecTE nomonolith M", "--generate-spec-te M"),
            ("M -generateSpecTE -teSpecOutDir d", "M --generate-spec-te --te-spec-out-dir d"),
            ("-noGenerateSpecTE -note M", "M"),
            ("-noTE -cleanup -metadir /tmp/x M", "--metadir /tmp/x M"),
            ("-metadir=/tmp/x -fp 3 M", "--metadir=/tmp/x M"),
            ("-fp -7 -fpmem -deadlock M", "--deadlock M"),
            ("-checkpoint 0 -recover x M", "--recover x M"),
            ("-coverage 1 -checkpoint=0 M", "--coverage=1 M"),
            ("-checkpoint 0.5 M --checkpoint", "--checkpoint 0.5 M --checkpoint"),
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
        for (given, name) in [("-view M", "--view"), ("-debugger M", "--debugger")] {
            let refused = normalise(given.split_whitespace().map(str::to_owned)).unwrap_err();
            assert_eq!(refused.option, name, "{given}");
            assert!(refused.why.len() > 10, "{given}");
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
        for (letters, meaning) in [super::TLC, super::OWN, super::PCAL].into_iter().flatten() {
            if let super::Flag(name) | super::Valued(name) | super::ValuedTwice(name) = meaning {
                let own = ["--help", "-h", "--version"].contains(name) || parsed.iter().any(|p| p == name);
                assert!(own, "{name}");
                assert_eq!(letters.to_string(), name.replace('-', ""), "{name}");
            }
        }
        for name in
            ["--dump", "--load-trace", "--generate-spec-te", "--simulate", "--generate", "--checkpoint"]
        {
            assert!(parsed.iter().any(|p| p == name), "{name}");
        }
    }

    /// The table of the README says of every option of TLC's what becomes of it, and of no other.
    #[test]
    fn the_readme_has_a_row_for_every_option_of_tlc() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
        let readme = std::fs::read_to_string(path).expect("the README");
        let table = readme.split("### TLC's options").nth(1).expect("the section");
        let table = table.split("\n### ").next().expect("its text");
        let mut rows: Vec<String> = Vec::new();
        for row in table.lines().filter(|line| line.starts_with("| `-")) {
            let cell = row.split('|').nth(1).expect("a cell");
            for option in cell.split('`').filter(|text| text.starts_with('-')) {
                let word = option.split_whitespace().next().expect("an option");
                rows.push(word.trim_start_matches('-').to_ascii_lowercase());
            }
        }
        let mut known: Vec<String> = super::TLC.iter().map(|(letters, _)| (*letters).to_owned()).collect();
        rows.sort();
        known.sort();
        assert!(known.len() > 35, "{known:?}");
        assert_eq!(rows, known);
    }

    #[test]
    fn what_java_would_be_told_is_left_out() {
        let arguments = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let given =
            "-XX:+UseParallelGC -DTLA-Library=lib/a:lib/b -cp tla2tools.jar tlc2.TLC -tool M -config C";
        #[cfg(unix)]
        assert_eq!(super::of_tlc(arguments(given)), arguments("-I lib/a -I lib/b -tool M -config C"));
        assert_eq!(super::of_tlc(arguments("-cp x tlc2.TLC M")), arguments("M"));
        assert_eq!(super::of_tlc(arguments("-tool M")), arguments("-tool M"));
        assert_eq!(super::of_tlc(arguments("-Xmx4g -jar tla2tools.jar -tool M")), arguments("-tool M"));
        assert_eq!(super::of_tlc(arguments("-cp x pcal.trans -nocfg M")), arguments("translate -nocfg M"));
        assert_eq!(super::of_tlc(arguments("-cp x tla2sany.SANY M")), arguments("parse M"));
        assert_eq!(super::of_tlc(arguments("-jar")), arguments("-jar"));
    }
}
