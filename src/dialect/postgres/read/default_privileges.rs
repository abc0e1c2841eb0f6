//! Rights on what will be made.
//!
//! <https://www.postgresql.org/docs/current/catalog-pg-default-acl.html>

use crate::catalog::Ident;
use crate::catalog::kinds::DefaultsOf;

use super::batch::Part;
use super::grants::{self, GrantEntry};

/// An entry of a list of default rights, or a list without entries.
pub(super) struct DefaultRow {
    /// Whose objects.
    pub(super) role: Ident,
    /// In which schema, or 0 for all.
    pub(super) schema: u32,
    pub(super) of: DefaultsOf,
    /// `None` for a list without entries.
    pub(super) entry: Option<GrantEntry>,
    /// The role itself has not got every right.
    pub(super) owner_lacks: bool,
}

/// Every list, of which one for all schemas holds everything, and one for a schema what is added.
pub(super) fn part() -> Part {
    Part {
        what: "default privileges",
        sql: format!(
            "SELECT o.rolname, d.defaclnamespace, d.defaclobjtype, {}, d.defaclnamespace = 0 AND EXISTS ( \
              SELECT 1 FROM pg_catalog.aclexplode(pg_catalog.acldefault( \
              CASE d.defaclobjtype WHEN 'S' THEN 's' ELSE d.defaclobjtype END::\"char\", d.defaclrole)) a \
              WHERE a.grantee = d.defaclrole AND NOT EXISTS (SELECT 1 FROM pg_catalog.aclexplode(d.defaclacl) x \
              WHERE x.grantee = d.defaclrole AND x.privilege_type = a.privilege_type)) \
              FROM pg_catalog.pg_default_acl d JOIN pg_catalog.pg_roles o ON o.oid = d.defaclrole \
              {} ORDER BY o.rolname COLLATE \"C\", d.defaclnamespace, d.defaclobjtype",
            grants::columns("d.defaclrole"),
            grants::entries("d.defaclacl")
        ),
        take: |raw, cells| {
            let of = match cells.letter(2)? {
                b'r' => DefaultsOf::Tables,
                b'S' => DefaultsOf::Sequences,
                b'f' => DefaultsOf::Routines,
                b'T' => DefaultsOf::Types,
                b'n' => DefaultsOf::Schemas,
                _ => DefaultsOf::LargeObjects,
            };
            let row = DefaultRow {
                role: raw.ident(cells.text(0)?),
                schema: cells.number(1)?,
                of,
                entry: grants::entry(raw, cells)?,
                owner_lacks: cells.flag(9)?,
            };
            raw.default_privileges.push(row);
            Ok(())
        },
    }
}
