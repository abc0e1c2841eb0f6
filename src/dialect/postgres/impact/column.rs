//! What a column that is added or changed costs.

use std::sync::Arc;

use crate::catalog::kinds::{Check, Column, ColumnAttr, ForeignKey, Index, IndexTerm, PrimaryKey, Unique};
use crate::catalog::{Attr, Catalog, DataType, Ident, ObjectId, QName};
use crate::dialect::postgres::kinds::{Follows, follows};
use crate::dialect::postgres::types::{is_widened, keeps_rows};
use crate::dialect::{Impact, ImpactCx};
use crate::script::Cost;

use super::partition::stays_below;
use super::stable::is_stable;
use super::{ACCESS_EXCLUSIVE, has_indexes, locked};

/// A change of a column.
pub(super) struct Change<'a> {
    pub(super) id: &'a ObjectId,
    pub(super) from: &'a Column,
    pub(super) to: &'a Column,
    pub(super) attrs: &'a [Attr],
    /// Whether its values are converted by an expression.
    pub(super) uses: bool,
    pub(super) cx: &'a ImpactCx<'a>,
}

/// A value that is the same for every row is kept in the catalog; any other is written into each.
pub(super) fn added(id: &ObjectId, column: &Column, cx: &ImpactCx<'_>) -> Impact {
    let stored = column
        .generated
        .as_ref()
        .is_some_and(|generated| generated.stored);
    let volatile = column.default.as_ref().is_some_and(|default| !is_stable(default));
    let rules = has_rules(&column.data_type, cx.to);
    let rewrites = stored || volatile || column.identity.is_some() || rules;
    // Without a value of its own every row that is there would have a NULL: they are looked at.
    // PostgreSQL 12 does not see that a domain has a value for them (measured; 13 does).
    let given = cx.server.version >= 130_000 && cx.to.default_of(&column.data_type).is_some();
    let looks = !column.nullable && column.default.is_none() && !given;
    let cost = match (rewrites, looks) {
        (true, _) => Cost::Rewrite,
        (false, true) => Cost::Scan,
        (false, false) => Cost::Brief,
    };
    Impact {
        rewrites,
        rebuilds_indexes: rewrites && id.relation().is_some_and(|table| has_indexes(table, cx)),
        ..locked(id.relation(), ACCESS_EXCLUSIVE, cost)
    }
}

/// The parts of an `ALTER TABLE` on one column, and the most that one of them costs.
pub(super) fn altered(change: &Change<'_>) -> Impact {
    let mut impact = locked(change.id.relation(), ACCESS_EXCLUSIVE, Cost::Brief);
    for attr in change.attrs {
        let Attr::Column(attr) = attr else { continue };
        match attr {
            ColumnAttr::DataType | ColumnAttr::Collation => impact = retyped(change, impact),
            ColumnAttr::Generated => {
                impact.rewrites |= change
                    .to
                    .generated
                    .as_ref()
                    .is_some_and(|generated| generated.stored);
            }
            ColumnAttr::Nullable
                if !change.to.nullable && !change.to.not_null.not_valid && !is_shown(change) =>
            {
                impact.cost = impact.cost.max(Cost::Scan);
            }
            ColumnAttr::Identity | ColumnAttr::Default
                if matches!(follows(change.from, change.to), Some(Follows::Rows)) =>
            {
                impact.cost = impact.cost.max(Cost::Scan);
            }
            ColumnAttr::NotNull if !change.to.nullable && is_looked_at(change) => {
                impact.cost = impact.cost.max(Cost::Scan);
            }
            ColumnAttr::Nullable
            | ColumnAttr::NotNull
            | ColumnAttr::Default
            | ColumnAttr::Identity
            | ColumnAttr::Options => {}
        }
    }
    if impact.rewrites {
        impact.cost = Cost::Rewrite;
        let table = change.id.relation();
        let below = table.map_or_else(Vec::new, |table| stays_below(table, change.cx));
        impact.rebuilds_indexes |= table
            .into_iter()
            .chain(below)
            .any(|table| has_indexes(table, change.cx));
    }
    impact
}

/// Whether the constraint by which a column is required is made anew, or proven.
fn is_looked_at(change: &Change<'_>) -> bool {
    let (from, to) = (&change.from.not_null, &change.to.not_null);
    !to.not_valid && (from.no_inherit != to.no_inherit || from.not_valid)
}

