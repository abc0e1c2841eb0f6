//! Proof: a plan is run up and down on a scratch database with rows in it, and must arrive at what it says, both ways,
//! with every row and value that both sides have.
//!
//! In: both states and both scripts. Out: [`Proof`]. Must not: write a file or touch the target database.

pub mod kept;
mod mapping;
pub mod rows;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::catalog::expr::mentions;
use crate::catalog::kinds::ForeignKey;
use crate::catalog::{Canonical, Catalog, ObjectId, QName};
use crate::diagnostic::Diagnostic;
use crate::dialect::scratch::Scratch;
use crate::dialect::session::EngineErrorKind;
use crate::dialect::{EngineError, Scope, Session, Sql};
use crate::diff::{Change, Intents, diff};
use crate::scratch::{self, Locate, Refused};
use crate::script::Script;

pub use mapping::Mapping;

use kept::Comparison;
use rows::{Filled, Ground, Thin};

/// How often it is tried again with fewer rows, before it is tried without any.
const TRIES: usize = 8;
/// How many things that were not proven are named.
const NAMED: usize = 5;

/// What a proof found.
#[derive(Clone, Debug)]
pub enum Proof {
    /// Up and down both arrive.
    Proven(Evidence),
    /// It could not be tried: why.
    Unproven(String),
    /// It does not arrive: what to tell.
    Failed(Vec<Diagnostic>),
}

/// What was shown, and what was not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// How many rows came through.
    pub rows: usize,
    /// In how many tables they were.
    pub tables: usize,
    /// What was not shown, one phrase each.
    pub open: BTreeSet<String>,
}

impl std::fmt::Display for Evidence {
    /// `up and down, 12 rows of 3 tables kept; not shown for rows of t (…)`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("up and down")?;
        if self.rows > 0 {
            let plural = |count: usize| if count == 1 { "" } else { "s" };
            write!(
                f,
                ", {} row{} of {} table{} kept",
                self.rows,
                plural(self.rows),
                self.tables,
                plural(self.tables)
            )?;
        }
        if self.open.is_empty() {
            return Ok(());
        }
        let named: Vec<&str> = self.open.iter().take(NAMED).map(String::as_str).collect();
        write!(f, "; not shown for {}", named.join("; "))?;
        match self.open.len().saturating_sub(NAMED) {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
}

/// What is to be proven.
#[derive(Debug)]
pub struct Claim<'a> {
    /// The state before.
    pub from: &'a Arc<Catalog>,
    /// The state after.
    pub to: &'a Arc<Catalog>,
    /// What is called otherwise in the state after, in the order in which it is renamed.
    pub renames: &'a [(ObjectId, ObjectId)],
    /// The way up.
    pub upgrade: &'a Script,
    /// The way down.
    pub downgrade: &'a Script,
    /// What of the database counts.
    pub scope: &'a Scope,
    /// Whether the scripts stand in a file that somebody may have edited: what a statement of theirs says that it writes is
    /// no loss, and the way up is taken a second time.
    pub is_reviewed: bool,
}

/// How a scratch database is brought to the state before.
#[async_trait::async_trait]
pub trait Start: Sync {
    /// Does so on an empty one.
    async fn begin(&self, scratch: &mut Scratch) -> Result<(), Vec<Diagnostic>>;
}

/// The state before, built from the catalog.
pub struct Built<'a> {
    /// The state.
    pub state: &'a Catalog,
    /// Where its objects are declared.
    pub locate: Locate<'a>,
}

#[async_trait::async_trait]
impl Start for Built<'_> {
    async fn begin(&self, scratch: &mut Scratch) -> Result<(), Vec<Diagnostic>> {
        scratch::build(self.state, scratch, self.locate).await
    }
}

/// Why a trial stopped.
enum Stop {
    /// The rows are in the way of a step.
    Rows(Refused, Way),
    /// The claim does not hold.
    Fails(Vec<Diagnostic>),
    /// The scratch database does not answer.
    Lost(EngineError),
}

impl From<EngineError> for Stop {
    fn from(error: EngineError) -> Self {
        Self::Lost(error)
    }
}

/// Which of the two scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Up,
    Down,
}

impl Way {
    fn name(self) -> &'static str {
        match self {
            Self::Up => "upgrade",
            Self::Down => "downgrade",
        }
    }
}

/// Which rows a trial does without.
#[derive(Debug, Default)]
struct Without {
    /// Before the way up, by their names before it.
    thin: BTreeMap<QName, Thin>,
    /// Before the way down, by their names after the way up.
    cleared: BTreeSet<QName>,
    /// What the engine said to the rows that are left out now.
    open: BTreeSet<String>,
}

