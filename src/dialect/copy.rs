//! Rows that are copied from one table into another: the statement, and the questions that show that none was lost. The same
//! on every engine.
//!
//! Must not: decide when rows are copied.

use crate::op::CopyRows;

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
    sql.idents(copy.columns.iter().map(|(column, _)| column)).raw(")");
    sql.raw(overriding).raw("\nSELECT ");
    sql.list(&copy.columns, |sql, (_, value)| {
        sql.raw(value.text());
    });
    sql.raw("\nFROM ").qname(&copy.source);
    restricted(copy, "\nWHERE ", sql);
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
    sql.list(&copy.columns, |sql, (column, value)| {
        sql.ident(column).raw(" = ").raw(value.text());
    });
    sql.raw("\nFROM ").qname(&copy.source);
    matched(copy, "\nWHERE ", sql);
    sql.end();
}

/// The value for a row of the target that is written anew.
pub(in crate::dialect) fn value(copy: &CopyRows, value: &str, sql: &mut Sql) {
    sql.raw("(SELECT ").raw(value).raw(" FROM ").qname(&copy.source);
    matched(copy, " WHERE ", sql);
    sql.raw(")");
}

fn matched(copy: &CopyRows, word: &str, sql: &mut Sql) {
    if let Some(matching) = &copy.matching {
        sql.raw(word).raw("(").raw(matching.text()).raw(")");
    }
    restricted(copy, " AND ", sql);
}

/// No row of the source is left over, and none stands in the place of another.
pub(in crate::dialect) fn expect_each_finds_one(copy: &CopyRows, sql: &mut Sql) {
    let Some(matching) = &copy.matching else {
        return;
    };
    let (source, target) = (&copy.source, &copy.target);
    let mut lost = sql.beside();
    lost.raw("SELECT count(*) FROM ").qname(source).raw(" WHERE ");
    if let Some(condition) = &copy.condition {
        lost.raw("(").raw(condition.text()).raw(") AND ");
    }
    lost.raw("NOT EXISTS (SELECT 1 FROM ")
        .qname(target)
        .raw(" WHERE (");
    lost.raw(matching.text()).raw("))");
    let lost = lost.clause();
    sql.expect(
        format!("every row of {source} has its row of {target}"),
        lost,
        "0",
    );
    let mut doubles = sql.beside();
    doubles.raw("SELECT (SELECT count(*) FROM ").qname(target);
    doubles.raw(" JOIN ").qname(source).raw(" ON (");
    doubles.raw(matching.text()).raw(")");
    restricted(copy, " WHERE ", &mut doubles);
    doubles.raw(") - (SELECT count(*) FROM ").qname(target);
    doubles.raw(" WHERE EXISTS (SELECT 1 FROM ").qname(source);
    matched(copy, " WHERE ", &mut doubles);
    doubles.raw("))");
    let doubles = doubles.clause();
    sql.expect(
        format!("no two rows of {source} for one row of {target}"),
        doubles,
        "0",
    );
}
