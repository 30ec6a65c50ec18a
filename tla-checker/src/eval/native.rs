//! The table of operators that are computed natively.
//!
//! Enters: a module's and an operator's name. Leaves: a [`Native`].
//! Holds: a native means what the module's text says (`tla-parser/library/NATIVE.md`); the standard
//! modules are native wherever their text came from, as in TLC, and the community modules only as
//! embedded. *Pure* is an allow-list: what is not on it reads or writes something besides its
//! arguments and the state, and is never remembered.

macro_rules! natives {
    ($($family:ident { $($name:ident $module:literal $op:literal $arity:literal $purity:ident;)* })*) => {
        /// A native operator.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Native {
            $($(#[doc = concat!("`", $op, "` of module `", $module, "`")] $name,)*)*
        }
        /// Natives that are computed in one place.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Family {
            $($family,)*
        }
        impl Native {
            /// Every native.
            pub const ALL: &[Native] = &[$($(Native::$name,)*)*];
            /// The native behind an operator of a module, if there is one.
            pub fn of(module: &str, op: &str, arity: usize, embedded: bool) -> Option<Native> {
                if !embedded && !STANDARD.contains(&module) {
                    return None;
                }
                Some(match (module, op, arity) {
                    $($(($module, $op, $arity) => Native::$name,)*)*
                    _ => return None,
                })
            }
            /// Its name in its module.
            pub fn name(self) -> &'static str {
                match self { $($(Native::$name => $op,)*)* }
            }
            /// Its module.
            pub fn module(self) -> &'static str {
                match self { $($(Native::$name => $module,)*)* }
            }
            /// How many arguments it takes.
            pub fn arity(self) -> usize {
                match self { $($(Native::$name => $arity,)*)* }
            }
            /// Whether its value depends on nothing but its arguments and the state.
            pub fn is_pure(self) -> bool {
                match self { $($(Native::$name => natives!(@pure $purity),)*)* }
            }
            /// Whether its value is drawn at random.
            pub fn is_random(self) -> bool {
                self.family() == Family::Random || self == Native::RandomElement
            }
            pub(super) fn family(self) -> Family {
                match self { $($(Native::$name => Family::$family,)*)* }
            }
            /// Whether it computes with numbers.
            pub(crate) fn is_arithmetic(self) -> bool {
                self.family() == Family::Arithmetic
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
    Infinite {
        Nat "Naturals" "Nat" 0 pure;
        Int "Integers" "Int" 0 pure;
        Real "Reals" "Real" 0 pure;
        Any "TLC" "Any" 0 pure;
    }
    Arithmetic {
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
        Negate "Integers" "-." 1 pure;
        RealDivide "Reals" "/" 2 pure;
    }
    Sequences {
        Len "Sequences" "Len" 1 pure;
        Seq "Sequences" "Seq" 1 pure;
        Concat "Sequences" "\\o" 2 pure;
        Append "Sequences" "Append" 2 pure;
        Head "Sequences" "Head" 1 pure;
        Tail "Sequences" "Tail" 1 pure;
        SubSeq "Sequences" "SubSeq" 3 pure;
        SelectSeq "Sequences" "SelectSeq" 2 pure;
    }
    FiniteSets {
        IsFiniteSet "FiniteSets" "IsFiniteSet" 1 pure;
        Cardinality "FiniteSets" "Cardinality" 1 pure;
    }
    Tlc {
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
        ToString "TLC" "ToString" 1 pure;
        TlcEval "TLC" "TLCEval" 1 pure;
    }
    TlcExt {
        AssertEq "TLCExt" "AssertEq" 2 impure;
        AssertError "TLCExt" "AssertError" 2 pure;
        TlcGetOrDefault "TLCExt" "TLCGetOrDefault" 2 impure;
        TlcGetAndSet "TLCExt" "TLCGetAndSet" 4 impure;
        Trace "TLCExt" "Trace" 0 impure;
        CounterExample "TLCExt" "CounterExample" 0 impure;
        ToTrace "TLCExt" "ToTrace" 1 impure;
        TlcModelValue "TLCExt" "TLCModelValue" 1 pure;
        TlcDefer "TLCExt" "TLCDefer" 1 impure;
        TlcNoOp "TLCExt" "TLCNoOp" 1 pure;
        PickSuccessor "TLCExt" "PickSuccessor" 1 impure;
        TlcCache "TLCExt" "TLCCache" 2 impure;
        TlcFp "TLCExt" "TLCFP" 1 pure;
        TlcEvalDefinition "TLCExt" "TLCEvalDefinition" 1 impure;
        TeTrace "Toolbox" "_TETrace" 0 impure;
    }
    Random {
        RandomSubset "Randomization" "RandomSubset" 2 impure;
        RandomSetOfSubsets "Randomization" "RandomSetOfSubsets" 3 impure;
    }
    Bags {
        IsABag "Bags" "IsABag" 1 pure;
        BagToSet "Bags" "BagToSet" 1 pure;
        SetToBag "Bags" "SetToBag" 1 pure;
        BagIn "Bags" "BagIn" 2 pure;
        EmptyBag "Bags" "EmptyBag" 0 pure;
        CopiesIn "Bags" "CopiesIn" 2 pure;
        BagCup "Bags" "\\oplus" 2 pure;
        BagDiff "Bags" "\\ominus" 2 pure;
        BagUnion "Bags" "BagUnion" 1 pure;
        SubBagEq "Bags" "\\sqsubseteq" 2 pure;
        SubBag "Bags" "SubBag" 1 pure;
        BagOfAll "Bags" "BagOfAll" 2 pure;
        BagCardinality "Bags" "BagCardinality" 1 pure;
        BagAdd "BagsExt" "BagAdd" 2 pure;
        BagRemove "BagsExt" "BagRemove" 2 pure;
        BagRemoveAll "BagsExt" "BagRemoveAll" 2 pure;
        SumBag "BagsExt" "SumBag" 1 pure;
        ProductBag "BagsExt" "ProductBag" 1 pure;
    }
    Folds {
        MapThenFoldSet "Folds" "MapThenFoldSet" 5 pure;
        FoldFunctionOnSet "Functions" "FoldFunctionOnSet" 4 pure;
        FoldFunction "Functions" "FoldFunction" 3 pure;
        SumFunctionOnSet "Functions" "SumFunctionOnSet" 2 pure;
        SumFunction "Functions" "SumFunction" 1 pure;
        FoldSet "FiniteSetsExt" "FoldSet" 3 pure;
        SumSet "FiniteSetsExt" "SumSet" 1 pure;
        ProductSet "FiniteSetsExt" "ProductSet" 1 pure;
        MapThenSumSet "FiniteSetsExt" "MapThenSumSet" 2 pure;
        Quantify "FiniteSetsExt" "Quantify" 2 pure;
        FoldSeq "SequencesExt" "FoldSeq" 3 pure;
        FoldLeft "SequencesExt" "FoldLeft" 3 pure;
        FoldRight "SequencesExt" "FoldRight" 3 pure;
        FoldLeftDomain "SequencesExt" "FoldLeftDomain" 3 pure;
        FoldRightDomain "SequencesExt" "FoldRightDomain" 3 pure;
        MkSeq "Apalache" "MkSeq" 2 pure;
        ApaFoldSet "Apalache" "ApaFoldSet" 3 pure;
        ApaFoldSeqLeft "Apalache" "ApaFoldSeqLeft" 3 pure;
        Repeat "Apalache" "Repeat" 3 pure;
    }
    Functions {
        Range "Functions" "Range" 1 pure;
        AntiFunction "Functions" "AntiFunction" 1 pure;
        IsInjective "Functions" "IsInjective" 1 pure;
        Injection "Functions" "Injection" 2 pure;
        Surjection "Functions" "Surjection" 2 pure;
        Bijection "Functions" "Bijection" 2 pure;
        SetAsFun "Apalache" "SetAsFun" 1 pure;
        KSubset "FiniteSetsExt" "kSubset" 2 pure;
        Max "FiniteSetsExt" "Max" 1 pure;
        Min "FiniteSetsExt" "Min" 1 pure;
        ToSet "SequencesExt" "ToSet" 1 pure;
        SetToSeq "SequencesExt" "SetToSeq" 1 pure;
        SetToSeqs "SequencesExt" "SetToSeqs" 1 pure;
        SetToSortSeq "SequencesExt" "SetToSortSeq" 2 pure;
        SetToAllKPermutations "SequencesExt" "SetToAllKPermutations" 1 pure;
    }
    SequencesExt {
        Contains "SequencesExt" "Contains" 2 pure;
        Reverse "SequencesExt" "Reverse" 1 pure;
        Remove "SequencesExt" "Remove" 2 pure;
        ReplaceAll "SequencesExt" "ReplaceAll" 3 pure;
        SelectInSeq "SequencesExt" "SelectInSeq" 2 pure;
        SelectInSubSeq "SequencesExt" "SelectInSubSeq" 4 pure;
        SelectLastInSeq "SequencesExt" "SelectLastInSeq" 2 pure;
        SelectLastInSubSeq "SequencesExt" "SelectLastInSubSeq" 4 pure;
        InsertAt "SequencesExt" "InsertAt" 3 pure;
        ReplaceAt "SequencesExt" "ReplaceAt" 3 pure;
        RemoveAt "SequencesExt" "RemoveAt" 2 pure;
        RemoveFirstMatch "SequencesExt" "RemoveFirstMatch" 2 pure;
        RemoveFirst "SequencesExt" "RemoveFirst" 2 pure;
        Cons "SequencesExt" "Cons" 2 pure;
        Snoc "SequencesExt" "Snoc" 2 pure;
        Front "SequencesExt" "Front" 1 pure;
        Last "SequencesExt" "Last" 1 pure;
        IsPrefix "SequencesExt" "IsPrefix" 2 pure;
        IsStrictPrefix "SequencesExt" "IsStrictPrefix" 2 pure;
        IsSuffix "SequencesExt" "IsSuffix" 2 pure;
        IsStrictSuffix "SequencesExt" "IsStrictSuffix" 2 pure;
        LongestCommonPrefix "SequencesExt" "LongestCommonPrefix" 1 pure;
        FlattenSeq "SequencesExt" "FlattenSeq" 1 pure;
        Zip "SequencesExt" "Zip" 2 pure;
        ReplaceFirstSubSeq "SequencesExt" "ReplaceFirstSubSeq" 3 pure;
        ReplaceAllSubSeqs "SequencesExt" "ReplaceAllSubSeqs" 3 pure;
    }
    Counting {
        BitAnd "Bitwise" "&" 2 pure;
        BitOr "Bitwise" "|" 2 pure;
        BitXor "Bitwise" "^^" 2 pure;
        BitNot "Bitwise" "Not" 1 pure;
        ShiftRight "Bitwise" "shiftR" 2 pure;
        ShiftLeft "Bitwise" "shiftL" 2 pure;
        Binomial "Combinatorics" "choose" 2 pure;
        ChiSquare "Statistics" "ChiSquare" 3 pure;
    }
    Graphs {
        TransitiveClosure "Relation" "TransitiveClosure" 2 pure;
        ReflexiveTransitiveClosure "Relation" "ReflexiveTransitiveClosure" 2 pure;
        GraphsSimplePath "Graphs" "SimplePath" 1 pure;
        GraphsAreConnectedIn "Graphs" "AreConnectedIn" 3 pure;
        GraphsConnectionsIn "Graphs" "ConnectionsIn" 1 pure;
        GraphsIsStronglyConnected "Graphs" "IsStronglyConnected" 1 pure;
        DiGraphsMcSimplePath "DiGraphs" "MCSimplePath" 1 pure;
        DiGraphsSimplePath "DiGraphs" "SimplePath" 1 pure;
        DiGraphsMcAreConnectedIn "DiGraphs" "MCAreConnectedIn" 3 pure;
        DiGraphsAreConnectedIn "DiGraphs" "AreConnectedIn" 3 pure;
        DiGraphsConnectionsIn "DiGraphs" "ConnectionsIn" 1 pure;
        UndirectedSimplePath "UndirectedGraphs" "SimplePath" 1 pure;
        UndirectedAreConnectedIn "UndirectedGraphs" "AreConnectedIn" 3 pure;
        ConnectedComponents "UndirectedGraphs" "ConnectedComponents" 1 pure;
        CausalOrder "VectorClocks" "CausalOrder" 4 pure;
    }
    Json {
        ToJson "Json" "ToJson" 1 pure;
        ToJsonArray "Json" "ToJsonArray" 1 pure;
        ToJsonObject "Json" "ToJsonObject" 1 pure;
        JsonSerialize "Json" "JsonSerialize" 2 impure;
        JsonDeserialize "Json" "JsonDeserialize" 1 impure;
        NdJsonSerialize "Json" "ndJsonSerialize" 2 impure;
        NdJsonDeserialize "Json" "ndJsonDeserialize" 1 impure;
    }
    Csv {
        CsvWrite "CSV" "CSVWrite" 3 impure;
        CsvWriteRecord "CSV" "CSVWriteRecord" 4 impure;
        CsvRead "CSV" "CSVRead" 3 impure;
        CsvRecords "CSV" "CSVRecords" 1 impure;
    }
    Io {
        IoSerialize "IOUtils" "IOSerialize" 3 impure;
        IoDeserialize "IOUtils" "IODeserialize" 2 impure;
        Serialize "IOUtils" "Serialize" 3 impure;
        Deserialize "IOUtils" "Deserialize" 2 impure;
        IoExec "IOUtils" "IOExec" 1 impure;
        IoEnvExec "IOUtils" "IOEnvExec" 2 impure;
        IoExecTemplate "IOUtils" "IOExecTemplate" 2 impure;
        IoEnvExecTemplate "IOUtils" "IOEnvExecTemplate" 3 impure;
        IoEnv "IOUtils" "IOEnv" 0 impure;
        Atoi "IOUtils" "atoi" 1 pure;
        ZeroPadN "IOUtils" "zeroPadN" 2 pure;
    }
    Pictures {
        DotDiGraph "GraphViz" "DotDiGraph" 3 pure;
        SvgElemToString "SVG" "SVGElemToString" 1 pure;
        NodeOfRingNetwork "SVG" "NodeOfRingNetwork" 5 pure;
        NodesOfDirectedMultiGraph "SVG" "NodesOfDirectedMultiGraph" 3 pure;
    }
    Missing {
        ToCbor "CBOR" "ToCBOR" 1 pure;
        FromCbor "CBOR" "FromCBOR" 1 pure;
        CborSerialize "CBOR" "CBORSerialize" 2 impure;
        CborDeserialize "CBOR" "CBORDeserialize" 1 impure;
    }
}

impl Native {
    /// Whether what it answers or does depends on the order in which states are visited.
    pub fn depends_on_order(self) -> bool {
        !self.is_pure() && !ORDER_FREE.contains(&self.name())
    }
}

impl Native {
    /// Whether it reads or writes files, runs programs or looks at the environment of the process.
    pub fn reaches_outside(self) -> bool {
        match self.family() {
            Family::Csv => true,
            Family::Json => !self.is_pure(),
            Family::Io => !matches!(self, Native::Atoi | Native::ZeroPadN),
            _ => false,
        }
    }
}

/// Impure operators that a search in any order may evaluate: they only print or look outside.
const ORDER_FREE: &[&str] = &[
    "Print",
    "PrintT",
    "JavaTime",
    "AssertEq",
    "ToTrace",
    "TLCCache",
    "TLCDefer",
    "PickSuccessor",
    "TLCEvalDefinition",
    "JsonDeserialize",
    "ndJsonDeserialize",
    "IODeserialize",
    "Deserialize",
    "CSVRead",
    "CSVRecords",
    "IOEnv",
];
