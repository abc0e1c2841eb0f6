//! Between the second phase and the third: what the engine does to one object when it is done to another (a partition's
//! column is added with its parent's) is taken out of the work, and folded into the statement that does it.
//!
//! Engine-blind: who carries whom along, and how far, is asked of the engine.

use std::collections::HashMap;

use crate::catalog::{Attr, Object, ObjectId};
use crate::dialect::PlanCx;
use crate::op::{Action, Op};

use super::classify::{InPlace, Work};
use super::emit::Emitted;

/// What is done to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Verb {
    Create,
    Drop,
    Alter,
    Rename,
}

/// A change that another one brings about.
#[derive(Debug)]
pub(super) struct Carried {
    verb: Verb,
    by: ObjectId,
    action: Action,
    /// What the object needs besides, because it is not to be as its carrier is.
    rest: Option<Action>,
}

/// Takes out of the work what other parts of it bring about.
pub(super) fn take(work: &mut Work, cx: &PlanCx<'_>) -> Vec<Carried> {
    let engine = cx.server.engine();
    let mut out = Vec::new();
    if work.creates.is_empty() && work.drops.is_empty() && work.alters.is_empty() && work.renames.is_empty() {
        return out;
    }
    let carrier = |id: &ObjectId| {
        engine
            .carrier(id, cx)
            .filter(|by| engine.takes_along(by, cx.from))
    };
    put_back(work, &carrier, cx);
    let drops: Vec<(ObjectId, ObjectId)> =
        pairs(work.drops.keys(), &carrier, |by| work.drops.contains_key(by));
    for (id, by) in drops {
        out.extend(work.drops.shift_remove(&id).map(|object| Carried {
            verb: Verb::Drop,
            by,
            action: Action::Drop { id, object },
            rest: None,
        }));
    }
    take_creates(work, cx, &mut out);
    take_alters(work, cx, &mut out);
    let renamed: Vec<(ObjectId, ObjectId)> = work
        .renames
        .iter()
        .map(|(from, to, _)| (from.clone(), to.clone()))
        .collect();
    work.renames.retain(|(from, to, object)| {
        let carriers = engine.rename_carriers(from, cx.from);
        let by = renamed.iter().find(|(from, _)| carriers.contains(from));
        let by = by.filter(|(_, above)| above.name() == to.name());
        out.extend(by.map(|(_, by)| Carried {
            verb: Verb::Rename,
            by: by.clone(),
            action: Action::Rename {
                from: from.clone(),
                to: to.clone(),
                object: object.clone(),
            },
            rest: None,
        }));
        by.is_none()
    });
    out
}

/// What would go with its carrier, and is to stay, is made again.
fn put_back(work: &mut Work, carrier: &dyn Fn(&ObjectId) -> Option<ObjectId>, cx: &PlanCx<'_>) {
    let carries = |id: &ObjectId| {
        id.relation()
            .is_some_and(|table| cx.from.partitions_of(table).next().is_some())
    };
    if !work.drops.keys().any(carries) {
        return;
    }
    loop {
        let stays = |id: &ObjectId| {
            let goes_along = || carrier(id).is_some_and(|by| work.drops.contains_key(&by));
            !work.drops.contains_key(id) && cx.to.contains(id) && goes_along()
        };
        let found: Vec<ObjectId> = cx
            .from
            .iter()
            .map(|(id, _)| id)
            .filter(|id| id.relation().is_some() && stays(id))
            .cloned()
            .collect();
        if found.is_empty() {
            return;
        }
        for id in found {
            work.replace(&id, cx);
        }
    }
}

/// The objects among these that have a carrier which is changed in the same way, with that.
fn pairs<'a>(
    ids: impl Iterator<Item = &'a ObjectId>,
    carrier: &dyn Fn(&ObjectId) -> Option<ObjectId>,
    is_changed: impl Fn(&ObjectId) -> bool,
) -> Vec<(ObjectId, ObjectId)> {
    ids.filter_map(|id| Some((id.clone(), carrier(id).filter(|by| is_changed(by))?)))
        .collect()
}

/// What is not made along is made by itself, and taken over by its carrier.
fn take_creates(work: &mut Work, cx: &PlanCx<'_>, out: &mut Vec<Carried>) {
    let engine = cx.server.engine();
    let made_along = |id: &&ObjectId| engine.is_made_along(id.kind);
    let creates = pairs(
        work.creates.keys().filter(made_along),
        &|id| engine.carrier(id, cx),
        |by| work.creates.contains_key(by),
    );
    let images: HashMap<ObjectId, Object> = creates
        .iter()
        .filter_map(|(_, by)| Some((by.clone(), work.creates.get(by)?.clone())))
        .collect();
    for (id, by) in creates {
        let (Some(object), Some(image)) = (work.creates.shift_remove(&id), images.get(&by)) else {
            continue;
        };
        let image = as_carried(image, &object);
        let attrs = image.changed(&object);
        let rest = (!attrs.is_empty()).then(|| Action::Alter {
            id: id.clone(),
            from: Box::new(image.clone()),
            to: Box::new(object),
            attrs,
            using: None,
        });
        out.push(Carried {
            verb: Verb::Create,
            by,
            action: Action::Create { id, object: image },
            rest,
        });
    }
}

