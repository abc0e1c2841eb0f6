//! Dependencies, which SQLite does not record: read from the names that stand in texts. Too many do no harm.

use std::collections::{HashMap, HashSet};

use crate::catalog::expr::mentions;
use crate::catalog::{Catalog, Kind, Object, ObjectId, QName};

/// Relations by their folded names, and the columns of each.
#[derive(Default)]
struct Names {
    relations: HashMap<String, ObjectId>,
    columns: HashMap<QName, Vec<ObjectId>>,
}

impl Names {
    fn new(catalog: &Catalog) -> Self {
        let mut names = Self::default();
        for (id, _) in catalog.iter() {
            match (id.kind, id.qname(), id.relation()) {
                (Kind::Table | Kind::View, Some(name), _) => {
                    names.relations.insert(name.name.key().to_owned(), id.clone());
                }
                (Kind::Column, _, Some(table)) => {
                    names.columns.entry(table.clone()).or_default().push(id.clone());
                }
                _ => {}
            }
        }
        names
    }

    /// The relation and those of its columns that are mentioned.
    fn of(&self, relation: &QName, words: &HashSet<String>) -> impl Iterator<Item = &ObjectId> {
        let columns = self.columns.get(relation).into_iter().flatten();
        columns.filter(|id| id.name().is_some_and(|name| words.contains(name.key())))
    }
}

/// Adds what views, triggers and the expressions of indexes need.
pub(super) fn add(catalog: &mut Catalog) {
    let names = Names::new(catalog);
    let mut edges: Vec<(ObjectId, ObjectId)> = Vec::new();
    for (id, object) in catalog.iter() {
        if !matches!(object, Object::View(_) | Object::Trigger(_) | Object::Index(_)) {
            continue;
        }
        let texts = object.texts();
        let words: HashSet<String> = texts
            .iter()
            .flat_map(|text| mentions(text))
            .map(|word| word.to_ascii_lowercase())
            .collect();
        let mut needed: Vec<&ObjectId> = Vec::new();
        if let Some(relation) = id.relation() {
            needed.extend(names.of(relation, &words));
        }
        if !matches!(object, Object::Index(_)) {
            let mut relations: Vec<&ObjectId> = words
                .iter()
                .filter_map(|word| names.relations.get(word))
                .collect();
            relations.sort();
            for relation in relations {
                needed.push(relation);
                if let Some(name) = relation.qname() {
                    needed.extend(names.of(name, &words));
                }
            }
        }
        edges.extend(
            needed
                .into_iter()
                .map(|referenced| (id.clone(), referenced.clone())),
        );
    }
    for (dependent, referenced) in edges {
        catalog.add_edge(dependent, referenced);
    }
}
