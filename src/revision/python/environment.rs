//! What `env.py` passes to `context.configure`, read without running it: [`environment`] finds the version table.
//!
//! In: the bytes of the file, and what the configuration says. Out: the name and the schema, as far as they are passed. A
//! value is followed through literals, names that are bound once, and options of the configuration; whatever else it may
//! be is an error with its place. Must not: guess.

use std::collections::BTreeMap;
use std::sync::Arc;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Arguments, Expr, ExprCall, Keyword, Parameters, Stmt};
use ruff_python_parser::parse_module;
use ruff_text_size::{Ranged as _, TextRange};

use crate::diagnostic::{Diagnostic, Source};

use super::value::{self, Value};
use super::{STACK, nesting, span, text};

/// What is passed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// `version_table`.
    pub version_table: Option<String>,
    /// `version_table_schema`.
    pub version_table_schema: Option<String>,
}

/// The value of an option of the configuration, in its main section or in the one that is named.
pub type Options<'a> = &'a dyn Fn(Option<&str>, &str) -> Result<Option<String>, Diagnostic>;

/// How deep a name may lead from one to the next.
const DEEPEST: usize = 16;

/// What to write where the file cannot be read.
const REMEDY: &str = "say it in reconcile.kdl: `chain \"alembic\" { version-table \"NAME\" schema=\"SCHEMA\"; }`; the name is \
                      `alembic_version` and the schema is left out where env.py sets neither (`reconcile init` takes \
                      --version-table)";

/// Reads `env.py`.
pub fn environment(name: &str, bytes: &[u8], options: Options<'_>) -> Result<Environment, Vec<Diagnostic>> {
    let source = text::decode(name, bytes)?;
    if nesting::too_deep(&source.text) {
        let problem = Diagnostic::error("RC0588", format!("{name} is nested too deep to be read"));
        return Err(vec![problem.help(REMEDY)]);
    }
    stacker::maybe_grow(STACK, STACK, || follow(&source, options))
}

fn follow(source: &Arc<Source>, options: Options<'_>) -> Result<Environment, Vec<Diagnostic>> {
    let module = parse_module(&source.text).map_err(|error| {
        let problem = Diagnostic::error("RC0588", format!("this is not Python: {}", error.error));
        vec![
            problem
                .at(span(source, error.range()))
                .help("Alembic cannot run the file either: correct it"),
        ]
    })?;
    let mut names = Names::default();
    names.visit_body(&module.syntax().body);
    let reader = Reader {
        source,
        names,
        options,
    };
    let calls: Vec<&ExprCall> = reader
        .names
        .calls
        .iter()
        .copied()
        .filter(|call| reader.configures(call))
        .collect();
    if calls.is_empty() {
        let message = format!(
            "{} calls no `context.configure`, so what it passes is not known",
            source.name
        );
        return Err(vec![Diagnostic::error("RC0588", message).help(REMEDY)]);
    }
    let (table, schema) = (
        reader.one("version_table", &calls),
        reader.one("version_table_schema", &calls),
    );
    match (table, schema) {
        (Ok(version_table), Ok(version_table_schema)) => Ok(Environment {
            version_table,
            version_table_schema,
        }),
        (table, schema) => Err([table.err(), schema.err()].into_iter().flatten().collect()),
    }
}

/// How a name is bound.
enum Bound<'a> {
    /// To an expression.
    To(&'a Expr),
    /// To what is imported under this path.
    Import(String),
    /// By anything else: a parameter, a loop, a function.
    Otherwise,
}

/// Every name of a file, at whatever depth, and every call.
#[derive(Default)]
struct Names<'a> {
    bound: BTreeMap<String, Vec<Bound<'a>>>,
    calls: Vec<&'a ExprCall>,
    /// How often each name is read.
    read: BTreeMap<String, usize>,
    /// How often of these it is spread out: `**name`.
    spread: BTreeMap<String, usize>,
}

impl<'a> Names<'a> {
    fn bind(&mut self, name: &str, bound: Bound<'a>) {
        self.bound.entry(name.to_owned()).or_default().push(bound);
    }

