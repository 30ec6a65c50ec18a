//! Names to meanings: syntax trees of a root module and all it needs become one [`Spec`].
//!
//! Enters: the root module (a file, or text in memory) and a [`Library`] to find others in.
//! Leaves: a [`Spec`] and warnings, or errors. Holds: after an error resolution goes on, so that
//! the next is found too; a [`Spec`] is only handed out when there was none. Proofs are walked for
//! their names only, and what is unresolved there is a warning.
//! *Specifying Systems*, chapter 17.

mod expr;
mod import;
mod instance;
mod level;
mod proof;
mod scope;
mod select;
mod undefined;
mod units;

pub(crate) use undefined::closest;

use crate::ast::{self, Symbol};
use crate::code;
use crate::diagnostic::Diagnostic;
use crate::hir::*;
use crate::library::Library;
use crate::parse::parse_file;
use crate::source::{FileId, SourceMap, Span};
use rustc_hash::{FxHashMap, FxHashSet};
use scope::Scope;
use std::cmp::Ordering;
use std::path::Path;
use std::sync::Arc;

/// How many errors, and how many warnings, are worth collecting.
const MOST_DIAGNOSTICS: usize = 100;

/// What could not be resolved.
#[derive(Debug)]
pub struct Rejected {
    /// The texts the diagnostics point into.
    pub sources: SourceMap,
    /// At least one error.
    pub diagnostics: Vec<Diagnostic>,
}

/// A resolved spec and the warnings on the way.
#[derive(Debug)]
pub struct Resolved {
    /// The spec.
    pub spec: Spec,
    /// Warnings.
    pub warnings: Vec<Diagnostic>,
}

/// Loads and resolves the module in a file; modules beside it are found before the library's.
///
/// # Errors
/// The file cannot be read, or the module or one it needs is wrong.
pub fn load_file(path: &Path, library: &Library) -> Result<Resolved, Box<Rejected>> {
    match crate::library::read_text(path) {
        Ok(text) => load_as(path, &text, library),
        Err(error) => {
            let d = Diagnostic::error(
                code::UNREADABLE_FILE,
                format!("cannot read `{}`: {error}", path.display()),
            );
            Err(Box::new(Rejected { sources: SourceMap::new(), diagnostics: vec![d] }))
        }
    }
}

/// Loads and resolves a text as if it stood in that file: modules beside it are found.
///
/// # Errors
/// The module or one it needs is wrong.
pub fn load_as(path: &Path, text: &str, library: &Library) -> Result<Resolved, Box<Rejected>> {
    let mut sources = SourceMap::new();
    let file = sources.add(path.display().to_string(), text.to_string());
    let folder = path.parent().unwrap_or(Path::new(""));
    let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned());
    load(sources, file, stem, &library.clone().with_first_folder(folder))
}

/// Loads and resolves a module given as text.
///
/// # Errors
/// The module or one it needs is wrong.
pub fn load_text(name: &str, text: &str, library: &Library) -> Result<Resolved, Box<Rejected>> {
    let mut sources = SourceMap::new();
    let file = sources.add(name.to_string(), text.to_string());
    load(sources, file, None, library)
}

/// Adds a module, given as text, to a resolved spec and makes it the root; it may extend the root
/// there was. On errors the spec keeps its meaning, though its tables have grown.
///
/// # Errors
/// The module is wrong.
pub fn add_module(
    spec: &mut Spec,
    name: &str,
    text: &str,
    library: &Library,
) -> Result<Vec<Diagnostic>, Vec<Diagnostic>> {
    let file = spec.sources.add(name.to_string(), text.to_string());
    let empty = Resolver::new(SourceMap::new(), library).spec;
    let mut r = Resolver::new(SourceMap::new(), library);
    r.spec = std::mem::replace(spec, empty);
    for (i, m) in r.spec.modules.iter().enumerate().filter(|(_, m)| m.parent.is_none()) {
        r.loading.insert(m.name.clone(), Loading::Done(Some(ModuleId(i as u32))));
    }
    let root = r.load_root(file, None);
    std::mem::swap(spec, &mut r.spec);
    match root {
        Some(root) if !r.diagnostics.iter().any(Diagnostic::is_error) => {
            spec.root = root;
            Ok(r.diagnostics)
        }
        _ => Err(r.diagnostics),
    }
}

fn load(
    sources: SourceMap,
    file: FileId,
    stem: Option<String>,
    library: &Library,
) -> Result<Resolved, Box<Rejected>> {
    let mut r = Resolver::new(sources, library);
    let root = r.load_root(file, stem);
    let failed = r.diagnostics.iter().any(Diagnostic::is_error);
    match root {
        Some(root) if !failed => {
            r.spec.root = root;
            Ok(Resolved { spec: r.spec, warnings: r.diagnostics })
        }
        _ => Err(Box::new(Rejected { sources: r.spec.sources, diagnostics: r.diagnostics })),
    }
}

