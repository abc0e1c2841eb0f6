//! What partitions have because their parents have it: columns, checks, keys, indexes, foreign keys.
//!
//! In: the tables as they were read. Out: the same, each partition with all that it has on the engine; what it declares
//! itself stays as it is. Must not: give names; what inherits its name says from whom.

use std::collections::BTreeMap;

use crate::catalog::kinds::{Bound, Column, PartitionKey, PartitionStrategy};
use crate::catalog::{Ident, Kind, Object};
use crate::diagnostic::Span;

use super::fields::{Extras, article};
use super::kinds::{ColumnDraft, Inherits, MemberDraft, check_names};
use super::parents;
use super::reading::{Draft, Reading, TableDraft};
use super::report::CONTRADICTION;

/// The partitions and their parents, by their places among the tables, parents first.
pub(super) fn in_order(reading: &Reading<'_>, draft: &Draft<'_>) -> Vec<(usize, usize)> {
    let places = parents::places(draft);
    let mut found: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, table) in draft.tables.iter().enumerate() {
        let Some(of) = &table.partition else { continue };
        match places.get(&of.partition.parent) {
            Some(parent) => {
                fits(reading, table, &draft.tables[*parent]);
                found.insert(at, vec![*parent]);
            }
            None => parents::unknown(reading, draft, &of.partition.parent, &of.span),
        }
    }
    let (sorted, circles) = parents::first(&found);
    for at in circles {
        let table = &draft.tables[at];
        let span = table.partition.as_ref().map_or(&table.span, |of| &of.span);
        let message = format!(
            "table `{}` is a partition of itself, by way of others",
            table.name
        );
        let help = "take out one of the `partition-of`";
        reading
            .report
            .error_with(CONTRADICTION, span.clone(), message, help);
    }
    sorted.into_iter().map(|at| (at, found[&at][0])).collect()
}

/// Reports a parent that is not divided in the way in which the partition takes its part.
fn fits(reading: &Reading<'_>, table: &TableDraft, parent: &TableDraft) {
    let Some(of) = &table.partition else { return };
    let contradiction = |message: String, help: &str| {
        let span: Span = of.span.clone();
        reading.report.error_with(CONTRADICTION, span, message, help);
    };
    let Some(key) = &parent.table.partitioned else {
        let message = format!("table `{}` is not partitioned", parent.name);
        contradiction(message, "declare there by what: `partition-by range COLUMN`");
        return;
    };
    let (way, help) = match key.strategy {
        PartitionStrategy::Range => ("by range", "write `from=… to=…`, or `default`"),
        PartitionStrategy::List => ("by list", "write a child `values …`, or `default`"),
        PartitionStrategy::Hash => ("by hash", "write `modulus=… remainder=…`"),
    };
    let same = match (&of.partition.bound, key.strategy) {
        (Bound::Default, strategy) => strategy != PartitionStrategy::Hash,
        (Bound::List(_), PartitionStrategy::List)
        | (Bound::Range { .. }, PartitionStrategy::Range)
        | (Bound::Hash { .. }, PartitionStrategy::Hash) => true,
        _ => false,
    };
    if !same {
        let message = format!("table `{}` is partitioned {way}", parent.name);
        contradiction(message, help);
    } else if let Some(found) = wrong_count(&of.partition.bound, key) {
        let message = format!(
            "table `{}` is partitioned by {} keys, and a bound here has {found}",
            parent.name,
            key.keys.len()
        );
        contradiction(
            message,
            "write as many values in `from` and in `to` as there are keys",
        );
    }
}

fn wrong_count(bound: &Bound, key: &PartitionKey) -> Option<usize> {
    let Bound::Range { from, to } = bound else {
        return None;
    };
    let mut counts = [from.len(), to.len()].into_iter();
    counts.find(|count| *count != key.keys.len())
}

/// Gives each partition the columns, checks, keys and indexes of its parent.
pub(super) fn inherit(reading: &Reading<'_>, draft: &mut Draft<'_>, order: &[(usize, usize)]) {
    for (at, parent) in order {
        if draft.tables[*at].table.foreign.is_some() {
            without_keys(reading, &draft.tables[*at], &draft.tables[*parent]);
            without_values(reading, &draft.tables[*at], &draft.tables[*parent]);
        }
        let columns = columns(reading, &draft.tables[*at], &draft.tables[*parent]);
        draft.tables[*at].columns = columns;
        name_checks(reading, &mut draft.tables[*at]);
        let kinds = [Kind::PrimaryKey, Kind::Unique, Kind::Check, Kind::Index];
        let members = members(&draft.tables[*at], &draft.tables[*parent], &kinds);
        draft.tables[*at].members.extend(members);
    }
}

/// PostgreSQL keeps no keys over what lies elsewhere.
fn without_keys(reading: &Reading<'_>, table: &TableDraft, parent: &TableDraft) {
    let Some(of) = &table.partition else { return };
    let member = parent.members.iter().find(|member| match &member.object {
        Object::Index(index) => index.unique,
        _ => matches!(
            member.kind,
            Kind::PrimaryKey | Kind::Unique | Kind::ForeignKey | Kind::Exclusion
        ),
    });
    if let Some(member) = member {
        let noun = match member.kind {
            Kind::Index => "unique index",
            kind => kind.noun(),
        };
        reading.report.error_with(
            CONTRADICTION,
            of.span.clone(),
            format!(
                "foreign table `{}` cannot be a partition of `{}`, which has {}",
                table.name,
                parent.name,
                article(noun)
            ),
            "what lies elsewhere has none: take it out there and declare it for each of the other partitions, or read the foreign \
             table by way of a view",
        );
    }
}

