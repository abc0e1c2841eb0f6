//! Policies of tables.
//!
//! <https://www.postgresql.org/docs/current/catalog-pg-policy.html>

use crate::catalog::kinds::{Policy, PolicyCommand};
use crate::catalog::{Expr, Ident};
use crate::dialect::postgres::expressions::settled;

use super::batch::Part;
use super::relations::USER_SCHEMAS;

/// A row of `pg_policy`.
pub(super) struct PolicyRow {
    pub(super) oid: u32,
    pub(super) relation: u32,
    pub(super) name: Ident,
    pub(super) policy: Policy,
}

/// Policies, a row a role that one is for: names of roles may hold anything that could separate them. Everybody is the role
/// with the number 0, which has no name.
pub(super) fn part() -> Part {
    Part {
        what: "policies",
        sql: format!(
            "SELECT y.oid, y.polrelid, y.polname, y.polpermissive, y.polcmd, \
             pg_catalog.pg_get_expr(y.polqual, y.polrelid), pg_catalog.pg_get_expr(y.polwithcheck, y.polrelid), \
             a.rolname FROM pg_catalog.pg_policy y JOIN pg_catalog.pg_class c ON c.oid = y.polrelid \
             LEFT JOIN pg_catalog.pg_roles a ON a.oid = ANY (y.polroles) \
             WHERE c.relnamespace IN {USER_SCHEMAS} ORDER BY y.polrelid, y.polname, a.rolname COLLATE \"C\""
        ),
        take: |raw, cells| {
            let oid = cells.number(0)?;
            let role = cells.opt(7)?.map(|role| raw.ident(role));
            if let Some(row) = raw.policies.last_mut().filter(|row| row.oid == oid) {
                row.policy.roles.extend(role);
                return Ok(());
            }
            let expr = |text: Option<&str>| text.map(|text| Expr::new(settled(text)));
            let policy = Policy {
                permissive: cells.flag(3)?,
                command: command(cells.letter(4)?),
                roles: role.into_iter().collect(),
                using: expr(cells.opt(5)?),
                check: expr(cells.opt(6)?),
            };
            let row = PolicyRow {
                oid,
                relation: cells.number(1)?,
                name: raw.ident(cells.text(2)?),
                policy,
            };
            raw.policies.push(row);
            Ok(())
        },
    }
}

fn command(letter: u8) -> PolicyCommand {
    match letter {
        b'r' => PolicyCommand::Select,
        b'a' => PolicyCommand::Insert,
        b'w' => PolicyCommand::Update,
        b'd' => PolicyCommand::Delete,
        _ => PolicyCommand::All,
    }
}