enum Loading {
    InProgress,
    Done(Option<ModuleId>),
}

/// The module being resolved.
struct Current {
    id: ModuleId,
    names: FxHashMap<Symbol, Entity>,
    /// Nested modules, of which definitions and bound identifiers know nothing.
    modules: FxHashMap<Symbol, ModuleId>,
    local: FxHashSet<Symbol>,
    decls: Vec<DeclId>,
    assumptions: Vec<DefId>,
    own_defs: Vec<DefId>,
    extends: Vec<ModuleId>,
    /// Bound identifiers, parameters and LET definitions in scope, innermost last.
    scope: Scope,
    /// How many LETs stand around: definitions in them are local, even where nothing is bound.
    lets: usize,
    /// Inside a proof: what is unresolved is a warning, and levels are not checked.
    proof: bool,
    /// RECURSIVE declarations that are not defined yet.
    pending: FxHashSet<DefId>,
    /// Names that an embedded module only hands on; a definition of the module's own hides them.
    indirect: FxHashSet<Symbol>,
    /// Functions being defined: their names are bound in their bodies, but by no quantifier.
    itself: Vec<LocalId>,
    /// Where in `scope` the enclosing definition or label begins, and the labels met in it.
    labels: (usize, Vec<ast::Ident>),
    /// What the module itself defines, and where: the names, and the whole definitions.
    defines: FxHashMap<Symbol, (Span, Span)>,
}

struct Resolver<'l> {
    spec: Spec,
    library: &'l Library,
    diagnostics: Vec<Diagnostic>,
    loading: FxHashMap<Symbol, Loading>,
    /// Modules of multi-module files that were parsed and not yet asked for.
    parsed: FxHashMap<Symbol, (Arc<ast::Module>, FileId, bool)>,
    /// Definitions made on demand for `I!Op`.
    instantiated: FxHashMap<(InstanceId, DefId), DefId>,
    /// INSTANCEs reached through INSTANCEs: `A!B`.
    composed: FxHashMap<(InstanceId, InstanceId), InstanceId>,
    /// The two INSTANCEs, outer and inner, that each of those stands for.
    composed_of: FxHashMap<InstanceId, (InstanceId, InstanceId)>,
    levels: level::Levels,
    /// The parts of theorems that are ASSUME/PROVE: the assumptions, then the goal; none for NEW.
    sequents: FxHashMap<DefId, Vec<Option<ExprId>>>,
    /// The names that each module has only by way of an embedded one.
    indirect: FxHashMap<ModuleId, FxHashSet<Symbol>>,
    /// The stack of modules being resolved; nested modules see the names of those they stand in.
    stack: Vec<Current>,
}

impl<'l> Resolver<'l> {
    fn new(sources: SourceMap, library: &'l Library) -> Self {
        Resolver {
            spec: Spec {
                sources,
                root: ModuleId(0),
                modules: Vec::new(),
                decls: Vec::new(),
                defs: Vec::new(),
                locals: Vec::new(),
                instances: Vec::new(),
                exprs: Vec::new(),
                spans: Vec::new(),
            },
            library,
            diagnostics: Vec::new(),
            loading: FxHashMap::default(),
            parsed: FxHashMap::default(),
            instantiated: FxHashMap::default(),
            composed: FxHashMap::default(),
            composed_of: FxHashMap::default(),
            levels: level::Levels::default(),
            sequents: FxHashMap::default(),
            indirect: FxHashMap::default(),
            stack: Vec::new(),
        }
    }

    fn current(&mut self) -> &mut Current {
        self.stack.last_mut().expect("a module is being resolved")
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        // Proofs are not checked: only what is unresolved in them is worth a word.
        let proof = self.stack.last().is_some_and(|c| c.proof);
        if proof && diagnostic.is_error() {
            return;
        }
        // The same fault can be met twice when a definition is walked twice.
        if self.diagnostics.contains(&diagnostic) {
            return;
        }
        let alike = self.diagnostics.iter().filter(|d| d.severity == diagnostic.severity).count();
        match alike.cmp(&MOST_DIAGNOSTICS) {
            Ordering::Less => self.diagnostics.push(diagnostic),
            Ordering::Equal => {
                let last =
                    diagnostic.note(format!("there are more: {MOST_DIAGNOSTICS} are enough to begin with"));
                self.diagnostics.push(last);
            }
            Ordering::Greater => {}
        }
    }

    fn add_expr(&mut self, expr: Expr, span: Span) -> ExprId {
        let id = ExprId(self.spec.exprs.len() as u32);
        self.spec.exprs.push(expr);
        self.spec.spans.push(span);
        id
    }

