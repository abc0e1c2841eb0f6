//! What code that is not followed could do to the names of its module: [`Effects`] of statements and expressions that
//! run when the file is loaded, and [`Bodies`], of functions that would have to be called first.

use std::collections::BTreeSet;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Comprehension, ExceptHandler, Expr, ExprContext, Parameters, Pattern, Stmt};
use ruff_text_size::{Ranged as _, TextRange};

/// Names of builtins that reach the names of a module, or run code that does.
const REACH_NAMES: &[&str] = &[
    "globals",
    "locals",
    "vars",
    "exec",
    "eval",
    "compile",
    "__builtins__",
    "builtins",
];

/// Attributes that lead to the names of a module.
const LEAD_TO_NAMES: &[&str] = &["__dict__", "__globals__", "f_globals", "f_locals", "_getframe"];

/// What code did, or may have done.
#[derive(Default)]
pub(super) struct Effects {
    /// Names that may have been bound or deleted: name, where, how.
    pub(super) bound: Vec<(String, TextRange, &'static str)>,
    /// Names that were read, so that whatever they hold may have been changed.
    pub(super) read: Vec<(String, TextRange)>,
    /// Where any name at all could have been bound, and by what.
    pub(super) anything: Option<(TextRange, String)>,
    /// Whether it makes functions that it can call itself.
    pub(super) has_functions: bool,
}

/// The effects of an expression.
pub(super) fn of_expr(expr: &Expr) -> Effects {
    let mut found = Collector::default();
    found.visit_expr(expr);
    found.effects
}

/// The effects of a statement, of everything in it that runs when it is reached.
pub(super) fn of_stmt(stmt: &Stmt, how: &'static str) -> Effects {
    let mut found = Collector {
        how,
        ..Collector::default()
    };
    found.visit_stmt(stmt);
    found.effects
}

#[derive(Default)]
struct Collector {
    effects: Effects,
    how: &'static str,
    /// Names bound in a class are the class's own.
    classes: usize,
}

impl Collector {
    fn bind(&mut self, name: &str, range: TextRange, how: &'static str) {
        if self.classes == 0 {
            self.effects.bound.push((name.to_owned(), range, how));
        }
    }

    fn reaches(&mut self, range: TextRange, what: &str) {
        self.effects
            .anything
            .get_or_insert_with(|| (range, what.to_owned()));
    }

    fn import(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Import(import) => {
                for alias in &import.names {
                    let first = alias.name.split('.').next().unwrap_or_default();
                    let name = alias.asname.as_ref().map_or(first, |name| name.as_str());
                    self.bind(name, alias.range(), self.how);
                }
            }
            Stmt::ImportFrom(import) => {
                for alias in &import.names {
                    let name = alias.asname.as_ref().unwrap_or(&alias.name);
                    if name.as_str() == "*" {
                        self.star(
                            import.module.as_ref().map(ruff_python_ast::Identifier::as_str),
                            import,
                        );
                    } else {
                        self.bind(name, alias.range(), self.how);
                    }
                }
            }
            _ => {}
        }
    }

    fn star(&mut self, module: Option<&str>, import: &ruff_python_ast::StmtImportFrom) {
        let module = module.unwrap_or(".");
        if import.level > 0 || !HARMLESS.contains(&module) {
            self.reaches(import.range(), &format!("`from {module} import *`"));
        }
    }
}

/// Modules of which is known that `import *` binds none of the names that matter.
const HARMLESS: &[&str] = &[
    "__future__",
    "alembic.op",
    "datetime",
    "sqlalchemy",
    "sqlalchemy.dialects.mysql",
    "sqlalchemy.dialects.postgresql",
    "sqlalchemy.dialects.sqlite",
    "sqlalchemy.orm",
    "sqlalchemy.sql",
    "sqlalchemy.types",
    "sqlmodel",
    "typing",
];

impl<'a> Visitor<'a> for Collector {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(function) => {
                self.effects.has_functions = true;
                self.bind(&function.name, function.name.range(), self.how);
                function
                    .decorator_list
                    .iter()
                    .for_each(|decorator| self.visit_decorator(decorator));
                self.visit_parameters(&function.parameters);
                if let Some(returns) = &function.returns {
                    self.visit_annotation(returns);
                }
            }
            Stmt::ClassDef(class) => {
                self.effects.has_functions = true;
                self.bind(&class.name, class.name.range(), self.how);
                class
                    .decorator_list
                    .iter()
                    .for_each(|decorator| self.visit_decorator(decorator));
                if let Some(arguments) = &class.arguments {
                    self.visit_arguments(arguments);
                }
                self.classes += 1;
                self.visit_body(&class.body);
                self.classes -= 1;
            }
            Stmt::Global(global) if self.classes > 0 => {
                for name in &global.names {
                    let how = "declared `global` in a class";
                    self.effects.bound.push((name.to_string(), name.range(), how));
                }
            }
            Stmt::Import(_) | Stmt::ImportFrom(_) => self.import(stmt),
            _ => visitor::walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) => match name.ctx {
                ExprContext::Store => self.bind(&name.id, name.range(), self.how),
                ExprContext::Del => self.bind(&name.id, name.range(), "deleted"),
                _ => {
                    if REACH_NAMES.contains(&name.id.as_str()) {
                        self.reaches(name.range(), &format!("`{}`", name.id));
                    }
                    self.effects.read.push((name.id.to_string(), name.range()));
                }
            },
            Expr::Named(named) => {
                self.visit_expr(&named.value);
                if let Expr::Name(name) = named.target.as_ref() {
                    self.bind(&name.id, name.range(), "bound by `:=`");
                }
            }
            Expr::Lambda(lambda) => {
                self.effects.has_functions = true;
                if let Some(parameters) = &lambda.parameters {
                    self.visit_parameters(parameters);
                }
            }
            Expr::Attribute(attribute) => {
                if LEAD_TO_NAMES.contains(&attribute.attr.as_str()) {
                    self.reaches(attribute.attr.range(), &format!("`{}`", attribute.attr));
                }
                visitor::walk_expr(self, expr);
            }
            _ => visitor::walk_expr(self, expr),
        }
    }

    /// What a comprehension goes over is its own name.
    fn visit_comprehension(&mut self, comprehension: &'a Comprehension) {
        self.visit_expr(&comprehension.iter);
        comprehension
            .ifs
            .iter()
            .for_each(|condition| self.visit_expr(condition));
    }

    fn visit_except_handler(&mut self, handler: &'a ExceptHandler) {
        let ExceptHandler::ExceptHandler(except) = handler;
        if let Some(name) = &except.name {
            self.bind(name, name.range(), "bound by `except`");
        }
        visitor::walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        let name = match pattern {
            Pattern::MatchAs(found) => found.name.as_ref(),
            Pattern::MatchStar(found) => found.name.as_ref(),
            Pattern::MatchMapping(found) => found.rest.as_ref(),
            _ => None,
        };
        if let Some(name) = name {
            self.bind(name, name.range(), "bound by `match`");
        }
        visitor::walk_pattern(self, pattern);
    }
}

