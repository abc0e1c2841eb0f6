//! The graph of revisions: [`RevisionMap`], what it knows of each, and the ways through it.

use std::path::Path;

use crate::diagnostic::Diagnostic;

use super::links::{self, Links, Places};
use super::{Revision, file};

/// All revisions of a project and the graph they form.
#[derive(Clone, Debug, Default)]
pub struct RevisionMap {
    /// In the order in which they were loaded, which decides which of two branches goes first.
    revisions: Vec<Revision>,
    links: Vec<Links>,
    places: Places,
    labels: Places,
    /// Parents first.
    order: Vec<usize>,
    /// The labels of the branches that each is on, sorted.
    branches: Vec<Vec<String>>,
}

impl RevisionMap {
    /// The graph of these revisions, in the order in which they were loaded. Errors: one id or label twice, a parent
    /// that is not there, a circle.
    pub fn new(revisions: Vec<Revision>) -> Result<Self, Vec<Diagnostic>> {
        let (places, labels) = links::names(&revisions)?;
        let links = links::links(&revisions, &places, &labels)?;
        let mut map = Self {
            revisions,
            links,
            places,
            labels,
            order: Vec::new(),
            branches: Vec::new(),
        };
        let all = vec![true; map.len()];
        map.order = map.downwards(&all, &map.real_head_places());
        map.order.reverse();
        map.branches = map.labels_of_all();
        Ok(map)
    }

    /// The graph of every `*.kdl` of a folder; a folder that is not there is an empty chain.
    pub fn load(folder: &Path) -> Result<Self, Vec<Diagnostic>> {
        Self::new(file::read_all(folder)?)
    }

    /// Every revision, parents first: the order in which an empty database gets them.
    pub fn in_order(&self) -> Vec<&Revision> {
        self.order.iter().map(|at| &self.revisions[*at]).collect()
    }

    /// The revision with this id.
    pub fn get(&self, id: &str) -> Option<&Revision> {
        self.place(id).map(|at| self.at(at))
    }

    /// The revisions that are nobody's parent; others may still depend on them.
    pub fn heads(&self) -> Vec<&Revision> {
        let is_head = |at: &usize| self.links(*at).line_children.is_empty();
        self.named(self.order.iter().copied().filter(is_head))
    }

    /// The revisions that stand on this one directly; those on nothing for `None`.
    pub fn children(&self, id: Option<&str>) -> Vec<&Revision> {
        let places = match id {
            Some(id) => self
                .place(id)
                .map_or(Vec::new(), |at| self.links(at).line_children.clone()),
            None => self.base_places(),
        };
        self.named(places.into_iter())
    }

    /// The revisions that a database with these rows has, parents first. Errors: a row that is not in the chain.
    pub fn applied(&self, rows: &[String]) -> Result<Vec<&Revision>, Diagnostic> {
        let found = self.with_ancestors(&self.row_places(rows)?);
        Ok(self.named(self.order.iter().copied().filter(|at| found[*at])))
    }

    pub(super) fn len(&self) -> usize {
        self.revisions.len()
    }

    pub(super) fn at(&self, at: usize) -> &Revision {
        &self.revisions[at]
    }

    pub(super) fn links(&self, at: usize) -> &Links {
        &self.links[at]
    }

    pub(super) fn branches(&self, at: usize) -> &[String] {
        &self.branches[at]
    }

    pub(super) fn place(&self, id: &str) -> Option<usize> {
        self.places.get(id).copied()
    }

    /// The revision that declares this label.
    pub(super) fn label_place(&self, label: &str) -> Option<usize> {
        self.labels.get(label).copied()
    }

    /// Every id with its place, sorted.
    pub(super) fn id_places(&self) -> impl Iterator<Item = (&String, &usize)> {
        self.places.iter()
    }

    /// Every label with the place of the revision that declares it, sorted.
    pub(super) fn label_places(&self) -> impl Iterator<Item = (&String, &usize)> {
        self.labels.iter()
    }

    pub(super) fn named(&self, places: impl Iterator<Item = usize>) -> Vec<&Revision> {
        places.map(|at| self.at(at)).collect()
    }

    /// The revisions that nothing stands on, in load order.
    pub(super) fn real_head_places(&self) -> Vec<usize> {
        (0..self.len())
            .filter(|at| self.links(*at).children.is_empty())
            .collect()
    }

    /// The revisions without a parent, in load order.
    pub(super) fn base_places(&self) -> Vec<usize> {
        (0..self.len())
            .filter(|at| self.links(*at).line.is_empty())
            .collect()
    }

    /// The places of rows. Errors: a row that is not in the chain.
    pub(super) fn row_places(&self, rows: &[String]) -> Result<Vec<usize>, Diagnostic> {
        let place = |row: &String| self.place(row).ok_or_else(|| self.unknown_row(row));
        rows.iter().map(place).collect()
    }

    fn unknown_row(&self, row: &str) -> Diagnostic {
        let replaced = |revision: &&Revision| revision.replaces.iter().any(|id| id == row);
        if let Some(squashed) = self.revisions.iter().find(replaced) {
            let message = format!(
                "the database stands at revision {row}, in the middle of what became revision {} ({})",
                squashed.id, squashed.message
            );
            return Diagnostic::error("RC0410", message).help(format!(
                "take the files of before the squash from version control and `reconcile upgrade {}` there, then go on here",
                squashed.id
            ));
        }
        let help = if self.revisions.is_empty() {
            "the folder of plans is empty: is it the right one (`--plans`)?"
        } else {
            "get the revision file from version control, or `reconcile stamp --purge` the revision the database really is at"
        };
        Diagnostic::error(
            "RC0410",
            format!("the database stands at revision {row}, which is not in the chain"),
        )
        .help(help)
    }
}
