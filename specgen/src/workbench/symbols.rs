//! `symbols` and `modules`: what a spec defines, and the modules that are built in.
//!
//! Enters: a spec, or the name of a built-in module. Leaves: names with their kind, arity, level, place and the comment
//! that documents them. Holds: symbols are in the order of the text, module by module, the root's first. A comment
//! documents what it stands right above of, or behind on the same line.

use super::data::Place;
use super::failure::{Failure, Kind};
use super::page::{Page, cut_at};
use super::source::SpecInput;
use super::{Told, Workbench};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tla_parser::hir::{DeclKind, DefBody, DefKind, Level, Module, ModuleId, Spec};
use tla_parser::library::{EMBEDDED, Library};
use tla_parser::resolve::load_text;
use tla_parser::source::Span;

/// How long a comment is that is shown.
const COMMENT: usize = 600;

/// Whose symbols.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct SymbolsInput {
    /// The spec.
    #[serde(flatten)]
    pub spec: SpecInput,
    /// Whether those of the modules that it extends are wanted too, the built-in ones included.
    pub extended: bool,
    /// Only symbols whose name contains this text.
    pub filter: Option<String>,
    /// Which of them.
    #[serde(flatten)]
    pub page: Page,
}

/// Symbols of a spec.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SymbolsOutput {
    /// The root module.
    pub module: String,
    /// The modules it extends, directly.
    pub extends: Vec<String>,
    /// The symbols.
    pub symbols: Vec<Symbol>,
    /// How many there are in all.
    pub total: u64,
    /// Where the next call goes on.
    pub next_cursor: Option<String>,
}

/// What a symbol is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SymbolKind {
    /// CONSTANT.
    Constant,
    /// VARIABLE.
    Variable,
    /// An operator definition.
    Operator,
    /// A function definition.
    Function,
    /// ASSUME and AXIOM.
    Assumption,
    /// THEOREM and its kin.
    Theorem,
    /// A named INSTANCE.
    Instance,
}

/// What a definition speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SymbolLevel {
    /// No variables: it can be evaluated with `eval`.
    Constant,
    /// Unprimed variables: it can be an invariant.
    State,
    /// Primed variables: it can be an action.
    Action,
    /// Temporal operators: it can be a specification or a property.
    Temporal,
}

/// A name and what it stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Symbol {
    /// The name.
    pub name: String,
    /// What it is.
    pub kind: SymbolKind,
    /// How many arguments it takes.
    pub arity: u64,
    /// Its parameters' names, where it is defined.
    pub parameters: Vec<String>,
    /// What it speaks of, with constant arguments.
    pub level: SymbolLevel,
    /// Whether it refers to itself.
    pub recursive: bool,
    /// Whether it is LOCAL to its module.
    pub local: bool,
    /// The module.
    pub module: String,
    /// Where its name stands.
    pub place: Place,
    /// The comment that documents it.
    pub comment: Option<String>,
}

/// Which built-in modules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ModulesInput {
    /// One module: its symbols are listed. Without it, all modules are.
    pub module: Option<String>,
    /// Whether the module's text is wanted too.
    pub with_text: bool,
    /// Which of them.
    #[serde(flatten)]
    pub page: Page,
}

/// Built-in modules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ModulesOutput {
    /// The modules.
    pub modules: Vec<BuiltIn>,
    /// How many there are in all (of one module: symbols).
    pub total: u64,
    /// The symbols of the one module that was asked for.
    pub symbols: Vec<Symbol>,
    /// Its text, if that was asked for.
    pub text: Option<String>,
    /// Where the next call goes on.
    pub next_cursor: Option<String>,
}

/// A module that is built in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BuiltIn {
    /// Its name, for EXTENDS.
    pub name: String,
    /// What it is for.
    pub about: String,
}

impl Workbench {
    /// What a spec defines.
    ///
    /// # Errors
    /// The spec is wrong, or an argument is.
    pub fn symbols(&self, input: &SymbolsInput) -> Result<SymbolsOutput, Failure> {
        let loaded = self.load(&input.spec)?;
        let spec = &loaded.spec;
        let mut modules = vec![spec.root];
        if input.extended {
            extended(spec, spec.root, &mut modules);
        }
        let filter = input.filter.as_deref().unwrap_or("");
        let mut symbols: Vec<Symbol> = modules.iter().flat_map(|module| of_module(spec, *module)).collect();
        symbols.retain(|symbol| symbol.name.contains(filter));
        let part = input.page.of(symbols)?;
        let root = spec.root_module();
        Ok(SymbolsOutput {
            module: root.name.to_string(),
            extends: root.extends.iter().map(|module| spec.module(*module).name.to_string()).collect(),
            symbols: part.items,
            total: part.total,
            next_cursor: part.next,
        })
    }

