//! The flags of commands that plan: which ways may be taken.

use clap::Args;

use crate::workflow::Project;

/// What is asked for beside the settings of the project.
#[derive(Debug, Args)]
pub(super) struct Way {
    /// Change types of columns by a second column that is filled while others work, instead of writing the table anew
    #[arg(long)]
    by_copy: bool,
}

impl Way {
    /// Adds it to the settings of the project.
    pub(super) fn choose(&self, project: &mut Project) {
        if self.by_copy {
            project.config.choices.on.push("type-by-copy".to_owned());
        }
    }
}
