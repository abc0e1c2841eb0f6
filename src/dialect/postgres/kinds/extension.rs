//! Extensions, <https://www.postgresql.org/docs/current/sql-createextension.html>.

use crate::catalog::kinds::{Extension, ExtensionAttr};
use crate::dialect::{Alter, Fold, Rules};

use super::{in_place, name, no_clause};

pub(super) static RULES: Rules<Extension> = Rules {
    fold: Fold::Never,
    replaceable: false,
    namespace: Some("extension"),
    alter: |_, _, _, _| Alter::InPlace,
    attach: in_place,
    detach: in_place,
    create: |item, _, _, sql| {
        sql.raw("CREATE EXTENSION ");
        name(item.id, sql);
        if let Some(schema) = &item.payload.schema {
            sql.raw(" WITH SCHEMA ").ident(schema);
        }
        if let Some(version) = &item.payload.version {
            sql.raw(" VERSION ").text(version);
        }
    },
    inline: no_clause,
    drop: |item, _, sql| {
        sql.raw("DROP EXTENSION ");
        name(item.id, sql);
    },
    alter_sql: |change, _, sql| {
        for attr in &change.attrs {
            match (attr, &change.to.schema, &change.to.version) {
                (ExtensionAttr::Schema, Some(schema), _) => {
                    sql.raw("ALTER EXTENSION ");
                    name(change.id, sql);
                    sql.raw(" SET SCHEMA ").ident(schema).end();
                }
                (ExtensionAttr::Version, _, Some(version)) => {
                    sql.raw("ALTER EXTENSION ");
                    name(change.id, sql);
                    sql.raw(" UPDATE TO ").text(version).end();
                }
                // The declaration leaves it to the engine, which has decided already.
                _ => {}
            }
        }
    },
    rename: None,
};
