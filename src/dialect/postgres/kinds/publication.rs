//! Publications and their tables, <https://www.postgresql.org/docs/current/sql-createpublication.html>.
//!
//! Whether a publication is of every table is fixed when it is made. What it tells of a table cannot be changed either: the table
//! is taken out and put in again.

use crate::catalog::kinds::{Publication, PublicationAttr, Published, PublishedTable};
use crate::catalog::{Ident, ObjectId};
use crate::dialect::postgres::expressions::parenthesised;
use crate::dialect::{Alter, Fold, Item, RenderCx, Rules, Sql};

use super::{in_place, name, no_clause, nothing_to_alter, rename_to};

pub(super) static RULES: Rules<Publication> = Rules {
    fold: Fold::Never,
    replaceable: true,
    namespace: None,
    alter: |attr, _, _, _| match attr {
        PublicationAttr::AllTables => Alter::Replace,
        PublicationAttr::Schemas
        | PublicationAttr::Publish
        | PublicationAttr::ViaRoot
        | PublicationAttr::Generated => Alter::InPlace,
    },
    attach: in_place,
    detach: in_place,
    create: |item, _, _, sql| create(item, sql),
    inline: no_clause,
    drop: |item, _: &RenderCx<'_>, sql| {
        sql.raw("DROP PUBLICATION ");
        name(item.id, sql);
    },
    alter_sql: |change, _, sql| alter(change.id, (change.from, change.to), sql),
    rename: Some(|from, to, _, sql| {
        alter_publication(from.name(), sql);
        rename_to(to, sql);
    }),
};

fn alter_publication(publication: Option<&Ident>, sql: &mut Sql) {
    sql.raw("ALTER PUBLICATION ");
    if let Some(publication) = publication {
        sql.ident(publication);
    }
}

fn create(item: Item<'_, Publication>, sql: &mut Sql) {
    let publication = item.payload;
    sql.raw("CREATE PUBLICATION ");
    name(item.id, sql);
    if publication.all_tables {
        sql.raw(" FOR ALL TABLES");
    } else if !publication.schemas.is_empty() {
        sql.raw(" FOR TABLES IN SCHEMA ").idents(&publication.schemas);
    }
    let plain = Publication {
        all_tables: publication.all_tables,
        schemas: publication.schemas.clone(),
        publish: Published::ALL.to_vec(),
        via_root: false,
        generated: false,
    };
    let options = options(&plain, publication);
    if !options.is_empty() {
        sql.raw(" WITH (").raw(&options.join(", ")).raw(")");
    }
}

/// The options in which the second differs from the first.
fn options(from: &Publication, to: &Publication) -> Vec<String> {
    let mut out = Vec::new();
    if from.publish != to.publish {
        let words: Vec<&str> = to.publish.iter().map(|told| word(*told)).collect();
        out.push(format!("publish = '{}'", words.join(", ")));
    }
    if from.via_root != to.via_root {
        out.push(format!("publish_via_partition_root = {}", to.via_root));
    }
    if from.generated != to.generated {
        let word = if to.generated { "stored" } else { "none" };
        out.push(format!("publish_generated_columns = {word}"));
    }
    out
}

fn word(told: Published) -> &'static str {
    match told {
        Published::Insert => "insert",
        Published::Update => "update",
        Published::Delete => "delete",
        Published::Truncate => "truncate",
    }
}

fn alter(id: &ObjectId, (from, to): (&Publication, &Publication), sql: &mut Sql) {
    let except = |these: &[Ident], others: &[Ident]| -> Vec<Ident> {
        let left = these.iter().filter(|schema| !others.contains(schema));
        left.cloned().collect()
    };
    for (verb, schemas) in [
        (" DROP TABLES IN SCHEMA ", except(&from.schemas, &to.schemas)),
        (" ADD TABLES IN SCHEMA ", except(&to.schemas, &from.schemas)),
    ] {
        if !schemas.is_empty() {
            alter_publication(id.name(), sql);
            sql.raw(verb).idents(&schemas).end();
        }
    }
    let options = options(from, to);
    if !options.is_empty() {
        alter_publication(id.name(), sql);
        sql.raw(" SET (").raw(&options.join(", ")).raw(")").end();
    }
}

pub(super) static TABLE: Rules<PublishedTable> = Rules {
    fold: Fold::Never,
    replaceable: true,
    namespace: None,
    alter: |_, _, _, _| Alter::Replace,
    attach: in_place,
    detach: in_place,
    create: |item, _, _, sql| add(item, sql),
    inline: no_clause,
    drop: |item, _: &RenderCx<'_>, sql| {
        alter_publication(item.id.name(), sql);
        table(" DROP TABLE ONLY ", item.id, sql);
    },
    alter_sql: nothing_to_alter,
    rename: None,
};

fn table(verb: &str, id: &ObjectId, sql: &mut Sql) {
    sql.raw(verb);
    if let Some(table) = id.relation() {
        sql.qname(table);
    }
}

fn add(item: Item<'_, PublishedTable>, sql: &mut Sql) {
    alter_publication(item.id.name(), sql);
    table(" ADD TABLE ONLY ", item.id, sql);
    if !item.payload.columns.is_empty() {
        sql.raw(" (").idents(&item.payload.columns).raw(")");
    }
    if let Some(filter) = &item.payload.filter {
        sql.raw(" WHERE ").raw(&parenthesised(filter.text()));
    }
}
