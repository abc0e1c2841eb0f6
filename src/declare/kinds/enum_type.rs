//! `enum user_role ADMIN USER`, or its values as children: `value USER`.

use std::sync::Arc;

use crate::catalog::kinds::EnumType;
use crate::catalog::{Kind, ObjectId, QName};
use crate::declare::fields::Fields;
use crate::declare::reading::{Draft, Reading};
use crate::declare::report::{DUPLICATE, MISSING};
use crate::declare::text::Line;
use crate::declare::write::Writing;

/// A declared enum.
#[derive(Debug)]
pub(in crate::declare) struct EnumDraft {
    /// Its name.
    pub name: QName,
    /// Its values in order.
    pub values: Vec<Arc<str>>,
}

/// Reads an enum. Where the engine has none, the columns made of it are lowered and nothing else is left of it.
pub(in crate::declare) fn read<'n>(
    reading: &Reading<'n>,
    mut fields: Fields<'n>,
    draft: &mut Draft<'n>,
) -> Option<EnumDraft> {
    let span = fields.span();
    let name = reading.read_qname(&mut fields, "enum")?;
    let extras = fields.extras();
    let mut entries = fields.arguments();
    for child in fields.children("value") {
        let mut child = fields.child(child);
        entries.extend(child.arguments());
        child.finish("`value`");
    }
    let mut values: Vec<Arc<str>> = Vec::new();
    for entry in entries {
        let Some(value) = fields.text_of(entry) else {
            continue;
        };
        if values.iter().any(|known| **known == *value.text) {
            let message = format!("enum `{name}` has the value `{}` twice", value.text);
            reading.report.error(DUPLICATE, value.span, message);
        } else {
            values.push(Arc::from(value.text));
        }
    }
    fields.finish(&format!("enum `{name}`"));
    if values.is_empty() {
        reading.report.error_with(
            MISSING,
            span.clone(),
            format!("enum `{name}` has no values"),
            format!("write `enum {name} FIRST SECOND`"),
        );
    }
    if reading.engine.rules(Kind::Enum).is_some() {
        let id = ObjectId::qualified(Kind::Enum, name.clone());
        draft.say(&id, extras, |was| {
            ObjectId::qualified(Kind::Enum, reading.qname(was, None))
        });
        let values = values.clone();
        draft.place(id, EnumType { values }, span);
    }
    Some(EnumDraft { name, values })
}

pub(super) fn write(writing: &Writing<'_>, id: &ObjectId, enum_type: &EnumType) -> Line {
    let values = enum_type.values.iter().map(|value| &**value);
    writing.named("enum", id).arguments(values)
}
