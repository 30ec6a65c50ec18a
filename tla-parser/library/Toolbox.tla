---- MODULE Toolbox ----
(* What expressions evaluated over an error trace may refer to. *)
LOCAL INSTANCE Naturals
LOCAL INSTANCE FiniteSets
LOCAL INSTANCE TLC

\* native; the sequence of the trace's states as records
_TETrace == CHOOSE states \in [Nat \ {0} -> STRING] : TRUE

\* native; the position of the current state in it, at most its length
_TEPosition ==
  LET last == Cardinality(DOMAIN _TETrace)
      here == TLCGet("level") + 1
  IN  IF here > last THEN last ELSE here
====
