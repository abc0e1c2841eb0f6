//! The `reconcile` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    reconcile::cli::run()
}
