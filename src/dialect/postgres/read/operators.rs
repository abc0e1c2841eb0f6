//! Operators, and the families and classes that say what they are to index methods.
//!
//! <https://www.postgresql.org/docs/current/catalog-pg-operator.html>,
//! <https://www.postgresql.org/docs/current/catalog-pg-opclass.html>

use std::sync::Arc;

use crate::catalog::Ident;
use crate::dialect::EngineError;

use super::batch::{Cells, Part, Raw};
use super::collations::{Named, named};
use super::relations::USER_SCHEMAS;
use super::types::Typed;

/// A row of `pg_operator`.
pub(super) struct OperatorRow {
    pub(super) oid: u32,
    pub(super) schema: u32,
    pub(super) name: Ident,
    pub(super) left: Option<Typed>,
    pub(super) right: Typed,
    /// The schema and the name of the function behind it.
    pub(super) function: (Ident, Ident),
    pub(super) commutator: Option<Named>,
    pub(super) negator: Option<Named>,
    pub(super) restrict: Option<Named>,
    pub(super) join: Option<Named>,
    pub(super) hashes: bool,
    pub(super) merges: bool,
}

/// A row of `pg_opfamily` or `pg_opclass`.
pub(super) struct FamilyRow {
    pub(super) oid: u32,
    pub(super) schema: u32,
    pub(super) name: Ident,
    /// The index method.
    pub(super) method: Arc<str>,
    /// What a class has besides.
    pub(super) class: Option<ClassRow>,
}

/// What only a class has.
pub(super) struct ClassRow {
    pub(super) data_type: Typed,
    pub(super) family: Named,
    pub(super) default: bool,
    pub(super) storage: Option<Typed>,
}

/// A row of `pg_amop` or `pg_amproc`.
pub(super) struct MemberRow {
    /// The class or the family that it goes with, by catalog and number.
    pub(super) of: (u32, u32),
    pub(super) number: u16,
    pub(super) left: Typed,
    pub(super) right: Typed,
    pub(super) role: RoleRow,
}

/// What it is that is a member.
pub(super) enum RoleRow {
    /// An operator, and the family by which its results are sorted.
    Operator(Named, Option<Named>),
    /// A function, by schema and name, and the types of its arguments.
    Function(Ident, Ident, Arc<str>),
}

/// What users made. A row without a function keeps the place of an operator that another one names, and is none.
pub(super) fn operators() -> Part {
    let other = |column: &str| {
        format!(
            "(SELECT x.oprnamespace::text || ' ' || x.oprname FROM pg_catalog.pg_operator x \
             WHERE x.oid = o.{column} AND x.oprcode <> 0)"
        )
    };
    let estimator = |column: &str| {
        format!(
            "(SELECT x.pronamespace::text || ' ' || x.proname FROM pg_catalog.pg_proc x WHERE x.oid = o.{column})"
        )
    };
    Part {
        what: "operators",
        sql: format!(
            "SELECT o.oid, o.oprnamespace, o.oprname, NULLIF(o.oprleft, 0), pg_catalog.format_type(o.oprleft, NULL), \
             o.oprright, pg_catalog.format_type(o.oprright, NULL), n.nspname, p.proname, {}, {}, {}, {}, o.oprcanhash, \
             o.oprcanmerge FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_proc p ON p.oid = o.oprcode \
             JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace \
             WHERE o.oid >= 16384 AND o.oprright <> 0 AND o.oprnamespace IN {USER_SCHEMAS} ORDER BY o.oid",
            other("oprcom"),
            other("oprnegate"),
            estimator("oprrest"),
            estimator("oprjoin"),
        ),
        take: |raw, cells| {
            let row = OperatorRow {
                oid: cells.number(0)?,
                schema: cells.number(1)?,
                name: raw.ident(cells.text(2)?),
                left: typed(cells, 3)?,
                right: (cells.number(5)?, Arc::from(cells.text(6)?)),
                function: (raw.ident(cells.text(7)?), raw.ident(cells.text(8)?)),
                commutator: named(raw, cells, 9)?,
                negator: named(raw, cells, 10)?,
                restrict: named(raw, cells, 11)?,
                join: named(raw, cells, 12)?,
                hashes: cells.flag(13)?,
                merges: cells.flag(14)?,
            };
            raw.operators.push(row);
            Ok(())
        },
    }
}

/// The type in two cells, its number and its name.
fn typed(cells: &Cells<'_>, at: usize) -> Result<Option<Typed>, EngineError> {
    Ok(match cells.opt(at)? {
        Some(_) => Some((cells.number(at)?, Arc::from(cells.text(at + 1)?))),
        None => None,
    })
}

