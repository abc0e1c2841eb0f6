//! The target grammar: `head`, `heads`, `base`, an id or its beginning, a branch label, `+2`, `-1`, `3f2a+1`, `head-1`,
//! and any of them on a branch, as `billing@head`.
//!
//! In: a target as it was typed, and the rows of the database. Out: places in the graph, none for base. Must not:
//! decide what is run to get there.

use crate::diagnostic::Diagnostic;

use super::trouble::{self, Steps};
use super::{Revision, RevisionMap};

/// A target, taken apart.
pub(super) struct Target<'a> {
    pub(super) text: &'a str,
    /// What stands before `@`.
    pub(super) branch: Option<usize>,
    /// The word; empty for `+1` and `-1`.
    pub(super) symbol: &'a str,
    pub(super) steps: Option<Steps>,
}

impl RevisionMap {
    /// The one revision that a target names, seen from the applied rows; nothing for base.
    pub fn resolve(&self, target: &str, rows: &[String]) -> Result<Option<&Revision>, Diagnostic> {
        let target = self.target(target)?;
        let place = match target.steps {
            None => self.one(&target)?,
            Some(steps) => {
                let start = if target.symbol.is_empty() {
                    self.single_row(&target, rows)?
                } else {
                    self.one(&target)?
                };
                match steps {
                    Steps::Up(count) => Some(self.walk_up(&target, start, count)?),
                    Steps::Down(count) => self.walk_down(&target, start, count)?,
                }
            }
        };
        Ok(place.map(|at| self.at(at)))
    }

