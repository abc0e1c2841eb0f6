//! `sequence order_no as=integer start=10 owned-by="orders.no"`, and the options that identity columns share.

use std::sync::Arc;

use crate::catalog::kinds::{Sequence, SequenceOptions};
use crate::catalog::{Kind, ObjectId};
use crate::declare::fields::Fields;
use crate::declare::reading::{Draft, Reading};
use crate::declare::report::VALUE;
use crate::declare::text::Line;
use crate::declare::write::Writing;
use crate::dialect::Literal;

use super::owner;

pub(super) fn read<'n>(reading: &Reading<'n>, mut fields: Fields<'n>, draft: &mut Draft<'n>) {
    let span = fields.span();
    let Some(name) = reading.read_qname(&mut fields, "sequence") else {
        return;
    };
    let data_type = fields.text("as").map_or("bigint", |text| text.text);
    let data_type = Arc::from(reading.engine.data_type(data_type));
    let options = read_options(&mut fields);
    let owned_by = read_owner(reading, &mut fields);
    let id = ObjectId::qualified(Kind::Sequence, name.clone());
    let granted = owner::with_grants(reading, &mut fields, &id);
    let extras = fields.extras();
    fields.finish(&format!("sequence `{name}`"));
    if !reading.has(Kind::Sequence, span.clone()) {
        return;
    }
    draft.sayings.extend(granted);
    draft.say(&id, extras, |was| {
        ObjectId::qualified(Kind::Sequence, reading.qname(was, None))
    });
    let sequence = Sequence {
        data_type,
        options,
        owned_by,
    };
    draft.place(id, sequence, span);
}

/// `owned-by="table.column"`, or the names apart in a child: `owned-by table column`.
fn read_owner(reading: &Reading<'_>, fields: &mut Fields<'_>) -> Option<ObjectId> {
    let (owner, span) = if let Some(node) = fields.only_child("owned-by") {
        let mut child = fields.child(node);
        let schema = child.text("schema");
        let entries = child.arguments();
        let names: Vec<_> = entries
            .into_iter()
            .filter_map(|entry| child.text_of(entry))
            .collect();
        let span = child.span();
        child.finish("`owned-by`");
        let owner = match names.as_slice() {
            [table, column] => {
                let table = reading.qname(table.text, schema.as_ref().map(|schema| schema.text));
                Some((table, column.text))
            }
            [both] => split_owner(reading, both.text),
            _ => None,
        };
        (owner, span)
    } else {
        let owner = fields.text("owned-by")?;
        (split_owner(reading, owner.text), owner.span)
    };
    if owner.is_none() {
        reading.report.error_with(
            VALUE,
            span,
            "`owned-by` names a table and a column",
            "write owned-by=\"table.column\"",
        );
    }
    owner.map(|(table, column)| ObjectId::column(&table, reading.engine.ident(column)))
}

fn split_owner<'t>(reading: &Reading<'_>, text: &'t str) -> Option<(crate::catalog::QName, &'t str)> {
    let (table, column) = text.rsplit_once('.')?;
    Some((reading.qname(table, None), column))
}

/// `start=`, `increment=`, `min=`, `max=`, `cache=`, `cycle`.
pub(super) fn read_options(fields: &mut Fields<'_>) -> SequenceOptions {
    SequenceOptions {
        start: fields.integer("start"),
        increment: fields.integer("increment"),
        min: fields.integer("min"),
        max: fields.integer("max"),
        cache: fields.integer("cache"),
        cycle: fields.flag("cycle"),
    }
}

/// Writes the options that are not the engine's default.
pub(super) fn write_options(line: Line, options: &SequenceOptions) -> Line {
    let numbers = [
        ("start", options.start),
        ("increment", options.increment),
        ("min", options.min),
        ("max", options.max),
        ("cache", options.cache),
    ];
    numbers
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| (name, Literal::Integer(value.into()))))
        .fold(line, |line, (name, value)| line.literal_property(name, &value))
        .flag_if("cycle", options.cycle)
}

pub(super) fn write(writing: &Writing<'_>, id: &ObjectId, sequence: &Sequence) -> Line {
    let mut line = writing.named("sequence", id);
    if *sequence.data_type != *writing.engine.data_type("bigint") {
        line = line.property("as", &sequence.data_type);
    }
    line = write_options(line, &sequence.options);
    if let Some(owner) = &sequence.owned_by
        && let (Some(table), Some(column)) = (owner.relation(), owner.name())
    {
        let child = writing.reference("owned-by", table, &[column.text()]);
        line = line.child(child);
    }
    line
}
