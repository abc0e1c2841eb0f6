//! `exclude method=gist where="…" { key room with="="; key (sql)"tsrange(a, b)" with="&&" }`.

use std::sync::Arc;

use crate::catalog::kinds::Exclusion;
use crate::catalog::{Ident, Kind, ObjectId};
use crate::declare::fields::Fields;
use crate::declare::reading::Reading;
use crate::declare::report::MISSING;
use crate::declare::text::Line;
use crate::declare::write::Writing;

use super::index::{names, read_key, write_key};
use super::member::{self, MemberDraft};
use super::{storage, unique};

/// The access method of the engine where none is named.
const DEFAULT_METHOD: &str = "gist";

pub(super) fn read<'n>(
    reading: &Reading<'n>,
    mut fields: Fields<'n>,
    columns: &[Ident],
) -> Option<MemberDraft> {
    let (mut keys, mut operators) = (Vec::new(), Vec::new());
    for node in fields.children("key") {
        let mut child = fields.child(node);
        let operator = child.text("with").map(|text| Arc::<str>::from(text.text));
        if operator.is_none() {
            child.missing(
                "a key of an exclusion constraint is compared by an operator",
                "write `key COLUMN with=\"=\"`",
            );
        }
        if let (Some(key), Some(operator)) = (read_key(reading, child, columns), operator) {
            keys.push(key);
            operators.push(operator);
        }
    }
    if keys.is_empty() {
        let help = "write `exclude { key COLUMN with=\"=\"; key (sql)\"tsrange(a, b)\" with=\"&&\"; }`";
        reading.report.error_with(
            MISSING,
            fields.span(),
            "an exclusion constraint has at least one key",
            help,
        );
    }
    let include = reading.idents(&fields.names("include").unwrap_or_default());
    let method = fields.text("method").map_or(DEFAULT_METHOD, |text| text.text);
    let predicate = fields
        .expression("where")
        .map(|text| reading.engine.expr(text.text, columns));
    let deferrable = unique::read_deferrable(&mut fields);
    storage::read(reading, &mut fields, Kind::Exclusion);
    let names = names(&keys, &include);
    let exclusion = Exclusion {
        method: Arc::from(method),
        keys,
        operators,
        include,
        predicate,
        deferrable,
    };
    let has = reading.has(Kind::Exclusion, fields.span());
    let draft = member::finish(reading, fields, exclusion, names);
    has.then_some(draft)
}

pub(super) fn write(writing: &Writing<'_>, id: &ObjectId, exclusion: &Exclusion) -> Line {
    let mut line = writing.member_name(Line::new("exclude"), id);
    if *exclusion.method != *DEFAULT_METHOD {
        line = line.property("method", &exclusion.method);
    }
    line = unique::write_deferrable(line, exclusion.deferrable);
    if let Some(predicate) = &exclusion.predicate {
        line = line.expression("where", predicate.text());
    }
    for (key, operator) in exclusion.keys.iter().zip(&exclusion.operators) {
        line = line.child(write_key(writing, key).property("with", operator));
    }
    storage::write(writing, id, unique::write_include(line, &exclusion.include))
}
