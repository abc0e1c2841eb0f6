//! What an op locks, how long it takes, and what it loses.
//!
//! Locks: <https://www.postgresql.org/docs/current/explicit-locking.html>; rewrites and scans:
//! <https://www.postgresql.org/docs/current/sql-altertable.html>, Notes. The same from PostgreSQL 12 to 18.

use crate::catalog::kinds::{Column, ColumnAttr, ForeignKeyAttr, Rows};
use crate::catalog::{Attr, Expr, Kind, Object, ObjectId};
use crate::dialect::Impact;
use crate::op::{Action, Op, Stage, Txn};
use crate::script::Cost;

use super::types::keeps_rows;

const ACCESS_EXCLUSIVE: Option<&str> = Some("access exclusive");
const SHARE_ROW_EXCLUSIVE: Option<&str> = Some("share row exclusive");
const SHARE: Option<&str> = Some("share");
const SHARE_UPDATE_EXCLUSIVE: Option<&str> = Some("share update exclusive");
const ROW_EXCLUSIVE: Option<&str> = Some("row exclusive");

/// The facts about one op.
pub(super) fn of(op: &Op) -> Impact {
    match &op.action {
        // Built or dropped concurrently.
        Action::Create {
            object: Object::Index(_),
            ..
        } if op.txn == Txn::Outside => fact(SHARE_UPDATE_EXCLUSIVE, Cost::Scan),
        Action::Drop {
            object: Object::Index(_),
            ..
        } if op.txn == Txn::Outside => fact(SHARE_UPDATE_EXCLUSIVE, Cost::Brief),
        Action::UseIndex { .. } => fact(ACCESS_EXCLUSIVE, Cost::Brief),
        Action::Require(require) => match require.stage {
            Stage::Declare | Stage::Settle => fact(ACCESS_EXCLUSIVE, Cost::Brief),
            Stage::Validate => fact(SHARE_UPDATE_EXCLUSIVE, Cost::Scan),
        },
        Action::Create { object, .. } => created(object),
        Action::Drop { id, object } => dropped(id, object),
        Action::Alter {
            id, from, to, attrs, ..
        } => altered(id, (from, to), attrs),
        Action::Rename { from, .. } => match from.kind {
            Kind::Index => fact(SHARE_UPDATE_EXCLUSIVE, Cost::Instant),
            Kind::Schema | Kind::Enum | Kind::Function | Kind::Extension => fact(None, Cost::Instant),
            _ => fact(ACCESS_EXCLUSIVE, Cost::Brief),
        },
        Action::Rebuild(_) | Action::SwapEnum(_) => fact(ACCESS_EXCLUSIVE, Cost::Rewrite),
        Action::Backfill { .. } => fact(ROW_EXCLUSIVE, Cost::Rewrite),
    }
}

fn fact(lock: Option<&'static str>, cost: Cost) -> Impact {
    Impact {
        lock,
        cost,
        loses: None,
    }
}

fn created(object: &Object) -> Impact {
    match object {
        Object::Column(column) => fact(ACCESS_EXCLUSIVE, added_column(column)),
        Object::PrimaryKey(_) | Object::Unique(_) => fact(ACCESS_EXCLUSIVE, Cost::Scan),
        Object::Check(check) => fact(ACCESS_EXCLUSIVE, validation(check.validated)),
        Object::ForeignKey(key) => fact(SHARE_ROW_EXCLUSIVE, validation(key.validated)),
        Object::Index(_) => fact(SHARE, Cost::Scan),
        Object::Trigger(_) => fact(SHARE_ROW_EXCLUSIVE, Cost::Brief),
        Object::Comment(_) => fact(SHARE_UPDATE_EXCLUSIVE, Cost::Instant),
        Object::Rows(_) => fact(ROW_EXCLUSIVE, Cost::Brief),
        _ => fact(None, Cost::Instant),
    }
}

fn validation(validated: bool) -> Cost {
    if validated { Cost::Scan } else { Cost::Brief }
}

/// A value that is the same for every row is kept in the catalog; any other is written into each.
fn added_column(column: &Column) -> Cost {
    let stored = column
        .generated
        .as_ref()
        .is_some_and(|generated| generated.stored);
    let volatile = column.default.as_ref().is_some_and(|default| !is_stable(default));
    if stored || volatile || column.identity.is_some() {
        Cost::Rewrite
    } else {
        Cost::Brief
    }
}

/// Functions that a statement evaluates once.
const STABLE: &[&str] = &["now", "transaction_timestamp", "statement_timestamp", "timezone"];

/// Whether the default calls nothing but functions that a statement evaluates once. Too many rewrites are announced,
/// never too few.
pub(super) fn is_stable(default: &Expr) -> bool {
    let text = default.text();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('(') {
        let name = before
            .rsplit(|character: char| !(character.is_alphanumeric() || character == '_'))
            .next()
            .unwrap_or_default();
        if !name.is_empty() && !STABLE.contains(&name) {
            return false;
        }
        rest = after;
    }
    true
}

