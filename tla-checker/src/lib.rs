//! An explicit-state model checker for TLA+.
