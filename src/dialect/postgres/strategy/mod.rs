//! Rewrites of ops into the only possible, or the safer, sequence.

mod enum_swap;
mod enum_value;
mod sequence_owner;

use crate::dialect::Strategy;

/// The strategies in the order in which they are asked.
pub(super) static ALL: &[&dyn Strategy] = &[
    &enum_swap::EnumSwap,
    &enum_value::EnumValue,
    &sequence_owner::SequenceOwner,
];

pub(super) use enum_swap::render as swap_enum;

#[cfg(test)]
mod tests;
