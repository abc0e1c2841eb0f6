//! `check`: the gate before a merge. Whatever can be known without the database in production is looked at in one run.
//!
//! In: a project. Out: findings, none where all is well: the declarations are valid, there is one head, the chain leads to
//! the declarations, every revision does what it says on a scratch database, up and down, and none was edited after it
//! was applied. It writes nothing.

use crate::catalog::Canonical;
use crate::config::Chain;
use crate::diagnostic::Diagnostic;
use crate::dialect::scratch::Scratch;
use crate::dialect::{Scope, Server};
use crate::op::Phase;
use crate::revision::{Origin, Revision, RevisionMap, made};
use crate::runner::{self, RunError};

use super::aside::Policy;
use super::replay::Replay;
use super::{
    Failure, Project, between, branches, chain, drift, generate, lint, sides, status, twin, validate,
};

/// What was looked at.
#[derive(Debug, Default)]
pub struct Checked {
    /// What is not well.
    pub findings: Vec<Diagnostic>,
    /// What was found well, in words.
    pub passed: Vec<String>,
    /// What could not be looked at.
    pub notes: Vec<Diagnostic>,
}

impl Checked {
    /// Takes in the outcome of one question.
    fn take(&mut self, passed: String, outcome: Result<Vec<Diagnostic>, Failure>) -> Result<(), Failure> {
        let found =
            match outcome {
                Ok(found) | Err(Failure::Diagnostics(found)) => found,
                Err(Failure::Run(error @ RunError::Edited { .. })) => {
                    vec![Diagnostic::error("RC0570", error.to_string()).help(
                        "get the file back from version control, and put the change into a new revision",
                    )]
                }
                Err(other) => return Err(other),
            };
        if found.is_empty() {
            self.passed.push(passed);
        }
        self.findings.extend(found);
        Ok(())
    }
}

/// Looks at everything. Only what cannot be asked at all (a database that is named and cannot be reached) is an error.
pub async fn check(project: &Project) -> Result<Checked, Failure> {
    let mut out = Checked::default();
    let declared = validate::read(project, validate::Databases::Scratch).await;
    if let Ok(declared) = &declared {
        out.notes.extend(lint::declared_notes(project, declared));
    }
    out.take(
        "the declarations are valid".to_owned(),
        declared.map(|_| Vec::new()),
    )?;
    let map = match chain::load(project) {
        Ok(map) => map,
        Err(Failure::Diagnostics(found)) => {
            out.findings.extend(found);
            return Ok(out);
        }
        Err(other) => return Err(other),
    };
    out.findings.extend(map.warnings());
    let head = branches::the_head(&map).map(|_| Vec::new());
    let forked = head.is_err();
    out.take("the chain has one head".to_owned(), head)?;
    if project
        .url
        .as_ref()
        .is_some_and(crate::dialect::DatabaseUrl::exists)
    {
        let edited = edited(project, &map).await;
        out.take("no applied revision was edited".to_owned(), edited)?;
    }
    if forked || !out.findings.is_empty() {
        // Nothing can be replayed, or compared, before these are mended.
        return Ok(out);
    }
    if project.config.chain != Chain::Native {
        out.take("every twin is as it was written".to_owned(), twin::check(project))?;
    }
    let replay = Replay::new(project, &map);
    if let Some(foreign) = replay.missing()? {
        let message = format!("the chain was not replayed: revision {} is Alembic's", foreign.id);
        out.notes.push(
            Diagnostic::note("RC0574", message)
                .help("`reconcile status --exit-code` on a database that has the chain compares it with the declarations"),
        );
        return Ok(out);
    }
    for dialect in validate::engines(project) {
        match replay.scratch(dialect).await {
            Ok(mut scratch) => {
                let found = on_engine(project, &replay, &map, &mut scratch, &mut out).await;
                scratch.close().await?;
                found?;
            }
            Err(Failure::Engine(error)) => out.notes.push(
                Diagnostic::warning(
                    "RC0571",
                    format!("nothing was run on {dialect}: {}", error.message),
                )
                .help(format!("set a scratch-url for {dialect} in reconcile.kdl")),
            ),
            Err(other) => return Err(other),
        }
    }
    Ok(out)
}

async fn edited(project: &Project, map: &RevisionMap) -> Result<Vec<Diagnostic>, Failure> {
    let mut session = sides::connect_reading(sides::database(project)?).await?;
    let verified = runner::verify_applied(session.as_mut(), map, &chain::version_table(project)?).await;
    session.close().await?;
    Ok(verified.map(|()| Vec::new())?)
}

