//! What an op costs and loses. SQLite has one lock, the write transaction, so none is named.
//!
//! Sources: <https://sqlite.org/lang_altertable.html>, <https://sqlite.org/lang_createindex.html>.

use crate::catalog::kinds::Column;
use crate::catalog::{Kind, Object, ObjectId, Payload as _};
use crate::dialect::{Impact, ImpactCx};
use crate::op::{Action, CopySource, Op, Rebuild};
use crate::script::Cost;

use super::kinds::rows::gone;

/// The facts of an op.
pub(super) fn impact(op: &Op, cx: &ImpactCx<'_>) -> Impact {
    let (cost, loses) = match &op.action {
        Action::Create { id, .. } => (created(id.kind), None),
        Action::Drop { id, object } => dropped(id, object, cx),
        Action::Alter { id, from, to, .. } => altered(id, from, to),
        Action::Rename { .. }
        | Action::SwapEnum(_)
        | Action::AddUnfilled { .. }
        | Action::HandOver(_)
        | Action::UseIndex { .. }
        | Action::Attach(_)
        | Action::Require(_)
        | Action::Retype(_)
        | Action::Analyze { .. } => (Cost::Instant, None),
        Action::Rebuild(rebuild) => (Cost::Rewrite, rebuilt(rebuild, cx)),
        Action::Backfill { .. } => (Cost::Rewrite, None),
        Action::CopyRows(copy) if copy.matching.is_some() && !copy.with_table => (Cost::Rewrite, None),
        Action::CopyRows(_) => (Cost::Scan, None),
    };
    let fills = matches!(op.action, Action::Backfill { .. } | Action::CopyRows(_));
    let rewrites = cost == Cost::Rewrite && !fills;
    Impact {
        cost,
        rewrites,
        one_way: loses.is_some() || matches!(op.action, Action::Backfill { .. }),
        loses,
        ..Impact::default()
    }
}

fn created(kind: Kind) -> Cost {
    match kind {
        // Built from every row.
        Kind::Index => Cost::Scan,
        Kind::Rows => Cost::Brief,
        _ => Cost::Instant,
    }
}

fn dropped(id: &ObjectId, object: &Object, cx: &ImpactCx<'_>) -> (Cost, Option<String>) {
    match object {
        Object::Table(_) => (Cost::Brief, Some(format!("drops {id} and its rows"))),
        // Every row is written without the column.
        Object::Column(column) if column.generated.is_some() || cx.is_mirrored(id) => (Cost::Rewrite, None),
        Object::Column(_) => (Cost::Rewrite, Some(format!("drops {id} and its values"))),
        Object::Rows(rows) => (Cost::Brief, lost_rows(id, rows.rows.len())),
        _ => (Cost::Instant, None),
    }
}

fn altered(id: &ObjectId, from: &Object, to: &Object) -> (Cost, Option<String>) {
    match (from, to) {
        (Object::Rows(from), Object::Rows(to)) => (Cost::Brief, lost_rows(id, gone(from, to).len())),
        _ => (Cost::Instant, None),
    }
}

fn lost_rows(id: &ObjectId, count: usize) -> Option<String> {
    let table = id.label();
    match count {
        0 => None,
        1 => Some(format!("removes 1 declared row of {table}")),
        count => Some(format!("removes {count} declared rows of {table}")),
    }
}

/// The columns that are not carried over, by their own name or in an expression.
fn rebuilt(rebuild: &Rebuild, cx: &ImpactCx<'_>) -> Option<String> {
    let lost: Vec<String> = rebuild
        .before
        .iter()
        .filter(|(_, object)| Column::of(object).is_some_and(|column| column.generated.is_none()))
        .filter_map(|(id, _)| {
            let name = id.name()?;
            let carried = rebuild.copy.iter().any(|(_, source)| match source {
                CopySource::Column(column) | CopySource::Filled(column, _) => column == name,
                CopySource::Expr(expr) => super::text::mentions(expr.text(), name),
                CopySource::Matched(..) => false,
            });
            (!carried && !cx.is_mirrored(id)).then(|| id.to_string())
        })
        .collect();
    (!lost.is_empty()).then(|| format!("drops {} and its values", lost.join(", ")))
}
