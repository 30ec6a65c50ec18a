---- MODULE SequencesExt ----
(* Sequences and sets turned into each other; searching, editing, comparing and
   folding sequences. *)
EXTENDS Sequences, Naturals, FiniteSets, FiniteSetsExt, Folds, Functions, Bags, TLC

\* native; the elements
ToSet(s) == {s[i] : i \in DOMAIN s}

\* the elements with their number of occurrences, as in Bags
ToBag(s) == [x \in ToSet(s) |-> Quantify(DOMAIN s, LAMBDA i : s[i] = x)]

\* native; the elements of S once each, in the order CHOOSE takes them
SetToSeq(S) ==
  LET RECURSIVE list(_, _)
      list(T, acc) == IF T = {} THEN acc
                      ELSE LET x == CHOOSE y \in T : TRUE
                           IN  list(T \ {x}, Append(acc, x))
  IN  list(S, << >>)

\* native; all orders of the elements of S
SetToSeqs(S) ==
  LET RECURSIVE orders(_)
      orders(T) == IF T = {} THEN {<< >>}
                   ELSE UNION {{<<x>> \o o : o \in orders(T \ {x})} : x \in T}
  IN  orders(S)

\* native; the elements of S once each, in the order op
SetToSortSeq(S, op(_, _)) == SortSeq(SetToSeq(S), op)

\* native; all orders of the elements of all subsets
SetToAllKPermutations(S) == UNION {SetToSeqs(T) : T \in SUBSET S}

\* the sequences over a set of length n
TupleOf(set, n) == [1 .. n -> set]

\* the sequences over a set of length at most n
SeqOf(set, n) == UNION {[1 .. len -> set] : len \in 0 .. n}
BoundedSeq(S, n) == SeqOf(S, n)

----

\* native
Contains(s, e) == \E i \in 1 .. Len(s) : e = s[i]

\* does op hold between every element and all that follow it?
IsSorted(s, op(_, _)) == \A j \in 1 .. Len(s) : \A i \in 1 .. j - 1 : op(s[i], s[j])

\* native
Reverse(s) == [i \in 1 .. Len(s) |-> s[1 + Len(s) - i]]

\* native; without any occurrence of e
Remove(s, e) == SelectSeq(s, LAMBDA x : ~(x = e))

\* native; every occurrence of old becomes new
ReplaceAll(s, old, new) == [i \in 1 .. Len(s) |-> IF old = s[i] THEN new ELSE s[i]]

----

\* native; the lowest index whose element passes, or 0
SelectInSeq(seq, Test(_)) ==
  LET RECURSIVE from(_)
      from(i) == IF i > Len(seq) THEN 0 ELSE IF Test(seq[i]) THEN i ELSE from(i + 1)
  IN  from(1)

\* native; the same in SubSeq(seq, from, to), and relative to it
SelectInSubSeq(seq, from, to, Test(_)) == SelectInSeq(SubSeq(seq, from, to), Test)

\* native; the highest index whose element passes, or 0
SelectLastInSeq(seq, Test(_)) ==
  LET RECURSIVE downFrom(_)
      downFrom(i) == IF i = 0 THEN 0 ELSE IF Test(seq[i]) THEN i ELSE downFrom(i - 1)
  IN  downFrom(Len(seq))

\* native; the same in SubSeq(seq, from, to), and relative to it
SelectLastInSubSeq(seq, from, to, Test(_)) ==
  SelectLastInSeq(SubSeq(seq, from, to), Test)

----

\* native; e becomes element i, what was there and after moves up
InsertAt(s, i, e) == Append(SubSeq(s, 1, i - 1), e) \o SubSeq(s, i, Len(s))

\* native
ReplaceAt(s, i, e) == [s EXCEPT ![i] = e]

\* native
RemoveAt(s, i) == SubSeq(s, 1, i - 1) \o SubSeq(s, i + 1, Len(s))

\* native; without the first element that passes, if any does
RemoveFirstMatch(s, Test(_)) ==
  LET i == SelectInSeq(s, Test) IN IF i = 0 THEN s ELSE RemoveAt(s, i)

\* native; without the first occurrence of e, if there is one
RemoveFirst(s, e) == RemoveFirstMatch(s, LAMBDA x : x = e)

----

\* native
Cons(elt, seq) == <<elt>> \o seq

\* native; Append with its arguments exchanged, for use in folds
Snoc(elt, seq) == Append(seq, elt)

\* native; all but the last
Front(s) == SubSeq(s, 1, Len(s) - 1)

\* native
Last(s) == s[Len(s)]

----

\* native
IsPrefix(s, t) == Len(s) <= Len(t) /\ SubSeq(t, 1, Len(s)) = s
IsStrictPrefix(s, t) == Len(s) < Len(t) /\ IsPrefix(s, t)

\* native
IsSuffix(s, t) == Len(s) <= Len(t) /\ SubSeq(t, 1 + Len(t) - Len(s), Len(t)) = s
IsStrictSuffix(s, t) == Len(s) < Len(t) /\ IsSuffix(s, t)

