//! Rewrites of ops into the only possible, or the safer, sequence.

mod backfill;
mod concurrent_index;
mod constraint_by_index;
mod enum_swap;
mod enum_value;
mod not_null;
mod not_valid;
mod sequence_owner;
mod volatile_default;

use crate::dialect::Strategy;

/// The strategies in the order in which they are asked.
pub(super) static ALL: &[&dyn Strategy] = &[
    &enum_swap::EnumSwap,
    &enum_value::EnumValue,
    &sequence_owner::SequenceOwner,
    &volatile_default::VolatileDefault,
    &backfill::BatchedBackfill,
    &not_null::NotNullByStages,
    &not_valid::NotValid,
    &constraint_by_index::ConstraintByIndex,
    &concurrent_index::ConcurrentIndex,
];

pub(super) use backfill::render as backfill;
pub(super) use constraint_by_index::render as use_index;
pub(super) use enum_swap::render as swap_enum;
pub(super) use not_null::render as require;

#[cfg(test)]
mod tests;