/// Families and classes that users made.
pub(super) fn families() -> Part {
    Part {
        what: "operator families and classes",
        sql: format!(
            "SELECT f.oid, f.opfnamespace, f.opfname, m.amname, NULL, NULL, NULL, NULL, NULL, NULL \
             FROM pg_catalog.pg_opfamily f JOIN pg_catalog.pg_am m ON m.oid = f.opfmethod \
             WHERE f.oid >= 16384 AND f.opfnamespace IN {USER_SCHEMAS} UNION ALL \
             SELECT c.oid, c.opcnamespace, c.opcname, m.amname, c.opcintype, pg_catalog.format_type(c.opcintype, NULL), \
             f.opfnamespace::text || ' ' || f.opfname, c.opcdefault, NULLIF(c.opckeytype, 0), \
             pg_catalog.format_type(c.opckeytype, NULL) FROM pg_catalog.pg_opclass c \
             JOIN pg_catalog.pg_am m ON m.oid = c.opcmethod JOIN pg_catalog.pg_opfamily f ON f.oid = c.opcfamily \
             WHERE c.oid >= 16384 AND c.opcnamespace IN {USER_SCHEMAS} ORDER BY 1"
        ),
        take: |raw, cells| {
            let class = match (typed(cells, 4)?, named(raw, cells, 6)?) {
                (Some(data_type), Some(family)) => Some(ClassRow {
                    data_type,
                    family,
                    default: cells.flag(7)?,
                    storage: typed(cells, 8)?,
                }),
                _ => None,
            };
            let row = FamilyRow {
                oid: cells.number(0)?,
                schema: cells.number(1)?,
                name: raw.ident(cells.text(2)?),
                method: raw.text(cells.text(3)?),
                class,
            };
            raw.families.push(row);
            Ok(())
        },
    }
}

/// What is in them. The engine keeps whether it goes with a class or with the family alone.
pub(super) fn members() -> Part {
    Part {
        what: "members of operator families",
        sql: "SELECT d.refclassid, d.refobjid, a.amopstrategy AS number, a.amoplefttype, \
              pg_catalog.format_type(a.amoplefttype, NULL) AS l, a.amoprighttype, \
              pg_catalog.format_type(a.amoprighttype, NULL) AS r, o.oprnamespace::text || ' ' || o.oprname, \
              (SELECT f.opfnamespace::text || ' ' || f.opfname FROM pg_catalog.pg_opfamily f WHERE f.oid = a.amopsortfamily), \
              NULL, NULL, NULL AS args FROM pg_catalog.pg_amop a JOIN pg_catalog.pg_operator o ON o.oid = a.amopopr \
              JOIN pg_catalog.pg_depend d ON d.classid = 2602 AND d.objid = a.oid AND d.refclassid IN (2616, 2753) \
              WHERE a.oid >= 16384 AND d.refobjid >= 16384 UNION ALL \
              SELECT d.refclassid, d.refobjid, a.amprocnum, a.amproclefttype, \
              pg_catalog.format_type(a.amproclefttype, NULL), a.amprocrighttype, \
              pg_catalog.format_type(a.amprocrighttype, NULL), NULL, NULL, n.nspname, p.proname, \
              pg_catalog.oidvectortypes(p.proargtypes) FROM pg_catalog.pg_amproc a \
              JOIN pg_catalog.pg_proc p ON p.oid = a.amproc JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace \
              JOIN pg_catalog.pg_depend d ON d.classid = 2603 AND d.objid = a.oid AND d.refclassid IN (2616, 2753) \
              WHERE a.oid >= 16384 AND d.refobjid >= 16384"
            .to_owned(),
        take: |raw, cells| {
            let role = match named(raw, cells, 7)? {
                Some(operator) => RoleRow::Operator(operator, named(raw, cells, 8)?),
                None => RoleRow::Function(
                    raw.ident(cells.text(9)?),
                    raw.ident(cells.text(10)?),
                    Arc::from(cells.opt(11)?.unwrap_or_default()),
                ),
            };
            let row = MemberRow {
                of: (cells.number(0)?, cells.number(1)?),
                number: cells.number(2)?,
                left: (cells.number(3)?, Arc::from(cells.text(4)?)),
                right: (cells.number(5)?, Arc::from(cells.text(6)?)),
                role,
            };
            raw.family_members.push(row);
            Ok(())
        },
    }
}

impl Raw {
    /// Takes the members of a class or family out.
    pub(super) fn members_of(&mut self, class: u32, oid: u32) -> Vec<MemberRow> {
        let (found, others) = std::mem::take(&mut self.family_members)
            .into_iter()
            .partition(|member| member.of == (class, oid));
        self.family_members = others;
        found
    }
}
