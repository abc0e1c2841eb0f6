//! The model: a [`Catalog`] is a flat store of objects under their ids, and the dependency edges between them.
//!
//! Schema, table, column, constraint, index, view, comment: each is one [`Object`] under one [`ObjectId`]. Hierarchy
//! is a view of it ([`walk`]), not storage. Must not: do I/O, hold SQL text of statements, or know an engine.

pub mod aside;
pub mod data_type;
pub mod engine_name;
pub mod expr;
pub mod fingerprint;
pub mod id;
pub mod ident;
mod inheritance;
pub mod kinds;
pub mod object;
mod said;
pub mod walk;

use std::collections::HashSet;
use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};

use self::kinds::{Column, CompositeType, Domain, Partition};

pub use data_type::DataType;
pub use engine_name::EngineName;
pub use expr::Expr;
pub use fingerprint::Fingerprint;
pub use id::{Key, ObjectId, Path};
pub use ident::{Ident, QName};
pub use object::{Attr, Kind, Object, Payload, Renaming};

/// One object needs another.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Edge {
    /// Cannot be there without…
    pub dependent: ObjectId,
    /// …this one.
    pub referenced: ObjectId,
}

/// The kinds that have members.
const RELATIONS: &[Kind] = &[Kind::Table, Kind::View, Kind::MaterializedView, Kind::Composite];

/// All objects of a database, in the order in which they were declared or read.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    objects: IndexMap<ObjectId, Object>,
    edges: IndexSet<Edge>,
    /// What is there and is nobody's to change here.
    observed: HashSet<ObjectId>,
    /// Whether a table may inherit another, so that nobody looks for that in vain.
    inherits: bool,
}

impl Catalog {
    /// An empty catalog.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty catalog with room for this many objects.
    pub fn with_capacity(objects: usize) -> Self {
        Self {
            objects: IndexMap::with_capacity(objects),
            ..Self::default()
        }
    }

    /// Puts an object in; returns the one that stood under the same id.
    pub fn insert(&mut self, id: ObjectId, object: impl Into<Object>) -> Option<Object> {
        self.inherits |= id.kind == Kind::Inheritance;
        self.objects.insert(id, object.into())
    }

    /// Takes an object out, keeping the order of the others.
    pub fn remove(&mut self, id: &ObjectId) -> Option<Object> {
        self.objects.shift_remove(id)
    }

    /// Takes out every object for which `keep` is false, and the edges that touch one.
    pub fn retain(&mut self, mut keep: impl FnMut(&ObjectId, &Object) -> bool) {
        self.objects.retain(|id, object| keep(id, object));
        let objects = &self.objects;
        self.edges
            .retain(|edge| objects.contains_key(&edge.dependent) && objects.contains_key(&edge.referenced));
    }

    /// The object under `id`.
    pub fn get(&self, id: &ObjectId) -> Option<&Object> {
        self.objects.get(id)
    }

    /// The id as this catalog holds it (with the text of the name as the engine stores it), and the object.
    pub fn get_full(&self, id: &ObjectId) -> Option<(&ObjectId, &Object)> {
        self.objects.get_key_value(id)
    }

    /// The payload under `id`, if it is of this kind.
    pub fn payload<T: Payload>(&self, id: &ObjectId) -> Option<&T> {
        self.get(id).and_then(T::of)
    }

    /// Whether there is an object under `id`.
    pub fn contains(&self, id: &ObjectId) -> bool {
        self.objects.contains_key(id)
    }

    /// Whether there is an object under `id`, or a type that has it as a value or an attribute.
    pub fn has(&self, id: &ObjectId) -> bool {
        self.holder(id).is_some()
    }

    /// The object under `id`, or the type that has it as a value or an attribute.
    pub fn holder(&self, id: &ObjectId) -> Option<&Object> {
        if !id.is_value() {
            return self.get(id).or_else(|| self.of_attribute(id));
        }
        let of = ObjectId::qualified(Kind::Enum, id.relation()?.clone());
        let holder = self.get(&of)?;
        let values = kinds::EnumType::of(holder).map(|holder| holder.values.as_slice());
        let value = id.name()?.text();
        values?.iter().any(|known| **known == *value).then_some(holder)
    }

