//! `allow missing-primary-key because="…"` beside the declarations: for all that stand in the file.

use crate::declare::Allowance;
use crate::declare::fields::Fields;
use crate::declare::reading::{Draft, Reading};

pub(super) fn read<'n>(_reading: &Reading<'n>, fields: Fields<'n>, draft: &mut Draft<'n>) {
    if let Some(allowed) = fields.allowed() {
        draft.allowances.push(Allowance::new(allowed, None));
    }
}
