//! The ids of revisions: what one may look like, and how a new one is made.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

/// Whether every tool of the chain can hold this id: Alembic's column has 32 characters, takes no `@ - + :`, and its
/// statements do not escape quotes.
pub fn is_valid(id: &str) -> bool {
    (4..=32).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// A new id: 12 random hex digits, as Alembic's.
pub fn new_id() -> String {
    // The keys of a `RandomState` come from the operating system, and differ from one to the next.
    let random = RandomState::new().build_hasher().finish() ^ RandomState::new().hash_one(std::process::id());
    format!("{:012x}", random & 0xffff_ffff_ffff)
}
