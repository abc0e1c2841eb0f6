//! Triggers, <https://www.postgresql.org/docs/current/sql-createtrigger.html>.

use crate::catalog::kinds::{Trigger, TriggerAction, TriggerEvent, TriggerTiming};
use crate::dialect::postgres::expressions::parenthesised;
use crate::dialect::{Alter, Fold, Item, RenderCx, Rules, Sql};

use super::{in_place, name, no_clause, nothing_to_alter};

pub(super) static RULES: Rules<Trigger> = Rules {
    fold: Fold::Never,
    replaceable: true,
    namespace: None,
    alter: |_, _, _, _| Alter::Replace,
    attach: in_place,
    detach: in_place,
    create: |item, _, _, sql| create(item, sql),
    inline: no_clause,
    drop: |item, _: &RenderCx<'_>, sql| {
        sql.raw("DROP TRIGGER ");
        name(item.id, sql);
        on_relation(item.id, sql);
    },
    alter_sql: nothing_to_alter,
    rename: Some(|from, to, _, sql| {
        sql.raw("ALTER TRIGGER ");
        name(from, sql);
        on_relation(from, sql);
        sql.raw(" RENAME TO ");
        name(to, sql);
    }),
};

fn on_relation(id: &crate::catalog::ObjectId, sql: &mut Sql) {
    if let Some(relation) = id.relation() {
        sql.raw(" ON ").qname(relation);
    }
}

fn create(item: Item<'_, Trigger>, sql: &mut Sql) {
    let trigger = item.payload;
    sql.raw("CREATE TRIGGER ");
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
