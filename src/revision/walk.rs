//! The ways through the graph: what an upgrade or a downgrade runs, in the order in which it runs.

use crate::diagnostic::Diagnostic;

use super::{Revision, RevisionMap};

impl RevisionMap {
    /// What an upgrade from these rows to `target` runs, in order.
    pub fn upgrade_path(
        &self,
        rows: &[String],
        target: Option<&Revision>,
    ) -> Result<Vec<&Revision>, Diagnostic> {
        let targets: Vec<usize> = target
            .and_then(|target| self.place(&target.id))
            .into_iter()
            .collect();
        let applied = self.with_ancestors(&self.row_places(rows)?);
        let mut needed = self.with_ancestors(&targets);
        for (needed, applied) in needed.iter_mut().zip(applied) {
            *needed &= !applied;
        }
        let mut way = self.downwards(&needed, &targets);
        way.reverse();
        Ok(self.named(way.into_iter()))
    }

    /// What a downgrade from these rows to `target` (`None`: base) takes back, in order: what stands on the target, and
    /// what depends on any of that. What merely depends on the target stays.
    pub fn downgrade_path(
        &self,
        rows: &[String],
        target: Option<&Revision>,
    ) -> Result<Vec<&Revision>, Diagnostic> {
        let heads = self.row_places(rows)?;
        let applied = self.with_ancestors(&heads);
        let target = target.and_then(|target| self.place(&target.id));
        let roots = match target {
            Some(target) => self.links(target).line_children.clone(),
            None => self.base_places(),
        };
        let mut dropped = self.with_descendants(&roots);
        for (dropped, applied) in dropped.iter_mut().zip(&applied) {
            *dropped &= applied;
        }
        if let Some(target) = target.filter(|target| !heads.contains(target) && !dropped.contains(&true)) {
            return Err(self.not_below(target, rows, applied[target]));
        }
        Ok(self.named(self.downwards(&dropped, &heads).into_iter()))
    }

    fn not_below(&self, target: usize, rows: &[String], is_applied: bool) -> Diagnostic {
        let id = &self.at(target).id;
        let at = if rows.is_empty() {
            "base".to_owned()
        } else {
            rows.join(", ")
        };
        if is_applied {
            let message =
                format!("revision {id} is the last of its branch, and {at}, where the database is, needs it");
            return Diagnostic::error("RC0413", message)
                .help("nothing stands on it, so there is nothing to take back");
        }
        let message = format!("revision {id} is not below {at}, where the database is");
        Diagnostic::error("RC0413", message)
            .help("`reconcile history` shows the chain; `reconcile upgrade` goes up")
    }
}
