//! What is there and not modelled: found by one query, and said by name and kind; never dropped, never left unsaid.
//!
//! In: the catalogs of every kind that has no payload, and what reading met on its way. Out: diagnostics. Must not:
//! hide anything that a user made.

use crate::catalog::ObjectId;
use crate::diagnostic::Diagnostic;
use crate::dialect::Server;

use super::read::{Part, USER_SCHEMAS};

/// An object of a kind that is not modelled.
pub(super) struct Strange {
    /// The words for its kind.
    pub(super) kind: String,
    /// Its schema, if it is in one.
    pub(super) schema: Option<String>,
    /// Its name, with what it belongs to.
    pub(super) name: String,
    /// Its catalog.
    pub(super) class: u32,
    /// Its number there.
    pub(super) oid: u32,
    /// The relation that it belongs to.
    pub(super) relation: Option<u32>,
}

impl Strange {
    /// The name as a person would say it.
    pub(super) fn label(&self) -> String {
        match &self.schema {
            Some(schema) if schema != "public" => format!("{schema}.{}", self.name),
            _ => self.name.clone(),
        }
    }
}

/// What is to be said, gathered while reading.
#[derive(Default)]
pub(super) struct Notes {
    found: Vec<Diagnostic>,
    grants: usize,
}

impl Notes {
    /// An object that is not managed.
    pub(super) fn strange(&mut self, kind: &str, label: &str, why: Option<&str>) {
        if kind == GRANTS {
            self.grants += 1;
            return;
        }
        let because = why.map(|why| format!(": {why}")).unwrap_or_default();
        let message = format!("{kind} {label} is not managed{because}");
        self.found.push(
            Diagnostic::warning("RC0601", message)
                .about(format!("{kind} {label}"))
                .help("it is neither compared, nor changed, nor dropped"),
        );
    }

    /// Something that a managed object has, and that is not managed.
    pub(super) fn attribute(&mut self, id: &ObjectId, what: &str) {
        let message = format!("{what} of {id} is not managed");
        self.found.push(
            Diagnostic::note("RC0602", message)
                .about(id)
                .help("it stays as it is, unless the object has to be made anew"),
        );
    }

    /// An index that the engine keeps up but does not use.
    pub(super) fn invalid_index(&mut self, id: &ObjectId) {
        let message = format!("{id} is invalid: it was left by a CREATE INDEX CONCURRENTLY that failed");
        self.found.push(
            Diagnostic::warning("RC0603", message)
                .about(id)
                .help("drop it with DROP INDEX CONCURRENTLY, then plan again"),
        );
    }

    /// Everything, by message.
    pub(super) fn finish(mut self, server: &Server) -> Vec<Diagnostic> {
        self.found
            .sort_by(|a, b| (b.severity, &a.message).cmp(&(a.severity, &b.message)));
        if self.grants > 0 {
            let message = format!(
                "grants are not managed: {} objects have grants that {} keeps",
                self.grants,
                server.engine().title()
            );
            self.found.push(Diagnostic::note("RC0604", message));
        }
        self.found
    }
}

/// The kind under which an object with grants is counted.
const GRANTS: &str = "grants";

/// The query for every kind that has no payload.
pub(super) fn part(server: &Server) -> Part {
    let branches: Vec<String> = in_schemas(server)
        .into_iter()
        .chain(of_relations())
        .chain(global())
        .collect();
    Part {
        what: "objects that are not modelled",
        sql: format!(
            "SELECT q.kind, q.schema, q.name, q.class, q.oid, q.relation FROM ({}) AS \
             q(kind, schema, name, class, oid, relation) ORDER BY q.kind, q.schema, q.name, q.oid",
            branches.join(" UNION ALL ")
        ),
        take: |raw, cells| {
            raw.strange.push(Strange {
                kind: cells.text(0)?.to_owned(),
                schema: cells.opt(1)?.map(ToOwned::to_owned),
                name: cells.text(2)?.to_owned(),
                class: cells.number(3)?,
                oid: cells.number(4)?,
                relation: match cells.opt(5)? {
                    Some(_) => Some(cells.number(5)?),
                    None => None,
                },
            });
            Ok(())
        },
    }
}

