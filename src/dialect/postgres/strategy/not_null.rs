//! A column of a table with rows becomes required without a scan that keeps others out.
//!
//! Up to PostgreSQL 17 a check that is known to hold spares `SET NOT NULL` its scan; from 18 on the constraint itself can be
//! declared first and validated later: <https://www.postgresql.org/docs/current/sql-altertable.html>, `SET NOT NULL` and
//! Notes.

use crate::catalog::kinds::{Column, ColumnAttr, NotNull};
use crate::catalog::{Attr, Expr, Ident, Object, ObjectId};
use crate::dialect::postgres::names::{LIMIT, clip, not_null};
use crate::dialect::postgres::types::keeps_rows;
use crate::dialect::{Choice, PlanCx, RenderCx, Sql, Strategy};
use crate::op::{Action, Op, Require, Stage, Txn};

/// The first version in which a `NOT NULL` is a constraint with a name.
pub(super) const NAMED_SINCE: u32 = 180_000;

/// What changes when a column becomes required.
const REQUIRED: &[Attr] = &[
    Attr::Column(ColumnAttr::Nullable),
    Attr::Column(ColumnAttr::NotNull),
];

/// See the module.
pub(super) struct NotNullByStages;

impl Strategy for NotNullByStages {
    fn name(&self) -> &'static str {
        "not-null-by-stages"
    }

    fn choice(&self) -> Choice {
        Choice::UnlessOff
    }

    fn rewrite(&self, op: &Op, cx: &PlanCx<'_>) -> Option<Vec<Op>> {
        let Action::Alter {
            id,
            from,
            to,
            attrs,
            using,
        } = &op.action
        else {
            return None;
        };
        let (Object::Column(before), Object::Column(after)) = (&**from, &**to) else {
            return None;
        };
        if let Some(ops) = proven((id, attrs, using), before, after, cx) {
            return Some(ops);
        }
        let required = Attr::Column(ColumnAttr::Nullable);
        let becomes = attrs.contains(&required) && before.nullable && !after.nullable;
        let table = id.relation()?;
        // Where every row is written anyhow, it is looked at in passing.
        let rewritten =
            before.data_type != after.data_type && !keeps_rows(&before.data_type.text, &after.data_type.text);
        // Only the name of the constraint goes through stages.
        if !becomes || rewritten || !cx.has_rows(table) || !after.not_null.is_plain() {
            return None;
        }
        let middle = Column {
            nullable: true,
            ..after.clone()
        };
        let rest: Vec<Attr> = attrs
            .iter()
            .copied()
            .filter(|attr| !REQUIRED.contains(attr))
            .collect();
        let mut ops = Vec::new();
        if !rest.is_empty() {
            ops.push(Op::new(Action::Alter {
                id: id.clone(),
                from: from.clone(),
                to: Box::new(middle.clone().into()),
                attrs: rest,
                using: using.clone(),
            }));
        }
        let (column, by_name) = (id.name()?.text(), cx.server.version >= NAMED_SINCE);
        let name = if by_name {
            let named = after.not_null.name.as_ref().map(|name| name.text().to_owned());
            named.unwrap_or_else(|| not_null(table.name.text(), column))
        } else {
            clip(&format!("_rcn_{column}_not_null"), LIMIT).to_owned()
        };
        let stages: &[(Stage, Txn)] = if by_name {
            &[(Stage::Declare, Txn::Inside), (Stage::Validate, Txn::Alone)]
        } else {
            &[
                (Stage::Declare, Txn::Inside),
                (Stage::Validate, Txn::Alone),
                (Stage::Settle, Txn::Inside),
            ]
        };
        ops.extend(stages.iter().map(|(stage, txn)| Op {
            action: Action::Require(Box::new(Require {
                column: id.clone(),
                name: Ident::exact(&name),
                stage: *stage,
                from: middle.clone(),
                to: after.clone(),
            })),
            txn: *txn,
        }));
        Some(ops)
    }
}

/// What was declared before without a look at the rows is shown to hold while others write; the constraint must be known by its
/// name for that.
fn proven(
    (id, attrs, using): (&ObjectId, &[Attr], &Option<Expr>),
    before: &Column,
    after: &Column,
    cx: &PlanCx<'_>,
) -> Option<Vec<Op>> {
    let (was, is) = (&before.not_null, &after.not_null);
    let stays = !before.nullable && !after.nullable && was.no_inherit == is.no_inherit;
    if !stays || !was.not_valid || is.not_valid || !cx.has_rows(id.relation()?) {
        return None;
    }
    let name = is.name.clone()?;
    let middle = Column {
        not_null: NotNull {
            not_valid: true,
            ..is.clone()
        },
        ..after.clone()
    };
    let mut ops = Vec::new();
    if middle != *before {
        ops.push(Op::new(Action::Alter {
            id: id.clone(),
            from: Box::new(before.clone().into()),
            to: Box::new(middle.clone().into()),
            attrs: attrs.to_vec(),
            using: using.clone(),
        }));
    }
    ops.push(Op {
        action: Action::Require(Box::new(Require {
            column: id.clone(),
            name,
            stage: Stage::Validate,
            from: middle,
            to: after.clone(),
        })),
        txn: Txn::Alone,
    });
    Some(ops)
}

/// The statement of a stage.
pub(in crate::dialect::postgres) fn render(require: &Require, cx: &RenderCx<'_>, sql: &mut Sql) {
    let (Some(table), Some(column)) = (require.column.relation(), require.column.name()) else {
        return;
    };
    sql.raw("ALTER TABLE ").qname(table);
    match require.stage {
        Stage::Declare if cx.server.version >= NAMED_SINCE => {
            sql.raw(" ADD CONSTRAINT ").ident(&require.name);
            sql.raw(" NOT NULL ").ident(column).raw(" NOT VALID");
        }
        Stage::Declare => {
            sql.raw(" ADD CONSTRAINT ").ident(&require.name);
            sql.raw(" CHECK (").ident(column).raw(" IS NOT NULL) NOT VALID");
        }
        Stage::Validate => {
            sql.raw(" VALIDATE CONSTRAINT ").ident(&require.name);
        }
        Stage::Settle => {
            sql.raw("\n    ALTER COLUMN ").ident(column).raw(" SET NOT NULL");
            sql.end();
            sql.raw("ALTER TABLE ").qname(table);
            sql.raw(" DROP CONSTRAINT ").ident(&require.name);
        }
    }
    sql.end();
}
