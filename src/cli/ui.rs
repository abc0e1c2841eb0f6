//! Talking to a person or a pipe: the only place that prints. stdout is data, stderr is talk.

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use console::{Style, Term};
use indicatif::{ProgressBar, ProgressStyle};

use crate::workflow::Announce;

use super::{Color, Format};

/// How to talk.
#[derive(Debug)]
pub(super) struct Ui {
    pub(super) format: Format,
    quiet: bool,
    colored: bool,
}

impl Ui {
    pub(super) fn new(format: Format, color: Color, quiet: bool) -> Self {
        let colored = match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => std::env::var_os("NO_COLOR").is_none() && std::io::stdout().is_terminal(),
        };
        console::set_colors_enabled(colored);
        console::set_colors_enabled_stderr(colored && std::io::stderr().is_terminal());
        Self {
            format,
            quiet,
            colored,
        }
    }

    pub(super) fn colored(&self) -> bool {
        self.colored
    }

    pub(super) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// A line of the result. A reader that went away is no error.
    #[expect(clippy::unused_self, reason = "only who has the interface prints")]
    pub(super) fn data(&self, text: &str) {
        let mut out = std::io::stdout().lock();
        let end = if text.ends_with('\n') || text.is_empty() {
            ""
        } else {
            "\n"
        };
        if write!(out, "{text}{end}").and_then(|()| out.flush()).is_err() {
            // Nobody reads any more; there is nobody to tell either.
        }
    }

    /// The result as JSON.
    pub(super) fn json(&self, value: &serde_json::Value) {
        self.data(&format!("{value:#}"));
    }

    /// A line of talk.
    pub(super) fn say(&self, text: &str) {
        if !self.quiet {
            self.complain(text);
        }
    }

    /// A line that is said even when quiet.
    #[expect(clippy::unused_self, reason = "only who has the interface prints")]
    pub(super) fn complain(&self, text: &str) {
        let mut out = std::io::stderr().lock();
        if writeln!(out, "{text}").is_err() {
            // Nobody reads any more; there is nobody to tell either.
        }
    }

    /// Says what is about to take long.
    pub(super) fn announcer(&self) -> Announce {
        let ui = Self {
            format: self.format,
            ..*self
        };
        Announce::by(move |text| ui.say(&ui.dim(text)))
    }

    /// Whether somebody can be asked.
    pub(super) fn can_ask() -> bool {
        std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
    }

    /// Asks a question; anything but yes is no.
    pub(super) fn ask(&self, question: &str) -> bool {
        let mut out = std::io::stderr().lock();
        let asked = write!(out, "{} [y/N] ", self.bold(question)).and_then(|()| out.flush());
        let mut answer = String::new();
        asked.is_ok()
            && std::io::stdin().read_line(&mut answer).is_ok()
            && matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")
    }

    /// A progress bar, on a terminal only.
    pub(super) fn progress(&self) -> ProgressBar {
        if self.quiet || !Term::stderr().is_term() {
            return ProgressBar::hidden();
        }
        let style = ProgressStyle::with_template("{spinner} {pos}/{len} {wide_msg}");
        ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
    }

    fn style(&self, style: Style, text: &str) -> String {
        style.force_styling(self.colored).apply_to(text).to_string()
    }

    pub(super) fn bold(&self, text: &str) -> String {
        self.style(Style::new().bold(), text)
    }

    pub(super) fn red(&self, text: &str) -> String {
        self.style(Style::new().red(), text)
    }

    pub(super) fn green(&self, text: &str) -> String {
        self.style(Style::new().green(), text)
    }

    pub(super) fn yellow(&self, text: &str) -> String {
        self.style(Style::new().yellow(), text)
    }

    pub(super) fn dim(&self, text: &str) -> String {
        self.style(Style::new().dim(), text)
    }
}

/// What clap says of wrong arguments, or of `--help`.
pub(super) fn usage(error: &clap::Error) -> ExitCode {
    if error.print().is_err() {
        // Nobody reads any more; the status still tells.
    }
    if error.use_stderr() {
        ExitCode::from(2)
    } else {
        ExitCode::SUCCESS
    }
}
