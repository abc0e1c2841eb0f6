//! `diff`: any two states, compared; nothing is written.

use crate::catalog::{Canonical, Catalog, Ident, ObjectId};
use crate::declare::Declared;
use crate::diagnostic::Diagnostic;
use crate::dialect::scratch::Scratch;
use crate::dialect::{DatabaseUrl, Dialect, Introspection, Scope, Server, Session, Sizes};
use crate::diff::Intents;

use super::propose::{Sides, beside, differs, nothing, propose};
use super::replay::Replay;
use super::sides::{Settled, Texts};
use super::{
    Failure, Project, Proposal, State, aside, chain, hints, observed, rights, route, sides, sizes, unmanaged,
    validate,
};

/// Plans from one state to another.
pub async fn difference(project: &Project, from: &State, to: &State) -> Result<Proposal, Failure> {
    let mut project = project.clone();
    // The server of a live state vouches for the texts of the other.
    if let Some(url) = [from, to].into_iter().find_map(live) {
        project.url = Some(url.clone());
    }
    let mut reader = Reader::new(&project, from, to).await?;
    let (texts_from, texts_to) = (reader.texts(from)?, reader.texts(to)?);
    if let Some(read) = reader.in_sync(from, texts_to.as_ref()).await? {
        unmanaged::refuse_strictly(&project, &read.unmodelled)?;
        let result = nothing(&reader.server, &read.catalog, read.unmodelled);
        reader.close().await?;
        return result;
    }
    let mut declared_from = reader.declared(texts_from.as_ref()).await?;
    let mut declared_to = reader.declared(texts_to.as_ref()).await?;
    let mut notes = Vec::new();
    let mut left = reader
        .side(from, declared_from.as_ref(), declared_to.as_ref(), &mut notes)
        .await?;
    let mut right = reader
        .side(to, declared_to.as_ref(), declared_from.as_ref(), &mut notes)
        .await?;
    reader.leave_to_owners(&mut declared_from, &mut left, &mut notes);
    reader.leave_to_owners(&mut declared_to, &mut right, &mut notes);
    let left = match &declared_to {
        Some(model) => sides::without_other_rows(left, model),
        None => left,
    };
    for declared in [&declared_from, &declared_to].into_iter().flatten() {
        let warnings = unmanaged::beside(&notes, declared);
        notes.extend(warnings);
    }
    let (declared, sources) = beside(declared_to.as_ref());
    let server = reader.server.clone();
    let policy = aside::Policy::of(&project)?;
    let quarantine = Quarantine {
        policy: declared_to.is_some().then_some(policy),
        of_declared: declared_from.is_some(),
        server: &server,
    };
    let (mut left, mut right, mut sizes) = (left, quarantine.visible(right), Sizes::new());
    let mut kept = quarantine.keep(&left, &right, &declared);
    let mut route = None;
    if differs(&left, &kept.to, &kept.intents, &server) || !observed::is_as_declared(&left, &kept.to) {
        let arbitrated = reader
            .arbitrate(&left, &right, declared_from.as_ref(), &mut notes)
            .await?;
        right = reader
            .arbitrate(&right, &left, declared_to.as_ref(), &mut notes)
            .await?;
        left = arbitrated;
        hints::refuse(&left, &right, &declared, &sources, &server)?;
        notes.extend(observed::differences(&left, &right, &sources, &server));
        kept = quarantine.keep(&left, &right, &declared);
        (kept, route) = reader.route(&left, kept).await?;
        if let State::Database(url) = from {
            sizes = sizes::ask(reader.session(url).await?, &left, &kept.to, &kept.intents).await?;
        }
    }
    notes.extend(std::mem::take(&mut kept.notes));
    let result = propose(Sides {
        server: &server,
        from: &left,
        to: &kept.to,
        intents: &kept.intents,
        sources: &sources,
        notes,
        route,
        sizes: &sizes,
        choices: &project.config.choices,
    });
    reader.close().await?;
    if let (Ok(proposal), State::Database(_), Some(texts), Some(declared)) =
        (&result, from, &texts_to, &declared_to)
    {
        texts.settle(proposal, declared);
    }
    result
}

/// What holds of quarantine between two states: where declarations are to be arrived at, it is as for a plan.
struct Quarantine<'a> {
    policy: Option<aside::Policy>,
    /// Whether the state to begin with is declared, and has nothing in quarantine.
    of_declared: bool,
    server: &'a Server,
}

