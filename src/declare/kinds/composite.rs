//! `composite address { attribute street text; attribute zip "varchar(5)" }`.

use crate::catalog::kinds::{Attribute, CompositeType};
use crate::catalog::{Kind, ObjectId, QName};
use crate::declare::fields::Fields;
use crate::declare::reading::{Draft, Reading};
use crate::declare::report::DUPLICATE;
use crate::declare::text::Line;
use crate::declare::types;
use crate::declare::write::Writing;
use crate::diff::RenameIntent;

use super::column;
use super::owner;

pub(super) fn read<'n>(reading: &Reading<'n>, mut fields: Fields<'n>, draft: &mut Draft<'n>) {
    let span = fields.span();
    let Some(name) = reading.read_qname(&mut fields, "composite type") else {
        return;
    };
    let mut attributes: Vec<Attribute> = Vec::new();
    for node in fields.children("attribute") {
        let child = fields.child(node);
        let place = child.span();
        let Some(attribute) = read_attribute(reading, child, &name, draft) else {
            continue;
        };
        if attributes.iter().any(|known| known.name == attribute.name) {
            let message = format!(
                "composite type `{name}` has the attribute `{}` twice",
                attribute.name
            );
            reading.report.error(DUPLICATE, place, message);
            continue;
        }
        attributes.push(attribute);
    }
    let id = ObjectId::qualified(Kind::Composite, name.clone());
    let rights = owner::with_grants(reading, &mut fields, &id);
    let extras = fields.extras();
    fields.finish(&format!("composite type `{name}`"));
    if !reading.has(Kind::Composite, span.clone()) {
        return;
    }
    draft.sayings.extend(rights);
    draft.say(&id, extras, |was| {
        ObjectId::qualified(Kind::Composite, reading.qname(was, None))
    });
    draft.place(id, CompositeType { attributes }, span);
}

fn read_attribute<'n>(
    reading: &Reading<'n>,
    mut fields: Fields<'n>,
    of: &QName,
    draft: &mut Draft<'n>,
) -> Option<Attribute> {
    let name = fields.name("attribute")?;
    let name = reading.ident(&name, "attribute");
    let typed = types::read_argument(
        reading,
        &mut fields,
        format!("attribute `{of}.{name}` has no type"),
        format!("write `attribute {name} text`"),
    );
    let collation = fields.text("collation").map(|text| reading.collation(text.text));
    let id = ObjectId::column(of, name.clone());
    if let Some(text) = fields.expression("comment") {
        draft.comments.push((id.clone(), text.text.into(), text.span));
    }
    for (was, span) in fields.former_names() {
        let intent = RenameIntent {
            from: ObjectId::column(of, reading.engine.ident(&was)),
            to: id.clone(),
        };
        draft.renames.push((intent, span));
    }
    fields.finish(&format!("attribute `{of}.{name}`"));
    Some(Attribute {
        name,
        data_type: typed.data_type,
        collation,
    })
}

pub(super) fn write(writing: &Writing<'_>, id: &ObjectId, composite: &CompositeType) -> Line {
    let line = writing.named("composite", id);
    composite.attributes.iter().fold(line, |line, attribute| {
        let mut child = Line::new("attribute").argument(attribute.name.text());
        child = column::typed(writing, child, &attribute.data_type);
        if let Some(collation) = &attribute.collation {
            child = child.property("collation", &writing.collation(collation));
        }
        let column = id.qname().map(|of| ObjectId::column(of, attribute.name.clone()));
        line.child(match column {
            Some(column) => writing.said_of(child, &column),
            None => child,
        })
    })
}
