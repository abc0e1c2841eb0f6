//! Fourth phase: which op must come before which, from what ops provide, destroy and mutate and from the references
//! of both sides.
//!
//! `provides` comes before who needs it; who needs it is gone before `destroys`; `mutates` acts as a late destroyer
//! (dependents that are taken down go first) and an early provider (dependents that are made come after).

use std::collections::{HashMap, HashSet};

use petgraph::graph::{DiGraph, NodeIndex};

use crate::catalog::walk::References;
use crate::catalog::{Catalog, ObjectId};
use crate::dialect::{Fold, PlanCx};
use crate::op::{Action, Op, RetypeStage};

use super::copies;
use super::emit::Emitted;

/// The ops as nodes (by their index) and an edge from each op to every op that must come later.
pub(super) type Graph = DiGraph<usize, ()>;

/// Which op does what to an object.
#[derive(Debug, Default)]
struct Doers {
    provides: HashMap<ObjectId, usize>,
    destroys: HashMap<ObjectId, usize>,
    mutates: HashMap<ObjectId, Vec<usize>>,
    /// The ops that only give another name: what they destroy goes on under it, in nobody's way.
    renames: HashSet<usize>,
}

/// Builds the graph.
pub(super) fn graph(ops: &[Emitted], cx: &PlanCx<'_>) -> Graph {
    let mut doers = Doers::default();
    for (at, emitted) in ops.iter().enumerate() {
        doers
            .provides
            .extend(emitted.op.provides().into_iter().map(|id| (id, at)));
        doers
            .destroys
            .extend(emitted.op.destroys().into_iter().map(|id| (id, at)));
        if matches!(emitted.op.action, Action::Rename { .. }) {
            doers.renames.insert(at);
        }
        for id in emitted.op.mutates() {
            doers.mutates.entry(id).or_default().push(at);
        }
    }
    let mut edges: Vec<(usize, usize)> = Vec::new();
    for (at, emitted) in ops.iter().enumerate() {
        let put_off = put_off(&emitted.op, cx);
        for needed in on_the_way(&emitted.op, cx) {
            edges.extend(doers.provides.get(&needed).map(|before| (*before, at)));
            edges.extend(
                doers
                    .mutates
                    .get(&needed)
                    .into_iter()
                    .flatten()
                    .map(|before| (*before, at)),
            );
        }
        for id in emitted.op.provides() {
            made(at, &id, &put_off, (&doers, cx), &mut edges);
        }
        // What is given another name goes on under it, whoever needs it.
        if !doers.renames.contains(&at) {
            for id in emitted.op.destroys() {
                unmade(at, &id, &doers, cx, &mut edges);
            }
        }
        let mutates = emitted.op.mutates();
        for id in &mutates {
            changed(at, id, &mutates, (&doers, cx), &mut edges);
        }
        if let Action::SwapEnum(_) = &emitted.op.action {
            edges.extend(given_up(&mutates, &doers, cx).map(|before| (before, at)));
        }
        // What puts another in the place of an object comes before what changes that one.
        if let (Action::Retype(_), [_, ..]) = (&emitted.op.action, mutates.as_slice()) {
            let others = mutates.iter().filter_map(|id| doers.mutates.get(id)).flatten();
            edges.extend(others.map(|after| (at, *after)));
        }
    }
    names(ops, cx, &mut edges);
    copies::edges(ops, &doers.provides, cx, &mut edges);
    let mut graph = Graph::with_capacity(ops.len(), edges.len());
    for at in 0..ops.len() {
        graph.add_node(at);
    }
    // What one change becomes has an order already, in which a name may be taken for a while.
    let beginnings = beginnings(ops);
    edges.retain(|(before, after)| beginnings[*before] != beginnings[*after]);
    let in_turn = ops.iter().enumerate();
    edges.extend(in_turn.filter_map(|(at, emitted)| Some((emitted.after?, at))));
    for (before, after) in edges {
        graph.update_edge(NodeIndex::new(before), NodeIndex::new(after), ());
    }
    graph
}

/// For each op, the first of those that its change became.
fn beginnings(ops: &[Emitted]) -> Vec<usize> {
    let mut beginnings: Vec<usize> = Vec::with_capacity(ops.len());
    for (at, emitted) in ops.iter().enumerate() {
        beginnings.push(emitted.after.map_or(at, |before| beginnings[before]));
    }
    beginnings
}

/// What an object needs that is there only on the way (an index that becomes a constraint's): the state after knows nothing
/// of it.
fn on_the_way(op: &Op, cx: &PlanCx<'_>) -> Vec<ObjectId> {
    match &op.action {
        Action::Create { id, object } if !cx.to.contains(id) => object.references(id),
        Action::Retype(retype) if retype.stage == RetypeStage::Begin => {
            let types = retype.columns.iter();
            types
                .filter_map(|column| column.to.data_type.user.clone())
                .collect()
        }
        _ => Vec::new(),
    }
}

