//! Rows that are copied from one table into another: the statement, and the questions that show that none was lost. The same
//! on every engine.
//!
//! Must not: decide when rows are copied.

use crate::catalog::{Ident, QName};
use crate::op::{Copied, CopiedColumn, CopyRows};

use super::Sql;

/// What every row of the source is that counts.
fn restricted(copy: &CopyRows, word: &str, sql: &mut Sql) {
    if let Some(condition) = &copy.condition {
        sql.raw(word).raw("(").raw(condition.text()).raw(")");
    }
}

/// `INSERT INTO t (…) SELECT … FROM s`, and a count. `overriding` stands before the `SELECT`.
pub(in crate::dialect) fn into_new(copy: &CopyRows, overriding: &str, sql: &mut Sql) {
    sql.raw("INSERT INTO ").qname(&copy.target).raw(" (");
    sql.idents(copy.columns.iter().map(|column| &column.name))
        .raw(")");
    sql.raw(overriding).raw("\n");
    selected(copy, "\n", sql);
    sql.end();
    let mut count = sql.beside();
    count.raw("SELECT (SELECT count(*) FROM ").qname(&copy.source);
    restricted(copy, " WHERE ", &mut count);
    count
        .raw(") - (SELECT count(*) FROM ")
        .qname(&copy.target)
        .raw(")");
    let label = format!("every row of {} in {}", copy.source, copy.target);
    let query = count.clause();
    sql.expect(label, query, "0");
}

/// `UPDATE t SET … FROM s WHERE …`.
pub(in crate::dialect) fn into_rows(copy: &CopyRows, sql: &mut Sql) {
    sql.raw("UPDATE ").qname(&copy.target).raw(" SET ");
    sql.list(&copy.columns, |sql, column| {
        sql.ident(&column.name).raw(" = ").raw(column.value.text());
    });
    sql.raw("\nFROM ").qname(&copy.source);
    matched(copy, "\nWHERE ", sql);
    sql.end();
}

/// The value for a row of the target that is written anew: by the row of the source that is its own, else the default.
pub(in crate::dialect) fn value(copy: &CopyRows, column: &CopiedColumn, sql: &mut Sql) {
    let of_source = |what: &str, sql: &mut Sql| {
        sql.raw("(SELECT ").raw(what).raw(" FROM ").qname(&copy.source);
        matched(copy, " WHERE ", sql);
        // More than one would be no answer; that there is none is asked for itself.
        sql.raw(" LIMIT 1)");
    };
    match &column.otherwise {
        None => of_source(column.value.text(), sql),
        Some(otherwise) => {
            sql.raw("CASE WHEN EXISTS ");
            of_source("1", sql);
            sql.raw(" THEN ");
            of_source(column.value.text(), sql);
            sql.raw(" ELSE ").raw(otherwise.text()).raw(" END");
        }
    }
}

/// The name under which the rows that a copy would make are asked.
pub(in crate::dialect) fn place() -> QName {
    QName::bare(Ident::exact("copied"))
}

/// `WITH copied (…) AS (…) `: the rows of the target as they would be after the copy.
pub(in crate::dialect) fn as_after(copied: &Copied, sql: &mut Sql) {
    let copy = &copied.rows;
    let filled = copy.columns.iter().map(|column| &column.name);
    sql.raw("WITH ").qname(&place()).raw(" (");
    sql.idents(copied.kept.iter().chain(filled)).raw(") AS (");
    if copy.matching.is_none() {
        selected(copy, " ", sql);
    } else {
        sql.raw("SELECT ");
        for column in &copied.kept {
            sql.ident(column).raw(", ");
        }
        sql.list(&copy.columns, |sql, column| value(copy, column, sql));
        sql.raw(" FROM ").qname(&copy.target);
    }
    sql.raw(") ");
}

/// The rows of the source as those of the target.
fn selected(copy: &CopyRows, between: &str, sql: &mut Sql) {
    sql.raw("SELECT ");
    sql.list(&copy.columns, |sql, column| {
        sql.raw(column.value.text());
    });
    sql.raw(between).raw("FROM ").qname(&copy.source);
    restricted(copy, &format!("{between}WHERE "), sql);
}

fn matched(copy: &CopyRows, word: &str, sql: &mut Sql) {
    if let Some(matching) = &copy.matching {
        sql.raw(word).raw("(").raw(matching.text()).raw(")");
    }
    restricted(copy, " AND ", sql);
}

/// What is expected of every row of the source: that it has its row of the target.
pub(in crate::dialect) fn each_has_its_row(copy: &CopyRows) -> String {
    format!("every row of {} has its row of {}", copy.source, copy.target)
}

/// The rows of the source that have no row of the target.
pub(in crate::dialect) fn where_left_over(copy: &CopyRows, sql: &mut Sql) {
    sql.raw(" WHERE ");
    if let Some(condition) = &copy.condition {
        sql.raw("(").raw(condition.text()).raw(") AND ");
    }
    sql.raw("NOT EXISTS (SELECT 1 FROM ").qname(&copy.target);
    if let Some(matching) = &copy.matching {
        sql.raw(" WHERE (").raw(matching.text()).raw(")");
    }
    sql.raw(")");
}

/// What is expected of every row of the target: that no second row of the source is its own.
pub(in crate::dialect) fn none_has_two(copy: &CopyRows) -> String {
    format!("no two rows of {} for one row of {}", copy.source, copy.target)
}

/// How many rows of the source stand in the place of another.
pub(in crate::dialect) fn count_of_doubles(copy: &CopyRows, sql: &mut Sql) {
    sql.raw("SELECT (SELECT count(*) FROM ").qname(&copy.target);
    sql.raw(" JOIN ").qname(&copy.source);
    if let Some(matching) = &copy.matching {
        sql.raw(" ON (").raw(matching.text()).raw(")");
    }
    restricted(copy, " WHERE ", sql);
    sql.raw(") - (SELECT count(*) FROM ").qname(&copy.target);
    sql.raw(" WHERE EXISTS (SELECT 1 FROM ").qname(&copy.source);
    matched(copy, " WHERE ", sql);
    sql.raw("))");
}

/// No row of the source is left over, and none stands in the place of another.
pub(in crate::dialect) fn expect_each_finds_one(copy: &CopyRows, sql: &mut Sql) {
    let mut lost = sql.beside();
    lost.raw("SELECT count(*) FROM ").qname(&copy.source);
    where_left_over(copy, &mut lost);
    let lost = lost.clause();
    sql.expect(each_has_its_row(copy), lost, "0");
    let mut doubles = sql.beside();
    count_of_doubles(copy, &mut doubles);
    let doubles = doubles.clause();
    sql.expect(none_has_two(copy), doubles, "0");
}
