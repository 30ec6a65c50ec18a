---- MODULE Relation ----
(* Properties of relations and their closures. A relation on S is a Boolean
   function of two arguments; the variants named Under take an operator. *)
LOCAL INSTANCE Naturals
LOCAL INSTANCE FiniteSets
LOCAL INSTANCE TLC

LOCAL Table(op(_, _), S) == [x, y \in S |-> op(x, y)]

\* every element is related to itself
IsReflexive(R, S) == \A x \in S : R[x, x]
IsReflexiveUnder(op(_, _), S) == IsReflexive(Table(op, S), S)

\* no element is related to itself
IsIrreflexive(R, S) == \A x \in S : ~R[x, x]
IsIrreflexiveUnder(op(_, _), S) == IsIrreflexive(Table(op, S), S)

\* whatever is related is related the other way round
IsSymmetric(R, S) == \A x, y \in S : R[x, y] = R[y, x]
IsSymmetricUnder(op(_, _), S) == IsSymmetric(Table(op, S), S)

\* two different elements are related one way at most
IsAntiSymmetric(R, S) == \A x, y \in S : x = y \/ ~R[x, y] \/ ~R[y, x]
IsAntiSymmetricUnder(op(_, _), S) == IsAntiSymmetric(Table(op, S), S)

\* no two elements are related both ways, nor one to itself
IsAsymmetric(R, S) == \A x, y \in S : ~R[x, y] \/ ~R[y, x]
IsAsymmetricUnder(op(_, _), S) == IsAsymmetric(Table(op, S), S)

\* two steps could be one
IsTransitive(R, S) == \A x, y \in S : R[x, y] => \A z \in S : R[y, z] => R[x, z]
IsTransitiveUnder(op(_, _), S) == IsTransitive(Table(op, S), S)

\* a strict partial order
IsStrictlyPartiallyOrdered(R, S) ==
  IsIrreflexive(R, S) /\ IsAntiSymmetric(R, S) /\ IsTransitive(R, S)
IsStrictlyPartiallyOrderedUnder(op(_, _), S) == IsStrictlyPartiallyOrdered(Table(op, S), S)

\* a partial order
IsPartiallyOrdered(R, S) ==
  IsReflexive(R, S) /\ IsAntiSymmetric(R, S) /\ IsTransitive(R, S)
IsPartiallyOrderedUnder(op(_, _), S) == IsPartiallyOrdered(Table(op, S), S)

\* a strict order that relates any two different elements
IsStrictlyTotallyOrdered(R, S) ==
  IsStrictlyPartiallyOrdered(R, S) /\ \A x, y \in S : x = y \/ R[x, y] \/ R[y, x]
IsStrictlyTotallyOrderedUnder(op(_, _), S) == IsStrictlyTotallyOrdered(Table(op, S), S)

\* an order that relates any two elements
IsTotallyOrdered(R, S) == IsPartiallyOrdered(R, S) /\ \A x, y \in S : R[x, y] \/ R[y, x]
IsTotallyOrderedUnder(op(_, _), S) == IsTotallyOrdered(Table(op, S), S)

\* native; related in one or more steps
TransitiveClosure(R, S) ==
  LET RECURSIVE through(_, _)
      through(T, C) ==
        IF T = {} THEN C
        ELSE LET z == CHOOSE x \in T : TRUE
             IN  through(T \ {z},
                         TLCEval([x, y \in S |-> C[x, y] \/ (C[x, z] /\ C[z, y])]))
  IN  through(S, TLCEval([x, y \in S |-> R[x, y]]))

\* native; related in any number of steps, none included
ReflexiveTransitiveClosure(R, S) ==
  LET C == TransitiveClosure(R, S) IN [x, y \in S |-> x = y \/ C[x, y]]

\* can every element be reached from every other?
IsConnected(R, S) ==
  LET C == ReflexiveTransitiveClosure(R, S) IN \A x, y \in S : C[x, y]
====
