//! `copy from=users where="street IS NOT NULL" { column user_id id; column street street; back match="…" { … } }`: rows of
//! another table go into this one, or with `match=` into columns of its rows.

use std::collections::HashMap;

use crate::catalog::{Expr, Ident, QName};
use crate::declare::fields::Fields;
use crate::declare::reading::Reading;
use crate::declare::report::{CONTRADICTION, DUPLICATE, MISSING, UNKNOWN_NAME, did_you_mean};
use crate::diagnostic::{Diagnostic, Span};
use crate::diff::CopyIntent;

/// A copy, and what is copied on the way back.
#[derive(Debug)]
pub(in crate::declare) struct CopyDraft {
    /// Into this table.
    pub copy: CopyIntent,
    /// Out of it again.
    pub back: Option<CopyIntent>,
}

/// Reads a copy into a table with these columns.
pub(super) fn read<'n>(
    reading: &Reading<'n>,
    mut fields: Fields<'n>,
    table: &QName,
    columns: &[Ident],
) -> Option<CopyDraft> {
    let span = fields.span();
    let from = fields.text("from");
    if from.is_none() {
        fields.missing("`copy` does not say where the rows come from", "write from=TABLE");
    }
    let back = fields.only_child("back").map(|node| fields.child(node));
    let source = from.map(|text| (reading.qname(text.text, None), text.span));
    let (filled, copy) = read_copy(reading, &mut fields, "copy");
    fields.finish("`copy`");
    for (name, at) in filled.iter().filter(|(name, _)| !columns.contains(name)) {
        let message = format!("table `{table}` has no column `{name}`");
        let mut diagnostic = Diagnostic::error(UNKNOWN_NAME, message).at(at.clone());
        diagnostic.help = did_you_mean(name.text(), columns.iter().map(Ident::text));
        reading.report.add(diagnostic);
    }
    let (source, at) = source?;
    if source == *table {
        let message = format!("table `{table}` cannot be copied into itself");
        reading.report.error(CONTRADICTION, at, message);
        return None;
    }
    let back = back.map(|mut fields| {
        let (_, back) = read_copy(reading, &mut fields, "back");
        fields.finish("`back`");
        CopyIntent {
            target: source.clone(),
            source: table.clone(),
            ..back
        }
    });
    if copy.columns.is_empty() {
        let help = "write `column NAME \"expression\"` into it, once for each column";
        let message = "`copy` fills no column".to_owned();
        reading.report.error_with(MISSING, span, message, help);
        return None;
    }
    let copy = CopyIntent {
        target: table.clone(),
        source,
        ..copy
    };
    Some(CopyDraft { copy, back })
}

/// The columns with their places, and the rest; the tables are not known here.
fn read_copy<'n>(
    reading: &Reading<'n>,
    fields: &mut Fields<'n>,
    word: &'static str,
) -> (Vec<(Ident, Span)>, CopyIntent) {
    let condition = fields.expression("where").map(|text| Expr::new(text.text));
    let matching = fields.expression("match").map(|text| Expr::new(text.text));
    let mut seen: HashMap<Ident, Span> = HashMap::new();
    let mut filled = Vec::new();
    let mut columns = Vec::new();
    for node in fields.children("column") {
        let mut child = fields.child(node);
        let Some(name) = child.name("column") else {
            continue;
        };
        let span = name.span.clone();
        let name = reading.ident(&name, "column");
        let value = child.expression_argument();
        if value.is_none() {
            child.missing(
                format!("`{word}` does not say what goes into column `{name}`"),
                format!("write `column {name} \"expression\"`, over a row of the other table"),
            );
        }
        child.finish("`column`");
        if seen.insert(name.clone(), span.clone()).is_some() {
            let message = format!("column `{name}` is filled twice");
            reading.report.error(DUPLICATE, span, message);
            continue;
        }
        filled.push((name.clone(), span));
        columns.extend(value.map(|text| (name, Expr::new(text.text))));
    }
    let nowhere = QName::bare(Ident::exact(""));
    let copy = CopyIntent {
        target: nowhere.clone(),
        source: nowhere,
        columns,
        condition,
        matching,
    };
    (filled, copy)
}
