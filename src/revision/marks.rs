//! What the graph says of one revision, for whoever lists them, and of files that Alembic would trip over.

use crate::diagnostic::Diagnostic;

use super::{Revision, RevisionMap};

/// What a revision is in its graph.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a word that may or may not stand in a list"
)]
pub struct Marks {
    /// Nothing stands on it.
    pub head: bool,
    /// It is nobody's parent, but something depends on it.
    pub effective_head: bool,
    /// It is the parent of several.
    pub branchpoint: bool,
    /// It has several parents.
    pub mergepoint: bool,
    /// The labels of the branches it is on, sorted.
    pub labels: Vec<String>,
}

impl RevisionMap {
    /// What a revision is in this graph; nothing of one that is not in it.
    pub fn marks(&self, id: &str) -> Marks {
        let Some(at) = self.place(id) else {
            return Marks::default();
        };
        let links = self.links(at);
        let is_last = links.line_children.is_empty();
        Marks {
            head: links.children.is_empty(),
            effective_head: is_last && !links.children.is_empty(),
            branchpoint: links.line_children.len() > 1,
            mergepoint: links.line.len() > 1,
            labels: self.branches(at).to_vec(),
        }
    }

    /// The revisions that nothing stands on, parents first.
    pub fn real_heads(&self) -> Vec<&Revision> {
        let mut heads = self.in_order();
        heads.retain(|revision| self.marks(&revision.id).head);
        heads
    }

    /// The revisions without a parent, parents of what they depend on first.
    pub fn bases(&self) -> Vec<&Revision> {
        let mut bases = self.in_order();
        bases.retain(|revision| revision.down_revisions.is_empty());
        bases
    }

    /// The labels of the branches that each revision is on.
    pub(super) fn labels_of_all(&self) -> Vec<Vec<String>> {
        let mut out = vec![Vec::new(); self.len()];
        for (label, declares) in self.label_places() {
            let covered = self.covered(*declares);
            for (labels, is_covered) in out.iter_mut().zip(covered) {
                if is_covered {
                    labels.push(label.clone());
                }
            }
        }
        out
    }

    /// The branch that begins at a revision: its line of descendants. Where that is one plain line, the branch begins
    /// further down, just above the nearest fork or merge.
    pub(super) fn covered(&self, declares: usize) -> Vec<bool> {
        let mut covered = self.with_line_descendants(&[declares]);
        let plain = |at: usize| self.links(at).children.len() < 2 && self.links(at).line.len() < 2;
        if (0..self.len()).any(|at| covered[at] && !plain(at)) {
            return covered;
        }
        let mut here = declares;
        while let Some(parent) = self.links(here).line.first().filter(|parent| plain(**parent)) {
            covered[*parent] = true;
            here = *parent;
        }
        covered
    }

    /// Files to put right though the graph is sound: a revision that names what another of its names stands on already.
    pub fn warnings(&self) -> Vec<Diagnostic> {
        (0..self.len()).filter_map(|at| self.redundant(at)).collect()
    }

    fn redundant(&self, at: usize) -> Option<Diagnostic> {
        let links = self.links(at);
        // What an earlier revision of the line depends on may be named again: Alembic knows that case.
        let known = |place: &usize| {
            let mut line = self.with_line_ancestors(&[at]);
            line[at] = false;
            !links.line.contains(place)
                && (0..self.len()).any(|below| line[below] && self.links(below).needs.contains(place))
        };
        let place = links
            .before()
            .find(|place| !links.parents.contains(place) && !known(place))?;
        let above = links
            .parents
            .iter()
            .find(|parent| self.with_ancestors(&[**parent])[place])?;
        let (revision, named, above) = (self.at(at), &self.at(place).id, &self.at(*above).id);
        let (id, path) = (&revision.id, revision.path.display());
        let message = format!("revision {id} ({path}) names {named}, and {above}, which stands on it");
        Some(Diagnostic::warning("RC0406", message).help(format!(
            "remove {named}: it changes nothing here, and Alembic can fail on it"
        )))
    }
}
