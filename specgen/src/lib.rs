//! The specification generator. It has no features yet: its own issue builds it.
