//! `branches`.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::cli::error::CommandError;
use crate::cli::report::chain::{Parents, detail, line};
use crate::cli::ui::Ui;
use crate::cli::{Global, context, report};
use crate::workflow::chain;

/// Show where the chain forks; needs no database
#[derive(Debug, Args)]
pub(in crate::cli) struct Branches {
    /// Everything about each
    #[arg(long, short)]
    verbose: bool,
}

impl Branches {
    pub(in crate::cli) fn run(&self, ui: &Ui, global: &Global) -> Result<ExitCode, CommandError> {
        let map = chain::load(&context::project(global)?)?;
        let mut points = map.in_order();
        points.retain(|revision| map.marks(&revision.id).branchpoint);
        if ui.is_json() {
            let points: Vec<_> = points
                .iter()
                .map(|point| {
                    let children = map.children(Some(&point.id));
                    json!({
                        "revision": report::json::revision(point),
                        "children": children.into_iter().map(report::json::revision).collect::<Vec<_>>(),
                    })
                })
                .collect();
            ui.json(&json!({ "branches": points }));
            return Ok(ExitCode::SUCCESS);
        }
        for point in &points {
            ui.data(&if self.verbose {
                detail(ui, &map, point, &[])
            } else {
                line(ui, &map, point, &[], Parents::Left)
            });
            for child in map.children(Some(&point.id)) {
                ui.data(&format!("    -> {}", line(ui, &map, child, &[], Parents::Left)));
            }
        }
        if points.is_empty() {
            ui.say("The chain does not fork.");
        }
        Ok(ExitCode::SUCCESS)
    }
}
