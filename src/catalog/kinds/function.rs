//! A function or procedure (PostgreSQL).

use serde::Serialize;
use std::sync::Arc;

use crate::catalog::ObjectId;
use crate::catalog::expr::Expr;
use crate::catalog::object::{Refers, Renaming, payload};

/// Whether the result may change between calls with the same arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Volatility {
    /// Never.
    Immutable,
    /// Not within a statement.
    Stable,
    /// At any time; the engine's default.
    Volatile,
}

payload! {
    /// A function written in a language of the server. Aggregates and window functions are not modelled.
    Function / FunctionAttr {
        /// The arguments with names, modes and defaults, as the engine prints them.
        arguments: Expr => Arguments,
        /// The result type; `None` for a procedure.
        returns: Option<Expr> => Returns,
        /// `sql`, `plpgsql`, …
        language: Arc<str> => Language,
        /// Whether the result may change.
        volatility: Volatility => Volatility,
        /// NULL in, NULL out.
        strict: bool => Strict,
        /// Runs with the owner's rights.
        security_definer: bool => SecurityDefiner,
        /// `SET` clauses, `name=value`.
        settings: Vec<String> => Settings,
        /// The body text.
        body: Expr => Body,
    }
}

impl Refers for Function {
    fn texts(&self) -> Vec<&str> {
        let mut out = vec![self.arguments.text()];
        out.extend(self.returns.as_ref().map(Expr::text));
        out
    }

    fn rename(&mut self, _id: &ObjectId, rename: &Renaming<'_>) {
        rename.in_expr(&mut self.arguments);
        if let Some(returns) = &mut self.returns {
            rename.in_expr(returns);
        }
    }
}
