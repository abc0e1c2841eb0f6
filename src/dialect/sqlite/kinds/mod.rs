//! The rule rows of SQLite, a file for each kind, with what renders it.

pub(super) mod column;
pub(super) mod constraint;
pub(super) mod index;
pub(super) mod rows;
pub(super) mod table;
pub(super) mod trigger;
pub(super) mod view;

/// Tables, indexes, views and triggers share their names (<https://sqlite.org/schematab.html>).
const SCHEMA_OBJECT: Option<&str> = Some("schema object");
