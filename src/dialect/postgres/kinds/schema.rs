//! Schemas, <https://www.postgresql.org/docs/current/sql-createschema.html>. `public` is never an object of a catalog.

use crate::catalog::kinds::Schema;
use crate::dialect::{Fold, Rules};

use super::{in_place, name, no_clause, nothing_to_alter};

pub(super) static RULES: Rules<Schema> = Rules {
    fold: Fold::Never,
    replaceable: false,
    namespace: Some("schema"),
    alter: |attr, _, _, _| match attr {},
    attach: in_place,
    detach: in_place,
    create: |item, _, _, sql| {
        sql.raw("CREATE SCHEMA ");
        name(item.id, sql);
    },
    inline: no_clause,
    drop: |item, _, sql| {
        sql.raw("DROP SCHEMA ");
        name(item.id, sql);
    },
    alter_sql: nothing_to_alter,
    rename: Some(|from, to, _, sql| {
        sql.raw("ALTER SCHEMA ");
        name(from, sql);
        sql.raw(" RENAME TO ");
        name(to, sql);
    }),
};
