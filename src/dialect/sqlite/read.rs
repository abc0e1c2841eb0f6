//! Introspection: [`read`] turns `sqlite_schema` and the pragmas into a catalog, by a fixed number of queries.
//!
//! The text of a table is the source (`table_text`); the pragmas check it (`facts`). What is not understood is
//! reported and left out whole.

mod edges;
mod facts;
mod index;
mod rows;
mod trigger;
mod view;

pub(super) use rows::{cell, select_cells};

use std::collections::{HashMap, HashSet};

use sqlx::sqlite::SqliteConnection;

use crate::catalog::kinds::ForeignKey;
use crate::catalog::{Canonical, Catalog, Ident, Kind, Object, ObjectId, Path, QName};
use crate::diagnostic::Diagnostic;
use crate::dialect::session::{EngineError, EngineErrorKind, Introspection, Scope};
use crate::dialect::{Patterns, Server};

use super::session::fetch;
use super::table_text::{self, TableText};
use super::token::Reason;
use super::unmodelled;

use facts::Facts;

/// Everything of the schema, one row an object; of tables what the pragmas say, as JSON.
const OBJECTS: &str = "
    SELECT m.type, m.name, m.tbl_name, m.sql,
        CASE m.type WHEN 'table' THEN (
            SELECT json_group_array(json_array(x.cid, x.name, x.\"notnull\", x.dflt_value, x.pk, x.hidden))
            FROM pragma_table_xinfo(m.name) AS x
        ) END,
        CASE m.type WHEN 'table' THEN (
            SELECT json_group_array(json_array(f.id, f.seq, f.\"table\", f.\"from\", f.\"to\", f.on_update, f.on_delete))
            FROM pragma_foreign_key_list(m.name) AS f
        ) END
    FROM sqlite_schema AS m
    WHERE m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
    ORDER BY m.rowid";

/// Virtual tables, and the tables in which they keep their data.
const VIRTUAL: &str = "
    SELECT name, type
    FROM pragma_table_list
    WHERE schema = 'main' AND type IN ('virtual', 'shadow')
    ORDER BY name";

/// One row of [`OBJECTS`].
struct Entry {
    kind: String,
    name: Ident,
    relation: Ident,
    sql: Option<String>,
    columns: Option<String>,
    foreign_keys: Option<String>,
}

impl Entry {
    fn new(row: Vec<Option<String>>) -> Self {
        let mut cells = row.into_iter();
        let mut cell = || cells.next().flatten();
        Self {
            kind: cell().unwrap_or_default(),
            name: Ident::folded(&cell().unwrap_or_default()),
            relation: Ident::folded(&cell().unwrap_or_default()),
            sql: cell(),
            columns: cell(),
            foreign_keys: cell(),
        }
    }

    fn sql(&self) -> &str {
        self.sql.as_deref().unwrap_or_default()
    }
}

/// Reads the catalog. The caller has opened a transaction.
pub(super) async fn read(
    connection: &mut SqliteConnection,
    scope: &Scope,
    server: &Server,
) -> Result<Introspection, EngineError> {
    let entries = fetch(connection, OBJECTS).await?;
    let virtual_tables = fetch(connection, VIRTUAL).await?;
    let left_out: HashSet<Ident> = scope
        .leave_out
        .iter()
        .map(|left| left.name.text())
        .chain(["reconcile_ledger"])
        .map(Ident::folded)
        .collect();
    let entries: Vec<Entry> = entries
        .into_iter()
        .map(Entry::new)
        .filter(|entry| !left_out.contains(&entry.relation))
        .collect();
    let mut reader = Reader::default();
    let special = reader.virtual_tables(&virtual_tables, &left_out);
    let tables: Vec<&Entry> = entries
        .iter()
        .filter(|entry| entry.kind == "table" && !special.contains(&entry.name))
        .collect();
    reader.tables(&tables)?;
    reader.others(&entries);
    for query in &scope.rows {
        if let Some((id, rows)) = rows::read(connection, query, &reader.catalog).await? {
            reader.catalog.insert(id, rows);
        }
    }
    edges::add(&mut reader.catalog);
    refuse_to_tear(&reader.catalog, &scope.ignored)?;
    scope
        .ignored
        .leave_out(&mut reader.catalog, &mut reader.unmodelled);
    scope.observed.mark(&mut reader.catalog);
    Ok(Introspection {
        catalog: Canonical::introspected(reader.catalog, server.to_string()),
        unmodelled: reader.unmodelled,
        owners: Vec::new(),
    })
}

/// A foreign key stands in the text of its table, which would one day be written anew without it.
fn refuse_to_tear(catalog: &Catalog, ignored: &Patterns) -> Result<(), EngineError> {
    let ids = catalog.iter().map(|(id, _)| id);
    let meant: HashSet<&ObjectId> = ignored.among(ids).into_iter().collect();
    let is_meant = |table: &QName| meant.contains(&ObjectId::table(table.clone()));
    for (id, key) in catalog.of_kind::<ForeignKey>() {
        if let Some(table) = id
            .relation()
            .filter(|table| !is_meant(table) && is_meant(&key.table))
        {
            let message = format!(
                "table {table} refers to table {}, which reconcile.kdl ignores: ignore both or none of them, for SQLite keeps the \
                 foreign key in the text of table {table}",
                key.table
            );
            return Err(EngineError::new(EngineErrorKind::Catalog, message));
        }
    }
    Ok(())
}

#[derive(Default)]
struct Reader {
    catalog: Catalog,
    unmodelled: Vec<Diagnostic>,
}

impl Reader {
    /// Reports virtual tables; returns their names and the names of the tables they keep their data in.
    fn virtual_tables(&mut self, found: &[Vec<Option<String>>], left_out: &HashSet<Ident>) -> HashSet<Ident> {
        let pairs: Vec<(&str, &str)> = found
            .iter()
            .filter_map(|row| Some((row.first()?.as_deref()?, row.get(1)?.as_deref()?)))
            .collect();
        for (name, kind) in &pairs {
            let ident = Ident::folded(name);
            if *kind != "virtual" || left_out.contains(&ident) {
                continue;
            }
            let own: Vec<&str> = pairs
                .iter()
                .filter(|(shadow, kind)| *kind == "shadow" && is_shadow_of(shadow, name))
                .map(|(shadow, _)| *shadow)
                .collect();
            self.unmodelled.push(unmodelled::virtual_table(&ident, &own));
        }
        pairs.iter().map(|(name, _)| Ident::folded(name)).collect()
    }

    fn tables(&mut self, entries: &[&Entry]) -> Result<(), EngineError> {
        let mut parsed = Vec::with_capacity(entries.len());
        let mut keys: HashMap<Ident, Vec<Ident>> = HashMap::new();
        for entry in entries {
            let facts = Facts::new(entry.columns.as_deref(), entry.foreign_keys.as_deref())
                .map_err(|error| EngineError::new(EngineErrorKind::Catalog, error.to_string()))?;
            keys.insert(entry.name.clone(), facts.primary_key());
            parsed.push((*entry, facts, table_text::parse(entry.sql())));
        }
        for (entry, facts, text) in parsed {
            let checked = text.and_then(|mut text| {
                resolve_references(&mut text, &keys);
                facts.check(&text)?;
                let objects = objects(&entry.name, &text)?;
                facts::check_round_trip(&entry.name, &text, &objects)?;
                Ok(objects)
            });
            match checked {
                Ok(objects) => {
                    for (id, object) in objects {
                        self.catalog.insert(id, object);
                    }
                }
                Err(reason) => self.unmodelled.push(unmodelled::table(&entry.name, &reason)),
            }
        }
        Ok(())
    }

    /// Views first, because triggers may stand on them; then indexes and triggers of managed relations.
    fn others(&mut self, entries: &[Entry]) {
        let relations: HashSet<&Ident> = entries
            .iter()
            .filter(|entry| entry.kind == "table" || entry.kind == "view")
            .map(|entry| &entry.name)
            .collect();
        let is_relation = |name: &Ident| relations.contains(name);
        for entry in entries.iter().filter(|entry| entry.kind == "view") {
            match view::parse(entry.sql(), &is_relation) {
                Ok(view) => {
                    let id = ObjectId::qualified(Kind::View, QName::bare(entry.name.clone()));
                    self.catalog.insert(id, view);
                }
                Err(reason) => self
                    .unmodelled
                    .push(unmodelled::object("view", &entry.name, &reason)),
            }
        }
        let columns = columns_by_table(&self.catalog);
        for entry in entries {
            let relation = QName::bare(entry.relation.clone());
            // The index of a constraint has no text.
            let member = match entry.kind.as_str() {
                "index" if entry.sql.is_some() => columns.get(&relation).map(|columns| {
                    index::parse(entry.sql(), columns).map(|index| (Kind::Index, Object::from(index)))
                }),
                "trigger" if self.has_relation(&relation) => Some(
                    trigger::parse(entry.sql(), &is_relation)
                        .map(|trigger| (Kind::Trigger, Object::from(trigger))),
                ),
                _ => None,
            };
            match member {
                Some(Ok((kind, object))) => {
                    let id = ObjectId::member(kind, &relation, entry.name.clone());
                    self.catalog.insert(id, object);
                }
                Some(Err(reason)) => {
                    self.unmodelled
                        .push(unmodelled::object(&entry.kind, &entry.name, &reason));
                }
                None => {}
            }
        }
    }

    fn has_relation(&self, name: &QName) -> bool {
        self.catalog.contains(&ObjectId::table(name.clone()))
            || self
                .catalog
                .contains(&ObjectId::qualified(Kind::View, name.clone()))
    }
}

/// The columns of every table, with their collations.
fn columns_by_table(catalog: &Catalog) -> HashMap<QName, Vec<index::ColumnFact>> {
    let mut out: HashMap<QName, Vec<index::ColumnFact>> = HashMap::new();
    for (id, object) in catalog.iter() {
        match (object, id.qname(), id.relation(), id.name()) {
            (Object::Table(_), Some(table), _, _) => {
                out.entry(table.clone()).or_default();
            }
            (Object::Column(column), _, Some(table), Some(name)) => {
                let fact = (name.clone(), column.collation.clone());
                out.entry(table.clone()).or_default().push(fact);
            }
            _ => {}
        }
    }
    out
}

fn is_shadow_of(shadow: &str, table: &str) -> bool {
    let (shadow, table) = (shadow.to_ascii_lowercase(), table.to_ascii_lowercase());
    shadow
        .strip_prefix(&table)
        .is_some_and(|rest| rest.starts_with('_'))
}

/// `REFERENCES users` means the primary key of users.
fn resolve_references(text: &mut TableText, keys: &HashMap<Ident, Vec<Ident>>) {
    for (_, object) in &mut text.constraints {
        if let Object::ForeignKey(key) = object
            && key.referenced.is_empty()
            && let Some(primary) = keys.get(&key.table.name)
        {
            key.referenced.clone_from(primary);
        }
    }
}

/// The objects of a table under their ids.
fn objects(name: &Ident, text: &TableText) -> Result<Vec<(ObjectId, Object)>, Reason> {
    let table = QName::bare(name.clone());
    let mut out = vec![(ObjectId::table(table.clone()), Object::from(text.table.clone()))];
    let columns = text.columns.iter().map(|(name, column)| {
        let id = ObjectId::column(&table, name.clone());
        (id, Object::from(column.clone()))
    });
    out.extend(columns);
    let mut seen: HashSet<ObjectId> = HashSet::new();
    for (name, object) in &text.constraints {
        let id = match name {
            Some(name) => ObjectId::member(object.kind(), &table, name.clone()),
            None => ObjectId {
                kind: object.kind(),
                path: Path::Member(table.clone(), object.structural_key()),
            },
        };
        if !seen.insert(id.clone()) {
            return Err(Reason::new(format!("it has {id} twice")));
        }
        out.push((id, object.clone()));
    }
    Ok(out)
}
