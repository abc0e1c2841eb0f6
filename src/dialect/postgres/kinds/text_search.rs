//! Text search dictionaries and configurations, <https://www.postgresql.org/docs/current/textsearch-configuration.html>.
//!
//! Options and mappings change in place; what was made with them before, in indexes and stored columns, stays as it was made.
//! Another template or parser makes the object anew.

use std::sync::Arc;

use crate::catalog::kinds::{
    TextSearchConfiguration, TextSearchConfigurationAttr, TextSearchDictionary, TextSearchDictionaryAttr,
    TextSearchMapping,
};
use crate::catalog::{EngineName, ObjectId};
use crate::dialect::rules::AlterItem;
use crate::dialect::{Alter, Fold, Item, RenderCx, Rules, Sql};

use super::{anew, in_place, no_clause, qualified, rename_qualified};

pub(super) static DICTIONARY: Rules<TextSearchDictionary> = Rules {
    fold: Fold::Never,
    replaceable: true,
    namespace: None,
    alter: |attr, from, _, cx| match attr {
        TextSearchDictionaryAttr::Template => anew(from.id, cx),
        TextSearchDictionaryAttr::Options => Alter::InPlace,
    },
    attach: in_place,
    detach: in_place,
    create: |item, _, _, sql| create_dictionary(item, sql),
    inline: no_clause,
    drop: |item, _: &RenderCx<'_>, sql| {
        sql.raw("DROP TEXT SEARCH DICTIONARY ");
        qualified(item.id, sql);
    },
    alter_sql: |change, _, sql| alter_dictionary(change, sql),
    rename: Some(|from, to, _, sql| rename_qualified("TEXT SEARCH DICTIONARY", from, to, sql)),
};

pub(super) static CONFIGURATION: Rules<TextSearchConfiguration> = Rules {
    fold: Fold::Never,
    replaceable: true,
    namespace: None,
    alter: |attr, from, _, cx| match attr {
        TextSearchConfigurationAttr::Parser => anew(from.id, cx),
        TextSearchConfigurationAttr::Mappings => Alter::InPlace,
    },
    attach: in_place,
    detach: in_place,
    create: |item, _, _, sql| create_configuration(item, sql),
    inline: no_clause,
    drop: |item, _: &RenderCx<'_>, sql| {
        sql.raw("DROP TEXT SEARCH CONFIGURATION ");
        qualified(item.id, sql);
    },
    alter_sql: |change, _, sql| alter_configuration(change, sql),
    rename: Some(|from, to, _, sql| rename_qualified("TEXT SEARCH CONFIGURATION", from, to, sql)),
};

fn create_dictionary(item: Item<'_, TextSearchDictionary>, sql: &mut Sql) {
    sql.raw("CREATE TEXT SEARCH DICTIONARY ");
    qualified(item.id, sql);
    sql.raw(" (TEMPLATE = ").qname(item.payload.template.qname());
    for given in &item.payload.options {
        sql.raw(", ");
        option(given, sql);
    }
    sql.raw(")");
}

/// `name = value`. A number stays one: a template may want no text for it.
fn option((name, value): &(Arc<str>, Arc<str>), sql: &mut Sql) {
    option_name(name, sql);
    sql.raw(" = ");
    let is_number = value
        .parse::<i32>()
        .is_ok_and(|number| *number.to_string() == **value);
    if is_number {
        sql.raw(value);
    } else {
        sql.text(value);
    }
}

fn option_name(name: &str, sql: &mut Sql) {
    sql.ident(&crate::catalog::Ident::exact(name));
}

/// Options that are gone are named without a value.
fn alter_dictionary(change: &AlterItem<'_, TextSearchDictionary>, sql: &mut Sql) {
    let gone = change.from.options.iter().filter(|(name, _)| {
        let mut stay = change.to.options.iter();
        !stay.any(|(other, _)| other == name)
    });
    let set = change
        .to
        .options
        .iter()
        .filter(|option| !change.from.options.contains(option));
    let gone: Vec<&(Arc<str>, Arc<str>)> = gone.collect();
    let set: Vec<&(Arc<str>, Arc<str>)> = set.collect();
    sql.raw("ALTER TEXT SEARCH DICTIONARY ");
    qualified(change.id, sql);
    sql.raw(" (");
    sql.list(&gone, |sql, (name, _)| option_name(name, sql));
    if !gone.is_empty() && !set.is_empty() {
        sql.raw(", ");
    }
    sql.list(set, |sql, given| option(given, sql));
    sql.raw(")").end();
}

fn create_configuration(item: Item<'_, TextSearchConfiguration>, sql: &mut Sql) {
    sql.raw("CREATE TEXT SEARCH CONFIGURATION ");
    qualified(item.id, sql);
    sql.raw(" (PARSER = ").qname(item.payload.parser.qname()).raw(")");
    for (tokens, dictionaries) in item.payload.grouped() {
        sql.end();
        map(item.id, "ADD", &tokens, dictionaries, sql);
    }
}

/// `ALTER TEXT SEARCH CONFIGURATION c ADD MAPPING FOR a, b WITH d, e`
fn map(id: &ObjectId, verb: &str, tokens: &[&str], dictionaries: &[EngineName], sql: &mut Sql) {
    sql.raw("ALTER TEXT SEARCH CONFIGURATION ");
    qualified(id, sql);
    sql.raw(" ").raw(verb).raw(" MAPPING FOR ");
    sql.list(tokens, |sql, token| option_name(token, sql));
    if !dictionaries.is_empty() {
        sql.raw(" WITH ").list(dictionaries, |sql, name| {
            sql.qname(name.qname());
        });
    }
}

fn alter_configuration(change: &AlterItem<'_, TextSearchConfiguration>, sql: &mut Sql) {
    let known =
        |mappings: &[TextSearchMapping], token: &str| mappings.iter().any(|mapping| *mapping.token == *token);
    let gone = change.from.mappings.iter().map(|mapping| &*mapping.token);
    let gone: Vec<&str> = gone.filter(|token| !known(&change.to.mappings, token)).collect();
    if !gone.is_empty() {
        map(change.id, "DROP", &gone, &[], sql);
        sql.end();
    }
    let mappings = change.to.mappings.iter();
    let changed = TextSearchConfiguration {
        parser: change.to.parser.clone(),
        mappings: mappings
            .filter(|mapping| !change.from.mappings.contains(mapping))
            .cloned()
            .collect(),
    };
    for (tokens, dictionaries) in changed.grouped() {
        let (there, new): (Vec<&str>, Vec<&str>) = tokens
            .into_iter()
            .partition(|token| known(&change.from.mappings, token));
        for (verb, tokens) in [("ALTER", there), ("ADD", new)] {
            if !tokens.is_empty() {
                map(change.id, verb, &tokens, dictionaries, sql);
                sql.end();
            }
        }
    }
}
