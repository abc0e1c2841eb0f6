//! `schema billing`.

use crate::catalog::kinds::Schema;
use crate::catalog::{Kind, ObjectId};
use crate::declare::fields::Fields;
use crate::declare::reading::{Draft, Reading};

pub(super) fn read<'n>(reading: &Reading<'n>, mut fields: Fields<'n>, draft: &mut Draft<'n>) {
    let span = fields.span();
    let Some(name) = fields.name("schema") else {
        return;
    };
    let extras = fields.extras();
    fields.finish(&format!("schema `{}`", name.text));
    if !reading.has(Kind::Schema, span.clone()) {
        return;
    }
    let id = ObjectId::global(Kind::Schema, reading.ident(&name, "schema"));
    draft.say(&id, extras, |was| {
        ObjectId::global(Kind::Schema, reading.engine.ident(was))
    });
    draft.place(id, Schema {}, span);
}
