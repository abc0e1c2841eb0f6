//! Fifth phase: folding ops into their parents' statements, and one keyed topological sort of what results.
//!
//! Forced folds come first; optional ones stand only where they make no circle: within a strongly connected component
//! the ops that need another group are unfolded, so two tables that refer to each other are made first and tied
//! afterwards. What is still a circle then is a bug of a rule row, reported with its path.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use petgraph::Direction;
use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use crate::catalog::{Kind, ObjectId};
use crate::diagnostic::Diagnostic;
use crate::dialect::{Fold, PlanCx};
use crate::op::{Action, Batch, Txn};

use super::emit::Emitted;
use super::graph::{Graph, graph};

/// The batches in the order in which they are carried out.
pub(super) fn order(ops: Vec<Emitted>, cx: &PlanCx<'_>) -> Result<Vec<Batch>, Vec<Diagnostic>> {
    let graph = graph(&ops, cx);
    let mut into = fold(&ops, cx);
    let (leaders, sorted) = loop {
        let leaders = leaders(&into);
        let groups = contract(&graph, &leaders);
        match sort(&groups, &ops, cx) {
            Ok(sorted) => break (leaders, sorted),
            Err(circle) => {
                if !unfold(&circle, &graph, &ops, (&mut into, &leaders), cx) {
                    return Err(vec![report(&circle, &ops)]);
                }
            }
        }
    };
    Ok(batches(ops, &leaders, &sorted, cx))
}

/// For each op the op whose statement it would be folded into; itself, if none. That one may be folded into another itself.
fn fold(ops: &[Emitted], cx: &PlanCx<'_>) -> Vec<usize> {
    let mut created = HashMap::new();
    let mut dropped = HashMap::new();
    for (at, emitted) in ops.iter().enumerate() {
        match &emitted.op.action {
            Action::Create { id, .. } => created.insert(id.clone(), at),
            Action::Drop { id, .. } => dropped.insert(id.clone(), at),
            _ => None,
        };
    }
    let mut into: Vec<usize> = (0..ops.len()).collect();
    for (at, emitted) in ops.iter().enumerate() {
        match &emitted.op.action {
            Action::Create { id, object }
                if fold_of(id.kind, cx) != Fold::Never
                    && !cx.server.engine().stands_apart(id, object, cx.to) =>
            {
                let parent = cx.to.parent(id).and_then(|parent| created.get(&parent).copied());
                into[at] = parent.unwrap_or(at);
            }
            // What has a part of something that stays gives it back first: others may count on the part.
            Action::Drop { object, .. } if object.shares().is_some_and(|of| !dropped.contains_key(&of)) => {}
            // The engine takes everything that is part of an object away with it.
            Action::Drop { id, .. } => {
                let parent = cx
                    .from
                    .parent(id)
                    .and_then(|parent| dropped.get(&parent).copied());
                into[at] = parent.unwrap_or(at);
            }
            _ => {}
        }
    }
    for (at, emitted) in ops.iter().enumerate() {
        if let Some(by) = emitted.carried_by {
            into[at] = by;
        }
        // One that shares no transaction has a statement of its own.
        if emitted.op.txn != Txn::Inside {
            into[at] = at;
        }
    }
    into
}

/// For each op the op whose statement it is in at last (a comment on a column of a dropped table: its leader has a leader).
fn leaders(into: &[usize]) -> Vec<usize> {
    let last = |at: usize| {
        let mut leader = at;
        while into[leader] != leader {
            leader = into[leader];
        }
        leader
    };
    (0..into.len()).map(last).collect()
}

fn fold_of(kind: Kind, cx: &PlanCx<'_>) -> Fold {
    cx.server
        .engine()
        .rules(kind)
        .map_or(Fold::Never, crate::dialect::KindRules::fold)
}

