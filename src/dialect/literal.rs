//! A value as a declaration writes it: [`Literal`]. Turning it into SQL is the engine's.

use serde::Serialize;

/// A literal of a KDL file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Literal {
    /// `#null`.
    Null,
    /// `#true`, `#false`.
    Bool(bool),
    /// A whole number.
    Integer(i128),
    /// Any other number, as it was written.
    Decimal(String),
    /// A text, also an enum value.
    Text(String),
    /// `(sql)"…"`: an expression that is evaluated once, when the row is written.
    Sql(String),
}
