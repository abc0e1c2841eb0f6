//! [`Change`]: one difference as data, with both sides in it. [`Difference`]: all of them.

use std::sync::Arc;

use crate::catalog::{Catalog, Object, ObjectId};

use super::Renamed;

/// One object that differs.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Only in `to`.
    Create {
        /// Its identity.
        id: ObjectId,
        /// What it is to be.
        object: Object,
    },
    /// Only in `from`.
    Drop {
        /// Its identity.
        id: ObjectId,
        /// What it was.
        object: Object,
    },
    /// In both, and not the same.
    Alter {
        /// Its identity.
        id: ObjectId,
        /// What it was.
        from: Box<Object>,
        /// What it is to be.
        to: Box<Object>,
    },
    /// The same content under another name.
    Rename {
        /// The old identity.
        from: ObjectId,
        /// The new identity.
        to: ObjectId,
        /// The content.
        object: Object,
    },
}

impl Change {
    /// The identity after the change, or before it for a drop.
    pub fn id(&self) -> &ObjectId {
        match self {
            Self::Create { id, .. }
            | Self::Drop { id, .. }
            | Self::Alter { id, .. }
            | Self::Rename { to: id, .. } => id,
        }
    }

    /// The change that undoes this one.
    #[must_use]
    pub fn inverse(&self) -> Self {
        match self.clone() {
            Self::Create { id, object } => Self::Drop { id, object },
            Self::Drop { id, object } => Self::Create { id, object },
            Self::Alter { id, from, to } => Self::Alter {
                id,
                from: to,
                to: from,
            },
            Self::Rename { from, to, object } => Self::Rename {
                from: to,
                to: from,
                object,
            },
        }
    }
}

/// All that differs between two catalogs.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The declared renames that apply, in the order in which they are carried out.
    pub renames: Vec<Renamed>,
    /// The starting state after the renames.
    pub from: Arc<Catalog>,
    /// The state to arrive at.
    pub to: Arc<Catalog>,
    /// What differs between the two.
    pub changes: Vec<Change>,
}

impl Difference {
    /// The same renames and goal, from the state that an engine says the renames lead to.
    #[must_use]
    pub fn starting_from(self, renamed: Arc<Catalog>) -> Self {
        let changes = super::changes(&renamed, &self.to);
        Self {
            from: renamed,
            changes,
            ..self
        }
    }

    /// Whether nothing has to be done.
    pub fn is_empty(&self) -> bool {
        self.renames.is_empty() && self.changes.is_empty()
    }
}
