//! `init`.

use std::path::Path;
use std::process::ExitCode;

use clap::Args;

use crate::cli::error::{self, CommandError};
use crate::cli::ui::Ui;
use crate::cli::{Global, block_on, context};
use crate::config::FILE_NAME;
use crate::workflow::inspect::inspect;

/// Start a project: reconcile.kdl, schema/, plans/
///
/// With --url the declarations are written from that database.
#[derive(Debug, Args)]
pub(in crate::cli) struct Init {}

const EXAMPLE: &str = "\
// Each file below this folder declares a part of the schema; `reconcile validate` checks them.
table users comment=\"People\" {
    column id bigint identity=always
    column email text
    column created_at timestamptz default=(sql)\"now()\"
    primary-key id
    unique email
}
";

impl Init {
    #[expect(clippy::unused_self, reason = "every command runs the same way")]
    pub(in crate::cli) fn run(&self, ui: &Ui, global: &Global) -> Result<ExitCode, CommandError> {
        let file = Path::new(FILE_NAME);
        if file.exists() {
            return Err(CommandError::with_help(
                format!("{FILE_NAME} is there already"),
                "this folder is a project; edit the file",
            ));
        }
        let project = context::project(global)?;
        let (schema, plans) = (Path::new("schema"), Path::new("plans"));
        let holds_something = std::fs::read_dir(schema).is_ok_and(|mut entries| entries.next().is_some());
        if holds_something {
            return Err(CommandError::with_help(
                "schema/ is there already, and not empty",
                "move it away, or write reconcile.kdl by hand",
            ));
        }
        let found = match &project.url {
            Some(_) => Some(block_on(inspect(&project))??),
            None => None,
        };
        let failed = |error: std::io::Error| CommandError::user(format!("{FILE_NAME}: {error}"));
        match &found {
            Some(found) => {
                super::inspect::write(found, schema)?;
                error::print(ui, &found.unmodelled);
            }
            None => {
                std::fs::create_dir_all(schema).map_err(failed)?;
                std::fs::write(schema.join("users.kdl"), EXAMPLE).map_err(failed)?;
            }
        }
        std::fs::create_dir_all(plans).map_err(failed)?;
        std::fs::write(file, settings(global)).map_err(failed)?;
        ui.data(&format!("{FILE_NAME}\nschema/\nplans/"));
        ui.say(&ui.dim("Next: edit schema/, then `reconcile apply`."));
        Ok(ExitCode::SUCCESS)
    }
}

/// A URL that was given stays out of the file where it may hold a password.
fn settings(global: &Global) -> String {
    let url = global.url.as_deref().unwrap_or("sqlite:app.db");
    let kept = if url.starts_with("sqlite") {
        url
    } else {
        "$DATABASE_URL"
    };
    format!("schema \"schema\"\nplans \"plans\"\nenvironment dev {{\n    url \"{kept}\"\n}}\n")
}
