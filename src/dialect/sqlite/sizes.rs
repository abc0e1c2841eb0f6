//! How large tables are: one query counts rows, and where there are many asks for the largest row id instead.
//!
//! Bytes are not told: SQLite could only say by reading every page of the table.

use sqlx::sqlite::SqliteConnection;

use crate::catalog::QName;
use crate::dialect::size::{COUNTED, Size, Sizes};
use crate::dialect::sql::text_literal;
use crate::dialect::{Dialect, EngineError, Sql};

use super::session::fetch;

/// How many tables one query asks about: SQLite takes 500 terms of a compound select.
const TERMS: usize = 200;

/// The sizes of these tables; one that is not there is left out.
pub(super) async fn read(connection: &mut SqliteConnection, tables: &[QName]) -> Result<Sizes, EngineError> {
    let mut sizes = Sizes::new();
    for some in tables.chunks(TERMS) {
        sizes.extend(read_some(connection, some).await?);
    }
    Ok(sizes)
}

async fn read_some(connection: &mut SqliteConnection, tables: &[QName]) -> Result<Sizes, EngineError> {
    let there = fetch(connection, &present(tables)).await?;
    let there: Vec<(&QName, bool)> = tables
        .iter()
        .filter_map(|table| {
            let row = there
                .iter()
                .find(|row| cell(row, 0).is_some_and(|name| name.eq_ignore_ascii_case(table.name.text())))?;
            Some((table, cell(row, 1) == Some("1")))
        })
        .collect();
    if there.is_empty() {
        return Ok(Sizes::new());
    }
    let rows = fetch(connection, &counts(&there)).await?;
    let sizes = there.iter().zip(rows).filter_map(|((table, _), row)| {
        let number = |at: usize| cell(&row, at).and_then(|text| text.parse::<u64>().ok());
        let count = number(0)?;
        let exact = count <= COUNTED;
        let rows = if exact {
            count
        } else {
            number(2).unwrap_or_default().max(count)
        };
        let size = Size {
            rows,
            exact,
            bytes: None,
        };
        Some(((*table).clone(), size))
    });
    Ok(sizes.collect())
}

fn cell(row: &[Option<String>], at: usize) -> Option<&str> {
    row.get(at).and_then(Option::as_deref)
}

/// The tables of these names, and whether their rows have row ids.
fn present(tables: &[QName]) -> String {
    let names: Vec<String> = tables
        .iter()
        .map(|table| text_literal(table.name.text()))
        .collect();
    format!(
        "SELECT name, NOT wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table' \
         AND lower(name) IN ({})",
        names.join(", ").to_ascii_lowercase()
    )
}

/// How many rows each of these tables has, or one more than is counted, and then the largest row id.
fn counts(tables: &[(&QName, bool)]) -> String {
    let limit = COUNTED + 1;
    let one = |(at, (table, has_row_ids)): (usize, &(&QName, bool))| {
        let mut name = Sql::new(Dialect::Sqlite.engine());
        name.qname(table);
        let name = name.clause();
        let largest = if *has_row_ids {
            format!("(SELECT max(rowid) FROM {name})")
        } else {
            "NULL".to_owned()
        };
        format!("SELECT count(*), {at}, {largest} FROM (SELECT 1 FROM {name} LIMIT {limit})")
    };
    let all: Vec<String> = tables.iter().enumerate().map(one).collect();
    format!("{} ORDER BY 2", all.join(" UNION ALL "))
}
