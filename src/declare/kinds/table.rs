//! `table users comment="…" { column …; primary-key … }`.

use std::collections::HashMap;

use crate::catalog::kinds::{Table, TableExt};
use crate::catalog::{Ident, Kind, ObjectId, QName};
use crate::declare::fields::Fields;
use crate::declare::reading::{Draft, Reading, TableDraft};
use crate::declare::report::{CONTRADICTION, ENGINE};
use crate::declare::text::Line;
use crate::declare::write::Writing;
use crate::diagnostic::Span;

use super::member::MemberDraft;
use super::{check, column, copy, foreign_key, index, primary_key, trigger, unique};

pub(super) fn read<'n>(reading: &Reading<'n>, mut fields: Fields<'n>, draft: &mut Draft<'n>) {
    let Some(name) = reading.read_qname(&mut fields, "table") else {
        return;
    };
    let span = fields.span();
    let table = Table {
        ext: read_ext(reading, &mut fields, &name),
    };
    let extras = fields.extras();
    let nodes = fields.children("column");
    let column_names: Vec<Ident> = nodes
        .iter()
        .filter_map(|node| match node.entries.first().map(|entry| &entry.value) {
            Some(crate::dialect::Literal::Text(name)) => Some(reading.engine.ident(name)),
            _ => None,
        })
        .collect();
    let mut columns: Vec<column::ColumnDraft> = Vec::with_capacity(nodes.len());
    let mut seen: HashMap<Ident, Span> = HashMap::new();
    for node in nodes {
        let Some(found) = column::read(reading, fields.child(node), &name, &column_names) else {
            continue;
        };
        if let Some(first) = seen.get(&found.name) {
            reading.duplicate(&format!("column `{name}.{}`", found.name), first, found.span);
            continue;
        }
        seen.insert(found.name.clone(), found.span.clone());
        columns.push(found);
    }
    let members = read_members(reading, &mut fields, &column_names);
    for node in fields.children("copy") {
        let Some(found) = copy::read(reading, fields.child(node), &name, &column_names) else {
            continue;
        };
        draft.intents.copies.push(found.copy);
        draft.intents.copies_back.extend(found.back);
    }
    fields.finish(&format!("table `{name}`"));
    let id = ObjectId::table(name.clone());
    draft.say(&id, extras, |was| ObjectId::table(reading.qname(was, None)));
    draft.tables.push(TableDraft {
        name,
        table,
        span,
        columns,
        members,
    });
}

fn read_members<'n>(reading: &Reading<'n>, fields: &mut Fields<'n>, columns: &[Ident]) -> Vec<MemberDraft> {
    let mut members = Vec::new();
    for node in fields.children("primary-key") {
        members.push(primary_key::read(reading, fields.child(node)));
    }
    for node in fields.children("unique") {
        members.push(unique::read(reading, fields.child(node)));
    }
    for node in fields.children("check") {
        members.push(check::read(reading, fields.child(node), columns));
    }
    for node in fields.children("foreign-key") {
        members.push(foreign_key::read(reading, fields.child(node)));
    }
    for node in fields.children("index") {
        members.push(index::read(reading, fields.child(node), columns));
    }
    for node in fields.children("trigger") {
        members.extend(trigger::read(reading, fields.child(node), columns));
    }
    members
}

fn read_ext(reading: &Reading<'_>, fields: &mut Fields<'_>, name: &QName) -> TableExt {
    let unlogged = fields.flag("unlogged");
    let strict = fields.flag("strict");
    let without_rowid = fields.flag("without-rowid");
    let ext = match (unlogged, strict || without_rowid) {
        (false, false) => return TableExt::Plain,
        (true, false) => TableExt::Postgres { unlogged },
        (false, true) => TableExt::Sqlite {
            strict,
            without_rowid,
        },
        (true, true) => {
            let message =
                format!("table `{name}` is unlogged and strict or without-rowid: no engine has both");
            reading.report.error(CONTRADICTION, fields.span(), message);
            return TableExt::Plain;
        }
    };
    // Schemas and unlogged tables are PostgreSQL's; which engine has what is told by what it has besides.
    let has_schemas = reading.engine.rules(Kind::Schema).is_some();
    if unlogged != has_schemas {
        let flag = if unlogged {
            "unlogged"
        } else {
            "strict or without-rowid"
        };
        reading.report.error_with(
            ENGINE,
            fields.span(),
            format!("{} has no {flag} tables", reading.engine.title()),
            "declare the table for each engine, with on=",
        );
        return TableExt::Plain;
    }
    ext
}

pub(super) fn write(writing: &Writing<'_>, id: &ObjectId, table: &Table) -> Line {
    let line = writing.named("table", id);
    match table.ext {
        TableExt::Plain => line,
        TableExt::Postgres { unlogged } => line.flag_if("unlogged", unlogged),
        TableExt::Sqlite {
            strict,
            without_rowid,
        } => line
            .flag_if("strict", strict)
            .flag_if("without-rowid", without_rowid),
    }
}
