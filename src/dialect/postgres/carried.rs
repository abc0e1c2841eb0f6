//! What the engine does to partitions when it is done to their parent, and to tables that inherit when it is done to one that
//! they inherit.
//!
//! Columns and checks of a partition are its parent's: added, changed, renamed and dropped with them. Keys, indexes and
//! foreign keys are made by themselves, so that each can be made without keeping others out, and taken over by the parent's;
//! what is done to the parent's later is done to them, too.
//! <https://www.postgresql.org/docs/current/ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE>
//!
//! Columns and checks of a table that inherits are added, changed and renamed with those of its parents, and go by
//! themselves: whether they would go with them is nothing that a declaration says.
//! <https://www.postgresql.org/docs/current/ddl-inherit.html>

use crate::catalog::kinds::{Check, Column, ColumnAttr, ForeignKeyAttr, Inheritance, Partition, inherited};
use crate::catalog::{Attr, Catalog, Kind, ObjectId, QName};
use crate::dialect::PlanCx;

/// The parent of a table, if it is its partition before and after in the same way.
fn lasting_parent<'a>(table: &QName, from: &'a Catalog, to: &Catalog) -> Option<&'a QName> {
    let id = ObjectId::on(Kind::Partition, ObjectId::table(table.clone()));
    let before = from.payload::<Partition>(&id)?;
    (to.payload::<Partition>(&id) == Some(before)).then_some(&before.parent)
}

/// The tables that a table inherits before and after, and all the time in between.
fn lasting_parents<'a>(table: &QName, from: &'a Catalog, to: &Catalog) -> Vec<&'a QName> {
    let ties: Option<(&Inheritance, &Inheritance)> = from.inheritance_of(table).zip(to.inheritance_of(table));
    ties.map_or_else(Vec::new, |(before, after)| before.kept(after))
}

/// The member of the parent that a member of a partition, or of a table that inherits, is changed with.
pub(super) fn carrier(id: &ObjectId, cx: &PlanCx<'_>) -> Option<ObjectId> {
    let table = id.relation()?;
    match lasting_parent(table, cx.from, cx.to) {
        Some(parent) => partition_carrier(id, parent, cx),
        None => heir_carrier(id, table, cx),
    }
}

fn partition_carrier(id: &ObjectId, parent: &QName, cx: &PlanCx<'_>) -> Option<ObjectId> {
    match id.kind {
        Kind::Column | Kind::Check => {
            let above = ObjectId::member(id.kind, parent, id.name()?.clone());
            (cx.from.contains(&above) || cx.to.contains(&above)).then_some(above)
        }
        Kind::PrimaryKey | Kind::Unique | Kind::Index | Kind::ForeignKey => {
            let own = cx.from.get_full(id)?;
            let mut above = cx.from_walk.members(parent);
            above
                .find(|above| inherited(own, *above))
                .map(|(id, _)| id.clone())
        }
        _ => None,
    }
}

/// Of several parents the first that is changed.
fn heir_carrier(id: &ObjectId, table: &QName, cx: &PlanCx<'_>) -> Option<ObjectId> {
    if !id.kind.is_inherited_by_name() {
        return None;
    }
    let name = id.name()?;
    let above = lasting_parents(table, cx.from, cx.to)
        .into_iter()
        .map(|parent| ObjectId::member(id.kind, parent, name.clone()));
    let found: Vec<ObjectId> = above
        .filter(|above| passes(above, cx.from) || passes(above, cx.to))
        .collect();
    let changed = found.iter().find(|above| cx.from.get(above) != cx.to.get(above));
    changed.or_else(|| found.first()).cloned()
}

/// Whether a member of a table is one that others inherit.
fn passes(id: &ObjectId, catalog: &Catalog) -> bool {
    match id.kind {
        Kind::Check => catalog
            .payload::<Check>(id)
            .is_some_and(|check| !check.no_inherit),
        _ => catalog.contains(id),
    }
}

/// Columns and checks are renamed with the parent's, and columns with the attribute of the type that their table is made of.
pub(super) fn rename_carriers(id: &ObjectId, catalog: &Catalog) -> Vec<ObjectId> {
    if !id.kind.is_inherited_by_name() {
        return Vec::new();
    }
    let (Some(table), Some(name)) = (id.relation(), id.name()) else {
        return Vec::new();
    };
    let partitioned = lasting_parent(table, catalog, catalog).into_iter();
    let made_of = catalog.row_type(table).map(|row_type| &row_type.of);
    let made_of = made_of.filter(|_| id.kind == Kind::Column);
    partitioned
        .chain(catalog.parents_of(table))
        .chain(made_of)
        .map(|parent| ObjectId::member(id.kind, parent, name.clone()))
        .collect()
}

/// A default, and among tables that inherit whether a value is required, is given to those below only where all of them are
/// to have it: `ALTER TABLE ONLY` otherwise.
pub(super) fn carries(id: &ObjectId, attr: Attr, to: &Catalog) -> bool {
    match attr {
        Attr::Column(ColumnAttr::Identity | ColumnAttr::Options) => false,
        Attr::Column(attr) => same_below(id, attr, to),
        Attr::Check(_) => true,
        Attr::ForeignKey(attr) => matches!(
            attr,
            ForeignKeyAttr::Deferrable | ForeignKeyAttr::Validated | ForeignKeyAttr::NotEnforced
        ),
        _ => false,
    }
}

/// Whether a column is to be the same in this in every table below, where these may differ.
pub(super) fn same_below(id: &ObjectId, attr: ColumnAttr, catalog: &Catalog) -> bool {
    let (Some(table), Some(name), Some(column)) = (id.relation(), id.name(), catalog.payload::<Column>(id))
    else {
        return true;
    };
    let same = |own: &Column| match attr {
        ColumnAttr::Default => own.default == column.default,
        ColumnAttr::Nullable => own.nullable == column.nullable || catalog.is_partitioned(table),
        _ => true,
    };
    catalog.parts_of(table).into_iter().all(|part| {
        let below = ObjectId::column(part, name.clone());
        let own = catalog.payload::<Column>(&below);
        own.is_none_or(same) && same_below(&below, attr, catalog)
    })
}
