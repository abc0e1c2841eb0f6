//! A table built anew beside the old one, in the order of <https://sqlite.org/lang_altertable.html#otheralter>.
//!
//! The session switches foreign keys off before the transaction and checks them before the commit; the planner takes
//! indexes, views and triggers down before and puts them back after. The new table is always the one that is renamed:
//! renaming the old one away would carry the references of other tables along.

use crate::catalog::kinds::{Column, PrimaryKey, Table, TableExt};
use crate::catalog::{Ident, Object, ObjectId, Payload as _};
use crate::dialect::sql::text_literal;
use crate::dialect::{RenderCx, Sql, copy as rows};
use crate::op::{CopySource, Rebuild};

use super::super::kinds::table::definition;

/// The names under which a table without an integer primary key shows its row number.
const ROWID_NAMES: [&str; 3] = ["rowid", "_rowid_", "oid"];

/// One side of a rebuild.
struct Image<'a> {
    table: Option<&'a Table>,
    members: Vec<(&'a ObjectId, &'a Object)>,
}

impl<'a> Image<'a> {
    fn new(parts: &'a [(ObjectId, Object)]) -> Self {
        Self {
            table: parts.iter().find_map(|(_, object)| Table::of(object)),
            members: parts
                .iter()
                .filter(|(_, object)| Table::of(object).is_none())
                .map(|(id, object)| (id, object))
                .collect(),
        }
    }

    fn column(&self, name: &Ident) -> Option<&'a Column> {
        let is_it = |id: &ObjectId| id.name() == Some(name);
        self.members
            .iter()
            .filter(|(id, _)| is_it(id))
            .find_map(|(_, object)| Column::of(object))
    }

    fn primary_key(&self) -> Option<&'a PrimaryKey> {
        self.members.iter().find_map(|(_, object)| PrimaryKey::of(object))
    }

    fn is_autoincrement(&self) -> bool {
        self.primary_key().is_some_and(|key| key.autoincrement)
    }

    /// Whether rows have a number of their own beside the columns.
    fn has_hidden_rowid(&self) -> bool {
        let without = matches!(
            self.table.map(|table| table.ext),
            Some(TableExt::Sqlite {
                without_rowid: true,
                ..
            })
        );
        let alias = self
            .primary_key()
            .is_some_and(|key| match key.columns.as_slice() {
                [one] => self
                    .column(one)
                    .is_some_and(|column| column.data_type.text.eq_ignore_ascii_case("INTEGER")),
                _ => false,
            });
        !without && !alias
    }
}

/// Renders the copy and the exchange.
pub(super) fn render(rebuild: &Rebuild, _cx: &RenderCx<'_>, sql: &mut Sql) {
    let Some(name) = rebuild.table.name() else {
        return;
    };
    let (before, after) = (Image::new(&rebuild.before), Image::new(&rebuild.after));
    let beside = Ident::folded(&format!("_rcn_{}", name.text()));
    if let Some(table) = after.table {
        definition(&beside, table, &after.members, sql);
        sql.end();
    }
    copy(rebuild, (&before, &after), (name, &beside), sql);
    expect_equal_counts(name, &beside, sql);
    if before.is_autoincrement() && after.is_autoincrement() {
        keep_sequence(name, &beside, sql);
    }
    sql.raw("DROP TABLE ").ident(name).end();
    // Nothing refers to the new table under its first name. Without this, a view or trigger anywhere in the file that
    // names something missing would stop the rename.
    sql.raw("PRAGMA legacy_alter_table = ON").end();
    sql.raw("ALTER TABLE ")
        .ident(&beside)
        .raw(" RENAME TO ")
        .ident(name)
        .end();
    sql.raw("PRAGMA legacy_alter_table = OFF").end();
}

fn copy(rebuild: &Rebuild, images: (&Image<'_>, &Image<'_>), names: (&Ident, &Ident), sql: &mut Sql) {
    let ((before, after), (name, beside)) = (images, names);
    let rowid = hidden_rowid(before, after);
    let copied: Vec<&(Ident, CopySource)> = rebuild
        .copy
        .iter()
        .filter(|(column, _)| {
            after
                .column(column)
                .is_some_and(|column| column.generated.is_none())
        })
        .collect();
    if copied.is_empty() && rowid.is_none() {
        return;
    }
    sql.raw("INSERT INTO ").ident(beside).raw(" (");
    let mut rowids = rowid.iter().peekable();
    if let Some(rowid) = rowids.peek() {
        sql.raw(rowid).raw(if copied.is_empty() { "" } else { ", " });
    }
    sql.idents(copied.iter().map(|(column, _)| column))
        .raw(")\nSELECT ");
    if let Some(rowid) = rowids.next() {
        sql.raw(rowid).raw(if copied.is_empty() { "" } else { ", " });
    }
    sql.list(copied, |sql, (_, source)| match source {
        CopySource::Column(column) => {
            sql.ident(column);
        }
        CopySource::Expr(expr) => {
            sql.raw(expr.text());
        }
        CopySource::Matched(copied, column) => rows::value(copied, column, sql),
        CopySource::Filled(column, value) => {
            sql.raw("coalesce(")
                .ident(column)
                .raw(", ")
                .raw(value.text())
                .raw(")");
        }
    });
    sql.raw(" FROM ").ident(name).end();
}

/// The name under which the number of a row can be copied: applications may hold on to it (full-text indexes do).
fn hidden_rowid(before: &Image<'_>, after: &Image<'_>) -> Option<&'static str> {
    if !before.has_hidden_rowid() || !after.has_hidden_rowid() {
        return None;
    }
    ROWID_NAMES.into_iter().find(|name| {
        let name = Ident::folded(name);
        before.column(&name).is_none() && after.column(&name).is_none()
    })
}

fn expect_equal_counts(name: &Ident, beside: &Ident, sql: &mut Sql) {
    sql.end();
    let engine = crate::dialect::Dialect::Sqlite.engine();
    let (old, new) = (engine.quote(name.text()), engine.quote(beside.text()));
    sql.expect(
        format!("every row of {name} in its copy"),
        format!("SELECT (SELECT count(*) FROM {old}) - (SELECT count(*) FROM {new})"),
        "0",
    );
}

/// The highest id ever given out is not the highest one that is left.
fn keep_sequence(name: &Ident, beside: &Ident, sql: &mut Sql) {
    let (old, new) = (text_literal(name.text()), text_literal(beside.text()));
    sql.raw("DELETE FROM sqlite_sequence WHERE name = ")
        .raw(&new)
        .end();
    sql.raw("INSERT INTO sqlite_sequence (name, seq) SELECT ")
        .raw(&new);
    sql.raw(", seq FROM sqlite_sequence WHERE name = ")
        .raw(&old)
        .raw(" COLLATE NOCASE")
        .end();
}
