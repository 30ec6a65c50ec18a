//! Languages that are parsed: which nodes of their trees are symbols.
//!
//! Enters: a text and its language. Leaves: its outline.
//! Holds: one walk for all languages; a language is rows in a table.

use super::super::text::Text;
use super::{Kind, Outline, Symbol};
use tree_sitter::{Node, Parser};

/// How deep trees are walked.
const DEEPEST: usize = 400;

/// A language.
pub(super) struct Language {
    name: &'static str,
    extensions: &'static [&'static str],
    grammar: fn() -> tree_sitter::Language,
    /// Nodes that are symbols.
    symbols: &'static [(&'static str, Kind)],
    /// Nodes that give those inside a name without being symbols, and the field that holds it.
    around: &'static [(&'static str, &'static str)],
}

use Kind::{Function, Module, Type};

const JAVASCRIPT: &[(&str, Kind)] = &[
    ("function_declaration", Function),
    ("generator_function_declaration", Function),
    ("method_definition", Function),
    ("class_declaration", Type),
    ("class", Type),
];

const TYPESCRIPT: &[(&str, Kind)] = &[
    ("function_declaration", Function),
    ("generator_function_declaration", Function),
    ("method_definition", Function),
    ("class_declaration", Type),
    ("abstract_class_declaration", Type),
    ("interface_declaration", Type),
    ("enum_declaration", Type),
    ("type_alias_declaration", Type),
    ("internal_module", Module),
];

static LANGUAGES: [Language; 9] = [
    Language {
        name: "Rust",
        extensions: &["rs"],
        grammar: || tree_sitter_rust::LANGUAGE.into(),
        symbols: &[
            ("function_item", Function),
            ("macro_definition", Function),
            ("struct_item", Type),
            ("enum_item", Type),
            ("union_item", Type),
            ("trait_item", Type),
            ("type_item", Type),
            ("mod_item", Module),
        ],
        around: &[("impl_item", "type")],
    },
    Language {
        name: "C",
        extensions: &["c", "h"],
        grammar: || tree_sitter_c::LANGUAGE.into(),
        symbols: &[
            ("function_definition", Function),
            ("struct_specifier", Type),
            ("union_specifier", Type),
            ("enum_specifier", Type),
            ("type_definition", Type),
        ],
        around: &[],
    },
    Language {
        name: "C++",
        extensions: &["cc", "cpp", "cxx", "hh", "hpp", "hxx"],
        grammar: || tree_sitter_cpp::LANGUAGE.into(),
        symbols: &[
            ("function_definition", Function),
            ("class_specifier", Type),
            ("struct_specifier", Type),
            ("union_specifier", Type),
            ("enum_specifier", Type),
            ("type_definition", Type),
            ("alias_declaration", Type),
            ("namespace_definition", Module),
        ],
        around: &[],
    },
    Language {
        name: "Go",
        extensions: &["go"],
        grammar: || tree_sitter_go::LANGUAGE.into(),
        symbols: &[("function_declaration", Function), ("method_declaration", Function), ("type_spec", Type)],
        around: &[],
    },
    Language {
        name: "Java",
        extensions: &["java"],
        grammar: || tree_sitter_java::LANGUAGE.into(),
        symbols: &[
            ("method_declaration", Function),
            ("constructor_declaration", Function),
            ("class_declaration", Type),
            ("interface_declaration", Type),
            ("enum_declaration", Type),
            ("record_declaration", Type),
        ],
        around: &[],
    },
    Language {
        name: "JavaScript",
        extensions: &["js", "jsx", "mjs", "cjs"],
        grammar: || tree_sitter_javascript::LANGUAGE.into(),
        symbols: JAVASCRIPT,
        around: &[],
    },
    Language {
        name: "TypeScript",
        extensions: &["ts", "mts", "cts"],
        grammar: || tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
        symbols: TYPESCRIPT,
        around: &[],
    },
    Language {
        name: "TypeScript",
        extensions: &["tsx"],
        grammar: || tree_sitter_typescript::LANGUAGE_TSX.into(),
        symbols: TYPESCRIPT,
        around: &[],
    },
    Language {
        name: "Python",
        extensions: &["py", "pyi"],
        grammar: || tree_sitter_python::LANGUAGE.into(),
        symbols: &[("function_definition", Function), ("class_definition", Type)],
        around: &[],
    },
];

