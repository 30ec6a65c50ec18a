---- MODULE CBOR ----
(* CBOR (RFC 8949) bytes and files. *)

\* native; the bytes, as a sequence over 0..255
ToCBOR(value) == CHOOSE bytes : TRUE

\* native
FromCBOR(bytes) == CHOOSE v : TRUE

\* native; writes ToCBOR(value) to the file
CBORSerialize(absoluteFilename, value) == TRUE

\* native; reads it back
CBORDeserialize(absoluteFilename) == CHOOSE v : TRUE
====
