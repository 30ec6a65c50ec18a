//! The workbench: every TLA+ tool as a plain function with typed input and output.
//!
//! Enters: a spec as text or as a file under the allowed roots, and what is asked of it. Leaves: data that serialises,
//! each type with a schema, and as text for people and models ([`Told`]). Both the refine-check loop and the MCP
//! server call these functions. Holds: nothing is printed and no process is started; what is asked of a text reads no
//! file; files outside the roots are never read, whatever links say, and a spec reaches nothing outside itself
//! (`IOExec`, `JsonDeserialize` … are refused, E0519). Results are the same for the same input: no clock, no random
//! order. Everything is bounded by default, and a bound that was reached is said.
//!
//! | tool | what it does |
//! | --- | --- |
//! | [`Workbench::parse`] | is it TLA+, and if not, why not |
//! | [`Workbench::symbols`], [`Workbench::modules`] | what a spec defines; the modules that are built in |
//! | [`Workbench::check`], [`Workbench::simulate`] | the search, and random behaviours: verdict, counts, trace |
//! | [`Workbench::explore`] | initial states and successors, a step at a time |
//! | [`Workbench::eval`] | the value of a constant expression |
//! | [`Workbench::trace_get`], [`Workbench::trace_diff`] | parts of a trace, and differences in it |
//! | [`Workbench::trace_validate`] | whether a log of a real system is a behaviour |
//! | [`Workbench::coverage`] | how often each part was evaluated, and what never happened |
//! | [`Workbench::mutate`] | which small errors the properties notice |
//! | [`Workbench::translate`] | PlusCal to TLA+ |
//!
//! ```
//! use specgen::workbench::source::SpecInput;
//! use specgen::workbench::{Watch, Workbench, check::CheckInput};
//!
//! let text = "---- MODULE Clock ----\nEXTENDS Naturals\nVARIABLE hour\n\
//!             Init == hour = 1\nNext == hour' = (hour % 12) + 1\n====";
//! let bench = Workbench::in_memory();
//! let mut input = CheckInput { spec: SpecInput::of_text(text), ..CheckInput::default() };
//! input.model.invariants = vec!["hour < 12".into()];
//! let output = bench.check(&input, &Watch::silent()).expect("can be checked");
//! assert_eq!(output.outcome.as_str(), "invariant");
//! assert_eq!(output.trace.expect("leads there").length, 12);
//! ```

pub mod check;
pub mod coverage;
pub mod data;
mod diff;
pub mod eval;
pub mod explore;
pub mod failure;
pub mod model;
pub mod mutate;
pub mod page;
mod path;
mod replay;
mod run;
pub mod source;
mod store;
pub mod symbols;
pub mod syntax;
pub mod trace;
pub mod translate;
pub mod validate;
pub mod value;
pub mod violation;

pub use failure::Failure;
pub use run::{Limits, Progress, Watch};

use failure::Kind;
use std::path::{Path, PathBuf};
use store::Store;

/// What the tools share: the folders that may be read, and the traces that were found.
#[derive(Debug, Default)]
pub struct Workbench {
    roots: Vec<PathBuf>,
    store: Store,
    parsed: source::Parsed,
}

impl Workbench {
    /// One that reads no files.
    pub fn in_memory() -> Workbench {
        Workbench::default()
    }

    /// One that reads files in these folders, and nowhere else.
    ///
    /// # Errors
    /// One of them is no folder.
    pub fn with_roots<P: AsRef<Path>>(roots: impl IntoIterator<Item = P>) -> Result<Workbench, Failure> {
        let root = |root: P| {
            let root = root.as_ref();
            match root.canonicalize() {
                Ok(real) if real.is_dir() => Ok(real),
                Ok(_) => {
                    Err(Failure::new(Kind::Argument, format!("the root {} is no folder", root.display())))
                }
                Err(error) => Err(Failure::new(
                    Kind::Argument,
                    format!("the root {} cannot be used: {error}", root.display()),
                )),
            }
        };
        let roots = roots.into_iter().map(root).collect::<Result<_, _>>()?;
        Ok(Workbench { roots, ..Workbench::default() })
    }

    /// The folders that may be read.
    pub fn roots(&self) -> &[PathBuf] {
        &self.roots
    }
}

/// What people and models read, where programs read the data.
pub trait Told {
    /// The result as text.
    fn text(&self) -> String;
}
