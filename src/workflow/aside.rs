//! Quarantine: what is not declared any more and holds data is set aside by a rename, kept for a time, and dropped by a
//! later plan; what is declared again before that is taken back.
//!
//! In: two canonical states, what is declared about the way, and the policy of the moment. Out: the state to arrive at with
//! what stays in quarantine in it, the renames that lead there, and what to say. The planner knows nothing of it: to it these
//! are renames, and alterations of what was renamed, which it undoes on the way back as any other.

use std::collections::HashSet;
use std::sync::Arc;

use crate::catalog::aside::{self, Day};
use crate::catalog::kinds::{Column, ForeignKey, Sequence};
use crate::catalog::walk::{References, Walk};
use crate::catalog::{Arbiter, Canonical, Catalog, Ident, Kind, Object, ObjectId, Payload as _, Renaming};
use crate::config::Drops;
use crate::diagnostic::Diagnostic;
use crate::dialect::{Engine, KindRules, Server};
use crate::diff::{Intents, RenameIntent, after_renames};

use super::{Failure, Project, likeness, route};

/// The code of the note that says what is in quarantine.
pub(super) const KEPT: &str = "RC0632";

/// What is set aside in a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAside {
    /// The object, under the name that it has now.
    pub id: ObjectId,
    /// What it was called, as far as the name tells.
    pub was: String,
    /// The day from which it may go.
    pub until: Day,
}

/// Everything that is set aside by itself, in the order of the catalog.
pub(super) fn list(catalog: &Catalog) -> Vec<SetAside> {
    let found = catalog.iter().filter(|(id, _)| is_root(id.kind));
    let found = found.filter_map(|(id, _)| {
        Some(SetAside {
            was: aside::former(id)?.to_owned(),
            until: aside::day_of(id.name()?)?,
            id: id.clone(),
        })
    });
    found.collect()
}

/// Whether an object is set aside, or part of something that is.
pub(super) fn is_aside(id: &ObjectId, object: &Object) -> bool {
    until(id, object).is_some()
}

/// The kinds that are set aside by themselves.
fn is_root(kind: Kind) -> bool {
    matches!(kind, Kind::Table | Kind::Column | Kind::Sequence)
}

/// The day from which an object may go, by its own name or that of its table or owner.
fn until(id: &ObjectId, object: &Object) -> Option<Day> {
    let owner = Sequence::of(object).and_then(|sequence| sequence.owned_by.as_ref());
    owner.and_then(aside::until).or_else(|| aside::until(id))
}

/// What holds of drops at this moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Policy {
    /// Until when something is kept that is set aside now; `None` where nothing is.
    keep: Option<Day>,
    /// What may go until this day is dropped; nothing where there is none.
    today: Option<Day>,
}

impl Policy {
    /// What the project says.
    pub(super) fn of(project: &Project) -> Result<Self, Failure> {
        let no_time = || {
            Failure::from(
                Diagnostic::error("RC0630", format!("`{}` is no time", project.now))
                    .help("set RECONCILE_NOW to a time like 2026-11-21T09:30:00Z, or not at all"),
            )
        };
        let now: jiff::Timestamp = project.now.parse().map_err(|_| no_time())?;
        let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
        let keep = match project.config.drops {
            Drops::Refuse => None,
            Drops::Quarantine { days } => {
                let span = jiff::Span::new().days(i64::from(days));
                Some(day(today.checked_add(span).map_err(|_| no_time())?))
            }
        };
        Ok(Self {
            keep,
            today: Some(day(today)),
        })
    }

    /// The same, but that nothing goes because its time is over.
    pub(super) fn keeping_all(self) -> Self {
        Self { today: None, ..self }
    }

    fn is_due(self, until: Day) -> bool {
        self.today.is_some_and(|today| today >= until)
    }
}

fn day(date: jiff::civil::Date) -> Day {
    let part = |number: i8| u8::try_from(number).unwrap_or_default();
    let year = u16::try_from(date.year()).unwrap_or_default();
    Day::new(year, part(date.month()), part(date.day()))
}

