//! Policies, <https://www.postgresql.org/docs/current/sql-createpolicy.html>.
//!
//! What a policy is about and whether it is permissive is fixed when it is made, and an expression cannot be taken from it.

use crate::catalog::ObjectId;
use crate::catalog::kinds::{Policy, PolicyAttr, PolicyCommand};
use crate::dialect::postgres::expressions::parenthesised;
use crate::dialect::rules::AlterItem;
use crate::dialect::{Alter, Fold, Item, RenderCx, Rules, Sql};

use super::{in_place, name, no_clause};

pub(super) static RULES: Rules<Policy> = Rules {
    fold: Fold::Never,
    replaceable: true,
    namespace: None,
    alter: |attr, _, to, _| match attr {
        PolicyAttr::Permissive | PolicyAttr::Command => Alter::Replace,
        PolicyAttr::Using if to.payload.using.is_none() => Alter::Replace,
        PolicyAttr::Check if to.payload.check.is_none() => Alter::Replace,
        PolicyAttr::Roles | PolicyAttr::Using | PolicyAttr::Check => Alter::InPlace,
    },
    attach: in_place,
    detach: in_place,
    create: |item, _, _, sql| create(item, sql),
    inline: no_clause,
    drop: |item, _: &RenderCx<'_>, sql| {
        sql.raw("DROP POLICY ");
        on_table(item.id, sql);
    },
    alter_sql,
    rename: Some(|from, to, _, sql| {
        sql.raw("ALTER POLICY ");
        on_table(from, sql);
        sql.raw(" RENAME TO ");
        name(to, sql);
    }),
};

/// `name ON table`
fn on_table(id: &ObjectId, sql: &mut Sql) {
    name(id, sql);
    if let Some(table) = id.relation() {
        sql.raw(" ON ").qname(table);
    }
}

fn create(item: Item<'_, Policy>, sql: &mut Sql) {
    let policy = item.payload;
    sql.raw("CREATE POLICY ");
    on_table(item.id, sql);
    if !policy.permissive {
        sql.raw(" AS RESTRICTIVE");
    }
    sql.raw(match policy.command {
        PolicyCommand::All => "",
        PolicyCommand::Select => " FOR SELECT",
        PolicyCommand::Insert => " FOR INSERT",
        PolicyCommand::Update => " FOR UPDATE",
        PolicyCommand::Delete => " FOR DELETE",
    });
    if !policy.roles.is_empty() {
        sql.raw(" TO ").idents(&policy.roles);
    }
    expressions(policy, (true, true), sql);
}

/// `USING (…) WITH CHECK (…)`, as far as each is asked for and there.
fn expressions(policy: &Policy, (using, check): (bool, bool), sql: &mut Sql) {
    let parts = [
        ("USING", &policy.using, using),
        ("WITH CHECK", &policy.check, check),
    ];
    for (word, expr, asked) in parts {
        if let (Some(expr), true) = (expr, asked) {
            sql.raw("\n    ").raw(word).raw(" ");
            sql.raw(&parenthesised(expr.text()));
        }
    }
}

fn alter_sql(change: &AlterItem<'_, Policy>, _cx: &RenderCx<'_>, sql: &mut Sql) {
    let has = |attr| change.attrs.contains(&attr);
    sql.raw("ALTER POLICY ");
    on_table(change.id, sql);
    if has(PolicyAttr::Roles) {
        sql.raw(" TO ");
        if change.to.roles.is_empty() {
            sql.raw("PUBLIC");
        } else {
            sql.idents(&change.to.roles);
        }
    }
    let asked = (has(PolicyAttr::Using), has(PolicyAttr::Check));
    expressions(change.to, asked, sql);
}
