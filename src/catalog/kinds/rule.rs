//! A rule: what becomes of a statement about a table or view before it is carried out (PostgreSQL). The rule by which a view is
//! made is the view.

use serde::Serialize;

use crate::catalog::ObjectId;
use crate::catalog::expr::Expr;
use crate::catalog::object::{Refers, Renaming, is_default, payload};

use super::trigger::Enabled;

/// Which statements a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum RuleEvent {
    /// Those that make rows.
    Insert,
    /// Those that change rows.
    Update,
    /// Those that delete rows.
    Delete,
}

payload! {
    /// A rule of a table or view.
    Rule / RuleAttr {
        /// Which statements it is about.
        event: RuleEvent => Event,
        /// Whether its action takes the place of the statement.
        instead: bool => Instead,
        /// For which rows; for all where nothing is said.
        condition: Option<Expr> => Condition,
        /// What is done: a statement, several between parentheses, or `NOTHING`.
        action: Expr => Action,
        /// When it is heeded.
        #[serde(skip_serializing_if = "is_default")]
        enabled: Enabled => Enabled,
    }
}

impl Refers for Rule {
    fn texts(&self) -> Vec<&str> {
        self.condition
            .iter()
            .chain([&self.action])
            .map(Expr::text)
            .collect()
    }

    fn rename(&mut self, _id: &ObjectId, rename: &Renaming<'_>) {
        for expr in self.condition.iter_mut().chain([&mut self.action]) {
            rename.in_expr(expr);
        }
    }
}