/// Where to arrive, with what is in quarantine.
#[derive(Debug)]
pub(super) struct Kept {
    /// The state.
    pub(super) to: Canonical,
    /// What is declared about the way, and the renames into quarantine and out of it.
    pub(super) intents: Intents,
    /// What to say.
    pub(super) notes: Vec<Diagnostic>,
    /// What of the state is in quarantine, or stays because that needs it.
    stays: Vec<ObjectId>,
}

impl Kept {
    /// A declared state as it is.
    pub(super) fn nothing(to: &Canonical, intents: &Intents) -> Self {
        Self {
            to: to.clone(),
            intents: intents.clone(),
            notes: Vec::new(),
            stays: Vec::new(),
        }
    }

    /// The same, with what is in quarantine in the words in which the engine says it after the renames.
    #[must_use]
    pub(super) fn following(mut self, renamed: Option<&Arc<Catalog>>) -> Self {
        let Some(renamed) = renamed.filter(|_| !self.stays.is_empty()) else {
            return self;
        };
        let said = self
            .stays
            .iter()
            .filter_map(|id| Some((id.clone(), undemanding(id, renamed.get(id)?))));
        self.to = with(&self.to, said);
        self
    }
}

/// Adds to a declared state what is in quarantine and what is put there.
pub(super) fn keep(
    from: &Canonical,
    to: &Canonical,
    intents: &Intents,
    policy: Policy,
    server: &Server,
) -> Kept {
    let engine = server.engine();
    let (settled, intents) = route::settled(from, to, intents, server);
    let (from, intents) = (&settled, &intents);
    let (state, _) = after_renames(from, to, intents, &|name| engine.quote(name));
    let mut work = Work {
        engine,
        policy,
        to,
        intents,
        state,
        renames: Vec::new(),
        notes: Vec::new(),
    };
    work.take_back();
    work.set_aside();
    work.clear_names();
    let stays = work.stays();
    if !stays.is_empty() {
        work.say_kept(&stays);
    }
    let mut intents = intents.clone();
    intents.renames.append(&mut work.renames);
    Kept {
        to: work.with(&stays),
        intents,
        notes: work.notes,
        stays: stays.into_iter().map(|(id, _)| id).collect(),
    }
}

/// A state with these objects in it.
fn with(to: &Canonical, objects: impl Iterator<Item = (ObjectId, Object)>) -> Canonical {
    let mut catalog = to.catalog().clone();
    for (id, object) in objects {
        catalog.insert(id, object);
    }
    canonical(catalog, to.arbiter())
}

/// A catalog for which the same vouch.
pub(super) fn canonical(catalog: Catalog, arbiter: &Arbiter) -> Canonical {
    match arbiter {
        Arbiter::Engine(engine) => Canonical::introspected(catalog, engine.clone()),
        Arbiter::Text => Canonical::assumed(catalog),
    }
}

/// What is being worked on.
struct Work<'a> {
    engine: &'static dyn Engine,
    policy: Policy,
    /// The declared state.
    to: &'a Canonical,
    intents: &'a Intents,
    /// The state before, with every rename carried out so far.
    state: Arc<Catalog>,
    renames: Vec<RenameIntent>,
    notes: Vec<Diagnostic>,
}

