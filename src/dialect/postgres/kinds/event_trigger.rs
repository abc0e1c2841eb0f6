//! Event triggers, <https://www.postgresql.org/docs/current/sql-createeventtrigger.html>.

use crate::catalog::kinds::{Enabled, EventTrigger, EventTriggerAttr};
use crate::dialect::{Alter, Fold, Item, RenderCx, Rules, Sql};

use super::trigger::enabling;
use super::{in_place, name, no_clause, rename_to};

pub(super) static RULES: Rules<EventTrigger> = Rules {
    fold: Fold::Never,
    replaceable: true,
    namespace: None,
    alter: |attr, _, _, _| match attr {
        EventTriggerAttr::Enabled => Alter::InPlace,
        EventTriggerAttr::Event | EventTriggerAttr::Tags | EventTriggerAttr::Function => Alter::Replace,
    },
    attach: in_place,
    detach: in_place,
    create: |item, _, _, sql| create(item, sql),
    inline: no_clause,
    drop: |item, _: &RenderCx<'_>, sql| {
        sql.raw("DROP EVENT TRIGGER ");
        name(item.id, sql);
    },
    alter_sql: |change, _, sql| {
        let item = Item {
            id: change.id,
            payload: change.to,
        };
        enable(item, sql);
    },
    rename: Some(|from, to, _, sql| {
        sql.raw("ALTER EVENT TRIGGER ");
        name(from, sql);
        rename_to(to, sql);
    }),
};

fn enable(item: Item<'_, EventTrigger>, sql: &mut Sql) {
    sql.raw("ALTER EVENT TRIGGER ");
    name(item.id, sql);
    sql.raw(" ").raw(enabling(item.payload.enabled));
}

fn create(item: Item<'_, EventTrigger>, sql: &mut Sql) {
    let trigger = item.payload;
    sql.raw("CREATE EVENT TRIGGER ");
    name(item.id, sql);
    sql.raw(" ON ").raw(&trigger.event);
    if !trigger.tags.is_empty() {
        sql.raw("\n    WHEN TAG IN (");
        sql.list(&trigger.tags, |sql, tag| {
            sql.text(tag);
        });
        sql.raw(")");
    }
    sql.raw("\n    EXECUTE FUNCTION ")
        .qname(&trigger.function)
        .raw("()");
    if trigger.enabled != Enabled::Origin {
        sql.end();
        enable(item, sql);
    }
}
