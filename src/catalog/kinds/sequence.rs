//! A sequence, free-standing or owned by a column (PostgreSQL).

use serde::Serialize;
use std::sync::Arc;

use crate::catalog::ObjectId;
use crate::catalog::object::{Refers, Renaming, payload};

/// How a sequence, or the one behind an identity column, counts. `None` means the engine's own default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SequenceOptions {
    /// The first value.
    pub start: Option<i64>,
    /// The step.
    pub increment: Option<i64>,
    /// The lowest value.
    pub min: Option<i64>,
    /// The highest value.
    pub max: Option<i64>,
    /// How many values a session takes at once.
    pub cache: Option<i64>,
    /// Whether it starts again after the last value.
    pub cycle: bool,
}

payload! {
    /// A sequence. Its counter is data and is never compared.
    Sequence / SequenceAttr {
        /// `smallint`, `integer` or `bigint`.
        data_type: Arc<str> => DataType,
        /// How it counts.
        options: SequenceOptions => Options,
        /// The column it goes away with.
        owned_by: Option<ObjectId> => OwnedBy,
    }
}

impl Refers for Sequence {
    fn references(&self, _id: &ObjectId, out: &mut Vec<ObjectId>) {
        out.extend(self.owned_by.clone());
    }

    fn rename(&mut self, _id: &ObjectId, rename: &Renaming<'_>) {
        if let Some(owner) = &mut self.owned_by {
            owner.follow(rename);
        }
    }
}
