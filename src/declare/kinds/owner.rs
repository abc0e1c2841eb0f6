//! `owner=app`, in whatever has an owner of its own.

use crate::catalog::kinds::Owner;
use crate::catalog::{Ident, Kind, ObjectId};
use crate::declare::fields::Fields;
use crate::declare::reading::{Placed, Reading};
use crate::declare::text::Line;
use crate::declare::write::Writing;

use super::grants;

/// Reads whose an object is and what is granted on it.
pub(super) fn with_grants<'n>(
    reading: &Reading<'n>,
    fields: &mut Fields<'n>,
    target: &ObjectId,
) -> Vec<Placed> {
    let granted = grants::read(reading, fields, target);
    let owner = read(reading, fields, target);
    owner.into_iter().chain(granted).collect()
}

/// Reads whose an object is.
pub(super) fn read<'n>(reading: &Reading<'n>, fields: &mut Fields<'n>, target: &ObjectId) -> Option<Placed> {
    let role = fields.text("owner")?;
    let span = role.span.clone();
    let owner = Owner {
        role: reading.ident(&role, "role"),
    };
    reading.has(Kind::Owner, span.clone()).then(|| Placed {
        id: ObjectId::on(Kind::Owner, target.clone()),
        object: owner.into(),
        span,
    })
}

/// Adds whose it is, where that is declared.
pub(in crate::declare) fn write(writing: &Writing<'_>, line: Line, target: &ObjectId) -> Line {
    match writing.said::<Owner>(Kind::Owner, target) {
        Some(owner) => line.property("owner", Ident::text(&owner.role)),
        None => line,
    }
}
