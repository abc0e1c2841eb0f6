//! `table users comment="…" { column …; primary-key … }`.

use std::collections::HashMap;

use crate::catalog::kinds::{RowSecurity, Table, TableExt};
use crate::catalog::{Ident, Kind, ObjectId, QName};
use crate::declare::fields::Fields;
use crate::declare::reading::{Draft, Placed, Reading, TableDraft};
use crate::declare::report::{CONTRADICTION, ENGINE};
use crate::declare::text::Line;
use crate::declare::write::Writing;
use crate::diagnostic::Span;

use super::member::MemberDraft;
use super::{
    check, column, copy, exclusion, foreign_key, foreign_table, index, inheritance, owner, partition, policy,
    primary_key, row_type, rule, statistics, storage, trigger, unique,
};

pub(super) fn read<'n>(reading: &Reading<'n>, mut fields: Fields<'n>, draft: &mut Draft<'n>) {
    let Some(name) = reading.read_qname(&mut fields, "table") else {
        return;
    };
    let span = fields.span();
    let id = ObjectId::table(name.clone());
    read_row_security(reading, &mut fields, &id, draft);
    storage::read(reading, &mut fields, Kind::Table);
    let ext = read_ext(reading, &mut fields, &name);
    draft
        .sayings
        .extend(owner::with_grants(reading, &mut fields, &id));
    let extras = fields.extras();
    let (columns, column_names) = read_columns(reading, &mut fields, &name);
    for column in columns.iter().filter(|column| !column.column.options.is_empty()) {
        reading.report.error_with(
            CONTRADICTION,
            column.span.clone(),
            format!(
                "column `{name}.{}` has `options`, and its rows lie here",
                column.name
            ),
            "only columns of a `foreign-table` have any",
        );
    }
    let members = read_members(reading, &mut fields, &column_names);
    statistics::read(reading, &mut fields, (&name, &column_names), draft);
    let table = Table {
        ext,
        partitioned: partition::read_key(reading, &mut fields, &column_names),
        access_method: fields
            .text("access-method")
            .map(|text| reading.engine.ident(text.text)),
        foreign: None,
    };
    let partition = partition::read_partition(reading, &mut fields);
    let row_type = row_type::read(reading, &mut fields);
    let inherits = inheritance::read(reading, &mut fields, &column_names);
    for node in fields.children("copy") {
        let Some(found) = copy::read(reading, fields.child(node), &name, &column_names) else {
            continue;
        };
        draft.intents.copies.push(found.copy);
        draft.intents.copies_back.extend(found.back);
    }
    fields.finish(&format!("table `{name}`"));
    draft.say(&id, extras, |was| ObjectId::table(reading.qname(was, None)));
    draft.tables.push(TableDraft {
        name,
        table,
        span,
        columns,
        members,
        partition,
        inherits,
        row_type,
    });
}

/// The columns, and the names of all of them, also of those that cannot be read.
pub(super) fn read_columns<'n>(
    reading: &Reading<'n>,
    fields: &mut Fields<'n>,
    name: &QName,
) -> (Vec<column::ColumnDraft>, Vec<Ident>) {
    let nodes = fields.children("column");
    let names: Vec<Ident> = nodes
        .iter()
        .filter_map(|node| match node.entries.first().map(|entry| &entry.value) {
            Some(crate::dialect::Literal::Text(name)) => Some(reading.engine.ident(name)),
            _ => None,
        })
        .collect();
    let mut columns: Vec<column::ColumnDraft> = Vec::with_capacity(nodes.len());
    let mut seen: HashMap<Ident, Span> = HashMap::new();
    for node in nodes {
        let Some(found) = column::read(reading, fields.child(node), name, &names) else {
            continue;
        };
        if let Some(first) = seen.get(&found.name) {
            reading.duplicate(&format!("column `{name}.{}`", found.name), first, found.span);
            continue;
        }
        seen.insert(found.name.clone(), found.span.clone());
        columns.push(found);
    }
    (columns, names)
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
    for node in fields.children("exclude") {
        members.extend(exclusion::read(reading, fields.child(node), columns));
    }
    for node in fields.children("index") {
        members.push(index::read(reading, fields.child(node), columns));
    }
    for node in fields.children("trigger") {
        members.extend(trigger::read(reading, fields.child(node), columns));
    }
    for node in fields.children("policy") {
        members.extend(policy::read(reading, fields.child(node), columns));
    }
    for node in fields.children("rule") {
        members.extend(rule::read(reading, fields.child(node)));
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

fn read_row_security<'n>(
    reading: &Reading<'n>,
    fields: &mut Fields<'n>,
    table: &ObjectId,
    draft: &mut Draft<'n>,
) {
    let mut flag = |name| {
        let child = fields.only_child(name);
        if let Some(node) = child {
            fields.child(node).finish(&format!("`{name}`"));
        }
        child.is_some() | fields.flag(name)
    };
    let security = RowSecurity {
        enabled: flag("row-security"),
        forced: flag("force-row-security"),
    };
    let span = fields.span();
    if (security.enabled || security.forced) && reading.has(Kind::RowSecurity, span.clone()) {
        draft.sayings.push(Placed {
            id: ObjectId::on(Kind::RowSecurity, table.clone()),
            object: security.into(),
            span,
        });
    }
}

pub(super) fn write(writing: &Writing<'_>, id: &ObjectId, table: &Table) -> Line {
    if let Some(foreign) = &table.foreign {
        return foreign_table::write(writing, id, foreign);
    }
    let mut line = writing.named("table", id);
    if let Some(key) = &table.partitioned {
        line = partition::write_key(writing, line, key);
    }
    let line = match table.ext {
        TableExt::Plain => line,
        TableExt::Postgres { unlogged } => line.flag_if("unlogged", unlogged),
        TableExt::Sqlite {
            strict,
            without_rowid,
        } => line
            .flag_if("strict", strict)
            .flag_if("without-rowid", without_rowid),
    };
    let line = match &table.access_method {
        Some(method) => line.property("access-method", method.text()),
        None => line,
    };
    let line = storage::write(writing, id, line);
    match writing.said::<RowSecurity>(Kind::RowSecurity, id) {
        Some(security) => line
            .flag_if("row-security", security.enabled)
            .flag_if("force-row-security", security.forced),
        None => line,
    }
}
