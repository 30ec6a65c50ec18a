//! Random graphs as state spaces: every feature a search has to get right, drawn from a seed.

use std::ops::ControlFlow;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use tla_checker::failure::{Failure, FailureKind};
use tla_checker::observer::Cancel;
use tla_checker::space::*;
use tla_checker::value::Datum;
use tla_parser::code;
use tla_parser::source::{FileId, Span};

pub fn mix(n: u64) -> u64 {
    let mut z = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// "One in so many"; 0 for never.
pub type Chance = u64;

/// A random graph. Node `n` is the state `<<n % 16, n / 16>>`; how the two numbers are packed depends on
/// the layout.
#[derive(Debug)]
pub struct Graph {
    pub seed: u64,
    pub nodes: u64,
    pub initial: u64,
    /// The most successors a state has by one instance.
    pub branching: u64,
    pub outside: Chance,
    pub step_outside: Chance,
    pub invariant: Chance,
    pub initial_property: Chance,
    pub action_property: Chance,
    pub stuck: Chance,
    pub fails: Chance,
    pub view_fails: Chance,
    pub constraint_fails: Chance,
    pub invariant_fails: Chance,
    pub action_fails: Chance,
    /// How many nodes share a view; 1 for no view.
    pub view: u64,
    pub intermediate: Chance,
    /// How often a worker changes its layout.
    pub repacks: Chance,
    pub panics: Chance,
    pub order: Option<String>,
    pub exit_at: Option<usize>,
    pub visited: Mutex<Vec<u64>>,
    pub made: AtomicUsize,
    /// The newest layout of a worker.
    pub newest: AtomicU32,
    variables: Vec<String>,
    instances: Vec<ActionInstance>,
    properties: Properties,
}

impl Graph {
    pub fn new(seed: u64, nodes: u64, instances: usize) -> Self {
        let span = Span::new(FileId(0), 0, 1);
        let instance =
            |i: usize| ActionInstance { name: format!("A{i}"), arguments: vec![i.to_string()], span };
        let property = |name: &str| Property { name: name.into(), span: Some(span) };
        Graph {
            seed: mix(seed),
            nodes,
            initial: 3,
            branching: 3,
            outside: 0,
            step_outside: 0,
            invariant: 0,
            initial_property: 0,
            action_property: 0,
            stuck: 0,
            fails: 0,
            view_fails: 0,
            constraint_fails: 0,
            invariant_fails: 0,
            action_fails: 0,
            view: 1,
            intermediate: 0,
            repacks: 0,
            panics: 0,
            order: None,
            exit_at: None,
            visited: Mutex::default(),
            made: AtomicUsize::new(0),
            newest: AtomicU32::new(0),
            variables: vec!["x".into(), "y".into()],
            instances: (0..instances).map(instance).collect(),
            properties: Properties {
                invariants: vec![property("Inv0"), property("Inv1")],
                actions: vec![property("Step")],
                initial: vec![property("Start")],
                ..Properties::default()
            },
        }
    }

    /// A graph whose features are drawn from the seed too.
    pub fn random(seed: u64) -> Self {
        let mut g = Graph::new(seed, 40 + mix(seed ^ 1) % 1500, 1 + (mix(seed ^ 2) % 4) as usize);
        g.initial = mix(seed ^ 3) % 8;
        let mut salt = 4;
        let mut draw = |one_in: u64, chance: u64| {
            salt += 1;
            if mix(seed ^ (salt << 32)).is_multiple_of(one_in) { chance } else { 0 }
        };
        g.outside = draw(2, 5);
        g.step_outside = draw(3, 7);
        g.invariant = draw(3, 300);
        g.initial_property = draw(6, 4);
        g.action_property = draw(4, 900);
        g.stuck = draw(3, 200);
        g.fails = draw(6, 400);
        g.view_fails = draw(8, 300);
        g.constraint_fails = draw(8, 500);
        g.invariant_fails = draw(8, 400);
        g.action_fails = draw(8, 800);
        g.intermediate = draw(3, 4);
        g.view = draw(3, 3).max(1);
        g.repacks = draw(2, 60);
        g
    }

    fn chance(&self, one_in: Chance, salt: u64, a: u64, b: u64) -> bool {
        one_in > 0 && mix(self.seed ^ mix(salt ^ mix(a ^ mix(b)))).is_multiple_of(one_in)
    }

    /// The variables' values.
    pub fn numbers(&self, node: u64) -> [u64; 2] {
        [node % 16, node / 16]
    }

    fn pack(&self, layout: u32, node: u64) -> Vec<u32> {
        let (salt, [x, y]) = (salt(layout), self.numbers(node));
        let padding = (0..width(layout) - 2).map(|n| n as u32 ^ salt);
        [x as u32 ^ salt, y as u32 ^ salt].into_iter().chain(padding).collect()
    }

    /// The node of a packed state; a state of another layout is not understood.
    fn node(&self, layout: u32, state: &State) -> u64 {
        let number = |at: usize| u64::from(state[at] ^ salt(layout));
        let node = number(0) + 16 * number(1);
        assert_eq!(state, self.pack(layout, node), "a state of layout {layout}");
        node
    }

    pub fn fingerprint_of(&self, node: u64) -> u64 {
        mix(node ^ 0xf00d)
    }

    pub fn initial_nodes(&self) -> Vec<u64> {
        (0..self.initial).map(|i| mix(self.seed ^ i) % self.nodes.min(10)).collect()
    }

    pub fn successors_of(&self, node: u64, instance: usize) -> Vec<u64> {
        let salt = 100 + instance as u64;
        if self.chance(self.stuck, 1, node, 0) {
            return Vec::new();
        }
        let count = mix(self.seed ^ mix(node ^ (salt << 20))) % (self.branching + 1);
        // Targets lie near the node, so that there are many levels and many duplicates.
        let target = |k: u64| {
            let step =
                mix(self.seed ^ mix(node.wrapping_mul(31) ^ (salt << 24) ^ (k << 40))) % (self.nodes / 8 + 2);
            (node + step) % self.nodes
        };
        (0..count).map(target).collect()
    }

    pub fn is_inside(&self, node: u64) -> bool {
        !self.chance(self.outside, 2, node, 0)
    }

    pub fn holds(&self, index: usize, node: u64) -> bool {
        !self.chance(self.invariant, 3 + index as u64, node, 0)
    }

    pub fn step_holds(&self, from: u64, to: u64) -> bool {
        !self.chance(self.action_property, 6, from, to)
    }

    fn failure(&self, what: &str, node: u64) -> Failure {
        Failure {
            kind: if node.is_multiple_of(2) { FailureKind::Evaluation } else { FailureKind::Assert },
            code: code::UNEXPECTED_CHARACTER,
            // Several nodes fail with the same text: the fingerprint has to decide among them.
            message: format!("{what} fails, {}", node % 3),
            ..Failure::internal("")
        }
    }
}

/// What the words of a layout are mixed with.
fn salt(layout: u32) -> u32 {
    if layout == 0 { 0 } else { mix(layout.into()) as u32 }
}

/// How many words a state has in a layout.
fn width(layout: u32) -> usize {
    2 + layout as usize % 3
}

impl StateSpace for Graph {
    type Worker<'s> = Walker<'s>;

    fn worker(&self, index: usize) -> Walker<'_> {
        self.made.fetch_add(1, Ordering::Relaxed);
        let (layout, calls, confined) = (0, index as u64, std::rc::Rc::new(()));
        Walker { graph: self, halt: Cancel::new(), intermediate: 0, layout, calls, confined }
    }
    fn variables(&self) -> &[String] {
        &self.variables
    }
    fn instances(&self) -> &[ActionInstance] {
        &self.instances
    }
    fn properties(&self) -> &Properties {
        &self.properties
    }
    fn has_view(&self) -> bool {
        self.view > 1
    }
    fn has_constraints(&self) -> bool {
        self.outside > 0 || self.step_outside > 0 || self.constraint_fails > 0
    }
    fn order_dependent(&self) -> Option<String> {
        self.order.clone()
    }
}

