---- MODULE TLC ----
(* Operators that speak to the checker: output, assertions, registers; small
   functions written inline; permutations, sorting, random choice. *)
LOCAL INSTANCE Naturals
LOCAL INSTANCE Sequences

\* native; prints out and then the value, equals the value
Print(out, val) == val

\* native; prints out
PrintT(out) == TRUE

\* native; when val is not TRUE, the run stops with the message out
Assert(val, out) == IF val = TRUE THEN TRUE ELSE CHOOSE v : TRUE

\* native; milliseconds of the wall clock, cut to 31 bits
JavaTime == CHOOSE n : n \in Nat

\* native; the register i (a natural), or a named statistic (a string)
TLCGet(i) == CHOOSE v : TRUE

\* native; assigns the register i
TLCSet(i, v) == TRUE

\* native; the function on {d} with value e
d :> e == [k \in {d} |-> e]

\* native; both functions joined, the left one first
f @@ g == [k \in DOMAIN f \cup DOMAIN g |-> IF k \in DOMAIN f THEN f[k] ELSE g[k]]

\* native; the bijections from S to itself
Permutations(S) == {p \in [S -> S] : \A x, y \in S : x # y => p[x] # p[y]}

\* native; insertion from the left: an element moves ahead of the elements it
\* precedes, so for a strict order equals keep their places
SortSeq(s, Op(_, _)) ==
  LET RECURSIVE slot(_, _, _), sorted(_)
      slot(e, t, k) == IF k > 0 /\ Op(e, t[k]) THEN slot(e, t, k - 1) ELSE k
      sorted(n) ==
        IF n = 0 THEN << >>
        ELSE LET t == sorted(n - 1)
                 k == slot(s[n], t, n - 1)
             IN  SubSeq(t, 1, k) \o <<s[n]>> \o SubSeq(t, k + 1, n - 1)
  IN  sorted(Len(s))

\* native; pseudo-random
RandomElement(s) == CHOOSE x \in s : TRUE

\* native; has every value as a member
Any == CHOOSE x : TRUE

\* native; the text TLA+ syntax gives the value
ToString(v) == CHOOSE text \in STRING : TRUE

\* native; evaluates v at once, where it might have been kept lazy
TLCEval(v) == v
====
