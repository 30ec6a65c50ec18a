---- MODULE Store ----
(***************************************************************************)
(* A store of chunks and of references to them, with a primary that moves. *)
(* References are added under the epoch of a primary; chunks without       *)
(* references are deleted in two steps: they are marked, and then removed. *)
(***************************************************************************)
\* turn
EXTENDS Naturals, FiniteSets, Sequences, TLC

CONSTANTS Nodes,     \* those that may become primary
          Chunks,    \* what is stored
          MaxEpoch   \* how often the primary moves at most

VARIABLES epoch,     \* the epoch of the store: it fences writes of earlier ones
          primary,   \* who believes to be primary, and in which epoch
          chunk,     \* the row of each chunk
          refs,      \* the rows of references
          plan,      \* what each node has read and is about to do
          lock       \* who holds the lock of each chunk

vars == <<epoch, primary, chunk, refs, plan, lock>>

-----------------------------------------------------------------------------
NoPlan == [kind |-> "none"]

ChunkRow == [state : {"absent", "stored", "marked"}, etag : 0..9]

Plan == {NoPlan}
        \cup [kind : {"delete"}, chunk : Chunks, etag : 0..9, epoch : 0..MaxEpoch]
        \cup [kind : {"add"}, chunk : Chunks, etag : 0..9, epoch : 0..MaxEpoch]

TypeOK ==
  /\ epoch \in 0..MaxEpoch
  /\ primary \in [Nodes -> 0..MaxEpoch]
  /\ chunk \in [Chunks -> ChunkRow]
  /\ refs \in [Chunks -> 0..2]
  /\ plan \in [Nodes -> Plan]
  /\ lock \in [Chunks -> SUBSET Nodes]

-----------------------------------------------------------------------------
Init ==
  /\ epoch = 0
  /\ primary = [n \in Nodes |-> 0]
  /\ chunk = [c \in Chunks |-> [state |-> "absent", etag |-> 0]]
  /\ refs = [c \in Chunks |-> 0]
  /\ plan = [n \in Nodes |-> NoPlan]
  /\ lock = [c \in Chunks |-> {}]

IsCurrent(n) == primary[n] = epoch /\ epoch > 0

\* The rows that may still change: etags are bounded for the search.
Fresh(c) == chunk[c].etag < 9

Touch(c, state) == [state |-> state, etag |-> chunk[c].etag + 1]

Holds(n, c) == n \in lock[c]

-----------------------------------------------------------------------------
\* Failover: a node becomes primary in a new epoch; the old one does not know.
BecomePrimary(n) ==
  /\ epoch < MaxEpoch
  /\ epoch' = epoch + 1
  /\ primary' = [primary EXCEPT ![n] = epoch + 1]
  /\ UNCHANGED <<chunk, refs, plan, lock>>

\* A chunk is written; whoever writes is primary, or was.
Put(n, c) ==
  /\ primary[n] > 0
  /\ plan[n] = NoPlan
  /\ chunk[c].state = "absent"
  /\ Fresh(c)
  /\ chunk' = [chunk EXCEPT ![c] = Touch(c, "stored")]
  /\ UNCHANGED <<epoch, primary, refs, plan, lock>>

\* The pessimistic lock of a chunk.
Acquire(n, c) ==
  /\ plan[n] = NoPlan
  /\ lock[c] = {}
  /\ lock' = [lock EXCEPT ![c] = {n}]
  /\ UNCHANGED <<epoch, primary, chunk, refs, plan>>

Release(n, c) ==
  /\ Holds(n, c)
  /\ plan[n] = NoPlan
  /\ lock' = [lock EXCEPT ![c] = @ \ {n}]
  /\ UNCHANGED <<epoch, primary, chunk, refs, plan>>

\* A failover frees the locks of the old primary.
Expire(n, c) ==
  /\ Holds(n, c)
  /\ ~IsCurrent(n)
  /\ lock' = [lock EXCEPT ![c] = {}]
  /\ UNCHANGED <<epoch, primary, chunk, refs, plan>>

-----------------------------------------------------------------------------
\* First half of adding a reference: the chunk is read.
PlanAdd(n, c) ==
  /\ primary[n] > 0
  /\ Holds(n, c)
  /\ plan[n] = NoPlan
  /\ chunk[c].state = "stored"
  /\ refs[c] < 2
  /\ plan' = [plan EXCEPT ![n] =
                [kind |-> "add", chunk |-> c, etag |-> chunk[c].etag, epoch |-> primary[n]]]
  /\ UNCHANGED <<epoch, primary, chunk, refs, lock>>

\* Second half: the reference is written, fenced by the epoch and the etag.
Add(n) ==
  /\ plan[n].kind = "add"
  /\ LET c == plan[n].chunk
     IN IF plan[n].epoch = epoch /\ plan[n].etag = chunk[c].etag /\ refs[c] < 2
          THEN refs' = [refs EXCEPT ![c] = @ + 1]
          ELSE UNCHANGED refs
  /\ plan' = [plan EXCEPT ![n] = NoPlan]
  /\ UNCHANGED <<epoch, primary, chunk, lock>>

\* A reference goes away.
Drop(n, c) ==
  /\ IsCurrent(n)
  /\ refs[c] > 0
  /\ refs' = [refs EXCEPT ![c] = @ - 1]
  /\ UNCHANGED <<epoch, primary, chunk, plan, lock>>

\* First half of a delete: the chunk has no references, and is marked.
PlanDelete(n, c) ==
  /\ primary[n] > 0
  /\ Holds(n, c)
  /\ plan[n] = NoPlan
  /\ chunk[c].state \in {"stored", "marked"}
  /\ refs[c] = 0
  /\ Fresh(c)
  /\ chunk' = [chunk EXCEPT ![c] = Touch(c, "marked")]
  /\ plan' = [plan EXCEPT ![n] =
                [kind |-> "delete", chunk |-> c, etag |-> chunk[c].etag + 1, epoch |-> primary[n]]]
  /\ UNCHANGED <<epoch, primary, refs, lock>>

\* Second half: the chunk is removed, fenced as the adds are.
Delete(n) ==
  /\ plan[n].kind = "delete"
  /\ LET c == plan[n].chunk
     IN IF plan[n].epoch = epoch /\ plan[n].etag = chunk[c].etag /\ refs[c] = 0 /\ Fresh(c)
          THEN chunk' = [chunk EXCEPT ![c] = Touch(c, "absent")]
          ELSE UNCHANGED chunk
  /\ plan' = [plan EXCEPT ![n] = NoPlan]
  /\ UNCHANGED <<epoch, primary, refs, lock>>

Next ==
  \E n \in Nodes :
    \/ BecomePrimary(n) \/ Add(n) \/ Delete(n)
    \/ \E c \in Chunks :
         \/ Put(n, c) \/ Acquire(n, c) \/ Release(n, c) \/ Expire(n, c)
         \/ PlanAdd(n, c) \/ Drop(n, c) \/ PlanDelete(n, c)

Spec == Init /\ [][Next]_vars

NoDanglingReference == \A c \in Chunks : refs[c] > 0 => chunk[c].state # "absent"
OnePrimary == \A n, m \in Nodes : IsCurrent(n) /\ IsCurrent(m) => n = m
EpochsGrow == \A n \in Nodes : primary[n] <= epoch
====
