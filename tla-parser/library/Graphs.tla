---- MODULE Graphs ----
(* Directed graphs: records of a set node and a set edge of pairs of nodes. *)
LOCAL INSTANCE Naturals
LOCAL INSTANCE Sequences
LOCAL INSTANCE FiniteSets

IsDirectedGraph(G) ==
  DOMAIN G = {"node", "edge"} /\ G.edge \subseteq G.node \X G.node

\* those with some of the nodes and some of the edges between them
DirectedSubgraph(G) ==
  UNION {{[node |-> N, edge |-> E] : E \in SUBSET (G.edge \cap (N \X N))} :
            N \in SUBSET G.node}

\* every edge turned round
Transpose(G) == [node |-> G.node, edge |-> {<<e[2], e[1]>> : e \in G.edge}]

\* a directed graph whose edges go both ways
IsUndirectedGraph(G) == IsDirectedGraph(G) /\ Transpose(G) = G

UndirectedSubgraph(G) == {H \in DirectedSubgraph(G) : IsUndirectedGraph(H)}

----

LOCAL Follows(p, G) == \A i \in 2 .. Len(p) : <<p[i - 1], p[i]>> \in G.edge

\* non-empty sequences of nodes along edges: usually an infinite set
Path(G) == {p \in Seq(G.node) : p # << >> /\ Follows(p, G)}

\* native; those that visit no node twice
SimplePath(G) ==
  LET onwards(p) == {Append(p, n) :
                       n \in {m \in G.node : /\ <<p[Len(p)], m>> \in G.edge
                                             /\ \A i \in 1 .. Len(p) : p[i] # m}}
      RECURSIVE extend(_)
      extend(P) == IF P = {} THEN {} ELSE P \cup extend(UNION {onwards(p) : p \in P})
  IN  extend({<<n>> : n \in G.node})

\* the nodes reached from those in N, themselves included
LOCAL Reached(N, G) ==
  LET RECURSIVE reach(_, _)
      reach(new, old) ==
        IF new = {} THEN old
        ELSE LET seen == old \cup new
             IN  reach({n \in G.node \ seen : \E m \in new : <<m, n>> \in G.edge}, seen)
  IN  reach(N \cap G.node, {})

\* native; is there a path from m to n?
AreConnectedIn(m, n, G) == n \in Reached({m}, G)

\* native; the same for all pairs, as a Boolean function of two nodes
ConnectionsIn(G) ==
  LET from == [m \in G.node |-> Reached({m}, G)]
  IN  [m, n \in G.node |-> n \in from[m]]

\* native
IsStronglyConnected(G) == \A m \in G.node : Reached({m}, G) = G.node

\* a tree whose edges lead from the leaves to the root r
IsTreeWithRoot(G, r) ==
  /\ IsDirectedGraph(G)
  /\ \A e \in G.edge : e[1] # r /\ \A f \in G.edge : f[1] = e[1] => f = e
  /\ Reached({r}, Transpose(G)) = G.node

----

GraphUnion(G, H) == [node |-> G.node \cup H.node, edge |-> G.edge \cup H.edge]

\* does every edge lead from one of two disjoint sets to the other?
IsBipartiteWithPartitions(G, U, V) ==
  /\ U \cap V = {}
  /\ G.node \subseteq U \cup V
  /\ G.edge \subseteq (U \X V) \cup (V \X U)

\* the nodes one step after, and one step before
Successors(G, n) == {m \in G.node : <<n, m>> \in G.edge}
AllSuccessors(G, S) == UNION {Successors(G, n) : n \in S}
Predecessors(G, n) == {m \in G.node : <<m, n>> \in G.edge}
AllPredecessors(G, S) == UNION {Predecessors(G, n) : n \in S}

\* the nodes one or more steps before, and after
Ancestors(G, n) == IF n \in G.node THEN Reached(Predecessors(G, n), Transpose(G)) ELSE {}
Descendants(G, n) == IF n \in G.node THEN Reached(Successors(G, n), G) ELSE {}

\* does some path lead back to where it began?
HasCycle(G) == \E n \in G.node : n \in Descendants(G, n)
IsDag(G) == IsDirectedGraph(G) /\ ~HasCycle(G)

InDegree(G, n) == Cardinality(Predecessors(G, n))
OutDegree(G, n) == Cardinality(Successors(G, n))

\* the nodes no edge leads to, and those none leads from
Roots(G) == {n \in G.node : Predecessors(G, n) = {}}
Leaves(G) == {n \in G.node : Successors(G, n) = {}}

EmptyGraph == [node |-> {}, edge |-> {}]

\* all directed graphs with the nodes S
Graphs(S) == [node : {S}, edge : SUBSET (S \X S)]
====
