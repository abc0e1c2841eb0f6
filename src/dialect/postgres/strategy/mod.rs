//! Rewrites of ops into the only possible, or the safer, sequence.

mod analyze;
mod attach_by_check;
mod backfill;
mod concurrent_detach;
mod concurrent_index;
mod constraint_by_index;
mod enum_swap;
mod enum_value;
mod identity;
mod not_null;
mod not_valid;
mod sequence_hands_over;
mod sequence_owner;
mod type_by_copy;
mod volatile_default;

use crate::catalog::kinds::Column;
use crate::catalog::{Ident, Kind, Object, ObjectId, QName};
use crate::dialect::{PlanCx, Strategy};
use crate::op::{Action, Op};

use super::names::implicit;

/// The strategies in the order in which they are asked.
pub(super) static ALL: &[&dyn Strategy] = &[
    &enum_swap::EnumSwap,
    &enum_value::EnumValue,
    &sequence_hands_over::SequenceHandsOver,
    &sequence_owner::SequenceOwner,
    &type_by_copy::TypeByCopy,
    &volatile_default::VolatileDefault,
    &identity::IdentityBySteps,
    &backfill::BatchedBackfill,
    &not_null::NotNullByStages,
    &not_valid::NotValid,
    &constraint_by_index::ConstraintByIndex,
    &concurrent_index::ConcurrentIndex,
    &concurrent_detach::ConcurrentDetach,
    &attach_by_check::AttachByCheck,
];

pub(super) use analyze::{aftercare, render as analyze};
pub(super) use attach_by_check::render as attach;
pub(super) use backfill::render as backfill;
pub(super) use constraint_by_index::render as use_index;
pub(super) use enum_swap::render as swap_enum;
pub(super) use not_null::render as require;
pub(super) use sequence_hands_over::render as hand_over;
pub(super) use type_by_copy::render as retype;

/// The column that an op adds to a table with rows.
fn added<'a>(op: &'a Op, cx: &PlanCx<'_>) -> Option<(&'a ObjectId, &'a Column)> {
    let Action::Create {
        id,
        object: Object::Column(column),
    } = &op.action
    else {
        return None;
    };
    cx.has_rows(id.relation()?).then_some((id, column))
}

/// The name of a sequence that counts for a column until, or after, that counts by itself. The engine gives the column's own one its implicit name.
fn for_a_while(table: &QName, column: &Ident) -> Option<QName> {
    let name = implicit(
        Kind::Sequence,
        &format!("_rcn_{}", table.name.text()),
        &[column.text()],
    )?;
    Some(QName {
        schema: table.schema.clone(),
        name: Ident::exact(&name),
    })
}

#[cfg(test)]
mod tests;
