//! What lies elsewhere (PostgreSQL): foreign data wrappers, the servers that they reach, and what a table is there.
//!
//! Must not: hold what is secret. Options whose names say so are never part of a catalog.

use std::sync::Arc;

use serde::Serialize;

use crate::catalog::object::{Refers, Renaming, is_default, payload};
use crate::catalog::{Ident, Kind, ObjectId, Path, QName};

/// That the rows of a table lie elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Foreign {
    /// The server that has them.
    pub server: Ident,
    /// What the table is there.
    #[serde(skip_serializing_if = "is_default")]
    pub options: Options,
}

/// Options by name, sorted; their order means nothing.
pub type Options = Vec<(Arc<str>, Arc<str>)>;

/// Parts of names of options that hold what nobody else may know, or say where it lies.
pub const SECRETS: &[&str] = &[
    "password",
    "passwd",
    "passfile",
    "passphrase",
    "passcode",
    "pwd",
    "secret",
    "token",
    "credential",
    "api_key",
    "apikey",
    "access_key",
    "private_key",
];

/// Whether the name of an option says that its value is secret.
pub fn is_secret(option: &str) -> bool {
    let name = option.to_ascii_lowercase();
    SECRETS.iter().any(|part| name.contains(part))
}

payload! {
    /// A foreign data wrapper.
    ForeignDataWrapper / ForeignDataWrapperAttr {
        /// The function that knows how to reach what lies elsewhere; it takes no arguments.
        #[serde(skip_serializing_if = "is_default")]
        handler: Option<QName> => Handler,
        /// The function that looks at options.
        #[serde(skip_serializing_if = "is_default")]
        validator: Option<QName> => Validator,
        /// Options of the wrapper.
        #[serde(skip_serializing_if = "is_default")]
        options: Options => Options,
    }
}

impl Refers for ForeignDataWrapper {
    fn references(&self, _id: &ObjectId, out: &mut Vec<ObjectId>) {
        let called = |name: &QName, types: &str| ObjectId {
            kind: Kind::Function,
            path: Path::Routine(name.clone(), Arc::from(types)),
        };
        out.extend(self.handler.iter().map(|name| called(name, "")));
        out.extend(self.validator.iter().map(|name| called(name, "text[], oid")));
    }

    fn rename(&mut self, _id: &ObjectId, rename: &Renaming<'_>) {
        for name in self.handler.iter_mut().chain(&mut self.validator) {
            rename.in_name(Kind::Function, name);
        }
    }
}

payload! {
    /// A server that is reached by a foreign data wrapper.
    ForeignServer / ForeignServerAttr {
        /// The wrapper.
        wrapper: Ident => Wrapper,
        /// What it is, in words of the wrapper.
        #[serde(skip_serializing_if = "is_default")]
        sort: Option<Arc<str>> => Sort,
        /// Its version, in words of the wrapper.
        #[serde(skip_serializing_if = "is_default")]
        version: Option<Arc<str>> => Version,
        /// How it is reached.
        #[serde(skip_serializing_if = "is_default")]
        options: Options => Options,
    }
}

impl Refers for ForeignServer {
    fn references(&self, _id: &ObjectId, out: &mut Vec<ObjectId>) {
        // A wrapper that comes with an extension has its name.
        let kinds = [Kind::ForeignDataWrapper, Kind::Extension];
        out.extend(kinds.map(|kind| ObjectId::global(kind, self.wrapper.clone())));
    }

    fn rename(&mut self, _id: &ObjectId, rename: &Renaming<'_>) {
        in_global(Kind::ForeignDataWrapper, &mut self.wrapper, rename);
    }
}

/// Follows the rename of something that one name is enough for.
pub(super) fn in_global(kind: Kind, name: &mut Ident, rename: &Renaming<'_>) {
    if let (true, Some(new)) = (
        rename.from.kind == kind && rename.from.name() == Some(name),
        rename.to.name(),
    ) {
        *name = new.clone();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_whether_an_option_is_secret() {
        for name in [
            "password",
            "PASSFILE",
            "sslpassword",
            "db_passwd",
            "secret_id",
            "s3_access_key",
            "pwd",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for name in [
            "host",
            "port",
            "use_scram_passthrough",
            "passive",
            "sslkey",
            "key_column",
        ] {
            assert!(!is_secret(name), "{name}");
        }
    }
}