/// The graph of the groups; nodes carry the leader.
fn contract(graph: &Graph, leaders: &[usize]) -> Graph {
    let mut groups = DiGraph::with_capacity(leaders.len(), graph.edge_count());
    for at in 0..leaders.len() {
        groups.add_node(at);
    }
    for edge in graph.raw_edges() {
        let (before, after) = (leaders[edge.source().index()], leaders[edge.target().index()]);
        if before != after {
            groups.update_edge(NodeIndex::new(before), NodeIndex::new(after), ());
        }
    }
    groups
}

/// Kahn's algorithm over the leaders with a total key, or the ops of every circle.
fn sort(groups: &Graph, ops: &[Emitted], cx: &PlanCx<'_>) -> Result<Vec<usize>, Vec<Vec<usize>>> {
    let mut waiting: Vec<usize> = groups
        .node_indices()
        .map(|node| groups.neighbors_directed(node, Direction::Incoming).count())
        .collect();
    let keys: Vec<SortKey> = ops.iter().map(|emitted| key(emitted, cx)).collect();
    let mut ready: BinaryHeap<Reverse<(&SortKey, usize)>> = (0..ops.len())
        .filter(|at| waiting[*at] == 0)
        .map(|at| Reverse((&keys[at], at)))
        .collect();
    let mut sorted = Vec::with_capacity(ops.len());
    while let Some(Reverse((_, at))) = ready.pop() {
        sorted.push(at);
        for next in groups.neighbors(NodeIndex::new(at)) {
            waiting[next.index()] -= 1;
            if waiting[next.index()] == 0 {
                ready.push(Reverse((&keys[next.index()], next.index())));
            }
        }
    }
    if sorted.len() == ops.len() {
        return Ok(sorted);
    }
    let circles = tarjan_scc(groups)
        .into_iter()
        .filter(|component| component.len() > 1);
    Err(circles
        .map(|component| component.into_iter().map(NodeIndex::index).collect())
        .collect())
}

/// What must be committed early, then what is made or changed in declared order, then what takes its time outside of that
/// transaction, then what goes, last declared first.
type SortKey = (u8, Reverse<usize>, usize, String);

fn key(emitted: &Emitted, cx: &PlanCx<'_>) -> SortKey {
    let id = emitted.op.subject();
    let label = id.to_string();
    let place = || {
        let table = || id.relation().map(|table| ObjectId::table(table.clone()));
        cx.to
            .position(&id)
            .or_else(|| cx.to.position(&table()?))
            .unwrap_or(0)
    };
    match (&emitted.op.action, emitted.op.txn) {
        (_, Txn::CommitAfter) => (0, Reverse(0), 0, label),
        // Whoever writes to the source waits from here on, until what goes has gone.
        (Action::CopyRows(copy), _) if copy.goes => (3, Reverse(usize::MAX), place(), label),
        (Action::Drop { .. }, _) => (3, Reverse(cx.from.position(&id).unwrap_or(0)), 0, label),
        // What has no place in the common transaction comes after what has, as far as nothing waits for it.
        (_, Txn::Outside | Txn::Alone) => (2, Reverse(0), place(), label),
        (_, Txn::Inside) => (1, Reverse(0), place(), label),
    }
}

