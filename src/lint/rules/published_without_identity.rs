//! `published-without-identity`: a published table whose rows cannot be told apart.

use crate::catalog::kinds::{
    Deferrable, PrimaryKey, Publication, Published, PublishedTable, ReplicaIdentity, Storage, Table, TableExt,
};
use crate::catalog::{Catalog, Kind, ObjectId, QName};
use crate::lint::Declarations;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};

pub(in crate::lint) const RULE: Rule = Rule {
    id: "published-without-identity",
    code: "RC0726",
    title: "a published table whose rows cannot be told apart",
    explanation: "\
Where a publication tells updates or deletions of a table, PostgreSQL has to say which row it was: by the primary key, or by what
`replica-identity` names. Without either, every UPDATE and every DELETE on the table fails as soon as the publication is there, and a key that is
checked at the end of the transaction does not count.",
    also: &[],
    level: Level::Warn,
    examples: examples!("published-without-identity": "schema.kdl"),
    check: Check::Declarations(check),
};

fn check(cx: &Declarations<'_>, remarks: &mut Remarks) {
    let catalog = cx.catalog;
    for (id, table) in catalog.of_kind::<Table>() {
        // What is not logged is not told, and a table in partitions has no rows of its own.
        let is_told =
            !matches!(table.ext, TableExt::Postgres { unlogged: true }) && table.partitioned.is_none();
        let Some(name) = id.qname().filter(|_| is_told) else {
            continue;
        };
        let Some(publication) = telling(catalog, name).filter(|_| !has_identity(catalog, id, name)) else {
            continue;
        };
        remarks
            .about(
                id,
                format!("{publication} tells updates or deletions of {id}, whose rows it cannot tell apart: they all fail"),
            )
            .help("give it a primary key, or say `storage replica-identity=full`; or publish inserts alone");
    }
}

/// The publication that tells updates or deletions of a table, by itself or with what it is a partition of.
fn telling<'c>(catalog: &'c Catalog, table: &'c QName) -> Option<&'c ObjectId> {
    let mut names = vec![table];
    names.extend(catalog.lineage(table));
    let has = |id: &ObjectId, publication: &Publication| {
        publication.all_tables
            || names.iter().any(|name| {
                let by_schema = name
                    .schema
                    .as_ref()
                    .is_some_and(|schema| publication.schemas.contains(schema));
                let by_name = id
                    .name()
                    .map(|of| ObjectId::member(Kind::PublishedTable, name, of.clone()));
                by_schema || by_name.is_some_and(|id| catalog.payload::<PublishedTable>(&id).is_some())
            })
    };
    let tells = |publication: &Publication| {
        let which = [Published::Update, Published::Delete];
        which.iter().any(|which| publication.publish.contains(which))
    };
    let mut publications = catalog.of_kind::<Publication>();
    let found = publications.find(|(id, publication)| tells(publication) && has(id, publication));
    found.map(|(id, _)| id)
}

fn has_identity(catalog: &Catalog, id: &ObjectId, table: &QName) -> bool {
    let storage = catalog.payload::<Storage>(&ObjectId::on(Kind::Storage, id.clone()));
    match storage.map(|storage| &storage.replica_identity) {
        Some(ReplicaIdentity::Full | ReplicaIdentity::Index(_)) => true,
        Some(ReplicaIdentity::Nothing) => false,
        Some(ReplicaIdentity::PrimaryKey) | None => {
            let mut keys = catalog.of_kind::<PrimaryKey>();
            keys.any(|(key, payload)| key.relation() == Some(table) && payload.deferrable == Deferrable::No)
        }
    }
}
