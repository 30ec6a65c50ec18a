---- MODULE CSV ----
(* Lines of delimiter-separated text. *)
LOCAL INSTANCE Integers

\* native; appends a line: the template with val's elements in its directives
CSVWrite(template, val, file) == TRUE

\* native; appends a record's values, and its field names first if headers
CSVWriteRecord(record, delim, headers, file) == TRUE

\* native; a sequence of records of strings with the given column names
CSVRead(columns, delimiter, file) == CHOOSE records : TRUE

\* native; the number of lines, 0 for a file that does not exist
CSVRecords(file) == CHOOSE n : n \in Nat
====
