//! What is granted on objects that a role will make (PostgreSQL).
//!
//! One object a role and schema, and one a role for all schemas.

use std::fmt;

use serde::Serialize;

use crate::catalog::Kind;
use crate::catalog::object::{Refers, payload};

use super::grants::Grants;

/// A sort of objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum DefaultsOf {
    /// Tables and views of either sort.
    Tables,
    /// Sequences.
    Sequences,
    /// Functions, procedures and aggregates.
    Routines,
    /// Types.
    Types,
    /// Schemas; not in a schema.
    Schemas,
    /// Large objects; not in a schema (PostgreSQL 18).
    LargeObjects,
}

impl DefaultsOf {
    /// Every sort.
    pub const ALL: &'static [Self] = &[
        Self::Tables,
        Self::Sequences,
        Self::Routines,
        Self::Types,
        Self::Schemas,
        Self::LargeObjects,
    ];

    /// The sort to which objects of a kind belong.
    pub fn of_kind(kind: Kind) -> Option<Self> {
        Some(match kind {
            Kind::Table | Kind::View | Kind::MaterializedView => Self::Tables,
            Kind::Sequence => Self::Sequences,
            Kind::Function | Kind::Aggregate => Self::Routines,
            Kind::Enum | Kind::Domain | Kind::Composite | Kind::Range => Self::Types,
            Kind::Schema => Self::Schemas,
            _ => return None,
        })
    }

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Tables => "tables",
            Self::Sequences => "sequences",
            Self::Routines => "routines",
            Self::Types => "types",
            Self::Schemas => "schemas",
            Self::LargeObjects => "large-objects",
        }
    }
}

/// The rights on objects of one sort.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DefaultGrants {
    /// The sort.
    pub of: DefaultsOf,
    /// What they are to have besides what the engine gives by itself, and besides what holds for all schemas.
    pub grants: Grants,
}

payload! {
    /// The rights on what a role will make.
    DefaultPrivileges / DefaultPrivilegesAttr {
        /// By sort, sorted; each sort once, and none without a difference.
        grants: Vec<DefaultGrants> => Grants,
    }
}

impl DefaultPrivileges {
    /// Nothing but what the engine gives by itself.
    pub const NONE: Self = Self { grants: Vec::new() };

    /// What is granted on objects of a sort.
    pub fn of(&self, of: DefaultsOf) -> Option<&Grants> {
        self.grants
            .iter()
            .find(|grants| grants.of == of)
            .map(|found| &found.grants)
    }
}

impl fmt::Display for DefaultPrivileges {
    /// `tables: reader: select`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = self.grants.iter();
        let parts: Vec<String> = parts
            .map(|of| format!("{}: {}", of.of.word(), of.grants))
            .collect();
        f.write_str(&parts.join("; "))
    }
}

impl Refers for DefaultPrivileges {}
