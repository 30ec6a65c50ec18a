---- MODULE TLAPS ----
(* Names that proofs cite to pick a prover, a tactic (M) or a time limit (T). The
   checker reads no proofs: each is just TRUE. *)

\* SMT solvers
SimpleArithmetic == TRUE
SMT == TRUE
SMTT(X) == TRUE
CVC3 == TRUE
CVC3T(X) == TRUE
CVC4 == TRUE
CVC4T(X) == TRUE
Yices == TRUE
YicesT(X) == TRUE
veriT == TRUE
veriTT(X) == TRUE
Z3 == TRUE
Z3T(X) == TRUE
AllSMT == TRUE
AllSMTT(X) == TRUE

\* first-order provers
Zipper == TRUE
ZipperT(X) == TRUE
Spass == TRUE
SpassT(X) == TRUE
Zenon == TRUE
ZenonT(X) == TRUE
SlowZenon == TRUE
SlowerZenon == TRUE
VerySlowZenon == TRUE
SlowestZenon == TRUE

\* temporal logic
LS4 == TRUE
LS4T(X) == TRUE
PTL == TRUE
PropositionalTemporalLogic == TRUE

\* Isabelle and its tactics
Isa == TRUE
IsaT(X) == TRUE
IsaM(X) == TRUE
IsaMT(X, Y) == TRUE
IsaWithSetExtensionality == TRUE
AllIsa == TRUE
AllIsaT(X) == TRUE
Auto == TRUE
SlowAuto == TRUE
SlowerAuto == TRUE
SlowestAuto == TRUE
Force == TRUE
SlowForce == TRUE
SlowerForce == TRUE
SlowestForce == TRUE
SimplifyAndSolve == TRUE
SlowSimplifyAndSolve == TRUE
SlowerSimplifyAndSolve == TRUE
SlowestSimplifyAndSolve == TRUE
Simplification == TRUE
SlowSimplification == TRUE
SlowerSimplification == TRUE
SlowestSimplification == TRUE
Blast == TRUE
SlowBlast == TRUE
SlowerBlast == TRUE
SlowestBlast == TRUE
AutoBlast == TRUE

\* several in turn
AllProvers == TRUE
AllProversT(X) == TRUE

\* proof steps about ENABLED, action composition and levels
ExpandENABLED == TRUE
ExpandCdot == TRUE
AutoUSE == TRUE
Lambdify == TRUE
ENABLEDaxioms == TRUE
LevelComparison == TRUE
Trivial == TRUE

\* internal to the proof manager
EnabledWrapper(Op(_)) == FALSE
CdotWrapper(Op(_)) == FALSE

THEOREM SetExtensionality == \A S, T : (\A x : x \in T <=> x \in S) => T = S
THEOREM NoSetContainsEverything == \A S : ~\A x : x \in S
====
