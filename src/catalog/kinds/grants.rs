//! Who may do what with an object besides its owner (PostgreSQL).

use std::fmt;

use serde::Serialize;

use crate::catalog::object::{Refers, payload};
use crate::catalog::{Ident, Kind, ObjectId};

/// What may be done with an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Privilege {
    /// Read rows, or a counter.
    Select,
    /// Make rows.
    Insert,
    /// Change rows, or a counter.
    Update,
    /// Delete rows.
    Delete,
    /// Empty a table at once.
    Truncate,
    /// Refer to rows by a foreign key.
    References,
    /// Make triggers.
    Trigger,
    /// Vacuum, analyze, cluster, refresh.
    Maintain,
    /// Use a schema, a sequence or a type.
    Usage,
    /// Make objects in a schema.
    Create,
    /// Call a routine.
    Execute,
}

impl Privilege {
    /// Every privilege.
    pub const ALL: &'static [Self] = &[
        Self::Select,
        Self::Insert,
        Self::Update,
        Self::Delete,
        Self::Truncate,
        Self::References,
        Self::Trigger,
        Self::Maintain,
        Self::Usage,
        Self::Create,
        Self::Execute,
    ];

    /// Its word, in lower case.
    pub fn word(self) -> &'static str {
        match self {
            Self::Select => "select",
            Self::Insert => "insert",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Truncate => "truncate",
            Self::References => "references",
            Self::Trigger => "trigger",
            Self::Maintain => "maintain",
            Self::Usage => "usage",
            Self::Create => "create",
            Self::Execute => "execute",
        }
    }

    /// The privilege of this word, in whatever case.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|privilege| privilege.word().eq_ignore_ascii_case(word))
    }
}

/// A privilege that a role has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Granted {
    /// The role; `None` for everybody.
    pub role: Option<Ident>,
    /// What it may do.
    pub privilege: Privilege,
    /// Whether it may let others do so, too.
    pub with_option: bool,
}

payload! {
    /// What differs from the rights that the engine gives by itself: everything to the owner, and to everybody the use of types
    /// and routines. An object with nothing else has no such object.
    Grants / GrantsAttr {
        /// What roles may do besides, sorted; each privilege of a role once.
        granted: Vec<Granted> => Granted,
        /// What everybody may not do, though the engine lets everybody; sorted.
        revoked: Vec<Privilege> => Revoked,
    }
}

impl Grants {
    /// Whether nothing differs from what the engine gives by itself.
    pub fn is_empty(&self) -> bool {
        self.granted.is_empty() && self.revoked.is_empty()
    }
}

impl fmt::Display for Grants {
    /// `app: select, insert; everybody: not execute`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let role = |role: &Option<Ident>| role.as_ref().map_or("everybody", Ident::text).to_owned();
        let mut parts = Vec::new();
        for of_role in self.granted.chunk_by(|one, other| one.role == other.role) {
            let words: Vec<&str> = of_role.iter().map(|granted| granted.privilege.word()).collect();
            let who = of_role.first().map(|granted| role(&granted.role));
            parts.push(format!("{}: {}", who.unwrap_or_default(), words.join(", ")));
        }
        if !self.revoked.is_empty() {
            let words: Vec<&str> = self.revoked.iter().map(|privilege| privilege.word()).collect();
            parts.push(format!("everybody: not {}", words.join(", ")));
        }
        f.write_str(&parts.join("; "))
    }
}

impl Refers for Grants {
    fn references(&self, id: &ObjectId, out: &mut Vec<ObjectId>) {
        // What is revoked from a role for a table or a view is revoked for its columns, too.
        let column = id.target().filter(|target| target.kind == Kind::Column);
        if let Some(name) = column.and_then(ObjectId::relation) {
            let relations = [Kind::Table, Kind::View, Kind::MaterializedView];
            out.extend(relations.map(|kind| {
                let relation = ObjectId::qualified(kind, name.clone());
                ObjectId::on(Kind::Grants, relation)
            }));
        }
    }
}
