//! `init`.

use std::path::Path;
use std::process::ExitCode;

use clap::Args;

use crate::cli::error::{self, CommandError};
use crate::cli::ui::Ui;
use crate::cli::{Global, block_on, context, report};
use crate::config::alembic::{self, AlembicProject};
use crate::config::{Chain, FILE_NAME};
use crate::workflow::difference::difference;
use crate::workflow::inspect::inspect;
use crate::workflow::{Project, State, chain};

/// Start a project: reconcile.kdl, schema/, plans/
///
/// With --url the declarations are written from that database. In an Alembic project its configuration names the database,
/// the history stays as it is, and from then on both tools walk one chain.
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
        let mut project = context::project(global)?;
        let alembic = alembic::read(Path::new(""), context::alembic_config().as_deref())?;
        let said = alembic.as_ref().and_then(|alembic| alembic.url.clone());
        if project.url.is_none() {
            project.url = said.as_deref().map(context::parse).transpose()?;
        }
        if alembic.is_some() && project.url.is_none() {
            return Err(CommandError::with_help(
                "this is an Alembic project, and its configuration names no database",
                "env.py takes it from somewhere else: give it as --url, or set DATABASE_URL",
            ));
        }
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
        let url = global
            .url
            .as_deref()
            .or(said.as_deref())
            .unwrap_or("sqlite:app.db");
        std::fs::write(file, settings(url, alembic.is_some())).map_err(failed)?;
        ui.data(&format!("{FILE_NAME}\nschema/\nplans/"));
        match alembic {
            Some(alembic) => {
                project.config.chain = Chain::Alembic {
                    config: None,
                    command: None,
                };
                adopted(ui, &project, &alembic)?;
            }
            None => ui.say(&ui.dim("Next: edit schema/, then `reconcile apply`.")),
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// What became of an Alembic project: its history as it is, and what the declarations say otherwise than the database.
fn adopted(ui: &Ui, project: &Project, alembic: &AlembicProject) -> Result<(), CommandError> {
    error::print(ui, &alembic.warnings);
    let map = chain::load(project)?;
    let revisions = map.in_order().len();
    let heads: Vec<&str> = map.heads().iter().map(|head| head.id.as_str()).collect();
    ui.say(&format!(
        "{}: {revisions} revision(s) of Alembic's, head {}; they stay as they are.",
        alembic.file.display(),
        heads.join(", ")
    ));
    let Some(url) = project.url.clone() else {
        return Ok(());
    };
    let (from, to) = (
        State::Database(url.clone()),
        State::Declarations(project.config.schema.clone()),
    );
    let proposal = block_on(difference(project, &from, &to))??;
    if proposal.is_empty() {
        ui.data(&format!("In sync: schema/ declares what {url} has."));
    } else {
        report::proposal(ui, &proposal);
    }
    ui.say(
        &ui.dim("Next: edit schema/, then `reconcile plan -m TEXT`; `alembic` goes on working beside it."),
    );
    Ok(())
}

/// A URL stays out of the file where it may hold a password.
fn settings(url: &str, with_alembic: bool) -> String {
    let kept = if url.starts_with("sqlite") {
        url
    } else {
        "$DATABASE_URL"
    };
    let chain = if with_alembic {
        "chain \"alembic\"                 // plans/ and Alembic's versions are one chain\n"
    } else {
        ""
    };
    format!("schema \"schema\"\nplans \"plans\"\n{chain}environment dev {{\n    url \"{kept}\"\n}}\n")
}