/// What the functions of a file would do to its names, taken together, if they were called.
#[derive(Default)]
pub(super) struct Bodies {
    pub(super) global: Vec<(String, TextRange)>,
    pub(super) read: BTreeSet<String>,
    pub(super) anything: Option<(TextRange, String)>,
    /// The functions that are being looked at, the innermost last.
    open: Vec<Frame>,
}

/// The names of one function.
#[derive(Default)]
struct Frame {
    own: BTreeSet<String>,
    read: BTreeSet<String>,
    global: BTreeSet<String>,
    /// Names bound in a class are the class's own.
    classes: usize,
}

impl Bodies {
    /// Of all functions in a file, at whatever depth.
    pub(super) fn of(body: &[Stmt]) -> Self {
        let mut bodies = Self::default();
        bodies.visit_body(body);
        bodies
    }

    fn open(&mut self, parameters: Option<&Parameters>) {
        let names = parameters.into_iter().flat_map(|list| list.iter());
        self.open.push(Frame {
            own: names.map(|parameter| parameter.name().to_string()).collect(),
            ..Frame::default()
        });
    }

    /// What a function reads and has no name for is of the function around it, or of the module.
    fn close(&mut self) {
        let Some(frame) = self.open.pop() else { return };
        let is_free = |name: &String| frame.global.contains(name) || !frame.own.contains(name);
        let free = frame.read.iter().filter(|name| is_free(name)).cloned();
        match self.open.last_mut() {
            Some(around) => around.read.extend(free),
            None => self.read.extend(free),
        }
    }

    fn reached(&mut self, expr: &Expr) {
        let name = match expr {
            Expr::Name(name) => REACH_NAMES
                .contains(&name.id.as_str())
                .then_some(name.id.as_str()),
            Expr::Attribute(attribute) => {
                let name = attribute.attr.as_str();
                LEAD_TO_NAMES.contains(&name).then_some(name)
            }
            _ => None,
        };
        if let Some(name) = name {
            self.anything.get_or_insert((expr.range(), format!("`{name}`")));
        }
    }
}

impl<'a> Visitor<'a> for Bodies {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(function) => {
                for decorator in &function.decorator_list {
                    self.visit_decorator(decorator);
                }
                self.visit_parameters(&function.parameters);
                self.open(Some(&function.parameters));
                self.visit_body(&function.body);
                self.close();
            }
            Stmt::ClassDef(_) if !self.open.is_empty() => {
                let step = |open: &mut Vec<Frame>, by: isize| {
                    if let Some(frame) = open.last_mut() {
                        frame.classes = frame.classes.saturating_add_signed(by);
                    }
                };
                step(&mut self.open, 1);
                visitor::walk_stmt(self, stmt);
                step(&mut self.open, -1);
            }
            Stmt::Global(global) => {
                let Some(frame) = self.open.last_mut() else { return };
                for name in &global.names {
                    frame.global.insert(name.to_string());
                    self.global.push((name.to_string(), name.range()));
                }
            }
            _ => visitor::walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Lambda(lambda) = expr {
            if let Some(parameters) = &lambda.parameters {
                self.visit_parameters(parameters);
            }
            self.open(lambda.parameters.as_deref());
            self.visit_expr(&lambda.body);
            self.close();
            return;
        }
        if let Some(frame) = self.open.last_mut() {
            if let Expr::Name(name) = expr {
                match name.ctx {
                    ExprContext::Load => frame.read.insert(name.id.to_string()),
                    _ => frame.classes == 0 && frame.own.insert(name.id.to_string()),
                };
            }
            self.reached(expr);
        }
        visitor::walk_expr(self, expr);
    }

    /// What a comprehension goes over is its own name, and the function may mean another one by it.
    fn visit_comprehension(&mut self, comprehension: &'a Comprehension) {
        self.visit_expr(&comprehension.iter);
        for condition in &comprehension.ifs {
            self.visit_expr(condition);
        }
    }
}
