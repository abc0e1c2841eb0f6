//! `inspect`: a database as a catalog.

use crate::catalog::{Catalog, Kind};
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
    Ok(Inspection {
        server,
        catalog,
        unmodelled: read.unmodelled,
    })
}

/// The statements that make the catalog on an empty database.
pub fn statements(inspection: &Inspection) -> Result<crate::script::Script, Failure> {
    Ok(crate::scratch::creation(
        &inspection.catalog,
        &inspection.server,
        &|_| None,
    )?)
}
