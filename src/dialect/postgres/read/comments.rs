//! Comments on everything, in one query; and how that is called which has a comment and is no object of ours.
//!
//! <https://www.postgresql.org/docs/current/catalog-pg-description.html>

use std::sync::Arc;

use sqlx::postgres::PgConnection;

use crate::catalog::Ident;
use crate::diagnostic::Diagnostic;
use crate::dialect::postgres::unmodelled::Notes;
use crate::dialect::{EngineError, Scope};

use super::batch::Part;
use super::relations::USER_SCHEMAS;
use super::session;

/// A row of `pg_description`.
pub(super) struct CommentRow {
    pub(super) class: u32,
    pub(super) object: u32,
    pub(super) column: i32,
    pub(super) text: Arc<str>,
}

/// Where a comment stands that is on no object of the catalog.
pub(super) struct Commented {
    pub(super) class: u32,
    pub(super) object: u32,
    pub(super) column: i32,
}

/// Comments on what users made: numbers below 16384 are the engine's own, but for the schema with which every database
/// begins.
pub(super) fn part() -> Part {
    Part {
        what: "comments",
        sql: "SELECT d.classoid, d.objoid, d.objsubid, d.description FROM pg_catalog.pg_description d \
              WHERE d.objoid >= 16384 OR d.classoid = 2615 AND d.objoid = 2200 \
              ORDER BY d.classoid, d.objoid, d.objsubid"
            .to_owned(),
        take: |raw, cells| {
            raw.comments.push(CommentRow {
                class: cells.number(0)?,
                object: cells.number(1)?,
                column: cells.number(2)?,
                text: Arc::from(cells.text(3)?),
            });
            Ok(())
        },
    }
}

/// Says which comments are on constraints, indexes, types and the like that are no objects of the catalog. There is
/// hardly ever one, so only then it is asked how these are called.
pub(super) async fn tell(
    connection: &mut PgConnection,
    commented: &[Commented],
    scope: &Scope,
) -> Result<Vec<Diagnostic>, EngineError> {
    if commented.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<String> = commented
        .iter()
        .map(|at| {
            format!(
                "({}::pg_catalog.oid, {}::pg_catalog.oid, {})",
                at.class, at.object, at.column
            )
        })
        .collect();
    let mut notes = Notes::default();
    for row in session::fetch(connection, &names(&places.join(", "))).await? {
        let [Some(kind), Some(name), schema] = row.as_slice() else {
            continue;
        };
        let schema = schema.as_deref().map(Ident::exact);
        let in_scope = |schema: &Ident| scope.schemas.as_ref().is_none_or(|all| all.contains(schema));
        if schema.as_ref().is_none_or(in_scope) {
            notes.comment(kind, name);
        }
    }
    Ok(notes.finish())
}

/// The kind, the name and the schema of what stands at these places, in words that no setting of the server translates.
fn names(places: &str) -> String {
    format!(
        "SELECT i.type, i.identity, COALESCE(n.nspname, i.schema) FROM (VALUES {places}) AS a(class, object, number) \
         CROSS JOIN LATERAL pg_catalog.pg_identify_object(a.class, a.object, a.number) i \
         LEFT JOIN pg_catalog.pg_constraint k ON a.class = 2606 AND k.oid = a.object \
         LEFT JOIN pg_catalog.pg_rewrite r ON a.class = 2618 AND r.oid = a.object \
         LEFT JOIN pg_catalog.pg_trigger g ON a.class = 2620 AND g.oid = a.object \
         LEFT JOIN pg_catalog.pg_index x ON a.class = 1259 AND x.indexrelid = a.object \
         LEFT JOIN pg_catalog.pg_type y ON y.oid = CASE a.class WHEN 1247 THEN a.object ELSE k.contypid END \
         LEFT JOIN pg_catalog.pg_class c ON c.oid = COALESCE(NULLIF(k.conrelid, 0), r.ev_class, g.tgrelid, x.indrelid, \
         NULLIF(y.typrelid, 0), CASE a.class WHEN 1259 THEN a.object END) \
         LEFT JOIN pg_catalog.pg_namespace n ON n.oid = COALESCE(c.relnamespace, y.typnamespace) \
         WHERE (n.oid IS NULL OR n.oid IN {USER_SCHEMAS}) AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d \
         WHERE d.deptype = 'e' AND (d.classid, d.objid) IN ((1259, c.oid), (1247, y.oid))) ORDER BY i.type, i.identity"
    )
}
