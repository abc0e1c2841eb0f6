//! An installed extension (PostgreSQL). What it owns is neither shown nor touched.

use serde::Serializer;

use crate::catalog::ObjectId;
use crate::catalog::ident::Ident;
use crate::catalog::object::{Kind, Refers, payload};

payload! {
    /// An installed extension.
    Extension / ExtensionAttr {
        /// The schema of its objects; `None` when the declaration leaves it to the engine.
        #[serde(serialize_with = "unsaid")]
        schema: Option<Ident> => Schema,
        /// The version; `None` when it is not pinned.
        #[serde(serialize_with = "unsaid")]
        version: Option<String> => Version,
    }
}

/// Where an extension lies and which version it has is no part of the shape of a database: it may differ from one to the next
/// where it is not declared.
#[expect(clippy::ref_option, reason = "serde hands over a reference to the field")]
fn unsaid<T, S: Serializer>(_: &Option<T>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_none()
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
