---- MODULE Apalache ----
(* The operators of the Apalache model checker. Its hints mean nothing here; the
   rest has its plain meaning. *)
LOCAL INSTANCE Integers
LOCAL INSTANCE Sequences

\* an equality that binds the variable
x := e == x = e

\* a value of bounded size and known type, for Apalache alone
Gen(__size) == {}

\* any member of the set
Guess(__S) == CHOOSE __x \in __S : TRUE

\* native; the function with these pairs of argument and value
SetAsFun(__S) ==
  [__x \in {__p[1] : __p \in __S} |-> (CHOOSE __p \in __S : __p[1] = __x)[2]]

\* native; <<F(1), ..., F(N)>>
MkSeq(__N, __F(_)) == [__i \in 1 .. __N |-> __F(__i)]

\* a function on 1..len (or more) as a sequence; its capacity is a hint
FunAsSeq(__fn, __len, __capacity) ==
  [__i \in 1 .. (IF __len > __capacity THEN __capacity ELSE __len) |-> __fn[__i]]

\* hints
Skolem(__e) == __e
Expand(__S) == __S
ConstCardinality(__cardExpr) == __cardExpr

\* native; Op(... Op(Op(v, x1), x2) ..., xn), in the order CHOOSE takes the elements
ApaFoldSet(__Op(_, _), __v, __S) ==
  LET RECURSIVE __fold(_, _)
      __fold(__acc, __T) ==
        IF __T = {} THEN __acc
        ELSE LET __x == CHOOSE __y \in __T : TRUE
             IN  __fold(__Op(__acc, __x), __T \ {__x})
  IN  __fold(__v, __S)

\* native; the same along a sequence
ApaFoldSeqLeft(__Op(_, _), __v, __seq) ==
  LET RECURSIVE __upTo(_)
      __upTo(__i) == IF __i = 0 THEN __v ELSE __Op(__upTo(__i - 1), __seq[__i])
  IN  __upTo(Len(__seq))

\* native; F(... F(F(x, 1), 2) ..., N)
Repeat(__F(_, _), __N, __x) ==
  LET RECURSIVE __times(_)
      __times(__i) == IF __i < 1 THEN __x ELSE __F(__times(__i - 1), __i)
  IN  __times(__N)
====
