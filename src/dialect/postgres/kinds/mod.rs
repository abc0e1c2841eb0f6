//! The rule rows of PostgreSQL, one kind a file, and the few phrases that several of them share.

mod aggregate;
mod cast;
mod check;
mod collation;
mod column;
mod comment;
mod composite;
mod default_privileges;
mod domain;
mod enum_type;
mod event_trigger;
mod exclusion;
mod extension;
mod foreign;
mod foreign_key;
mod function;
mod grants;
mod index;
mod inheritance;
mod materialized_view;
mod operator;
mod operator_class;
mod owner;
mod partition;
mod policy;
mod primary_key;
mod publication;
mod range_type;
mod row_security;
mod row_type;
mod rows;
mod rule;
mod schema;
mod sequence;
mod statistics;
mod storage;
mod table;
mod text_search;
mod trigger;
mod unique;
mod view;

use crate::catalog::kinds::Deferrable;
use crate::catalog::{Ident, Kind, ObjectId, Path, Payload, QName};
use crate::dialect::{Alter, Item, KindRules, PlanCx, RenderCx, Sql};

pub(super) use column::{
    Follows, add_unfilled, alter_sql as alter_column, counts, default_text, drop_default, follow_rows,
    follows, generated_as_identity, renews_default, set_default, set_type,
};
pub(super) use comment::{OF_PUBLIC as COMMENT_OF_PUBLIC, say as say_comment};
pub(super) use composite::create as create_composite;
pub(super) use default_privileges::take_back as take_defaults_back;
pub(super) use domain::create as create_domain;
pub(super) use enum_type::{create_type, is_extension};
pub(super) use index::key as index_key;
pub(super) use partition::attach as attach_partition;
pub(super) use row_type::keeps_name;
pub(super) use sequence::{create as create_sequence, owned_by};
pub(super) use storage::is_exclusive;
pub(super) use unique::is_repeated;

/// The rule row of a kind.
#[expect(
    clippy::unnecessary_wraps,
    reason = "`None` is how an engine says that it has no such thing; this one has all of them"
)]
pub(super) fn rules(kind: Kind) -> Option<&'static dyn KindRules> {
    Some(match kind {
        Kind::Schema => &schema::RULES,
        Kind::Extension => &extension::RULES,
        Kind::Collation => &collation::RULES,
        Kind::TextSearchDictionary => &text_search::DICTIONARY,
        Kind::TextSearchConfiguration => &text_search::CONFIGURATION,
        Kind::Enum => &enum_type::RULES,
        Kind::Domain => &domain::RULES,
        Kind::Composite => &composite::RULES,
        Kind::Range => &range_type::RULES,
        Kind::Sequence => &sequence::RULES,
        Kind::Function => &function::RULES,
        Kind::Aggregate => &aggregate::RULES,
        Kind::EventTrigger => &event_trigger::RULES,
        Kind::Table => &table::RULES,
        Kind::Column => &column::RULES,
        Kind::PrimaryKey => &primary_key::RULES,
        Kind::Unique => &unique::RULES,
        Kind::Check => &check::RULES,
        Kind::ForeignKey => &foreign_key::RULES,
        Kind::Exclusion => &exclusion::RULES,
        Kind::Index => &index::RULES,
        Kind::View => &view::RULES,
        Kind::MaterializedView => &materialized_view::RULES,
        Kind::Rule => &rule::RULES,
        Kind::Trigger => &trigger::RULES,
        Kind::Policy => &policy::RULES,
        Kind::RowSecurity => &row_security::RULES,
        Kind::Storage => &storage::RULES,
        Kind::Statistics => &statistics::RULES,
        Kind::Partition => &partition::RULES,
        Kind::Inheritance => &inheritance::RULES,
        Kind::RowType => &row_type::RULES,
        Kind::Cast => &cast::RULES,
        Kind::Operator => &operator::RULES,
        Kind::OperatorFamily => &operator_class::FAMILY,
        Kind::OperatorClass => &operator_class::CLASS,
        Kind::ForeignDataWrapper => &foreign::RULES,
        Kind::ForeignServer => &foreign::SERVERS,
        Kind::Publication => &publication::RULES,
        Kind::PublishedTable => &publication::TABLE,
        Kind::Owner => &owner::RULES,
        Kind::Grants => &grants::RULES,
        Kind::DefaultPrivileges => &default_privileges::RULES,
        Kind::Comment => &comment::RULES,
        Kind::Rows => &rows::RULES,
    })
}

