//! Revisions on a scratch database, each run by who can: ours by us, Alembic's by the project's Alembic.
//!
//! In: revisions in an order in which they can run, and an empty scratch database, or one that has those before. Out: what
//! they make of it. While Alembic has a part in the chain, the scratch database has version rows as any other. Must not:
//! touch the project's database.

use std::sync::{Arc, Mutex, PoisonError};

use crate::catalog::Canonical;
use crate::declare::Declared;
use crate::diagnostic::Diagnostic;
use crate::dialect::scratch::Scratch;
use crate::dialect::{DatabaseUrl, Dialect, Scope, VersionTable};
use crate::revision::{Direction, Origin, Revision, RevisionMap};
use crate::runner::{self, RunError, RunOptions};
use crate::scratch;

use super::program::Program;
use super::{Failure, Project, chain, observed, sides};

/// Who runs what.
pub(super) struct Replay<'a> {
    project: &'a Project,
    map: &'a RevisionMap,
    /// Whether some of the chain is Alembic's.
    is_mixed: bool,
    /// Alembic on the scratch database that it was last needed on: it is asked once whether it goes there.
    program: Mutex<Option<(DatabaseUrl, Arc<Program<'a>>)>>,
}

impl<'a> Replay<'a> {
    pub(super) fn new(project: &'a Project, map: &'a RevisionMap) -> Self {
        let mut all = map.in_order().into_iter();
        Self {
            project,
            map,
            is_mixed: all.any(|revision| revision.origin == Origin::Alembic),
            program: Mutex::new(None),
        }
    }

