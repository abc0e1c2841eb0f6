//! Edges from the engine's dependency records.

use std::collections::HashMap;

use crate::catalog::expr::mentions;
use crate::catalog::{Catalog, Ident, Kind, Object, ObjectId};

use super::super::batch::Raw;
use super::super::depends::class;
use super::{Known, Verdict};

/// Adds an edge for every record whose two ends are in the catalog. What an extension owns stands for the extension.
pub(super) fn insert(known: &Known, raw: &Raw, catalog: &mut Catalog) {
    let defaults: HashMap<u32, (u32, i16)> = raw
        .defaults
        .iter()
        .map(|default| (default.oid, (default.relation, default.number)))
        .collect();
    let rules: HashMap<u32, u32> = raw.views.iter().map(|view| (view.rule, view.oid)).collect();
    let ends = Ends {
        known,
        raw,
        defaults: &defaults,
        rules: &rules,
    };
    for dependency in raw
        .dependencies
        .iter()
        .filter(|dependency| !dependency.of_extension)
    {
        let dependent = ends.end(dependency.class, dependency.object, dependency.column);
        let referenced = ends.end(
            dependency.referenced_class,
            dependency.referenced,
            dependency.referenced_column,
        );
        if let (Some(dependent), Some(referenced)) = (dependent, referenced)
            && !is_structural(&dependent, &referenced)
            && !is_of_column(catalog, &dependent, &referenced)
            && !is_row_type(catalog, &dependent, &referenced)
            && catalog.contains(&dependent)
            && catalog.contains(&referenced)
        {
            catalog.add_edge(dependent, referenced);
        }
    }
}

struct Ends<'a> {
    known: &'a Known,
    raw: &'a Raw,
    defaults: &'a HashMap<u32, (u32, i16)>,
    rules: &'a HashMap<u32, u32>,
}

impl Ends<'_> {
    /// The object that a record is about.
    fn end(&self, class: u32, oid: u32, column: i32) -> Option<ObjectId> {
        if let Some(extension) = self.known.owned.get(&(class, oid)) {
            return Some(extension.clone());
        }
        match class {
            class::ATTRDEF => {
                let (relation, number) = self.defaults.get(&oid)?;
                self.known.column(self.raw, *relation, *number)
            }
            class::REWRITE => match self.rules.get(&oid) {
                Some(view) => self.known.ids.get(&(class::CLASS, *view)).cloned(),
                None => self.known.ids.get(&(class, oid)).cloned(),
            },
            class::CLASS if column != 0 => {
                let number = i16::try_from(column).ok()?;
                match self.known.relations.get(&oid).map(|named| named.verdict) {
                    Some(Verdict::Table) if number > 0 => self.known.column(self.raw, oid, number),
                    _ => self.known.ids.get(&(class, oid)).cloned(),
                }
            }
            _ => self.known.ids.get(&(class, oid)).cloned(),
        }
    }
}

/// Whether an index needs a collation because its columns have it: it follows when they take another. What an expression in it
/// says is its own.
fn is_of_column(catalog: &Catalog, dependent: &ObjectId, referenced: &ObjectId) -> bool {
    if referenced.kind != Kind::Collation || !dependent.kind.has_index() {
        return false;
    }
    let name = referenced.name().map(Ident::text).unwrap_or_default();
    let texts = catalog.get(dependent).map(Object::texts).unwrap_or_default();
    !texts
        .into_iter()
        .any(|text| mentions(text).iter().any(|word| word == name))
}

/// Whether a table needs a type because it is made of it: that has an object of its own.
fn is_row_type(catalog: &Catalog, dependent: &ObjectId, referenced: &ObjectId) -> bool {
    let table = dependent.qname().filter(|_| dependent.kind == Kind::Table);
    let row_type = table.and_then(|table| catalog.row_type(table));
    row_type.is_some_and(|row_type| row_type.type_id() == *referenced)
}

/// Whether the record only says that a member belongs to its table.
fn is_structural(dependent: &ObjectId, referenced: &ObjectId) -> bool {
    dependent.relation().is_some() && dependent.relation() == referenced.qname()
}
