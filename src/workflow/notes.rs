//! What is noticed on the way and is no failure: told once, however often the chain is read; and what is told at once, because
//! it takes long.

use std::sync::{Arc, Mutex, PoisonError};

use crate::diagnostic::Diagnostic;

/// What was noticed so far; every clone holds the same.
#[derive(Clone, Debug, Default)]
pub struct Notes(Arc<Mutex<Vec<Diagnostic>>>);

impl Notes {
    /// Notes something, unless it is known.
    pub(super) fn add(&self, diagnostic: Diagnostic) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.iter().any(|other| other.message == diagnostic.message) {
            known.push(diagnostic);
        }
    }

    /// What was noticed, to be told.
    pub fn told(&self) -> Vec<Diagnostic> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Tells at once what is about to take long; nobody is told by default.
#[derive(Clone, Default)]
pub struct Announce(Option<Tell>);

/// How something is told.
type Tell = Arc<dyn Fn(&str) + Send + Sync>;

impl Announce {
    /// Tells it this way.
    pub fn by(tell: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(tell)))
    }

    /// Tells.
    pub(super) fn tell(&self, text: &str) {
        if let Some(tell) = &self.0 {
            tell(text);
        }
    }
}

impl std::fmt::Debug for Announce {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Announce").finish_non_exhaustive()
    }
}
