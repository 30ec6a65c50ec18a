---- MODULE FiniteSetsExt ----
(* Folds, sums and selections over finite sets. *)
EXTENDS Integers, FiniteSets, Folds, Functions

\* native
\* op(xn, ... op(x2, op(x1, base))) over the elements in the order CHOOSE takes
\* them: op should not depend on it
FoldSet(op(_, _), base, set) ==
  LET RECURSIVE fold(_, _)
      fold(T, acc) == IF T = {} THEN acc
                      ELSE LET x == CHOOSE y \in T : TRUE IN fold(T \ {x}, op(x, acc))
  IN  fold(set, base)

\* native
SumSet(set) == FoldSet(+, 0, set)

\* native
ProductSet(set) == FoldSet(LAMBDA x, y : x * y, 1, set)

\* FoldSet under its old name, with its old order of arguments
ReduceSet(op(_, _), set, acc) == FoldSet(op, acc, set)

\* native; the sum of the images, equal images counting each time
MapThenSumSet(op(_), set) == FoldSet(LAMBDA x, acc : op(x) + acc, 0, set)

FlattenSet(S) == UNION S

\* in one of the two, not in both
SymDiff(A, B) == (A \cup B) \ (A \cap B)

\* native; how many elements satisfy P
Quantify(S, P(_)) == Cardinality({x \in S : P(x)})

\* native; the subsets of S with k elements
kSubset(k, S) ==
  LET RECURSIVE pick(_, _)
      pick(n, T) ==
        IF n = 0 THEN {{}}
        ELSE IF T = {} THEN {}
        ELSE LET x == CHOOSE y \in T : TRUE
                 rest == T \ {x}
             IN  pick(n, rest) \cup {{x} \cup K : K \in pick(n - 1, rest)}
  IN  IF k \in Nat THEN pick(k, S) ELSE {}

\* native; an error on the empty set
Max(S) == CHOOSE m \in S : \A x \in S : x \leq m

\* native; an error on the empty set
Min(S) == CHOOSE m \in S : \A x \in S : m \leq x

\* the sets one gets by taking one element from each set
Choices(Sets) ==
  LET RECURSIVE take(_)
      take(Rest) ==
        IF Rest = {} THEN {{}}
        ELSE LET T == CHOOSE U \in Rest : TRUE
             IN  {{x} \cup C : x \in T, C \in take(Rest \ {T})}
  IN  take(Sets)

\* the only element satisfying P; an error if there is none or another
ChooseUnique(S, P(_)) ==
  LET those == {x \in S : P(x)}
  IN  CHOOSE x \in those : those = {x}
====
