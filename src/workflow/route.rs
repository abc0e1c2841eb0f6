//! The way from one state to another: straight, or by way of states in which something must be the case that the planner
//! cannot see in the two ends.
//!
//! In: a database's state, the declared one, and which half of the change is wanted. Out: [`Route`], whose legs are planned one
//! after the other.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::catalog::kinds::{Column, View};
use crate::catalog::{Canonical, Catalog, Expr, ObjectId};
use crate::declare::Declared;
use crate::diagnostic::Diagnostic;
use crate::dialect::bridge::{Mirror, is_kept, mirrors};
use crate::dialect::scratch::Scratch;
use crate::dialect::{EngineError, Scope, Server};
use crate::diff::{Change, Difference, Intents, diff};
use crate::op::Phase;
use crate::phases::{self, Expansion, Finish, Split, Views, Waiting};
use crate::scratch::{after_renames, build, canonicalise};

use super::Failure;
use super::aside::{Kept, canonical};

/// Which ways a part of the way is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ways {
    Both,
    There,
    Back,
}

/// One part of the way, planned by itself.
#[derive(Clone, Debug)]
pub(super) struct Leg {
    pub(super) from: Canonical,
    pub(super) to: Canonical,
    pub(super) intents: Intents,
    /// What an engine makes of `from` when the renames are carried out, where that was asked.
    pub(super) renamed: Option<Arc<Catalog>>,
    /// Whether others see all of it or nothing.
    pub(super) at_once: bool,
    /// Which ways it is taken: there, back, or both.
    pub(super) ways: Ways,
    /// What copies are filled with on the way back.
    pub(super) fill_back: HashMap<ObjectId, Expr>,
    /// What the data need not be asked about: it holds because it holds of what was copied.
    certain: HashSet<ObjectId>,
}

impl Leg {
    fn new(from: &Canonical, to: &Canonical, intents: Intents) -> Self {
        Self {
            from: from.clone(),
            to: to.clone(),
            intents,
            renamed: None,
            at_once: false,
            ways: Ways::Both,
            fill_back: HashMap::new(),
            certain: HashSet::new(),
        }
    }

    fn at_once(self) -> Self {
        Self {
            at_once: true,
            ..self
        }
    }

    /// Whether the answer of the data is known.
    pub(super) fn is_certain(&self, subject: &ObjectId) -> bool {
        self.certain.contains(subject) || is_kept(subject)
    }
}

/// The whole way.
#[derive(Clone, Debug)]
pub(super) struct Route {
    /// Where it leads.
    pub(super) to: Canonical,
    pub(super) legs: Vec<Leg>,
    /// What differs from the declarations, whatever of it the route does.
    pub(super) whole: Difference,
    pub(super) phase: Option<Phase>,
    /// What was kept for code of before, and goes.
    pub(super) kept: Vec<String>,
    pub(super) notes: Vec<Diagnostic>,
}

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question<'a> {
    pub(super) declared: &'a Declared,
    pub(super) from: &'a Canonical,
    pub(super) phase: Option<Phase>,
    pub(super) scope: &'a Scope,
}

impl Route {
    /// To the declared state, as far as that can be planned without asking an engine.
    pub(super) fn straight(from: &Canonical, to: &Canonical, intents: &Intents, server: &Server) -> Self {
        let engine = server.engine();
        let finish = phases::finish(from, to, engine);
        let (legs, kept) = match finish {
            None => (vec![Leg::new(from, to, intents.clone())], Vec::new()),
            Some(finish) => {
                let kept = finish.kept.clone();
                (ending(from, to, intents, finish), kept)
            }
        };
        let last = &legs[legs.len() - 1];
        Self {
            to: to.clone(),
            whole: diff(&last.from, to, &last.intents, &|name| engine.quote(name)),
            legs,
            phase: None,
            kept,
            notes: Vec::new(),
        }
    }
}

