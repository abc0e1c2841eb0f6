//! Owners, <https://www.postgresql.org/docs/current/sql-altertable.html>. Whose an object was is told by the way back; an owner
//! that is not declared any more stays.

use crate::catalog::kinds::Owner;
use crate::catalog::{Kind, ObjectId};
use crate::dialect::{Alter, Fold, Rules, Sql};

use super::{called_as_routine, in_place, no_clause};

pub(super) static RULES: Rules<Owner> = Rules {
    fold: Fold::Never,
    replaceable: true,
    namespace: None,
    alter: |_, _, _, _| Alter::InPlace,
    attach: in_place,
    detach: in_place,
    create: |item, _, _, sql| give(item.id, item.payload, sql),
    inline: no_clause,
    drop: |_, _, _| {},
    alter_sql: |change, _, sql| give(change.id, change.to, sql),
    rename: None,
};

fn give(id: &ObjectId, owner: &Owner, sql: &mut Sql) {
    let Some(target) = id.target() else {
        return;
    };
    sql.raw("ALTER ").raw(match target.kind {
        Kind::Schema => "SCHEMA ",
        Kind::Sequence => "SEQUENCE ",
        Kind::Function | Kind::Aggregate => "ROUTINE ",
        Kind::Operator => "OPERATOR ",
        Kind::OperatorFamily => "OPERATOR FAMILY ",
        Kind::OperatorClass => "OPERATOR CLASS ",
        Kind::Collation => "COLLATION ",
        Kind::TextSearchDictionary => "TEXT SEARCH DICTIONARY ",
        Kind::TextSearchConfiguration => "TEXT SEARCH CONFIGURATION ",
        Kind::Enum | Kind::Composite | Kind::Range => "TYPE ",
        Kind::Domain => "DOMAIN ",
        Kind::View => "VIEW ",
        Kind::MaterializedView => "MATERIALIZED VIEW ",
        Kind::Statistics => "STATISTICS ",
        Kind::Publication => "PUBLICATION ",
        Kind::ForeignDataWrapper => "FOREIGN DATA WRAPPER ",
        Kind::ForeignServer => "SERVER ",
        _ => "TABLE ",
    });
    called_as_routine(target, sql);
    sql.raw(" OWNER TO ").ident(&owner.role);
}
