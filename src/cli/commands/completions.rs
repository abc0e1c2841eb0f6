//! `completions`.

use std::process::ExitCode;

use clap::Args;
use clap_complete::Shell;

/// Print completions for a shell
///
/// For bash: reconcile completions bash > ~/.local/share/bash-completion/completions/reconcile
#[derive(Debug, Args)]
pub(in crate::cli) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(in crate::cli) fn run(&self) -> ExitCode {
        clap_complete::generate(
            self.shell,
            &mut crate::cli::command(),
            "reconcile",
            &mut std::io::stdout(),
        );
        ExitCode::SUCCESS
    }
}
