//! Running revisions, one after the other: each begins where the ledger says, in the state it was planned from.

use std::ops::Range;
use std::time::{Duration, Instant};

use crate::catalog::{Catalog, Fingerprint};
use crate::dialect::session::EngineErrorKind;
use crate::dialect::{EngineError, OwnTable, Scope, Server, Session, TxnOptions};
use crate::op::Txn;
use crate::revision::{EngineScript, Revision, RevisionMap, made};
use crate::script::{Item, Script, Step};

use super::patience::Patience;
use super::resume::{self, Start};
use super::{Direction, Event, Existing, Report, RunError, RunOptions, ledger, same_major, steps, version};

/// Where progress goes.
pub(super) type Observe<'a> = &'a mut (dyn FnMut(Event) + Send);

/// What is to be run.
#[derive(Clone, Copy, Debug)]
pub struct Way<'a> {
    /// The graph, which knows what the version rows become.
    pub map: &'a RevisionMap,
    /// The revisions, in order.
    pub revisions: &'a [&'a Revision],
    /// Which way they are run.
    pub direction: Direction,
}

/// One revision that is to be run.
pub(super) struct Job<'a> {
    map: &'a RevisionMap,
    pub(super) revision: &'a Revision,
    direction: Direction,
    planned: &'a EngineScript,
    pub(super) script: &'a Script,
    pub(super) segments: Vec<Range<usize>>,
    checksum: Fingerprint,
    pub(super) existing: Option<&'a Existing>,
    table: &'a OwnTable,
    pub(super) pause: Duration,
}

/// Runs revisions in order, each in its own transaction together with its version row and its line in the ledger.
pub async fn run(
    session: &mut dyn Session,
    way: &Way<'_>,
    options: &RunOptions,
    observe: &mut (dyn FnMut(Event) + Send),
) -> Result<Report, RunError> {
    let table = options.version_table.on(session.server().dialect);
    let jobs = jobs(session.server(), way, &table, options)?;
    let mut report = Report::default();
    if jobs.is_empty() {
        return Ok(report);
    }
    session.lock(options.lock_wait).await?;
    let result = run_all(session, &jobs, options, observe, &mut report).await;
    let unlocked = session.unlock().await;
    result?;
    if let Err(error) = unlocked {
        // Everything is committed, so this is no failure; the lock ends with the session.
        report
            .warnings
            .push(format!("the lock could not be given back: {error}"));
    }
    Ok(report)
}

/// Everything that can be refused without asking the database is refused before the first statement.
fn jobs<'a>(
    server: &Server,
    way: &Way<'a>,
    table: &'a OwnTable,
    options: &'a RunOptions,
) -> Result<Vec<Job<'a>>, RunError> {
    let engine = server.dialect.name();
    let direction = way.direction;
    let mut jobs = Vec::new();
    for revision in way.revisions {
        let (Some(planned), Some(checksum)) = (revision.script(engine), revision.checksum(engine)) else {
            return Err(RunError::NoScript {
                revision: revision.id.clone(),
                engine: engine.to_owned(),
            });
        };
        let script = match direction {
            Direction::Upgrade => &planned.upgrade,
            Direction::Downgrade => &planned.downgrade,
        };
        if let Some(loss) = script.losses().next().filter(|_| !options.allow_destructive) {
            return Err(RunError::Destructive {
                revision: revision.id.clone(),
                loss: loss.to_owned(),
            });
        }
        jobs.push(Job {
            pause: options.pause,
            map: way.map,
            revision,
            direction,
            planned,
            script,
            segments: segments(script),
            checksum,
            table,
            existing: options
                .existing
                .as_ref()
                .filter(|existing| direction == Direction::Upgrade && existing.revision == revision.id),
        });
    }
    Ok(jobs)
}

/// A script that has nothing to do still moves the version, in a transaction of its own.
fn segments(script: &Script) -> Vec<Range<usize>> {
    if script.is_empty() {
        return std::iter::once(0..0).collect();
    }
    script.segments()
}

