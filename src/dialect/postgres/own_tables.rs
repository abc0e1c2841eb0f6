//! The tables of the revision chain. Always qualified: our sessions have an empty `search_path`.

use crate::catalog::{Ident, QName};
use crate::dialect::own_tables::OwnTable;
use crate::dialect::sql::text_literal;
use crate::dialect::{Dialect, Sql};

/// Not `now()`, which is the time at which the transaction began.
pub(super) const NOW: &str = "pg_catalog.clock_timestamp()";

pub(super) fn version(place: &QName) -> OwnTable {
    let name = written(place);
    let key = Ident::exact(&format!("{}_pkc", place.name.text()));
    let key = written(&QName::bare(key));
    OwnTable {
        exists: exists(place),
        create: vec![format!(
            "CREATE TABLE {name} (version_num VARCHAR(32) NOT NULL, CONSTRAINT {key} PRIMARY KEY (version_num))"
        )],
        added: Vec::new(),
        lock: Some(format!("LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE")),
        name,
    }
}

pub(super) fn ledger() -> OwnTable {
    let place = QName::in_schema(Ident::exact("reconcile"), Ident::exact("ledger"));
    let name = written(&place);
    OwnTable {
        exists: exists(&place),
        create: vec![
            "CREATE SCHEMA IF NOT EXISTS reconcile".to_owned(),
            format!(
                "CREATE TABLE {name} (revision text NOT NULL PRIMARY KEY, engine text NOT NULL, \
                 checksum text NOT NULL, direction text NOT NULL, state text NOT NULL, segments_done integer NOT NULL, \
                 started_at timestamptz NOT NULL, finished_at timestamptz, tool_version text NOT NULL)"
            ),
        ],
        added: vec![(
            format!(
                "SELECT 1 FROM pg_catalog.pg_attribute a WHERE a.attrelid = {}::pg_catalog.regclass \
                 AND a.attname = 'batch_cursor'",
                text_literal(&name)
            ),
            format!("ALTER TABLE {name} ADD COLUMN batch_cursor text"),
        )],
        lock: None,
        name,
    }
}

fn written(place: &QName) -> String {
    let mut sql = Sql::new(Dialect::Postgres.engine());
    sql.qname(place);
    sql.clause()
}

fn exists(place: &QName) -> String {
    let schema = place.schema.as_ref().map_or("public", Ident::text);
    format!(
        "SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE n.nspname = {} AND c.relname = {}",
        text_literal(schema),
        text_literal(place.name.text())
    )
}
