---- MODULE Sequences ----
(* Finite sequences: functions whose domain is 1..n for some n, which is also
   what tuples are. Naturals is used but not passed on. Natively, Len, \o and
   SubSeq accept strings as well. *)
LOCAL INSTANCE Naturals

\* native
Len(s) == CHOOSE len \in Nat : 1 .. len = DOMAIN s

\* native
Seq(S) == UNION {[1 .. len -> S] : len \in Nat}

\* native
SubSeq(s, m, n) == [k \in 1 .. (n + 1) - m |-> s[m + k - 1]]

\* native
s \o t == [k \in 1 .. Len(s) + Len(t) |->
             IF k > Len(s) THEN t[k - Len(s)] ELSE s[k]]

\* native
Append(s, e) == [k \in 1 .. Len(s) + 1 |-> IF k = Len(s) + 1 THEN e ELSE s[k]]

\* native; an error on the empty sequence
Head(s) == s[1]

\* native; an error on the empty sequence
Tail(s) == CASE Len(s) > 0 -> SubSeq(s, 2, Len(s))

\* native
SelectSeq(s, Test(_)) ==
  LET RECURSIVE keep(_)
      keep(k) == IF k = 0 THEN << >>
                 ELSE IF Test(s[k]) THEN Append(keep(k - 1), s[k]) ELSE keep(k - 1)
  IN  keep(Len(s))
====
