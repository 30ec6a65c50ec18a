---------------------------- MODULE SymmetricPaxos ----------------------------
\* Paxos, in which neither acceptors nor values are told apart.
EXTENDS Paxos, TLC
Symmetry == Permutations(Acceptor) \cup Permutations(Value)
=============================================================================
