//! Names in Python: SQLAlchemy quotes what it must, which is not always what the engine needs.

use crate::catalog::{Ident, ObjectId, QName};
use crate::python::string;

use super::{Engine, Words, Writer};

impl Writer<'_> {
    /// A name as an expression.
    pub(super) fn name(&self, name: &Ident) -> String {
        expression(name, self.engine, self.words)
    }

    /// The name of a constraint or an index, which no naming convention of the project changes.
    pub(super) fn final_name(&self, id: &ObjectId) -> Option<String> {
        Some(format!("op.f({})", self.name(id.name()?)))
    }

    /// The schema of a table, if there is one.
    pub(super) fn schema(&self, table: &QName) -> Option<String> {
        table.schema.as_ref().map(|schema| self.name(schema))
    }

    /// `"public.users.id"`: a column that a foreign key of a new table refers to. SQLAlchemy takes the text apart again.
    pub(super) fn referenced(&self, table: &QName, column: &Ident) -> Option<String> {
        let parts: Vec<&Ident> = table.schema.iter().chain([&table.name, column]).collect();
        let survives = |part: &&Ident| is_plain(part, self.engine, self.words) && !part.text().contains('.');
        let texts: Vec<&str> = parts.iter().map(|part| part.text()).collect();
        parts.iter().all(survives).then(|| string(&texts.join(".")))
    }
}

/// A name as an expression.
pub(in crate::dialect) fn expression(name: &Ident, engine: &dyn Engine, words: &dyn Words) -> String {
    let literal = string(name.text());
    if is_plain(name, engine, words) {
        literal
    } else {
        format!("sa.quoted_name({literal}, True)")
    }
}

/// Whether SQLAlchemy quotes the name where the engine needs it quoted, without being told.
fn is_plain(name: &Ident, engine: &dyn Engine, words: &dyn Words) -> bool {
    let text = name.text();
    let is_bare = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '$');
    engine.quote(text) == text
        || words.reserved().contains(&text)
        || text.starts_with(|c: char| c.is_ascii_digit() || c == '$')
        || text.chars().any(|c| c.is_ascii() && !is_bare(c))
}
