//! Whether the policies of a table count (PostgreSQL).

use crate::catalog::object::{Refers, payload};

payload! {
    /// Row security of a table; its id is made of the id of the table. A table without any has no such object.
    RowSecurity / RowSecurityAttr {
        /// Whether policies count: without one that lets a row through, nobody but the owner sees it.
        enabled: bool => Enabled,
        /// Whether they count for the owner, too.
        forced: bool => Forced,
    }
}

impl Refers for RowSecurity {}
