//! Benchmarks. The stages get theirs with the engine issue.
