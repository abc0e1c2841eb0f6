//! `plan`: the declarations against the database, as a new revision file.

use std::path::{Path, PathBuf};

use crate::catalog::Canonical;
use crate::declare::Declared;
use crate::diagnostic::Diagnostic;
use crate::dialect::scratch::Scratch;
use crate::dialect::{Dialect, Scope, Server, Session, Sizes};
use crate::revision::{self, EngineScript, Origin, Revision, RevisionMap};
use crate::scratch;

use super::aside::{self, Kept, Policy};
use super::propose::{Sides, demonstrate, differs, nothing, propose};
use super::replay::Replay;
use super::route::{self, Question, Route};
use super::sides::Settled;
use super::{
    Failure, Project, Proposal, between, branches, chain, drift, elsewhere, hints, likeness, lint, observed,
    ownership, preflight, rights, sides, sizes, status, twin, unmanaged, validate,
};

/// What `plan` wrote.
#[derive(Debug)]
pub struct Generated {
    /// What it does on the connected database.
    pub proposal: Proposal,
    /// The revision.
    pub revision: Revision,
    /// Its file.
    pub path: PathBuf,
}

/// What became of `plan`.
#[derive(Debug)]
pub enum Planned {
    /// A revision.
    Written(Box<Generated>),
    /// Nothing differs.
    Nothing {
        /// The warnings that hold all the same: what of the database is not managed, or is not as it should be.
        warnings: Vec<Diagnostic>,
    },
}

/// Plans, proves and writes. Pending revisions that the database does not have yet are
/// an error that says to apply them first.
pub async fn plan(project: &Project, message: &str) -> Result<Planned, Failure> {
    let map = chain::load(project)?;
    branches::the_head(&map)?;
    let rows = status::current(project).await?;
    elsewhere::refuse(project, &map, &rows).await?;
    let pending = status::pending(&map, &rows)?;
    if let Some(first) = pending.first() {
        return Err(Diagnostic::error(
            "RC0530",
            format!(
                "the database does not have {} revision(s) of the chain yet, {} first",
                pending.len(),
                first.id
            ),
        )
        .help("run `reconcile upgrade head`, then plan again")
        .into());
    }
    let drift = drift::find(project, &map, &rows).await?;
    if !drift.is_empty() {
        return Err(drift.into());
    }
    let mut proposal = proposal(project).await?;
    if proposal.is_empty() {
        return Ok(Planned::Nothing {
            warnings: proposal.into_warnings(),
        });
    }
    likeness::refuse(project, &proposal)?;
    between::warn(&map, &mut proposal);
    let generated = write(project, proposal, message).await?;
    Ok(Planned::Written(Box::new(generated)))
}

/// What differs between the project's database and its declarations, proven, and asked of the data.
pub async fn proposal(project: &Project) -> Result<Proposal, Failure> {
    let url = sides::database(project)?;
    let mut session = if url.exists() {
        sides::connect_reading(url).await?
    } else {
        sides::connect_nowhere(url).await?
    };
    let server = session.server().clone();
    let scope = sides::scope(project, server.dialect)?;
    let texts = sides::Texts::read(project, &project.config.schema, &server)?;
    let before = match texts.settled(session.as_mut(), &scope).await? {
        Settled::Yes(read) => {
            unmanaged::refuse_strictly(project, &read.unmodelled)?;
            session.close().await?;
            return nothing(&server, &read.catalog, read.unmodelled);
        }
        Settled::No(read) => Some(read),
        Settled::Unread => None,
    };
    let declared = texts.declared(project, &server).await?;
    let read = sides::read(session.as_mut(), &scope, Some(&declared), before).await?;
    unmanaged::refuse_strictly(project, &read.unmodelled)?;
    let from = sides::without_other_rows(read.catalog, &declared);
    observed::refuse_missing(&from, &declared)?;
    let assumed = Canonical::assumed(declared.catalog.clone());
    let mut notes = read.unmodelled;
    let scope = scope.beside(&notes);
    let declared = rights::without_those_of_owners(declared, &read.owners, &mut notes);
    let warnings = unmanaged::beside(&notes, &declared);
    notes.extend(warnings);
    let planning = Planning {
        project,
        server: &server,
        scope: &scope,
        declared: &declared,
        policy: Policy::of(project)?,
    };
    // Nothing to arbitrate when the declared text already equals what the database says.
    let kept = planning.keep(&from, &assumed);
    if !differs(&from, &kept.to, &kept.intents, &server) && observed::is_as_declared(&from, &kept.to) {
        session.close().await?;
        let proposal = planning.side(&from, &kept, None, &Sizes::new(), notes)?;
        texts.settle(&proposal, &declared);
        return Ok(proposal);
    }
    let mut scratch = sides::open_scratch(project, server.dialect).await?;
    let result = planning
        .arbitrated(&from, Some(&mut session), &mut scratch, notes)
        .await;
    scratch.close().await?;
    let mut proposal = result?;
    lint::note(project, &mut proposal, &declared);
    observed::refuse(&proposal, &declared.sources)?;
    ownership::check(session.as_mut(), &proposal, &declared.sources).await?;
    let asked = preflight::ask(session.as_mut(), &mut proposal, &declared.sources, project).await;
    if asked.is_err() {
        // The values that rows lack may be there already, under the name that goes.
        likeness::refuse(project, &proposal)?;
    }
    asked?;
    session.close().await?;
    texts.settle(&proposal, &declared);
    Ok(proposal)
}

