//! The tables of the revision chain. The write transaction that holds them is the lock.

use crate::dialect::own_tables::{OwnTable, OwnTables};

pub(super) const OWN_TABLES: OwnTables = OwnTables {
    version: OwnTable {
        name: "alembic_version",
        exists: "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND lower(name) = 'alembic_version'",
        create: &["CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, \
                   CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"],
    },
    ledger: OwnTable {
        name: "reconcile_ledger",
        exists: "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND lower(name) = 'reconcile_ledger'",
        create: &[
            "CREATE TABLE reconcile_ledger (revision TEXT NOT NULL PRIMARY KEY, engine TEXT NOT NULL, \
                   checksum TEXT NOT NULL, direction TEXT NOT NULL, state TEXT NOT NULL, \
                   segments_done INTEGER NOT NULL, started_at TEXT NOT NULL, finished_at TEXT, \
                   tool_version TEXT NOT NULL)",
        ],
    },
    lock: None,
    now: "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')",
};
