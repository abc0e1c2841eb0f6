//! The tables of the revision chain. Always qualified: our sessions have an empty `search_path`.

use crate::dialect::own_tables::{OwnTable, OwnTables};

pub(super) const OWN_TABLES: OwnTables = OwnTables {
    version: OwnTable {
        name: "public.alembic_version",
        exists: "SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
                 WHERE n.nspname = 'public' AND c.relname = 'alembic_version'",
        create: &[
            "CREATE TABLE public.alembic_version (version_num VARCHAR(32) NOT NULL, \
                   CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))",
        ],
    },
    ledger: OwnTable {
        name: "reconcile.ledger",
        exists: "SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
                 WHERE n.nspname = 'reconcile' AND c.relname = 'ledger'",
        create: &[
            "CREATE SCHEMA IF NOT EXISTS reconcile",
            "CREATE TABLE reconcile.ledger (revision text NOT NULL PRIMARY KEY, engine text NOT NULL, \
             checksum text NOT NULL, direction text NOT NULL, state text NOT NULL, segments_done integer NOT NULL, \
             started_at timestamptz NOT NULL, finished_at timestamptz, tool_version text NOT NULL)",
        ],
    },
    lock: Some("LOCK TABLE public.alembic_version IN ACCESS EXCLUSIVE MODE"),
    // Not now(), which is the time at which the transaction began.
    now: "pg_catalog.clock_timestamp()",
};
