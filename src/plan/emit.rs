//! Third phase: ops for the work, then rewritten by the engine's strategies.
//!
//! Ops that one change becomes stay in sequence ([`Emitted::after`]).

use crate::catalog::kinds::{Column, ColumnAttr, MaterializedView};
use crate::catalog::walk::Walk;
use crate::catalog::{Attr, Catalog, Expr, Object, ObjectId, Payload as _};
use crate::dialect::{Fold, PlanCx};
use crate::diff::Intents;
use crate::op::{Action, CopyRows, CopySource, Declined, Op, Rebuild, Stage};

use super::carried;
use super::classify::{InPlace, Work};
use super::copies;

/// An op, and the op of the same change that must come before it.
#[derive(Debug)]
pub(super) struct Emitted {
    pub(super) op: Op,
    /// Index of the op it follows.
    pub(super) after: Option<usize>,
    /// Index of the op whose statement does this, too.
    pub(super) carried_by: Option<usize>,
}

/// Ops for all the work, in no order but that of [`Emitted::after`].
pub(super) fn emit(mut work: Work, cx: &PlanCx<'_>, intents: &Intents) -> Vec<Emitted> {
    let carried = carried::take(&mut work, cx);
    let copies = copies::pending(&work, cx, intents);
    let mut sequences: Vec<Vec<Action>> = fills(&work, intents);
    sequences.extend(
        work.drops
            .into_iter()
            .map(|(id, object)| vec![Action::Drop { id, object }]),
    );
    sequences.extend(
        work.renames
            .into_iter()
            .map(|(from, to, object)| vec![Action::Rename { from, to, object }]),
    );
    sequences.extend(
        work.rebuilds
            .iter()
            .map(|table| vec![Action::Rebuild(Box::new(rebuild(table, cx, intents, &copies)))]),
    );
    sequences.extend(
        work.alters
            .into_iter()
            .map(|(id, change)| alter(id, change, intents)),
    );
    sequences.extend(
        work.creates
            .into_iter()
            .map(|(id, object)| create(id, object, cx, intents, &copies)),
    );
    sequences.extend(
        copies
            .iter()
            .map(|copy| vec![Action::CopyRows(Box::new(copy.clone()))]),
    );
    let mut out = Vec::new();
    for sequence in sequences {
        let ops = sequence
            .into_iter()
            .flat_map(|action| rewrite(Op::new(action), cx, 0))
            .flat_map(|op| {
                let after = cx.server.engine().aftercare(&op, cx);
                std::iter::once(op).chain(after)
            })
            .collect();
        let mut after = None;
        for op in swept(ops, intents) {
            out.push(Emitted {
                op,
                after,
                carried_by: None,
            });
            after = Some(out.len() - 1);
        }
    }
    carried::emit(carried, &mut out);
    out
}

/// The strategies that were asked for and leave an op as it is.
pub(super) fn declined(ops: &[Emitted], cx: &PlanCx<'_>) -> Vec<Declined> {
    let mut out = Vec::new();
    for strategy in cx.server.engine().strategies() {
        for emitted in ops.iter().filter(|_| cx.choices.wants(*strategy)) {
            out.extend(strategy.declines(&emitted.op, cx).map(|reason| Declined {
                id: emitted.op.subject(),
                strategy: strategy.name(),
                reason,
            }));
        }
    }
    out
}

/// Rows may be written without a value between the backfill of a column and the moment from which they must have one:
/// those are filled behind it. What is copied from another column is kept equal to it all the time.
fn swept(ops: Vec<Op>, intents: &Intents) -> Vec<Op> {
    let declares =
        |op: &Op| matches!(&op.action, Action::Require(require) if require.stage == Stage::Declare);
    let Some(at) = ops.iter().position(declares) else {
        return ops;
    };
    let fills =
        |op: &&Op| matches!(op.action, Action::Backfill { .. }) && !intents.fill.contains_key(&op.subject());
    let sweep = ops[..at].iter().rfind(fills).cloned();
    let mut out = ops;
    if let Some(sweep) = sweep {
        out.insert(at + 1, sweep);
    }
    out
}

