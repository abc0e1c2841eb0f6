//! A value that goes, or another order of values: the type is made anew beside the old one, every column of it is
//! converted through text, and the old one goes. So it goes with what is made of the type: domains, composite types.

use crate::catalog::kinds::{Column, Comment, EnumType};
use crate::catalog::{Catalog, Ident, Kind, Object, ObjectId, Payload as _, QName};
use crate::dialect::postgres::carried::carrier;
use crate::dialect::postgres::kinds::{
    create_composite, create_domain, create_type, drop_default, is_extension, say_comment, set_default,
    set_type,
};
use crate::dialect::postgres::names::{LIMIT, clip};
use crate::dialect::postgres::rights;
use crate::dialect::postgres::types::split_array;
use crate::dialect::{Item, Kept, PlanCx, Sql, Strategy};
use crate::op::{Action, Op, SwapEnum};

/// See the module.
pub(super) struct EnumSwap;

impl Strategy for EnumSwap {
    fn name(&self) -> &'static str {
        "enum-swap"
    }

    fn rewrite(&self, op: &Op, cx: &PlanCx<'_>) -> Option<Vec<Op>> {
        let Action::Alter { id, from, to, .. } = &op.action else {
            return None;
        };
        if id.kind == Kind::Domain {
            return is_made_anew(id, cx).then(Vec::new);
        }
        let (from, to) = (EnumType::of(from)?, EnumType::of(to)?);
        if is_extension(from, to) {
            return None;
        }
        let along = made_of(id, cx);
        let is_one = |user: &ObjectId| user == id || along.iter().any(|(other, _)| other == user);
        let of_type = |column: &Column| column.data_type.user.as_ref().is_some_and(&is_one);
        let columns = cx
            .to
            .of_kind::<Column>()
            .filter(|(_, column)| of_type(column))
            .filter(|(column, _)| cx.from.payload::<Column>(column).is_some_and(of_type))
            .map(|(column, payload)| (column.clone(), payload.clone()));
        let (carried, columns) = columns.partition(|(column, _)| carrier(column, cx).is_some());
        let comments = cx.to.of_kind::<Comment>().filter(|(comment, _)| {
            let target = comment.target();
            cx.from.contains(comment)
                && target.is_some_and(|target| is_one(target) || is_attribute(target, &along))
        });
        Some(vec![Op::new(Action::SwapEnum(Box::new(SwapEnum {
            id: id.clone(),
            from: from.clone(),
            to: to.clone(),
            columns,
            carried,
            comments: comments
                .map(|(id, comment)| (id.clone(), comment.clone()))
                .collect(),
            along,
        })))])
    }
}

/// The types that are made of a type, directly or not, which stay: each behind what it is made of.
fn made_of(id: &ObjectId, cx: &PlanCx<'_>) -> Vec<(ObjectId, Object)> {
    let mut known = vec![id.clone()];
    let mut found: Vec<(ObjectId, Object)> = Vec::new();
    loop {
        let next = cx.from.iter().find(|(other, object)| {
            let is_made = made_of_any(object, &known);
            let mut parts = parts(object);
            // What it is made of besides has its place already, or none here.
            parts.retain(|part| !known.contains(part) && depends(part, id, cx));
            // What is made of other types by then has let go of these before.
            let stays = cx.to.get(other).is_some_and(|to| made_of_any(to, &known));
            is_made && parts.is_empty() && !known.contains(other) && stays
        });
        let Some((other, object)) = next else {
            return found;
        };
        // Values take any domain anew that is made of their type; attributes come and go by statements of their own.
        let wanted = cx.to.get(other).filter(|_| other.kind == Kind::Domain);
        known.push(other.clone());
        found.push((other.clone(), wanted.unwrap_or(object).clone()));
    }
}

fn made_of_any(object: &Object, types: &[ObjectId]) -> bool {
    parts(object).iter().any(|part| types.contains(part))
}

/// Whether a domain is made anew with an enum that it is made of.
fn is_made_anew(domain: &ObjectId, cx: &PlanCx<'_>) -> bool {
    let swapped = cx.from.of_kind::<EnumType>().filter(|(id, from)| {
        let to = cx.to.payload::<EnumType>(id);
        to.is_some_and(|to| !is_extension(from, to))
    });
    let mut made = swapped.flat_map(|(id, _)| made_of(id, cx));
    made.any(|(id, _)| id == *domain)
}

/// The types of which a type is made.
fn parts(object: &Object) -> Vec<ObjectId> {
    match object {
        Object::Domain(domain) => domain.base.user.iter().cloned().collect(),
        Object::CompositeType(composite) => {
            let attributes = composite.attributes.iter();
            attributes
                .filter_map(|attribute| attribute.data_type.user.clone())
                .collect()
        }
        _ => Vec::new(),
    }
}