/// The namespace of tables, views, sequences and indexes.
const RELATION: Option<&str> = Some("relation");

/// The way of whatever has a statement of its own.
fn in_place<T>(_item: Item<'_, T>, _cx: &PlanCx<'_>) -> Alter {
    Alter::InPlace
}

/// The clause of what is never folded.
fn no_clause<T>(_item: Item<'_, T>, _cx: &RenderCx<'_>, _sql: &mut Sql) {}

/// The alteration of what has nothing to alter in place.
fn nothing_to_alter<T: Payload>(
    _change: &crate::dialect::rules::AlterItem<'_, T>,
    _cx: &RenderCx<'_>,
    _sql: &mut Sql,
) {
}

/// `ALTER TABLE t `
fn alter_table(id: &ObjectId, sql: &mut Sql) {
    sql.raw("ALTER TABLE ");
    if let Some(table) = id.relation().or_else(|| id.qname()) {
        sql.qname(table);
    }
    sql.raw(" ");
}

/// The object's own name.
fn name(id: &ObjectId, sql: &mut Sql) {
    if let Some(name) = id.name() {
        sql.ident(name);
    }
}

/// The name with its schema of an object that stands in a schema.
fn qualified(id: &ObjectId, sql: &mut Sql) {
    if let Some(name) = id.qname() {
        sql.qname(name);
    }
}

/// The name with its schema of an index or trigger, which live in the schema of their table.
pub(super) fn beside_table(id: &ObjectId) -> Option<QName> {
    Some(id.relation()?.sibling(id.name()?.clone()))
}

/// `CONSTRAINT name `
fn constraint(id: &ObjectId, sql: &mut Sql) {
    if let Some(name) = id.name() {
        sql.raw("CONSTRAINT ").ident(name).raw(" ");
    }
}

/// `ALTER TABLE t DROP CONSTRAINT name`
fn drop_constraint<T>(item: Item<'_, T>, _cx: &RenderCx<'_>, sql: &mut Sql) {
    alter_table(item.id, sql);
    sql.raw("DROP CONSTRAINT ");
    name(item.id, sql);
}

/// `ALTER TABLE t RENAME CONSTRAINT a TO b`; the index of a key is renamed as such, which locks that alone.
fn rename_constraint(from: &ObjectId, to: &ObjectId, cx: &RenderCx<'_>, sql: &mut Sql) {
    if from.kind.has_index() {
        return rename_index(from, to, sql);
    }
    match to.relation().and_then(|table| cx.to.row_type(table)) {
        Some(row_type) => row_type::rename_constraint((from, to), row_type, sql),
        None => change_name((from, to), sql),
    }
}

fn change_name((from, to): (&ObjectId, &ObjectId), sql: &mut Sql) {
    alter_table(from, sql);
    sql.raw("RENAME CONSTRAINT ");
    name(from, sql);
    sql.raw(" TO ");
    name(to, sql);
}

/// `ALTER INDEX a RENAME TO b`
fn rename_index(from: &ObjectId, to: &ObjectId, sql: &mut Sql) {
    sql.raw("ALTER INDEX ");
    if let Some(name) = beside_table(from) {
        sql.qname(&name);
    }
    rename_to(to, sql);
}

/// `ALTER TABLE t VALIDATE CONSTRAINT name`
fn validate_constraint(id: &ObjectId, sql: &mut Sql) {
    alter_table(id, sql);
    sql.raw("VALIDATE CONSTRAINT ");
    name(id, sql);
    sql.end();
}

/// ` WITHOUT OVERLAPS`, after the last column of a key.
fn overlaps(without: bool) -> &'static str {
    if without { " WITHOUT OVERLAPS" } else { "" }
}

/// ` NOT ENFORCED` or ` NOT VALID`; what is not enforced is not valid either.
fn unchecked(validated: bool, not_enforced: bool, sql: &mut Sql) {
    if not_enforced {
        sql.raw(" NOT ENFORCED");
    } else if !validated {
        sql.raw(" NOT VALID");
    }
}

/// `ALTER TABLE t ADD `, before a constraint's clause.
fn add(id: &ObjectId, sql: &mut Sql) {
    alter_table(id, sql);
    sql.raw("ADD ");
}

