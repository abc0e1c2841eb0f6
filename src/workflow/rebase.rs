//! `rebase`: a branch that nobody has yet is planned anew on top of another.
//!
//! In: a revision of the branch, and what it is to stand on. Out: one revision in the place of the branch's, planned from
//! where the other branch ends to the declarations. Data steps that were written by hand into the branch are named, since
//! no plan makes them again.

use crate::diagnostic::Diagnostic;
use crate::op::Phase;
use crate::revision::{EngineScript, Origin, Revision, RevisionMap};

use super::aside::Policy;
use super::branches::fork;
use super::replay::Replay;
use super::{Failure, Project, Proposal, chain, generate, merge, status, validate};

/// What `rebase` did.
#[derive(Debug)]
pub struct Rebased {
    /// The new revision.
    pub revision: Revision,
    /// The revisions it takes the place of; their files are gone.
    pub replaced: Vec<Revision>,
    /// What the new revision does, on the first engine.
    pub proposal: Proposal,
    /// What a reader should know.
    pub notes: Vec<Diagnostic>,
}

/// Plans the branch of `target` anew on top of `onto`, or of the only other head.
pub async fn rebase(
    project: &Project,
    target: &str,
    onto: Option<&str>,
    message: Option<&str>,
) -> Result<Rebased, Failure> {
    let map = chain::load(project)?;
    let branch = one(&map, target)?;
    let onto = match onto {
        Some(onto) => one(&map, onto)?,
        None => other_head(&map, &branch)?,
    };
    let fork = fork(&map, &onto.id, &branch.id)?;
    movable(&map, &fork.right, &branch, &onto)?;
    let mut notes = unpublished(project, &fork.right).await?;
    // A branch that ends with a first phase does no more on top of another.
    let phase = fork.right.last().and_then(|last| last.phase);
    let project = &Project {
        phase: phase.filter(|phase| *phase == Phase::Expand),
        ..project.clone()
    };
    let lineage: Vec<&Revision> = [&fork.common[..], &fork.left].concat();
    let replay = Replay::new(project, &map);
    let mut proposals = Vec::new();
    for dialect in validate::engines(project) {
        match replay.scratch(dialect).await {
            Ok(mut scratch) => {
                let planned =
                    generate::on_scratch(project, &replay, &lineage, &mut scratch, Policy::of(project)?)
                        .await;
                scratch.close().await?;
                proposals.push(planned?);
            }
            Err(Failure::Engine(error)) => notes.push(merge::no_script(dialect, &error.message)),
            Err(other) => return Err(other),
        }
    }
    let Some(proposal) = proposals.first().cloned() else {
        return Err(notes.into());
    };
    if proposals.iter().all(Proposal::is_empty) {
        let message = format!(
            "nothing of the branch of {} is left to plan on top of {}",
            branch.id, onto.id
        );
        return Err(Diagnostic::error("RC0555", message)
            .help("its changes are in the other branch, or not in the declarations: declare them, or delete the files")
            .into());
    }
    let scripts: Vec<EngineScript> = proposals.iter().map(generate::script_of).collect();
    let message = message.map_or_else(|| joined(&fork.right), str::to_owned);
    let replaced: Vec<Revision> = fork.right.into_iter().cloned().collect();
    let revision = Revision {
        scripts,
        ..generate::fresh(project, &message, vec![onto.id.clone()])
    };
    // The new file first: a kill in between leaves a fork, which is seen, and not a hole.
    let revision = generate::store(project, revision)?;
    generate::remove(project, &replaced, &revision)?;
    Ok(Rebased {
        revision,
        replaced,
        proposal,
        notes,
    })
}

fn one(map: &RevisionMap, target: &str) -> Result<Revision, Failure> {
    match map.resolve(target, &[])? {
        Some(revision) => Ok(revision.clone()),
        None => Err(
            Diagnostic::error("RC0555", format!("`{target}` names no revision"))
                .help("name the branch by a revision of it; `reconcile heads` shows them")
                .into(),
        ),
    }
}

/// What the branch is to stand on if that was not said.
fn other_head(map: &RevisionMap, branch: &Revision) -> Result<Revision, Failure> {
    let mut others = map.heads();
    others.retain(|head| head.id != branch.id);
    match others.as_slice() {
        [other] => Ok((*other).clone()),
        [] => Err(Diagnostic::error("RC0555", "there is one head: nothing to stand on instead").into()),
        _ => Err(Diagnostic::error("RC0555", "there are several other heads")
            .help("say which with --onto")
            .into()),
    }
}

/// Whether these revisions can be taken away: nothing else stands on them, and they are ours.
fn movable(map: &RevisionMap, branch: &[&Revision], end: &Revision, onto: &Revision) -> Result<(), Failure> {
    let refuse = |message: String, help: &str| Err(Diagnostic::error("RC0555", message).help(help).into());
    if branch.is_empty() {
        return refuse(
            format!("{} stands on {} already", onto.id, end.id),
            "name the branch that is to move, and with --onto what it is to stand on",
        );
    }
    for revision in branch {
        if revision.origin == Origin::Alembic {
            return refuse(
                format!(
                    "revision {} is Alembic's ({})",
                    revision.id,
                    revision.path.display()
                ),
                "what was written by hand cannot be planned again: set its down_revision by hand",
            );
        }
        let inside = |child: &&Revision| branch.iter().any(|other| other.id == child.id);
        if let Some(child) = map
            .children(Some(&revision.id))
            .into_iter()
            .find(|child| !inside(child))
        {
            return refuse(
                format!("revision {} stands on {}, which would go", child.id, revision.id),
                "name the head of the branch",
            );
        }
    }
    Ok(())
}

/// Asks every database that the project lists; one that has a revision of the branch is a refusal, one that cannot be
/// asked a warning.
async fn unpublished(project: &Project, branch: &[&Revision]) -> Result<Vec<Diagnostic>, Failure> {
    let mut notes = Vec::new();
    for url in project.listed.iter().chain(&project.url) {
        match status::rows_of(project, url).await {
            Ok(rows) => {
                let has = |revision: &&&Revision| rows.contains(&revision.id);
                if let Some(revision) = branch.iter().find(has) {
                    let message = format!("{url} has revision {} of the branch", revision.id);
                    return Err(Diagnostic::error("RC0556", message)
                        .help("take it back there with `reconcile downgrade`, or `reconcile merge` the branches")
                        .into());
                }
            }
            Err(failure) => notes.push(
                Diagnostic::warning(
                    "RC0557",
                    format!("{url} could not be asked whether it has the branch: {failure}"),
                )
                .help("if it has, take the branch back there before the new revision is applied"),
            ),
        }
    }
    Ok(notes)
}

fn joined(branch: &[&Revision]) -> String {
    let messages: Vec<&str> = branch.iter().map(|revision| revision.message.as_str()).collect();
    messages.join("; ")
}
