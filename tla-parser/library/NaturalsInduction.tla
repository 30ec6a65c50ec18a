---- MODULE NaturalsInduction ----
(* Induction over the natural numbers, and what it means to define a function
   by it.
   Proofs cite the theorems by name; the checker reads no proofs, so their
   statements are left out. *)
EXTENDS Integers

\* f is chosen to satisfy the recursion from f0 by Def; f does satisfy it
NatInductiveDefHypothesis(f, f0, Def(_, _)) ==
  f = CHOOSE g : g = [n \in Nat |-> IF n > 0 THEN Def(g[n - 1], n) ELSE f0]
NatInductiveDefConclusion(f, f0, Def(_, _)) ==
  f = [n \in Nat |-> IF n > 0 THEN Def(f[n - 1], n) ELSE f0]

\* the same on m..n, from c
FiniteNatInductiveDefHypothesis(f, c, Def(_, _), m, n) ==
  f = CHOOSE g : g = [k \in m .. n |-> IF k > m THEN Def(g[k - 1], k) ELSE c]
FiniteNatInductiveDefConclusion(f, c, Def(_, _), m, n) ==
  f = [k \in m .. n |-> IF k > m THEN Def(f[k - 1], k) ELSE c]

THEOREM NatInduction == TRUE
THEOREM DownwardNatInduction == TRUE
THEOREM GeneralNatInduction == TRUE
THEOREM SmallestNatural == TRUE
THEOREM RecursiveFcnOfNat == TRUE
THEOREM NatInductiveDef == TRUE
THEOREM RecursiveFcnOfNatType == TRUE
THEOREM NatInductiveDefType == TRUE
THEOREM RecursiveFcnOfNatUnique == TRUE
THEOREM NatInductiveUnique == TRUE
THEOREM FiniteNatInductiveDef == TRUE
THEOREM FiniteNatInductiveDefType == TRUE
THEOREM FiniteNatInductiveUnique == TRUE
====
