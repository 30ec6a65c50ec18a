---- MODULE GraphViz ----
(* Graphs as text for Graphviz. *)

\* native; a digraph in the DOT language, VL and EL giving node and edge labels
DotDiGraph(G, VL(_), EL(_)) == CHOOSE text \in STRING : TRUE
====
