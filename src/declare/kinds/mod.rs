//! Reading and writing each kind of object, side by side.

mod allow;
mod check;
mod column;
mod copy;
mod domain;
mod enum_type;
mod extension;
mod foreign_key;
mod function;
mod index;
mod member;
mod primary_key;
mod rows;
mod schema;
mod sequence;
mod table;
mod trigger;
mod unique;
mod view;

use crate::catalog::{Kind, Object, ObjectId};

use super::fields::Fields;
use super::reading::{Draft, Reading};
use super::text::Line;
use super::write::Writing;

pub(super) use check::names as check_names;
pub(super) use column::ColumnDraft;
pub(super) use enum_type::{EnumDraft, read as read_enum};
pub(super) use index::names as index_names;
pub(super) use member::{MemberDraft, Names};
pub(super) use rows::{RowsDraft, report_key, resolve as resolve_rows};

/// Reads a node of a kind into the draft.
type Read = for<'n> fn(&Reading<'n>, Fields<'n>, &mut Draft<'n>);

/// The node of enums, which are read before all others.
pub(super) const ENUM: &str = "enum";

/// The node of domains, whose names are known before any other node is read.
pub(super) const DOMAIN: &str = "domain";

/// The other nodes that may stand in a file, and their readers.
pub(super) const NODES: &[(&str, Read)] = &[
    ("schema", schema::read),
    ("extension", extension::read),
    (DOMAIN, domain::read),
    ("sequence", sequence::read),
    ("function", function::read),
    ("procedure", function::read_procedure),
    ("table", table::read),
    ("view", view::read),
    ("rows", rows::read),
    ("allow", allow::read),
];

/// Writes an object without its comment and its members. A comment is a property of what it is said about.
pub(super) fn write(writing: &Writing<'_>, id: &ObjectId, object: &Object) -> Option<Line> {
    Some(match object {
        Object::Schema(_) => writing.named("schema", id),
        Object::Extension(extension) => extension::write(writing, id, extension),
        Object::EnumType(enum_type) => enum_type::write(writing, id, enum_type),
        Object::Domain(domain) => domain::write(writing, id, domain),
        Object::Sequence(sequence) => sequence::write(writing, id, sequence),
        Object::Function(function) => function::write(writing, id, function),
        Object::Table(table) => table::write(writing, id, table),
        Object::Column(column) => column::write(writing, id, column),
        Object::PrimaryKey(key) => primary_key::write(writing, id, key),
        Object::Unique(unique) => unique::write(writing, id, unique),
        Object::Check(check) => check::write(writing, id, check),
        Object::ForeignKey(key) => foreign_key::write(writing, id, key),
        Object::Index(index) => index::write(writing, id, index),
        Object::View(view) => view::write(writing, id, view),
        Object::Trigger(trigger) => trigger::write(writing, id, trigger),
        Object::Rows(rows) => rows::write(writing, id, rows),
        Object::Comment(_) => return None,
    })
}

/// The kinds whose objects may have had another name (`was=`), in the order in which renames are carried out.
pub(super) const RENAMED: &[Kind] = &[
    Kind::Schema,
    Kind::Enum,
    Kind::Domain,
    Kind::Sequence,
    Kind::Function,
    Kind::Table,
    Kind::View,
    Kind::Column,
    Kind::PrimaryKey,
    Kind::Unique,
    Kind::Check,
    Kind::ForeignKey,
    Kind::Index,
    Kind::Trigger,
];
