//! `event-trigger audit event=ddl_command_end { tags "CREATE TABLE"; execute note_change }`.

use std::sync::Arc;

use crate::catalog::kinds::EventTrigger;
use crate::catalog::{Kind, ObjectId};
use crate::declare::fields::Fields;
use crate::declare::reading::{Draft, Reading};
use crate::declare::text::Line;
use crate::declare::write::Writing;

use super::trigger::{ENABLED, write_enabled};

pub(super) fn read<'n>(reading: &Reading<'n>, mut fields: Fields<'n>, draft: &mut Draft<'n>) {
    let span = fields.span();
    let Some(name) = fields.name("event trigger") else {
        return;
    };
    let event = fields.text("event").map(|text| text.text);
    if event.is_none() {
        fields.missing(
            format!("event trigger `{}` does not say when it fires", name.text),
            "write event=ddl_command_end",
        );
    }
    let tags = fields.names("tags").unwrap_or_default();
    let function = fields.only_child("execute").and_then(|node| {
        let mut child = fields.child(node);
        let function = reading.read_qname(&mut child, "function");
        child.finish("`execute`");
        function
    });
    if function.is_none() {
        fields.missing(
            format!("event trigger `{}` does nothing", name.text),
            "write `execute FUNCTION` as a child",
        );
    }
    let enabled = fields.choice("fires", ENABLED).unwrap_or_default();
    let extras = fields.extras();
    fields.finish(&format!("event trigger `{}`", name.text));
    if !reading.has(Kind::EventTrigger, span.clone()) {
        return;
    }
    let Some(function) = function else { return };
    let id = ObjectId::global(Kind::EventTrigger, reading.ident(&name, "event trigger"));
    draft.say(&id, extras, |was| {
        ObjectId::global(Kind::EventTrigger, reading.engine.ident(was))
    });
    let trigger = EventTrigger {
        event: Arc::from(event.unwrap_or_default()),
        tags: tags.into_iter().map(|text| Arc::from(text.text)).collect(),
        function,
        enabled,
    };
    draft.place(id, trigger, span);
}

pub(super) fn write(writing: &Writing<'_>, id: &ObjectId, trigger: &EventTrigger) -> Line {
    let mut line = writing
        .named("event-trigger", id)
        .property("event", &trigger.event);
    line = write_enabled(line, trigger.enabled);
    if !trigger.tags.is_empty() {
        line = line.child(Line::new("tags").arguments(trigger.tags.iter().map(|tag| &**tag)));
    }
    line.child(writing.reference("execute", &trigger.function, &[]))
}