fn dropped(id: &ObjectId, object: &Object) -> Impact {
    let label = id.label();
    let (lock, loses) = match object {
        Object::Table(_) => (
            ACCESS_EXCLUSIVE,
            Some(format!("drops table {label} and its rows")),
        ),
        // What is computed can be computed again.
        Object::Column(column) if column.generated.is_some() => (ACCESS_EXCLUSIVE, None),
        Object::Column(_) => (
            ACCESS_EXCLUSIVE,
            Some(format!("drops column {label} and its values")),
        ),
        Object::Sequence(_) => (None, Some(format!("drops sequence {label} and its counter"))),
        Object::Schema(_) => (None, Some(format!("drops schema {label}"))),
        Object::Extension(_) => (
            None,
            Some(format!("drops extension {label} and everything it provides")),
        ),
        Object::Rows(rows) => (ROW_EXCLUSIVE, removed(&label, rows.rows.len())),
        Object::Comment(_) => (SHARE_UPDATE_EXCLUSIVE, None),
        Object::EnumType(_) | Object::Function(_) => (None, None),
        _ => (ACCESS_EXCLUSIVE, None),
    };
    Impact {
        lock,
        cost: Cost::Brief,
        loses,
    }
}

fn removed(table: &str, count: usize) -> Option<String> {
    match count {
        0 => None,
        1 => Some(format!("removes 1 declared row of {table}")),
        count => Some(format!("removes {count} declared rows of {table}")),
    }
}

fn altered(id: &ObjectId, sides: (&Object, &Object), attrs: &[Attr]) -> Impact {
    match sides {
        (Object::Column(from), Object::Column(to)) => {
            let cost = attrs.iter().map(|attr| column_cost(*attr, from, to)).max();
            fact(ACCESS_EXCLUSIVE, cost.unwrap_or(Cost::Brief))
        }
        (Object::Rows(from), Object::Rows(to)) => Impact {
            lock: ROW_EXCLUSIVE,
            cost: Cost::Brief,
            loses: removed(&id.label(), gone(from, to)),
        },
        (Object::Table(_), _) => fact(ACCESS_EXCLUSIVE, Cost::Rewrite),
        (Object::ForeignKey(_), _) if attrs.contains(&Attr::ForeignKey(ForeignKeyAttr::Deferrable)) => {
            fact(ACCESS_EXCLUSIVE, Cost::Brief)
        }
        (Object::Check(_) | Object::ForeignKey(_), _) => fact(SHARE_UPDATE_EXCLUSIVE, Cost::Scan),
        (Object::Sequence(_), _) => fact(SHARE_ROW_EXCLUSIVE, Cost::Instant),
        (Object::Comment(_), _) => fact(SHARE_UPDATE_EXCLUSIVE, Cost::Instant),
        _ => fact(None, Cost::Instant),
    }
}

fn column_cost(attr: Attr, from: &Column, to: &Column) -> Cost {
    match attr {
        Attr::Column(ColumnAttr::DataType) if keeps_rows(&from.data_type.text, &to.data_type.text) => {
            Cost::Brief
        }
        Attr::Column(ColumnAttr::DataType) => Cost::Rewrite,
        Attr::Column(ColumnAttr::Generated)
            if to.generated.as_ref().is_some_and(|generated| generated.stored) =>
        {
            Cost::Rewrite
        }
        // Its indexes are built again.
        Attr::Column(ColumnAttr::Collation) => Cost::Scan,
        Attr::Column(ColumnAttr::Nullable) if !to.nullable => Cost::Scan,
        _ => Cost::Brief,
    }
}

/// How many rows of `from` are not in `to`, by the key of `to`.
fn gone(from: &Rows, to: &Rows) -> usize {
    let key = |rows: &Rows, row: &[std::sync::Arc<str>]| -> Vec<Option<std::sync::Arc<str>>> {
        let at = |name| rows.columns.iter().position(|column| column == name);
        to.key
            .iter()
            .map(|name| at(name).and_then(|at| row.get(at).cloned()))
            .collect()
    };
    let kept: std::collections::HashSet<_> = to.rows.iter().map(|row| key(to, row)).collect();
    from.rows
        .iter()
        .filter(|row| !kept.contains(&key(from, row)))
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_the_same_for_every_row_is_stable() {
        for (default, stable) in [
            ("'x'::character varying", true),
            ("now()", true),
            ("(now() + '1 day'::interval)", true),
            ("CURRENT_TIMESTAMP", true),
            ("gen_random_uuid()", false),
            ("nextval('s'::regclass)", false),
            ("clock_timestamp()", false),
        ] {
            assert_eq!(is_stable(&Expr::new(default)), stable, "{default}");
        }
    }
}
