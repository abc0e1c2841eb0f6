//! `verify`: revisions of the chain, run up, down and up on scratch databases, with made-up rows, and looked at by our
//! introspection and by an outside observer.
//!
//! In: a project, and which revisions. Out: for each engine and revision what was shown, by whom, and what was not. One
//! scratch database walks up the chain without rows; on another one each revision is tried with rows. It writes nothing.

use std::collections::HashSet;
use std::path::PathBuf;

use crate::catalog::Canonical;
use crate::diagnostic::Diagnostic;
use crate::dialect::scratch::Scratch;
use crate::dialect::{Dialect, Observer, Scope, Server};
use crate::revision::{EngineScript, Origin, Revision, RevisionMap};
use crate::verify::{Built, Claim, Proof, Start, prove};

use super::replay::Replay;
use super::{Failure, Project, chain, check, sides, validate};

/// What is to be verified, and by whom.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// A revision or a range `from:to`; the whole chain if left out.
    pub which: Option<String>,
    /// The `pg_dump` to run, in the place of the one on the path.
    pub pg_dump: Option<PathBuf>,
}

/// What was found on all engines.
#[derive(Debug, Default)]
pub struct Verified {
    /// By engine.
    pub engines: Vec<OnEngine>,
    /// What could not be looked at at all.
    pub notes: Vec<Diagnostic>,
}

impl Verified {
    /// Whether nothing is wrong.
    pub fn holds(&self) -> bool {
        let mut outcomes = self.engines.iter().flat_map(|engine| &engine.outcomes);
        outcomes.all(|outcome| outcome.findings.is_empty())
    }
}

/// What was found on one engine.
#[derive(Debug)]
pub struct OnEngine {
    /// The server.
    pub server: Server,
    /// Who observed beside us, or why nobody did.
    pub observer: Result<String, String>,
    /// By revision, in the order in which they run.
    pub outcomes: Vec<Outcome>,
}

/// What was found of one revision.
#[derive(Debug)]
pub struct Outcome {
    /// Its id.
    pub id: String,
    /// What it is for.
    pub message: String,
    /// What is wrong.
    pub findings: Vec<Diagnostic>,
    /// What was shown, one phrase each.
    pub shown: Vec<String>,
    /// What was not, and why.
    pub open: Vec<String>,
}

impl Outcome {
    fn of(revision: &Revision) -> Self {
        Self {
            id: revision.id.clone(),
            message: revision.message.clone(),
            findings: Vec::new(),
            shown: Vec::new(),
            open: Vec::new(),
        }
    }
}

/// Verifies on every engine of the project.
pub async fn verify(project: &Project, asked: &Asked) -> Result<Verified, Failure> {
    let map = chain::load(project)?;
    let chosen = chosen(&map, asked.which.as_deref())?;
    let replay = Replay::new(project, &map);
    let mut out = Verified::default();
    if let Some(foreign) = replay.missing()? {
        let message = format!("the chain was not replayed: revision {} is Alembic's", foreign.id);
        return Err(Diagnostic::error("RC0652", message)
            .help("say in reconcile.kdl how Alembic is run: `chain \"alembic\" { command \"alembic\"; }`")
            .into());
    }
    for dialect in validate::engines(project) {
        match Desk::open(project, &map, &replay, &chosen, dialect, asked).await {
            Ok(desk) => out.engines.push(desk.run().await?),
            Err(Failure::Engine(error)) => out.notes.push(
                Diagnostic::warning(
                    "RC0653",
                    format!("nothing was run on {dialect}: {}", error.message),
                )
                .help(format!("set a scratch-url for {dialect} in reconcile.kdl")),
            ),
            Err(other) => return Err(other),
        }
    }
    if out.engines.is_empty() {
        return Err(out.notes.into());
    }
    Ok(out)
}

/// The ids of the revisions that are asked for.
fn chosen(map: &RevisionMap, which: Option<&str>) -> Result<HashSet<String>, Failure> {
    let all = map.in_order();
    let found: HashSet<String> = match which {
        None => all.into_iter().map(|one| one.id.clone()).collect(),
        Some(range) if range.contains(':') => {
            let range = map.history(range, &[])?;
            range.into_iter().map(|one| one.id.clone()).collect()
        }
        Some(target) => map
            .resolve(target, &[])?
            .map(|one| one.id.clone())
            .into_iter()
            .collect(),
    };
    if found.is_empty() && which.is_some() {
        return Err(
            Diagnostic::error("RC0654", "there is no revision to verify in this range")
                .help("`reconcile history` lists the revisions")
                .into(),
        );
    }
    Ok(found)
}

