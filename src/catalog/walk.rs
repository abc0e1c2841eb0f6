//! Reading the flat store as a tree and as a graph: [`Walk`] (members of relations) and [`References`] (who needs whom).

use std::collections::HashMap;

use super::kinds::{
    Column, DefaultPrivileges, DefaultsOf, ForeignKey, Index, Inheritance, Partition, PrimaryKey, RowType,
    Rows, Unique, inherited,
};
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
                    let plain: Option<Vec<Ident>> =
                        keys.iter().map(|key| key.term.column().cloned()).collect();
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
    followers: HashMap<ObjectId, Vec<ObjectId>>,
    origins: HashMap<ObjectId, Vec<ObjectId>>,
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
        for (id, partition) in catalog.of_kind::<Partition>() {
            references.add_partition(catalog, &walk, id, partition);
        }
        if catalog.inherits {
            for (id, inheritance) in catalog.of_kind::<Inheritance>() {
                references.add_inheritance(&walk, id, inheritance);
            }
        }
        for (id, _) in catalog.of_kind::<RowType>() {
            references.add_row_type(&walk, id);
        }
        references.add_parts_referred_to(catalog);
        references.add_default_privileges(catalog);
        for edge in catalog.edges() {
            references.add(catalog, &edge.dependent, &edge.referenced);
        }
        references
    }

    /// A partition is attached when both sides have what the one inherits from the other, and declared rows find their
    /// partition. A key, an index and a foreign key of the parent take over those of its partitions, which come first
    /// therefore.
    fn add_partition(&mut self, catalog: &Catalog, walk: &Walk<'_>, id: &ObjectId, partition: &Partition) {
        let Some(table) = id.target().and_then(ObjectId::qname) else {
            return;
        };
        self.rests_on(id, &ObjectId::table(table.clone()));
        for (column, _) in walk
            .members_of::<Column>(table)
            .chain(walk.members_of::<Column>(&partition.parent))
        {
            self.rests_on(id, column);
        }
        for of_parent in walk.members(&partition.parent) {
            for own in walk.members(table).filter(|own| inherited(*own, of_parent)) {
                self.rests_on(id, own.0);
                // It would go with the parent's as long as its table is a partition. What refers to a table above goes
                // before any partition does.
                let refers_above = match of_parent.1 {
                    Object::ForeignKey(key) => catalog.lineage(table).any(|above| *above == key.table),
                    _ => false,
                };
                if !refers_above {
                    let followers = self.followers.entry(of_parent.0.clone()).or_default();
                    followers.push(id.clone());
                }
                if own.0.kind != Kind::Check {
                    let later = self.later.entry(of_parent.0.clone()).or_default();
                    later.push(own.0.clone());
                }
            }
        }
        for above in catalog.lineage(table) {
            let rows = ObjectId::on(Kind::Rows, ObjectId::table(above.clone()));
            self.add(catalog, &rows, id);
        }
    }

    /// A table inherits when both sides have what is inherited, which a new table is made with. Nothing of that goes before it
    /// has gone where it comes from.
    fn add_inheritance(&mut self, walk: &Walk<'_>, id: &ObjectId, inheritance: &Inheritance) {
        let Some(table) = id.target() else { return };
        let Some(name) = table.qname() else { return };
        let passes = |id: &ObjectId| matches!(id.kind, Kind::Column | Kind::Check);
        for (own, _) in walk.members(name).filter(|(own, _)| passes(own)) {
            self.rests_on(id, own);
        }
        for (above, _) in inheritance
            .parents
            .iter()
            .flat_map(|parent| walk.members(parent))
            .filter(|(above, _)| passes(above))
        {
            self.rests_on(id, above);
            self.rests_on(table, above);
            if let Some(member) = above.name() {
                let own = ObjectId::member(above.kind, name, member.clone());
                self.origins.entry(own).or_default().push(above.clone());
            }
        }
    }

    /// A table is made of a type when it has the columns of that type.
    fn add_row_type(&mut self, walk: &Walk<'_>, id: &ObjectId) {
        let Some(table) = id.target() else { return };
        self.rests_on(id, table);
        let columns = table.qname().into_iter();
        for (column, _) in columns.flat_map(|table| walk.members_of::<Column>(table)) {
            self.rests_on(id, column);
        }
    }

    /// What refers to a table refers to its partitions: the engine drops none of them as long as it does.
    fn add_parts_referred_to(&mut self, catalog: &Catalog) {
        let mut parts: HashMap<&QName, Vec<&QName>> = HashMap::new();
        for (id, _) in catalog.of_kind::<Partition>() {
            let Some(table) = id.target().and_then(ObjectId::qname) else {
                continue;
            };
            for above in catalog.lineage(table) {
                parts.entry(above).or_default().push(table);
            }
        }
        if parts.is_empty() {
            return;
        }
        for (id, key) in catalog.of_kind::<ForeignKey>() {
            for part in parts.get(&key.table).into_iter().flatten() {
                self.rests_on(id, &ObjectId::table((*part).clone()));
            }
        }
    }

    /// What is granted on objects that will be made is not meant for those that are made with it: it comes last.
    fn add_default_privileges(&mut self, catalog: &Catalog) {
        for (id, _) in catalog.of_kind::<DefaultPrivileges>() {
            for (other, _) in catalog
                .iter()
                .filter(|(other, _)| DefaultsOf::of_kind(other.kind).is_some())
            {
                self.rests_on(id, other);
            }
        }
    }

    /// What comes after another when it is made, and goes before it, but minds no change of it.
    fn rests_on(&mut self, id: &ObjectId, other: &ObjectId) {
        self.later.entry(id.clone()).or_default().push(other.clone());
        self.followers.entry(other.clone()).or_default().push(id.clone());
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

    /// What should be there before `id` is made, although `id` can stand without it: what a partition has that its parent
    /// takes over, and what it must have to be attached.
    pub fn later_than(&self, id: &ObjectId) -> &[ObjectId] {
        self.later.get(id).map(Vec::as_slice).unwrap_or_default()
    }

    /// What should be gone before `id` goes or changes, although it can stand with it: the tie of a partition to its parent.
    pub fn followers(&self, id: &ObjectId) -> &[ObjectId] {
        self.followers.get(id).map(Vec::as_slice).unwrap_or_default()
    }

    /// The columns and checks by which a table has this one: they go first, where both go and the table stays.
    pub fn origins(&self, id: &ObjectId) -> &[ObjectId] {
        self.origins.get(id).map(Vec::as_slice).unwrap_or_default()
    }

    /// Who needs `id`.
    pub fn dependents(&self, id: &ObjectId) -> &[ObjectId] {
        self.back.get(id).map(Vec::as_slice).unwrap_or_default()
    }
}
