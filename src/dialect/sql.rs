//! Writing SQL: [`Sql`] is the only place that quotes a name or a literal.
//!
//! Conventions: upper-case keywords, four spaces inside parentheses of `CREATE TABLE`, no closing semicolon.

use crate::catalog::{Ident, QName};
use crate::script::{Batched, Item};

use super::Engine;

/// A writer of statements, for one engine.
pub struct Sql {
    engine: &'static dyn Engine,
    current: String,
    items: Vec<Item>,
}

impl Sql {
    /// An empty writer.
    pub fn new(engine: &'static dyn Engine) -> Self {
        Self {
            engine,
            current: String::new(),
            items: Vec::new(),
        }
    }

    /// Text as it is: keywords, punctuation, canonical expressions.
    pub fn raw(&mut self, text: &str) -> &mut Self {
        self.current.push_str(text);
        self
    }

    /// A name, quoted where it must be.
    pub fn ident(&mut self, name: &Ident) -> &mut Self {
        let quoted = self.engine.quote(name.text());
        self.raw(&quoted)
    }

    /// A name with its schema, both quoted where they must be.
    pub fn qname(&mut self, name: &QName) -> &mut Self {
        if let Some(schema) = &name.schema {
            self.ident(schema).raw(".");
        }
        self.ident(&name.name)
    }

    /// A text literal.
    pub fn text(&mut self, value: &str) -> &mut Self {
        let literal = text_literal(value);
        self.raw(&literal)
    }

    /// Names between commas.
    pub fn idents<'a>(&mut self, names: impl IntoIterator<Item = &'a Ident>) -> &mut Self {
        self.list(names, |sql, name| {
            sql.ident(name);
        })
    }

    /// Anything between commas.
    pub fn list<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        mut each: impl FnMut(&mut Self, T),
    ) -> &mut Self {
        for (at, item) in items.into_iter().enumerate() {
            if at > 0 {
                self.raw(", ");
            }
            each(self, item);
        }
        self
    }

    /// Ends the statement.
    pub fn end(&mut self) {
        let statement = std::mem::take(&mut self.current);
        if !statement.trim().is_empty() {
            self.items.push(Item::Sql(statement));
        }
    }

    /// Puts an expectation between statements.
    pub fn expect(&mut self, label: impl Into<String>, query: impl Into<String>, value: impl Into<String>) {
        self.end();
        self.items.push(Item::Expect {
            label: label.into(),
            sql: query.into(),
            value: value.into(),
        });
    }

    /// Puts a query between statements whose answer shows that what follows was done by an earlier run.
    pub fn done_when(&mut self, query: impl Into<String>, value: impl Into<String>) {
        self.end();
        self.items.push(Item::DoneWhen {
            sql: query.into(),
            value: value.into(),
        });
    }

    /// Puts a statement for a number of rows at a time between statements.
    pub fn batched(&mut self, batched: Batched) {
        self.end();
        self.items.push(Item::Batched(batched));
    }

    /// Everything written, statement by statement.
    pub fn finish(mut self) -> Vec<Item> {
        self.end();
        self.items
    }

    /// An empty writer for the same engine.
    #[must_use]
    pub fn beside(&self) -> Self {
        Self::new(self.engine)
    }

    /// The text of the statement being written, for clauses.
    pub fn clause(mut self) -> String {
        std::mem::take(&mut self.current)
    }
}

impl std::fmt::Debug for Sql {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sql")
            .field("current", &self.current)
            .field("items", &self.items)
            .finish_non_exhaustive()
    }
}

/// A text literal in standard SQL: quotes doubled. Both engines read it so (PostgreSQL with
/// `standard_conforming_strings`, which every session of ours sets).
pub fn text_literal(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

/// A name between double quotes, quotes doubled.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