async fn run_all(
    session: &mut dyn Session,
    jobs: &[Job<'_>],
    options: &RunOptions,
    observe: Observe<'_>,
    report: &mut Report,
) -> Result<(), RunError> {
    // Reference data is no part of a fingerprint.
    let scope = Scope {
        rows: Vec::new(),
        ..options.scope.clone()
    };
    for job in jobs {
        observe(Event::Revision {
            id: job.revision.id.clone(),
            message: job.revision.message.clone(),
            steps: job.script.steps.len(),
        });
        let began = Instant::now();
        if !job.is_comparable(session.server()) {
            report.warnings.push(format!(
                "revision {} was planned on {} {}: whether {} is in the state it starts from could not be compared",
                job.revision.id,
                session.server().engine().title(),
                job.planned.version,
                session.server()
            ));
        }
        patient(session, job, &scope, options.patience, observe).await?;
        let took: Duration = began.elapsed();
        report.ran.push((job.revision.id.clone(), took));
        observe(Event::Done {
            id: job.revision.id.clone(),
            took,
        });
    }
    if let Some(last) = jobs.last().filter(|job| job.is_comparable(session.server())) {
        report.warnings.extend(astray(session, last, &scope).await);
    }
    Ok(())
}

/// Whether the database is in the state that was planned. Everything is committed, so it is no failure if not.
async fn astray(session: &mut dyn Session, job: &Job<'_>, scope: &Scope) -> Option<String> {
    let (direction, id) = (job.direction, &job.revision.id);
    let own = match direction {
        Direction::Upgrade => vec![id.clone()],
        Direction::Downgrade => job.map.rows_before(job.revision),
    };
    // Beside other branches the state is that of no plan.
    if version::rows(session, job.table)
        .await
        .is_ok_and(|rows| rows != own)
    {
        return None;
    }
    match session.introspect(scope).await {
        Ok(found) if job.is_state(&found.catalog, job.leads_to()) => None,
        Ok(_) => Some(format!(
            "after the {direction} of revision {id} the database is not in the state that was planned"
        )),
        Err(error) => Some(format!(
            "after the {direction} of revision {id} the database could not be read: {error}"
        )),
    }
}

/// Runs a revision, and runs it again from where it stopped as long as somebody else's locks are what stops it.
async fn patient(
    session: &mut dyn Session,
    job: &Job<'_>,
    scope: &Scope,
    wait: Duration,
    observe: Observe<'_>,
) -> Result<(), RunError> {
    let mut patience = Patience::new(wait);
    loop {
        let Err(error) = run_one(session, job, scope, &patience, observe).await else {
            return Ok(());
        };
        if !error.is_contended() {
            return Err(error);
        }
        let others = session.in_the_way().await.unwrap_or_default();
        let Some(pause) = patience.pause() else {
            return Err(error.because_of(&others));
        };
        observe(Event::Waiting { others });
        tokio::time::sleep(pause).await;
    }
}

async fn run_one(
    session: &mut dyn Session,
    job: &Job<'_>,
    scope: &Scope,
    patience: &Patience,
    observe: Observe<'_>,
) -> Result<(), RunError> {
    session.patience(patience.for_a_lock()).await?;
    session.begin(job.transaction()).await?;
    let opened = match open(session, job, scope).await {
        Ok(opened) => opened,
        Err(error) => return Err(undo(session, error).await),
    };
    let Opened {
        start,
        version,
        mut cursor,
    } = opened;
    let first = match start {
        Start::Fresh => 0,
        Start::At(segment) => segment,
    };
    let mut is_open = true;
    for at in first..job.segments.len() {
        if is_open && job.is_outside(at) {
            close(session, job, at, at).await?;
            is_open = false;
        }
        if !is_open {
            let wait = if job.is_online(at) {
                patience.for_an_online_step()
            } else {
                patience.for_a_lock()
            };
            session.patience(wait).await?;
        }
        let resumed = Resumed {
            is_open,
            cursor: cursor.take(),
            version: &version,
        };
        let result = segment(session, job, at, &resumed, observe).await;
        if let Err(error) = result {
            if start == Start::Fresh && error.done_steps() == 0 {
                forget(session, job).await;
            }
            return Err(error);
        }
        is_open = false;
    }
    Ok(())
}

/// What the first transaction found.
struct Opened {
    /// Where to begin.
    start: Start,
    /// How the version rows change.
    version: version::Change,
    /// Where the batches of the first segment stopped.
    cursor: Option<String>,
}

/// How a segment is entered.
struct Resumed<'a> {
    /// Whether its transaction is open already.
    is_open: bool,
    /// Where its batches stopped.
    cursor: Option<String>,
    /// How the version rows change in the end.
    version: &'a version::Change,
}

