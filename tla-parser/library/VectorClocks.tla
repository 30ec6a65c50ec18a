---- MODULE VectorClocks ----
(* Logs whose entries carry vector clocks: functions from nodes to naturals, 0
   for a node not in the domain. *)
EXTENDS Naturals, Sequences, Functions

\* is no component of c ahead of d?
LOCAL NotAhead(c, d) ==
  \A n \in DOMAIN c : c[n] <= IF n \in DOMAIN d THEN d[n] ELSE 0

\* does no entry come after one that it happened before, or has the clock of?
IsCausalOrder(log, clock(_)) ==
  \A i \in 2 .. Len(log) : \A j \in 1 .. i - 1 : ~NotAhead(clock(log[i]), clock(log[j]))

\* native; the log in a causal order: in turn, the first entry left that no other
\* one left happened before. node and domain tell the node an entry is from, and
\* the nodes its clock knows.
CausalOrder(log, clock(_), node(_), domain(_)) ==
  LET before(j, i) == /\ NotAhead(clock(log[j]), clock(log[i]))
                      /\ ~NotAhead(clock(log[i]), clock(log[j]))
      RECURSIVE order(_)
      order(left) ==
        IF left = {} THEN << >>
        ELSE LET ready == {i \in left : \A j \in left : ~before(j, i)}
                 first == CHOOSE i \in ready : \A j \in ready : i <= j
             IN  <<log[first]>> \o order(left \ {first})
  IN  order(1 .. Len(log))
====
