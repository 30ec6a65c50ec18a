---- MODULE DiGraphs ----
(* Directed graphs as in Graphs, the graph always the first argument. The
   variants named MC mean the same as the operators without it. *)
EXTENDS Naturals, Sequences, SequencesExt, FiniteSets

IsDirectedGraph(G) ==
  DOMAIN G = {"node", "edge"} /\ G.edge \subseteq G.node \X G.node

Transpose(G) == [node |-> G.node, edge |-> {<<e[2], e[1]>> : e \in G.edge}]

IsUndirectedGraph(G) == IsDirectedGraph(G) /\ Transpose(G) = G

LOCAL Within(N, E) == {[node |-> N, edge |-> F] : F \in SUBSET (E \cap (N \X N))}

\* the graphs with nodes from S, and those with nodes and edges from G
DirectedGraphOf(S) == UNION {Within(N, N \X N) : N \in SUBSET S}
DirectedSubgraph(G) == UNION {Within(N, G.edge) : N \in SUBSET G.node}

LOCAL Follows(p, G) == \A i \in 2 .. Len(p) : <<p[i - 1], p[i]>> \in G.edge

\* non-empty sequences of nodes along edges: usually an infinite set
Path(G) == {p \in Seq(G.node) : p # << >> /\ Follows(p, G)}

\* native; those that visit no node twice
MCSimplePath(G) ==
  LET onwards(p) == {Append(p, n) :
                       n \in {m \in G.node : /\ <<Last(p), m>> \in G.edge
                                             /\ ~Contains(p, m)}}
      RECURSIVE extend(_)
      extend(P) == IF P = {} THEN {} ELSE P \cup extend(UNION {onwards(p) : p \in P})
  IN  extend({<<n>> : n \in G.node})
SimplePath(G) == MCSimplePath(G)

\* paths of two nodes or more that end where they began: usually infinite
DirectedCycle(G) == {p \in Path(G) : Len(p) > 1 /\ Last(p) = Head(p)}

\* the nodes reached from those in N, themselves included
LOCAL Reached(N, G) ==
  LET RECURSIVE reach(_, _)
      reach(new, old) ==
        IF new = {} THEN old
        ELSE LET seen == old \cup new
             IN  reach({n \in G.node \ seen : \E m \in new : <<m, n>> \in G.edge}, seen)
  IN  reach(N \cap G.node, {})

\* native; is there a path from m to n?
MCAreConnectedIn(G, m, n) == n \in Reached({m}, G)
AreConnectedIn(G, m, n) == MCAreConnectedIn(G, m, n)

\* native; the same for all pairs
ConnectionsIn(G) ==
  LET from == [m \in G.node |-> Reached({m}, G)]
  IN  [m, n \in G.node |-> n \in from[m]]

GraphUnion(G, H) == [node |-> G.node \cup H.node, edge |-> G.edge \cup H.edge]

\* does every edge lead from one of two disjoint sets to the other?
IsBipartiteWithPartitions(G, U, V) ==
  /\ U \cap V = {}
  /\ G.node \subseteq U \cup V
  /\ G.edge \subseteq (U \X V) \cup (V \X U)

\* the nodes one step after, one step before, and one step after n alone
Successor(G, n) == {m \in G.node : <<n, m>> \in G.edge}
Predecessor(G, n) == {m \in G.node : <<m, n>> \in G.edge}
ExclusiveSuccessor(G, n) == {m \in Successor(G, n) : Predecessor(G, m) = {n}}

\* any number of steps before, and after; n itself is one
Ancestor(G, n) == Reached({n}, Transpose(G))
Descendant(G, n) == Reached({n}, G)

MCHasDirectedCycle(G) == \E n \in G.node : n \in Reached(Successor(G, n), G)
HasDirectedCycle(G) == MCHasDirectedCycle(G)
IsDag(G) == IsDirectedGraph(G) /\ ~HasDirectedCycle(G)

InDegree(G, n) == Cardinality(Predecessor(G, n))
OutDegree(G, n) == Cardinality(Successor(G, n))

\* the nodes no edge leads to, and those none leads from
Source(G) == {n \in G.node : Predecessor(G, n) = {}}
Sink(G) == {n \in G.node : Successor(G, n) = {}}

EmptyGraph == [node |-> {}, edge |-> {}]

\* edges in both directions wherever there is one
UnderlyingUndirectedGraph(G) == GraphUnion(G, Transpose(G))

\* any node from any other; the same along edges either way; one of any two from
\* the other
IsStronglyConnected(G) == \A m \in G.node : Reached({m}, G) = G.node
IsWeaklyConnected(G) == IsStronglyConnected(UnderlyingUndirectedGraph(G))
IsUnilateralyConnected(G) ==
  LET C == ConnectionsIn(G) IN \A m, n \in G.node : C[m, n] \/ C[n, m]
====
