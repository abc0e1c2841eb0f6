//! `rows priorities key=id { row id=1 name=High }`.

use std::collections::HashMap;
use std::sync::Arc;

use crate::catalog::kinds::{Column, Rows};
use crate::catalog::{Ident, Kind, ObjectId, QName};
use crate::declare::fields::Fields;
use crate::declare::node::Node;
use crate::declare::reading::{Draft, Placed, Reading, TableDraft};
use crate::declare::report::{MISSING, ROWS, UNKNOWN_NAME, did_you_mean};
use crate::declare::text::Line;
use crate::declare::write::Writing;
use crate::diagnostic::{Source, Span};
use crate::dialect::Literal;

use super::column::{check_enum_value, literal_of};

const OTHERS: &[(&str, bool)] = &[("keep", true), ("remove", false)];

/// Declared rows whose table is not known yet.
pub(in crate::declare) struct RowsDraft<'n> {
    table: QName,
    key: Vec<Ident>,
    rows: Vec<&'n Node>,
    source: &'n Arc<Source>,
    span: Span,
}

pub(super) fn read<'n>(reading: &Reading<'n>, mut fields: Fields<'n>, draft: &mut Draft<'n>) {
    let span = fields.span();
    let Some(table) = reading.read_qname(&mut fields, "table of rows") else {
        return;
    };
    let key = reading.idents(&fields.names("key").unwrap_or_default());
    if key.is_empty() {
        fields.missing(
            format!("rows of `{table}` have no key"),
            "write key=COLUMN: a unique key by which a row is recognised",
        );
    }
    let keep_others = fields.choice("others", OTHERS).unwrap_or(false);
    let rows = fields.children("row");
    let extras = fields.extras();
    let source = fields.source();
    fields.finish(&format!("rows of `{table}`"));
    if !reading.has(Kind::Rows, span.clone()) {
        return;
    }
    let id = ObjectId::on(Kind::Rows, ObjectId::table(table.clone()));
    draft.say(&id, extras, |was| {
        ObjectId::on(Kind::Rows, ObjectId::table(reading.qname(was, None)))
    });
    if keep_others {
        draft.intents.keep_other_rows.insert(id);
    }
    draft.rows.push(RowsDraft {
        table,
        key,
        rows,
        source,
        span,
    });
}

/// Reads the cells, now that the columns are known.
pub(in crate::declare) fn resolve(
    reading: &Reading<'_>,
    draft: &RowsDraft<'_>,
    table: &TableDraft,
) -> Placed {
    for column in &draft.key {
        if table.column(column).is_none() {
            unknown_column(reading, table, column.text(), draft.span.clone());
        }
    }
    let used: Vec<&super::ColumnDraft> = table
        .columns
        .iter()
        .filter(|column| draft.rows.iter().any(|row| gives(reading, row, &column.name)))
        .collect();
    let mut rows = Vec::with_capacity(draft.rows.len());
    let mut seen: HashMap<Vec<Arc<str>>, Span> = HashMap::new();
    for node in &draft.rows {
        let fields = Fields::new(reading.report, draft.source, reading.dialect(), node);
        let span = fields.span();
        let Some(cells) = read_row(reading, draft, fields, table, &used) else {
            continue;
        };
        let key: Vec<Arc<str>> = used
            .iter()
            .zip(&cells)
            .filter(|(column, _)| draft.key.contains(&column.name))
            .map(|(_, cell)| Arc::clone(cell))
            .collect();
        if let Some(first) = seen.get(&key) {
            let what = format!("the row ({}) of `{}`", key.join(", "), draft.table);
            reading.duplicate(&what, first, span);
            continue;
        }
        seen.insert(key, span);
        rows.push(cells);
    }
    rows.sort();
    let mut columns: Vec<Ident> = used.iter().map(|column| column.name.clone()).collect();
    if columns.is_empty() {
        columns.clone_from(&draft.key);
    }
    Placed {
        id: ObjectId::on(Kind::Rows, ObjectId::table(draft.table.clone())),
        object: Rows {
            key: draft.key.clone(),
            columns,
            rows,
        }
        .into(),
        span: draft.span.clone(),
    }
}

fn gives(reading: &Reading<'_>, row: &Node, column: &Ident) -> bool {
    let keys = row.entries.iter().filter_map(|entry| entry.key.as_ref());
    let children = row.children.iter().map(|child| &child.name);
    keys.filter(|key| key.text != "on")
        .chain(children)
        .any(|name| reading.engine.ident(&name.text) == *column)
}

