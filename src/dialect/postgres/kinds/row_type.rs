//! Tables made of a composite type, <https://www.postgresql.org/docs/current/sql-altertable.html>, `OF`.
//!
//! A new table is made with its columns and then declared to be of the type, which looks at no row. While it is, the engine adds,
//! retypes and drops none of its columns: it is let go for that, and put back when both have changed.

use crate::catalog::kinds::{Column, RowType};
use crate::catalog::{Ident, Kind, ObjectId, QName};
use crate::dialect::{Alter, Fold, Item, PlanCx, Rules, Sql};

use super::{alter_table, no_clause, nothing_to_alter};

pub(super) static RULES: Rules<RowType> = Rules {
    fold: Fold::Always,
    replaceable: true,
    namespace: None,
    alter: |_, from, to, cx| match (begins(to, cx), ends(from, cx)) {
        (Alter::InPlace, Alter::InPlace) => Alter::Replace,
        (Alter::InPlace, refused) | (refused, _) => refused,
    },
    attach: begins,
    detach: ends,
    create: |item, _, _, sql| {
        alter(item.id, sql);
        sql.raw("OF ").qname(&item.payload.of).end();
    },
    inline: no_clause,
    drop: |item, _, sql| {
        alter(item.id, sql);
        sql.raw("NOT OF");
    },
    alter_sql: nothing_to_alter,
    rename: None,
};

fn alter(id: &ObjectId, sql: &mut Sql) {
    if let Some(table) = id.target() {
        alter_table(table, sql);
    }
}

/// The engine takes the name of a check or foreign key for one of a column there. Where it is declared to have had another name,
/// which comes before all else, the table is let go for that.
pub(super) fn rename_constraint((from, to): (&ObjectId, &ObjectId), row_type: &RowType, sql: &mut Sql) {
    alter_table(from, sql);
    sql.raw("NOT OF").end();
    super::change_name((from, to), sql);
    sql.end();
    alter_table(from, sql);
    sql.raw("OF ").qname(&row_type.of).end();
}

/// What is found to have another name is made anew where only a table that is let go could rename it.
pub(in crate::dialect::postgres) fn keeps_name(id: &ObjectId, cx: &PlanCx<'_>) -> bool {
    let row_type = |table: &QName| cx.from.row_type(table).or_else(|| cx.to.row_type(table));
    let Some(table) = id
        .relation()
        .filter(|_| matches!(id.kind, Kind::Check | Kind::ForeignKey))
    else {
        return false;
    };
    // What it has from above is renamed there.
    let above = cx.from.lineage(table).chain(cx.from.ancestors(table));
    std::iter::once(table)
        .chain(above)
        .any(|table| row_type(table).is_some())
}

/// New columns come last, and those of a table that is there stay where they are.
fn begins(item: Item<'_, RowType>, cx: &PlanCx<'_>) -> Alter {
    let Some(table) = item.id.target().and_then(ObjectId::qname) else {
        return Alter::InPlace;
    };
    let id = |name: &Ident| ObjectId::column(table, name.clone());
    let before = cx.from_walk.members_of::<Column>(table);
    let before: Vec<&Ident> = before.filter_map(|(id, _)| id.name()).collect();
    let kept = before.iter().copied().filter(|name| cx.to.contains(&id(name)));
    let after = cx.to_walk.members_of::<Column>(table);
    let added = after
        .filter_map(|(id, _)| id.name())
        .filter(|name| !before.contains(name));
    let columns: Vec<&Ident> = kept.chain(added).collect();
    if columns == cx.to.attributes_of(&item.payload.of) {
        return Alter::InPlace;
    }
    Alter::Unsupported(
        "its columns stand in another order than the attributes of the type: declare a new table of the type, copy the rows \
         into it (`copy`), and drop this one in a later revision",
    )
}

/// Names are changed first of all, and those of a column and its attribute together.
fn ends(item: Item<'_, RowType>, cx: &PlanCx<'_>) -> Alter {
    let Some(table) = item.id.target().and_then(ObjectId::qname) else {
        return Alter::InPlace;
    };
    let columns = cx.from_walk.members_of::<Column>(table);
    let columns: Vec<&Ident> = columns.filter_map(|(id, _)| id.name()).collect();
    let of = cx.from.attributes_of(&item.payload.of);
    // A type that goes is known by the table alone.
    let is_known = cx
        .from
        .contains(&ObjectId::qualified(Kind::Composite, item.payload.of.clone()));
    if columns == of || !is_known {
        return Alter::InPlace;
    }
    Alter::Unsupported(
        "a column takes another name than the attribute of its type, and the table is of that type until then: take out `of` \
         first, and give the other name in a later revision",
    )
}
