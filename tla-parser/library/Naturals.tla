---- MODULE Naturals ----
(* The natural numbers with their arithmetic and order. Numerals, Nat, addition
   and multiplication are given by the checker, at any size; everything else is
   defined here from them and computed natively. *)

\* native
Nat == CHOOSE N : TRUE

\* native
a + b == CHOOSE s : TRUE

\* native
a * b == CHOOSE p : TRUE

\* native
a - b == CHOOSE d : d + b = a

\* native; the exponent is a natural number
a ^ b == LET power[e \in Nat] == IF e = 0 THEN 1 ELSE power[e - 1] * a
         IN  power[b]

\* native
a \leq b == \E d \in Nat : b = a + d

\* native
a \geq b == b \leq a

\* native
a < b == ~(b \leq a)

\* native
a > b == b < a

\* native; empty when a > b
a .. b == {a + d : d \in {k \in Nat : a + k \leq b}}

\* native; rounds towards minus infinity, b > 0
a \div b == CHOOSE q : b * q \leq a /\ a < b * (q + 1)

\* native; always in 0..b-1, b > 0
a % b == a - b * (a \div b)
====
