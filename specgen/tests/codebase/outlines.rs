//! Symbols of each language that is parsed, and of one that is guessed at.

use super::write;
use specgen::codebase::Codebase;
use specgen::codebase::outline::{Outline, outline};

fn of(name: &str, text: &str) -> Outline {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), name, text);
    outline(&Codebase::open(folder.path()).unwrap().read(name).unwrap())
}

/// The symbols as `first-last kind name`.
#[track_caller]
fn check(name: &str, text: &str, expected: &[&str]) {
    let found = of(name, text);
    let lines: Vec<String> = found
        .symbols
        .iter()
        .map(|s| format!("{}-{} {} {}", s.first, s.last, s.kind.name(), s.name))
        .collect();
    assert_eq!(lines, expected, "{found:?}");
}

#[test]
fn languages_that_are_parsed() {
    check(
        "a.rs",
        "mod m {\n    mod elsewhere;\n    pub struct Store<T> { t: T }\n}\nimpl<T> Store<T> {\n    /// Deletes.\n    pub fn delete(&self) {\n        fn inner() {}\n    }\n}\nimpl Drop for Store<u8> {\n    fn drop(&mut self) {}\n}\ntrait Rows { fn get(&self); fn put(&self) {} }\nenum E { A }\nmacro_rules! row { () => {} }\n",
        &[
            "1-4 module m",
            "3-3 type m.Store",
            "7-9 function Store.delete",
            "8-8 function Store.delete.inner",
            "12-12 function Store.drop",
            "14-14 type Rows",
            "14-14 function Rows.put",
            "15-15 type E",
            "16-16 function row",
        ],
    );
    check(
        "a.py",
        "class Store:\n    def delete(self, id):\n        def inner():\n            pass\n        return inner\n\nasync def main():\n    pass\n",
        &[
            "1-5 type Store",
            "2-5 function Store.delete",
            "3-4 function Store.delete.inner",
            "7-8 function main",
        ],
    );
    check(
        "a.go",
        "package a\n\ntype Store struct {\n\tn int\n}\n\nfunc (s *Store) Delete(id int) {\n}\n\nfunc (s Set[K]) Has() {}\n\nfunc main() {\n}\n",
        &["3-5 type Store", "7-8 function Store.Delete", "10-10 function Set.Has", "12-13 function main"],
    );
    check(
        "a.java",
        "class Store {\n  Store() {}\n  void delete(int id) {\n  }\n  interface Row { int id(); }\n}\n",
        &[
            "1-6 type Store",
            "2-2 function Store.Store",
            "3-4 function Store.delete",
            "5-5 type Store.Row",
            "5-5 function Store.Row.id",
        ],
    );
    check(
        "a.c",
        "struct row { int id; };\nstatic struct row *find(int id)\n{\n  return 0;\n}\nint x;\nstruct row *other;\n",
        &["1-1 type row", "2-5 function find"],
    );
    check(
        "a.cpp",
        "namespace db {\nclass Store {\n public:\n  void del(int id) { }\n};\n}\nint& db::Store::get(int id) {\n  return x;\n}\n",
        &["1-6 module db", "2-5 type db.Store", "4-4 function db.Store.del", "7-9 function db.Store.get"],
    );
    check(
        "a.ts",
        "interface Row { id: number }\nclass Store {\n  delete(id: number) {}\n}\nconst add = async (x: number) => {\n  return x;\n};\nfunction f<T>(x: T) {}\n",
        &[
            "1-1 type Row",
            "2-4 type Store",
            "3-3 function Store.delete",
            "5-7 function add",
            "8-8 function f",
        ],
    );
    check("a.tsx", "function View() {\n  return <p>x</p>;\n}\n", &["1-3 function View"]);
    check(
        "a.mjs",
        "export function f() {}\nconst g = function () {};\n",
        &["1-1 function f", "2-2 function g"],
    );
}

#[test]
fn what_is_broken_is_said_and_still_outlined() {
    let found = of("a.rs", "fn whole() {}\nfn broken( {\n");
    assert!(found.broken && !found.guessed);
    assert!(found.symbols.iter().any(|s| s.name == "whole"), "{found:?}");
}

#[test]
fn other_languages_are_guessed_at_and_it_is_said() {
    let found = of("a.rb", "class Store\n  def delete(id)\n    rows.drop(id)\n  end\nend\n");
    assert!(found.guessed);
    assert_eq!(found.language, "rb");
    check(
        "a.rb",
        "class Store\n  def delete(id)\n    rows.drop(id)\n  end\nend\n",
        &["1-5 type Store", "2-4 function delete"],
    );
    check(
        "a.kt",
        "internal class Store {\n    fun delete(id: Int) {\n    }\n}\n",
        &["1-4 type Store", "2-3 function delete"],
    );
    assert!(of("README", "Just text, no function here.\n").symbols.is_empty());
}

#[test]
fn deep_nesting_and_rubbish_are_survived() {
    let deep = format!("{}{}", "fn f() { if x {".repeat(20_000), "}".repeat(40_000));
    assert!(!of("deep.rs", &deep).symbols.is_empty());
    for name in ["a.rs", "a.py", "a.go", "a.java", "a.c", "a.cpp", "a.ts", "a.tsx", "a.js", "a.x"] {
        of(name, "\u{feff}))) {{{ \u{1F388} class class fn fn ((( '''\n\"\"\" /* ");
        of(name, "");
    }
}
