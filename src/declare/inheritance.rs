//! What tables have because they inherit others: columns and checks.
//!
//! In: the tables as they were read. Out: the same, each heir with all that it has on the engine. A column that it declares
//! itself is as it says there, but for its type, which is its parents'. Must not: give names; what inherits its name says from
//! whom.

use std::collections::BTreeMap;

use crate::catalog::kinds::{Column, passed_on};
use crate::catalog::{Kind, Object};
use crate::diagnostic::Span;

use super::fields::Extras;
use super::kinds::ColumnDraft;
use super::parents;
use super::partitions::{members, name_checks};
use super::reading::{Draft, Reading, TableDraft};
use super::report::{CONTRADICTION, ENGINE};

/// The heirs with their parents, by their places among the tables, parents first.
pub(super) fn in_order(reading: &Reading<'_>, draft: &Draft<'_>) -> Vec<(usize, Vec<usize>)> {
    let places = parents::places(draft);
    let mut found: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, table) in draft.tables.iter().enumerate() {
        let Some(inherits) = &table.inherits else { continue };
        for (parent, span) in &inherits.parents {
            let Some(place) = places.get(parent) else {
                parents::unknown(reading, draft, parent, span);
                continue;
            };
            fits(reading, table, &draft.tables[*place], span);
            found.entry(at).or_default().push(*place);
        }
    }
    let (sorted, circles) = parents::first(&found);
    for at in circles {
        let table = &draft.tables[at];
        let message = format!("table `{}` inherits itself, by way of others", table.name);
        let help = "take out one of the `inherits`";
        reading
            .report
            .error_with(CONTRADICTION, table.span.clone(), message, help);
    }
    sorted.into_iter().map(|at| (at, found[&at].clone())).collect()
}

/// Reports tables that are partitions or partitioned: these have their own way to be parts of others.
fn fits(reading: &Reading<'_>, table: &TableDraft, parent: &TableDraft, span: &Span) {
    let is_divided = |table: &TableDraft| table.partition.is_some() || table.table.partitioned.is_some();
    if let Some(divided) = [table, parent].into_iter().find(|table| is_divided(table)) {
        let message = format!(
            "`{}` is partitioned or a partition, and inherits no table and is inherited by none",
            divided.name
        );
        let help = "take the `inherits` out, or declare neither `partition-by` nor `partition-of`";
        reading
            .report
            .error_with(CONTRADICTION, span.clone(), message, help);
    }
}

/// Gives each heir the columns and checks of its parents.
pub(super) fn inherit(reading: &Reading<'_>, draft: &mut Draft<'_>, order: &[(usize, Vec<usize>)]) {
    for (at, above) in order {
        let above: Vec<&TableDraft> = above.iter().map(|parent| &draft.tables[*parent]).collect();
        let columns = columns(reading, &draft.tables[*at], &above);
        draft.tables[*at].columns = columns;
        name_checks(reading, &mut draft.tables[*at]);
    }
    for (at, above) in order {
        for parent in above {
            let members = members(&draft.tables[*at], &draft.tables[*parent], &[Kind::Check]);
            draft.tables[*at].members.extend(members);
        }
    }
}

/// The columns of the parents, and then those that it has alone.
fn columns(reading: &Reading<'_>, table: &TableDraft, parents: &[&TableDraft]) -> Vec<ColumnDraft> {
    let mut out: Vec<ColumnDraft> = Vec::new();
    for column in parents.iter().flat_map(|parent| &parent.columns) {
        if out.iter().any(|known| known.name == column.name) {
            continue;
        }
        let above: Vec<(&TableDraft, &ColumnDraft)> = parents
            .iter()
            .filter_map(|parent| Some((*parent, parent.column(&column.name)?)))
            .collect();
        let own = table.column(&column.name);
        agree(reading, table, own, &above);
        let inherited = passed_on(above.iter().map(|(_, column)| &column.column));
        let inherited = inherited.unwrap_or_else(|| column.column.clone());
        out.push(match own {
            Some(own) => declared(reading, table, own, (column, &inherited)),
            None => implied(table, column, inherited),
        });
    }
    let inherited = out.len();
    let alone = table.columns.iter().filter(|own| {
        let mut known = out[..inherited].iter();
        known.all(|known| known.name != own.name)
    });
    let alone: Vec<ColumnDraft> = alone.cloned().collect();
    out.extend(alone);
    out
}

/// Reports a column that would be two things at a time.
fn agree(
    reading: &Reading<'_>,
    table: &TableDraft,
    own: Option<&ColumnDraft>,
    above: &[(&TableDraft, &ColumnDraft)],
) {
    let Some(((parent, first), others)) = above.split_first() else {
        return;
    };
    let others = others.iter().map(|(parent, column)| (&parent.name, *column));
    let all = own.map(|own| (&table.name, own)).into_iter().chain(others);
    let shape = |column: &Column| (column.data_type.clone(), column.collation.clone());
    let span = own.map_or(&table.span, |own| &own.span);
    for (of, column) in all {
        if shape(&column.column) == shape(&first.column) {
            continue;
        }
        let message = format!(
            "column `{}.{}` has another type or collation than `{}.{}`, and `{}` has both in one",
            of, column.name, parent.name, first.name, table.name
        );
        let help = "give them one type: what a table inherits and what it states itself are one column";
        reading
            .report
            .error_with(CONTRADICTION, span.clone(), message, help);
        return;
    }
    let defaults = above
        .iter()
        .filter_map(|(_, column)| column.column.default.as_ref());
    let mut differ = defaults.filter(|default| Some(*default) != first.column.default.as_ref());
    if own.is_none() && first.column.default.is_some() && differ.next().is_some() {
        let message = format!(
            "table `{}` inherits column `{}` with different defaults",
            table.name, first.name
        );
        let help = "declare the column here as well, with the default that it is to have";
        reading
            .report
            .error_with(CONTRADICTION, span.clone(), message, help);
    }
}

/// A column that the heir declares itself: so it is.
fn declared(
    reading: &Reading<'_>,
    table: &TableDraft,
    own: &ColumnDraft,
    (above, inherited): (&ColumnDraft, &Column),
) -> ColumnDraft {
    if own.column.nullable && !inherited.nullable && reading.server.version >= 180_000 {
        let message = format!(
            "column `{}.{}` is nullable, and a table that is inherited requires it",
            table.name, own.name
        );
        let help = "take `nullable` out: since PostgreSQL 18, what is required is required in heirs, too";
        reading.report.error_with(ENGINE, own.span.clone(), message, help);
    }
    let mut own = own.clone();
    if own.extras.was.is_empty() {
        own.extras.was.clone_from(&above.extras.was);
    }
    own
}

/// A column that the heir has without a word.
fn implied(table: &TableDraft, above: &ColumnDraft, column: Column) -> ColumnDraft {
    let stored = above.extras.said.iter().filter_map(|(said, span)| {
        let Object::Storage(storage) = said else {
            return None;
        };
        Some((storage.passed_on()?.into(), span.clone()))
    });
    ColumnDraft {
        name: above.name.clone(),
        column,
        span: table.span.clone(),
        extras: Extras {
            was: above.extras.was.clone(),
            said: stored.collect::<Vec<(Object, Span)>>(),
            ..Extras::default()
        },
        of_enum: above.of_enum.clone(),
        autoincrement: false,
        using: None,
        backfill: None,
        granted: None,
    }
}
