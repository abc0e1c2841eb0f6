//! `squash`: one revision in the place of a part of the chain, proven equal on a scratch database.
//!
//! In: a range. Out: the revision, under the id of the last one it replaces, so that databases which stand there, and
//! revisions that stand on it, notice nothing. Its script is the scripts of the others, one after the other, to the
//! letter: data steps stay.

use crate::diagnostic::Diagnostic;
use crate::dialect::Dialect;
use crate::dialect::scratch::Scratch;
use crate::revision::{EngineScript, Origin, Revision, RevisionMap};
use crate::script::Script;

use super::replay::Replay;
use super::{Failure, Project, chain, drift, generate, sides};

/// What `squash` did.
#[derive(Debug)]
pub struct Squashed {
    /// The revision.
    pub revision: Revision,
    /// What it replaces, first to last; the files are gone.
    pub replaced: Vec<Revision>,
    /// The engines on which both were shown to be equal.
    pub proven: Vec<Dialect>,
    /// What a reader should know.
    pub notes: Vec<Diagnostic>,
}

/// Makes the revisions after `from` (`None`: from the base on) up to `to` one.
pub async fn squash(
    project: &Project,
    from: &str,
    to: &str,
    message: Option<&str>,
) -> Result<Squashed, Failure> {
    let map = chain::load(project)?;
    let start = map.resolve(if from.is_empty() { "base" } else { from }, &[])?;
    let end = map.resolve(if to.is_empty() { "head" } else { to }, &[])?;
    let rows: Vec<String> = start.iter().map(|revision| revision.id.clone()).collect();
    let way = map.upgrade_path(&rows, end)?;
    let (Some(first), Some(last)) = (way.first(), way.last()) else {
        return Err(refused(format!("there is nothing between {from} and {to}")));
    };
    one_line(&map, &way, &rows)?;
    let revision = together(&way, first, last, message)?;
    let mut proven = Vec::new();
    let mut notes = Vec::new();
    for script in &revision.scripts {
        let Some(dialect) = Dialect::from_name(&script.engine) else {
            continue;
        };
        match Replay::new(project, &map).scratch(dialect).await {
            Ok(mut scratch) => {
                let shown = equal(project, &map, &way, &revision, &mut scratch).await;
                scratch.close().await?;
                shown?;
                proven.push(dialect);
            }
            Err(Failure::Engine(error)) => notes.push(
                Diagnostic::warning("RC0561", format!("not proven on {dialect}: {}", error.message))
                    .help(format!("set a scratch-url for {dialect} and squash again")),
            ),
            Err(other) => return Err(other),
        }
    }
    let replaced: Vec<Revision> = way.into_iter().cloned().collect();
    let revision = generate::store(project, revision)?;
    let gone: Vec<Revision> = replaced
        .iter()
        .filter(|old| old.path != revision.path)
        .cloned()
        .collect();
    generate::remove(project, &gone, &revision)?;
    Ok(Squashed {
        revision,
        replaced,
        proven,
        notes,
    })
}

fn refused(message: String) -> Failure {
    Diagnostic::error("RC0560", message)
        .help("name two revisions of one line as `squash FROM:TO`; FROM itself stays, and is left out for the base")
        .into()
}

/// Each stands on the one before and on nothing else, and nothing from outside stands in between.
fn one_line(map: &RevisionMap, way: &[&Revision], rows: &[String]) -> Result<(), Failure> {
    let mut before: Vec<String> = rows.to_vec();
    for (place, revision) in way.iter().enumerate() {
        if revision.origin == Origin::Alembic {
            let path = revision.path.display();
            return Err(refused(format!("revision {} is Alembic's ({path})", revision.id)));
        }
        if revision.down_revisions != before || !revision.depends_on.is_empty() {
            return Err(refused(format!(
                "revision {} stands on more than the one before it",
                revision.id
            )));
        }
        let inside = |child: &&Revision| way.iter().any(|other| other.id == child.id);
        let is_last = place + 1 == way.len();
        let children = map.children(Some(&revision.id));
        if let Some(child) = children.into_iter().find(|child| !is_last && !inside(child)) {
            return Err(refused(format!(
                "revision {} stands on {}, in between",
                child.id, revision.id
            )));
        }
        before = vec![revision.id.clone()];
    }
    Ok(())
}

/// The scripts one after the other, on each engine that all of them have.
fn together(
    way: &[&Revision],
    first: &Revision,
    last: &Revision,
    message: Option<&str>,
) -> Result<Revision, Failure> {
    let mut scripts = Vec::new();
    for end in &last.scripts {
        let parts: Option<Vec<&EngineScript>> = way.iter().map(|one| one.script(&end.engine)).collect();
        let Some(parts) = parts else {
            return Err(refused(format!(
                "not all of them have a script for {}",
                end.engine
            )));
        };
        scripts.push(EngineScript {
            from: parts[0].from.clone(),
            or_from: parts[0].or_from.clone(),
            was: last.checksum(&end.engine),
            proof: None,
            upgrade: chained(parts.iter().map(|part| &part.upgrade)),
            downgrade: chained(parts.iter().rev().map(|part| &part.downgrade)),
            ..end.clone()
        });
    }
    let messages: Vec<&str> = way.iter().map(|one| one.message.as_str()).collect();
    let replaced = |one: &&Revision| {
        let own = (one.id != last.id).then(|| one.id.clone());
        one.replaces.iter().cloned().chain(own).collect::<Vec<_>>()
    };
    Ok(Revision {
        message: message.map_or_else(|| messages.join("; "), str::to_owned),
        down_revisions: first.down_revisions.clone(),
        branch_labels: way.iter().flat_map(|one| one.branch_labels.clone()).collect(),
        replaces: way.iter().flat_map(replaced).collect(),
        notes: way.iter().flat_map(|one| one.notes.clone()).collect(),
        scripts,
        ..last.clone()
    })
}

fn chained<'a>(scripts: impl Iterator<Item = &'a Script>) -> Script {
    let mut out = Script::default();
    for script in scripts {
        out.foreign_keys_off |= script.foreign_keys_off;
        out.steps.extend(script.steps.iter().cloned());
    }
    out
}

/// Both ways up end in one state, and the way down where it began.
async fn equal(
    project: &Project,
    map: &RevisionMap,
    way: &[&Revision],
    squashed: &Revision,
    scratch: &mut Scratch,
) -> Result<(), Failure> {
    let server = scratch.session()?.server().clone();
    let scope = sides::scope(project, server.dialect)?;
    let replay = Replay::new(project, map);
    let below: Vec<&Revision> = map.applied(&squashed.down_revisions)?;
    let start = replay.run(&below, scratch, &scope, None).await?;
    scratch.reset().await?;
    let all: Vec<&Revision> = below.iter().chain(way).copied().collect();
    let expected = replay.run(&all, scratch, &scope, None).await?;
    scratch.reset().await?;
    let new: Vec<&Revision> = below.iter().copied().chain([squashed]).collect();
    let found = replay.run(&new, scratch, &scope, None).await?;
    let mut differing = drift::between(&expected, &found, &server, "the squashed revision is not equal");
    if differing.is_empty() {
        let back = replay.take_back(squashed, scratch, &scope).await?;
        differing = drift::between(&start, &back, &server, "the way back is not equal");
    }
    if differing.is_empty() {
        Ok(())
    } else {
        Err(differing.into())
    }
}
