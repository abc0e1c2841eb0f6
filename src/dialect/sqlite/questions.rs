//! Questions to the data as queries: each counts the rows in the way, or names the keys of some of them.

use crate::catalog::kinds::{ForeignKey, IndexKey, IndexTerm};
use crate::catalog::{Ident, ObjectId, QName};
use crate::dialect::sql::text_literal;
use crate::dialect::{Dialect, KEYS, Sql, copy, filled};
use crate::op::{Filled, Question};

use super::types::{Affinity, affinity};

/// What a query answers with.
#[derive(Clone, Copy)]
enum Answer<'a> {
    /// How many rows.
    Count,
    /// Some of them, by these columns, or by their row ids.
    Keys(&'a [Ident]),
}

/// What is expected, as a sentence, and the query that counts what is against it.
pub(super) fn question(question: &Question) -> Option<(String, String)> {
    asked(question, Answer::Count)
}

/// The query for the keys of a few rows in the way.
pub(super) fn keys(question: &Question, key: &[Ident]) -> Option<String> {
    let (_, query) = asked(question, Answer::Keys(key))?;
    Some(format!("{query} LIMIT {KEYS}"))
}

fn asked(question: &Question, answer: Answer<'_>) -> Option<(String, String)> {
    match question {
        Question::NoNulls { column } => {
            let (table, name) = parts(column)?;
            let condition = clause(|sql| {
                sql.ident(name).raw(" IS NULL");
            });
            Some((
                format!("no NULL in {}", column.label()),
                select(answer, table, &condition),
            ))
        }
        Question::NoRows { column } => {
            let (table, _) = parts(column)?;
            Some((format!("no row in {table}"), select(answer, table, "1")))
        }
        Question::Empty { column } => {
            let (table, name) = parts(column)?;
            let condition = clause(|sql| {
                sql.ident(name).raw(" IS NOT NULL");
            });
            Some((
                format!("no value in {}", column.label()),
                select(answer, table, &condition),
            ))
        }
        Question::NoDuplicates { .. } => duplicates(question, answer),
        Question::NoOrphans { table, key, .. } => Some(orphans(table, key, answer)),
        Question::Holds {
            table,
            condition,
            subject,
        } => Some((
            format!("every row of {table} holds {subject}"),
            select(answer, table, &format!("NOT ({})", condition.text())),
        )),
        Question::Unused { column, values } => unused(column, values, answer),
        Question::EachHasItsRow { rows, .. } => {
            let query = clause(|sql| {
                sql.raw("SELECT ").raw(&answered(answer)).raw(" FROM ");
                sql.qname(&rows.source);
                copy::where_left_over(rows, sql);
            });
            Some((copy::each_has_its_row(rows), query))
        }
        Question::NoneHasTwo { rows, .. } => match answer {
            Answer::Count => Some((
                copy::none_has_two(rows),
                clause(|sql| copy::count_of_doubles(rows, sql)),
            )),
            Answer::Keys(_) => None,
        },
        Question::OfCopy { copied, question } => {
            // What is not a row yet has no number.
            if let Answer::Keys([]) = answer {
                return None;
            }
            let (label, _) = asked(question, answer)?;
            let moved = question.as_ref().clone();
            let (_, query) = asked(&moved.with_rows_in(&copied.rows.target, &copy::place()), answer)?;
            let rows = clause(|sql| copy::as_after(copied, sql));
            Some((label, rows + &query))
        }
        Question::OfFilled { filled, question } => of_filled(filled, question, answer),
        // An expression gives what it gives: SQLite converts nothing that it does not keep.
        Question::Converts { using: Some(_), .. }
        | Question::NothingElse { .. }
        | Question::NothingSecret { .. }
        | Question::NoOverlap { .. } => None,
        Question::Converts { column, from, to, .. } => converts(column, from, to, answer),
        Question::OfItsType { column, to } => of_its_type(column, to, answer),
    }
}

fn unused(column: &ObjectId, values: &[String], answer: Answer<'_>) -> Option<(String, String)> {
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
    Some((label, select(answer, table, &condition)))
}

