//! Reading the flat store as a tree and as a graph: [`Walk`] (members of relations) and [`References`] (who needs whom).

use std::collections::HashMap;

use super::kinds::{ForeignKey, Index, IndexTerm, PrimaryKey, Rows, Unique};
use super::{Catalog, Ident, Kind, Object, ObjectId, Path, Payload, QName};

/// The members of every relation, in declared order.
#[derive(Debug)]
pub struct Walk<'a> {
    catalog: &'a Catalog,
    members: HashMap<&'a QName, Vec<usize>>,
}

impl<'a> Walk<'a> {
    /// Reads the catalog once.
    pub fn new(catalog: &'a Catalog) -> Self {
        let mut members: HashMap<&QName, Vec<usize>> = HashMap::new();
        for (at, (id, _)) in catalog.iter().enumerate() {
            if let Path::Member(relation, _) = &id.path {
                members.entry(relation).or_default().push(at);
            }
        }
        Self { catalog, members }
    }

    /// Every member of a relation.
    pub fn members(&self, relation: &QName) -> impl Iterator<Item = (&'a ObjectId, &'a Object)> {
        let catalog = self.catalog;
        let found = self.members.get(relation).map(Vec::as_slice).unwrap_or_default();
        found.iter().filter_map(move |at| catalog.objects.get_index(*at))
    }

    /// The members of one kind.
    pub fn members_of<T: Payload>(&self, relation: &QName) -> impl Iterator<Item = (&'a ObjectId, &'a T)> {
        self.members(relation)
            .filter_map(|(id, object)| T::of(object).map(|payload| (id, payload)))
    }

    /// The keys that a foreign key to `columns` of `table` can rest on: primary key, unique constraint, unique index.
    pub fn keys_on(&self, table: &QName, columns: &[Ident]) -> Vec<ObjectId> {
        let same = |candidate: &[Ident]| {
            candidate.len() == columns.len() && candidate.iter().all(|column| columns.contains(column))
        };
        self.members(table)
            .filter(|(_, object)| match object {
                Object::PrimaryKey(PrimaryKey { columns, .. }) | Object::Unique(Unique { columns, .. }) => {
                    same(columns)
                }
                Object::Index(Index {
                    unique: true,
                    predicate: None,
                    keys,
                    ..
                }) => {
                    let plain: Option<Vec<Ident>> = keys
                        .iter()
                        .map(|key| match &key.term {
                            IndexTerm::Column(column) => Some(column.clone()),
                            IndexTerm::Expr(_) => None,
                        })
                        .collect();
                    plain.is_some_and(|plain| same(&plain))
                }
                _ => false,
            })
            .map(|(id, _)| id.clone())
            .collect()
    }
}

/// Who needs whom, from structure and from stated edges, both ways.
#[derive(Debug, Default)]
pub struct References {
    out: HashMap<ObjectId, Vec<ObjectId>>,
    back: HashMap<ObjectId, Vec<ObjectId>>,
    later: HashMap<ObjectId, Vec<ObjectId>>,
}

impl References {
    /// Reads the catalog once. References to what the catalog does not hold are left out.
    pub fn new(catalog: &Catalog) -> Self {
        let walk = Walk::new(catalog);
        let mut references = Self::default();
        for (id, object) in catalog.iter() {
            for referenced in catalog.structural_references(id) {
                references.add(catalog, id, &referenced);
            }
            match object {
                Object::ForeignKey(key) => references.add_foreign_key(catalog, &walk, id, key),
                Object::Rows(rows) => references.add_rows(catalog, &walk, id, rows),
                _ => {}
            }
        }
        for edge in catalog.edges() {
            references.add(catalog, &edge.dependent, &edge.referenced);
        }
        references
    }

    fn add(&mut self, catalog: &Catalog, dependent: &ObjectId, referenced: &ObjectId) {
        if dependent == referenced || !catalog.contains(referenced) || !catalog.contains(dependent) {
            return;
        }
        let out = self.out.entry(dependent.clone()).or_default();
        if !out.contains(referenced) {
            out.push(referenced.clone());
            self.back
                .entry(referenced.clone())
                .or_default()
                .push(dependent.clone());
        }
    }

    /// A foreign key rests on a key of the other table, and is checked against the rows that are declared there.
    fn add_foreign_key(&mut self, catalog: &Catalog, walk: &Walk<'_>, id: &ObjectId, key: &ForeignKey) {
        for target in walk.keys_on(&key.table, &key.referenced) {
            self.add(catalog, id, &target);
        }
        if id.relation() != Some(&key.table) {
            self.add(
                catalog,
                id,
                &ObjectId::on(Kind::Rows, ObjectId::table(key.table.clone())),
            );
        }
    }

    /// Declared rows come after the rows that they refer to.
    fn add_rows(&mut self, catalog: &Catalog, walk: &Walk<'_>, id: &ObjectId, _rows: &Rows) {
        let Some(table) = id.target().and_then(ObjectId::qname) else {
            return;
        };
        for (_, key) in walk.members_of::<ForeignKey>(table) {
            if key.table != *table {
                self.add(
                    catalog,
                    id,
                    &ObjectId::on(Kind::Rows, ObjectId::table(key.table.clone())),
                );
            }
        }
    }

    /// What `id` needs.
    pub fn of(&self, id: &ObjectId) -> &[ObjectId] {
        self.out.get(id).map(Vec::as_slice).unwrap_or_default()
    }

    /// What should be there before `id` is made, although `id` can stand without it: the rows a foreign key is
    /// checked against.
    pub fn later_than(&self, id: &ObjectId) -> &[ObjectId] {
        self.later.get(id).map(Vec::as_slice).unwrap_or_default()
    }

    /// Who needs `id`.
    pub fn dependents(&self, id: &ObjectId) -> &[ObjectId] {
        self.back.get(id).map(Vec::as_slice).unwrap_or_default()
    }
}
