//! The flags of commands that plan one half of a change.

use clap::Args;

use crate::op::Phase;

/// Which half.
#[derive(Debug, Args)]
pub(super) struct Phased {
    /// Plan only what code that runs already does not mind: the first of two phases across deploys
    #[arg(long, conflicts_with = "contract")]
    expand: bool,
    /// Plan what may only follow when no code of before runs any more: the second phase
    #[arg(long)]
    contract: bool,
}

impl Phased {
    pub(super) fn phase(&self) -> Option<Phase> {
        match (self.expand, self.contract) {
            (true, _) => Some(Phase::Expand),
            (false, true) => Some(Phase::Contract),
            (false, false) => None,
        }
    }
}