pub(super) fn of_extension(extension: &str) -> Option<&'static Language> {
    LANGUAGES.iter().find(|l| l.extensions.contains(&extension.to_ascii_lowercase().as_str()))
}

/// The outline of a text; `None` if its grammar cannot be used.
pub(super) fn parse(language: &Language, text: &Text) -> Option<Outline> {
    let mut parser = Parser::new();
    parser.set_language(&(language.grammar)()).ok()?;
    let tree = parser.parse(text.content(), None)?;
    let mut walk = Walk { language, text, symbols: Vec::new() };
    walk.node(tree.root_node(), "", 0);
    let mut symbols = walk.symbols;
    symbols.sort_by(|a, b| (a.first, a.last, &a.name).cmp(&(b.first, b.last, &b.name)));
    symbols.dedup();
    Some(Outline {
        language: language.name.to_owned(),
        guessed: false,
        broken: tree.root_node().has_error(),
        symbols,
    })
}

struct Walk<'a> {
    language: &'a Language,
    text: &'a Text,
    symbols: Vec<Symbol>,
}

impl Walk<'_> {
    fn node(&mut self, node: Node<'_>, around: &str, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        let mut inner = around.to_owned();
        let kind = self.language.symbols.iter().find(|(k, _)| *k == node.kind()).map(|(_, kind)| *kind);
        if let Some(kind) = kind.filter(|_| has_body(node))
            && let Some(name) = self.name(node)
        {
            inner = join(around, &name);
            self.add(node, &inner, kind);
        } else if let Some((_, field)) = self.language.around.iter().find(|(k, _)| *k == node.kind()) {
            if let Some(name) = node.child_by_field_name(field).map(|n| self.words(n)) {
                inner = join(around, &name);
            }
        } else if node.kind() == "variable_declarator"
            && let Some(value) = node.child_by_field_name("value")
            && matches!(value.kind(), "arrow_function" | "function_expression" | "generator_function")
            && let Some(name) = self.name(node)
        {
            inner = join(around, &name);
            self.add(node, &inner, Kind::Function);
        }
        let mut cursor = node.walk();
        for child in node.named_children(&mut cursor) {
            self.node(child, &inner, depth + 1);
        }
    }

    fn add(&mut self, node: Node<'_>, name: &str, kind: Kind) {
        let last = node.end_position();
        // A node that ends with its line's end is said to end at the start of the next one.
        let last =
            if last.column == 0 && last.row > node.start_position().row { last.row } else { last.row + 1 };
        self.symbols.push(Symbol { name: name.to_owned(), kind, first: node.start_position().row + 1, last });
    }

    fn name(&self, node: Node<'_>) -> Option<String> {
        if let Some(name) = node.child_by_field_name("name") {
            let name = self.words(name);
            // Go's methods say whose they are before their name.
            let receiver = node.child_by_field_name("receiver").map(|r| self.receiver(r));
            return Some(receiver.map_or(name.clone(), |r| join(&r, &name)));
        }
        // C hides it in declarators: pointers, references, parameters.
        let mut inner = node.child_by_field_name("declarator")?;
        while let Some(deeper) = inner.child_by_field_name("declarator") {
            inner = deeper;
        }
        let mut cursor = inner.walk();
        if inner.kind().ends_with("reference_declarator")
            && let Some(deeper) = inner.named_children(&mut cursor).last()
        {
            inner = deeper.child_by_field_name("declarator").unwrap_or(deeper);
        }
        Some(self.words(inner).replace("::", "."))
    }

    fn receiver(&self, node: Node<'_>) -> String {
        let text = self.words(node);
        let text = text.trim_matches(['(', ')']);
        let kind = text.split_whitespace().last().unwrap_or_default().trim_start_matches('*');
        kind.split('[').next().unwrap_or_default().to_owned()
    }

    /// A node's text in one line, without type parameters.
    fn words(&self, node: Node<'_>) -> String {
        let text = self.text.content().get(node.byte_range()).unwrap_or_default();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        text.split('<').next().unwrap_or_default().trim().to_owned()
    }
}

/// `struct x *y` names a type and defines none, and `mod x;` a module.
fn has_body(node: Node<'_>) -> bool {
    let needs = ["struct_specifier", "union_specifier", "enum_specifier", "class_specifier", "mod_item"]
        .contains(&node.kind());
    !needs || node.child_by_field_name("body").is_some()
}

fn join(around: &str, name: &str) -> String {
    if around.is_empty() { name.to_owned() } else { format!("{around}.{name}") }
}
