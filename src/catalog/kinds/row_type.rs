//! A table made of a composite type (PostgreSQL): [`RowType`], an object said about the table, so that it can begin and end by
//! itself.
//!
//! The columns are objects of the table's own all the same: those of the type, in its order. Must not: know how an engine
//! changes them.

use crate::catalog::object::{Refers, Renaming, payload};
use crate::catalog::{Catalog, Ident, Kind, ObjectId, QName};

use super::{Column, CompositeType};

payload! {
    /// That the rows of a table are values of a composite type.
    RowType / RowTypeAttr {
        /// The type.
        of: QName => Of,
    }
}

impl RowType {
    /// The type.
    pub fn type_id(&self) -> ObjectId {
        ObjectId::qualified(Kind::Composite, self.of.clone())
    }
}

impl Refers for RowType {
    fn references(&self, _id: &ObjectId, out: &mut Vec<ObjectId>) {
        out.push(self.type_id());
    }

    fn rename(&mut self, _id: &ObjectId, rename: &Renaming<'_>) {
        rename.in_name(Kind::Composite, &mut self.of);
    }
}

impl Catalog {
    /// The type that a table is made of.
    pub fn row_type(&self, table: &QName) -> Option<&RowType> {
        self.payload(&ObjectId::on(Kind::RowType, ObjectId::table(table.clone())))
    }

    /// The tables made of a composite type.
    pub fn tables_of_type<'a>(&'a self, of: &'a QName) -> impl Iterator<Item = &'a QName> {
        self.of_kind::<RowType>()
            .filter(move |(_, row_type)| row_type.of == *of)
            .filter_map(|(id, _)| id.target()?.qname())
    }

    /// The names of the attributes of a composite type, in their order.
    pub fn attributes_of(&self, of: &QName) -> Vec<&Ident> {
        let id = ObjectId::qualified(Kind::Composite, of.clone());
        let composite = self.payload::<CompositeType>(&id);
        let attributes = composite.map(|composite| composite.attributes.as_slice());
        let attributes = attributes.unwrap_or_default().iter();
        attributes.map(|attribute| &attribute.name).collect()
    }

    /// Whether a column of a table is what its type makes of it, without a word.
    pub fn is_of_type(&self, id: &ObjectId) -> bool {
        let row_type = id.relation().and_then(|table| self.row_type(table));
        let composite = row_type.and_then(|row_type| self.payload::<CompositeType>(&row_type.type_id()));
        let Some((composite, column)) = composite.zip(self.payload::<Column>(id)) else {
            return false;
        };
        let mut attributes = composite.attributes.iter();
        let attribute = attributes.find(|attribute| Some(&attribute.name) == id.name());
        attribute.is_some_and(|attribute| Column::from(attribute) == *column)
    }
}