    /// The modules that are built in, or the symbols of one of them.
    ///
    /// # Errors
    /// There is no such module.
    pub fn modules(&self, input: &ModulesInput) -> Result<ModulesOutput, Failure> {
        let Some(name) = &input.module else {
            let all = EMBEDDED.iter().map(|(name, text)| built_in(name, text)).collect();
            let part = input.page.of(all)?;
            return Ok(ModulesOutput {
                modules: part.items,
                total: part.total,
                symbols: Vec::new(),
                text: None,
                next_cursor: part.next,
            });
        };
        let Some((_, text)) = EMBEDDED.iter().find(|(other, _)| other == name) else {
            return Err(unknown_module(name));
        };
        // A module that is extended is an embedded one; its own name would be taken.
        let asking = format!("---- MODULE Asking_for_{name} ----\nEXTENDS {name}\n====\n");
        let resolved = load_text("asking", &asking, &Library::new()).map_err(|rejected| {
            Failure::rejected("the built-in module is wrong", &rejected.diagnostics, &rejected.sources)
        })?;
        let spec = resolved.spec;
        let id = spec.module_named(name).unwrap_or(spec.root);
        let part = input.page.of(of_module(&spec, id))?;
        Ok(ModulesOutput {
            modules: vec![built_in(name, text)],
            total: part.total,
            symbols: part.items,
            text: input.with_text.then(|| (*text).to_owned()),
            next_cursor: part.next,
        })
    }
}

fn unknown_module(name: &str) -> Failure {
    let failure = Failure::new(Kind::NotFound, format!("argument `module`: no module `{name}` is built in"));
    let near = EMBEDDED.iter().map(|(other, _)| *other).min_by_key(|other| strsim::osa_distance(other, name));
    match near.filter(|near| strsim::osa_distance(near, name) <= name.len().max(3) / 3) {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None => failure.help("without `module`, all of them are listed"),
    }
}

fn built_in(name: &str, text: &str) -> BuiltIn {
    BuiltIn { name: name.to_owned(), about: about(text) }
}

/// The comment at the head of a module, or else the first names that it defines.
fn about(text: &str) -> String {
    let mut words = Vec::new();
    for line in text.lines().map(str::trim) {
        match comment_text(line) {
            Some("native") => {}
            Some("") if !words.is_empty() => break,
            Some(comment) => words.push(comment.to_owned()),
            // What stands behind the first definition is about that.
            None if line.contains("==") && !line.starts_with("==") => break,
            None if words.is_empty() => {}
            None => break,
        }
    }
    if words.is_empty() {
        let defined = text.lines().filter_map(|line| line.split_once("==")).map(|(name, _)| name.trim());
        let names: Vec<&str> =
            defined.filter(|name| !name.is_empty() && !name.starts_with("\\*")).take(8).collect();
        words.push(format!("defines {}", names.join(", ")));
    }
    cut_at(words.join(" "), COMMENT)
}

/// What a line says that is a comment and nothing else.
fn comment_text(line: &str) -> Option<&str> {
    let inner = match line.strip_prefix("\\*") {
        Some(rest) => rest,
        None => line.strip_prefix("(*")?.strip_suffix("*)")?,
    };
    Some(inner.trim_matches(|c: char| c == '*' || c == '-' || c == '=' || c.is_whitespace()))
}

fn extended(spec: &Spec, module: ModuleId, found: &mut Vec<ModuleId>) {
    for &other in &spec.module(module).extends {
        if !found.contains(&other) {
            found.push(other);
            extended(spec, other, found);
        }
    }
}

/// The symbols that a module itself declares and defines, in the order of the text.
fn of_module(spec: &Spec, id: ModuleId) -> Vec<Symbol> {
    let module = spec.module(id);
    let declared = spec.decls.iter().filter(|decl| decl.module == id);
    let mut symbols: Vec<(Span, Symbol)> = declared
        .filter_map(|decl| {
            let kind = match decl.kind {
                DeclKind::Constant(_) => SymbolKind::Constant,
                DeclKind::Variable => SymbolKind::Variable,
                DeclKind::New(..) => return None,
            };
            let about =
                About { kind, arity: decl.kind.arity(), level: decl.kind.level(), ..About::default() };
            Some((decl.span, symbol(spec, module, &decl.name, decl.span, about)))
        })
        .collect();
    let anonymous =
        |def: &&tla_parser::hir::Def| def.module == id && matches!(def.kind, DefKind::Assumption(_));
    let own = module.own_defs.iter().map(|def| spec.def(*def));
    let unnamed = spec.defs.iter().filter(anonymous).filter(|def| def.name.starts_with("line "));
    for def in own.chain(unnamed) {
        let kind = match def.kind {
            DefKind::Operator => SymbolKind::Operator,
            DefKind::Function => SymbolKind::Function,
            DefKind::Assumption(_) => SymbolKind::Assumption,
            DefKind::Theorem | DefKind::Sequent => SymbolKind::Theorem,
            DefKind::Lambda | DefKind::Selected => continue,
        };
        if matches!(def.body, DefBody::Instance(..)) {
            continue;
        }
        let about = About {
            kind,
            arity: def.params.len(),
            parameters: def.params.iter().map(|p| spec.locals[p.index()].name.to_string()).collect(),
            level: def.level.base,
            recursive: def.recursive,
        };
        symbols.push((def.span, symbol(spec, module, &def.name, def.span, about)));
    }
    for instance in spec.instances.iter().filter(|instance| instance.within == id) {
        let Some(name) = &instance.name else { continue };
        if !module.names.contains_key(name) {
            continue;
        }
        let about = About {
            kind: SymbolKind::Instance,
            arity: instance.params.len(),
            parameters: instance.params.iter().map(|p| spec.locals[p.index()].name.to_string()).collect(),
            ..About::default()
        };
        symbols.push((instance.span, symbol(spec, module, name, instance.span, about)));
    }
    symbols.sort_by_key(|(span, _)| (span.file, span.start));
    symbols.into_iter().map(|(_, symbol)| symbol).collect()
}

