//! `heads`, `history`, `show`, `sql`: questions to the chain that need no database.

use crate::revision::{Revision, RevisionMap, Stage};
use crate::runner::Direction;

use super::{Failure, Project};

/// The chain of the project.
pub fn load(project: &Project) -> Result<RevisionMap, Failure> {
    Ok(RevisionMap::load(&project.config.plans)?)
}

/// The revisions of a range `from:to` (either may be left out: base, head), in the order in which they run, with the
/// version rows on the way, and the direction: `head:base` runs down.
pub fn range(project: &Project, range: &str) -> Result<(Vec<Stage>, Direction), Failure> {
    let map = load(project)?;
    let (from, to) = range.split_once(':').unwrap_or(("", range));
    let target = |text: &str, default: &str| -> Result<Option<Revision>, Failure> {
        let text = if text.is_empty() { default } else { text };
        Ok(map.resolve(text, &[])?.cloned())
    };
    let start = target(from, "base")?;
    let end = target(to, "head")?;
    let rows: Vec<String> = start.iter().map(|revision| revision.id.clone()).collect();
    let up = map.upgrade_path(&rows, end.as_ref())?;
    let end_is_below = match (&start, &end) {
        (Some(_), None) => true,
        (Some(start), Some(end)) => up.is_empty() && start.id != end.id,
        (None, _) => false,
    };
    if end_is_below {
        let down = map.downgrade_path(&rows, end.as_ref())?;
        let direction = Direction::Downgrade;
        return Ok((map.stages(&rows, &down, direction), direction));
    }
    let direction = Direction::Upgrade;
    Ok((map.stages(&rows, &up, direction), direction))
}
