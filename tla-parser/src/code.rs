//! The one table of diagnostic codes, of every stage.
//!
//! `E01xx` lexical and syntactic, `E02xx` names and modules, `E03xx` levels, `E04xx` the model's
//! configuration, `E05xx` evaluation, `E06xx` files and machine; `W…` are warnings.
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
    UNEXPECTED_CHARACTER = "E0101", "a character that no TLA+ token starts with", "";
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
        "The name of an INSTANCE or a module stands where an expression is needed. Name one of its operators: `I!Op`.";
    MODULE_NOT_FOUND = "E0207", "a module that cannot be found",
        "Modules are sought in the same file, beside the spec, in the folders given with `--library`, and in the embedded library, in that order. The file of module `M` is `M.tla`.";
    CIRCULAR_MODULES = "E0208", "modules that need each other",
        "A module cannot extend or instantiate itself, directly or through other modules.";
    NO_MODULE = "E0209", "a file without a module",
        "A module begins with `---- MODULE Name ----` and ends with `====`.";
    MODULE_FILE_NAME = "E0210", "a file whose name is not its module's",
        "The file `Name.tla` must hold `MODULE Name`.";
    UNREADABLE_FILE = "E0211", "a file that cannot be read", "The operating system's message says why.";
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
    DUPLICATE_FIELD = "E0218", "a record field given twice", "Each field of a record is given once.";
    PRIME_LEVEL = "E0301", "a prime where there can be none",
        "Only state functions can be primed: an expression that already has a prime (`x''`), or a temporal formula, cannot.";
    TEMPORAL_LEVEL = "E0302", "a temporal formula where there can be none",
        "Temporal formulas can only be combined by Boolean operators, quantifiers and temporal operators: they are not values.";
    ASSUMPTION_LEVEL = "E0303", "an assumption that is not constant",
        "An ASSUME is about constants: it cannot mention variables.";
    INSTANCE_LEVEL = "E0304", "a substitution of too high a level",
        "A variable of the instantiated module must become a state function, and a constant a constant, unless the module declares no variables.";
    ARGUMENT_LEVEL = "E0305", "an argument of too high a level",
        "The operator primes its parameter, or uses it where only a constant can stand, so the argument must not have primes or variables itself.";
    BARE_ACTION = "E0306", "a temporal operator on an action",
        "`[]` can be applied to an action only as `[][A]_v`, `<>` as `<><<A>>_v`, so that the formula allows steps that change nothing.";
    TEMPORAL_BOUND = "E0307", "a temporal quantifier whose set is not constant",
        "In `\\A x \\in S : F` with a temporal F, S must be constant.";
    UNRESOLVED_IN_PROOF = "W0201", "a name in a proof that means nothing",
        "Proofs are not checked; a name in one that cannot be resolved does no harm here, but a proof system will not accept it.";
    CONFLICTING_IMPORT = "W0202", "one name from two modules",
        "Two modules bring different definitions of one name. The first stays. Use a named INSTANCE to tell them apart.";
}
