//! Rows for the tables of a catalog. Which of them the engine takes is left to it.

use super::model::{Column, Model, Part, Table};
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
                row(model, table, None, at)
            ));
        }
        let heirs = table.parts.iter().filter(|_| table.divided.is_none());
        for (at, heir) in heirs.enumerate() {
            out.push_str(&format!(
                "BEGIN {}; EXCEPTION WHEN OTHERS THEN NULL; END;\n",
                row(model, table, Some(heir), ROWS + at)
            ));
        }
    }
    out.push_str("END $rows$");
    out
}

/// A row of a table, or of one that inherits it.
fn row(model: &Model, table: &Table, heir: Option<&Part>, at: usize) -> String {
    let own = heir.and_then(|heir| heir.own.as_ref());
    let columns: Vec<&Column> = table
        .columns
        .iter()
        .chain(own)
        .filter(|column| column.generated.is_none())
        .collect();
    let names: Vec<String> = columns.iter().map(|column| quoted(&column.named.name)).collect();
    let values = columns.iter().map(|column| {
        if table.is_divided_by(column.named.id) {
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
    let target = heir.map_or(model.sql_name(table.named.id), |heir| {
        model.sql_name_in(table.schema, &heir.named.name)
    });
    format!(
        "INSERT INTO {target} ({}) OVERRIDING SYSTEM VALUE VALUES ({})",
        names.join(", "),
        values.join(", ")
    )
}
