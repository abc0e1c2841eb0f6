//! How a command ends badly: [`CommandError`], its rendering, and its exit status.

use std::process::ExitCode;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource};

use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::rule_of;
use crate::runner::RunError;
use crate::workflow::{self, Failure};

use super::ui::Ui;

/// Why a command failed, and what to do next.
#[derive(Debug)]
pub(super) struct CommandError {
    diagnostics: Vec<Diagnostic>,
    code: u8,
}

impl CommandError {
    /// A failure that is told in one sentence.
    pub(super) fn user(message: impl Into<String>) -> Self {
        Diagnostic::error("RC0001", message).into()
    }

    /// The same with what to do next.
    pub(super) fn with_help(message: impl Into<String>, help: impl Into<String>) -> Self {
        Diagnostic::error("RC0001", message).help(help).into()
    }

    /// Prints it; the exit status to end with.
    pub(super) fn report(&self, ui: &Ui) -> ExitCode {
        print(ui, &self.diagnostics);
        ExitCode::from(self.code)
    }
}

impl From<Diagnostic> for CommandError {
    fn from(diagnostic: Diagnostic) -> Self {
        Self {
            diagnostics: vec![diagnostic],
            code: 2,
        }
    }
}

impl From<Vec<Diagnostic>> for CommandError {
    fn from(diagnostics: Vec<Diagnostic>) -> Self {
        Self { diagnostics, code: 2 }
    }
}

impl From<Failure> for CommandError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Diagnostics(diagnostics) => diagnostics.into(),
            Failure::Alike(open) => workflow::likeness::refusals(&open).into(),
            Failure::Engine(error) => engine(&error).into(),
            Failure::Run(error) => running(&error),
            Failure::Io { path, error } => Self::user(format!("{}: {error}", path.display())),
        }
    }
}

fn engine(error: &crate::dialect::EngineError) -> Diagnostic {
    let mut message = error.to_string();
    if let Some(detail) = error.detail.as_deref().filter(|detail| !message.contains(detail)) {
        message = format!("{message} ({detail})");
    }
    let diagnostic = Diagnostic::error("RC0600", message);
    match &error.statement {
        Some(statement) => diagnostic.help(format!("the statement was: {statement}")),
        None => diagnostic,
    }
}

fn running(error: &RunError) -> CommandError {
    let mut code = 2;
    let diagnostic = Diagnostic::error("RC0610", error.to_string());
    let diagnostic = match error {
        RunError::Step { done_steps, error, .. } if *done_steps > 0 => {
            code = 3;
            let statement = error.statement.clone().unwrap_or_default();
            diagnostic.help(format!(
                "{done_steps} step(s) of the revision are committed; mend the cause and run the same command again: it goes on \
                 after them. The statement was: {statement}"
            ))
        }
        RunError::Step { error, .. } => match &error.statement {
            Some(statement) => diagnostic.help(format!("nothing was changed; the statement was: {statement}")),
            None => diagnostic.help("nothing was changed"),
        },
        RunError::Expectation { done_steps, .. } if *done_steps > 0 => {
            code = 3;
            diagnostic.help("what came before is committed; mend the rows and run the same command again: it goes on from there")
        }
        RunError::Expectation { .. } => diagnostic.help("nothing was changed; mend the rows and run the same command again"),
        RunError::HalfWay { .. } => {
            code = 3;
            diagnostic.help("run the command that was interrupted again: it goes on after the last committed step")
        }
        RunError::Elsewhere { .. } => diagnostic.help("`reconcile status` shows where the database is"),
        RunError::Drift { .. } => {
            diagnostic.help("`reconcile status` lists what differs; undo what was done by hand and run the same command again, or let `reconcile apply --accept-existing` record as done what is there already")
        }
        RunError::Edited { .. } => {
            diagnostic.help("get the file back from version control, and put the change into a new revision")
        }
        RunError::NoScript { engine, .. } => diagnostic.help(format!(
            "name {engine} in `engines` of reconcile.kdl, give it a scratch-url, and plan the revision anew"
        )),
        RunError::Destructive { .. } => {
            diagnostic.help("run the same command with --allow-destructive if that is what you want")
        }
        RunError::Engine(_) => diagnostic,
    };
    CommandError {
        diagnostics: vec![diagnostic],
        code,
    }
}

/// Prints diagnostics to stderr, with the place and a caret where there is one.
pub(super) fn print(ui: &Ui, diagnostics: &[Diagnostic]) {
    if ui.is_json() {
        let all: Vec<_> = diagnostics.iter().map(as_json).collect();
        ui.complain(&format!("{:#}", serde_json::json!({ "diagnostics": all })));
        return;
    }
    for diagnostic in diagnostics {
        let text = render(ui, diagnostic);
        match diagnostic.severity {
            Severity::Note => ui.say(text.trim_end()),
            Severity::Error | Severity::Warning => ui.complain(text.trim_end()),
        }
    }
}

/// A diagnostic for programs.
pub(super) fn as_json(diagnostic: &Diagnostic) -> serde_json::Value {
    let place = diagnostic.span.as_ref().map(|span| {
        let (line, column) = span.line_column();
        serde_json::json!({ "file": span.source.name, "line": line, "column": column })
    });
    serde_json::json!({
        "code": diagnostic.code,
        "severity": word(diagnostic.severity),
        "message": diagnostic.message,
        "subject": diagnostic.subject,
        "place": place,
        "help": diagnostic.help,
        "rule": rule_of(diagnostic).map(|rule| rule.id),
    })
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// A diagnostic for a person: what, where with a caret, and what to do.
pub(super) fn render(ui: &Ui, diagnostic: &Diagnostic) -> String {
    let severity = match diagnostic.severity {
        Severity::Error => ui.red("error"),
        Severity::Warning => ui.yellow("warning"),
        Severity::Note => ui.dim("note"),
    };
    let mut out = format!("{severity}[{}]: {}\n", diagnostic.code, diagnostic.message);
    if let Some(span) = &diagnostic.span {
        out.push_str(&snippet(ui, span));
    }
    if let Some(help) = &diagnostic.help {
        out.push_str(&format!("  {} {help}\n", ui.bold("help:")));
    }
    if let Some(rule) = rule_of(diagnostic).map(|rule| rule.id) {
        out.push_str(&format!(
            "  {} {rule}, which `reconcile lint --explain {rule}` explains\n",
            ui.bold("rule:")
        ));
    }
    out
}

/// The line with a caret below what is meant, drawn by miette.
fn snippet(ui: &Ui, span: &crate::diagnostic::Span) -> String {
    let label = LabeledSpan::new(None, span.range.start, span.range.len());
    let report = miette::miette!(labels = vec![label], "{span}")
        .with_source_code(NamedSource::new(&span.source.name, span.source.text.clone()));
    let theme = if ui.colored() {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme::unicode_nocolor()
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_context_lines(1)
        .without_cause_chain();
    let mut text = String::new();
    if handler.render_report(&mut text, report.as_ref()).is_err() {
        return format!("   at {span}\n");
    }
    // The first line repeats the place, which is what a terminal makes a link of.
    let drawn: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .skip(1)
        .collect();
    format!("  --> {span}\n{}\n", drawn.join("\n"))
}
