---- MODULE Functions ----
(* Restriction, range and inverse of functions; injections, surjections and
   bijections; folds over the values of a function. *)
EXTENDS Integers, Folds

\* f on S alone; S should lie within its domain
Restrict(f, S) == [x \in S |-> f[x]]

\* f on the arguments that pass the test
RestrictDomain(f, Test(_)) == [x \in {d \in DOMAIN f : Test(d)} |-> f[x]]

\* f on the arguments whose value passes the test
RestrictValues(f, Test(_)) == [x \in {d \in DOMAIN f : Test(f[d])} |-> f[x]]

\* is the one a part of the other?
IsRestriction(narrow, wide) ==
  \A x \in DOMAIN narrow : x \in DOMAIN wide /\ wide[x] = narrow[x]

\* native; the set of values
Range(f) == {f[x] : x \in DOMAIN f}

\* value by value; g is defined wherever f is
Pointwise(f, g, T(_, _)) == [x \in DOMAIN f |-> T(f[x], g[x])]

\* to each t in T some s in S that f maps to t; any s where there is none
Inverse(f, S, T) ==
  [t \in T |-> CHOOSE s \in S : t \in Range(f) => f[s] = t]

\* native; the inverse from the values back to the domain
AntiFunction(f) == [t \in Range(f) |-> CHOOSE s \in DOMAIN f : f[s] = t]

\* native
IsInjective(f) == \A x, y \in DOMAIN f : x # y => f[x] # f[y]

\* native; the one-to-one functions from S to T
Injection(S, T) == {f \in [S -> T] : IsInjective(f)}

\* native; the functions from S that reach all of T
Surjection(S, T) == {f \in [S -> T] : T = {f[x] : x \in S}}

\* native; both
Bijection(S, T) == {f \in Injection(S, T) : T = {f[x] : x \in S}}

ExistsInjection(S, T) == \E f \in Injection(S, T) : TRUE
ExistsSurjection(S, T) == \E f \in Surjection(S, T) : TRUE
ExistsBijection(S, T) == \E f \in Bijection(S, T) : TRUE

\* native
\* op(fun[xn], ... op(fun[x2], op(fun[x1], base))), x1, x2, ... in the order CHOOSE
\* takes the indices: op should not depend on it
FoldFunctionOnSet(op(_, _), base, fun, indices) ==
  LET RECURSIVE fold(_, _)
      fold(T, acc) == IF T = {} THEN acc
                      ELSE LET x == CHOOSE y \in T : TRUE
                           IN  fold(T \ {x}, op(fun[x], acc))
  IN  fold(indices, base)

\* native; over the whole domain
FoldFunction(op(_, _), base, fun) == FoldFunctionOnSet(op, base, fun, DOMAIN fun)

\* native
SumFunctionOnSet(fun, indices) == FoldFunctionOnSet(+, 0, fun, indices)

\* native
SumFunction(fun) == FoldFunctionOnSet(+, 0, fun, DOMAIN fun)
====
