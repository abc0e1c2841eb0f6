//! What is declared, as rules read it: [`Declarations`].

use std::collections::HashSet;

use crate::catalog::kinds::{Column, ForeignKey, IndexKey, PrimaryKey, Sequence, Table, Unique};
use crate::catalog::walk::Walk;
use crate::catalog::{Catalog, Expr, Ident, Kind, Object, ObjectId, Payload, QName};
use crate::dialect::{Engine, Holds};

use super::names::NameRules;

/// The declared catalog and what the engine knows of it.
pub struct Declarations<'a> {
    /// The objects.
    pub catalog: &'a Catalog,
    /// Their members by relation.
    pub walk: Walk<'a>,
    /// The engine they are meant for.
    pub engine: &'static dyn Engine,
    /// The columns that own a sequence.
    owners: HashSet<&'a ObjectId>,
    names: &'a NameRules,
}

/// A key or index as far as finding rows by it goes.
#[derive(Clone, Debug)]
pub struct Keyed<'a> {
    /// The primary key, unique constraint or index.
    pub id: &'a ObjectId,
    /// The access method.
    pub method: &'a str,
    /// Whether two rows may not have the same key.
    pub unique: bool,
    /// The keys in order.
    pub keys: Vec<IndexKey>,
    /// Columns stored beside the keys.
    pub include: &'a [Ident],
    /// Only rows for which this holds are found.
    pub predicate: Option<&'a Expr>,
}

impl Keyed<'_> {
    /// The columns that it begins with, up to the first expression.
    pub fn leading(&self) -> impl Iterator<Item = &Ident> {
        self.keys.iter().map_while(|key| key.term.column())
    }
}

fn plain(column: &Ident) -> IndexKey {
    IndexKey::column(column.clone())
}

impl<'a> Declarations<'a> {
    pub(super) fn new(catalog: &'a Catalog, engine: &'static dyn Engine, names: &'a NameRules) -> Self {
        let sequences = catalog.of_kind::<Sequence>();
        Self {
            catalog,
            walk: Walk::new(catalog),
            engine,
            owners: sequences
                .filter_map(|(_, sequence)| sequence.owned_by.as_ref())
                .collect(),
            names,
        }
    }

    /// Every table but partitions, which are as their parents are, and those that lie elsewhere.
    pub fn tables(&self) -> impl Iterator<Item = (&'a ObjectId, &'a QName)> {
        let tables = self.catalog.of_kind::<Table>();
        let here = tables.filter(|(_, table)| table.foreign.is_none());
        let named = here.filter_map(|(id, _)| Some((id, id.qname()?)));
        named.filter(|(_, table)| !self.is_partition(table))
    }

    /// Every object of a kind that is a member of a table, with the table; but for partitions.
    pub fn members<T: Payload>(&self) -> impl Iterator<Item = (&'a ObjectId, &'a QName, &'a T)> {
        let all = self.catalog.of_kind::<T>();
        let placed = all.filter_map(|(id, payload)| Some((id, id.relation()?, payload)));
        placed.filter(|(_, table, _)| !self.is_partition(table))
    }

    fn is_partition(&self, table: &QName) -> bool {
        self.catalog.lineage(table).next().is_some()
    }

    /// A column of a table.
    pub fn column(&self, table: &QName, name: &Ident) -> Option<&'a Column> {
        self.catalog.payload(&ObjectId::column(table, name.clone()))
    }

    /// What a column holds; `Other` for a column of a declared type.
    pub fn holds(&self, column: &Column) -> Holds {
        match column.data_type.user {
            Some(_) => Holds::Other,
            None => self.engine.holds(&column.data_type.text),
        }
    }

    /// The primary key of a table.
    pub fn primary_key(&self, table: &QName) -> Option<&'a PrimaryKey> {
        self.walk
            .members_of::<PrimaryKey>(table)
            .next()
            .map(|(_, key)| key)
    }

    /// The foreign keys of a table.
    pub fn foreign_keys(&self, table: &QName) -> impl Iterator<Item = (&'a ObjectId, &'a ForeignKey)> {
        self.walk.members_of(table)
    }

    /// What rows of a table can be found by.
    pub fn keyed(&self, table: &QName) -> Vec<Keyed<'a>> {
        let of = |id: &'a ObjectId, columns: &[Ident], include: &'a [Ident], spans: bool| Keyed {
            id,
            method: if spans { "gist" } else { "btree" },
            unique: true,
            keys: columns.iter().map(plain).collect(),
            include,
            predicate: None,
        };
        let found = self.walk.members(table).filter_map(|(id, object)| match object {
            Object::PrimaryKey(PrimaryKey {
                columns,
                include,
                without_overlaps,
                ..
            })
            | Object::Unique(Unique {
                columns,
                include,
                without_overlaps,
                ..
            }) => Some(of(id, columns, include, *without_overlaps)),
            Object::Index(index) => Some(Keyed {
                id,
                method: &index.method,
                unique: index.unique,
                keys: index.keys.clone(),
                include: &index.include,
                predicate: index.predicate.as_ref(),
            }),
            _ => None,
        });
        found.collect()
    }

    /// Whether rows are found by these columns: in any order, they are what a key or index begins with. An index that
    /// leaves out NULLs serves as well, since nothing is ever looked up by NULL.
    pub fn is_indexed(&self, table: &QName, columns: &[Ident]) -> bool {
        let all: Vec<Ident> = self
            .walk
            .members_of::<Column>(table)
            .filter_map(|(id, _)| id.name().cloned())
            .collect();
        let without_nulls = |predicate: &Expr| {
            columns.iter().any(|column| {
                let text = format!("{} IS NOT NULL", self.engine.quote(column.text()));
                self.engine.expr(&text, &all) == *predicate
            })
        };
        self.keyed(table).iter().any(|keyed| {
            let leading: Vec<&Ident> = keyed.leading().take(columns.len()).collect();
            matches!(keyed.method, "btree" | "hash")
                && leading.len() == columns.len()
                && columns.iter().all(|column| leading.contains(&column))
                && keyed.predicate.is_none_or(without_nulls)
        })
    }

    /// Whether the values of a column come from a sequence: its own, or one that it owns.
    pub fn counts(&self, id: &ObjectId, column: &Column) -> bool {
        let autoincrement = || {
            let key = id.relation().and_then(|table| self.primary_key(table));
            key.is_some_and(|key| {
                key.autoincrement && id.name().is_some_and(|name| key.columns.contains(name))
            })
        };
        column.identity.is_some() || self.owns_sequence(id) || autoincrement()
    }

    /// Whether a sequence belongs to the column.
    pub fn owns_sequence(&self, id: &ObjectId) -> bool {
        self.owners.contains(id)
    }

    /// How a name of this kind is to look, if it does not.
    pub(super) fn name_broken(&self, kind: Kind, name: &Ident) -> Option<&str> {
        self.names.broken_by(kind, name.text())
    }
}
