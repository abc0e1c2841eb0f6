//! The second pass: what a declaration names must be declared. Foreign keys get their columns, columns of lowered
//! types their checks.
//!
//! Must not: read nodes; the first pass has done that.

use std::collections::HashMap;

use crate::catalog::kinds::{IndexKey, Sequence, Trigger};
use crate::catalog::{Ident, Kind, Object, QName};
use crate::diagnostic::{Diagnostic, Span};

use super::inheritance;
use super::kinds::{MemberDraft, report_key};
use super::lower;
use super::partitions;
use super::reading::{Draft, Placed, Reading, TableDraft};
use super::report::{CONTRADICTION, DUPLICATE, ENGINE, FOREIGN_KEY, UNKNOWN_NAME, did_you_mean};
use super::row_types;

/// Checks and completes every table.
pub(super) fn tables(reading: &Reading<'_>, draft: &mut Draft<'_>) {
    for table in &mut draft.tables {
        lower::enum_checks(reading, table, &mut draft.intents);
    }
    row_types::complete(reading, draft);
    let order = partitions::in_order(reading, draft);
    partitions::inherit(reading, draft, &order);
    let heirs = inheritance::in_order(reading, draft);
    inheritance::inherit(reading, draft, &heirs);
    for table in &mut draft.tables {
        primary_key(reading, table);
    }
    let found = foreign_keys(reading, draft);
    for (at, member, columns) in found {
        let member = &mut draft.tables[at].members[member];
        if let Object::ForeignKey(key) = &mut member.object {
            if let Some((_, referred)) = &mut member.names.referred {
                *referred = columns.iter().map(|column| column.text().to_owned()).collect();
            }
            key.referenced = columns;
        }
    }
    partitions::inherit_foreign_keys(draft, &order);
    for table in &draft.tables {
        partition_columns(reading, table);
        for member in &table.members {
            own_columns(reading, table, member);
        }
    }
    owners(reading, draft);
    for placed in &draft.later_members {
        columns_beside(reading, draft, placed);
    }
}

/// Reports columns that statistics and publications name and their table does not have; those of a view, the query says.
fn columns_beside(reading: &Reading<'_>, draft: &Draft<'_>, placed: &Placed) {
    let (of, columns) = match &placed.object {
        Object::Statistics(statistics) => (&statistics.of, &statistics.columns),
        Object::PublishedTable(published) => match placed.id.relation() {
            Some(table) => (table, &published.columns),
            None => return,
        },
        _ => return,
    };
    let Some(table) = draft.tables.iter().find(|table| table.name == *of) else {
        if matches!(placed.object, Object::PublishedTable(_)) {
            let mut diagnostic =
                Diagnostic::error(UNKNOWN_NAME, format!("no table `{of}`")).at(placed.span.clone());
            diagnostic.help = suggest_table(of, draft);
            reading.report.add(diagnostic);
        }
        return;
    };
    let missing = columns.iter().filter(|column| table.column(column).is_none());
    for column in missing {
        no_column(reading, table, column, placed.span.clone());
    }
}

/// The column that a sequence is owned by must be declared.
fn owners(reading: &Reading<'_>, draft: &Draft<'_>) {
    for placed in &draft.placed {
        let Object::Sequence(Sequence {
            owned_by: Some(owner),
            ..
        }) = &placed.object
        else {
            continue;
        };
        let (Some(relation), Some(column)) = (owner.relation(), owner.name()) else {
            continue;
        };
        let table = draft.tables.iter().find(|table| table.name == *relation);
        let (message, help) = match table {
            Some(table) if table.column(column).is_some() => continue,
            Some(table) => {
                let names = table.columns.iter().map(|column| column.name.text());
                (
                    format!("table `{}` has no column `{column}`", table.name),
                    did_you_mean(column.text(), names),
                )
            }
            None => (format!("no table `{relation}`"), suggest_table(relation, draft)),
        };
        let mut diagnostic = Diagnostic::error(
            UNKNOWN_NAME,
            format!("{} is owned by a column: {message}", placed.id),
        );
        diagnostic.help = help.or_else(|| Some("name the column in `owned-by`, or leave it out".to_owned()));
        reading.report.add(diagnostic.at(placed.span.clone()));
    }
}

