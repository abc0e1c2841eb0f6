//! `inspect`: a database as a catalog.

use std::collections::BTreeSet;

use crate::catalog::kinds::Grants;
use crate::catalog::{Catalog, Ident, Kind, Object};
use crate::diagnostic::Diagnostic;
use crate::dialect::{Scope, Server};

use super::aside::is_aside;
use super::{Failure, Project, sides};

/// What a database holds.
#[derive(Debug)]
pub struct Inspection {
    /// The server.
    pub server: Server,
    /// The objects.
    pub catalog: Catalog,
    /// What is there and is not modelled.
    pub unmodelled: Vec<Diagnostic>,
}

/// Reads the project's database.
pub async fn inspect(project: &Project) -> Result<Inspection, Failure> {
    let url = sides::database(project)?;
    let mut session = sides::connect_reading(url).await?;
    let server = session.server().clone();
    let read = session
        .introspect(&Scope {
            details: true,
            ..sides::scope(project, server.dialect)?
        })
        .await?;
    session.close().await?;
    let mut catalog = read.catalog.into_catalog();
    let engine = server.engine();
    catalog.forget_incidentals(engine.default_schema().as_ref(), &|table, column| {
        engine.implicit_name(Kind::Column, table.text(), &[column.text()])
    });
    // What is in quarantine is nobody's to declare.
    catalog.retain(|id, object| !is_aside(id, object));
    let mut unmodelled = read.unmodelled;
    unmodelled.extend(needed_roles(&catalog));
    Ok(Inspection {
        server,
        catalog,
        unmodelled,
    })
}

/// The roles that are named: they belong to the server, and what is written here does not make them.
fn needed_roles(catalog: &Catalog) -> Option<Diagnostic> {
    let mut roles: BTreeSet<&str> = BTreeSet::new();
    for (id, object) in catalog.iter() {
        match object {
            Object::Grants(grants) => roles.extend(grantees(grants)),
            Object::DefaultPrivileges(defaults) => {
                roles.extend(id.name().map(Ident::text));
                roles.extend(defaults.grants.iter().flat_map(|of| grantees(&of.grants)));
            }
            Object::Policy(policy) => roles.extend(policy.roles.iter().map(Ident::text)),
            Object::Owner(owner) => roles.extend([owner.role.text()]),
            _ => {}
        }
    }
    let names = roles.into_iter().collect::<Vec<_>>().join(", ");
    (!names.is_empty()).then(|| {
        Diagnostic::note(
            "RC0616",
            format!("roles belong to the server, and are not managed: {names}"),
        )
        .help("they have to be there wherever these declarations are applied")
    })
}

fn grantees(grants: &Grants) -> impl Iterator<Item = &str> {
    let roles = grants.granted.iter().filter_map(|granted| granted.role.as_ref());
    roles.map(Ident::text)
}

/// The statements that make the catalog on an empty database.
pub fn statements(inspection: &Inspection) -> Result<crate::script::Script, Failure> {
    Ok(crate::scratch::creation(
        &inspection.catalog,
        &inspection.server,
        &|_| None,
    )?)
}
