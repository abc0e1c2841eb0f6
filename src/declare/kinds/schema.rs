//! `schema billing`.

use crate::catalog::kinds::Schema;
use crate::catalog::{Kind, ObjectId};
use crate::declare::fields::Fields;
use crate::declare::reading::{Draft, Reading};

use super::owner;

pub(super) fn read<'n>(reading: &Reading<'n>, mut fields: Fields<'n>, draft: &mut Draft<'n>) {
    let span = fields.span();
    let Some(name) = fields.name("schema") else {
        return;
    };
    let id = ObjectId::global(Kind::Schema, reading.ident(&name, "schema"));
    let granted = owner::with_grants(reading, &mut fields, &id);
    let extras = fields.extras();
    fields.finish(&format!("schema `{}`", name.text));
    if !reading.has(Kind::Schema, span.clone()) {
        return;
    }
    draft.sayings.extend(granted);
    draft.say(&id, extras, |was| {
        ObjectId::global(Kind::Schema, reading.engine.ident(was))
    });
    // The schema that is always there can have rights and a comment, and is not made.
    if reading.engine.default_schema().as_ref() != id.name() {
        draft.place(id, Schema {}, span);
    }
}
