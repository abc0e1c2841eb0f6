//! Questions to the data as queries: each counts the rows in the way.

use crate::catalog::kinds::ForeignKey;
use crate::catalog::{Ident, ObjectId, QName};
use crate::dialect::sql::text_literal;
use crate::dialect::{Dialect, Sql};
use crate::op::Question;

use super::types::{Affinity, affinity};

/// What is expected, as a sentence, and the query that counts what is against it.
pub(super) fn question(question: &Question) -> Option<(String, String)> {
    match question {
        Question::NoNulls { column } => {
            let (table, name) = parts(column)?;
            let condition = clause(|sql| {
                sql.ident(name).raw(" IS NULL");
            });
            Some((format!("no NULL in {}", column.label()), count(table, &condition)))
        }
        Question::NoRows { column } => {
            let (table, _) = parts(column)?;
            Some((format!("no row in {table}"), count(table, "1")))
        }
        Question::NoDuplicates {
            table,
            columns,
            nulls_equal,
            ..
        } => Some(duplicates(table, columns, *nulls_equal)),
        Question::NoOrphans { table, key, .. } => Some(orphans(table, key)),
        Question::Holds {
            table,
            condition,
            subject,
        } => Some((
            format!("every row of {table} holds {subject}"),
            count(table, &format!("NOT ({})", condition.text())),
        )),
        Question::Unused { column, values } => {
            let (table, name) = parts(column)?;
            let condition = clause(|sql| {
                sql.ident(name).raw(" IN (");
                sql.list(values, |sql, value| {
                    sql.text(value);
                });
                sql.raw(")");
            });
            let shown: Vec<String> = values.iter().map(|value| text_literal(value)).collect();
            let label = format!("no {} in {}", shown.join(", "), column.label());
            Some((label, count(table, &condition)))
        }
        Question::Converts { column, from, to } => converts(column, from, to),
    }
}

fn parts(column: &ObjectId) -> Option<(&QName, &Ident)> {
    Some((column.relation()?, column.name()?))
}

/// SQL text with names quoted as SQLite needs them.
fn clause(write: impl FnOnce(&mut Sql)) -> String {
    let mut sql = Sql::new(Dialect::Sqlite.engine());
    write(&mut sql);
    sql.clause()
}

fn count(table: &QName, condition: &str) -> String {
    clause(|sql| {
        sql.raw("SELECT count(*) FROM ")
            .qname(table)
            .raw(" WHERE ")
            .raw(condition);
    })
}

fn duplicates(table: &QName, columns: &[Ident], nulls_equal: bool) -> (String, String) {
    let names: Vec<&str> = columns.iter().map(Ident::text).collect();
    let query = clause(|sql| {
        sql.raw("SELECT count(*) FROM (SELECT 1 FROM ").qname(table);
        for (at, column) in columns.iter().enumerate().filter(|_| !nulls_equal) {
            sql.raw(if at > 0 { " AND " } else { " WHERE " });
            sql.ident(column).raw(" IS NOT NULL");
        }
        sql.raw(" GROUP BY ").idents(columns).raw(" HAVING count(*) > 1)");
    });
    (format!("no duplicate in {table} ({})", names.join(", ")), query)
}

fn orphans(table: &QName, key: &ForeignKey) -> (String, String) {
    let query = clause(|sql| {
        sql.raw("SELECT count(*) FROM ")
            .qname(table)
            .raw(" AS child WHERE ");
        for column in &key.columns {
            sql.raw("child.").ident(column).raw(" IS NOT NULL AND ");
        }
        sql.raw("NOT EXISTS (SELECT 1 FROM ")
            .qname(&key.table)
            .raw(" AS parent WHERE ");
        for (at, (column, referenced)) in key.columns.iter().zip(&key.referenced).enumerate() {
            sql.raw(if at > 0 { " AND " } else { "" });
            sql.raw("parent.")
                .ident(referenced)
                .raw(" = child.")
                .ident(column);
        }
        sql.raw(")");
    });
    (
        format!("every row of {table} finds its row of {}", key.table),
        query,
    )
}

/// Text that becomes a number changes silently (`'007'` to 7) or stays text; anything else converts without loss.
fn converts(column: &ObjectId, from: &str, to: &str) -> Option<(String, String)> {
    let (table, name) = parts(column)?;
    if affinity(from) != Affinity::Text {
        return None;
    }
    let upper = to.to_ascii_uppercase();
    let condition = match affinity(to) {
        Affinity::Integer => clause(|sql| {
            sql.raw("CAST(CAST(")
                .ident(name)
                .raw(" AS INTEGER) AS TEXT) <> CAST(");
            sql.ident(name).raw(" AS TEXT)");
        }),
        // DATE, DATETIME, JSON and BOOLEAN have this affinity as well, and hold text.
        Affinity::Numeric if !upper.starts_with("NUMERIC") && !upper.starts_with("DECIMAL") => return None,
        Affinity::Real | Affinity::Numeric => clause(|sql| {
            sql.raw("NOT (CAST(")
                .ident(name)
                .raw(" AS NUMERIC) = ")
                .ident(name)
                .raw(")");
        }),
        Affinity::Text | Affinity::Blob => return None,
    };
    let label = format!("every value of {} is a number as {to} keeps it", column.label());
    Some((label, count(table, &condition)))
}
