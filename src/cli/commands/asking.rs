//! The flags of commands that ask the data before they write a revision.

use std::time::Duration;

use clap::Args;

use crate::config::{Config, duration};
use crate::workflow::preflight::Preflight;

/// Whether and for how long the data is asked.
#[derive(Debug, Args)]
pub(super) struct Asking {
    /// Do not ask the data before a revision is written; the revision says so
    #[arg(long)]
    no_preflight: bool,
    /// How long each question to the data may take (10m); 30s, or what reconcile.kdl says, if left out
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    preflight_timeout: Option<Duration>,
}

impl Asking {
    pub(super) fn preflight(&self, config: &Config) -> Preflight {
        Preflight {
            asks: !self.no_preflight,
            timeout: self.preflight_timeout.unwrap_or(config.preflight_timeout),
        }
    }
}
