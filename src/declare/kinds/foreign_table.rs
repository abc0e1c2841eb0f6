//! `foreign-table events server=archive { column id bigint { options column_name="ID" }; options table_name=events }`.
//!
//! It is a table whose rows lie elsewhere: it has columns, checks, triggers, statistics and a place among partitions, and nothing that
//! needs rows here.

use crate::catalog::kinds::{Foreign, Table, TableExt};
use crate::catalog::{Ident, Kind, ObjectId, QName};
use crate::declare::fields::Fields;
use crate::declare::reading::{Draft, Reading, TableDraft};
use crate::declare::report::{CONTRADICTION, ENGINE};
use crate::declare::text::Line;
use crate::declare::write::Writing;

use super::column::ColumnDraft;
use super::table::read_columns;
use super::{check, options, owner, partition, statistics, trigger};

pub(super) fn read<'n>(reading: &Reading<'n>, mut fields: Fields<'n>, draft: &mut Draft<'n>) {
    let Some(name) = reading.read_qname(&mut fields, "foreign table") else {
        return;
    };
    let what = format!("foreign table `{name}`");
    let span = fields.span();
    let id = ObjectId::table(name.clone());
    let server = fields.text("server");
    if server.is_none() {
        fields.missing(
            format!("{what} does not say where its rows lie"),
            "write server=NAME, the name of a foreign server",
        );
    }
    let server = server.map_or_else(|| Ident::exact(""), |text| reading.ident(&text, "foreign server"));
    let said = owner::with_grants(reading, &mut fields, &id);
    let extras = fields.extras();
    let (columns, column_names) = read_columns(reading, &mut fields, &name);
    without_rows(reading, &name, &columns);
    let mut members = Vec::new();
    for node in fields.children("check") {
        members.push(check::read(reading, fields.child(node), &column_names));
    }
    for node in fields.children("trigger") {
        members.extend(trigger::read(reading, fields.child(node), &column_names));
    }
    statistics::read(reading, &mut fields, (&name, &column_names), draft);
    let partition = partition::read_partition(reading, &mut fields);
    let options = options::read(reading, &mut fields, &what);
    fields.finish(&what);
    if reading.engine.rules(Kind::ForeignServer).is_none() {
        reading.report.error_with(
            ENGINE,
            span,
            format!("{} has no foreign tables", reading.engine.title()),
            "limit it to engines that do: on=\"postgres\"",
        );
        return;
    }
    draft.sayings.extend(said);
    draft.say(&id, extras, |was| ObjectId::table(reading.qname(was, None)));
    draft.tables.push(TableDraft {
        name,
        table: Table {
            foreign: Some(Foreign { server, options }),
            ..Table::new(TableExt::Plain)
        },
        span,
        columns,
        members,
        partition,
        inherits: None,
        row_type: None,
    });
}

/// Reports what could only be done to rows that lie here.
fn without_rows(reading: &Reading<'_>, table: &QName, columns: &[ColumnDraft]) {
    for column in columns {
        let word = match (&column.using, &column.backfill) {
            (Some(_), _) => "using",
            (None, Some(_)) => "backfill",
            (None, None) => continue,
        };
        reading.report.error_with(
            CONTRADICTION,
            column.span.clone(),
            format!(
                "column `{table}.{}` has `{word}=`, and its values lie elsewhere",
                column.name
            ),
            "take it out: they are changed where they are",
        );
    }
}

pub(super) fn write(writing: &Writing<'_>, id: &ObjectId, foreign: &Foreign) -> Line {
    let line = writing
        .named("foreign-table", id)
        .property("server", foreign.server.text());
    options::write(line, &foreign.options)
}
