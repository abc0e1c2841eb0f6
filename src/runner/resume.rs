//! Where a run begins: at the start, or behind the segments that an earlier run has committed.

use crate::catalog::Fingerprint;
use crate::revision::Revision;

use super::ledger::{Entry, State};
use super::{Direction, RunError};

/// Where a run begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// At the first segment.
    Fresh,
    /// At this segment: what is before is committed.
    At(usize),
}

/// Reads from the ledger where a run of this revision begins. Errors: another text was applied or begun, or something
/// else stands half-way.
pub(super) fn start(
    entries: &[Entry],
    revision: &Revision,
    engine: &str,
    checksum: &Fingerprint,
    direction: Direction,
) -> Result<Start, RunError> {
    let half_way = |entry: &Entry, reason: &'static str| RunError::HalfWay {
        revision: entry.revision.clone(),
        direction: entry.direction,
        reason,
    };
    if let Some(entry) = entries.iter().find(|entry| entry.state == State::Partial) {
        return if entry.revision != revision.id {
            Err(half_way(entry, "which has to be finished, or stamped, first"))
        } else if entry.direction != direction {
            Err(half_way(entry, "which has to be finished first"))
        } else if entry.checksum != *checksum {
            Err(half_way(entry, "and was edited since"))
        } else {
            Ok(Start::At(entry.segments_done))
        };
    }
    let own = entries.iter().find(|entry| entry.revision == revision.id);
    let edited = own.is_some_and(|entry| entry.is_edited(revision, engine));
    if direction == Direction::Downgrade && edited {
        return Err(RunError::Edited {
            revision: revision.id.clone(),
        });
    }
    Ok(Start::Fresh)
}
