//! Whose an object is (PostgreSQL).

use crate::catalog::Ident;
use crate::catalog::object::{Refers, payload};

payload! {
    /// The owner of an object, where one is declared; its id is made of the id of the object.
    Owner / OwnerAttr {
        /// The role.
        role: Ident => Role,
    }
}

impl Refers for Owner {}
