//! The one table of diagnostic codes, of every stage.
//!
//! `E01xx` lexical and syntactic, `E02xx` names and modules, `E03xx` levels, `E04xx` the model's
//! configuration, `E05xx` evaluation, `E06xx` files and machine, `E07xx` PlusCal, `E08xx` logs; `W…` are
//! warnings.
//! Holds: codes are never reused or renumbered; every one has an explanation for
//! `tlacheck explain CODE` and a fixture.

/// A stable diagnostic code such as `E0101`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
pub struct Code(pub &'static str);

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

/// A row of the table.
pub struct Explanation {
    /// The code.
    pub code: Code,
    /// A short title.
    pub title: &'static str,
    /// What it means, an example, and what to do.
    pub text: &'static str,
}

/// The explanation of a code, given as text in any case.
pub fn explain(code: &str) -> Option<&'static Explanation> {
    TABLE.iter().find(|e| e.code.0.eq_ignore_ascii_case(code))
}

macro_rules! codes {
    ($($name:ident = $code:literal, $title:literal, $text:literal;)*) => {
        $(#[doc = $title] pub const $name: Code = Code($code);)*
        /// Every code, in order.
        pub const TABLE: &[Explanation] = &[
            $(Explanation { code: Code($code), title: $title, text: $text },)*
        ];
    };
}

codes! {
    UNEXPECTED_CHARACTER = "E0101", "a character that no TLA+ token starts with",
"The text holds a character that cannot start any token, such as a curly quote or a semicolon.

    Name == “Ada”        \\* curly quotes

Write it with the characters of TLA+ (ASCII, or the Unicode operator symbols such as ∈ and ∧):

    Name == \"Ada\"";
    UNCLOSED_COMMENT = "E0102", "a comment that is not closed",
"`(*` opens a comment and `*)` closes it. Comments nest, so an inner `(*` needs its own `*)`.

    (* the state of (* every replica *)
    Init == TRUE

Close it, or use a comment to the end of the line: `\\* the state`.";
    UNCLOSED_STRING = "E0103", "a string that is not closed on its line",
"A string starts and ends with `\"` on one line.

    Name == \"Ada
    Init == TRUE

Close it. Inside a string, `\\\"` is a quote, `\\\\` a backslash and `\\n` a line break.";
    BAD_ESCAPE = "E0104", "an unknown escape in a string",
"Inside a string a backslash starts one of `\\\"`, `\\\\`, `\\t`, `\\n`, `\\f`, `\\r`.

    Path == \"C:\\data\"      \\* `\\d` is none of them

Write a backslash twice: `\"C:\\\\data\"`.";
    UNCLOSED_MODULE = "E0105", "a module that is not closed",
"A module starts with `---- MODULE Name ----` and ends with a line of four or more `=`.

    ---- MODULE Counter ----
    VARIABLE x

Add `====` at the end. A nested module needs one of its own.";
    NO_MODULE = "E0106", "a file without a module",
"Nothing in the file starts a module; text outside of modules is ignored.

    -- MODULE Counter --         \\* too few dashes

Start it with four dashes or more: `---- MODULE Counter ----`.";
    EXPECTED = "E0110", "something else was expected here",
"The text does not follow the grammar of TLA+: another token was expected at this place.

    Max(a, b == IF a > b THEN a ELSE b       \\* `)` is missing

The message says what was expected and what was found.";
    EXPECTED_EXPRESSION = "E0111", "an expression was expected here",
"An operand is missing: an operator, a bracket or a reserved word stands where an expression should.

    Total == a + * b

Write the missing operand, or remove the operator.";
    PRECEDENCE_CLASH = "E0112", "operators that need parentheses between them",
"Two operators stand side by side whose precedence ranges overlap, so it is not decided which one
binds tighter. TLA+ asks for parentheses instead of choosing.

    A == x \\cup y \\cap z
    B == p /\\ q \\/ r

Write `(x \\cup y) \\cap z` or `x \\cup (y \\cap z)`.";
    UNCLOSED_BRACKET = "E0113", "a bracket that is not closed",
"A bracket is opened but not closed by its partner: `(` `)`, `[` `]`, `{` `}`, `<<` `>>`.

    S == {1, 2, 3
    Init == x \\in S

Close it before the next definition.";
    RESERVED_WORD = "E0114", "a reserved word used as a name",
"Words such as STATE, NEW, OTHER, IN, CASE or WITH cannot be used as names (but they can be fields
of records after a `.`).

    VARIABLE STATE

Choose another name, perhaps in lower case.";
    DEFINITION_SYMBOL = "E0115", "`=` and `==` mixed up",
"`==` defines a name, `=` compares two values.

    Init = x = 0          \\* should be: Init == x = 0
    Next == /\\ x == 1     \\* should be: x = 1";
    LAYOUT = "E0116", "something that is not indented inside its list",
"The items of a list of `/\\` or `\\/` go on as long as their text stands to the right of the bullet.
Here the text at or left of the bullet ends the item too early.

    Next == /\\ x' = f(
           1)              \\* left of the bullet

Indent it further than the bullet. A tab counts up to the next eighth column.";
    TOO_DEEP = "E0117", "an expression nested too deeply",
"Expressions can be nested about a thousand levels deep, and a chain of one operator can be a few
thousand operands long. Lists of `/\\` and `\\/`, sets and tuples can be of any length.

Split the expression into definitions, or write the chain as a list or with parentheses around
parts of it.";
    BAD_STEP = "E0118", "a proof step at the wrong place",
"Steps of one proof have one level number, a proof inside has a higher one, and a proof that has
steps ends with a QED step.

    THEOREM T == P
    <1>1. A
    <2>2. B            \\* should be <1>2
    <1> QED";
    LABEL = "E0119", "a wrong label",
"A label `name ::` or `name(x, y) ::` stands before the expression it names, its parameters are
names, and taking it away must not change how the expression is read.

    A == x + lab :: y = 3";
    FOREIGN_OPERATOR = "E0120", "an operator of another language",
"TLA+ writes some operators differently:

    !=   is  /=  or  #
    &&   is  /\\
    ||   is  \\/
    !p   is  ~p
    :=   is  =   (or == in a definition)";
    TRAILING_TEXT = "E0121", "text after the end of an expression or unit",
"The text before is complete, and what follows neither continues it nor starts something new.

    Init == x = 0 y = 0       \\* `/\\` is missing

Join the two with an operator, or start a new definition.";
    LAMBDA_PLACE = "E0122", "LAMBDA where an expression is expected",
"LAMBDA is an operator, not a value: it can only be an argument of an operator or a substitution.

    F == LAMBDA x : x + 1

Write `F(x) == x + 1`, or a function: `F == [x \\in S |-> x + 1]`.";
    UNDEFINED_NAME = "E0201", "a name that is not defined",
        "Every name must be declared (CONSTANT, VARIABLE), defined, or come from a module in EXTENDS or INSTANCE, *before* it is used. An operator that uses itself must be declared first: `RECURSIVE Op(_)`.";
    MULTIPLY_DEFINED = "E0202", "a name that is defined twice",
        "TLA+ has no shadowing: a name in scope cannot be declared, defined or bound again, not even as the parameter of an operator or in a quantifier. Choose another name.";
    WRONG_ARITY = "E0203", "an operator with the wrong number of arguments",
        "An operator must be applied to as many arguments as it has parameters: `Op(a, b)`. Functions are applied with brackets: `f[a]`. An argument for an operator parameter `P(_, _)` must itself be an operator of two arguments.";
    VALUE_AS_OPERATOR = "E0204", "a value where an operator is needed",
        "An operator parameter (`Op(F(_))`) takes the name of an operator or a LAMBDA, not an expression.";
    OPERATOR_AS_VALUE = "E0205", "an operator where a value is needed",
        "Operators are not values: they cannot be put into sets, functions or variables. A LAMBDA may only be an argument for an operator parameter or stand after `<-` in an INSTANCE.";
    NOT_A_VALUE = "E0206", "a module where a value is needed",
        "The name of an INSTANCE, a module or an ASSUME/PROVE stands where an expression is needed. Name one of its operators: `I!Op`.";
    MODULE_NOT_FOUND = "E0207", "a module that cannot be found",
        "Modules are sought in the same file, beside the spec, in the folders given with `--library`, and in the embedded library, in that order. The file of module `M` is `M.tla`.";
    CIRCULAR_MODULES = "E0208", "modules that need each other",
        "A module cannot extend or instantiate itself, directly or through other modules.";
    MODULE_FILE_NAME = "E0210", "a file whose name is not its module's",
        "The file `Name.tla` must hold `MODULE Name`, for that is how other modules and the command line find it. Rename one of the two.";
    UNREADABLE_FILE = "E0211", "a file that cannot be read", "The file was found but could not be read; the operating system's message says why. A folder, or missing permission, are common reasons.";
    RECURSIVE_UNDEFINED = "E0212", "a RECURSIVE declaration without a definition",
        "`RECURSIVE Op(_)` announces a definition `Op(x) == …` later in the same module or LET.";
    RECURSIVE_ARITY = "E0213", "a definition that differs from its RECURSIVE declaration",
        "The declaration and the definition must have the same number of parameters.";
    NOT_DECLARED_IN_INSTANCE = "E0214", "a substitution for something the module does not declare",
        "`INSTANCE M WITH a <- e` can only substitute for constants and variables that M declares.";
    NOT_SUBSTITUTED = "E0215", "a constant or variable without a substitution",
        "INSTANCE needs a value for every constant and variable of the module: by `WITH c <- e`, or because the same name is defined where the INSTANCE stands.";
    BAD_SELECTOR = "E0216", "a compound name that leads nowhere",
        "In `A!B!Op` every name but the last is an INSTANCE; after a definition's name, `!1`, `!<<`, `!(e)`, `!label` select parts of its body.";
    STRAY_AT = "E0217", "`@` outside an EXCEPT",
        "`@` stands for the old value at the place that an EXCEPT changes: `[f EXCEPT ![i] = @ + 1]`.";
    DUPLICATE_FIELD = "E0218", "a record field given twice", "Each field of a record is given once: `[a |-> 1, a |-> 2]` does not say what `r.a` is. Remove one of the two.";
    PRIME_LEVEL = "E0301", "a prime where there can be none",
        "Only state functions can be primed: an expression that already has a prime (`x''`), or a temporal formula, cannot.";
    TEMPORAL_LEVEL = "E0302", "a temporal formula where there can be none",
        "Temporal formulas can only be combined by Boolean operators, quantifiers and temporal operators: they are not values.";
    ASSUMPTION_LEVEL = "E0303", "an assumption that is not constant",
        "An ASSUME is about constants: it cannot mention variables, for it is checked once and not in every state. What holds of every state is an invariant.";
    INSTANCE_LEVEL = "E0304", "a substitution of too high a level",
        "A variable of the instantiated module must become a state function, and a constant a constant, unless the module declares no variables.";
    ARGUMENT_LEVEL = "E0305", "an argument of too high a level",
        "The operator primes its parameter, or uses it where only a constant can stand, so the argument must not have primes or variables itself.";
    BARE_ACTION = "E0306", "a temporal operator on an action",
        "`[]` can be applied to an action only as `[][A]_v`, `<>` as `<><<A>>_v`, so that the formula allows steps that change nothing.";
    TEMPORAL_BOUND = "E0307", "a temporal quantifier whose set has primes",
        "In `\\A x \\in S : F` with a temporal F, S must not have primes: the formula is about behaviours, and S is evaluated in their first state.";
    MIXED_LEVELS = "E0308", "an action combined with a temporal formula",
        "A conjunction, disjunction, implication or equivalence has one operand with primes, which is about one step, and one with temporal operators, which is about a behaviour. Write `[][A]_v` for an action that every step is to satisfy.";
    TYPE_ERROR = "E0501", "a value of the wrong kind",
        "The operator needs a value of another kind: a Boolean, a number, a set, a function… The message shows the value; the calls under way say how it came there.";
    OUTSIDE_DOMAIN = "E0502", "a function applied outside its domain",
        "`f[x]` needs x in DOMAIN f, `r.a` a record with the field a, `s[i]` an index from 1 to Len(s).";
    INCOMPARABLE = "E0503", "values that cannot be compared",
        "Numbers, strings, sets and functions cannot be compared with each other: whether 1 = \"a\" is not determined in TLA+. Only model values can be compared with anything.";
    NO_CHOICE = "E0504", "CHOOSE without a witness",
        "No element of the set satisfies the predicate, so the value of CHOOSE is not determined.";
    NO_CASE = "E0505", "a CASE without a true condition",
        "None of the conditions is true and there is no OTHER, so the CASE has no value. Add `[] OTHER -> …`, or see why no condition is true of the values shown.";
    USED_UNASSIGNED = "E0506", "a variable that is used before it has a value",
        "Initial states and successors are found from left to right: `x' = 1 /\\ y' = x'` works, `y' = x' /\\ x' = 1` does not.";
    INCOMPLETE_STATE = "E0507", "a variable without a value",
        "An action must give every variable a next value (`x' = …`, `x' \\in S` or `UNCHANGED x`), and the initial predicate every variable a value.";
    ASSERT = "E0508", "an assertion that is false", "`Assert(p, message)` of module TLC was evaluated with p false.";
    RECURSION_LIMIT = "E0509", "recursion without an end in sight",
        "So many operator calls are nested that the recursion probably does not end. The limit can be raised with `--max-recursion`.";
    SET_TOO_LARGE = "E0510", "a set that is too large",
        "A set would have to be built with more elements than the limit. Membership in `SUBSET S` or `[S -> T]` needs no building; iterating over them does. The limit can be raised with `--max-set-size`.";
    INFINITE = "E0511", "an infinite set that would have to be enumerated",
        "Nat, Int, STRING and Seq(S) can be asked for membership but not enumerated. Replace them in the configuration (`Nat <- 0..3`).";
    UNBOUNDED = "E0512", "a quantifier or CHOOSE over everything",
        "`\\E x : p`, `\\A x : p` and `CHOOSE x : p` without a set cannot be evaluated. Give a set, or replace the definition in the configuration.";
    NO_VALUE = "E0513", "something that has no value",
        "A temporal formula, a decimal number, an operator or a register that was never set stands where a value is needed.";
    CIRCULAR_FUNCTION = "E0514", "a recursive function whose value depends on itself",
        "To find `f[x]`, `f[x]` itself is needed: the recursion makes no progress.";
    INPUT_OUTPUT = "E0516", "a file or command that failed", "An operator of Json, CSV or IOUtils could not do its work; the message says why.";
    VALUE_TOO_LARGE = "E0517", "a value that is too large",
        "A value would be nested too deep (1,000 collections in one another), have too many parts (32 for each element that `--max-set-size` allows; a part counts as often as it occurs, so `LET y == F(n - 1) IN <<y, y>>` doubles at each step), or be too long a string or number. Mostly it grows at every step of a recursion or of a behaviour: bound it with a constraint or a condition.";
    ARITHMETIC = "E0518", "an operation on numbers that has no result",
        "`a \\div 0` and `a % b` with b not positive are not determined, nor are `0 ^ 0` and powers with a negative exponent. Guard the operation: `b > 0 /\\ a % b = 0`. A power, an interval's bound or an index can also be too large to be worked out.";
    NO_WAY_OUT = "E0519", "an operator that would reach outside",
        "Operators of Json, CSV and IOUtils read and write files, run programs and look at the environment. Where specs \
         come from somebody else (`specgen`, its MCP server, a program that embeds the checker with `Bounds::outside` \
         turned off) they are refused. `tlacheck` on the command line allows them.";
    UNRESOLVED_IN_PROOF = "W0201", "a name in a proof that means nothing",
        "Proofs are not checked; a name in one that cannot be resolved does no harm here, but a proof system will not accept it.";
    CONFLICTING_IMPORT = "W0202", "one name from two modules",
        "Two modules bring different definitions of one name. The first stays. Use a named INSTANCE to tell them apart.";
    DECLARED_AGAIN = "W0203", "a declaration that repeats another",
        "A constant, a variable, a theorem or an assumption of this name is in scope already, from this module or one that it extends. The first counts. Remove one of the two.";
    CANCELLED = "E0698", "the run was cancelled",
        "The run was ended from outside (Ctrl-C, a time limit, or the program that embeds the checker) \
         while an expression was being evaluated. Nothing is wrong with the spec.";
    INTERNAL = "E0699", "a bug in the checker",
        "Something that must hold inside the checker did not: a thread panicked, or a trace could not be \
         rebuilt. The result of this run is not to be trusted. Please report it, with the spec and the \
         model; `--reference` may give an answer meanwhile.";
    ORDER_DEPENDENT = "W0601", "the spec's meaning depends on the order of evaluation",
        "The spec reads or writes something that is neither in the state nor constant: registers \
         (TLCGet, TLCSet), random elements, counters of the run. What it means depends on the order in \
         which states are visited, so the search runs on one worker, in the order of discovery, and two \
         runs may differ where the spec is random. TLCGet(\"level\") does not count: it is the same in \
         every order.";
    NOT_REPLAYED = "W0602", "a trace could not be repeated",
        "Every trace is repeated step by step before it is shown. The meaning of this spec depends on the \
         order of evaluation (see W0601) and a step came out differently the second time, or the run was \
         cancelled meanwhile, so only the last state is shown.";
    ALIAS_FAILED = "W0603", "ALIAS could not be evaluated on a trace",
        "The trace shows the variables instead. The violation itself is not affected.";
    DUMP_UNWRITABLE = "E0620", "the state graph cannot be written",
        "The file named with `--dump` could not be made: its folder does not exist, or may not be written \
         to, or it is a folder itself. Nothing was searched.";
    PAGE_UNWRITABLE = "E0623", "the page with the coverage cannot be written",
        "The file named with `--coverage-html` could not be made: its folder does not exist, or may not be \
         written to, or it is a folder itself. Nothing was searched.";
    DUMP_FORMAT = "E0621", "an unknown format of the state graph, or of a trace",
        "`--dump FORMAT FILE` takes text (the states alone, as TLC lists them), dot, json or graphml. Dot \
         takes further words after commas: `dot,colorize,actionlabels,stuttering`. `--dump FILE` is text. \
         `--dump-trace FORMAT FILE` takes json, tla or dot.";
    TRACE_FORM = "E0622", "a file is no trace",
"`--load-trace FILE` reads a trace and replays it. The file is JSON: what `--dump-trace json FILE` wrote, the object that
`--json` prints, or what TLC writes with `-dumpTrace json FILE`. It holds the states, each with the variables by name.";
    DUMP_INCOMPLETE = "W0620", "the state graph is not whole",
        "The file named with `--dump` does not hold the whole graph. Either the search ended early (at a \
         violation, a bound, or on request), and then the states of which the successors were not generated \
         are there without steps; or the file could not be written to its end, for instance because the disk \
         is full; or there was nothing to search. The verdict is not affected.";
    NO_INITIAL_STATE = "W0404", "there is no initial state",
"The initial predicate is false of every state, so there are no behaviours and every property holds
of all of them. Often two conjuncts give one variable different values, or a set is empty.";
    ACTION_NEVER_TAKEN = "W0640", "an action is never taken",
"The search came to its end, and in no state that can be reached has this action a step: none of its instances is
ever enabled. What is meant to hold of its steps holds because there are none. Often a guard cannot be true, or
a constant of the model is too small. `--coverage` says how often each conjunct was true and false. An action of
which some instances are taken and others not is not reported.";
    VARIABLE_NEVER_CHANGES = "W0641", "a variable never changes",
"The search came to its end, and the variable has one and the same value in all states (inside the constraints). If that is meant, a
constant says so better; often an action was to change it that is never taken, or leaves it UNCHANGED. A variable
with several initial values that keeps them is not reported; nor is any where there is a VIEW.";
    CONFIG_SYNTAX = "E0401", "the configuration cannot be read here",
"A configuration is a sequence of statements, each a keyword and what belongs to it:

    SPECIFICATION Spec
    CONSTANTS N = 3
              RM = {r1, r2}
              Seq <- BoundedSeq
    INVARIANTS TypeOK Safe

Names in a list are separated by blanks, not by commas. `=` gives a constant a value (a number,
a string, TRUE, FALSE, a model value or a set of these); `<-` replaces a constant or a
definition by a definition of the spec. An expression such as `N + 1` cannot stand in a
configuration: define it in the spec and write `N <- Definition`.";
    CONFIG_KEYWORD = "E0402", "an unknown keyword in the configuration",
"The keywords are SPECIFICATION, INIT, NEXT, CONSTANT(S), INVARIANT(S), PROPERTY, PROPERTIES,
CONSTRAINT(S), ACTION_CONSTRAINT(S), SYMMETRY, VIEW, ALIAS, POSTCONDITION and CHECK_DEADLOCK, in
capitals. A misspelt one would otherwise be read as one more name of the list before it.";
    CONFIG_TWICE = "E0403", "a keyword that may appear once appears twice",
"SPECIFICATION, INIT, NEXT, SYMMETRY, VIEW, ALIAS, POSTCONDITION and CHECK_DEADLOCK take one name
and may appear once. Keep the one that is meant. To check two specifications, write two
configurations.";
    CONFIG_CONFLICT = "E0404", "both SPECIFICATION and INIT/NEXT",
"The behaviours are given either by `SPECIFICATION Spec`, where `Spec == Init /\\ [][Next]_vars`
and perhaps fairness, or by `INIT Init` and `NEXT Next`. Keep one of the two. Only the first can
state fairness, which temporal properties mostly need.";
    CONFIG_INCOMPLETE = "E0405", "INIT without NEXT, or NEXT without INIT",
"An initial predicate and a next-state relation go together:

    INIT Init
    NEXT Next

To look at the initial states alone, let the next-state relation be `UNCHANGED vars`, or bound
the search with `--depth 1`. A configuration with neither evaluates the assumptions only.";
    CONFIG_VALUE = "E0406", "a value that cannot stand in a configuration",
"Values in a configuration are numbers, intervals of numbers (`0 .. 3`), strings in double quotes
on one line, TRUE, FALSE, model values (any name) and sets of these. Anything larger is a
definition of the spec, which `<-` gives to the constant:

    \\* in the spec:  MCGraph == [n \\in 1..3 |-> {n + 1}]
    CONSTANT Graph <- MCGraph";
    CONFIG_COMMENT = "E0407", "a comment in the configuration does not end",
"`(*` opens a comment and `*)` closes it; comments nest, so each `(*` inside a comment needs its
own `*)`. The rest of the line after `\\*` is a comment too. TLC ignores what follows an open
comment silently; here it is an error, for statements could be lost that way.";
    CONFIG_CHAIN = "E0408", "a replacement is itself replaced",
"With `A <- B` and `B <- C` it would depend on the order what A stands for, so it is forbidden,
as in TLC; so is `A <- A`. Replace A by C directly. If A is a constant that should equal its own
model value, write `A = A`.";
    CONFIG_DEPTH = "E0409", "the configuration is nested too deeply",
"Sets and comments may nest two hundred deep. Define the value in the spec and write `name <-
Definition`.";
    CONSTANT_UNASSIGNED = "E0420", "a constant has no value",
"Every CONSTANT of the spec needs a value before anything can be evaluated. Add it to the
configuration:

    CONSTANT N = 3            \\* a value
             RM = {r1, r2}    \\* a set of model values
             Op <- MCOp       \\* a definition of the spec, needed for operator constants";
    CONFIG_UNDEFINED = "E0421", "a name in the configuration is not defined in the spec",
"INIT, NEXT, SPECIFICATION, INVARIANT, PROPERTY, CONSTRAINT, VIEW and their kin take names of
definitions that the spec's root module has, itself or through EXTENDS or INSTANCE. An
expression cannot stand there: define it in the spec, or give it to the library or
`--invariant`.";
    CONFIG_ARITY = "E0422", "a definition of the wrong number of arguments",
"A replacement must take as many arguments as what it replaces, and what a configuration names as
invariant, property, constraint or view must take none.";
    CONFIG_LEVEL = "E0423", "a definition of the wrong level",
"A constant can only be replaced by a constant expression; an invariant, a constraint, VIEW and
INIT are about one state (no primes, no temporal operators); NEXT and action constraints are
about a step.";
    NO_BEHAVIOUR = "E0424", "the model says nothing about behaviours",
"The spec has variables but the configuration has neither SPECIFICATION nor INIT and NEXT, so
there is nothing to explore. Add one of them.";
    SYMMETRY_VALUE = "E0425", "SYMMETRY names no set of permutations",
"SYMMETRY names a definition whose value is a set of permutations of model values: functions that map a
set of model values one-to-one onto itself.

    EXTENDS TLC
    CONSTANTS Server, Client            \\* in the configuration: Server = {s1, s2, s3}
    Symmetry == Permutations(Server) \\cup Permutations(Client)

The states are told apart up to whatever follows from these permutations by composing them. Numbers and
strings cannot be permuted.";
    SYMMETRY_TRIVIAL = "W0425", "SYMMETRY permutes nothing",
"All permutations that SYMMETRY names leave everything as it is, because the symmetric sets have fewer than
two model values. The search is the same as without it.";
    SYMMETRY_BROKEN = "W0426", "something tells symmetric values apart",
"SYMMETRY promises that a behaviour stays one, and a violation one, if the values of the symmetric sets change
places. An expression that mentions one of these values, or a set of some of them, and CHOOSE, which always
takes the same of several values, can break that promise. Then states are taken for one that are not alike: a
violation may be missed. Those that are found are real. If the expression treats all values alike after all
(CHOOSE of the only value that fits), the warning can be ignored.";
    NOT_IMPLEMENTED = "E0490", "a feature that is not built yet",
"This option or statement is known but has no effect yet. Leaving it out silently could turn a
violation into success, so it is refused by name with exit status 151.";
    FILE_NOT_FOUND = "E0601", "a file does not exist",
"The spec is looked for as given, and with `.tla` added. A configuration named with `--config` is
looked for in the working folder and then beside the spec, with and without `.cfg`; without
`--config` it is SPEC.cfg beside SPEC.tla, or a `---- CONFIG name ----` block inside it.";
    FILE_UNREADABLE = "E0602", "a file cannot be read",
"The file exists but could not be read as text: it may be a folder, unreadable for this user, not
UTF-8, or too large (4 GiB).";
    FILE_UNWRITABLE = "E0603", "a file cannot be written",
"`tlacheck translate` writes the spec and its configuration. A file is replaced as a whole: first a new one is written
beside it, so the folder must be writable too. If that fails, the file is what it was.";
    OUT_OF_MEMORY = "E0610", "there is no memory for more states",
"The states seen so far are more than the system gives memory for. With `--memory 4g` the search keeps
within so much memory, more or less, and lets states go to disk beyond that: it becomes slower, and ends.
Otherwise make the model smaller, or bound it.";
    DISK = "E0611", "a file of the search cannot be written or read",
"With `--memory` states go to disk, and with `--checkpoint` checkpoints are written; the message says which
file could not be, and why. Mostly the disk is full: make room, or name a folder on another disk with
`--metadir`. Nothing that was found is wrong, but the search could not go on. If checkpoints were on, the
last complete one is whole, and `--recover` goes on with it.";
    CHECKPOINT_OTHER = "E0612", "the checkpoint is of another search",
"A checkpoint holds states of one spec and model. Where a module, the model or an option that decides what
is searched has changed since, or another version of tlacheck wrote it, going on with it could hide an
error; so it is refused. The message says what has changed. Take the change back, or start anew.";
    CHECKPOINT_DAMAGED = "E0613", "there is no whole checkpoint in the folder",
"A file of the checkpoint is missing, cut off or changed: everything in a checkpoint is covered by a hash,
and nothing is read from one that does not match. A process that is killed does not do that, as the last
complete checkpoint stays until the next one is; copying part of a folder does, or a failing disk.";
    KEEPS_NO_ORDER = "E0614", "neither disk nor checkpoint for a spec whose meaning depends on the order",
"The spec reads or writes something that is neither in the state nor constant (see W0601): registers, random
elements, counters of the run. With `--memory` states are looked at in another order and some of them twice,
and a checkpoint does not hold registers, so both are refused for such a spec.";
    STRICT = "E0615", "the answer would be weaker than `--strict` allows",
"Temporal properties were checked with a VIEW, or constraints cut off behaviours (see W0630, W0631): what was
found to hold need not hold of the spec. With `--strict` that is no answer.";
    LIVENESS_MODULO_VIEW = "W0630", "temporal properties were checked modulo VIEW",
"States with the same VIEW are taken for one, also by temporal properties. A behaviour of such states need not
be one of the spec, and one of the spec may be missed; TLC does the same, and does not say so. Check temporal
properties without the VIEW, or see that the VIEW leaves out nothing they depend on. `--strict` refuses it.";
    LIVENESS_CUT = "W0631", "constraints cut off behaviours that temporal properties depend on",
"Temporal properties are checked on behaviours inside the constraints. A state whose steps all lead out of them
has no other future than to stutter, which fairness may rule out: then nothing is found wrong with it, however
it goes on. Bound the model by its actions instead, or read the answer with that in mind. `--strict` refuses
it.";
    LIVENESS_OFF = "W0632", "temporal properties were not checked",
"`-lncheck off` leaves temporal properties out. Invariants and step properties are checked.";
    LIVENESS_UNREDUCED = "W0633", "temporal properties were checked without SYMMETRY",
"With SYMMETRY the states that are alike are looked at once: that is where the counts are from, and invariants,
step properties and deadlocks were checked so. A graph of such states does not show which process goes on and
which waits for ever, so temporal properties are checked on all states, in a second search. TLC checks them on
the reduced graph, and may miss violations or report some that are none.";
    LOG_SYNTAX = "E0801", "a line of a log that is no event",
"A log has one event a line, as a JSON object: the `action` (or `event`) that was taken, its arguments
in `args`, and values of variables after the step in `state`, before it in `before`. Each may be left
out, and values may be partial; what is given is compared:

    {\"action\": \"Send\", \"args\": [\"n1\"], \"state\": {\"sent\": {\"n1\": 3}}}

Numbers are integers; null is no value. Other names for these fields go into a file for `--mapping`.";
    LOG_NAME = "E0802", "a name in a log that means nothing",
"The log names a field, an action, a parameter or a variable that is not known. Leaving it uncompared
could turn a wrong log into a right one, so it is an error. A file for `--mapping` says what the log
calls things, and which of its fields say nothing about the spec:

    {\"variables\": {\"term\": \"currentTerm\"}, \"actions\": {\"snd\": \"Send\"}, \"ignore\": [\"time\"]}";
    LOG_EMPTY = "E0803", "a log without events",
"Every behaviour matches a log without events, so that would say nothing. Mostly the program that was to
write it did not, or the mapping leaves out every event.";
    LOG_NOT_ADMITTED = "E0804", "an event of a log that no step of the spec matches",
"No behaviour of the spec matches the log beyond the event before this one. For each action that the
event may be, the report says why it has no such step: the first conjunct that is false, with the values
that it reads, or how the state after the step differs from the log. Either the system does what the spec
does not allow, or the spec is too strict, or the log lacks steps in between: `--between N` allows N
that are not logged.";
    CONFIG_REASSIGNED = "W0401", "a constant is assigned twice",
"Both lines assign the same constant or definition in the same context; the last one counts, as
in TLC. Remove the other.";
    CONFIG_UNUSED = "W0403", "an assignment in the configuration that has no effect",
"The name on the left is neither a constant nor a definition of the spec: perhaps it is misspelt, or
the spec has changed. TLC ignores such a line silently.";
    CONFIG_OBSOLETE = "W0405", "a statement of the configuration that has no effect",
"TYPE and TYPE_CONSTRAINT date from the first versions of TLC, which still reads and ignores them. Remove
the statement. What is to hold of every state is an INVARIANT, what is to cut the search a CONSTRAINT.";
    NO_CONFIGURATION = "W0402", "there is no configuration",
"Without a configuration nothing says what the constants are and which formulas are to be
checked, so only the assumptions are evaluated. Write SPEC.cfg beside SPEC.tla, or name a file
with `--config`:

    SPECIFICATION Spec
    CONSTANT N = 3
    INVARIANT TypeOK";
    PLUSCAL_MISSING = "E0701", "no algorithm, or no place for its translation",
"An algorithm stands in a comment of the module, after `--algorithm` or `--fair algorithm`:

    (* --algorithm Clock {
         variable hour = 1;
         { Tick: while (TRUE) { hour := (hour % 12) + 1 } }
       } *)
    \\* BEGIN TRANSLATION
    \\* END TRANSLATION

The translation goes between the last two lines, which are added behind the comment if they are missing.";
    PLUSCAL_SYNTAX = "E0702", "an algorithm that cannot be read here",
"The message says what was expected. There are two syntaxes: after the algorithm's name, `{` chooses c-syntax
(braces, conditions in parentheses), anything else p-syntax (`begin … end algorithm`, `if … then … end if`).
Statements are separated by `;`. Expressions are those of TLA+; they end where a token cannot belong to one,
so a forgotten `;` or parenthesis often shows only at the next statement.";
    PLUSCAL_LABEL_MISSING = "E0703", "a label is missing",
"A label starts a step: what stands between two labels happens at once. A statement needs a label if it is
the first of a process, procedure or algorithm, is a `while`, follows a `call`, `return` or `goto` or a
statement with a label inside, or assigns to a variable that was assigned in the same step.

    x := 1;
    Again: x := 2

`--label`, or `PlusCal options (label)` in the file, adds such labels by itself. That decides which states can be
seen in between, so it is done by itself only where there is one process and no label at all.";
    PLUSCAL_LABEL = "E0704", "a label where there can be none",
"Inside of `with`, and in a macro, no step can start: the name that `with` binds lives in one step, and a macro is
put in place of its calls. So neither has labels, `while`, or anything after a `call` or `return`. `Done` and
`Error` are values of `pc` that the translation uses itself.";
    PLUSCAL_MACRO = "E0705", "a macro or a call of one that is wrong",
"A macro is called by its name and arguments, and must be defined before. What it assigns to must be a variable,
perhaps with a subscript: with

    macro P(sem) { await sem > 0; sem := sem - 1 }

`P(mutex)` and `P(locks[self])` are right, `P(1)` is not.";
    PLUSCAL_PROCEDURE = "E0706", "a procedure or a call of one that is wrong",
"A procedure is called with `call P(…)`, with as many arguments as it has parameters; `return` ends it, and stands in
procedures (and in macros that procedures call).";
    PLUSCAL_GOTO = "E0707", "a goto to where there is no label",
"`goto` goes to a label of its own process or procedure, or to `Done`, which ends the process.";
    PLUSCAL_TWICE = "E0708", "a name of an algorithm that is declared twice",
"Variables of the algorithm must differ from each other and from those of processes and procedures, labels of one
process from each other. `pc` and, with procedures, `stack` are declared by the translation. Where processes or
procedures use the same names, they are renamed.";
    PLUSCAL_ASSIGNMENT = "E0709", "two assignments to one variable at once",
"What `||` joins happens at once, so each element can be assigned only once:

    x[1] := 0 || x[2] := 0        \\* two elements
    x := y || y := x              \\* exchanges them";
    PLUSCAL_UNDECLARED = "E0710", "an assignment to what is no variable",
"Only variables that the algorithm declares can be assigned: constants, operators, `self` and names that `with`, `\\E` or
`CHOOSE` bind cannot be, nor variables of another process.";
    PLUSCAL_OPTION = "E0711", "a wrong option of PlusCal",
"Anywhere in the file, mostly in a comment before the algorithm, `PlusCal options (…)` says how to translate:

    PlusCal options (wf, label, lineWidth 100)

wf, sf, wfNext and nof say what is fair; termination adds the property and weak fairness; label and labelRoot are
about labels that are missing; noDoneDisjunct takes a finished algorithm for a deadlock.";
    PLUSCAL_STALE = "W0701", "a translation and its algorithm do not belong together",
"`BEGIN TRANSLATION` has checksums of the algorithm and of the translation. One of them has been changed since. What is
checked is the translation, so an algorithm that has changed is not the one that is checked: translate it with
`tlacheck translate FILE`, or check with `--translate`. Where the difference is wanted, write
`chksum(tla) \\in STRING` in place of the checksum.";
    PLUSCAL_UNTRANSLATED = "W0702", "an algorithm without a translation",
"Only TLA+ is checked, and an algorithm is a comment. `tlacheck translate FILE` adds its translation to the file,
`--translate` uses one without writing it.";
    PLUSCAL_FAIRNESS = "W0703", "an option about fairness that has no effect",
"A `--fair algorithm` of one process is weakly fair, whatever the options sf and nof say, as with pcal.trans.";
}
