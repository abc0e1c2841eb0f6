//! An enumerated type (PostgreSQL; lowered when declarations are loaded for engines without it).

use std::sync::Arc;

use crate::catalog::object::{Refers, payload};

payload! {
    /// An enumerated type.
    EnumType / EnumTypeAttr {
        /// The labels in their sort order.
        values: Vec<Arc<str>> => Values,
    }
}

impl Refers for EnumType {}
