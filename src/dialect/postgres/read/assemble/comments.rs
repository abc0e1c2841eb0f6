//! Comments, as objects of what they are about.

use std::sync::Arc;

use crate::catalog::kinds::Comment;
use crate::catalog::{Catalog, Kind, ObjectId};
use crate::dialect::Scope;
use crate::dialect::postgres::kinds::COMMENT_OF_PUBLIC;

use super::super::batch::Raw;
use super::super::comments::{CommentRow, Commented};
use super::super::depends::class;
use super::{Known, grants};

/// The catalog of large objects.
const LARGE_OBJECT: u32 = 2613;

/// Inserts the comments on every object of the catalog, on columns of views, and on the schema that is always there.
/// Those that are left are on what is no object: their places.
pub(super) fn insert(known: &Known, raw: &Raw, scope: &Scope, catalog: &mut Catalog) -> Vec<Commented> {
    let mut found: Vec<(ObjectId, Comment)> = Vec::new();
    let mut left = Vec::new();
    for row in &raw.comments {
        match target(known, raw, scope, row) {
            // What the engine itself says of the schema that it makes.
            Some(target) if grants::is_public(&target) && *row.text == *COMMENT_OF_PUBLIC => {}
            Some(target) => {
                let text = Arc::clone(&row.text);
                found.push((target, Comment { text }));
            }
            None if is_elsewhere(known, raw, row) => {}
            None => left.push(Commented {
                class: row.class,
                object: row.object,
                column: row.column,
            }),
        }
    }
    found.sort_by_cached_key(|(target, _)| grants::place(catalog, target));
    for (target, comment) in found {
        catalog.insert(ObjectId::on(Kind::Comment, target), comment);
    }
    left
}

fn target(known: &Known, raw: &Raw, scope: &Scope, row: &CommentRow) -> Option<ObjectId> {
    match (i16::try_from(row.column).ok()?, row.class) {
        (_, class::EXTENSION) => None,
        (_, class::NAMESPACE) => known.schema(raw, scope, row.object),
        (0, class) => known.itself((class, row.object)).cloned(),
        (number, _) if known.relations.contains_key(&row.object) => {
            known.said_column(raw, row.object, number)
        }
        (number, _) => known.of_attribute(row.object, number),
    }
}

/// Whether a comment without a target of ours is nobody's concern, or told with what it is about.
fn is_elsewhere(known: &Known, raw: &Raw, row: &CommentRow) -> bool {
    let place = (row.class, row.object);
    let is_strange = || {
        raw.strange
            .iter()
            .any(|strange| (strange.class, strange.oid) == place)
    };
    match row.class {
        // That on an extension comes from its control file, and large objects are data.
        class::EXTENSION | class::NAMESPACE | LARGE_OBJECT => true,
        class::CLASS if known.relations.contains_key(&row.object) => true,
        _ => known.is_owned(row.class, row.object) || is_strange(),
    }
}
