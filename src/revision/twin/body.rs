//! The functions of a twin: what each script does, statement by statement, in the transactions in which it is run here.
//!
//! In: the scripts of a revision. Out: Python. The statements are those of the script, to the letter; in their place
//! stand Alembic's operations where a step has them and the style asks for them.

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;
use crate::op::Txn;
use crate::python::{call, comment, lines, string};
use crate::revision::{Direction, Revision};
use crate::script::{Batched, Item, Operations, Script, Step};
use crate::statements;

use super::Style;
use super::manner::{self, Manner};

const DIALECT: &str = r#"

def _dialect(*written: str) -> str:
    """The name of the database in use, which must be one that this revision was written for."""
    name = op.get_context().dialect.name
    if name not in written:
        raise RuntimeError(
            f"revision {revision} has no script for {name}, only for {', '.join(written)}: "
            "name that engine in reconcile.kdl and plan the revision again"
        )
    return name
"#;

const EXPECT: &str = r#"

def _expect(label: str, query: str, value: str) -> None:
    """Stops unless the only value of a query is this one."""
    context = op.get_context()
    if context.as_sql:
        context.impl.static_output(f"-- not checked offline: {label}")
        return
    rows = op.get_bind().execute(sa.DDL(query.replace("%", "%%"))).fetchall()
    if len(rows) != 1 or len(rows[0]) != 1:
        found = f"{len(rows)} rows of {len(rows[0]) if rows else 0} columns"
    else:
        found = rows[0][0]
        if found is None or isinstance(found, bool):
            found = {None: "NULL", True: "t", False: "f"}[found]
    if str(found) != value:
        raise RuntimeError(
            f"revision {revision}: expected {label}, but the query gives {found} and not {value}: "
            f"put the data right, then run the same command again\n{query}"
        )
"#;

const VERBATIM: &str = r#"

def _verbatim(statement: str) -> None:
    """Runs a statement; offline, where Alembic would change white space in it, as it stands."""
    context = op.get_context()
    if context.as_sql:
        context.impl.static_output(f"{statement}\n;")
    else:
        op.execute(sa.DDL(statement.replace("%", "%%")))
"#;

const TRANSACTION: &str = r#"

@contextmanager
def _transaction(foreign_keys: str) -> Iterator[None]:
    """One transaction for statements of any kind, with foreign keys ON or OFF.

    By itself the driver begins none before the first row is written, and inside of one the pragma does nothing.
    """
    context = op.get_context()
    with context.autocommit_block():
        if context.as_sql:
            op.execute(f"PRAGMA foreign_keys = {foreign_keys}")
            op.execute("BEGIN IMMEDIATE")
            yield
            if foreign_keys == "OFF":
                op.execute("PRAGMA foreign_key_check")
            op.execute("COMMIT")
            op.execute("PRAGMA foreign_keys = ON")
            return
        connection = op.get_bind()
        if connection.connection.driver_connection.in_transaction:
            connection.exec_driver_sql("COMMIT")
        before = connection.exec_driver_sql("PRAGMA foreign_keys").scalar()
        connection.exec_driver_sql(f"PRAGMA foreign_keys = {foreign_keys}")
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield
            orphans = []
            if foreign_keys == "OFF":
                orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if orphans:
                table, row, parent = orphans[0][:3]
                raise RuntimeError(
                    f"revision {revision}: row {row} of {table} refers to a row of {parent} that is not there, "
                    f"{len(orphans)} such row(s) in all: put them right, then run the same command again"
                )
            connection.exec_driver_sql("COMMIT")
        except BaseException:
            # After some errors the engine has rolled back by itself.
            with suppress(sa.exc.DBAPIError):
                connection.exec_driver_sql("ROLLBACK")
            raise
        finally:
            connection.exec_driver_sql("PRAGMA legacy_alter_table = OFF")
            connection.exec_driver_sql(f"PRAGMA foreign_keys = {before}")
"#;

const UNNAMED: &str = r#"

@contextmanager
def _unnamed() -> Iterator[None]:
    """Leaves what has no name without one, whatever the naming convention of the project's models says."""
    options = op.get_context().opts
    kept = {name: options.pop(name) for name in ("target_metadata",) if name in options}
    try:
        yield
    finally:
        options.update(kept)
"#;