/// ` DEFERRABLE …`, where it is not the default.
pub(super) fn deferrable(deferrable: Deferrable, sql: &mut Sql) {
    match deferrable {
        Deferrable::No => {}
        Deferrable::InitiallyImmediate => {
            sql.raw(" DEFERRABLE INITIALLY IMMEDIATE");
        }
        Deferrable::InitiallyDeferred => {
            sql.raw(" DEFERRABLE INITIALLY DEFERRED");
        }
    }
}

/// ` INCLUDE (a, b)`, where there is any.
fn include(columns: &[crate::catalog::Ident], sql: &mut Sql) {
    if !columns.is_empty() {
        sql.raw(" INCLUDE (").idents(columns).raw(")");
    }
}

/// ` RENAME TO b`, after the name of the object.
fn rename_to(to: &ObjectId, sql: &mut Sql) {
    sql.raw(" RENAME TO ");
    name(to, sql);
}

/// The types in the parentheses by which a routine is named; an aggregate of nothing has a star there.
fn types_of(id: &ObjectId) -> &str {
    match &id.path {
        Path::Routine(_, types) if types.is_empty() && id.kind == Kind::Aggregate => "*",
        Path::Routine(_, types) => types,
        _ => "",
    }
}

/// How statements call an object that stands for itself.
pub(super) fn called(id: &ObjectId, sql: &mut Sql) {
    match &id.path {
        Path::Qualified(name) | Path::Routine(name, _) => called_in(id, name, sql),
        Path::Global(name) => {
            sql.ident(name);
        }
        Path::Member(..) | Path::On(_) => {}
    }
}

/// The same where an aggregate is one of the routines: without the star that stands for no arguments.
pub(super) fn called_as_routine(id: &ObjectId, sql: &mut Sql) {
    match (&id.path, id.kind) {
        (Path::Routine(name, types), Kind::Aggregate) => {
            sql.qname(name).raw("(").raw(types).raw(")");
        }
        _ => called(id, sql),
    }
}

/// How statements call it, under another name.
fn called_in(id: &ObjectId, name: &QName, sql: &mut Sql) {
    match (&id.path, id.kind) {
        (Path::Routine(_, types), Kind::Operator) => {
            operator::sign(name, sql);
            sql.raw(" (").raw(types).raw(")");
        }
        (Path::Routine(_, method), kind) if kind.is_of_method() => {
            sql.qname(name).raw(" USING ").ident(&Ident::exact(method));
        }
        (Path::Routine(..), _) => {
            sql.qname(name).raw("(").raw(types_of(id)).raw(")");
        }
        _ => {
            sql.qname(name);
        }
    }
}

/// `ALTER <what> s.a SET SCHEMA t` and `ALTER <what> t.a RENAME TO b`, as far as each is needed.
fn rename_qualified(what: &str, from: &ObjectId, to: &ObjectId, sql: &mut Sql) {
    let (Some(before), Some(after)) = (from.qname(), to.qname()) else {
        return;
    };
    let mut place = before.clone();
    if let (true, Some(schema)) = (before.schema != after.schema, &after.schema) {
        sql.raw("ALTER ").raw(what).raw(" ");
        called_in(from, before, sql);
        sql.raw(" SET SCHEMA ").ident(schema).end();
        place.schema = Some(schema.clone());
    }
    if before.name != after.name {
        sql.raw("ALTER ").raw(what).raw(" ");
        called_in(from, &place, sql);
        sql.raw(" RENAME TO ").ident(&after.name).end();
    }
}

/// The way of what is made anew, with what rests on it; not under a column, whose values would go with it.
fn anew(id: &ObjectId, cx: &PlanCx<'_>) -> Alter {
    if holds_a_column(id, cx) {
        return Alter::Unsupported(
            "a column rests on it: declare it under a name of its own beside this one, let what uses it name that, and take this \
             one out",
        );
    }
    Alter::Replace
}

/// Whether a column or a table rests on an object that would be made anew, by itself or by way of what would be made anew with it.
fn holds_a_column(id: &ObjectId, cx: &PlanCx<'_>) -> bool {
    let mut around = vec![id];
    let mut at = 0;
    while let Some(known) = around.get(at).copied() {
        at += 1;
        for dependent in cx.from_references.dependents(known) {
            let stays = cx.to_references.of(dependent).contains(known);
            if stays && matches!(dependent.kind, Kind::Column | Kind::Table) {
                return true;
            }
            if stays && !around.contains(&dependent) {
                around.push(dependent);
            }
        }
    }
    false
}

#[cfg(test)]
mod tests;
