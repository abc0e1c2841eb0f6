//! `publication feed { table orders { columns id note; where "id > 0" }; publish insert update }`, or `all-tables`.

use crate::catalog::kinds::{Publication, Published, PublishedTable};
use crate::catalog::{Ident, Kind, ObjectId};
use crate::declare::fields::Fields;
use crate::declare::reading::{Draft, Placed, Reading};
use crate::declare::report::CONTRADICTION;
use crate::declare::text::Line;
use crate::declare::write::Writing;

use super::owner;

const PUBLISHED: &[(&str, Published)] = &[
    ("insert", Published::Insert),
    ("update", Published::Update),
    ("delete", Published::Delete),
    ("truncate", Published::Truncate),
];

pub(super) fn read<'n>(reading: &Reading<'n>, mut fields: Fields<'n>, draft: &mut Draft<'n>) {
    let span = fields.span();
    let Some(name) = fields.name("publication") else {
        return;
    };
    let what = format!("publication `{}`", name.text);
    let id = ObjectId::global(Kind::Publication, reading.ident(&name, "publication"));
    let publication = Publication {
        all_tables: fields.flag("all-tables"),
        schemas: read_schemas(reading, &mut fields),
        publish: read_published(&mut fields),
        via_root: fields.flag("via-root"),
        generated: fields.flag("generated"),
    };
    let mut tables = Vec::new();
    for node in fields.children("table") {
        tables.extend(read_table(reading, fields.child(node), &id));
    }
    if publication.all_tables && !(tables.is_empty() && publication.schemas.is_empty()) {
        reading.report.error_with(
            CONTRADICTION,
            span.clone(),
            format!("{what} is of all tables, and names some of them"),
            "take out `all-tables`, or what is named",
        );
    }
    let has_columns = |table: &Placed| match &table.object {
        crate::catalog::Object::PublishedTable(table) => !table.columns.is_empty(),
        _ => false,
    };
    if !publication.schemas.is_empty() && tables.iter().any(has_columns) {
        reading.report.error_with(
            CONTRADICTION,
            span.clone(),
            format!("{what} has whole schemas, and only some columns of a table: PostgreSQL takes either"),
            "make two publications of it",
        );
    }
    let owner = owner::read(reading, &mut fields, &id);
    let extras = fields.extras();
    fields.finish(&what);
    if !reading.has(Kind::Publication, span.clone()) {
        return;
    }
    draft.sayings.extend(owner);
    draft.say(&id, extras, |was| {
        ObjectId::global(Kind::Publication, reading.engine.ident(was))
    });
    draft.later_members.push(Placed {
        id,
        object: publication.into(),
        span,
    });
    draft.later_members.extend(tables);
}

fn read_schemas<'n>(reading: &Reading<'n>, fields: &mut Fields<'n>) -> Vec<Ident> {
    let mut schemas = reading.idents(&fields.names("schemas").unwrap_or_default());
    schemas.sort();
    schemas.dedup();
    schemas
}

/// Everything, unless it says what.
fn read_published(fields: &mut Fields<'_>) -> Vec<Published> {
    let Some(words) = fields.names("publish") else {
        return Published::ALL.to_vec();
    };
    let mut out: Vec<Published> = words
        .iter()
        .filter_map(|text| fields.choose("publish", text, PUBLISHED))
        .collect();
    out.sort_unstable();
    out.dedup();
    out
}

fn read_table<'n>(reading: &Reading<'n>, mut fields: Fields<'n>, of: &ObjectId) -> Option<Placed> {
    let span = fields.span();
    let table = reading.read_qname(&mut fields, "table");
    let mut columns = reading.idents(&fields.names("columns").unwrap_or_default());
    columns.sort();
    columns.dedup();
    let filter = fields
        .expression("where")
        .map(|text| reading.engine.expr(text.text, &columns));
    fields.finish("this table of a publication");
    let id = ObjectId::member(Kind::PublishedTable, &table?, of.name()?.clone());
    Some(Placed {
        id,
        object: PublishedTable { columns, filter }.into(),
        span,
    })
}

pub(super) fn write(writing: &Writing<'_>, id: &ObjectId, publication: &Publication) -> Line {
    let mut line = Line::new("publication")
        .arguments(id.name().map(Ident::text))
        .flag_if("all-tables", publication.all_tables)
        .flag_if("via-root", publication.via_root)
        .flag_if("generated", publication.generated);
    if publication.publish != Published::ALL {
        let words = PUBLISHED
            .iter()
            .filter(|(_, told)| publication.publish.contains(told));
        line = line.child(Line::new("publish").arguments(words.map(|(word, _)| *word)));
    }
    if !publication.schemas.is_empty() {
        let schemas = publication.schemas.iter().map(Ident::text);
        line = line.child(Line::new("schemas").arguments(schemas));
    }
    for (table, published) in writing.published(id) {
        line = line.child(write_table(writing, table, published));
    }
    line
}

fn write_table(writing: &Writing<'_>, id: &ObjectId, published: &PublishedTable) -> Line {
    let Some(table) = id.relation() else {
        return Line::new("table");
    };
    let mut line = writing.reference("table", table, &[]);
    if !published.columns.is_empty() {
        let columns = published.columns.iter().map(Ident::text);
        line = line.child(Line::new("columns").arguments(columns));
    }
    match &published.filter {
        Some(filter) => line.expression("where", filter.text()),
        None => line,
    }
}
