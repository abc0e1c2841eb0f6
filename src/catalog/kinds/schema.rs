//! A schema: a namespace of the database (PostgreSQL).

use crate::catalog::object::{Refers, payload};

payload! {
    /// A namespace; it has nothing but its name.
    Schema / SchemaAttr {}
}

impl Refers for Schema {}
