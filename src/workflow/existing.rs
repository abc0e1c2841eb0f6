//! `--accept-existing`: a database patched by hand, where what a revision makes is there already.
//!
//! In: the revision that is next, and the database. Out: which of its steps need not run, shown on a scratch database
//! that is made like the patched one: the others lead from there to where the revision leads. Where they do not, both
//! definitions of what differs. It must not touch the database, and never looks into SQL text.

use crate::catalog::Canonical;
use crate::diagnostic::Diagnostic;
use crate::dialect::scratch::Scratch;
use crate::dialect::{Scope, Session};
use crate::revision::{EngineScript, Revision, RevisionMap};
use crate::runner::{self, Existing};
use crate::scratch;
use crate::script::Script;

use super::replay::Replay;
use super::{Failure, Project, drift, sides};

/// What of this revision is there already; `None` where the database is as the revision expects it.
pub(super) async fn find(
    project: &Project,
    map: &RevisionMap,
    session: &mut dyn Session,
    revision: &Revision,
) -> Result<Option<Existing>, Failure> {
    let server = session.server().clone();
    let scope = sides::scope(project, server.dialect)?;
    let Some(script) = revision.script(server.dialect.name()) else {
        return Ok(None);
    };
    let found = session.introspect(&scope).await?.catalog;
    let state = found.fingerprint();
    if state == script.from || !runner::same_major(script, &server) {
        return Ok(None);
    }
    let replay = Replay::new(project, map);
    let mut scratch = replay.scratch(server.dialect).await?;
    let steps = needless(&found, script, &mut scratch, &scope).await;
    let shown = match steps {
        Ok(found) => arrives(&replay, map, revision, found, &mut scratch, &scope).await,
        Err(failure) => Err(failure),
    };
    scratch.close().await?;
    Ok(Some(Existing {
        revision: revision.id.clone(),
        state,
        steps: shown?,
    }))
}

/// The steps that fail on a database like this one, and the state that the others lead to.
async fn needless(
    found: &Canonical,
    script: &EngineScript,
    scratch: &mut Scratch,
    scope: &Scope,
) -> Result<(Vec<usize>, Canonical), Failure> {
    scratch::build(found, scratch, &|_| None).await?;
    let session = scratch.session()?;
    let mut needless = Vec::new();
    for (place, step) in script.upgrade.steps.iter().enumerate() {
        let alone = Script {
            steps: vec![step.clone()],
            ..script.upgrade.clone()
        };
        if scratch::run(session, &alone).await.is_err() {
            needless.push(place);
        }
    }
    Ok((needless, session.introspect(scope).await?.catalog))
}

/// The steps, if what the others lead to is what the revision leads to.
async fn arrives(
    replay: &Replay<'_>,
    map: &RevisionMap,
    revision: &Revision,
    (steps, reached): (Vec<usize>, Canonical),
    scratch: &mut Scratch,
    scope: &Scope,
) -> Result<Vec<usize>, Failure> {
    scratch.reset().await?;
    let lineage = sides::lineage(map, Some(revision))?;
    let expected = replay.run(&lineage, scratch, scope, None).await?;
    if expected.fingerprint() == reached.fingerprint() {
        return Ok(steps);
    }
    let server = scratch.session()?.server().clone();
    let place = format!("what was made by hand is not what revision {} makes", revision.id);
    let different = drift::between(&expected, &reached, &server, &place);
    let help = "change it by hand into what the revision makes, or undo it; then run the same command again";
    let told: Vec<Diagnostic> = different
        .into_iter()
        .map(|diagnostic| diagnostic.help(help))
        .collect();
    Err(told.into())
}
