//! A trigger of a table or view.

use serde::Serialize;
use std::sync::Arc;

use crate::catalog::expr::Expr;
use crate::catalog::object::{Refers, Renaming, is_default, payload};
use crate::catalog::{Ident, Kind, ObjectId, Path, QName};

use super::index::columns_of;
use super::unique::Deferrable;

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

/// When a trigger that is there fires.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub enum Enabled {
    /// When somebody writes, as a new trigger does.
    #[default]
    Origin,
    /// When replication writes.
    Replica,
    /// Whoever writes.
    Always,
    /// Not at all.
    Disabled,
}

/// What a trigger has that may be put off to the end of a transaction (PostgreSQL).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConstraintTrigger {
    /// Whether it may be put off, and is.
    pub deferrable: Deferrable,
    /// Another table that its rule is about.
    pub from: Option<QName>,
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
        /// Whether it keeps a rule as a constraint does.
        #[serde(skip_serializing_if = "Option::is_none")]
        constraint: Option<ConstraintTrigger> => Constraint,
        /// The name under which it sees the rows as they were (PostgreSQL).
        #[serde(skip_serializing_if = "Option::is_none")]
        old_table: Option<Ident> => OldTable,
        /// The name under which it sees the rows as they are (PostgreSQL).
        #[serde(skip_serializing_if = "Option::is_none")]
        new_table: Option<Ident> => NewTable,
        /// Fires only when this holds.
        condition: Option<Expr> => Condition,
        /// What it does.
        action: TriggerAction => Action,
        /// When it fires.
        #[serde(skip_serializing_if = "is_default")]
        enabled: Enabled => Enabled,
    }
}

impl Trigger {
    /// A trigger for each row, on any column, under no condition.
    pub fn new(timing: TriggerTiming, events: Vec<TriggerEvent>, action: TriggerAction) -> Self {
        Self {
            timing,
            events,
            columns: Vec::new(),
            for_each_row: true,
            constraint: None,
            old_table: None,
            new_table: None,
            condition: None,
            action,
            enabled: Enabled::Origin,
        }
    }
}

/// The identity of a function that a trigger calls.
pub(super) fn called(function: &QName) -> ObjectId {
    ObjectId {
        kind: Kind::Function,
        path: Path::Routine(function.clone(), Arc::from("")),
    }
}

impl Refers for Trigger {
    fn references(&self, id: &ObjectId, out: &mut Vec<ObjectId>) {
        columns_of(id, &self.columns, out);
        if let TriggerAction::Execute { function, .. } = &self.action {
            out.push(called(function));
        }
        let from = self.constraint.as_ref().and_then(|rule| rule.from.clone());
        out.extend(from.map(ObjectId::table));
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
        if let TriggerAction::Execute { function, .. } = &mut self.action {
            rename.in_name(Kind::Function, function);
        }
        if let Some(other) = self.constraint.as_mut().and_then(|rule| rule.from.as_mut()) {
            rename.in_name(Kind::Table, other);
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