/// Runs the claim on an empty scratch database. Rows that are in the way of a step, as they may be in the way of it where
/// it will be carried out, are taken out, and it is tried again.
pub async fn prove(claim: &Claim<'_>, start: &dyn Start, scratch: &mut Scratch, locate: Locate<'_>) -> Proof {
    let mapping = Mapping::new(claim.from, claim.to, claim.renames);
    let mut without = Without::default();
    for attempt in 0.. {
        if attempt > 0
            && let Err(error) = scratch.reset().await
        {
            return Proof::Failed(vec![lost(&error)]);
        }
        if let Err(problems) = start.begin(scratch).await {
            let problem = problems.first();
            let reason = problem.map(|problem| problem.message.clone()).unwrap_or_default();
            return Proof::Unproven(format!(
                "the state before could not be built on a scratch database: {reason}"
            ));
        }
        let mut trial = Trial {
            claim,
            mapping: &mapping,
            locate,
            filled: Filled::default(),
        };
        match trial.run(scratch, &without).await {
            Ok(evidence) => return Proof::Proven(evidence),
            Err(Stop::Fails(problems)) => return Proof::Failed(problems),
            Err(Stop::Lost(error)) => return Proof::Failed(vec![lost(&error)]),
            Err(Stop::Rows(refused, way)) => {
                let given_up = attempt >= TRIES;
                if !without.take_out(&refused, way, &trial, given_up) {
                    let explained = match scratch.session() {
                        Ok(session) => scratch::explain(&refused, session.server(), locate),
                        Err(error) => lost(&error),
                    };
                    return Proof::Failed(vec![explained]);
                }
            }
        }
    }
    Proof::Failed(Vec::new())
}

impl Without {
    /// Takes rows out that were in the way of a step; `false` where there are none left.
    fn take_out(&mut self, refused: &Refused, way: Way, trial: &Trial<'_>, given_up: bool) -> bool {
        let said = refused
            .error
            .statement
            .as_deref()
            .map(mentions)
            .unwrap_or_default();
        let relation = refused.subject.as_ref().and_then(ObjectId::relation);
        let is_named =
            |table: &QName| relation == Some(table) || said.iter().any(|name| name == table.name.text());
        let names = |table: &QName| {
            let after = trial.mapping.table(table);
            is_named(table) || after.is_some_and(is_named)
        };
        let made: Vec<&QName> = trial.filled.made.iter().collect();
        let mut chosen: Vec<&QName> = made.iter().copied().filter(|table| names(table)).collect();
        if chosen.is_empty() || given_up {
            chosen = made;
        }
        let mut has_changed = false;
        for table in chosen {
            let phrase = format!("rows of {table} ({}: {})", refused.step, refused.error.message);
            match (way, trial.mapping.table(table)) {
                (Way::Down, Some(after)) => {
                    if self.cleared.insert(after.clone()) {
                        has_changed = true;
                        self.open.insert(format!("the way back of {phrase}"));
                    }
                }
                _ => {
                    let level = self.thin.entry(table.clone()).or_default();
                    let next = if given_up {
                        Some(Thin::Empty)
                    } else {
                        level.further()
                    };
                    let Some(next) = next.filter(|next| next != level) else {
                        continue;
                    };
                    *level = next;
                    has_changed = true;
                    if next == Thin::Empty {
                        self.open.insert(phrase);
                    }
                }
            }
        }
        has_changed
    }
}

/// One try of a claim.
struct Trial<'a> {
    claim: &'a Claim<'a>,
    mapping: &'a Mapping,
    locate: Locate<'a>,
    filled: Filled,
}