/// The copies go at once, and the columns take their names; then comes the rest. On the way back the copies are made first,
/// and filled while others read and write.
fn ending(from: &Canonical, to: &Canonical, intents: &Intents, finish: Finish) -> Vec<Leg> {
    let loosened = like(from, finish.loosened);
    let settled = like(from, finish.settled);
    let copies = finish.fill.keys().cloned().collect();
    let mut renaming = intents.clone();
    renaming.renames.splice(0..0, finish.renames);
    vec![
        Leg {
            ways: Ways::There,
            ..Leg::new(from, &settled, Intents::default()).at_once()
        },
        Leg {
            ways: Ways::Back,
            fill_back: finish.fill,
            certain: copies,
            ..Leg::new(from, &loosened, Intents::default())
        },
        Leg {
            ways: Ways::Back,
            ..Leg::new(&loosened, &settled, Intents::default()).at_once()
        },
        Leg::new(&settled, to, renaming),
    ]
}

/// A catalog for which the same arbiter vouches.
fn like(model: &Canonical, catalog: Catalog) -> Canonical {
    canonical(catalog, model.arbiter())
}

/// A state without what was kept between two deploys and is not wanted any more, and with its renames among the declared ones.
pub(super) fn settled(
    from: &Canonical,
    to: &Catalog,
    intents: &Intents,
    server: &Server,
) -> (Canonical, Intents) {
    let mut intents = intents.clone();
    match phases::finish(from, to, server.engine()) {
        None => (from.clone(), intents),
        Some(finish) => {
            intents.renames.splice(0..0, finish.renames);
            (like(from, finish.settled), intents)
        }
    }
}

/// The way that was asked for, and where it leads but for the first phase: `keep` adds to the declared state what is not
/// dropped yet. The scratch database holds what is declared otherwise than it is.
pub(super) async fn find(
    question: &Question<'_>,
    to: &Canonical,
    keep: impl FnOnce(&Canonical) -> Kept,
    scratch: &mut Scratch,
) -> Result<(Kept, Route), Failure> {
    let server = scratch.session()?.server().clone();
    let from = question.from;
    let intents = &question.declared.intents;
    if question.phase.is_some() {
        let between = Between::find(question, to, scratch).await?;
        if question.phase == Some(Phase::Expand) {
            let route = between.route(question, to, &server);
            return Ok((Kept::nothing(to, intents), route));
        }
        between.refuse_unfinished(from, &server)?;
    }
    scratch.reset().await?;
    let (kept, mut route) = asked(from, keep(to), scratch, question.scope).await?;
    route.phase = question.phase;
    Ok((kept, route))
}

/// The whole way, with what the engine makes of the declared renames. The scratch database has to be empty.
pub(super) async fn asked(
    from: &Canonical,
    mut kept: Kept,
    scratch: &mut Scratch,
    scope: &Scope,
) -> Result<(Kept, Route), Failure> {
    let server = scratch.session()?.server().clone();
    let mut route = Route::straight(from, &kept.to, &kept.intents, &server);
    if let Some(last) = route.legs.last_mut() {
        last.renamed = after_renames(&last.from, &kept.to, &last.intents, scratch, scope).await;
        kept = kept.following(last.renamed.as_ref());
        last.to = kept.to.clone();
    }
    route.to = kept.to.clone();
    Ok((kept, route))
}

/// The state between two deploys, as an engine prints it.
struct Between {
    /// The state before, after the renames that come first.
    renamed: Arc<Catalog>,
    split: Split,
    expansion: Expansion,
    to: Canonical,
}

