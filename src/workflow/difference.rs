//! `diff`: any two states, compared; nothing is written.

use crate::catalog::{Canonical, Catalog};
use crate::declare::Declared;
use crate::diagnostic::Diagnostic;
use crate::dialect::scratch::Scratch;
use crate::dialect::{DatabaseUrl, Dialect, Scope, Server};

use super::propose::{Sides, beside, differs, propose};
use super::{Failure, Project, Proposal, State, chain, sides, validate};

/// Plans from one state to another.
pub async fn difference(project: &Project, from: &State, to: &State) -> Result<Proposal, Failure> {
    let mut project = project.clone();
    // The server of a live state vouches for the texts of the other.
    if let Some(url) = [from, to].into_iter().find_map(live) {
        project.url = Some(url.clone());
    }
    let mut reader = Reader::new(&project, from, to).await?;
    let declared_from = reader.declared(from)?;
    let declared_to = reader.declared(to)?;
    let mut notes = Vec::new();
    let left = reader
        .side(from, declared_from.as_ref(), declared_to.as_ref(), &mut notes)
        .await?;
    let right = reader
        .side(to, declared_to.as_ref(), declared_from.as_ref(), &mut notes)
        .await?;
    let left = match &declared_to {
        Some(model) => sides::without_other_rows(left, model),
        None => left,
    };
    let (intents, sources) = beside(declared_to.as_ref());
    let server = reader.server.clone();
    let (left, right) = if differs(&left, &right, &intents, &server) {
        let arbitrated = reader
            .arbitrate(&left, &right, declared_from.as_ref(), &mut notes)
            .await?;
        (
            arbitrated,
            reader
                .arbitrate(&right, &left, declared_to.as_ref(), &mut notes)
                .await?,
        )
    } else {
        (left, right)
    };
    let (intents, sources) = (&intents, &sources);
    let result = propose(Sides {
        server: &server,
        from: &left,
        to: &right,
        intents,
        sources,
        notes,
        renamed: None,
    });
    reader.close().await?;
    result
}

fn live(state: &State) -> Option<&DatabaseUrl> {
    match state {
        State::Database(url) => Some(url),
        _ => None,
    }
}

/// Reads states on one engine, opening a scratch database only when something has to be arbitrated.
struct Reader<'a> {
    project: &'a Project,
    server: Server,
    scope: Scope,
    scratch: Option<Scratch>,
}

impl<'a> Reader<'a> {
    async fn new(project: &'a Project, from: &State, to: &State) -> Result<Self, Failure> {
        let server = match [from, to].into_iter().find_map(live) {
            Some(url) => {
                let session = sides::connect_reading(url).await?;
                let server = session.server().clone();
                session.close().await?;
                server
            }
            None => engine(project).engine().default_server(),
        };
        let scope = sides::scope(project, server.dialect);
        Ok(Self {
            project,
            server,
            scope,
            scratch: None,
        })
    }

    fn declared(&self, state: &State) -> Result<Option<Declared>, Failure> {
        match state {
            State::Declarations(path) => sides::declared(self.project, path, &self.server).map(Some),
            _ => Ok(None),
        }
    }

    /// A state as far as it is known without a scratch database, but for revisions, which need one.
    async fn side(
        &mut self,
        state: &State,
        own: Option<&Declared>,
        other: Option<&Declared>,
        notes: &mut Vec<Diagnostic>,
    ) -> Result<Canonical, Failure> {
        match state {
            State::Empty => Ok(Canonical::assumed(Catalog::new())),
            State::Declarations(_) => {
                let own = own.map(|declared| declared.catalog.clone()).unwrap_or_default();
                Ok(Canonical::assumed(own))
            }
            State::Database(url) => {
                if url.dialect != self.server.dialect {
                    return Err(two_engines().into());
                }
                let mut session = sides::connect_reading(url).await?;
                let read = sides::read(session.as_mut(), &self.scope, other).await?;
                session.close().await?;
                notes.extend(read.unmodelled);
                Ok(read.catalog)
            }
            State::Revision(target) => {
                let map = chain::load(self.project)?;
                let heads: Vec<String> = map.heads().iter().map(|head| head.id.clone()).collect();
                let revision = map.resolve(target, &heads)?;
                let lineage = sides::lineage(&map, revision)?;
                let scope = self.scope.clone();
                let scratch = self.scratch().await?;
                sides::replay(&lineage, scratch, &scope, other).await
            }
        }
    }

    /// What a scratch database makes of declarations where they differ from the other side; other states are
    /// canonical already.
    async fn arbitrate(
        &mut self,
        side: &Canonical,
        known: &Canonical,
        declared: Option<&Declared>,
        notes: &mut Vec<Diagnostic>,
    ) -> Result<Canonical, Failure> {
        let Some(declared) = declared else {
            return Ok(side.clone());
        };
        let scope = self.scope.clone();
        let embedded = self.server.engine().is_embedded();
        let offline = !embedded && self.project.scratch_urls.is_empty() && self.project.url.is_none();
        if offline {
            let title = self.server.engine().title();
            notes.push(
                Diagnostic::note(
                    "RC0523",
                    format!("not arbitrated: no {title} server vouches for the texts"),
                )
                .help("give --scratch-url to have a server compare expressions"),
            );
            return Ok(side.clone());
        }
        let scratch = self.scratch().await?;
        Ok(crate::scratch::canonicalise(declared, known, scratch, &scope).await?)
    }

    /// An empty scratch database.
    async fn scratch(&mut self) -> Result<&mut Scratch, Failure> {
        match &mut self.scratch {
            Some(scratch) => scratch.reset().await?,
            None => self.scratch = Some(sides::open_scratch(self.project, self.server.dialect).await?),
        }
        self.scratch
            .as_mut()
            .ok_or_else(|| Failure::Diagnostics(Vec::new()))
    }

    async fn close(self) -> Result<(), Failure> {
        if let Some(scratch) = self.scratch {
            scratch.close().await?;
        }
        Ok(())
    }
}

fn engine(project: &Project) -> Dialect {
    validate::engines(project)
        .first()
        .copied()
        .unwrap_or(Dialect::ALL[0])
}

fn two_engines() -> Diagnostic {
    Diagnostic::error(
        "RC0524",
        "the two databases are of different engines, and cannot be compared",
    )
    .help("inspect one of them to a folder, and compare the other with that folder")
}