/// A function that those of both directions call; they stand in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Shared {
    /// Which engine it is.
    Dialect,
    /// What is asked of the data.
    Expect,
    /// Statements whose white space Alembic would change.
    Verbatim,
    /// Constraints without a name.
    Unnamed,
    /// The transactions of an engine without Alembic's.
    Transaction,
}

impl Shared {
    fn text(self) -> &'static str {
        match self {
            Self::Dialect => DIALECT,
            Self::Expect => EXPECT,
            Self::Verbatim => VERBATIM,
            Self::Unnamed => UNNAMED,
            Self::Transaction => TRANSACTION,
        }
    }
}

/// The printed functions, and what they need.
#[derive(Debug, Default)]
pub(super) struct Functions {
    text: String,
    style: Style,
    /// What they call.
    pub(super) shared: BTreeSet<Shared>,
    /// The dialects whose types they name.
    pub(super) types_of: BTreeSet<&'static str>,
}

/// Both directions of a revision.
pub(super) fn functions(revision: &Revision, style: Style) -> Result<Functions, Vec<Diagnostic>> {
    let manners: Result<Vec<&Manner>, Diagnostic> = revision
        .scripts
        .iter()
        .map(|script| manner::of(&script.engine))
        .collect();
    let manners = manners.map_err(|problem| vec![problem])?;
    let mut functions = Functions {
        style,
        ..Functions::default()
    };
    if !revision.scripts.is_empty() {
        functions.shared.insert(Shared::Dialect);
    }
    for (direction, title) in [
        (Direction::Upgrade, "Upgrade schema."),
        (Direction::Downgrade, "Downgrade schema."),
    ] {
        let scripts: Vec<(&Manner, &Script)> = manners
            .iter()
            .zip(&revision.scripts)
            .map(|(manner, planned)| match direction {
                Direction::Upgrade => (*manner, &planned.upgrade),
                Direction::Downgrade => (*manner, &planned.downgrade),
            })
            .collect();
        functions.direction(direction, title, &scripts);
    }
    Ok(functions)
}

impl Functions {
    /// What stands behind the head.
    pub(super) fn print(&self, out: &mut String) {
        for shared in &self.shared {
            out.push_str(shared.text());
        }
        out.push_str(&self.text);
    }

    fn direction(&mut self, direction: Direction, title: &str, scripts: &[(&Manner, &Script)]) {
        self.text.push_str(&format!(
            "\n\ndef {direction}() -> None:\n    \"\"\"{title}\"\"\"\n"
        ));
        let names: Vec<String> = scripts.iter().map(|(manner, _)| string(manner.dialect)).collect();
        match scripts {
            [] => self.line("pass"),
            [(manner, script)] => {
                self.line(&format!("_dialect({})", names.join(", ")));
                self.script(manner, script);
            }
            several => {
                self.line(&format!("dialect = _dialect({})", names.join(", ")));
                for (at, (manner, _)) in several.iter().enumerate() {
                    let word = if at == 0 { "if" } else { "elif" };
                    let dialect = manner.dialect;
                    self.line(&format!("{word} dialect == {}:", string(dialect)));
                    self.line(&format!("    _{direction}_{dialect}()"));
                }
                for (manner, script) in several {
                    let dialect = manner.dialect;
                    self.text
                        .push_str(&format!("\n\ndef _{direction}_{dialect}() -> None:\n"));
                    if script.is_empty() {
                        self.line("pass");
                    }
                    self.script(manner, script);
                }
            }
        }
    }

    fn line(&mut self, text: &str) {
        self.text.push_str(&format!("    {text}\n"));
    }

    fn script(&mut self, manner: &Manner, script: &Script) {
        let bodies = manner.transactional && makes_functions(script, manner);
        if bodies {
            // They may name what is made after them.
            self.line("op.execute(sa.DDL(\"SET check_function_bodies = off\"))");
        }
        for range in script.segments() {
            let steps = &script.steps[range];
            let txn = steps.last().map_or(Txn::Inside, |step| step.txn);
            // In an autocommit block every statement is a transaction of its own.
            if matches!(txn, Txn::Outside | Txn::Alone) {
                self.line("with op.get_context().autocommit_block():");
                self.steps(manner, steps, "        ");
            } else if manner.transactional {
                self.steps(manner, steps, "    ");
                if txn == Txn::CommitAfter {
                    self.line("# What follows needs this committed.");
                    self.line("with op.get_context().autocommit_block():");
                    self.line("    pass");
                }
            } else {
                self.shared.insert(Shared::Transaction);
                let keys = if script.foreign_keys_off { "OFF" } else { "ON" };
                self.line(&format!("with _transaction(foreign_keys=\"{keys}\"):"));
                self.steps(manner, steps, "        ");
            }
        }
        if bodies {
            self.line("op.execute(sa.DDL(\"RESET check_function_bodies\"))");
        }
    }

