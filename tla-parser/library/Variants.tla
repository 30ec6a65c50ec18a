---- MODULE Variants ----
(* Tagged values: a function from the tag alone to the value. *)

\* what a tag without a value is given
UNIT == "U_OF_UNIT"

Variant(__tagName, __value) == [__t \in {__tagName} |-> __value]

\* the tag
VariantTag(__variant) == CHOOSE __t \in DOMAIN __variant : TRUE

\* the values of those with the tag
VariantFilter(__tagName, __S) ==
  {__e[__tagName] : __e \in {__v \in __S : VariantTag(__v) = __tagName}}

\* the value, or another if the tag is not this one
VariantGetOrElse(__tagName, __variant, __defaultValue) ==
  IF VariantTag(__variant) = __tagName THEN __variant[__tagName] ELSE __defaultValue

\* the value; an error if the tag is not this one
VariantGetUnsafe(__tagName, __variant) == __variant[__tagName]
====