/// One engine at work.
struct Desk<'r, 'a> {
    map: &'a RevisionMap,
    replay: &'r Replay<'a>,
    chosen: &'r HashSet<String>,
    /// Walks up the chain, without rows.
    line: Scratch,
    /// Where revisions are tried with rows.
    bench: Scratch,
    server: Server,
    scope: Scope,
    observer: Result<Observer, String>,
}

impl<'r, 'a> Desk<'r, 'a> {
    async fn open(
        project: &'a Project,
        map: &'a RevisionMap,
        replay: &'r Replay<'a>,
        chosen: &'r HashSet<String>,
        dialect: Dialect,
        asked: &Asked,
    ) -> Result<Self, Failure> {
        let mut line = replay.scratch(dialect).await?;
        let server = line.session()?.server().clone();
        Ok(Self {
            map,
            replay,
            chosen,
            line,
            bench: replay.scratch(dialect).await?,
            scope: sides::scope(project, dialect)?,
            observer: server.engine().observer(&server, asked.pg_dump.as_deref()),
            server,
        })
    }

    async fn run(mut self) -> Result<OnEngine, Failure> {
        let outcomes = self.outcomes().await;
        self.line.close().await?;
        self.bench.close().await?;
        Ok(OnEngine {
            server: self.server,
            observer: self.observer.map(|observer| observer.name),
            outcomes: outcomes?,
        })
    }

    async fn outcomes(&mut self) -> Result<Vec<Outcome>, Failure> {
        let map = self.map;
        let revisions = map.in_order();
        let mut outcomes = Vec::new();
        let mut done: Vec<&Revision> = Vec::new();
        let is_foreign = |revision: &Revision| revision.origin == Origin::Alembic;
        for part in revisions.chunk_by(|one, other| is_foreign(one) && is_foreign(other)) {
            let of_part = match part {
                [revision] if !is_foreign(revision) => {
                    let outcome = self.own(revision, &done).await?;
                    outcome.into_iter().collect()
                }
                part => self.foreign(part).await?,
            };
            let is_stuck = of_part
                .iter()
                .any(|outcome: &Outcome| !outcome.findings.is_empty());
            outcomes.extend(of_part);
            done.extend(part);
            if is_stuck && done.len() < revisions.len() {
                self.line.reset().await?;
                // What follows can be looked at only if the chain can be run up to here.
                if self
                    .replay
                    .run(&done, &mut self.line, &self.scope, None)
                    .await
                    .is_err()
                {
                    break;
                }
            }
        }
        Ok(outcomes)
    }

    /// What the project's Alembic runs in one go; its ways back are its own.
    async fn foreign(&mut self, part: &[&Revision]) -> Result<Vec<Outcome>, Failure> {
        let ran = self.replay.run(part, &mut self.line, &self.scope, None).await;
        let found = found(ran.map(drop))?;
        let asked = part.iter().filter(|revision| self.chosen.contains(&revision.id));
        let outcomes = asked.map(|revision| Outcome {
            findings: found.clone(),
            shown: if found.is_empty() {
                vec!["up, run by Alembic".to_owned()]
            } else {
                Vec::new()
            },
            open: vec!["down and rows: it was written for Alembic by hand".to_owned()],
            ..Outcome::of(revision)
        });
        Ok(outcomes.collect())
    }

    /// A revision of ours; nothing is said of one that was not asked for.
    async fn own(&mut self, revision: &Revision, done: &[&Revision]) -> Result<Option<Outcome>, Failure> {
        if !self.chosen.contains(&revision.id) {
            self.replay
                .run(&[revision], &mut self.line, &self.scope, None)
                .await?;
            return Ok(None);
        }
        let mut outcome = Outcome::of(revision);
        let tried = self.tried(revision, done, &mut outcome).await;
        outcome.findings.extend(found(tried)?);
        Ok(Some(outcome))
    }

