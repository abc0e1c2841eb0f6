//! What is noticed on the way and is no failure: told once, however often the chain is read.

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
