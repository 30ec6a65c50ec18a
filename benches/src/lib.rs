//! The same models on tlacheck and on other checkers, side by side: the parts of the binary `versus`.
//!
//! Enters: which models and which tools. Leaves: a row for each pair, as a table and as CSV.
//! Holds: the counts of a row are asserted, so that only searches of the same state graph are compared; time is
//! CPU time of a whole process, whatever the tool. The benches of single stages are in `benches/`, and share
//! nothing with this.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`suite`] | the models, and how many states they have |
//! | [`tool`] | the checkers: where one is found, how it is run, what it answers |
//! | [`stateright`] | the models in Rust |
//! | [`process`] | a process and its CPU time |
//! | [`machine`], [`report`] | where and when; rows, table and CSV |

pub mod machine;
pub mod process;
pub mod report;
pub mod stateright;
pub mod suite;
pub mod tool;
