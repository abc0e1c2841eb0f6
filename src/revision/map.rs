//! The graph of revisions: [`RevisionMap`], its order, its heads, and the ways through it.
//!
//! Order is deterministic: parents first, and among revisions that are ready by the time they were made, then by id.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Source};

use super::{Revision, file};

/// All revisions of a project and the graph they form.
#[derive(Clone, Debug, Default)]
pub struct RevisionMap {
    /// Parents first.
    revisions: Vec<Revision>,
    places: BTreeMap<String, usize>,
}

impl RevisionMap {
    /// The graph of these revisions. Errors: one id twice, a parent that is not there, a cycle.
    pub fn new(revisions: Vec<Revision>) -> Result<Self, Vec<Diagnostic>> {
        let mut problems = Vec::new();
        let mut by_id: BTreeMap<&str, &Revision> = BTreeMap::new();
        for revision in &revisions {
            match by_id.get(revision.id.as_str()) {
                Some(other) => problems.push(twice(other, revision)),
                None => {
                    by_id.insert(&revision.id, revision);
                }
            }
        }
        for revision in &revisions {
            for parent in before(revision) {
                if parent == &revision.id {
                    problems.push(
                        Diagnostic::error("RC0403", format!("revision {parent} stands on itself ({})", revision.path.display()))
                            .help("write the id of the revision before it as `down-revision`, or none if it is the first"),
                    );
                } else if !by_id.contains_key(parent.as_str()) {
                    problems.push(missing(revision, parent, &by_id));
                }
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let order = order(&by_id).map_err(|cycle| vec![cycle])?;
        let mut ranked: Vec<Revision> = revisions;
        let rank: BTreeMap<String, usize> = order.into_iter().enumerate().map(|(at, id)| (id, at)).collect();
        ranked.sort_by_key(|revision| rank.get(&revision.id).copied());
        Ok(Self {
            revisions: ranked,
            places: rank,
        })
    }

    /// Reads every `*.kdl` of a folder; a folder that is not there is an empty chain.
    pub fn load(folder: &Path) -> Result<Self, Vec<Diagnostic>> {
        let unreadable = |path: &Path, error: &std::io::Error| {
            Diagnostic::error("RC0307", format!("{} cannot be read: {error}", path.display()))
        };
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(vec![unreadable(folder, &error)]),
        };
        let mut paths = Vec::new();
        for entry in entries {
            let path = entry.map_err(|error| vec![unreadable(folder, &error)])?.path();
            let hidden = path
                .file_name()
                .is_none_or(|name| name.to_string_lossy().starts_with('.'));
            if !hidden && path.extension().is_some_and(|extension| extension == "kdl") {
                paths.push(path);
            }
        }
        paths.sort();
        let (mut revisions, mut problems) = (Vec::new(), Vec::new());
        for path in paths {
            let read = std::fs::read_to_string(&path).map_err(|error| vec![unreadable(&path, &error)]);
            let parsed = read.and_then(|text| {
                let name = path.display().to_string();
                file::parse(&Arc::new(Source { name, text }))
            });
            match parsed {
                Ok(revision) => revisions.push(Revision { path, ..revision }),
                Err(found) => problems.extend(found),
            }
        }
        if problems.is_empty() {
            Self::new(revisions)
        } else {
            Err(problems)
        }
    }

    /// Every revision, parents first.
    pub fn in_order(&self) -> Vec<&Revision> {
        self.revisions.iter().collect()
    }

    /// The revision with this id.
    pub fn get(&self, id: &str) -> Option<&Revision> {
        self.places.get(id).map(|at| &self.revisions[*at])
    }

    /// The revisions that no other stands on.
    pub fn heads(&self) -> Vec<&Revision> {
        let parents: BTreeSet<&String> = self.revisions.iter().flat_map(|r| &r.down_revisions).collect();
        self.revisions
            .iter()
            .filter(|revision| !parents.contains(&revision.id))
            .collect()
    }

    /// The revisions that stand on this one directly; those on nothing for `None`.
    pub fn children(&self, id: Option<&str>) -> Vec<&Revision> {
        let stands_on = |revision: &&Revision| match id {
            Some(id) => revision.down_revisions.iter().any(|parent| parent == id),
            None => revision.down_revisions.is_empty(),
        };
        self.revisions.iter().filter(stands_on).collect()
    }

    /// The revisions that a database with these rows has, parents first. Errors: a row that is not in the chain.
    pub fn applied(&self, rows: &[String]) -> Result<Vec<&Revision>, Diagnostic> {
        let mut found: BTreeSet<usize> = BTreeSet::new();
        let mut open = Vec::new();
        for row in rows {
            open.push(*self.places.get(row).ok_or_else(|| self.unknown_row(row))?);
        }
        while let Some(at) = open.pop() {
            if found.insert(at) {
                open.extend(before(&self.revisions[at]).filter_map(|id| self.places.get(id)));
            }
        }
        Ok(found.into_iter().map(|at| &self.revisions[at]).collect())
    }

    /// What an upgrade from these rows to `target` runs, in order.
    pub fn upgrade_path(
        &self,
        rows: &[String],
        target: Option<&Revision>,
    ) -> Result<Vec<&Revision>, Diagnostic> {
        let have: BTreeSet<&str> = self.applied(rows)?.iter().map(|r| r.id.as_str()).collect();
        let goal: Vec<String> = target.iter().map(|revision| revision.id.clone()).collect();
        let mut path = self.applied(&goal)?;
        path.retain(|revision| !have.contains(revision.id.as_str()));
        Ok(path)
    }

    /// What a downgrade from these rows to `target` (`None`: base) takes back, in order.
    pub fn downgrade_path(
        &self,
        rows: &[String],
        target: Option<&Revision>,
    ) -> Result<Vec<&Revision>, Diagnostic> {
        let mut have = self.applied(rows)?;
        if let Some(target) = target {
            if !have.iter().any(|revision| revision.id == target.id) {
                let at = if rows.is_empty() {
                    "base".to_owned()
                } else {
                    rows.join(", ")
                };
                let message = format!("revision {} is not below {at}, where the database is", target.id);
                return Err(Diagnostic::error("RC0413", message)
                    .help("`reconcile history` shows the chain; `reconcile upgrade` goes up"));
            }
            let above = self.above(&target.id);
            have.retain(|revision| above.contains(revision.id.as_str()));
        }
        have.reverse();
        Ok(have)
    }

    /// Everything that stands on a revision, directly or not.
    fn above(&self, id: &str) -> BTreeSet<&str> {
        let mut above: BTreeSet<&str> = BTreeSet::new();
        for revision in &self.revisions {
            // What merely depends on the target stays; what depends on anything above it goes.
            let line = revision.down_revisions.iter().any(|parent| parent == id);
            if line || before(revision).any(|parent| above.contains(parent.as_str())) {
                above.insert(&revision.id);
            }
        }
        above
    }

    fn unknown_row(&self, row: &str) -> Diagnostic {
        let help = if self.revisions.is_empty() {
            "the folder of plans is empty: is it the right one (`--plans`)?"
        } else {
            "get the revision file from version control, or `reconcile stamp` the revision the database really is at"
        };
        Diagnostic::error(
            "RC0410",
            format!("the database stands at revision {row}, which is not in the chain"),
        )
        .help(help)
    }
}

/// What must be there before a revision: its parents, then what it depends on.
fn before(revision: &Revision) -> impl Iterator<Item = &String> {
    revision.down_revisions.iter().chain(&revision.depends_on)
}

fn twice(first: &Revision, second: &Revision) -> Diagnostic {
    let message = format!(
        "two files have revision {}: {} and {}",
        first.id,
        first.path.display(),
        second.path.display()
    );
    Diagnostic::error("RC0401", message)
        .help("delete the one that is a copy, or plan one of them again under a new id")
}

fn missing(revision: &Revision, parent: &str, known: &BTreeMap<&str, &Revision>) -> Diagnostic {
    let message = format!(
        "revision {} ({}) stands on {parent}, which is not there",
        revision.id,
        revision.path.display()
    );
    let near = known
        .keys()
        .filter(|id| **id != revision.id)
        .map(|id| (strsim::damerau_levenshtein(id, parent), *id))
        .filter(|(distance, id)| *distance <= 2 || (parent.len() >= 4 && id.starts_with(parent)))
        .min();
    Diagnostic::error("RC0402", message).help(match near {
        Some((_, id)) => format!("did you mean {id}?"),
        None => format!("get the file of {parent} from version control, or correct `down-revision`"),
    })
}

/// Ids, parents first; the error is a cycle.
fn order(by_id: &BTreeMap<&str, &Revision>) -> Result<Vec<String>, Diagnostic> {
    let mut waits: BTreeMap<&str, usize> = BTreeMap::new();
    let mut after: BTreeMap<&str, Vec<&Revision>> = BTreeMap::new();
    for (id, revision) in by_id {
        waits.insert(id, before(revision).count());
        for parent in before(revision) {
            after.entry(parent).or_default().push(revision);
        }
    }
    let mut ready: BTreeSet<(&str, &str)> = by_id
        .values()
        .filter(|revision| waits[revision.id.as_str()] == 0)
        .map(|revision| (revision.created.as_str(), revision.id.as_str()))
        .collect();
    let mut order = Vec::with_capacity(by_id.len());
    while let Some((_, id)) = ready.pop_first() {
        order.push(id.to_owned());
        waits.remove(id);
        for next in after.get(id).into_iter().flatten() {
            if let Some(count) = waits.get_mut(next.id.as_str()) {
                *count -= 1;
                if *count == 0 {
                    ready.insert((&next.created, &next.id));
                }
            }
        }
    }
    let Some((start, _)) = waits.first_key_value() else {
        return Ok(order);
    };
    Err(cycle(start, by_id, &waits))
}

/// Walks up from a revision that waits for ever, until it comes back.
fn cycle(start: &str, by_id: &BTreeMap<&str, &Revision>, waits: &BTreeMap<&str, usize>) -> Diagnostic {
    let mut path = vec![start];
    loop {
        let here = path.last().copied().and_then(|id| by_id.get(id));
        let next = here.and_then(|revision| before(revision).find(|id| waits.contains_key(id.as_str())));
        let Some(next) = next.map(String::as_str) else {
            break;
        };
        if let Some(at) = path.iter().position(|id| *id == next) {
            path.drain(..at);
            path.push(next);
            break;
        }
        path.push(next);
    }
    let files: Vec<String> = path
        .iter()
        .skip(1)
        .filter_map(|id| by_id.get(id))
        .map(|revision| revision.path.display().to_string())
        .collect();
    let message = format!("revisions stand on each other: {}", path.join(" -> "));
    Diagnostic::error("RC0404", message)
        .help(format!("correct `down-revision` in one of {}", files.join(", ")))
}
