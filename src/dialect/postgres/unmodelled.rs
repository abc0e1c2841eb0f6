//! What is there and not modelled: found by one query, and said by name and kind; never dropped, never left unsaid.
//!
//! In: the catalogs of every kind that has no payload, and what reading met on its way. Out: diagnostics. Must not:
//! hide anything that a user made.

use crate::catalog::{ObjectId, QName};
use crate::diagnostic::Diagnostic;

use super::read::Part;

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
}

impl Notes {
    /// An object that is not managed.
    pub(super) fn strange(&mut self, kind: &str, label: &str, why: Option<&str>) {
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

    /// A comment on what is part of a managed object and none itself.
    pub(super) fn comment(&mut self, kind: &str, name: &str) {
        let message = format!("the comment on {kind} {name} is not managed");
        self.found.push(
            Diagnostic::note("RC0602", message)
                .about(format!("comment {name}"))
                .help("it stays as it is, unless the object has to be made anew"),
        );
    }

    /// An index that the engine keeps up but does not use.
    pub(super) fn invalid_index(&mut self, id: &ObjectId, of_partitions: bool) {
        let (why, help) = if of_partitions {
            (
                "not every partition has its part of it",
                "make it on each partition, and attach it: ALTER INDEX … ATTACH PARTITION …",
            )
        } else {
            (
                "it was left by a CREATE INDEX CONCURRENTLY that failed",
                "drop it with DROP INDEX CONCURRENTLY, then plan again",
            )
        };
        let message = format!("{id} is invalid: {why}");
        self.found
            .push(Diagnostic::warning("RC0603", message).about(id).help(help));
    }

    /// A partition that is neither attached nor detached: rows in it are not found through its parent.
    pub(super) fn detaching(&mut self, id: &ObjectId, parent: &QName) {
        let message =
            format!("{id} is being detached from {parent}, and whoever did so did not get to the end");
        self.found
            .push(Diagnostic::warning("RC0605", message).about(id).help(format!(
                "ALTER TABLE {parent} DETACH PARTITION … FINALIZE, then plan again"
            )));
    }

    /// Everything, by message.
    pub(super) fn finish(mut self) -> Vec<Diagnostic> {
        self.found
            .sort_by(|a, b| (b.severity, &a.message).cmp(&(a.severity, &b.message)));
        self.found
    }
}

/// The query for every kind that has no payload.
pub(super) fn part() -> Part {
    let branches: Vec<String> = in_schemas().into_iter().chain(global()).collect();
    Part {
        what: "objects that are not modelled",
        sql: branches.join(" UNION ALL "),
        take: |raw, cells| {
            let schema = match cells.opt(1)? {
                None => None,
                Some(_) => match raw.schemas.get(&cells.number(1)?) {
                    Some(schema) => Some(schema.text().to_owned()),
                    // Nobody's but the engine's.
                    None => return Ok(()),
                },
            };
            raw.strange.push(Strange {
                kind: cells.text(0)?.to_owned(),
                schema,
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

/// What a user made has a number from here on:
/// <https://www.postgresql.org/docs/current/system-catalog-initial-data.html#SYSTEM-CATALOG-OID-ASSIGNMENT>.
/// With a join for the schema instead, each of two dozen branches takes half a millisecond to plan.
const FIRST_OWN: u32 = 16384;

/// Whether the engine made an object together with another, as the constructors of a range type.
fn comes_along(class: u32, oid: &str) -> String {
    format!(
        "EXISTS (SELECT 1 FROM pg_catalog.pg_depend d \
         WHERE d.classid = {class} AND d.objid = {oid} AND d.deptype = 'i')"
    )
}

/// Types, routines and the rest that has a name in a schema.
fn in_schemas() -> Vec<String> {
    let mut branches = vec![
        format!(
            "SELECT 'base type', t.typnamespace, t.typname::text, 1247, t.oid, NULL::pg_catalog.oid \
             FROM pg_catalog.pg_type t WHERE t.oid >= {FIRST_OWN} AND (t.typtype = 'p' OR t.typtype = 'b' AND NOT EXISTS \
             (SELECT 1 FROM pg_catalog.pg_type e WHERE e.typarray = t.oid))"
        ),
        format!(
            "SELECT l.lanname || ' function', p.pronamespace, \
             p.proname || '(' || pg_catalog.pg_get_function_identity_arguments(p.oid) || ')', 1255, p.oid, NULL \
             FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_language l ON l.oid = p.prolang WHERE p.oid >= {FIRST_OWN} \
             AND p.prokind <> 'a' AND l.lanname IN ('c', 'internal') AND NOT {}",
            comes_along(1255, "p.oid")
        ),
    ];
    // The one is a place that is kept for what another operator names; the other stands behind its operand, which none that is
    // made from 14 on does.
    for (kind, is_one) in [
        ("shell operator", "x.oprcode = 0"),
        ("postfix operator", "x.oprright = 0 AND x.oprcode <> 0"),
    ] {
        branches.push(format!(
            "SELECT '{kind}', x.oprnamespace, x.oprname, 2617, x.oid, NULL FROM pg_catalog.pg_operator x \
             WHERE x.oid >= {FIRST_OWN} AND {is_one}"
        ));
    }
    for (kind, table, prefix, class) in [
        ("conversion", "pg_conversion", "con", 2607),
        ("text search parser", "pg_ts_parser", "prs", 3601),
        ("text search template", "pg_ts_template", "tmpl", 3764),
    ] {
        branches.push(format!(
            "SELECT '{kind}', x.{prefix}namespace, x.{prefix}name, {class}, x.oid, NULL FROM pg_catalog.{table} x \
             WHERE x.oid >= {FIRST_OWN}"
        ));
    }
    branches
}

/// What the database as a whole has.
fn global() -> Vec<String> {
    let mut branches = vec![
        "SELECT 'subscription', NULL, x.subname, 6100, 0, NULL FROM pg_catalog.pg_subscription x \
         WHERE x.subdbid = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())"
            .to_owned(),
        format!(
            "SELECT 'transform', NULL, 'for ' || pg_catalog.format_type(x.trftype, NULL) || ' in ' || l.lanname, \
             3576, x.oid, NULL FROM pg_catalog.pg_transform x JOIN pg_catalog.pg_language l ON l.oid = x.trflang \
             WHERE x.oid >= {FIRST_OWN}"
        ),
        // Only the names: what is in a mapping may be a password.
        "SELECT 'user mapping', NULL, 'of ' || x.usename || ' for ' || x.srvname, 1418, x.umid, NULL \
         FROM pg_catalog.pg_user_mappings x"
            .to_owned(),
        "SELECT 'security label', NULL, 'of ' || x.provider || ' on ' || \
         pg_catalog.pg_describe_object(x.classoid, x.objoid, x.objsubid), 3596, 0, NULL FROM pg_catalog.pg_seclabel x"
            .to_owned(),
    ];
    let members = [
        ("operator", "pg_amop", "amop", "amopstrategy", 2602),
        ("function", "pg_amproc", "amproc", "amprocnum", 2603),
    ];
    for (what, table, prefix, number, class) in members {
        branches.push(format!(
            "SELECT 'operator family member', NULL, '{what} ' || x.{number} || ' (' || \
             pg_catalog.format_type(x.{prefix}lefttype, NULL) || ', ' || pg_catalog.format_type(x.{prefix}righttype, NULL) || \
             ') of ' || f.opfname, {class}, x.oid, NULL \
             FROM pg_catalog.{table} x JOIN pg_catalog.pg_opfamily f ON f.oid = x.{prefix}family \
             WHERE x.oid >= {FIRST_OWN} AND f.oid < {FIRST_OWN} AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d \
             WHERE d.classid = {class} AND d.objid = x.oid AND d.refclassid = 2616)"
        ));
    }
    for (kind, table, name, class) in [
        ("access method", "pg_am", "amname", 2601),
        ("language", "pg_language", "lanname", 2612),
    ] {
        branches.push(format!(
            "SELECT '{kind}', NULL, x.{name}, {class}, x.oid, NULL FROM pg_catalog.{table} x WHERE x.oid >= {FIRST_OWN}"
        ));
    }
    branches
}
