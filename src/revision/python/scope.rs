//! The names of a module after its statements ran, as far as they can be told: [`run`] gives a [`Scope`].
//!
//! Statements that bind literals are followed. For all others, [`effects`](super::effects) says which names they could
//! bind, and these are unknown from there on, until they are bound to a literal again.

use std::collections::BTreeMap;

use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::{Ranged as _, TextRange};

use super::effects::{self, Bodies, Effects};
use super::value::{self, Container, Value};

/// What a name is bound to, and where that was decided.
#[derive(Clone, Debug)]
pub(super) struct Binding {
    pub(super) value: Value,
    pub(super) range: TextRange,
}

/// The names of a module.
#[derive(Default)]
pub(super) struct Scope<'a> {
    /// The whole file, which tells a character that was written from one that the parser put in.
    text: &'a str,
    names: BTreeMap<String, Binding>,
    /// What may have bound names that nothing else binds.
    anything: Option<Binding>,
    /// Where the file stops being loaded: a `raise` that is always reached.
    pub(super) fails: Option<TextRange>,
    /// The docstring, if nothing else was bound to `__doc__`.
    docstring: Option<String>,
    bodies: Bodies,
    /// Whether a function of this file may have been called.
    loose: bool,
    containers: usize,
}

/// Follows the statements of a module.
pub(super) fn run<'a>(body: &[Stmt], text: &'a str) -> Scope<'a> {
    let mut scope = Scope {
        text,
        bodies: Bodies::of(body),
        ..Scope::default()
    };
    if let Some(Stmt::Expr(first)) = body.first()
        && let Expr::StringLiteral(literal) = first.value.as_ref()
    {
        scope.docstring = Some(literal.value.to_str().to_owned());
    }
    for stmt in body {
        scope.statement(stmt);
    }
    if let Some(asked) = scope.names.get("__getattr__") {
        // It is asked for the names that the module does not have.
        scope.anything = Some(Binding {
            value: Value::unknown("left to `__getattr__`"),
            range: asked.range,
        });
    }
    scope
}

