---- MODULE Quorum ----
(* Sets of quorums. *)

\* the non-empty sets of subsets of S, any two of which meet, and which contain
\* every larger subset with each
QuorumSystem(S) ==
  {Q \in SUBSET SUBSET S :
     /\ Q # {}
     /\ \A A \in Q : /\ \A B \in Q : \E x \in A : x \in B
                     /\ \A B \in SUBSET S : A \subseteq B => B \in Q}
====
