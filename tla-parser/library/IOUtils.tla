---- MODULE IOUtils ----
(* Files, processes and the environment. *)
LOCAL INSTANCE TLC
LOCAL INSTANCE Integers
LOCAL INSTANCE Sequences

LOCAL Report == [exitValue : Int, stdout : STRING, stderr : STRING]

\* native; writes a value in the checker's own format
IOSerialize(val, absoluteFilename, compress) == TRUE

\* native; reads one back
IODeserialize(absoluteFilename, compressed) == CHOOSE v : TRUE

\* native; writes a string; options: format "TXT", charset, openOptions
Serialize(value, dest, options) == CHOOSE r \in Report : TRUE

\* native; reads a string into stdout; options: format "TXT", charset
Deserialize(src, options) == CHOOSE r : TRUE

\* native; runs the program command[1] with the rest as its arguments
IOExec(command) == CHOOSE r \in Report : TRUE

\* native; likewise with the record env added to the environment
IOEnvExec(env, command) == CHOOSE r \in Report : TRUE

\* native; parameters fill the printf-style directives of each element first
IOExecTemplate(commandTemplate, parameters) == CHOOSE r \in Report : TRUE

\* native; both
IOEnvExecTemplate(env, commandTemplate, parameters) == CHOOSE r \in Report : TRUE

\* native; a record of the environment variables
IOEnv == CHOOSE r \in [STRING -> STRING] : TRUE

\* native; the number a string shows
atoi(str) == CHOOSE i \in Int : str = ToString(i)

\* native; a natural number as a string, zeros on its left up to the width
zeroPadN(n, width) ==
  LET RECURSIVE pad(_)
      pad(text) == IF Len(text) < width THEN pad("0" \o text) ELSE text
  IN  pad(ToString(n))
====
