//! Rights that nobody declares are left alone, and that is said once.
//!
//! In: what was read of a database, and the declarations. Out: the same without the rights of which the declarations say
//! nothing. Must not: ask a database anything.

use crate::catalog::kinds::{DefaultPrivileges, Grants};
use crate::catalog::object::Renaming;
use crate::catalog::{Catalog, Ident, Kind, ObjectId};
use crate::declare::Declared;
use crate::diagnostic::Diagnostic;
use crate::dialect::{Introspection, Server};
use crate::diff::Intents;

use super::aside;

/// Without the grants, where none is declared anywhere, and without what is said of single objects where it is not declared.
pub(super) fn declared_alone(
    read: Introspection,
    model: Option<&Declared>,
    server: &Server,
) -> Introspection {
    let read = said_alone(read, model);
    let read = of_declared_roles(read, model);
    if model.is_some_and(|model| model.manages_grants) || read.catalog.of_kind::<Grants>().next().is_none() {
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

/// Without the details of objects whose declarations say nothing of them.
fn said_alone(read: Introspection, model: Option<&Declared>) -> Introspection {
    let Some(model) = model.filter(|model| model.catalog.says_details()) else {
        return read;
    };
    let arbiter = read.catalog.arbiter().clone();
    let mut catalog = read.catalog.into_catalog();
    catalog.keep_said(&model.catalog, &|id| former(id, &model.intents));
    Introspection {
        catalog: aside::canonical(catalog, &arbiter),
        unmodelled: read.unmodelled,
    }
}

/// Without the default privileges of roles of which none are declared.
fn of_declared_roles(read: Introspection, model: Option<&Declared>) -> Introspection {
    let mut roles: Vec<&Ident> = Vec::new();
    for (id, _) in model
        .iter()
        .flat_map(|model| model.catalog.of_kind::<DefaultPrivileges>())
    {
        roles.extend(id.name());
    }
    let is_others = |id: &ObjectId| {
        id.kind == Kind::DefaultPrivileges && id.name().is_some_and(|role| !roles.contains(&role))
    };
    let found = read.catalog.iter().filter(|(id, _)| is_others(id));
    let mut others: Vec<&Ident> = found.filter_map(|(id, _)| id.name()).collect();
    others.sort();
    others.dedup();
    if others.is_empty() {
        return read;
    }
    let names: Vec<&str> = others.iter().map(|role| role.text()).collect();
    let message = format!("default privileges of {} are not managed", names.join(", "));
    let note = Diagnostic::note("RC0604", message)
        .help("declare one of a role, `default-privileges ROLE { … }`, and all of that role are managed");
    let arbiter = read.catalog.arbiter().clone();
    let mut unmodelled = read.unmodelled;
    unmodelled.push(note);
    let mut catalog = read.catalog.into_catalog();
    catalog.retain(|id, _| !is_others(id));
    Introspection {
        catalog: aside::canonical(catalog, &arbiter),
        unmodelled,
    }
}

/// The name that something had before the declared renames.
pub(super) fn former(id: &ObjectId, intents: &Intents) -> ObjectId {
    let mut id = id.clone();
    for rename in intents.renames.iter().rev() {
        id.follow(&Renaming {
            from: &rename.to,
            to: &rename.from,
            sql: "",
        });
    }
    id
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
    Some(
        Diagnostic::note("RC0604", message).help(
            "declare a `grant` anywhere, and all grants are managed; `grants` alone, and all are revoked",
        ),
    )
}
