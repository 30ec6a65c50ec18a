---- MODULE BagsExt ----
(* Changing a bag by one element, and folding over all copies in a bag. *)
LOCAL INSTANCE Bags
LOCAL INSTANCE Integers
LOCAL INSTANCE Folds

\* native; one more copy of x
BagAdd(B, x) == [e \in DOMAIN B \cup {x} |-> CopiesIn(e, B) + (IF e = x THEN 1 ELSE 0)]

\* native; one copy of x less, if it has one
BagRemove(B, x) ==
  IF CopiesIn(x, B) > 1 THEN [B EXCEPT ![x] = @ - 1]
  ELSE [e \in DOMAIN B \ {x} |-> B[e]]

\* native; no copy of x left
BagRemoveAll(B, x) == [e \in DOMAIN B \ {x} |-> B[e]]

\* Every element is mapped by f and combined with what was combined so far, as
\* often as it occurs; choose takes the elements in turn from a set of elements.
\* The order should not matter to op.
MapThenFoldBag(op(_, _), base, f(_), choose(_), B) ==
  LET RECURSIVE copies(_, _, _), fold(_, _)
      copies(y, n, acc) == IF n = 0 THEN acc ELSE copies(y, n - 1, op(y, acc))
      fold(D, acc) == IF D = {} THEN acc
                      ELSE LET x == choose(D)
                           IN  copies(f(x), B[x], fold(D \ {x}, acc))
  IN  fold(DOMAIN B, base)

FoldBag(op(_, _), base, B) ==
  MapThenFoldBag(op, base, LAMBDA x : x, LAMBDA D : CHOOSE x \in D : TRUE, B)

\* native
SumBag(B) ==
  MapThenFoldSet(LAMBDA m, n : m + n, 0, LAMBDA x : x * B[x],
                 LAMBDA D : CHOOSE x \in D : TRUE, DOMAIN B)

\* native
ProductBag(B) ==
  MapThenFoldSet(LAMBDA m, n : m * n, 1, LAMBDA x : x ^ B[x],
                 LAMBDA D : CHOOSE x \in D : TRUE, DOMAIN B)
====
