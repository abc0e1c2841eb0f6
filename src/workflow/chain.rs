//! `heads`, `history`, `show`, `sql`: questions to the chain that need no database.

use crate::revision::{RevisionMap, Stage};
use crate::runner::Direction;

use super::{Failure, Project};

/// The chain of the project.
pub fn load(project: &Project) -> Result<RevisionMap, Failure> {
    Ok(RevisionMap::load(&project.config.plans)?)
}

/// The revisions of a range `from:to` (either may be left out: base, the heads), in the order in which they run, with
/// the version rows on the way, and the direction: `head:base` runs down.
pub fn range(project: &Project, range: &str) -> Result<(Vec<Stage>, Direction), Failure> {
    Ok(load(project)?.offline(range)?)
}
