//! The tables that others are parts of, or inherit: looked up, and put before those.
//!
//! In: who names whom. Out: an order. Must not: know what is taken over from whom.

use std::collections::{BTreeMap, HashMap};

use crate::catalog::QName;
use crate::diagnostic::{Diagnostic, Span};

use super::reading::{Draft, Reading};
use super::report::{UNKNOWN_NAME, did_you_mean};

/// Where each table stands among the tables.
pub(super) fn places<'a>(draft: &'a Draft<'_>) -> HashMap<&'a QName, usize> {
    let tables = draft.tables.iter().enumerate();
    tables.map(|(at, table)| (&table.name, at)).collect()
}

/// Reports a parent that is not declared.
pub(super) fn unknown(reading: &Reading<'_>, draft: &Draft<'_>, parent: &QName, span: &Span) {
    let names: Vec<String> = draft.tables.iter().map(|table| table.name.to_string()).collect();
    let mut diagnostic = Diagnostic::error(UNKNOWN_NAME, format!("no table `{parent}`")).at(span.clone());
    diagnostic.help = did_you_mean(&parent.to_string(), names.iter().map(String::as_str));
    reading.report.add(diagnostic);
}

/// The tables that have parents, each behind these, and those that have themselves among theirs.
pub(super) fn first(parents: &BTreeMap<usize, Vec<usize>>) -> (Vec<usize>, Vec<usize>) {
    let mut sorted: Vec<usize> = Vec::with_capacity(parents.len());
    let mut left: Vec<usize> = parents.keys().copied().collect();
    loop {
        let is_ready = |at: &usize| {
            let mut above = parents[at].iter();
            above.all(|parent| !parents.contains_key(parent) || sorted.contains(parent))
        };
        let (ready, others): (Vec<usize>, Vec<usize>) = left.into_iter().partition(is_ready);
        if ready.is_empty() {
            return (sorted, others);
        }
        sorted.extend(ready);
        left = others;
    }
}
