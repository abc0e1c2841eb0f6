//! What is locked when a table begins or ends to inherit another.
//!
//! <https://www.postgresql.org/docs/current/sql-altertable.html>, `INHERIT`. No row is looked at. What is locked of the tables that
//! are inherited, the manual does not say: the facts are those of `tests/impact.rs`.

use crate::catalog::kinds::{Column, ColumnAttr};
use crate::catalog::{Attr, Kind, ObjectId, QName};
use crate::dialect::{Impact, ImpactCx};
use crate::op::{Action, Op};
use crate::script::Cost;

use super::partition::{is_let_go, with};
use super::{ACCESS_EXCLUSIVE, SHARE_UPDATE_EXCLUSIVE, locked};

/// Nobody reads the table meanwhile, and nobody changes those that it inherits from then on.
pub(super) fn begun(id: &ObjectId, parents: &[QName]) -> Impact {
    let table = id.target().and_then(ObjectId::qname);
    let impact = locked(table, ACCESS_EXCLUSIVE, Cost::Brief);
    parents.iter().fold(impact, |impact, parent| {
        with(impact, Some(parent), SHARE_UPDATE_EXCLUSIVE)
    })
}

/// Whether the op takes away what the tables that inherit it keep.
pub(super) fn goes_alone(op: &Op, cx: &ImpactCx<'_>) -> bool {
    let stays = |id: &ObjectId| cx.to.parent(id).is_some();
    matches!(&op.action, Action::Drop { id, .. } if matches!(id.kind, Kind::Column | Kind::Check) && stays(id))
}

/// Whether the op adds a column, which goes no further than to tables that have one of this name.
pub(super) fn is_added(op: &Op) -> bool {
    match &op.action {
        Action::Create { id, .. } | Action::AddUnfilled { id, .. } => id.kind == Kind::Column,
        _ => false,
    }
}

/// The same with the lock on those to which the column is added, or that are told to have it from their parent, too.
pub(super) fn added(impact: Impact, id: &ObjectId, lock: &'static str, cx: &ImpactCx<'_>) -> Impact {
    down(impact, (id, lock), |column| !cx.from.contains(column), cx)
}

/// Whether a column need not have a value any more, which those that inherit it are told since 18.
pub(super) fn loosens(op: &Op, cx: &ImpactCx<'_>) -> bool {
    let loosened = |attrs: &[Attr]| attrs.contains(&Attr::Column(ColumnAttr::Nullable));
    let id = op.subject();
    cx.server.version >= 180_000
        && matches!(&op.action, Action::Alter { attrs, .. } if loosened(attrs))
        && is_nullable(&id, cx)
        && !id.relation().is_some_and(|table| cx.from.is_partitioned(table))
}

/// The same with the lock on those that are told, and on theirs where it is not stated again.
pub(super) fn loosened(impact: Impact, id: &ObjectId, lock: &'static str, cx: &ImpactCx<'_>) -> Impact {
    down(impact, (id, lock), |column| is_nullable(column, cx), cx)
}

fn is_nullable(column: &ObjectId, cx: &ImpactCx<'_>) -> bool {
    let column = cx.to.payload::<Column>(column);
    column.is_some_and(|column| column.nullable)
}

/// Goes down to the heirs, and on from those whose own column says so.
fn down(
    impact: Impact,
    (id, lock): (&ObjectId, &'static str),
    goes_on: impl Fn(&ObjectId) -> bool,
    cx: &ImpactCx<'_>,
) -> Impact {
    let (Some(table), Some(name)) = (id.relation(), id.name()) else {
        return impact;
    };
    let mut impact = impact;
    let mut queue = vec![table];
    while let Some(table) = queue.pop() {
        for part in cx.from.parts_of(table) {
            if is_let_go(part, table, cx) {
                continue;
            }
            impact = with(impact, Some(part), lock);
            if goes_on(&ObjectId::column(part, name.clone())) {
                queue.push(part);
            }
        }
    }
    impact
}

/// Whether the op reaches those that inherit the table: a primary key, whose columns are required below, too; since 18 also
/// a unique constraint that takes its index over, and the look at the values.
pub(super) fn requires_below(op: &Op, cx: &ImpactCx<'_>) -> bool {
    let since_18 = cx.server.version >= 180_000;
    let id = op.subject();
    let reaches = match &op.action {
        Action::Create { .. } => id.kind == Kind::PrimaryKey,
        Action::UseIndex { .. } => id.kind == Kind::PrimaryKey || since_18,
        Action::Analyze { .. } => since_18,
        _ => false,
    };
    reaches && !id.relation().is_some_and(|table| cx.from.is_partitioned(table))
}
