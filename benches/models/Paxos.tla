-------------------------------- MODULE Paxos --------------------------------
\* The synod of one decree (Lamport, "Paxos Made Simple"): acceptors and the messages ever sent. A ballot's leader is
\* not modelled; it has no memory but what it has sent.
EXTENDS Integers
CONSTANTS Acceptor, Value, Quorum,
          Ballots  \* so many ballots, from 0
ASSUME \A p, q \in Quorum : p \subseteq Acceptor /\ p \cap q # {}

VARIABLES promised,  \* the highest ballot an acceptor has heard of, or -1
          vote,      \* the last ballot and value an acceptor voted for
          msgs
vars == <<promised, vote, msgs>>

Ballot == 0 .. Ballots - 1
Vote == [bal : Ballot, val : Value]
NoVote == [bal |-> -1]

OneA(b) == [type |-> "1a", bal |-> b]
OneB(a, b, v) == [type |-> "1b", acc |-> a, bal |-> b, vote |-> v]
TwoA(b, v) == [type |-> "2a", bal |-> b, val |-> v]
TwoB(a, b, v) == [type |-> "2b", acc |-> a, bal |-> b, val |-> v]

Init ==
    /\ promised = [a \in Acceptor |-> -1]
    /\ vote = [a \in Acceptor |-> NoVote]
    /\ msgs = {}

Send(m) == msgs' = msgs \cup {m}

Propose(b) == Send(OneA(b)) /\ UNCHANGED <<promised, vote>>

Promise(a, b) ==
    /\ OneA(b) \in msgs
    /\ b > promised[a]
    /\ promised' = [promised EXCEPT ![a] = b]
    /\ Send(OneB(a, b, vote[a]))
    /\ UNCHANGED vote

\* What a quorum's promises leave free to ask for: anything, or the value of the highest vote they tell of.
Free(b, q) ==
    LET told == {m \in msgs : m.type = "1b" /\ m.bal = b /\ m.acc \in q}
        votes == {m.vote : m \in told} \ {NoVote}
    IN  IF {m.acc : m \in told} # q THEN {}
        ELSE IF votes = {} THEN Value
        ELSE {v.val : v \in {v \in votes : \A w \in votes : w.bal <= v.bal}}

Ask(b) ==
    /\ \A m \in msgs : m.type = "2a" => m.bal # b
    /\ \E q \in Quorum : \E v \in Free(b, q) : Send(TwoA(b, v))
    /\ UNCHANGED <<promised, vote>>

Accept(a, b, v) ==
    /\ TwoA(b, v) \in msgs
    /\ b >= promised[a]
    /\ promised' = [promised EXCEPT ![a] = b]
    /\ vote' = [vote EXCEPT ![a] = [bal |-> b, val |-> v]]
    /\ Send(TwoB(a, b, v))

Next ==
    \/ \E b \in Ballot : Propose(b) \/ Ask(b)
    \/ \E a \in Acceptor, b \in Ballot : Promise(a, b) \/ \E v \in Value : Accept(a, b, v)

Spec == Init /\ [][Next]_vars

-----------------------------------------------------------------------------
Message ==
    {OneA(b) : b \in Ballot}
    \cup {OneB(a, b, v) : a \in Acceptor, b \in Ballot, v \in Vote \cup {NoVote}}
    \cup {TwoA(b, v) : b \in Ballot, v \in Value}
    \cup {TwoB(a, b, v) : a \in Acceptor, b \in Ballot, v \in Value}

TypeOK ==
    /\ promised \in [Acceptor -> Ballot \cup {-1}]
    /\ vote \in [Acceptor -> Vote \cup {NoVote}]
    /\ msgs \subseteq Message

Chosen(v) == \E b \in Ballot, q \in Quorum : \A a \in q : TwoB(a, b, v) \in msgs
Agreement == \A v, w \in Value : Chosen(v) /\ Chosen(w) => v = w
=============================================================================