/// Whether a check that every row is known to hold shows that there is no NULL.
fn is_shown(change: &Change<'_>) -> bool {
    let (Some(table), Some(name)) = (change.id.relation(), change.id.name()) else {
        return false;
    };
    let quoted = change.cx.server.engine().quote(name.text());
    let shows = |check: &Check| {
        let text = check.expr.text().trim_start_matches('(').trim_end_matches(')');
        check.validated && text == format!("{quoted} IS NOT NULL")
    };
    change.cx.kept::<Check>(table).any(|(_, check)| shows(check))
}

/// What rests on the column is checked or built again; a foreign key takes its other table along.
fn retyped(change: &Change<'_>, mut impact: Impact) -> Impact {
    let same_type = change.from.data_type == change.to.data_type;
    let (from, to) = (
        stored_as(&change.from.data_type, change.cx.from),
        stored_as(&change.to.data_type, change.cx.to),
    );
    let alike = from == to || keeps_rows(&from, &to);
    let keeps = !change.uses && (same_type || (alike && !has_rules(&change.to.data_type, change.cx.to)));
    impact.rewrites |= !keeps;
    impact.one_way |= !same_type && (change.uses || !(from == to || is_widened(&from, &to)));
    let (Some(table), Some(name)) = (change.id.relation(), change.id.name()) else {
        return impact;
    };
    if change
        .cx
        .kept::<Check>(table)
        .any(|(_, check)| mentions(check.expr.text(), name))
    {
        impact.cost = impact.cost.max(Cost::Scan);
    }
    let sorted_anew = change.from.collation != change.to.collation;
    if is_indexed(change.cx, table, name, sorted_anew) {
        impact.rebuilds_indexes = true;
        impact.cost = impact.cost.max(Cost::Scan);
    }
    for (id, key) in change.cx.from.of_kind::<ForeignKey>() {
        if change.cx.to.payload(id) != Some(key) {
            continue;
        }
        if id.relation() == Some(table) && key.columns.contains(name) {
            impact = impact.also(&key.table);
        }
        if key.table == *table
            && key.referenced.contains(name)
            && let Some(other) = id.relation()
        {
            impact = impact.also(other);
        }
    }
    impact
}

/// The type whose values are stored: what a domain is made of in the end.
fn stored_as(data_type: &DataType, catalog: &Catalog) -> Arc<str> {
    match catalog.domain_of(data_type) {
        Some(domain) => stored_as(&domain.base, catalog),
        None => Arc::clone(&data_type.text),
    }
}

/// Whether every value is held against a rule of a domain, for which the table is written anew
/// (`ATColumnChangeRequiresRewrite` in `src/backend/commands/tablecmds.c`).
fn has_rules(data_type: &DataType, catalog: &Catalog) -> bool {
    catalog.domain_of(data_type).is_some_and(|domain| {
        !domain.nullable || !domain.checks.is_empty() || has_rules(&domain.base, catalog)
    })
}

/// Whether an index must be built anew although no row is: one that is computed from the column, or sorted by it in
/// another order.
fn is_indexed(cx: &ImpactCx<'_>, table: &QName, name: &Ident, sorted_anew: bool) -> bool {
    let of_index = |index: &Index| {
        let computed = index.keys.iter().any(|key| match &key.term {
            IndexTerm::Expr(expr) => mentions(expr.text(), name),
            IndexTerm::Column(column) => sorted_anew && column == name && key.collation.is_none(),
        });
        let picked = index.predicate.as_ref();
        computed || picked.is_some_and(|predicate| mentions(predicate.text(), name))
    };
    let of_key = |columns: &[Ident]| sorted_anew && columns.contains(name);
    cx.kept::<Index>(table).any(|(_, index)| of_index(index))
        || cx.kept::<Unique>(table).any(|(_, key)| of_key(&key.columns))
        || cx.kept::<PrimaryKey>(table).any(|(_, key)| of_key(&key.columns))
}

fn mentions(text: &str, name: &Ident) -> bool {
    crate::catalog::expr::mentions(text)
        .iter()
        .any(|word| word == name.text())
}
