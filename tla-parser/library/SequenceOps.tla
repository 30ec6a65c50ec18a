---- MODULE SequenceOps ----
(* A few operators on sequences, under the names SequencesExt has them. *)
EXTENDS Sequences, Integers, Functions

Cons(elt, seq) == <<elt>> \o seq
InsertAt(seq, i, elt) == Append(SubSeq(seq, 1, i - 1), elt) \o SubSeq(seq, i, Len(seq))
RemoveAt(seq, i) == SubSeq(seq, 1, i - 1) \o SubSeq(seq, i + 1, Len(seq))
Front(seq) == SubSeq(seq, 1, Len(seq) - 1)
Last(seq) == seq[Len(seq)]
Reverse(seq) == [i \in 1 .. Len(seq) |-> seq[1 + Len(seq) - i]]
IsPrefix(s, t) == Len(s) <= Len(t) /\ SubSeq(t, 1, Len(s)) = s
IsStrictPrefix(s, t) == Len(s) < Len(t) /\ IsPrefix(s, t)
IsSuffix(s, t) == Len(s) <= Len(t) /\ SubSeq(t, 1 + Len(t) - Len(s), Len(t)) = s
IsStrictSuffix(s, t) == Len(s) < Len(t) /\ IsSuffix(s, t)
====