impl Between {
    async fn find(question: &Question<'_>, to: &Canonical, scratch: &mut Scratch) -> Result<Self, Failure> {
        let server = scratch.session()?.server().clone();
        let engine = server.engine();
        let (from, intents) = (question.from, &question.declared.intents);
        let split = phases::split(from, to, intents, engine);
        refuse_moving_mirrors(from, &split, &server)?;
        let views = views(question, to, scratch).await?;
        scratch.reset().await?;
        let carried = Intents {
            renames: split.carried.clone(),
            ..Intents::default()
        };
        let renamed = match after_renames(from, to, &carried, scratch, question.scope).await {
            Some(renamed) => renamed,
            None => diff(from, to, &carried, &|name| engine.quote(name)).from,
        };
        let expansion = phases::expand(&phases::Sides {
            from: &renamed,
            to,
            split: &split,
            intents,
            views: &views,
            engine,
        });
        scratch.reset().await?;
        let asked = Declared {
            catalog: expansion.to.clone(),
            sources: question.declared.sources.clone(),
            ..Declared::default()
        };
        let to = canonicalise(&asked, &renamed, scratch, question.scope).await?;
        scratch.reset().await?;
        Ok(Self {
            renamed,
            split,
            expansion,
            to,
        })
    }

    /// First the renames with what stands in for the tables; then the copies with what keeps them equal; then the rest,
    /// and the rows of the copies.
    fn route(self, question: &Question<'_>, declared: &Canonical, server: &Server) -> Route {
        let engine = server.engine();
        let from = question.from;
        let mut first = (*self.renamed).clone();
        put(&mut first, &self.to, &self.expansion.stand_ins);
        let mut second = first.clone();
        let mut fill = HashMap::new();
        for mirror in &self.expansion.mirrors {
            self.copied(&mut second, mirror, server);
            fill.insert(mirror.new_id(), Expr::new(engine.quote(mirror.old.text())));
        }
        let (first, second) = (like(from, first), like(from, second));
        let intents = &question.declared.intents;
        let carried = Intents {
            renames: self.split.carried.clone(),
            ..Intents::default()
        };
        let certain = fill.keys().cloned().collect();
        // A column that is not required yet is filled when it becomes so.
        let required = |id: &ObjectId| {
            self.to
                .payload::<Column>(id)
                .is_some_and(|column| !column.nullable)
        };
        let mut backfill = intents.backfill.clone();
        backfill.retain(|id, _| required(id));
        let rest = Intents {
            renames: Vec::new(),
            fill,
            backfill,
            ..intents.clone()
        };
        let legs = vec![
            Leg {
                renamed: Some(Arc::clone(&self.renamed)),
                ..Leg::new(from, &first, carried).at_once()
            },
            Leg::new(&first, &second, Intents::default()).at_once(),
            Leg {
                certain,
                ..Leg::new(&second, &self.to, rest)
            },
        ];
        let straight = Route::straight(from, declared, intents, server);
        Route {
            to: self.to,
            legs,
            whole: straight.whole,
            phase: Some(Phase::Expand),
            kept: Vec::new(),
            notes: notes(&self.expansion.waits),
        }
    }

    /// The copy of a column, still empty, and what keeps it equal.
    fn copied(&self, catalog: &mut Catalog, mirror: &Mirror, server: &Server) {
        let parts = mirror.parts(&self.to, server.engine());
        put(catalog, &self.to, &parts);
        put(catalog, &self.to, &[mirror.new_id()]);
        phases::loosen(catalog, mirror, &self.to);
    }

