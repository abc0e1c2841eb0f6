//! What the definition of a rule locks: its own relation, and the tables that its action would write to.

use crate::catalog::expr::mentions;
use crate::catalog::kinds::Rule;
use crate::catalog::{Kind, ObjectId, QName};
use crate::dialect::{Impact, ImpactCx};
use crate::script::Cost;

use super::{ACCESS_EXCLUSIVE, ROW_EXCLUSIVE, locked};

/// The engine looks through the action, and locks what is written there as if it were carried out.
pub(super) fn defined(id: &ObjectId, rule: &Rule, cx: &ImpactCx<'_>) -> Impact {
    let mut impact = locked(id.relation(), ACCESS_EXCLUSIVE, Cost::Instant);
    let words = mentions(rule.action.text());
    let mut named: Vec<&QName> = Vec::new();
    for edge in cx.to.edges().filter(|edge| edge.dependent == *id) {
        let relation = match edge.referenced.kind {
            Kind::Table | Kind::View => edge.referenced.qname(),
            Kind::Column => edge.referenced.relation(),
            _ => None,
        };
        named.extend(relation.filter(|name| id.relation() != Some(*name) && is_written(&words, name)));
    }
    named.sort();
    named.dedup();
    let written = named.into_iter().map(|name| (name.clone(), ROW_EXCLUSIVE));
    impact.locks.extend(written);
    impact
}

/// Whether the name stands where a statement says what it writes to.
fn is_written(words: &[String], name: &QName) -> bool {
    let is = |at: usize, word: &str| {
        words
            .get(at)
            .is_some_and(|found| found.eq_ignore_ascii_case(word))
    };
    let named = |at: usize| {
        let schema = name.schema.as_ref().map_or("", |schema| schema.text());
        is(at, name.name.text()) || is(at, schema) && is(at + 1, name.name.text())
    };
    (0..words.len()).any(|at| {
        let begins = is(at, "into") || is(at, "update") || is(at, "delete") && is(at + 1, "from");
        let next = if is(at, "delete") { at + 2 } else { at + 1 };
        begins && named(next)
    })
}
