---- MODULE Integers ----
(* The integers: Naturals, the set Int, and unary minus. *)
EXTENDS Naturals

\* native
Int == Nat \cup {0 - n : n \in Nat}

\* native
-. a == 0 - a
====