impl Trial<'_> {
    async fn run(&mut self, scratch: &mut Scratch, without: &Without) -> Result<Evidence, Stop> {
        let (from, to) = (self.claim.from, self.claim.to);
        let session = scratch.session()?;
        let server = session.server().clone();
        let ground = Ground {
            server: &server,
            from,
            to,
            mapping: self.mapping,
            first: 0,
            touched_only: true,
        };
        self.filled = rows::fill(&ground, &without.thin, session).await?;
        let before = kept::look(session, from, &self.filled.made).await?;
        self.arrive(Way::Up, session).await?;
        let names: Vec<&QName> = self
            .filled
            .made
            .iter()
            .filter_map(|table| self.mapping.table(table))
            .collect();
        let after = kept::look(session, to, names).await?;
        let written = if self.claim.is_reviewed {
            writes(&[self.claim.upgrade, self.claim.downgrade])
        } else {
            Vec::new()
        };
        let mut comparison = Comparison {
            written: &written,
            server: &server,
            from,
            to,
            mapping: self.mapping,
            is_back: false,
        };
        let up = comparison.kept(&before, &after, "upgrade", session).await?;
        if !up.lost.is_empty() {
            return Err(Stop::Fails(up.lost));
        }
        let gone = clear(session, to, &without.cleared).await?;
        self.arrive(Way::Down, session).await?;
        let mut again = kept::look(session, from, &self.filled.made).await?;
        again.retain(|table, _| {
            self.mapping
                .table(table)
                .is_none_or(|after| !gone.contains(after))
        });
        comparison.is_back = true;
        let down = comparison
            .kept(&before, &again, "upgrade and the downgrade", session)
            .await?;
        if !down.lost.is_empty() {
            return Err(Stop::Fails(down.lost));
        }
        if self.claim.is_reviewed {
            self.arrive(Way::Up, session).await?;
        }
        let left_out = self.filled.left_out.iter();
        let left_out = left_out
            .filter(|(table, _)| without.thin.get(*table) != Some(&Thin::Empty))
            .map(|(table, why)| format!("rows of {table} ({why})"));
        Ok(Evidence {
            rows: kept::count(&before),
            tables: before.values().filter(|seen| !seen.is_empty()).count(),
            open: up
                .open
                .into_iter()
                .chain(down.open)
                .chain(without.open.iter().cloned())
                .chain(left_out)
                .collect(),
        })
    }

    /// Runs a script, and looks where it has led.
    async fn arrive(&self, way: Way, session: &mut dyn Session) -> Result<(), Stop> {
        let (script, goal) = match way {
            Way::Up => (self.claim.upgrade, Arc::clone(self.claim.to)),
            Way::Down => {
                let goal = self.claim.from.after_way_back(self.claim.to);
                (self.claim.downgrade, Arc::new(goal))
            }
        };
        let server = session.server().clone();
        if let Err(refused) = scratch::run(session, script).await {
            return Err(if refused.error.kind == EngineErrorKind::Data {
                Stop::Rows(refused, way)
            } else {
                Stop::Fails(vec![scratch::explain(&refused, &server, self.locate)])
            });
        }
        let scope = Scope {
            rows: scratch::rows_queries(&goal),
            owners: scratch::owned(&goal),
            details: goal.says_details(),
            ..self.claim.scope.clone()
        };
        let mut read = session.introspect(&scope).await?.catalog.into_catalog();
        read.keep_said(&goal, &ObjectId::clone);
        let read = Canonical::introspected(read, server.to_string());
        let goal = Canonical::introspected(goal, server.to_string());
        let engine = server.engine();
        let left = diff(&read, &goal, &Intents::default(), &|name| engine.quote(name));
        let left: Vec<ObjectId> = left.changes.iter().map(Change::id).cloned().collect();
        if left.is_empty() {
            Ok(())
        } else {
            Err(Stop::Fails(vec![astray(&left, way.name())]))
        }
    }
}

/// The names in the statements that change rows.
fn writes(scripts: &[&Script]) -> Vec<Vec<String>> {
    let statements = scripts.iter().flat_map(|script| script.statements());
    let changing = statements.filter(|sql| {
        let first = sql.split_whitespace().next().unwrap_or_default();
        ["UPDATE", "DELETE", "MERGE", "WITH"]
            .iter()
            .any(|word| first.eq_ignore_ascii_case(word))
    });
    changing.map(mentions).collect()
}

/// Takes the rows out of tables, and of the tables that refer to them; says of which.
pub async fn clear(
    session: &mut dyn Session,
    state: &Catalog,
    tables: &BTreeSet<QName>,
) -> Result<BTreeSet<QName>, EngineError> {
    let mut all = tables.clone();
    loop {
        let children = state
            .of_kind::<ForeignKey>()
            .filter(|(_, key)| all.contains(&key.table));
        let children: Vec<QName> = children.filter_map(|(id, _)| id.relation().cloned()).collect();
        let known = all.len();
        all.extend(children);
        if all.len() == known {
            break;
        }
    }
    let mut left: Vec<&QName> = all.iter().collect();
    // Each round empties at least those that nothing refers to any more.
    loop {
        let mut refused: Vec<(&QName, EngineError)> = Vec::new();
        for table in &left {
            let mut sql = Sql::new(session.server().engine());
            sql.raw("DELETE FROM ").qname(table);
            match session.execute(&sql.clause()).await {
                Ok(_) => {}
                Err(error) if rows::is_refusal(&error) => refused.push((table, error)),
                Err(error) => return Err(error),
            }
        }
        if refused.is_empty() {
            return Ok(all);
        }
        if refused.len() == left.len() {
            return Err(refused.swap_remove(0).1);
        }
        left = refused.into_iter().map(|(table, _)| table).collect();
    }
}

fn lost(error: &EngineError) -> Diagnostic {
    Diagnostic::error("RC0511", format!("the scratch database cannot be used: {error}"))
}

fn astray(left: &[ObjectId], way: &str) -> Diagnostic {
    let names: Vec<String> = left.iter().take(5).map(ToString::to_string).collect();
    let more = if left.len() > 5 {
        format!(" and {} more", left.len() - 5)
    } else {
        String::new()
    };
    Diagnostic::error("RC0520", format!("the {way} does not arrive: {}{more} would not be as declared", names.join(", ")))
        .help("nothing was written; this is a defect of reconcile: please report it with `reconcile diff --format sql`")
}
