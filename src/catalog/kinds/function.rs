//! A function or procedure (PostgreSQL).

use serde::Serialize;
use std::sync::Arc;

use crate::catalog::ObjectId;
use crate::catalog::expr::Expr;
use crate::catalog::object::{Refers, Renaming, is_default, payload};

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

/// Whether it may run in several processes at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub enum Parallel {
    /// Nowhere in a query that does; the engine's default.
    #[default]
    Unsafe,
    /// In the leading process alone.
    Restricted,
    /// Anywhere.
    Safe,
}

/// Where a routine's body is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Body {
    /// Statements of SQL, which the engine has taken in with everything that they name (14): `RETURN …`, `BEGIN ATOMIC …`.
    Standard(Expr),
    /// A text, which the engine looks at when the routine is called. In fingerprints it stands as it did when there was no
    /// other.
    #[serde(untagged)]
    Text(Expr),
}

impl Body {
    /// The text of either.
    pub fn text(&self) -> &str {
        match self {
            Self::Text(body) | Self::Standard(body) => body.text(),
        }
    }
}

payload! {
    /// A function written in a language of the server.
    Function / FunctionAttr {
        /// The arguments with names, modes and defaults, as the engine prints them.
        arguments: Expr => Arguments,
        /// The result type; `None` for a procedure.
        returns: Option<Expr> => Returns,
        /// `sql`, `plpgsql`, …
        language: Arc<str> => Language,
        /// Whether it computes over the rows around one.
        #[serde(skip_serializing_if = "is_default")]
        window: bool => Window,
        /// Whether the result may change.
        volatility: Volatility => Volatility,
        /// NULL in, NULL out.
        strict: bool => Strict,
        /// Tells nothing of its arguments but by its result.
        #[serde(skip_serializing_if = "is_default")]
        leakproof: bool => Leakproof,
        /// Runs with the owner's rights.
        security_definer: bool => SecurityDefiner,
        /// Whether it may run in several processes at once.
        #[serde(skip_serializing_if = "is_default")]
        parallel: Parallel => Parallel,
        /// What a call costs, where that is not the engine's default.
        #[serde(skip_serializing_if = "Option::is_none")]
        cost: Option<Arc<str>> => Cost,
        /// How many rows it returns, where that is not the engine's default.
        #[serde(skip_serializing_if = "Option::is_none")]
        rows: Option<Arc<str>> => Rows,
        /// The function that tells the planner more, as it is written.
        #[serde(skip_serializing_if = "Option::is_none")]
        support: Option<Expr> => Support,
        /// `SET` clauses, `name=value`.
        settings: Vec<String> => Settings,
        /// The body.
        body: Body => Body,
    }
}

impl Function {
    /// A function or procedure of which nothing is said but what has to be.
    pub fn new(arguments: Expr, returns: Option<Expr>, language: &str, body: Body) -> Self {
        Self {
            arguments,
            returns,
            language: Arc::from(language),
            window: false,
            volatility: Volatility::Volatile,
            strict: false,
            leakproof: false,
            security_definer: false,
            parallel: Parallel::Unsafe,
            cost: None,
            rows: None,
            support: None,
            settings: Vec::new(),
            body,
        }
    }
}

impl Refers for Function {
    fn texts(&self) -> Vec<&str> {
        let mut out = vec![self.arguments.text()];
        out.extend(self.returns.as_ref().map(Expr::text));
        out.extend(self.support.as_ref().map(Expr::text));
        if let Body::Standard(body) = &self.body {
            out.push(body.text());
        }
        out
    }

    fn rename(&mut self, _id: &ObjectId, rename: &Renaming<'_>) {
        rename.in_expr(&mut self.arguments);
        let others = self.returns.iter_mut().chain(&mut self.support);
        others.for_each(|expr| rename.in_expr(expr));
        if let Body::Standard(body) = &mut self.body {
            rename.in_expr(body);
        }
    }
}