/// What is done to the values of a column of the parent would be done to those that lie elsewhere.
fn without_values(reading: &Reading<'_>, table: &TableDraft, parent: &TableDraft) {
    for column in &parent.columns {
        if column.using.is_some() || column.backfill.is_some() {
            reading.report.error_with(
                CONTRADICTION,
                column.span.clone(),
                format!(
                    "column `{}.{}` has `using=` or `backfill=`, and foreign table `{}` is a partition",
                    parent.name, column.name, table.name
                ),
                "take it out, or detach that partition first: values that lie elsewhere are changed where they are",
            );
        }
    }
}

/// Gives each partition the foreign keys of its parent, whose referenced columns are known now.
pub(super) fn inherit_foreign_keys(draft: &mut Draft<'_>, order: &[(usize, usize)]) {
    for (at, parent) in order {
        let members = members(&draft.tables[*at], &draft.tables[*parent], &[Kind::ForeignKey]);
        draft.tables[*at].members.extend(members);
    }
}

/// The columns of the parent, in the order of the partition where that declares all of them. A partition counts by the
/// identity of its parent.
fn columns(reading: &Reading<'_>, table: &TableDraft, parent: &TableDraft) -> Vec<ColumnDraft> {
    for column in &table.columns {
        if parent.column(&column.name).is_none() {
            let message = format!(
                "column `{}.{}` is not one of `{}`, of which the table is a partition",
                table.name, column.name, parent.name
            );
            let help = "declare it there: a partition has the columns of its parent";
            reading
                .report
                .error_with(CONTRADICTION, column.span.clone(), message, help);
        }
    }
    let of_parent = |name: &Ident| parent.column(name);
    let own = |column: &ColumnDraft, span: &Span, was: &ColumnDraft| ColumnDraft {
        name: column.name.clone(),
        column: Column {
            identity: None,
            ..column.column.clone()
        },
        span: span.clone(),
        extras: Extras {
            comment: column.extras.comment.clone(),
            depends_on: Vec::new(),
            was: was.extras.was.clone(),
            allowed: Vec::new(),
            said: column.extras.said.clone(),
        },
        of_enum: column.of_enum.clone(),
        granted: column.granted.clone(),
        autoincrement: false,
        using: None,
        backfill: None,
    };
    let all = parent
        .columns
        .iter()
        .all(|column| table.column(&column.name).is_some());
    if all {
        let own = |column: &ColumnDraft| {
            let was = of_parent(&column.name).unwrap_or(column);
            own(column, &column.span, was)
        };
        return table.columns.iter().map(own).collect();
    }
    let inherited = |column: &ColumnDraft| match table.column(&column.name) {
        Some(declared) => own(declared, &declared.span, column),
        None => {
            let mut inherited = own(column, &table.span, column);
            inherited.extras.comment = None;
            inherited.granted = None;
            inherited
        }
    };
    parent.columns.iter().map(inherited).collect()
}

/// A check is named after its only column, which may have come from the parent.
pub(super) fn name_checks(reading: &Reading<'_>, table: &mut TableDraft) {
    let columns: Vec<Ident> = table.columns.iter().map(|column| column.name.clone()).collect();
    for member in &mut table.members {
        if let Object::Check(check) = &member.object {
            member.names = check_names(reading.engine, &check.expr, &columns);
        }
    }
}

/// What a table has from its parent and does not declare itself.
pub(super) fn members(table: &TableDraft, parent: &TableDraft, kinds: &[Kind]) -> Vec<MemberDraft> {
    let mut out = Vec::new();
    for (at, member) in parent.members.iter().enumerate() {
        let of_rows_above = matches!(&member.object, Object::Check(check) if check.no_inherit);
        // An index of the parent has no part in what lies elsewhere.
        let kept_here = table.table.foreign.is_some() && !matches!(member.kind, Kind::Check);
        if kept_here {
            continue;
        }
        if !kinds.contains(&member.kind) || of_rows_above || has(table, member) {
            continue;
        }
        // The engine names these as the parent's are named, and the others after the partition.
        let follows = matches!(member.kind, Kind::Check | Kind::ForeignKey);
        out.push(MemberDraft {
            kind: member.kind,
            given: None,
            unnamed: false,
            object: member.object.clone(),
            span: table.span.clone(),
            extras: Extras {
                was: if follows {
                    member.extras.was.clone()
                } else {
                    Vec::new()
                },
                ..Extras::default()
            },
            names: member.names.clone(),
            target: None,
            inherits: follows.then(|| Inherits {
                table: parent.name.clone(),
                at,
            }),
        });
    }
    out
}

/// Whether a partition declares what its parent would give it.
fn has(table: &TableDraft, inherited: &MemberDraft) -> bool {
    table
        .members
        .iter()
        .any(|member| match (&member.object, &inherited.object) {
            (Object::Check(_), Object::Check(_)) => member.given.is_some() && member.given == inherited.given,
            (Object::PrimaryKey(_), Object::PrimaryKey(_)) => true,
            (own, of_parent) => own == of_parent,
        })
}
