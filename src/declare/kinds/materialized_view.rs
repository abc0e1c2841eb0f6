//! `materialized-view totals { as "SELECT …"; index org unique }`, with `without-data` and what is said of columns.

use crate::catalog::kinds::MaterializedView;
use crate::catalog::{Kind, ObjectId};
use crate::declare::fields::Fields;
use crate::declare::reading::{Draft, MaterializedDraft, Reading};
use crate::declare::text::Line;
use crate::declare::write::Writing;

use super::{index, owner, statistics, storage, view};

pub(super) fn read<'n>(reading: &Reading<'n>, mut fields: Fields<'n>, draft: &mut Draft<'n>) {
    let span = fields.span();
    let Some(name) = reading.read_qname(&mut fields, "materialized view") else {
        return;
    };
    let what = format!("materialized view `{name}`");
    let without_data = fields.flag("without-data");
    let query = view::read_query(&mut fields, &what);
    storage::read(reading, &mut fields, Kind::Table);
    let id = ObjectId::qualified(Kind::MaterializedView, name.clone());
    let rights = owner::with_grants(reading, &mut fields, &id);
    let extras = fields.extras();
    view::read_columns(reading, &mut fields, &name, draft);
    let mut indexes = Vec::new();
    for node in fields.children("index") {
        indexes.push(index::read(reading, fields.child(node), &[]));
    }
    statistics::read(reading, &mut fields, (&name, &[]), draft);
    fields.finish(&what);
    if !reading.has(Kind::MaterializedView, span.clone()) {
        return;
    }
    draft.sayings.extend(rights);
    draft.say(&id, extras, |was| {
        ObjectId::qualified(Kind::MaterializedView, reading.qname(was, None))
    });
    if without_data {
        draft.intents.without_data.insert(id);
    }
    // Whether it is filled is a matter of its making alone.
    let view = MaterializedView {
        with_data: true,
        query,
    };
    draft.materialized.push(MaterializedDraft {
        name,
        view,
        span,
        indexes,
    });
}

pub(super) fn write(writing: &Writing<'_>, id: &ObjectId, materialized: &MaterializedView) -> Line {
    let line = writing
        .named("materialized-view", id)
        .child(Line::new("as").block(materialized.query.text()));
    storage::write(writing, id, view::write_columns(writing, id, line))
}
