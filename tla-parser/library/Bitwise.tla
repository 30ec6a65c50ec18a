---- MODULE Bitwise ----
(* Operations on the binary digits of natural numbers. *)
LOCAL INSTANCE Integers

\* native; and
x & y ==
  LET RECURSIVE both(_, _)
      both(a, b) == IF a = 0 \/ b = 0 THEN 0
                    ELSE (a % 2) * (b % 2) + 2 * both(a \div 2, b \div 2)
  IN  both(x, y)

\* native; or
x | y == (x + y) - (x & y)

\* native; exclusive or
x ^^ y == (x + y) - 2 * (x & y)

\* native; flips the digits of a from its leading one downwards: Not(5) = 2
Not(a) ==
  LET RECURSIVE mask(_)
      mask(m) == IF m > a THEN m - 1 ELSE mask(2 * m)
  IN  mask(1) - a

\* native; drops the last pos digits
shiftR(n, pos) == n \div (2 ^ pos)

\* native; appends pos zeros
shiftL(n, pos) == n * (2 ^ pos)
====
