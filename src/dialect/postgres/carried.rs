//! What the engine does to partitions when it is done to their parent.
//!
//! Columns and checks of a partition are its parent's: added, changed, renamed and dropped with them. Keys, indexes and
//! foreign keys are made by themselves, so that each can be made without keeping others out, and taken over by the parent's;
//! what is done to the parent's later is done to them, too.
//! <https://www.postgresql.org/docs/current/ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE>

use crate::catalog::kinds::{Column, ColumnAttr, ForeignKeyAttr, Partition, inherited};
use crate::catalog::{Attr, Catalog, Kind, ObjectId, QName};
use crate::dialect::PlanCx;

/// The parent of a table, if it is its partition before and after in the same way.
fn lasting_parent<'a>(table: &QName, from: &'a Catalog, to: &Catalog) -> Option<&'a QName> {
    let id = ObjectId::on(Kind::Partition, ObjectId::table(table.clone()));
    let before = from.payload::<Partition>(&id)?;
    (to.payload::<Partition>(&id) == Some(before)).then_some(&before.parent)
}

/// The member of the parent that a member of a partition is changed with.
pub(super) fn carrier(id: &ObjectId, cx: &PlanCx<'_>) -> Option<ObjectId> {
    let table = id.relation()?;
    let parent = lasting_parent(table, cx.from, cx.to)?;
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

/// Columns and checks are renamed with the parent's.
pub(super) fn rename_carrier(id: &ObjectId, catalog: &Catalog) -> Option<ObjectId> {
    if !matches!(id.kind, Kind::Column | Kind::Check) {
        return None;
    }
    let parent = lasting_parent(id.relation()?, catalog, catalog)?;
    Some(ObjectId::member(id.kind, parent, id.name()?.clone()))
}

/// A default is given to partitions only where all of them are to have it: `ALTER TABLE ONLY` otherwise.
pub(super) fn carries(id: &ObjectId, attr: Attr, to: &Catalog) -> bool {
    match attr {
        Attr::Column(ColumnAttr::Default) => same_default_below(id, to),
        Attr::Column(ColumnAttr::Identity) => false,
        Attr::Column(_) | Attr::Check(_) => true,
        Attr::ForeignKey(attr) => matches!(
            attr,
            ForeignKeyAttr::Deferrable | ForeignKeyAttr::Validated | ForeignKeyAttr::NotEnforced
        ),
        _ => false,
    }
}

/// Whether a column has the same default in every partition, and in theirs.
pub(super) fn same_default_below(id: &ObjectId, catalog: &Catalog) -> bool {
    let (Some(table), Some(name), Some(column)) = (id.relation(), id.name(), catalog.payload::<Column>(id))
    else {
        return true;
    };
    if !catalog.is_partitioned(table) {
        return true;
    }
    catalog.partitions_of(table).all(|(part, _)| {
        let below = ObjectId::column(part, name.clone());
        let own = catalog.payload::<Column>(&below);
        own.is_none_or(|own| own.default == column.default) && same_default_below(&below, catalog)
    })
}
