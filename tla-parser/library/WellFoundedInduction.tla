---- MODULE WellFoundedInduction ----
(* Induction along a well-founded relation (a set of pairs, the smaller first),
   definition by it, and ways to build such relations.
   Proofs cite the theorems by name; the checker reads no proofs, so their
   statements are left out. *)
EXTENDS NaturalsInduction

IsTransitivelyClosedOn(R, S) ==
  \A x, y, z \in S : <<x, y>> \in R /\ <<y, z>> \in R => <<x, z>> \in R

\* no infinite descent
IsWellFoundedOn(R, S) ==
  \A f \in [Nat -> S] : \E n \in Nat : <<f[n + 1], f[n]>> \notin R

\* the elements of S below x
SetLessThan(x, R, S) == {y \in S : <<y, x>> \in R}

\* does Def(f, x) depend on f below x alone?
WFDefOn(R, S, Def(_, _)) ==
  \A g, h : \A x \in S :
    (\A y \in SetLessThan(x, R, S) : h[y] = g[y]) => Def(h, x) = Def(g, x)

\* f is chosen to satisfy f[x] = Def(f, x); f does satisfy it; one function does
OpDefinesFcn(f, S, Def(_, _)) == f = CHOOSE g : g = [x \in S |-> Def(g, x)]
WFInductiveDefines(f, S, Def(_, _)) == f = [x \in S |-> Def(f, x)]
WFInductiveUnique(S, Def(_, _)) ==
  \A g, h : WFInductiveDefines(g, S, Def) /\ WFInductiveDefines(h, S, Def) => g = h

\* the pairs in every transitive relation on S that contains R
TransitiveClosureOn(R, S) ==
  {p \in S \X S :
     \A T \in SUBSET (S \X S) :
       R \cap (S \X S) \subseteq T /\ IsTransitivelyClosedOn(T, S) => p \in T}

\* an operator as a set of pairs
OpToRel(_\prec_, S) == {p \in S \X S : p[1] \prec p[2]}

\* the pairs whose images under f are in R
PreImage(f(_), S, R) == {p \in S \X S : <<f(p[1]), f(p[2])>> \in R}

\* first components first, then second ones
LexPairOrdering(R1, R2, S1, S2) ==
  {p \in (S1 \X S2) \X (S1 \X S2) :
     LET a == p[1]
         b == p[2]
     IN  <<a[1], b[1]>> \in R1 \/ (a[1] = b[1] /\ <<a[2], b[2]>> \in R2)}

\* tuples of length n by the first component in which they differ
LexProductOrdering(R, S, n) ==
  {p \in [1 .. n -> S] \X [1 .. n -> S] :
     \E k \in 1 .. n : /\ <<p[1][k], p[2][k]>> \in R
                       /\ \A i \in 1 .. k - 1 : p[1][i] = p[2][i]}

THEOREM EmptyIsWellFounded == TRUE
THEOREM IsWellFoundedOnSubset == TRUE
THEOREM IsWellFoundedOnSubrelation == TRUE
THEOREM WFMin == TRUE
THEOREM MinWF == TRUE
THEOREM WellFoundedIsIrreflexive == TRUE
THEOREM WellFoundedIsAsymmetric == TRUE
THEOREM WFSetLessThanIrreflexive == TRUE
THEOREM SetLessTransitive == TRUE
THEOREM WFInduction == TRUE
THEOREM WFDefOnUnique == TRUE
THEOREM WFInductiveDefLemma == TRUE
THEOREM TransitiveClosureThm == TRUE
THEOREM TransitiveClosureMinimal == TRUE
THEOREM TCTCTC == TRUE
THEOREM TCRTC == TRUE
THEOREM RTCTC == TRUE
THEOREM TransitiveClosureChopLast == TRUE
THEOREM TransitiveClosureWF == TRUE
THEOREM WFInductiveDef == TRUE
THEOREM WFInductiveDefType == TRUE
THEOREM NatLessThanWellFounded == TRUE
THEOREM PreImageWellFounded == TRUE
THEOREM WFLexPairOrdering == TRUE
THEOREM WFLexProductOrdering == TRUE
====