    fn assign(&mut self, target: &'a Expr, value: &'a Expr) {
        match target {
            Expr::Name(name) => self.bind(&name.id, Bound::To(value)),
            other => self.visit_expr(other),
        }
    }

    fn spreads(&mut self, value: &Expr) {
        if let Expr::Name(name) = value {
            *self.spread.entry(name.id.to_string()).or_default() += 1;
        }
    }

    fn times(of: &BTreeMap<String, usize>, name: &str) -> usize {
        of.get(name).copied().unwrap_or_default()
    }
}

impl<'a> Visitor<'a> for Names<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Assign(assign) => {
                self.visit_expr(&assign.value);
                for target in &assign.targets {
                    self.assign(target, &assign.value);
                }
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    self.visit_expr(value);
                    self.assign(&assign.target, value);
                }
            }
            Stmt::Import(import) => {
                for alias in &import.names {
                    let first = alias.name.split('.').next().unwrap_or_default();
                    match &alias.asname {
                        Some(name) => self.bind(name, Bound::Import(alias.name.to_string())),
                        None => self.bind(first, Bound::Import(first.to_owned())),
                    }
                }
            }
            Stmt::ImportFrom(import) => {
                let module = import.module.as_ref().map_or("", |module| module.as_str());
                for alias in &import.names {
                    let path = format!("{module}.{}", alias.name);
                    self.bind(alias.asname.as_ref().unwrap_or(&alias.name), Bound::Import(path));
                }
            }
            Stmt::FunctionDef(function) => {
                self.bind(&function.name, Bound::Otherwise);
                visitor::walk_stmt(self, stmt);
            }
            Stmt::ClassDef(class) => {
                self.bind(&class.name, Bound::Otherwise);
                visitor::walk_stmt(self, stmt);
            }
            _ => visitor::walk_stmt(self, stmt),
        }
    }

    fn visit_parameters(&mut self, parameters: &'a Parameters) {
        for parameter in parameters {
            self.bind(parameter.name(), Bound::Otherwise);
        }
        visitor::walk_parameters(self, parameters);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) if name.ctx.is_load() => {
                *self.read.entry(name.id.to_string()).or_default() += 1;
            }
            Expr::Name(name) => self.bind(&name.id, Bound::Otherwise),
            Expr::Call(call) => {
                self.calls.push(call);
                for keyword in call
                    .arguments
                    .keywords
                    .iter()
                    .filter(|keyword| keyword.arg.is_none())
                {
                    self.spreads(&keyword.value);
                }
                visitor::walk_expr(self, expr);
            }
            Expr::Dict(dict) => {
                for item in dict.items.iter().filter(|item| item.key.is_none()) {
                    self.spreads(&item.value);
                }
                visitor::walk_expr(self, expr);
            }
            _ => visitor::walk_expr(self, expr),
        }
    }
}

/// What a call has under a name.
enum Passed {
    Nothing,
    Value(Value, TextRange),
}

struct Reader<'a> {
    source: &'a Arc<Source>,
    names: Names<'a>,
    options: Options<'a>,
}

