//! A table, and the text of `CREATE TABLE` with everything that is folded into it.

use crate::catalog::kinds::{Column, PrimaryKey, Table, TableExt};
use crate::catalog::{Ident, Key, Kind, Object, ObjectId, Path, Payload as _};
use crate::dialect::{Alter, Fold, Item, RenderCx, Rules, Sql};

use super::{column, constraint};

/// The rule row.
pub(in crate::dialect::sqlite) static RULES: Rules<Table> = Rules {
    fold: Fold::Never,
    replaceable: false,
    namespace: super::SCHEMA_OBJECT,
    alter: |_, _, _, _| Alter::RebuildParent,
    attach: |_, _| Alter::InPlace,
    detach: |_, _| Alter::InPlace,
    create,
    inline: |_, _, _| {},
    drop: |item, _, sql| {
        sql.raw("DROP TABLE ");
        if let Some(name) = item.id.qname() {
            sql.qname(name);
        }
    },
    alter_sql: |_, _, _| {},
    rename: Some(rename),
};

fn create(item: Item<'_, Table>, members: &[(&ObjectId, &Object)], _cx: &RenderCx<'_>, sql: &mut Sql) {
    if let Some(name) = item.id.name() {
        definition(name, item.payload, members, sql);
    }
}

fn rename(from: &ObjectId, to: &ObjectId, _cx: &RenderCx<'_>, sql: &mut Sql) {
    if let (Some(from), Some(to)) = (from.qname(), to.name()) {
        sql.raw("ALTER TABLE ").qname(from).raw(" RENAME TO ").ident(to);
    }
}

/// The order of the parts of a table's text.
fn rank(kind: Kind) -> u8 {
    match kind {
        Kind::Column => 0,
        Kind::PrimaryKey => 1,
        Kind::Unique => 2,
        Kind::Check => 3,
        _ => 4,
    }
}

/// The name of a constraint, if the database keeps one.
pub(super) fn key_of(id: &ObjectId) -> Option<&Ident> {
    match &id.path {
        Path::Member(_, Key::Named(name)) => Some(name),
        _ => None,
    }
}

/// `CREATE TABLE` under `name`, with these columns and constraints.
pub(in crate::dialect::sqlite) fn definition(
    name: &Ident,
    table: &Table,
    members: &[(&ObjectId, &Object)],
    sql: &mut Sql,
) {
    let mut members = members.to_vec();
    members.sort_by_key(|(id, _)| rank(id.kind));
    // AUTOINCREMENT exists in the clause of a column only.
    let inline_key = members
        .iter()
        .find_map(|(id, object)| match PrimaryKey::of(object) {
            Some(key) if key.autoincrement && key.columns.len() == 1 => Some((*id, key)),
            _ => None,
        });
    sql.raw("CREATE TABLE ").ident(name).raw(" (");
    let mut first = true;
    for (id, object) in members {
        if inline_key.is_some_and(|(key, _)| key == id) {
            continue;
        }
        sql.raw(if first { "\n    " } else { ",\n    " });
        first = false;
        match (object, id.name()) {
            (Object::Column(payload), Some(name)) => {
                let key = inline_key.filter(|(_, key)| key.columns.contains(name));
                column_with_key(name, payload, key.map(|(id, _)| id), sql);
            }
            (object, _) => constraint::clause(id, object, sql),
        }
    }
    sql.raw("\n)");
    if let TableExt::Sqlite {
        strict,
        without_rowid,
    } = table.ext
    {
        let options = [(strict, "STRICT"), (without_rowid, "WITHOUT ROWID")];
        let words: Vec<&str> = options
            .iter()
            .filter(|(on, _)| *on)
            .map(|(_, word)| *word)
            .collect();
        if !words.is_empty() {
            sql.raw(" ").raw(&words.join(", "));
        }
    }
}

fn column_with_key(name: &Ident, payload: &Column, key: Option<&ObjectId>, sql: &mut Sql) {
    column::clause(name, payload, sql);
    let Some(key) = key else {
        return;
    };
    if let Some(constraint) = key_of(key) {
        sql.raw(" CONSTRAINT ").ident(constraint);
    }
    sql.raw(" PRIMARY KEY AUTOINCREMENT");
}