/// The first transaction: nobody else is at work, the database is where the revision starts from, and in the state it
/// was planned from.
async fn open(session: &mut dyn Session, job: &Job<'_>, scope: &Scope) -> Result<Opened, RunError> {
    version::make(session, job.table).await?;
    let ledger = ledger::table(session);
    version::make(session, &ledger).await?;
    version::keep_others_out(session, job.table).await?;
    let rows = version::rows(session, job.table).await?;
    let before = rows.clone();
    let version = version::check(job.map, rows, job.revision, job.direction)?;
    let entries = ledger::read(session).await?;
    let start = resume::start(
        &entries,
        job.revision,
        &job.planned.engine,
        &job.checksum,
        job.direction,
    )?;
    if start != Start::Fresh {
        let cursor = ledger::cursor(session, &job.revision.id).await?;
        return Ok(Opened {
            start,
            version,
            cursor,
        });
    }
    if job.is_comparable(session.server()) && job.is_alone(&before) {
        let found = session.introspect(scope).await?.catalog;
        if !job.starts_from(&found) {
            return Err(RunError::Drift {
                revision: job.revision.id.clone(),
            });
        }
    }
    ledger::begin(session, &job.revision.id, &job.checksum, job.direction).await?;
    Ok(Opened {
        start,
        version,
        cursor: None,
    })
}

/// Runs one segment and notes it. A segment outside any transaction is noted in one of its own, behind it.
async fn segment(
    session: &mut dyn Session,
    job: &Job<'_>,
    at: usize,
    entered: &Resumed<'_>,
    observe: Observe<'_>,
) -> Result<(), RunError> {
    let outside = job.is_outside(at);
    if !outside && !entered.is_open {
        begin_again(session, job, at).await?;
    }
    if let Err(error) = steps::run(session, job, at, entered.cursor.as_deref(), observe).await {
        return Err(if outside {
            error
        } else {
            undo(session, error).await
        });
    }
    if outside {
        begin_again(session, job, at + 1).await?;
    }
    // What is committed if the transaction fails now: a segment outside of it is, anyhow.
    let kept = if outside { at + 1 } else { at };
    if let Err(error) = note(session, job, at, entered.version).await {
        let error = job.failed(job.last_step(at), error, job.steps_before(kept));
        return Err(undo(session, error).await);
    }
    close(session, job, at, kept).await
}

async fn begin_again(session: &mut dyn Session, job: &Job<'_>, at: usize) -> Result<(), RunError> {
    let step = job.last_step(at.min(job.segments.len() - 1));
    let failed = |error| job.failed(step, error, job.steps_before(at));
    let options = TxnOptions {
        continues: true,
        ..job.transaction()
    };
    session.begin(options).await.map_err(failed)?;
    if let Err(error) = version::keep_others_out(session, job.table).await {
        return Err(undo(session, failed(error)).await);
    }
    Ok(())
}

async fn note(
    session: &mut dyn Session,
    job: &Job<'_>,
    at: usize,
    version: &version::Change,
) -> Result<(), EngineError> {
    let id = &job.revision.id;
    let done = at + 1;
    if done < job.segments.len() {
        return ledger::progress(session, id, done).await;
    }
    version::advance(session, job.table, version).await?;
    ledger::finish(session, id, job.direction, done).await
}

