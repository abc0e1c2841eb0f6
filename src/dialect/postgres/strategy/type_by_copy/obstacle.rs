//! Why a column cannot take another type by a second column: something changes with it that would have to be carried over
//! half-way.

use crate::catalog::kinds::{Column, Exclusion, NotNull, Sequence, Storage};
use crate::catalog::{Kind, Object, ObjectId};
use crate::dialect::postgres::strategy::constraint_by_index::is_deferrable;
use crate::dialect::{Alter, PlanCx};
use crate::op::Retyped;

use super::rests::rests;
use super::second;

/// The end of a sentence about the column.
pub(super) fn of(id: &ObjectId, group: &[ObjectId], cx: &PlanCx<'_>) -> Option<String> {
    let column = second(id, cx)?;
    let (from, to): (&Column, &Column) = (&column.from, &column.to);
    if from.generated.is_some() || to.generated.is_some() {
        return Some("its values are computed".to_owned());
    }
    if from.not_null != NotNull::default() || to.not_null != NotNull::default() {
        return Some("the constraint by which it is required has a name or options of its own".to_owned());
    }
    let table = id.relation()?;
    if cx.from.is_partitioned(table) || cx.from.lineage(table).next().is_some() {
        return Some("its table is partitioned, or a partition".to_owned());
    }
    if cx.from.heirs_of(table).next().is_some() || !cx.from.parents_of(table).is_empty() {
        return Some("its table inherits another, or is inherited".to_owned());
    }
    if cx
        .from
        .row_type(table)
        .or_else(|| cx.to.row_type(table))
        .is_some()
    {
        return Some("its table is made of a composite type".to_owned());
    }
    if from.identity.is_some() != to.identity.is_some() {
        return Some("it becomes an identity column, or ceases to be one, at the same time".to_owned());
    }
    if sequences(cx.from, id) != sequences(cx.to, id) {
        return Some("a sequence comes to be its own, or ceases to be, at the same time".to_owned());
    }
    if let Some(said) = says_otherwise(&[Kind::Storage, Kind::Grants], id, cx) {
        return Some(said);
    }
    let columns: Vec<Retyped> = group.iter().filter_map(|id| second(id, cx)).collect();
    let own = std::slice::from_ref(&column);
    cx.from
        .iter()
        .filter(|(id, object)| rests(id, object, own))
        .find_map(|(id, object)| in_the_way(id, object, &columns, cx))
}

/// Something of these kinds is said of an object, and changes at the same time: it is carried over as it is.
fn says_otherwise(kinds: &[Kind], id: &ObjectId, cx: &PlanCx<'_>) -> Option<String> {
    let mut said = kinds.iter().map(|kind| ObjectId::on(*kind, id.clone()));
    let changes = |said: &ObjectId| cx.from.get(said) != cx.to.get(said);
    let found = said.find(changes)?;
    Some(format!("{found} is changed at the same time"))
}

/// The sequences that the column owns.
fn sequences<'a>(catalog: &'a crate::catalog::Catalog, column: &ObjectId) -> Vec<&'a ObjectId> {
    let owned = catalog
        .of_kind::<Sequence>()
        .filter(|(_, sequence)| sequence.owned_by.as_ref() == Some(column));
    let mut ids: Vec<&ObjectId> = owned.map(|(id, _)| id).collect();
    ids.sort();
    ids
}

/// Why something that rests on the column cannot be made a second time.
fn in_the_way(id: &ObjectId, object: &Object, columns: &[Retyped], cx: &PlanCx<'_>) -> Option<String> {
    if is_deferrable(object) {
        return Some(format!(
            "{id} is checked at the end of a transaction, which the index of a second column cannot wait for"
        ));
    }
    if Exclusion::of_key(object).is_some() {
        return Some(format!(
            "{id} has no overlaps, which no index made beforehand can see to"
        ));
    }
    if let Some(said) = says_otherwise(&[Kind::Storage], id, cx).filter(|_| cx.to.contains(id)) {
        return Some(said);
    }
    let storage = cx
        .from
        .payload::<Storage>(&ObjectId::on(Kind::Storage, id.clone()));
    if storage.is_some_and(|storage| storage.tablespace.is_some()) {
        return Some(format!("{id} lies in a tablespace of its own"));
    }
    let rules = cx.server.engine().rules(id.kind)?;
    let Some(after) = cx.to.get(id) else {
        // Something of the same content under a name that was not there before is the same thing.
        let renamed = cx.to.iter().any(|(other, after)| {
            after == object
                && other.kind == id.kind
                && other.relation() == id.relation()
                && !cx.from.contains(other)
                && rests(other, after, columns)
        });
        return renamed.then(|| format!("{id} gets another name at the same time"));
    };
    let changed = object.changed(after);
    let in_place = !changed.is_empty()
        && changed
            .iter()
            .all(|attr| matches!(rules.alter(*attr, id, object, after, cx), Alter::InPlace));
    in_place.then(|| format!("{id} changes at the same time"))
}
