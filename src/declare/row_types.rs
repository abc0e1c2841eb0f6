//! What tables have because they are made of a composite type: its attributes, as columns, in its order.
//!
//! In: the tables as they were read. Out: the same, each table of a type with all columns of that; a column that it declares itself is
//! as it says there, but for its type, which is the attribute's. Must not: give names.

use std::collections::HashMap;

use crate::catalog::kinds::{Attribute, Column, CompositeType};
use crate::catalog::{Kind, Object, ObjectId, QName};
use crate::diagnostic::{Diagnostic, Span};
use crate::diff::RenameIntent;

use super::fields::Extras;
use super::kinds::{ColumnDraft, RowTypeDraft};
use super::partitions::name_checks;
use super::reading::{Draft, Reading, TableDraft};
use super::report::{CONTRADICTION, UNKNOWN_NAME, did_you_mean};
use super::types::spellings;

/// The attributes of a type, each with the names that it had.
type Attributes = Vec<(Attribute, Vec<(String, Span)>)>;

/// Gives each table of a type the columns of that.
pub(super) fn complete(reading: &Reading<'_>, draft: &mut Draft<'_>) {
    if draft.tables.iter().all(|table| table.row_type.is_none()) {
        return;
    }
    let types = types(draft);
    for table in &mut draft.tables {
        let Some(row_type) = table.row_type.clone() else {
            continue;
        };
        stands_alone(reading, table, &row_type);
        let Some(attributes) = types.get(&row_type.of) else {
            unknown(reading, &row_type, types.keys());
            continue;
        };
        others(reading, table, (&row_type, attributes));
        let columns = attributes.iter().map(|(attribute, was)| {
            let own = table.column(&attribute.name).cloned();
            let mut column = match own {
                Some(own) => {
                    agree(reading, table, &own, (&row_type, attribute));
                    own
                }
                None => implied(reading, table, attribute),
            };
            column.extras.was.extend(was.iter().cloned());
            column
        });
        table.columns = columns.collect();
        name_checks(reading, table);
    }
}

fn types(draft: &Draft<'_>) -> HashMap<QName, Attributes> {
    let mut former: HashMap<ObjectId, Vec<(String, Span)>> = HashMap::new();
    for (RenameIntent { from, to }, span) in &draft.renames {
        if let (Kind::Column, Some(was)) = (to.kind, from.name()) {
            let was = (was.text().to_owned(), span.clone());
            former.entry(to.clone()).or_default().push(was);
        }
    }
    let mut found = HashMap::new();
    for placed in &draft.placed {
        let (Object::CompositeType(CompositeType { attributes }), Some(name)) =
            (&placed.object, placed.id.qname())
        else {
            continue;
        };
        let attributes = attributes.iter().map(|attribute| {
            let id = ObjectId::column(name, attribute.name.clone());
            let was = former.get(&id).cloned().unwrap_or_default();
            (attribute.clone(), was)
        });
        found.insert(name.clone(), attributes.collect());
    }
    found
}

/// Reports a table that takes columns from elsewhere as well.
fn stands_alone(reading: &Reading<'_>, table: &TableDraft, row_type: &RowTypeDraft) {
    let way = match (&table.partition, &table.inherits) {
        (Some(_), _) => "is a partition",
        (_, Some(_)) => "inherits others",
        (None, None) => return,
    };
    reading.report.error_with(
        CONTRADICTION,
        row_type.span.clone(),
        format!("table `{}` is made of a type, and {way}", table.name),
        "take `of` out: it has its columns from one of both",
    );
}

fn unknown<'t>(reading: &Reading<'_>, row_type: &RowTypeDraft, types: impl Iterator<Item = &'t QName>) {
    let message = format!("no composite type `{}`", row_type.of);
    let mut diagnostic = Diagnostic::error(UNKNOWN_NAME, message).at(row_type.span.clone());
    let mut names: Vec<String> = types.map(ToString::to_string).collect();
    names.sort_unstable();
    diagnostic.help = did_you_mean(&row_type.of.to_string(), names.iter().map(String::as_str))
        .or_else(|| Some("declare it: `composite NAME { attribute …; }`".to_owned()));
    reading.report.add(diagnostic);
}

/// Reports columns that the type does not have.
fn others(reading: &Reading<'_>, table: &TableDraft, (row_type, attributes): (&RowTypeDraft, &Attributes)) {
    for column in &table.columns {
        if attributes
            .iter()
            .any(|(attribute, _)| attribute.name == column.name)
        {
            continue;
        }
        let message = format!(
            "column `{}.{}` is no attribute of `{}`, of which the table is made",
            table.name, column.name, row_type.of
        );
        let help = "declare it there: a table made of a type has the columns of that";
        reading
            .report
            .error_with(CONTRADICTION, column.span.clone(), message, help);
    }
}

/// Reports a column of another type than the attribute.
fn agree(
    reading: &Reading<'_>,
    table: &TableDraft,
    own: &ColumnDraft,
    (row_type, attribute): (&RowTypeDraft, &Attribute),
) {
    if (&own.column.data_type, &own.column.collation) == (&attribute.data_type, &attribute.collation) {
        return;
    }
    let message = format!(
        "column `{}.{}` has another type or collation than the attribute of `{}`",
        table.name, own.name, row_type.of
    );
    let help = format!(
        "write `column {} \"{}\"`: a table made of a type has the columns of that",
        own.name, attribute.data_type.text
    );
    reading
        .report
        .error_with(CONTRADICTION, own.span.clone(), message, help);
}

/// A column that the table has without a word.
fn implied(reading: &Reading<'_>, table: &TableDraft, attribute: &Attribute) -> ColumnDraft {
    let user = attribute.data_type.user.as_ref().and_then(ObjectId::qname);
    let is_array = attribute.data_type.text.ends_with("[]");
    let spelling = user
        .filter(|_| !is_array)
        .and_then(|name| spellings(reading.engine, name).into_iter().next());
    ColumnDraft {
        name: attribute.name.clone(),
        column: Column::from(attribute),
        span: table.span.clone(),
        extras: Extras::default(),
        of_enum: spelling.and_then(|spelling| reading.types.get(&spelling).cloned()),
        autoincrement: false,
        using: None,
        backfill: None,
        granted: None,
    }
}
