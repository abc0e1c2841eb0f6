//! One command a file: its arguments, whose doc comment is the help, and `run`.

pub(super) mod apply;
mod asking;
pub(super) mod branches;
pub(super) mod check;
pub(super) mod completions;
pub(super) mod current;
pub(super) mod diff;
pub(super) mod fmt;
pub(super) mod heads;
pub(super) mod history;
pub(super) mod init;
pub(super) mod inspect;
pub(super) mod lint;
pub(super) mod merge;
pub(super) mod migrate;
mod phased;
pub(super) mod plan;
pub(super) mod rebase;
pub(super) mod show;
pub(super) mod sql;
pub(super) mod squash;
pub(super) mod stamp;
pub(super) mod status;
pub(super) mod twins;
pub(super) mod validate;
pub(super) mod verify;
mod way;

use std::time::Duration;

use indicatif::ProgressBar;

use crate::runner::{Event, Report};

use crate::workflow::{Failure, Project, likeness};

use super::error::CommandError;
use super::ui::Ui;

/// Says each revision when it is done, and shows on a progress bar what goes on until then.
fn watch<'a>(ui: &'a Ui, bar: &ProgressBar, verb: &'a str) -> impl FnMut(Event) + Send + use<'a> {
    let bar = bar.clone();
    let mut named = String::new();
    move |event| match event {
        Event::Revision { id, message, steps } => {
            named = format!("{id} {message}");
            bar.set_length(steps as u64);
            bar.set_position(0);
            bar.set_message(named.clone());
        }
        Event::Step { title } => {
            bar.inc(1);
            bar.set_message(title);
        }
        Event::Rows { written } => bar.set_message(format!("{named}: {written} rows written")),
        Event::Waiting { others } => bar.suspend(|| {
            let who = if others.is_empty() {
                String::new()
            } else {
                format!(": {}", others.join("; "))
            };
            ui.say(&format!(
                "{} waiting for a lock of another session{who}",
                ui.yellow("…")
            ));
        }),
        Event::Done { took, .. } => bar.suspend(|| {
            ui.say(&format!(
                "{} {verb} {named} {}",
                ui.green("✓"),
                ui.dim(&duration(took))
            ));
        }),
    }
}

/// What a run has to say after it.
fn warnings(ui: &Ui, report: &Report) {
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

/// Plans, and asks about what looks like a rename where somebody can be asked: a yes is written into the declarations, and
/// it is planned again.
fn planned<T>(
    ui: &Ui,
    project: &mut Project,
    plan: impl Fn(&Project) -> Result<Result<T, Failure>, CommandError>,
) -> Result<T, CommandError> {
    loop {
        let open = match plan(project)? {
            Err(Failure::Alike(open)) if Ui::can_ask() => open,
            result => return Ok(result?),
        };
        for pair in open {
            if ui.ask(&pair.question()) {
                likeness::declare(&pair)?;
                // The file is another one now: what is alike in it is found again.
                break;
            }
            project.told_apart.push(pair.to);
        }
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
