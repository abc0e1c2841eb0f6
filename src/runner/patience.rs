//! How long a run lets itself be kept waiting by locks of others, and how long it makes others wait for it.
//!
//! A statement that waits for a lock makes everybody wait who comes after it, so it gives up soon and the transaction is run
//! again later: <https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-LOCK-TIMEOUT>. The pauses
//! between two tries grow, and are drawn by lot so that two runs do not keep meeting.

use std::hash::{BuildHasher as _, RandomState};
use std::time::{Duration, Instant};

/// How long the first try waits for a lock; each try waits longer, up to [`LONGEST_WAIT`].
const FIRST_WAIT: Duration = Duration::from_millis(300);
/// What a statement makes others wait at most.
const LONGEST_WAIT: Duration = Duration::from_secs(2);
/// The longest pause after the first try; it doubles with each.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// The patience that is left.
#[derive(Debug)]
pub(super) struct Patience {
    tries: u32,
    budget: Duration,
    until: Instant,
}

impl Patience {
    /// As much as this.
    pub(super) fn new(budget: Duration) -> Self {
        Self {
            tries: 0,
            budget,
            until: Instant::now() + budget,
        }
    }

    /// How long a statement waits for a lock that keeps readers or writers out.
    pub(super) fn for_a_lock(&self) -> Duration {
        grown(FIRST_WAIT, self.tries, LONGEST_WAIT)
    }

    /// How long a statement waits that keeps nobody out while it does.
    pub(super) fn for_an_online_step(&self) -> Duration {
        self.budget.max(LONGEST_WAIT)
    }

    /// How long to pause before the next try; `None` when there is no patience left.
    pub(super) fn pause(&mut self) -> Option<Duration> {
        let longest = grown(FIRST_PAUSE, self.tries, LONGEST_PAUSE);
        self.tries += 1;
        let chance = RandomState::new().hash_one(self.tries);
        let share = u32::try_from(chance % 1_000).unwrap_or_default();
        let pause = (longest * share / 1_000).max(Duration::from_millis(10));
        (Instant::now() + pause < self.until).then_some(pause)
    }
}

fn grown(first: Duration, tries: u32, most: Duration) -> Duration {
    first.saturating_mul(1 << tries.min(16)).min(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_stay_below_what_others_can_bear() {
        let mut patience = Patience::new(Duration::from_hours(1));
        let mut before = Duration::ZERO;
        for _ in 0..20 {
            let wait = patience.for_a_lock();
            assert!(wait >= before && wait <= LONGEST_WAIT, "{wait:?}");
            before = wait;
            let pause = patience.pause().expect("an hour is not over");
            assert!(pause <= LONGEST_PAUSE, "{pause:?}");
        }
        assert_eq!(patience.for_a_lock(), LONGEST_WAIT);
    }

    #[test]
    fn without_patience_nothing_is_tried_again() {
        assert_eq!(Patience::new(Duration::ZERO).pause(), None);
    }
}