\* all of them, from the empty one to s itself
Prefixes(s) == {SubSeq(s, 1, n) : n \in 0 .. Len(s)}
Suffixes(s) == {SubSeq(s, n, Len(s)) : n \in 1 .. Len(s) + 1}

\* of a non-empty set of sequences
CommonPrefixes(S) ==
  IF S = {} THEN {}
  ELSE LET any == CHOOSE s \in S : TRUE
       IN  {p \in Prefixes(any) : \A t \in S : IsPrefix(p, t)}

\* native
LongestCommonPrefix(S) ==
  LET common == CommonPrefixes(S)
  IN  CHOOSE p \in common : \A q \in common : Len(q) <= Len(p)

\* a modulo b as an index: 1..b in place of 0..b-1
SeqMod(a, b) == LET m == a % b IN IF m = 0 THEN b ELSE m

----

\* native
\* op(seq[n], ... op(seq[1], base)); op should not depend on the order
FoldSeq(op(_, _), base, seq) == FoldFunction(op, base, seq)

\* native; op(... op(op(base, seq[1]), seq[2]) ..., seq[n])
FoldLeft(op(_, _), base, seq) ==
  LET RECURSIVE upTo(_)
      upTo(i) == IF i = 0 THEN base ELSE op(upTo(i - 1), seq[i])
  IN  upTo(Len(seq))

\* native; op(seq[1], op(seq[2], ... op(seq[n], base)))
FoldRight(op(_, _), seq, base) ==
  LET RECURSIVE from(_)
      from(i) == IF i > Len(seq) THEN base ELSE op(seq[i], from(i + 1))
  IN  from(1)

\* native; over the indices in place of the elements
FoldLeftDomain(op(_, _), base, seq) == FoldLeft(op, base, [i \in 1 .. Len(seq) |-> i])
FoldRightDomain(op(_, _), seq, base) == FoldRight(op, [i \in 1 .. Len(seq) |-> i], base)

----

\* native; all joined: sequences, or strings
FlattenSeq(seqs) ==
  LET RECURSIVE upTo(_)
      upTo(i) == IF i = 1 THEN seqs[1] ELSE upTo(i - 1) \o seqs[i]
  IN  IF Len(seqs) = 0 THEN << >> ELSE upTo(Len(seqs))

\* native; pairs, as many as the shorter has elements
Zip(s, t) ==
  [i \in 1 .. IF Len(t) < Len(s) THEN Len(t) ELSE Len(s) |-> <<s[i], t[i]>>]

\* s[1], t[1], s[2], t[2], ... each as a sequence of one; equal lengths only
Interleave(s, t) ==
  CASE Len(s) = Len(t) ->
         [i \in 1 .. 2 * Len(s) |->
            IF i % 2 = 1 THEN <<s[(i + 1) \div 2]>> ELSE <<t[i \div 2]>>]

\* the contiguous ones, the empty one included
SubSeqs(s) == {SubSeq(s, i, j) : i \in 1 .. Len(s) + 1, j \in 0 .. Len(s)}

\* those got by dropping elements anywhere
AllSubSeqs(s) ==
  LET RECURSIVE upTo(_)
      upTo(i) == IF i = 0 THEN {<< >>}
                 ELSE LET shorter == upTo(i - 1)
                      IN  shorter \cup {Append(sub, s[i]) : sub \in shorter}
  IN  upTo(Len(s))

\* where s first begins within t; an error if it is not in t
IndexFirstSubSeq(s, t) ==
  LET starts == {i \in 1 .. 1 + Len(t) - Len(s) : SubSeq(t, i, i + Len(s) - 1) = s}
  IN  CHOOSE i \in starts : \A j \in starts : i <= j

\* t with r in place of s, which begins at i
ReplaceSubSeqAt(i, r, s, t) == SubSeq(t, 1, i - 1) \o r \o SubSeq(t, i + Len(s), Len(t))

\* native; t with r in place of the first s, if it has one
ReplaceFirstSubSeq(r, s, t) ==
  IF \E i \in 1 .. 1 + Len(t) - Len(s) : SubSeq(t, i, i + Len(s) - 1) = s
  THEN ReplaceSubSeqAt(IndexFirstSubSeq(s, t), r, s, t)
  ELSE t

\* native; t with r in place of every s, found from the left without overlap. An
\* empty s is replaced in front of every element.
ReplaceAllSubSeqs(r, s, t) ==
  LET RECURSIVE from(_, _)
      from(i, done) ==
        IF i > Len(t) THEN done
        ELSE IF Len(s) = 0 THEN from(i + 1, done \o r \o SubSeq(t, i, i))
        ELSE IF i + Len(s) - 1 <= Len(t) /\ SubSeq(t, i, i + Len(s) - 1) = s
        THEN from(i + Len(s), done \o r)
        ELSE from(i + 1, done \o SubSeq(t, i, i))
  IN  IF s = t THEN r ELSE from(1, SubSeq(t, 1, 0))
====
