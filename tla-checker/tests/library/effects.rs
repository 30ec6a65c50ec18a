//! What has no meaning as text: files, programs, registers, random choices, pictures.

use crate::bench::Bench;
use std::path::PathBuf;
use tla_checker::check;
use tla_checker::eval::{Bounds, Native};
use tla_checker::failure::Failure;
use tla_parser::code;
use tla_parser::library::Library;
use tla_parser::resolve::load_text;

/// A folder of its own for a test, removed with it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("tlacheck-library-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("a folder can be made");
        Folder(path)
    }

    fn file(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).expect("the file was written")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The values of expressions, evaluated in turn, and what they printed.
fn evaluate(extends: &str, expressions: &[&str]) -> (Vec<Result<String, Failure>>, Vec<String>) {
    let names: Vec<String> = (0..expressions.len()).map(|i| format!("E{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut text = format!("---- MODULE M ----\nEXTENDS {extends}\n");
    for (name, expression) in names.iter().zip(expressions) {
        text += &format!("{name} == {expression}\n");
    }
    text += "====\n";
    let bench = Bench::load(&text, &Library::new()).unwrap_or_else(|e| panic!("{e}"));
    bench.values(&names)
}

/// Checks that each expression has the value beside it.
fn check(extends: &str, table: &[(&str, &str)]) {
    let expressions: Vec<&str> = table.iter().map(|(e, _)| *e).collect();
    let (values, _) = evaluate(extends, &expressions);
    for ((expression, expected), value) in table.iter().zip(values) {
        match value {
            Ok(value) => assert_eq!(value, *expected, "{expression}"),
            Err(failure) => panic!("{expression}: {}", failure.message),
        }
    }
}

/// The failure of an expression.
fn failure(extends: &str, expression: &str) -> Failure {
    match evaluate(extends, &[expression]).0.remove(0) {
        Ok(value) => panic!("{expression} is {value}"),
        Err(failure) => failure,
    }
}

#[test]
fn json_text() {
    check(
        "Json, Integers",
        &[
            (r#"ToJson([a |-> 1, b |-> <<TRUE, "x">>])"#, r#""{\"a\":1,\"b\":[true,\"x\"]}""#),
            ("ToJson({3, 1, 2})", "\"[1,2,3]\""),
            ("ToJson(1..3)", "\"[1,2,3]\""),
            ("ToJson(<<>>)", "\"[]\""),
            ("ToJson([x \\in {2, 3} |-> {}])", r#""{\"2\":[],\"3\":[]}""#),
            ("ToJson(-12345678901234567890)", "\"-12345678901234567890\""),
            ("ToJsonArray({1})", "\"[1]\""),
            ("ToJsonObject(<<5, 6>>)", r#""{\"0\":5,\"1\":6}""#),
            ("ToJsonObject([a |-> 1])", r#""{\"a\":1}""#),
        ],
    );
    assert_eq!(failure("Json, Integers", "ToJson(Nat)").code, code::INFINITE);
    assert_eq!(failure("Json, Integers", "ToJsonObject(1)").code, code::TYPE_ERROR);
}

#[test]
fn json_files() {
    let folder = Folder::new("json");
    let (one, lines) = (folder.file("deep/one.json"), folder.file("lines.ndjson"));
    check(
        "Json, Integers, Sequences",
        &[
            (&format!(r#"JsonSerialize("{one}", [a |-> <<1, {{2}}>>, b |-> "x\"y"])"#), "TRUE"),
            (&format!(r#"JsonDeserialize("{one}")"#), r#"[a |-> <<1, <<2>>>>, b |-> "x\"y"]"#),
            (&format!(r#"ndJsonSerialize("{lines}", <<[a |-> 1], [a |-> 2]>>)"#), "TRUE"),
            (&format!(r#"ndJsonDeserialize("{lines}")[2].a"#), "2"),
            // A file that changed is read again.
            (&format!(r#"JsonSerialize("{one}", <<1>>) /\ JsonDeserialize("{one}") = <<1>>"#), "TRUE"),
            (&format!(r#"JsonSerialize("{one}", <<2>>) /\ JsonDeserialize("{one}") = <<2>>"#), "TRUE"),
        ],
    );
    assert_eq!(folder.read("lines.ndjson"), "{\"a\":1}\n{\"a\":2}\n");

    let missing = failure("Json", r#"JsonDeserialize("/nowhere/at/all.json")"#);
    assert_eq!(missing.code, code::INPUT_OUTPUT);
    assert!(missing.message.contains("/nowhere/at/all.json"), "{}", missing.message);
    for (content, says) in [("[1.5]", "1.5"), ("{\"a\":null}", "null"), ("[1,", "EOF"), ("[1e40]", "1e+40")] {
        let path = folder.file("bad.json");
        std::fs::write(&path, content).expect("writable");
        let failure = failure("Json", &format!(r#"JsonDeserialize("{path}")"#));
        assert_eq!(failure.code, code::INPUT_OUTPUT);
        assert!(failure.message.contains(says), "{}", failure.message);
    }
    let path = folder.file("good.json");
    std::fs::write(&path, "[18446744073709551615, 2.0, -3, {}]").expect("writable");
    check("Json", &[(&format!(r#"JsonDeserialize("{path}")"#), "<<18446744073709551615, 2, -3, <<>>>>")]);
}

#[test]
fn csv_files() {
    let folder = Folder::new("csv");
    let (file, records, none) = (folder.file("a.csv"), folder.file("b.csv"), folder.file("none.csv"));
    check(
        "CSV, Integers, Sequences",
        &[
            (&format!(r#"CSVRecords("{file}")"#), "0"),
            (&format!(r#"CSVWrite("%1$s#%s#%s", <<1, <<2>>, "x">>, "{file}")"#), "TRUE"),
            (&format!(r#"CSVWrite("%2$s#%1$s", <<3, 4>>, "{file}")"#), "TRUE"),
            (
                &format!(r##"CSVRead(<<"a", "b", "c">>, "#", "{file}")[2]"##),
                r#"[a |-> "4", b |-> "3", c |-> ""]"#,
            ),
            (&format!(r#"CSVRecords("{file}")"#), "2"),
            (&format!(r#"CSVWriteRecord([b |-> 1, a |-> 2], ";", TRUE, "{records}")"#), "TRUE"),
            (&format!(r#"CSVWriteRecord([b |-> 3, a |-> 4], ";", FALSE, "{records}")"#), "TRUE"),
            (&format!(r#"CSVRead(<<"a">>, ",", "{none}")"#), "<<>>"),
        ],
    );
    assert_eq!(folder.read("a.csv"), "1#1#<<2>>\n4#3\n");
    assert_eq!(folder.read("b.csv"), "a;b\n2;1\n4;3\n");
    let wrong = failure("CSV", &format!(r#"CSVWrite("%s %s", <<1>>, "{file}")"#));
    assert_eq!(wrong.code, code::TYPE_ERROR);
    let wrong = failure("CSV", &format!(r#"CSVRead(<<"a">>, "[ab]", "{file}")"#));
    assert!(wrong.message.contains("regular expression"), "{}", wrong.message);
    let wrong = failure("CSV", r#"CSVWrite("%s", <<1>>, "/nowhere/at/all.csv")"#);
    assert_eq!(wrong.code, code::INPUT_OUTPUT);
}

#[test]
fn values_and_text_files() {
    let folder = Folder::new("io");
    let (value, text) = (folder.file("value.bin"), folder.file("text.txt"));
    let options =
        r#"[format |-> "TXT", charset |-> "UTF-8", openOptions |-> <<"WRITE", "CREATE", "APPEND">>]"#;
    check(
        "IOUtils, TLC, Integers, Sequences",
        &[
            (&format!(r#"IOSerialize(<<{{<<1>>, <<2, 3>>}}, "a", [b |-> 2]>>, "{value}", FALSE)"#), "TRUE"),
            (
                &format!(r#"IODeserialize("{value}", FALSE) = <<{{<<1>>, <<2, 3>>}}, "a", [b |-> 2]>>"#),
                "TRUE",
            ),
            (&format!(r#"Serialize("x\ny", "{text}", {options}).exitValue"#), "0"),
            (&format!(r#"Serialize("z", "{text}", {options}).exitValue"#), "0"),
            (
                &format!(r#"Deserialize("{text}", [format |-> "TXT", charset |-> "UTF-8"]).stdout"#),
                r#""x\nyz""#,
            ),
            (r#"Deserialize("/nowhere/x", [format |-> "TXT", charset |-> "UTF-8"]).exitValue"#, "1"),
            (r#"atoi("-42") + atoi("7")"#, "-35"),
            (r#"<<zeroPadN(7, 3), zeroPadN(1234, 3)>>"#, r#"<<"007", "1234">>"#),
            (r#""PATH" \in DOMAIN IOEnv"#, "TRUE"),
        ],
    );
    assert_eq!(failure("IOUtils", r#"atoi("x1")"#).code, code::TYPE_ERROR);
    assert_eq!(failure("IOUtils", r#"IODeserialize("/nowhere/x", FALSE)"#).code, code::INPUT_OUTPUT);
}

#[test]
fn programs() {
    check(
        "IOUtils, TLC, Integers, Sequences",
        &[
            (
                r#"IOExec(<<"sh", "-c", "echo out; echo err >&2; exit 3">>)"#,
                r#"[exitValue |-> 3, stderr |-> "err\n", stdout |-> "out\n"]"#,
            ),
            (r#"IOExec(<<"echo", 1, <<2>>>>).stdout"#, r#""1 <<2>>\n""#),
            (r#"IOEnvExec([LIBRARY |-> "yes"], <<"sh", "-c", "echo $LIBRARY">>).stdout"#, r#""yes\n""#),
            (r#"IOEnvExec({<<"LIBRARY", 7>>}, <<"sh", "-c", "echo $LIBRARY">>).stdout"#, r#""7\n""#),
            (r#"IOExecTemplate(<<"echo", "%2$s-%1$s">>, <<"a", "b">>).stdout"#, r#""b-a\n""#),
            (r#"IOEnvExecTemplate([L |-> "x"], <<"sh", "-c", "echo ${L}%s">>, <<"a">>).stdout"#, r#""xa\n""#),
        ],
    );
    let missing = failure("IOUtils", r#"IOExec(<<"no-such-program-here">>)"#);
    assert_eq!(missing.code, code::INPUT_OUTPUT);
    assert!(missing.message.contains("no-such-program-here"), "{}", missing.message);
}

#[test]
fn registers_and_assertions() {
    check(
        "TLCExt, TLC, Integers, Sequences",
        &[
            ("TLCGetOrDefault(1, 5)", "5"),
            ("TLCGetAndSet(1, +, 3, 10)", "10"),
            ("TLCGetAndSet(1, +, 3, 10)", "13"),
            ("TLCGetOrDefault(1, 5)", "16"),
            ("AssertEq(1, 1)", "TRUE"),
            (r#"AssertError("no", Assert(FALSE, "no"))"#, "TRUE"),
            (r#"AssertError("other", Assert(FALSE, "no"))"#, "FALSE"),
            (r#"AssertError("no", TRUE)"#, "FALSE"),
            (r#"AssertError("Head", Head(<<>>)) /\ Len(<<1>>) = 1"#, "TRUE"),
            (r#"TLCModelValue("r1")"#, "r1"),
            (r#"TLCModelValue("A_1") = TLCModelValue("A_1")"#, "TRUE"),
            ("TLCNoOp(<<1>>)", "<<1>>"),
            ("TLCCache(1 + 1, <<1>>)", "2"),
            ("PickSuccessor(FALSE)", "TRUE"),
            ("TLCFP(1..3) = TLCFP({1, 2, 3}) /\\ TLCFP(1) # TLCFP(2)", "TRUE"),
            ("ToTrace([state |-> {<<2, [x |-> 1]>>, <<1, [x |-> 0]>>}])", "<<[x |-> 0], [x |-> 1]>>"),
        ],
    );
    let (_, printed) = evaluate("TLCExt", &["AssertEq(<<1>>, <<2>>)"]);
    assert!(printed.join("\n").contains("<<1>>") && printed.join("\n").contains("<<2>>"), "{printed:?}");
    for expression in ["Trace", "CounterExample", "TLCEvalDefinition(\"Init\")"] {
        let failure = failure("TLCExt", expression);
        assert_eq!(failure.code, code::NO_VALUE, "{expression}");
        assert!(failure.message.contains(expression.split('(').next().unwrap_or_default()));
    }
    for expression in ["ToCBOR(1)", "FromCBOR(<<1>>)"] {
        let failure = failure("CBOR", expression);
        assert!(failure.message.contains("CBOR") && failure.message.contains("not implemented"));
    }
}

#[test]
fn random_choices() {
    check(
        "Randomization, TLC, Integers, FiniteSets",
        &[
            (
                "\\A k \\in 0..5 : Cardinality(RandomSubset(k, 1..5)) = k /\\ RandomSubset(k, 1..5) \\subseteq 1..5",
                "TRUE",
            ),
            ("Cardinality(RandomSubset(3, [1..40 -> 1..9]))", "3"),
            ("RandomSubset(4, SUBSET (1..60)) \\subseteq SUBSET (1..60)", "TRUE"),
            ("RandomSetOfSubsets(9, 2, 1..4) \\subseteq SUBSET (1..4)", "TRUE"),
            ("RandomSetOfSubsets(3, 4, 1..4)", "{{1, 2, 3, 4}}"),
            ("RandomSetOfSubsets(0, 2, 1..4)", "{}"),
            ("DOMAIN TestRandomSetOfSubsets(2, 1, 1..3)", "1..5"),
            ("RandomElement(SUBSET (1..50)) \\subseteq 1..50", "TRUE"),
            ("{RandomElement(1..2) : i \\in 1..50}", "{1, 2}"),
            ("RandomElement([1..3 -> {7}])", "<<7, 7, 7>>"),
        ],
    );
    assert_eq!(failure("Randomization, Integers", "RandomSubset(2, {1})").code, code::NO_CHOICE);
    assert_eq!(failure("Randomization, Integers", "RandomSubset(-1, {1})").code, code::TYPE_ERROR);
    assert_eq!(failure("TLC, Integers", "RandomElement({})").code, code::NO_CHOICE);
    assert_eq!(failure("TLC, Integers", "RandomElement(Nat)").code, code::INFINITE);
    let again = || evaluate("Randomization, Integers", &["RandomSubset(5, 1..1000)"]).0[0].clone().ok();
    assert_eq!(again(), again());
}

#[test]
fn bags_as_tlc_has_them() {
    // TLC 2.15 computes Bags natively and answers so; the text fails on these.
    check("Bags, Integers", &[("IsABag([a |-> \"x\"])", "FALSE"), ("IsABag(3)", "FALSE")]);
    assert_eq!(failure("Bags, Integers, Sequences", "<<1>> (+) [a |-> 1]").code, code::INCOMPARABLE);
    assert_eq!(failure("Bags, Integers, Sequences", "<<1>> (+) <<\"a\">>").code, code::TYPE_ERROR);
}

#[test]
fn members_of_sets_that_cannot_be_built() {
    check(
        "Integers, Sequences",
        &[
            ("4 \\in {n \\in Nat : n % 2 = 0} /\\ 5 \\notin {n \\in Nat : n % 2 = 0}", "TRUE"),
            ("<<2, 1>> \\in {<<a, b>> \\in Nat \\X Nat : a > b}", "TRUE"),
            ("LET Even(S) == {n \\in S : n % 2 = 0}  F == Even(Int) IN -2 \\in {n \\in F : n < 0}", "TRUE"),
            ("7 \\in ({n \\in Nat : n > 3} \\cup {-1}) \\ {n \\in Nat : n > 6}", "FALSE"),
        ],
    );
    assert_eq!(failure("Integers", "\\E x \\in {n \\in Nat : n > 3} : x = 4").code, code::INFINITE);
    assert_eq!(failure("Integers", "{n \\in Nat : n > 3} = {4}").code, code::INFINITE);
}

#[test]
fn pictures_and_statistics() {
    let folder = Folder::new("svg");
    let prefix = folder.file("frame");
    check(
        "SVG, TLC, Integers, Sequences",
        &[
            (
                r#"SVGElemToString(Group(<<Text(1, 2, "<<a>>", [font_size |-> "9"])>>, <<>>))"#,
                r#""<g><text font-size='9' x='1' y='2'>&lt;&lt;a&gt;&gt;</text></g>""#,
            ),
            ("NodeOfRingNetwork(10, 20, 5, 1, 4)", "[x |-> 10, y |-> 25]"),
            ("NodeOfRingNetwork(0, 0, 5, 0, 3)", "[x |-> 5, y |-> 0]"),
            (
                r#"NodesOfDirectedMultiGraph({"a", "b", "c"}, {<<"a", "b">>, <<"a", "c">>}, [view_width |-> 300, view_height |-> 300])"#,
                "[a |-> [x |-> 150, y |-> 100], b |-> [x |-> 100, y |-> 200], c |-> [x |-> 200, y |-> 200]]",
            ),
            (&format!(r#"SVGSerialize(Group(<<>>, <<>>), "{prefix}", 7).exitValue"#), "0"),
        ],
    );
    assert_eq!(folder.read("frame7.svg"), "<g></g>");
    let graph = r#"[node |-> {1, 2}, edge |-> {<<1, 2>>}]"#;
    let (values, _) =
        evaluate("GraphViz", &[&format!(r#"DotDiGraph({graph}, LAMBDA n : "n", LAMBDA e : "e")"#)]);
    let dot = values[0].clone().expect("a value");
    assert!(dot.starts_with("\"digraph MyGraph {") && dot.matches("label=").count() == 3, "{dot}");
    assert!(dot.matches("->").count() == 1 && dot.ends_with("}\""), "{dot}");
    check(
        "Statistics",
        &[
            (r#"ChiSquare(<<10, 10, 10>>, <<11, 9, 10>>, "0.01")"#, "TRUE"),
            (r#"ChiSquare(<<10, 10, 10>>, <<28, 1, 1>>, "0.01")"#, "FALSE"),
            (r#"ChiSquare([a |-> 1, b |-> 1], [a |-> 500, b |-> 510], "0.2")"#, "TRUE"),
        ],
    );
    assert_eq!(failure("Statistics", r#"ChiSquare(<<1, 2>>, <<1>>, "0.1")"#).code, code::TYPE_ERROR);
    assert_eq!(failure("Statistics", r#"ChiSquare(<<1, 2>>, <<1, 2>>, "2")"#).code, code::TYPE_ERROR);
}

#[test]
fn nothing_outside_is_reached_where_that_is_not_allowed() {
    let folder = Folder::new("refused");
    let path = folder.file("made");
    let calls = [
        ("JsonSerialize", format!(r#"JsonSerialize("{path}", 1)"#)),
        ("JsonDeserialize", format!(r#"JsonDeserialize("{path}")"#)),
        ("ndJsonSerialize", format!(r#"ndJsonSerialize("{path}", <<1>>)"#)),
        ("ndJsonDeserialize", format!(r#"ndJsonDeserialize("{path}")"#)),
        ("CSVWrite", format!(r#"CSVWrite("%1$s", <<1>>, "{path}")"#)),
        ("CSVWriteRecord", format!(r#"CSVWriteRecord([a |-> 1], ",", TRUE, "{path}")"#)),
        ("CSVRead", format!(r#"CSVRead(<<"a">>, ",", "{path}")"#)),
        ("CSVRecords", format!(r#"CSVRecords("{path}")"#)),
        ("IOSerialize", format!(r#"IOSerialize(1, "{path}", FALSE)"#)),
        ("IODeserialize", format!(r#"IODeserialize("{path}", FALSE)"#)),
        ("Serialize", format!(r#"Serialize("1", "{path}", [format |-> "TXT"])"#)),
        ("Deserialize", format!(r#"Deserialize("{path}", [format |-> "TXT"])"#)),
        ("IOExec", format!(r#"IOExec(<<"touch", "{path}">>)"#)),
        ("IOEnvExec", format!(r#"IOEnvExec([A |-> "b"], <<"touch", "{path}">>)"#)),
        ("IOExecTemplate", format!(r#"IOExecTemplate(<<"touch", "%s">>, <<"{path}">>)"#)),
        ("IOEnvExecTemplate", format!(r#"IOEnvExecTemplate([A |-> "b"], <<"touch", "%s">>, <<"{path}">>)"#)),
        ("IOEnv", "IOEnv".to_owned()),
    ];
    let outside = Native::ALL.iter().filter(|native| native.reaches_outside());
    let mut named: Vec<&str> = outside.map(|native| native.name()).collect();
    let mut tried: Vec<&str> = calls.iter().map(|(name, _)| *name).collect();
    named.sort_unstable();
    tried.sort_unstable();
    assert_eq!(named, tried);
    let (library, bounds) = (Library::new(), Bounds { outside: false, ..Bounds::default() });
    let module = "---- MODULE M ----\nEXTENDS Json, CSV, IOUtils, Integers\n====\n";
    for (name, call) in &calls {
        let mut spec = load_text("M.tla", module, &library).expect("resolves").spec;
        let refused = check::evaluate(&mut spec, call, &library, bounds).expect_err(name);
        assert_eq!(refused[0].code, code::NO_WAY_OUT, "{name}: {}", refused[0].message);
        assert!(!std::path::Path::new(&path).exists(), "{name} made a file");
    }
    // What only computes is allowed, and everything is where it is said to be.
    let mut spec = load_text("M.tla", module, &library).expect("resolves").spec;
    let value = check::evaluate(&mut spec, r#"ToJson(<<atoi("12"), zeroPadN(7, 3)>>)"#, &library, bounds);
    assert_eq!(value.expect("has a value"), r#""[12,\"007\"]""#);
}
