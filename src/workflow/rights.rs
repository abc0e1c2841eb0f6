//! Rights that nobody declares are left alone, and that is said once.
//!
//! In: what was read of a database, and the declarations. Out: the same without the rights of which the declarations say
//! nothing. Must not: ask a database anything.

use crate::catalog::kinds::Grants;
use crate::catalog::{Catalog, Kind};
use crate::declare::Declared;
use crate::diagnostic::Diagnostic;
use crate::dialect::{Introspection, Server};

use super::aside;

/// Without the grants, where none is declared anywhere, and without what is said of single objects where it is not declared.
pub(super) fn declared_alone(
    read: Introspection,
    model: Option<&Declared>,
    server: &Server,
) -> Introspection {
    let read = said_alone(read, model, server);
    let manages = |model: &Declared| model.catalog.of_kind::<Grants>().next().is_some();
    if model.is_some_and(manages) || read.catalog.of_kind::<Grants>().next().is_none() {
        return read;
    }
    let mut unmodelled = read.unmodelled;
    unmodelled.extend(left_alone(&read.catalog, server));
    let arbiter = read.catalog.arbiter().clone();
    let mut catalog = read.catalog.into_catalog();
    catalog.retain(|id, _| id.kind != Kind::Grants);
    Introspection {
        catalog: aside::canonical(catalog, &arbiter),
        unmodelled,
    }
}

fn said_alone(read: Introspection, model: Option<&Declared>, server: &Server) -> Introspection {
    let arbiter = read.catalog.arbiter().clone();
    let mut catalog = read.catalog.into_catalog();
    match model {
        Some(model) => catalog.keep_said(&model.catalog),
        None => catalog.forget_incidentals(server.engine().default_schema().as_ref()),
    }
    Introspection {
        catalog: aside::canonical(catalog, &arbiter),
        unmodelled: read.unmodelled,
    }
}

fn left_alone(catalog: &Catalog, server: &Server) -> Option<Diagnostic> {
    let count = catalog.of_kind::<Grants>().count();
    let objects = match count {
        0 => return None,
        1 => "1 object has".to_owned(),
        count => format!("{count} objects have"),
    };
    let title = server.engine().title();
    let message = format!("grants are not managed: {objects} grants that {title} keeps");
    Some(Diagnostic::note("RC0604", message).help("declare a `grant` anywhere, and all grants are managed"))
}
