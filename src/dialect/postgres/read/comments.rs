//! Comments on everything, in one query.
//!
//! <https://www.postgresql.org/docs/current/catalog-pg-description.html>

use std::sync::Arc;

use super::batch::Part;

/// A row of `pg_description`.
pub(super) struct CommentRow {
    pub(super) class: u32,
    pub(super) object: u32,
    pub(super) column: i32,
    pub(super) text: Arc<str>,
}

/// Comments on what users made: numbers below 16384 are the engine's own.
pub(super) fn part() -> Part {
    Part {
        what: "comments",
        sql: "SELECT d.classoid, d.objoid, d.objsubid, d.description FROM pg_catalog.pg_description d \
              WHERE d.objoid >= 16384 ORDER BY d.classoid, d.objoid, d.objsubid"
            .to_owned(),
        take: |raw, cells| {
            raw.comments.push(CommentRow {
                class: cells.number(0)?,
                object: cells.number(1)?,
                column: cells.number(2)?,
                text: Arc::from(cells.text(3)?),
            });
            Ok(())
        },
    }
}
