---- MODULE TLCExt ----
(* Further operators that speak to the checker. *)
LOCAL INSTANCE TLC
LOCAL INSTANCE Integers

\* native; a = b, printing both sides when they differ
AssertEq(a, b) == a = b \/ (PrintT("Assertion failed") /\ PrintT(a) /\ PrintT(b) /\ FALSE)

\* native; TRUE when evaluating exp fails and the message is err or holds it
AssertError(err, exp) == TRUE

\* native; register key, or the default when it was never set
TLCGetOrDefault(key, defaultVal) == CHOOSE v : TRUE

\* native; assigns Op(old, val) to the register key and equals old
TLCGetAndSet(key, Op(_, _), val, defaultVal) ==
  LET old == TLCGetOrDefault(key, defaultVal)
  IN  CHOOSE v \in {old} : TLCSet(key, Op(old, val))

\* native, state level; the records of all states from an initial one to this one
Trace == TRUE

\* native, in a POSTCONDITION; [state |-> ..., action |-> ...] of the violation
\* found: states as pairs <<position, record>>, actions as triples
CounterExample == TRUE

\* native; the states of a counterexample as a sequence
ToTrace(CE) == TRUE

\* native; the model value of that name
TLCModelValue(str) == CHOOSE v : ToString(v) = str

\* native; evaluated once a simulated step was chosen
TLCDefer(expression) == TRUE

\* native; does nothing
TLCNoOp(val) == val

\* native, action level; asks the user to accept the step when exp is FALSE
PickSuccessor(exp) == IF exp THEN TRUE ELSE CHOOSE b \in BOOLEAN : TRUE

\* native; the value computed earlier for an equal closure, else expression
TLCCache(expression, closure) == expression

\* native; the low 32 bits of the value's fingerprint
TLCFP(var) == CHOOSE i \in Int : TRUE

\* native; the value of the definition of that name
TLCEvalDefinition(definitionName) == CHOOSE v : TRUE
====