/// Makes the table's primary key autoincrement where an identity was lowered to that; one key at most.
fn primary_key(reading: &Reading<'_>, table: &mut TableDraft) {
    let lowered: Option<(Ident, Span)> = table
        .columns
        .iter()
        .find(|column| column.autoincrement)
        .map(|column| (column.name.clone(), column.span.clone()));
    let mut first: Option<Span> = None;
    let mut satisfied = lowered.is_none();
    for member in &mut table.members {
        let Object::PrimaryKey(key) = &mut member.object else {
            continue;
        };
        if let Some(first) = &first {
            let (line, _) = first.line_column();
            let message = format!(
                "table `{}` has two primary keys; the first in {}:{line}",
                table.name, first.source.name
            );
            reading.report.error(DUPLICATE, member.span.clone(), message);
            continue;
        }
        first = Some(member.span.clone());
        for column in table
            .columns
            .iter()
            .filter(|column| key.columns.contains(&column.name))
        {
            if column.column.nullable {
                let message = format!(
                    "column `{}.{}` is in the primary key and nullable",
                    table.name, column.name
                );
                reading.report.add(
                    Diagnostic::warning(CONTRADICTION, message)
                        .at(column.span.clone())
                        .help("take out `nullable`: most engines make the columns of a primary key NOT NULL"),
                );
            }
        }
        if let Some((name, _)) = &lowered
            && key.columns == [name.clone()]
        {
            key.autoincrement = true;
            satisfied = true;
        }
    }
    if let Some((name, span)) = lowered
        && !satisfied
    {
        reading.report.error_with(
            ENGINE,
            span,
            format!("{} gives identities only to a primary key of one column", reading.engine.title()),
            format!("declare `primary-key {name}`, or limit the identity with a child: `identity always on=postgres`"),
        );
    }
}

/// The referenced columns of every foreign key: table, member, columns.
fn foreign_keys(reading: &Reading<'_>, draft: &Draft<'_>) -> Vec<(usize, usize, Vec<Ident>)> {
    let by_name: HashMap<&QName, &TableDraft> =
        draft.tables.iter().map(|table| (&table.name, table)).collect();
    let mut found = Vec::new();
    for (at, table) in draft.tables.iter().enumerate() {
        for (position, member) in table.members.iter().enumerate() {
            let (Object::ForeignKey(key), Some(target)) = (&member.object, &member.target) else {
                continue;
            };
            let Some(other) = by_name.get(&target.table) else {
                if reading.beside.relations.contains(&target.table) {
                    found.extend(outside(reading, member).map(|columns| (at, position, columns)));
                    continue;
                }
                let mut diagnostic = Diagnostic::error(UNKNOWN_NAME, format!("no table `{}`", target.table))
                    .at(target.span.clone());
                diagnostic.help = suggest_table(&target.table, draft);
                reading.report.add(diagnostic);
                continue;
            };
            if let Some(columns) = referenced(reading, other, member, &target.columns, key.columns.len()) {
                found.push((at, position, columns));
            }
        }
    }
    found
}

/// The columns of a table that is not declared here: they have to be named.
fn outside(reading: &Reading<'_>, member: &MemberDraft) -> Option<Vec<Ident>> {
    let target = member.target.as_ref()?;
    if target.columns.is_empty() {
        reading.report.error_with(
            FOREIGN_KEY,
            target.span.clone(),
            format!(
                "the key of `{}` is not known here: a SQL file makes it",
                target.table
            ),
            format!("name the columns: references=\"{}(COLUMN)\"", target.table),
        );
        return None;
    }
    Some(target.columns.clone())
}

fn suggest_table(wanted: &QName, draft: &Draft<'_>) -> Option<String> {
    let labels: Vec<String> = draft.tables.iter().map(|table| table.name.to_string()).collect();
    let same_name = draft.tables.iter().find(|table| table.name.name == wanted.name);
    match same_name {
        Some(table) => Some(format!("did you mean `{}`?", table.name)),
        None => did_you_mean(&wanted.to_string(), labels.iter().map(String::as_str)),
    }
}

fn referenced(
    reading: &Reading<'_>,
    other: &TableDraft,
    member: &MemberDraft,
    named: &[Ident],
    count: usize,
) -> Option<Vec<Ident>> {
    let span = member
        .target
        .as_ref()
        .map_or(&member.span, |target| &target.span)
        .clone();
    let columns = if named.is_empty() {
        let key = other.members.iter().find_map(|member| match &member.object {
            Object::PrimaryKey(key) => Some(key.columns.clone()),
            _ => None,
        });
        let Some(key) = key else {
            reading.report.error_with(
                FOREIGN_KEY,
                span,
                format!("table `{}` has no primary key to refer to", other.name),
                format!("name the columns: references=\"{}(COLUMN)\"", other.name),
            );
            return None;
        };
        key
    } else {
        let mut all = true;
        for column in named {
            if other.column(column).is_none() {
                no_column(reading, other, column, span.clone());
                all = false;
            }
        }
        if !all {
            return None;
        }
        named.to_vec()
    };
    if columns.len() != count {
        reading.report.error_with(
            FOREIGN_KEY,
            span,
            format!(
                "a foreign key of {count} column{} cannot refer to {} of `{}`",
                if count == 1 { "" } else { "s" },
                columns.len(),
                other.name
            ),
            format!("name as many columns: references=\"{}(…)\"", other.name),
        );
        return None;
    }
    let period = matches!(&member.object, Object::ForeignKey(key) if key.period);
    if !is_key(other, &columns, period) {
        let names: Vec<&str> = columns.iter().map(Ident::text).collect();
        let message = format!("`{}` of table `{}` is not unique", names.join(", "), other.name);
        reading
            .report
            .add(Diagnostic::warning(FOREIGN_KEY, message).at(span).help(format!(
                "declare `unique {}{}` there",
                names.join(" "),
                if period { " without-overlaps" } else { "" }
            )));
    }
    Some(columns)
}