    /// The composite type that has this column as an attribute.
    fn of_attribute(&self, id: &ObjectId) -> Option<&Object> {
        let of = ObjectId::qualified(Kind::Composite, id.relation()?.clone());
        let holder = self.get(&of).filter(|_| id.kind == Kind::Column)?;
        let attributes = &CompositeType::of(holder)?.attributes;
        let is_there = attributes
            .iter()
            .any(|attribute| Some(&attribute.name) == id.name());
        is_there.then_some(holder)
    }

    /// Puts the objects into the order of `model`; what `model` does not have comes last, in its present order.
    pub fn order_like(&mut self, model: &Self) {
        self.objects
            .sort_by_cached_key(|id, _| model.position(id).unwrap_or(usize::MAX));
    }

    /// The position of `id` in the declared order.
    pub fn position(&self, id: &ObjectId) -> Option<usize> {
        self.objects.get_index_of(id)
    }

    /// Every object in the declared order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&ObjectId, &Object)> {
        self.objects.iter()
    }

    /// Every object that can be changed, in the declared order.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&ObjectId, &mut Object)> {
        self.objects.iter_mut()
    }

    /// Every object of one kind with its payload.
    pub fn of_kind<T: Payload>(&self) -> impl Iterator<Item = (&ObjectId, &T)> {
        self.objects
            .iter()
            .filter_map(|(id, object)| T::of(object).map(|payload| (id, payload)))
    }

    /// The domain that a type is; an array of one is none.
    pub fn domain_of(&self, data_type: &DataType) -> Option<&Domain> {
        let user = data_type.user.as_ref()?;
        self.payload(user).filter(|_| !data_type.text.ends_with("[]"))
    }

    /// What a column of this type gets that has no default of its own.
    pub fn default_of(&self, data_type: &DataType) -> Option<&Expr> {
        let domain = self.domain_of(data_type)?;
        domain.default.as_ref().or_else(|| self.default_of(&domain.base))
    }

    /// Whether a type is a domain, or made of one, that does not allow NULL.
    pub fn forbids_null(&self, data_type: &DataType) -> bool {
        self.domain_of(data_type)
            .is_some_and(|domain| !domain.nullable || self.forbids_null(&domain.base))
    }

    /// The columns made of a type, by themselves or by way of domains.
    pub fn columns_of_type(&self, id: &ObjectId) -> Vec<&ObjectId> {
        let mut types = vec![id];
        let mut at = 0;
        while let Some(known) = types.get(at).copied() {
            at += 1;
            let made = self
                .of_kind::<Domain>()
                .filter(|(_, domain)| domain.base.user.as_ref() == Some(known));
            types.extend(made.map(|(id, _)| id));
        }
        let of_them = |column: &Column| {
            column
                .data_type
                .user
                .as_ref()
                .is_some_and(|user| types.contains(&user))
        };
        let columns = self.of_kind::<Column>().filter(|(_, column)| of_them(column));
        columns.map(|(id, _)| id).collect()
    }

    /// What a table is a partition of: its parent, the parent of that, and so on.
    pub fn lineage<'a>(&'a self, table: &'a QName) -> impl Iterator<Item = &'a QName> {
        let parent = |table: &QName| {
            let id = ObjectId::on(Kind::Partition, ObjectId::table(table.clone()));
            self.payload::<Partition>(&id).map(|partition| &partition.parent)
        };
        // No table is its own ancestor on an engine; declarations are checked, but not here.
        std::iter::successors(parent(table), move |above| parent(above)).take(self.len())
    }

    /// Whether an object is part of a partition, at whatever level, of the table that the other is part of, or of a table
    /// that inherits that one.
    pub fn is_below(&self, id: &ObjectId, above: &ObjectId) -> bool {
        match (id.relation(), above.relation()) {
            (Some(own), Some(above)) => {
                self.lineage(own).any(|table| table == above) || self.ancestors(own).contains(&above)
            }
            _ => false,
        }
    }

    /// The partitions of a table, without theirs.
    pub fn partitions_of<'a>(&'a self, table: &'a QName) -> impl Iterator<Item = (&'a QName, &'a Partition)> {
        self.of_kind::<Partition>()
            .filter(move |(_, partition)| partition.parent == *table)
            .filter_map(|(id, partition)| Some((id.target()?.qname()?, partition)))
    }

    /// The members of partitions, and of theirs, that go by one name with this member of a table: they are renamed with it.
    pub fn namesakes_below(&self, id: &ObjectId) -> Vec<ObjectId> {
        let (Some(table), Some(name)) = (id.relation(), id.name()) else {
            return Vec::new();
        };
        if !id.kind.is_inherited_by_name() || !self.is_partitioned(table) {
            return Vec::new();
        }
        let below = self.below(table).into_iter();
        below
            .map(|part| ObjectId::member(id.kind, part, name.clone()))
            .filter(|id| self.contains(id))
            .collect()
    }

    /// Whether a table is divided into partitions, and has no rows of its own.
    pub fn is_partitioned(&self, table: &QName) -> bool {
        self.payload::<kinds::Table>(&ObjectId::table(table.clone()))
            .is_some_and(|table| table.partitioned.is_some())
    }

    /// Whether the rows of a table lie elsewhere: nothing here knows or keeps them.
    pub fn is_foreign(&self, table: &QName) -> bool {
        self.payload::<kinds::Table>(&ObjectId::table(table.clone()))
            .is_some_and(|table| table.foreign.is_some())
    }

    /// Whether rows of a table, or of a partition of it at whatever level, lie elsewhere.
    pub fn reaches_out(&self, table: &QName) -> bool {
        if !self.is_partitioned(table) {
            return self.is_foreign(table);
        }
        let of_parent = |part: &QName| self.lineage(part).any(|above| above == table);
        let mut foreign = self
            .of_kind::<kinds::Table>()
            .filter(|(_, payload)| payload.foreign.is_some())
            .filter_map(|(id, _)| id.qname());
        foreign.any(of_parent)
    }

    /// Whether an object is a foreign table or part of one: made anew, it loses nothing.
    pub fn is_of_foreign(&self, id: &ObjectId) -> bool {
        let table = id.qname().filter(|_| id.kind == Kind::Table);
        table
            .or_else(|| id.relation())
            .is_some_and(|table| self.is_foreign(table))
    }

    /// Marks objects, and what is part of them, as looked at and not changed: they are part of no comparison and of no
    /// fingerprint, and others may refer to them.
    pub fn observe(&mut self, ids: impl IntoIterator<Item = ObjectId>) {
        self.observed.extend(ids);
        while self.observes() {
            let is_part = |id: &ObjectId| self.parent(id).is_some_and(|of| self.observed.contains(&of));
            let ids = self.objects.keys().filter(|id| !self.observed.contains(*id));
            let parts: Vec<ObjectId> = ids.filter(|id| is_part(id)).cloned().collect();
            if parts.is_empty() {
                return;
            }
            self.observed.extend(parts);
        }
    }

    /// Whether an object is looked at and not changed.
    pub fn is_observed(&self, id: &ObjectId) -> bool {
        self.observed.contains(id)
    }

    /// Whether anything is.
    pub fn observes(&self) -> bool {
        !self.observed.is_empty()
    }

    /// The observed objects that are part of no other.
    pub fn observed_roots(&self) -> impl Iterator<Item = &ObjectId> {
        let is_part = |id: &ObjectId| self.parent(id).is_some_and(|of| self.is_observed(&of));
        let ids = self.objects.keys();
        ids.filter(move |id| self.is_observed(id) && !is_part(id))
    }

    /// Whether an object is one of these, or part of one.
    pub fn is_part_of(&self, id: &ObjectId, wholes: &HashSet<ObjectId>) -> bool {
        let mut above = std::iter::successors(Some(id.clone()), |id| self.parent(id));
        above.any(|id| wholes.contains(&id))
    }

    /// The same objects, all of them to be made and compared like any other.
    #[must_use]
    pub fn unmarked(&self) -> Self {
        Self {
            observed: HashSet::new(),
            ..self.clone()
        }
    }

    /// How many objects there are.
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// States that `dependent` needs `referenced`.
    pub fn add_edge(&mut self, dependent: ObjectId, referenced: ObjectId) {
        if dependent != referenced {
            self.edges.insert(Edge {
                dependent,
                referenced,
            });
        }
    }

    /// The edges that were stated: the engine's dependency records, and `depends-on`.
    pub fn edges(&self) -> impl ExactSizeIterator<Item = &Edge> {
        self.edges.iter()
    }

    /// The object that `id` is part of and goes away with.
    pub fn parent(&self, id: &ObjectId) -> Option<ObjectId> {
        match &id.path {
            Path::Member(relation, _) => self.relation_named(relation),
            // The columns of a view are no objects: what is said about one is said about the view.
            Path::On(target) if self.contains(target) => Some((**target).clone()),
            Path::On(target) => self.parent(target).filter(|parent| parent.kind != Kind::Table),
            Path::Global(_) | Path::Qualified(_) | Path::Routine(..) => match self.get(id) {
                Some(Object::Sequence(sequence)) => sequence.owned_by.clone(),
                Some(Object::Statistics(statistics)) => self.relation_named(&statistics.of),
                _ => None,
            },
        }
    }

    /// The table, view or composite type of this name.
    fn relation_named(&self, name: &QName) -> Option<ObjectId> {
        let mut relations = RELATIONS
            .iter()
            .map(|kind| ObjectId::qualified(*kind, name.clone()));
        relations.find(|relation| self.contains(relation))
    }

    /// Everything that `id` needs: parent and schema, what its structure names, and the stated edges are *not*
    /// included (see [`walk::References`] for all of them at once).
    pub fn structural_references(&self, id: &ObjectId) -> Vec<ObjectId> {
        let mut out = Vec::new();
        out.extend(self.parent(id));
        out.extend(id.room());
        if let Some(object) = self.get(id) {
            out.extend(object.references(id));
        }
        out.retain(|reference| reference != id);
        out
    }

    /// Carries a rename through every id, payload and edge.
    pub fn rename(&mut self, rename: &Renaming<'_>) {
        let objects = std::mem::take(&mut self.objects);
        self.objects = objects
            .into_iter()
            .map(|(mut id, mut object)| {
                object.rename(&id, rename);
                id.follow(rename);
                // A name made of the content changes with the content.
                if let Path::Member(_, key @ Key::Structural(_)) = &mut id.path {
                    *key = object.structural_key();
                }
                (id, object)
            })
            .collect();
        let observed = std::mem::take(&mut self.observed);
        self.observed = observed
            .into_iter()
            .map(|mut id| {
                id.follow(rename);
                id
            })
            .collect();
        let edges = std::mem::take(&mut self.edges);
        self.edges = edges
            .into_iter()
            .map(|mut edge| {
                edge.dependent.follow(rename);
                edge.referenced.follow(rename);
                edge
            })
            .collect();
    }
}