/// Types, routines and the rest that has a name in a schema.
fn in_schemas(server: &Server) -> Vec<String> {
    let sql_body = if server.version >= 140_000 {
        "p.prosqlbody IS NOT NULL"
    } else {
        "false"
    };
    let mut branches = vec![
        format!(
            "SELECT CASE t.typtype WHEN 'c' THEN 'composite type' WHEN 'r' THEN 'range type' \
             ELSE 'base type' END, n.nspname::text, t.typname::text, 1247, t.oid, NULL::pg_catalog.oid \
             FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace \
             WHERE n.oid IN {USER_SCHEMAS} AND (t.typtype IN ('r', 'p') OR t.typtype = 'b' AND NOT EXISTS \
             (SELECT 1 FROM pg_catalog.pg_type e WHERE e.typarray = t.oid) OR t.typtype = 'c' AND EXISTS \
             (SELECT 1 FROM pg_catalog.pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c'))"
        ),
        format!(
            "SELECT CASE WHEN p.prokind = 'a' THEN 'aggregate' WHEN p.prokind = 'w' THEN 'window function' \
             WHEN l.lanname IN ('c', 'internal') THEN l.lanname || ' function' \
             ELSE 'function with an SQL-standard body' END, n.nspname, \
             p.proname || '(' || pg_catalog.pg_get_function_identity_arguments(p.oid) || ')', 1255, p.oid, NULL \
             FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace \
             JOIN pg_catalog.pg_language l ON l.oid = p.prolang WHERE n.oid IN {USER_SCHEMAS} \
             AND (p.prokind IN ('a', 'w') OR l.lanname IN ('c', 'internal') OR {sql_body})"
        ),
    ];
    for (kind, table, prefix, class) in [
        ("collation", "pg_collation", "coll", 3456),
        ("conversion", "pg_conversion", "con", 2607),
        ("operator", "pg_operator", "opr", 2617),
        ("operator class", "pg_opclass", "opc", 2616),
        ("operator family", "pg_opfamily", "opf", 2753),
        ("statistics object", "pg_statistic_ext", "stx", 3381),
        ("text search configuration", "pg_ts_config", "cfg", 3602),
        ("text search dictionary", "pg_ts_dict", "dict", 3600),
        ("text search parser", "pg_ts_parser", "prs", 3601),
        ("text search template", "pg_ts_template", "tmpl", 3764),
    ] {
        branches.push(format!(
            "SELECT '{kind}', n.nspname, x.{prefix}name, {class}, x.oid, NULL FROM pg_catalog.{table} x \
             JOIN pg_catalog.pg_namespace n ON n.oid = x.{prefix}namespace WHERE n.oid IN {USER_SCHEMAS}"
        ));
    }
    branches
}

/// What belongs to a table or view.
fn of_relations() -> Vec<String> {
    let of = "n.nspname, c.relname || '.' ||";
    let joined = "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace";
    vec![
        format!(
            "SELECT 'row security policy', {of} x.polname, 3256, x.oid, c.oid FROM pg_catalog.pg_policy x \
             JOIN pg_catalog.pg_class c ON c.oid = x.polrelid {joined} WHERE n.oid IN {USER_SCHEMAS}"
        ),
        format!(
            "SELECT 'rule', {of} x.rulename, 2618, x.oid, c.oid FROM pg_catalog.pg_rewrite x \
             JOIN pg_catalog.pg_class c ON c.oid = x.ev_class {joined} \
             WHERE x.rulename <> '_RETURN' AND n.oid IN {USER_SCHEMAS}"
        ),
        format!(
            "SELECT 'option', {of} o.text, 1259, c.oid, c.oid FROM pg_catalog.pg_class c {joined} \
             CROSS JOIN LATERAL pg_catalog.unnest(c.reloptions) AS o(text) \
             WHERE c.relkind = 'v' AND n.oid IN {USER_SCHEMAS}"
        ),
        format!(
            "SELECT '{GRANTS}', n.nspname, c.relname, 1259, c.oid, CASE WHEN c.relkind IN ('r', 'v') THEN c.oid END \
             FROM pg_catalog.pg_class c {joined} WHERE c.relacl IS NOT NULL \
             AND c.relkind IN ('r', 'v', 'S') AND n.oid IN {USER_SCHEMAS}"
        ),
    ]
}

/// What the database as a whole has.
fn global() -> Vec<String> {
    let mut branches = vec![
        "SELECT 'cast', NULL, pg_catalog.format_type(x.castsource, NULL) || ' AS ' || \
         pg_catalog.format_type(x.casttarget, NULL), 2605, x.oid, NULL FROM pg_catalog.pg_cast x WHERE x.oid >= 16384"
            .to_owned(),
        "SELECT 'subscription', NULL, x.subname, 6100, 0, NULL FROM pg_catalog.pg_subscription x \
         WHERE x.subdbid = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())"
            .to_owned(),
        "SELECT 'default privileges', NULL, 'of ' || pg_catalog.pg_get_userbyid(x.defaclrole), 826, x.oid, NULL \
         FROM pg_catalog.pg_default_acl x"
            .to_owned(),
    ];
    for (kind, table, name, class) in [
        ("access method", "pg_am", "amname", 2601),
        ("event trigger", "pg_event_trigger", "evtname", 3466),
        ("foreign data wrapper", "pg_foreign_data_wrapper", "fdwname", 2328),
        ("foreign server", "pg_foreign_server", "srvname", 1417),
        ("language", "pg_language", "lanname", 2612),
        ("publication", "pg_publication", "pubname", 6104),
    ] {
        branches.push(format!(
            "SELECT '{kind}', NULL, x.{name}, {class}, x.oid, NULL FROM pg_catalog.{table} x WHERE x.oid >= 16384"
        ));
    }
    branches
}