/// What is made needs what it refers to, as it will be; and the place of what stood there before.
fn made(
    at: usize,
    id: &ObjectId,
    put_off: &[ObjectId],
    (doers, cx): (&Doers, &PlanCx<'_>),
    edges: &mut Vec<(usize, usize)>,
) {
    edges.extend(doers.destroys.get(id).map(|before| (*before, at)));
    // What is made within the statement of its table has nothing to take over.
    let rules = cx.server.engine().rules(id.kind);
    let is_folded = rules.is_some_and(|rules| rules.fold() != Fold::Never);
    let parent = cx.to.parent(id).filter(|_| is_folded);
    let is_new = parent.is_some_and(|parent| doers.provides.contains_key(&parent));
    // What is made with its carrier cannot be made by itself while its table is tied to that one's, and must not be given to
    // one that is let go.
    if cx.server.engine().is_made_along(id.kind)
        && let Some(table) = cx.to.parent(id)
    {
        let ties = ties_below(&table, cx.from, cx.from_references);
        edges.extend(ties.filter_map(|tie| Some((*doers.destroys.get(tie)?, at))));
    }
    for first in cx.to_references.later_than(id).iter().filter(|_| !is_new) {
        let rows = doers
            .provides
            .get(first)
            .into_iter()
            .chain(doers.mutates.get(first).into_iter().flatten());
        edges.extend(rows.map(|before| (*before, at)));
    }
    if cx.server.engine().ignores_order(id.kind) {
        return;
    }
    for needed in cx
        .to_references
        .of(id)
        .iter()
        .filter(|needed| !put_off.contains(needed))
    {
        edges.extend(doers.provides.get(needed).map(|before| (*before, at)));
        let waits = refer_to_each_other(needed, id, cx.to_references);
        let mutators = doers.mutates.get(needed).filter(|_| !waits);
        edges.extend(mutators.into_iter().flatten().map(|before| (*before, at)));
    }
}

/// Whether the two are a circle (a sequence and the column that owns it and counts by it). It is enough then that the
/// one is there before the other is made, and that the other lets go of it before it goes.
fn refer_to_each_other(one: &ObjectId, other: &ObjectId, references: &References) -> bool {
    references.of(one).contains(other) && references.of(other).contains(one)
}

/// What the object will refer to in the end but not yet when this op makes it: a strategy leaves it to a later op.
fn put_off(op: &Op, cx: &PlanCx<'_>) -> Vec<ObjectId> {
    let Action::Create { id, object } = &op.action else {
        return Vec::new();
    };
    let now = object.references(id);
    let later = cx
        .to
        .get(id)
        .map(|object| object.references(id))
        .unwrap_or_default();
    later
        .into_iter()
        .filter(|reference| !now.contains(reference))
        .collect()
}

/// What goes waits for everybody who needed it to go, or to be changed so as not to need it.
fn unmade(at: usize, id: &ObjectId, doers: &Doers, cx: &PlanCx<'_>, edges: &mut Vec<(usize, usize)>) {
    // With its table everything of it goes at once, ties and all.
    let goes_with = cx
        .from
        .parent(id)
        .filter(|table| doers.destroys.contains_key(table));
    let followers = cx.from_references.followers(id).iter();
    for follower in followers.filter(|follower| goes_with.is_none() || cx.from.parent(follower) != goes_with)
    {
        match doers.destroys.get(follower) {
            Some(before) => edges.push((*before, at)),
            // A tie that becomes another one lets go of it.
            None => edges.extend(lets_go(follower, doers, cx).map(|before| (before, at))),
        }
    }
    // What a table that stays has from others goes after theirs.
    if cx.from.parent(id).is_some_and(|table| cx.to.contains(&table)) {
        let origins = cx.from_references.origins(id).iter();
        edges.extend(origins.filter_map(|above| Some((*doers.destroys.get(above)?, at))));
    }
    // What goes with its carrier must have gone before its table is tied to another, and before another is tied to its table.
    if cx.server.engine().is_made_along(id.kind)
        && let Some(table) = cx.from.parent(id)
    {
        let ties = ties_below(&table, cx.to, cx.to_references);
        edges.extend(ties.filter_map(|tie| Some((at, *doers.provides.get(tie)?))));
    }
    for dependent in cx.from_references.dependents(id) {
        if cx.server.engine().ignores_order(dependent.kind) {
            continue;
        }
        match doers.destroys.get(dependent) {
            Some(before) => edges.push((*before, at)),
            None => edges.extend(
                doers
                    .mutates
                    .get(dependent)
                    .into_iter()
                    .flatten()
                    .map(|before| (*before, at)),
            ),
        }
    }
}

/// What ties a table to others, and those below it.
fn ties_below<'a>(
    table: &ObjectId,
    catalog: &Catalog,
    references: &'a References,
) -> impl Iterator<Item = &'a ObjectId> {
    let below = table
        .qname()
        .map(|table| catalog.below(table))
        .unwrap_or_default();
    let below = below.into_iter().map(|part| ObjectId::table(part.clone()));
    let tables: Vec<ObjectId> = std::iter::once(table.clone()).chain(below).collect();
    tables.into_iter().flat_map(|table| references.followers(&table))
}

