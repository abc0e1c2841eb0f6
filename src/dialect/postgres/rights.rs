//! What is made anew keeps its owner, and its grants where the plan knows nothing of them.
//!
//! Out: statements that note them before the object goes, and give them back when it is there again. They are those of the
//! database where the statements run, which need not be those of the one that was planned on. Must not: know what is
//! declared.

use crate::catalog::{Fingerprint, Kind, ObjectId};
use crate::dialect::postgres::kinds::called_as_routine;
use crate::dialect::postgres::read::oid_in_schema;
use crate::dialect::sql::text_literal;
use crate::dialect::{Kept, Sql};

/// Where the facts about an object stand, and how it is called in statements.
struct Place {
    /// Its catalog, and what the columns of it begin with.
    catalog: &'static str,
    prefix: &'static str,
    /// Its number, as an expression.
    oid: String,
    /// `TABLE`, as `GRANT` says.
    noun: &'static str,
    /// `VIEW`, as `ALTER` says.
    altered: &'static str,
    /// Its name, with its arguments, as a text.
    name: String,
    /// The setting that holds what is noted.
    setting: String,
}

fn place(id: &ObjectId) -> Option<Place> {
    let (catalog, prefix, noun, altered, cast) = match id.kind {
        // Of tables, only those are made anew that have no rows here.
        Kind::Table => ("pg_class", "rel", "TABLE", "TABLE", "regclass"),
        Kind::View => ("pg_class", "rel", "TABLE", "VIEW", "regclass"),
        Kind::MaterializedView => ("pg_class", "rel", "TABLE", "MATERIALIZED VIEW", "regclass"),
        Kind::Function | Kind::Aggregate => ("pg_proc", "pro", "ROUTINE", "ROUTINE", "regprocedure"),
        Kind::Enum | Kind::Composite | Kind::Range => ("pg_type", "typ", "TYPE", "TYPE", "regtype"),
        Kind::Domain => ("pg_type", "typ", "TYPE", "DOMAIN", "regtype"),
        Kind::Publication => ("pg_publication", "pub", "PUBLICATION", "PUBLICATION", ""),
        Kind::Collation => ("pg_collation", "coll", "COLLATION", "COLLATION", ""),
        Kind::TextSearchDictionary => {
            let words = "TEXT SEARCH DICTIONARY";
            ("pg_ts_dict", "dict", words, words, "")
        }
        Kind::TextSearchConfiguration => {
            let words = "TEXT SEARCH CONFIGURATION";
            ("pg_ts_config", "cfg", words, words, "")
        }
        Kind::ForeignDataWrapper => {
            let noun = "FOREIGN DATA WRAPPER";
            ("pg_foreign_data_wrapper", "fdw", noun, noun, "")
        }
        Kind::ForeignServer => ("pg_foreign_server", "srv", "FOREIGN SERVER", "SERVER", ""),
        Kind::Statistics => ("pg_statistic_ext", "stx", "STATISTICS", "STATISTICS", ""),
        Kind::Operator => ("pg_operator", "opr", "OPERATOR", "OPERATOR", "regoperator"),
        Kind::OperatorFamily => {
            let words = "OPERATOR FAMILY";
            ("pg_opfamily", "opf", words, words, "")
        }
        Kind::OperatorClass => {
            let words = "OPERATOR CLASS";
            ("pg_opclass", "opc", words, words, "")
        }
        _ => return None,
    };
    let mut name = Sql::new(crate::dialect::Dialect::Postgres.engine());
    called_as_routine(id, &mut name);
    let name = text_literal(&name.clause());
    let hash = Fingerprint::of_bytes(id.to_string().as_bytes());
    Some(Place {
        catalog,
        prefix,
        oid: match id.qname() {
            Some(_) if cast.is_empty() => oid_in_schema(id)?,
            _ if cast.is_empty() => format!(
                "(SELECT x.oid FROM pg_catalog.{catalog} x WHERE x.{prefix}name = {})",
                text_literal(id.name()?.text())
            ),
            _ => format!("{name}::pg_catalog.{cast}"),
        },
        noun,
        altered,
        name,
        setting: text_literal(&format!("reconcile.of_{}", &hash.as_str()[..8])),
    })
}

/// Of what nothing can be granted on, only the owner is kept.
fn of_kind(kind: Kind, kept: Kept) -> Kept {
    match kind {
        Kind::Statistics
        | Kind::Publication
        | Kind::Operator
        | Kind::OperatorFamily
        | Kind::OperatorClass
        | Kind::Collation
        | Kind::TextSearchDictionary
        | Kind::TextSearchConfiguration => Kept::Owner,
        _ => kept,
    }
}

