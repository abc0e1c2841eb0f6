//! Operator families and classes, <https://www.postgresql.org/docs/current/sql-createopclass.html>.
//!
//! Members of a family come and go in place; nothing of a class can be altered, and with it the indexes are made anew that rest
//! on it.

use crate::catalog::kinds::{FamilyMember, OperatorClass, OperatorFamily, Role, method_of};
use crate::catalog::{Ident, ObjectId};
use crate::dialect::rules::AlterItem;
use crate::dialect::{Alter, Fold, Item, RenderCx, Rules, Sql};

use super::operator::sign;
use super::{anew, called, in_place, no_clause, nothing_to_alter, qualified, rename_qualified};

pub(super) static FAMILY: Rules<OperatorFamily> = Rules {
    fold: Fold::Never,
    replaceable: true,
    namespace: None,
    alter: |_, _, _, _| Alter::InPlace,
    attach: in_place,
    detach: in_place,
    create: |item, _, _, sql| create_family(item, sql),
    inline: no_clause,
    drop: |item, _: &RenderCx<'_>, sql| drop_named("OPERATOR FAMILY", item.id, sql),
    alter_sql: |change, _, sql| alter_family(change, sql),
    rename: Some(|from, to, _, sql| rename_qualified("OPERATOR FAMILY", from, to, sql)),
};

pub(super) static CLASS: Rules<OperatorClass> = Rules {
    fold: Fold::Never,
    replaceable: true,
    namespace: None,
    alter: |_, from, _, cx| anew(from.id, cx),
    attach: in_place,
    detach: in_place,
    create: |item, _, _, sql| create_class(item, sql),
    inline: no_clause,
    drop: |item, _: &RenderCx<'_>, sql| drop_named("OPERATOR CLASS", item.id, sql),
    alter_sql: nothing_to_alter,
    rename: Some(|from, to, _, sql| rename_qualified("OPERATOR CLASS", from, to, sql)),
};

fn drop_named(what: &str, id: &ObjectId, sql: &mut Sql) {
    sql.raw("DROP ").raw(what).raw(" ");
    called(id, sql);
}

fn create_family(item: Item<'_, OperatorFamily>, sql: &mut Sql) {
    sql.raw("CREATE OPERATOR FAMILY ");
    called(item.id, sql);
    let members: Vec<&FamilyMember> = item.payload.members.iter().collect();
    if !members.is_empty() {
        sql.end();
        add(item.id, &members, sql);
    }
}

fn alter_of(id: &ObjectId, verb: &str, sql: &mut Sql) {
    sql.raw("ALTER OPERATOR FAMILY ");
    called(id, sql);
    sql.raw(" ").raw(verb).raw("\n    ");
}

fn add(id: &ObjectId, members: &[&FamilyMember], sql: &mut Sql) {
    alter_of(id, "ADD", sql);
    separated(members, member, sql);
}

fn separated(members: &[&FamilyMember], write: fn(&FamilyMember, &mut Sql), sql: &mut Sql) {
    for (at, one) in members.iter().enumerate() {
        if at > 0 {
            sql.raw(",\n    ");
        }
        write(one, sql);
    }
}

fn alter_family(change: &AlterItem<'_, OperatorFamily>, sql: &mut Sql) {
    let (from, to) = (&change.from.members, &change.to.members);
    let gone: Vec<&FamilyMember> = from.iter().filter(|member| !to.contains(member)).collect();
    let new: Vec<&FamilyMember> = to.iter().filter(|member| !from.contains(member)).collect();
    if !gone.is_empty() {
        alter_of(change.id, "DROP", sql);
        separated(&gone, place, sql);
        sql.end();
    }
    if !new.is_empty() {
        add(change.id, &new, sql);
        sql.end();
    }
}

/// `OPERATOR 1 (l, r)`: the place of a member.
fn place(member: &FamilyMember, sql: &mut Sql) {
    let word = if member.is_function() {
        "FUNCTION "
    } else {
        "OPERATOR "
    };
    sql.raw(word).raw(&member.number.to_string());
    sql.raw(" (").raw(&member.operands.types()).raw(")");
}

/// `OPERATOR 1 <(l, r)` or `FUNCTION 1 (l, r) f(a, b)`.
fn member(member: &FamilyMember, sql: &mut Sql) {
    let types = member.operands.types();
    match &member.role {
        Role::Search(name) | Role::Order(name, _) => {
            sql.raw("OPERATOR ").raw(&member.number.to_string()).raw(" ");
            sign(name.qname(), sql);
            sql.raw("(").raw(&types).raw(")");
        }
        Role::Support(name, arguments) => {
            place(member, sql);
            sql.raw(" ").qname(name).raw("(").raw(arguments).raw(")");
        }
    }
    if let Role::Order(_, family) = &member.role {
        sql.raw(" FOR ORDER BY ").qname(family.qname());
    }
}

fn create_class(item: Item<'_, OperatorClass>, sql: &mut Sql) {
    let class = item.payload;
    sql.raw("CREATE OPERATOR CLASS ");
    qualified(item.id, sql);
    if class.default {
        sql.raw(" DEFAULT");
    }
    sql.raw(" FOR TYPE ").raw(&class.data_type.text);
    sql.raw(" USING ").ident(&Ident::exact(method_of(item.id)));
    sql.raw(" FAMILY ").qname(class.family.qname());
    sql.raw(" AS\n    ");
    let members: Vec<&FamilyMember> = class.members.iter().collect();
    separated(&members, member, sql);
    // Without members something has to be said all the same.
    let storage = class
        .storage
        .as_ref()
        .or(members.is_empty().then_some(&class.data_type));
    if let Some(storage) = storage {
        sql.raw(if members.is_empty() { "" } else { ",\n    " });
        sql.raw("STORAGE ").raw(&storage.text);
    }
}