/// The ops that change an object which stands for a tie between two tables.
fn lets_go<'a>(id: &ObjectId, doers: &'a Doers, cx: &PlanCx<'_>) -> impl Iterator<Item = usize> + 'a {
    let is_tie = cx.server.engine().is_tie(id.kind);
    let changes = doers.mutates.get(id).filter(|_| is_tie);
    changes.into_iter().flatten().copied()
}

/// What is changed needs what it will refer to, and nobody in the way who was taken down for it.
fn changed(
    at: usize,
    id: &ObjectId,
    together: &[ObjectId],
    (doers, cx): (&Doers, &PlanCx<'_>),
    edges: &mut Vec<(usize, usize)>,
) {
    let engine = cx.server.engine();
    for first in cx
        .to_references
        .later_than(id)
        .iter()
        .filter(|_| engine.is_tie(id.kind))
    {
        edges.extend(doers.provides.get(first).map(|before| (*before, at)));
    }
    for needed in cx
        .to_references
        .of(id)
        .iter()
        .filter(|_| !engine.ignores_order(id.kind))
    {
        edges.extend(doers.provides.get(needed).map(|before| (*before, at)));
        let waits = refer_to_each_other(needed, id, cx.to_references);
        // What changes both at once (an enum made anew with its columns) comes before what changes the one.
        let mutators = doers
            .mutates
            .get(needed)
            .filter(|_| !waits && !together.contains(needed));
        edges.extend(mutators.into_iter().flatten().map(|before| (*before, at)));
    }
    let followers = cx.from_references.followers(id).iter();
    let dependents = cx.from_references.dependents(id).iter();
    for dependent in dependents
        .chain(followers)
        .filter(|id| !engine.ignores_order(id.kind))
    {
        let gone = doers.destroys.get(dependent);
        edges.extend(
            gone.filter(|before| !doers.renames.contains(before))
                .filter(|_| !refer_to_each_other(dependent, id, cx.from_references))
                .map(|before| (*before, at)),
        );
    }
}

/// The ops by which something that stays gets rid of a type (a column that takes another one): before the type is made anew,
/// for only what keeps it is converted.
fn given_up<'a>(
    types: &'a [ObjectId],
    doers: &'a Doers,
    cx: &'a PlanCx<'_>,
) -> impl Iterator<Item = usize> + 'a {
    let dependents = types
        .iter()
        .flat_map(|of| cx.from_references.dependents(of).iter().map(move |one| (of, one)));
    dependents
        .filter(|(of, one)| !types.contains(one) && !cx.to_references.of(one).contains(of))
        .flat_map(|(_, one)| doers.mutates.get(one).into_iter().flatten().copied())
}

/// A name is free only when its former holder is gone, of whatever kind that is; and so is the place of what a table has one of.
fn names(ops: &[Emitted], cx: &PlanCx<'_>, edges: &mut Vec<(usize, usize)>) {
    let mut freed: HashMap<(&'static str, String), usize> = HashMap::new();
    for (at, emitted) in ops.iter().enumerate() {
        freed.extend(
            emitted
                .op
                .destroys()
                .iter()
                .flat_map(|id| slots(id, cx))
                .map(|slot| (slot, at)),
        );
    }
    shares(ops, edges);
    for (at, emitted) in ops.iter().enumerate() {
        for slot in emitted.op.provides().iter().flat_map(|id| slots(id, cx)) {
            edges.extend(freed.get(&slot).map(|before| (*before, at)));
        }
    }
}

/// A part of something is free only when nobody has it any more: what takes no part from now on goes first.
fn shares(ops: &[Emitted], edges: &mut Vec<(usize, usize)>) {
    let mut left: HashMap<ObjectId, Vec<usize>> = HashMap::new();
    for (at, emitted) in ops.iter().enumerate() {
        if let Action::Drop { object, .. } = &emitted.op.action
            && let Some(of) = object.shares()
        {
            left.entry(of).or_default().push(at);
        }
    }
    for (at, emitted) in ops.iter().enumerate() {
        if let Action::Create { object, .. } = &emitted.op.action
            && let Some(before) = object.shares().and_then(|of| left.get(&of))
        {
            edges.extend(before.iter().map(|before| (*before, at)));
        }
    }
}

/// What only one object has at a time: its name, and its place in its table where there is only one.
fn slots(id: &ObjectId, cx: &PlanCx<'_>) -> impl Iterator<Item = (&'static str, String)> {
    let place = id.relation().filter(|_| id.kind.is_single());
    let place = place.map(|table| (id.kind.noun(), table.to_string()));
    slot(id, cx).into_iter().chain(place)
}

/// The name as the namespace of its kind sees it.
fn slot(id: &ObjectId, cx: &PlanCx<'_>) -> Option<(&'static str, String)> {
    let namespace = cx.server.engine().rules(id.kind)?.namespace()?;
    let schema = id
        .schema()
        .map(|schema| schema.key().to_owned())
        .unwrap_or_default();
    Some((namespace, format!("{schema}\u{0}{}", id.name()?.key())))
}