    /// Up, down and up without rows, then with rows; leaves the line where the revision leads.
    async fn tried(
        &mut self,
        revision: &Revision,
        done: &[&Revision],
        outcome: &mut Outcome,
    ) -> Result<(), Failure> {
        let before = sides::read(self.line.session()?, &self.scope, None, None).await?;
        let is_modelled = before.unmodelled.is_empty();
        let before = before.catalog;
        let observed = self.observed().await?;
        let (replay, scope) = (self.replay, self.scope.clone());
        let after = replay.run(&[revision], &mut self.line, &scope, None).await?;
        let script = revision.script(self.server.dialect.name());
        let chain = self.map.in_order();
        outcome
            .findings
            .extend(check::elsewhere(revision, &chain, &after, &self.server));
        let there = self.observed().await?;
        let back = replay.take_back(revision, &mut self.line, &scope).await?;
        outcome
            .findings
            .extend(check::not_back(revision, &before, &back, &self.server));
        // What the introspection sees needs no other witness.
        if outcome.findings.is_empty() {
            let observed_back = self.observed().await?;
            outcome
                .findings
                .extend(self.differing(revision, &observed, &observed_back, "downgrade"));
        }
        if !outcome.findings.is_empty() {
            return Ok(());
        }
        replay.run(&[revision], &mut self.line, &scope, None).await?;
        let observed_again = self.observed().await?;
        outcome
            .findings
            .extend(self.differing(revision, &there, &observed_again, "second upgrade"));
        outcome.shown.push("up, down and up by introspection".to_owned());
        match &self.observer {
            Ok(observer) => outcome.shown.push(format!("the same by {}", observer.name)),
            Err(reason) => outcome.open.push(format!("by an outside observer: {reason}")),
        }
        if let Some(script) = script {
            let states = [&before, &after];
            self.with_rows(states, script, is_modelled, done, outcome).await?;
        }
        Ok(())
    }

    /// On the bench: the same with rows.
    async fn with_rows(
        &mut self,
        [before, after]: [&Canonical; 2],
        script: &EngineScript,
        is_modelled: bool,
        done: &[&Revision],
        outcome: &mut Outcome,
    ) -> Result<(), Failure> {
        self.bench.reset().await?;
        let claim = Claim {
            from: &before.shared(),
            to: &after.shared(),
            renames: &[],
            upgrade: &script.upgrade,
            downgrade: &script.downgrade,
            scope: &self.scope,
            is_reviewed: true,
        };
        let built = Built {
            state: before,
            locate: &|_| None,
        };
        let replayed = Replayed {
            replay: self.replay,
            done,
            scope: &self.scope,
        };
        let start: &dyn Start = if is_modelled { &built } else { &replayed };
        match prove(&claim, start, &mut self.bench, &|_| None).await {
            Proof::Proven(evidence) if evidence.rows > 0 => {
                outcome.shown.push(format!(
                    "{} row(s) of {} table(s) kept",
                    evidence.rows, evidence.tables
                ));
                outcome.open.extend(evidence.open);
            }
            Proof::Proven(evidence) => outcome.open.extend(evidence.open),
            Proof::Unproven(reason) => outcome.open.push(format!("rows: {reason}")),
            Proof::Failed(problems) => outcome.findings.extend(problems),
        }
        Ok(())
    }

    async fn observed(&mut self) -> Result<Vec<String>, Failure> {
        match &self.observer {
            Ok(observer) => Ok(self
                .server
                .engine()
                .observe(observer, &mut self.line, &self.scope.leave_out)
                .await?),
            Err(_) => Ok(Vec::new()),
        }
    }

    fn differing(
        &self,
        revision: &Revision,
        expected: &[String],
        seen: &[String],
        way: &str,
    ) -> Option<Diagnostic> {
        let observer = self.observer.as_ref().ok()?;
        let missing = expected.iter().find(|fact| !seen.contains(fact));
        let more = seen.iter().find(|fact| !expected.contains(fact));
        if missing.is_none() && more.is_none() {
            return None;
        }
        let first = |fact: Option<&String>, word: &str| {
            fact.map(|fact| format!("\n{word}: {fact}")).unwrap_or_default()
        };
        let message = format!(
            "{} sees a difference after the {way} of revision {}{}{}",
            observer.name,
            revision.id,
            first(missing, "expected"),
            first(more, "found")
        );
        Some(Diagnostic::error("RC0655", message).help(
            "the introspection does not see it: mend the revision if it was edited; otherwise report it as a defect of reconcile",
        ))
    }
}

/// The state before, as the chain itself makes it.
struct Replayed<'r, 'a> {
    replay: &'r Replay<'a>,
    done: &'r [&'r Revision],
    scope: &'r Scope,
}

#[async_trait::async_trait]
impl Start for Replayed<'_, '_> {
    async fn begin(&self, scratch: &mut Scratch) -> Result<(), Vec<Diagnostic>> {
        let ran = self.replay.run(self.done, scratch, self.scope, None).await;
        match ran {
            Ok(_) => Ok(()),
            Err(Failure::Diagnostics(told)) => Err(told),
            Err(other) => Err(vec![Diagnostic::error("RC0511", other.to_string())]),
        }
    }
}

/// What a trial has found: what a person can mend is a finding, and the trial goes on.
fn found(tried: Result<(), Failure>) -> Result<Vec<Diagnostic>, Failure> {
    match tried {
        Ok(()) => Ok(Vec::new()),
        Err(Failure::Diagnostics(told)) => Ok(told),
        Err(other) => Err(other),
    }
}
