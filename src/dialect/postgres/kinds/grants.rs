//! Grants, <https://www.postgresql.org/docs/current/sql-grant.html>.
//!
//! What is to be granted is granted before anything is revoked, so that nobody is without a right in between who keeps it.

use crate::catalog::kinds::{DefaultsOf, Granted, Grants, Privilege};
use crate::catalog::{Catalog, Ident, Kind, ObjectId, Path};
use crate::dialect::{Alter, Fold, RenderCx, Rules, Sql};

use super::{default_privileges, in_place, no_clause};

pub(super) static NONE: Grants = Grants {
    granted: Vec::new(),
    revoked: Vec::new(),
};

pub(super) static RULES: Rules<Grants> = Rules {
    fold: Fold::Never,
    replaceable: true,
    namespace: None,
    alter: |_, _, _, _| Alter::InPlace,
    attach: in_place,
    detach: in_place,
    create: |item, _, cx, sql| change(item.id, (&NONE, item.payload), cx, sql),
    inline: no_clause,
    drop: |item, cx, sql| change(item.id, (item.payload, &NONE), cx, sql),
    alter_sql: |change_of, cx, sql| change(change_of.id, (change_of.from, change_of.to), cx, sql),
    rename: None,
};

/// What a statement does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Grant { with_option: bool },
    Revoke,
    RevokeOption,
}

fn change(id: &ObjectId, (from, to): (&Grants, &Grants), cx: &RenderCx<'_>, sql: &mut Sql) {
    let Some(target) = id.target() else {
        return;
    };
    let gone = changed(Target::Object(target), (from, to), sql);
    for (column, granted) in taken_along(target, &gone, cx.to) {
        Statements {
            target: Target::Object(column),
            sql,
        }
        .grant(std::iter::once(granted));
    }
}

/// Grants and revokes what the two differ in. What is revoked altogether.
pub(super) fn changed<'g>(
    target: Target<'_>,
    (from, to): (&'g Grants, &Grants),
    sql: &mut Sql,
) -> Vec<&'g Granted> {
    let mut statements = Statements { target, sql };
    let before = |granted: &Granted| {
        let same = |other: &&Granted| other.role == granted.role && other.privilege == granted.privilege;
        from.granted.iter().find(same)
    };
    let added = to
        .granted
        .iter()
        .filter(|granted| before(granted).is_none_or(|before| granted.with_option && !before.with_option));
    statements.grant(added);
    let given_back = except(&from.revoked, &to.revoked);
    statements.say(Verb::Grant { with_option: false }, None, &given_back);
    let after = |granted: &Granted| {
        let same = |other: &&Granted| other.role == granted.role && other.privilege == granted.privilege;
        to.granted.iter().find(same)
    };
    let gone: Vec<&Granted> = from
        .granted
        .iter()
        .filter(|granted| after(granted).is_none())
        .collect();
    statements.each(Verb::Revoke, &gone);
    let lessened: Vec<&Granted> = from
        .granted
        .iter()
        .filter(|granted| granted.with_option && after(granted).is_some_and(|after| !after.with_option))
        .collect();
    statements.each(Verb::RevokeOption, &lessened);
    statements.say(Verb::Revoke, None, &except(&to.revoked, &from.revoked));
    gone
}

/// What columns of the table have, and lose when the table's own right is revoked.
fn taken_along<'c>(
    table: &ObjectId,
    gone: &[&Granted],
    catalog: &'c Catalog,
) -> Vec<(&'c ObjectId, &'c Granted)> {
    let Some(table) = table.qname().filter(|_| !gone.is_empty()) else {
        return Vec::new();
    };
    let of_columns = catalog.of_kind::<Grants>().filter_map(|(id, grants)| {
        let column = id.target().filter(|target| target.relation() == Some(table))?;
        Some((column, grants))
    });
    let lost = |granted: &Granted| {
        gone.iter()
            .any(|gone| gone.role == granted.role && gone.privilege == granted.privilege)
    };
    of_columns
        .flat_map(|(column, grants)| grants.granted.iter().map(move |granted| (column, granted)))
        .filter(|(_, granted)| lost(granted))
        .collect()
}

