//! The engine's own dependency records.
//!
//! What structure gives anyway (a column of its table, a constraint of its columns) stays on the server.
//! <https://www.postgresql.org/docs/current/catalog-pg-depend.html>

use super::batch::Part;

/// The numbers of catalogs, which are fixed.
pub(super) mod class {
    pub(in super::super) const TYPE: u32 = 1247;
    pub(in super::super) const PROC: u32 = 1255;
    pub(in super::super) const CLASS: u32 = 1259;
    pub(in super::super) const ATTRDEF: u32 = 2604;
    pub(in super::super) const CAST: u32 = 2605;
    pub(in super::super) const CONSTRAINT: u32 = 2606;
    pub(in super::super) const NAMESPACE: u32 = 2615;
    pub(in super::super) const REWRITE: u32 = 2618;
    pub(in super::super) const TRIGGER: u32 = 2620;
    pub(in super::super) const EXTENSION: u32 = 3079;
    pub(in super::super) const FOREIGN_SERVER: u32 = 1417;
    pub(in super::super) const FOREIGN_DATA_WRAPPER: u32 = 2328;
    pub(in super::super) const POLICY: u32 = 3256;
    pub(in super::super) const STATISTICS: u32 = 3381;
    pub(in super::super) const COLLATION: u32 = 3456;
    pub(in super::super) const DICTIONARY: u32 = 3600;
    pub(in super::super) const CONFIGURATION: u32 = 3602;
    pub(in super::super) const OPERATOR_CLASS: u32 = 2616;
    pub(in super::super) const OPERATOR: u32 = 2617;
    pub(in super::super) const OPERATOR_FAMILY: u32 = 2753;
    pub(in super::super) const EVENT_TRIGGER: u32 = 3466;
    pub(in super::super) const PUBLICATION: u32 = 6104;
    pub(in super::super) const PUBLISHED: u32 = 6106;
}

/// A row of `pg_depend`.
pub(super) struct Dependency {
    pub(super) class: u32,
    pub(super) object: u32,
    pub(super) column: i32,
    pub(super) referenced_class: u32,
    pub(super) referenced: u32,
    pub(super) referenced_column: i32,
    /// It belongs to an extension.
    pub(super) of_extension: bool,
}

/// Records that say more than structure does: what extensions own; what views, bodies of functions, defaults, generated
/// columns (until 14 under the column's own number), triggers, policies, statistics and expression indexes read; and every use of
/// something that is no relation.
pub(super) fn part() -> Part {
    Part {
        what: "dependencies",
        sql:
            "SELECT d.classid, d.objid, d.objsubid, d.refclassid, d.refobjid, d.refobjsubid, d.deptype = 'e' \
              FROM pg_catalog.pg_depend d WHERE d.deptype = 'e' OR d.objid >= 16384 AND d.refobjid >= 16384 \
              AND d.deptype IN ('n', 'a') AND d.refclassid <> 2615 AND (d.refclassid <> 1259 \
              OR d.classid IN (1255, 2618, 2620, 3256, 3381, 6106) OR d.classid = 2604 AND d.deptype = 'n' \
              OR d.classid = 1259 AND d.objsubid > 0 AND d.refobjsubid > 0 \
              OR d.classid = 1259 AND d.objid IN (SELECT i.indexrelid FROM pg_catalog.pg_index i \
              WHERE i.indexrelid >= 16384 AND (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL))) \
              ORDER BY d.classid, d.objid, d.objsubid, d.refclassid, d.refobjid, d.refobjsubid"
                .to_owned(),
        take: |raw, cells| {
            raw.dependencies.push(Dependency {
                class: cells.number(0)?,
                object: cells.number(1)?,
                column: cells.number(2)?,
                referenced_class: cells.number(3)?,
                referenced: cells.number(4)?,
                referenced_column: cells.number(5)?,
                of_extension: cells.flag(6)?,
            });
            Ok(())
        },
    }
}
