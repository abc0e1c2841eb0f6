//! Who stands on whom: ancestors, descendants, and the rows that say what is applied.
//!
//! "Line" follows `down-revision` alone; without it `depends-on` counts, too.

use super::{Direction, Revision, RevisionMap};

/// One revision of a way, and the rows of the version table before and after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// The revision.
    pub revision: Revision,
    /// The rows before it is run.
    pub before: Vec<String>,
    /// The rows after it was run.
    pub after: Vec<String>,
}

impl RevisionMap {
    /// The rows that say that these revisions are applied, and with them all that they stand on: those of them that no
    /// other stands on. Sorted by id.
    pub fn rows_after(&self, applied: &[&Revision]) -> Vec<String> {
        let places = applied.iter().filter_map(|revision| self.place(&revision.id));
        let places: Vec<usize> = places.collect();
        self.rows(&self.with_ancestors(&places))
    }

    /// The rows of a database that has just what a revision stands on.
    pub fn rows_before(&self, revision: &Revision) -> Vec<String> {
        let before: Vec<usize> = self
            .place(&revision.id)
            .map(|at| self.links(at).before().collect())
            .unwrap_or_default();
        self.rows(&self.with_ancestors(&before))
    }

    /// The rows after a revision was applied to a database with these rows; nothing if that is not right now: it is
    /// applied already, something it stands on is not, or a row is not known.
    pub fn rows_after_upgrade(&self, rows: &[String], id: &str) -> Option<Vec<String>> {
        let at = self.place(id)?;
        let mut applied = self.with_ancestors(&self.places(rows)?);
        if applied[at] || !self.links(at).before().all(|parent| applied[parent]) {
            return None;
        }
        applied[at] = true;
        Some(self.rows(&applied))
    }

    /// The rows after a revision was taken back from a database with these rows; nothing if that is not right now: it
    /// is not applied, something applied stands on it, or a row is not known.
    pub fn rows_after_downgrade(&self, rows: &[String], id: &str) -> Option<Vec<String>> {
        let at = self.place(id)?;
        let mut applied = self.with_ancestors(&self.places(rows)?);
        if !applied[at] || self.links(at).children.iter().any(|child| applied[*child]) {
            return None;
        }
        applied[at] = false;
        Some(self.rows(&applied))
    }

    /// The rows before and after each revision of a way, which ends where a revision cannot be run.
    pub fn stages(&self, rows: &[String], way: &[&Revision], direction: Direction) -> Vec<Stage> {
        let mut out = Vec::new();
        let mut before = rows.to_vec();
        for revision in way {
            let after = match direction {
                Direction::Upgrade => self.rows_after_upgrade(&before, &revision.id),
                Direction::Downgrade => self.rows_after_downgrade(&before, &revision.id),
            };
            let Some(after) = after else {
                break;
            };
            out.push(Stage {
                revision: (*revision).clone(),
                before: std::mem::replace(&mut before, after.clone()),
                after,
            });
        }
        out
    }

    /// The places of rows; nothing if one is not known.
    pub(super) fn places(&self, rows: &[String]) -> Option<Vec<usize>> {
        rows.iter().map(|row| self.place(row)).collect()
    }

    /// The rows for a set that holds all that its members stand on.
    fn rows(&self, applied: &[bool]) -> Vec<String> {
        let is_last = |at: usize| !self.links(at).children.iter().any(|child| applied[*child]);
        let last = (0..applied.len()).filter(|at| applied[*at] && is_last(*at));
        let mut rows: Vec<String> = last.map(|at| self.at(at).id.clone()).collect();
        rows.sort();
        rows
    }

    /// These, and all that they stand on.
    pub(super) fn with_ancestors(&self, from: &[usize]) -> Vec<bool> {
        self.reached(from, |at| &self.links(at).parents)
    }

    /// These, and all that stands on them.
    pub(super) fn with_descendants(&self, from: &[usize]) -> Vec<bool> {
        self.reached(from, |at| &self.links(at).children)
    }

    /// These, and all that they stand on, over `down-revision` alone.
    pub(super) fn with_line_ancestors(&self, from: &[usize]) -> Vec<bool> {
        self.reached(from, |at| &self.links(at).line)
    }

    /// These, and all that stands on them, over `down-revision` alone.
    pub(super) fn with_line_descendants(&self, from: &[usize]) -> Vec<bool> {
        self.reached(from, |at| &self.links(at).line_children)
    }

    /// Everything on one line with this: what it stands on and what stands on it, over `down-revision` alone.
    pub(super) fn line_of(&self, at: usize) -> Vec<bool> {
        let mut line = self.with_line_ancestors(&[at]);
        for (place, is_above) in self.with_line_descendants(&[at]).into_iter().enumerate() {
            line[place] |= is_above;
        }
        line
    }

    /// Whether one of these stands on the other, or they are the same; `depends-on` counts.
    pub(super) fn are_related(&self, one: usize, other: usize) -> bool {
        self.with_ancestors(&[one])[other] || self.with_ancestors(&[other])[one]
    }

    /// Two of these of which the first stands on the second.
    pub(super) fn overlap(&self, places: &[usize]) -> Option<(usize, usize)> {
        places.iter().find_map(|upper| {
            let below = self.with_ancestors(&[*upper]);
            let lower = places.iter().find(|place| *place != upper && below[**place])?;
            Some((*upper, *lower))
        })
    }

    fn reached<'a>(&'a self, from: &[usize], next: impl Fn(usize) -> &'a [usize]) -> Vec<bool> {
        let mut found = vec![false; self.len()];
        let mut open = from.to_vec();
        while let Some(at) = open.pop() {
            if !std::mem::replace(&mut found[at], true) {
                open.extend(next(at));
            }
        }
        found
    }
}
