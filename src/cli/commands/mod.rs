//! One command a file: its arguments, whose doc comment is the help, and `run`.

pub(super) mod apply;
pub(super) mod completions;
pub(super) mod current;
pub(super) mod diff;
pub(super) mod fmt;
pub(super) mod heads;
pub(super) mod history;
pub(super) mod init;
pub(super) mod inspect;
pub(super) mod migrate;
pub(super) mod plan;
pub(super) mod show;
pub(super) mod sql;
pub(super) mod stamp;
pub(super) mod status;
pub(super) mod validate;

use std::time::Duration;

use indicatif::ProgressBar;

use crate::revision::Revision;
use crate::runner::{Event, Report};

use super::error::CommandError;
use super::ui::Ui;

/// Shows events on a progress bar.
fn watch(bar: &ProgressBar) -> impl FnMut(Event) + Send + use<> {
    let bar = bar.clone();
    move |event| match event {
        Event::Revision { id, message, steps } => {
            bar.set_length(steps as u64);
            bar.set_position(0);
            bar.set_message(format!("{id} {message}"));
        }
        Event::Step { title } => {
            bar.inc(1);
            bar.set_message(title);
        }
        Event::Done { .. } => bar.finish_and_clear(),
    }
}

/// What was run, and how long it took.
fn summarise(ui: &Ui, report: &Report, chain: &[Revision], verb: &str) {
    for (id, took) in &report.ran {
        let message = chain
            .iter()
            .find(|revision| revision.id == *id)
            .map_or("", |revision| &revision.message);
        ui.say(&format!(
            "{} {verb} {id} {message} {}",
            ui.green("✓"),
            ui.dim(&duration(*took))
        ));
    }
    for warning in &report.warnings {
        ui.say(&format!("{}: {warning}", ui.yellow("warning")));
    }
}

/// `12ms`, `3.4s`.
fn duration(took: Duration) -> String {
    if took < Duration::from_secs(1) {
        format!("{}ms", took.as_millis())
    } else {
        format!("{:.1}s", took.as_secs_f64())
    }
}

/// Asks before anything changes; without `--yes` and without anybody to ask, refuses.
fn consent(ui: &Ui, yes: bool, question: &str) -> Result<bool, CommandError> {
    if yes {
        return Ok(true);
    }
    if !Ui::can_ask() {
        return Err(CommandError::with_help(
            "there is nobody to ask",
            "give --yes to go ahead without being asked",
        ));
    }
    Ok(ui.ask(question))
}

/// What is about to be lost, where nothing else that is shown says it.
fn warn_of(ui: &Ui, losses: &[String]) {
    for loss in losses {
        ui.say(&format!("{} {}", ui.red("!"), ui.red(loss)));
    }
}
