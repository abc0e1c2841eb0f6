//! SQLite in the words of Alembic and SQLAlchemy (<https://docs.sqlalchemy.org/en/20/dialects/sqlite.html>).
//!
//! A table that is built anew has no words: Alembic's batch mode keeps less of it than the rebuild here does.

use crate::catalog::kinds::{Column, IndexKey};
use crate::catalog::{Catalog, Expr};
use crate::dialect::alembic::{ColumnStep, TypeWords, Words};
use crate::dialect::rules::AlterItem;
use crate::dialect::{Dialect, Sql};
use crate::python::string;

use super::kinds::{column::default_clause, index::key};

/// The words of this engine.
pub(super) struct Sqlite;

impl Words for Sqlite {
    fn dialect(&self) -> &'static str {
        "sqlite"
    }

    fn reserved(&self) -> &'static [&'static str] {
        RESERVED
    }

    fn makes_serial(&self) -> bool {
        false
    }

    fn data_type(&self, column: &Column, _types: &Catalog) -> Option<TypeWords> {
        let text = &*column.data_type.text;
        let (name, arguments) = match text.split_once('(') {
            Some((name, rest)) => (name, Some(rest.strip_suffix(')')?)),
            None => (text, None),
        };
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let arguments: Vec<&str> = arguments.map(|all| all.split(", ").collect()).unwrap_or_default();
        if !arguments.iter().all(|argument| is_number(argument)) {
            return None;
        }
        let function = match (name, arguments.len()) {
            ("TEXT", 0) => "Text",
            ("VARCHAR", 0 | 1) => "String",
            ("CHAR", 0 | 1) => "CHAR",
            ("INTEGER", 0) => "Integer",
            ("BIGINT", 0) => "BigInteger",
            ("SMALLINT", 0) => "SmallInteger",
            ("BOOLEAN", 0) => "Boolean",
            ("NUMERIC", 0 | 2) => "Numeric",
            ("REAL", 0) => "REAL",
            ("FLOAT", 0) => "Float",
            ("DATE", 0) => "Date",
            ("TIME", 0) => "Time",
            ("DATETIME", 0) => "DateTime",
            ("TIMESTAMP", 0) => "TIMESTAMP",
            ("JSON", 0) => "JSON",
            ("BLOB", 0) => "LargeBinary",
            _ => return None,
        };
        let collates = matches!(function, "Text" | "String" | "CHAR");
        let collation = column.collation.as_ref();
        if collation.is_some() && !collates {
            return None;
        }
        let collation =
            collation.map(|collation| format!("collation={}", string(collation.qname().name.text())));
        let arguments: Vec<String> = arguments
            .into_iter()
            .map(str::to_owned)
            .chain(collation)
            .collect();
        Some(TypeWords::common(format!("{function}({})", arguments.join(", "))))
    }

    fn default(&self, default: &Expr) -> String {
        default_clause(default)
    }

    fn index_key(&self, of: &IndexKey) -> String {
        let mut sql = Sql::new(Dialect::Sqlite.engine());
        key(&mut sql, of);
        sql.clause()
    }

    /// The engine has no statement for it.
    fn alter_column<'a>(&self, _change: &AlterItem<'a, Column>) -> Option<Vec<ColumnStep<'a>>> {
        None
    }
}

/// `SQLiteIdentifierPreparer.reserved_words` in `lib/sqlalchemy/dialects/sqlite/base.py`.
const RESERVED: &[&str] = &[
    "add",
    "after",
    "all",
    "alter",
    "analyze",
    "and",
    "as",
    "asc",
    "attach",
    "autoincrement",
    "before",
    "begin",
    "between",
    "by",
    "cascade",
    "case",
    "cast",
    "check",
    "collate",
    "column",
    "commit",
    "conflict",
    "constraint",
    "create",
    "cross",
    "current_date",
    "current_time",
    "current_timestamp",
    "database",
    "default",
    "deferrable",
    "deferred",
    "delete",
    "desc",
    "detach",
    "distinct",
    "drop",
    "each",
    "else",
    "end",
    "escape",
    "except",
    "exclusive",
    "exists",
    "explain",
    "fail",
    "false",
    "for",
    "foreign",
    "from",
    "full",
    "glob",
    "group",
    "having",
    "if",
    "ignore",
    "immediate",
    "in",
    "index",
    "indexed",
    "initially",
    "inner",
    "insert",
    "instead",
    "intersect",
    "into",
    "is",
    "isnull",
    "join",
    "key",
    "left",
    "like",
    "limit",
    "match",
    "natural",
    "not",
    "notnull",
    "null",
    "of",
    "offset",
    "on",
    "or",
    "order",
    "outer",
    "plan",
    "pragma",
    "primary",
    "query",
    "raise",
    "references",
    "reindex",
    "rename",
    "replace",
    "restrict",
    "right",
    "rollback",
    "row",
    "select",
    "set",
    "table",
    "temp",
    "temporary",
    "then",
    "to",
    "transaction",
    "trigger",
    "true",
    "union",
    "unique",
    "update",
    "using",
    "vacuum",
    "values",
    "view",
    "virtual",
    "when",
    "where",
];
