//! Findings in the forms that other tools read, and how many there are in words.

use crate::cli::Format;
use crate::cli::error::CommandError;
use crate::cli::ui::Ui;
use crate::diagnostic::{Diagnostic, Severity};

use super::{github, sarif};

/// Prints findings as SARIF or as annotations, if that is the chosen format.
pub(in crate::cli) fn for_tools(ui: &Ui, found: &[&[Diagnostic]]) -> Result<bool, CommandError> {
    let all = found.iter().copied().flatten();
    match ui.format {
        Format::Sarif => {
            let log = serde_json::to_string_pretty(&sarif::log(all));
            ui.data(&log.map_err(|error| CommandError::user(format!("no SARIF: {error}")))?);
        }
        Format::Github => all.for_each(|found| ui.data(&github::annotation(found))),
        Format::Text | Format::Json | Format::Markdown | Format::Sql => return Ok(false),
    }
    Ok(true)
}

/// `2 errors, 1 warning`.
pub(in crate::cli) fn counted(found: &[Diagnostic]) -> String {
    let words = [
        (Severity::Error, "error"),
        (Severity::Warning, "warning"),
        (Severity::Note, "note"),
    ];
    let counts = words.iter().filter_map(|(severity, word)| {
        let count = found.iter().filter(|one| one.severity == *severity).count();
        let plural = if count == 1 { "" } else { "s" };
        (count > 0).then(|| format!("{count} {word}{plural}"))
    });
    let counts: Vec<String> = counts.collect();
    if counts.is_empty() {
        "Nothing was found.".to_owned()
    } else {
        counts.join(", ")
    }
}