/// Whether these columns are a primary key, a unique constraint or a unique index of the table; one without overlaps, if the
/// last of them is a period.
fn is_key(table: &TableDraft, columns: &[Ident], period: bool) -> bool {
    let same = |candidate: &[Ident]| {
        candidate.len() == columns.len() && candidate.iter().all(|column| columns.contains(column))
    };
    table.members.iter().any(|member| match &member.object {
        Object::PrimaryKey(key) => key.without_overlaps == period && same(&key.columns),
        Object::Unique(unique) => unique.without_overlaps == period && same(&unique.columns),
        Object::Index(index) if !period && index.unique && index.predicate.is_none() => {
            let columns: Vec<Ident> = key_columns(&index.keys).cloned().collect();
            columns.len() == index.keys.len() && same(&columns)
        }
        _ => false,
    })
}

fn key_columns(keys: &[IndexKey]) -> impl Iterator<Item = &Ident> {
    keys.iter().filter_map(|key| key.term.column())
}

/// Reports columns that a constraint, index or trigger names and its table does not have.
fn own_columns(reading: &Reading<'_>, table: &TableDraft, member: &MemberDraft) {
    let columns: Vec<&Ident> = match &member.object {
        Object::PrimaryKey(key) => key.columns.iter().chain(&key.include).collect(),
        Object::Unique(unique) => unique.columns.iter().chain(&unique.include).collect(),
        Object::ForeignKey(key) => key.columns.iter().collect(),
        Object::Index(index) => key_columns(&index.keys).chain(&index.include).collect(),
        Object::Exclusion(exclusion) => key_columns(&exclusion.keys).chain(&exclusion.include).collect(),
        Object::Trigger(Trigger { columns, .. }) => columns.iter().collect(),
        _ => Vec::new(),
    };
    for column in columns {
        if table.column(column).is_none() {
            no_column(reading, table, column, member.span.clone());
        }
    }
}

/// Reports columns that a table is partitioned by and does not have.
fn partition_columns(reading: &Reading<'_>, table: &TableDraft) {
    for key in table.table.partitioned.iter().flat_map(|key| &key.keys) {
        if let Some(column) = key.term.column()
            && table.column(column).is_none()
        {
            no_column(reading, table, column, table.span.clone());
        }
    }
}

fn no_column(reading: &Reading<'_>, table: &TableDraft, column: &Ident, span: Span) {
    let message = format!("table `{}` has no column `{column}`", table.name);
    let mut diagnostic = Diagnostic::error(UNKNOWN_NAME, message).at(span);
    diagnostic.help = did_you_mean(
        column.text(),
        table.columns.iter().map(|column| column.name.text()),
    );
    reading.report.add(diagnostic);
}

/// Reads declared rows, now that their tables are known.
pub(super) fn rows(reading: &Reading<'_>, draft: &Draft<'_>) -> Vec<super::reading::Placed> {
    let mut out = Vec::new();
    for rows in &draft.rows {
        let Some(table) = draft.tables.iter().find(|table| table.name == *rows.table()) else {
            let mut diagnostic = Diagnostic::error(UNKNOWN_NAME, format!("no table `{}`", rows.table()))
                .at(rows.span().clone());
            diagnostic.help = if reading.beside.relations.contains(rows.table()) {
                Some("a SQL file makes it: rows are declared of tables that are declared in KDL".to_owned())
            } else {
                suggest_table(rows.table(), draft)
            };
            reading.report.add(diagnostic);
            continue;
        };
        if table.table.foreign.is_some() {
            reading.report.error_with(
                CONTRADICTION,
                rows.span().clone(),
                format!("the rows of foreign table `{}` lie elsewhere", table.name),
                "declare them where they are",
            );
            continue;
        }
        let known = rows.key().iter().all(|column| table.column(column).is_some());
        if known && !rows.key().is_empty() && !is_key(table, rows.key(), false) {
            report_key(reading, rows);
        }
        out.push(super::kinds::resolve_rows(reading, rows, table));
    }
    out
}

/// Reports names that the engine keeps in one namespace and that are taken already.
pub(super) fn namespaces(reading: &Reading<'_>, placed: &[(&crate::catalog::ObjectId, &Span)]) {
    let mut seen: HashMap<(&'static str, Option<&Ident>, &Ident), (Kind, &Span)> = HashMap::new();
    for (id, span) in placed {
        let Some(namespace) = reading
            .engine
            .rules(id.kind)
            .and_then(crate::dialect::KindRules::namespace)
        else {
            continue;
        };
        let Some(name) = id.name() else { continue };
        match seen.get(&(namespace, id.schema(), name)) {
            Some((kind, first)) => {
                let (line, _) = first.line_column();
                reading.report.error_with(
                    DUPLICATE,
                    (*span).clone(),
                    format!(
                        "the name of {id} is taken by the {} in {}:{line}",
                        kind.noun(),
                        first.source.name
                    ),
                    "give one of them another name",
                );
            }
            None => {
                seen.insert((namespace, id.schema(), name), (id.kind, span));
            }
        }
    }
}
