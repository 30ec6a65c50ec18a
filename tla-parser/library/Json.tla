---- MODULE Json ----
(* JSON text and files. Records and functions become objects, sequences and sets
   arrays, model values strings; reading gives records and tuples. *)

\* native
ToJson(value) == CHOOSE text \in STRING : TRUE

\* native; a sequence (or set) as an array
ToJsonArray(value) == CHOOSE text \in STRING : TRUE

\* native; a function as an object, a tuple with the indices 0, 1, ... as keys
ToJsonObject(value) == CHOOSE text \in STRING : TRUE

\* native; writes one JSON document
JsonSerialize(absoluteFilename, value) == TRUE

\* native; reads one JSON document
JsonDeserialize(absoluteFilename) == CHOOSE v : TRUE

\* native; writes a sequence, an element a line
ndJsonSerialize(absoluteFilename, value) == TRUE

\* native; reads a sequence, an element a line, blank lines skipped
ndJsonDeserialize(absoluteFilename) == CHOOSE v : TRUE
====
