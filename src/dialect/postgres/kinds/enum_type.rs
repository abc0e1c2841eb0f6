//! Enumerated types, <https://www.postgresql.org/docs/current/sql-altertype.html>.
//!
//! A value can be added in place; a value that goes, or another order, needs the type made anew (`strategy/enum_swap`).

use std::sync::Arc;

use crate::catalog::kinds::{EnumType, Table};
use crate::catalog::{Kind, ObjectId, QName};
use crate::dialect::rules::AlterItem;
use crate::dialect::{Alter, Fold, RenderCx, Rules, Sql};

use super::{RELATION, in_place, no_clause, qualified, rename_qualified};

pub(super) static RULES: Rules<EnumType> = Rules {
    fold: Fold::Never,
    replaceable: false,
    // A table has a row type of its name, so types share the names of tables.
    namespace: RELATION,
    alter: |_, from, to, cx| {
        let divides = |column: &&ObjectId| {
            let table = column.relation().map(|table| ObjectId::table(table.clone()));
            let table = table.and_then(|table| cx.from.payload::<Table>(&table));
            let key = table.and_then(|table| table.partitioned.as_ref());
            key.zip(column.name()).is_some_and(|(key, name)| key.uses(name))
        };
        if is_extension(from.payload, to.payload) {
            Alter::InPlace
        } else if cx.from.columns_of_type(from.id).iter().any(divides) {
            Alter::Unsupported(
                "a value goes, or they change places, which makes the type anew, and a table is partitioned by a column of it: \
                 add values at their places instead",
            )
        } else {
            // A plain index of the columns would follow by itself, one with a predicate would not.
            Alter::InPlaceOver(&[
                Kind::RowType,
                Kind::View,
                Kind::MaterializedView,
                Kind::Index,
                Kind::Check,
                Kind::Trigger,
                Kind::Policy,
                Kind::Statistics,
                Kind::Rule,
                Kind::PublishedTable,
                Kind::ForeignKey,
                Kind::Exclusion,
                Kind::Function,
                Kind::Aggregate,
                Kind::Cast,
            ])
        }
    },
    attach: in_place,
    detach: in_place,
    create: |item, _, _, sql| {
        if let Some(name) = item.id.qname() {
            create_type(name, item.payload, sql);
        }
    },
    inline: no_clause,
    drop: |item, _, sql| {
        sql.raw("DROP TYPE ");
        qualified(item.id, sql);
    },
    alter_sql,
    rename: Some(|from, to, _, sql| {
        if !from.is_value() {
            rename_qualified("TYPE", from, to, sql);
        } else if let (Some(of), Some(old), Some(new)) = (from.relation(), from.name(), to.name()) {
            sql.raw("ALTER TYPE ")
                .qname(of)
                .raw(" RENAME VALUE ")
                .text(old.text());
            sql.raw(" TO ").text(new.text());
        }
    }),
};

/// Whether every value stays, in the same order.
pub(in crate::dialect::postgres) fn is_extension(from: &EnumType, to: &EnumType) -> bool {
    let mut values = to.values.iter();
    from.values.iter().all(|value| values.any(|other| other == value))
}

/// `CREATE TYPE t AS ENUM (…)`
pub(in crate::dialect::postgres) fn create_type(name: &QName, of: &EnumType, sql: &mut Sql) {
    sql.raw("CREATE TYPE ").qname(name).raw(" AS ENUM (");
    sql.list(&of.values, |sql, value| {
        sql.text(value);
    });
    sql.raw(")");
}

/// One `ADD VALUE` for each new value, always with its place.
fn alter_sql(change: &AlterItem<'_, EnumType>, _cx: &RenderCx<'_>, sql: &mut Sql) {
    let mut before: Option<&Arc<str>> = None;
    for value in &change.to.values {
        if !change.from.values.contains(value) {
            sql.raw("ALTER TYPE ");
            qualified(change.id, sql);
            sql.raw(" ADD VALUE ").text(value);
            match (before, change.from.values.first()) {
                (Some(before), _) => {
                    sql.raw(" AFTER ").text(before);
                }
                (None, Some(first)) => {
                    sql.raw(" BEFORE ").text(first);
                }
                (None, None) => {}
            }
            sql.end();
        }
        before = Some(value);
    }
}
