//! `range period timestamptz subtype-diff=seconds_between multirange=periods`.

use std::sync::Arc;

use crate::catalog::kinds::RangeType;
use crate::catalog::{Expr, Kind, ObjectId};
use crate::declare::fields::Fields;
use crate::declare::reading::{Draft, Reading};
use crate::declare::text::Line;
use crate::declare::types;
use crate::declare::write::Writing;

use super::column;
use super::owner;

pub(super) fn read<'n>(reading: &Reading<'n>, mut fields: Fields<'n>, draft: &mut Draft<'n>) {
    let span = fields.span();
    let Some(name) = reading.read_qname(&mut fields, "range type") else {
        return;
    };
    let subtype = types::read_argument(
        reading,
        &mut fields,
        format!("range type `{name}` does not say of what"),
        format!("write `range {name} integer`"),
    );
    let range = RangeType {
        subtype: subtype.data_type,
        opclass: fields.text("opclass").map(|text| Arc::from(text.text)),
        collation: fields.text("collation").map(|text| reading.collation(text.text)),
        subtype_diff: fields.expression("subtype-diff").map(|text| Expr::new(text.text)),
        multirange: fields
            .text("multirange")
            .map(|text| reading.qname(text.text, name.schema.as_ref().map(crate::catalog::Ident::text))),
    };
    let id = ObjectId::qualified(Kind::Range, name.clone());
    let rights = owner::with_grants(reading, &mut fields, &id);
    let extras = fields.extras();
    fields.finish(&format!("range type `{name}`"));
    if !reading.has(Kind::Range, span.clone()) {
        return;
    }
    draft.sayings.extend(rights);
    draft.say(&id, extras, |was| {
        ObjectId::qualified(Kind::Range, reading.qname(was, None))
    });
    draft.place(id, range, span);
}

pub(super) fn write(writing: &Writing<'_>, id: &ObjectId, range: &RangeType) -> Line {
    let mut line = column::typed(writing, writing.named("range", id), &range.subtype);
    if let Some(opclass) = &range.opclass {
        line = line.property("opclass", opclass);
    }
    if let Some(collation) = &range.collation {
        line = line.property("collation", &writing.collation(collation));
    }
    if let Some(difference) = &range.subtype_diff {
        line = line.property("subtype-diff", difference.text());
    }
    // It stands in the schema of its range.
    match &range.multirange {
        Some(name) => line.property("multirange", name.name.text()),
        None => line,
    }
}
