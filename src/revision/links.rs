//! The edges of the graph: what each revision names, resolved to places in the list of revisions.
//!
//! In: revisions in the order in which they were loaded. Out: [`Links`] for each, or what is wrong with the names: an id
//! twice, a parent that is not there, a label that is taken, a circle. Must not: order anything.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Diagnostic;

use super::Revision;

/// Places in the list of revisions.
pub(super) type Places = BTreeMap<String, usize>;

/// What one revision is tied to.
#[derive(Clone, Debug, Default)]
pub(super) struct Links {
    /// `down-revision`, as it was written.
    pub(super) line: Vec<usize>,
    /// `depends-on`, as it was written; a label stands for the revision that declares it.
    pub(super) needs: Vec<usize>,
    /// What must be there just before: `line`, then `needs`, without those that another of them implies.
    pub(super) parents: Vec<usize>,
    /// The revisions that name this one as `down-revision`, in load order.
    pub(super) line_children: Vec<usize>,
    /// The revisions that name this one at all, in load order.
    pub(super) children: Vec<usize>,
}

impl Links {
    /// Everything that the revision names.
    pub(super) fn before(&self) -> impl Iterator<Item = usize> {
        self.line.iter().chain(&self.needs).copied()
    }
}

/// Every revision by its id, every label by the revision that declares it. Errors: an id or a label that is taken.
pub(super) fn names(revisions: &[Revision]) -> Result<(Places, Places), Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let mut places = Places::new();
    for (at, revision) in revisions.iter().enumerate() {
        match places.get(&revision.id) {
            Some(other) => problems.push(twice(&revisions[*other], revision)),
            None => {
                places.insert(revision.id.clone(), at);
            }
        }
    }
    let mut labels = Places::new();
    for (at, revision) in revisions.iter().enumerate() {
        for label in &revision.branch_labels {
            match labels.get(label).or_else(|| places.get(label)) {
                Some(other) => problems.push(taken(label, &revisions[*other], revision)),
                None => {
                    labels.insert(label.clone(), at);
                }
            }
        }
    }
    if problems.is_empty() {
        Ok((places, labels))
    } else {
        Err(problems)
    }
}

/// The edges of every revision. Errors: a name that is not there, a revision that stands on itself, a circle.
pub(super) fn links(
    revisions: &[Revision],
    places: &Places,
    labels: &Places,
) -> Result<Vec<Links>, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let mut links = vec![Links::default(); revisions.len()];
    for (at, revision) in revisions.iter().enumerate() {
        let mut line = Vec::new();
        for parent in &revision.down_revisions {
            match places.get(parent) {
                Some(parent) => line.push(*parent),
                None => problems.push(missing(revision, parent, places, labels)),
            }
        }
        let mut needs = Vec::new();
        for need in &revision.depends_on {
            match places.get(need).or_else(|| labels.get(need)) {
                Some(need) => needs.push(*need),
                None => problems.push(missing(revision, need, places, labels)),
            }
        }
        if line.contains(&at) || needs.contains(&at) {
            problems.push(on_itself(revision));
        }
        links[at].line = without_repeats(line);
        links[at].needs = without_repeats(needs);
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    if let Some(circle) = circle(&links) {
        return Err(vec![in_a_circle(&circle, revisions)]);
    }
    for at in 0..links.len() {
        for parent in links[at].line.clone() {
            links[parent].line_children.push(at);
        }
        for parent in without_repeats(links[at].before().collect()) {
            links[parent].children.push(at);
        }
    }
    for at in 0..links.len() {
        links[at].parents = parents(&links, at);
    }
    Ok(links)
}

fn without_repeats(mut places: Vec<usize>) -> Vec<usize> {
    let mut seen = BTreeSet::new();
    places.retain(|place| seen.insert(*place));
    places
}

/// What the revision names, without what another of these names stands on.
fn parents(links: &[Links], at: usize) -> Vec<usize> {
    let mut named = without_repeats(links[at].before().collect());
    if named.len() > 1 {
        let implied = below(links, &named);
        named.retain(|place| !implied[*place]);
    }
    named
}