/// What the object is when it has been made with its carrier: that has a counter, it has not.
fn as_carried(image: &Object, own: &Object) -> Object {
    match (image.clone(), own) {
        (Object::Column(mut column), Object::Column(own)) => {
            column.identity.clone_from(&own.identity);
            Object::Column(column)
        }
        (image, _) => image,
    }
}

fn take_alters(work: &mut Work, cx: &PlanCx<'_>, out: &mut Vec<Carried>) {
    let engine = cx.server.engine();
    let alters = pairs(work.alters.keys(), &|id| engine.carrier(id, cx), |by| {
        work.alters.contains_key(by)
    });
    // Those at the top first: what they carry is still there to be looked at.
    let images: HashMap<ObjectId, InPlace> = alters
        .iter()
        .filter_map(|(_, by)| Some((by.clone(), work.alters.get(by)?.clone())))
        .collect();
    for (id, by) in alters {
        let (Some(image), Some(own)) = (images.get(&by), work.alters.get_mut(&id)) else {
            continue;
        };
        let goes_along = |attr: &Attr| {
            image.attrs.contains(attr)
                && engine.carries(&by, *attr, cx.to)
                && !image.to.changed(&own.to).contains(attr)
        };
        let (along, rest): (Vec<Attr>, Vec<Attr>) = own.attrs.iter().copied().partition(goes_along);
        if along.is_empty() {
            continue;
        }
        let middle = between(&own.from, &own.to, &along);
        let action = |from: &Object, to: &Object, attrs: Vec<Attr>| Action::Alter {
            id: id.clone(),
            from: Box::new(from.clone()),
            to: Box::new(to.clone()),
            attrs,
            using: None,
        };
        out.push(Carried {
            verb: Verb::Alter,
            by,
            action: action(&own.from, &middle, along),
            rest: (!rest.is_empty()).then(|| action(&middle, &own.to, rest)),
        });
        work.alters.shift_remove(&id);
    }
}

/// The object with some of its attributes as they are to be.
fn between(from: &Object, to: &Object, attrs: &[Attr]) -> Object {
    match (from, to) {
        (Object::Column(from), Object::Column(to)) => Object::Column(from.with(to, attrs)),
        _ => to.clone(),
    }
}

/// Adds the ops, each with the op that does it.
pub(super) fn emit(carried: Vec<Carried>, out: &mut Vec<Emitted>) {
    let mut firsts: HashMap<(Verb, ObjectId), usize> = HashMap::new();
    let mut lasts: HashMap<(Verb, ObjectId), usize> = HashMap::new();
    for (at, emitted) in out.iter().enumerate() {
        let start = beginning(at, out);
        let verb = match &out[start].op.action {
            Action::Drop { .. } => Verb::Drop,
            Action::Rename { .. } => Verb::Rename,
            Action::Create { .. }
            | Action::AddUnfilled { .. }
            | Action::UseIndex { .. }
            | Action::Attach(_) => Verb::Create,
            _ => Verb::Alter,
        };
        // Aftercare changes nothing.
        if matches!(emitted.op.action, Action::Analyze { .. }) {
            continue;
        }
        let key = (verb, emitted.op.subject());
        firsts.entry(key.clone()).or_insert(at);
        lasts.insert(key, at);
    }
    let above: HashMap<(Verb, ObjectId), ObjectId> = carried
        .iter()
        .map(|carried| ((carried.verb, subject(&carried.action)), carried.by.clone()))
        .collect();
    for one in carried {
        let mut top = one.by;
        while let Some(next) = above.get(&(one.verb, top.clone())) {
            top = next.clone();
        }
        let places = match one.verb {
            Verb::Alter => &lasts,
            Verb::Create | Verb::Drop | Verb::Rename => &firsts,
        };
        let by = places.get(&(one.verb, top)).copied();
        out.push(Emitted {
            op: Op::new(one.action),
            after: None,
            carried_by: by,
        });
        let after = Some(out.len() - 1);
        out.extend(one.rest.map(|rest| Emitted {
            op: Op::new(rest),
            after,
            carried_by: None,
        }));
    }
}

/// The first op of the change that an op belongs to.
fn beginning(at: usize, ops: &[Emitted]) -> usize {
    std::iter::successors(Some(at), |at| ops[*at].after)
        .last()
        .unwrap_or(at)
}

fn subject(action: &Action) -> ObjectId {
    Op::new(action.clone()).subject()
}
