//! Rights on everything, in one query.
//!
//! <https://www.postgresql.org/docs/current/ddl-priv.html>

use crate::catalog::Ident;
use crate::catalog::kinds::Privilege;
use crate::dialect::EngineError;

use super::batch::{Cells, Part, Raw};
use super::relations::USER_SCHEMAS;

/// An entry of a list of rights, or a list without entries.
pub(super) struct GrantRow {
    pub(super) class: u32,
    pub(super) object: u32,
    /// The column, or 0.
    pub(super) column: i16,
    /// `None` for a list without entries.
    pub(super) entry: Option<GrantEntry>,
    /// The owner has not got every right.
    pub(super) owner_lacks: bool,
}

/// Who may do what.
pub(super) struct GrantEntry {
    /// `None` for everybody.
    pub(super) role: Option<Ident>,
    pub(super) privilege: Privilege,
    pub(super) with_option: bool,
    /// What an owner has needs no grant.
    pub(super) to_owner: bool,
    /// Somebody else than the owner has granted it.
    pub(super) by_another: bool,
}

/// Every list of rights that is not the engine's own for its kind. Of a new object there is none.
pub(super) fn part() -> Part {
    let lists = [
        format!(
            "SELECT 1259, c.oid, 0, c.relacl, c.relowner, CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END \
             FROM pg_catalog.pg_class c WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') \
             AND c.relacl IS NOT NULL AND c.relnamespace IN {USER_SCHEMAS}"
        ),
        format!(
            "SELECT 1259, c.oid, a.attnum, a.attacl, c.relowner, 'c' FROM pg_catalog.pg_attribute a \
             JOIN pg_catalog.pg_class c ON c.oid = a.attrelid WHERE a.attacl IS NOT NULL AND a.attnum > 0 \
             AND NOT a.attisdropped AND c.relnamespace IN {USER_SCHEMAS}"
        ),
        format!(
            "SELECT 1255, p.oid, 0, p.proacl, p.proowner, 'f' FROM pg_catalog.pg_proc p \
             WHERE p.proacl IS NOT NULL AND p.pronamespace IN {USER_SCHEMAS}"
        ),
        format!(
            "SELECT 1247, t.oid, 0, t.typacl, t.typowner, 'T' FROM pg_catalog.pg_type t \
             WHERE t.typacl IS NOT NULL AND t.typnamespace IN {USER_SCHEMAS}"
        ),
        format!(
            "SELECT 2615, n.oid, 0, n.nspacl, n.nspowner, 'n' FROM pg_catalog.pg_namespace n \
             WHERE n.nspacl IS NOT NULL AND n.oid IN {USER_SCHEMAS}"
        ),
        "SELECT 2328, w.oid, 0, w.fdwacl, w.fdwowner, 'F' FROM pg_catalog.pg_foreign_data_wrapper w \
         WHERE w.fdwacl IS NOT NULL"
            .to_owned(),
        "SELECT 1417, s.oid, 0, s.srvacl, s.srvowner, 'S' FROM pg_catalog.pg_foreign_server s \
         WHERE s.srvacl IS NOT NULL"
            .to_owned(),
    ];
    Part {
        what: "grants",
        sql: format!(
            "SELECT o.class, o.oid, o.number, {}, EXISTS (SELECT 1 FROM pg_catalog.aclexplode( \
             pg_catalog.acldefault(o.letter::\"char\", o.owner)) d WHERE d.grantee = o.owner AND NOT EXISTS ( \
             SELECT 1 FROM pg_catalog.aclexplode(o.acl) x WHERE x.grantee = o.owner \
             AND x.privilege_type = d.privilege_type)) FROM ({}) AS o(class, oid, number, acl, owner, letter) \
             {} ORDER BY o.class, o.oid, o.number",
            columns("o.owner"),
            lists.join(" UNION ALL "),
            entries("o.acl")
        ),
        take: |raw, cells| {
            let row = GrantRow {
                class: cells.number(0)?,
                object: cells.number(1)?,
                column: cells.number(2)?,
                entry: entry(raw, cells)?,
                owner_lacks: cells.flag(9)?,
            };
            raw.grants.push(row);
            Ok(())
        },
    }
}

/// What [`entry`] reads, of an entry of a list of what belongs to `owner`.
pub(super) fn columns(owner: &str) -> String {
    format!(
        "e.privilege_type, e.is_grantable, e.grantee = 0, r.rolname, e.grantee = {owner}, e.grantor <> {owner}"
    )
}

/// The entries of a list, and whom they are about; one row of nothing where there is none.
pub(super) fn entries(list: &str) -> String {
    format!(
        "LEFT JOIN LATERAL pg_catalog.aclexplode({list}) e ON true \
         LEFT JOIN pg_catalog.pg_roles r ON r.oid = e.grantee"
    )
}

/// The entry in columns 3 to 8; `None` for a list without entries.
pub(super) fn entry(raw: &mut Raw, cells: &Cells<'_>) -> Result<Option<GrantEntry>, EngineError> {
    let privilege = cells.opt(3)?.and_then(Privilege::from_word);
    let role = cells.opt(6)?.map(|role| raw.ident(role));
    let to_everybody = cells.flag(5)?;
    Ok(match privilege {
        // A role that is gone while this was read has no name.
        Some(privilege) if to_everybody || role.is_some() => Some(GrantEntry {
            role,
            privilege,
            with_option: cells.flag(4)?,
            to_owner: cells.flag(7)?,
            by_another: cells.flag(8)?,
        }),
        _ => None,
    })
}
