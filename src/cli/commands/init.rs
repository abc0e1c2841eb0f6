//! `init`.

use std::path::Path;
use std::process::ExitCode;

use clap::Args;

use crate::cli::error::{self, CommandError};
use crate::cli::ui::Ui;
use crate::cli::{Global, block_on, context, report};
use crate::config::alembic::{self, AlembicProject};
use crate::config::{Beside, Chain, FILE_NAME};
use crate::dialect::VersionTable;
use crate::quoting::quoted;
use crate::workflow::difference::difference;
use crate::workflow::inspect::inspect;
use crate::workflow::{Project, State, chain};

/// Start a project: reconcile.kdl, schema/, plans/
///
/// With --url the declarations are written from that database. In an Alembic project its configuration names the database,
/// the history stays as it is, and from then on both tools walk one chain.
#[derive(Debug, Args)]
pub(in crate::cli) struct Init {
    /// The section of Alembic's ini, as `alembic -n` takes it
    #[arg(long, value_name = "NAME")]
    section: Option<String>,
    /// Alembic's version table, where env.py does not tell
    #[arg(long, value_name = "[SCHEMA.]NAME")]
    version_table: Option<String>,
}

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
    pub(in crate::cli) fn run(&self, ui: &Ui, global: &Global) -> Result<ExitCode, CommandError> {
        let file = Path::new(FILE_NAME);
        if file.exists() {
            return Err(CommandError::with_help(
                format!("{FILE_NAME} is there already"),
                "this folder is a project; edit the file",
            ));
        }
        let mut project = context::project(global)?;
        let beside = self.beside();
        let alembic = alembic::read(
            Path::new(""),
            context::alembic_config().as_deref(),
            self.section.as_deref(),
        )?;
        if alembic.is_some() {
            project.config.chain = Chain::Alembic(Beside {
                config: context::alembic_config(),
                ..beside.clone()
            });
        }
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
        let beside = alembic.is_some().then_some(&beside);
        std::fs::write(file, settings(url, beside)).map_err(failed)?;
        ui.data(&format!("{FILE_NAME}\nschema/\nplans/"));
        match alembic {
            Some(alembic) => adopted(ui, &project, &alembic)?,
            None => ui.say(&ui.dim("Next: edit schema/, then `reconcile apply`.")),
        }
        Ok(ExitCode::SUCCESS)
    }

    /// What was said of Alembic beside its own configuration.
    fn beside(&self) -> Beside {
        let version_table = self
            .version_table
            .as_ref()
            .map(|place| match place.split_once('.') {
                Some((schema, name)) => VersionTable {
                    name: name.to_owned(),
                    schema: Some(schema.to_owned()),
                },
                None => VersionTable {
                    name: place.clone(),
                    schema: None,
                },
            });
        Beside {
            section: self.section.clone(),
            version_table,
            ..Beside::default()
        }
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
fn settings(url: &str, beside: Option<&Beside>) -> String {
    let kept = if url.starts_with("sqlite") {
        url
    } else {
        "$DATABASE_URL"
    };
    let chain = beside.map(chain).unwrap_or_default();
    format!("schema \"schema\"\nplans \"plans\"\n{chain}environment dev {{\n    url \"{kept}\"\n}}\n")
}

/// The setting for what was said.
fn chain(beside: &Beside) -> String {
    let mut lines = Vec::new();
    if let Some(section) = &beside.section {
        lines.push(format!("    section {}", quoted(section)));
    }
    if let Some(table) = &beside.version_table {
        let schema = table.schema.as_ref();
        let schema = schema.map_or_else(String::new, |schema| format!(" schema={}", quoted(schema)));
        lines.push(format!("    version-table {}{schema}", quoted(&table.name)));
    }
    let start = "chain \"alembic\"";
    let comment = "// plans/ and Alembic's versions are one chain";
    if lines.is_empty() {
        return format!("{start}                 {comment}\n");
    }
    format!("{start} {{               {comment}\n{}\n}}\n", lines.join("\n"))
}
