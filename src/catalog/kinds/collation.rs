//! A collation: how texts are ordered and told apart (PostgreSQL).
//!
//! The version of the library that a collation was made with is no part of it: it is a fact about a server.

use std::sync::Arc;

use serde::Serialize;

use crate::catalog::object::{Refers, is_default, payload};

/// Who orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum CollationProvider {
    /// The operating system.
    Libc,
    /// The ICU library.
    Icu,
    /// The engine itself (PostgreSQL 17).
    Builtin,
}

payload! {
    /// A collation.
    Collation / CollationAttr {
        /// Who orders.
        provider: CollationProvider => Provider,
        /// The locale by which texts are ordered.
        locale: Arc<str> => Locale,
        /// The locale by which letters are told from others, where it is another one.
        #[serde(skip_serializing_if = "Option::is_none")]
        ctype: Option<Arc<str>> => Ctype,
        /// Whether texts of different bytes may be equal.
        #[serde(skip_serializing_if = "is_default")]
        nondeterministic: bool => Nondeterministic,
        /// Rules besides those of the locale (PostgreSQL 16).
        #[serde(skip_serializing_if = "Option::is_none")]
        rules: Option<Arc<str>> => Rules,
    }
}

impl Refers for Collation {}
