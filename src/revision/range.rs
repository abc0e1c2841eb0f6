//! Ranges `from:to`: what `history` lists, and what offline SQL is written for. Either side may be left out.

use crate::diagnostic::Diagnostic;

use super::target::Target;
use super::trouble::{self, Steps};
use super::{Direction, Revision, RevisionMap, Stage};

impl RevisionMap {
    /// The revisions of a range, newest first, both ends included: from base to the heads where nothing is said.
    /// `current` stands for the rows, `-2:` for two below each head, `current:+1` for a walk from the lower end; a walk
    /// that is too long ends where the chain does.
    pub fn history(&self, range: &str, rows: &[String]) -> Result<Vec<&Revision>, Diagnostic> {
        let (from, to) = two_ends(range)?;
        let lower = self.lower_end(from, to, rows)?;
        let mut upper = self.upper_end(to, &lower, rows)?;
        if let Some((branch, _)) = from.rsplit_once('@') {
            // A range from the base of a branch shows that branch alone.
            let begins = self.target(&format!("{branch}@base"))?.branch;
            let covered = begins.map(|branch| self.covered(branch));
            upper.retain(|at| covered.as_ref().is_none_or(|covered| covered[*at]));
        }
        if let Some((upper, lower)) = self.overlap(&upper) {
            return Err(self.overlapping(upper, lower));
        }
        let mut listed = self.with_ancestors(&upper);
        if let Some(stray) = lower.iter().find(|at| !listed[**at]) {
            return Err(self.not_along(*stray, range));
        }
        if !lower.is_empty() {
            let above = self.with_line_descendants(&lower);
            let below = self.with_ancestors(&lower);
            for (at, is_listed) in listed.iter_mut().enumerate() {
                *is_listed &= above[at] && (!below[at] || lower.contains(&at));
            }
        }
        let mut out = self.downwards(&listed, &upper);
        // What the upper end only depends on is not reached from it over listed revisions.
        for at in &out {
            listed[*at] = false;
        }
        let left: Vec<usize> = (0..self.len()).filter(|at| listed[*at]).collect();
        out.extend(self.downwards(&listed, &left));
        Ok(self.named(out.into_iter()))
    }

    fn lower_end(&self, text: &str, upper: &str, rows: &[String]) -> Result<Vec<usize>, Diagnostic> {
        match text {
            "" => return Ok(Vec::new()),
            "current" => return self.row_places(rows),
            _ => {}
        }
        let target = self.target(text)?;
        let Some(Steps::Down(count)) = target.steps.filter(|_| target.symbol.is_empty()) else {
            return self.places_of(&target);
        };
        let covered = target.branch.map(|branch| self.covered(branch));
        let mut ends = Vec::new();
        for head in self.real_head_places() {
            if covered.as_ref().is_none_or(|covered| covered[head]) {
                ends.push(self.down_at_most(&target, Some(head), count)?);
            }
        }
        let is_base = ends.iter().any(|(end, done)| end.is_none() && *done == count);
        if let Some((None, _)) = ends.first()
            && !is_base
            && !upper.starts_with('+')
        {
            // The heads are too low for this: then it counts from the upper end.
            let upper_end = self.upper_end(upper, &[], rows)?;
            let below = self.with_ancestors(&upper_end);
            let mut others = ends.iter().filter_map(|(end, _)| *end);
            if let Some(stray) = others.find(|end| !below[*end]) {
                return Err(self.not_along(stray, &format!("{text}:{upper}")));
            }
            return match upper_end.as_slice() {
                [one] => Ok(self
                    .down_at_most(&target, Some(*one), count)?
                    .0
                    .into_iter()
                    .collect()),
                _ => Ok(Vec::new()),
            };
        }
        // One branch from its base: then all of them.
        let found: Option<Vec<usize>> = ends.into_iter().map(|(end, _)| end).collect();
        let mut found = found.unwrap_or_default();
        found.sort_unstable();
        found.dedup();
        match self.overlap(&found) {
            Some((upper, lower)) => Err(self.overlapping(upper, lower)),
            None => Ok(found),
        }
    }

    fn upper_end(&self, text: &str, lower: &[usize], rows: &[String]) -> Result<Vec<usize>, Diagnostic> {
        match text {
            "" => return Ok(self.real_head_places()),
            "current" => return self.row_places(rows),
            _ => {}
        }
        let target = self.target(text)?;
        match target.steps {
            Some(Steps::Up(count)) if target.symbol.is_empty() => {
                let from: Vec<String> = lower.iter().map(|at| self.at(*at).id.clone()).collect();
                let start = self.upgrade_start(&target, &from)?;
                Ok(self.up_at_most(&target, start, count)?.0.into_iter().collect())
            }
            Some(Steps::Down(_)) if target.symbol.is_empty() => {
                Err(trouble::wrong_way(&target, "the upper end goes up, as `+1`"))
            }
            _ => self.places_of(&target),
        }
    }

    /// What a target names that does not depend on the rows.
    fn places_of(&self, target: &Target<'_>) -> Result<Vec<usize>, Diagnostic> {
        if target.steps.is_some() && target.symbol.is_empty() {
            return Err(trouble::wrong_way(target, "the lower end goes down, as `-1`"));
        }
        self.upgrade_target(target, &[])
    }

    /// What offline SQL of a range is written for: the revisions in the order in which they run, with the rows on the
    /// way, and the direction, which is down where `to` is below `from`.
    pub fn offline(&self, range: &str) -> Result<(Vec<Stage>, Direction), Diagnostic> {
        let (from, to) = two_ends(range)?;
        let start = match from {
            "" => Vec::new(),
            _ => self.places_of(&self.target(from)?)?,
        };
        if let Some((upper, lower)) = self.overlap(&start) {
            return Err(self.overlapping(upper, lower));
        }
        let rows: Vec<String> = start.iter().map(|at| self.at(*at).id.clone()).collect();
        let to = if to.is_empty() { "heads" } else { to };
        let end = self.target(to)?;
        let walks_down = end.symbol.is_empty() && matches!(end.steps, Some(Steps::Down(_)));
        if !walks_down {
            let way = self.upgrade(&rows, &[to])?;
            let stays = way.is_empty() && self.upgrade_target(&end, &rows)? == start;
            if !way.is_empty() || stays {
                let direction = Direction::Upgrade;
                return Ok((self.stages(&rows, &way, direction), direction));
            }
        }
        let (way, direction) = (self.downgrade(&rows, to)?, Direction::Downgrade);
        Ok((self.stages(&rows, &way, direction), direction))
    }

    fn not_along(&self, stray: usize, range: &str) -> Diagnostic {
        let id = &self.at(stray).id;
        let message = format!("in the range `{range}`, nothing of the upper end stands on revision {id}");
        Diagnostic::error("RC0423", message)
            .help("write the older end first; `reconcile history` shows the chain")
    }
}

/// `from:to`; a text without `:` is where a range ends.
fn two_ends(range: &str) -> Result<(&str, &str), Diagnostic> {
    let (from, to) = range.split_once(':').unwrap_or(("", range));
    if to.contains(':') {
        let message = format!("`{range}` has more than two ends");
        return Err(Diagnostic::error("RC0415", message).help("write a range as FROM:TO"));
    }
    Ok((from.trim(), to.trim()))
}
