//! Tables, <https://www.postgresql.org/docs/current/sql-createtable.html>.

use crate::catalog::kinds::{Table, TableAttr, TableExt};
use crate::catalog::{Object, ObjectId};
use crate::dialect::{Alter, Fold, Item, RenderCx, Rules, Sql};

use super::foreign::{change_options, options};
use super::inheritance::{allows_null, comes_along};
use super::partition::partition_by;
use super::{RELATION, alter_table, in_place, no_clause, qualified, rename_qualified};

pub(super) static RULES: Rules<Table> = Rules {
    fold: Fold::Never,
    replaceable: false,
    namespace: RELATION,
    alter: |attr, from, to, cx| match attr {
        TableAttr::AccessMethod if cx.server.version < 150_000 => Alter::Unsupported(
            "the access method of a table can be changed from PostgreSQL 15 on: declare a new table with it, copy the \
             rows into it (`copy`), and drop this one in a later revision",
        ),
        TableAttr::Ext | TableAttr::AccessMethod => Alter::InPlace,
        TableAttr::Foreign => match (&from.payload.foreign, &to.payload.foreign) {
            (Some(from), Some(to)) if from.server == to.server => Alter::InPlace,
            (Some(_), Some(_)) => Alter::Replace,
            _ => Alter::Unsupported(
                "a table with rows of its own and one whose rows lie elsewhere are different things: declare a new one \
                 under another name, copy the rows, and drop this one in a later revision",
            ),
        },
        TableAttr::Partitioned => Alter::Unsupported(
            "by what a table is partitioned is fixed when it is made: declare a new table that is partitioned as \
             wished, copy the rows into it (`copy`), and drop this one in a later revision",
        ),
    },
    attach: in_place,
    detach: in_place,
    create,
    inline: no_clause,
    drop: |item, _, sql| {
        sql.raw(if item.payload.foreign.is_some() {
            "DROP FOREIGN TABLE "
        } else {
            "DROP TABLE "
        });
        qualified(item.id, sql);
    },
    alter_sql: |change, _, sql| {
        if change.attrs.contains(&TableAttr::Ext) {
            alter_table(change.id, sql);
            sql.raw(if is_unlogged(change.to) {
                "SET UNLOGGED"
            } else {
                "SET LOGGED"
            });
            sql.end();
        }
        if let (Some(from), Some(to)) = (&change.from.foreign, &change.to.foreign)
            && from != to
        {
            sql.raw("ALTER FOREIGN TABLE ");
            qualified(change.id, sql);
            change_options((&from.options, &to.options), sql);
            sql.end();
        }
        if change.attrs.contains(&TableAttr::AccessMethod) {
            alter_table(change.id, sql);
            sql.raw("SET ACCESS METHOD ");
            match &change.to.access_method {
                Some(method) => sql.ident(method).end(),
                // What has no rows has none of its own.
                None if change.to.partitioned.is_some() => sql.raw("DEFAULT").end(),
                None => sql.raw("heap").end(),
            }
        }
    },
    rename: Some(|from, to, _, sql| rename_qualified("TABLE", from, to, sql)),
};

fn is_unlogged(table: &Table) -> bool {
    matches!(table.ext, TableExt::Postgres { unlogged: true })
}

fn create(item: Item<'_, Table>, members: &[(&ObjectId, &Object)], cx: &RenderCx<'_>, sql: &mut Sql) {
    // `CREATE TABLE` takes `NOT VALID` and forgets it, for a new table has no rows that might not hold.
    let own = members.iter().copied().filter(|member| !comes_along(member, cx));
    let (unvalidated, inside): (Vec<_>, Vec<_>) = own.partition(|(_, object)| is_unvalidated(object));
    let (row_type, inside): (Vec<_>, Vec<_>) = inside
        .into_iter()
        .partition(|(_, object)| matches!(object, Object::RowType(_)));
    let (ties, inside): (Vec<_>, Vec<_>) = inside
        .into_iter()
        .partition(|(_, object)| matches!(object, Object::Inheritance(_)));
    let (columns, constraints): (Vec<_>, Vec<_>) = inside
        .into_iter()
        .partition(|(_, object)| matches!(object, Object::Column(_)));
    sql.raw(match &item.payload.foreign {
        Some(_) => "CREATE FOREIGN TABLE ",
        None if is_unlogged(item.payload) => "CREATE UNLOGGED TABLE ",
        None => "CREATE TABLE ",
    });
    qualified(item.id, sql);
    sql.raw(" (");
    let lines = columns.len() + constraints.len();
    for (at, (id, object)) in columns.into_iter().chain(constraints).enumerate() {
        sql.raw(if at > 0 { ",\n    " } else { "\n    " });
        if let Some(rules) = super::rules(id.kind) {
            rules.inline(id, object, cx, sql);
        }
    }
    sql.raw(if lines > 0 { "\n)" } else { ")" });
    for (id, object) in &ties {
        if let Some(rules) = super::rules(id.kind) {
            rules.inline(id, object, cx, sql);
        }
    }
    if let Some(key) = &item.payload.partitioned {
        partition_by(key, sql);
    }
    if let Some(method) = &item.payload.access_method {
        sql.raw(" USING ").ident(method);
    }
    if let Some(foreign) = &item.payload.foreign {
        sql.raw(" SERVER ").ident(&foreign.server);
        options(&foreign.options, sql);
    }
    sql.end();
    for (id, object) in members {
        if let Object::Column(column) = object {
            super::column::unproven(id, column, sql);
            allows_null(id, object, cx, sql);
        }
    }
    for (id, object) in unvalidated.into_iter().chain(row_type) {
        if let Some(rules) = super::rules(id.kind) {
            rules.create(id, object, &[], cx, sql);
        }
        sql.end();
    }
}

fn is_unvalidated(object: &Object) -> bool {
    match object {
        Object::Check(check) => !check.validated && !check.not_enforced,
        Object::ForeignKey(key) => !key.validated && !key.not_enforced,
        _ => false,
    }
}
