//! The steps of one segment: statements, expectations, and statements that go by batches.
//!
//! Must not: begin or end the transaction of a segment. A batch is the exception: it has one of its own.

use std::time::{Duration, Instant};

use crate::dialect::session::EngineErrorKind;
use crate::dialect::{EngineError, Session, TxnOptions};
use crate::script::{Batched, Item, Step};

use super::run::{Job, Observe};
use super::{Event, RunError, ledger};

/// The share of its time that a run of batches leaves to others.
const PAUSE: u32 = 10;
/// How many rows the first batch takes, if it may take more.
const FIRST: u32 = 500;
/// How long a batch holds its rows: one that takes longer is followed by a smaller one.
const HOLD: Duration = Duration::from_millis(20);

/// Runs the steps of segment `at`; `cursor` is where an earlier run of its batches stopped.
pub(super) async fn run(
    session: &mut dyn Session,
    job: &Job<'_>,
    at: usize,
    cursor: Option<&str>,
    observe: Observe<'_>,
) -> Result<(), RunError> {
    for place in job.segments[at].clone() {
        let is_there = job
            .existing
            .is_some_and(|existing| existing.steps.contains(&place));
        if is_there {
            continue;
        }
        let step = &job.script.steps[place];
        observe(Event::Step {
            title: step.title.clone(),
        });
        let run = Run {
            job,
            at,
            step,
            cursor,
        };
        run.step(session, observe).await?;
    }
    Ok(())
}

/// One step that is being run.
struct Run<'a> {
    job: &'a Job<'a>,
    at: usize,
    step: &'a Step,
    cursor: Option<&'a str>,
}

impl Run<'_> {
    async fn step(&self, session: &mut dyn Session, observe: Observe<'_>) -> Result<(), RunError> {
        let mut done = self.job.steps_before(self.at);
        for item in &self.step.items {
            match item {
                Item::Sql(sql) => {
                    if self.job.is_outside(self.at) {
                        // It may leave something behind even if it fails.
                        done = self.job.steps_before(self.at + 1);
                    }
                    let result = session.execute(sql).await;
                    result.map_err(|error| self.failed(error, done))?;
                }
                Item::Expect { label, sql, value } => {
                    let answer = session.query(sql).await;
                    let found = single(&answer.map_err(|error| self.failed(error, done))?);
                    if found != *value {
                        return Err(RunError::Expectation {
                            revision: self.job.revision.id.clone(),
                            step: self.step.title.clone(),
                            label: label.clone(),
                            found,
                            done_steps: done,
                        });
                    }
                }
                Item::DoneWhen { sql, value } => {
                    let answer = session.query(sql).await;
                    if single(&answer.map_err(|error| self.failed(error, done))?) == *value {
                        return Ok(());
                    }
                }
                Item::Batched(batched) => self.batches(session, batched, observe).await?,
            }
        }
        Ok(())
    }

    /// Runs batch after batch until no row is left. Each is committed together with where it stopped.
    async fn batches(
        &self,
        session: &mut dyn Session,
        batched: &Batched,
        observe: Observe<'_>,
    ) -> Result<(), RunError> {
        let mut cursor = self.cursor.map(str::to_owned);
        let mut written = 0;
        let mut size = batched.size.min(FIRST);
        loop {
            let began = Instant::now();
            match self.batch(session, batched, cursor.as_deref(), size).await {
                Ok(Some(batch)) => {
                    written += batch.written;
                    cursor = Some(batch.cursor);
                    observe(Event::Rows { written });
                    let took = began.elapsed();
                    size = if took > HOLD {
                        size.div_ceil(2)
                    } else if took < HOLD / 2 {
                        batched.size.min(size.saturating_mul(2))
                    } else {
                        size
                    };
                    tokio::time::sleep(self.job.pause.max(took / PAUSE)).await;
                }
                Ok(None) => return Ok(()),
                Err(error) => {
                    session.rollback().await.ok();
                    // Fewer rows need fewer locks.
                    if error.kind == EngineErrorKind::Contended && size > 1 {
                        size = size.div_ceil(2);
                        tokio::time::sleep(Duration::from_millis(50)).await;
                        continue;
                    }
                    let done = self.job.steps_before(self.at + usize::from(cursor.is_some()));
                    return Err(self.failed(error, done));
                }
            }
        }
    }

    async fn batch(
        &self,
        session: &mut dyn Session,
        batched: &Batched,
        cursor: Option<&str>,
        size: u32,
    ) -> Result<Option<crate::dialect::Batch>, EngineError> {
        session.begin(TxnOptions::default()).await?;
        let batch = session.batch(&batched.sql, cursor, size).await?;
        if let Some(batch) = &batch {
            ledger::batch(session, &self.job.revision.id, &batch.cursor).await?;
        }
        session.commit().await?;
        Ok(batch)
    }

    fn failed(&self, error: EngineError, done: usize) -> RunError {
        self.job.failed(Some(self.step), error, done)
    }
}

/// The only value of an answer, or what there is instead of one.
fn single(rows: &[Vec<Option<String>>]) -> String {
    match rows {
        [row] => match row.as_slice() {
            [Some(value)] => value.clone(),
            [None] => "NULL".to_owned(),
            columns => format!("{} columns", columns.len()),
        },
        rows => format!("{} rows", rows.len()),
    }
}