impl Quarantine<'_> {
    /// Without what is in quarantine, where the other side cannot have any.
    fn visible(&self, to: Canonical) -> Canonical {
        let in_quarantine =
            |catalog: &Catalog| catalog.iter().any(|(id, object)| aside::is_aside(id, object));
        if !self.of_declared || !in_quarantine(&to) {
            return to;
        }
        let arbiter = to.arbiter().clone();
        let mut catalog = to.into_catalog();
        catalog.retain(|id, object| !aside::is_aside(id, object));
        aside::canonical(catalog, &arbiter)
    }

    fn keep(&self, from: &Canonical, to: &Canonical, intents: &Intents) -> aside::Kept {
        match self.policy {
            Some(policy) => aside::keep(from, to, intents, policy, self.server),
            None => aside::Kept::nothing(to, intents),
        }
    }
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
    /// The connection that told which server it is, until the state there is read.
    live: Option<(DatabaseUrl, Box<dyn Session>)>,
    scratch: Option<Scratch>,
    /// Whose the objects are on which the other side grants something.
    owners: Vec<(ObjectId, Ident)>,
}

impl<'a> Reader<'a> {
    /// What is read of a database with which these declarations were found equal before.
    async fn in_sync(&mut self, from: &State, to: Option<&Texts>) -> Result<Option<Introspection>, Failure> {
        let (State::Database(url), Some(texts)) = (from, to) else {
            return Ok(None);
        };
        let scope = self.scope.clone();
        let session = self.session(url).await?;
        Ok(match texts.settled(session, &scope).await? {
            Settled::Yes(read) => Some(read),
            Settled::No(_) | Settled::Unread => None,
        })
    }

    async fn new(project: &'a Project, from: &State, to: &State) -> Result<Self, Failure> {
        let live = match [from, to].into_iter().find_map(live) {
            Some(url) => Some((url.clone(), sides::connect_reading(url).await?)),
            None => None,
        };
        let server = match &live {
            Some((_, session)) => session.server().clone(),
            None => engine(project).engine().default_server(),
        };
        let scope = sides::scope(project, server.dialect)?;
        Ok(Self {
            project,
            server,
            scope,
            live,
            scratch: None,
            owners: Vec::new(),
        })
    }

    fn texts(&self, state: &State) -> Result<Option<Texts>, Failure> {
        match state {
            State::Declarations(path) => Texts::read(self.project, path, &self.server).map(Some),
            _ => Ok(None),
        }
    }

    async fn declared(&self, texts: Option<&Texts>) -> Result<Option<Declared>, Failure> {
        match texts {
            Some(texts) => texts.declared(self.project, &self.server).await.map(Some),
            None => Ok(None),
        }
    }

    /// A connection to this database: the one there is, or a new one.
    async fn session(&mut self, url: &DatabaseUrl) -> Result<&mut dyn Session, Failure> {
        if self.live.as_ref().is_none_or(|(other, _)| other != url) {
            self.disconnect().await?;
        }
        let (_, session) = match &mut self.live {
            Some(live) => live,
            none => none.insert((url.clone(), sides::connect_reading(url).await?)),
        };
        Ok(session.as_mut())
    }

    async fn disconnect(&mut self) -> Result<(), Failure> {
        if let Some((_, session)) = self.live.take() {
            session.close().await?;
        }
        Ok(())
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
                let scope = self.scope.clone();
                let read = sides::read(self.session(url).await?, &scope, other, None).await?;
                self.disconnect().await?;
                unmanaged::refuse_strictly(self.project, &read.unmodelled)?;
                self.scope = self.scope.clone().beside(&read.unmodelled);
                notes.extend(read.unmodelled);
                self.owners.extend(read.owners);
                Ok(read.catalog)
            }
            State::Revision(target) => {
                let map = chain::load(self.project)?;
                let heads: Vec<String> = map.heads().iter().map(|head| head.id.clone()).collect();
                let revision = map.resolve(target, &heads)?;
                let lineage = sides::lineage(&map, revision)?;
                let scope = self.scope.clone();
                let replay = Replay::new(self.project, &map);
                if let Some(unfit) = self.scratch.take() {
                    unfit.close().await?;
                }
                let scratch = self.scratch.insert(replay.scratch(self.server.dialect).await?);
                replay.run(&lineage, scratch, &scope, other).await
            }
        }
    }

    /// Takes out of declarations what they grant to whoever owns the object in the database on the other side.
    fn leave_to_owners(
        &self,
        model: &mut Option<Declared>,
        side: &mut Canonical,
        notes: &mut Vec<Diagnostic>,
    ) {
        if let Some(declared) = model.take_if(|_| !self.owners.is_empty()) {
            let declared = rights::without_those_of_owners(declared, &self.owners, notes);
            *side = Canonical::assumed(declared.catalog.clone());
            *model = Some(declared);
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
        if !sides::has_scratch(self.project, self.server.dialect) {
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

    /// The way, where names change and an engine can say what becomes of the rest.
    async fn route(
        &mut self,
        from: &Canonical,
        kept: aside::Kept,
    ) -> Result<(aside::Kept, Option<route::Route>), Failure> {
        if self.scratch.is_none() || kept.intents.renames.is_empty() {
            return Ok((kept, None));
        }
        let scope = self.scope.clone();
        let (kept, route) = route::asked(from, kept, self.scratch().await?, &scope).await?;
        Ok((kept, Some(route)))
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

    async fn close(mut self) -> Result<(), Failure> {
        self.disconnect().await?;
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
