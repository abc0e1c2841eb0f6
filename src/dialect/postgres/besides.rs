//! What a column has besides what the catalog knows of it: settings, privileges, and things of kinds that have no payload.
//!
//! Out: a query with a text a row. Must not: name what is managed; that is carried over, or taken down and put back.

use crate::catalog::ObjectId;
use crate::dialect::RenderCx;
use crate::dialect::sql::text_literal;

use super::literals::name_literal;

/// The query, for a column of a table.
pub(super) fn query(column: &ObjectId, cx: &RenderCx<'_>) -> Option<String> {
    let table = name_literal(column.relation()?);
    let name = text_literal(column.name()?.text());
    let compressed = if cx.server.version >= 140_000 {
        " OR a.attcompression <> ''"
    } else {
        ""
    };
    // From 15.20 on the server keeps a mark of its own among the options of every column. Lines of pg_depend that are of managed kinds: constraints but exclusions, defaults, triggers, policies, statistics, indexes and
    // sequences, and the rules by which views are made.
    Some(format!(
        "WITH a AS (SELECT a.*, t.typstorage FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = pg_catalog.to_regclass({table}) AND a.attname = {name})
SELECT pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid) FROM a JOIN pg_catalog.pg_depend d
    ON d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum
    LEFT JOIN pg_catalog.pg_constraint n ON d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND n.oid = d.objid
    LEFT JOIN pg_catalog.pg_class c ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND c.oid = d.objid
    LEFT JOIN pg_catalog.pg_rewrite r ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND r.oid = d.objid
    LEFT JOIN pg_catalog.pg_class v ON v.oid = r.ev_class
    WHERE d.classid NOT IN ('pg_catalog.pg_attrdef'::pg_catalog.regclass, 'pg_catalog.pg_trigger'::pg_catalog.regclass,
        'pg_catalog.pg_policy'::pg_catalog.regclass, 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass)
    AND coalesce(n.contype, 'x') = 'x' AND coalesce(c.relkind, 'r') NOT IN ('i', 'S')
    AND (coalesce(v.relkind, 'r') <> 'v' OR r.rulename <> '_RETURN')
UNION ALL SELECT 'privileges' FROM a WHERE a.attacl IS NOT NULL
UNION ALL SELECT 'settings of storage or statistics' FROM a
    WHERE EXISTS (SELECT 1 FROM pg_catalog.unnest(a.attoptions) AS o(text) WHERE o.text NOT LIKE 'pg\\_attver=%')
    OR coalesce(a.attstattarget, -1) <> -1 OR a.attstorage <> a.typstorage{compressed}
UNION ALL SELECT 'inheritance' FROM a JOIN pg_catalog.pg_inherits i ON a.attrelid IN (i.inhrelid, i.inhparent)
UNION ALL SELECT 'settings of index ' || c.relname FROM a JOIN pg_catalog.pg_index x ON x.indrelid = a.attrelid
    JOIN pg_catalog.pg_class c ON c.oid = x.indexrelid
    WHERE a.attnum = ANY (x.indkey) AND (c.reloptions IS NOT NULL OR c.reltablespace <> 0 OR x.indisclustered OR x.indisreplident)"
    ))
}
