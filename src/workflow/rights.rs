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
        owners: read.owners,
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
        owners: read.owners,
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
        owners: read.owners,
    }
}

/// The objects on which something is granted to a role, and whose owners are not declared, under the names of now and of before.
pub(super) fn granted(model: &Declared) -> Vec<ObjectId> {
    let mut out: Vec<ObjectId> = Vec::new();
    for (id, grants) in model.catalog.of_kind::<Grants>() {
        let to_roles = grants.granted.iter().any(|granted| granted.role.is_some());
        let Some(target) = whole(id, &model.catalog).filter(|_| to_roles) else {
            continue;
        };
        let is_declared = model.catalog.contains(&ObjectId::on(Kind::Owner, target.clone()));
        let before = former(&target, &model.intents);
        let both = [target, before].into_iter().filter(|_| !is_declared);
        for id in both {
            if !out.contains(&id) {
                out.push(id);
            }
        }
    }
    out
}

/// What grants are about; of a column, its table or view.
fn whole(grants: &ObjectId, catalog: &Catalog) -> Option<ObjectId> {
    let target = grants.target()?;
    match target.kind {
        Kind::Column => catalog.parent(grants).and_then(|of| match of.kind {
            Kind::Column => catalog.parent(&of),
            _ => Some(of),
        }),
        _ => Some(target.clone()),
    }
}

/// Without what is granted to whoever owns the object in the database: the engine keeps no such grant, and an owner has every
/// right without one.
pub(super) fn without_those_of_owners(
    mut model: Declared,
    owners: &[(ObjectId, Ident)],
    notes: &mut Vec<Diagnostic>,
) -> Declared {
    let owner = |target: &ObjectId| {
        let names = [target.clone(), former(target, &model.intents)];
        let found = owners.iter().find(|(id, _)| names.contains(id));
        found.map(|(_, role)| role.clone())
    };
    let of_grants = model.catalog.of_kind::<Grants>();
    let owned: Vec<(ObjectId, ObjectId, Ident)> = of_grants
        .filter_map(|(id, _)| {
            let target = whole(id, &model.catalog)?;
            let role = owner(&target)?;
            Some((id.clone(), target, role))
        })
        .collect();
    for (id, target, role) in owned {
        let Some(mut grants) = model.catalog.payload::<Grants>(&id).cloned() else {
            continue;
        };
        let before = grants.granted.len();
        grants
            .granted
            .retain(|granted| granted.role.as_ref() != Some(&role));
        if grants.granted.len() == before {
            continue;
        }
        let message = format!("`{role}` owns {target} in the database: a grant to an owner says nothing");
        notes.push(
            Diagnostic::note("RC0615", message)
                .about(&id)
                .at_opt(model.sources.get(&id).cloned())
                .help("an owner has every right already; where another role owns it, the grant counts"),
        );
        if grants.is_empty() {
            model.catalog.remove(&id);
        } else {
            model.catalog.insert(id, grants);
        }
    }
    model
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
