//! The name of what an engine brings many of and others may be made of, a collation or a text search dictionary: [`EngineName`].
//!
//! Must not: know which ones an engine brings, or what they are (those that are made are objects of their own).

use std::fmt;

use serde::{Serialize, Serializer};

use super::id::ObjectId;
use super::ident::{Ident, QName};
use super::object::{Kind, Renaming};

/// Without a schema one of the engine's own, in a schema one that somebody made.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EngineName(QName);

impl EngineName {
    /// One of the engine's own.
    pub fn builtin(name: Ident) -> Self {
        Self(QName::bare(name))
    }

    /// One that somebody made in a schema.
    pub fn made(name: QName) -> Self {
        Self(name)
    }

    /// The name with its schema, if it has one.
    pub fn qname(&self) -> &QName {
        &self.0
    }

    /// The object of this kind that it names; the engine's own are none.
    pub fn id(&self, kind: Kind) -> Option<ObjectId> {
        self.0.schema.as_ref()?;
        Some(ObjectId::qualified(kind, self.0.clone()))
    }

    /// Follows the rename of the object of this kind that it names, or of the schema in which that lies.
    pub fn follow(&mut self, kind: Kind, rename: &Renaming<'_>) {
        if self.0.schema.is_some() {
            rename.in_name(kind, &mut self.0);
        }
    }

    /// Follows the rename of the schema in which it lies, where it names nothing that is managed.
    pub fn follow_schema(&mut self, rename: &Renaming<'_>) {
        self.follow(Kind::Schema, rename);
    }
}

impl fmt::Display for EngineName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for EngineName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl Serialize for EngineName {
    /// One of the engine's own is its name alone, as it always was: fingerprints stay what they were.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0.schema {
            Some(_) => self.0.serialize(serializer),
            None => self.0.name.serialize(serializer),
        }
    }
}