    fn load_root(&mut self, file: FileId, stem: Option<String>) -> Option<ModuleId> {
        let modules = self.parse(file, false);
        let Some(first) = modules.first() else {
            if self.diagnostics.is_empty() {
                let name = self.spec.sources.file(file).name.clone();
                self.report(
                    Diagnostic::error(code::NO_MODULE, format!("`{name}` holds no module"))
                        .help("a module begins with `---- MODULE Name ----` and ends with `====`"),
                );
            }
            return None;
        };
        // The root is the module named as the file; in memory, or when none is, the last.
        let root = match &stem {
            Some(stem) => match modules.iter().find(|m| &*m.name.name == stem.as_str()) {
                Some(m) => m.name.clone(),
                None => {
                    let d = Diagnostic::error(
                        code::MODULE_FILE_NAME,
                        format!("the module `{}` is in a file named `{stem}`", first.name.name),
                    );
                    self.report(
                        d.at(first.name.span, "this name")
                            .help(format!("name the file `{0}.tla` or the module `{stem}`", first.name.name)),
                    );
                    first.name.clone()
                }
            },
            None => modules[modules.len() - 1].name.clone(),
        };
        self.module(&root)
    }

    /// Parses a file and keeps its modules for when they are asked for.
    fn parse(&mut self, file: FileId, embedded: bool) -> Vec<Arc<ast::Module>> {
        let parsed = parse_file(&self.spec.sources, file);
        for d in parsed.diagnostics {
            self.report(d);
        }
        let modules: Vec<Arc<ast::Module>> = parsed.modules.into_iter().map(Arc::new).collect();
        for m in &modules {
            let name = m.name.name.clone();
            self.parsed.entry(name).or_insert_with(|| (m.clone(), file, embedded));
        }
        modules
    }

    /// The module with this name, loaded and resolved when it is not yet.
    fn module(&mut self, name: &ast::Ident) -> Option<ModuleId> {
        match self.loading.get(&name.name) {
            Some(Loading::Done(id)) => return *id,
            Some(Loading::InProgress) => {
                self.report(
                    Diagnostic::error(
                        code::CIRCULAR_MODULES,
                        format!("module `{}` needs itself, directly or through others", name.name),
                    )
                    .at(name.span, "closes the circle"),
                );
                return None;
            }
            None => {}
        }
        self.loading.insert(name.name.clone(), Loading::InProgress);
        let id = self.find_and_resolve(name);
        self.loading.insert(name.name.clone(), Loading::Done(id));
        id
    }