impl Work<'_> {
    fn rename(&mut self, from: ObjectId, to: ObjectId) {
        carry(Arc::make_mut(&mut self.state), &from, &to, self.engine);
        self.renames.push(RenameIntent { from, to });
    }

    fn is_of(&self, held: &ObjectId, wanted: &ObjectId) -> bool {
        let names = held.name().zip(wanted.name());
        held.kind == wanted.kind
            && held.schema() == wanted.schema()
            && held.relation() == wanted.relation()
            && names.is_some_and(|(held, wanted)| aside::is_of(held, wanted, self.engine.name_limit()))
    }

    /// What is declared again and is in quarantine comes back: tables and sequences first, then columns.
    fn take_back(&mut self) {
        for of_table in [false, true] {
            let held: Vec<ObjectId> = list(&self.state)
                .into_iter()
                .map(|found| found.id)
                .filter(|id| (id.kind == Kind::Column) == of_table)
                .collect();
            if held.is_empty() {
                continue;
            }
            let to = self.to;
            let wanted = to.iter().map(|(id, _)| id).filter(|id| is_root(id.kind));
            for wanted in wanted.filter(|id| !self.state.contains(id)).collect::<Vec<_>>() {
                let newest = held
                    .iter()
                    .filter(|held| self.is_of(held, wanted))
                    .max_by_key(|held| held.name().and_then(aside::day_of));
                let Some(held) = newest.filter(|held| self.state.contains(held)) else {
                    continue;
                };
                if self.is_same(held, wanted) {
                    self.notes.push(taken_back(held, wanted));
                    self.rename(held.clone(), wanted.clone());
                } else {
                    self.notes.push(left_there(held, wanted));
                }
            }
        }
    }

    /// Whether what is declared can be what is held: its values fit.
    fn is_same(&self, held: &ObjectId, wanted: &ObjectId) -> bool {
        match wanted.kind {
            Kind::Table => {
                let (before, after) = (Walk::new(&self.state), Walk::new(self.to));
                let names = held.qname().zip(wanted.qname());
                names.is_some_and(|(held, wanted)| {
                    likeness::in_common(held, wanted, &before, &after).is_some()
                })
            }
            Kind::Column => {
                let before = self.state.payload::<Column>(held);
                let after = self.to.payload::<Column>(wanted);
                before.zip(after).is_some_and(|(before, after)| {
                    after.generated.is_none()
                        && (before.data_type == after.data_type || self.intents.using.contains_key(wanted))
                })
            }
            _ => true,
        }
    }

    /// Gives what goes and holds data the name under which it is kept.
    fn set_aside(&mut self) {
        let Some(until) = self.policy.keep else {
            return;
        };
        for id in self.going() {
            let Some(name) = id.name().cloned() else { continue };
            if let Some(held) = self.holder(&id) {
                self.notes.push(inherited(&id, &held));
                continue;
            }
            let free = aside::names(name.text(), until, self.engine.name_limit())
                .map(|name| named(&id, self.engine.ident(&name)))
                .find(|id| !self.state.contains(id) && !self.to.contains(id));
            if let Some(kept) = free {
                self.notes.push(set_aside(&id, &kept, until));
                self.rename(id, kept);
            }
        }
    }

    /// Tables, columns of tables that stay, and sequences that count for themselves, which are not declared any more.
    fn going(&self) -> Vec<ObjectId> {
        let goes = |id: &ObjectId, object: &Object| match object {
            Object::Table(_) => true,
            Object::Sequence(sequence) => sequence.owned_by.is_none(),
            // What is computed can be computed again.
            Object::Column(column) => column.generated.is_none() && self.has_table(id),
            _ => false,
        };
        self.state
            .iter()
            .filter(|(id, object)| !self.to.contains(id) && !is_aside(id, object) && goes(id, object))
            .filter(|(id, _)| !self.state.is_observed(id))
            .map(|(id, _)| id.clone())
            .collect()
    }

    /// The column of another table that goes by one name with this one, above it, below it or beside it, and stays.
    fn holder(&self, id: &ObjectId) -> Option<ObjectId> {
        let mut family = vec![id.clone()];
        let mut looked_at = 0;
        while let Some(member) = family.get(looked_at).cloned() {
            looked_at += 1;
            let relatives = self.carriers(&member).into_iter().chain(self.carried(&member));
            for relative in relatives {
                if !family.contains(&relative) {
                    family.push(relative);
                }
            }
        }
        let stays = |member: &ObjectId| self.to.contains(member) || !self.has_table(member);
        family.into_iter().skip(1).find(stays)
    }

    /// The columns that take this one along when they are renamed.
    fn carriers(&self, id: &ObjectId) -> Vec<ObjectId> {
        let above = self.engine.rename_carriers(id, &self.state);
        above.into_iter().filter(|above| self.state.has(above)).collect()
    }

    /// The columns of tables that stay which this one takes along when it is renamed.
    fn carried(&self, id: &ObjectId) -> Vec<ObjectId> {
        let below = self.state.of_kind::<Column>().map(|(below, _)| below);
        below
            .filter(|below| below.name() == id.name() && self.has_table(below))
            .filter(|below| self.carriers(below).contains(id))
            .cloned()
            .collect()
    }

    /// Whether the table of a column is declared.
    fn has_table(&self, column: &ObjectId) -> bool {
        let table = column.relation().cloned().map(ObjectId::table);
        table.is_some_and(|table| self.to.contains(&table))
    }

    /// The name as the namespace of its kind sees it.
    fn slot(&self, id: &ObjectId) -> Option<(&'static str, Option<Ident>, Ident)> {
        let namespace = self.engine.rules(id.kind)?.namespace()?;
        Some((namespace, id.schema().cloned(), id.name()?.clone()))
    }

    /// Indexes, keys and sequences of what is set aside make room for what is declared under their names.
    fn clear_names(&mut self) {
        let parts: Vec<(ObjectId, Day)> = self
            .state
            .iter()
            .filter(|(id, _)| {
                !self.to.contains(id) && id.name().is_some_and(|name| aside::day_of(name).is_none())
            })
            .filter_map(|(id, object)| Some((id.clone(), until(id, object)?)))
            .collect();
        if parts.is_empty() {
            return;
        }
        let taken: HashSet<_> = self.to.iter().filter_map(|(id, _)| self.slot(id)).collect();
        for (id, until) in parts {
            let Some((.., name)) = self.slot(&id).filter(|slot| taken.contains(slot)) else {
                continue;
            };
            let mut names = aside::names(name.text(), until, self.engine.name_limit());
            let Some(free) = names.next().map(|name| named(&id, self.engine.ident(&name))) else {
                continue;
            };
            if self.engine.rules(id.kind).is_some_and(KindRules::renames) {
                self.rename(id, free);
            } else {
                // The comparison finds the same under two names, and makes it anew.
                carry(Arc::make_mut(&mut self.state), &id, &free, self.engine);
            }
        }
    }

    /// What stays in quarantine: what is set aside and not due, without what would be in the way of the living, and
    /// what it needs itself.
    fn stays(&self) -> Vec<(ObjectId, Object)> {
        let mut stays: HashSet<ObjectId> = self
            .state
            .iter()
            .filter(|(id, object)| self.is_kept(id, object))
            .map(|(id, _)| id.clone())
            .collect();
        if stays.is_empty() {
            return Vec::new();
        }
        let references = References::new(&self.state);
        let mut queue: Vec<ObjectId> = stays.iter().cloned().collect();
        while let Some(id) = queue.pop() {
            let needed = references.of(&id).iter().filter(|id| !self.to.contains(id));
            queue.extend(needed.filter(|id| stays.insert((*id).clone())).cloned());
        }
        let objects = self.state.iter().filter(|(id, _)| stays.contains(id));
        objects
            .map(|(id, object)| (id.clone(), undemanding(id, object)))
            .collect()
    }

    fn is_kept(&self, id: &ObjectId, object: &Object) -> bool {
        let Some(until) = until(id, object) else {
            return false;
        };
        let whose = id.target().unwrap_or(id);
        let part = match object {
            // It would hold up deletes in the table that it refers to.
            Object::ForeignKey(ForeignKey { table, .. }) => id.relation() == Some(table),
            Object::Trigger(_) | Object::Rows(_) => false,
            // Its rows would still be found through a parent that stays.
            Object::Partition(partition) => aside::day_of(&partition.parent.name).is_some(),
            _ => true,
        };
        // Of a table that stays, the column alone is kept, with what is said about it.
        let of_the_living = whose
            .relation()
            .is_some_and(|table| aside::day_of(&table.name).is_none());
        let part = part && (!of_the_living || whose.kind == Kind::Column);
        part && !self.to.contains(id) && !self.policy.is_due(until)
    }

    /// The declared state with these objects in it, and with what they need.
    fn with(&self, stays: &[(ObjectId, Object)]) -> Canonical {
        if stays.is_empty() {
            return self.to.clone();
        }
        let to = with(self.to, stays.iter().cloned());
        let arbiter = to.arbiter().clone();
        let mut catalog = to.into_catalog();
        let own: HashSet<&ObjectId> = stays.iter().map(|(id, _)| id).collect();
        for edge in self.state.edges() {
            if own.contains(&edge.dependent) && catalog.contains(&edge.referenced) {
                catalog.add_edge(edge.dependent.clone(), edge.referenced.clone());
            }
        }
        canonical(catalog, &arbiter)
    }

    /// Says what was in quarantine before and stays there.
    fn say_kept(&mut self, stays: &[(ObjectId, Object)]) {
        let is_new = |id: &ObjectId| self.renames.iter().any(|rename| rename.to == *id);
        let words: Vec<String> = stays
            .iter()
            .filter(|(id, _)| is_root(id.kind) && !is_new(id))
            .filter_map(|(id, _)| {
                let until = aside::day_of(id.name()?)?;
                Some(format!("{id} until {until}"))
            })
            .collect();
        if !words.is_empty() {
            let message = format!("in quarantine: {}", words.join(", "));
            self.notes.push(Diagnostic::note(KEPT, message));
        }
    }
}

