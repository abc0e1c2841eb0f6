//! A value that goes, or another order of values: the type is made anew beside the old one, every column of it is
//! converted through text, and the old one goes.

use crate::catalog::Payload as _;
use crate::catalog::kinds::{Column, EnumType};
use crate::catalog::{Ident, Kind, ObjectId};
use crate::dialect::postgres::kinds::{create_type, drop_default, is_extension, set_default, set_type};
use crate::dialect::postgres::names::{LIMIT, clip};
use crate::dialect::postgres::rights;
use crate::dialect::postgres::types::split_array;
use crate::dialect::{Kept, PlanCx, Sql, Strategy};
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
        let (from, to) = (EnumType::of(from)?, EnumType::of(to)?);
        if is_extension(from, to) {
            return None;
        }
        let of_type = |column: &Column| column.data_type.user.as_ref() == Some(id);
        let columns = cx
            .to
            .of_kind::<Column>()
            .filter(|(_, column)| of_type(column))
            .filter(|(column, _)| cx.from.payload::<Column>(column).is_some_and(of_type))
            .map(|(column, payload)| (column.clone(), payload.clone()))
            .collect();
        Some(vec![Op::new(Action::SwapEnum(Box::new(SwapEnum {
            id: id.clone(),
            from: from.clone(),
            to: to.clone(),
            columns,
        })))])
    }
}

/// The statements of the swap.
pub(in crate::dialect::postgres) fn render(swap: &SwapEnum, sql: &mut Sql) {
    let Some(name) = swap.id.qname() else {
        return;
    };
    rights::note(&swap.id, Kept::OwnerAndGrants, sql);
    let aside = Ident::exact(clip(&format!("_rcn_{}", name.name), LIMIT));
    sql.raw("ALTER TYPE ")
        .qname(name)
        .raw(" RENAME TO ")
        .ident(&aside)
        .end();
    create_type(name, &swap.to, sql);
    sql.end();
    let mut columns = swap.columns.as_slice();
    while let Some((first, _)) = columns.first() {
        let table = first.relation();
        let same = columns
            .iter()
            .take_while(|(id, _)| id.relation() == table)
            .count();
        let (group, rest) = columns.split_at(same);
        convert(group, sql);
        columns = rest;
    }
    sql.raw("DROP TYPE ").qname(&name.sibling(aside)).end();
    rights::give_back(&swap.id, Kept::OwnerAndGrants, sql);
}

/// One `ALTER TABLE` for all columns of a table, so that its rows are written once.
fn convert(columns: &[(ObjectId, Column)], sql: &mut Sql) {
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
        sql.raw(" USING ").ident(name);
        sql.raw("::text")
            .raw(brackets)
            .raw("::")
            .raw(&column.data_type.text);
        if let Some(default) = &column.default {
            sql.raw(",\n    ");
            set_default(id, default, sql);
        }
    }
    sql.end();
}