/// Asks the strategies in turn; what one makes is offered to all again, a few levels deep.
fn rewrite(op: Op, cx: &PlanCx<'_>, depth: u8) -> Vec<Op> {
    if depth < 4 {
        for strategy in cx.server.engine().strategies() {
            if !cx.choices.wants(*strategy) {
                continue;
            }
            if let Some(ops) = strategy.rewrite(&op, cx) {
                return ops
                    .into_iter()
                    .flat_map(|op| rewrite(op, cx, depth + 1))
                    .collect();
            }
        }
    }
    vec![op]
}

/// Columns that are filled from others. One that becomes required is filled on the way there.
fn fills(work: &Work, intents: &Intents) -> Vec<Vec<Action>> {
    let required = Attr::Column(ColumnAttr::Nullable);
    let on_the_way = |id: &ObjectId| {
        work.alters
            .get(id)
            .is_some_and(|change| change.attrs.contains(&required))
    };
    let mut filled: Vec<_> = intents.fill.iter().filter(|(id, _)| !on_the_way(id)).collect();
    filled.sort_by_key(|(id, _)| *id);
    let fill = |(id, value)| backfill(id, value).map(|action| vec![action]);
    filled.into_iter().filter_map(fill).collect()
}

/// A column that existing rows get a value of their own in is added without one and filled; only then it is required.
fn create(
    id: ObjectId,
    object: Object,
    cx: &PlanCx<'_>,
    intents: &Intents,
    copies: &[CopyRows],
) -> Vec<Action> {
    match &object {
        Object::Column(column) => {
            let value = value_of_its_own(&id, column, cx, intents);
            let is_copied = copies::filling(&id, copies).is_some();
            if value.is_none() && !(is_copied && needs_value(column, cx.to)) {
                return vec![Action::Create { id, object }];
            }
            let nullable = Column {
                nullable: true,
                ..column.clone()
            };
            let mut out = vec![match &column.default {
                Some(_) => Action::AddUnfilled {
                    id: id.clone(),
                    column: nullable.clone(),
                },
                None => Action::Create {
                    id: id.clone(),
                    object: nullable.clone().into(),
                },
            }];
            out.extend(value.and_then(|value| backfill(&id, value)));
            if !column.nullable {
                out.push(require(id, nullable, column.clone()));
            }
            out
        }
        Object::MaterializedView(view) if intents.without_data.contains(&id) => {
            let empty = MaterializedView {
                with_data: false,
                ..view.clone()
            };
            vec![Action::Create {
                id,
                object: empty.into(),
            }]
        }
        _ => vec![Action::Create { id, object }],
    }
}

/// What existing rows get in a new column, where that is declared and is not what new rows get by themselves.
pub(super) fn value_of_its_own<'a>(
    id: &ObjectId,
    column: &Column,
    cx: &PlanCx<'_>,
    intents: &'a Intents,
) -> Option<&'a Expr> {
    let on_existing = cx.to.parent(id).is_some_and(|parent| cx.from.contains(&parent));
    let value = intents.backfill.get(id).filter(|_| on_existing)?;
    let counts = column.identity.is_some() || column.generated.is_some();
    (!counts && column.default.as_ref() != Some(value)).then_some(value)
}

/// Whether an existing row would have nothing to put into the column.
pub(super) fn needs_value(column: &Column, catalog: &Catalog) -> bool {
    !column.nullable
        && column.default.is_none()
        && column.identity.is_none()
        && column.generated.is_none()
        && catalog.default_of(&column.data_type).is_none()
}

/// What fills the NULLs of a column that becomes required: `backfill=`, or its default.
pub(super) fn filling<'a>(id: &ObjectId, to: &'a Column, intents: &'a Intents) -> Option<&'a Expr> {
    let declared = intents.fill.get(id).or_else(|| intents.backfill.get(id));
    declared.or(to.default.as_ref())
}

