//! Rows for the tables of a catalog. Which of them the engine takes is left to it.

use super::model::{Column, Model, Table};
use super::text::quoted;

/// Rows of each table; what these hold is told by their number, so that keys and what refers to them agree.
const ROWS: usize = 3;

/// Statements that put in what the engine takes, twice over: a row may refer to one of a later table.
pub(crate) fn rows(model: &Model) -> String {
    let mut out = "DO $rows$ BEGIN SET CONSTRAINTS ALL IMMEDIATE;\n".to_owned();
    for table in model.tables.iter().chain(&model.tables) {
        for at in 0..ROWS {
            out.push_str(&format!(
                "BEGIN {}; EXCEPTION WHEN OTHERS THEN NULL; END;\n",
                row(model, table, at)
            ));
        }
    }
    out.push_str("END $rows$");
    out
}

fn row(model: &Model, table: &Table, at: usize) -> String {
    let columns: Vec<&Column> = table
        .columns
        .iter()
        .filter(|column| column.generated.is_none())
        .collect();
    let names: Vec<String> = columns.iter().map(|column| quoted(&column.named.name)).collect();
    let values = columns.iter().map(|column| {
        if table.divided == Some(column.named.id) {
            let parts: Vec<usize> = table.parts.iter().filter_map(|part| part.from).collect();
            return (parts.get(at % parts.len().max(1)).unwrap_or(&0) + at).to_string();
        }
        // One row in a few tables has nothing where nothing may be.
        if column.nullable && at + 1 == ROWS && column.named.id % 3 == 0 {
            return "NULL".to_owned();
        }
        model.value(column.of, at)
    });
    let values: Vec<String> = values.collect();
    let target = model.sql_name(table.named.id);
    format!(
        "INSERT INTO {target} ({}) OVERRIDING SYSTEM VALUE VALUES ({})",
        names.join(", "),
        values.join(", ")
    )
}
