//! An explicit-state model checker for TLA+.

pub mod check;
pub mod config;
pub mod eval;
pub mod explore;
pub mod failure;
pub mod ir;
pub mod lower;
pub mod model;
pub mod observer;
pub mod outcome;
pub mod report;
pub mod space;
pub mod spec;
pub mod value;
