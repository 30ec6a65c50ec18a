---- MODULE Randomization ----
(* Random subsets, for sampling initial states. A choice depends on the seed and
   the state it is made in, so a run can be repeated. *)
LOCAL INSTANCE Naturals
LOCAL INSTANCE FiniteSets

\* native; pseudo-random, a subset with k elements
RandomSubset(k, S) == CHOOSE T \in SUBSET S : Cardinality(T) = k

\* native; pseudo-random: k subsets are drawn (equal ones collapse), each element
\* of S being in one with probability n / Cardinality(S)
RandomSetOfSubsets(k, n, S) == CHOOSE T \in SUBSET SUBSET S : Cardinality(T) \leq k

\* how many different subsets five such draws gave
TestRandomSetOfSubsets(k, n, S) ==
  [draw \in 1 .. 5 |-> Cardinality(RandomSetOfSubsets(k, n, S))]
====
