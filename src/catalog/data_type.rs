//! The type of a column: [`DataType`], the engine's own spelling and the user-defined type behind it.
//!
//! Must not: know a portable type (that is the dialect's table) or compare by anything but the canonical text.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use super::id::ObjectId;

/// A type as the engine prints it.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct DataType {
    /// The canonical spelling, with length, precision and array brackets: `character varying(64)`, `VARCHAR(64)`.
    pub text: Arc<str>,
    /// The declared type it is made of (an enum), for dependency edges.
    pub user: Option<ObjectId>,
}

impl DataType {
    /// A type of the engine's own.
    pub fn builtin(text: impl Into<Arc<str>>) -> Self {
        Self {
            text: text.into(),
            user: None,
        }
    }

    /// A type made of the user-defined type `user`.
    pub fn user(text: impl Into<Arc<str>>, user: ObjectId) -> Self {
        Self {
            text: text.into(),
            user: Some(user),
        }
    }
}

impl fmt::Debug for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
