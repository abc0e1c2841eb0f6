//! A column that counts by a sequence of its own becomes an identity column, or the other way round: the counter is handed
//! over. While both sequences are there, the declared one has another name, since the engine gives the implicit one to the
//! sequence of an identity column.
//!
//! `pg_get_serial_sequence` names whichever sequence of a column it finds first, and the engine takes another name where the
//! implicit one is taken: `ChooseRelationName` in `src/backend/commands/indexcmds.c`.

use crate::catalog::kinds::{Column, ColumnAttr, Sequence};
use crate::catalog::walk::References;
use crate::catalog::{Attr, Catalog, Expr, Object, ObjectId, Payload as _};
use crate::dialect::postgres::kinds::{alter_column, create_sequence};
use crate::dialect::postgres::literals::name_literal;
use crate::dialect::rules::AlterItem;
use crate::dialect::{PlanCx, RenderCx, Sql, Strategy};
use crate::op::{Action, HandOver, Op};

use super::for_a_while;

/// See the module.
pub(super) struct SequenceHandsOver;

impl Strategy for SequenceHandsOver {
    fn name(&self) -> &'static str {
        "sequence-hands-over"
    }

    fn rewrite(&self, op: &Op, cx: &PlanCx<'_>) -> Option<Vec<Op>> {
        match &op.action {
            // They go and come with the change of their column.
            Action::Drop {
                id,
                object: Object::Sequence(sequence),
            } => (Handing::over(sequence.owned_by.as_ref()?, cx)?.sequence == id).then(Vec::new),
            Action::Create {
                id,
                object: Object::Sequence(sequence),
            } => (Handing::back(sequence.owned_by.as_ref()?, cx)?.sequence == id).then(Vec::new),
            Action::Alter {
                id,
                from,
                to,
                attrs,
                using: None,
            } if attrs.contains(&Attr::Column(ColumnAttr::Identity)) => {
                let handing = Handing::over(id, cx).or_else(|| Handing::back(id, cx))?;
                let action = Action::HandOver(Box::new(HandOver {
                    column: id.clone(),
                    from: Column::of(from)?.clone(),
                    to: Column::of(to)?.clone(),
                    attrs: attrs.clone(),
                    sequence: (handing.sequence.clone(), handing.owned.clone()),
                }));
                Some(vec![Op::new(action)])
            }
            _ => None,
        }
    }
}

/// The sequence that a column owns and alone counts by, on the side where it is no identity column.
struct Handing<'a> {
    sequence: &'a ObjectId,
    owned: &'a Sequence,
}

impl<'a> Handing<'a> {
    /// The column becomes an identity column.
    fn over(column: &'a ObjectId, cx: &'a PlanCx<'_>) -> Option<Self> {
        Self::find(column, (cx.from, cx.from_references), cx.to)
    }

    /// The column was an identity column.
    fn back(column: &'a ObjectId, cx: &'a PlanCx<'_>) -> Option<Self> {
        Self::find(column, (cx.to, cx.to_references), cx.from)
    }

    fn find(
        column: &'a ObjectId,
        (plain, references): (&'a Catalog, &References),
        counting: &Catalog,
    ) -> Option<Self> {
        let identity = |catalog: &Catalog| Some(catalog.payload::<Column>(column)?.identity.is_some());
        if identity(plain)? || !identity(counting)? {
            return None;
        }
        let (sequence, owned) = plain
            .of_kind::<Sequence>()
            .find(|(_, sequence)| sequence.owned_by.as_ref() == Some(column))?;
        let alone = references
            .dependents(sequence)
            .iter()
            .all(|dependent| dependent == column);
        let counts = references.of(column).contains(sequence);
        (alone && counts && !counting.contains(sequence)).then_some(Self { sequence, owned })
    }
}

/// The statements, in one transaction: the declared sequence makes room, or takes its place in the end.
pub(in crate::dialect::postgres) fn render(hand: &HandOver, cx: &RenderCx<'_>, sql: &mut Sql) {
    let (id, owned) = &hand.sequence;
    let (Some(table), Some(column)) = (hand.column.relation(), hand.column.name()) else {
        return;
    };
    let Some((name, aside)) = id.qname().zip(for_a_while(table, column)) else {
        return;
    };
    let next = Expr::new(format!("nextval({}::regclass)", name_literal(&aside)));
    let free = Sequence {
        owned_by: None,
        ..owned.clone()
    };
    let counting = |side: &Column| Column {
        default: Some(next.clone()),
        ..side.clone()
    };
    let change = |from: &Column, to: &Column, sql: &mut Sql| {
        let change = AlterItem {
            id: &hand.column,
            from,
            to,
            attrs: hand.attrs.iter().copied().filter_map(own).collect(),
            using: None,
        };
        alter_column(&change, cx, sql);
    };
    if hand.to.identity.is_some() {
        sql.raw("ALTER SEQUENCE ").qname(name).raw(" OWNED BY NONE").end();
        sql.raw("ALTER SEQUENCE ")
            .qname(name)
            .raw(" RENAME TO ")
            .ident(&aside.name)
            .end();
        change(&counting(&hand.from), &hand.to, sql);
        sql.raw("DROP SEQUENCE ").qname(&aside).end();
    } else {
        create_sequence(&ObjectId::qualified(id.kind, aside.clone()), &free, sql);
        sql.end();
        change(&hand.from, &counting(&hand.to), sql);
        sql.raw("ALTER SEQUENCE ")
            .qname(&aside)
            .raw(" RENAME TO ")
            .ident(&name.name)
            .end();
        sql.raw("ALTER SEQUENCE ")
            .qname(name)
            .raw(" OWNED BY ")
            .qname(table)
            .raw(".")
            .ident(column)
            .end();
    }
}

fn own(attr: Attr) -> Option<ColumnAttr> {
    match attr {
        Attr::Column(attr) => Some(attr),
        _ => None,
    }
}
