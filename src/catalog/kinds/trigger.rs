//! A trigger of a table or view.

use serde::Serialize;
use std::sync::Arc;

use crate::catalog::expr::Expr;
use crate::catalog::object::{Refers, Renaming, payload};
use crate::catalog::{Ident, ObjectId, QName};

use super::index::columns_of;

/// When a trigger fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum TriggerTiming {
    /// Before the change.
    Before,
    /// After the change.
    After,
    /// In place of the change (views).
    InsteadOf,
}

/// What a trigger fires on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum TriggerEvent {
    /// A new row.
    Insert,
    /// A changed row.
    Update,
    /// A row that goes.
    Delete,
    /// The table emptied at once (PostgreSQL).
    Truncate,
}

/// What a trigger does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum TriggerAction {
    /// Calls a function with text arguments (PostgreSQL).
    Execute {
        /// The function; it takes no declared arguments.
        function: QName,
        /// The arguments it finds in `TG_ARGV`.
        arguments: Vec<Arc<str>>,
    },
    /// Runs the statements between `BEGIN` and `END` (SQLite).
    Body(Expr),
}

payload! {
    /// A trigger.
    Trigger / TriggerAttr {
        /// When it fires.
        timing: TriggerTiming => Timing,
        /// What it fires on, in the order of [`TriggerEvent`].
        events: Vec<TriggerEvent> => Events,
        /// The columns whose update it fires on; empty for all.
        columns: Vec<Ident> => Columns,
        /// Once a row, rather than once a statement.
        for_each_row: bool => ForEachRow,
        /// Fires only when this holds.
        condition: Option<Expr> => Condition,
        /// What it does.
        action: TriggerAction => Action,
    }
}

impl Refers for Trigger {
    fn references(&self, id: &ObjectId, out: &mut Vec<ObjectId>) {
        columns_of(id, &self.columns, out);
        if let TriggerAction::Execute { function, .. } = &self.action {
            let path = crate::catalog::id::Path::Routine(function.clone(), Arc::from(""));
            out.push(ObjectId {
                kind: crate::catalog::Kind::Function,
                path,
            });
        }
    }

    fn texts(&self) -> Vec<&str> {
        let body = match &self.action {
            TriggerAction::Body(body) => Some(body.text()),
            TriggerAction::Execute { .. } => None,
        };
        self.condition
            .as_ref()
            .map(Expr::text)
            .into_iter()
            .chain(body)
            .collect()
    }

    fn rename(&mut self, id: &ObjectId, rename: &Renaming<'_>) {
        if let (TriggerAction::Execute { function, .. }, Some(old), Some(new)) =
            (&mut self.action, rename.from.qname(), rename.to.qname())
            && rename.from.kind == crate::catalog::Kind::Function
            && function == old
        {
            *function = new.clone();
        }
        if let Some(table) = id.relation() {
            rename.in_columns(table, &mut self.columns);
        }
        if let Some(condition) = &mut self.condition {
            rename.in_expr(condition);
        }
        if let TriggerAction::Body(body) = &mut self.action {
            rename.in_expr(body);
        }
    }
}
