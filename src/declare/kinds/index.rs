//! `index requester_id status where="…"`, with `key` children where a key has options.

use std::sync::Arc;

use crate::catalog::kinds::{Index, IndexKey, IndexTerm, NullsOrder};
use crate::catalog::{Ident, Kind, ObjectId};
use crate::declare::fields::Fields;
use crate::declare::node::Entry;
use crate::declare::reading::Reading;
use crate::declare::report::{CONTRADICTION, MISSING};
use crate::declare::text::Line;
use crate::declare::write::Writing;
use crate::dialect::Literal;

use super::member::{self, MemberDraft, Names};
use super::{storage, unique};

const FLAGS: &[&str] = &["unique", "nulls-not-distinct"];

const NULLS: &[(&str, NullsOrder)] = &[("first", NullsOrder::First), ("last", NullsOrder::Last)];

/// The access method that is meant where none is named.
const DEFAULT_METHOD: &str = "btree";

pub(super) fn read<'n>(reading: &Reading<'n>, mut fields: Fields<'n>, columns: &[Ident]) -> MemberDraft {
    let unique = fields.flag("unique");
    let nulls_not_distinct = fields.flag("nulls-not-distinct");
    let mut keys = Vec::new();
    for entry in fields.arguments() {
        keys.extend(read_term(reading, &fields, entry, columns).map(plain_key));
    }
    for node in fields.children("key") {
        let child = fields.child(node);
        keys.extend(read_key(reading, child, columns));
    }
    if keys.is_empty() {
        reading.report.error_with(
            MISSING,
            fields.span(),
            "an index has at least one key",
            "write `index COLUMN`, or `index (sql)\"lower(email)\"`",
        );
    }
    let include = reading.idents(&fields.names("include").unwrap_or_default());
    let method = fields.text("method").map_or(DEFAULT_METHOD, |text| text.text);
    let predicate = fields
        .expression("where")
        .map(|text| reading.engine.expr(text.text, columns));
    storage::read(reading, &mut fields, Kind::Index);
    let names = names(&keys, &include);
    let index = Index {
        method: Arc::from(method),
        unique,
        nulls_not_distinct,
        keys,
        include,
        predicate,
    };
    member::finish(reading, fields, index, names)
}

pub(super) fn plain_key(term: IndexTerm) -> IndexKey {
    IndexKey {
        term,
        collation: None,
        opclass: None,
        descending: false,
        nulls: None,
    }
}

pub(super) fn read_term<'n>(
    reading: &Reading<'n>,
    fields: &Fields<'n>,
    entry: &'n Entry,
    columns: &[Ident],
) -> Option<IndexTerm> {
    if let Literal::Sql(text) = &entry.value {
        return Some(IndexTerm::Expr(reading.engine.expr(text, columns)));
    }
    let text = fields.text_of(entry)?;
    Some(IndexTerm::Column(reading.engine.ident(text.text)))
}

pub(super) fn read_key<'n>(
    reading: &Reading<'n>,
    mut fields: Fields<'n>,
    columns: &[Ident],
) -> Option<IndexKey> {
    let term = match fields.argument() {
        Some(entry) => read_term(reading, &fields, entry, columns),
        None => {
            fields.missing(
                "a key names a column",
                "write `key COLUMN`, or `key (sql)\"lower(email)\"`",
            );
            None
        }
    };
    let (ascending, descending) = (fields.flag("asc"), fields.flag("desc"));
    if ascending && descending {
        reading.report.error(
            CONTRADICTION,
            fields.span(),
            "a key is sorted upwards or downwards, not both",
        );
    }
    let key = term.map(|term| IndexKey {
        term,
        collation: fields.text("collation").map(|text| reading.collation(text.text)),
        opclass: fields.text("opclass").map(|text| Arc::from(text.text)),
        descending,
        nulls: fields.choice("nulls", NULLS),
    });
    fields.finish("this key");
    key
}

/// PostgreSQL names an index after its columns; a call stands as the function's name, any other expression as `expr`.
pub(in crate::declare) fn names(keys: &[IndexKey], include: &[Ident]) -> Names {
    let mut columns: Vec<String> = Vec::new();
    let terms = keys.iter().map(|key| match &key.term {
        IndexTerm::Column(column) => column.text(),
        IndexTerm::Expr(expr) => called_function(expr.text()).unwrap_or("expr"),
    });
    for name in terms.chain(include.iter().map(Ident::text)) {
        let mut unique = name.to_owned();
        let mut count = 1;
        while columns.contains(&unique) {
            unique = format!("{name}{count}");
            count += 1;
        }
        columns.push(unique);
    }
    Names {
        columns,
        referred: None,
    }
}

fn called_function(text: &str) -> Option<&str> {
    let (name, rest) = text.split_once('(')?;
    let word = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let mut depth = 1;
    let closes_last = rest.char_indices().all(|(at, character)| {
        depth += i32::from(character == '(') - i32::from(character == ')');
        depth > 0 || at + 1 == rest.len()
    });
    (word && closes_last).then_some(name)
}

pub(super) fn write(writing: &Writing<'_>, id: &ObjectId, index: &Index) -> Line {
    let mut line = Line::new("index");
    let plain = index.keys.iter().all(|key| *key == plain_key(key.term.clone()));
    if plain {
        for key in &index.keys {
            line = write_term(line, &key.term, FLAGS);
        }
    }
    line = line
        .flag_if("unique", index.unique)
        .flag_if("nulls-not-distinct", index.nulls_not_distinct);
    line = writing.member_name(line, id);
    if *index.method != *DEFAULT_METHOD {
        line = line.property("method", &index.method);
    }
    if let Some(predicate) = &index.predicate {
        line = line.expression("where", predicate.text());
    }
    if !plain {
        for key in &index.keys {
            line = line.child(write_key(writing, key));
        }
    }
    storage::write(writing, id, unique::write_include(line, &index.include))
}

pub(super) fn write_term(line: Line, term: &IndexTerm, flags: &[&str]) -> Line {
    match term {
        IndexTerm::Column(column) => line.columns([column.text()], flags),
        IndexTerm::Expr(expr) => line.sql(expr.text()),
    }
}

pub(super) fn write_key(writing: &Writing<'_>, key: &IndexKey) -> Line {
    let mut line = write_term(Line::new("key"), &key.term, &[]).flag_if("desc", key.descending);
    if let Some(nulls) = key.nulls
        && let Some((word, _)) = NULLS.iter().find(|(_, value)| *value == nulls)
    {
        line = line.property("nulls", word);
    }
    if let Some(opclass) = &key.opclass {
        line = line.property("opclass", opclass);
    }
    if let Some(collation) = &key.collation {
        line = line.property("collation", &writing.collation(collation));
    }
    line
}