fn alter(id: ObjectId, change: InPlace, intents: &Intents) -> Vec<Action> {
    let using = intents.using.get(&id).cloned();
    let InPlace { from, to, mut attrs } = change;
    let required = Attr::Column(ColumnAttr::Nullable);
    if let (Some(before), Some(after)) = (Column::of(&from), Column::of(&to))
        && attrs.contains(&required)
        && !after.nullable
        && let Some(value) = filling(&id, after, intents)
    {
        let middle = Column {
            nullable: true,
            ..after.clone()
        };
        attrs.retain(|attr| *attr != required && *attr != Attr::Column(ColumnAttr::NotNull));
        let mut out = Vec::new();
        if !attrs.is_empty() {
            let (from, to) = (Box::new(before.clone().into()), Box::new(middle.clone().into()));
            out.push(Action::Alter {
                id: id.clone(),
                from,
                to,
                attrs,
                using,
            });
        }
        out.extend(backfill(&id, value));
        out.push(require(id, middle, after.clone()));
        return out;
    }
    vec![Action::Alter {
        id,
        from: Box::new(from),
        to: Box::new(to),
        attrs,
        using,
    }]
}

fn backfill(id: &ObjectId, value: &Expr) -> Option<Action> {
    let (table, column) = (id.relation()?.clone(), id.name()?.clone());
    Some(Action::Backfill {
        table,
        column,
        value: value.clone(),
        batch: None,
    })
}

fn require(id: ObjectId, from: Column, to: Column) -> Action {
    let attrs = vec![Attr::Column(ColumnAttr::Nullable)];
    Action::Alter {
        id,
        from: Box::new(from.into()),
        to: Box::new(to.into()),
        attrs,
        using: None,
    }
}

/// The table and every folded member, before and after, and where each column's values come from.
fn rebuild(table: &ObjectId, cx: &PlanCx<'_>, intents: &Intents, copies: &[CopyRows]) -> Rebuild {
    let engine = cx.server.engine();
    let folded = |id: &ObjectId| {
        engine
            .rules(id.kind)
            .is_some_and(|rules| rules.fold() == Fold::Always)
    };
    let image = |catalog: &Catalog, walk: &Walk<'_>| {
        let own = catalog.get_full(table);
        let members = table
            .qname()
            .into_iter()
            .flat_map(|name| walk.members(name))
            .filter(|(id, _)| folded(id));
        own.into_iter()
            .chain(members)
            .map(|(id, object)| (id.clone(), object.clone()))
            .collect::<Vec<_>>()
    };
    let before = image(cx.from, cx.from_walk);
    let after = image(cx.to, cx.to_walk);
    let mut copy = Vec::new();
    for (id, object) in &after {
        let (Some(to), Some(name)) = (Column::of(object), id.name()) else {
            continue;
        };
        if to.generated.is_some() {
            continue;
        }
        let source = match cx.from.payload::<Column>(id) {
            Some(_) if intents.recode.contains_key(id) => {
                intents.recode.get(id).cloned().map(CopySource::Expr)
            }
            Some(from) if from.data_type != to.data_type && intents.using.contains_key(id) => {
                intents.using.get(id).cloned().map(CopySource::Expr)
            }
            Some(from) => Some(match filling(id, to, intents) {
                Some(value) if from.nullable && !to.nullable => {
                    CopySource::Filled(name.clone(), value.clone())
                }
                _ => CopySource::Column(name.clone()),
            }),
            None => match copies::filling(id, copies) {
                Some((copy, column)) => Some(CopySource::Matched(Box::new(copy.clone()), column.clone())),
                None => intents.backfill.get(id).cloned().map(CopySource::Expr),
            },
        };
        copy.extend(source.map(|source| (name.clone(), source)));
    }
    Rebuild {
        table: table.clone(),
        before,
        after,
        copy,
    }
}