    fn find_and_resolve(&mut self, name: &ast::Ident) -> Option<ModuleId> {
        if !self.parsed.contains_key(&name.name) {
            match self.library.find(&name.name) {
                Ok(Some(found)) => {
                    let file = self.spec.sources.add(found.name, found.text);
                    self.parse(file, found.embedded);
                }
                Ok(None) => {
                    let d = Diagnostic::error(
                        code::MODULE_NOT_FOUND,
                        format!("module `{}` is not found", name.name),
                    )
                    .at(name.span, "needed here")
                    .note(format!("sought in {}", self.library.places().join(", ")));
                    let names = crate::library::EMBEDDED.iter().map(|e| e.0);
                    let help = match undefined::closest(&name.name, names) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => "put its file beside the spec, or name its folder with `--library`".into(),
                    };
                    self.report(d.help(help));
                    return None;
                }
                Err(error) => {
                    let message = format!("module `{}` cannot be read: {error}", name.name);
                    self.report(
                        Diagnostic::error(code::UNREADABLE_FILE, message).at(name.span, "needed here"),
                    );
                    return None;
                }
            }
        }
        let Some((module, file, embedded)) = self.parsed.get(&name.name).cloned() else {
            self.report(
                Diagnostic::error(
                    code::MODULE_NOT_FOUND,
                    format!("the file holds no module `{}`", name.name),
                )
                .at(name.span, "needed here"),
            );
            return None;
        };
        Some(self.resolve_module(&module, file, embedded, None))
    }

    fn resolve_module(
        &mut self,
        module: &ast::Module,
        file: FileId,
        embedded: bool,
        parent: Option<ModuleId>,
    ) -> ModuleId {
        // Modules it extends are resolved first, so that ids are in order of need.
        let mut extends: Vec<(ModuleId, Span)> = Vec::new();
        for name in &module.extends {
            // A module that is not nested sees nothing of the one that needs it.
            let found = if parent.is_some() { self.module_in_scope(name) } else { self.module(name) };
            extends.extend(found.map(|id| (id, name.span)));
        }
        let id = ModuleId(self.spec.modules.len() as u32);
        self.spec.modules.push(Module {
            name: module.name.name.clone(),
            file,
            span: module.span,
            embedded,
            parent,
            names: FxHashMap::default(),
            modules: FxHashMap::default(),
            local: FxHashSet::default(),
            decls: Vec::new(),
            assumptions: Vec::new(),
            own_defs: Vec::new(),
            extends: Vec::new(),
        });
        self.stack.push(Current {
            id,
            names: FxHashMap::default(),
            modules: FxHashMap::default(),
            local: FxHashSet::default(),
            decls: Vec::new(),
            assumptions: Vec::new(),
            own_defs: Vec::new(),
            extends: extends.iter().map(|e| e.0).collect(),
            scope: Scope::default(),
            lets: 0,
            proof: false,
            pending: FxHashSet::default(),
            indirect: FxHashSet::default(),
            itself: Vec::new(),
            labels: (0, Vec::new()),
            defines: undefined::definitions(module),
        });
        for (extended, span) in extends {
            self.extend(extended, span);
        }
        for unit in &module.units {
            self.unit(unit);
        }
        self.finish_pending();
        let current = self.stack.pop().expect("pushed above");
        self.indirect.insert(id, current.indirect);
        let m = &mut self.spec.modules[id.index()];
        m.names = current.names;
        m.modules = current.modules;
        m.local = current.local;
        m.decls = current.decls;
        m.assumptions = current.assumptions;
        m.own_defs = current.own_defs;
        m.extends = current.extends;
        id
    }

    /// A module by name: nested ones in scope first, then by [`Resolver::module`].
    fn module_in_scope(&mut self, name: &ast::Ident) -> Option<ModuleId> {
        match self.nested(&name.name) {
            Some(id) => Some(id),
            None => self.module(name),
        }
    }

    /// The nested module with this name that is in scope.
    fn nested(&self, name: &str) -> Option<ModuleId> {
        for current in self.stack.iter().rev() {
            if let Some(id) = current.modules.get(name) {
                return Some(*id);
            }
            // Only the modules that enclose a nested module are visible from it.
            self.spec.module(current.id).parent?;
        }
        None
    }

    fn entity_span(&self, entity: Entity) -> Option<Span> {
        Some(match entity {
            Entity::Decl(d) => self.spec.decl(d).span,
            Entity::Def(d) => self.spec.def(d).span,
            Entity::Instance(i) => self.spec.instance(i).span,
            Entity::Local(l) => self.spec.locals[l.index()].span,
        })
    }

    /// What a name stands for here.
    fn lookup(&self, name: &str) -> Option<Entity> {
        for current in self.stack.iter().rev() {
            if let Some(e) = current.scope.lookup(name) {
                return Some(e);
            }
            if let Some(e) = current.names.get(name) {
                return Some(*e);
            }
            // Only the modules that enclose a nested module are visible from it.
            self.spec.module(current.id).parent?;
        }
        None
    }

    /// Reports the name of a nested module that is the name of another one in scope.
    fn check_fresh_module(&mut self, name: &ast::Ident) -> bool {
        let old = self.nested(&name.name).or_else(|| {
            let extends = self.stack.iter().rev().flat_map(|c| c.extends.iter());
            extends.copied().find(|m| self.spec.module(*m).name == name.name)
        });
        let Some(old) = old else { return true };
        self.report(
            Diagnostic::error(code::MULTIPLY_DEFINED, format!("module `{}` is already defined", name.name))
                .at(name.span, "defined again here")
                .also(self.spec.module(old).span, "first defined here")
                .help("choose another name for the nested module"),
        );
        false
    }

    /// Reports `name` when it already means something here; such a second meaning is an error in
    /// TLA+, even for a bound identifier.
    fn check_fresh(&mut self, name: &ast::Ident) -> bool {
        self.hide_indirect(&name.name);
        let old = self.lookup(&name.name);
        if let Some(old) = old {
            let mut d =
                Diagnostic::error(code::MULTIPLY_DEFINED, format!("`{}` is already defined", name.name))
                    .at(name.span, "defined again here");
            if let Some(span) = self.entity_span(old) {
                d = d.also(span, "first defined here");
            }
            self.report(d.help("choose another name: TLA+ has no shadowing"));
            return false;
        }
        // `\X` is a form of expression, and no operator, but has no other meaning either.
        let product = *name.name == *crate::precedence::TIMES.row().name;
        if product || Builtin::from_text(&name.name).is_some() {
            self.report(
                Diagnostic::error(
                    code::MULTIPLY_DEFINED,
                    format!("`{}` is built in and cannot be defined", name.name),
                )
                .at(name.span, "defined here"),
            );
            return false;
        }
        true
    }
}
