//! What the pragmas say of a table, and the checks of what was read of its text against it.

use serde_json::Value;

use crate::catalog::kinds::{ForeignKey, ReferentialAction};
use crate::catalog::{Ident, Object, ObjectId, Payload as _};
use crate::dialect::sqlite::kinds::table::definition;
use crate::dialect::sqlite::table_text::{self, TableText};
use crate::dialect::sqlite::text;
use crate::dialect::sqlite::token::Reason;
use crate::dialect::{Dialect, Sql};
use crate::script::Item;

/// One row of `table_xinfo` (<https://sqlite.org/pragma.html#pragma_table_xinfo>).
#[derive(Debug)]
struct ColumnFact {
    name: Ident,
    not_null: bool,
    default: Option<String>,
    /// Position in the primary key from 1; 0 for none.
    key: i64,
    /// 2 for a virtual generated column, 3 for a stored one.
    hidden: i64,
}

/// One row of `foreign_key_list`.
#[derive(Debug, PartialEq, PartialOrd)]
struct ForeignKeyFact {
    key: i64,
    position: i64,
    table: Ident,
    column: Ident,
    referenced: Option<Ident>,
    on_update: String,
    on_delete: String,
}

/// What the pragmas say of a table.
#[derive(Debug)]
pub(super) struct Facts {
    columns: Vec<ColumnFact>,
    foreign_keys: Vec<ForeignKeyFact>,
}

fn rows(json: Option<&str>) -> Result<Vec<Vec<Value>>, serde_json::Error> {
    serde_json::from_str(json.unwrap_or("[]"))
}

fn number(row: &[Value], at: usize) -> i64 {
    row.get(at).and_then(Value::as_i64).unwrap_or(0)
}

fn words(row: &[Value], at: usize) -> Option<String> {
    row.get(at).and_then(Value::as_str).map(str::to_owned)
}

fn name(row: &[Value], at: usize) -> Ident {
    Ident::folded(&words(row, at).unwrap_or_default())
}

impl Facts {
    /// Reads the two JSON texts of the query.
    pub(super) fn new(columns: Option<&str>, foreign_keys: Option<&str>) -> Result<Self, serde_json::Error> {
        let mut columns = rows(columns)?;
        columns.sort_by_key(|row| number(row, 0));
        let columns = columns
            .iter()
            .map(|row| ColumnFact {
                name: name(row, 1),
                not_null: number(row, 2) != 0,
                default: words(row, 3),
                key: number(row, 4),
                hidden: number(row, 5),
            })
            .collect();
        let foreign_keys = rows(foreign_keys)?
            .iter()
            .map(|row| ForeignKeyFact {
                key: number(row, 0),
                position: number(row, 1),
                table: name(row, 2),
                column: name(row, 3),
                referenced: words(row, 4).map(|name| Ident::folded(&name)),
                on_update: words(row, 5).unwrap_or_default(),
                on_delete: words(row, 6).unwrap_or_default(),
            })
            .collect();
        Ok(Self {
            columns,
            foreign_keys,
        })
    }

    /// The columns of the primary key in order.
    pub(super) fn primary_key(&self) -> Vec<Ident> {
        let mut columns: Vec<_> = self.columns.iter().filter(|column| column.key > 0).collect();
        columns.sort_by_key(|column| column.key);
        columns.into_iter().map(|column| column.name.clone()).collect()
    }

    /// Fails if the text was read differently from how SQLite reads it.
    pub(super) fn check(&self, text: &TableText) -> Result<(), Reason> {
        self.check_columns(text)?;
        let key = text.constraints.iter().find_map(|(_, object)| match object {
            Object::PrimaryKey(key) => Some(key.columns.clone()),
            _ => None,
        });
        same(key.unwrap_or_default() == self.primary_key(), "its primary key")?;
        self.check_foreign_keys(text)
    }

    fn check_columns(&self, text: &TableText) -> Result<(), Reason> {
        same(text.columns.len() == self.columns.len(), "its columns")?;
        for ((name, column), fact) in text.columns.iter().zip(&self.columns) {
            let hidden = match &column.generated {
                None => 0,
                Some(generated) if generated.stored => 3,
                Some(_) => 2,
            };
            let default = match (&column.default, &fact.default) {
                (None, None) => true,
                (Some(read), Some(told)) => is_default(read.text(), told),
                _ => false,
            };
            // A rowid alias is never NULL, whatever the flag says.
            let nullable = column.nullable != fact.not_null || (!column.nullable && fact.key > 0);
            let equal = *name == fact.name && hidden == fact.hidden && default && nullable;
            same(equal, &format!("column {name}"))?;
        }
        Ok(())
    }

    fn check_foreign_keys(&self, text: &TableText) -> Result<(), Reason> {
        let mut read: Vec<String> = text
            .constraints
            .iter()
            .filter_map(|(_, object)| ForeignKey::of(object))
            .map(described)
            .collect();
        let mut facts: Vec<&ForeignKeyFact> = self.foreign_keys.iter().collect();
        facts.sort_by_key(|fact| (fact.key, fact.position));
        let mut told: Vec<String> = facts
            .chunk_by(|a, b| a.key == b.key)
            .map(|parts| {
                let columns: Vec<&str> = parts.iter().map(|part| part.column.key()).collect();
                let first = parts[0];
                let table = first.table.key();
                format!("{columns:?} {table} {} {}", first.on_update, first.on_delete)
            })
            .collect();
        read.sort();
        told.sort();
        same(read == told, "its foreign keys")
    }
}

/// A foreign key in the words in which the pragma tells it. Referenced columns may be left to the primary key.
fn described(key: &ForeignKey) -> String {
    let columns: Vec<&str> = key.columns.iter().map(Ident::key).collect();
    let action = |action: ReferentialAction| action.sql();
    format!(
        "{columns:?} {} {} {}",
        key.table.name.key(),
        action(key.on_update),
        action(key.on_delete)
    )
}

/// Whether the default that was read is the one that the pragma tells: a bare name there is a text.
fn is_default(read: &str, told: &str) -> bool {
    let canonical = text::default(told);
    canonical.text() == read || text::bare_name_literal(told).is_some_and(|literal| literal == read)
}

fn same(equal: bool, what: &str) -> Result<(), Reason> {
    if equal {
        return Ok(());
    }
    Err(Reason::new(format!("the text of {what} is not understood")))
}

/// Fails if the text that we would write for the table does not describe the same table.
pub(super) fn check_round_trip(
    name: &Ident,
    text: &TableText,
    objects: &[(ObjectId, Object)],
) -> Result<(), Reason> {
    let members: Vec<(&ObjectId, &Object)> =
        objects.iter().skip(1).map(|(id, object)| (id, object)).collect();
    let mut sql = Sql::new(Dialect::Sqlite.engine());
    definition(name, &text.table, &members, &mut sql);
    let items = sql.finish();
    let Some(Item::Sql(rendered)) = items.first() else {
        return same(false, "it");
    };
    let again = table_text::parse(rendered)?;
    let constraints = again.constraints.len() == text.constraints.len()
        && text
            .constraints
            .iter()
            .all(|constraint| again.constraints.contains(constraint));
    same(
        again.table == text.table && again.columns == text.columns && constraints,
        "it",
    )
}