/// Takes optional members that need another group of their circle out of their groups. Whether any was taken out.
fn unfold(
    circles: &[Vec<usize>],
    graph: &Graph,
    ops: &[Emitted],
    (into, leaders): (&mut [usize], &[usize]),
    cx: &PlanCx<'_>,
) -> bool {
    let mut circle_of = HashMap::new();
    for (number, circle) in circles.iter().enumerate() {
        circle_of.extend(circle.iter().map(|leader| (*leader, number)));
    }
    let is_parent = |leader: usize, id: &ObjectId| cx.from.parent(id) == Some(ops[leader].op.subject());
    let taken: Vec<usize> = (0..ops.len())
        .filter(|at| leaders[*at] != *at && circle_of.contains_key(&leaders[*at]))
        .filter(|at| {
            // A member that is made needs others first; a member that goes is needed by others' going.
            let (kind, towards) = match &ops[*at].op.action {
                Action::Create { id, .. } => (id.kind, Direction::Incoming),
                Action::Drop { id, .. } if is_parent(into[*at], id) => (id.kind, Direction::Outgoing),
                _ => return false,
            };
            fold_of(kind, cx) == Fold::WhenIndependent
                && graph
                    .neighbors_directed(NodeIndex::new(*at), towards)
                    .any(|other| {
                        let other = leaders[other.index()];
                        other != leaders[*at] && circle_of.get(&other) == circle_of.get(&leaders[*at])
                    })
        })
        .collect();
    let above = above(ops, cx);
    for at in &taken {
        let top = std::iter::successors(Some(*at), |at| above.get(at).copied()).last();
        into[*at] = top.unwrap_or(*at);
        into[into[*at]] = into[*at];
    }
    // What a table has from the one above goes with what that one has, and cannot go by itself.
    for at in 0..ops.len() {
        let mut all = std::iter::successors(Some(at), |at| above.get(at).copied()).skip(1);
        if let Some(by) = all.find(|by| into[*by] == *by) {
            into[at] = by;
        }
    }
    !taken.is_empty()
}

/// For what goes with its table and would go with what the table above has of the same kind, the op that takes this away.
fn above(ops: &[Emitted], cx: &PlanCx<'_>) -> HashMap<usize, usize> {
    let drops = ops.iter().enumerate();
    let dropped: HashMap<&ObjectId, usize> = drops
        .filter_map(|(at, emitted)| match &emitted.op.action {
            Action::Drop { id, .. } => Some((id, at)),
            _ => None,
        })
        .collect();
    let goes_with_table = |id: &ObjectId| {
        cx.from
            .parent(id)
            .is_some_and(|table| dropped.contains_key(&table))
    };
    let mut out = HashMap::new();
    for (id, by) in &dropped {
        let below = cx.from_references.later_than(id).iter();
        for own in below.filter(|own| own.kind == id.kind && goes_with_table(own)) {
            out.extend(dropped.get(own).map(|at| (*at, *by)));
        }
    }
    out
}

fn report(circles: &[Vec<usize>], ops: &[Emitted]) -> Diagnostic {
    let path = |circle: &Vec<usize>| {
        circle
            .iter()
            .map(|at| ops[*at].op.to_string())
            .collect::<Vec<_>>()
            .join(" → ")
    };
    let paths: Vec<String> = circles.iter().map(path).collect();
    Diagnostic::error(
        "RC0502",
        format!(
            "these changes need each other, and none can come first: {}",
            paths.join("; ")
        ),
    )
    .help("split the change into two revisions, or remove a `depends-on` that is not needed")
}

fn batches(ops: Vec<Emitted>, leaders: &[usize], sorted: &[usize], cx: &PlanCx<'_>) -> Vec<Batch> {
    let mut members: HashMap<usize, Vec<usize>> = HashMap::new();
    for (at, leader) in leaders.iter().enumerate() {
        if at != *leader {
            members.entry(*leader).or_default().push(at);
        }
    }
    let position = |id: &ObjectId| cx.to.position(id).or_else(|| cx.from.position(id));
    let mut ops: Vec<Option<crate::op::Op>> = ops.into_iter().map(|emitted| Some(emitted.op)).collect();
    let mut out = Vec::new();
    for at in sorted.iter().filter(|at| leaders[**at] == **at) {
        let mut folded = members.remove(at).unwrap_or_default();
        folded.sort_by_key(|member| ops[*member].as_ref().and_then(|op| position(&op.subject())));
        let folded = folded
            .into_iter()
            .filter_map(|member| ops[member].take())
            .collect();
        out.extend(ops[*at].take().map(|head| Batch {
            head,
            folded,
            questions: Vec::new(),
        }));
    }
    out
}
