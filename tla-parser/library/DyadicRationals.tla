---- MODULE DyadicRationals ----
(* Fractions with a power of two as their denominator: records of num and den. *)
LOCAL INSTANCE Integers
LOCAL INSTANCE Sequences
LOCAL INSTANCE TLC

LOCAL Fraction(n, d) == [num |-> n, den |-> d]

\* in lowest terms
RECURSIVE Lowest(_, _)
LOCAL Lowest(n, d) ==
  IF d > 1 /\ n % 2 = 0 THEN Lowest(n \div 2, d \div 2) ELSE Fraction(n, d)

IsDyadicRational(r) ==
  LET RECURSIVE power(_)
      power(d) == d = 1 \/ (d > 1 /\ d % 2 = 0 /\ power(d \div 2))
  IN  power(r.den)

Zero == Fraction(0, 1)
One == Fraction(1, 1)

Add(p, q) ==
  IF p.den < q.den
  THEN Lowest(p.num * (q.den \div p.den) + q.num, q.den)
  ELSE Lowest(p.num + q.num * (p.den \div q.den), p.den)

Half(p) == Lowest(p.num, 2 * p.den)

\* "0", "1", otherwise "num/den"
PrettyPrint(p) ==
  IF p \in {Zero, One} THEN ToString(p.num) ELSE ToString(p.num) \o "/" \o ToString(p.den)
====
