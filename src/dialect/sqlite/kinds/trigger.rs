//! A trigger of a table or view.

use crate::catalog::kinds::{Trigger, TriggerAction, TriggerEvent, TriggerTiming};
use crate::catalog::{Object, ObjectId};
use crate::dialect::sqlite::text::is_unfinished;
use crate::dialect::{Alter, Fold, Item, RenderCx, Rules, Sql};

/// The rule row.
pub(in crate::dialect::sqlite) static RULES: Rules<Trigger> = Rules {
    fold: Fold::Never,
    replaceable: true,
    namespace: super::SCHEMA_OBJECT,
    alter: |_, _, _, _| Alter::Replace,
    attach: |_, _| Alter::InPlace,
    detach: |_, _| Alter::InPlace,
    create,
    inline: |_, _, _| {},
    drop: |item, _, sql| {
        if let Some(name) = item.id.name() {
            sql.raw("DROP TRIGGER ").ident(name);
        }
    },
    alter_sql: |_, _, _| {},
    rename: None,
};

fn create(item: Item<'_, Trigger>, _: &[(&ObjectId, &Object)], _cx: &RenderCx<'_>, sql: &mut Sql) {
    let trigger = item.payload;
    let (Some(relation), Some(name)) = (item.id.relation(), item.id.name()) else {
        return;
    };
    sql.raw("CREATE TRIGGER ").ident(name).raw(match trigger.timing {
        TriggerTiming::Before => " BEFORE ",
        TriggerTiming::After => " AFTER ",
        TriggerTiming::InsteadOf => " INSTEAD OF ",
    });
    // SQLite takes one event only and says so itself when there are more.
    for (at, event) in trigger.events.iter().enumerate() {
        sql.raw(if at > 0 { " OR " } else { "" }).raw(match event {
            TriggerEvent::Insert => "INSERT",
            TriggerEvent::Update => "UPDATE",
            TriggerEvent::Delete => "DELETE",
            TriggerEvent::Truncate => "TRUNCATE",
        });
    }
    if !trigger.columns.is_empty() {
        sql.raw(" OF ").idents(&trigger.columns);
    }
    sql.raw(" ON ").qname(relation).raw(if trigger.for_each_row {
        " FOR EACH ROW"
    } else {
        " FOR EACH STATEMENT"
    });
    if let Some(condition) = &trigger.condition {
        sql.raw("\nWHEN ").raw(condition.text());
    }
    match &trigger.action {
        TriggerAction::Body(body) => {
            sql.raw("\nBEGIN\n    ").raw(body.text());
            // On a line of its own: the text may end with a comment.
            sql.raw(if is_unfinished(body.text()) {
                "\n    ;\nEND"
            } else {
                "\nEND"
            });
        }
        TriggerAction::Execute { function, .. } => {
            sql.raw("\nEXECUTE FUNCTION ").qname(function).raw("()");
        }
    }
}
