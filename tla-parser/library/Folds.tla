---- MODULE Folds ----
(* The fold all other folds are written with. *)

\* native
\* op(f(x1), op(f(x2), ... op(f(xn), base))), where x1 = choose(S), x2 is chosen
\* from what is left, and so on
MapThenFoldSet(op(_, _), base, f(_), choose(_), S) ==
  LET RECURSIVE fold(_)
      fold(T) == IF T = {} THEN base
                 ELSE LET x == choose(T) IN op(f(x), fold(T \ {x}))
  IN  fold(S)
====
