//! First phase: which way each change goes, asked of the rule row of each changed attribute. Out: [`Work`].

use indexmap::{IndexMap, IndexSet};

use crate::catalog::kinds::Column;
use crate::catalog::{Attr, Kind, Object, ObjectId};
use crate::diagnostic::Diagnostic;
use crate::dialect::{Alter, Fold, KindRules, PlanCx};
use crate::diff::{Change, Intents};

use super::Context;
use super::close::replaceable;
use super::emit::value_of_its_own;

/// An object that is changed in place.
#[derive(Clone, Debug)]
pub(super) struct InPlace {
    pub(super) from: Object,
    pub(super) to: Object,
    pub(super) attrs: Vec<Attr>,
}

/// What is to be done, by the way it is done; not ordered yet.
#[derive(Debug, Default)]
pub(super) struct Work {
    /// Made, by their ids.
    pub(super) creates: IndexMap<ObjectId, Object>,
    /// Taken away, by their ids. An object in both is replaced.
    pub(super) drops: IndexMap<ObjectId, Object>,
    /// Changed in place.
    pub(super) alters: IndexMap<ObjectId, InPlace>,
    /// Given another name: old id, new id, object.
    pub(super) renames: Vec<(ObjectId, ObjectId, Object)>,
    /// Tables built anew.
    pub(super) rebuilds: IndexSet<ObjectId>,
    /// Changed in place once dependents of these kinds are out of the way.
    pub(super) over: Vec<(ObjectId, &'static [Kind])>,
}

impl Work {
    /// Drops and creates `id` again.
    pub(super) fn replace(&mut self, id: &ObjectId, cx: &PlanCx<'_>) {
        self.alters.shift_remove(id);
        if let Some((id, object)) = cx.from.get_full(id) {
            self.drops.insert(id.clone(), object.clone());
        }
        if let Some((id, object)) = cx.to.get_full(id) {
            self.creates.insert(id.clone(), object.clone());
        }
    }
}

/// Sorts every change into the way it is carried out.
pub(super) fn classify(
    changes: &[Change],
    cx: &PlanCx<'_>,
    context: &Context<'_>,
) -> Result<Work, Vec<Diagnostic>> {
    let mut work = Work::default();
    let mut errors = Vec::new();
    for change in changes {
        let result = match change {
            Change::Create { id, object } => create(&mut work, id, object, cx, context.intents),
            Change::Drop { id, object } => drop(&mut work, id, object, cx),
            Change::Alter { id, from, to } => alter(&mut work, id, (from, to), cx),
            Change::Rename { from, to, object } => {
                rename(&mut work, (from, to), object, (cx, context.intents))
            }
        };
        if let Err(reason) = result {
            errors.push(refusal(change.id(), &reason, context));
        }
    }
    if errors.is_empty() { Ok(work) } else { Err(errors) }
}

/// Why a change cannot be carried out, at the place where the object is declared.
pub(super) fn refusal(id: &ObjectId, reason: &str, context: &Context<'_>) -> Diagnostic {
    let engine = context.server.engine().title();
    Diagnostic::error(
        "RC0501",
        format!("{id} cannot be changed this way on {engine}: {reason}"),
    )
    .about(id)
    .at_opt((context.locate)(id))
}

fn rules_of(id: &ObjectId, cx: &PlanCx<'_>) -> Result<&'static dyn KindRules, String> {
    cx.server
        .engine()
        .rules(id.kind)
        .ok_or_else(|| format!("it has no {}", id.kind.noun()))
}

/// Whether this version of the engine has everything that is wanted.
fn supported(object: &Object, cx: &PlanCx<'_>) -> Result<(), String> {
    match cx.server.engine().lacks(object, cx.server) {
        Some(reason) => Err(reason.to_owned()),
        None => Ok(()),
    }
}

/// The parent, if it is there before and after.
fn lasting_parent(id: &ObjectId, cx: &PlanCx<'_>) -> Option<ObjectId> {
    let parent = cx.from.parent(id).or_else(|| cx.to.parent(id));
    parent.filter(|parent| cx.from.contains(parent) && cx.to.contains(parent))
}

fn create(
    work: &mut Work,
    id: &ObjectId,
    object: &Object,
    cx: &PlanCx<'_>,
    intents: &Intents,
) -> Result<(), String> {
    let rules = rules_of(id, cx)?;
    supported(object, cx)?;
    let parent = lasting_parent(id, cx).filter(|_| rules.fold() != Fold::Never);
    let way = match object {
        _ if parent.is_none() => Alter::InPlace,
        Object::Column(column)
            if column.default.is_some() && value_of_its_own(id, column, cx, intents).is_some() =>
        {
            rules.attach(id, &without_value(column), cx)
        }
        _ => rules.attach(id, object, cx),
    };
    match (way, parent) {
        (Alter::RebuildParent, Some(parent)) => {
            work.rebuilds.insert(parent);
            return Ok(());
        }
        (Alter::Unsupported(reason), _) => return Err(reason.to_owned()),
        (Alter::InPlaceOver(kinds), Some(parent)) => work.over.push((parent, kinds)),
        _ => {}
    }
    work.creates.insert(id.clone(), object.clone());
    Ok(())
}

/// The column as it comes to rows that get a value of their own: its default is not theirs.
fn without_value(column: &Column) -> Object {
    let column = Column {
        nullable: false,
        default: None,
        ..column.clone()
    };
    column.into()
}

fn drop(work: &mut Work, id: &ObjectId, object: &Object, cx: &PlanCx<'_>) -> Result<(), String> {
    let rules = rules_of(id, cx)?;
    let parent = lasting_parent(id, cx).filter(|_| rules.fold() != Fold::Never);
    let way = if parent.is_some() {
        rules.detach(id, object, cx)
    } else {
        Alter::InPlace
    };
    match (way, parent) {
        (Alter::RebuildParent, Some(parent)) => {
            work.rebuilds.insert(parent);
            return Ok(());
        }
        (Alter::Unsupported(reason), _) => return Err(reason.to_owned()),
        (Alter::InPlaceOver(kinds), _) => work.over.push((id.clone(), kinds)),
        _ => {}
    }
    work.drops.insert(id.clone(), object.clone());
    Ok(())
}

fn alter(work: &mut Work, id: &ObjectId, sides: (&Object, &Object), cx: &PlanCx<'_>) -> Result<(), String> {
    let (from, to) = sides;
    let rules = rules_of(id, cx)?;
    supported(to, cx)?;
    let attrs = from.changed(to);
    let mut over = Vec::new();
    let mut replace = false;
    for attr in &attrs {
        match rules.alter(*attr, id, from, to, cx) {
            Alter::InPlace => {}
            Alter::InPlaceOver(kinds) => over.push(kinds),
            Alter::Replace => replace = true,
            Alter::RebuildParent => {
                let table = lasting_parent(id, cx).unwrap_or_else(|| id.clone());
                work.rebuilds.insert(table);
                return Ok(());
            }
            Alter::Unsupported(reason) => return Err(reason.to_owned()),
        }
    }
    if replace {
        if !replaceable(id, cx) {
            return Err(
                "it would have to be dropped and created again, which loses what it holds".to_owned(),
            );
        }
        work.replace(id, cx);
        return Ok(());
    }
    work.over
        .extend(over.into_iter().map(|kinds| (id.clone(), kinds)));
    work.alters.insert(
        id.clone(),
        InPlace {
            from: from.clone(),
            to: to.clone(),
            attrs,
        },
    );
    Ok(())
}

fn rename(
    work: &mut Work,
    ids: (&ObjectId, &ObjectId),
    object: &Object,
    (cx, intents): (&PlanCx<'_>, &Intents),
) -> Result<(), String> {
    let (from, to) = ids;
    let keeps = cx.server.engine().keeps_name(from, cx);
    if rules_of(to, cx)?.renames() && lasting_parent(from, cx).is_some() && !keeps {
        work.renames.push((from.clone(), to.clone(), object.clone()));
        return Ok(());
    }
    drop(work, from, object, cx)?;
    create(work, to, object, cx, intents)
}
