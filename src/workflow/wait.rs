//! Waiting for a database that is about to come up: a deploy starts beside its server, not after it.
//!
//! In: how long. Out: what is left of that time, or the last refusal. Only an unreachable server is waited for; a
//! refused login is as wrong in a minute as it is now.

use std::time::{Duration, Instant};

use crate::dialect::session::EngineErrorKind;

use super::{Failure, Project, sides};

/// The pause after the first refusal; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// The longest pause: how much later than the server we may be.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Waits until the project's database can be reached. Returns the rest of the time, for the lock.
pub async fn until_reachable(project: &Project, wait: Duration) -> Result<Duration, Failure> {
    let url = sides::database(project)?;
    let until = Instant::now() + wait;
    let mut pause = FIRST_PAUSE;
    // A file is there or is made; nobody else brings it up.
    while !url.dialect.engine().is_embedded() {
        let refused = match sides::connect_reading(url).await {
            Ok(session) => {
                session.close().await?;
                break;
            }
            Err(refused) => refused,
        };
        let left = until.saturating_duration_since(Instant::now());
        let unreachable =
            matches!(&refused, Failure::Engine(error) if error.kind == EngineErrorKind::Connection);
        if !unreachable || left.is_zero() {
            return Err(refused);
        }
        // No server tells that it is about to listen: asking again is all there is.
        tokio::time::sleep(pause.min(left)).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
    Ok(until.saturating_duration_since(Instant::now()))
}
