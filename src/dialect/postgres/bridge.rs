//! Columns that are kept equal, and views that stand in for tables, on PostgreSQL.
//!
//! A row is completed before it is checked, so one trigger does for a mirror. A view of one table is written through by the
//! engine itself (<https://www.postgresql.org/docs/current/sql-createview.html#SQL-CREATEVIEW-UPDATABLE-VIEWS>), defaults
//! and `ON CONFLICT` included; it belongs to whom the table belongs, and is granted to whom the table is granted.

use std::sync::Arc;

use crate::catalog::kinds::{
    Body, Column, Comment, Function, Trigger, TriggerAction, TriggerEvent, TriggerTiming, View,
};
use crate::catalog::{Catalog, Expr, Ident, Kind, Object, ObjectId, Path, QName};
use crate::dialect::bridge::{Mirror, SAYS};
use crate::dialect::sql::text_literal;
use crate::dialect::{Dialect, Engine, Holds, Sql};

fn engine() -> &'static dyn Engine {
    Dialect::Postgres.engine()
}

/// The function, the trigger, and the comment that says what they are.
pub(super) fn mirror(mirror: &Mirror, catalog: &Catalog) -> Vec<(ObjectId, Object)> {
    let name = mirror.name(engine());
    let called = mirror.table.sibling(name.clone());
    let function = ObjectId {
        kind: Kind::Function,
        path: Path::Routine(called.clone(), Arc::from("")),
    };
    let trigger = ObjectId::member(Kind::Trigger, &mirror.table, name);
    vec![
        (function.clone(), row_function(body(mirror, catalog)).into()),
        (trigger, row_trigger(called).into()),
        (
            ObjectId::on(Kind::Comment, function),
            Comment {
                text: Arc::from(format!(
                    "{SAYS}{}.{} and {} are one column under its old and its new name",
                    mirror.table, mirror.old, mirror.new
                )),
            }
            .into(),
        ),
    ]
}

/// A function that completes a row before it is stored.
pub(super) fn row_function(body: String) -> Function {
    Function::new(
        Expr::new(""),
        Some(Expr::new("trigger")),
        "plpgsql",
        Body::Text(Expr::new(body)),
    )
}

/// The trigger that calls it for every row.
pub(super) fn row_trigger(function: QName) -> Trigger {
    Trigger::new(
        TriggerTiming::Before,
        vec![TriggerEvent::Insert, TriggerEvent::Update],
        TriggerAction::Execute {
            function,
            arguments: Vec::new(),
        },
    )
}

/// Whoever writes knows one of the two names: the one that is given, or changed, counts. Of two that are, the new one.
fn body(mirror: &Mirror, catalog: &Catalog) -> String {
    let (old, new) = (quoted(&mirror.old), quoted(&mirror.new));
    // Some types have no equality.
    let column = catalog.payload::<Column>(&mirror.old_id());
    let holds = column.map_or(Holds::Other, |column| super::types::holds(&column.data_type.text));
    let text = match holds {
        Holds::Other | Holds::Json { binary: false } => "::text",
        _ => "",
    };
    format!(
        "
BEGIN
    IF TG_OP = 'INSERT' AND NEW.{new} IS NOT NULL THEN
        NEW.{old} := NEW.{new};
    ELSIF TG_OP = 'UPDATE' AND NEW.{new}{text} IS DISTINCT FROM OLD.{new}{text} THEN
        NEW.{old} := NEW.{new};
    ELSE
        NEW.{new} := NEW.{old};
    END IF;
    RETURN NEW;
END
"
    )
}

fn quoted(name: &Ident) -> String {
    engine().quote(name.text())
}

/// The view and the comment by which it is recognised.
pub(super) fn stand_in(former: &QName, table: &QName, columns: &[Ident]) -> Vec<(ObjectId, Object)> {
    let mut query = Sql::new(engine());
    query.raw("SELECT ").idents(columns).raw(" FROM ").qname(table);
    let view = ObjectId::qualified(Kind::View, former.clone());
    vec![
        (view.clone(), View::of_query(Expr::new(query.clause())).into()),
        (
            ObjectId::on(Kind::Comment, view),
            Comment {
                text: Arc::from(format!("{SAYS}table {table} under its former name")),
            }
            .into(),
        ),
    ]
}

/// Gives a view that stands in for a table the owner and the grants of that table. Row security looks at who owns a view,
/// so a table that has it cannot be stood in for.
pub(super) fn share(view: &QName, sql: &mut Sql) {
    let mut name = Sql::new(engine());
    name.qname(view);
    let name = name.clause();
    let place = text_literal(&name);
    sql.end();
    sql.raw(&format!(
        "DO $rcn$
DECLARE
    behind pg_catalog.pg_class;
    owner name;
    had record;
BEGIN
    SELECT c.* INTO STRICT behind FROM pg_catalog.pg_rewrite r
        JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = r.oid
        JOIN pg_catalog.pg_class c ON d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = c.oid
        WHERE r.ev_class = {place}::regclass AND c.oid <> r.ev_class LIMIT 1;
    IF behind.relrowsecurity THEN
        RAISE EXCEPTION 'the row security of % would not hold for a view under its former name', behind.relname;
    END IF;
    owner := pg_catalog.pg_get_userbyid(behind.relowner);
    IF owner <> current_user THEN
        EXECUTE pg_catalog.format('ALTER VIEW {name} OWNER TO %I', owner);
    END IF;
    FOR had IN
        SELECT a.grantee, a.is_grantable, a.privilege_type || coalesce(' (' || pg_catalog.quote_ident(g.attname) || ')', '') AS what
            FROM (SELECT behind.relacl AS acl, NULL::name AS attname
                UNION ALL SELECT attacl, attname FROM pg_catalog.pg_attribute
                    WHERE attrelid = behind.oid AND attnum > 0 AND NOT attisdropped) AS g
            CROSS JOIN LATERAL pg_catalog.aclexplode(g.acl) AS a
            WHERE a.grantee <> behind.relowner AND a.privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
                AND (g.attname IS NULL OR g.attname IN (SELECT attname FROM pg_catalog.pg_attribute WHERE attrelid = {place}::regclass))
    LOOP
        EXECUTE pg_catalog.format('GRANT %s ON {name} TO %s%s', had.what,
            CASE had.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(had.grantee)) END,
            CASE WHEN had.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END);
    END LOOP;
END
$rcn$"
    ));
    sql.end();
}

/// The columns of a relation with their types.
pub(super) fn columns_of(relation: &QName) -> String {
    let mut name = Sql::new(engine());
    name.qname(relation);
    format!(
        "SELECT attname::text, pg_catalog.format_type(atttypid, atttypmod) FROM pg_catalog.pg_attribute \
         WHERE attrelid = pg_catalog.to_regclass({}) AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        text_literal(&name.clause())
    )
}
