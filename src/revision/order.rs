//! The order in which Alembic walks revisions; it depends on the graph and on the order in which they were loaded.

use super::RevisionMap;

impl RevisionMap {
    /// These revisions, each before what it stands on: down one branch as far as its fork, where it waits until the
    /// other branches have come. `heads` are where the walk may begin.
    pub(super) fn downwards(&self, revisions: &[bool], heads: &[usize]) -> Vec<usize> {
        let mut left = revisions.to_vec();
        let mut tips = Vec::new();
        let mut first: Vec<usize> = heads.iter().copied().filter(|head| left[*head]).collect();
        first.sort_unstable();
        first.dedup();
        for head in first {
            tips.push(self.tip(head));
        }
        let mut out = Vec::new();
        let mut cursor = 0;
        while let Some(tip) = tips.get(cursor) {
            let here = tip.at;
            // What another tip stands on has to wait for it.
            let above = |(at, tip): (usize, &Tip)| (at != cursor && tip.below[here]).then_some(at);
            if let Some(other) = tips.iter().enumerate().find_map(above) {
                cursor = other;
                continue;
            }
            if std::mem::replace(&mut left[here], false) {
                out.push(here);
            }
            let mut next = self.links(here).parents.clone();
            next.retain(|parent| left[*parent] && !tips.iter().any(|tip| tip.at == *parent));
            let Some((follow, others)) = next.split_first() else {
                tips.remove(cursor);
                cursor = cursor.saturating_sub(1);
                continue;
            };
            if self.links(here).parents.len() == 1 {
                // Below is what was below already.
                tips[cursor].at = *follow;
            } else {
                tips[cursor] = self.tip(*follow);
                tips.extend(others.iter().map(|other| self.tip(*other)));
            }
        }
        out
    }

    fn tip(&self, at: usize) -> Tip {
        Tip {
            at,
            below: self.with_ancestors(&[at]),
        }
    }
}

/// How far the walk has come on one branch.
struct Tip {
    at: usize,
    /// Where it stands, and all that is below.
    below: Vec<bool>,
}