/// The question of rows as the plan makes them.
fn of_filled(filled: &[Filled], question: &Question, answer: Answer<'_>) -> Option<(String, String)> {
    let answer = match answer {
        Answer::Keys(key) if !filled::has(filled, question, key) => Answer::Keys(&[]),
        answer => answer,
    };
    let lies = matches!(answer, Answer::Keys([])).then_some("rowid");
    let (label, _) = asked(question, answer)?;
    let (_, query) = asked(&filled::of(filled, question), answer)?;
    let from = |table: &QName, sql: &mut Sql| {
        sql.raw(" FROM ").qname(table);
    };
    let rows = clause(|sql| filled::with(filled, lies, from, sql));
    Some((label, rows + &query))
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

fn select(answer: Answer<'_>, table: &QName, condition: &str) -> String {
    clause(|sql| {
        sql.raw("SELECT ").raw(&answered(answer)).raw(" FROM ");
        sql.qname(table).raw(" WHERE ").raw(condition);
    })
}

fn answered(answer: Answer<'_>) -> String {
    match answer {
        Answer::Count => "count(*)".to_owned(),
        Answer::Keys([]) => "CAST(rowid AS TEXT)".to_owned(),
        Answer::Keys(columns) => clause(|sql| {
            for (at, column) in columns.iter().enumerate() {
                sql.raw(if at > 0 { " || ', ' || " } else { "" });
                sql.raw("ifnull(CAST(").ident(column).raw(" AS TEXT), 'NULL')");
            }
        }),
    }
}

fn duplicates(question: &Question, answer: Answer<'_>) -> Option<(String, String)> {
    let Question::NoDuplicates {
        table,
        keys,
        predicate,
        converted,
        nulls_equal,
        ..
    } = question
    else {
        return None;
    };
    // What a conversion changes is asked about with the conversion.
    if !converted.is_empty() {
        return None;
    }
    let term = |sql: &mut Sql, key: &IndexKey| {
        match &key.term {
            IndexTerm::Column(column) => {
                sql.ident(column);
            }
            IndexTerm::Expr(expr) => {
                sql.raw("(").raw(expr.text()).raw(")");
            }
        }
        if let Some(collation) = &key.collation {
            sql.raw(" COLLATE ").qname(collation.qname());
        }
    };
    let query = clause(|sql| {
        match answer {
            Answer::Count => {
                sql.raw("SELECT count(*) FROM (SELECT 1");
            }
            Answer::Keys(_) => {
                sql.raw("SELECT key FROM (SELECT ").raw(&answered(answer));
                sql.raw(" AS key, count(*) OVER (PARTITION BY ");
                sql.list(keys, term).raw(") AS same");
            }
        }
        sql.raw(" FROM ").qname(table);
        let mut word = " WHERE ";
        if let Some(predicate) = predicate {
            sql.raw(word).raw("(").raw(predicate.text()).raw(")");
            word = " AND ";
        }
        for key in keys.iter().filter(|_| !nulls_equal) {
            sql.raw(word);
            term(sql, key);
            sql.raw(" IS NOT NULL");
            word = " AND ";
        }
        match answer {
            Answer::Count => {
                sql.raw(" GROUP BY ").list(keys, term);
                sql.raw(" HAVING count(*) > 1)");
            }
            Answer::Keys(_) => {
                sql.raw(") WHERE same > 1");
            }
        }
    });
    let said: Vec<&str> = keys
        .iter()
        .map(|key| match &key.term {
            IndexTerm::Column(column) => column.text(),
            IndexTerm::Expr(expr) => expr.text(),
        })
        .collect();
    Some((format!("no duplicate in {table} ({})", said.join(", ")), query))
}

fn orphans(table: &QName, key: &ForeignKey, answer: Answer<'_>) -> (String, String) {
    let query = clause(|sql| {
        sql.raw("SELECT ").raw(&answered(answer)).raw(" FROM ");
        sql.qname(table).raw(" AS child WHERE ");
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
fn converts(column: &ObjectId, from: &str, to: &str, answer: Answer<'_>) -> Option<(String, String)> {
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
    Some((label, select(answer, table, &condition)))
}

/// What a STRICT table refuses: <https://sqlite.org/stricttables.html>. A text that is a number is stored as one.
fn of_its_type(column: &ObjectId, to: &str, answer: Answer<'_>) -> Option<(String, String)> {
    let (table, name) = parts(column)?;
    let name = clause(|sql| {
        sql.ident(name);
    });
    let is_blob = format!("typeof({name}) = 'blob'");
    let is_no_number = format!("{is_blob} OR NOT (CAST({name} AS NUMERIC) = {name})");
    let upper = to.to_ascii_uppercase();
    let condition = match affinity(to) {
        Affinity::Integer => {
            format!("{is_no_number} OR CAST({name} AS NUMERIC) <> CAST({name} AS INTEGER)")
        }
        Affinity::Real => is_no_number,
        Affinity::Text => is_blob,
        Affinity::Blob if upper == "BLOB" => format!("typeof({name}) NOT IN ('null', 'blob')"),
        Affinity::Blob | Affinity::Numeric => return None,
    };
    let label = format!("every value of {} is of type {to}", column.label());
    Some((label, select(answer, table, &condition)))
}
