//! The tables of the revision chain. The write transaction that holds them is the lock.

use crate::catalog::{Ident, QName};
use crate::dialect::own_tables::OwnTable;
use crate::dialect::sql::text_literal;
use crate::dialect::{Dialect, Sql};

pub(super) const NOW: &str = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";

pub(super) fn version(place: &QName) -> OwnTable {
    let name = written(&place.name);
    let key = written(&Ident::exact(&format!("{}_pkc", place.name.text())));
    OwnTable {
        exists: exists(place.name.text()),
        create: vec![format!(
            "CREATE TABLE {name} (version_num VARCHAR(32) NOT NULL, CONSTRAINT {key} PRIMARY KEY (version_num))"
        )],
        added: Vec::new(),
        lock: None,
        name,
    }
}

pub(super) fn ledger() -> OwnTable {
    let name = "reconcile_ledger";
    OwnTable {
        exists: exists(name),
        create: vec![format!(
            "CREATE TABLE {name} (revision TEXT NOT NULL PRIMARY KEY, engine TEXT NOT NULL, \
             checksum TEXT NOT NULL, direction TEXT NOT NULL, state TEXT NOT NULL, \
             segments_done INTEGER NOT NULL, started_at TEXT NOT NULL, finished_at TEXT, \
             tool_version TEXT NOT NULL)"
        )],
        added: vec![(
            format!("SELECT 1 FROM pragma_table_info('{name}') WHERE name = 'batch_cursor'"),
            format!("ALTER TABLE {name} ADD COLUMN batch_cursor TEXT"),
        )],
        lock: None,
        name: name.to_owned(),
    }
}

fn written(name: &Ident) -> String {
    let mut sql = Sql::new(Dialect::Sqlite.engine());
    sql.ident(name);
    sql.clause()
}

fn exists(name: &str) -> String {
    format!(
        "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND lower(name) = lower({})",
        text_literal(name)
    )
}
