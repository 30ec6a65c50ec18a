//! TLA+2 source text to a resolved module, with diagnostics.