/// Everything that some of these stand on.
fn below(links: &[Links], places: &[usize]) -> Vec<bool> {
    let mut found = vec![false; links.len()];
    let mut open: Vec<usize> = places.iter().flat_map(|place| links[*place].before()).collect();
    while let Some(place) = open.pop() {
        if !std::mem::replace(&mut found[place], true) {
            open.extend(links[place].before());
        }
    }
    found
}

/// A circle, if there is one: each stands on the next, and the last on the first.
fn circle(links: &[Links]) -> Option<Vec<usize>> {
    let mut waits: Vec<usize> = links.iter().map(|one| one.before().count()).collect();
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); links.len()];
    for (at, one) in links.iter().enumerate() {
        for parent in one.before() {
            after[parent].push(at);
        }
    }
    let mut ready: Vec<usize> = (0..links.len()).filter(|at| waits[*at] == 0).collect();
    while let Some(at) = ready.pop() {
        for next in &after[at] {
            waits[*next] -= 1;
            if waits[*next] == 0 {
                ready.push(*next);
            }
        }
    }
    // Whatever waits for ever stands on something that does; walking down comes back to where it has been.
    let mut path = vec![waits.iter().position(|count| *count > 0)?];
    loop {
        let here = path.last().copied()?;
        let next = links[here].before().find(|parent| waits[*parent] > 0)?;
        if let Some(start) = path.iter().position(|place| *place == next) {
            path.drain(..start);
            return Some(path);
        }
        path.push(next);
    }
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

fn taken(label: &str, first: &Revision, second: &Revision) -> Diagnostic {
    let (path, other) = (second.path.display(), first.path.display());
    let message = if label == first.id {
        format!("the branch label `{label}` in {path} is the id of a revision ({other})")
    } else if first.id == second.id {
        format!("the branch label `{label}` stands twice in {path}")
    } else {
        format!("the branch label `{label}` stands in two files: {other} and {path}")
    };
    Diagnostic::error("RC0405", message).help("choose another label in one of the files")
}

fn on_itself(revision: &Revision) -> Diagnostic {
    let (id, path) = (&revision.id, revision.path.display());
    Diagnostic::error("RC0403", format!("revision {id} stands on itself ({path})"))
        .help("write the id of the revision before it as `down-revision`, or none if it is the first")
}

fn missing(revision: &Revision, parent: &str, places: &Places, labels: &Places) -> Diagnostic {
    let (id, path) = (&revision.id, revision.path.display());
    let message = format!("revision {id} ({path}) stands on {parent}, which is not there");
    if labels.contains_key(parent) {
        let help = format!("`{parent}` is a branch label: write the id of the revision that is meant");
        return Diagnostic::error("RC0402", message).help(help);
    }
    let near = places
        .keys()
        .filter(|id| **id != revision.id)
        .map(|id| (strsim::damerau_levenshtein(id, parent), id))
        .filter(|(distance, id)| *distance <= 2 || (parent.len() >= 4 && id.starts_with(parent)))
        .min();
    Diagnostic::error("RC0402", message).help(match near {
        Some((_, id)) => format!("did you mean {id}?"),
        None => {
            let name = if revision.down_revisions.iter().any(|id| id == parent) {
                "down-revision"
            } else {
                "depends-on"
            };
            format!("get the file of {parent} from version control, or correct `{name}`")
        }
    })
}

fn in_a_circle(circle: &[usize], revisions: &[Revision]) -> Diagnostic {
    let (mut ids, mut files) = (Vec::new(), Vec::new());
    for place in circle {
        ids.push(revisions[*place].id.as_str());
        files.push(revisions[*place].path.display().to_string());
    }
    ids.extend(ids.first().copied());
    let message = format!("revisions stand on each other: {}", ids.join(" -> "));
    Diagnostic::error("RC0404", message).help(format!(
        "correct `down-revision` or `depends-on` in one of {}",
        files.join(", ")
    ))
}