pub struct Walker<'s> {
    graph: &'s Graph,
    halt: Cancel,
    intermediate: u64,
    layout: u32,
    calls: u64,
    /// Workers are not `Send`.
    #[allow(dead_code)]
    confined: std::rc::Rc<()>,
}

impl Walker<'_> {
    fn emit(&self, node: u64, emit: &mut Emit<'_>) -> ControlFlow<()> {
        let state = self.graph.pack(self.layout, node);
        emit(Successor { state: &state, fingerprint: self.graph.fingerprint_of(node), layout: self.layout })
    }

    fn node(&self, state: &State) -> u64 {
        self.graph.node(self.layout, state)
    }

    /// Changes the layout now and then: each worker at other times, the first one in `initial` already.
    fn repack(&mut self) {
        self.calls += 1;
        self.layout += u32::from(self.graph.chance(self.graph.repacks, 21, self.calls / 2, 0));
        self.graph.newest.fetch_max(self.layout, Ordering::Relaxed);
    }

    fn judge(
        &self,
        chance: Chance,
        what: &str,
        salt: u64,
        a: u64,
        b: u64,
        holds: bool,
    ) -> Result<bool, Failure> {
        if self.graph.chance(chance, salt, a, b) { Err(self.graph.failure(what, a)) } else { Ok(holds) }
    }
}

