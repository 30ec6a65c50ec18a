---- MODULE Bags ----
(* Bags (multisets): functions from elements to how often they occur, each at
   least once. *)
EXTENDS TLC
LOCAL INSTANCE Naturals

\* native
IsABag(B) == B \in [DOMAIN B -> Nat \ {0}]

\* native
BagToSet(B) == DOMAIN B

\* native
SetToBag(S) == [x \in S |-> 1]

\* native
BagIn(e, B) == e \in DOMAIN B

\* native
EmptyBag == SetToBag({})

\* native
CopiesIn(e, B) == IF e \in DOMAIN B THEN B[e] ELSE 0

\* native
B1 (+) B2 == [x \in DOMAIN B1 \cup DOMAIN B2 |-> CopiesIn(x, B1) + CopiesIn(x, B2)]

\* native; never below zero copies
B1 (-) B2 ==
  [x \in {y \in DOMAIN B1 : B1[y] > CopiesIn(y, B2)} |-> B1[x] - CopiesIn(x, B2)]

LOCAL Total(S, number(_)) ==
  LET RECURSIVE add(_, _)
      add(T, acc) == IF T = {} THEN acc
                     ELSE LET x == CHOOSE y \in T : TRUE
                          IN  add(T \ {x}, acc + number(x))
  IN  add(S, 0)

\* native; the sum of a set of bags
BagUnion(S) ==
  [x \in UNION {DOMAIN B : B \in S} |->
     Total(S, LAMBDA B : CopiesIn(x, B))]

\* native; no element has more copies on the left
B1 \sqsubseteq B2 == \A x \in DOMAIN B1 : x \in DOMAIN B2 /\ B1[x] \leq B2[x]

\* native; the set of bags \sqsubseteq B
SubBag(B) ==
  LET RECURSIVE within(_)
      within(D) ==
        IF D = {} THEN {EmptyBag}
        ELSE LET x == CHOOSE y \in D : TRUE
                 without == within(D \ {x})
             IN  without \cup {(x :> n) @@ b : n \in 1 .. B[x], b \in without}
  IN  within(DOMAIN B)

\* native; the bag of images, copies added up
BagOfAll(F(_), B) ==
  [y \in {F(x) : x \in DOMAIN B} |->
     Total({x \in DOMAIN B : F(x) = y}, LAMBDA x : B[x])]

\* native
BagCardinality(B) == Total(DOMAIN B, LAMBDA x : B[x])
====
