//! An installed extension (PostgreSQL). What it owns is neither shown nor touched.

use crate::catalog::ObjectId;
use crate::catalog::ident::Ident;
use crate::catalog::object::{Kind, Refers, payload};

payload! {
    /// An installed extension.
    Extension / ExtensionAttr {
        /// The schema of its objects; `None` when the declaration leaves it to the engine.
        schema: Option<Ident> => Schema,
        /// The version; `None` when it is not pinned.
        version: Option<String> => Version,
    }
}

impl Refers for Extension {
    fn references(&self, _id: &ObjectId, out: &mut Vec<ObjectId>) {
        out.extend(
            self.schema
                .clone()
                .map(|schema| ObjectId::global(Kind::Schema, schema)),
        );
    }
}
