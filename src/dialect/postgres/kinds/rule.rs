//! Rules, <https://www.postgresql.org/docs/current/sql-createrule.html>.

use crate::catalog::ObjectId;
use crate::catalog::kinds::{Enabled, Rule, RuleAttr, RuleEvent};
use crate::dialect::{Alter, Fold, RenderCx, Rules, Sql};

use super::{alter_table, in_place, name, no_clause};

pub(super) static RULES: Rules<Rule> = Rules {
    fold: Fold::Never,
    replaceable: true,
    namespace: None,
    alter: |_, _, _, _| Alter::InPlace,
    attach: in_place,
    detach: in_place,
    create: |item, _, _, sql| {
        define("CREATE RULE ", item.id, item.payload, sql);
        if item.payload.enabled != Enabled::Origin {
            enable(item.id, item.payload.enabled, sql);
        }
    },
    inline: no_clause,
    drop: |item, _: &RenderCx<'_>, sql| {
        sql.raw("DROP RULE ");
        on_relation(item.id, sql);
    },
    alter_sql: |change, _, sql| {
        if change.attrs.iter().any(|attr| *attr != RuleAttr::Enabled) {
            define("CREATE OR REPLACE RULE ", change.id, change.to, sql);
        }
        if change.attrs.contains(&RuleAttr::Enabled) {
            enable(change.id, change.to.enabled, sql);
        }
    },
    rename: Some(|from, to, _, sql| {
        sql.raw("ALTER RULE ");
        on_relation(from, sql);
        sql.raw(" RENAME TO ");
        name(to, sql);
    }),
};

/// `name ON relation`
fn on_relation(id: &ObjectId, sql: &mut Sql) {
    name(id, sql);
    if let Some(relation) = id.relation() {
        sql.raw(" ON ").qname(relation);
    }
}

fn define(verb: &str, id: &ObjectId, rule: &Rule, sql: &mut Sql) {
    sql.raw(verb);
    name(id, sql);
    sql.raw(" AS ON ").raw(match rule.event {
        RuleEvent::Insert => "INSERT",
        RuleEvent::Update => "UPDATE",
        RuleEvent::Delete => "DELETE",
    });
    if let Some(relation) = id.relation() {
        sql.raw(" TO ").qname(relation);
    }
    if let Some(condition) = &rule.condition {
        sql.raw("\n    WHERE ").raw(condition.text());
    }
    sql.raw(if rule.instead {
        "\n    DO INSTEAD "
    } else {
        "\n    DO ALSO "
    });
    let action = rule.action.text().trim();
    sql.raw(action.trim_end_matches(';').trim_end()).end();
}

fn enable(id: &ObjectId, enabled: Enabled, sql: &mut Sql) {
    alter_table(id, sql);
    sql.raw(match enabled {
        Enabled::Origin => "ENABLE RULE ",
        Enabled::Replica => "ENABLE REPLICA RULE ",
        Enabled::Always => "ENABLE ALWAYS RULE ",
        Enabled::Disabled => "DISABLE RULE ",
    });
    name(id, sql);
    sql.end();
}
