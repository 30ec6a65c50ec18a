---- MODULE Reals ----
(* The real numbers. The checker has integers only: Real serves as a name for a
   set that holds them, and division is an error. *)
EXTENDS Integers

\* native
Real == CHOOSE R : Int \subseteq R

\* native
a / b == CHOOSE q \in Real : b * q = a

Infinity == CHOOSE x : x \notin Real /\ \A r \in Real : r < x
====