/// Commits. `kept` segments are committed even if this fails.
async fn close(session: &mut dyn Session, job: &Job<'_>, at: usize, kept: usize) -> Result<(), RunError> {
    let Err(error) = session.commit().await else {
        return Ok(());
    };
    // Where the answer is lost, the commit may have gone through.
    let lost = error.kind == EngineErrorKind::Connection;
    let kept = if lost { at + 1 } else { kept };
    let error = job.failed(job.last_step(at), error, job.steps_before(kept));
    Err(undo(session, error).await)
}

async fn undo(session: &mut dyn Session, error: RunError) -> RunError {
    // What went wrong first is what matters; a lost connection cannot be rolled back.
    session.rollback().await.ok();
    error
}

/// Takes the note back that a run began, if nothing was done: nothing then is half-way.
async fn forget(session: &mut dyn Session, job: &Job<'_>) {
    if !job.is_outside(0) || session.begin(TxnOptions::default()).await.is_err() {
        return;
    }
    let result = match ledger::forget(session, &job.revision.id).await {
        Ok(()) => session.commit().await,
        Err(error) => Err(error),
    };
    if result.is_err() {
        session.rollback().await.ok();
    }
}

impl<'a> Job<'a> {
    fn transaction(&self) -> TxnOptions {
        TxnOptions {
            foreign_keys_off: self.script.foreign_keys_off,
            continues: false,
        }
    }

    pub(super) fn is_outside(&self, segment: usize) -> bool {
        let steps = &self.script.steps[self.segments[segment].clone()];
        steps.iter().any(|step| step.txn == Txn::Outside)
    }

    /// Whether the segment lets others read and write while it goes on, so that it may wait for them.
    fn is_online(&self, segment: usize) -> bool {
        let steps = &self.script.steps[self.segments[segment].clone()];
        let batched = |step: &Step| step.items.iter().any(|item| matches!(item, Item::Batched(_)));
        steps
            .iter()
            .any(|step| matches!(step.txn, Txn::Outside | Txn::Alone) && !batched(step))
    }

    /// How many steps the segments before this one have.
    pub(super) fn steps_before(&self, segment: usize) -> usize {
        match self.segments.get(segment) {
            Some(range) => range.start,
            None => self.script.steps.len(),
        }
    }

    fn last_step(&self, segment: usize) -> Option<&'a Step> {
        self.script.steps[self.segments[segment].clone()].last()
    }

    pub(super) fn failed(&self, step: Option<&Step>, error: EngineError, done_steps: usize) -> RunError {
        RunError::Step {
            revision: self.revision.id.clone(),
            step: step.map_or_else(|| "set the version".to_owned(), |step| step.title.clone()),
            error: Box::new(error),
            done_steps,
        }
    }

    fn is_comparable(&self, server: &Server) -> bool {
        same_major(self.planned, server)
    }

    /// Whether nothing beside what the revision stands on is applied: the state it was planned from is that of a database
    /// without other branches, and what those did is for a merge to compare.
    fn is_alone(&self, rows: &[String]) -> bool {
        let own = match self.direction {
            Direction::Upgrade => self.map.rows_before(self.revision),
            Direction::Downgrade => vec![self.revision.id.clone()],
        };
        own == rows
    }

    fn starts_from(&self, found: &Catalog) -> bool {
        match (self.existing, self.direction) {
            (Some(existing), _) => existing.state == found.fingerprint(),
            (None, Direction::Upgrade) => {
                let mut from = std::iter::once(&self.planned.from).chain(&self.planned.or_from);
                from.any(|from| self.is_state(found, from))
            }
            (None, Direction::Downgrade) => self.is_state(found, &self.planned.to),
        }
    }

    fn is_state(&self, found: &Catalog, says: &Fingerprint) -> bool {
        made::is_state(found, says, &self.map.in_order(), &self.planned.engine)
    }

    fn leads_to(&self) -> &'a Fingerprint {
        match self.direction {
            Direction::Upgrade => &self.planned.to,
            Direction::Downgrade => &self.planned.from,
        }
    }
}