async fn on_engine(
    project: &Project,
    replay: &Replay<'_>,
    map: &RevisionMap,
    scratch: &mut Scratch,
    out: &mut Checked,
) -> Result<(), Failure> {
    let title = scratch.session()?.server().engine().title();
    let revisions = map.in_order();
    let proven = proven(project, replay, &revisions, scratch).await;
    out.take(
        format!(
            "{} revision(s) do what they say on {title}, up and down",
            revisions.len()
        ),
        proven,
    )?;
    scratch.reset().await?;
    let mut left = left_to_do(project, replay, &revisions, scratch).await;
    if between::began(map).is_some() && left.as_ref().is_ok_and(|left| !left.is_empty()) {
        scratch.reset().await?;
        let expanding = status::in_phase(project, Phase::Expand);
        if left_to_do(&expanding, replay, &revisions, scratch)
            .await?
            .is_empty()
        {
            left = Ok(Vec::new());
            let message = format!(
                "the chain is between two deploys on {title}: {}",
                between::EXPANDED
            );
            out.notes.push(Diagnostic::note("RC0671", message));
        }
    }
    out.take(format!("the chain leads to the declarations on {title}"), left)
}

/// What the declarations have and the chain does not make.
async fn left_to_do(
    project: &Project,
    replay: &Replay<'_>,
    revisions: &[&Revision],
    scratch: &mut Scratch,
) -> Result<Vec<Diagnostic>, Failure> {
    let proposal = generate::on_scratch(
        project,
        replay,
        revisions,
        scratch,
        // What was right yesterday is not wrong today because a time is over.
        Policy::of(project)?.keeping_all(),
    )
    .await?;
    if proposal.is_empty() {
        return Ok(Vec::new());
    }
    let steps: Vec<&str> = proposal
        .upgrade
        .steps
        .iter()
        .map(|step| step.title.as_str())
        .collect();
    let message = format!(
        "the chain does not lead to the declarations on {}: {} is left to do",
        proposal.server,
        steps.join(", ")
    );
    Ok(vec![Diagnostic::error("RC0572", message).help(
        "run `reconcile plan -m TEXT`, and commit the revision with the declarations",
    )])
}

/// Runs every revision up, then every one down, and compares each state with what the revision says and with the state
/// before it.
async fn proven(
    project: &Project,
    replay: &Replay<'_>,
    revisions: &[&Revision],
    scratch: &mut Scratch,
) -> Result<Vec<Diagnostic>, Failure> {
    let server = scratch.session()?.server().clone();
    let scope: Scope = sides::scope(project, server.dialect)?;
    let mut states: Vec<Canonical> = vec![replay.run(&[], scratch, &scope, None).await?];
    let mut found = Vec::new();
    let foreign = |revision: &&Revision| revision.origin == Origin::Alembic;
    for part in revisions.chunk_by(|one, other| foreign(one) && foreign(other)) {
        let state = replay.run(part, scratch, &scope, None).await?;
        let [revision] = part else {
            // What Alembic runs in one go has one state at its end.
            states.extend(part.iter().map(|_| state.clone()));
            continue;
        };
        found.extend(elsewhere(revision, revisions, &state, &server));
        states.push(state);
    }
    // What somebody wrote for Alembic may lead back to something else, and be right.
    for revision in revisions.iter().rev().take_while(|revision| !foreign(revision)) {
        let after = states.pop();
        let Some(before) = states.last() else { break };
        let back = replay.take_back(revision, scratch, &scope).await?;
        if after.is_some() {
            found.extend(not_back(revision, before, &back, &server));
        }
    }
    Ok(found)
}

/// A revision of a chain leads to another state than it says.
pub(super) fn elsewhere(
    revision: &Revision,
    chain: &[&Revision],
    state: &Canonical,
    server: &Server,
) -> Option<Diagnostic> {
    let planned = revision.script(server.dialect.name())?;
    let alone = revision.down_revisions.len() < 2;
    let says = alone && runner::same_major(planned, server) && is_linear(chain);
    let arrived = || made::is_state(state, &planned.to, chain, server.dialect.name());
    (says && !arrived()).then(|| {
        let message = format!("revision {} leads to another state than it says", revision.id);
        Diagnostic::error("RC0573", message)
            .help("it was edited since it was planned: plan it again, or take the edit back")
    })
}

/// What the downgrade of a revision leaves otherwise than it was.
pub(super) fn not_back(
    revision: &Revision,
    before: &Canonical,
    back: &Canonical,
    server: &Server,
) -> Vec<Diagnostic> {
    if back.fingerprint() == before.fingerprint() {
        return Vec::new();
    }
    let place = format!("the downgrade of revision {} does not lead back", revision.id);
    drift::between(before, back, server, &place)
}

/// Beside other branches a state is that of no plan.
fn is_linear(revisions: &[&Revision]) -> bool {
    let parents = revisions.windows(2);
    let mut parents = parents.map(|pair| pair[1].down_revisions == std::slice::from_ref(&pair[0].id));
    parents.all(|is_parent| is_parent)
}
