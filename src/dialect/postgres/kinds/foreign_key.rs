//! Foreign keys, <https://www.postgresql.org/docs/current/ddl-constraints.html>.

use crate::catalog::kinds::{Deferrable, ForeignKey, ForeignKeyAttr, Match, ReferentialAction};
use crate::catalog::{Ident, ObjectId};
use crate::dialect::{Alter, Fold, Item, RenderCx, Rules, Sql};

use super::{
    add, alter_table, constraint, deferrable, drop_constraint, in_place, name, rename_constraint, unchecked,
    validate_constraint,
};

pub(super) static RULES: Rules<ForeignKey> = Rules {
    fold: Fold::WhenIndependent,
    replaceable: true,
    namespace: None,
    alter: |attr, _, to, cx| match attr {
        ForeignKeyAttr::Deferrable => Alter::InPlace,
        // To turn one on in place reads every row under a lock that keeps everybody out.
        ForeignKeyAttr::NotEnforced
            if to.payload.not_enforced
                || to.payload.validated && !to.id.relation().is_some_and(|table| cx.has_rows(table)) =>
        {
            Alter::InPlace
        }
        ForeignKeyAttr::Validated if to.payload.validated || to.payload.not_enforced => Alter::InPlace,
        _ => Alter::Replace,
    },
    attach: |item, cx| {
        let is_partitioned = item
            .id
            .relation()
            .is_some_and(|table| cx.to.is_partitioned(table));
        if !item.payload.validated
            && !item.payload.not_enforced
            && is_partitioned
            && cx.server.version < 180_000
        {
            Alter::Unsupported(
                "a foreign key of a partitioned table that is not valid needs PostgreSQL 18: leave `not-valid` out, the \
                 rows are looked at partition by partition while others read and write",
            )
        } else {
            Alter::InPlace
        }
    },
    detach: in_place,
    create: |item, _, cx, sql| {
        add(item.id, sql);
        inline(item, cx, sql);
    },
    inline,
    drop: drop_constraint,
    alter_sql: |change, _, sql| {
        for attr in &change.attrs {
            match attr {
                ForeignKeyAttr::NotEnforced => {
                    alter_constraint(change.id, sql);
                    sql.raw(if change.to.not_enforced {
                        " NOT ENFORCED"
                    } else {
                        " ENFORCED"
                    });
                    sql.end();
                }
                ForeignKeyAttr::Deferrable => {
                    alter_constraint(change.id, sql);
                    if change.to.deferrable == Deferrable::No {
                        sql.raw(" NOT DEFERRABLE");
                    }
                    deferrable(change.to.deferrable, sql);
                    sql.end();
                }
                // What is turned on or off is validated, or not valid any more, with that.
                ForeignKeyAttr::Validated if change.from.not_enforced != change.to.not_enforced => {}
                ForeignKeyAttr::Validated => validate_constraint(change.id, sql),
                _ => {}
            }
        }
    },
    rename: Some(rename_constraint),
};

/// `ALTER TABLE t ALTER CONSTRAINT name`
fn alter_constraint(id: &ObjectId, sql: &mut Sql) {
    alter_table(id, sql);
    sql.raw("ALTER CONSTRAINT ");
    name(id, sql);
}

/// The last of them may be a period.
fn columns(columns: &[Ident], period: bool, sql: &mut Sql) {
    sql.list(columns.iter().enumerate(), |sql, (at, column)| {
        if period && at + 1 == columns.len() {
            sql.raw("PERIOD ");
        }
        sql.ident(column);
    });
}

fn inline(item: Item<'_, ForeignKey>, _cx: &RenderCx<'_>, sql: &mut Sql) {
    let key = item.payload;
    constraint(item.id, sql);
    sql.raw("FOREIGN KEY (");
    columns(&key.columns, key.period, sql);
    sql.raw(") REFERENCES ").qname(&key.table).raw(" (");
    columns(&key.referenced, key.period, sql);
    sql.raw(")");
    if key.match_type == Match::Full {
        sql.raw(" MATCH FULL");
    }
    for (words, action) in [(" ON UPDATE ", key.on_update), (" ON DELETE ", key.on_delete)] {
        if action != ReferentialAction::NoAction {
            sql.raw(words).raw(action.sql());
        }
    }
    if !key.on_delete_columns.is_empty() {
        sql.raw(" (").idents(&key.on_delete_columns).raw(")");
    }
    deferrable(key.deferrable, sql);
    unchecked(key.validated, key.not_enforced, sql);
}
