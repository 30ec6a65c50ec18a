------------------------------ MODULE TwoPhase ------------------------------
\* Two-phase commit without its Prepare messages: Gray and Lamport, "Consensus on Transaction Commit", section 3.
\* Messages are never taken out of the network, so that a message lost and a message ignored are the same.
CONSTANT RM  \* the resource managers

VARIABLES rmState, tmState, tmPrepared, msgs
vars == <<rmState, tmState, tmPrepared, msgs>>

Prepared(rm) == [type |-> "Prepared", rm |-> rm]
Commit == [type |-> "Commit"]
Abort == [type |-> "Abort"]
Message == {Prepared(rm) : rm \in RM} \cup {Commit, Abort}

TypeOK ==
    /\ rmState \in [RM -> {"working", "prepared", "committed", "aborted"}]
    /\ tmState \in {"init", "committed", "aborted"}
    /\ tmPrepared \subseteq RM
    /\ msgs \subseteq Message

Agreement == \A a, b \in RM : ~(rmState[a] = "committed" /\ rmState[b] = "aborted")

Init ==
    /\ rmState = [rm \in RM |-> "working"]
    /\ tmState = "init"
    /\ tmPrepared = {}
    /\ msgs = {}

-----------------------------------------------------------------------------
\* The transaction manager.

Decide(verdict, message) ==
    /\ tmState = "init"
    /\ tmState' = verdict
    /\ msgs' = msgs \cup {message}
    /\ UNCHANGED <<rmState, tmPrepared>>

TMCommit == tmPrepared = RM /\ Decide("committed", Commit)
TMAbort == Decide("aborted", Abort)

TMHear(rm) ==
    /\ tmState = "init"
    /\ Prepared(rm) \in msgs
    /\ tmPrepared' = tmPrepared \cup {rm}
    /\ UNCHANGED <<rmState, tmState, msgs>>

-----------------------------------------------------------------------------
\* The resource managers.

Become(rm, state) == rmState' = [rmState EXCEPT ![rm] = state] /\ UNCHANGED <<tmState, tmPrepared>>

Prepare(rm) == rmState[rm] = "working" /\ Become(rm, "prepared") /\ msgs' = msgs \cup {Prepared(rm)}
GiveUp(rm) == rmState[rm] = "working" /\ Become(rm, "aborted") /\ UNCHANGED msgs
LearnCommit(rm) == Commit \in msgs /\ Become(rm, "committed") /\ UNCHANGED msgs
LearnAbort(rm) == Abort \in msgs /\ Become(rm, "aborted") /\ UNCHANGED msgs

Next ==
    \/ TMCommit
    \/ TMAbort
    \/ \E rm \in RM : TMHear(rm) \/ Prepare(rm) \/ GiveUp(rm) \/ LearnCommit(rm) \/ LearnAbort(rm)

Spec == Init /\ [][Next]_vars
=============================================================================
