//! Composite types, <https://www.postgresql.org/docs/current/sql-altertype.html>.
//!
//! Attributes come last and go from anywhere; what rests on the type must be out of the way for what is not merely added.
//! The type of an attribute changes only where no column is made of it.

use crate::catalog::Kind;
use crate::catalog::kinds::{Attribute, CompositeType};
use crate::dialect::rules::AlterItem;
use crate::dialect::{Alter, Fold, Item, PlanCx, RenderCx, Rules, Sql};

use super::{RELATION, in_place, no_clause, qualified, rename_qualified};

pub(super) static RULES: Rules<CompositeType> = Rules {
    fold: Fold::Never,
    replaceable: true,
    namespace: RELATION,
    alter: |_, from, to, cx| alter(from, to, cx),
    attach: in_place,
    detach: in_place,
    create: |item, _, _, sql| create(item, sql),
    inline: no_clause,
    drop: |item, _: &RenderCx<'_>, sql| {
        sql.raw("DROP TYPE ");
        qualified(item.id, sql);
    },
    alter_sql,
    rename: Some(|from, to, _, sql| rename_qualified("TYPE", from, to, sql)),
};

/// The attributes that stay, as they were and as they are to be; `None` where they would change places.
fn staying<'a>(
    from: &'a CompositeType,
    to: &'a CompositeType,
) -> Option<Vec<(&'a Attribute, &'a Attribute)>> {
    let kept: Vec<&Attribute> = from
        .attributes
        .iter()
        .filter(|old| to.attributes.iter().any(|new| new.name == old.name))
        .collect();
    let same_places = kept
        .iter()
        .zip(&to.attributes)
        .all(|(old, new)| old.name == new.name);
    same_places.then(|| kept.into_iter().zip(&to.attributes).collect())
}

fn alter(from: Item<'_, CompositeType>, to: Item<'_, CompositeType>, cx: &PlanCx<'_>) -> Alter {
    // Columns that go do so before.
    let is_used = || {
        let columns = cx.from.columns_of_type(from.id);
        columns.into_iter().any(|column| cx.to.contains(column))
    };
    let is_of_rows = || {
        let tables = from.id.qname().into_iter();
        let mut tables = tables.flat_map(|of| cx.from.tables_of_type(of));
        tables.any(|table| cx.to.row_type(table).is_some())
    };
    let Some(staying) = staying(from.payload, to.payload) else {
        return if is_of_rows() {
            Alter::Unsupported(
                "its attributes would change places, or one would come back to where it was, and a table is made of it; new \
                 attributes come last, and only the last can go so that it can come back",
            )
        } else if is_used() {
            Alter::Unsupported(
                "its attributes would change places, or one would come back to where it was, and a column is made of it; \
                 new attributes come last, and only the last can go so that it can come back",
            )
        } else {
            Alter::Replace
        };
    };
    let retyped = staying.iter().any(|(old, new)| old != new);
    if retyped && is_used() {
        return Alter::Unsupported(
            "an attribute changes its type only where no column is made of the composite type; \
             add an attribute of the new type, move the values over, and take the old one out",
        );
    }
    if !retyped && staying.len() == from.payload.attributes.len() {
        return Alter::InPlaceOver(&[Kind::RowType]);
    }
    Alter::InPlaceOver(&[
        Kind::RowType,
        Kind::View,
        Kind::MaterializedView,
        Kind::Function,
        Kind::Index,
        Kind::Check,
        Kind::Trigger,
        Kind::Policy,
        Kind::Statistics,
        Kind::Rule,
        Kind::PublishedTable,
    ])
}

/// `CREATE TYPE t AS (…)`
pub(in crate::dialect::postgres) fn create(item: Item<'_, CompositeType>, sql: &mut Sql) {
    sql.raw("CREATE TYPE ");
    qualified(item.id, sql);
    sql.raw(" AS (").list(&item.payload.attributes, defined).raw(")");
}

fn defined(sql: &mut Sql, attribute: &Attribute) {
    sql.ident(&attribute.name);
    typed(attribute, sql);
}

/// ` integer COLLATE c`
fn typed(attribute: &Attribute, sql: &mut Sql) {
    sql.raw(" ").raw(&attribute.data_type.text);
    if let Some(collation) = &attribute.collation {
        sql.raw(" COLLATE ").qname(collation.qname());
    }
}

fn alter_sql(change: &AlterItem<'_, CompositeType>, _: &RenderCx<'_>, sql: &mut Sql) {
    let (from, to) = (&change.from.attributes, &change.to.attributes);
    let begin = |sql: &mut Sql, word: &str| {
        sql.raw("ALTER TYPE ");
        qualified(change.id, sql);
        sql.raw(word);
    };
    for old in from {
        match to.iter().find(|new| new.name == old.name) {
            None => {
                begin(sql, " DROP ATTRIBUTE ");
                sql.ident(&old.name).end();
            }
            Some(new) if new != old => {
                begin(sql, " ALTER ATTRIBUTE ");
                sql.ident(&new.name).raw(" TYPE");
                typed(new, sql);
                sql.end();
            }
            Some(_) => {}
        }
    }
    for new in to
        .iter()
        .filter(|new| from.iter().all(|old| old.name != new.name))
    {
        begin(sql, " ADD ATTRIBUTE ");
        defined(sql, new);
        sql.end();
    }
}
