//! Triggers, <https://www.postgresql.org/docs/current/sql-createtrigger.html>.

use crate::catalog::ObjectId;
use crate::catalog::kinds::{Enabled, Trigger, TriggerAction, TriggerAttr, TriggerEvent, TriggerTiming};
use crate::dialect::postgres::expressions::parenthesised;
use crate::dialect::{Alter, Fold, Item, RenderCx, Rules, Sql};

use super::{alter_table, deferrable, in_place, name, no_clause};

pub(super) static RULES: Rules<Trigger> = Rules {
    fold: Fold::Never,
    replaceable: true,
    namespace: None,
    alter: |attr, _, _, _| match attr {
        TriggerAttr::Enabled => Alter::InPlace,
        _ => Alter::Replace,
    },
    attach: in_place,
    detach: in_place,
    create: |item, _, _, sql| {
        create(item, sql);
        if item.payload.enabled != Enabled::Origin {
            sql.end();
            enable(item, sql);
        }
    },
    inline: no_clause,
    drop: |item, _: &RenderCx<'_>, sql| {
        sql.raw("DROP TRIGGER ");
        name(item.id, sql);
        on_relation(item.id, sql);
    },
    alter_sql: |change, _, sql| {
        let item = Item {
            id: change.id,
            payload: change.to,
        };
        enable(item, sql);
    },
    rename: Some(|from, to, _, sql| {
        sql.raw("ALTER TRIGGER ");
        name(from, sql);
        on_relation(from, sql);
        sql.raw(" RENAME TO ");
        name(to, sql);
    }),
};

/// `ENABLE ALWAYS `, before the word for the trigger.
pub(super) fn enabling(enabled: Enabled) -> &'static str {
    match enabled {
        Enabled::Origin => "ENABLE",
        Enabled::Replica => "ENABLE REPLICA",
        Enabled::Always => "ENABLE ALWAYS",
        Enabled::Disabled => "DISABLE",
    }
}

/// `ALTER TABLE t ENABLE ALWAYS TRIGGER a`
fn enable(item: Item<'_, Trigger>, sql: &mut Sql) {
    alter_table(item.id, sql);
    sql.raw(enabling(item.payload.enabled)).raw(" TRIGGER ");
    name(item.id, sql);
}

fn on_relation(id: &ObjectId, sql: &mut Sql) {
    if let Some(relation) = id.relation() {
        sql.raw(" ON ").qname(relation);
    }
}

fn create(item: Item<'_, Trigger>, sql: &mut Sql) {
    let trigger = item.payload;
    sql.raw(if trigger.constraint.is_some() {
        "CREATE CONSTRAINT TRIGGER "
    } else {
        "CREATE TRIGGER "
    });
    name(item.id, sql);
    sql.raw("\n    ").raw(match trigger.timing {
        TriggerTiming::Before => "BEFORE ",
        TriggerTiming::After => "AFTER ",
        TriggerTiming::InsteadOf => "INSTEAD OF ",
    });
    for (at, event) in trigger.events.iter().enumerate() {
        sql.raw(if at > 0 { " OR " } else { "" });
        sql.raw(match event {
            TriggerEvent::Insert => "INSERT",
            TriggerEvent::Update => "UPDATE",
            TriggerEvent::Delete => "DELETE",
            TriggerEvent::Truncate => "TRUNCATE",
        });
        if *event == TriggerEvent::Update && !trigger.columns.is_empty() {
            sql.raw(" OF ").idents(&trigger.columns);
        }
    }
    on_relation(item.id, sql);
    if let Some(constraint) = &trigger.constraint {
        if let Some(from) = &constraint.from {
            sql.raw(" FROM ").qname(from);
        }
        deferrable(constraint.deferrable, sql);
    }
    if trigger.old_table.is_some() || trigger.new_table.is_some() {
        sql.raw("\n    REFERENCING");
    }
    for (word, seen) in [
        (" OLD TABLE AS ", &trigger.old_table),
        (" NEW TABLE AS ", &trigger.new_table),
    ] {
        if let Some(name) = seen {
            sql.raw(word).ident(name);
        }
    }
    sql.raw(if trigger.for_each_row {
        "\n    FOR EACH ROW"
    } else {
        "\n    FOR EACH STATEMENT"
    });
    if let Some(condition) = &trigger.condition {
        sql.raw("\n    WHEN ").raw(&parenthesised(condition.text()));
    }
    match &trigger.action {
        TriggerAction::Execute { function, arguments } => {
            sql.raw("\n    EXECUTE FUNCTION ").qname(function).raw("(");
            sql.list(arguments, |sql, argument| {
                sql.text(argument);
            });
            sql.raw(")");
        }
        // The declaration of a body is refused when it is loaded; the engine would refuse it too.
        TriggerAction::Body(body) => {
            sql.raw("\n    ").raw(body.text());
        }
    }
}
