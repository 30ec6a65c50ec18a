---- MODULE Combinatorics ----
(* Counting orders and choices. *)
EXTENDS Naturals

\* native; the number of orders of n things
factorial[n \in Nat] == IF n < 2 THEN 1 ELSE factorial[n - 1] * n

\* native; the number of ways to choose k of n things
choose(n, k) ==
  LET RECURSIVE ways(_)
      ways(i) == IF i = 0 THEN 1 ELSE (ways(i - 1) * (n + 1 - i)) \div i
  IN  IF k > n THEN 0 ELSE ways(IF 2 * k > n THEN n - k ELSE k)
====
