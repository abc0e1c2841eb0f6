//! A proposal as text, JSON, Markdown and SQL: four readings of one structure.

pub(super) mod chain;
pub(super) mod findings;
pub(super) mod github;
pub(super) mod json;
pub(super) mod markdown;
pub(super) mod rules;
pub(super) mod sarif;
pub(super) mod sql;
pub(super) mod text;

use crate::workflow::Proposal;

use super::Format;
use super::error;
use super::ui::Ui;

/// Prints a proposal in the chosen format: the result to stdout, notes to stderr.
pub(super) fn proposal(ui: &Ui, proposal: &Proposal) {
    match ui.format {
        // The last two were refused: only `lint` and `check` have findings.
        Format::Text | Format::Sarif | Format::Github => {
            if proposal.is_empty() {
                ui.data("Nothing differs.");
            } else {
                ui.data(&text::proposal(ui, proposal));
            }
            error::print(ui, &proposal.notes);
        }
        Format::Json => ui.json(&json::proposal(proposal)),
        Format::Markdown => ui.data(&markdown::proposal(proposal)),
        Format::Sql => {
            ui.data(&sql::script(&proposal.upgrade));
            error::print(ui, &proposal.notes);
        }
    }
}