    fn steps(&mut self, manner: &Manner, steps: &[Step], indent: &str) {
        let start = self.text.len();
        for step in steps {
            self.text.push_str(&format!("{indent}{}\n", comment(&step.title)));
            for loss in &step.loses {
                self.text
                    .push_str(&format!("{indent}{}\n", comment(&format!("loses: {loss}"))));
            }
            let operations = step.operations.as_ref().filter(|_| self.style == Style::Ops);
            for item in &step.items {
                match (item, operations) {
                    (Item::Sql(_) | Item::DoneWhen { .. }, Some(_)) => {}
                    _ => self.item(manner, item, indent),
                }
            }
            if let Some(operations) = operations {
                self.operations(manner, operations, indent);
            }
        }
        // A step that holds nothing but a comment.
        let has_code = self.text[start..]
            .lines()
            .any(|line| !line.trim_start().starts_with('#'));
        if !has_code {
            self.text.push_str(&format!("{indent}pass\n"));
        }
    }

    fn operations(&mut self, manner: &Manner, operations: &Operations, indent: &str) {
        let mut indent = indent.to_owned();
        if operations.types_of_dialect {
            self.types_of.insert(manner.dialect);
        }
        if operations.unnamed {
            self.shared.insert(Shared::Unnamed);
            self.text.push_str(&format!("{indent}with _unnamed():\n"));
            indent.push_str("    ");
        }
        for line in operations.calls.iter().flat_map(|call| call.lines()) {
            self.text.push_str(&format!("{indent}{line}\n"));
        }
    }

    fn item(&mut self, manner: &Manner, item: &Item, indent: &str) {
        match item {
            // Alembic keeps no record of where a revision stopped, and begins at its start.
            Item::DoneWhen { .. } => {}
            Item::Sql(sql) | Item::Batched(Batched { whole: sql, .. }) => {
                for statement in statements::split(sql, manner.lexis) {
                    self.statement(manner, statement, indent);
                }
            }
            Item::Expect { label, sql, value } => {
                self.shared.insert(Shared::Expect);
                let query = statements::split(sql, manner.lexis)
                    .first()
                    .copied()
                    .unwrap_or(sql);
                let inner = format!("{indent}    ");
                self.text.push_str(&format!("{indent}_expect(\n"));
                self.text
                    .push_str(&format!("{inner}{},\n", string(&one_line(label))));
                self.text.push_str(&lines(query, &inner, ","));
                self.text
                    .push_str(&format!("{inner}{},\n{indent})\n", string(value)));
            }
        }
    }

    fn statement(&mut self, manner: &Manner, statement: &str, indent: &str) {
        // Offline, Alembic makes spaces of tabs, and puts the semicolon right behind.
        if statement.contains('\t') || statements::ends_in_comment(statement, manner.lexis) {
            self.shared.insert(Shared::Verbatim);
            self.text.push_str(&call("_verbatim(", statement, ")", indent));
        } else {
            let doubled = statement.replace('%', "%%");
            self.text
                .push_str(&call("op.execute(sa.DDL(", &doubled, "))", indent));
        }
    }
}

/// Whether the script makes functions: their bodies are not looked into when they are made here.
fn makes_functions(script: &Script, manner: &Manner) -> bool {
    script
        .statements()
        .flat_map(|sql| statements::split(sql, manner.lexis))
        .any(|statement| {
            let mut words = statements::words(statement, manner.lexis).take(4);
            words
                .next()
                .is_some_and(|word| word.eq_ignore_ascii_case("CREATE"))
                && words.any(|word| {
                    word.eq_ignore_ascii_case("FUNCTION") || word.eq_ignore_ascii_case("PROCEDURE")
                })
        })
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
