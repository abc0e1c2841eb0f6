//! Comments, <https://www.postgresql.org/docs/current/sql-comment.html>.

use crate::catalog::kinds::Comment;
use crate::catalog::{Kind, ObjectId, Path};
use crate::dialect::{Alter, Fold, RenderCx, Rules, Sql};

use super::cast::types;
use super::{beside_table, called, in_place, name, no_clause};

pub(super) static RULES: Rules<Comment> = Rules {
    fold: Fold::Never,
    replaceable: true,
    namespace: None,
    alter: |_, _, _, _| Alter::InPlace,
    attach: in_place,
    detach: in_place,
    create: |item, _, cx, sql| change(item.id, Some(&item.payload.text), cx, sql),
    inline: no_clause,
    drop: |item, cx, sql| change(item.id, None, cx, sql),
    alter_sql: |changed, cx, sql| change(changed.id, Some(&changed.to.text), cx, sql),
    rename: None,
};

fn change(id: &ObjectId, text: Option<&str>, cx: &RenderCx<'_>, sql: &mut Sql) {
    let foreign = id
        .target()
        .filter(|target| target.kind == Kind::Table && cx.to.is_of_foreign(target));
    match foreign {
        Some(target) => say_of(target, "FOREIGN TABLE", text, sql),
        None => say(id, text, sql),
    }
}

/// `COMMENT ON … IS …`, of the id of a comment.
pub(in crate::dialect::postgres) fn say(id: &ObjectId, text: Option<&str>, sql: &mut Sql) {
    if let Some(target) = id.target() {
        say_of(target, noun(target.kind), text, sql);
    }
}

fn say_of(target: &ObjectId, noun: &str, text: Option<&str>, sql: &mut Sql) {
    sql.raw("COMMENT ON ").raw(noun).raw(" ");
    match (&target.path, target.kind) {
        (Path::Member(relation, _), Kind::Column) => {
            sql.qname(relation).raw(".");
            name(target, sql);
        }
        (Path::Member(..), Kind::Index) => {
            if let Some(name) = beside_table(target) {
                sql.qname(&name);
            }
        }
        (Path::Member(relation, _), _) => {
            name(target, sql);
            sql.raw(" ON ").qname(relation);
        }
        (Path::Global(_), Kind::Cast) => types(target, sql),
        _ => called(target, sql),
    }
    sql.raw(" IS ");
    let is_public = target.kind == Kind::Schema && target.name().is_some_and(|name| name.text() == "public");
    match text {
        Some(text) => sql.text(text),
        None if is_public => sql.text(OF_PUBLIC),
        None => sql.raw("NULL"),
    };
}

/// What every database says of the schema that it begins with.
pub(in crate::dialect::postgres) const OF_PUBLIC: &str = "standard public schema";

fn noun(kind: Kind) -> &'static str {
    match kind {
        Kind::Schema => "SCHEMA",
        Kind::Extension => "EXTENSION",
        Kind::Collation => "COLLATION",
        Kind::TextSearchDictionary => "TEXT SEARCH DICTIONARY",
        Kind::TextSearchConfiguration => "TEXT SEARCH CONFIGURATION",
        Kind::Enum | Kind::Composite | Kind::Range => "TYPE",
        Kind::Domain => "DOMAIN",
        Kind::Sequence => "SEQUENCE",
        Kind::Function => "ROUTINE",
        Kind::Aggregate => "AGGREGATE",
        Kind::EventTrigger => "EVENT TRIGGER",
        Kind::Table
        | Kind::Partition
        | Kind::Inheritance
        | Kind::RowType
        | Kind::PublishedTable
        | Kind::Comment
        | Kind::Rows
        | Kind::RowSecurity
        | Kind::Storage
        | Kind::Owner
        | Kind::Grants
        | Kind::DefaultPrivileges => "TABLE",
        Kind::Column => "COLUMN",
        Kind::PrimaryKey | Kind::Unique | Kind::Check | Kind::ForeignKey | Kind::Exclusion => "CONSTRAINT",
        Kind::Index => "INDEX",
        Kind::View => "VIEW",
        Kind::MaterializedView => "MATERIALIZED VIEW",
        Kind::Trigger => "TRIGGER",
        Kind::Policy => "POLICY",
        Kind::Publication => "PUBLICATION",
        Kind::Cast => "CAST",
        Kind::Operator => "OPERATOR",
        Kind::OperatorFamily => "OPERATOR FAMILY",
        Kind::OperatorClass => "OPERATOR CLASS",
        Kind::ForeignDataWrapper => "FOREIGN DATA WRAPPER",
        Kind::ForeignServer => "SERVER",
        Kind::Rule => "RULE",
        Kind::Statistics => "STATISTICS",
    }
}
