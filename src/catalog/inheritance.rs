//! Who inherits whom, read off the [`Inheritance`] objects.
//!
//! In: the catalog. Out: tables, and what a column is where its table says nothing of it. Must not: speak of partitions,
//! but where both are treated alike ([`Catalog::parts_of`]).

use std::iter;

use super::kinds::{Check, Column, Inheritance, passed_on};
use super::{Catalog, Ident, Kind, Object, ObjectId, QName};

impl Catalog {
    /// That a table inherits others.
    pub fn inheritance_of(&self, table: &QName) -> Option<&Inheritance> {
        if !self.inherits {
            return None;
        }
        self.payload(&ObjectId::on(Kind::Inheritance, ObjectId::table(table.clone())))
    }

    /// The tables that a table inherits, in their order.
    pub fn parents_of(&self, table: &QName) -> &[QName] {
        self.inheritance_of(table)
            .map_or(&[], |inheritance| &inheritance.parents)
    }

    /// The tables that inherit a table, without those that inherit them.
    pub fn heirs_of<'a>(&'a self, table: &'a QName) -> impl Iterator<Item = &'a QName> {
        let ties = self.inherits.then(|| self.of_kind::<Inheritance>());
        ties.into_iter()
            .flatten()
            .filter(move |(_, inheritance)| inheritance.parents.contains(table))
            .filter_map(|(id, _)| id.target()?.qname())
    }

    /// The tables to which the engine does what is done to a table: its partitions, and those that inherit it.
    pub fn parts_of<'a>(&'a self, table: &'a QName) -> Vec<&'a QName> {
        if self.is_partitioned(table) {
            return self.partitions_of(table).map(|(part, _)| part).collect();
        }
        self.heirs_of(table).collect()
    }

    /// All tables to which the engine does what is done to a table, each once.
    pub fn below<'a>(&'a self, table: &'a QName) -> Vec<&'a QName> {
        let mut found: Vec<&QName> = Vec::new();
        let mut queue = vec![table];
        while let Some(table) = queue.pop() {
            for part in self.parts_of(table) {
                if !found.contains(&part) {
                    found.push(part);
                    queue.push(part);
                }
            }
        }
        found
    }

    /// All tables that a table inherits, directly or not.
    pub fn ancestors<'a>(&'a self, table: &'a QName) -> Vec<&'a QName> {
        let mut found: Vec<&QName> = self.parents_of(table).iter().collect();
        let mut at = 0;
        while let Some(next) = found.get(at).copied() {
            at += 1;
            for parent in self.parents_of(next) {
                if !found.contains(&parent) {
                    found.push(parent);
                }
            }
        }
        found
    }

    /// What a column or check that a table inherits is said to be by its parents.
    pub fn inherited(&self, id: &ObjectId) -> Option<Object> {
        let (table, name) = (id.relation()?, id.name()?);
        let above = |parent: &QName| ObjectId::member(id.kind, parent, name.clone());
        let parents = self.parents_of(table);
        match id.kind {
            Kind::Column => {
                let columns = parents
                    .iter()
                    .filter_map(|parent| self.payload::<Column>(&above(parent)));
                passed_on(columns).map(Object::from)
            }
            Kind::Check => {
                let mut checks = parents
                    .iter()
                    .filter_map(|parent| self.payload::<Check>(&above(parent)));
                checks
                    .find(|check| !check.no_inherit)
                    .map(|check| check.clone().into())
            }
            _ => None,
        }
    }

    /// The column by which one that is inherited is required: where that is said first.
    pub fn required_above(&self, id: &ObjectId) -> Option<ObjectId> {
        let (table, name) = (id.relation()?, id.name()?);
        let mut above = self.parents_of(table).iter();
        let above = above.find_map(|parent| {
            let above = ObjectId::column(parent, name.clone());
            let column = self.payload::<Column>(&above)?;
            (!column.nullable && !column.not_null.no_inherit).then_some(above)
        })?;
        Some(self.required_above(&above).unwrap_or(above))
    }

    /// Whether a table has a column or check from its parents alone, in the way in which it has it without a word.
    pub fn is_implied(&self, id: &ObjectId) -> bool {
        let (Some(table), Some(name)) = (id.relation(), id.name()) else {
            return false;
        };
        let Some(inheritance) = self.inheritance_of(table) else {
            return false;
        };
        if inheritance.states(id.kind, name) {
            return false;
        }
        match (self.inherited(id), self.get(id)) {
            (Some(Object::Column(above)), Some(Object::Column(own))) => {
                let own = Column {
                    not_null: above.not_null.clone(),
                    ..own.clone()
                };
                own == above
            }
            // A table that is made has no rows for which its check might not hold.
            (Some(Object::Check(above)), Some(Object::Check(own))) => own.expr == above.expr,
            _ => false,
        }
    }

    /// The columns of a table that others have from it and from a table beside it: the engine changes neither type nor name
    /// of them.
    pub fn shared_below<'a>(&'a self, table: &'a QName, column: &Ident) -> Option<&'a QName> {
        let all: Vec<&QName> = iter::once(table).chain(self.below(table)).collect();
        let has = |parent: &QName| self.contains(&ObjectId::column(parent, column.clone()));
        let beside = |part: &&QName| {
            let mut parents = self.parents_of(part).iter();
            parents.any(|parent| !all.contains(&parent) && has(parent))
        };
        self.below(table).into_iter().find(beside)
    }
}
