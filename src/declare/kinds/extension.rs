//! `extension pgcrypto schema=crypto version="1.3"`.

use crate::catalog::kinds::Extension;
use crate::catalog::{Kind, ObjectId};
use crate::declare::fields::Fields;
use crate::declare::reading::{Draft, Reading};
use crate::declare::text::Line;
use crate::declare::write::Writing;

pub(super) fn read<'n>(reading: &Reading<'n>, mut fields: Fields<'n>, draft: &mut Draft<'n>) {
    let span = fields.span();
    let Some(name) = fields.name("extension") else {
        return;
    };
    let schema = fields
        .text("schema")
        .map(|schema| reading.ident(&schema, "schema"));
    let version = fields.text("version").map(|version| version.text.to_owned());
    let extras = fields.extras();
    fields.finish(&format!("extension `{}`", name.text));
    if !reading.has(Kind::Extension, span.clone()) {
        return;
    }
    let id = ObjectId::global(Kind::Extension, reading.ident(&name, "extension"));
    draft.say(&id, extras, |was| {
        ObjectId::global(Kind::Extension, reading.engine.ident(was))
    });
    draft.place(id, Extension { schema, version }, span);
}

pub(super) fn write(writing: &Writing<'_>, id: &ObjectId, extension: &Extension) -> Line {
    let mut line = writing.named("extension", id);
    if let Some(schema) = &extension.schema {
        line = line.property("schema", schema.text());
    }
    if let Some(version) = &extension.version {
        line = line.property("version", version);
    }
    line
}
