//! The library API: one use case a file, no printing, no reading of the environment.
//!
//! In: a [`Project`] that the command line has resolved. Out: data that it prints, or a [`Failure`].

pub mod apply;
pub mod aside;
pub mod between;
mod branches;
pub mod chain;
pub mod check;
pub mod difference;
mod drift;
mod elsewhere;
mod existing;
pub mod generate;
mod handed;
mod hints;
pub mod inspect;
pub mod known;
pub mod likeness;
pub mod lint;
pub mod merge;
pub mod migrate;
mod notes;
mod observed;
mod ownership;
pub mod preflight;
mod program;
mod propose;
pub mod rebase;
mod recode;
mod replay;
mod rights;
mod route;
mod sides;
mod sizes;
pub mod squash;
pub mod status;
pub mod twin;
pub mod unmanaged;
pub mod validate;
pub mod verify;
pub mod wait;

use std::path::PathBuf;
use std::time::Duration;

use self::unmanaged::Unmanaged;
use crate::catalog::{Fingerprint, ObjectId};
use crate::config::Config;
use crate::diagnostic::{Diagnostic, Severity};
use crate::dialect::{DatabaseUrl, Dialect, EngineError, Server, Sizes};
use crate::op::{Phase, Plan};
use crate::runner::RunError;
use crate::script::Script;

pub use likeness::Likeness;

pub use notes::{Announce, Notes};

/// What every use case works on: settings, with the choices of the command line resolved.
#[derive(Clone, Debug)]
pub struct Project {
    /// The settings. Its paths are absolute or relative to the working directory; flags have replaced them.
    pub config: Config,
    /// The database, if one was named.
    pub url: Option<DatabaseUrl>,
    /// The databases of all environments, as far as their URLs are known here.
    pub listed: Vec<DatabaseUrl>,
    /// Variables that hold the URL of a database, for the project's Alembic.
    pub url_variables: Vec<(String, String)>,
    /// Where scratch databases may be made, if not beside the database: one URL for each engine that has one.
    pub scratch_urls: Vec<DatabaseUrl>,
    /// The engine to plan for when no database is named.
    pub engine: Option<Dialect>,
    /// Where what was found in sync is remembered, if anywhere.
    pub cache: Option<known::Cache>,
    /// Whether steps that lose something may be planned and run.
    pub allow_destructive: bool,
    /// What becomes of anything that is there and not managed.
    pub unmanaged: Unmanaged,
    /// Whether a large table may be written anew while nobody can read it.
    pub allow_rewrite: bool,
    /// What is new, and no rename of what goes although it looks like one: somebody was asked.
    pub told_apart: Vec<ObjectId>,
    /// Whether what somebody made by hand counts as done where it is what a step would make.
    pub accept_existing: bool,
    /// Which half of a change is planned, where it is spread over two deploys.
    pub phase: Option<Phase>,
    /// Whether and for how long the data is asked before a revision is written.
    pub preflight: preflight::Preflight,
    /// Who is told what is about to take long.
    pub announce: Announce,
    /// How long to wait for another applier.
    pub lock_wait: Duration,
    /// How long a revision is tried again while locks of others are what stops it.
    pub patience: Duration,
    /// The time to write into new revisions: RFC 3339, UTC. Injected, so that output is reproducible.
    pub now: String,
    /// Where new revision ids come from. Injected for the same reason.
    pub new_id: fn() -> String,
    /// What is noticed on the way.
    pub notes: Notes,
}

/// A state that can be compared with another.
#[derive(Clone, Debug)]
pub enum State {
    /// A live database.
    Database(DatabaseUrl),
    /// A file or folder of declarations.
    Declarations(PathBuf),
    /// What the chain leads to at this revision (`head`, an id).
    Revision(String),
    /// Nothing at all.
    Empty,
}

/// What would be done, and what is known about it.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// The server it was planned for.
    pub server: Server,
    /// Whether an engine vouches for the texts that were compared; otherwise the output says "not arbitrated".
    pub arbitrated: bool,
    /// The ops up, for printing.
    pub plan: Plan,
    /// How large the tables are that they touch, as far as it is known.
    pub sizes: Sizes,
    /// The statements up.
    pub upgrade: Script,
    /// The statements down.
    pub downgrade: Script,
    /// Which half of a change it is, where that was asked for.
    pub phase: Option<Phase>,
    /// What was kept for code of before, and goes.
    pub kept: Vec<String>,
    /// What the trial on a scratch database has shown, and what it has not; `None` where nothing was tried.
    pub proof: Option<String>,
    /// What a reader should know: objects that are not modelled, what could not be proven, order of columns.
    pub notes: Vec<Diagnostic>,
    /// What goes and comes, and looks like a rename.
    pub alike: Vec<Likeness>,
}

impl Proposal {
    /// The state before.
    pub fn from(&self) -> Fingerprint {
        self.plan.from.fingerprint()
    }

    /// The state after.
    pub fn to(&self) -> Fingerprint {
        self.plan.to.fingerprint()
    }

    /// The notes that ask for something to be done.
    fn into_warnings(self) -> Vec<Diagnostic> {
        let notes = self.notes.into_iter();
        notes.filter(|note| note.severity == Severity::Warning).collect()
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.plan.is_empty()
    }
}

/// Why a use case stopped.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Things to mend in files, or refusals with their remedy.
    #[error("{} problem(s)", .0.len())]
    Diagnostics(Vec<Diagnostic>),
    /// What goes and comes looks like a rename, and nobody has said whether it is one.
    #[error("{} rename(s) that may be meant", .0.len())]
    Alike(Vec<Likeness>),
    /// The engine, or the way to it.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// Running a revision stopped.
    #[error(transparent)]
    Run(#[from] RunError),
    /// A file could not be read or written.
    #[error("{path}: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Diagnostics(vec![diagnostic])
    }
}

impl From<Vec<Diagnostic>> for Failure {
    fn from(diagnostics: Vec<Diagnostic>) -> Self {
        Self::Diagnostics(diagnostics)
    }
}

/// The steps of a script that write a large table anew while nobody can read it.
pub fn rewrites(script: &Script, dialect: Dialect) -> Vec<String> {
    // An engine with one lock for everything has no other way.
    let strongest = dialect.engine().locks().last();
    strongest
        .map(|lock| script.rewrites_under(lock).collect())
        .unwrap_or_default()
}

/// Refuses to keep everybody out of a large table while it is written anew, unless that is allowed.
pub fn permit_rewrites(project: &Project, steps: &[String]) -> Result<(), Failure> {
    if steps.is_empty() || project.allow_rewrite {
        return Ok(());
    }
    let refuse = |step: &String| {
        Diagnostic::error(
            "RC0547",
            format!("refused: nobody could read or write the table during {step}"),
        )
        .help("run the same command with --allow-rewrite when that may be; or plan again with --by-copy, where a column only changes its type: a second column is filled meanwhile and takes its place")
    };
    Err(steps.iter().map(refuse).collect::<Vec<_>>().into())
}

/// Refuses what loses something, unless that is allowed.
pub fn permit(project: &Project, losses: &[String]) -> Result<(), Failure> {
    if losses.is_empty() || project.allow_destructive {
        return Ok(());
    }
    let refuse = |loss: &String| {
        Diagnostic::error("RC0541", format!("refused: this {loss}"))
            .help("run the same command with --allow-destructive if that is what you want")
    };
    Err(losses.iter().map(refuse).collect::<Vec<_>>().into())
}
