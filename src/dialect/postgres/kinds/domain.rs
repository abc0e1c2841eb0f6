//! Domains, <https://www.postgresql.org/docs/current/sql-alterdomain.html>.
//!
//! Another base or collation needs the domain made anew, which nothing may rest on then.

use crate::catalog::kinds::{Domain, DomainAttr, DomainCheck};
use crate::dialect::rules::AlterItem;
use crate::dialect::{Alter, Fold, Item, RenderCx, Rules, Sql};

use super::column::default_text;
use super::{RELATION, in_place, no_clause, qualified, rename_qualified};
use crate::dialect::postgres::expressions::parenthesised;

pub(super) static RULES: Rules<Domain> = Rules {
    fold: Fold::Never,
    replaceable: true,
    // A table has a row type of its name, so types share the names of tables.
    namespace: RELATION,
    alter: |attr, _, _, _| match attr {
        DomainAttr::Base | DomainAttr::Collation => Alter::Replace,
        DomainAttr::Default | DomainAttr::Nullable | DomainAttr::Checks => Alter::InPlace,
    },
    attach: in_place,
    detach: in_place,
    create: |item, _, _, sql| create(item, sql),
    inline: no_clause,
    drop: |item, _, sql| {
        sql.raw("DROP DOMAIN ");
        qualified(item.id, sql);
    },
    alter_sql,
    rename: Some(|from, to, _, sql| rename_qualified("DOMAIN", from, to, sql)),
};

/// `CREATE DOMAIN d AS …`, with what has to be said afterwards.
pub(in crate::dialect::postgres) fn create(item: Item<'_, Domain>, sql: &mut Sql) {
    let domain = item.payload;
    sql.raw("CREATE DOMAIN ");
    qualified(item.id, sql);
    sql.raw(" AS ").raw(&domain.base.text);
    if let Some(collation) = &domain.collation {
        sql.raw(" COLLATE ").qname(collation.qname());
    }
    if let Some(default) = &domain.default {
        sql.raw(" DEFAULT ").raw(&default_text(default));
    }
    if !domain.nullable {
        sql.raw(" NOT NULL");
    }
    for check in domain.checks.iter().filter(|check| check.validated) {
        sql.raw("\n    ");
        constraint(check, sql);
    }
    sql.end();
    // Only a check that is added later can be left unproven.
    for check in domain.checks.iter().filter(|check| !check.validated) {
        alter_domain(item.id, sql);
        sql.raw("ADD ");
        constraint(check, sql);
        sql.raw(" NOT VALID").end();
    }
}

fn alter_domain(id: &crate::catalog::ObjectId, sql: &mut Sql) {
    sql.raw("ALTER DOMAIN ");
    qualified(id, sql);
    sql.raw(" ");
}

fn constraint(check: &DomainCheck, sql: &mut Sql) {
    sql.raw("CONSTRAINT ").ident(&check.name).raw(" CHECK ");
    sql.raw(&parenthesised(check.expr.text()));
}

fn alter_sql(change: &AlterItem<'_, Domain>, _cx: &RenderCx<'_>, sql: &mut Sql) {
    for attr in &change.attrs {
        match attr {
            DomainAttr::Default => {
                alter_domain(change.id, sql);
                match &change.to.default {
                    Some(default) => sql.raw("SET DEFAULT ").raw(&default_text(default)),
                    None => sql.raw("DROP DEFAULT"),
                };
                sql.end();
            }
            DomainAttr::Nullable => {
                alter_domain(change.id, sql);
                sql.raw(if change.to.nullable { "DROP" } else { "SET" })
                    .raw(" NOT NULL")
                    .end();
            }
            DomainAttr::Checks => alter_checks(change, sql),
            // Made anew.
            DomainAttr::Base | DomainAttr::Collation => {}
        }
    }
}

/// What differs in nothing but its name is renamed, and what only has to be proven is proven.
fn alter_checks(change: &AlterItem<'_, Domain>, sql: &mut Sql) {
    let (from, to) = (&change.from.checks, &change.to.checks);
    let named =
        |checks: &[DomainCheck], check: &DomainCheck| checks.iter().any(|other| other.name == check.name);
    let mut left: Vec<&DomainCheck> = from.iter().collect();
    let mut added = Vec::new();
    for check in to {
        let same = |other: &&&DomainCheck| other.expr == check.expr && other.validated <= check.validated;
        let own = left
            .iter()
            .filter(same)
            .position(|other| other.name == check.name);
        let at = own.and_then(|_| left.iter().position(|other| other.name == check.name));
        let at = at.or_else(|| {
            let renamed = |other: &&DomainCheck| same(&other) && !named(to, other) && !named(from, check);
            left.iter().position(renamed)
        });
        match at.map(|at| left.remove(at)) {
            Some(before) => {
                if before.name != check.name {
                    alter_domain(change.id, sql);
                    sql.raw("RENAME CONSTRAINT ").ident(&before.name);
                    sql.raw(" TO ").ident(&check.name).end();
                }
                if before.validated != check.validated {
                    alter_domain(change.id, sql);
                    sql.raw("VALIDATE CONSTRAINT ").ident(&check.name).end();
                }
            }
            None => added.push(check),
        }
    }
    for check in left {
        alter_domain(change.id, sql);
        sql.raw("DROP CONSTRAINT ").ident(&check.name).end();
    }
    for check in added {
        alter_domain(change.id, sql);
        sql.raw("ADD ");
        constraint(check, sql);
        sql.raw(if check.validated { "" } else { " NOT VALID" }).end();
    }
}