impl<'a> Reader<'a> {
    /// Where an attribute or a name leads: `alembic.context.configure`, or nowhere that is known.
    fn path(&self, expr: &Expr) -> Option<String> {
        match expr {
            Expr::Attribute(attribute) => {
                Some(format!("{}.{}", self.path(&attribute.value)?, attribute.attr))
            }
            Expr::Name(name) => match self.names.bound.get(name.id.as_str())?.as_slice() {
                [Bound::Import(path)] => Some(path.clone()),
                [Bound::To(value @ (Expr::Attribute(_) | Expr::Name(_)))] if !is_name(value, &name.id) => {
                    self.path(value)
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether this is Alembic's `context.configure`, by where the name leads or by what is passed.
    fn configures(&self, call: &ExprCall) -> bool {
        if let Some(path) = self.path(&call.func) {
            return path == "alembic.context.configure";
        }
        let is_named =
            matches!(call.func.as_ref(), Expr::Attribute(found) if found.attr.as_str() == "configure");
        let known = [
            "connection",
            "url",
            "target_metadata",
            "version_table",
            "version_table_schema",
        ];
        let mut passed = call
            .arguments
            .keywords
            .iter()
            .filter_map(|keyword| keyword.arg.as_ref());
        is_named && passed.any(|name| known.contains(&name.as_str()))
    }

    /// What all the calls pass under this name.
    fn one(&self, name: &str, calls: &[&'a ExprCall]) -> Result<Option<String>, Diagnostic> {
        let mut found: Option<Option<String>> = None;
        for call in calls {
            let (said, range) = match self.keyword(name, &call.arguments.keywords, 0) {
                Passed::Nothing | Passed::Value(Value::None, _) => (None, call.range()),
                Passed::Value(Value::Text(text), range) => (Some(text), range),
                Passed::Value(other, range) => return Err(self.unreadable(name, other.name(), range)),
            };
            match &found {
                Some(before) if *before != said => {
                    let what = "another one in another call of `context.configure`";
                    return Err(self.unreadable(name, what, range));
                }
                _ => found = Some(said),
            }
        }
        Ok(found.flatten())
    }

    fn keyword(&self, name: &str, keywords: &'a [Keyword], depth: usize) -> Passed {
        for keyword in keywords {
            let passed = match &keyword.arg {
                Some(arg) if arg.as_str() == name => {
                    Passed::Value(self.value(&keyword.value, 0), keyword.value.range())
                }
                Some(_) => Passed::Nothing,
                None => self.spread(name, &keyword.value, depth),
            };
            if let Passed::Value(..) = passed {
                return passed;
            }
        }
        Passed::Nothing
    }

    /// What a dict holds that is spread out.
    fn spread(&self, name: &str, expr: &'a Expr, depth: usize) -> Passed {
        let unknown = |what: &str| Passed::Value(Value::unknown(format!("perhaps in {what}")), expr.range());
        match expr {
            _ if depth > DEEPEST => unknown("a dict that leads back to itself"),
            Expr::Dict(dict) => {
                let mut found = Passed::Nothing;
                for item in &dict.items {
                    let here = match item.key.as_ref().map(|key| self.value(key, 0)) {
                        None => self.spread(name, &item.value, depth + 1),
                        Some(Value::Text(key)) if key == name => {
                            Passed::Value(self.value(&item.value, 0), item.value.range())
                        }
                        Some(Value::Text(_)) => Passed::Nothing,
                        Some(_) => unknown("a dict with keys that are no literals"),
                    };
                    // The later one wins.
                    if let Passed::Value(..) = here {
                        found = here;
                    }
                }
                found
            }
            Expr::Call(call) if self.is_dict(call) => self.keyword(name, &call.arguments.keywords, depth + 1),
            Expr::Name(found) => {
                let id = found.id.as_str();
                // Whoever reads it otherwise may have changed it.
                let is_kept = Names::times(&self.names.read, id) == Names::times(&self.names.spread, id);
                match self.names.bound.get(id).map(Vec::as_slice) {
                    Some([Bound::To(value)]) if is_kept => self.spread(name, value, depth + 1),
                    _ => unknown(&format!("`**{id}`")),
                }
            }
            other => unknown(value::kind_of(other)),
        }
    }

    /// `dict(a=b)`.
    fn is_dict(&self, call: &ExprCall) -> bool {
        let is_builtin = !self.names.bound.contains_key("dict");
        is_name(&call.func, "dict") && is_builtin && call.arguments.args.is_empty()
    }

    fn value(&self, expr: &'a Expr, depth: usize) -> Value {
        if let Some(value) = value::plain(expr, &self.source.text[expr.range().to_std_range()]) {
            return value;
        }
        match expr {
            _ if depth > DEEPEST => Value::unknown("a name that leads back to itself"),
            Expr::Name(name) => match self.names.bound.get(name.id.as_str()).map(Vec::as_slice) {
                Some([Bound::To(value)]) => self.value(value, depth + 1),
                Some([Bound::Import(path)]) => Value::unknown(format!("`{path}`, which is imported")),
                _ => Value::unknown(format!("`{}`, which is not bound once and for all", name.id)),
            },
            Expr::BinOp(found) if value::is_plus(found.op) => {
                let (left, right) = (
                    self.value(&found.left, depth + 1),
                    self.value(&found.right, depth + 1),
                );
                match (left, right) {
                    (Value::Text(left), Value::Text(right)) => Value::Text(left + &right),
                    _ => Value::unknown("a computation"),
                }
            }
            Expr::BoolOp(found) if found.op == ruff_python_ast::BoolOp::Or => {
                let mut last = Value::None;
                for part in &found.values {
                    last = self.value(part, depth + 1);
                    let is_false = matches!(&last, Value::None) || last == Value::Text(String::new());
                    if !is_false {
                        break;
                    }
                }
                last
            }
            Expr::Call(call) => self.option(call, depth),
            other => Value::unknown(value::kind_of(other)),
        }
    }

    /// `config.get_main_option("name", "default")`, and the same of another section.
    fn option(&self, call: &'a ExprCall, depth: usize) -> Value {
        let path = self.path(&call.func).unwrap_or_default();
        let Some(method) = path.strip_prefix("alembic.context.config.") else {
            return Value::unknown("a call");
        };
        let texts = |at: usize, name: &str| {
            argument(&call.arguments, at, name).map(|found| self.value(found, depth + 1))
        };
        let (section, name, default) = match method {
            "get_main_option" => (None, texts(0, "name"), texts(1, "default")),
            "get_section_option" => (texts(0, "section"), texts(1, "name"), texts(2, "default")),
            _ => return Value::unknown("a call"),
        };
        let section = match section {
            None => None,
            Some(Value::Text(section)) => Some(section),
            Some(_) => return Value::unknown("a call"),
        };
        let Some(Value::Text(name)) = name else {
            return Value::unknown("a call");
        };
        if self.sets(&name) {
            return Value::unknown(format!("the option `{name}`, which this file may set"));
        }
        match (self.options)(section.as_deref(), &name) {
            Ok(Some(value)) => Value::Text(value),
            Ok(None) => default.unwrap_or(Value::None),
            Err(problem) => Value::unknown(problem.message),
        }
    }

    /// Whether an option may be another than the configuration says.
    fn sets(&self, option: &str) -> bool {
        self.names.calls.iter().any(|call| {
            let at = match call.func.as_ref() {
                Expr::Attribute(found) if found.attr.as_str() == "set_main_option" => 0,
                Expr::Attribute(found) if found.attr.as_str() == "set_section_option" => 1,
                _ => return false,
            };
            let name = argument(&call.arguments, at, "name").map(|name| self.value(name, 0));
            !matches!(name, Some(Value::Text(name)) if name != option)
        })
    }

    fn unreadable(&self, name: &str, what: &str, range: TextRange) -> Diagnostic {
        let message = format!("`{name}` cannot be told without running Python: it is {what}");
        Diagnostic::error("RC0588", message)
            .at(span(self.source, range))
            .help(REMEDY)
    }
}

fn argument<'a>(arguments: &'a Arguments, at: usize, name: &str) -> Option<&'a Expr> {
    let named = arguments
        .keywords
        .iter()
        .find(|keyword| keyword.arg.as_ref().is_some_and(|arg| arg.as_str() == name));
    named
        .map(|keyword| &keyword.value)
        .or_else(|| arguments.args.get(at))
}

fn is_name(expr: &Expr, name: &str) -> bool {
    matches!(expr, Expr::Name(found) if found.id.as_str() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Environment, Vec<Diagnostic>> {
        let options = |section: Option<&str>, name: &str| {
            Ok((name == "vt").then(|| format!("{}_rows", section.unwrap_or("main"))))
        };
        environment("env.py", text.as_bytes(), &options)
    }

    /// What is passed as `version_table` and as `version_table_schema`.
    fn passed(text: &str) -> (Option<String>, Option<String>) {
        let text = format!("from alembic import context\nconfig = context.config\n{text}\n");
        let found = read(&text).expect(&text);
        (found.version_table, found.version_table_schema)
    }

    #[test]
    fn what_can_be_followed() {
        for (text, table, schema) in [
            ("context.configure(connection=c)", None, None),
            ("context.configure(version_table='v')", Some("v"), None),
            (
                "context.configure(version_table='v', version_table_schema=None)",
                Some("v"),
                None,
            ),
            (
                "T = 'v' 'w'\nS: str = T + '_s'\ndef run():\n    context.configure(version_table=T, version_table_schema=S)",
                Some("vw"),
                Some("vw_s"),
            ),
            (
                "def run():\n    t = 'v'\n    with a() as c:\n        context.configure(c, version_table=t)",
                Some("v"),
                None,
            ),
            (
                "context.configure(version_table=config.get_main_option('vt'))",
                Some("main_rows"),
                None,
            ),
            (
                "context.configure(version_table=context.config.get_section_option('x', name='vt'))",
                Some("x_rows"),
                None,
            ),
            (
                "t = config.get_main_option('none', 'd')\ncontext.configure(version_table=t)",
                Some("d"),
                None,
            ),
            (
                "context.configure(version_table=config.get_main_option('none') or 'e')",
                Some("e"),
                None,
            ),
            (
                "config.set_main_option('sqlalchemy.url', url())\ncontext.configure(version_table=config.get_main_option('vt'))",
                Some("main_rows"),
                None,
            ),
            (
                "kw = {'version_table': 'v', 'x': f()}\ncontext.configure(url=u, **kw)\ncontext.configure(connection=c, **kw)",
                Some("v"),
                None,
            ),
            (
                "kw = dict(a=1)\nmore = {**kw, 'version_table_schema': 's'}\ncontext.configure(**more)",
                None,
                Some("s"),
            ),
            (
                "def a():\n    context.configure(url=u, version_table='v')\ndef b():\n    context.configure(connection=c, version_table='v')",
                Some("v"),
                None,
            ),
            (
                "structlog.configure(**anything())\ncontext.configure()",
                None,
                None,
            ),
        ] {
            let found = passed(text);
            assert_eq!(
                (found.0.as_deref(), found.1.as_deref()),
                (table, schema),
                "{text}"
            );
        }
    }

    #[test]
    fn other_names_of_the_same_call() {
        for text in [
            "import alembic\nalembic.context.configure(version_table='v')",
            "from alembic import context as c\nc.configure(version_table='v')",
            "from alembic.context import configure\nconfigure(version_table='v')",
            "import alembic.context as x\ny = x\ny.configure(version_table='v')",
            "def run(context):\n    context.configure(connection=c, version_table='v')",
        ] {
            assert_eq!(
                read(text).expect(text).version_table.as_deref(),
                Some("v"),
                "{text}"
            );
        }
    }

    #[test]
    fn what_cannot_be_told_has_its_place_and_a_remedy() {
        for (text, line) in [
            ("context.configure(version_table=f())", 3),
            ("context.configure(version_table=settings.table)", 3),
            (
                "from shop import TABLE\ncontext.configure(url=u,\n    version_table=TABLE)",
                5,
            ),
            (
                "if x:\n    t = 'a'\nelse:\n    t = 'b'\ncontext.configure(version_table=t)",
                7,
            ),
            (
                "context.configure(version_table='a')\ncontext.configure(version_table='b')",
                4,
            ),
            ("context.configure(version_table='a')\ncontext.configure()", 4),
            (
                "context.configure(**current_app.extensions['migrate'].configure_args)",
                3,
            ),
            ("kw = {}\nkw['version_table'] = f()\ncontext.configure(**kw)", 5),
            ("t = t\ncontext.configure(version_table=t)", 4),
            ("kw = {**kw}\ncontext.configure(**kw)", 3),
            (
                "config.set_main_option(name(), x)\ncontext.configure(version_table=config.get_main_option('vt'))",
                4,
            ),
            ("def run(t):\n    context.configure(version_table_schema=t)", 4),
            ("context.configure(version_table=b'v')", 3),
        ] {
            let whole = format!("from alembic import context\nconfig = context.config\n{text}\n");
            let found = read(&whole).expect_err(text);
            let problem = &found[0];
            let at = problem.span.as_ref().map(|at| at.line_column().0);
            assert_eq!((problem.code, at), ("RC0588", Some(line)), "{text}");
            assert!(
                problem
                    .help
                    .as_ref()
                    .is_some_and(|help| help.contains("version-table")),
                "{text}"
            );
        }
        for text in ["from shared import run\nrun()\n", "x = (\n"] {
            assert_eq!(read(text).expect_err(text)[0].code, "RC0588");
        }
    }
}