impl PartialEq for Catalog {
    /// Equal objects under equal ids; order and edges do not count.
    fn eq(&self, other: &Self) -> bool {
        self.objects == other.objects
    }
}

/// Who vouches that a catalog's texts are canonical.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arbiter {
    /// An engine printed them: its name and version.
    Engine(String),
    /// Text rules alone; nothing was asked of an engine.
    Text,
}

/// A catalog whose texts are spelled as the engine spells them. Only canonical meets canonical in `diff`.
///
/// It has two makers: introspection ([`Canonical::introspected`]) and text rules ([`Canonical::assumed`]).
#[derive(Clone, Debug)]
pub struct Canonical {
    catalog: Arc<Catalog>,
    arbiter: Arbiter,
}

impl Canonical {
    /// What an engine printed of itself.
    pub fn introspected(catalog: impl Into<Arc<Catalog>>, engine: impl Into<String>) -> Self {
        Self {
            catalog: catalog.into(),
            arbiter: Arbiter::Engine(engine.into()),
        }
    }

    /// What text rules take for canonical, without an engine.
    pub fn assumed(catalog: impl Into<Arc<Catalog>>) -> Self {
        Self {
            catalog: catalog.into(),
            arbiter: Arbiter::Text,
        }
    }

    /// The catalog.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// The catalog, to be held by several.
    pub fn shared(&self) -> Arc<Catalog> {
        Arc::clone(&self.catalog)
    }

    /// The catalog, given away.
    pub fn into_catalog(self) -> Catalog {
        Arc::unwrap_or_clone(self.catalog)
    }

    /// Who vouches for it.
    pub fn arbiter(&self) -> &Arbiter {
        &self.arbiter
    }
}

impl std::ops::Deref for Canonical {
    type Target = Catalog;
    fn deref(&self) -> &Catalog {
        &self.catalog
    }
}
