//! `allow RULE because="…"` in the declarations: what it covers, and whether it covered anything.

use std::collections::HashSet;

use crate::catalog::{Kind, ObjectId};
use crate::declare::Allowance;
use crate::diagnostic::Span;

use super::rule::Rule;

/// The `allow` nodes of all engines' declarations, each once.
#[derive(Debug, Default)]
pub(super) struct Suppressions {
    all: Vec<Allowance>,
    used: HashSet<Place>,
}

/// Where a node stands.
type Place = (String, usize);

fn place(allowance: &Allowance) -> Place {
    (allowance.span.source.name.clone(), allowance.span.range.start)
}

impl Suppressions {
    /// Takes in the nodes of one reading of the declarations.
    pub(super) fn learn(&mut self, allowances: &[Allowance]) {
        for new in allowances {
            if !self.all.iter().any(|known| known.span == new.span) {
                self.all.push(new.clone());
            }
        }
    }

    /// Whether a remark of this rule is not to be heard.
    pub(super) fn cover(
        &mut self,
        allowances: &[Allowance],
        rule: &Rule,
        subject: Option<&ObjectId>,
        span: Option<&Span>,
    ) -> bool {
        let covers = |allowance: &&Allowance| {
            allowance.rule == rule.id
                && match (&allowance.subject, subject) {
                    (Some(allowed), Some(subject)) => is_part(subject, allowed),
                    (Some(_), None) => false,
                    // What is declared no more stands in no file.
                    (None, _) => span.is_none_or(|span| span.source.name == allowance.span.source.name),
                }
        };
        let found: Vec<Place> = allowances.iter().filter(covers).map(place).collect();
        let covered = !found.is_empty();
        self.used.extend(found);
        covered
    }

    /// Every node, and whether it covered anything.
    pub(super) fn all(&self) -> impl Iterator<Item = (&Allowance, bool)> {
        self.all
            .iter()
            .map(|allowance| (allowance, self.used.contains(&place(allowance))))
    }
}

/// Whether the one is the other, a member of it, or said about it.
fn is_part(id: &ObjectId, whole: &ObjectId) -> bool {
    if id == whole {
        return true;
    }
    if let Some(target) = id.target() {
        return is_part(target, whole);
    }
    matches!(whole.kind, Kind::Table | Kind::View | Kind::MaterializedView)
        && id.relation().is_some()
        && id.relation() == whole.qname()
}