/// What is known of a symbol besides its name.
struct About {
    kind: SymbolKind,
    arity: usize,
    parameters: Vec<String>,
    level: Level,
    recursive: bool,
}

impl Default for About {
    fn default() -> Self {
        let (kind, level) = (SymbolKind::Operator, Level::Constant);
        About { kind, arity: 0, parameters: Vec::new(), level, recursive: false }
    }
}

fn symbol(spec: &Spec, module: &Module, name: &str, span: Span, about: About) -> Symbol {
    let About { kind, arity, parameters, level, recursive } = about;
    Symbol {
        name: name.to_owned(),
        kind,
        arity: arity as u64,
        parameters,
        level: match level {
            Level::Constant => SymbolLevel::Constant,
            Level::State => SymbolLevel::State,
            Level::Action => SymbolLevel::Action,
            Level::Temporal => SymbolLevel::Temporal,
        },
        recursive,
        local: module.local.contains(name),
        module: module.name.to_string(),
        place: Place::of(span, &spec.sources),
        comment: comment(&spec.sources.file(span.file).text, span),
    }
}

/// The comment right above the line of a definition, or behind it on that line.
fn comment(text: &str, span: Span) -> Option<String> {
    let start = text[..span.start as usize].rfind('\n').map_or(0, |at| at + 1);
    let mut lines: Vec<&str> = Vec::new();
    let mut above = text[..start].lines().rev().map(str::trim);
    let mut line = above.next();
    if let Some(last) = line
        && last.ends_with("*)")
        && !last.starts_with("(*")
    {
        // A comment of several lines.
        let block = &text[..start];
        let open = block.rfind("(*")?;
        let inner = block[open + 2..].trim_end().trim_end_matches("*)");
        lines = inner.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    } else {
        while let Some(comment) = line.and_then(comment_text) {
            if !comment.is_empty() {
                lines.insert(0, comment);
            }
            line = above.next();
        }
    }
    if lines.is_empty() {
        let rest = text[span.end as usize..].lines().next()?;
        lines.extend(rest.split_once("\\*").map(|(_, comment)| comment.trim()));
    }
    let joined = lines.join(" ");
    (!joined.is_empty()).then(|| cut_at(joined, COMMENT))
}

/// A symbol in a line.
fn line(symbol: &Symbol) -> String {
    let kind = serde_json::to_value(symbol.kind).ok();
    let kind = kind.as_ref().and_then(|kind| kind.as_str()).unwrap_or_default();
    let level = serde_json::to_value(symbol.level).ok();
    let level = level.as_ref().and_then(|level| level.as_str()).unwrap_or_default();
    let parameters = match (symbol.parameters.is_empty(), symbol.arity) {
        (false, _) => format!("({})", symbol.parameters.join(", ")),
        (true, 0) => String::new(),
        (true, n) => format!("({})", vec!["_"; n as usize].join(", ")),
    };
    let comment = symbol.comment.as_ref().map(|comment| format!("  \\* {comment}")).unwrap_or_default();
    format!("{kind} {}{parameters}: {level}, {}{comment}\n", symbol.name, symbol.place)
}

impl Told for SymbolsOutput {
    fn text(&self) -> String {
        let mut text = format!("module {}", self.module);
        if !self.extends.is_empty() {
            text += &format!(", extends {}", self.extends.join(", "));
        }
        text += &format!(": {} symbols\n", self.total);
        self.symbols.iter().for_each(|symbol| text += &line(symbol));
        if let Some(next) = &self.next_cursor {
            text += &format!("… cursor {next} goes on\n");
        }
        text
    }
}

impl Told for ModulesOutput {
    fn text(&self) -> String {
        let mut text = String::new();
        for module in &self.modules {
            text += &format!("{}: {}\n", module.name, module.about);
        }
        self.symbols.iter().for_each(|symbol| text += &line(symbol));
        if let Some(module) = &self.text {
            text += &format!("\n{module}");
        }
        if let Some(next) = &self.next_cursor {
            text += &format!("… cursor {next} goes on\n");
        }
        text
    }
}
