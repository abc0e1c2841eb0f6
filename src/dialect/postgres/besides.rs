//! What a column has besides what the catalog knows of it: privileges that nobody manages, and things of kinds that have no payload.
//!
//! Out: a query with a text a row. Must not: name what is managed; that is carried over, or taken down and put back.

use crate::catalog::{Kind, ObjectId};
use crate::dialect::RenderCx;
use crate::dialect::sql::text_literal;

use super::literals::name_literal;

/// The query, for a column of a table.
pub(super) fn query(column: &ObjectId, cx: &RenderCx<'_>) -> Option<String> {
    let table = name_literal(column.relation()?);
    let name = text_literal(column.name()?.text());
    let is_granted = cx.to.contains(&ObjectId::on(Kind::Grants, column.clone()));
    let privileges = if is_granted {
        ""
    } else {
        "\nUNION ALL SELECT 'privileges' FROM a WHERE a.attacl IS NOT NULL"
    };
    // Lines of pg_depend that are of managed kinds: constraints but exclusions, defaults, triggers, policies, statistics, tables of
    // publications, indexes and sequences, and the rules by which views are made and others.
    Some(format!(
        "WITH a AS (SELECT a.* FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = pg_catalog.to_regclass({table}) AND a.attname = {name})
SELECT pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid) FROM a JOIN pg_catalog.pg_depend d
    ON d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum
    LEFT JOIN pg_catalog.pg_constraint n ON d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND n.oid = d.objid
    LEFT JOIN pg_catalog.pg_class c ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND c.oid = d.objid
    WHERE d.classid NOT IN ('pg_catalog.pg_attrdef'::pg_catalog.regclass, 'pg_catalog.pg_trigger'::pg_catalog.regclass,
        'pg_catalog.pg_policy'::pg_catalog.regclass, 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass,
        'pg_catalog.pg_publication_rel'::pg_catalog.regclass, 'pg_catalog.pg_rewrite'::pg_catalog.regclass)
    AND coalesce(n.contype, 'x') = 'x' AND coalesce(c.relkind, 'r') NOT IN ('i', 'S'){privileges}
UNION ALL SELECT 'inheritance' FROM a JOIN pg_catalog.pg_inherits i ON a.attrelid IN (i.inhrelid, i.inhparent)"
    ))
}
