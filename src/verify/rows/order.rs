//! Which tables get rows, and in which order: referenced tables first, tables that refer to each other together.

use std::collections::{BTreeSet, HashMap};

use petgraph::algo::tarjan_scc;
use petgraph::graph::DiGraph;

use crate::catalog::kinds::{Column, ForeignKey, Table};
use crate::catalog::{Canonical, Catalog, Kind, ObjectId, QName};
use crate::diff::{Change, Intents, diff};

use super::Ground;
use super::demands::Demands;

/// The tables of the state before that differ, those that refer to them, and all that these refer to.
pub(super) fn touched(ground: &Ground<'_>) -> BTreeSet<QName> {
    let (from, to) = (ground.from, ground.to);
    let sides = [from, to].map(|side| Canonical::assumed(side.clone()));
    let engine = ground.engine();
    let difference = diff(&sides[0], &sides[1], &Intents::default(), &|name| {
        engine.quote(name)
    });
    let mut out: BTreeSet<QName> = BTreeSet::new();
    for change in &difference.changes {
        let ids = match change {
            Change::Rename { from, to, .. } => vec![from, to],
            other => vec![other.id()],
        };
        for id in ids {
            out.extend(tables_of(from, id));
        }
    }
    let keys: Vec<(&QName, &QName)> = from
        .of_kind::<ForeignKey>()
        .filter_map(|(id, key)| Some((id.relation()?, &key.table)))
        .collect();
    let children: Vec<QName> = keys
        .iter()
        .filter(|(_, parent)| out.contains(*parent))
        .map(|(child, _)| (*child).clone())
        .collect();
    out.extend(children);
    with_referenced(&mut out, &keys);
    out.retain(|table| from.contains(&ObjectId::table(table.clone())));
    let mut out = in_partitions(from, out);
    // What lies elsewhere is neither read nor written.
    out.retain(|table| !from.is_foreign(table));
    out
}

/// The rows of a partitioned table are put into its partitions.
fn in_partitions(from: &Catalog, tables: BTreeSet<QName>) -> BTreeSet<QName> {
    let mut out = BTreeSet::new();
    let mut queue: Vec<QName> = tables.into_iter().collect();
    while let Some(table) = queue.pop() {
        if from.is_partitioned(&table) {
            queue.extend(from.partitions_of(&table).map(|(part, _)| part.clone()));
        } else {
            out.insert(table);
        }
    }
    out
}

/// The tables that an object is, or is a part of, or is the type of a column of.
fn tables_of(from: &Catalog, id: &ObjectId) -> Vec<QName> {
    match id.kind {
        Kind::Table => id.qname().cloned().into_iter().collect(),
        Kind::Enum => {
            let columns = from.of_kind::<Column>();
            let columns = columns.filter(|(_, column)| column.data_type.user.as_ref() == Some(id));
            columns.filter_map(|(id, _)| id.relation().cloned()).collect()
        }
        Kind::Rows | Kind::Partition | Kind::Inheritance | Kind::RowType => id
            .target()
            .and_then(ObjectId::qname)
            .cloned()
            .into_iter()
            .collect(),
        _ => id.relation().cloned().into_iter().collect(),
    }
}

fn with_referenced(tables: &mut BTreeSet<QName>, keys: &[(&QName, &QName)]) {
    let mut queue: Vec<QName> = tables.iter().cloned().collect();
    while let Some(table) = queue.pop() {
        for (child, parent) in keys {
            if **child == table && tables.insert((*parent).clone()) {
                queue.push((*parent).clone());
            }
        }
    }
}

/// Every table of a state.
pub(super) fn all(from: &Catalog) -> BTreeSet<QName> {
    let tables = from.of_kind::<Table>();
    in_partitions(from, tables.filter_map(|(id, _)| id.qname().cloned()).collect())
}

/// The tables in groups, referenced ones first; those of a group refer to each other.
pub(super) fn groups(demands: &[Demands]) -> Vec<Vec<usize>> {
    let mut places: HashMap<&QName, Vec<usize>> = HashMap::new();
    for (at, one) in demands.iter().enumerate() {
        for table in std::iter::once(&one.table).chain(&one.above) {
            places.entry(table).or_default().push(at);
        }
    }
    let mut graph: DiGraph<usize, ()> = DiGraph::new();
    let nodes: Vec<_> = (0..demands.len()).map(|at| graph.add_node(at)).collect();
    for (at, one) in demands.iter().enumerate() {
        for parent in one
            .links
            .iter()
            .filter_map(|link| places.get(&link.table))
            .flatten()
        {
            graph.update_edge(nodes[at], nodes[*parent], ());
        }
    }
    // Those that nothing in the graph is needed for come first.
    let groups = tarjan_scc(&graph).into_iter();
    groups
        .map(|group| {
            let mut group: Vec<usize> = group.into_iter().map(|node| graph[node]).collect();
            group.sort_unstable();
            group
        })
        .collect()
}
