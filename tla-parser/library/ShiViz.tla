---- MODULE ShiViz ----
(* Error traces of PlusCal algorithms for the ShiViz viewer: in each state the
   process that moved, and a vector clock of how often each one has. *)
LOCAL INSTANCE Integers
LOCAL INSTANCE Json
LOCAL INSTANCE TLC
INSTANCE Toolbox

\* whose pc changed in reaching state i; the process before it if none did
RECURSIVE Mover(_)
LOCAL Mover(i) ==
  IF i = 1 THEN "--"
  ELSE LET was == _TETrace[i - 1].pc
           is  == _TETrace[i].pc
       IN  IF was = is THEN Mover(i - 1) ELSE CHOOSE p \in DOMAIN was : was[p] # is[p]

Host == Mover(_TEPosition)

RECURSIVE Moves(_, _)
LOCAL Moves(p, i) ==
  IF i = 1 THEN 0 ELSE Moves(p, i - 1) + (IF Mover(i) = p THEN 1 ELSE 0)

\* as a JSON object
Clock == ToJsonObject([p \in DOMAIN _TETrace[1].pc |-> Moves(p, _TEPosition)])
====
