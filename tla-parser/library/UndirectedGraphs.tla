---- MODULE UndirectedGraphs ----
(* Undirected graphs: records of a set node and a set edge whose members are sets
   of one node (a loop) or two. *)
LOCAL INSTANCE Naturals
LOCAL INSTANCE Sequences

LOCAL Joins(e, N) == \E a, b \in N : {a, b} = e

IsUndirectedGraph(G) ==
  DOMAIN G = {"node", "edge"} /\ \A e \in G.edge : Joins(e, G.node)

IsLoopFreeUndirectedGraph(G) ==
  IsUndirectedGraph(G) /\ \A e \in G.edge : \A a \in G.node : {a} # e

\* those with some of the nodes and some of the edges between them
UndirectedSubgraph(G) ==
  UNION {{[node |-> N, edge |-> E] : E \in SUBSET {e \in G.edge : Joins(e, N)}} :
            N \in SUBSET G.node}

\* non-empty sequences of nodes along edges: usually an infinite set
Path(G) ==
  {p \in Seq(G.node) : p # << >> /\ \A i \in 2 .. Len(p) : {p[i - 1], p[i]} \in G.edge}

\* native; those that visit no node twice
SimplePath(G) ==
  LET onwards(p) == {Append(p, n) :
                       n \in {m \in G.node : /\ {p[Len(p)], m} \in G.edge
                                             /\ \A i \in 1 .. Len(p) : p[i] # m}}
      RECURSIVE extend(_)
      extend(P) == IF P = {} THEN {} ELSE P \cup extend(UNION {onwards(p) : p \in P})
  IN  extend({<<n>> : n \in G.node})

\* the nodes reached from m, itself included
LOCAL Component(m, G) ==
  LET RECURSIVE reach(_, _)
      reach(new, old) ==
        IF new = {} THEN old
        ELSE LET seen == old \cup new
             IN  reach({n \in G.node \ seen : \E k \in new : {k, n} \in G.edge}, seen)
  IN  reach({m} \cap G.node, {})

\* native; is there a path between m and n?
AreConnectedIn(m, n, G) == n \in Component(m, G)

\* native; the largest sets of nodes connected with each other
ConnectedComponents(G) == {Component(n, G) : n \in G.node}

IsStronglyConnected(G) == ConnectedComponents(G) = {G.node}

\* all undirected graphs with the nodes S
UndirectedGraphs(S) == [node : {S}, edge : SUBSET {{a, b} : a, b \in S}]
====
