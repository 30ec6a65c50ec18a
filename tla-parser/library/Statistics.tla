---- MODULE Statistics ----
(* A statistical test on counts. *)
EXTENDS Naturals

\* native; chi-square goodness of fit: FALSE when the counts actual differ from the
\* distribution of expected at the significance level alpha (a string such as "0.01")
ChiSquare(expected, actual, alpha) == TRUE
====
