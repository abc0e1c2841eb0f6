//! An enumerated type (PostgreSQL; lowered when declarations are loaded for engines without it).

use std::sync::Arc;

use crate::catalog::ObjectId;
use crate::catalog::object::{Refers, Renaming, payload};

payload! {
    /// An enumerated type.
    EnumType / EnumTypeAttr {
        /// The labels in their sort order.
        values: Vec<Arc<str>> => Values,
    }
}

impl Refers for EnumType {
    fn rename(&mut self, id: &ObjectId, rename: &Renaming<'_>) {
        let (Some(from), Some(to)) = (rename.from.name(), rename.to.name()) else {
            return;
        };
        if rename.from.is_value() && rename.from.relation() == id.qname() {
            for value in self.values.iter_mut().filter(|value| ***value == *from.text()) {
                *value = Arc::from(to.text());
            }
        }
    }
}
