//! `view open_requests { as "SELECT …" }`, with `columns` and triggers.

use crate::catalog::kinds::View;
use crate::catalog::{Expr, Kind, ObjectId};
use crate::declare::fields::Fields;
use crate::declare::reading::{Draft, Placed, Reading};
use crate::declare::text::Line;
use crate::declare::write::Writing;

use super::trigger;

pub(super) fn read<'n>(reading: &Reading<'n>, mut fields: Fields<'n>, draft: &mut Draft<'n>) {
    let span = fields.span();
    let Some(name) = reading.read_qname(&mut fields, "view") else {
        return;
    };
    let columns = reading.idents(&fields.names("columns").unwrap_or_default());
    let query = fields.expression("as").map(|text| text.text);
    if query.is_none() {
        fields.missing(
            format!("view `{name}` has no query"),
            "write it as a child: { as \"SELECT …\" }",
        );
    }
    let extras = fields.extras();
    for node in fields.children("trigger") {
        let Some(found) = trigger::read(reading, fields.child(node), &[]) else {
            continue;
        };
        let Some(trigger_name) = found.given else {
            continue;
        };
        let id = ObjectId::member(Kind::Trigger, &name, trigger_name);
        draft.say(&id, found.extras, |was| {
            ObjectId::member(Kind::Trigger, &name, reading.engine.ident(was))
        });
        draft.view_triggers.push(Placed {
            id,
            object: found.object,
            span: found.span,
        });
    }
    fields.finish(&format!("view `{name}`"));
    if !reading.has(Kind::View, span.clone()) {
        return;
    }
    let id = ObjectId::qualified(Kind::View, name);
    draft.say(&id, extras, |was| {
        ObjectId::qualified(Kind::View, reading.qname(was, None))
    });
    let view = View {
        columns,
        query: Expr::new(query.unwrap_or_default()),
    };
    draft.views.push(Placed {
        id,
        object: view.into(),
        span,
    });
}

pub(super) fn write(writing: &Writing<'_>, id: &ObjectId, view: &View) -> Line {
    let mut line = writing.named("view", id);
    if !view.columns.is_empty() {
        let columns = view.columns.iter().map(crate::catalog::Ident::text);
        line = line.child(Line::new("columns").arguments(columns));
    }
    line.child(Line::new("as").block(view.query.text()))
}
