//! Rights on what will be made, <https://www.postgresql.org/docs/current/sql-alterdefaultprivileges.html>.

use crate::catalog::kinds::{DefaultPrivileges, DefaultsOf};
use crate::catalog::{Catalog, ObjectId};
use crate::dialect::{Alter, Fold, Rules, Sql};

use super::grants::{NONE, Target, changed};
use super::{in_place, no_clause};

pub(super) static RULES: Rules<DefaultPrivileges> = Rules {
    fold: Fold::Never,
    replaceable: true,
    namespace: None,
    alter: |_, _, _, _| Alter::InPlace,
    attach: in_place,
    detach: in_place,
    create: |item, _, _, sql| change(item.id, (&DefaultPrivileges::NONE, item.payload), sql),
    inline: no_clause,
    drop: |item, _, sql| change(item.id, (item.payload, &DefaultPrivileges::NONE), sql),
    alter_sql: |change_of, _, sql| change(change_of.id, (change_of.from, change_of.to), sql),
    rename: None,
};

fn change(id: &ObjectId, (from, to): (&DefaultPrivileges, &DefaultPrivileges), sql: &mut Sql) {
    for of in DefaultsOf::ALL {
        let before = from.of(*of).unwrap_or(&NONE);
        let after = to.of(*of).unwrap_or(&NONE);
        changed(Target::Future(id, *of), (before, after), sql);
    }
}

/// `ALTER DEFAULT PRIVILEGES FOR ROLE r IN SCHEMA s `
pub(super) fn begin(id: &ObjectId, sql: &mut Sql) {
    sql.raw("ALTER DEFAULT PRIVILEGES");
    if let Some(role) = id.name() {
        sql.raw(" FOR ROLE ").ident(role);
    }
    if let Some(schema) = id.schema() {
        sql.raw(" IN SCHEMA ").ident(schema);
    }
    sql.raw(" ");
}

/// ` ON TABLES`
pub(super) fn on(of: DefaultsOf, sql: &mut Sql) {
    sql.raw(match of {
        DefaultsOf::Tables => " ON TABLES",
        DefaultsOf::Sequences => " ON SEQUENCES",
        DefaultsOf::Routines => " ON ROUTINES",
        DefaultsOf::Types => " ON TYPES",
        DefaultsOf::Schemas => " ON SCHEMAS",
        DefaultsOf::LargeObjects => " ON LARGE OBJECTS",
    });
}

/// Revokes what a new object has only because of what was granted on new objects before the plan, and grants what was taken from
/// it. Of another role's defaults it has nothing, and nothing is done.
pub(in crate::dialect::postgres) fn take_back(
    id: &ObjectId,
    (from, to): (&Catalog, &Catalog),
    sql: &mut Sql,
) {
    let Some(of) = DefaultsOf::of_kind(id.kind) else {
        return;
    };
    for (defaults, before) in from.of_kind::<DefaultPrivileges>() {
        if defaults
            .schema()
            .is_some_and(|schema| id.schema() != Some(schema))
        {
            continue;
        }
        // Which of the two holds when the object is made depends on the order.
        let after = to.payload::<DefaultPrivileges>(defaults);
        let after = after.filter(|after| *after != before);
        for given in [Some(before), after].into_iter().flatten() {
            if let Some(grants) = given.of(of) {
                changed(Target::Object(id), (grants, &NONE), sql);
            }
        }
    }
}
