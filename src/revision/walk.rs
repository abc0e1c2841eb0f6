//! The ways through the graph: what an upgrade or a downgrade runs, in the order in which it runs, and which rows a
//! stamp leaves.
//!
//! In: the rows of the database and targets as they were typed. Out: revisions, or rows. Must not: know what a
//! revision does.

use crate::diagnostic::Diagnostic;

use super::target::Target;
use super::trouble::{self, Steps};
use super::{Revision, RevisionMap};

impl RevisionMap {
    /// What an upgrade from these rows to these targets runs, in order. What is applied already is not run, so an older
    /// target runs nothing.
    pub fn upgrade(&self, rows: &[String], targets: &[&str]) -> Result<Vec<&Revision>, Diagnostic> {
        let mut places = Vec::new();
        for target in targets {
            places.extend(self.upgrade_target(&self.target(target)?, rows)?);
        }
        if let Some((upper, lower)) = self.overlap(&places) {
            return Err(self.overlapping(upper, lower));
        }
        self.up_to(rows, &places)
    }

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
        self.up_to(rows, &targets)
    }

    fn up_to(&self, rows: &[String], targets: &[usize]) -> Result<Vec<&Revision>, Diagnostic> {
        let applied = self.with_ancestors(&self.row_places(rows)?);
        let mut needed = self.with_ancestors(targets);
        for (needed, applied) in needed.iter_mut().zip(applied) {
            *needed &= !applied;
        }
        let mut way = self.downwards(&needed, targets);
        way.reverse();
        Ok(self.named(way.into_iter()))
    }

    pub(super) fn upgrade_target(
        &self,
        target: &Target<'_>,
        rows: &[String],
    ) -> Result<Vec<usize>, Diagnostic> {
        let from_here = target.symbol.is_empty();
        match target.steps {
            None => self.symbol(target),
            Some(Steps::Up(count @ 1..)) if from_here => {
                let start = self.upgrade_start(target, rows)?;
                Ok(vec![self.walk_up(target, start, count)?])
            }
            Some(_) if from_here => Err(trouble::wrong_way(target, "an upgrade goes up, as `+1`")),
            Some(Steps::Up(count @ 1..)) => {
                // The branch chooses among the children; where the walk starts need not be on it.
                let start = self.one(&Target {
                    branch: None,
                    ..*target
                })?;
                Ok(vec![self.walk_up(target, start, count)?])
            }
            Some(Steps::Up(count) | Steps::Down(count)) => {
                let start = self.one(target)?;
                Ok(self.walk_down(target, start, count)?.into_iter().collect())
            }
        }
    }

    /// Where `+1` starts: at the row, or the row on the branch, or the last applied revision of the branch, or base.
    pub(super) fn upgrade_start(
        &self,
        target: &Target<'_>,
        rows: &[String],
    ) -> Result<Option<usize>, Diagnostic> {
        let Some(branch) = target.branch else {
            return self.single_row(target, rows);
        };
        let rows = self.row_places(rows)?;
        let line = self.line_of(branch);
        let mut start: Vec<usize> = rows.iter().copied().filter(|at| line[*at]).collect();
        if start.is_empty() {
            let applied = self.with_ancestors(&rows);
            let on_branch = |at: &usize| applied[*at] && line[*at];
            let is_last = |at: &usize| {
                let mut above = self.links(*at).children.iter().filter(|child| on_branch(child));
                above.all(|child| !self.links(*child).parents.contains(at))
            };
            start = (0..self.len()).filter(on_branch).filter(is_last).collect();
        }
        match start.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(*one)),
            several => Err(self.several_rows(target, several)),
        }
    }

    /// What a downgrade from these rows to a target takes back, in order: what stands on the target, and what depends
    /// on any of that. On a branch, only what stands on the target below or on the branch.
    pub fn downgrade(&self, rows: &[String], target: &str) -> Result<Vec<&Revision>, Diagnostic> {
        let (branch, target) = self.downgrade_target(&self.target(target)?, rows)?;
        self.down_to(rows, branch, target)
    }

    /// What a downgrade from these rows to `target` (`None`: base) takes back, in order.
    pub fn downgrade_path(
        &self,
        rows: &[String],
        target: Option<&Revision>,
    ) -> Result<Vec<&Revision>, Diagnostic> {
        self.down_to(rows, None, target.and_then(|target| self.place(&target.id)))
    }

    fn down_to(
        &self,
        rows: &[String],
        branch: Option<usize>,
        target: Option<usize>,
    ) -> Result<Vec<&Revision>, Diagnostic> {
        let heads = self.row_places(rows)?;
        let applied = self.with_ancestors(&heads);
        let mut roots = match target {
            Some(target) => self.links(target).line_children.clone(),
            None => self.base_places(),
        };
        if let Some(branch) = branch.filter(|_| roots.len() > 1) {
            let line = self.with_line_ancestors(&[branch]);
            roots.retain(|root| line[*root]);
            if roots.is_empty() {
                return Err(self.nothing_of_branch(branch, target));
            }
        }
        let mut dropped = self.with_descendants(&roots);
        for (dropped, applied) in dropped.iter_mut().zip(&applied) {
            *dropped &= applied;
        }
        if let Some(target) = target.filter(|target| !heads.contains(target) && !dropped.contains(&true)) {
            return Err(self.not_below(target, rows, applied[target]));
        }
        Ok(self.named(self.downwards(&dropped, &heads).into_iter()))
    }

    /// The branch and the revision that a downgrade goes to; no revision is base.
    fn downgrade_target(
        &self,
        target: &Target<'_>,
        rows: &[String],
    ) -> Result<(Option<usize>, Option<usize>), Diagnostic> {
        let branch = target.branch;
        let from_here = target.symbol.is_empty();
        let anywhere = || Target {
            branch: None,
            ..*target
        };
        match target.steps {
            None => {
                let place = self.one(&anywhere())?;
                match place.zip(branch) {
                    Some((place, branch)) if !self.line_of(branch)[place] => {
                        Err(self.not_on_branch(place, branch))
                    }
                    _ => Ok((branch, place)),
                }
            }
            Some(Steps::Down(count @ 1..)) if from_here => {
                let start = self.downgrade_start(target, rows)?;
                let place = self.walk_down(target, Some(start), count)?;
                Ok((branch.or(Some(start)), place))
            }
            Some(_) if from_here => Err(trouble::wrong_way(target, "a downgrade goes down, as `-1`")),
            Some(Steps::Down(count @ 1..)) => {
                let start = self.one(target)?;
                Ok((branch, self.walk_down(target, start, count)?))
            }
            Some(Steps::Up(count) | Steps::Down(count)) => {
                let start = self.one(&anywhere())?;
                Ok((branch, Some(self.walk_up(target, start, count)?)))
            }
        }
    }

    /// Where `-1` starts: at the row, or the row on the branch, or the last applied revision of the branch.
    fn downgrade_start(&self, target: &Target<'_>, rows: &[String]) -> Result<usize, Diagnostic> {
        let past_base = || trouble::too_far(target.text, 0, "the base");
        let Some(branch) = target.branch else {
            return self.single_row(target, rows)?.ok_or_else(past_base);
        };
        let rows = self.row_places(rows)?;
        let line = self.line_of(branch);
        let mut start: Vec<usize> = rows.iter().copied().filter(|at| line[*at]).collect();
        if start.is_empty() {
            let applied = self.with_ancestors(&rows);
            let is_last = |at: &usize| !self.links(*at).line_children.iter().any(|child| applied[*child]);
            start = (0..self.len())
                .filter(|at| applied[*at] && line[*at])
                .filter(is_last)
                .collect();
        }
        match start.as_slice() {
            [] if rows.is_empty() => Err(past_base()),
            [] => Err(self.no_row_on_branch(target, &rows)),
            [one] => Ok(*one),
            several => Err(self.several_rows(target, several)),
        }
    }

    /// The rows after a stamp, sorted by id. A row that has to do with a target gives way to it, others stay; `heads`
    /// replaces them all, `base` removes them. Errors: targets that stand on each other.
    pub fn stamp(&self, rows: &[String], targets: &[&str]) -> Result<Vec<String>, Diagnostic> {
        let rows = self.row_places(rows)?;
        let (mut new, mut touched, mut all) = (Vec::new(), vec![false; self.len()], false);
        for text in targets {
            let target = self.target(text)?;
            if target.steps.is_some() {
                return Err(trouble::relative_stamp(&target));
            }
            if target.symbol == "base" && targets.len() > 1 {
                return Err(trouble::base_among_others());
            }
            let places = self.symbol(&target)?;
            all |= target.branch.is_none() && matches!(target.symbol, "base" | "heads");
            for row in &rows {
                let near = places.iter().chain(&target.branch);
                touched[*row] |= near.copied().any(|place| self.are_related(*row, place));
            }
            new.extend(places);
        }
        if let Some((upper, lower)) = self.overlap(&new) {
            return Err(self.overlapping(upper, lower));
        }
        let meets = |place: &usize| {
            rows.iter()
                .any(|row| touched[*row] && self.are_related(*row, *place))
        };
        // A branch gives way where the target has to do with a row of it, and nothing goes where the row is there.
        let moves = new.is_empty() || new.iter().any(|place| !rows.contains(place) && meets(place));
        let gone = |row: usize| all || moves && touched[row];
        let stays = |row: &usize| !gone(*row) && !new.iter().any(|place| self.are_related(*row, *place));
        let kept: Vec<usize> = rows.iter().copied().filter(stays).collect();
        new.extend(kept);
        let mut rows: Vec<String> = new.iter().map(|at| self.at(*at).id.clone()).collect();
        rows.sort();
        rows.dedup();
        Ok(rows)
    }

    fn nothing_of_branch(&self, branch: usize, target: Option<usize>) -> Diagnostic {
        let branch = &self.at(branch).id;
        let from = target.map_or("base", |target| self.at(target).id.as_str());
        let message = format!("the branch of {branch} does not begin above {from}");
        Diagnostic::error("RC0413", message).help("`reconcile history` shows the chain")
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
                format!("above revision {id} there is nothing to take back: the database is at {at}");
            return Diagnostic::error("RC0413", message)
                .help("what only depends on a revision stays when one goes down to it: name what is below");
        }
        let message = format!("revision {id} is not below {at}, where the database is");
        Diagnostic::error("RC0413", message)
            .help("`reconcile history` shows the chain; `reconcile upgrade` goes up")
    }
}