impl SpaceWorker for Walker<'_> {
    fn layout(&self) -> u32 {
        self.layout
    }
    fn width(&self) -> usize {
        width(self.layout)
    }
    fn convert(&mut self, from: u32, state: &State, into: &mut Vec<u32>) {
        self.layout = self.layout.max(from);
        *into = self.graph.pack(self.layout, self.graph.node(from, state));
    }
    fn initial(&mut self, emit: &mut Emit<'_>) -> Result<(), Failure> {
        self.repack();
        for node in self.graph.initial_nodes() {
            if self.emit(node, emit).is_break() {
                break;
            }
        }
        Ok(())
    }
    fn successors(&mut self, state: &State, instance: usize, emit: &mut Emit<'_>) -> Result<(), Failure> {
        let (graph, node) = (self.graph, self.node(state));
        self.repack();
        assert!(!graph.chance(graph.panics, 20, node, 0), "the synthetic worker panics");
        if instance == 0 && graph.order.is_some() {
            graph.visited.lock().unwrap().push(node);
        }
        self.intermediate += u64::from(graph.chance(graph.intermediate, 9, node, instance as u64));
        for target in graph.successors_of(node, instance) {
            if self.emit(target, emit).is_break() {
                return Ok(());
            }
        }
        self.judge(graph.fails, "Next", 10, node, instance as u64, true).map(|_| ())
    }
    fn take_intermediate(&mut self) -> u64 {
        std::mem::take(&mut self.intermediate)
    }
    fn known_successors(&mut self, state: &State, rest: &mut Vec<usize>, found: &mut Vec<Known>) {
        let (graph, node) = (self.graph, self.node(state));
        for instance in 0..graph.instances.len() {
            let at = instance as u64;
            let known = graph.order.is_none()
                && !mix(node ^ at << 40).is_multiple_of(3)
                && !graph.chance(graph.panics, 20, node, 0)
                && !graph.chance(graph.intermediate, 9, node, at)
                && !graph.chance(graph.fails, 10, node, at);
            if !known {
                rest.push(instance);
                continue;
            }
            let targets = (0u32..).zip(graph.successors_of(node, instance));
            found.extend(targets.map(|(effect, target)| Known {
                fingerprint: graph.fingerprint_of(target),
                instance: instance as u32,
                effect,
            }));
        }
    }
    fn build(&mut self, state: &State, known: Known, into: &mut State) {
        let targets = self.graph.successors_of(self.node(state), known.instance as usize);
        let target = targets.into_iter().nth(known.effect as usize).expect("it was found");
        into.copy_from_slice(&self.graph.pack(self.layout, target));
    }
    fn key(&mut self, state: &State, fingerprint: u64) -> Result<u64, Failure> {
        let node = self.node(state);
        if self.graph.view == 1 {
            return Ok(fingerprint);
        }
        self.judge(self.graph.view_fails, "VIEW", 11, node, 0, true)?;
        Ok(mix(node / self.graph.view))
    }
    fn view_value(&mut self, state: &State) -> Result<Option<Datum>, Failure> {
        let node = self.node(state);
        if self.graph.view == 1 {
            return Ok(None);
        }
        self.judge(self.graph.view_fails, "VIEW", 11, node, 0, true)?;
        Ok(Some(int(node / self.graph.view)))
    }
    fn constraint(&mut self, _: Option<&State>, state: &State) -> Result<bool, Failure> {
        let node = self.node(state);
        self.judge(self.graph.constraint_fails, "CONSTRAINT", 12, node, 0, self.graph.is_inside(node))
    }
    fn action_constraint(&mut self, from: &State, to: &State) -> Result<bool, Failure> {
        let (from, to) = (self.node(from), self.node(to));
        Ok(!self.graph.chance(self.graph.step_outside, 13, from, to))
    }
    fn invariant(&mut self, index: usize, _: Option<&State>, state: &State) -> Result<bool, Failure> {
        let node = self.node(state);
        let holds = self.graph.holds(index, node);
        self.judge(self.graph.invariant_fails, "Inv", 14 + index as u64, node, 0, holds)
    }
    fn action_property(&mut self, _: usize, from: &State, to: &State) -> Result<bool, Failure> {
        let (from, to) = (self.node(from), self.node(to));
        self.judge(self.graph.action_fails, "Step", 16, from, to, self.graph.step_holds(from, to))
    }
    fn initial_property(&mut self, _: usize, state: &State) -> Result<bool, Failure> {
        Ok(!self.graph.chance(self.graph.initial_property, 17, self.node(state), 0))
    }
    fn fingerprint(&mut self, state: &State) -> u64 {
        self.graph.fingerprint_of(self.node(state))
    }
    fn values(&mut self, state: &State) -> Vec<Datum> {
        self.graph.numbers(self.node(state)).map(int).into()
    }
    fn display(&mut self, trace: &[Vec<u32>], position: usize) -> Result<Vec<(String, Datum)>, Failure> {
        // All of a trace is in one layout.
        trace.iter().for_each(|state| assert!(self.node(state) < self.graph.nodes));
        let values = self.values(&trace[position]);
        Ok(self.graph.variables.iter().cloned().zip(values).collect())
    }
    fn at(&mut self, _: Progress) {}
    fn watch(&mut self, halt: &Cancel) {
        self.halt = halt.clone();
    }
    fn exit_requested(&mut self) -> bool {
        self.graph.exit_at.is_some_and(|n| self.graph.visited.lock().unwrap().len() >= n)
    }
}

pub fn int(n: u64) -> Datum {
    Datum::Int(n as i64)
}