/// What is declared, for whom, and what holds of drops.
struct Planning<'a> {
    project: &'a Project,
    server: &'a Server,
    scope: &'a Scope,
    declared: &'a Declared,
    policy: Policy,
}

impl Planning<'_> {
    /// The declared state with what is in quarantine, or put there.
    fn keep(&self, from: &Canonical, to: &Canonical) -> Kept {
        aside::keep(from, to, &self.declared.intents, self.policy, self.server)
    }

    fn side(
        &self,
        from: &Canonical,
        kept: &Kept,
        route: Option<Route>,
        sizes: &Sizes,
        mut notes: Vec<Diagnostic>,
    ) -> Result<Proposal, Failure> {
        notes.extend(kept.notes.iter().cloned());
        propose(Sides {
            server: self.server,
            from,
            to: &kept.to,
            intents: &kept.intents,
            sources: &self.declared.sources,
            notes,
            route,
            sizes,
            choices: &self.project.config.choices,
        })
    }

    /// The declarations in the words of the engine, and what leads there, proven. `live` is the database that is in the
    /// state `from`, if there is one; it is asked how large its tables are.
    async fn arbitrated(
        &self,
        from: &Canonical,
        live: Option<&mut Box<dyn Session>>,
        scratch: &mut Scratch,
        mut notes: Vec<Diagnostic>,
    ) -> Result<Proposal, Failure> {
        let to = scratch::canonicalise(self.declared, from, scratch, self.scope).await?;
        let (intents, sources) = (&self.declared.intents, &self.declared.sources);
        hints::refuse(from, &to, intents, sources, self.server)?;
        notes.extend(observed::differences(from, &to, sources, self.server));
        let question = Question {
            declared: self.declared,
            from,
            phase: self.project.phase,
            scope: self.scope,
        };
        let (kept, route) = route::find(&question, &to, |to| self.keep(from, to), scratch).await?;
        let sizes = match live {
            Some(session) => sizes::ask(session.as_mut(), from, &kept.to, &kept.intents).await?,
            None => Sizes::new(),
        };
        let mut proposal = self.side(from, &kept, Some(route), &sizes, notes)?;
        // What is set aside may be a rename that nobody declared, as what is dropped may.
        let plain = Route::straight(from, &to, intents, self.server).whole;
        proposal.alike = likeness::find(&plain, sources, self.server.engine());
        if !proposal.is_empty() {
            demonstrate(&mut proposal, scratch, self.scope, &self.declared.sources).await?;
        }
        Ok(proposal)
    }
}

/// Writes a proposal as a revision, with a script for every engine that the project names.
pub(super) async fn write(
    project: &Project,
    mut proposal: Proposal,
    message: &str,
) -> Result<Generated, Failure> {
    let map = chain::load(project)?;
    let dialect = proposal.server.dialect;
    let mut scripts = vec![script_of(&proposal)];
    for other in validate::engines(project)
        .into_iter()
        .filter(|other| *other != dialect)
    {
        if let Some(foreign) = Replay::new(project, &map).missing()? {
            proposal.notes.push(not_replayed(foreign, other));
            continue;
        }
        match from_chain(project, &map, other).await {
            Ok(found) => scripts.push(script_of(&found)),
            Err(Failure::Engine(error)) => proposal.notes.push(
                Diagnostic::warning(
                    "RC0532",
                    format!("the revision carries no script for {other}: {error}"),
                )
                .help(format!(
                    "set a scratch-url for {other} in reconcile.kdl and plan again"
                )),
            ),
            Err(other) => return Err(other),
        }
    }
    let revision = Revision {
        notes: lasting(&proposal.notes),
        scripts,
        ..fresh(project, message, branches::the_head(&map)?.into_iter().collect())
    };
    let revision = store(project, revision)?;
    Ok(Generated {
        path: revision.path.clone(),
        proposal,
        revision,
    })
}

/// The notes that are of use to who reads the revision later.
fn lasting(notes: &[Diagnostic]) -> Vec<String> {
    let lasting = notes.iter().filter(|note| note.code != aside::KEPT);
    lasting.map(|note| note.message.clone()).collect()
}

fn not_replayed(foreign: &Revision, engine: Dialect) -> Diagnostic {
    let message = format!(
        "the revision carries no script for {engine}: revision {} is Alembic's, and cannot be replayed",
        foreign.id
    );
    Diagnostic::warning("RC0532", message).help(format!(
        "say in reconcile.kdl how Alembic is run (`chain \"alembic\" {{ command \"alembic\"; }}`), or remove {engine} from `engines`"
    ))
}