fn read_row<'n>(
    reading: &Reading<'n>,
    draft: &RowsDraft<'_>,
    mut fields: Fields<'n>,
    table: &TableDraft,
    used: &[&super::ColumnDraft],
) -> Option<Vec<Arc<str>>> {
    let mut complete = true;
    let mut cells = Vec::with_capacity(used.len());
    for column in used {
        let name = cell_name(reading, fields.node, &column.name);
        let Some(given) = fields.cell(name.unwrap_or(column.name.text())) else {
            complete &= allow_missing(reading, draft, &fields, column);
            cells.push(Arc::from(cell(reading, &Literal::Null, &column.column)));
            continue;
        };
        if let Some(of_enum) = &column.of_enum {
            check_enum_value(reading, of_enum, given.value, &given.span);
        }
        cells.push(Arc::from(cell(reading, given.value, &column.column)));
    }
    for name in fields.leftover() {
        if table.column(&reading.engine.ident(&name.text)).is_none() {
            unknown_column(reading, table, &name.text, fields.at(&name.range));
        }
        fields.skip(&name.text);
    }
    fields.finish(&format!("a row of `{}`", draft.table));
    complete.then_some(cells)
}

/// How the row spells the name of the column.
fn cell_name<'n>(reading: &Reading<'_>, row: &'n Node, column: &Ident) -> Option<&'n str> {
    let keys = row.entries.iter().filter_map(|entry| entry.key.as_ref());
    let children = row.children.iter().map(|child| &child.name);
    keys.filter(|key| key.text != "on")
        .chain(children)
        .map(|name| name.text.as_str())
        .find(|name| reading.engine.ident(name) == *column)
}

fn cell(reading: &Reading<'_>, value: &Literal, column: &Column) -> String {
    reading.engine.row_literal(value, &column.data_type.text)
}

fn allow_missing(
    reading: &Reading<'_>,
    draft: &RowsDraft<'_>,
    fields: &Fields<'_>,
    column: &super::ColumnDraft,
) -> bool {
    let name = &column.name;
    let is_key = draft.key.contains(name);
    if column.column.nullable && !is_key {
        return true;
    }
    let why = if is_key {
        "it is the key"
    } else {
        "it is not nullable"
    };
    reading.report.error_with(
        MISSING,
        fields.span(),
        format!("a row of `{}` does not give `{name}`", draft.table),
        format!("write {name}=VALUE: {why}, and other rows give it"),
    );
    false
}

fn unknown_column(reading: &Reading<'_>, table: &TableDraft, name: &str, span: Span) {
    let mut diagnostic = crate::diagnostic::Diagnostic::error(
        UNKNOWN_NAME,
        format!("table `{}` has no column `{name}`", table.name),
    )
    .at(span);
    diagnostic.help = did_you_mean(name, table.columns.iter().map(|column| column.name.text()));
    reading.report.add(diagnostic);
}

/// Reports that the key of declared rows is not unique.
pub(in crate::declare) fn report_key(reading: &Reading<'_>, draft: &RowsDraft<'_>) {
    let key: Vec<&str> = draft.key.iter().map(Ident::text).collect();
    reading.report.error_with(
        ROWS,
        draft.span.clone(),
        format!("`{}` is no unique key of `{}`", key.join(", "), draft.table),
        format!(
            "declare `unique {}` in the table, or name its primary key",
            key.join(" ")
        ),
    );
}

impl RowsDraft<'_> {
    /// The table.
    pub(in crate::declare) fn table(&self) -> &QName {
        &self.table
    }

    /// The key.
    pub(in crate::declare) fn key(&self) -> &[Ident] {
        &self.key
    }

    /// Where it stands.
    pub(in crate::declare) fn span(&self) -> &Span {
        &self.span
    }
}

pub(super) fn write(writing: &Writing<'_>, id: &ObjectId, rows: &Rows) -> Line {
    let Some(table) = id.target().and_then(ObjectId::qname) else {
        return Line::new("rows");
    };
    let mut line = writing.reference("rows", table, &[]);
    line = match rows.key.as_slice() {
        [key] => line.property("key", key.text()),
        keys => line.child(Line::new("key").arguments(keys.iter().map(Ident::text))),
    };
    for cells in &rows.rows {
        let mut row = Line::new("row");
        for (column, cell) in rows.columns.iter().zip(cells) {
            let value = write_cell(writing, table, column, cell);
            row = if column.text() == "on" {
                row.child(Line::new("on").literal(&value))
            } else {
                row.literal_property(column.text(), &value)
            };
        }
        line = line.child(row);
    }
    line
}

fn write_cell(writing: &Writing<'_>, table: &QName, column: &Ident, cell: &str) -> Literal {
    let data_type = writing.column_type(table, column);
    literal_of(cell)
        .into_iter()
        .find(|literal| writing.engine.row_literal(literal, data_type) == *cell)
        .unwrap_or_else(|| Literal::Sql(cell.to_owned()))
}
