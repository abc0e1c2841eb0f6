//! What is said about the storage of tables, indexes and columns, and is not the default.
//!
//! <https://www.postgresql.org/docs/current/catalog-pg-class.html>, <https://www.postgresql.org/docs/current/catalog-pg-attribute.html>

use std::sync::Arc;

use crate::catalog::Ident;
use crate::catalog::kinds::{ReplicaIdentity, Storage, StorageMode};
use crate::dialect::Server;
use crate::dialect::sql::text_literal;

use super::batch::Part;

/// What stands between two parameters: no value has it.
const BETWEEN: char = '\u{1}';

/// Tables, materialized views and indexes.
pub(super) fn relations() -> Part {
    Part {
        what: "storage",
        sql: "SELECT c.oid, pg_catalog.array_to_string(c.reloptions, E'\\x01'), \
              pg_catalog.array_to_string(t.reloptions, E'\\x01'), s.spcname, \
              CASE WHEN c.relkind IN ('r', 'p', 'm') THEN c.relreplident ELSE 'd' END, \
              (SELECT x.relname FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid \
              WHERE i.indrelid = c.oid AND i.indisreplident), \
              (SELECT x.relname FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid \
              WHERE i.indrelid = c.oid AND i.indisclustered) \
              FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_class t ON t.oid = c.reltoastrelid \
              LEFT JOIN pg_catalog.pg_tablespace s ON s.oid = c.reltablespace \
              WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'm', 'i', 'I') AND (c.reloptions IS NOT NULL \
              OR t.reloptions IS NOT NULL OR c.reltablespace <> 0 \
              OR c.relkind IN ('r', 'p', 'm') AND c.relreplident <> 'd' OR c.relkind IN ('r', 'p', 'm') \
              AND c.relhasindex AND EXISTS (SELECT 1 FROM pg_catalog.pg_index i \
              WHERE i.indrelid = c.oid AND i.indisclustered))"
            .to_owned(),
        take: |raw, cells| {
            let mut parameters = split(cells.opt(1)?.unwrap_or_default(), "");
            parameters.extend(split(cells.opt(2)?.unwrap_or_default(), "toast."));
            parameters.sort();
            let index = cells.opt(5)?.map(|name| raw.ident(name));
            let storage = Storage {
                parameters,
                tablespace: cells.opt(3)?.map(Ident::exact),
                replica_identity: match (cells.letter(4)?, index) {
                    (b'f', _) => ReplicaIdentity::Full,
                    (b'i', Some(index)) => ReplicaIdentity::Index(index),
                    // An index that was dropped leaves nothing to tell a row by.
                    (b'n', _) | (b'i', None) => ReplicaIdentity::Nothing,
                    _ => ReplicaIdentity::PrimaryKey,
                },
                cluster_on: cells.opt(6)?.map(|name| raw.ident(name)),
                ..Storage::NONE
            };
            raw.storage.insert(cells.number(0)?, storage);
            Ok(())
        },
    }
}

/// Columns of tables and of indexes. What an option of an index's column says belongs to its operator class.
pub(super) fn columns(server: &Server) -> Part {
    let compression = if server.version >= 140_000 {
        "a.attcompression"
    } else {
        "''"
    };
    // The server keeps the version of an attribute among its options, which is nobody's setting.
    let options = "ARRAY(SELECT o.text FROM pg_catalog.unnest(a.attoptions) AS o(text) \
                   WHERE o.text NOT LIKE 'pg\\_attver=%')";
    Part {
        what: "storage of columns",
        sql: format!(
            "SELECT a.attrelid, a.attnum, c.relkind IN ('i', 'I'), a.attstattarget, \
             CASE WHEN a.attstorage <> t.typstorage THEN a.attstorage END, {compression}, \
             pg_catalog.array_to_string({options}, E'\\x01'), \
             CASE WHEN c.relkind IN ('i', 'I') AND a.attoptions IS NOT NULL THEN \
             (SELECT CASE WHEN n.nspname = 'pg_catalog' THEN pg_catalog.quote_ident(o.opcname) \
             ELSE pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(o.opcname) END \
             FROM pg_catalog.pg_index i JOIN pg_catalog.pg_opclass o ON o.oid = i.indclass[a.attnum - 1] \
             JOIN pg_catalog.pg_namespace n ON n.oid = o.opcnamespace WHERE i.indexrelid = a.attrelid) END \
             FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid \
             JOIN pg_catalog.pg_type t ON t.oid = a.atttypid \
             WHERE a.attrelid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped \
             AND c.relkind IN ('r', 'p', 'm', 'f', 'i', 'I') AND (coalesce(a.attstattarget, -1) <> -1 \
             OR a.attstorage <> t.typstorage OR {compression} <> '' OR a.attoptions IS NOT NULL)"
        ),
        take: |raw, cells| {
            let (relation, number) = (cells.number::<u32>(0)?, cells.number::<i16>(1)?);
            let target = cells
                .opt(3)?
                .and_then(|text| text.parse().ok())
                .filter(|count| *count >= 0);
            if cells.flag(2)? {
                let options = cells.opt(6)?.unwrap_or_default();
                if !options.is_empty() {
                    raw.opclass_options
                        .insert((relation, number), with_options(cells.text(7)?, options));
                }
                if let (Some(count), Ok(number)) = (target, u16::try_from(number)) {
                    let storage = raw.storage.entry(relation).or_insert(Storage::NONE);
                    storage.statistics.push((number, count));
                    storage.statistics.sort_unstable();
                }
                return Ok(());
            }
            let compression = match cells.letter(5)? {
                b'p' => Some("pglz"),
                b'l' => Some("lz4"),
                _ => None,
            };
            let mut parameters = split(cells.opt(6)?.unwrap_or_default(), "");
            parameters.sort();
            let storage = Storage {
                parameters,
                mode: match cells.letter(4)? {
                    b'p' => Some(StorageMode::Plain),
                    b'e' => Some(StorageMode::External),
                    b'x' => Some(StorageMode::Extended),
                    b'm' => Some(StorageMode::Main),
                    _ => None,
                },
                compression: compression.map(Arc::from),
                statistics: target.map(|count| (0, count)).into_iter().collect(),
                ..Storage::NONE
            };
            if storage != Storage::NONE {
                raw.column_storage.insert((relation, number), storage);
            }
            Ok(())
        },
    }
}

/// An operator class with its options, as `pg_get_indexdef` writes them.
fn with_options(opclass: &str, options: &str) -> Arc<str> {
    let options: Vec<String> = split(options, "")
        .iter()
        .map(|(name, value)| format!("{name}={}", text_literal(value)))
        .collect();
    Arc::from(format!("{opclass} ({})", options.join(", ")))
}

/// `name=value` in each piece.
fn split(text: &str, prefix: &str) -> Vec<(Arc<str>, Arc<str>)> {
    text.split(BETWEEN)
        .filter_map(|piece| piece.split_once('='))
        .map(|(name, value)| (Arc::from(format!("{prefix}{name}")), Arc::from(value)))
        .collect()
}