fn carry(catalog: &mut Catalog, from: &ObjectId, to: &ObjectId, engine: &dyn Engine) {
    let sql = to
        .name()
        .map(|name| engine.quote(name.text()))
        .unwrap_or_default();
    catalog.rename(&Renaming { from, to, sql: &sql });
}

/// The same object under another name.
fn named(id: &ObjectId, name: Ident) -> ObjectId {
    match (id.relation(), id.qname()) {
        (Some(table), _) => ObjectId::member(id.kind, table, name),
        (None, Some(qname)) => ObjectId::qualified(id.kind, qname.sibling(name)),
        (None, None) => ObjectId::global(id.kind, name),
    }
}

/// A column of a living table must not ask for a value from rows that know nothing of it.
fn undemanding(id: &ObjectId, object: &Object) -> Object {
    match object {
        Object::Column(column)
            if id.name().and_then(aside::day_of).is_some()
                && column.default.is_none()
                && column.identity.is_none() =>
        {
            let column = Column {
                nullable: true,
                ..column.clone()
            };
            column.into()
        }
        other => other.clone(),
    }
}

fn set_aside(id: &ObjectId, kept: &ObjectId, until: Day) -> Diagnostic {
    let name = kept.name().map(ToString::to_string).unwrap_or_default();
    let message = format!(
        "{id} is set aside as {name} until {until}: a downgrade, or declaring it again, brings it back; a plan made from that day on drops it"
    );
    Diagnostic::note("RC0631", message).about(id)
}

fn inherited(id: &ObjectId, other: &ObjectId) -> Diagnostic {
    let message = format!(
        "{id} cannot be set aside in this plan, for it goes by one name with {other}: it is dropped with what it holds"
    );
    Diagnostic::warning("RC0635", message).about(id).help(format!(
        "to keep it, make two plans: end the inheritance or the tie to its type first, and take {id} out of the declarations then"
    ))
}

fn taken_back(held: &ObjectId, wanted: &ObjectId) -> Diagnostic {
    let name = held.name().map(ToString::to_string).unwrap_or_default();
    let message = format!("{wanted} was set aside as {name}, and is taken back with what it holds");
    Diagnostic::note("RC0633", message).about(wanted)
}

fn left_there(held: &ObjectId, wanted: &ObjectId) -> Diagnostic {
    let name = held.name().map(ToString::to_string).unwrap_or_default();
    let why = match wanted.kind {
        Kind::Column => "is of another type",
        _ => "has other columns",
    };
    let message = format!("{wanted} is made new: what was set aside as {name} {why}, and stays there");
    Diagnostic::note("RC0634", message).about(wanted)
}
