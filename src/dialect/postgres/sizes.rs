//! How large tables are: one query of the catalog and the statistics, and one that counts the small ones.
//!
//! A partitioned table is as large as its partitions. `reltuples` is as old as the last `ANALYZE` and -1 (0 before 14) when there was none; `n_live_tup` is younger, and
//! lost in a crash. A file without a block has no row for certain.

use sqlx::postgres::PgConnection;

use crate::catalog::{Ident, QName};
use crate::dialect::size::{COUNTED, Size, Sizes};
use crate::dialect::sql::text_literal;
use crate::dialect::{Dialect, EngineError, Sql};

use super::session::fetch;

/// Larger tables are not counted, however few rows the statistics name: most of one may be dead rows.
const COUNTABLE_BYTES: u64 = 64 << 20;
/// What a row is taken to need where nothing at all is known.
const ROW_BYTES: u64 = 100;

/// A table as the catalog and the statistics know it.
struct Found {
    table: QName,
    heap: u64,
    bytes: u64,
    rows: Option<u64>,
    has_children: bool,
    readable: bool,
}

/// The sizes of these tables; one that is not there, or is no plain table, is left out.
pub(super) async fn read(connection: &mut PgConnection, tables: &[QName]) -> Result<Sizes, EngineError> {
    if tables.is_empty() {
        return Ok(Sizes::new());
    }
    let rows = fetch(connection, &facts(tables)).await?;
    let found: Vec<Found> = rows.iter().filter_map(|row| known(tables, row)).collect();
    let small: Vec<&QName> = found
        .iter()
        .filter(|found| found.is_countable())
        .map(|found| &found.table)
        .collect();
    let mut counts = match small.as_slice() {
        [] => Vec::new(),
        small => fetch(connection, &counts(small)).await?,
    }
    .into_iter()
    .map(|row| row.into_iter().next().flatten()?.parse::<u64>().ok());
    Ok(found
        .iter()
        .map(|found| {
            let count = found.is_countable().then(|| counts.next().flatten()).flatten();
            (found.table.clone(), found.size(count))
        })
        .collect())
}

impl Found {
    fn has_no_block(&self) -> bool {
        self.heap == 0 && !self.has_children
    }

    fn is_countable(&self) -> bool {
        let few = self.rows.is_none_or(|rows| rows <= COUNTED);
        self.readable && few && self.heap <= COUNTABLE_BYTES && !self.has_no_block()
    }

    fn size(&self, count: Option<u64>) -> Size {
        let guess = self.rows.unwrap_or(self.heap / ROW_BYTES);
        let (rows, exact) = match count {
            _ if self.has_no_block() => (0, true),
            Some(count) if count <= COUNTED => (count, true),
            Some(count) => (guess.max(count), false),
            None => (guess, false),
        };
        Size {
            rows,
            exact,
            bytes: Some(self.bytes),
        }
    }
}

fn facts(tables: &[QName]) -> String {
    let names: Vec<String> = tables
        .iter()
        .map(|table| {
            let schema = table.schema.as_ref().map_or("public", Ident::text);
            format!("({}, {})", text_literal(schema), text_literal(table.name.text()))
        })
        .collect();
    format!(
        "SELECT n.nspname::text, c.relname::text, s.heap, s.bytes, CASE WHEN s.known THEN s.rows END, \
         s.foreign_part OR c.relkind = 'r' AND c.relhassubclass, pg_catalog.has_table_privilege(c.oid, 'SELECT') \
         AND NOT pg_catalog.row_security_active(c.oid) AND NOT s.foreign_part \
         FROM (VALUES {}) AS q(s, t) JOIN pg_catalog.pg_namespace n ON n.nspname = q.s \
         JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = q.t AND c.relkind IN ('r', 'p') \
         CROSS JOIN LATERAL (SELECT coalesce(pg_catalog.sum(f.heap), 0)::int8 AS heap, \
         coalesce(pg_catalog.sum(f.bytes), 0)::int8 AS bytes, pg_catalog.sum(f.rows)::int8 AS rows, \
         pg_catalog.bool_and(f.rows IS NOT NULL OR f.heap = 0) AS known, \
         coalesce(pg_catalog.bool_or(f.relkind = 'f'), false) AS foreign_part FROM (\
         SELECT r.relkind, pg_catalog.pg_relation_size(r.oid) AS heap, pg_catalog.pg_table_size(r.oid) AS bytes, \
         CASE WHEN pg_catalog.pg_stat_get_live_tuples(r.oid) > 0 THEN pg_catalog.pg_stat_get_live_tuples(r.oid) \
         WHEN r.relpages > 0 AND r.reltuples >= 0 THEN (r.reltuples::float8 / r.relpages \
         * (pg_catalog.pg_relation_size(r.oid) / pg_catalog.current_setting('block_size')::int8))::int8 END AS rows \
         FROM (SELECT c.oid WHERE c.relkind = 'r' UNION ALL \
         SELECT p.relid::pg_catalog.oid FROM pg_catalog.pg_partition_tree(c.oid) p WHERE c.relkind = 'p' AND p.isleaf) \
         AS l(oid) JOIN pg_catalog.pg_class r ON r.oid = l.oid) AS f) AS s",
        names.join(", ")
    )
}

fn known(tables: &[QName], row: &[Option<String>]) -> Option<Found> {
    let cell = |at: usize| row.get(at).cloned().flatten();
    let number = |at: usize| cell(at).and_then(|text| text.parse::<u64>().ok());
    let (schema, name) = (cell(0)?, cell(1)?);
    let table = tables.iter().find(|table| {
        table.name.text() == name && table.schema.as_ref().is_none_or(|found| found.text() == schema)
    })?;
    Some(Found {
        table: table.clone(),
        heap: number(2)?,
        bytes: number(3)?,
        rows: number(4),
        has_children: cell(5).as_deref() == Some("t"),
        readable: cell(6).as_deref() == Some("t"),
    })
}

/// How many rows each of these tables has, or one more than is counted.
fn counts(tables: &[&QName]) -> String {
    let limit = COUNTED + 1;
    let one = |(at, table): (usize, &&QName)| {
        let mut sql = Sql::new(Dialect::Postgres.engine());
        sql.raw(&format!("SELECT count(*), {at} FROM (SELECT 1 FROM "));
        sql.qname(table).raw(&format!(" LIMIT {limit}) r"));
        sql.clause()
    };
    let all: Vec<String> = tables.iter().enumerate().map(one).collect();
    format!("{} ORDER BY 2", all.join(" UNION ALL "))
}
