//! Views, <https://www.postgresql.org/docs/current/sql-createview.html>.
//!
//! `CREATE OR REPLACE` can only append columns; a view is dropped and created instead, with those that rest on it. Its
//! options change in place.

use crate::catalog::kinds::{CheckOption, View, ViewAttr};
use crate::catalog::{Object, ObjectId};
use crate::dialect::bridge::stands_in;
use crate::dialect::postgres::bridge;
use crate::dialect::rules::AlterItem;
use crate::dialect::{Alter, Fold, Item, RenderCx, Rules, Sql};

use super::{RELATION, in_place, no_clause, qualified, rename_qualified};

pub(super) static RULES: Rules<View> = Rules {
    fold: Fold::Never,
    replaceable: true,
    namespace: RELATION,
    alter: |attr, _, _, _| match attr {
        ViewAttr::Columns | ViewAttr::Query => Alter::Replace,
        ViewAttr::CheckOption | ViewAttr::SecurityBarrier | ViewAttr::SecurityInvoker => Alter::InPlace,
    },
    attach: in_place,
    detach: in_place,
    create,
    inline: no_clause,
    drop: |item, _: &RenderCx<'_>, sql| {
        sql.raw("DROP VIEW ");
        qualified(item.id, sql);
    },
    alter_sql,
    rename: Some(|from, to, _, sql| rename_qualified("VIEW", from, to, sql)),
};

/// The options that a view can have, as they are written; `None` for one that it does not have.
fn options(view: &View) -> [(&'static str, Option<&'static str>); 3] {
    let flag = |set: bool| set.then_some("true");
    let check = view.check_option.map(|check| match check {
        CheckOption::Local => "local",
        CheckOption::Cascaded => "cascaded",
    });
    [
        ("security_barrier", flag(view.security_barrier)),
        ("security_invoker", flag(view.security_invoker)),
        ("check_option", check),
    ]
}

fn create(item: Item<'_, View>, _: &[(&ObjectId, &Object)], cx: &RenderCx<'_>, sql: &mut Sql) {
    sql.raw("CREATE VIEW ");
    qualified(item.id, sql);
    if !item.payload.columns.is_empty() {
        sql.raw(" (").idents(&item.payload.columns).raw(")");
    }
    let given = options(item.payload);
    let mut given = given
        .iter()
        .filter_map(|(name, value)| Some((name, (*value)?)))
        .peekable();
    if given.peek().is_some() {
        sql.raw(" WITH (").list(given, set_option).raw(")");
    }
    let query = item.payload.query.text().trim_end();
    sql.raw(" AS\n").raw(query.trim_end_matches(';').trim_end());
    if let Some(view) = item.id.qname().filter(|_| stands_in(item.id, cx.to)) {
        bridge::share(view, sql);
    }
}

fn set_option(sql: &mut Sql, (name, value): (&&str, &str)) {
    sql.raw(name).raw(" = ").raw(value);
}

fn alter_sql(change: &AlterItem<'_, View>, _: &RenderCx<'_>, sql: &mut Sql) {
    let changed: Vec<_> = options(change.to)
        .into_iter()
        .zip(options(change.from))
        .filter(|(to, from)| to != from)
        .map(|(to, _)| to)
        .collect();
    let set = changed.iter().filter_map(|(name, value)| Some((name, (*value)?)));
    let gone = changed.iter().filter(|(_, value)| value.is_none());
    let begin = |word: &str, sql: &mut Sql| {
        sql.raw("ALTER VIEW ");
        qualified(change.id, sql);
        sql.raw(word);
    };
    if set.clone().next().is_some() {
        begin(" SET (", sql);
        sql.list(set, set_option).raw(")").end();
    }
    if gone.clone().next().is_some() {
        begin(" RESET (", sql);
        sql.list(gone, |sql, (name, _)| {
            sql.raw(name);
        });
        sql.raw(")").end();
    }
}