fn except(these: &[Privilege], others: &[Privilege]) -> Vec<Privilege> {
    let left = these.iter().filter(|privilege| !others.contains(privilege));
    left.copied().collect()
}

/// What rights are about.
#[derive(Clone, Copy)]
pub(super) enum Target<'a> {
    /// An object.
    Object(&'a ObjectId),
    /// What will be made: the object that says so, and the sort.
    Future(&'a ObjectId, DefaultsOf),
}

/// Writes the statements about one object.
struct Statements<'a> {
    target: Target<'a>,
    sql: &'a mut Sql,
}

impl Statements<'_> {
    fn grant<'g>(&mut self, granted: impl Iterator<Item = &'g Granted>) {
        let (with, without): (Vec<&Granted>, Vec<&Granted>) =
            granted.partition(|granted| granted.with_option);
        self.each(Verb::Grant { with_option: false }, &without);
        self.each(Verb::Grant { with_option: true }, &with);
    }

    /// One statement a role.
    fn each(&mut self, verb: Verb, granted: &[&Granted]) {
        for of_role in granted.chunk_by(|one, other| one.role == other.role) {
            let privileges: Vec<Privilege> = of_role.iter().map(|granted| granted.privilege).collect();
            let role = of_role.first().and_then(|granted| granted.role.as_ref());
            self.say(verb, role, &privileges);
        }
    }

    fn say(&mut self, verb: Verb, role: Option<&Ident>, privileges: &[Privilege]) {
        if privileges.is_empty() {
            return;
        }
        if let Target::Future(defaults, _) = self.target {
            default_privileges::begin(defaults, self.sql);
        }
        self.sql.raw(match verb {
            Verb::Grant { .. } => "GRANT ",
            Verb::Revoke => "REVOKE ",
            Verb::RevokeOption => "REVOKE GRANT OPTION FOR ",
        });
        let column = match self.target {
            Target::Object(target) if target.kind == Kind::Column => target.name(),
            _ => None,
        };
        self.sql.list(privileges, |sql, privilege| {
            sql.raw(&privilege.word().to_uppercase());
            if let Some(column) = column {
                sql.raw(" (").ident(column).raw(")");
            }
        });
        match self.target {
            Target::Object(target) => on(target, self.sql),
            Target::Future(_, of) => default_privileges::on(of, self.sql),
        }
        let grants = matches!(verb, Verb::Grant { .. });
        self.sql.raw(if grants { " TO " } else { " FROM " });
        match role {
            Some(role) => self.sql.ident(role),
            None => self.sql.raw("PUBLIC"),
        };
        if verb == (Verb::Grant { with_option: true }) {
            self.sql.raw(" WITH GRANT OPTION");
        }
        self.sql.end();
    }
}

/// ` ON TABLE t`
fn on(target: &ObjectId, sql: &mut Sql) {
    sql.raw(" ON ").raw(match target.kind {
        Kind::Sequence => "SEQUENCE ",
        Kind::Schema => "SCHEMA ",
        Kind::ForeignDataWrapper => "FOREIGN DATA WRAPPER ",
        Kind::ForeignServer => "FOREIGN SERVER ",
        Kind::Function | Kind::Aggregate => "ROUTINE ",
        Kind::Enum | Kind::Domain | Kind::Composite | Kind::Range => "TYPE ",
        _ => "TABLE ",
    });
    match &target.path {
        Path::Qualified(name) | Path::Member(name, _) => {
            sql.qname(name);
        }
        Path::Routine(name, arguments) => {
            sql.qname(name).raw("(").raw(arguments).raw(")");
        }
        Path::Global(name) => {
            sql.ident(name);
        }
        Path::On(_) => {}
    }
}
