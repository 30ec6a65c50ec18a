---- MODULE FiniteSets ----
(* Finiteness and the number of elements. *)
LOCAL INSTANCE Naturals

\* native
IsFiniteSet(S) ==
  \E n \in Nat : \E list \in [1 .. n -> S] : S = {list[k] : k \in 1 .. n}

\* native; an error on an infinite set
Cardinality(S) ==
  LET RECURSIVE count(_)
      count(T) == IF T = {} THEN 0
                  ELSE LET one == CHOOSE x \in T : TRUE IN 1 + count(T \ {one})
  IN  count(S)
====