/// The rights to columns, which go with a view.
fn columns_of(kind: Kind) -> &'static str {
    match kind {
        Kind::View | Kind::MaterializedView => {
            ", 'columns', (SELECT pg_catalog.jsonb_object_agg(c.attname, c.attacl::text) \
             FROM pg_catalog.pg_attribute c WHERE c.attrelid = o.oid AND c.attacl IS NOT NULL)"
        }
        _ => "",
    }
}

/// Gives the rights to columns back, as far as there are still columns of their names.
fn columns_again(kind: Kind, oid: &str, name: &str) -> String {
    if columns_of(kind).is_empty() {
        return String::new();
    }
    format!(
        "
    FOR who IN
        SELECT c.attname, a.grantee, a.privilege_type, a.is_grantable
            FROM pg_catalog.jsonb_each_text(nullif(had->'columns', 'null')) AS h
            JOIN pg_catalog.pg_attribute c ON c.attrelid = {oid} AND c.attname = h.key
            CROSS JOIN LATERAL pg_catalog.aclexplode(h.value::pg_catalog.aclitem[]) AS a
    LOOP
        EXECUTE pg_catalog.format('GRANT %s (%I) ON TABLE %s TO %s%s', who.privilege_type, who.attname, {name},
            CASE who.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(who.grantee)) END,
            CASE WHEN who.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END);
    END LOOP;"
    )
}

/// Notes what an object has that is about to go.
pub(super) fn note(id: &ObjectId, kept: Kept, sql: &mut Sql) {
    let Some(Place {
        catalog,
        prefix,
        oid,
        setting,
        ..
    }) = place(id)
    else {
        return;
    };
    let grants = match of_kind(id.kind, kept) {
        Kept::Owner => String::new(),
        Kept::OwnerAndGrants => format!(", 'acl', o.{prefix}acl::text{}", columns_of(id.kind)),
    };
    sql.raw(&format!(
        "SELECT pg_catalog.set_config({setting}, (SELECT pg_catalog.jsonb_build_object('owner', \
         pg_catalog.pg_get_userbyid(o.{prefix}owner){grants})::text \
         FROM pg_catalog.{catalog} o WHERE o.oid = {oid}), false)"
    ));
    sql.end();
}

/// Gives an object that was made again what was noted.
pub(super) fn give_back(id: &ObjectId, kept: Kept, sql: &mut Sql) {
    let Some(Place {
        catalog,
        prefix,
        oid,
        noun,
        altered,
        name,
        setting,
    }) = place(id)
    else {
        return;
    };
    let grants = match of_kind(id.kind, kept) {
        Kept::Owner => String::new(),
        Kept::OwnerAndGrants => format!(
            "
    IF had->>'acl' IS NOT NULL THEN
        FOR who IN
            SELECT DISTINCT a.grantee FROM pg_catalog.{catalog} o
                CROSS JOIN LATERAL pg_catalog.aclexplode(o.{prefix}acl) AS a
                WHERE o.oid = {oid} AND a.grantee <> o.{prefix}owner
            UNION SELECT 0
        LOOP
            EXECUTE pg_catalog.format('REVOKE ALL ON {noun} %s FROM %s', {name},
                CASE who.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(who.grantee)) END);
        END LOOP;
        FOR who IN
            SELECT a.grantee, a.privilege_type, a.is_grantable
                FROM pg_catalog.aclexplode((had->>'acl')::pg_catalog.aclitem[]) AS a
                WHERE pg_catalog.pg_get_userbyid(a.grantee) <> had->>'owner'
        LOOP
            EXECUTE pg_catalog.format('GRANT %s ON {noun} %s TO %s%s', who.privilege_type, {name},
                CASE who.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(who.grantee)) END,
                CASE WHEN who.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END);
        END LOOP;
    END IF;{}",
            columns_again(id.kind, &oid, &name)
        ),
    };
    let record = if grants.is_empty() {
        ""
    } else {
        "\n    who record;"
    };
    sql.raw(&format!(
        "DO $rcn$
DECLARE
    had pg_catalog.jsonb := nullif(pg_catalog.current_setting({setting}, true), '');{record}
BEGIN
    IF had->>'owner' <> current_user THEN
        EXECUTE pg_catalog.format('ALTER {altered} %s OWNER TO %I', {name}, had->>'owner');
    END IF;{grants}
END
$rcn$"
    ));
    sql.end();
}
