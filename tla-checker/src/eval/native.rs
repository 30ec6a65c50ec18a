//! The table of operators that are computed natively.
//!
//! Enters: a module's and an operator's name. Leaves: a [`Native`].
//! Holds: a native means what the module's text says (`tla-parser/library/NATIVE.md`); the standard
//! modules are native wherever their text came from, as in TLC, and the community modules only as
//! embedded. *Pure* is an allow-list: what is not on it reads or writes something besides its
//! arguments and the state, and is never remembered.

macro_rules! natives {
    ($($name:ident $module:literal $op:literal $arity:literal $purity:ident;)*) => {
        /// A native operator.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Native {
            $(#[doc = concat!("`", $op, "` of module `", $module, "`")] $name,)*
        }
        impl Native {
            /// The native behind an operator of a module, if there is one.
            pub fn of(module: &str, op: &str, arity: usize, embedded: bool) -> Option<Native> {
                if !embedded && !STANDARD.contains(&module) {
                    return None;
                }
                Some(match (module, op, arity) {
                    $(($module, $op, $arity) => Native::$name,)*
                    _ => return None,
                })
            }
            /// Its name in its module.
            pub fn name(self) -> &'static str {
                match self { $(Native::$name => $op,)* }
            }
            /// Whether its value depends on nothing but its arguments and the state.
            pub fn is_pure(self) -> bool {
                match self { $(Native::$name => natives!(@pure $purity),)* }
            }
        }
    };
    (@pure pure) => { true };
    (@pure impure) => { false };
}

/// The modules whose operators TLC computes by their names alone.
const STANDARD: &[&str] =
    &["Naturals", "Integers", "Reals", "Sequences", "FiniteSets", "Bags", "TLC", "TLCExt", "Randomization"];

natives! {
    Nat "Naturals" "Nat" 0 pure;
    Add "Naturals" "+" 2 pure;
    Subtract "Naturals" "-" 2 pure;
    Multiply "Naturals" "*" 2 pure;
    Power "Naturals" "^" 2 pure;
    Less "Naturals" "<" 2 pure;
    Greater "Naturals" ">" 2 pure;
    AtMost "Naturals" "<=" 2 pure;
    AtLeast "Naturals" ">=" 2 pure;
    Interval "Naturals" ".." 2 pure;
    Divide "Naturals" "\\div" 2 pure;
    Modulo "Naturals" "%" 2 pure;
    Int "Integers" "Int" 0 pure;
    Negate "Integers" "-." 1 pure;
    Real "Reals" "Real" 0 pure;
    RealDivide "Reals" "/" 2 pure;
    Len "Sequences" "Len" 1 pure;
    Seq "Sequences" "Seq" 1 pure;
    Concat "Sequences" "\\o" 2 pure;
    Append "Sequences" "Append" 2 pure;
    Head "Sequences" "Head" 1 pure;
    Tail "Sequences" "Tail" 1 pure;
    SubSeq "Sequences" "SubSeq" 3 pure;
    SelectSeq "Sequences" "SelectSeq" 2 pure;
    IsFiniteSet "FiniteSets" "IsFiniteSet" 1 pure;
    Cardinality "FiniteSets" "Cardinality" 1 pure;
    Print "TLC" "Print" 2 impure;
    PrintT "TLC" "PrintT" 1 impure;
    Assert "TLC" "Assert" 2 pure;
    JavaTime "TLC" "JavaTime" 0 impure;
    TlcGet "TLC" "TLCGet" 1 impure;
    TlcSet "TLC" "TLCSet" 2 impure;
    MapsTo "TLC" ":>" 2 pure;
    Override "TLC" "@@" 2 pure;
    Permutations "TLC" "Permutations" 1 pure;
    SortSeq "TLC" "SortSeq" 2 pure;
    RandomElement "TLC" "RandomElement" 1 impure;
    Any "TLC" "Any" 0 pure;
    ToString "TLC" "ToString" 1 pure;
    TlcEval "TLC" "TLCEval" 1 pure;
}