impl Scope<'_> {
    /// What a name is bound to; `None` if nothing binds it.
    pub(super) fn get(&self, name: &str) -> Option<&Binding> {
        self.names.get(name).or(self.anything.as_ref())
    }

    /// What stands in `__doc__`.
    pub(super) fn doc(&self) -> &str {
        match self.names.get("__doc__").map(|binding| &binding.value) {
            Some(Value::Text(text)) => text,
            Some(_) => "",
            None => self.docstring.as_deref().unwrap_or_default(),
        }
    }

    fn statement(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Assign(assign) => {
                let value = self.value(&assign.value);
                for target in &assign.targets {
                    self.assign(target, &value, assign.value.range());
                }
            }
            Stmt::AnnAssign(assign) => {
                self.apply(effects::of_expr(&assign.annotation));
                if let Some(value) = &assign.value {
                    let found = self.value(value);
                    self.assign(&assign.target, &found, value.range());
                }
            }
            Stmt::AugAssign(assign) => self.add(assign),
            Stmt::FunctionDef(function) => {
                self.apply(Effects {
                    has_functions: false,
                    ..effects::of_stmt(stmt, "a function")
                });
                self.bind(&function.name, Value::Callable, function.name.range());
                // What decorates a function has it in its hands.
                self.loose |= !function.decorator_list.is_empty();
            }
            Stmt::ClassDef(class) => {
                self.apply(effects::of_stmt(stmt, "a class"));
                self.bind(&class.name, Value::Callable, class.name.range());
                let has_bases = class.arguments.is_some();
                self.loose |= has_bases || !class.decorator_list.is_empty();
            }
            Stmt::Raise(raise) => {
                self.fails.get_or_insert(raise.range());
            }
            Stmt::Return(found) => {
                self.fails.get_or_insert(found.range());
            }
            Stmt::Expr(expr) => {
                self.value(&expr.value);
            }
            _ => self.apply(effects::of_stmt(stmt, how(stmt))),
        }
    }

    /// `name += value`.
    fn add(&mut self, assign: &ruff_python_ast::StmtAugAssign) {
        let right = self.value(&assign.value);
        let Expr::Name(name) = assign.target.as_ref() else {
            self.apply(effects::of_expr(&assign.target));
            return;
        };
        let left = self
            .names
            .get(name.id.as_str())
            .map(|binding| binding.value.clone());
        let can_be_shared =
            |value: &Value| matches!(value, Value::Many { kind, .. } if *kind != Container::Tuple);
        let value = match left {
            Some(left) if can_be_shared(&left) => {
                // It changes in place, under all its names.
                self.changed(&name.id, assign.range());
                Value::unknown("a list or set that is changed in place")
            }
            Some(left) if value::is_plus(assign.op) => {
                let next = &mut self.containers;
                value::sum(left, right, || {
                    *next += 1;
                    *next
                })
            }
            _ => Value::unknown("a computation"),
        };
        self.bind(&name.id, value, assign.range());
    }

    fn assign(&mut self, target: &Expr, value: &Value, range: TextRange) {
        match target {
            Expr::Name(name) => self.bind(&name.id, value.clone(), range),
            Expr::Tuple(found) => self.unpack(&found.elts, value, range),
            Expr::List(found) => self.unpack(&found.elts, value, range),
            Expr::Starred(found) => {
                let value = Value::unknown("what is left of an unpacked value");
                self.assign(&found.value, &value, range);
            }
            other => self.apply(effects::of_expr(other)),
        }
    }

    fn unpack(&mut self, targets: &[Expr], value: &Value, range: TextRange) {
        let has_star = targets.iter().any(|target| matches!(target, Expr::Starred(_)));
        match value {
            Value::Many { kind, items, .. }
                if *kind != Container::Set && items.len() == targets.len() && !has_star =>
            {
                for (target, item) in targets.iter().zip(items) {
                    self.assign(target, item, range);
                }
            }
            _ => {
                let value = Value::unknown(match value {
                    Value::Unknown(what) => format!("unpacked from {what}"),
                    other => format!("unpacked from {}", other.name()),
                });
                for target in targets {
                    self.assign(target, &value, range);
                }
            }
        }
    }

    fn bind(&mut self, name: &str, value: Value, range: TextRange) {
        self.names.insert(name.to_owned(), Binding { value, range });
    }

    /// The value of an expression that is being run.
    fn value(&mut self, expr: &Expr) -> Value {
        let value = self.literal(expr);
        if value.is_unknown() {
            self.apply(effects::of_expr(expr));
        }
        value
    }

    fn literal(&mut self, expr: &Expr) -> Value {
        if let Some(value) = value::plain(expr, &self.text[expr.range().to_std_range()]) {
            return value;
        }
        match expr {
            Expr::Tuple(found) => self.many(Container::Tuple, &found.elts),
            Expr::List(found) => self.many(Container::List, &found.elts),
            Expr::Set(found) => self.many(Container::Set, &found.elts),
            Expr::BinOp(found) if value::is_plus(found.op) => {
                let left = self.literal(&found.left);
                let right = self.literal(&found.right);
                if left.is_unknown() || right.is_unknown() {
                    return Value::unknown("a computation");
                }
                let identity = self.identity();
                value::sum(left, right, || identity)
            }
            Expr::Name(found) => self.named(&found.id),
            Expr::Lambda(_) => {
                self.loose = true;
                Value::Callable
            }
            other => Value::unknown(value::kind_of(other)),
        }
    }

    fn named(&mut self, name: &str) -> Value {
        match self.names.get(name).map(|binding| &binding.value) {
            Some(Value::Unknown(what)) if what.starts_with('`') => Value::Unknown(what.clone()),
            Some(Value::Unknown(what)) => Value::unknown(format!("`{name}`, which is {what}")),
            Some(Value::Callable) => {
                self.loose = true;
                Value::Callable
            }
            Some(value) => value.clone(),
            None => Value::unknown(format!("`{name}`, which no literal is bound to above")),
        }
    }

    fn many(&mut self, kind: Container, elements: &[Expr]) -> Value {
        let items = elements.iter().map(|element| self.literal(element)).collect();
        let identity = (kind != Container::Tuple).then(|| self.identity());
        Value::Many {
            kind,
            items,
            identity,
        }
    }

    fn identity(&mut self) -> usize {
        self.containers += 1;
        self.containers
    }

    /// What code that is not followed may have done.
    fn apply(&mut self, effects: Effects) {
        let is_callable = |name: &String| {
            self.names
                .get(name)
                .is_some_and(|found| found.value == Value::Callable)
        };
        self.loose |= effects.has_functions && !effects.read.is_empty();
        self.loose |= effects.read.iter().any(|(name, _)| is_callable(name));
        for (name, range) in &effects.read {
            self.changed(name, *range);
        }
        if let Some((range, what)) = effects.anything {
            self.anything(range, &what);
        }
        if self.loose {
            self.called();
        }
        for (name, range, how) in effects.bound {
            self.bind(&name, Value::unknown(how), range);
        }
    }

    /// Any function of the file may have been called.
    fn called(&mut self) {
        let read: Vec<String> = self.bodies.read.iter().cloned().collect();
        for name in read {
            if let Some(range) = self.names.get(&name).map(|binding| binding.range) {
                self.changed(&name, range);
            }
        }
        if let Some((range, what)) = self.bodies.anything.clone() {
            self.anything(range, &what);
        }
        for (name, range) in self.bodies.global.clone() {
            self.bind(
                &name,
                Value::unknown("`global` in a function that may be called"),
                range,
            );
        }
    }

    /// Whatever lists and sets a name holds may have other items now, under all their names.
    fn changed(&mut self, name: &str, range: TextRange) {
        let mut held = Vec::new();
        if let Some(binding) = self.names.get(name) {
            binding.value.identities(&mut held);
        }
        if held.is_empty() {
            return;
        }
        for binding in self.names.values_mut() {
            let mut here = Vec::new();
            binding.value.identities(&mut here);
            if here.iter().any(|identity| held.contains(identity)) {
                binding.value = Value::unknown("a list or set that other code may have changed");
                binding.range = range;
            }
        }
    }

    /// Any name may be bound to anything.
    fn anything(&mut self, range: TextRange, what: &str) {
        let binding = Binding {
            value: Value::unknown(format!("left open by {what}, which can bind any name")),
            range,
        };
        for old in self.names.values_mut() {
            *old = binding.clone();
        }
        self.anything = Some(binding);
    }
}

/// How a statement binds names.
fn how(stmt: &Stmt) -> &'static str {
    match stmt {
        Stmt::If(_) => "bound inside `if`",
        Stmt::For(_) => "bound by a loop",
        Stmt::While(_) => "bound inside `while`",
        Stmt::With(_) => "bound by `with`",
        Stmt::Try(_) => "bound inside `try`",
        Stmt::Match(_) => "bound inside `match`",
        Stmt::Import(_) | Stmt::ImportFrom(_) => "imported",
        Stmt::Delete(_) => "deleted",
        Stmt::TypeAlias(_) => "a type",
        _ => "bound by a statement that is not followed",
    }
}