/// A revision of now that does nothing yet.
pub(super) fn fresh(project: &Project, message: &str, down_revisions: Vec<String>) -> Revision {
    Revision {
        origin: Origin::Native,
        id: (project.new_id)(),
        message: message.to_owned(),
        down_revisions,
        branch_labels: Vec::new(),
        depends_on: Vec::new(),
        replaces: Vec::new(),
        created: project.now.clone(),
        phase: project.phase,
        notes: Vec::new(),
        scripts: Vec::new(),
        path: PathBuf::new(),
    }
}

/// Writes the file of a new revision; its scripts stand in the order in which the project names the engines.
pub(super) fn store(project: &Project, mut revision: Revision) -> Result<Revision, Failure> {
    revision.created = twin::in_zone(project, &revision.created)?;
    let order = &project.config.engines;
    revision.scripts.sort_by_key(|script| {
        order
            .iter()
            .position(|name| *name == script.engine)
            .unwrap_or(usize::MAX)
    });
    let files = twin::files(project, &revision)?;
    revision.path = files.own;
    let mut texts = vec![(revision.path.clone(), revision::print(&revision))];
    texts.extend(files.twin);
    save(&texts)?;
    // A revision that takes the place of another may have its id, and then has a twin under another name.
    let kept = texts.get(1).map(|(path, _)| path.as_path());
    for old in twin::others(project, &revision.id, kept)? {
        remove_file(&old)?;
    }
    Ok(revision)
}

/// Takes the files of a revision away that was of no use.
pub(super) fn discard(project: &Project, revision: &Revision) -> Result<(), Failure> {
    remove_file(&revision.path)?;
    for twin in twin::others(project, &revision.id, None)? {
        remove_file(&twin)?;
    }
    Ok(())
}

/// Takes the files of revisions away; `kept` is the one in whose favour.
pub(super) fn remove(project: &Project, revisions: &[Revision], kept: &Revision) -> Result<(), Failure> {
    for revision in revisions {
        if revision.id == kept.id {
            remove_file(&revision.path)?;
        } else {
            discard(project, revision)?;
        }
    }
    Ok(())
}

fn remove_file(path: &Path) -> Result<(), Failure> {
    std::fs::remove_file(path).map_err(|error| Failure::Io {
        path: path.to_owned(),
        error,
    })
}

/// All or none, and each through a temporary file: a reader never sees half of a revision.
pub(super) fn save(files: &[(PathBuf, String)]) -> Result<(), Failure> {
    let unfinished = |path: &Path| {
        let mut name = path.as_os_str().to_owned();
        name.push(".tmp");
        PathBuf::from(name)
    };
    let written = files.iter().try_for_each(|(path, text)| {
        let failed = |error| Failure::Io {
            path: path.clone(),
            error,
        };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        std::fs::write(unfinished(path), text).map_err(failed)
    });
    let mut new = Vec::new();
    let saved = written.and_then(|()| {
        files.iter().try_for_each(|(path, _)| {
            if !path.exists() {
                new.push(path);
            }
            std::fs::rename(unfinished(path), path).map_err(|error| Failure::Io {
                path: path.clone(),
                error,
            })
        })
    });
    if saved.is_err() {
        // What went wrong first is what matters.
        for path in files
            .iter()
            .map(|(path, _)| unfinished(path))
            .chain(new.into_iter().cloned())
        {
            std::fs::remove_file(path).ok();
        }
    }
    saved
}

pub(super) fn script_of(proposal: &Proposal) -> EngineScript {
    EngineScript {
        engine: proposal.server.dialect.name().to_owned(),
        version: proposal.server.version_text.clone(),
        from: proposal.from(),
        or_from: None,
        was: None,
        to: proposal.to(),
        proof: proposal.proof.clone(),
        upgrade: proposal.upgrade.clone(),
        downgrade: proposal.downgrade.clone(),
    }
}

/// The same revision for an engine that is not connected: from the chain, replayed on a scratch database.
pub(super) async fn from_chain(
    project: &Project,
    map: &RevisionMap,
    dialect: Dialect,
) -> Result<Proposal, Failure> {
    let replay = Replay::new(project, map);
    let mut scratch = replay.scratch(dialect).await?;
    let result = on_scratch(
        project,
        &replay,
        &map.in_order(),
        &mut scratch,
        Policy::of(project)?,
    )
    .await;
    scratch.close().await?;
    result
}

/// What is left to do after these revisions, which an empty scratch database runs first.
pub(super) async fn on_scratch(
    project: &Project,
    replay: &Replay<'_>,
    lineage: &[&Revision],
    scratch: &mut Scratch,
    policy: Policy,
) -> Result<Proposal, Failure> {
    let server = scratch.session()?.server().clone();
    let scope = sides::scope(project, server.dialect)?;
    let declared = sides::declared(project, &project.config.schema, &server).await?;
    let from = sides::without_other_rows(
        replay.run(lineage, scratch, &scope, Some(&declared)).await?,
        &declared,
    );
    scratch.reset().await?;
    let planning = Planning {
        project,
        server: &server,
        scope: &scope,
        declared: &declared,
        policy,
    };
    planning.arbitrated(&from, None, scratch, Vec::new()).await
}