    fn refuse_unfinished(&self, from: &Canonical, server: &Server) -> Result<(), Failure> {
        let engine = server.engine();
        let missing = diff(from, &self.to, &Intents::default(), &|name| engine.quote(name));
        if missing.is_empty() {
            return Ok(());
        }
        // What only keeps names equal says nothing to an author, where there is anything else.
        let (kept, own): (Vec<&ObjectId>, Vec<&ObjectId>) =
            missing.changes.iter().map(Change::id).partition(|id| is_kept(id));
        let names: Vec<String> = if own.is_empty() { kept } else { own }
            .into_iter()
            .map(ToString::to_string)
            .collect();
        let more = match names.len().saturating_sub(SHOWN) {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        let message = format!(
            "the first phase is not there yet: {}{more}",
            names[..names.len().min(SHOWN)].join(", ")
        );
        Err(Diagnostic::error("RC0670", message)
            .help("run `reconcile plan --expand -m TEXT`, apply it, let the new code run everywhere, and come back")
            .into())
    }
}

/// How many objects are named in one message.
const SHOWN: usize = 5;

/// Puts objects of `source` in, with what is known of who needs whom.
fn put(catalog: &mut Catalog, source: &Catalog, ids: &[ObjectId]) {
    for id in ids {
        if let Some((id, object)) = source.get_full(id) {
            catalog.insert(id.clone(), object.clone());
        }
    }
    for edge in source.edges() {
        if catalog.contains(&edge.dependent) && catalog.contains(&edge.referenced) {
            catalog.add_edge(edge.dependent.clone(), edge.referenced.clone());
        }
    }
}

/// What keeps a column equal goes by the name of its table.
fn refuse_moving_mirrors(from: &Catalog, split: &Split, server: &Server) -> Result<(), Failure> {
    let mirrors = mirrors(from, server.engine());
    let moving = split.carried.iter().find_map(|rename| {
        let table = rename.from.qname()?;
        mirrors.iter().find(|mirror| mirror.table == *table)
    });
    let Some(mirror) = moving else { return Ok(()) };
    let message = format!(
        "table {} cannot be renamed while {} is kept beside {}",
        mirror.table, mirror.old, mirror.new
    );
    Err(Diagnostic::error("RC0675", message)
        .help("end that rename first: take the table's `was=` out, run `reconcile plan --contract`, then rename the table")
        .into())
}

/// The columns of the views that differ, before and after. The scratch database holds the latter.
async fn views(question: &Question<'_>, to: &Canonical, scratch: &mut Scratch) -> Result<Views, Failure> {
    let from = question.from;
    let changed: Vec<&ObjectId> = to
        .of_kind::<View>()
        .filter(|(id, view)| from.payload::<View>(id).is_some_and(|before| before != *view))
        .map(|(id, _)| id)
        .collect();
    let mut views = Views::new();
    if changed.is_empty() {
        return Ok(views);
    }
    let after = columns(&changed, scratch).await?;
    scratch.reset().await?;
    if build(from, scratch, &|_| None).await.is_err() {
        return Ok(views);
    }
    let before = columns(&changed, scratch).await?;
    for ((id, before), after) in changed.into_iter().zip(before).zip(after) {
        views.insert(id.clone(), [before, after]);
    }
    Ok(views)
}

async fn columns(
    views: &[&ObjectId],
    scratch: &mut Scratch,
) -> Result<Vec<Vec<Vec<Option<String>>>>, EngineError> {
    let session = scratch.session()?;
    let engine = session.server().engine();
    let mut out = Vec::new();
    for name in views.iter().filter_map(|view| view.qname()) {
        out.push(session.query(&engine.columns_of(name)).await?);
    }
    Ok(out)
}

/// What is left for the second phase, in one note; what no order of code and database serves, in one each.
fn notes(waits: &[Waiting]) -> Vec<Diagnostic> {
    let mut notes = Vec::new();
    let left: Vec<String> = waits
        .iter()
        .map(|wait| format!("{}: {}", wait.subject, wait.what))
        .collect();
    if !left.is_empty() {
        notes.push(
            Diagnostic::note(
                "RC0673",
                format!("left for the second phase: {}", left.join("; ")),
            )
            .help("run `reconcile plan --contract -m TEXT` when the new code runs everywhere"),
        );
    }
    let hard = waits.iter().filter_map(|wait| Some((wait, wait.unsafe_because?)));
    notes.extend(hard.map(|(wait, why)| {
        let message = format!(
            "{}: to {} breaks code whenever it is done",
            wait.subject, wait.what
        );
        Diagnostic::warning("RC0674", message)
            .about(&wait.subject)
            .help(why)
    }));
    notes
}