/// Whether a type is made of another one, directly or not.
fn depends(one: &ObjectId, on: &ObjectId, cx: &PlanCx<'_>) -> bool {
    let parts = cx.from.get(one).map(parts).unwrap_or_default();
    parts.iter().any(|part| part == on || depends(part, on, cx))
}

/// Whether this is an attribute of one of the types.
fn is_attribute(target: &ObjectId, of: &[(ObjectId, Object)]) -> bool {
    let relation = target.relation().filter(|_| target.kind == Kind::Column);
    relation.is_some_and(|relation| of.iter().any(|(id, _)| id.qname() == Some(relation)))
}

/// The statements of the swap.
pub(in crate::dialect::postgres) fn render(swap: &SwapEnum, to: &Catalog, sql: &mut Sql) {
    let types = || std::iter::once(&swap.id).chain(swap.along.iter().map(|(id, _)| id));
    for id in types() {
        rights::note(id, Kept::OwnerAndGrants, sql);
    }
    for name in types().filter_map(ObjectId::qname) {
        sql.raw("ALTER TYPE ")
            .qname(name)
            .raw(" RENAME TO ")
            .ident(&aside(name))
            .end();
    }
    if let Some(name) = swap.id.qname() {
        create_type(name, &swap.to, sql);
        sql.end();
    }
    for (id, object) in &swap.along {
        match object {
            Object::Domain(payload) => create_domain(Item { id, payload }, sql),
            Object::CompositeType(payload) => {
                create_composite(Item { id, payload }, sql);
                sql.end();
            }
            _ => {}
        }
    }
    for (id, _) in &swap.carried {
        // The default of a partition is of the old type as well.
        alter_one(id, |sql| drop_default(id, sql), sql);
    }
    let mut columns = swap.columns.as_slice();
    while let Some((first, _)) = columns.first() {
        let table = first.relation();
        let same = columns
            .iter()
            .take_while(|(id, _)| id.relation() == table)
            .count();
        let (group, rest) = columns.split_at(same);
        convert(group, to, sql);
        columns = rest;
    }
    for (id, column) in &swap.carried {
        match &column.default {
            Some(default) => alter_one(id, |sql| set_default(id, default, sql), sql),
            None => alter_one(id, |sql| drop_default(id, sql), sql),
        }
    }
    let made = types().collect::<Vec<_>>().into_iter().rev();
    for name in made.filter_map(ObjectId::qname) {
        sql.raw("DROP TYPE ").qname(&name.sibling(aside(name))).end();
    }
    for id in types() {
        rights::give_back(id, Kept::OwnerAndGrants, sql);
    }
    for (id, comment) in &swap.comments {
        say_comment(id, Some(&comment.text), sql);
        sql.end();
    }
}

/// The name of the old type, while there are both.
fn aside(name: &QName) -> Ident {
    Ident::exact(clip(&format!("_rcn_{}", name.name), LIMIT))
}

/// `ALTER TABLE ONLY t ALTER COLUMN …`
fn alter_one(id: &ObjectId, action: impl FnOnce(&mut Sql), sql: &mut Sql) {
    if let Some(table) = id.relation() {
        sql.raw("ALTER TABLE ONLY ").qname(table).raw(" ");
        action(sql);
        sql.end();
    }
}

/// One `ALTER TABLE` for all columns of a table, so that its rows are written once.
fn convert(columns: &[(ObjectId, Column)], to: &Catalog, sql: &mut Sql) {
    let Some(table) = columns.first().and_then(|(id, _)| id.relation()) else {
        return;
    };
    sql.raw("ALTER TABLE ").qname(table);
    for (at, (id, column)) in columns.iter().enumerate() {
        let Some(name) = id.name().filter(|_| id.kind == Kind::Column) else {
            continue;
        };
        sql.raw(if at > 0 { ",\n    " } else { "\n    " });
        // The old default is of the old type, also where the new state has none.
        drop_default(id, sql);
        sql.raw(",\n    ALTER COLUMN ").ident(name).raw(" ");
        set_type(column, None, sql);
        let brackets = if split_array(&column.data_type.text).1 {
            "[]"
        } else {
            ""
        };
        // What lies elsewhere is converted when it is read.
        if !to.is_foreign(table) {
            sql.raw(" USING ").ident(name);
            sql.raw("::text")
                .raw(brackets)
                .raw("::")
                .raw(&column.data_type.text);
        }
        if let Some(default) = &column.default {
            sql.raw(",\n    ");
            set_default(id, default, sql);
        }
    }
    sql.end();
}
