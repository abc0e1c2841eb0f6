//! Foreign data wrappers and servers, <https://www.postgresql.org/docs/current/sql-createforeigndatawrapper.html>,
//! <https://www.postgresql.org/docs/current/sql-createserver.html>.
//!
//! By what a server is reached and what it is, is fixed when it is made; everything else changes in place.

use std::sync::Arc;

use crate::catalog::ObjectId;
use crate::catalog::kinds::{ForeignDataWrapper, ForeignServer, ForeignServerAttr, Options};
use crate::dialect::{Alter, Fold, Item, RenderCx, Rules, Sql};

use super::{in_place, name, no_clause, rename_to};

const WRAPPER: &str = "FOREIGN DATA WRAPPER ";
const SERVER: &str = "SERVER ";

pub(super) static RULES: Rules<ForeignDataWrapper> = Rules {
    fold: Fold::Never,
    replaceable: true,
    namespace: None,
    alter: |_, _, _, _| Alter::InPlace,
    attach: in_place,
    detach: in_place,
    create: |item, _, _, sql| create_wrapper(item, sql),
    inline: no_clause,
    drop: |item, _: &RenderCx<'_>, sql| {
        begin("DROP ", WRAPPER, item.id, sql);
    },
    alter_sql: |change, _, sql| alter_wrapper(change.id, (change.from, change.to), sql),
    rename: Some(|from, to, _, sql| {
        begin("ALTER ", WRAPPER, from, sql);
        rename_to(to, sql);
    }),
};

pub(super) static SERVERS: Rules<ForeignServer> = Rules {
    fold: Fold::Never,
    replaceable: true,
    namespace: None,
    alter: |attr, _, _, _| match attr {
        ForeignServerAttr::Wrapper | ForeignServerAttr::Sort => Alter::Replace,
        ForeignServerAttr::Version | ForeignServerAttr::Options => Alter::InPlace,
    },
    attach: in_place,
    detach: in_place,
    create: |item, _, _, sql| create_server(item, sql),
    inline: no_clause,
    drop: |item, _: &RenderCx<'_>, sql| {
        begin("DROP ", SERVER, item.id, sql);
    },
    alter_sql: |change, _, sql| alter_server(change.id, (change.from, change.to), sql),
    rename: Some(|from, to, _, sql| {
        begin("ALTER ", SERVER, from, sql);
        rename_to(to, sql);
    }),
};

fn begin(verb: &str, noun: &str, id: &ObjectId, sql: &mut Sql) {
    sql.raw(verb).raw(noun);
    name(id, sql);
}

/// `HANDLER f VALIDATOR g`, as far as the two differ.
fn functions(from: Option<&ForeignDataWrapper>, to: &ForeignDataWrapper, sql: &mut Sql) {
    let before = |of: fn(&ForeignDataWrapper) -> &Option<crate::catalog::QName>| {
        from.and_then(|from| of(from).as_ref())
    };
    for (word, before, after) in [
        ("HANDLER", before(|wrapper| &wrapper.handler), &to.handler),
        ("VALIDATOR", before(|wrapper| &wrapper.validator), &to.validator),
    ] {
        match after {
            Some(function) if before != Some(function) => {
                sql.raw(" ").raw(word).raw(" ").qname(function);
            }
            None if before.is_some() => {
                sql.raw(" NO ").raw(word);
            }
            _ => {}
        }
    }
}

fn create_wrapper(item: Item<'_, ForeignDataWrapper>, sql: &mut Sql) {
    begin("CREATE ", WRAPPER, item.id, sql);
    functions(None, item.payload, sql);
    options(&item.payload.options, sql);
}

fn alter_wrapper(id: &ObjectId, (from, to): (&ForeignDataWrapper, &ForeignDataWrapper), sql: &mut Sql) {
    begin("ALTER ", WRAPPER, id, sql);
    functions(Some(from), to, sql);
    change_options((&from.options, &to.options), sql);
    sql.end();
}

fn create_server(item: Item<'_, ForeignServer>, sql: &mut Sql) {
    let server = item.payload;
    begin("CREATE ", SERVER, item.id, sql);
    if let Some(sort) = &server.sort {
        sql.raw(" TYPE ").text(sort);
    }
    if let Some(version) = &server.version {
        sql.raw(" VERSION ").text(version);
    }
    sql.raw(" FOREIGN DATA WRAPPER ").ident(&server.wrapper);
    options(&server.options, sql);
}

fn alter_server(id: &ObjectId, (from, to): (&ForeignServer, &ForeignServer), sql: &mut Sql) {
    begin("ALTER ", SERVER, id, sql);
    if from.version != to.version {
        sql.raw(" VERSION ");
        match &to.version {
            Some(version) => sql.text(version),
            None => sql.raw("NULL"),
        };
    }
    change_options((&from.options, &to.options), sql);
    sql.end();
}

/// ` OPTIONS (host 'db')`, where there is any.
pub(super) fn options(options: &Options, sql: &mut Sql) {
    if options.is_empty() {
        return;
    }
    sql.raw(" OPTIONS (");
    sql.list(options, |sql, (name, value)| {
        option(name, sql);
        sql.raw(" ").text(value);
    });
    sql.raw(")");
}

/// ` OPTIONS (ADD a '1', SET b '2', DROP c)`, as far as the two differ.
pub(super) fn change_options((from, to): (&Options, &Options), sql: &mut Sql) {
    let had = |wanted: &Arc<str>| from.iter().find(|(name, _)| name == wanted);
    let mut changes = Vec::new();
    for (name, value) in to {
        match had(name) {
            None => changes.push(("ADD ", name, Some(value))),
            Some((_, before)) if before != value => changes.push(("SET ", name, Some(value))),
            Some(_) => {}
        }
    }
    let gone = from
        .iter()
        .filter(|(name, _)| to.iter().all(|(other, _)| other != name));
    changes.extend(gone.map(|(name, _)| ("DROP ", name, None)));
    if changes.is_empty() {
        return;
    }
    sql.raw(" OPTIONS (");
    sql.list(changes, |sql, (verb, name, value)| {
        sql.raw(verb);
        option(name, sql);
        if let Some(value) = value {
            sql.raw(" ").text(value);
        }
    });
    sql.raw(")");
}

fn option(name: &str, sql: &mut Sql) {
    sql.ident(&crate::catalog::Ident::exact(name));
}
