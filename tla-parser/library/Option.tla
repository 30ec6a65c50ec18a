---- MODULE Option ----
(* Optional values: Some(v) or None. *)
EXTENDS Apalache, Variants

Some(__x) == Variant("Some", __x)
None == Variant("None", UNIT)
IsSome(__o) == VariantTag(__o) = "Some"
IsNone(__o) == VariantTag(__o) = "None"

\* one operator for a value, one (given UNIT) for none
OptionCase(__o, __caseSome(_), __caseNone(_)) ==
  IF IsNone(__o) THEN __caseNone(UNIT) ELSE __caseSome(VariantGetUnsafe("Some", __o))

\* to the value if there is one
OptionMap(__f(_), __o) ==
  IF IsNone(__o) THEN None ELSE Some(__f(VariantGetUnsafe("Some", __o)))

\* the same for an operator that yields an option
OptionFlatMap(__f(_), __o) ==
  IF IsNone(__o) THEN None ELSE __f(VariantGetUnsafe("Some", __o))

OptionGetOrElse(__o, __default) == VariantGetOrElse("Some", __o, __default)

\* with one element or none
OptionToSeq(__o) == IF IsNone(__o) THEN << >> ELSE <<VariantGetUnsafe("Some", __o)>>
OptionToSet(__o) == VariantFilter("Some", {__o})

\* some member of the set, or None of the empty set
OptionGuess(__s) == IF __s = {} THEN None ELSE Some(Guess(__s))

\* the function's value at the optional argument
OptionFunApp(__f, __o) == OptionMap(LAMBDA __x : __f[__x], __o)

\* Some(f[x]), but None on the given arguments
OptionPartialFun(__f, __undefined) ==
  [__x \in DOMAIN __f \cup __undefined |->
     IF __x \in __undefined THEN None ELSE Some(__f[__x])]
====
