---------------------------- MODULE Philosophers ----------------------------
\* Dining philosophers (Dijkstra, EWD 310) who take the fork with the smaller number first, so that none starves for
\* a ring of waiting neighbours. Forks are taken and put back one at a time.
EXTENDS Naturals
CONSTANT N  \* philosophers, and forks

VARIABLES phase,  \* what each philosopher is about
          table   \* the forks that nobody holds
vars == <<phase, table>>

Philosopher == 0 .. N - 1
Next(p) == (p + 1) % N
First(p) == IF p < Next(p) THEN p ELSE Next(p)
Second(p) == IF p < Next(p) THEN Next(p) ELSE p

TypeOK ==
    /\ phase \in [Philosopher -> {"thinking", "hungry", "holding", "eating", "leaving"}]
    /\ table \subseteq Philosopher

Exclusion == \A p \in Philosopher : ~(phase[p] = "eating" /\ phase[Next(p)] = "eating")

Init == phase = [p \in Philosopher |-> "thinking"] /\ table = Philosopher

Move(p, from, to) == phase[p] = from /\ phase' = [phase EXCEPT ![p] = to]
Take(fork) == fork \in table /\ table' = table \ {fork}
PutBack(fork) == table' = table \cup {fork}

Hunger(p) == Move(p, "thinking", "hungry") /\ UNCHANGED table
TakeFirst(p) == Move(p, "hungry", "holding") /\ Take(First(p))
TakeSecond(p) == Move(p, "holding", "eating") /\ Take(Second(p))
Finish(p) == Move(p, "eating", "leaving") /\ PutBack(First(p))
Leave(p) == Move(p, "leaving", "thinking") /\ PutBack(Second(p))

Step == \E p \in Philosopher : Hunger(p) \/ TakeFirst(p) \/ TakeSecond(p) \/ Finish(p) \/ Leave(p)

Spec == Init /\ [][Step]_vars
=============================================================================
