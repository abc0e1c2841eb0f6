//! Comments, <https://www.postgresql.org/docs/current/sql-comment.html>.

use crate::catalog::kinds::Comment;
use crate::catalog::{Kind, ObjectId, Path};
use crate::dialect::{Alter, Fold, Rules, Sql};

use super::{beside_table, in_place, name, no_clause, types_of};

pub(super) static RULES: Rules<Comment> = Rules {
    fold: Fold::Never,
    replaceable: true,
    namespace: None,
    alter: |_, _, _, _| Alter::InPlace,
    attach: in_place,
    detach: in_place,
    create: |item, _, _, sql| say(item.id, Some(&item.payload.text), sql),
    inline: no_clause,
    drop: |item, _, sql| say(item.id, None, sql),
    alter_sql: |change, _, sql| say(change.id, Some(&change.to.text), sql),
    rename: None,
};

/// `COMMENT ON … IS …`, of the id of a comment.
pub(in crate::dialect::postgres) fn say(id: &ObjectId, text: Option<&str>, sql: &mut Sql) {
    let Some(target) = id.target() else {
        return;
    };
    sql.raw("COMMENT ON ").raw(noun(target.kind)).raw(" ");
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
        (Path::Qualified(qname), _) => {
            sql.qname(qname);
        }
        (Path::Routine(qname, _), _) => {
            sql.qname(qname).raw("(").raw(types_of(target)).raw(")");
        }
        (Path::Global(_) | Path::On(_), _) => name(target, sql),
    }
    sql.raw(" IS ");
    match text {
        Some(text) => sql.text(text),
        None => sql.raw("NULL"),
    };
}

fn noun(kind: Kind) -> &'static str {
    match kind {
        Kind::Schema => "SCHEMA",
        Kind::Extension => "EXTENSION",
        Kind::Enum | Kind::Composite | Kind::Range => "TYPE",
        Kind::Domain => "DOMAIN",
        Kind::Sequence => "SEQUENCE",
        Kind::Function => "ROUTINE",
        Kind::Aggregate => "AGGREGATE",
        Kind::EventTrigger => "EVENT TRIGGER",
        Kind::Table
        | Kind::Partition
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
        Kind::Rule => "RULE",
        Kind::Statistics => "STATISTICS",
    }
}