    /// Takes a target apart. Errors: a branch that is not there, a range.
    pub(super) fn target<'a>(&self, text: &'a str) -> Result<Target<'a>, Diagnostic> {
        let text = text.trim();
        if text.contains(':') {
            return Err(trouble::range_as_target(text));
        }
        let (branch, word) = match text.rsplit_once('@') {
            Some((branch, word)) => (Some(self.branch(branch)?), word),
            None => (None, text),
        };
        // A name is a name, even if it ends like a walk.
        let is_name = self.place(word).or_else(|| self.label_place(word)).is_some();
        let (symbol, steps) = match trouble::steps(word) {
            Some((symbol, steps)) if !is_name => (symbol, Some(steps)),
            _ => (word, None),
        };
        Ok(Target {
            text,
            branch,
            symbol,
            steps,
        })
    }

    /// The revision that a branch is named after.
    fn branch(&self, name: &str) -> Result<usize, Diagnostic> {
        self.name(name, None).map_err(|_| self.no_branch(name))
    }

    /// What a word names without any walk; several for `heads`, none for base.
    pub(super) fn symbol(&self, target: &Target<'_>) -> Result<Vec<usize>, Diagnostic> {
        match target.symbol {
            "base" => Ok(Vec::new()),
            "heads" if target.branch.is_none() => Ok(self.real_head_places()),
            "heads" => Ok(self.heads_of(target.branch)),
            "head" => match self.heads_of(target.branch).as_slice() {
                several @ [_, _, ..] => Err(self.several_heads(target, several)),
                heads => Ok(heads.to_vec()),
            },
            word => self.name(word, target.branch).map(|at| vec![at]),
        }
    }

    /// What a word names, where it has to be one revision or base.
    pub(super) fn one(&self, target: &Target<'_>) -> Result<Option<usize>, Diagnostic> {
        match self.symbol(target)?.as_slice() {
            several @ [_, _, ..] => Err(self.several_heads(target, several)),
            places => Ok(places.first().copied()),
        }
    }

    /// The heads of a branch, or all, over `down-revision` alone, in load order.
    fn heads_of(&self, branch: Option<usize>) -> Vec<usize> {
        let line = branch.map(|branch| self.line_of(branch));
        let on_branch = |at: usize| line.as_ref().is_none_or(|line| line[at]);
        (0..self.len())
            .filter(|at| self.links(*at).line_children.is_empty() && on_branch(*at))
            .collect()
    }

    /// An id, a label, or the beginning of one that is longer than three characters.
    fn name(&self, word: &str, branch: Option<usize>) -> Result<usize, Diagnostic> {
        let line = branch.map(|branch| self.line_of(branch));
        let on_branch = |at: usize| line.as_ref().is_none_or(|line| line[at]);
        if let Some(at) = self.place(word).or_else(|| self.label_place(word)) {
            return match branch {
                Some(branch) if !on_branch(at) => Err(self.not_on_branch(at, branch)),
                _ => Ok(at),
            };
        }
        let names = self.id_places().chain(self.label_places());
        let begins = |(name, _): &(&String, &usize)| {
            !word.is_empty() && name.starts_with(word) && name.chars().nth(3).is_some()
        };
        let found: Vec<usize> = names
            .filter(begins)
            .map(|(_, at)| *at)
            .filter(|at| on_branch(*at))
            .collect();
        match found.as_slice() {
            [one] => Ok(*one),
            [] => Err(self.no_revision(word)),
            several => Err(self.several_begin(word, several)),
        }
    }

    /// Where the database is, if that is one place.
    pub(super) fn single_row(
        &self,
        target: &Target<'_>,
        rows: &[String],
    ) -> Result<Option<usize>, Diagnostic> {
        match self.row_places(rows)?.as_slice() {
            [] => Ok(None),
            [row] => Ok(Some(*row)),
            several => Err(self.several_rows(target, several)),
        }
    }

    /// Goes up, one child at a time; where there are several, the branch says which.
    pub(super) fn walk_up(
        &self,
        target: &Target<'_>,
        start: Option<usize>,
        count: usize,
    ) -> Result<usize, Diagnostic> {
        match self.up_at_most(target, start, count)? {
            (Some(place), done) if done == count => Ok(place),
            // `+0` from base names nothing to go to.
            (None, done) if done == count => Err(trouble::too_far(target.text, done, "the base")),
            (_, done) => Err(trouble::too_far(target.text, done, "the head")),
        }
    }

    /// Goes down, one parent at a time; base is the last step.
    pub(super) fn walk_down(
        &self,
        target: &Target<'_>,
        start: Option<usize>,
        count: usize,
    ) -> Result<Option<usize>, Diagnostic> {
        match self.down_at_most(target, start, count)? {
            (place, done) if done == count => Ok(place),
            (_, done) => Err(trouble::too_far(target.text, done, "the base")),
        }
    }

    /// Goes up as far as the head at most: where that is, and after how many steps.
    pub(super) fn up_at_most(
        &self,
        target: &Target<'_>,
        start: Option<usize>,
        count: usize,
    ) -> Result<(Option<usize>, usize), Diagnostic> {
        let line = target.branch.map(|branch| self.line_of(branch));
        let mut here = start;
        for done in 0..count {
            let mut next = match here {
                Some(at) => self.links(at).line_children.clone(),
                None => self.base_places(),
            };
            next.retain(|at| line.as_ref().is_none_or(|line| line[*at]));
            here = match next.as_slice() {
                [one] => Some(*one),
                [] => return Ok((here, done)),
                several => return Err(self.fork(target, several)),
            };
        }
        Ok((here, count))
    }

    /// Goes down as far as base at most: where that is, and after how many steps.
    pub(super) fn down_at_most(
        &self,
        target: &Target<'_>,
        start: Option<usize>,
        count: usize,
    ) -> Result<(Option<usize>, usize), Diagnostic> {
        let mut here = start;
        for done in 0..count {
            let Some(at) = here else {
                return Ok((None, done));
            };
            here = match self.links(at).line.as_slice() {
                [] => None,
                [parent] => Some(*parent),
                several => return Err(self.fork(target, several)),
            };
        }
        Ok((here, count))
    }
}
