//! An explicit-state model checker for TLA+.

pub mod eval;
pub mod explore;
pub mod failure;
pub mod ir;
pub mod lower;
pub mod observer;
pub mod outcome;
pub mod space;
pub mod value;
