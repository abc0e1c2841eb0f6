//! The flags of commands that ask the data before they write a revision.

use std::time::Duration;

use clap::Args;

use crate::workflow::preflight::Preflight;

/// Whether and for how long the data is asked.
#[derive(Debug, Args)]
pub(super) struct Asking {
    /// Do not ask the data before a revision is written; the revision says so
    #[arg(long)]
    no_preflight: bool,
    /// How long each question to the data may take (30s, 10m)
    #[arg(long, value_name = "DURATION", value_parser = span, default_value = "30s")]
    preflight_timeout: Duration,
}

impl Asking {
    pub(super) fn preflight(&self) -> Preflight {
        Preflight {
            asks: !self.no_preflight,
            timeout: self.preflight_timeout,
        }
    }
}

/// `30s`, `2m`, `1m 30s`.
pub(super) fn span(text: &str) -> Result<Duration, String> {
    let span: jiff::SignedDuration = text
        .parse()
        .map_err(|error| format!("{error}: write 30s or 2m"))?;
    span.try_into()
        .map_err(|_| "a time to wait is not negative".to_owned())
}
