//! `status`, `current`: where the database is.

use crate::diagnostic::Diagnostic;
use crate::dialect::DatabaseUrl;
use crate::op::Phase;
use crate::revision::{Revision, RevisionMap};
use crate::runner;

use super::aside::{self, SetAside};
use super::{Failure, Project, Proposal, between, branches, chain, drift, elsewhere, generate, sides};

/// Where a database is.
#[derive(Debug)]
pub struct Status {
    /// The rows of the version table.
    pub rows: Vec<String>,
    /// The revisions it stands at, for the rows that the chain knows.
    pub current: Vec<Revision>,
    /// The revisions it does not have.
    pub pending: Vec<Revision>,
    /// Objects that are not as the current revision left them.
    pub drift: Vec<Diagnostic>,
    /// Why there is no one state to compare with: several heads.
    pub heads: Option<Diagnostic>,
    /// Whether nothing but the second phase of a change is left, whose first phase is there.
    pub expanded: bool,
    /// What differs from the declarations once nothing is pending.
    pub proposal: Option<Proposal>,
    /// What is in quarantine.
    pub aside: Vec<SetAside>,
}

/// Only the rows of the version table.
pub async fn current(project: &Project) -> Result<Vec<String>, Failure> {
    rows_of(project, sides::database(project)?).await
}

/// The rows of a database; none of one that is not made yet.
pub(super) async fn rows_of(project: &Project, url: &DatabaseUrl) -> Result<Vec<String>, Failure> {
    if !url.exists() {
        return Ok(Vec::new());
    }
    let mut session = sides::connect_reading(url).await?;
    let rows = runner::current(session.as_mut(), &chain::version_table(project)?).await?;
    session.close().await?;
    Ok(rows)
}

/// Everything.
pub async fn status(project: &Project) -> Result<Status, Failure> {
    let map = chain::load(project)?;
    let rows = current(project).await?;
    let standing = map
        .in_order()
        .into_iter()
        .filter(|revision| rows.contains(&revision.id));
    let known = standing.cloned().collect();
    let (pending, heads) = match branches::the_head(&map) {
        Ok(_) => (pending(&map, &rows)?, None),
        // Where the database is can be told all the same.
        Err(Failure::Diagnostics(told)) => (map.upgrade(&rows, &["heads"])?, told.into_iter().next()),
        Err(other) => return Err(other),
    };
    let pending: Vec<Revision> = pending.into_iter().cloned().collect();
    let drift = match elsewhere::refuse(project, &map, &rows).await {
        Ok(()) => drift::find(project, &map, &rows).await?,
        Err(Failure::Diagnostics(found)) => found,
        Err(other) => return Err(other),
    };
    let proposal = if pending.is_empty() && drift.is_empty() && heads.is_none() {
        Some(generate::proposal(project).await?)
    } else {
        None
    };
    let aside = match &proposal {
        Some(proposal) => aside::list(&proposal.plan.from),
        None => set_aside(project).await?,
    };
    let proposal = proposal.filter(|found| !found.is_empty());
    let expanded = proposal.is_some() && is_expanded(project, &map).await?;
    let proposal = if expanded {
        Some(generate::proposal(&in_phase(project, Phase::Contract)).await?)
    } else {
        proposal
    };
    Ok(Status {
        expanded,
        rows,
        current: known,
        pending,
        drift,
        heads,
        proposal,
        aside,
    })
}

/// What is in quarantine, where nothing is planned that would have read it.
async fn set_aside(project: &Project) -> Result<Vec<SetAside>, Failure> {
    let url = sides::database(project)?;
    if !url.exists() {
        return Ok(Vec::new());
    }
    let mut session = sides::connect_reading(url).await?;
    let scope = sides::scope(project, url.dialect)?;
    let read = session.introspect(&scope).await?;
    session.close().await?;
    Ok(aside::list(&read.catalog))
}

/// Whether the chain ends with a first phase, of which nothing is missing.
async fn is_expanded(project: &Project, map: &RevisionMap) -> Result<bool, Failure> {
    if between::began(map).is_none() {
        return Ok(false);
    }
    let expanding = in_phase(project, Phase::Expand);
    Ok(generate::proposal(&expanding).await?.is_empty())
}

/// The same project, to be planned for one half of a change.
pub(super) fn in_phase(project: &Project, phase: Phase) -> Project {
    Project {
        phase: Some(phase),
        ..project.clone()
    }
}

/// What the chain has and the database has not.
pub(super) fn pending<'a>(map: &'a RevisionMap, rows: &[String]) -> Result<Vec<&'a Revision>, Failure> {
    // A row that the chain does not have is told before anything else.
    map.applied(rows)?;
    let Some(head) = branches::the_head(map)? else {
        return Ok(Vec::new());
    };
    Ok(map.upgrade_path(rows, map.get(&head))?)
}
