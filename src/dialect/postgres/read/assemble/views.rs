//! Views and materialized views, each after those that it reads.

use std::collections::{HashMap, HashSet};

use crate::catalog::kinds::{CheckOption, MaterializedView, View};
use crate::catalog::{Catalog, Expr, Kind, ObjectId};

use super::super::super::unmodelled::Notes;
use super::super::batch::Raw;
use super::super::depends::class;
use super::super::relations::Relation;
use super::{Known, Verdict};

/// Inserts views of either sort.
pub(super) fn insert(known: &mut Known, raw: &Raw, catalog: &mut Catalog, notes: &mut Notes) {
    let queries: HashMap<u32, &Expr> = raw.views.iter().map(|row| (row.oid, &row.query)).collect();
    let relations: HashMap<u32, &Relation> = known
        .views
        .iter()
        .map(|at| (raw.relations[*at].oid, &raw.relations[*at]))
        .collect();
    let reads = reads(raw);
    let mut done = HashSet::new();
    for at in known.views.clone() {
        let mut stack = vec![(raw.relations[at].oid, false)];
        while let Some((oid, ready)) = stack.pop() {
            let (Some(relation), Some(query)) = (relations.get(&oid), queries.get(&oid)) else {
                continue;
            };
            if !ready && done.insert(oid) {
                stack.push((oid, true));
                let next = reads.get(&oid).into_iter().flatten().filter(|read| **read != oid);
                stack.extend(next.map(|read| (*read, false)));
            } else if ready {
                insert_one(known, raw, (relation, query), catalog, notes);
            }
        }
    }
}

/// Which relations each view reads.
fn reads(raw: &Raw) -> HashMap<u32, Vec<u32>> {
    let rules: HashMap<u32, u32> = raw.views.iter().map(|row| (row.rule, row.oid)).collect();
    let mut reads: HashMap<u32, Vec<u32>> = HashMap::new();
    for dependency in &raw.dependencies {
        if let (class::REWRITE, class::CLASS, Some(view)) = (
            dependency.class,
            dependency.referenced_class,
            rules.get(&dependency.object),
        ) {
            reads.entry(*view).or_default().push(dependency.referenced);
        }
    }
    reads
}

fn insert_one(
    known: &mut Known,
    raw: &Raw,
    (relation, query): (&Relation, &Expr),
    catalog: &mut Catalog,
    notes: &mut Notes,
) {
    let Some(named) = known.relations.get(&relation.oid) else {
        return;
    };
    let (name, query) = (named.name.clone(), query.clone());
    let id = if named.verdict == Verdict::MaterializedView {
        let id = ObjectId::qualified(Kind::MaterializedView, name);
        let of_columns = raw.column_storage.keys().filter(|(of, _)| *of == relation.oid);
        for column in of_columns.filter_map(|(of, number)| known.column_name(raw, *of, *number)) {
            notes.attribute(&id, &format!("the storage of column {column}"));
        }
        let view = MaterializedView {
            with_data: true,
            query,
        };
        catalog.insert(id.clone(), view);
        id
    } else {
        let id = ObjectId::qualified(Kind::View, name);
        let mut view = View::of_query(query);
        for option in relation.options.iter().flat_map(|options| options.split(", ")) {
            if !set(&mut view, option) {
                notes.attribute(&id, &format!("WITH ({option})"));
            }
        }
        catalog.insert(id.clone(), view);
        id
    };
    known.insert_along((class::TYPE, relation.row_type), &id);
    known.ids.insert((class::CLASS, relation.oid), id);
}

/// Takes in an option of a view; false for one that is not known.
fn set(view: &mut View, option: &str) -> bool {
    let (name, value) = option.split_once('=').unwrap_or((option, "true"));
    match (name, value) {
        ("security_barrier", value) => view.security_barrier = is_true(value),
        ("security_invoker", value) => view.security_invoker = is_true(value),
        ("check_option", "local") => view.check_option = Some(CheckOption::Local),
        ("check_option", "cascaded") => view.check_option = Some(CheckOption::Cascaded),
        _ => return false,
    }
    true
}

/// The engine keeps an option in the words in which it was given, and takes any beginning of these words:
/// `parse_bool_with_len` in `src/backend/utils/adt/bool.c`.
fn is_true(value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    value == "on"
        || value == "1"
        || !value.is_empty() && ("true".starts_with(&value) || "yes".starts_with(&value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_in_every_spelling() {
        let mut view = View::of_query(Expr::new("SELECT 1"));
        for option in [
            "security_barrier=YES",
            "security_invoker=1",
            "check_option=cascaded",
        ] {
            assert!(set(&mut view, option));
        }
        assert!(view.security_barrier && view.security_invoker);
        assert_eq!(view.check_option, Some(CheckOption::Cascaded));
        assert!(set(&mut view, "security_barrier=off") && !view.security_barrier);
        assert!(!set(&mut view, "check_option=other") && !set(&mut view, "new_one=1"));
    }
}
