//! `tlacheck`: the command line.
fn main() {}
