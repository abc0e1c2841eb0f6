//! `inspect`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::cli::error::{self, CommandError};
use crate::cli::ui::Ui;
use crate::cli::{Format, Global, block_on, context, report};
use crate::declare;
use crate::workflow::inspect::{Inspection, inspect, statements};

/// Write the declarations of a database
///
/// Loading them back gives an empty diff. What is not managed is told on stderr. With `--format sql` they are statements
/// that make the same on an empty database: `reconcile inspect --format sql | psql -v ON_ERROR_STOP=1 EMPTY`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Inspect {
    /// A folder for the files; standard output if left out
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Inspect {
    pub(in crate::cli) fn run(&self, ui: &Ui, global: &Global) -> Result<ExitCode, CommandError> {
        let project = context::project(global)?;
        let found = block_on(inspect(&project))??;
        match (ui.format, &self.out) {
            (Format::Json, _) => {
                let objects = found.catalog.iter();
                let objects =
                    objects.map(|(id, object)| json!({ "id": id, "kind": id.kind.noun(), "object": object }));
                let unmodelled: Vec<_> = found.unmodelled.iter().map(error::as_json).collect();
                ui.json(&json!({ "objects": objects.collect::<Vec<_>>(), "not_managed": unmodelled }));
            }
            (Format::Sql, _) => {
                let script = statements(&found)?;
                let text = report::sql::whole(&script, found.server.dialect);
                match &self.out {
                    Some(folder) => {
                        let path = new_file(folder, "schema.sql", &text)?;
                        ui.say(&format!("wrote {}", path.display()));
                    }
                    None => ui.data(text.trim_end()),
                }
            }
            (_, Some(folder)) => {
                let files = write(&found, folder)?;
                ui.say(&format!("wrote {} file(s) to {}", files.len(), folder.display()));
            }
            (_, None) => {
                let texts = declare::write(&found.catalog, &found.server);
                ui.data(
                    &texts
                        .into_iter()
                        .map(|(_, text)| text)
                        .collect::<Vec<_>>()
                        .join("\n"),
                );
            }
        }
        if !ui.is_json() {
            error::print(ui, &found.unmodelled);
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Writes the files of a catalog into a folder that has no declarations yet.
pub(super) fn write(found: &Inspection, folder: &Path) -> Result<Vec<PathBuf>, CommandError> {
    let files = declare::write(&found.catalog, &found.server);
    let files = files.iter().map(|(name, text)| new_file(folder, name, text));
    files.collect()
}

/// Writes a file that is not there yet.
fn new_file(folder: &Path, name: &str, text: &str) -> Result<PathBuf, CommandError> {
    let failed =
        |path: &Path, error: std::io::Error| CommandError::user(format!("{}: {error}", path.display()));
    std::fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
    let path = folder.join(name);
    if path.exists() {
        let message = format!("{} is there already", path.display());
        return Err(CommandError::with_help(
            message,
            "choose an empty folder, or move the file away",
        ));
    }
    std::fs::write(&path, text).map_err(|error| failed(&path, error))?;
    Ok(path)
}
