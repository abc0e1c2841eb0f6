//! What rests on columns that take other types, and is made a second time on the second columns: keys, indexes, checks and
//! foreign keys that stay what they are.

use crate::catalog::kinds::{ForeignKey, Index};
use crate::catalog::{Ident, Kind, Object, ObjectId, Payload as _, Renaming};
use crate::dialect::PlanCx;
use crate::dialect::postgres::names::aside;
use crate::dialect::postgres::types::stays_comparable;
use crate::op::{Action, Moved, Retyped};

use super::PREFIX;

/// Something that is made a second time.
pub(super) struct Second {
    pub(super) moved: Moved,
    /// What makes the second one.
    pub(super) create: Action,
}

/// Everything that is made a second time, keys before what refers to them.
pub(super) fn on(columns: &[Retyped], cx: &PlanCx<'_>) -> Vec<Second> {
    let mut out: Vec<Second> = cx
        .from
        .iter()
        .filter(|(id, object)| stays(id, object, columns, cx))
        .filter_map(|(id, object)| second(id, object, columns))
        .collect();
    out.sort_by_key(|second| match second.moved.id.kind {
        Kind::PrimaryKey | Kind::Unique => 0,
        Kind::Index => 1,
        Kind::Check => 2,
        _ => 3,
    });
    out
}

/// Whether it rests on one of the columns.
pub(super) fn rests(id: &ObjectId, object: &Object, columns: &[Retyped]) -> bool {
    let kinds = [
        Kind::PrimaryKey,
        Kind::Unique,
        Kind::Index,
        Kind::Check,
        Kind::ForeignKey,
    ];
    kinds.contains(&id.kind) && beside(id, object, columns) != *object
}

/// The object with the second columns in the place of the first ones.
fn beside(id: &ObjectId, object: &Object, columns: &[Retyped]) -> Object {
    let engine = crate::dialect::Dialect::Postgres.engine();
    let mut object = object.clone();
    for column in columns {
        let sql = column.beside.name().map(|name| engine.quote(name.text()));
        object.rename(
            id,
            &Renaming {
                from: &column.id,
                to: &column.beside,
                sql: &sql.unwrap_or_default(),
            },
        );
    }
    object
}

/// Whether it rests on one of the columns and is there all the time; the planner takes down what has to go, and puts it
/// back.
fn stays(id: &ObjectId, object: &Object, columns: &[Retyped], cx: &PlanCx<'_>) -> bool {
    if cx.to.get(id) != Some(object) || !rests(id, object, columns) {
        return false;
    }
    let Some(key) = ForeignKey::of(object) else {
        return true;
    };
    let own = |column: &&Retyped| {
        let name = column.id.name();
        let among = |names: &[Ident]| name.is_some_and(|name| names.contains(name));
        (column.id.relation() == id.relation() && among(&key.columns))
            || (column.id.relation() == Some(&key.table) && among(&key.referenced))
    };
    let is_compared = columns
        .iter()
        .filter(own)
        .all(|column| stays_comparable(&column.from.data_type.text, &column.to.data_type.text));
    let rests_on_keys = cx
        .from_references
        .of(id)
        .iter()
        .filter(|other| matches!(other.kind, Kind::PrimaryKey | Kind::Unique | Kind::Index));
    let keys_stay = rests_on_keys
        .into_iter()
        .all(|other| cx.from.get(other) == cx.to.get(other));
    is_compared && keys_stay
}

fn second(id: &ObjectId, object: &Object, columns: &[Retyped]) -> Option<Second> {
    let (table, name) = (id.relation()?, id.name()?);
    let changed = beside(id, object, columns);
    let (kind, made) = match Index::of_key(&changed) {
        Some(index) => (Kind::Index, index.into()),
        None => (id.kind, changed),
    };
    let second = ObjectId::member(kind, table, Ident::exact(&aside(PREFIX, name.text())));
    Some(Second {
        moved: Moved {
            id: id.clone(),
            object: object.clone(),
            beside: second.clone(),
        },
        create: Action::Create {
            id: second,
            object: made,
        },
    })
}
