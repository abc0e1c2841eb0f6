//! Makes it so: executes the stored scripts of revisions, under the lock, with the version row in the same transaction.
//!
//! In: revisions and a session. Out: a [`Report`]. It never renders, plans, or looks at a catalog beyond its
//! fingerprint. Must not: import `plan`, `op` (but `Txn`), or `dialect::render`.

mod ledger;
mod patience;
mod resume;
mod run;
mod steps;
#[cfg(test)]
mod tests;
mod version;

use std::time::Duration;

use crate::catalog::Fingerprint;
use crate::dialect::session::EngineErrorKind;
use crate::dialect::{EngineError, Scope, Server, Session, VersionTable};
use crate::revision::{EngineScript, RevisionMap};

pub use crate::revision::Direction;
pub use run::{Way, run};
pub use version::{current, stamp, version_statements, version_table};

/// How to run.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// How long to wait for another applier.
    pub lock_wait: Duration,
    /// How long a revision is run again and again while locks of others are what stops it.
    pub patience: Duration,
    /// How long a run of batches leaves the table to others after each, at least; it is always a share of its time.
    pub pause: Duration,
    /// Whether steps that lose something may run.
    pub allow_destructive: bool,
    /// What of the database counts for fingerprints.
    pub scope: Scope,
    /// Where the version table is.
    pub version_table: VersionTable,
    /// What of the first revision is there already.
    pub existing: Option<Existing>,
}

/// Steps of a revision whose effect a database has already, because somebody made it by hand: they are recorded as done.
/// Whoever makes this has shown that the other steps lead from `state` to where the revision leads.
#[derive(Clone, Debug)]
pub struct Existing {
    /// The revision.
    pub revision: String,
    /// The state of the database, in the place of the one that the revision was planned from.
    pub state: Fingerprint,
    /// The places of the steps in its script, from 0.
    pub steps: Vec<usize>,
}

/// What happens while running; the command line shows it as progress.
#[derive(Clone, Debug)]
pub enum Event {
    /// A revision begins.
    Revision {
        /// Its id.
        id: String,
        /// Its message.
        message: String,
        /// How many steps it has.
        steps: usize,
    },
    /// A step begins.
    Step {
        /// Its title.
        title: String,
    },
    /// A batch is committed.
    Rows {
        /// How many rows the step has written so far.
        written: u64,
    },
    /// Locks of others are in the way; it is tried again soon.
    Waiting {
        /// Who may hold them, one sentence each.
        others: Vec<String>,
    },
    /// A revision is done and committed.
    Done {
        /// Its id.
        id: String,
        /// How long it took.
        took: Duration,
    },
}

/// What was done.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The revisions that were run, in order, and how long each took.
    pub ran: Vec<(String, Duration)>,
    /// What a person should know though nothing failed, as sentences: what could not be compared, what is not as it
    /// was planned.
    pub warnings: Vec<String>,
}

/// Why running stopped.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The engine refused a statement; everything of the revision was undone, unless `done_steps` says otherwise.
    #[error("step `{step}` of revision {revision} failed: {error}")]
    Step {
        /// The revision.
        revision: String,
        /// The title of the step.
        step: String,
        /// What the engine said.
        error: Box<EngineError>,
        /// How many steps of this revision are committed all the same, or may be: a statement outside a transaction
        /// can fail and leave something behind.
        done_steps: usize,
    },
    /// The data is not as a step needs it.
    #[error("step `{step}` of revision {revision} expects {label}, and found {found}")]
    Expectation {
        /// The revision.
        revision: String,
        /// The title of the step.
        step: String,
        /// What is expected.
        label: String,
        /// What was found.
        found: String,
        /// How many steps of this revision are committed all the same.
        done_steps: usize,
    },
    /// The database is not in the state the revision was planned from.
    #[error("the database is not in the state that revision {revision} was planned from")]
    Drift {
        /// The revision.
        revision: String,
    },
    /// A revision was edited after it was applied.
    #[error("revision {revision} was edited after it was applied")]
    Edited {
        /// The revision.
        revision: String,
    },
    /// The version rows are not those that the revision starts from: somebody was faster, or a row is not known.
    #[error("the {direction} of revision {revision} starts from {expected}, and the database is at {found}")]
    Elsewhere {
        /// The revision.
        revision: String,
        /// Which way it was to run.
        direction: Direction,
        /// Where it starts from.
        expected: String,
        /// Where the database is.
        found: String,
    },
    /// A revision stands half-way, and this is not the run that would finish it.
    #[error("revision {revision} was left half-way by its {direction}, {reason}")]
    HalfWay {
        /// The revision that was left.
        revision: String,
        /// Which way it was run.
        direction: Direction,
        /// Why this run cannot go on: `and was edited since`.
        reason: &'static str,
    },
    /// A revision has no script for this engine.
    #[error("revision {revision} carries no script for {engine}")]
    NoScript {
        /// The revision.
        revision: String,
        /// The engine.
        engine: String,
    },
    /// A step loses something and was not allowed to.
    #[error("revision {revision} loses data: {loss}")]
    Destructive {
        /// The revision.
        revision: String,
        /// The first loss.
        loss: String,
    },
    /// Anything else the engine said: no connection, no right, somebody else's lock.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl RunError {
    /// Whether locks of others are the reason, so that it may be run again.
    fn is_contended(&self) -> bool {
        match self {
            Self::Step { error, .. } => error.kind == EngineErrorKind::Contended,
            Self::Engine(error) => error.kind == EngineErrorKind::Contended,
            _ => false,
        }
    }

    /// The same, with who may hold the lock.
    fn because_of(mut self, others: &[String]) -> Self {
        let error = match &mut self {
            Self::Step { error, .. } => error,
            Self::Engine(error) => error,
            _ => return self,
        };
        if !others.is_empty() {
            error.message = format!("{}; in the way may be {}", error.message, others.join("; "));
        }
        self
    }

    /// How many steps of the revision that failed are, or may be, committed all the same.
    pub fn done_steps(&self) -> usize {
        match self {
            Self::Step { done_steps, .. } | Self::Expectation { done_steps, .. } => *done_steps,
            _ => 0,
        }
    }
}

/// Checks every revision of the chain that the ledger says is applied: its checksum must be the one it was applied with.
pub async fn verify_applied(
    session: &mut dyn Session,
    map: &RevisionMap,
    table: &VersionTable,
) -> Result<(), RunError> {
    let engine = session.server().dialect.name();
    let rows = current(session, table).await?;
    let entries = ledger::read(session).await?;
    let known: Vec<String> = rows.into_iter().filter(|row| map.get(row).is_some()).collect();
    for revision in map.applied(&known).unwrap_or_default() {
        let entry = entries.iter().find(|entry| entry.revision == revision.id);
        if entry.is_some_and(|entry| entry.is_edited(revision, engine)) {
            return Err(RunError::Edited {
                revision: revision.id.clone(),
            });
        }
    }
    Ok(())
}

/// Whether fingerprints of this script and of this server can be compared: canonical texts change with the major
/// version.
pub fn same_major(script: &EngineScript, server: &Server) -> bool {
    script.version.split('.').next() == Some(server.major())
}