    /// The first revision that nobody can run here: Alembic's, where nothing says how Alembic is run.
    pub(super) fn missing(&self) -> Result<Option<&'a Revision>, Failure> {
        if !self.is_mixed || Program::find(self.project)?.is_some() {
            return Ok(None);
        }
        let mut all = self.map.in_order().into_iter();
        Ok(all.find(|revision| revision.origin == Origin::Alembic))
    }

    /// An empty scratch database that all can reach who have to.
    pub(super) async fn scratch(&self, dialect: Dialect) -> Result<Scratch, Failure> {
        if self.is_mixed && self.missing()?.is_none() {
            return sides::open_shared_scratch(self.project, dialect).await;
        }
        sides::open_scratch(self.project, dialect).await
    }

    /// Runs the scripts of these revisions and reads the result.
    pub(super) async fn run(
        &self,
        revisions: &[&Revision],
        scratch: &mut Scratch,
        scope: &Scope,
        model: Option<&Declared>,
    ) -> Result<Canonical, Failure> {
        if scratch.is_new() {
            observed::make(self.project, self.map, scratch).await?;
        }
        for part in revisions.chunk_by(|one, other| one.origin == other.origin) {
            match part {
                [first, ..] if first.origin == Origin::Alembic => self.handed(part, scratch).await?,
                part => {
                    for revision in part {
                        self.own(revision, scratch, Direction::Upgrade).await?;
                    }
                }
            }
        }
        Ok(sides::read(scratch.session()?, scope, model, None).await?.catalog)
    }

    /// Takes a revision of ours back on a scratch database that has it, and reads the result.
    pub(super) async fn take_back(
        &self,
        revision: &Revision,
        scratch: &mut Scratch,
        scope: &Scope,
    ) -> Result<Canonical, Failure> {
        self.own(revision, scratch, Direction::Downgrade).await?;
        Ok(sides::read(scratch.session()?, scope, None, None).await?.catalog)
    }

    async fn own(
        &self,
        revision: &Revision,
        scratch: &mut Scratch,
        direction: Direction,
    ) -> Result<(), Failure> {
        let session = scratch.session()?;
        let server = session.server().clone();
        let Some(script) = revision.script(server.dialect.name()) else {
            return Err(no_script(revision, server.dialect));
        };
        let (script, how) = match direction {
            Direction::Upgrade => (&script.upgrade, "replayed"),
            Direction::Downgrade => (&script.downgrade, "taken back"),
        };
        scratch::run(session, script).await.map_err(|refused| {
            let mut problem = scratch::explain(&refused, &server, &|_| None);
            problem.message = format!("revision {} cannot be {how}: {}", revision.id, problem.message);
            Failure::from(problem)
        })?;
        if !self.is_mixed {
            return Ok(());
        }
        let table = chain::version_table(self.project)?;
        let before = runner::current(session, &table).await?;
        let after = match direction {
            Direction::Upgrade => self.map.rows_after_upgrade(&before, &revision.id),
            Direction::Downgrade => self.map.rows_after_downgrade(&before, &revision.id),
        };
        match after {
            Some(rows) => Ok(runner::stamp(session, &rows, &options(table)).await?),
            // A revision that is not in the chain yet: nothing of Alembic's follows.
            None => Ok(()),
        }
    }

    /// Has Alembic run revisions that follow each other.
    async fn handed(&self, part: &[&Revision], scratch: &mut Scratch) -> Result<(), Failure> {
        let program = match scratch.url() {
            Some(url) => self.program(&url)?,
            None => None,
        };
        let Some(program) = program else {
            return Err(only_alembic(part[0]).into());
        };
        let table = chain::version_table(self.project)?;
        let mut expected = runner::current(scratch.session()?, &table).await?;
        for revision in part {
            expected = self
                .map
                .rows_after_upgrade(&expected, &revision.id)
                .unwrap_or_default();
        }
        for end in self.ends(part)? {
            program
                .run(&format!("upgrade {}", end.id))
                .map_err(|failure| on_scratch(failure, end))?;
        }
        let found = runner::current(scratch.session()?, &table).await?;
        if found == expected {
            return Ok(());
        }
        let message = format!(
            "Alembic ran its revisions up to {} on the scratch database, which stands at {} all the same",
            expected.join(", "),
            if found.is_empty() {
                "base".to_owned()
            } else {
                found.join(", ")
            }
        );
        Err(Diagnostic::error("RC0598", message)
            .help("env.py may keep its rows in another table than reconcile knows of")
            .into())
    }

    fn program(&self, url: &DatabaseUrl) -> Result<Option<Arc<Program<'a>>>, Failure> {
        let mut kept = self.program.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, program)) = kept.as_ref().filter(|(known, _)| known == url) {
            return Ok(Some(Arc::clone(program)));
        }
        let Some(program) = Program::on(self.project, url)? else {
            return Ok(None);
        };
        let program = Arc::new(program);
        *kept = Some((url.clone(), Arc::clone(&program)));
        Ok(Some(program))
    }

    /// The revisions that no other of these stands on: Alembic runs the others on its way there.
    fn ends<'r>(&self, part: &[&'r Revision]) -> Result<Vec<&'r Revision>, Failure> {
        let mut ends = Vec::new();
        for revision in part {
            let above = |other: &&&Revision| -> Result<bool, Diagnostic> {
                let below = self.map.applied(std::slice::from_ref(&other.id))?;
                Ok(other.id != revision.id && below.iter().any(|one| one.id == revision.id))
            };
            let mut is_below = false;
            for other in part {
                is_below |= above(&other)?;
            }
            if !is_below {
                ends.push(*revision);
            }
        }
        Ok(ends)
    }
}

fn only_alembic(revision: &Revision) -> Diagnostic {
    let (id, path) = (&revision.id, revision.path.display());
    let message = format!("revision {id} ({path}) is Alembic's, and only Alembic can run it");
    Diagnostic::error("RC0597", message).help(
        "write `chain \"alembic\" { command \"alembic\"; }` into reconcile.kdl to have it run on scratch databases, too",
    )
}

fn no_script(revision: &Revision, dialect: Dialect) -> Failure {
    Failure::Run(RunError::NoScript {
        revision: revision.id.clone(),
        engine: dialect.name().to_owned(),
    })
}

/// Where it was that Alembic failed.
fn on_scratch(failure: Failure, revision: &Revision) -> Failure {
    match failure {
        Failure::Diagnostics(mut told) => {
            if let Some(first) = told.first_mut() {
                first.message = format!(
                    "revision {} cannot be replayed on a scratch database: {}",
                    revision.id, first.message
                );
            }
            Failure::Diagnostics(told)
        }
        other => other,
    }
}

fn options(version_table: VersionTable) -> RunOptions {
    RunOptions {
        patience: std::time::Duration::ZERO,
        pause: std::time::Duration::ZERO,
        lock_wait: std::time::Duration::ZERO,
        allow_destructive: true,
        scope: Scope::default(),
        version_table,
        existing: None,
    }
}
