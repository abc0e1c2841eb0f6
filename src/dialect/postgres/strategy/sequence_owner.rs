//! A sequence that is owned by the column whose default it feeds: it is made first, and given its owner when that is
//! there.

use crate::catalog::Attr;
use crate::catalog::Object;
use crate::catalog::kinds::{Sequence, SequenceAttr};
use crate::dialect::{PlanCx, Strategy};
use crate::op::{Action, Op};

/// See the module.
pub(super) struct SequenceOwner;

impl Strategy for SequenceOwner {
    fn name(&self) -> &'static str {
        "sequence-owner"
    }

    fn rewrite(&self, op: &Op, cx: &PlanCx<'_>) -> Option<Vec<Op>> {
        let Action::Create {
            id,
            object: Object::Sequence(sequence),
        } = &op.action
        else {
            return None;
        };
        let owner = sequence.owned_by.as_ref()?;
        // Where the owner is there already, and stays as it is, nothing is circular.
        if cx.from.contains(owner) && !cx.to_references.of(owner).contains(id) {
            return None;
        }
        let free = Sequence {
            owned_by: None,
            ..sequence.clone()
        };
        Some(vec![
            Op::new(Action::Create {
                id: id.clone(),
                object: free.clone().into(),
            }),
            Op::new(Action::Alter {
                id: id.clone(),
                from: Box::new(free.into()),
                to: Box::new(sequence.clone().into()),
                attrs: vec![Attr::Sequence(SequenceAttr::OwnedBy)],
                using: None,
            }),
        ])
    }
}
